"""The office in one file, made while people work, and made again from it."""

import asyncio
import os
import subprocess
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from db import blobs, dumps, key_check, sealing, transaction
from db.choices import FileKind
from db.locks import Lock
from db.models import Account, Backup, HostUnit, StoredFile
from domain import dates, files, lifespan, operations, settings
from domain.operations import BadKey, Busy, Damaged, NoOffice, NotEmpty, OtherKeys
from domain.pictures import Pdf
from domain.settings import Settings

from ...builders import a_complete_volunteer, an_account
from ...conftest import url_of

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
SECRET, PUBLIC = operations.fresh_key()


@pytest.fixture
def office(database: str, tmp_path: Path) -> Settings:
    """The settings of an office whose database is `database`."""
    return Settings(data_dir=tmp_path, database_url=database)


@pytest.fixture
async def elsewhere(database: str, tmp_path: Path) -> AsyncIterator[Settings]:
    """A place without an office."""
    connection = await asyncpg.connect(database)
    name = await connection.fetchval("SELECT current_database() || '_again'")
    await connection.execute(f'CREATE DATABASE {name}')
    yield Settings(data_dir=tmp_path / 'again', database_url=url_of(database, name))
    await connection.execute(f'DROP DATABASE {name} WITH (FORCE)')
    await connection.close()


