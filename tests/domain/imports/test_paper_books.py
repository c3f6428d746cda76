"""紙本紀錄冊 from a file: registered one a row, for the agency to confirm."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from db.choices import BookKind, BookStatus, Doubt, Grade, ImportKind, RegistrationStatus, Role
from db.models import Account, Agency, HostUnit, IdentityLookup, Membership, PaperRegistration, RecordBook, Volunteer
from domain import imports, settings
from domain.books import paper_books
from domain.imports import Ended, running, templates
from domain.imports.kinds.paper_books import PaperBooks

from ...builders import a_host_unit, a_team, a_volunteer, an_account, an_agency, an_identity_number
from .trying import graded, imported, sentences, taken_back

KIND = PaperBooks()
pytestmark = pytest.mark.usefixtures('database')


async def people(many: int) -> tuple[Account, Agency, list[Volunteer], list[dict[str, Any]]]:
    clerk, agency = await an_account(), await an_agency(name='臺中市政府示例局')
    unit = await HostUnit.get(id=clerk.host_unit_id)
    numbers = [an_identity_number() for _ in range(many)]
    found = [await a_volunteer(unit, identity_number=number, name='周小晴') for number in numbers]
    rows = [
        {
            'name': '周小晴',
            'identity_number': number,
            'number': f'中市示志字第{place:06}號',
            'issued_on': date(2010, 3, 8),
        }
        for place, number in enumerate(numbers, 123)
    ]
    return clerk, agency, found, rows


ONCE = {'agency': '臺中市政府示例局'}


async def test_books_are_registered_and_withdrawn_again() -> None:
    clerk, agency, [one, other], rows = await people(2)
    written = await imported(KIND, rows, by=clerk, common=ONCE)
    kept = await PaperRegistration.all().order_by('id')
    assert [(each.volunteer_id, each.agency_id, each.series, each.serial) for each in kept] == [
        (one.id, agency.id, '中市示志', '000123'),
        (other.id, agency.id, '中市示志', '000124'),
    ]
    [again, _] = await graded(KIND, rows, by=clerk, common=ONCE)
    assert (again.grade, again.values) == (Grade.GOOD, {})
    assert await taken_back(KIND, written, by=clerk) == {}
    assert {each.status for each in await PaperRegistration.all()} == {RegistrationStatus.WITHDRAWN}


async def test_all_that_is_exported_is_imported_without_a_change() -> None:
    clerk, agency, _, rows = await people(3)
    reviewer = await an_account(Role.REVIEWER, agency=agency)
    await imported(KIND, rows, by=clerk, common=ONCE)
    first, _, gone = await PaperRegistration.all().order_by('id')
    await paper_books.confirm(first.id, 1, by=reviewer)
    await paper_books.withdraw(gone, version=1, by=clerk)

    document = await templates.on_record(ImportKind.PAPER_BOOKS, 'ods', reason='對帳', by=clerk)
    batch = await imports.begin(ImportKind.PAPER_BOOKS, 'x.ods', document.content, by=clerk)
    await running.finished(batch.id)

    read = await imports.get(batch.id, by=clerk)
    assert (read.rows, read.wrong, read.good) == (2, 0, 2)
    await imports.commit(batch.id, by=clerk)
    await running.finished(batch.id)
    assert await imports.ended(batch.id, by=clerk) == Ended(same=2)


async def test_a_number_is_one_book() -> None:
    clerk, _, _, [row, other] = await people(2)
    first, second = await graded(KIND, [row, other | {'number': '中市示志字第123號'}], by=clerk, common=ONCE)
    assert first.same_as == second.same_as
    await imported(KIND, [row], by=clerk, common=ONCE)
    assert await imported(KIND, [other | {'number': '中市示志字第123號'}], by=clerk, common=ONCE) == []


async def test_nobody_gets_a_second_book() -> None:
    clerk, _, _, [row] = await people(1)
    await imported(KIND, [row], by=clerk, common=ONCE)
    [one] = await graded(KIND, [row | {'number': '中市示志字第999號'}], by=clerk, common=ONCE)
    assert sentences(one) == [('number', '這位志工的紙本紀錄冊 中市示志字第000123號 已送請確認，一人只有一冊。')]


async def test_another_number_than_the_record_has_is_a_doubt() -> None:
    clerk, _, [person], [row] = await people(1)
    await Volunteer.filter(id=person.id).update(legacy_series='中市示志', legacy_serial='000777')
    [one] = await graded(KIND, [row], by=clerk, common=ONCE)
    assert (one.doubt, one.beside) == (Doubt.UNUSUAL, {'number': '中市示志字第000777號'})


async def test_cells_are_wrong_as_in_the_form() -> None:
    clerk, _, _, [row] = await people(1)
    [one] = await graded(KIND, [row | {'number': '123', 'issued_on': None, 'agency': '示例局'}], by=clerk)
    assert [(mark.column, mark.fix) for mark in one.marks] == [
        ('number', ''),
        ('agency', '臺中市政府示例局'),
        ('issued_on', ''),
    ]


async def test_a_number_that_waits_for_somebody_else_is_told_before_it_is_confirmed() -> None:
    clerk, _, _, [row, other] = await people(2)
    await imported(KIND, [row], by=clerk, common=ONCE)
    [one] = await graded(KIND, [other | {'number': '中市示志字第123號'}], by=clerk, common=ONCE)
    told = '已替周小晴送請確認，兩個人不能有同一號。請對照封面再確認。'
    assert sentences(one) == [('number', f'「中市示志字第123號」{told}')]


async def test_a_clerk_of_one_team_does_not_read_who_of_another_team_has_the_number() -> None:
    clerk, _, [_, mine], [row, other] = await people(2)
    unit = await HostUnit.get(id=clerk.host_unit_id)
    team = await a_team(unit)
    of_team = await an_account(host_unit=unit, team=team)
    await Membership.filter(volunteer_id=mine.id).update(team_id=team.id)
    await imported(KIND, [row], by=clerk, common=ONCE)
    [one] = await graded(KIND, [other | {'number': row['number']}], by=of_team, common=ONCE)
    told = '已替貴單位的另一位志工送請確認，兩個人不能有同一號。請對照封面再確認。'
    assert sentences(one) == [('number', f'「中市示志字第000123號」{told}')]


async def test_a_number_of_a_book_that_is_over_is_nobodys_again() -> None:
    clerk, agency, [person, _], [_, other] = await people(2)
    await RecordBook.create(
        volunteer=person,
        agency=agency,
        number='中市示志字第000777號',
        roc_year=99,
        sequence=777,
        kind=BookKind.REGISTERED,
        status=BookStatus.CANCELLED,
        issued_on=date(2010, 3, 8),
        entered_by_unit_id=clerk.host_unit_id,
    )
    [one] = await graded(KIND, [other | {'number': '中市示志字第777號'}], by=clerk, common=ONCE)
    told = '已經是系統中一冊紀錄冊的號碼，兩冊不能同號。請對照封面再確認。'
    assert sentences(one) == [('number', f'「中市示志字第777號」{told}')]


async def test_an_issuer_that_is_one_of_our_agencies_is_the_agency() -> None:
    clerk, agency, _, [row] = await people(1)
    await an_agency(name='臺中市政府另一局')
    issued = row | {'issued_by': '台中市政府示例局'}
    [one] = await graded(KIND, [issued], by=clerk, common={'agency': '臺中市政府另一局'})
    assert (one.grade, one.values['details']['agency_id'], one.values['details']['issued_by']) == (
        Grade.GOOD,
        agency.id,
        '',
    )


@pytest.mark.parametrize('issuer', ['內政部', '臺中市政府另一局'])
async def test_an_issuer_that_is_another_body_than_the_agency_is_a_doubt(issuer: str) -> None:
    clerk, agency, _, [row] = await people(1)
    await an_agency(name='臺中市政府另一局')
    [one] = await graded(KIND, [row | {'issued_by': issuer, 'agency': agency.name}], by=clerk)
    told = f'發冊單位是「{issuer}」，要送請「臺中市政府示例局」確認。請再確認發冊機關。'
    assert (one.doubt, sentences(one)) == (Doubt.UNUSUAL, [('issued_by', told)])
    assert one.values['details']['issued_by'] == issuer


@pytest.fixture
def one_lookup() -> Iterator[None]:
    """An account may look up one number a day."""
    before = settings.current()
    settings.use(replace(before, lookups_per_account=1))
    yield
    settings.use(before)


@pytest.mark.usefixtures('one_lookup')
async def test_a_number_of_a_book_elsewhere_is_told_in_the_preview_not_whose_and_within_the_budget() -> None:
    clerk, agency, _, rows = await people(3)
    for row in rows[:2]:
        await RecordBook.create(
            volunteer=await a_volunteer(name='陌生人'),
            agency=agency,
            number=row['number'],
            roc_year=99,
            sequence=int(row['number'][6:12]),
            kind=BookKind.REGISTERED,
            status=BookStatus.IN_USE,
            issued_on=date(2010, 3, 8),
            entered_by_unit=await a_host_unit(),
        )
    told, untold, free = await graded(KIND, rows, by=clerk, common=ONCE)

    assert sentences(told) == [
        ('number', f'「{rows[0]["number"]}」已經是系統中一冊紀錄冊的號碼，兩冊不能同號。請對照封面再確認。')
    ]
    assert (told.grade, untold.grade, free.grade) == (Grade.WRONG, Grade.GOOD, Grade.GOOD)
    assert await IdentityLookup.filter(by=clerk, is_refused=False).count() == 1
    assert await imported(KIND, [rows[1]], by=clerk, common=ONCE) == []
