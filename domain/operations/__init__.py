"""The whole office in one file, and back: the database and the stored files, never the sealing keys.

A backup is made while people work. It shows the office at one instant: the database as one snapshot sees it, and every
file that this snapshot knows, which cannot change, since a file is named by its content.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from db import blobs, dumps, embedded, key_check, reachable, sealing
from db.key_check import Noted
from db.locks import Lock

from .. import files
from ..lifespan import HALF_RESTORED
from ..settings import Settings
from . import archive
from .archive import ABOUT, DATABASE, FILES, MISSING, Archive, BadKey, Damaged, fresh_key

__all__ = [
    'BadKey',
    'Busy',
    'Contents',
    'Damaged',
    'NoOffice',
    'NotEmpty',
    'OtherKeys',
    'backup',
    'fits',
    'fresh_key',
    'restore',
    'verify',
]

_FILES_AT_ONCE = 500
_READ_AT_ONCE = 8  # each has 25 MB at most
_LOCK_SECONDS = 20
_UNLIMITED = {'statement_timeout': '0', 'idle_in_transaction_session_timeout': '0'}
_LATEST = 'SELECT digest FROM stored_file ORDER BY uploaded_at DESC LIMIT $1'
_DIGESTS = 'SELECT DISTINCT digest FROM stored_file'
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
_NOTE = 'INSERT INTO backup (made_at, files, missing, bytes) VALUES ($1, $2, $3, $4)'


class Busy(Exception):
    """Another backup is being made."""


class NoOffice(Exception):
    """There is nothing to save: no database, or an empty one."""


class OtherKeys(Exception):
    """The keys that are set here are not those of the office in the backup; `which` does not fit."""

    def __init__(self, which: str) -> None:
        super().__init__(which)
        self.which = which


class NotEmpty(Exception):
    """There is an office already where one is to be restored."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds: how many files, and the digests of those that the disk had lost before."""

    bytes: int
    files: int
    missing: Sequence[str] = ()


async def backup(path: Path, settings: Settings, key: str | None) -> Contents:
    """Write the office into a new file at `path`.

    Raises NoOffice, Busy, BadKey, FileExistsError, dumps.Failed; files.NotMounted where /readyz refuses the place, too.
    """
    made_at = datetime.now(UTC)
    blobs.use(settings.files)
    if settings.database_url is None and not (settings.data_dir / 'postgres' / 'data').exists():
        raise NoOffice
    async with _database(settings) as (connection, url):
        if not await connection.fetchval(_TABLES):
            raise NoOffice
        if not await blobs.is_marked():
            await files.require_any([row['digest'] for row in await connection.fetch(_LATEST, files.LATEST)])
        await _hold_files(connection)
        keys = [(one.key_id, one.canary.hex(), one.word_index) for one in await key_check.noted_in(connection)]
        with archive.written(path, key, keys=keys) as written:
            # Reading alone, all of it as it stood when the snapshot was taken.
            async with connection.transaction(isolation='repeatable_read', readonly=True):
                snapshot = await connection.fetchval('SELECT pg_export_snapshot()')
                await asyncio.to_thread(_dump, written, dumps.dumped(url, snapshot, _major(connection)))
                before, missing = written.entries, []
                cursor = await connection.cursor(_DIGESTS)
                while rows := await cursor.fetch(_FILES_AT_ONCE):
                    missing += await _copy(written, [row['digest'] for row in rows])
                copied = written.entries - before
                if missing:
                    written.add(MISSING, json.dumps(missing).encode())
        contents = Contents(await asyncio.to_thread(_size, path), copied, tuple(missing))
        with suppress(asyncpg.UndefinedTableError):  # of an office that is to be upgraded
            await connection.execute(_NOTE, made_at, copied, len(missing), contents.bytes)
    return contents


async def verify(path: Path, key: str | None) -> Contents:
    """Read all of the backup without restoring anything. Raises Damaged, BadKey, OSError."""
    return await asyncio.to_thread(_read, path, key)


async def fits(path: Path, settings: Settings, key: str | None) -> bool:
    """Whether the keys of `settings` are those of the backup; False where there are none to compare.

    Raises OtherKeys, Damaged, BadKey, OSError.
    """
    noted = await asyncio.to_thread(_noted_keys, path, key)
    if not noted or not settings.has_keys:
        return False
    sealing.use(sealing.Keyring(settings.sealing_keys, settings.index_key))
    if which := key_check.misfit(noted):
        raise OtherKeys(which)
    return True


