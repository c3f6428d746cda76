"""名冊 as people see it: the lists of rosters, the rows of one with what each still lacks, and who may join one.

A unit sees every row of its rosters, an agency those that were sent to it. Reading the rows of a roster takes a handful
of queries, whether there are one or two hundred.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from tortoise.connection import get_connection
from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from db import sealing
from db.choices import ApplicationStatus, IssueKind, Role
from db.models import Account, Application, Decision, Roster, Training, Volunteer

from .. import applications, corrections, identity_numbers, papers, permissions, readiness, validation
from ..calendar import days_left
from ..calendar.days_left import DaysLeft
from ..cases import forgotten_drafts, resubmission_limit, worklists
from ..errors import NotFound
from ..paging import Page, bounds, counted
from ..readiness import Check
from ..reviews import openings
from ..volunteers import listing, spelling

# What waits comes first, by its due day; then what was touched last.
_OF_AGENCY = (
    'SELECT roster_id, count(*) OVER () AS total FROM application'
    ' WHERE agency_id = $1 AND round > 0 AND roster_id = ANY($4) GROUP BY roster_id'
    " ORDER BY min(due_on) FILTER (WHERE status = 'submitted') NULLS LAST, max(updated_at) DESC, roster_id DESC"
    ' LIMIT $2 OFFSET $3'
)


# What there is beside each of the applications $1; of no agency ($2) nobody has opened anything.
_BESIDE = f"""
SELECT one.id,
  (SELECT count(*) FROM correction WHERE application_id = one.id AND status <> ALL($3::text[] || $4::text[])),
  (SELECT count(*) FROM correction WHERE application_id = one.id AND status = ANY($4::text[])),
  EXISTS (SELECT FROM eye_check WHERE application_id = one.id),
  {openings.IS_OPENED.format(case='one', agency='$2')}
