"""One word says whose turn a case is; every status stands in one list of each side."""

from dataclasses import dataclass

import pytest

from db.choices import ApplicationStatus, Role
from db.models import Account, Application, HostUnit, Volunteer
from domain.cases import worklists
from domain.cases.worklists import AgencyList, UnitList
from domain.errors import NotPermitted

from ..sample_office import Office, a_unit, a_volunteer

DRAFT, SUBMITTED, RETURNED, APPROVED, REJECTED, WITHDRAWN = ApplicationStatus


@dataclass(frozen=True)
class Case:
    status: ApplicationStatus


@pytest.mark.parametrize(
    ('role', 'words'),
    [
        (Role.UNIT_STAFF, ['輪到您', '審核中', '輪到您', '已核可', '駁回', '撤回']),
        (Role.REVIEWER, ['草稿', '輪到您', '待補件', '已核可', '駁回', '撤回']),
        (Role.VOLUNTEER, ['單位準備中', '審核中', '待補件', '已核可', '駁回', '撤回']),
    ],
)
def test_each_side_reads_its_own_word_for_every_status(role: Role, words: list[str]) -> None:
    account = Account(role=role)

    assert [worklists.of(Case(status), account).word for status in ApplicationStatus] == words


def test_whose_turn_it_is_says_why() -> None:
    clerk = Account(role=Role.UNIT_STAFF)

    assert [worklists.of(Case(status), clerk).why for status in (DRAFT, RETURNED)] == ['草稿，尚未送審', '待補件']


def test_every_status_stands_in_one_list_of_the_unit_and_every_one_that_was_sent_in_one_of_the_agency() -> None:
    of_unit = [status for statuses in worklists.OF_UNIT.values() for status in statuses]
    of_agency = [status for statuses in worklists.OF_AGENCY.values() for status in statuses]

    assert sorted(of_unit) == sorted(ApplicationStatus)
    assert sorted([*of_agency, DRAFT]) == sorted(ApplicationStatus)
    assert (set(worklists.OF_UNIT), set(worklists.OF_AGENCY)) == (set(UnitList), set(AgencyList))


def test_a_list_counts_what_stands_in_it() -> None:
    counts = dict(zip(ApplicationStatus, (1, 2, 4, 8, 16, 32), strict=True))

    assert worklists.totals(counts, worklists.OF_UNIT) == {
        UnitList.TURN: 5,
        UnitList.REVIEW: 2,
        UnitList.APPROVED: 8,
        UnitList.CLOSED: 48,
    }


async def an_application(
    office: Office, volunteer: Volunteer, status: ApplicationStatus, *, unit: HostUnit | None = None
) -> Application:
    return await Application.create(
        volunteer=volunteer,
        host_unit=unit or office.unit,
        agency=office.agency,
        county_id=office.agency.county_id,
        status=status,
    )


@pytest.mark.parametrize('status', list(ApplicationStatus))
async def test_only_what_was_rejected_or_withdrawn_is_applied_for_anew(
    status: ApplicationStatus, office: Office
) -> None:
    case = await an_application(office, await a_volunteer(office), status)

    expected = {case.id} if status in (REJECTED, WITHDRAWN) else set()
    assert await worklists.repeatable([case], by=office.clerk) == expected


@pytest.mark.parametrize('status', list(ApplicationStatus))
async def test_an_application_that_another_one_followed_is_not_applied_for_anew(
    status: ApplicationStatus, office: Office
) -> None:
    volunteer = await a_volunteer(office)
    earlier = await an_application(office, volunteer, REJECTED)
    later = await an_application(office, volunteer, status)

    expected = {later.id} if status in (REJECTED, WITHDRAWN) else set()
    assert await worklists.repeatable([earlier, later], by=office.clerk) == expected
    assert await worklists.repeatable([earlier], by=office.clerk) == set()


async def test_what_another_unit_sent_afterwards_counts_too_and_theirs_is_theirs_to_repeat(office: Office) -> None:
    volunteer, elsewhere = await a_volunteer(office), await a_unit('範例圖書館')
    ours = await an_application(office, volunteer, WITHDRAWN)
    theirs = await an_application(office, volunteer, WITHDRAWN, unit=elsewhere)

    assert await worklists.repeatable([ours, theirs], by=office.clerk) == set()


async def test_each_volunteer_has_a_last_application_of_their_own(office: Office) -> None:
    first, second = await a_volunteer(office), await a_volunteer(office)
    one = await an_application(office, first, WITHDRAWN)
    other = await an_application(office, second, REJECTED)
    under_way = await an_application(office, await a_volunteer(office), SUBMITTED)

    assert await worklists.repeatable([one, other, under_way], by=office.clerk) == {one.id, other.id}


async def test_where_nothing_is_closed_nothing_is_asked_for(office: Office, queries: list[str]) -> None:
    case = await an_application(office, await a_volunteer(office), DRAFT)

    queries.clear()
    assert await worklists.repeatable([case], by=office.clerk) == set()
    assert await worklists.repeatable([], by=office.clerk) == set()
    assert queries == []


async def test_only_clerks_apply_anew(office: Office) -> None:
    with pytest.raises(NotPermitted):
        await worklists.repeatable([], by=office.reviewer)
