"""Opens the office for business and closes it: database, keys, files, live news, mail, pictures and printing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import db
from db import blobs, embedded, key_check, migrate, owner, reachable, reference, sealing
from db.os_errors import in_chinese
from db.outages import PATIENCE
from db.server_account import NotStarted

from . import announcements, citizen_certificates, demo, files, imports, limits, nightly, pictures
from . import settings as settings_module
from .accounts import challenges, first_administrator, login_lock, requests, unusual_use
from .books import book_prints
from .citizen_certificates import revocation_lists
from .logbook import pdf
from .mail import bounces, delivery, digests
from .names import letters
from .repeating import in_background, repeating
from .reviews import deadlines, decisions, presence
from .settings import Settings
from .volunteers import spelling

__all__ = ['NotStarted', 'in_chinese', 'open_for_business']

SWEEP_SECONDS = 3600.0
RECOGNISE_SECONDS = 60.0
KEYS_SECONDS = 30.0
HALF_RESTORED = 'being-restored'
"""A file in DATA_DIR while a backup is laid down there (domain/operations)."""
# The bundled PostgreSQL is looked at once a second, and started again after pauses of up to 15 seconds.
WATCH_SECONDS = 1.0
LONGEST_PAUSE = 15.0


@asynccontextmanager
async def open_for_business(settings: Settings) -> AsyncIterator[list[str]]:
    """Everything the services need runs inside this context; it yields lines worth telling whoever started us.

    Raises NotStarted, which says in Chinese and in English why there is no office.
    """
    settings_module.use(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (settings.data_dir / HALF_RESTORED).exists():
        raise _half_restored(settings.data_dir)
    blobs.use(settings.files)
    citizen_certificates.take_those_of(settings.citizen_ca_dir)
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(_database(settings))
        await stack.enter_async_context(db.connected(url, patience=PATIENCE))
        if not settings.has_keys:
            # Asked first: of two first starts the other may have made keys, and then accounts, since ours were read.
            is_new = await key_check.is_new_office()
            settings = settings_module.with_own_keys(settings, may_make=is_new)
            if not settings.has_keys:
                raise key_check.no_keys(settings.data_dir)
        await _take_keys(settings)
        await reference.fill()
        with contextlib.suppress(OSError):  # the loop below tries again, and says why
            await files.recognise_folder()
        await announcements.opened(url)
        stack.push_async_callback(announcements.closed)
        await asyncio.to_thread(letters.prepare)
        await stack.enter_async_context(pictures.opened())
        await stack.enter_async_context(imports.opened())
        await pdf.opened()
        stack.push_async_callback(pdf.closed)
        stack.push_async_callback(book_prints.closed)
        welcome = await demo.offer() if settings.demo else await first_administrator.first_administrator()
        if settings.database_url is None:
            await stack.enter_async_context(in_background(_watch(settings.data_dir / 'postgres')))
        for loop in _loops(settings):
            await stack.enter_async_context(in_background(loop))
        yield welcome


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[str]:
    """The address of a PostgreSQL that answers and has today's schema; ours runs while this context is open."""
    async with contextlib.AsyncExitStack() as stack:
        url = settings.database_url
        if url is None:
            url = await embedded.started(settings.data_dir / 'postgres')
            stack.push_async_callback(embedded.stopped, settings.data_dir / 'postgres')
        else:
            await reachable.awaited(url, settings.database_patience)
        if settings.owner_url is not None:
            await reachable.awaited(settings.owner_url, settings.database_patience, 'DATABASE_OWNER_URL')
        await migrate.migrated(settings.owner_url or url)
        if settings.owner_url is not None:
            await owner.share(settings.owner_url, url)
        yield url


def _loops(settings: Settings) -> list[Coroutine[Any, Any, None]]:
    """What goes on by itself while the office is open."""
    loops = [
        delivery.deliver_forever(settings),
        bounces.collect_forever(settings),
        digests.send_forever(),
        decisions.release_forever(),
        presence.renew_forever(),
        deadlines.watch_forever(),
        repeating('sweeping', SWEEP_SECONDS, limits.sweep, login_lock.sweep, requests.sweep, challenges.sweep),
        repeating('place of the files', RECOGNISE_SECONDS, files.recognise_folder),
        repeating('names', 24 * 60 * 60, spelling.renew_keys),
        repeating('unusual use', unusual_use.EVERY, unusual_use.watch),
        nightly.tidy_forever(),
        imports.work_forever(),
    ]
    if citizen_certificates.is_offered():
        loops.append(repeating('revocation lists', revocation_lists.EVERY, revocation_lists.renew))
    if settings.keeps_own_keys:
        loops.append(repeating('keys', KEYS_SECONDS, lambda: _take_keys(settings)))
    return loops


def take_keys(settings: Settings) -> None:
    """Use the keys there are now: a new one of the data folder is taken while people work, by every process."""

    def read_again() -> None:
        kept = settings_module.with_own_keys(settings, may_make=False)
        sealing.use(sealing.Keyring(kept.sealing_keys, kept.index_key), read_again)

    if settings.keeps_own_keys:
        read_again()
    else:
        sealing.use(sealing.Keyring(settings.sealing_keys, settings.index_key))


async def _take_keys(settings: Settings) -> None:
    take_keys(settings)
    await key_check.check(sealing.in_use())


def _half_restored(data_dir: Path) -> NotStarted:
    return NotStarted(
        f'{data_dir} 的還原沒有做完；請先以同一個指令（make restore）再做一次，或清空這個資料夾。\n'
        f'The restore into {data_dir} was interrupted; do it again (make restore) first, or empty the folder.'
    )


async def _watch(folder: Path) -> None:
    """Start the bundled PostgreSQL again whenever it has ended, also when its disk was full and has room again."""

    async def soon() -> float:
        return WATCH_SECONDS

    await repeating('bundled PostgreSQL', LONGEST_PAUSE, lambda: embedded.kept_running(folder), due_in=soon)
