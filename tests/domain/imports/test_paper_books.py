"""紙本紀錄冊 from a file: registered one a row, for the agency to confirm."""

from datetime import date
from typing import Any

import pytest

from db.choices import Doubt, Grade, RegistrationStatus
from db.models import Account, Agency, HostUnit, PaperRegistration, Volunteer
from domain.imports.kinds.paper_books import PaperBooks

from ...builders import a_volunteer, an_account, an_agency, an_identity_number
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
