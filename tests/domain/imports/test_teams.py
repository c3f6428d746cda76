"""志工隊 from a file: teams alone, and who serves in them."""

from typing import Any

import pytest

from db.choices import BatchState, Doubt, Grade, ImportKind
from db.models import Account, HostUnit, Membership, Team, Volunteer
from domain import imports
from domain.imports import running
from domain.imports.kinds.teams import Teams
from domain.permissions import OfWholeUnit

from ...builders import a_team, a_volunteer, an_account, an_identity_number
from .trying import graded, imported, plain, sentences, taken_back

KIND = Teams()
pytestmark = pytest.mark.usefixtures('database')


async def people(many: int) -> tuple[Account, HostUnit, list[Volunteer], list[dict[str, Any]]]:
    clerk = await an_account()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    numbers = [an_identity_number() for _ in range(many)]
    found = [await a_volunteer(unit, identity_number=number, name='周小晴') for number in numbers]
    return clerk, unit, found, [{'name': '周小晴', 'identity_number': number} for number in numbers]


async def test_teams_are_made_and_people_put_into_them_and_back() -> None:
    clerk, unit, [one, other], rows = await people(2)
    old = await a_team(unit, '舊隊')
    await Membership.filter(volunteer_id=other.id).update(team_id=old.id)
    wanted = [row | {'team': '導覽隊'} for row in rows] + [{'team': '環保隊'}]
    first, second, third = await graded(KIND, wanted, by=clerk)
    assert (first.grade, second.doubt, second.beside, third.grade) == (
        Grade.GOOD,
        Doubt.DIFFERS,
        {'team': '舊隊'},
        Grade.GOOD,
    )
    written = await imported(KIND, wanted, by=clerk)
    serving = Membership.all().order_by('volunteer_id').values_list('team__name', flat=True)
    assert plain(await serving) == ['導覽隊', '導覽隊']
    assert plain(await Team.all().order_by('id').values_list('name', flat=True)) == ['舊隊', '導覽隊', '環保隊']
    assert await taken_back(KIND, written, by=clerk) == {}
    assert plain(await serving) == [None, '舊隊']
    assert plain(await Team.all().values_list('name', flat=True)) == ['舊隊']
    assert one.id < other.id


async def test_what_is_so_already_changes_nothing() -> None:
    clerk, unit, [person], [row] = await people(1)
    team = await a_team(unit, '導覽隊')
    await Membership.filter(volunteer_id=person.id).update(team_id=team.id)
    every = await graded(KIND, [row | {'team': '導覽 隊'}, {'team': '導覽隊'}], by=clerk)
    assert [(one.grade, one.values) for one in every] == [(Grade.GOOD, {}), (Grade.GOOD, {})]


async def test_a_team_into_which_others_came_stays() -> None:
    clerk, _, [one, other], [row, _] = await people(2)
    written = await imported(KIND, [row | {'team': '導覽隊'}], by=clerk)
    await Membership.filter(volunteer_id=other.id).update(team_id=(await Team.get()).id)
    assert await taken_back(KIND, written, by=clerk) == {2: '志工隊「導覽隊」還有志工、帳號或申請案，所以保留。'}
    assert (await Membership.get(volunteer_id=one.id)).team_id is None


async def test_a_clerk_of_one_team_makes_no_teams() -> None:
    _, unit, _, _ = await people(0)
    clerk = await an_account(host_unit=unit, team=await a_team(unit))
    [one] = await graded(KIND, [{'team': '導覽隊'}], by=clerk)
    assert (one.grade, len(sentences(one))) == (Grade.WRONG, 1)
    with pytest.raises(OfWholeUnit):
        await imports.begin(ImportKind.TEAMS, 'teams.csv', '志工隊\n導覽隊\n'.encode(), by=clerk)
    with pytest.raises(OfWholeUnit):
        await imports.begin_pasted(ImportKind.TEAMS, '導覽隊', by=clerk)


async def test_a_refusal_that_names_no_row_leaves_all_out_and_ends(clerk: Account, unit: HostUnit) -> None:
    content = '志工隊,姓名\n導覽隊,\n環保隊,\n'.encode()
    batch = await imports.begin(ImportKind.TEAMS, 'teams.csv', content, by=clerk)
    await running.finished(batch.id)
    await Account.filter(id=clerk.id).update(team_id=(await a_team(unit)).id)
    await imports.commit(batch.id, by=clerk)
    await running.finished(batch.id)
    batch = await imports.get(batch.id, by=clerk)
    assert (batch.state, batch.written, len(await imports.left(batch.id, by=clerk))) == (BatchState.DONE, 0, 2)
