"""What is measured: our site with its own PostgreSQL and a demo office, beside it a bare NiceGUI page."""

from collections.abc import AsyncIterator
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

from .bare import bare_site


@dataclass(frozen=True)
class Stage:
    """`token` is a session of the clerk, `path` the address of STEP 4 with a form half filled in."""

    site: Site
    token: str
    path: str
    bare_url: str
    bare_pid: int


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Everything runs, and this process speaks to the same database; nothing of PostgreSQL's safety is switched off."""
    database_url = await embedded.started(folder / 'postgres')
    try:
        with running_site(folder / 'data', DATABASE_URL=database_url) as site, bare_site() as (bare_url, bare_pid):
            office = settings.read(site.environ)
            settings.use(office)
            sealing.use(sealing.Keyring(office.sealing_keys, office.index_key))
            blobs.use(office.data_dir / 'files')
            async with db.connected(database_url):
                clerk = await Account.get(username='clerk').select_related('host_unit', 'agency', 'volunteer')
                draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
                for name, value in {'name': '測試員', 'english_name': 'TESTER', 'email': 't@example.com'}.items():
                    await drafts.save(draft.id, name, value, by=clerk)
                yield Stage(site, await sessions.open(clerk), f'/volunteers/new/{draft.id}', bare_url, bare_pid)
    finally:
        await embedded.stopped(folder / 'postgres')
