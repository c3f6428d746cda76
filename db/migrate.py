"""Migrations, applied when a process starts."""

from tortoise.config import AppConfig
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.transactions import in_transaction

from . import tortoise_config

# Any number will do, as long as nothing else in the database uses it.
_LOCK = 20_260_308


async def migrated(url: str) -> None:
    """Apply the missing migrations to the database at `url`.

    All of them run in one transaction under an advisory lock: several starting processes wait for the first, and a
    killed one leaves the old state. Tortoise alone records a migration in a transaction of its own, so a kill could
    leave the tables without the record. Takes milliseconds when nothing is missing.
    """
    config = tortoise_config(url)
    apps = {label: app.to_dict() for label, app in config.apps.items() if isinstance(app, AppConfig)}
    async with TortoiseContext() as context:
        await context.init(config)
        if not await MigrationExecutor(context.db(), apps).plan():
            return
        async with in_transaction() as client:
            await client.execute_query('SELECT pg_advisory_xact_lock($1)', [_LOCK])
            # First, since reading a missing table aborts the transaction.
            await MigrationRecorder(client).ensure_schema(AsyncpgSchemaEditor(client))
            await MigrationExecutor(client, apps).migrate()
