"""復原: takes back what this reviewer has just decided, the last or all of it, also after a reload."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates
from domain.cases.transitions import VERBS
from domain.model import Account, ApplicationStatus, Decision
from domain.reviews import Pending, decisions

from ..live import at_work
from .notices import confirm, showing_refusals, tell

# Case id → whose it is, and the decision that waits.
Decided = Mapping[int, tuple[str, Pending | Decision]]
_NAMED = 3


class undo_bar(Element, component='undo_bar.js'):
    """Hidden while no decision waits. `leads_to(case_id)` is the page after a single decision was taken back.

    The page is renewed by the announcement of it.
    """

    def __init__(self, account: Account, leads_to: Callable[[int], str] | None = None) -> None:
        super().__init__()
        self.account, self.leads_to = account, leads_to
        self.waiting: Decided = {}
        self._props.update({'text': '', 'last': {}, 'count': 0, 'then': '', 'note': '', 'seconds': 0, 'turn': 0})
        self.on('undone', self._undone)

    async def show(self, decided: Decided) -> None:
        """Shows those of `decided` that this reviewer may take back now; the browser counts down.

        Of what is approved it says how many checks by eye are not ticked: they stand in nobody's way, and a key is
        pressed without a question.
        """
        now = dates.now()
        mine = {case: one for case, one in decided.items() if one[1].by_id == self.account.id}
        waiting = {case: one for case, one in mine.items() if one[1].release_at > now}
        if _times(waiting) == _times(self.waiting):
            return
        self.waiting = waiting
        approved = [case for case, (_, one) in waiting.items() if one.to is ApplicationStatus.APPROVED]
        unticked = await decisions.unticked(approved, by=self.account) if approved else 0
        if self.waiting is not waiting:  # a later one is shown by now
            return
        found = [decision for _, decision in waiting.values()]
        left = min((decision.release_at - dates.now() for decision in found), default=None)
        self._props.update({'last': _last(waiting), 'count': len(waiting)})
        self._props.update({'text': _describe(waiting), 'then': '取號、寄信' if approved else '寄信'})
        self._props['note'] = f'目視 {unticked} 項未勾' if unticked else ''
        self._props.update({'seconds': left.total_seconds() if left else 0, 'turn': self._props['turn'] + 1})
        self.update()

    async def _undone(self, event: GenericEventArguments) -> None:
        """The browser names a decision, or 0 for all that wait."""
        waiting = {
            case: one for case, one in self.waiting.items() if event.args in (0, one[1].id) and event.args is not False
        }
        with at_work(self.client), showing_refusals():
            undone = await decisions.undo_many(_ids(waiting), by=self.account)
            whose = _named(waiting)
            if undone.refused:
                tell(f'{len(undone.refused)} 件沒有復原：{undone.refused[0][1]}')
            if undone.count == 1 == len(waiting) and self.leads_to:
                ui.navigate.to(self.leads_to(next(iter(waiting))))
            elif undone.count:
                confirm(f'已復原 {whose}，沒有通知任何人。')


def _ids(decided: Decided) -> list[int]:
    return [decision.id for _, decision in decided.values()]


def _times(decided: Decided) -> list[tuple[int, datetime]]:
    return [(decision.id, decision.release_at) for _, decision in decided.values()]


def _describe(decided: Decided) -> str:
    acts = {f'已{VERBS[decision.to]}' for _, decision in decided.values()}
    what = acts.pop() if len(acts) == 1 else '已決定'
    return f'{what} {_named(decided)}' if decided else ''


def _named(decided: Decided) -> str:
    """Whose they are: by name, of many the last ones."""
    whose = [who for who, _ in sorted(decided.values(), key=lambda one: -one[1].id)]
    return '、'.join(whose) if len(whose) <= _NAMED else f'{"、".join(whose[:_NAMED])}等 {len(whose)} 件'


def _last(decided: Decided) -> dict[str, Any]:
    if not decided:
        return {}
    who, decision = max(decided.values(), key=lambda one: one[1].id)
    return {'id': decision.id, 'who': who}
