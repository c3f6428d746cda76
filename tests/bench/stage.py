"""What is measured: our site with its own PostgreSQL and a demo office, beside it a bare NiceGUI page."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import db
from db import blobs, embedded, sealing
from db.choices import DraftKind
from db.models import Account
from domain import drafts, settings
from domain.accounts import sessions
from tests.site import Site, running_site

from .peers import served
from .table import Row, drawn


@dataclass(frozen=True)
class Stage:
    """`token` is a session of the clerk, `path` the address of STEP 4 with a form half filled in."""

    site: Site
    token: str
    path: str
    bare_url: str
    bare_pid: int


async def alone(measured: Callable[[Stage], Awaitable[list[Row]]]) -> None:
    """One part of the table by itself."""
    with tempfile.TemporaryDirectory(prefix='bench-') as folder:
        async with stage(Path(folder)) as site:
            print(drawn(await measured(site)))


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Everything runs, and this process speaks to the same database; nothing of PostgreSQL's safety is switched off."""
    database_url = await embedded.started(folder / 'postgres')
    try:
        with running_site(folder / 'data', DATABASE_URL=database_url) as site, served('bare') as bare:
            office = settings.read(site.environ)
            settings.use(office)
            sealing.use(sealing.Keyring(office.sealing_keys, office.index_key))
            blobs.use(office.data_dir / 'files')
            async with db.connected(database_url):
                clerk = await Account.get(username='clerk').select_related('host_unit', 'agency', 'volunteer')
                draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
                for name, value in {'name': '測試員', 'english_name': 'TESTER', 'email': 't@example.com'}.items():
                    await drafts.save(draft.id, name, value, by=clerk)
                yield Stage(site, await sessions.open(clerk), f'/volunteers/new/{draft.id}', *bare[:2])
    finally:
        await embedded.stopped(folder / 'postgres')
