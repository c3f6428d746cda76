"""The roster that goes with an application."""

import io
from datetime import date

import pytest
from odfdo import Document, Table

from db.choices import ApplicationStatus, IdentityKind, Role, Sex
from db.models import AccessEntry, Account, Agency, Application, HostUnit, Volunteer
from domain import dates
from domain.errors import NotFound
from domain.printouts import roster_sheets
from tests import builders

from ..sample_office import NOW

pytestmark = pytest.mark.usefixtures('database')


def cells(ods: bytes) -> list[list[str]]:
    (sheet,) = Document(io.BytesIO(ods)).body.tables
    assert isinstance(sheet, Table)
    return [[str(cell.value or '') for cell in row.cells] for row in sheet.rows]


async def an_application(volunteer: Volunteer, clerk: Account, reviewer: Account) -> Application:
    application = await Application.create(
        volunteer=volunteer,
        host_unit_id=clerk.host_unit_id,
        county=await builders.a_county(),
        agency_id=reviewer.agency_id,
        status=ApplicationStatus.SUBMITTED,
    )
    await application.fetch_related('host_unit', 'agency')
    return application


async def test_a_roster_carries_what_the_regulations_ask_for_in_full() -> None:
    clerk, reviewer = await builders.an_account(), await builders.an_account(Role.REVIEWER)
    unit, agency = await HostUnit.get(id=clerk.host_unit_id), await Agency.get(id=reviewer.agency_id)
    first = await builders.a_volunteer(unit, name='𠮷田·以莉', identity_number='A223456781', born_on=date(1991, 3, 8))
    second = await builders.a_volunteer(
        unit,
        name='=Ada',
        sex=Sex.MALE,
        identity_kind=IdentityKind.PASSPORT,
        identity_number='00123',
        born_on=date(1911, 12, 31),
    )
    applications = [await an_application(volunteer, clerk, reviewer) for volunteer in (first, second)]

    with dates.frozen(NOW):
        ods = await roster_sheets.roster(applications, by=clerk)

    assert cells(ods) == [
        ['志願服務紀錄冊申請名冊'],
        [f'{unit.name}　送　{agency.name}　共 2 人　列印日期 民國 115 年 3 月 5 日'],
        ['編號', '姓名', '性別', '出生年月日', '國民身分證統一編號或護照號碼'],
        ['1', '𠮷田·以莉', '女', '080/03/08', 'A223456781'],
        ['2', '=Ada', '男', '民國前 1/12/31', '00123'],
    ]
    assert [(entry.volunteer_id, entry.by_id) for entry in await AccessEntry.all().order_by('id')] == [
        (first.id, clerk.id),
        (second.id, clerk.id),
    ]


async def test_the_agency_it_goes_to_may_have_it_too() -> None:
    clerk, reviewer = await builders.an_account(), await builders.an_account(Role.REVIEWER)
    application = await an_application(await builders.a_volunteer(), clerk, reviewer)

    assert len(cells(await roster_sheets.roster([application], by=reviewer))) == 4


@pytest.mark.parametrize('role', list(Role))
async def test_nobody_else_gets_it_and_nothing_is_opened(role: Role) -> None:
    clerk, reviewer = await builders.an_account(), await builders.an_account(Role.REVIEWER)
    application = await an_application(await builders.a_volunteer(), clerk, reviewer)

    with pytest.raises(NotFound):
        await roster_sheets.roster([application], by=await builders.an_account(role))

    assert await AccessEntry.all() == []


def test_the_blank_roster_has_the_same_columns_and_numbered_lines() -> None:
    rows = cells(roster_sheets.blank())

    assert rows[2] == list(roster_sheets.COLUMNS)
    assert [row[0] for row in rows[3:]] == [str(number) for number in range(1, 21)]
