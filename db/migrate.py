"""Bringing a database up to the newest migration.

Tortoise builds every model anew before each operation of a migration, so the whole way takes seven seconds of a
processor, and more with each migration to come. A new database therefore takes `schema.sql`, which is that way written
down: `make schema` renews it after a new migration, and tests/db/test_migrate.py compares the two.
"""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
from tortoise.config import AppConfig
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.transactions import in_transaction

from . import tortoise_config
from .locks import Lock
from .server_account import NotStarted

SCHEMA = Path(__file__).with_name('schema.sql')


async def migrated(url: str) -> None:
    """Apply what is lacking to the database at `url`; afterwards it stands at the newest migration.

    Everything happens in one transaction under an advisory lock. So several starting processes wait for the first,
    and a killed one leaves the old state: Tortoise alone would note a migration in a transaction of its own, and
    could find the tables there but the note missing. Takes milliseconds when nothing is to be done. Raises NotStarted
    for a database that a newer version has migrated, and where the role may not.
    """
    try:
        await _migrated(url)
    except OperationalError as error:
        if isinstance(error.__cause__, asyncpg.InsufficientPrivilegeError):
            raise NotStarted(
                '資料庫須更新，但連線的帳號不擁有資料表，所以不啟動。請依部署說明設定 DATABASE_OWNER_URL。\n'
                'The database has to be migrated, and the role of DATABASE_URL owns no tables: set DATABASE_OWNER_URL.'
            ) from None
        raise


async def _migrated(url: str) -> None:
    async with TortoiseContext() as context:
        await context.init(tortoise_config(url))
        await _check_age(context.db())
        if not await MigrationExecutor(context.db(), _apps()).plan():
            return
        async with in_transaction() as client:
            await client.execute_query('SELECT pg_advisory_xact_lock($1)', [Lock.MIGRATION.value])
            recorder = MigrationRecorder(client)
            # First of all: reading a missing table would spoil the transaction.
            await recorder.ensure_schema(AsyncpgSchemaEditor(client))
            is_new = not await recorder.applied_migrations()
            if is_new:
                await client.execute_script(SCHEMA.read_text())
            await MigrationExecutor(client, _apps()).migrate(fake=is_new)


async def _check_age(client: Any) -> None:
    recorder = MigrationRecorder(client)
    if not await client.execute_query_dict("SELECT 1 FROM pg_tables WHERE tablename = 'tortoise_migrations'"):
        return
    known = {path.stem for path in (Path(__file__).parent / 'migrations').glob('0*.py')}
    unknown = sorted({each.name for each in await recorder.applied_migrations()} - known)
    if unknown:
        raise NotStarted(
            f'這個資料庫已由較新的版本更新過（{unknown[-1]}），這個版本不認識，所以不啟動。請改用較新的版本。\n'
            f'This database was migrated by a newer version ({unknown[-1]}), which this one does not know; nothing is '
            'started. Use the newer version.'
        )


async def as_sql() -> str:
    """What the migrations do to an empty database, as one script. Needs no database.

    One state is carried through all of them: `collect_sql` would go the way anew for each, and takes minutes.
    """
    async with TortoiseContext() as context:
        await context.init(tortoise_config('postgres://'))
        state = State(models={}, apps=StateApps(default_connections=dict.fromkeys(_apps(), 'default')))
        script = ['-- Written by `make schema`.']
        for step in await MigrationExecutor(context.db(), _apps()).plan():
            editor = AsyncpgSchemaEditor(context.db(), atomic=False, collect_sql=True)
            await step.migration.apply(state, schema_editor=editor, collect_sql=True)
            statements = [line for line in editor.collected_sql if not line.startswith('--')]
            script += ['', f'-- {step.migration.name}', *(f'{line.removesuffix(";")};' for line in statements)]
    return '\n'.join([*script, ''])


def _apps() -> dict[str, dict[str, Any]]:
    apps = tortoise_config('').apps
    return {label: app.to_dict() for label, app in apps.items() if isinstance(app, AppConfig)}


if __name__ == '__main__':
    SCHEMA.write_text(asyncio.run(as_sql()))
