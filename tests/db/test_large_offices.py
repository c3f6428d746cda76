"""What the database keeps beside the records for large offices is what the records say, whatever was written."""

import importlib
import re
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from tortoise.connection import get_connection

from db import transaction
from db.choices import ApplicationStatus, BookStatus, IssueKind, Role
from db.models import (
    Account,
    Agency,
    Application,
    ApplicationStep,
    BookIssue,
    HostUnit,
    OutgoingMail,
    RecordBook,
    Roster,
)
from domain import dates
from tests import builders

pytestmark = pytest.mark.usefixtures('database')
MIGRATION = importlib.import_module('db.migrations.0019_large_offices')
KEPT = (
    'SELECT id, agency_id, host_unit_id, answer, answered_at FROM application_step ORDER BY id',
    'SELECT id, agency_id, roc_year FROM book_issue ORDER BY id',
    'SELECT id, agency_id, host_unit_id FROM outgoing_mail ORDER BY id',
    'SELECT agency_id, what, part, number FROM tally WHERE number <> 0 ORDER BY agency_id, what, part',
)

# An office of the version before.
BEFORE = (
    'UPDATE application_step SET agency_id = NULL, host_unit_id = NULL, answer = NULL, answered_at = NULL',
    'UPDATE book_issue SET agency_id = NULL, roc_year = NULL',
    'UPDATE outgoing_mail SET agency_id = NULL, host_unit_id = NULL',
    'DELETE FROM tally',
)


@pytest.mark.parametrize('seed', range(4))
async def test_what_is_kept_is_what_the_records_say_after_any_writing(seed: int) -> None:
    office = await _Office.made(Random(seed))
    for _ in range(120):
        await office.write()

    kept = [await _rows(sql) for sql in KEPT]
    for statement in MIGRATION.DERIVED:
        await get_connection('default').execute_query(statement)

    assert [await _rows(sql) for sql in KEPT] == kept
    assert all(kept)


async def test_an_office_that_is_upgraded_has_its_past_and_keeps_what_follows() -> None:
    office = await _Office.made(Random(7))
    for _ in range(60):
        await office.write()
    kept = [await _rows(sql) for sql in KEPT]
    connection = get_connection('default')
    for function in {*re.findall(r'CREATE FUNCTION (\w+)', ' '.join((*MIGRATION.KEPT, MIGRATION.GRAMS)))}:
        await connection.execute_query(f'DROP FUNCTION {function} CASCADE')
    for index in MIGRATION.INDEXES:
        await connection.execute_query(f'DROP INDEX IF EXISTS {index}')
    for statement in BEFORE:
        await connection.execute_query(statement)

    async with transaction() as upgrade:
        for statement in (MIGRATION.ALONE, *MIGRATION.AFTERWARDS):
            await upgrade.execute_query(statement)
    upgraded = [await _rows(sql) for sql in KEPT]
    await office.book()

    assert upgraded == kept
    assert await _issues() == 1 + sum(row['number'] for row in kept[-1] if row['what'] == 'issue')


