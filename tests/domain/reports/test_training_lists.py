"""教育訓練 over the whole unit: what the query lists is what is printed, and a long list is a spreadsheet."""

import io
from dataclasses import replace
from datetime import date

import pytest
from odfdo import Document as Odf

from db.choices import Role, TrainingKind
from db.models import AccessEntry, Account, HostUnit, Membership
from domain import trainings
from domain.errors import NotFound, NotPermitted
from domain.reports import training_lists
from domain.reports.training_lists import NothingFound, TooLong
from domain.trainings import TrainingOrder, TrainingQuery, search
from tests.builders import a_host_unit, a_team, a_training, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')
EVERYTHING = TrainingQuery()


@pytest.fixture
async def clerk(database: str) -> Account:
    return await an_account(host_unit=await a_host_unit(name='示例文化中心'))


async def three_people(clerk: Account) -> list[str]:
    """Each with a course more than the one before; one of another unit beside them."""
    unit = await HostUnit.get(id=clerk.host_unit_id)
    numbers = []
    for count, name in enumerate(('丁一', '王二', '陳三'), 1):
        person = await a_volunteer(unit, name=name)
        numbers.append(person.identity_number.open())
        for day in range(1, count + 1):
            await a_training(
                person, by=clerk, title=f'課程{day}', starts_on=date(2026, 3, day), ends_on=date(2026, 3, day)
            )
    await a_training(await a_volunteer(), by=await an_account())
    return numbers


async def rows_of(content: bytes) -> list[list[str]]:
    table = Odf(io.BytesIO(content)).body.tables[0]
    return [[str(cell or '') for cell in row] for row in table.get_values()]


async def test_all_rows_come_in_the_order_of_the_list_however_many_at_a_time(
    clerk: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    await three_people(clerk)
    monkeypatch.setattr(search, '_AT_ONCE', 2)
    asked = replace(EVERYTHING, order=TrainingOrder.MOST_HOURS, hours_from=7)

    every = [total async for some in search.every(asked, by=clerk) for total in some]

    assert [(total.volunteer.name, len(total.trainings)) for total in every] == [('陳三', 3), ('王二', 2)]
    assert [total.volunteer.name for total in (await trainings.find(asked, by=clerk)).rows] == ['陳三', '王二']
    assert await search.size(asked, by=clerk) == 5


async def test_the_spreadsheet_has_what_the_filters_find_and_its_sum(clerk: Account) -> None:
    await three_people(clerk)

    made = await training_lists.printed('ods', replace(EVERYTHING, title='課程1'), is_masked=True, by=clerk)

    rows = [row for row in await rows_of(made.content) if row[0]]
    assert [row[0] for row in rows if row[0] in ('丁一', '王二', '陳三', '合計')] == ['丁一', '王二', '陳三', '合計']
    assert rows[-1][-1] == '18 小時'
    assert '****' in rows[-2][1]
    assert made.name.startswith('教育訓練清單-')
    assert not await AccessEntry.exists()


async def test_full_numbers_are_noted_once_for_each_person(clerk: Account) -> None:
    numbers = await three_people(clerk)

    made = await training_lists.printed('ods', EVERYTHING, is_masked=False, by=clerk)

    printed = {row[1] for row in await rows_of(made.content)}
    assert set(numbers) <= printed
    assert await AccessEntry.filter(by=clerk, from_unit='示例文化中心').count() == 3


async def test_pages_are_for_so_many_and_a_spreadsheet_for_all(clerk: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    await three_people(clerk)
    monkeypatch.setattr(training_lists, 'MOST_PRINTED', 5)

    for kind in ('pdf', 'odt', 'strips'):
        with pytest.raises(TooLong, match='有 6 筆'):
            await training_lists.printed(kind, EVERYTHING, is_masked=True, by=clerk)
    assert (await training_lists.printed('ods', EVERYTHING, is_masked=True, by=clerk)).content
    monkeypatch.setattr(training_lists, 'MOST_PRINTED', 6)
    for kind in ('pdf', 'odt', 'strips'):
        assert (await training_lists.printed(kind, EVERYTHING, is_masked=True, by=clerk)).content


async def test_nothing_is_printed_of_nothing_or_for_others(clerk: Account) -> None:
    await three_people(clerk)

    with pytest.raises(NothingFound):
        await training_lists.printed('ods', replace(EVERYTHING, kind=TrainingKind.SPECIAL), is_masked=True, by=clerk)
    with pytest.raises(NotFound):
        await training_lists.printed('exe', EVERYTHING, is_masked=True, by=clerk)
    for role in (Role.REVIEWER, Role.VOLUNTEER, Role.ADMINISTRATOR):
        with pytest.raises(NotPermitted):
            await training_lists.printed('ods', EVERYTHING, is_masked=True, by=await an_account(role))


async def test_a_clerk_of_one_team_prints_that_team(clerk: Account) -> None:
    await three_people(clerk)
    unit = await HostUnit.get(id=clerk.host_unit_id)
    team = await a_team(unit)
    mine = await Account.get(id=(await an_account(host_unit=unit, team=team)).id)
    await Membership.filter(volunteer__name='王二').update(team_id=team.id)

    made = await training_lists.printed('ods', EVERYTHING, is_masked=True, by=mine)

    assert {row[0] for row in await rows_of(made.content)} & {'丁一', '王二', '陳三'} == {'王二'}
