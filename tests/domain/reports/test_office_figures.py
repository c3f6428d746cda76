"""志願服務統計: of the nation without small cells, of a county with its own."""

from datetime import date, datetime

import pytest

from db.choices import LogAct, Role
from db.models import LogEntry
from domain import dates
from domain.errors import NotPermitted
from domain.reports import office_figures

from ...builders import a_county, a_host_unit, a_membership, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')

NOW = datetime(2026, 3, 5, 14, 58, tzinfo=dates.TAIPEI)


async def some_people(count: int, county: str, born: date = date(1985, 5, 12)) -> str:
    unit = await a_host_unit(county=await a_county(code=county))
    for _ in range(count):
        person = await a_volunteer(born_on=born)
        await a_membership(person, unit, joined_on=date(2025, 1, 1))
    return unit.name


async def test_the_ministry_reads_all_counties_and_no_small_cell() -> None:
    await some_people(6, '66000')
    await some_people(9, '63000')
    await some_people(2, '63000', date(1950, 1, 1))
    with dates.frozen(NOW):
        found = await office_figures.of(by=await an_account(Role.MINISTRY))

    people = found.tables[0]
    taipei = people.cells[people.lines.index('臺北市')]
    assert found.on == date(2026, 2, 28)
    assert len(people.lines) == 24
    assert '<5' in taipei
    assert all(one not in (1, 2, 3, 4) for table in found.tables for line in table.cells for one in line)


async def test_a_county_reads_its_own_units_small_cells_and_all() -> None:
    mine, other = await some_people(2, '66000'), await some_people(9, '63000')
    with dates.frozen(NOW):
        found = await office_figures.of(by=await an_account(Role.COUNTY))

    people = found.tables[0]
    assert people.cells[people.lines.index(mine)][-1] == 2
    assert other not in people.lines


async def test_the_export_has_the_same_and_is_noted() -> None:
    ministry = await an_account(Role.MINISTRY)
    content = await office_figures.export(by=ministry)

    assert content[:2] == b'PK'
    assert await LogEntry.filter(act=LogAct.EXPORTED, by_id=ministry.id).count() == 1


@pytest.mark.parametrize('role', [Role.REVIEWER, Role.UNIT_STAFF, Role.ADMINISTRATOR, Role.INSPECTOR])
async def test_nobody_else_reads_them(role: Role) -> None:
    with pytest.raises(NotPermitted):
        await office_figures.of(by=await an_account(role))


async def test_a_county_authority_reads_its_own_units_and_agencies() -> None:
    unit = await a_host_unit()
    elsewhere = await a_host_unit(county=await a_county(code='63000'))

    found = await office_figures.county_offices(by=await an_account(Role.COUNTY))

    names = [one[0] for one in found.units]
    assert unit.name in names
    assert elsewhere.name not in names
    assert '臺中市政府文化局' in [one[0] for one in found.agencies]
