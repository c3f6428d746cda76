"""Files in a bucket of an S3 server: kept, read, swept, lost, backed up and restored as in a folder; told when away."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db import blobs, bucket
from db.choices import FileKind
from db.models import HostUnit, StoredFile
from domain import dates, files, nightly, operations, settings
from domain.books import contents
from domain.operations import NotEmpty, vitals
from domain.pictures import Pdf
from domain.settings import Settings

from ...builders import a_file, a_volunteer, an_account
from ...s3_server import KEYS, a_bucket, running_server
from ...served import free_port
from .test_operations import elsewhere  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures('database')


@pytest.fixture(scope='module')
def server() -> Iterator[int]:
    with running_server() as port:
        yield port


@pytest.fixture
async def office(
    database: str, tmp_path: Path, server: int, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Settings]:
    """An office whose files lie in a new bucket."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    chosen = Settings(data_dir=tmp_path, database_url=database, files_url=a_bucket(server))
    before = settings.current()
    settings.use(chosen)
    blobs.use(chosen.files)
    yield chosen
    settings.use(before)


async def kept(content: bytes) -> StoredFile:
    return await files.keep(Pdf(content), FileKind.ATTACHMENT, 'a.pdf', by=await an_account())


async def test_a_file_is_sealed_in_the_bucket_once_and_read_again(office: Settings) -> None:
    clerk = await an_account()
    one = await files.keep(Pdf(b'%PDF-1.7 one'), FileKind.ATTACHMENT, 'a.pdf', by=clerk)
    sealed = await blobs.sealed_bytes(one.digest)
    same = await files.keep(Pdf(b'%PDF-1.7 one'), FileKind.ATTACHMENT, 'b.pdf', by=clerk)

    assert await files.read(one.id, by=clerk) == (one, b'%PDF-1.7 one')
    assert same.digest == one.digest
    assert await blobs.sealed_bytes(one.digest) == sealed
    assert b'one' not in sealed
    assert not (office.data_dir / 'files').exists()


async def test_the_bucket_is_marked_as_the_offices_and_another_is_not_taken_for_it(
    office: Settings, server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, 'POOLS', {})
    await files.recognise_folder()
    assert await vitals.lacking() == {}

    await kept(b'%PDF-1.7')
    blobs.use(a_bucket(server))
    with pytest.raises(FileNotFoundError, match='is it mounted'):
        await files.recognise_folder()
    assert await vitals.lacking() == {'files': 'FileNotFoundError'}


@pytest.mark.usefixtures('office')
async def test_what_nobody_attached_is_swept_and_a_lost_file_is_a_sentence() -> None:
    clerk = await an_account()
    swept, lost = await kept(b'%PDF-1.7 swept'), await a_file(by=clerk)
    await blobs.drop(lost.digest)
    with dates.frozen(dates.now() + timedelta(days=2)):
        assert await files.sweep() == 2  # it was lost, and goes all the same

    assert not await blobs.holds(swept.digest)
    again = await a_file(by=clerk)
    await blobs.drop(again.digest)
    with pytest.raises(files.FileGone, match='找不到這個檔案'):
        await files.read(again.id, by=clerk)


@contextmanager
def nobody_there(how: str) -> Iterator[int]:
    """A port where nothing listens, or where somebody listens and never answers."""
    if how == 'refuses':
        yield free_port()
        return
    with socket.create_server(('127.0.0.1', 0)) as deaf:
        yield deaf.getsockname()[1]


@pytest.mark.parametrize('how', ['refuses', 'hangs', 'has no such bucket'])
async def test_a_server_that_is_away_is_told_and_nothing_is_taken_for_lost(
    office: Settings, server: int, monkeypatch: pytest.MonkeyPatch, how: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(vitals, 'POOLS', {})
    monkeypatch.setattr(bucket, '_CLIENT', {'timeout': timedelta(milliseconds=300)})
    monkeypatch.setattr(bucket, '_RETRY', {'max_retries': 0})
    clerk = await an_account()
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))
    volunteer.photo = photo = await a_file(FileKind.PHOTO, by=clerk, volunteer=volunteer)
    old = await kept(b'%PDF-1.7 old')
    with nobody_there(how) as port:
        away = f's3+http://127.0.0.1:{server if how.startswith("has") else port}/no-such-bucket'
        blobs.use(away)

        with pytest.raises(files.NoPlace, match=r'沒有收下.*其他已填的資料都還在'):
            await kept(b'%PDF-1.7')
        with pytest.raises(files.FilesAway, match='檔案沒有遺失'):
            await files.read(photo.id, by=clerk)
        with pytest.raises(files.FilesAway):
            await contents._photo(volunteer)
        with dates.frozen(dates.now() + timedelta(days=2)), pytest.raises(OSError, match=r'bucket|answer'):
            await nightly.tidy()
        with pytest.raises(OSError, match=r'bucket|answer'):
            await operations.backup(tmp_path / 'backup', replace(office, files_url=away), None)
        assert set(await vitals.lacking()) == {'files'}

    assert not (tmp_path / 'backup').exists()
    assert await StoredFile.filter(id=old.id).exists()
    blobs.use(office.files)
    assert await files.read(old.id, by=await an_account(host_unit_id=old.host_unit_id)) == (old, b'%PDF-1.7 old')


async def test_the_office_is_saved_from_the_bucket_and_restored_into_another(
    office: Settings,
    elsewhere: Settings,  # noqa: F811
    server: int,
    tmp_path: Path,
) -> None:
    found = [await kept(b'%%PDF-1.7 %d' % number) for number in range(20)]
    await blobs.drop(found[0].digest)

    made = await operations.backup(tmp_path / 'backup', office, None)
    assert (made.files, made.missing) == (19, (found[0].digest,))
    there = replace(elsewhere, files_url=a_bucket(server))
    assert await operations.restore(tmp_path / 'backup', there, None) == made

    assert [await blobs.read(file.digest) for file in found[1:]] == [b'%%PDF-1.7 %d' % n for n in range(1, 20)]
    assert await blobs.is_marked()
    with pytest.raises(NotEmpty):
        await operations.restore(tmp_path / 'backup', there, None)
