"""One process after the other is restarted while people type: `python -m tests.bench.restart [PAGES]`.

Two processes behind nginx with the files of deploy/, forms without browsers (`simulated` says why that is the same for
server), each of which types three signs, pauses, and mirrors what is not acknowledged, as ui/static does. Once as the
processes end by themselves (DRAIN_SECONDS=0), once as deploy/ has them hand their pages over. For each page: the
seconds in which it was away, from its leaving to its form on the new page. The machine must have room for so many
people typing, or what is measured is its queue: 60 need both of two processors alone.
"""

import asyncio
import json
import os
import random
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import trustme

import db
from db import blobs, embedded, sealing
from db.choices import DraftKind
from db.models import Account, Draft
from domain import drafts, settings
from domain.accounts import sessions

from ..served import free_port
from ..site import Site, running_site
from ..ui.browser import Page, Refused, Socket
from ..ui.test_behind_nginx import NGINX, Front, _configure, _wait

PAGES = 60
DRAIN_SECONDS = 30


KEPT = re.compile(r'"legacy_series":(\d{10,})')  # of the mark that says what is stored


class Typist:
    """Somebody at a form of a new volunteer."""

    def __init__(self, front: Front, token: str, draft_id: str) -> None:
        self.browser = front.browser()
        self.browser.token = token
        self.draft_id = draft_id
        self.words, self.turn, self.heard = '', 0, 0
        self.away: list[float] = []
        self.is_done = False
        self._goes_over = False

    async def work(self) -> None:
        """Until `is_done`: type, and come back whenever the page is gone."""
        left = 0.0
        while not self.is_done or self.heard < self.turn:
            try:
                page = await self.browser.open(f'/volunteers/new/{self.draft_id}')
                socket = await self.browser.connect(page)
                await socket.until_shown(page, 'legacy_series')  # on a busy machine the frame comes first
            except (AssertionError, Refused, TimeoutError, aiohttp.ClientError, httpx.TransportError):
                await asyncio.sleep(0.3)
                continue
            if left:
                self.away.append(time.monotonic() - left)
            self._goes_over = False
            left = await self._type(page, socket)
            await socket.close()
        await self.browser.__aexit__(None, None, None)

    async def _type(self, page: Page, socket: Socket) -> float:
        """When the page was left."""
        field = next(n for n, one in page.elements.items() if one.get('props', {}).get('name') == 'legacy_series')
        listeners = page.elements[field]['events']
        listener = next(one['listener_id'] for one in listeners if one['type'] == 'typed')
        listening = asyncio.create_task(self._listen(socket))
        with suppress(aiohttp.ClientError, ConnectionError):
            if self.heard < self.turn:  # what the mirror has
                await self._tell(page, socket, int(field), listener)
            while not listening.done() and not (self.is_done and self.heard >= self.turn):
                if not self.is_done:  # a field tells once what was typed without a pause
                    self.words += ''.join(random.choices('一二三四五六七八九', k=3))
                    self.turn = max(self.turn + 1, int(time.time() * 1000))
                    await self._tell(page, socket, int(field), listener)
                await asyncio.sleep(random.uniform(3, 9))
                if self._goes_over and self.heard >= self.turn:
                    break
        left = time.monotonic()
        if listening.done() and not self._goes_over:  # the socket is gone: it is tried again, and refused
            await asyncio.sleep(random.uniform(0.5, 1.5))
            with suppress(Refused, aiohttp.ClientError, TimeoutError):
                await (await self.browser.connect(page)).close()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        return left

    async def _tell(self, page: Page, socket: Socket, field: int, listener: str) -> None:
        told = json.dumps({'value': self.words[-60:], 'turn': self.turn})
        await socket.emit('event', {'id': field, 'client_id': page.client_id, 'listener_id': listener, 'args': [told]})

    async def _listen(self, socket: Socket) -> None:
        with suppress(Refused, TimeoutError):
            while True:
                text = await socket.heard('')
                self._goes_over |= 'window.goOver()' in text
                self.heard = max([self.heard, *map(int, KEPT.findall(text))])


