"""The rosters of a unit or an agency, one line each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates, links, searches, validation
from domain.cases import worklists
from domain.cases.worklists import AgencyList, UnitList
from domain.model import Account, ApplicationStatus, Role
from domain.paging import Page
from domain.rosters import RosterSummary

from .states import LISTS, deadline

PER_PAGE = 10


@dataclass(frozen=True)
class Asked:
    """Which rosters are listed. The address says so, the words by a key, so that Back finds the same ones."""

    text: str = ''
    only_turn: bool = False
    page: int = 1

    @classmethod
    def read(cls, text: Any = '', only_turn: Any = '', page: Any = 1) -> Self:
        """Reads a query; unknown values are ignored."""
        text = text[:100] if isinstance(text, str) else ''
        return cls(text, only_turn in ('1', True), validation.number_in(page) or 1)


class roster_list(Element, component='roster_list.js'):
    """`fetch(asked, per_page)` returns a page of rosters; `refresh` calls it.

    `key` is that of the words of `asked`, in the address.
    """

    def __init__(
        self,
        title: str,
        account: Account,
        fetch: Callable[[Asked, int], Awaitable[Page[RosterSummary]]],
        asked: Asked,
        key: str,
        *,
        sought: str,
        empty: str,
        hint: str,
    ) -> None:
        super().__init__()
        self.account = account
        self.fetch = fetch
        self.asked = asked
        self.key = key
        self._props.update({'title': title, 'empty': empty, 'hint': hint, 'per': PER_PAGE, 'rosters': []})
        self._props['sought'] = sought
        self.on('asked', self._asked)
        self.on('turned', self._turned)
        self.on('returned', self._returned)

    async def refresh(self) -> None:
        """Fetches the rosters again."""
        asked = self.asked
        found = await self.fetch(asked, PER_PAGE)
        if asked is not self.asked:  # another query was made meanwhile
            return
        rosters = [_line(each, self.account) for each in found.rows]
        self._props.update({'rosters': rosters, 'total': found.total, 'page': found.number})
        self._props.update({'text': asked.text, 'only': asked.only_turn})
        self.update()

    async def _asked(self, event: GenericEventArguments) -> None:
        given: Any = event.args
        if isinstance(given, dict):
            await self._go(Asked.read(given.get('text'), given.get('turn')))

    async def _turned(self, event: GenericEventArguments) -> None:
        await self._go(replace(self.asked, page=Asked.read(page=event.args).page))

    async def _returned(self, event: GenericEventArguments) -> None:
        """Back or Forward: {page} of the address."""
        if isinstance(event.args, dict):
            await self._go(replace(self.asked, page=Asked.read(page=event.args.get('page')).page))

    async def _go(self, asked: Asked) -> None:
        if asked.text != self.asked.text:
            self.key = await searches.keep(asked.text, by=self.account, under=self.key)
        self.asked = asked
        address = links.rosters if self.account.role is Role.UNIT_STAFF else links.review_rosters
        turned = asked.page if asked.page > 1 else None
        ui.navigate.history.replace(address(self.key, '1' if asked.only_turn else '', turned))
        await self.refresh()


def _line(summary: RosterSummary, account: Account) -> dict[str, object]:
    roster = summary.roster
    is_unit = account.role is Role.UNIT_STAFF
    unit, built = roster.host_unit, f'{dates.roc_instant(roster.created_at)} {roster.created_by.name}建立'
    return {
        'id': roster.id,
        'title': roster.title,
        'href': links.roster(roster.id) if is_unit else links.review_roster(roster.id),
        'facts': [roster.agency.name, built] if is_unit else [unit.name, f'電話 {unit.phone or "未登錄"}'],
        'chips': [*_due(summary), *_standing(summary, account)],
        'count': summary.total,
    }


def _due(summary: RosterSummary) -> list[dict[str, str]]:
    text, tone, symbol, _, hint = deadline(summary.days_left)
    return [{'text': text, 'tone': tone, 'symbol': symbol, 'hint': hint}] if text else []


def _standing(summary: RosterSummary, account: Account) -> list[dict[str, str]]:
    """The number of cases in each list of this side; 輪到您 comes first."""
    counts = summary.by_status
    if account.role is not Role.UNIT_STAFF:
        agency = worklists.totals(counts, worklists.OF_AGENCY)
        return [_chip(which, number) for which, number in agency.items() if number]
    back = counts[ApplicationStatus.RETURNED]
    unit = {which: number for which, number in worklists.totals(counts, worklists.OF_UNIT).items() if number}
    more = {UnitList.TURN: f'（待補件 {back}）' if back else ''}
    return [_chip(which, number, more.get(which, '')) for which, number in unit.items()]


def _chip(which: UnitList | AgencyList, number: int, more: str = '') -> dict[str, str]:
    tone, symbol = LISTS[which]
    return {'text': f'{which.label} {number}{more}', 'tone': tone, 'symbol': symbol}
