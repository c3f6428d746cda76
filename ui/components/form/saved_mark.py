"""When the draft of a form was kept last."""

from datetime import datetime

from nicegui.element import Element

from domain import dates


class saved_mark(Element, component='saved_mark.js'):
    """「草稿已自動儲存 14:32」, and what others fill in beside one."""

    def __init__(self, draft: str) -> None:
        super().__init__()
        self._props.update({'at': '', 'draft': draft, 'kept': {}, 'heard': []})

    def show(self, at: datetime, name: str, turn: int) -> None:
        """Shows that field `name` was stored at `at`; the browser drops its mirror of it up to `turn`."""
        kept = self._props['kept']
        self._props['at'] = dates.roc_instant(at)[-5:]
        # All fields each time: of two updates in a row the browser may get only the second.
        self._props['kept'] = kept | {name: max(turn, kept.get(name, 0))}
        self.update()

    def tell(self, labels: list[str]) -> None:
        """Says that somebody else has just filled in these fields, the latest last."""
        self._props['heard'] = [one for one in self._props['heard'] if one not in labels] + labels
        self.update()

    def end(self) -> None:
        """Hides the time: nothing is stored any more."""
        self._props['at'] = ''
        self.update()
