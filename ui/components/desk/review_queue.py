"""The list at the left of the desk, kept current by announcements."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates, permissions, reviews, searches
from domain.announcements import CaseChanged, ReadersChanged
from domain.cases import case_numbers, deputies, worklists
from domain.cases.deputies import Standing
from domain.cases.transitions import VERBS
from domain.cases.worklists import OF_AGENCY, AgencyList
from domain.model import Account
from domain.reviews import CaseRow, presence
from domain.reviews.presence import Reader

from ...live import follow, of_agency, together
from ..states import CHANGED, STATUSES, deadline
from .desk_view import ORDERS, TABS, DeskView

MOST_SHOWN = 200
_DUE = {'late': 'overdue'}


@dataclass(frozen=True)
class Queue:
    """The rows of the list, and their JSON, which is the same for every reviewer of the agency."""

    rows: Sequence[CaseRow]
    text: str


class review_queue(Element, component='review_queue.js'):
    """`selected` is the open case; `view` follows the reviewer's filters."""

    def __init__(self, account: Account, view: DeskView, selected: int | None) -> None:
        super().__init__()
        self.account, self.view = account, view
        self.rows: Sequence[CaseRow] = ()
        self.then: Callable[[], Awaitable[None]] | None = None  # called after the rows were read again
        self.is_whole = True
        self._props.update({'selected': selected or 0, 'me': account.id, 'orders': ORDERS, 'turn': 0, 'queue': '{}'})
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
        follow(CaseChanged, queue.renew, of_agency(account))
        follow(ReadersChanged, queue.renew, of_agency(account))
        return queue

    async def renew(self) -> None:
        """Reads the queue again; an unchanged one is not sent."""
        permissions.require(self.account, 'reviews.queues')
        counts = await together(('queues', self.account.agency_id), lambda: _counts(self.account))
        view = self.view
        self.is_whole = counts[view.tab] <= MOST_SHOWN and not view.q
        if counts[view.tab] <= MOST_SHOWN:  # all are shown: filtered in the browser
            view = replace(view, due=None, unit=None, roster=None)
        # What somebody has searched for is for that account alone.
        key = ('queue', self.account.agency_id, view, self.account.id if view.q else 0)
        queue = await together(key, lambda: _queue(self.account, view, counts))
        self.rows = queue.rows
        if self._props['queue'] != queue.text:
            self._props['queue'] = queue.text
        if self.then is not None:
            await self.then()

    def unpick(self) -> None:
        """Clears the selection."""
        self._props['turn'] += 1
        self.update()

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


async def _counts(account: Account) -> dict[AgencyList, int]:
    by_status = (await reviews.counts(by=account)).by_status
    return {tab: sum(by_status[status] for status in statuses) for tab, statuses in OF_AGENCY.items()}


async def _queue(account: Account, view: DeskView, counts: dict[AgencyList, int]) -> Queue:
    """One JSON text: NiceGUI and socket.io walk through lists and dicts once for each page they are sent to."""
    found = await view.rows(account, MOST_SHOWN)
    rows = found[:MOST_SHOWN]
    readers = await presence.of_agency(by=account) if view.tab is AgencyList.TURN else {}
    away = await deputies.told(by=account)
    in_hand = await deputies.in_hand([row.id for row in rows], by=account) if view.tab is AgencyList.TURN else {}
    extent = await view.extent(account) if counts[view.tab] > MOST_SHOWN else None
    units = extent.units if extent else sorted({(row.host_unit_id, row.unit) for row in rows}, key=lambda unit: unit[1])
    queue = {
        'cases': [_row(row, readers.get(row.id, []), account) | {'stood': _stood(in_hand.get(row.id))} for row in rows],
        'away': [[*_stood(one), dates.roc(one.ends_on)[4:]] for one in away],
        'more': len(found) > MOST_SHOWN,
        'first': (view.page - 1) * MOST_SHOWN + 1,
        'units': units,
        # Where not all are shown: what the filters count, and how many are in the list that is chosen.
        'pills': {'': extent.cases, 'overdue': extent.overdue, 'today': extent.due_today} if extent else None,
        'chosen': extent.chosen if extent else None,
        'tabs': [{'key': key, 'label': label, 'count': counts[tab]} for tab, (key, label) in TABS.items()],
    }
    return Queue(rows, json.dumps(queue, ensure_ascii=False))


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _stood(one: Standing | None) -> list[Any]:
    return [one.deputy.id, one.deputy.name, one.absent.name] if one else []


def _row(row: CaseRow, readers: list[Reader], account: Account) -> dict[str, Any]:
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
        'readers': [(reader.account_id, reader.name) for reader in readers],
    }
