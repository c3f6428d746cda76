"""The database is what the models say, and refuses what must never be."""

import asyncpg
from tortoise import Tortoise
from tortoise.config import AppConfig
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

import db
from db import migrate
from tests.conftest import url_of

# Everything a migration can make, a line each.
CATALOGUE = """
SELECT format('column %s.%s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
        pg_get_expr(adbin, adrelid)) AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid
    AND adnum = attnum WHERE attnum > 0 AND NOT attisdropped AND relnamespace = 'public'::regnamespace
UNION ALL SELECT format('index %s', pg_get_indexdef(indexrelid))
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT format('function %s', pg_get_functiondef(oid))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT format('comment on %s.%s: %s', objoid::regclass, objsubid, description)
    FROM pg_description JOIN pg_class ON pg_class.oid = objoid WHERE relnamespace = 'public'::regnamespace
"""


async def test_every_column_of_every_model_exists(database: str) -> None:
    rows = await get_connection('default').execute_query_dict(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    there = {(row['table_name'], row['column_name']) for row in rows}

    models = [model for app in (Tortoise.apps or {}).values() for model in app.values()]
    said = {(model._meta.db_table, column) for model in models for column in model._meta.fields_db_projection.values()}

    assert len(models) == 48
    assert said - there == set()


async def test_every_relation_is_a_foreign_key_that_deletes_nothing_but_draft_entries(database: str) -> None:
    rows = await get_connection('default').execute_query_dict(
        "SELECT conrelid::regclass::text AS source, confdeltype::text AS rule FROM pg_constraint WHERE contype = 'f'"
    )
    models = [model for app in (Tortoise.apps or {}).values() for model in app.values()]
    relations = sum(len(model._meta.fk_fields) + len(model._meta.o2o_fields) for model in models)

    assert len(rows) == relations
    assert {row['source'] for row in rows if row['rule'] != 'r'} == {'draft_entry'}


async def test_the_migrations_lead_to_what_the_models_say() -> None:
    config = db.tortoise_config('postgres://')
    apps = {label: app.to_dict() for label, app in config.apps.items() if isinstance(app, AppConfig)}
    async with TortoiseContext() as context:
        await context.init(config)
        assert context.apps is not None
        lacking = await MigrationAutodetector(context.apps, apps).changes()

    assert [operation.describe() for writer in lacking for operation in writer.operations] == []


async def test_a_new_database_is_one_that_went_through_every_migration(database_url: str) -> None:
    found = []
    for name, step_by_step in (('test_of_the_schema', False), ('test_of_every_step', True)):
        connection = await asyncpg.connect(database_url)
        await connection.execute(f'DROP DATABASE IF EXISTS {name}')
        await connection.execute(f'CREATE DATABASE {name}')
        await connection.close()
        url = url_of(database_url, name)
        await migrate.migrated(url, step_by_step=step_by_step)
        connection = await asyncpg.connect(url)
        found.append({row['line'] for row in await connection.fetch(CATALOGUE)})
        await connection.close()

    assert len(found[0]) > 600
    assert found[0] == found[1], 'run `make schema`'
