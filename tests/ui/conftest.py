"""The real application for the whole run, in a process of its own: NiceGUI knows only one application a process."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import httpx
import pytest

import db
from db import blobs, sealing
from db.choices import Role
from db.models import Account
from domain.accounts import passwords

from .. import builders
from ..conftest import url_of
from ..site import free_port
from .browser import Browser

ROOT = Path(__file__).parents[2]
Browsers = Callable[..., Awaitable[Browser]]
PASSWORD = 'Sample-Passw0rd'


class Server:
    """A process that serves the office of `database`."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(('PYTEST', 'NICEGUI', 'COVERAGE'))}
        configured = {
            'DATA_DIR': str(folder),
            'DATABASE_URL': database,
            'PORT': str(self.port),
            'SEALING_KEYS': '1:' + base64.b64encode(b'k' * 32).decode(),
            'BLIND_INDEX_KEY': base64.b64encode(b'i' * 32).decode(),
        }
        self._log = folder / f'{self.port}.log'
        with self._log.open('wb') as log:
            command = [sys.executable, '-m', 'tests.ui.app']
            self._process = subprocess.Popen(command, cwd=ROOT, env=inherited | configured, stdout=log, stderr=log)

    def wait(self) -> None:
        """Until it answers."""
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            try:
                httpx.get(f'{self.url}/healthz')
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(self.said()[-4000:])

    def said(self) -> str:
        """Its log."""
        return self._log.read_text()

    def stop(self) -> None:
        """Ask it to, and wait."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


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
    both = (Server(office_url, folder), Server(office_url, folder))
    try:
        for server in both:
            server.wait()
        yield both
    finally:
        for server in both:
            server.stop()


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
    return await builders.an_account(role, password_hash=await passwords.hash_password(PASSWORD), **changes)
