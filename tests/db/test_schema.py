"""The database is what the models say, and refuses what must never be."""

from tortoise import Tortoise
from tortoise.config import AppConfig
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

import db


async def test_every_column_of_every_model_exists(database: str) -> None:
    rows = await get_connection('default').execute_query_dict(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    there = {(row['table_name'], row['column_name']) for row in rows}

    models = [model for app in (Tortoise.apps or {}).values() for model in app.values()]
    said = {(model._meta.db_table, column) for model in models for column in model._meta.fields_db_projection.values()}

    assert len(models) == 85
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
