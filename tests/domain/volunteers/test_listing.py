"""志工基本資料維護: the filter by how far each has come, the order of names, and the sheet of what is found."""

import io
from typing import Any

import pytest
from odfdo import Document

from db.choices import TrainingKind
from db.models import Membership
from domain import applications, dates, reviews, rosters, volunteers
from domain.guide import volunteer_sheet
from domain.volunteers import State, VolunteerQuery

from ...builders import a_team, an_account
from ..sample_office import NOW, Office, a_book, a_case, a_complete_volunteer, a_draft, a_volunteer, an_office

pytestmark = pytest.mark.usefixtures('database')


async def names(office: Office, **query: Any) -> list[str]:
    found = await volunteers.find(VolunteerQuery(**query), by=office.clerk)
    return [one.name for one in found.rows]


async def one_of_each(office: Office) -> None:
    """Six people: two without anything, a draft, one sent, one returned, one with a book."""
    await a_volunteer(office, name='未申請')
    await a_draft(office, await a_complete_volunteer(office, name='有草稿'))
    await a_case(office, await a_complete_volunteer(office, name='審核中'))
    case = await a_case(office, await a_complete_volunteer(office, name='待補件'))
    await reviews.return_for_correction(case, '照片模糊，請重拍。', case.version, by=office.reviewer)
    await a_book(await a_complete_volunteer(office, name='已發冊'), office)
    withdrawn = await a_case(office, await a_complete_volunteer(office, name='已撤回'))
    await applications.withdraw(withdrawn, by=office.clerk)


async def test_each_state_lists_whom_the_list_shows_in_it_and_everybody_stands_in_one() -> None:
    with dates.frozen(NOW):
        office = await an_office()
        await one_of_each(office)

        found = {state: sorted(await names(office, state=state)) for state in State}

    assert found == {
        State.NONE: ['已撤回', '未申請'],
        State.DRAFT: ['有草稿'],
        State.SUBMITTED: ['審核中'],
        State.RETURNED: ['待補件'],
        State.ISSUED: ['已發冊'],
    }


async def test_names_stand_by_strokes_and_columns_sort_both_ways() -> None:
    office = await an_office()
    people = [await a_volunteer(office, name=name) for name in ('黃小華', '陳小華', '王小明', '丁一', 'Kolas')]
    team = await a_team(office.unit)
    await Membership.filter(volunteer=people[0]).update(team_id=team.id)

    assert await names(office) == ['Kolas', '丁一', '王小明', '陳小華', '黃小華']
    assert await names(office, sort='-name') == ['黃小華', '陳小華', '王小明', '丁一', 'Kolas']
    assert (await names(office, sort='team'))[0] == '黃小華'
    for forged in ('; DROP TABLE volunteer', '-', None, ['name']):
        assert await names(office, sort=forged) == await names(office)
    for column in ('number', 'membership', 'state', '-state'):
        assert sorted(await names(office, sort=column)) == sorted(await names(office))


async def test_the_sheet_has_every_page_of_what_is_filtered_in_the_order_of_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(volunteers, 'AT_ONCE', 20)
    with dates.frozen(NOW):
        office = await an_office()
        await one_of_each(office)
        for n in range(53):
            await a_volunteer(office, name=f'王{n:02}')
        made = await volunteer_sheet.ods(VolunteerQuery(state=State.NONE, sort='-name', page=9), by=office.clerk)

    with made:
        table: Any = Document(io.BytesIO(made.read())).body.get_table(0)
    rows = [[str(cell or '') for cell in row][:6] for row in table.get_values()]
    listed = rows[rows.index(list(volunteer_sheet.COLUMNS)) + 1 :]
    assert [row[0] for row in listed] == ['未申請', *(f'王{n:02}' for n in reversed(range(53))), '已撤回']
    assert {row[4] for row in listed} == {'未申請'}


async def test_a_list_is_narrowed_to_who_lacks_a_training_and_to_a_roster() -> None:
    office = await an_office()
    trained, untrained = await a_complete_volunteer(office, name='王小明'), await a_volunteer(office, name='陳小華')
    roster = await rosters.start('春季名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    await rosters.add(roster, [trained.id], by=office.clerk)
    theirs = await an_account()

    assert await names(office, lacks=TrainingKind.BASIC) == [untrained.name]
    assert await names(office, lacks=TrainingKind.GROWTH) == [trained.name, untrained.name]
    assert await names(office, roster_id=roster.id) == [trained.name]
    assert await names(office, roster_id=roster.id, lacks=TrainingKind.BASIC) == []
    assert (await volunteers.find(VolunteerQuery(roster_id=roster.id), by=theirs)).total == 0
