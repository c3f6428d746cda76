"""Entries of the log go after their term, by the owner of the tables alone; the application's role only adds."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

import db
from db import embedded, migrate, owner, sealing
from db.choices import Section
from db.models import HistoryEntry, LogEntry, Volunteer
from db.server_account import NotStarted, account_for, run
from domain import dates, settings
from domain.audit import history, log, retention
from domain.audit.history import Change
from domain.audit.log import LogAct
from domain.fields import Field
from domain.settings import BadSettings, Settings
from domain.volunteers import newcomers

from ... import builders
from ...conftest import QUICK, url_of

ROLE = 'only_adds_in_tests'


@pytest.fixture(scope='module')
async def owners() -> AsyncIterator[str]:
    """The URL of the owner of an office on a server of its own, which knows a second role."""
    with tempfile.TemporaryDirectory(prefix='recordbook-tests-') as made:
        folder = Path(made) / 'postgres'
        await embedded.started(folder, **QUICK)
        await embedded.stopped(folder)
        words = f"CREATE ROLE {ROLE} LOGIN PASSWORD 'x'\n"
        command = (embedded.program('postgres'), '--single', '-D', folder / 'data', 'postgres')
        assert 'ERROR' not in run(account_for(folder / 'data'), *command, stdin=words).stdout
        url = await embedded.started(folder, **QUICK)
        await migrate.migrated(url)
        yield url
        await embedded.stopped(folder)


@pytest.fixture
async def adding(owners: str) -> AsyncIterator[str]:
    """The URL of the second role, to which the owner has given what the application needs; the owner is connected."""
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    parts = urlsplit(owners)
    url = urlunsplit(parts._replace(netloc=f'{ROLE}:x@{parts.netloc.rpartition("@")[2]}'))
    await owner.share(owners, url)
    before = settings.current()
    settings.use(replace(before, owner_url=None))
    yield url
    settings.use(before)
    async with db.connected(owners), retention.removing():
        await LogEntry.all().delete()


async def test_the_role_of_the_application_only_adds(owners: str, adding: str) -> None:
    async with db.connected(owners):
        await log.note(LogAct.SIGN_OUT, by=None)
        assert await retention.could_alter()
    connection = await asyncpg.connect(adding)
    try:
        for statement in (
            "UPDATE log_entry SET what = 'x'",
            'DELETE FROM log_entry',
            "SET office.retention = 'on'; DELETE FROM log_entry",
            'TRUNCATE log_entry',
            'ALTER TABLE log_entry DISABLE TRIGGER ALL',
            'DROP TABLE log_entry',
            'SET session_replication_role = replica',
            'CREATE TABLE beside (id INT)',
            "CREATE OR REPLACE FUNCTION forget_newcomer(person INT) RETURNS void LANGUAGE sql AS 'SELECT 1'",
            'DELETE FROM history_entry',
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
    async with db.connected(owners):
        assert await LogEntry.all().count() == 1


async def test_the_application_works_with_that_role_and_takes_back_whom_it_has_just_added(adding: str) -> None:
    async with db.connected(adding):
        unit = await builders.a_host_unit()
        clerk = await builders.an_account(host_unit=unit)
        person = await builders.a_volunteer(unit)
        assert not await retention.could_alter()
        await log.note(LogAct.SIGN_OUT, by=clerk)
        await history.note(person, Section.BASICS, history.ADDED, [Change(Field('name', '姓名'), '', 'a')], by=clerk)
        async with db.transaction():
            assert await newcomers.unregister(person.id, person.version, by=clerk) == ''
        assert await retention.sweep() == 0

        assert not await Volunteer.filter(id=person.id).exists()
        assert not await HistoryEntry.all().exists()


@pytest.mark.parametrize('is_apart', [False, True])
async def test_what_is_older_than_its_term_goes_and_that_is_noted(owners: str, adding: str, is_apart: bool) -> None:
    settings.use(replace(settings.current(), log_days=200, owner_url=owners if is_apart else None))
    async with db.connected(adding if is_apart else owners):
        for days in (201, 199):
            with dates.frozen(dates.now() - timedelta(days=days)):
                await log.note(LogAct.SIGN_IN, by=None, what=str(days))

        assert await retention.sweep() == 1
        assert await retention.sweep() == 0

        assert [one.what for one in await LogEntry.all().order_by('id')] == ['199', '使用紀錄 1 筆']


def test_nobody_sets_a_term_of_less_than_six_months() -> None:
    assert settings.read({'LOG_DAYS': '183'}).log_days == 183
    assert Settings().log_days > 5 * 365
    with pytest.raises(BadSettings, match='LOG_DAYS'):
        settings.read({'LOG_DAYS': '182'})


LATER = """
    CREATE TABLE later (id BIGSERIAL PRIMARY KEY, key TEXT);
    CREATE FUNCTION keep_later() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO later (key) VALUES (NEW.key); RETURN NULL; END';
    CREATE TRIGGER keeps_later AFTER INSERT ON allowance FOR EACH ROW EXECUTE FUNCTION keep_later();
"""
TAKEN_BACK = 'DROP TABLE later; DROP FUNCTION keep_later CASCADE; DELETE FROM allowance'


async def test_a_process_of_the_version_before_works_on_while_a_later_migration_is_made(
    owners: str, adding: str
) -> None:
    """What that makes is the application's at once, not only when the newer process has shared it."""
    newer, before = await asyncpg.connect(owners), await asyncpg.connect(adding)
    try:
        await newer.execute(LATER)
        await before.execute("INSERT INTO allowance (key, used, ends_at) VALUES ('a', 1, now())")
        assert await before.fetchval('SELECT key FROM later') == 'a'
        await newer.execute(TAKEN_BACK)
    finally:
        await newer.close()
        await before.close()


async def test_processes_that_start_at_once_share_one_after_the_other(owners: str, adding: str) -> None:
    await asyncio.gather(*(owner.share(owners, adding) for _ in range(8)))


async def test_a_migration_without_the_owners_address_is_refused_in_words(owners: str, adding: str) -> None:
    connection = await asyncpg.connect(owners)
    last = await connection.fetchrow(
        'DELETE FROM tortoise_migrations WHERE id = (SELECT max(id) FROM tortoise_migrations) RETURNING *'
    )
    try:
        with pytest.raises(NotStarted, match='DATABASE_OWNER_URL'):
            await migrate.migrated(adding)
    finally:
        places = ', '.join(f'${place + 1}' for place in range(len(last)))
        await connection.execute(f'INSERT INTO tortoise_migrations VALUES ({places})', *last.values())
        await connection.close()
    await migrate.migrated(adding)  # nothing is to be done, so it needs no owner


async def test_one_role_is_no_two(owners: str) -> None:
    with pytest.raises(owner.SameRole, match='DATABASE_OWNER_URL'):
        await owner.share(owners, url_of(owners, 'postgres'))
