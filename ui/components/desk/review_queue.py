"""The list at the left of the desk, kept current by announcements: one board for all pages with the same view."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from domain import dates, permissions, reviews, searches
from domain.announcements import CaseChanged, ReadersChanged
from domain.audit import reads
from domain.cases import case_numbers, deputies, worklists
from domain.cases.deputies import Standing
from domain.cases.transitions import VERBS
from domain.cases.worklists import OF_AGENCY, AgencyList
from domain.model import Account
from domain.reviews import CaseRow, decisions, presence

from ...boards import Content, board_element
from ...live import of_agency, together
from ..states import CHANGED, STATUSES, deadline
from .desk_view import ORDERS, TABS, DeskView

MOST_SHOWN = 200
_DUE = {'late': 'overdue'}


@dataclass(frozen=True)
class Queue(Content):
    """The list, the same for every reviewer of the agency. `is_long`: it has pages, and the server filters it.

    `deciders`: ids of the accounts whose decisions wait for their time. `waiting`: how many cases wait for the agency.
    """

    rows: Sequence[CaseRow]
    is_long: bool
    deciders: frozenset[int]
    waiting: int


_NOTHING = Queue({}, (), is_long=False, deciders=frozenset(), waiting=0)


class review_queue(board_element, component='review_queue.js'):
    """`selected` is the open case; `view` follows the reviewer's filters."""

    def __init__(self, account: Account, view: DeskView, selected: int | None) -> None:
        super().__init__()
        self.account, self.view = account, view
        self.then: Callable[[], Awaitable[None]] | None = None  # called after the rows were read again
        self.is_paged = False  # by the server, since the list was long when it was last read
        self.waits: Callable[[], bool] = bool  # whether it is also called where no decision of the account waits
        self._props.update({'selected': selected or 0, 'me': account.id, 'orders': ORDERS, 'turn': 0})
        self._props['opened'] = _milliseconds(dates.now())
        self._props['view'] = {
            'tab': TABS[view.tab][0],
            'order': view.order,
            'due': view.due or '',
            'unit': view.unit or 0,
            'roster': view.roster or 0,
            'q': view.q,
            'page': view.page,
        }
        self.on('viewed', self._viewed)
        self.on('sought', self._sought)

    @classmethod
    async def build(cls, account: Account, view: DeskView, selected: int | None = None) -> 'review_queue':
        """Places the queue and keeps cases and readers current."""
        queue = cls(account, view, selected)
        queue._props['words'] = await searches.words(view.q, by=account)
        await queue.renew()
        return queue

    @property
    def queue(self) -> Queue:
        """What is shown now."""
        content = self.seat.board.content if self.seat else None
        return content if isinstance(content, Queue) else _NOTHING

    @property
    def rows(self) -> Sequence[CaseRow]:
        """The cases that are shown."""
        return self.queue.rows

    @property
    def waiting(self) -> int:
        """How many cases wait for the agency, in whichever list."""
        return self.queue.waiting

    @property
    def is_whole(self) -> bool:
        """Whether every case of the agency's list is among them."""
        return not self.queue.is_long and not self.view.q

    async def renew(self) -> None:
        """Reads the queue again; of an unchanged one nothing is sent."""
        permissions.require(self.account, 'reviews.queues')
        is_long = False
        if self.view != _whole(self.view):
            counts = await together(('queues', self.account.agency_id), lambda: _counts(self.account))
            is_long = counts[self.view.tab] > MOST_SHOWN
        await self._sit_at(is_long=is_long)
        if self.then is not None:
            await self.then()

    def renewed(self, content: Content) -> None:
        """Another page or an announcement had the board read."""
        if not isinstance(content, Queue) or self.seat is None:
            return
        is_turned, self.is_paged = content.is_long != self.is_paged, content.is_long
        if is_turned and self.view != _whole(self.view):  # from now on somebody else filters
            self.seat.begin(self.renew)
        elif self.then is not None and (self.account.id in content.deciders or self.waits()):
            self.seat.begin(self.then)

    def unpick(self) -> None:
        """Clears the selection."""
        self._props['turn'] += 1
        self.update()

    async def _sit_at(self, *, is_long: bool) -> None:
        self.is_paged = is_long
        # A list that is shown whole is filtered in the browser: one board for all filters.
        view = self.view if is_long else _whole(self.view)
        # What somebody has searched for is for that account alone.
        key = ('queue', self.account.agency_id, view, self.account.id if view.q else 0)
        concerns = of_agency(self.account)
        reading = concerns if view.tab is AgencyList.TURN else partial(_is_of_deputies, self.account)
        await self.join(key, {CaseChanged: concerns, ReadersChanged: reading}, partial(self._read, view))

    async def _read(self, view: DeskView) -> Queue:
        """Of a board that is there already, and where only readers came or went, nothing but these."""
        board, shown = self.seat and self.seat.board, self.queue
        if board and shown is not _NOTHING and board.heard == {ReadersChanged}:
            reads.see(board.people)
            return await _with_readers(shown, self.account, view)
        return await _queue(self.account, view)

    async def _viewed(self, event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, dict) else {}
        chosen = {name: given.get(name) for name in ('order', 'due', 'unit', 'roster', 'page')}
        self.view = DeskView.read(TABS[self.view.tab][0], **chosen, q=self.view.q)
        await self.renew()

    async def _sought(self, event: GenericEventArguments) -> None:
        permissions.require(self.account, 'reviews.queues')
        key = await searches.keep(event.args, by=self.account)
        self.view = replace(self.view, q=key, page=1)
        ui.navigate.to(self.view.address(self._props['selected'] or None))


