"""Whatever legally happens, every case stands in exactly one list of its unit and, once sent, one of its agency.

Hypothesis makes up what two units and two agencies do with two volunteers, act after act; after each the lists are
read as the pages read them. What is not theirs to do is tried too: it is refused and moves nothing.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from db.choices import (
    ApplicationStatus,
    BookStatus,
    CorrectionReason,
    CorrectionStatus,
    IssueKind,
    MembershipStatus,
    Place,
    Role,
)
from db.models import (
    Account,
    Agency,
    Application,
    Correction,
    Decision,
    HostUnit,
    Membership,
    RecordBook,
    Roster,
    Volunteer,
)
from domain import applications, corrections, dates, departures, reviews, rosters
from domain.applications import ApplicationDetails
from domain.cases import worklists
from domain.cases.transitions import UNDO_WITHIN
from domain.cases.worklists import AgencyList, UnitList
from domain.corrections import Anchor
from domain.errors import DomainError
from domain.reviews import closings, decisions

from ...builders import a_complete_volunteer, a_host_unit, a_membership, an_account, an_agency
from ..sample_office import NOW

pytestmark = pytest.mark.usefixtures('database')

DRAFT, SUBMITTED, RETURNED = ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED
APPROVED, REJECTED = ApplicationStatus.APPROVED, ApplicationStatus.REJECTED
ANCHORS = (Anchor(Place.APPLICATION, 'remarks'), Anchor(Place.BASICS, 'photo'), Anchor(Place.BASICS, 'name'))

Act = Callable[[], Awaitable[object]]


@dataclass
class World:
    """Two units that both have both volunteers, two agencies with a reviewer each, and a clock."""

    units: list[HostUnit]
    agencies: list[Agency]
    clerks: list[Account]
    reviewers: list[Account]
    people: list[Volunteer]
    now: datetime = NOW + timedelta(days=10)  # after the trainings of the builders
    rosters: dict[tuple[int, int], Roster] = field(default_factory=dict)


async def a_world() -> World:
    units, agencies = [await a_host_unit() for _ in range(2)], [await an_agency() for _ in range(2)]
    clerks = [await an_account(Role.UNIT_STAFF, host_unit=unit) for unit in units]
    people = [await a_complete_volunteer(by=clerks[0]) for _ in range(2)]
    for person in people:
        await a_membership(person, units[1])
    reviewers = [await an_account(Role.REVIEWER, agency=agency) for agency in agencies]
    return World(units, agencies, clerks, reviewers, people)


@settings(
    max_examples=16,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a failure is told act by act; making it shorter would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 59), st.integers(0, 11)), min_size=8, max_size=24),
)
async def test_after_any_legal_acts_every_case_stands_in_one_list_of_each_side_and_the_counts_are_the_rows(
    database: str, moves: Sequence[tuple[int, int, int]]
) -> None:
    world = await a_world()
    for person, choice, detail in moves:
        world.now += timedelta(seconds=1)
        with dates.frozen(world.now):
            legal, theirs = await what_can_be_done(world, world.people[person], detail)
            if theirs and choice % 2:
                await refused(world, theirs[detail % len(theirs)])
            act = legal[choice % len(legal)]
            note(f'{getattr(act, "func", act).__name__} of person {person}, {detail}')
            await act()
            await lists_are_whole(world)


async def lists_are_whole(world: World) -> None:
    cases = await Application.filter(volunteer_id__in=[person.id for person in world.people])
    for clerk in world.clerks:
        rows = {which: await rows_of_unit(clerk, which) for which in UnitList}
        assert Counter(all_of(rows)) == Counter(one.id for one in cases if one.host_unit_id == clerk.host_unit_id)
        counts = await applications.counts_of(by=clerk)
        assert worklists.totals(counts, worklists.OF_UNIT) == {which: len(rows[which]) for which in UnitList}
        assert sum(counts.values()) == (await applications.of_unit(by=clerk)).total
    for reviewer in world.reviewers:
        found = {which: await rows_of_agency(reviewer, which) for which in AgencyList}
        sent = [one.id for one in cases if one.agency_id == reviewer.agency_id and one.round > 0]
        assert Counter(all_of(found)) == Counter(sent)
        by_status = (await reviews.counts(by=reviewer)).by_status
        assert worklists.totals(by_status, worklists.OF_AGENCY) == {which: len(found[which]) for which in AgencyList}


async def rows_of_unit(clerk: Account, which: UnitList) -> list[int]:
    """All pages of the list; the total is their sum."""
    ids: list[int] = []
    while True:
        page = await applications.of_unit(by=clerk, which=which, page=len(ids) // 10 + 1)
        ids += [row.id for row in page.rows]
        if len(ids) >= page.total or not page.rows:
            assert len(ids) == page.total
            return ids


async def rows_of_agency(reviewer: Account, which: AgencyList) -> list[int]:
    return [row.id for row in await reviews.awaiting(by=reviewer, status=worklists.OF_AGENCY[which], limit=500)]


def all_of(rows: dict[UnitList, list[int]] | dict[AgencyList, list[int]]) -> Iterable[int]:
    return (one for ids in rows.values() for one in ids)


async def refused(world: World, act: Act) -> None:
    """Whoever does what is not theirs is told so, and no case moves."""
    before = await Application.all().order_by('id').values_list('id', 'status', 'version', 'agency_id')
    with pytest.raises(DomainError):
        await act()
    assert await Application.all().order_by('id').values_list('id', 'status', 'version', 'agency_id') == before


async def what_can_be_done(world: World, person: Volunteer, detail: int) -> tuple[list[Act], list[Act]]:
    """What is legal now with this volunteer's latest case, and what is not, as it is for strangers."""
    case = await Application.filter(volunteer_id=person.id).order_by('-id').select_related('roster').first()
    if case is None or case.status not in applications.OPEN:
        return await beginnings(world, person, case, detail), []
    clerk = next(one for one in world.clerks if one.host_unit_id == case.host_unit_id)
    stranger = next(one for one in world.clerks if one is not clerk)
    reviewer = next(one for one in world.reviewers if one.agency_id == case.agency_id)
    other = next(one for one in world.reviewers if one is not reviewer)
    marks = await Correction.filter(application_id=case.id)
    refused_acts: list[Act] = [
        partial(applications.withdraw, case, by=stranger),
        partial(applications.submit, case, by=stranger),
        partial(decisions.decide, case.id, REJECTED, case.version, by=other, reason='不是本機關的案件'),
        partial(corrections.mark, case, ANCHORS[0], CorrectionReason.OTHER, '請說明。', by=other),
        partial(applications.save, await details(world, person, case, detail), of=person, by=stranger),
    ]
    if case.status == SUBMITTED:
        if await Decision.exists(application_id=case.id, problem=''):
            refused_acts[:2] = [
                partial(applications.withdraw, case, by=clerk),
                partial(decisions.decide, case.id, RETURNED, case.version, by=reviewer, reason='又想了一下'),
                partial(corrections.mark, case, ANCHORS[1], CorrectionReason.OTHER, '請說明。', by=reviewer),
            ]
        return await of_reviewer(world, case, marks, clerk, reviewer, detail), refused_acts
    refused_acts.append(partial(decisions.decide, case.id, REJECTED, case.version, by=reviewer, reason='還沒送審'))
    refused_acts.append(partial(closings.close, case.id, case.version, by=reviewer))  # it still has time, or is a draft
    return await of_clerk(world, person, case, marks, clerk, detail), refused_acts