async def test_a_transaction_that_is_rolled_back_counts_nothing() -> None:
    office = await _Office.made(Random(1))
    case = await office.case()
    await Application.filter(id=case.id).update(status=ApplicationStatus.DRAFT)
    before = await _rows(KEPT[-1])

    async def spoilt() -> None:
        async with transaction():
            await Application.filter(id=case.id).update(status=ApplicationStatus.REJECTED, round=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await spoilt()

    assert await _rows(KEPT[-1]) == before


async def test_every_index_for_large_offices_stands() -> None:
    there = {row['indexname'] for row in await _rows('SELECT indexname FROM pg_indexes')}

    assert set(MIGRATION.INDEXES) - there == set()


async def _issues() -> int:
    [row] = await _rows("SELECT sum(number) AS issues FROM tally WHERE what = 'issue'")
    return int(row['issues'])


class _Office:
    """Two units and two agencies, and records that are made, changed and removed at random."""

    def __init__(self, random: Random, agencies: list[Agency], units: list[HostUnit], clerk: Account) -> None:
        self.random = random
        self.agencies, self.units, self.clerk = agencies, units, clerk
        self.books = 0

    @classmethod
    async def made(cls, random: Random) -> '_Office':
        units = [await builders.a_host_unit() for _ in range(2)]
        clerk = await builders.an_account(Role.UNIT_STAFF, host_unit=units[0])
        return cls(random, [await builders.an_agency() for _ in range(2)], units, clerk)

    async def write(self) -> None:
        ways = (self.case, self.step, self.step, self.step, self.book, self.mail, self.move, self.touch, self.remove)
        await self.random.choice(ways)()

    async def case(self) -> Application:
        agency = self.random.choice(self.agencies)
        return await Application.create(
            volunteer=await builders.a_volunteer(self.units[0]),
            host_unit=self.random.choice(self.units),
            county_id=agency.county_id,
            agency=agency,
            status=self.random.choice(list(ApplicationStatus)),
            round=self.random.randrange(3),
        )

    async def step(self) -> None:
        if case := await self._any(Application):
            status = self.random.choice(list(ApplicationStatus))
            at = dates.now() - timedelta(hours=self.random.randrange(999))
            await ApplicationStep.create(application=case, status=status, by=self.clerk, at=at)
            closed = (ApplicationStatus.APPROVED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN)
            if status in closed:
                await Application.filter(id=case.id).update(status=status)

    async def book(self) -> None:
        self.books += 1
        agency = self.random.choice(self.agencies)
        case = await self.case()
        book = await RecordBook.create(
            volunteer_id=case.volunteer_id,
            application=case,
            agency=agency,
            number=f'第{self.books}號',
            roc_year=self.random.choice((114, 115)),
            sequence=self.books,
            kind=IssueKind.FIRST,
            status=BookStatus.IN_USE,
            issued_on=dates.today(),
            entered_by_unit=self.units[0],
        )
        kind = self.random.choice(list(IssueKind))
        await BookIssue.create(book=book, application=case, kind=kind, number=book.number, at=dates.now())

    async def mail(self) -> None:
        case, unit = await self._any(Application), self.random.choice(self.units)
        agency = self.random.choice(self.agencies)
        about: dict[str, Any] = {'application': case}
        if case is None or self.random.random() < 0.4:
            roster: dict[str, Any] = {
                'host_unit': unit,
                'agency': agency,
                'county_id': agency.county_id,
                'title': '名冊',
            }
            about = {'roster': await Roster.create(**roster, created_by=self.clerk)}
        await OutgoingMail.create(recipient='a@example.org', subject='', body='', next_attempt_at=dates.now(), **about)

    async def move(self) -> None:
        """A case goes to another unit or agency, or on."""
        if case := await self._any(Application):
            facts = (
                {'host_unit': self.random.choice(self.units)},
                {'agency': self.random.choice(self.agencies)},
                {'status': self.random.choice(list(ApplicationStatus))},
                {'round': self.random.randrange(3)},
            )
            await Application.filter(id=case.id).update(**self.random.choice(facts))

    async def touch(self) -> None:
        """A step is dated anew, or becomes another one."""
        if step := await self._any(ApplicationStep):
            facts = ({'at': dates.now()}, {'status': self.random.choice(list(ApplicationStatus))})
            await ApplicationStep.filter(id=step.id).update(**self.random.choice(facts))

    async def remove(self) -> None:
        if step := await self._any(ApplicationStep):
            await step.delete()
        if self.random.random() < 0.3 and (issue := await self._any(BookIssue)):
            await BookIssue.filter(id=issue.id).delete()
            await RecordBook.filter(id=issue.book_id).delete()

    async def _any(self, model: Any) -> Any:
        ids = await model.all().order_by('id').values_list('id', flat=True)
        return await model.get(id=self.random.choice(ids)) if ids else None


async def _rows(sql: str) -> list[dict[str, Any]]:
    return await get_connection('default').execute_query_dict(sql)
