"""What all tests share. One PostgreSQL for each process of the run, one migrated template in it, a fresh copy for each
test that asks; one demo office for all processes, a copy of it for each module that asks.
"""

import fcntl
import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tortoise.models import MetaInfo
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

import db
from db import blobs, embedded, migrate, reference, sealing

from . import clock, scratch
from .domain.sample_office import NOW
from .processes import Processes
from .site import Site, first_start, launched, running_site, signed_in

TEMPLATE = f'template_of_tests_{os.environ.get("PYTEST_XDIST_WORKER", "")}'
# Without autovacuum, since DROP … WITH (FORCE) may not end its workers.
QUICK = {'fsync': 'off', 'synchronous_commit': 'off', 'full_page_writes': 'off', 'autovacuum': 'off'}
# What takes long to start, and whose tests take long: they come first, so that no process is left alone with them.
SLOW_TO_START = {'site', 'servers'}
_numbers = itertools.count(1)
_made_ready = MetaInfo.finalise_model

hypothesis.settings.register_profile(
    'any machine', deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile('any machine')


def pytest_configure() -> None:
    clock.moved()
    scratch.chosen()
    MetaInfo.finalise_model = _made_ready_once  # type: ignore[assignment, method-assign]


def _made_ready_once(model: MetaInfo) -> None:
    """A model is made ready when it is first connected. Each test connects, and Tortoise made all filters anew."""
    if model.filters.keys() != model._filters.keys():
        _made_ready(model)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: SLOW_TO_START.isdisjoint(getattr(item, 'fixturenames', ())))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes have no name of their own: a ZIP has the time in it, and each worker would collect another test."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_finish() -> None:
    # What was collected stands until the end: the garbage collector need not look through it again and again.
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    return OneKindOfServerEach(config, log)


class OneKindOfServerEach(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """The tests of a module run in one process, in their order; those of tests/ui too, with the same two servers."""

    def _split_scope(self, nodeid: str) -> str:
        return 'tests/ui' if nodeid.startswith('tests/ui/') else super()._split_scope(nodeid)


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
async def postgres(database_url: str) -> AsyncIterator[Any]:
    """A connection to the run's server, for making databases."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture(scope='session')
async def template(database_url: str, postgres: Any) -> str:
    """The name of a database that is migrated and holds the reference data."""
    await postgres.execute(f'DROP DATABASE IF EXISTS {TEMPLATE}')
    await postgres.execute(f'CREATE DATABASE {TEMPLATE}')
    url = url_of(database_url, TEMPLATE)
    await migrate.migrated(url)
    async with db.connected(url, min_size=1):
        await reference.fill()
    return TEMPLATE


@pytest.fixture(scope='session')
def demo_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo office after its first start, to be copied."""
    return _made_once(tmp_path_factory, 'demo-office')


@pytest.fixture(scope='session')
def office_of_now(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, made on the fixed day of NOW; its sites begin an hour later."""
    return _made_once(tmp_path_factory, 'office-of-now', NOW)


def _made_once(factory: pytest.TempPathFactory, name: str, now: datetime | None = None) -> Path:
    """Whichever process needs the office first makes it."""
    shared = factory.getbasetemp()
    if 'PYTEST_XDIST_WORKER' in os.environ:
        shared = shared.parent
    made, office = shared / f'first-start of {name}', shared / name
    with (shared / f'{name}.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not office.exists():
            shutil.rmtree(made, ignore_errors=True)
            first_start(made, now)
            made.rename(office)
    return office


@pytest.fixture(scope='module')
def site(demo_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with a demo office of the module's own."""
    with running_site(tmp_path_factory.mktemp('site') / 'data', demo_office) as running:
        yield running


@pytest.fixture(scope='module')
def browser() -> Iterator[Browser]:
    """A Chromium of the module's own."""
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope='module')
def clerk(site: Site, browser: Browser) -> Page:
    """A browser with the demo office's clerk signed in, for the module; the next ones are like it."""
    return signed_in(browser, site, 'clerk')


@pytest.fixture(scope='module')
def other_clerk(site: Site, browser: Browser) -> Page:
    """Of the other unit."""
    return signed_in(browser, site, 'clerk2')


@pytest.fixture(scope='module')
def reviewer(site: Site, browser: Browser) -> Page:
    return signed_in(browser, site, 'reviewer')


@pytest.fixture(scope='module')
def admin(site: Site, browser: Browser) -> Page:
    return signed_in(browser, site, 'admin')


@pytest.fixture
async def database(database_url: str, postgres: Any, template: str, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh, migrated, filled database, connected; its URL."""
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    blobs.use(tmp_path / 'files')
    name = f'test_{os.getpid()}_{next(_numbers)}'
    await postgres.execute(f'CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy')
    url = url_of(database_url, name)
    async with db.connected(url, min_size=1):
        yield url
    await postgres.execute(f'DROP DATABASE {name} WITH (FORCE)')


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    """Other processes, which end with the test."""
    begun = Processes()
    yield begun
    await begun.end()


def url_of(server_url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f'/{name}'))
