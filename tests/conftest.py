"""One embedded server for the whole run, one migrated template, a fresh copy of it for each test that asks."""

import itertools
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

import db
from db import blobs, embedded, migrate, reference, sealing

TEMPLATE = 'template_of_tests'
# Without autovacuum, since DROP … WITH (FORCE) may not end its workers.
QUICK = {'fsync': 'off', 'synchronous_commit': 'off', 'full_page_writes': 'off', 'autovacuum': 'off'}
_numbers = itertools.count(1)


@pytest.fixture(scope='session')
async def database_url() -> AsyncIterator[str]:
    """The URL of the run's server (DATABASE_URL, or an embedded one that is thrown away), for making databases."""
    given = os.environ.get('TEST_DATABASE_URL')
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix='recordbook-tests-') as folder:
        server = Path(folder) / 'postgres'
        yield await embedded.started(server, **QUICK)
        await embedded.stopped(server)


@pytest.fixture(scope='session')
async def template(database_url: str) -> str:
    """The name of a database that is migrated and holds the reference data."""
    await _execute(database_url, f'DROP DATABASE IF EXISTS {TEMPLATE}', f'CREATE DATABASE {TEMPLATE}')
    url = url_of(database_url, TEMPLATE)
    await migrate.migrated(url)
    async with db.connected(url, min_size=1):
        await reference.fill()
    return TEMPLATE


@pytest.fixture
async def database(database_url: str, template: str, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh, migrated, filled database, connected; its URL."""
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    blobs.use(tmp_path / 'files')
    name = f'test_{os.getpid()}_{next(_numbers)}'
    await _execute(database_url, f'CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy')
    url = url_of(database_url, name)
    async with db.connected(url, min_size=1):
        yield url
    await _execute(database_url, f'DROP DATABASE {name} WITH (FORCE)')


def url_of(server_url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f'/{name}'))


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
