"""What the list is made of is read by one statement; rules are kept only while their table holds the same."""

from datetime import date

import pytest

from db import transaction
from db.choices import Demand
from db.models import Agency, Field, RequiredHours, Rule
from domain import directory, readiness
from domain.errors import NotFound

from ..sample_office import Office, a_complete_volunteer, a_draft

pytestmark = pytest.mark.usefixtures('database', 'today')


def of_rules(queries: list[str]) -> list[str]:
    return [query for query in queries if 'FROM "rule"' in query and 'asked.id' not in query]


async def insurance(office: Office) -> str:
    volunteer = await a_complete_volunteer(office)
    found = await readiness.checks(volunteer, by=office.clerk)
    return next((check.label for check in found if check.key == 'insurance'), 'not asked')


async def test_rules_are_read_again_only_when_they_are_others(office: Office, queries: list[str]) -> None:
    case = await a_draft(office)
    before = await readiness.checks(case, by=office.clerk)
    queries.clear()

    assert await readiness.checks(case, by=office.clerk) == before
    assert of_rules(queries) == []

    await Rule.filter(key='insurance').update(label='意外保險')  # by whatever hand, in whichever process
    assert await insurance(office) == '意外保險'
    assert len(of_rules(queries)) == 1


async def test_a_rule_that_is_struck_is_asked_no_more(office: Office) -> None:
    assert await insurance(office) == '保險狀態'
    await Rule.filter(key='insurance').delete()
    assert await insurance(office) == 'not asked'
    await Rule.create(key='insurance', label='保險', demand=Demand.ADVICE, position=1)
    assert await insurance(office) == '保險'


class TakenBack(Exception):
    """Whoever changed the rule thinks better of it."""


async def a_change_that_is_taken_back(office: Office) -> None:
    async with transaction():
        await Rule.filter(key='insurance').update(label='不算數')
        assert await insurance(office) == '不算數'
        raise TakenBack


async def test_what_is_rolled_back_was_never_a_rule(office: Office) -> None:
    with pytest.raises(TakenBack):
        await a_change_that_is_taken_back(office)

    assert await insurance(office) == '保險狀態'


async def test_an_office_without_rows_asks_for_what_no_row_makes_less_of(office: Office) -> None:
    await Rule.all().delete()
    await RequiredHours.all().delete()

    case = await a_draft(office)
    for _ in range(2):
        assert {one.key for one in await readiness.checks(case, by=office.clerk)} == {
            *('basics', 'identity', 'book', 'agency')
        }


async def test_the_agency_one_begins_with_is_what_the_directory_says_now(office: Office) -> None:
    _, before = await directory.defaults()
    assert before.field is not None

    await Field.filter(id=before.field_id).update(name='文藝')
    _, renamed = await directory.defaults()
    assert renamed.field is not None
    assert renamed.field.name == '文藝'

    await Agency.filter(id=before.id).update(name='文化處')
    with pytest.raises(NotFound):
        await directory.defaults()
    await Agency.filter(id=before.id).update(name=before.name, valid_to=date(2026, 1, 1))
    assert (await directory.defaults())[1].valid_to == date(2026, 1, 1)