FROM application one WHERE one.id = ANY($1::int[])"""  # noqa: S608 -- our own words


class _Beside(NamedTuple):
    """Corrections that wait for the unit and for the reviewer; whether somebody ticked something, and opened it."""

    unanswered: int
    answered: int
    has_ticks: bool
    is_opened: bool


@dataclass(frozen=True)
class RosterSummary:
    """A roster with unit, agency and county, how many of its rows stand in each status, and the next due day."""

    roster: Roster
    by_status: dict[ApplicationStatus, int]
    due_on: date | None
    days_left: DaysLeft | None

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class RosterRow:
    """One row: the application with volunteer and agency, what was checked, and how many of its corrections are open.

    `checks` are empty where nobody has to act. `unanswered` corrections wait for the unit, `answered` ones for the
    reviewer. `pending` is a decision that may still be taken back. `days_left` is None when no period runs: that of the
    review, for the unit also that of its correction.
    """

    application: Application
    checks: Sequence[Check] = ()
    unanswered: int = 0
    answered: int = 0
    pending: Decision | None = None
    problem: str = ''
    days_left: DaysLeft | None = None
    hindrance: str = ''
    """Why it cannot be sent now, as a sentence; '' when it can."""
    has_changed: bool = False
    """Whether the unit has changed something since a reviewer looked; for the agency."""
    is_opened: bool = False
    """Whether a reviewer has opened it since it was sent; for the agency."""

    @property
    def volunteer(self) -> Volunteer:
        """Whose application it is."""
        return self.application.volunteer

    @property
    def lacking(self) -> list[Check]:
        """What stands in the way."""
        return readiness.lacking(self.checks)

    @property
    def is_prepared(self) -> bool:
        """Whether it goes along unless the clerk holds it back: a ready draft, or a returned one that was answered.

        One that came back without marks is sent again only by name, since nobody can tell whether it was mended.
        """
        return not self.hindrance and (self.application.status == ApplicationStatus.DRAFT or self.answered > 0)


async def get(roster_id: int, *, by: Account) -> Roster:
    """A roster with unit, agency and county: the unit's own, or one of which something was sent to the agency.

    A clerk of one team sees the rosters of that team, and of others the rows of its people. Raises NotFound.
    """
    found = await _open_to(roster_id, by).select_related(*_RELATED).first()
    if found is None:
        raise NotFound
    return found


def _open_to(roster_id: int, by: Account) -> QuerySet[Roster]:
    permissions.require(by, 'rosters.rows.get')
    asked = validation.record_id(roster_id)
    received = _seen_by(by).filter(roster_id=asked).values('roster_id')
    ours = of_place(by) if by.role == Role.UNIT_STAFF else Q(id__in=Subquery(received))
    return Roster.filter(ours, id=asked)


async def of_unit(
    *, by: Account, text: str = '', only_turn: bool = False, page: int = 1, per_page: int = 10
) -> Page[RosterSummary]:
    """The unit's rosters, the latest change first.

    `text` is part of a title or of the name of somebody listed; `only_turn`: where something waits for the reader.
    """
    permissions.require(by, 'rosters.rows.of_unit')
    number, per_page = bounds(page, per_page)
    ours = Roster.filter(await _asked_for(text, only_turn, by), of_place(by))
    found = await ours.offset((number - 1) * per_page).limit(per_page).select_related(*_RELATED)
    shown = await counted(found, ours, number, per_page)
    return Page(await _summaries(found, by), shown.total, number, per_page)


async def of_agency(
    *, by: Account, text: str = '', only_turn: bool = False, page: int = 1, per_page: int = 10
) -> Page[RosterSummary]:
    """The rosters the agency has received, those with the nearest due day first; found as by `of_unit`, or by unit."""
    permissions.require(by, 'rosters.rows.of_agency')
    number, per_page = bounds(page, per_page)
    received = Roster.filter(await _asked_for(text, only_turn, by), agency_id=by.agency_id)
    ids = await received.values_list('id', flat=True)
    given = [by.agency_id, per_page, (number - 1) * per_page, ids]
    listed = await get_connection('default').execute_query_dict(_OF_AGENCY, given)
    found = {one.id: one for one in await Roster.filter(id__in=_ids(listed)).select_related(*_RELATED)}
    total = listed[0]['total'] if listed else 0
    return Page(await _summaries([found[one] for one in _ids(listed)], by), total, number, per_page)


async def rows(roster: Roster, *, by: Account) -> list[RosterRow]:
    """The rows in their order: for the unit all of them, for the agency those that were sent to it. Raises NotFound.

    `roster` comes with its agency, which never becomes another one.
    """
    return (await read(roster, by=by))[0]


async def read(roster: Roster, *, by: Account) -> tuple[list[RosterRow], dict[int, list[Training]]]:
    """The same with the trainings of those rows that wait for the agency, by volunteer: for the sheet of pictures."""
    is_unit = by.role == Role.UNIT_STAFF
    related = _OF_ROW if is_unit else (*_OF_ROW, 'decision__by')  # the unit hears of a decision when it is released
    listed = await _seen_by(by).filter(roster_id=roster.id).order_by('roster_position', 'id').select_related(*related)
    if not is_open(roster, listed, by=by) and not await _open_to(roster.id, by).exists():
        raise NotFound
    acting = [
        one for one in listed if one.status in (worklists.WITH_UNIT if is_unit else (ApplicationStatus.SUBMITTED,))
    ]
    there = await _beside(listed, by)
    trainings = {} if is_unit else await _trainings(acting)
    if is_unit:
        checks = await readiness.checks_at_unit(acting, by=by)
    else:
        checks = await _checks_of_agency(acting, trainings, there, by)
    left = await days_left.of_cases(listed) | (await days_left.of_corrections(listed) if is_unit else {})
    waits = await resubmission_limit.hindrances(listed) if is_unit else {}
    changed = set() if is_unit else await papers.unlooked(one.id for one in acting if one.papers_changed_at)
    found = []
    for one in listed:
        beside = there[one.id]
        unanswered = beside.unanswered
        decision = None if is_unit else one.decision
        is_pending = one.status == ApplicationStatus.SUBMITTED and decision is not None and not decision.problem
        if is_unit and one.status == ApplicationStatus.SUBMITTED:
            unanswered = 0  # what a reviewer is about to mark is not yet said
        found.append(
            RosterRow(
                application=one,
                checks=checks.get(one.id, ()),
                unanswered=unanswered,
                answered=beside.answered,
                pending=decision if is_pending else None,
                problem=decision.problem if decision else '',
                days_left=left.get(one.id),
                hindrance=_hindrance(one, roster, checks.get(one.id), unanswered, waits) if is_unit else '',
                has_changed=one.id in changed,
                is_opened=beside.is_opened,
            )
        )
    return found, trainings


def is_open(roster: Roster, listed: Sequence[Application], *, by: Account) -> bool:
    """Whether `by` may open it, as the applications of it tell that were just read.

    Where they do not, as of an empty one, it has to be asked.
    """
    permissions.require(by, 'rosters.rows.get')
    is_ours = by.role != Role.UNIT_STAFF or roster.host_unit_id == by.host_unit_id
    return is_ours and any(one.roster_id == roster.id and permissions.may_see_case(by, one) for one in listed)


async def _trainings(waiting: Sequence[Application]) -> dict[int, list[Training]]:
    trainings: dict[int, list[Training]] = {one.volunteer_id: [] for one in waiting}
    if waiting:
        of_them = Training.filter(volunteer_id__in=list(trainings)).select_related('trained_for', 'field')
        for training in await of_them:
            trainings[training.volunteer_id].append(training)
    return trainings


async def _checks_of_agency(
    waiting: Sequence[Application],
    trainings: Mapping[int, list[Training]],
    there: Mapping[int, _Beside],
    by: Account,
) -> dict[int, list[Check]]:
    """The lists of rows just read: what they hold is told from these rows and their trainings."""
    held = {one.id: papers.collected(one, trainings[one.volunteer_id]) for one in waiting}
    are_ticked = [one.id for one in waiting if there[one.id].has_ticks]
    return await readiness.checks_read(waiting, held, by=by, are_ticked=are_ticked)


async def candidates(
    *, by: Account, kind: IssueKind = IssueKind.FIRST, text: str = '', page: int = 1, per_page: int = 20
) -> Page[Volunteer]:
    """Volunteers of the unit who may join a roster, by name; see `candidate_ids`."""
    number, per_page = bounds(page, per_page)
    # All ids cost as much as their count, and the rows are then few.
    ids = await candidate_ids(by=by, kind=kind, text=text)
    shown = ids[(number - 1) * per_page : number * per_page]
    found = await Volunteer.filter(id__in=shown).order_by('name_order', 'id') if shown else []
    return Page(found, len(ids), number, per_page)


async def candidate_ids(*, by: Account, kind: IssueKind = IssueKind.FIRST, text: str = '') -> list[int]:
    """Everybody of the unit for whom nothing is under way: without a book for 初次, with one for the other kinds.

    A draft of the unit's own that stands in no roster is no hindrance: it is taken along. One that another unit has
    forgotten gives way.
    """
    found: list[Any] = list(
        await (await _free(kind, text, by)).order_by('name_order', 'id').values_list('id', flat=True)
    )
    return found


async def having_book(volunteer_ids: Sequence[int]) -> set[int]:
    """Which of these have a book in use, or a paper book that waits to be confirmed: no 初次 for them."""
    people = Volunteer.annotate(has_book=RawSQL(listing.HAS_BOOK), has_paper=RawSQL(listing.HAS_PAPER))
    held = Q(has_book=True) | Q(has_paper=True)
    ids: set[Any] = {*await people.filter(held, id__in=list(volunteer_ids)).values_list('id', flat=True)}
    return ids


async def _free(kind: IssueKind, text: str, by: Account) -> QuerySet[Volunteer]:
    permissions.require(by, 'rosters.rows')
    ours = permissions.people_of(by)
    own_drafts = Q(**permissions.place_of(by), status=ApplicationStatus.DRAFT, roster_id=None)
    given_up = await forgotten_drafts.of_our_people(by=by)
    taken = Application.filter(~own_drafts, ~Q(id__in=given_up), volunteer_id__in=ours, status__in=applications.OPEN)
    with_book = Q(has_book=True)
    if kind in (IssueKind.REPLACEMENT, IssueKind.REISSUE):
        with_book |= ~Q(legacy_serial='')
    fitting = ~with_book if kind == IssueKind.FIRST else with_book
    if kind == IssueKind.FIRST:  # whose paper book waits to be confirmed has one
        fitting &= Q(has_paper=False)
    people = Volunteer.annotate(has_book=RawSQL(listing.HAS_BOOK), has_paper=RawSQL(listing.HAS_PAPER))
    listed = people.filter(fitting, ~Q(id__in=await taken.values_list('volunteer_id', flat=True)), id__in=ours)
    if wanted := validation.searched(text):
        number = Q(identity_index=sealing.blind_index(identity_numbers.within(wanted)))
        named = spelling.named(wanted)
        listed = listed.filter(number | named if named else number)
    return listed


def of_place(by: Account) -> Q:
    """The rosters that a clerk may open: the unit's; of one team those of the team, and where its people are listed."""
    ours = Q(host_unit_id=by.host_unit_id)
    if by.team_id is None:
        return ours
    listed = _seen_by(by).exclude(roster_id=None).values('roster_id')
    return ours & Q(Q(team_id=by.team_id), Q(id__in=Subquery(listed)), join_type=Q.OR)


