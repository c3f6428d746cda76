"""The rosters of a unit or an agency, one line each."""

from collections.abc import Awaitable, Callable

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates, turns
from domain.model import Account, ApplicationStatus, Role
from domain.paging import Page
from domain.rosters import RosterSummary
from domain.turns import AgencyList, UnitList

from .states import deadline

PER_PAGE = 10


class roster_list(Element, component='roster_list.js'):
    """`fetch(page, per_page)` asks for the rosters; `refresh` shows them as they stand now."""

    def __init__(
        self,
        title: str,
        account: Account,
        fetch: Callable[[int, int], Awaitable[Page[RosterSummary]]],
        *,
        empty: str,
        hint: str,
    ) -> None:
        super().__init__()
        self.account = account
        self.fetch = fetch
        self.page = 1
        self._props.update({'title': title, 'empty': empty, 'hint': hint, 'per': PER_PAGE, 'rosters': []})
        self.on('turned', self._turned)

    async def refresh(self) -> None:
        """Ask for the rosters again and show them."""
        found = await self.fetch(self.page, PER_PAGE)
        rosters = [_line(each, self.account) for each in found.rows]
        self._props.update({'rosters': rosters, 'total': found.total, 'page': found.number})
        self.update()

    async def _turned(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int) and 1 <= event.args <= 10_000:
            self.page = event.args
            await self.refresh()


def _line(summary: RosterSummary, account: Account) -> dict[str, object]:
    roster = summary.roster
    is_unit = account.role is Role.UNIT_STAFF
    facts = f'{roster.agency.name}　{dates.roc_instant(roster.created_at)} {roster.created_by.name}建立'
    return {
        'id': roster.id,
        'title': roster.title,
        'href': f'/rosters/{roster.id}' if is_unit else f'/reviews/rosters/{roster.id}',
        'facts': facts if is_unit else f'{roster.host_unit.name}　電話 {roster.host_unit.phone or "未登錄"}',
        'chips': [*_due(summary), *_standing(summary, account)],
        'count': summary.total,
    }


def _due(summary: RosterSummary) -> list[dict[str, str]]:
    text, tone, symbol, _, hint = deadline(summary.days_left)
    return [{'text': text, 'tone': tone, 'symbol': symbol, 'hint': hint}] if text else []


def _standing(summary: RosterSummary, account: Account) -> list[dict[str, str]]:
    """How many stand in each list of this side, whose turn it is first."""
    counts = summary.by_status
    if account.role is not Role.UNIT_STAFF:
        agency = turns.totals(counts, turns.OF_AGENCY)
        return [_chip(which, number) for which, number in agency.items() if number]
    back = counts[ApplicationStatus.RETURNED]
    unit = {which: number for which, number in turns.totals(counts, turns.OF_UNIT).items() if number}
    more = {UnitList.TURN: f'（待補件 {back}）' if back else ''}
    return [_chip(which, number, more.get(which, '')) for which, number in unit.items()]


def _chip(which: UnitList | AgencyList, number: int, more: str = '') -> dict[str, str]:
    tone, symbol = _LOOKS[which.value]
    return {'text': f'{which.label} {number}{more}', 'tone': tone, 'symbol': symbol}


_LOOKS = {
    'turn': ('warn', 'bolt'),
    'review': ('info', 'clock'),
    'returned': ('bad', 'flag'),
    'approved': ('ok', 'check'),
    'closed': ('', 'warning'),
}
