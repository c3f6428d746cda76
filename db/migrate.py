"""Bringing a database up to the newest migration."""

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
    """Apply what is lacking to the database at `url`; afterwards it stands at the newest migration.

    Everything happens in one transaction under an advisory lock. So several starting processes wait for the first,
    and a killed one leaves the old state: Tortoise alone would note a migration in a transaction of its own, and
    could find the tables there but the note missing. Takes milliseconds when nothing is to be done.
    """
    config = tortoise_config(url)
    apps = {label: app.to_dict() for label, app in config.apps.items() if isinstance(app, AppConfig)}
    async with TortoiseContext() as context:
        await context.init(config)
        if not await MigrationExecutor(context.db(), apps).plan():
            return
        async with in_transaction() as client:
            await client.execute_query('SELECT pg_advisory_xact_lock($1)', [_LOCK])
            # First of all: reading a missing table would spoil the transaction.
            await MigrationRecorder(client).ensure_schema(AsyncpgSchemaEditor(client))
            await MigrationExecutor(client, apps).migrate()