async def test_a_restored_office_is_the_same_in_every_row_and_file(
    office: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    clerk = await an_account()
    volunteer = await a_complete_volunteer(by=clerk)
    backup = tmp_path / 'backup'

    made = await operations.backup(backup, office, PUBLIC)
    before = await contents_of(office)
    verified = await operations.verify(backup, SECRET)
    restored = await operations.restore(backup, elsewhere, SECRET)

    assert made == verified == restored
    assert made.files == len(list(kept_in(office))) > 0
    after = await contents_of(elsewhere)
    assert after.pop('backup') == []
    assert len(before.pop('backup')) == 1
    assert before == after
    assert len(after['volunteer']) == 1
    assert kept_in(elsewhere) == kept_in(office)
    noted = await Backup.get()
    assert (noted.files, noted.missing, noted.bytes) == (made.files, 0, made.bytes)
    connection = await asyncpg.connect(elsewhere.database_url)
    number = await connection.fetchval('SELECT identity_number FROM volunteer')
    await connection.close()
    assert sealing.open_bytes(number, 'volunteer.identity_number') == volunteer.identity_number.open().encode()
    for key in (b'k' * 32, b'i' * 32):
        assert key not in await plain(backup, tmp_path)


async def plain(backup: Path, tmp_path: Path) -> bytes:
    """Everything in it, without encryption."""
    pieces = await asyncio.to_thread(lambda: list(operations.archive.entries(backup, SECRET)))
    return b''.join(content for _, content in pieces)


async def test_a_backup_made_while_others_write_and_sweep_is_of_one_instant(
    office: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    clerk = await an_account()
    for number in range(30):
        await kept(clerk, number)
    async with working(clerk):
        made = await operations.backup(tmp_path / 'backup', office, None)
    await operations.restore(tmp_path / 'backup', elsewhere, None)

    assert made.missing == ()
    connection = await asyncpg.connect(elsewhere.database_url)
    digests = [row['digest'] for row in await connection.fetch('SELECT DISTINCT digest FROM stored_file')]
    names = await connection.fetch('SELECT name FROM account UNION SELECT name FROM host_unit')
    await connection.close()
    assert len(names) == 1  # one transaction writes both
    assert len(digests) == made.files
    blobs.use(elsewhere.data_dir / 'files')
    for digest in digests:
        assert (await blobs.read(digest)).startswith(b'%PDF')


async def kept(clerk: Account, number: int) -> None:
    file = await files.keep(Pdf(b'%%PDF-1.7 %d' % number), FileKind.ATTACHMENT, 'a.pdf', by=clerk)
    await StoredFile.filter(id=file.id).update(uploaded_at=dates.now() - timedelta(days=9))


@asynccontextmanager
async def working(clerk: Account) -> AsyncIterator[None]:
    """People upload, change two tables at once, and files are swept away, without a pause."""
    before = settings.current()
    settings.use(replace(before, unattached_days=1))

    async def uploads() -> None:
        for number in count(100):
            await kept(clerk, number)

    async def sweeps() -> None:
        while True:
            await files.sweep()

    async def rename(number: int) -> None:
        async with transaction():
            await Account.all().update(name=f'{number}')
            await asyncio.sleep(0.001)
            await HostUnit.all().update(name=f'{number}')

    async def renames() -> None:
        for number in count(1):
            await rename(number)

    await rename(0)

    tasks = [asyncio.create_task(work()) for work in (uploads, sweeps, renames)]
    try:
        yield
    finally:
        settings.use(before)
        for task in tasks:
            assert not task.done(), task.exception()
            task.cancel()
        await asyncio.wait(tasks)


async def test_a_file_that_the_disk_has_lost_is_told_and_the_rest_is_saved(office: Settings, tmp_path: Path) -> None:
    clerk = await an_account()
    for number in range(3):
        await kept(clerk, number)
    [lost, *_] = sorted(kept_in(office))
    (office.data_dir / 'files' / lost).unlink()

    made = await operations.backup(tmp_path / 'backup', office, None)

    assert (made.files, made.missing) == (2, (Path(lost).name,))
    assert (await Backup.get()).missing == 1
    assert (await operations.verify(tmp_path / 'backup', None)).missing == made.missing


async def test_after_an_interrupted_restore_no_other_office_begins_there_and_the_same_command_ends_it(
    office: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept(await an_account(), 1)
    await operations.backup(tmp_path / 'backup', office, None)
    begun = elsewhere.data_dir / lifespan.HALF_RESTORED

    for place in ('_pieces', '_major'):  # before the database is filled
        monkeypatch.setattr(operations, place, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await operations.restore(tmp_path / 'backup', elsewhere, None)
        monkeypatch.undo()
        with pytest.raises(lifespan.NotStarted, match='make restore'):
            async with lifespan.open_for_business(elsewhere):
                pass
    await operations.restore(tmp_path / 'backup', elsewhere, None)
    assert not begun.exists()

    begun.touch()  # interrupted when all was there
    await operations.restore(tmp_path / 'backup', elsewhere, None)
    assert not begun.exists()
    with pytest.raises(NotEmpty):
        await operations.restore(tmp_path / 'backup', elsewhere, None)


async def test_nothing_is_restored_over_an_office(office: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    await kept(await an_account(), 1)
    await operations.backup(tmp_path / 'backup', office, None)
    before = await contents_of(office)

    with pytest.raises(NotEmpty):
        await operations.restore(tmp_path / 'backup', office, None)
    assert await contents_of(office) == before

    [name] = kept_in(office)
    other = elsewhere.data_dir / 'files' / name
    other.parent.mkdir(parents=True)
    other.write_bytes(b'of another office')
    with pytest.raises(NotEmpty):
        await operations.restore(tmp_path / 'backup', elsewhere, None)
    assert await contents_of(elsewhere) == {}


async def test_keys_are_compared_with_the_backups_before_anything_is_restored(
    office: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    backup = tmp_path / 'backup'
    await kept(await an_account(), 1)
    await key_check.check(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    await operations.backup(backup, office, PUBLIC)
    right = replace(elsewhere, sealing_keys={1: b'k' * 32, 2: b'n' * 32}, index_key=b'i' * 32)
    others = {
        'SEALING_KEYS 1': replace(right, sealing_keys={1: b'o' * 32}),
        'BLIND_INDEX_KEY': replace(right, index_key=b'o' * 32),
    }

    for which, wrong in others.items():
        with pytest.raises(OtherKeys, match=which):
            await operations.fits(backup, wrong, SECRET)
        with pytest.raises(OtherKeys, match=which):
            await operations.restore(backup, wrong, SECRET)
    assert await contents_of(elsewhere) == {}
    assert not elsewhere.data_dir.exists()
    assert await operations.fits(backup, right, SECRET)
    assert not await operations.fits(backup, elsewhere, SECRET)
    await operations.restore(backup, wrong, SECRET, with_other_keys=True)
    assert len((await contents_of(elsewhere))['stored_file']) == 1


async def test_an_empty_database_is_no_office_to_save(elsewhere: Settings, tmp_path: Path) -> None:
    with pytest.raises(NoOffice):
        await operations.backup(tmp_path / 'backup', elsewhere, None)
    assert not (tmp_path / 'backup').exists()


async def test_what_is_damaged_leaves_the_database_empty_and_can_be_restored_from_another(
    office: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = operations._pieces
    clerk = await an_account()
    # More than a pipe takes: who decrypts must not wait for ever for a reader that has given up.
    await files.keep(Pdf(b'%PDF-1.7 ' + os.urandom(500_000)), FileKind.ATTACHMENT, 'a.pdf', by=clerk)
    backup = tmp_path / 'backup'
    await operations.backup(backup, office, PUBLIC)
    whole = backup.read_bytes()
    (tmp_path / 'short').write_bytes(whole[:-1])

    with pytest.raises(Damaged):
        await operations.restore(tmp_path / 'short', elsewhere, SECRET)
    with pytest.raises(BadKey):
        await operations.restore(backup, elsewhere, operations.fresh_key()[0])
    assert await contents_of(elsewhere) == {}
    with pytest.raises(dumps.Failed, match='pg_restore'):
        await asyncio.to_thread(dumps.restored, elsewhere.database_url or '', [b'no dump'], 18)
    monkeypatch.setattr(operations, '_pieces', lambda *given: (piece[:20_000] for piece in pieces(*given)))
    with pytest.raises(dumps.Failed, match='pg_restore'):
        await operations.restore(backup, elsewhere, SECRET)
    monkeypatch.setattr(operations, '_pieces', lambda *given: (bytes(10**6) for _ in pieces(*given)))
    with pytest.raises(dumps.Failed, match='pg_restore') as failed:
        await operations.restore(backup, elsewhere, SECRET)
    assert failed.tb is not None  # it holds what the work has left open
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith('ThreadPool')] == []
    assert await contents_of(elsewhere) == {}
    monkeypatch.undo()

    await operations.restore(backup, elsewhere, SECRET)
    assert len((await contents_of(elsewhere))['stored_file']) == 1


async def test_of_two_backups_at_once_one_is_made(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, '_LOCK_SECONDS', 1)
    connection = await asyncpg.connect(office.database_url)
    await connection.execute('SELECT pg_advisory_lock($1)', Lock.BACKUP.value)

    with pytest.raises(Busy):
        await operations.backup(tmp_path / 'backup', office, None)
    await connection.close()
    assert not (tmp_path / 'backup').exists()


async def contents_of(office: Settings) -> dict[str, Sequence[str]]:
    """Every row of every table, as text."""
    connection = await asyncpg.connect(office.database_url)
    try:
        names = [row['tablename'] for row in await connection.fetch(TABLES)]
        return {
            name: [row['row'] for row in await connection.fetch(f'SELECT t::text AS row FROM {name} t ORDER BY 1')]
            for name in names
        }
    finally:
        await connection.close()


def kept_in(office: Settings) -> dict[str, bytes]:
    """The stored files by their place."""
    folder = office.data_dir / 'files'
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('[0-9a-f]*') if path.is_file()}


@pytest.mark.parametrize(('major', 'kept'), [(15, b'SELECT 1;\n'), (18, b'SET transaction_timeout = 0;\nSELECT 1;\n')])
def test_an_older_server_is_not_asked_for_what_it_does_not_know(tmp_path: Path, major: int, kept: bytes) -> None:
    script = b'SET transaction_timeout = 0;\nSELECT 1;\n'
    with (tmp_path / 'script').open('wb') as file:
        writer = subprocess.Popen(['printf', script.decode().replace('\n', '\\n')], stdout=subprocess.PIPE)
        reader = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=file)
        dumps._pass_on(writer, reader, major)

    assert (tmp_path / 'script').read_bytes() == kept


async def test_a_place_that_is_not_the_offices_is_not_saved_as_one_without_files(
    office: Settings, tmp_path: Path
) -> None:
    await kept(await an_account(), 1)

    with pytest.raises(files.NotMounted):
        await operations.backup(tmp_path / 'backup', replace(office, files_url=None, data_dir=tmp_path / 'else'), None)

    assert not (tmp_path / 'backup').exists()
    assert await Backup.all().count() == 0
