"""The reviewer's view of the queue: list, order and filters, kept in the address."""

from dataclasses import dataclass
from typing import Any, Self, cast, get_args
from urllib.parse import urlencode

from domain import links, reviews, searches, validation
from domain.cases.worklists import OF_AGENCY, AgencyList
from domain.model import Account, ApplicationStatus
from domain.reviews import CaseRow, Due, Extent, Neighbours, Order

TABS = {
    AgencyList.TURN: ('submitted', '待審核'),
    AgencyList.RETURNED: ('returned', '補件中'),
    AgencyList.APPROVED: ('approved', '已核可'),
    AgencyList.CLOSED: ('closed', '駁回撤回'),
}
ORDERS = {'due': '期限近的在前', 'oldest': '先送件在前', 'newest': '新送件在前', 'unit': '依運用單位', 'name': '依姓名'}

MOST_PAGES = 500


@dataclass(frozen=True)
class DeskView:
    """List, order and filters; unknown values of a query are ignored."""

    tab: AgencyList = AgencyList.TURN
    order: Order = 'due'
    due: Due | None = None
    unit: int | None = None
    roster: int | None = None
    q: str = ''
    page: int = 1

    @classmethod
    def read(
        cls,
        status: Any = '',
        order: Any = '',
        due: Any = '',
        unit: Any = '',
        roster: Any = '',
        q: Any = '',
        page: Any = '',
    ) -> Self:
        """The view an address asks for; `q` is the key of what was searched for."""
        tab = next((one for one, (key, _) in TABS.items() if status == key), None)
        tab = tab or next((one for one, several in OF_AGENCY.items() if status in several), AgencyList.TURN)
        return cls(
            tab,
            cast(Order, order) if order in get_args(Order) else 'due',
            cast(Due, due) if due in get_args(Due) else None,
            validation.number_in(unit) or None,
            validation.number_in(roster) or None,
            str(q or '')[:32],
            min(validation.number_in(page) or 1, MOST_PAGES),
        )

    @property
    def statuses(self) -> ApplicationStatus | tuple[ApplicationStatus, ...]:
        """The statuses of the list."""
        several = OF_AGENCY[self.tab]
        return several if len(several) > 1 else several[0]

    @property
    def query(self) -> str:
        """`?status=…`, only what differs from the plain queue; or ''."""
        chosen: dict[str, Any] = {'due': self.due, 'unit': self.unit, 'roster': self.roster, 'q': self.q}
        chosen |= {'page': self.page} if self.page > 1 else {}
        chosen |= {'order': self.order} if self.order != 'due' else {}
        chosen |= {'status': TABS[self.tab][0]} if self.tab is not AgencyList.TURN else {}
        chosen = {name: value for name, value in chosen.items() if value}
        return f'?{urlencode(chosen)}' if chosen else ''

    def holding(self, application_status: ApplicationStatus) -> 'DeskView':
        """This view when it holds such a case, else the plain list in which the case stands.

        A search stays as it is: whoever works through what it found goes on there, also when a colleague was quicker.
        """
        if self.q or application_status in OF_AGENCY[self.tab]:
            return self
        return DeskView(next(one for one, several in OF_AGENCY.items() if application_status in several), self.order)

    async def rows(self, account: Account, limit: int) -> list[CaseRow]:
        """The page of the list in this order, and the first row of the next page."""
        asked = await self._asked(account)
        offset = (self.page - 1) * limit
        return await reviews.awaiting(by=account, **asked, order=self.order, limit=limit + 1, offset=offset)

    async def extent(self, account: Account) -> Extent:
        """How much of the list there is, for the filters of one that has pages."""
        return await reviews.extent(by=account, **await self._asked(account))

    async def _asked(self, account: Account) -> dict[str, Any]:
        """Which list, and its filters, as services take them."""
        return {
            'status': self.statuses,
            'host_unit_id': self.unit,
            'due': self.due,
            'roster_id': self.roster,
            'text': await searches.words(self.q, by=account),
        }

    def address(self, case_id: int | None = None) -> str:
        """Where the queue stands in this view, or one of its cases beside it."""
        return (links.review_queue() if case_id is None else links.case(case_id)) + self.query

    async def next_after(self, application_id: int, account: Account) -> str:
        """The address of the case after this one in the view; of the queue when it was the last."""
        asked = await self._asked(account)
        found: Neighbours = await reviews.neighbours(application_id, by=account, **asked, order=self.order)
        # after the last one comes the one before it
        following = found.next or found.previous
        return self.address(following)
