import subprocess

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

from db import migrate
from tests.conftest import url_of
from tests.processes import ROOT, Processes

MIGRATES = 'import asyncio, sys; from db import migrate; asyncio.run(migrate.migrated(sys.argv[1]))'


async def test_processes_that_start_at_once_migrate_once(database_url: str, processes: Processes) -> None:
    url = await an_empty_database(database_url, 'test_of_racing_migrations')
    starting = [await processes.begin('-c', MIGRATES, url, stderr=subprocess.PIPE) for _ in range(3)]
    said = [(await process.communicate())[1].decode() for process in starting]

    assert said == ['', '', '']
    assert await applied(url) == migrations_in_the_folder()


async def test_a_failed_migration_leaves_nothing_behind(database_url: str) -> None:
    url = await an_empty_database(database_url, 'test_of_failing_migrations')
    connection = await asyncpg.connect(url)
    await connection.execute('CREATE TABLE volunteer ()')  # in the way of the first migration

    with pytest.raises(OperationalError, match='"volunteer" already exists'):
        await migrate.migrated(url)
    assert await connection.fetch("SELECT FROM pg_tables WHERE tablename = 'county'") == []

    await connection.execute('DROP TABLE volunteer')
    await connection.close()
    await migrate.migrated(url)
    assert await applied(url) == migrations_in_the_folder()


def migrations_in_the_folder() -> list[str]:
    return sorted(path.stem for path in (ROOT / 'db' / 'migrations').glob('0*.py'))


async def an_empty_database(server_url: str, name: str) -> str:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS {name}')
        await connection.execute(f'CREATE DATABASE {name}')
    finally:
        await connection.close()
    return url_of(server_url, name)


async def applied(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row['name'] for row in await connection.fetch('SELECT name FROM tortoise_migrations ORDER BY name')]
    finally:
        await connection.close()