def _seen_by(by: Account) -> QuerySet[Application]:
    if by.role == Role.UNIT_STAFF:
        return Application.filter(**permissions.place_of(by))
    return Application.filter(agency_id=by.agency_id, round__gt=0)


async def _asked_for(text: str, only_turn: bool, by: Account) -> Q:
    seen, asked = _seen_by(by).exclude(roster_id=None), Q()
    if only_turn:
        waiting = worklists.WITH_UNIT if by.role == Role.UNIT_STAFF else (ApplicationStatus.SUBMITTED,)
        asked &= Q(id__in=Subquery(seen.filter(status__in=waiting).values('roster_id')))
    if wanted := validation.searched(text):
        named = Q(title__icontains=wanted) | Q(host_unit__name__icontains=wanted)
        if (people := await spelling.anywhere(wanted)) is not None:
            rosters = await seen.filter(volunteer_id__in=people).distinct().values_list('roster_id')
            named |= Q(id__in=[one for (one,) in rosters])
        asked &= named
    return asked


async def _summaries(found: Sequence[Roster], by: Account) -> list[RosterSummary]:
    if not found:
        return []
    ids = [one.id for one in found]
    listed = _seen_by(by).filter(roster_id__in=ids).annotate(n=Count('id')).group_by('roster_id', 'status', 'due_on')
    groups: list[Any] = list(await listed.values_list('roster_id', 'status', 'due_on', 'n'))
    by_roster: dict[int, list[tuple[str, date | None, int]]] = {one.id: [] for one in found}
    for roster_id, *group in groups:
        by_roster[roster_id].append(tuple(group))
    due = {one.id: (day, days_left.calendar_of(one.agency)) for one in found if (day := _next_due(by_roster[one.id]))}
    left = await days_left.of(due)
    return [_summary(one, by_roster[one.id], left.get(one.id)) for one in found]


