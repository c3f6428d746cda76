"""志工紀錄冊審核: what waits for this agency, how long it has left; follows by itself."""

import json
from typing import Any

from nicegui import html
from nicegui.element import Element

from domain import dates, permissions, reviews
from domain.model import Account, ApplicationStatus, Role
from domain.reviews import CaseRow

from ..components.states import deadline
from ..frame import frame, waiting_for
from ..live import follow, together

TABS = {
    ApplicationStatus.SUBMITTED: '待審核',
    ApplicationStatus.RETURNED: '補件中',
    ApplicationStatus.APPROVED: '已核可',
    ApplicationStatus.REJECTED: '已駁回',
}
MOST_SHOWN = 200


class review_queue(Element, component='../components/review_queue.js'):
    """The list at the left of the desk; `selected` is the case that is open beside it."""

    def __init__(self, tab: ApplicationStatus, selected: int | None, account: Account) -> None:
        super().__init__()
        self.tab = tab
        self.account = account
        self._props.update({'tab': tab.value, 'selected': selected or 0})

    async def renew(self) -> None:
        """Show the queue as it stands now; only what changed is drawn anew."""
        permissions.require(self.account, Role.REVIEWER)
        key = ('queue', self.account.agency_id, self.tab)
        queue = await together(key, lambda: _queue(self.account, self.tab))
        if self._props.get('queue') != queue:
            self._props['queue'] = queue


async def review_queue_page(account: Account, status: str = '') -> None:
    """The queue, with no case open."""
    with frame(account, '志工紀錄冊審核', heading=False, waiting=await waiting_for(account)) as page:
        page.content.classes('lb-desk')
        with html.div().classes('lb-review'):
            await placed_queue(account, status, None)
            with html.div().classes('lb-case lb-no-case'), html.div().classes('lb-empty'):
                html.b('請從左邊選一個案件')
                html.span('新送件會自動出現在清單上，不必重新整理。')


async def placed_queue(account: Account, status: str, selected: int | None) -> review_queue:
    """The queue in its place, following what clerks and colleagues do."""
    tab = next((known for known in TABS if known == status), ApplicationStatus.SUBMITTED)
    queue = review_queue(tab, selected, account)
    await queue.renew()
    ours = str(account.agency_id)
    follow('application', queue.renew, lambda payload: payload.split(':')[1] == ours)
    return queue


async def _queue(account: Account, tab: ApplicationStatus) -> str:
    """What the queue shows, as JSON; the same for every reviewer of the agency.

    One text, because NiceGUI and socket.io look into every list and dict for every page to which it is sent.
    """
    cases = await reviews.awaiting(by=account, status=tab, limit=MOST_SHOWN)
    counts = (await reviews.counts(by=account)).by_status
    queue = {
        'cases': [_row(case, rank) for rank, case in enumerate(cases)],
        'more': max(0, counts[tab] - len(cases)),
        'units': sorted({case.unit for case in cases}),
        'tabs': [{'key': status.value, 'label': label, 'count': counts[status]} for status, label in TABS.items()],
    }
    return json.dumps(queue, ensure_ascii=False)


def _row(case: CaseRow, rank: int) -> dict[str, Any]:
    text, tone, symbol, due = deadline(case.days_left)
    if not text:
        text, tone, symbol = {
            ApplicationStatus.RETURNED: ('待補件', 'warn', 'flag'),
            ApplicationStatus.APPROVED: ('已核可', 'ok', 'check'),
        }.get(case.status, (case.status.label, '', 'warning'))
    at = dates.roc_instant(case.decided_at or case.submitted_at)
    return {
        'id': case.id,
        'name': case.volunteer,
        'masked': case.identity_masked,
        'unit': case.unit,
        'at': at[4:],
        'time': dates.roc_instant(case.submitted_at)[-5:],
        'chip': text,
        'tone': tone,
        'symbol': symbol,
        'due': due,
        'round': case.round,
        'rank': rank,
    }