async def restore(path: Path, settings: Settings, key: str | None, *, with_other_keys: bool = False) -> Contents:
    """Make the office again from the backup, where there is none.

    All is read and checked, and its files laid down, before the database is filled, which happens wholly or not at all:
    what was interrupted can be done again. Keys that are set and are not the office's are refused, unless it is told.
    Raises NotEmpty, OtherKeys, Damaged, BadKey, dumps.Failed, OSError.
    """
    if not with_other_keys:
        await fits(path, settings, key)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    blobs.use(settings.files)
    begun = settings.data_dir / HALF_RESTORED
    async with _database(settings) as (connection, url):
        if await connection.fetchval(_TABLES):
            if not begun.exists():
                raise NotEmpty
            begun.unlink()  # interrupted after all was there
            return await verify(path, key)
        begun.touch(mode=0o600)
        try:
            contents = await asyncio.to_thread(_read, path, key, _laying_down())
        except (FileExistsError, BadKey) as error:
            begun.unlink()
            if isinstance(error, BadKey):
                raise
            raise NotEmpty from error
        with closing(_pieces(path, key)) as pieces:
            await asyncio.to_thread(dumps.restored, url, pieces, _major(connection))
        await connection.execute('ANALYZE')
        await blobs.mark()
        begun.unlink()
    return contents


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[tuple['asyncpg.Connection[asyncpg.Record]', str]]:
    """A connection to the office's database, and its URL; a bundled server that does not run is started for as long."""
    if settings.database_url:
        await reachable.awaited(settings.database_url, 0)
    url = settings.database_url or await embedded.started(settings.data_dir / 'postgres')
    try:
        connection = await asyncpg.connect(url, timeout=60, server_settings=_UNLIMITED)
        try:
            yield connection, url
        finally:
            await connection.close()
    finally:
        if settings.database_url is None:
            await embedded.stopped(settings.data_dir / 'postgres')


async def _hold_files(connection: 'asyncpg.Connection[asyncpg.Record]') -> None:
    """Have nothing swept away as long as the connection lasts, and nobody else make a backup."""
    try:
        await connection.execute(f"SET lock_timeout = '{_LOCK_SECONDS}s'")
        await connection.execute('SELECT pg_advisory_lock($1)', Lock.BACKUP.value)
    except asyncpg.LockNotAvailableError:
        raise Busy from None


def _major(connection: 'asyncpg.Connection[asyncpg.Record]') -> int:
    return int(connection.get_server_version().major)


def _dump(written: Archive, pieces: Iterator[bytes]) -> None:
    for number, piece in enumerate(pieces, 1):
        written.add(f'{DATABASE}{number:06}', piece)


async def _copy(written: Archive, digests: Sequence[str]) -> list[str]:
    """Those of the `digests` whose files are missing; the others are copied."""
    missing = []
    for start in range(0, len(digests), _READ_AT_ONCE):
        few = digests[start : start + _READ_AT_ONCE]
        kept = dict(zip(few, await asyncio.gather(*map(_sealed, few)), strict=True))
        missing += [digest for digest, content in kept.items() if content is None]
        await asyncio.to_thread(_add, written, kept)
    return missing


async def _sealed(digest: str) -> bytes | None:
    try:
        return await blobs.sealed_bytes(digest)
    except LookupError:
        return None


def _add(written: Archive, kept: Mapping[str, bytes | None]) -> None:
    for digest, content in kept.items():
        if content is not None:
            written.add(f'{FILES}{digest}', content)


def _laying_down() -> Callable[[str, bytes], None]:
    """For a thread beside the loop: puts files back, one after the other."""
    loop = asyncio.get_running_loop()

    def lay_down(digest: str, content: bytes) -> None:
        asyncio.run_coroutine_threadsafe(blobs.put_back(digest, content), loop).result()

    return lay_down


def _read(path: Path, key: str | None, lay_down: Callable[[str, bytes], None] | None = None) -> Contents:
    count, missing = 0, []
    with closing(archive.entries(path, key)) as entries:
        for name, content in entries:
            if name.startswith(FILES):
                count += 1
                if lay_down:
                    lay_down(name.removeprefix(FILES), content)
            elif name == MISSING:
                missing = json.loads(content)
    return Contents(_size(path), count, tuple(missing))


def _noted_keys(path: Path, key: str | None) -> list[Noted]:
    """By what the office's keys are known; [] of a backup from before they were noted in it."""
    with closing(archive.entries(path, key)) as entries:
        _, about = next(entries)
    return [Noted(key_id, bytes.fromhex(canary), index) for key_id, canary, index in json.loads(about).get('keys', ())]


def _size(path: Path) -> int:
    return path.stat().st_size


def _pieces(path: Path, key: str | None) -> Generator[bytes, None, None]:
    """What pg_dump wrote; it stands before the files."""
    with closing(archive.entries(path, key)) as entries:
        for name, content in entries:
            if name.startswith(DATABASE):
                yield content
            elif name != ABOUT:
                return