def _summary(
    roster: Roster, groups: Sequence[tuple[str, date | None, int]], days_left: DaysLeft | None
) -> RosterSummary:
    counts: Counter[str] = Counter()
    for status, _, count in groups:
        counts[str(status)] += count
    by_status = {status: counts[status.value] for status in ApplicationStatus}
    return RosterSummary(roster, by_status, _next_due(groups), days_left)


def _next_due(groups: Sequence[tuple[str, date | None, int]]) -> date | None:
    due = [day for status, day, _ in groups if day and status == ApplicationStatus.SUBMITTED]
    return min(due, default=None)


async def _beside(listed: Sequence[Application], by: Account) -> dict[int, _Beside]:
    if not listed:
        return {}
    values = [[one.id for one in listed], by.agency_id, corrections.CLOSED, corrections.ANSWERED]
    _, rows = await get_connection('default').execute_query(_BESIDE, values)
    return {one: _Beside(*told) for one, *told in rows}


def _hindrance(
    application: Application,
    roster: Roster,
    checks: Sequence[Check] | None,
    unanswered: int,
    waits: Mapping[int, str],
) -> str:
    if application.status not in worklists.WITH_UNIT:
        return f'{application.status.label}，不需要再送。'
    if checks is None:
        out = '移出名冊' if application.status == ApplicationStatus.DRAFT else '到「送審進度」撤回這件申請'
        return f'這位志工已不在您的單位，不能代為申請。請先收編，或{out}。'
    if application.agency_id != roster.agency_id:
        return f'申請的發冊機關是{application.agency.name}，與名冊不同。請改選{roster.agency.name}，或移出名冊另送。'
    if unanswered:
        return f'還有 {unanswered} 項需補正沒有回覆。請逐項修改，或說明您的看法。'
    if lacking := readiness.lacking(checks):
        return '尚缺：' + '；'.join(f'{check.label}（{check.note}）' for check in lacking) + '。'
    return waits.get(application.id, '')


def _ids(listed: Sequence[dict[str, Any]]) -> list[int]:
    return [one['roster_id'] for one in listed]


_RELATED = ('host_unit', 'agency', 'county', 'created_by')
_OF_ROW = ('volunteer', 'agency__field', 'host_unit', 'county')
