"""What this reviewer has just decided, and the way back while there is one; on every page of the desk."""

from nicegui import ui
from nicegui.element import Element

from domain import dates, decisions
from domain.errors import DomainError
from domain.model import Account, ApplicationStatus
from domain.reviews import CaseRow

from .notices import confirm, refuse, tell
from .review_queue import review_queue

_SAID = {ApplicationStatus.APPROVED: '已核可', ApplicationStatus.RETURNED: '已通知補件'}


class desk_undo(Element, component='desk_undo.js'):
    """Shows what waits among the rows of `queue`; a decision that could not be carried out afterwards is told."""

    def __init__(self, account: Account, queue: review_queue) -> None:
        super().__init__()
        self.account, self.queue = account, queue
        self.waiting: list[CaseRow] = []
        self._props.update({'text': '', 'then': '', 'seconds': 0, 'turn': 0})
        self.on('undone', self._undone)
        self.renew()
        queue.then = self._follow

    def renew(self) -> None:
        """What waits now; the time runs in the browser."""
        now = dates.now()
        waiting = [
            row
            for row in self.queue.rows
            if row.pending and row.pending.by_id == self.account.id and row.pending.release_at > now
        ]
        if _ids(waiting) == _ids(self.waiting):
            return
        self.waiting = waiting
        left = min((row.pending.release_at - now for row in waiting if row.pending), default=None)
        takes_number = any(row.pending and row.pending.to is ApplicationStatus.APPROVED for row in waiting)
        then = '取號、寄信' if takes_number else '寄信'
        self._props.update({'text': _spoken(waiting), 'then': then, 'seconds': left.total_seconds() if left else 0})
        self._props['turn'] += 1
        self.update()

    def _follow(self) -> None:
        """After the queue has read itself anew."""
        before = {row.id: row.volunteer for row in self.waiting}
        for row in self.queue.rows:
            if row.id in before and row.problem:
                tell(f'{row.volunteer}的案件沒有生效：{row.problem}')
        self.renew()

    async def _undone(self) -> None:
        waiting = self.waiting
        try:
            undone = await decisions.undo_many(_ids(waiting), by=self.account)
        except DomainError as refusal:
            refuse(refusal)
            return
        if undone.refused:
            tell(f'{len(undone.refused)} 件沒有復原：{undone.refused[0][1]}')
        if undone.count == 1 == len(waiting):
            ui.navigate.to(f'/reviews/{waiting[0].id}{self.queue.view.query}')
        elif undone.count:
            confirm(f'已復原 {undone.count} 件，沒有通知任何人。')
        await self.queue.renew()


def _ids(rows: list[CaseRow]) -> list[int]:
    return [row.pending.id for row in rows if row.pending]


def _spoken(rows: list[CaseRow]) -> str:
    if len(rows) == 1 and rows[0].pending:
        return f'{_SAID.get(rows[0].pending.to, "已駁回")} {rows[0].volunteer}'
    if not rows:
        return ''
    acts = {_SAID.get(row.pending.to, '已駁回') for row in rows if row.pending}
    return f'{acts.pop() if len(acts) == 1 else "已決定"} {len(rows)} 件'
