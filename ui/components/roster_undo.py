"""What this reviewer has just decided in a roster, and the way back while there is one; also after a reload."""

from collections.abc import Sequence

from nicegui.element import Element

from domain import dates, decisions
from domain.errors import DomainError
from domain.model import Account, Decision
from domain.rosters import RosterRow

from .notices import confirm, refuse, tell


class roster_undo(Element, component='desk_undo.js'):
    """Nothing while nothing waits; `show(rows)` says what does."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account
        self.waiting: list[Decision] = []
        self._props.update({'text': '', 'seconds': 0, 'turn': 0})
        self.on('undone', self._undone)

    def show(self, rows: Sequence[RosterRow]) -> None:
        """What waits among `rows`; the time runs in the browser."""
        now = dates.now()
        mine = [row.pending for row in rows if row.pending and row.pending.by_id == self.account.id]
        waiting = [decision for decision in mine if decision.release_at > now]
        if [one.id for one in waiting] == [one.id for one in self.waiting]:
            return
        self.waiting = waiting
        left = min((decision.release_at - now for decision in waiting), default=None)
        words = {decision.to.label for decision in waiting}
        self._props['text'] = f'{words.pop() if len(words) == 1 else "已決定"} {len(waiting)} 件'
        self._props['seconds'] = left.total_seconds() if left else 0
        self._props['turn'] += 1
        self.update()

    async def _undone(self) -> None:
        self.client.storage['acting'] = True  # the page renews itself once, at the end
        try:
            undone = await decisions.undo_many([one.id for one in self.waiting], by=self.account)
        except DomainError as refusal:
            refuse(refusal)
            return
        finally:
            self.client.storage.pop('acting', None)
        if undone.count:
            confirm(f'已復原 {undone.count} 件，沒有通知任何人。')
        if undone.refused:
            tell(f'{len(undone.refused)} 件沒有復原：{undone.refused[0][1]}')
