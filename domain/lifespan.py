"""Opens the office for business and closes it: database, keys, files, live news, mail, pictures and printing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import db
from db import blobs, embedded, migrate, reference, sealing

from . import announcements, demo, files, limits, pictures
from . import settings as settings_module
from .accounts import first_administrator, login_lock, requests
from .logbook import pdf
from .mail import bounces, delivery, digests
from .names import letters
from .repeating import in_background, repeating
from .reviews import deadlines, decisions, presence
from .settings import Settings
from .volunteers import spelling

SWEEP_SECONDS = 3600.0


@asynccontextmanager
async def open_for_business(settings: Settings) -> AsyncIterator[list[str]]:
    """Everything the services need runs inside this context; it yields lines worth telling whoever started us."""
    settings_module.use(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    sealing.use(sealing.Keyring(settings.sealing_keys, settings.index_key))
    blobs.use(settings.data_dir / 'files')
    async with contextlib.AsyncExitStack() as stack:
        url = settings.database_url
        if url is None:
            url = await embedded.started(settings.data_dir / 'postgres')
            stack.push_async_callback(embedded.stopped, settings.data_dir / 'postgres')
        await migrate.migrated(url)
        await stack.enter_async_context(db.connected(url))
        await reference.fill()
        await announcements.opened(url)
        stack.push_async_callback(announcements.closed)
        await asyncio.to_thread(letters.prepare)
        await stack.enter_async_context(pictures.opened())
        await pdf.opened()
        stack.push_async_callback(pdf.closed)
        welcome = await demo.offer() if settings.demo else await first_administrator.first_administrator()
        loops = (
            delivery.deliver_forever(settings),
            bounces.collect_forever(settings),
            digests.send_forever(),
            decisions.release_forever(),
            presence.renew_forever(),
            deadlines.watch_forever(),
            repeating('sweeping', SWEEP_SECONDS, limits.sweep, login_lock.sweep, requests.sweep, files.sweep),
            repeating('names', 24 * 60 * 60, spelling.renew_keys),
        )
        for loop in loops:
            await stack.enter_async_context(in_background(loop))
        yield welcome
