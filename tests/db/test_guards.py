"""What the database itself refuses, whoever asks."""

import importlib
import re
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from db.choices import ApplicationStatus, DraftKind
from db.models import Application, Draft, DraftEntry, Training
from domain import dates
from tests import builders

GUARDED = (
    '0002_guards',
    '0004_review_desk_guards',
    '0008_papers',
    '0010_persons',
    '0011_limits_guards',
    '0022_paper_books',
    '0023_teams',
)
MIGRATIONS = [importlib.import_module(f'db.migrations.{name}') for name in GUARDED]


async def test_every_guard_and_index_of_the_migrations_stands(database: str) -> None:
    rows = await get_connection('default').execute_query_dict(
        "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public' UNION SELECT conname FROM pg_constraint"
    )
    wanted = {name for migration in MIGRATIONS for name in getattr(migration, 'GUARDS', ())}
    wanted |= {f'{table}_by_{of[0]}' for migration in MIGRATIONS for table, of in migration.INDEXED.items()}
    wanted = {re.sub('^reading_', 'presence_', name) for name in wanted}  # renamed by 0007_presence

    assert wanted - {row['name'] for row in rows} == set()


async def test_a_volunteer_has_one_open_application_at_most(database: str) -> None:
    unit, agency = await builders.a_host_unit(), await builders.an_agency()
    volunteer = await builders.a_volunteer(unit)
    facts: dict[str, Any] = {'volunteer': volunteer, 'host_unit': unit, 'county_id': agency.county_id, 'agency': agency}
    first = await Application.create(**facts)

    with pytest.raises(IntegrityError):
        await Application.create(**facts)
    await Application.filter(id=first.id).update(status=ApplicationStatus.REJECTED)
    await Application.create(**facts)


async def test_a_unit_has_one_draft_of_a_form_at_most(database: str) -> None:
    clerk = await builders.an_account()
    volunteer = await builders.a_volunteer()
    form: dict[str, Any] = {'kind': DraftKind.TRAINING, 'volunteer': volunteer, 'owner': clerk}
    form['host_unit_id'] = clerk.host_unit_id
    first = await Draft.create(saved_at=dates.now(), **form)
    await DraftEntry.create(draft=first, name='title', value='"志工基礎訓練"')

    with pytest.raises(IntegrityError):
        await Draft.create(saved_at=dates.now(), **form)
    await first.delete()

    assert await DraftEntry.all().count() == 0


async def test_a_training_does_not_end_before_it_begins(database: str) -> None:
    training = await builders.a_training(await builders.a_volunteer(), by=await builders.an_account())

    with pytest.raises(IntegrityError):
        await Training.filter(id=training.id).update(ends_on=dates.years_after(training.starts_on, -1))
