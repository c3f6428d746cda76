"""When the draft of a form was kept last."""

from datetime import datetime

from nicegui.element import Element

from domain import dates


class saved_mark(Element, component='saved_mark.js'):
    """「草稿已自動儲存 14:32」, 「尚未儲存」 while the server has not heard what was typed, and what others fill in."""

    def __init__(self, draft: str) -> None:
        super().__init__()
        self._props.update({'at': '', 'draft': draft, 'kept': {}, 'heard': {}, 'others': []})

    def show(self, at: datetime, name: str, turn: int) -> None:
        """Shows that field `name` was stored at `at`; the browser drops its mirror of it up to `turn`."""
        kept = self._props['kept']
        self._props['at'] = dates.roc_instant(at)[-5:]
        # All fields each time: of two updates in a row the browser may get only the second.
        self._props['kept'] = kept | {name: max(turn, kept.get(name, 0))}
        self.update()

    def hear(self, name: str, turn: int) -> None:
        """Of field `name` nothing was stored, and it need not be sent again: it is no value, or was refused."""
        self._props['heard'] = self._props['heard'] | {name: turn}
        self.update()

    def tell(self, labels: list[str]) -> None:
        """Says that somebody else has just filled in these fields, the latest last."""
        self._props['others'] = [one for one in self._props['others'] if one not in labels] + labels
        self.update()

    def end(self) -> None:
        """Hides the time: nothing is stored any more."""
        self._props['at'] = ''
        self.update()
