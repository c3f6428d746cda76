"""志工總歸戶: paper number, insurance, awards and hours by unit and year, on the page and printed."""

import io
from datetime import date
from typing import Any

import pytest
from odfdo import Document as Odf

from db.choices import BookKind, IdentityKind, InsuranceKind, Role
from db.models import AccessEntry, Account, Award, HostUnit, InsuranceCover, RecordBook, ServiceHours, Volunteer
from domain import volunteers
from domain.errors import NotFound, NotPermitted
from domain.reports import consolidated_sheet
from tests.builders import a_host_unit, a_membership, a_volunteer, an_account, an_agency

pytestmark = pytest.mark.usefixtures('database')
NATIONAL_ID = IdentityKind.NATIONAL_ID


@pytest.fixture
async def clerk(database: str) -> Account:
    return await an_account(host_unit=await a_host_unit(name='甲單位'))


@pytest.fixture
async def person(clerk: Account) -> Volunteer:
    """Served by two units in two years, insured, awarded, with a book of the old system."""
    one, other = await HostUnit.get(id=clerk.host_unit_id), await a_host_unit(name='乙單位')
    legacy = {'legacy_series': '中市文', 'legacy_serial': '000123', 'legacy_issued_on': date(2015, 3, 1)}
    person = await a_volunteer(one, name='王小明', **legacy)
    await a_membership(person, other)
    for unit, day, until, minutes in (
        (one, date(2014, 3, 1), date(2025, 6, 30), 600),  # 期初累計
        (one, date(2025, 12, 31), date(2025, 12, 31), 60),
        (one, date(2026, 1, 1), date(2026, 1, 31), 30),
        (one, date(2026, 5, 1), date(2026, 5, 1), 90),
        (other, date(2026, 2, 1), date(2026, 2, 1), 120),
    ):
        facts: dict[str, Any] = {'volunteer': person, 'entered_by_unit': unit, 'recorder': clerk}
        await ServiceHours.create(starts_on=day, ends_on=until, item='導覽', content='', minutes=minutes, **facts)
    facts = {'volunteer': person, 'entered_by_unit': other, 'recorder': clerk}
    days: dict[str, Any] = {'starts_on': date(2026, 1, 1), 'ends_on': date(2026, 12, 31)}
    kind = next(iter(InsuranceKind))
    await InsuranceCover.create(kind=kind, insurer='示例產險', policy_number='P-001', **days, **facts)
    await Award.create(title='績優志工', awarded_by='臺中市政府', awarded_on=date(2026, 6, 1), **facts)
    return person


async def rows_of(person: Volunteer, by: Account) -> dict[str, list[tuple[str, ...]]]:
    number = person.identity_number.open()
    found = await volunteers.consolidated(NATIONAL_ID, number, '核對時數', by=by)
    return {one.title: [tuple(row) for row in one.rows] for one in consolidated_sheet.sections(found)}


async def test_hours_are_summed_by_unit_and_year(clerk: Account, person: Volunteer) -> None:
    rows = await rows_of(person, clerk)

    assert rows['服務時數'] == [
        ('115 年度', '乙單位', '2 小時'),
        ('115 年度', '甲單位', '2 小時'),
        ('114 年度', '甲單位', '1 小時'),
        ('103～114 年度', '甲單位', '10 小時'),
    ]
    found = await volunteers.consolidated(NATIONAL_ID, person.identity_number.open(), '核對', by=clerk)
    assert found.service_minutes == 900


async def test_paper_number_insurance_and_awards_are_there(clerk: Account, person: Volunteer) -> None:
    rows = await rows_of(person, clerk)

    assert rows['未登記的紙本紀錄冊'] == [('中市文字第000123號', '104/03/01')]
    assert rows['保險'][0][1:] == ('示例產險', 'P-001', '115/01/01～115/12/31')
    assert rows['獎勵獎項'] == [('績優志工', '', '臺中市政府', '115/06/01', '')]


async def test_of_a_stranger_there_are_no_policy_numbers(person: Volunteer) -> None:
    stranger = await an_account()
    with pytest.raises(NotFound):
        await rows_of(person, stranger)
    await Volunteer.filter(id=person.id).update(is_open_to_units=True)

    rows = await rows_of(person, stranger)

    assert rows['保險'][0][2] == ''
    made = await consolidated_sheet.printed('ods', NATIONAL_ID, person.identity_number.open(), '核對', by=stranger)
    assert ('王小明' in made.name, '王○明' in made.name) == (False, True)


async def test_it_is_printed_with_every_section_and_noted_as_a_print(clerk: Account, person: Volunteer) -> None:
    number = person.identity_number.open()

    made = await consolidated_sheet.printed('ods', NATIONAL_ID, number, '核對時數', by=clerk)

    tables = Odf(io.BytesIO(made.content)).body.tables
    assert [table.name for table in tables] == [
        '所屬運用單位', '教育訓練', '未登記的紙本紀錄冊', '紀錄冊', '服務時數', '保險', '榮譽卡', '獎勵獎項',
    ]  # fmt: skip
    cells = {str(cell) for table in tables for row in table.get_values() for cell in row}
    assert {'中市文字第000123號', '示例產險', '績優志工', '乙單位'} <= cells
    assert not any(number in cell for cell in cells)
    entry = await AccessEntry.filter(volunteer=person).first()
    assert entry is not None
    assert (entry.what, entry.reason) == ('列印志工總歸戶', '核對時數')
    assert (await consolidated_sheet.printed('pdf', NATIONAL_ID, number, '核對', by=clerk)).content[:4] == b'%PDF'


async def test_who_may_not_ask_prints_nothing(person: Volunteer) -> None:
    number = person.identity_number.open()
    for role in (Role.VOLUNTEER, Role.ADMINISTRATOR):
        with pytest.raises(NotPermitted):
            await consolidated_sheet.printed('pdf', NATIONAL_ID, number, '核對', by=await an_account(role))
    with pytest.raises(NotFound):
        await consolidated_sheet.printed('exe', NATIONAL_ID, number, '核對', by=await an_account())


async def test_a_paper_book_that_is_registered_is_listed_once(clerk: Account, person: Volunteer) -> None:
    facts: dict[str, Any] = {'agency': await an_agency(), 'entered_by_unit_id': clerk.host_unit_id, 'roc_year': 0}
    await RecordBook.create(volunteer=person, number='中市文字第123號', kind=BookKind.REGISTERED, **facts)

    rows = await rows_of(person, clerk)

    assert rows['未登記的紙本紀錄冊'] == []
    assert [row[0] for row in rows['紀錄冊']] == ['中市文字第123號']
