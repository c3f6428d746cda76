"""The queue of an agency: what waits for it and what is done, in the reviewer's own order, and how many stand where."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from tortoise.connection import get_connection
from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.queryset import QuerySet

from db import sealing
from db.choices import ApplicationStatus, IssueKind
from db.models import Account, Application, Decision, HostUnit

from .. import dates, identity_numbers, papers, permissions, validation
from ..audit import reads
from ..calendar import days_left
from ..calendar.days_left import DaysLeft
from ..cases.deputies import IS_ANYBODY_AWAY
from ..cases.worklists import CLOSED
from ..volunteers import spelling
from . import deadlines

Due = Literal['overdue', 'today']
# By the deadline; who came first; the newest; by unit; by the volunteer's name.
Order = Literal['due', 'oldest', 'newest', 'unit', 'name']
Statuses = ApplicationStatus | Sequence[ApplicationStatus]

SUBMITTED = ApplicationStatus.SUBMITTED
FEWEST_DIGITS = 4  # of a telephone number
_ORDERS: dict[str, tuple[str, ...]] = {
    'due': ('due_on', 'submitted_at', 'id'),
    'oldest': ('submitted_at', 'id'),
    'newest': ('-submitted_at', '-id'),
    'unit': ('host_unit__name', 'due_on', 'submitted_at', 'id'),
    'name': ('volunteer__name_order', 'id'),
}
_COLUMNS = (
    'id',
    'version',
    'kind',
    'status',
    'round',
    'submitted_at',
    'due_on',
    'correct_by',
    'decided_at',
    'host_unit_id',
    'roster_id',
    'papers_changed_at',
    'volunteer_id',
    'assignee_id',
)
_JOINED = {
    'volunteer': 'volunteer__name',
    'identity_masked': 'volunteer__identity_masked',
    'unit': 'host_unit__name',
    'unit_phone': 'host_unit__phone',
    'roster': 'roster__title',
    'county': 'agency__county_id',
    'counts_working_days': 'agency__counts_working_days',
    'assignee': 'assignee__name',
    'decision': 'decision__id',
    'to': 'decision__to',
    'by_id': 'decision__by_id',
    'by_name': 'decision__by__name',
    'release_at': 'decision__release_at',
    'problem': 'decision__problem',
}
# How many corrections wait for the unit, and how many for the reviewer's second look.
_MARKS = {
    'open_marks': "(SELECT count(*) FROM correction WHERE application_id = application.id AND status = 'open')",
    'answered_marks': """
        (SELECT count(*) FROM correction
         WHERE application_id = application.id AND status IN ('mended', 'disputed'))""",
}
# What waits is counted, what is closed is tallied with each case.
_COUNTS = f"""
SELECT 'submitted' AS status, count(*) AS cases,
       count(*) FILTER (WHERE {deadlines.IN_SQL['overdue'].format(today='$2')}) AS overdue,
       count(*) FILTER (WHERE {deadlines.IN_SQL['today'].format(today='$2')}) AS due_today
FROM application WHERE agency_id = $1 AND round > 0 AND status = 'submitted'
UNION ALL SELECT 'returned', count(*), 0, 0 FROM application WHERE agency_id = $1 AND round > 0 AND status = 'returned'
UNION ALL SELECT part, number, 0, 0 FROM tally WHERE agency_id = $1 AND what = 'case'
UNION ALL SELECT 'away', 1, 0, 0 WHERE {IS_ANYBODY_AWAY.format(agency='$1', day='$2')}
"""  # noqa: S608 -- our own words
_UNITS = """
SELECT id, name FROM host_unit
WHERE EXISTS (SELECT FROM application
              WHERE host_unit_id = host_unit.id AND agency_id = $1 AND round > 0 AND status = ANY($2::text[]))
