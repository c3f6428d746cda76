"""輪到誰: whose turn a case is, in one word, and in which list of each side it stands.

Every status stands in exactly one list of each side, so a case that moves leaves one list for another and never drops
out; a draft is in none of the agency's. The unit's lists are read here, the agency's are its `queues`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tortoise.connection import get_connection
from tortoise.functions import Max

from db.choices import ApplicationStatus, Choice, Role
from db.models import Account, Application, Volunteer

from .. import permissions
from ..paging import Page, bounds, counted, page_of

DRAFT, SUBMITTED, RETURNED = ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED
APPROVED, REJECTED, WITHDRAWN = ApplicationStatus.APPROVED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN

OPEN = (DRAFT, SUBMITTED, RETURNED)
WITH_UNIT = (RETURNED, DRAFT)
CLOSED = (REJECTED, WITHDRAWN)


class UnitList(Choice):
    """The unit's lists, as its tabs name them."""

    TURN = 'turn', '輪到您'
    REVIEW = 'review', '審核中'
    APPROVED = 'approved', '已核可'
    CLOSED = 'closed', '駁回與撤回'


class AgencyList(Choice):
    """The agency's lists."""

    TURN = 'turn', '輪到您'
    RETURNED = 'returned', '待補件'
    APPROVED = 'approved', '已核可'
    CLOSED = 'closed', '駁回與撤回'


OF_UNIT: dict[UnitList, tuple[ApplicationStatus, ...]] = {
    UnitList.TURN: WITH_UNIT,
    UnitList.REVIEW: (SUBMITTED,),
    UnitList.APPROVED: (APPROVED,),
    UnitList.CLOSED: CLOSED,
}
OF_AGENCY: dict[AgencyList, tuple[ApplicationStatus, ...]] = {
    AgencyList.TURN: (SUBMITTED,),
    AgencyList.RETURNED: (RETURNED,),
    AgencyList.APPROVED: (APPROVED,),
    AgencyList.CLOSED: CLOSED,
}

Which = TypeVar('Which', UnitList, AgencyList)


class HasStatus(Protocol):
    """An application, or a row that stands for one."""

    @property
    def status(self) -> ApplicationStatus: ...


class TurnState(Choice):
    """Whose turn a case is, or how it has ended, in one word for whoever reads it."""

    YOURS = 'yours', '輪到您'
    DRAFT = 'draft', '草稿'
    PREPARED = 'prepared', '單位準備中'
    REVIEW = 'review', '審核中'
    RETURNED = 'returned', '待補件'
    APPROVED = 'approved', '已核可'
    REJECTED = 'rejected', '駁回'
    WITHDRAWN = 'withdrawn', '撤回'
    ISSUED = 'issued', '已核發'
    NOT_SENT = 'not_sent', '尚未送件'


@dataclass(frozen=True)
class Turn:
    """The state, and `why`: what is to be done, '' when the word says it all."""

    state: TurnState
    why: str = ''

    @property
    def word(self) -> str:
        """The state in one word."""
        return self.state.label


REVIEW = Turn(TurnState.REVIEW)  # for both sides while a decision waits to be carried out
_CLOSED = {
    APPROVED: Turn(TurnState.APPROVED),
    REJECTED: Turn(TurnState.REJECTED),
    WITHDRAWN: Turn(TurnState.WITHDRAWN),
}
# Of a place, as permissions.place_of has it. Each page of a clerk asks it, for the bell.
_COUNTS = """
SELECT status, count(*) AS n FROM application
WHERE host_unit_id = $1 AND ($2::int IS NULL OR team_id = $2) GROUP BY status"""
_TURNS: dict[Role, dict[ApplicationStatus, Turn]] = {
    Role.UNIT_STAFF: {
        DRAFT: Turn(TurnState.YOURS, '草稿，尚未送審'),
        SUBMITTED: REVIEW,
        RETURNED: Turn(TurnState.YOURS, '待補件'),
    },
    Role.REVIEWER: {
        DRAFT: Turn(TurnState.DRAFT),
        SUBMITTED: Turn(TurnState.YOURS, '待審核'),
        RETURNED: Turn(TurnState.RETURNED),
    },
    Role.VOLUNTEER: {
        DRAFT: Turn(TurnState.PREPARED),
        SUBMITTED: REVIEW,
        RETURNED: Turn(TurnState.RETURNED),
    },
}


def of(case: HasStatus, account: Account) -> Turn:
    """Whose turn the case is, seen by `account`: 輪到您, 審核中, 待補件, 已核可; 駁回 and 撤回 once it is closed."""
    return (_TURNS.get(account.role, _TURNS[Role.REVIEWER]) | _CLOSED)[case.status]


def totals(
    counts: Mapping[ApplicationStatus, int], lists: Mapping[Which, tuple[ApplicationStatus, ...]]
) -> dict[Which, int]:
    """How many cases stand in each of `lists`, from how many stand in each status."""
    return {which: sum(counts.get(status, 0) for status in statuses) for which, statuses in lists.items()}


async def of_unit(
    *, by: Account, which: UnitList | None = None, page: int = 1, per_page: int = 10
) -> Page[Application]:
    """One list of the unit, or all its applications, with volunteer, agency and roster.

    輪到您: what was returned before the drafts. 審核中: the next deadline first. Else the latest change first.
    """
    permissions.require(by, 'cases.worklists.of_unit')
    number, per_page = bounds(page, per_page)
    ours = Application.filter(**permissions.place_of(by))
    if which is not None:
        ours = ours.filter(status__in=OF_UNIT[which])
    cases, latest = ours.select_related('volunteer', 'agency', 'roster'), ('-updated_at', '-id')
    if which is UnitList.REVIEW:  # not all have a deadline
        rows = await cases.order_by('due_on', *latest).offset((number - 1) * per_page).limit(per_page)
        return await counted(rows, ours, number, per_page)
    # 'returned' sorts after 'draft'.
    return await page_of(cases, ('-status', *latest) if which is UnitList.TURN else latest, number, per_page)


async def repeatable(found: Sequence[Application], *, by: Account) -> set[int]:
    """Which of the unit's closed applications 重新申請 makes sense for: the last one of its volunteer, by id."""
    permissions.require(by, 'cases.worklists.repeatable')
    people = {one.volunteer_id for one in found if one.status in CLOSED}
    if not people:
        return set()
    latest = Application.filter(volunteer_id__in=people).annotate(latest=Max('id')).group_by('volunteer_id')
    ids = {int(row['latest']) for row in await latest.values('latest')}
    return {one.id for one in found if one.id in ids and one.status in CLOSED and permissions.may_see_case(by, one)}


async def out_of_reach(found: Sequence[Application], *, by: Account) -> set[int]:
    """Those of the unit's applications, by id, whose volunteer the unit no longer has: only the case can be opened."""
    permissions.require(by, 'cases.worklists.out_of_reach')
    people = Volunteer.filter(permissions.visible_to(by), id__in=[one.volunteer_id for one in found])
    reached = {person.id for person in await people.only('id')} if found else set()
    return {one.id for one in found if one.volunteer_id not in reached}


async def counts_of(*, by: Account) -> dict[ApplicationStatus, int]:
    """How many applications of the unit stand in each status; every status is there. `totals` sums the lists."""
    permissions.require(by, 'cases.worklists.counts_of')
    rows = await get_connection('default').execute_query_dict(_COUNTS, [by.host_unit_id, by.team_id])
    found = {row['status']: row['n'] for row in rows}
    return {status: found.get(status.value, 0) for status in ApplicationStatus}
