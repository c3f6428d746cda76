"""The real application for the whole run, in a process of its own: NiceGUI knows only one application a process."""

import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from itertools import count
from pathlib import Path

import asyncpg
import pytest

import db
from db import blobs, sealing
from db.choices import Role
from db.models import Account

from .. import builders
from ..conftest import url_of
from ..served import Served
from .browser import Browser

Browsers = Callable[..., Awaitable[Browser]]
_numbers = count(1)


class Server(Served):
    """A process that serves the office of `database`."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.folder = folder
        configured = {
            'DATA_DIR': str(folder),
            'DATABASE_URL': database,
            'SEALING_KEYS': '1:' + base64.b64encode(b'k' * 32).decode(),
            'BLIND_INDEX_KEY': base64.b64encode(b'i' * 32).decode(),
        }
        super().__init__('tests.ui.app', folder / f'{next(_numbers)}.log', **configured)


@pytest.fixture(scope='session')
async def office_url(database_url: str, template: str) -> AsyncIterator[str]:
    """The database of the servers, a copy of the template."""
    name = f'office_{os.getpid()}'
    connection = await asyncpg.connect(database_url)
    await connection.execute(f'DROP DATABASE IF EXISTS {name}')
    await connection.execute(f'CREATE DATABASE {name} TEMPLATE {template}')
    yield url_of(database_url, name)
    await connection.execute(f'DROP DATABASE {name} WITH (FORCE)')
    await connection.close()


@pytest.fixture(scope='session')
async def servers(office_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Server, Server]]:
    """Two processes that serve one office."""
    folder = tmp_path_factory.mktemp('office')
    with ExitStack() as closing:
        both = Server(office_url, folder), Server(office_url, folder)
        for server in both:
            closing.callback(server.stop)
        for server in both:
            server.wait()
        yield both


@pytest.fixture
async def server(servers: tuple[Server, Server]) -> AsyncIterator[Server]:
    """The first of the two; this process works in the same database, and its services and builders with it."""
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    blobs.use(servers[0].folder / 'files')
    async with db.connected(servers[0].database, min_size=1):
        yield servers[0]


@pytest.fixture
async def browsers(server: Server) -> AsyncIterator[Browsers]:
    """`await browsers()` is another browser in which nobody is signed in; `on=` another server."""
    async with AsyncExitStack() as stack:

        async def another(on: Server = server) -> Browser:
            return await stack.enter_async_context(Browser(on.url))

        yield another


@pytest.fixture
async def browser(browsers: Browsers) -> Browser:
    """Nobody is signed in."""
    return await browsers()


@pytest.fixture
async def clerk(server: Server) -> Account:
    """Staff of a unit of their own, who can sign in with PASSWORD."""
    return await somebody()


async def somebody(role: Role = Role.UNIT_STAFF, **changes: object) -> Account:
    """An account that can sign in with PASSWORD."""
    return await builders.an_account(role, password_hash=await builders.a_password_hash(), **changes)