ORDER BY name
"""
_HOLDERS = (
    'SELECT id FROM volunteer WHERE identity_index = $1'
    ' UNION SELECT volunteer_id FROM record_book WHERE number = $2 AND agency_id = $3'
)


@dataclass(frozen=True)
class Pending:
    """A decision that can still be taken back by whoever made it, until `release_at`."""

    id: int
    to: ApplicationStatus
    by_id: int
    by_name: str
    release_at: datetime


@dataclass(frozen=True)
class CaseRow:
    """One line of the queue. `days_left` is None when nothing runs.

    `open_marks`: corrections that wait for the unit; `answered_marks`: those that wait for the reviewer's second look.
    `problem`: why the last decision could not be carried out, or ''. `has_changed`: since somebody looked last.
    `assignee`: to whom the agency's supervisor gave the case, '' for nobody.
    """

    id: int
    version: int
    volunteer: str
    identity_masked: str
    host_unit_id: int
    unit: str
    unit_phone: str
    kind: IssueKind
    status: ApplicationStatus
    round: int
    submitted_at: datetime
    due_on: date | None
    correct_by: date | None
    days_left: DaysLeft | None
    decided_at: datetime | None
    roster_id: int | None
    roster: str
    open_marks: int
    answered_marks: int
    pending: Pending | None
    problem: str
    has_changed: bool
    assignee_id: int | None = None
    assignee: str = ''


@dataclass(frozen=True)
class Counts:
    """What the tabs of the queue say; `overdue` and `due_today` are among those that wait.

    `is_anybody_away`: of the agency's reviewers, today.
    """

    by_status: dict[ApplicationStatus, int]
    overdue: int
    due_today: int
    is_anybody_away: bool


@dataclass(frozen=True)
class Extent:
    """How much of a list there is in the database, of which a page is shown.

    `cases`, `overdue` and `due_today` whatever unit and period are chosen; `chosen` with them. `units`: id and name of
    those that have a case in the list, by name.
    """

    cases: int
    overdue: int
    due_today: int
    chosen: int
    units: list[tuple[int, str]]


@dataclass(frozen=True)
class Neighbours:
    """The cases before and after one."""

    previous: int | None
    next: int | None


async def awaiting(
    *,
    by: Account,
    status: Statuses = SUBMITTED,
    host_unit_id: int | None = None,
    due: Due | None = None,
    roster_id: int | None = None,
    text: str = '',
    order: Order = 'due',
    limit: int = 50,
    offset: int = 0,
) -> list[CaseRow]:
    """The agency's cases in a status or several; `order` is for what waits, what is done comes latest first.

    `text` is part of a name or of the unit, its telephone, or a whole identity, record book or case number.
    A case with a pending decision waits until that is released. One query for all that changes together, however many
    rows; one more where the agency counts working days, four where something was changed under review, one where cases
    are closed.
    """
    found, places = await _found(by, status, host_unit_id, due, roster_id, text), _places(status, order)
    cases = (await _together(found, places, offset + limit)).order_by(*places)
    # Plain values: hundreds of open queues read this whenever a case moves.
    marked = cases.annotate(**{name: RawSQL(count) for name, count in _MARKS.items()})
    rows = await marked.offset(offset).limit(limit).values(*_COLUMNS, *_MARKS, **_JOINED)
    reads.see([row.pop('volunteer_id') for row in rows])
    left = await _days_left(rows)
    changed = await papers.unlooked(
        [row['id'] for row in rows if row.pop('papers_changed_at') and row['status'] == SUBMITTED]
    )
    # A case that ended without a book is shown as it was sent, not as its volunteer is called today.
    then = await papers.names(row['id'] for row in rows if row['status'] in CLOSED)
    for row in rows:
        row['volunteer'], row['identity_masked'] = then.get(row['id'], (row['volunteer'], row['identity_masked']))
    return [_row(row | {'has_changed': row['id'] in changed}, left.get(row['id'])) for row in rows]


async def counts(*, by: Account) -> Counts:
    """How many cases stand where, for the tabs and filters."""
    permissions.require(by, 'reviews.queues.counts')
    rows = await get_connection('default').execute_query_dict(_COUNTS, [by.agency_id, dates.today()])
    found = {row['status']: row for row in rows}
    waiting = found.get(SUBMITTED.value, {})
    return Counts(
        by_status={status: found.get(status.value, {}).get('cases', 0) for status in ApplicationStatus},
        overdue=waiting.get('overdue', 0),
        due_today=waiting.get('due_today', 0),
        is_anybody_away='away' in found,
    )


async def extent(
    *,
    by: Account,
    status: Statuses = SUBMITTED,
    host_unit_id: int | None = None,
    due: Due | None = None,
    roster_id: int | None = None,
    text: str = '',
) -> Extent:
    """How much of the list there is that `awaiting` gives in pages."""

    async def count(unit: int | None, when: Due | None) -> int:
        found = await _found(by, status, unit, when, roster_id, text)
        if len(found) == 1:
            return await found[0].count()
        return len({one for cases in found for (one,) in await cases.values_list('id')})

    statuses = [status] if isinstance(status, ApplicationStatus) else status
    of_units = await get_connection('default').execute_query_dict(
        _UNITS, [by.agency_id, [str(s.value) for s in statuses]]
    )
    cases = await count(None, None)
    waits = status == SUBMITTED
    return Extent(
        cases=cases,
        overdue=await count(None, 'overdue') if waits else 0,
        due_today=await count(None, 'today') if waits else 0,
        chosen=await count(host_unit_id, due) if host_unit_id or due else cases,
        units=[(row['id'], row['name']) for row in of_units],
    )


async def neighbours(
    application_id: int,
    *,
    by: Account,
    status: Statuses = SUBMITTED,
    host_unit_id: int | None = None,
    due: Due | None = None,
    roster_id: int | None = None,
    text: str = '',
    order: Order = 'due',
) -> Neighbours:
    """What comes before and after the case in the queue as `awaiting` gives it and counts it.

    Cases just decided are passed over, though they count until they are released, as in every list. Of a case that has
    left the queue the next one is the first.
    """
    pending = Subquery(Decision.filter(problem='').values('application_id'))
    found = await _found(by, status, host_unit_id, due, roster_id, text)
    found = [cases.filter(Q(id=application_id) | ~Q(id__in=pending)) for cases in found]
    places = _places(status, order)
    at = [row for cases in found for row in await cases.filter(id=application_id).values(*map(_column, places))]
    if not at:
        return Neighbours(None, await _first(found, places))
    return Neighbours(await _beside(found, _turned(places), at[0]), await _beside(found, places, at[0]))


async def _beside(found: Sequence[QuerySet[Application]], places: Sequence[str], at: Mapping[str, Any]) -> int | None:
    """What comes after the row `at` in the order `places`: one row is read. Empty places are the largest values."""
    near, same = Q(id__in=[]), Q()
    for place in places:
        column, value = _column(place), at[_column(place)]
        near |= same & _beyond(place, value)
        same &= _empty(column) if value is None else Q(**{column: value})
    for bound in _bounds(places[0], at[_column(places[0])]):
        if (following := await _first([cases.filter(near, bound) for cases in found], places)) is not None:
            return following
    return None


def _beyond(place: str, value: Any) -> Q:
    column, is_down = _column(place), place.startswith('-')
    if value is None:
        return ~_empty(column) if is_down else Q(id__in=[])
    return Q(**{f'{column}__lt': value}) if is_down else Q(**{f'{column}__gt': value}) | _empty(column)


def _bounds(place: str, value: Any) -> list[Q]:
    """Where in an index the rows from `value` on stand: the first that holds one holds the next one."""
    column, is_down = _column(place), place.startswith('-')
    if value is None:
        return [_empty(column), ~_empty(column)] if is_down else [_empty(column)]
    return [Q(**{f'{column}__lte': value})] if is_down else [Q(**{f'{column}__gte': value}), _empty(column)]


def _empty(column: str) -> Q:
    is_empty: Any = {f'{column}__isnull': True}
    return Q(**is_empty)


async def _first(found: Sequence[QuerySet[Application]], places: Sequence[str]) -> int | None:
    ids = await (await _together(found, places, 1)).order_by(*places).limit(1).values_list('id', flat=True)
    return int(str(ids[0])) if ids else None


async def _together(found: Sequence[QuerySet[Application]], places: Sequence[str], most: int) -> QuerySet[Application]:
    """The first `most` cases of several ways to find them, so that each way may go by its own index."""
    if len(found) == 1:
        return found[0]
    ids = {one for cases in found for (one,) in await cases.order_by(*places).limit(most).values_list('id')}
    return Application.filter(id__in=ids)


async def _found(
    by: Account, status: Statuses, host_unit_id: int | None, due: Due | None, roster_id: int | None, text: str
) -> list[QuerySet[Application]]:
    """What is asked for, in as many ways as `text` can be meant."""
    permissions.require(by, 'reviews.queues')
    statuses = [status] if isinstance(status, ApplicationStatus) else list(status)
    cases = Application.filter(agency_id=by.agency_id, round__gt=0, status__in=statuses)
    if host_unit_id is not None:
        cases = cases.filter(host_unit_id=host_unit_id)
    if roster_id is not None:
        cases = cases.filter(roster_id=roster_id)
    if due is not None:
        cases = cases.filter(deadlines.conditions(dates.today())[due])
    wanted = validation.searched(text)
    return [cases.filter(way) for way in await _sought(wanted, by)] if wanted else [cases]


async def _sought(wanted: str, by: Account) -> list[Q]:
    """The cases of whoever, or whose unit, or which itself is called so: by the name, and by all the others."""
    number = sealing.blind_index(identity_numbers.within(wanted))
    asked = [number, validation.searched_number(wanted)[:80], by.agency_id]
    holders = await get_connection('default').execute_query_dict(_HOLDERS, asked)
    units = Q(name__icontains=wanted)
    digits = ''.join(re.findall('[0-9]', validation.telephone(wanted)))
    if len(digits) >= FEWEST_DIGITS:
        units = Q(units, dialled__contains=digits, join_type=Q.OR)
    dialled = HostUnit.annotate(dialled=RawSQL("regexp_replace(phone, '\\D', '', 'g')"))
    others = Q(volunteer_id__in=[row['id'] for row in holders])
    others |= Q(host_unit_id__in=await dialled.filter(units).values_list('id', flat=True))
    if case := validation.number_in(wanted):
        others |= Q(id=case)
    named = await spelling.anywhere(wanted)
    return [others] if named is None else [Q(volunteer_id__in=named), others]


def _places(status: Statuses, order: Order) -> tuple[str, ...]:
    if status == SUBMITTED:
        return _ORDERS.get(order, _ORDERS['due'])
    # What the unit has withdrawn was decided by nobody.
    return ('-decided_at' if isinstance(status, ApplicationStatus) else '-updated_at', '-id')


def _turned(places: Sequence[str]) -> tuple[str, ...]:
    return tuple(place[1:] if place.startswith('-') else f'-{place}' for place in places)


def _column(place: str) -> str:
    return place.removeprefix('-')


async def _days_left(rows: Sequence[dict[str, Any]]) -> dict[int, DaysLeft]:
    """Takes out of `rows` what it alone needs: how the agency counts."""
    due = {}
    for row in rows:
        county, counts_working_days = row.pop('county'), row.pop('counts_working_days')
        if row['status'] == SUBMITTED:
            due[row['id']] = (row['due_on'], county if counts_working_days else None)
    return await days_left.of(due)


def _row(facts: dict[str, Any], days_left: DaysLeft | None) -> CaseRow:
    decision = {name: facts.pop(name) for name in ('decision', 'to', 'by_id', 'by_name', 'release_at')}
    problem, number = facts.pop('problem') or '', decision.pop('decision')
    return CaseRow(
        **facts | {'roster': facts['roster'] or '', 'assignee': facts['assignee'] or ''},
        days_left=days_left,
        pending=Pending(number, **decision) if number and not problem else None,
        problem=problem if facts['status'] == SUBMITTED else '',
    )
