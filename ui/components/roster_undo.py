"""What was decided a moment ago, and the way back while there is one."""

from collections.abc import Awaitable, Callable

from nicegui.element import Element

from domain.errors import DomainError

from .notices import refuse


class roster_undo(Element, component='roster_undo.js'):
    """Nothing until `offer` is called; `undo()` runs when the user takes it back in time."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update({'text': '', 'seconds': 0, 'turn': 0})
        self._undo: Callable[[], Awaitable[None]] | None = None
        self.on('undone', self._undone)

    def offer(self, text: str, seconds: float, undo: Callable[[], Awaitable[None]]) -> None:
        """Say `text`, and offer the way back for so many seconds."""
        self._undo = undo
        self._props.update({'text': text, 'seconds': seconds, 'turn': self._props['turn'] + 1})
        self.update()

    async def _undone(self) -> None:
        undo, self._undo = self._undo, None
        if undo is None:
            return
        try:
            await undo()
        except DomainError as refusal:
            refuse(refusal)
