"""志工隊: found by name, filled, and followed by the cases of their people."""

import asyncio
from typing import Any

import pytest

from db.choices import MembershipStatus
from db.models import Application, HistoryEntry, HostUnit, Membership, Team, Volunteer
from domain import directory, volunteers
from domain.errors import Incomplete, NotFound
from domain.permissions import OfWholeUnit
from tests.builders import a_host_unit, a_membership, a_team, a_volunteer, an_account, an_agency

pytestmark = pytest.mark.usefixtures('database')


async def a_case(volunteer: Volunteer, unit: HostUnit, **changes: Any) -> Application:
    agency = await an_agency()
    return await Application.create(
        volunteer=volunteer, host_unit=unit, agency=agency, county_id=agency.county_id, **changes
    )


async def test_a_team_is_found_by_its_name_and_made_once() -> None:
    clerk, other = await an_account(), await an_account()

    made = await directory.team_named('導覽隊', by=clerk)
    again = await asyncio.gather(*(directory.team_named(' 導覽隊　', by=clerk) for _ in range(3)))
    elsewhere = await directory.team_named('導覽隊', by=other)

    assert {team.id for team in again} == {made.id}
    assert elsewhere.host_unit_id == other.host_unit_id
    with pytest.raises(Incomplete):
        await directory.team_named('', by=clerk)


async def test_people_are_put_into_a_team_all_or_nobody() -> None:
    unit = await a_host_unit()
    clerk, team = await an_account(host_unit=unit), await a_team(unit)
    people = [await a_volunteer(unit) for _ in range(3)]
    case = await a_case(people[0], unit)
    gone, stranger = await a_volunteer(), await a_volunteer()
    await a_membership(gone, unit, status=MembershipStatus.LEFT)
    ids = [one.id for one in people]

    for forged in ([*ids, stranger.id], [*ids, gone.id], [*ids, 2**40]):
        with pytest.raises(NotFound):
            await volunteers.put_into_team(forged, team.id, by=clerk)
    with pytest.raises(NotFound):
        await volunteers.put_into_team(ids, (await a_team(await a_host_unit())).id, by=clerk)
    with pytest.raises(Incomplete):
        await volunteers.put_into_team([], team.id, by=clerk)
    assert not await Membership.exists(team_id=team.id)

    assert set(await volunteers.put_into_team(ids, team.id, by=clerk)) == set(ids)
    assert await volunteers.put_into_team(ids, team.id, by=clerk) == []

    assert await Membership.filter(team=team).count() == 3
    assert await HistoryEntry.filter(volunteer_id__in=ids, by=clerk).count() == 3
    await case.refresh_from_db()
    assert case.team_id == team.id


async def test_a_case_knows_the_team_of_its_volunteer_whoever_writes_it() -> None:
    unit = await a_host_unit()
    team, wrong = await a_team(unit), await a_team(unit, '另一隊')
    volunteer = await a_volunteer(unit)
    await Membership.filter(volunteer=volunteer).update(team_id=team.id)

    case = await a_case(volunteer, unit)
    await case.refresh_from_db()
    assert case.team_id == team.id

    await Application.filter(id=case.id).update(team_id=wrong.id)
    await case.refresh_from_db()
    assert case.team_id == team.id

    await Membership.filter(volunteer=volunteer).update(team_id=None)
    await case.refresh_from_db()
    assert case.team_id is None


async def test_people_who_are_moved_by_two_at_once_end_in_one_team() -> None:
    unit = await a_host_unit()
    clerks = [await an_account(host_unit=unit) for _ in range(2)]
    teams = [await a_team(unit, name) for name in ('甲隊', '乙隊')]
    people = [(await a_volunteer(unit)).id for _ in range(4)]

    await asyncio.gather(
        volunteers.put_into_team(people, teams[0].id, by=clerks[0]),
        volunteers.put_into_team(people[::-1], teams[1].id, by=clerks[1]),
    )

    assert len(set(await Membership.filter(volunteer_id__in=people).values_list('team_id', flat=True))) == 1


async def test_a_clerk_of_one_team_neither_makes_teams_nor_moves_people() -> None:
    unit = await a_host_unit()
    team = await a_team(unit)
    clerk, volunteer = await an_account(host_unit=unit, team=team), await a_volunteer(unit)
    await Membership.filter(volunteer=volunteer).update(team_id=team.id)

    with pytest.raises(OfWholeUnit, match='志工隊的帳號不能辦理'):
        await directory.team_named('新隊', by=clerk)
    with pytest.raises(OfWholeUnit):
        await volunteers.assign_team(volunteer, None, by=clerk)
    assert await Team.all().count() == 1
