"""Who may see whom, and what each role may do."""

import pytest

from db.choices import ApplicationStatus, MembershipStatus, Role
from db.models import Account, Application, HostUnit, Membership, Volunteer
from domain import permissions
from domain.errors import NotPermitted

from ..builders import a_county, a_host_unit, a_membership, a_team, a_volunteer, an_account, an_agency

pytestmark = pytest.mark.usefixtures('database')


async def is_seen(volunteer: Volunteer, by: Account) -> bool:
    return await Volunteer.filter(permissions.visible_to(by), id=volunteer.id).exists()


async def applied(volunteer: Volunteer, to: Account, status: ApplicationStatus) -> None:
    membership = await Membership.get(volunteer=volunteer)
    await Application.create(
        volunteer=volunteer,
        host_unit_id=membership.host_unit_id,
        agency_id=to.agency_id,
        county=await a_county(),
        status=status,
    )


async def test_a_unit_sees_those_on_its_roster_and_nobody_elses() -> None:
    clerk, other = await an_account(), await an_account()
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))

    assert [await is_seen(volunteer, clerk), await is_seen(volunteer, other)] == [True, False]


@pytest.mark.parametrize(('status', 'expected'), [(MembershipStatus.PENDING, True), (MembershipStatus.LEFT, False)])
async def test_who_has_left_is_seen_no_more(status: MembershipStatus, expected: bool) -> None:
    unit = await a_host_unit()
    clerk, volunteer = await an_account(host_unit=unit), await a_volunteer()
    await a_membership(volunteer, unit, status=status)

    assert await is_seen(volunteer, clerk) is expected


@pytest.mark.parametrize('status', list(ApplicationStatus))
async def test_an_agency_sees_those_who_applied_to_it(status: ApplicationStatus) -> None:
    reviewer, other = await an_account(Role.REVIEWER), await an_account(Role.REVIEWER)
    volunteer = await a_volunteer()
    await applied(volunteer, reviewer, status)

    assert await is_seen(volunteer, reviewer) is (status != ApplicationStatus.DRAFT)
    assert not await is_seen(volunteer, other)


async def test_volunteers_see_themselves_and_the_administrator_sees_nobody() -> None:
    volunteer = await a_volunteer()
    self, other = await an_account(Role.VOLUNTEER, volunteer=volunteer), await an_account(Role.VOLUNTEER)
    administrator = await an_account(Role.ADMINISTRATOR)

    assert [await is_seen(volunteer, one) for one in (self, other, administrator)] == [True, False, False]


async def test_staff_without_a_place_see_nobody() -> None:
    volunteer = await a_volunteer()
    clerk = await an_account(host_unit=None)
    reviewer = await an_account(Role.REVIEWER, agency=None)

    assert [await is_seen(volunteer, one) for one in (clerk, reviewer)] == [False, False]
    with pytest.raises(NotPermitted):
        permissions.require(clerk, 'applications.submit')


async def test_only_the_roles_that_are_named_are_let_through() -> None:
    reviewer = await an_account(Role.REVIEWER, agency=await an_agency())

    permissions.require(reviewer, 'reports.statistics.of')
    with pytest.raises(NotPermitted):
        permissions.require(reviewer, 'applications.submit')


async def test_a_service_without_a_row_is_nobodys() -> None:
    with pytest.raises(LookupError):
        permissions.require(await an_account(), 'no_such_room.act')


async def test_what_concerns_the_whole_unit_is_not_for_a_clerk_of_one_team() -> None:
    unit = await a_host_unit()
    clerk, of_team = await an_account(host_unit=unit), await an_account(host_unit=unit, team=await a_team(unit))

    permissions.require(clerk, 'departures.transfers.propose')
    permissions.require(of_team, 'applications.submit')
    with pytest.raises(permissions.OfWholeUnit):
        permissions.require(of_team, 'departures.transfers.propose')
