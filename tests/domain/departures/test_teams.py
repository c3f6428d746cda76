"""停用志工隊: nobody is lost with it, no account stays behind, and its name is not."""

import pytest

from db.choices import MembershipStatus, Role
from db.models import Account, HostUnit, Membership, OfficeEntry, Team
from domain import directory, volunteers
from domain.accounts import AccountDetails, unit_accounts
from domain.departures import teams
from domain.departures.teams import WHOLE, ChangedMeanwhile, TeamFilled
from domain.errors import Incomplete, NotFound, NotPermitted
from tests.builders import a_host_unit, a_membership, a_team, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')


@pytest.fixture
async def unit(database: str) -> HostUnit:
    return await a_host_unit()


@pytest.fixture
async def head(unit: HostUnit) -> Account:
    return await an_account(host_unit=unit, is_unit_administrator=True, name='管理者')


async def a_filled_team(unit: HostUnit) -> tuple[Team, Account]:
    """Two who serve, one who has left, and an account."""
    team = await a_team(unit, '導覽隊')
    for _ in range(2):
        await Membership.filter(volunteer=await a_volunteer(unit)).update(team_id=team.id)
    await a_membership(await a_volunteer(), unit, status=MembershipStatus.LEFT, team=team)
    return team, await an_account(host_unit=unit, team=team, username='guide.clerk', email='guide@example.com')


async def test_people_go_where_they_are_sent_and_the_accounts_are_closed(unit: HostUnit, head: Account) -> None:
    team, clerk = await a_filled_team(unit)
    other = await a_team(unit, '環境隊')

    with pytest.raises(TeamFilled, match='還有 2 位志工'):
        await teams.close(team.id, (2, 1), to=None, by=head)
    with pytest.raises(ChangedMeanwhile):
        await teams.close(team.id, (1, 1), to=other.id, by=head)
    assert await teams.close(team.id, (2, 1), to=other.id, by=head) == 1

    assert await Membership.filter(team=other).count() == 2
    assert [one.status for one in await Membership.filter(team=team)] == [MembershipStatus.LEFT]
    assert not (await Account.get(id=clerk.id)).is_active
    assert [one.name for one in await directory.teams(unit.id)] == ['環境隊']
    assert await OfficeEntry.filter(section='志工隊', subject='導覽隊', action='停用').count() == 1
    with pytest.raises(NotFound):
        await volunteers.put_into_team([(await a_volunteer(unit)).id], team.id, by=head)
    opened = AccountDetails(username='new.clerk', name='新同事', email='new@example.com', team_id=team.id)
    with pytest.raises(Incomplete) as refusal:
        await unit_accounts.create(opened, by=head)
    assert refusal.value.problems == {'team_id': '志工隊「導覽隊」已停用，請選擇其他志工隊或整個單位。'}


async def test_a_closed_team_is_opened_again_by_hand_or_by_its_name(unit: HostUnit, head: Account) -> None:
    team, _ = await a_filled_team(unit)
    await teams.close(team.id, (2, 1), to=WHOLE, by=head)
    assert [(one.name, one.is_closed, one.seen) for one in await teams.of_unit(by=head)] == [('導覽隊', True, (0, 0))]

    await teams.reopen(team.id, by=head)
    await teams.close(team.id, (0, 0), to=None, by=head)

    assert (await directory.team_named('導覽隊', by=head)).id == team.id
    assert [one.name for one in await directory.teams(unit.id)] == ['導覽隊']


async def test_no_one_else_closes_a_team(unit: HostUnit, head: Account) -> None:
    team, clerk = await a_filled_team(unit)
    stranger = await an_account(is_unit_administrator=True)

    for wrong in (clerk, await an_account(host_unit=unit), await an_account(Role.REVIEWER)):
        with pytest.raises(NotPermitted):
            await teams.close(team.id, (2, 1), to=WHOLE, by=wrong)
    with pytest.raises(NotFound):
        await teams.close(team.id, (2, 1), to=WHOLE, by=stranger)
    for wrong_target in (team.id, (await a_team(await a_host_unit())).id):
        with pytest.raises(NotFound):
            await teams.close(team.id, (2, 1), to=wrong_target, by=head)
    assert (await Account.get(id=clerk.id)).is_active
    assert await Membership.filter(team=team, status=MembershipStatus.ACTIVE).count() == 2