async def beginnings(world: World, person: Volunteer, case: Application | None, detail: int) -> list[Act]:
    clerk, agency = world.clerks[detail % 2], world.agencies[detail // 2 % 2]
    begun: list[Act] = [partial(applications.save, await details(world, person, None, detail), of=person, by=clerk)]
    if await book_of(person) is None:
        begun.append(partial(onto_a_roster, world, person, agency, clerk))
    if case is not None and case.status in applications.CLOSED:
        own = next(one for one in world.clerks if one.host_unit_id == case.host_unit_id)
        begun += 2 * [partial(applications.again, case, by=own)]
    return begun


async def of_clerk(
    world: World, person: Volunteer, case: Application, marks: Sequence[Correction], clerk: Account, detail: int
) -> list[Act]:
    """With the unit: changed, answered, sent alone or with its roster, taken back."""
    acts: list[Act] = [
        partial(applications.save, await details(world, person, case, detail), of=person, by=clerk),
        partial(applications.withdraw, case, by=clerk),
        partial(left, world, person, clerk, detail),
    ]
    if case.status == RETURNED:
        acts.append(partial(closed_after_its_term, world, case))
    else:
        other = next(one for one in world.clerks if one is not clerk)
        asked = await details(world, person, None, detail)
        acts.append(partial(applications.save, asked, of=person, by=other, has_consent=True))
    unanswered = [one for one in marks if one.status == CorrectionStatus.OPEN]
    for one in unanswered:
        acts += 2 * [partial((corrections.answer, corrections.dispute)[detail % 2], one, '已處理。', by=clerk)]
    if not unanswered:
        acts += 4 * [partial(applications.submit, case, by=clerk)]
        if case.roster is not None:
            acts += 2 * [partial(rosters.send, case.roster, by=clerk, only={case.id})]
    if case.roster is not None and case.status == DRAFT:
        acts.append(partial(rosters.remove, case.roster, case, by=clerk))
    return acts


async def of_reviewer(
    world: World,
    case: Application,
    marks: Sequence[Correction],
    clerk: Account,
    reviewer: Account,
    detail: int,
) -> list[Act]:
    """With the agency: decided and taken back or released, or marked and looked at again; the unit may withdraw it."""
    pending = await Decision.filter(application_id=case.id, problem='').first()
    if pending is not None:
        return [partial(decisions.undo, pending.id, by=reviewer), *3 * [partial(released, world)]]
    decide = partial(decisions.decide, case.id, version=case.version, by=reviewer, reason='請補正。')
    acts: list[Act] = [
        *3 * [partial(corrections.mark, case, ANCHORS[detail % 3], CorrectionReason.OTHER, '請說明。', by=reviewer)],
        *3 * [partial(decide, to=RETURNED)],
        partial(decide, to=REJECTED),
        partial(reviews.return_for_correction, case, '請補正。', case.version, by=reviewer),
        partial(reviews.reject, case, '不符規定。', case.version, by=reviewer),
        partial(applications.withdraw, case, by=clerk),
        partial(left, world, await Volunteer.get(id=case.volunteer_id), clerk, detail),
    ]
    for one in marks:
        if one.status in corrections.ANSWERED:
            acts += [
                partial(corrections.accept, one, by=reviewer),
                partial(corrections.accept_all, case, by=reviewer),
                partial(corrections.reopen, one, '還不行。', by=reviewer),
                partial(corrections.withdraw, one, by=reviewer),
            ]
        elif one.status == CorrectionStatus.OPEN:
            acts.append(partial(corrections.withdraw, one, by=reviewer))
    if all(one.status in corrections.CLOSED for one in marks):
        acts += 3 * [partial(decide, to=APPROVED)]
        acts += [
            partial(decisions.approve_many, [(case.id, case.version)], by=reviewer),
            partial(reviews.approve, case, case.version, by=reviewer),
        ]
    return acts


async def released(world: World) -> None:
    """The ten seconds are over."""
    world.now += UNDO_WITHIN
    with dates.frozen(world.now):
        await decisions.release_due()


async def left(world: World, person: Volunteer, clerk: Account, detail: int) -> None:
    """The person leaves the unit; the case goes on with the other unit, or ends. Then the unit has them again."""
    leaving = await departures.leaving(person, by=clerk)
    heir = leaving.heirs[0].id if detail % 2 and leaving.heirs else None
    await departures.leave(person, leaving.seen, by=clerk, heir_id=heir)
    assert not await Application.exists(volunteer=person, host_unit_id=clerk.host_unit_id, status__in=applications.OPEN)
    await lists_are_whole(world)
    await Membership.filter(volunteer=person).update(status=MembershipStatus.ACTIVE, left_on=None)


async def closed_after_its_term(world: World, case: Application) -> None:
    """Its last day was yesterday."""
    reviewer = next(one for one in world.reviewers if one.agency_id == case.agency_id)
    await Application.filter(id=case.id).update(correct_by=world.now.date() - timedelta(days=1))
    assert (await closings.close(case.id, case.version, by=reviewer)).status == REJECTED


async def onto_a_roster(world: World, person: Volunteer, agency: Agency, clerk: Account) -> None:
    key = (clerk.id, agency.id)
    if key not in world.rosters:
        world.rosters[key] = await rosters.start('三月名冊', agency.county_id, agency.id, by=clerk)
    added = await rosters.add(world.rosters[key], [person.id], by=clerk)
    assert [one.volunteer_id for one in added.added] == [person.id]


async def details(world: World, person: Volunteer, case: Application | None, detail: int) -> ApplicationDetails:
    """What can be asked for: with a book in use its exchange, by the agency that issued it."""
    book = await book_of(person)
    kind, agency = IssueKind.FIRST, world.agencies[detail // 2 % 2]
    if book is not None:
        kind, agency = IssueKind.REPLACEMENT, book.agency
    if case is not None and (case.status != DRAFT or case.roster_id):
        agency = next(one for one in world.agencies if one.id == case.agency_id)
    return ApplicationDetails(kind, agency.county_id, agency.id, f'第 {detail} 版')


async def book_of(person: Volunteer) -> RecordBook | None:
    return await RecordBook.filter(volunteer_id=person.id, status=BookStatus.IN_USE).select_related('agency').first()