@asynccontextmanager
async def two_processes(folder: Path, drain: int) -> AsyncIterator[Front]:
    """nginx with the files of deploy/, and two processes of a demo office behind it."""
    folder.mkdir()
    folder.chmod(0o755)
    port, plain = free_port(), free_port()
    url, authority = f'https://127.0.0.1:{port}', trustme.CA()
    database = await embedded.started(folder / 'postgres')
    environ: dict[str, Any] = {'DATABASE_URL': database, 'PUBLIC_URL': url, 'DRAIN_SECONDS': str(drain)}
    async with AsyncExitStack() as closing:
        closing.push_async_callback(embedded.stopped, folder / 'postgres')
        first = closing.enter_context(running_site(folder / 'data', None, None, **environ))
        second = Site(folder / 'data', **environ)
        closing.callback(second.stop)
        front = folder / 'nginx'
        front.mkdir()
        processes = [first, second]
        _configure(front, port, plain, processes, authority)  # type: ignore[arg-type]
        nginx = subprocess.Popen([str(NGINX), '-p', str(front), '-c', str(front / 'nginx.conf')])
        closing.callback(nginx.wait)
        closing.callback(nginx.terminate)
        context = ssl.create_default_context()
        authority.configure_trust(context)
        await asyncio.to_thread(_wait, url, context)
        office = settings.read(first.environ)
        settings.use(office)
        sealing.use(sealing.Keyring(office.sealing_keys, office.index_key))
        blobs.use(office.files)
        await closing.enter_async_context(db.connected(database))
        yield Front(url, context, processes)  # type: ignore[arg-type]


async def restarted(front: Front, pages: int) -> str:
    """What it cost, as a line of the table."""
    clerk = await Account.get(username='clerk').select_related('host_unit', 'agency', 'volunteer')
    before = await Draft.all().count()
    typists = []
    for _ in range(pages):
        draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
        typists.append(Typist(front, await sessions.open(clerk), str(draft.id)))
    working = [asyncio.create_task(typist.work()) for typist in typists]
    await asyncio.sleep(20)
    for process in front.processes:
        process.process.terminate()
        await asyncio.to_thread(process.process.wait)
        process.begin()
        await asyncio.to_thread(process.wait)
        await asyncio.sleep(10)
    for typist in typists:
        typist.is_done = True
    await asyncio.gather(*working)
    lost = 0
    for typist in typists:
        kept = await drafts.values(await drafts.get(typist.draft_id, by=clerk))
        is_lost = kept.get('legacy_series') != typist.words[-60:]
        lost += is_lost
        if is_lost:
            print(f'kept {kept.get("legacy_series")!r}, typed {typist.words[-60:]!r}', file=sys.stderr)
    more = await Draft.all().count() - before - pages
    away = sorted(second for typist in typists for second in typist.away)
    signs = sum(len(typist.words) for typist in typists)
    load = ' '.join(f'{one:.1f}' for one in os.getloadavg())
    return (
        f'{len(away):4} times away: half within {statistics.median(away):.1f} s, 95 % within '
        f'{away[int(0.95 * (len(away) - 1))]:.1f} s, all within {away[-1]:.1f} s; {signs} signs, {lost} forms with '
        f'words lost, {more} drafts too many; load {load}'
    )


async def main(pages: int) -> None:
    """Once without handing over, once with it."""
    with tempfile.TemporaryDirectory(prefix='restart-') as made:
        Path(made).chmod(0o755)
        for name, drain in (('they end at once', 0), (f'handed over in {DRAIN_SECONDS} s', DRAIN_SECONDS)):
            async with two_processes(Path(made) / str(drain), drain) as front:
                print(f'{pages} pages, {name}: {await restarted(front, pages)}', flush=True)


if __name__ == '__main__':
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES))