def _whole(view: DeskView) -> DeskView:
    """Without the filters."""
    return replace(view, due=None, unit=None, roster=None)


async def _counts(account: Account) -> dict[AgencyList, int]:
    return worklists.totals((await reviews.counts(by=account)).by_status, OF_AGENCY)


async def _queue(account: Account, view: DeskView) -> Queue:
    """One reading for all pages that show it."""
    counted = await reviews.counts(by=account)
    counts = worklists.totals(counted.by_status, OF_AGENCY)
    is_long = counts[view.tab] > MOST_SHOWN
    view = view if is_long else _whole(view)
    found = await view.rows(account, MOST_SHOWN)
    rows = found[:MOST_SHOWN]
    extent = await view.extent(account) if is_long else None
    units = extent.units if extent else sorted({(row.host_unit_id, row.unit) for row in rows}, key=lambda unit: unit[1])
    is_whole = not is_long and not view.q
    parts = {
        'cases': [_row(row, account) for row in rows],
        'more': len(found) > MOST_SHOWN,
        'first': (view.page - 1) * MOST_SHOWN + 1,
        'units': units,
        # Where not all are shown: what the filters count, and how many are in the list that is chosen.
        'pills': {'': extent.cases, 'overdue': extent.overdue, 'today': extent.due_today} if extent else None,
        'chosen': extent.chosen if extent else None,
        'tabs': [{'key': key, 'label': label, 'count': counts[tab]} for tab, (key, label) in TABS.items()],
    }
    deciding = {row.pending.by_id for row in rows if row.pending} if is_whole else await decisions.deciding(by=account)
    queue = Queue(parts, rows, is_long, frozenset(deciding), counts[AgencyList.TURN])
    return await _with_readers(queue, account, view, is_anybody_away=counted.is_anybody_away)


async def _with_readers(
    queue: Queue, account: Account, view: DeskView, *, is_anybody_away: bool | None = None
) -> Queue:
    """The same cases with who reads them, and who stands in for whom."""
    is_turn = view.tab is AgencyList.TURN
    readers = await presence.of_agency(by=account) if is_turn else {}
    away = {one.absent.id: one for one in await deputies.told(by=account, is_anybody_away=is_anybody_away)}
    in_hand = await deputies.in_hand([row.id for row in queue.rows], by=account, away=away) if is_turn else {}
    cases = [
        case
        | {
            'readers': [(reader.account_id, reader.name) for reader in readers.get(case['id'], [])],
            'stood': _stood(in_hand.get(case['id'])),
        }
        for case in queue.parts['cases']
    ]
    told = [[*_stood(one), dates.roc(one.ends_on)[4:]] for one in away.values()]
    return replace(queue, parts={**queue.parts, 'cases': cases, 'away': told})


def _is_of_deputies(account: Account, changed: ReadersChanged) -> bool:
    """Of no case: who is away. Who reads a case that does not wait stands in no list."""
    return changed.agency_id == account.agency_id and not changed.application_id


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _stood(one: Standing | None) -> list[Any]:
    return [one.deputy.id, one.deputy.name, one.absent.name] if one else []


def _row(row: CaseRow, account: Account) -> dict[str, Any]:
    text, tone, symbol, due, hint = deadline(row.days_left)
    if not text:
        text, (tone, symbol) = row.status.label, STATUSES[row.status]
        if row.correct_by:
            text = f'補件至 {dates.roc(row.correct_by)[4:]}' if row.correct_by >= dates.today() else '補件逾期'
    pending = row.pending and (row.pending.by_id, row.pending.by_name, VERBS[row.pending.to])
    return {
        'id': row.id,
        'version': row.version,
        'name': row.volunteer,
        'masked': row.identity_masked,
        'no': case_numbers.written(row.id),
        'unit': row.unit,
        'unit_id': row.host_unit_id,
        'roster_id': row.roster_id or 0,
        'roster': row.roster,
        'sent': _milliseconds(row.submitted_at),
        'at': dates.roc_instant(row.decided_at or row.submitted_at)[4:],
        'time': dates.roc_instant(row.submitted_at)[-5:],
        'turn': (worklists.REVIEW if row.pending else worklists.of(row, account)).word,
        'chip': text,
        'hint': hint,
        'tone': tone,
        'symbol': symbol,
        'due': _DUE.get(due, due),
        'round': row.round,
        'open': row.open_marks,
        'answered': row.answered_marks,
        'pending': pending,
        'problem': bool(row.problem),
        'changed': list(CHANGED) if row.has_changed else None,
        'assignee': (row.assignee_id, row.assignee) if row.assignee_id else None,
    }
