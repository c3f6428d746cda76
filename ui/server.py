"""Puts the site together: the office's doors open and close with the server; gate, files, live pages, routes."""

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from types import FrameType

import uvicorn
from fastapi import Depends, FastAPI
from nicegui import app as nicegui_app
from nicegui import ui
from nicegui.translations import translations

from domain import lifespan
from domain.audit import reads
from domain.lifespan import NotStarted
from domain.repeating import in_background
from domain.settings import Settings

from . import (
    assets,
    days,
    failures,
    files,
    journal,
    refusals,
    routes,
    session,
    uploads,
)
from .assets.kept_files import KeptAssets
from .door import draining, endings, gate, metrics
from .machinery import connections, lighter, straight

# Each open page is a socket, and a socket is a file: a process may open 1,024 by default.
MOST_FILES = 65_536
COLOURS = {
    'primary': '#0F5A73',
    'secondary': '#43545A',
    'accent': '#B8481A',
    'positive': '#1B6B3D',
    'negative': '#B3261E',
    'info': '#0F5A73',
    'warning': '#855000',
}


def assemble(settings: Settings) -> FastAPI:
    """The whole application, ready for a server; nothing runs before its lifespan begins."""
    lighter.install()
    # No redirect of Starlette's: it would lead to whatever host the browser names.
    site = FastAPI(
        lifespan=partial(_open_office, settings),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={'tracing': False, 'metrics': False, 'logs': False},  # else each request asks whether there is any
        dependencies=[Depends(session.only_for_its_row)],
    )
    nicegui_app.router.redirect_slashes = False
    session.register(site)
    failures.register()
    uploads.register(site)
    files.register(site)
    routes.register(site)
    assets.register()
    _dress_pages()
    ui.run_with(
        site,
        title='志願服務資訊整合系統',
        favicon=assets.STATIC / 'favicon.svg',
        language='zh-TW',
        binding_refresh_interval=None,
        reconnect_timeout=30,
        tailwind=False,
        show_welcome_message=False,
        gzip_middleware_factory=None,  # pages and files are compressed where they are made
    )
    lighter.pass_straight()
    site.add_middleware(straight.Pages, site=site)
    site.add_middleware(KeptAssets)
    gate.install(site, settings)
    return site


@asynccontextmanager
async def _open_office(settings: Settings, site: FastAPI) -> AsyncIterator[None]:
    """The lifespan of `site`: each door is closed again in the other order."""
    async with AsyncExitStack() as doors:
        with refusals.told():
            async with _heeding_signals(site):
                welcome = await doors.enter_async_context(lifespan.open_for_business(settings))
        doors.push_async_callback(reads.settled)
        await doors.enter_async_context(endings.opened())
        await doors.enter_async_context(metrics.opened())
        await doors.enter_async_context(in_background(days.watch_forever()))
        _say(settings, welcome)
        _settle()
        yield


def _dress_pages() -> None:
    """All pages of NiceGUI in our colours, with our styles and our words."""
    nicegui_app.colors(**COLOURS)
    ui.add_head_html(assets.head(), shared=True)
    nicegui_app.config.quasar_config['loadingBar']['skipHijack'] = True  # it has no name, and uploads show their own
    translations['zh-TW'].update(
        connection_lost='連線中斷，正在重新連線；',
        trying_to_reconnect='您輸入的內容已保存在這台電腦。',
        message_too_long='內容過長',
        message_too_long_body='內容超過傳輸上限，請分次輸入。',
    )


def _settle() -> None:
    """Python's collector and its threads, set for a process that has begun and serves pages."""
    # What stands now stands for good: looking through it for garbage would hold the event loop again and again.
    gc.collect()
    gc.freeze()
    # Pages are let go without the collector: it finds a handful of objects in a hundred of them, and looks
    # through all that are open for it; with 10,000 that was a sixth of what a page costs, and with 100,000 one
    # look held the loop for 60 ms.
    gc.set_threshold(40_000, 1_000, 10)
    # A thread that computes (a spreadsheet is written, an import packed) gives way after half a millisecond and
    # not after five: each answer of the database to a page waits that long, and a page has dozens.
    sys.setswitchinterval(0.0005)


@asynccontextmanager
async def _heeding_signals(site: FastAPI) -> AsyncIterator[None]:
    """A signal to end cancels what goes on inside, and it is not told as a failure."""
    server: _Server | None = getattr(site.state, 'server', None)
    if server is None:
        yield
        return
    server.opening, server.loop = asyncio.current_task(), asyncio.get_running_loop()
    try:
        if server.should_exit:
            raise asyncio.CancelledError
        yield
    except asyncio.CancelledError:
        refusals.ends_in_silence()
        raise
    finally:
        server.opening = None


class _Server(uvicorn.Server):
    """Heeds a signal while it still opens, too: that may take as long as the database is waited for.

    Asked to end by SIGTERM it has its pages go over first, for `drain_seconds`; asked again it ends at once.
    """

    opening: asyncio.Task[object] | None = None
    drain_seconds = 0
    loop: asyncio.AbstractEventLoop | None = None
    draining: 'asyncio.Future[None] | None' = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.started and self.loop and self.drain_seconds and self.draining is None and sig == signal.SIGTERM:
            self.loop.call_soon_threadsafe(self._drain, sig)
            return
        super().handle_exit(sig, frame)
        if self.opening is not None:
            self.opening.get_loop().call_soon_threadsafe(self.opening.cancel)

    def _drain(self, sig: int) -> None:
        if self.draining is None:
            self.draining = asyncio.ensure_future(draining.pages_gone(self.drain_seconds))
            self.draining.add_done_callback(lambda _: super(_Server, self).handle_exit(sig, None))


def serve(site: FastAPI, settings: Settings) -> None:
    """Serve `site` until the process is asked to end: its connections and its log are limited.

    The port is taken before anything is begun: two servers on one port would both think the office theirs.
    """
    journal.opened(settings.log_format)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(MOST_FILES, most), most))
    with refusals.told(), _listening(settings) as door:
        server = site.state.server = _Server(
            uvicorn.Config(
                gate.in_front_of(site),
                interface='asgi3',
                http=connections.Limited,
                ws=connections.Line,
                log_config=None,
                log_level='warning',
                access_log=False,
                proxy_headers=False,  # whom a proxy speaks for is the gate's to say (TRUSTED_PROXIES)
                ws_per_message_deflate=False,
                ws_max_size=1_100_000,
                ws_ping_interval=None,  # engine.io asks already; a second ping would only be one more to be late
                timeout_graceful_shutdown=5,
                server_header=False,
            )
        )
        server.drain_seconds = settings.drain_seconds
        try:
            server.run([door])
        except SystemExit:
            if not server.should_exit:  # else it ends because it was asked to
                raise


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ':' in settings.host else socket.AF_INET
    place = f'{settings.host}:{settings.port}'
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as taken:
        why = os.strerror(taken.errno) if taken.errno else str(taken)
        raise NotStarted(
            f'無法在 {place} 提供服務：{why}。可能已有程式使用這個連接埠；請停止它，或以 PORT 換一個。\n'
            f'{place} cannot be listened at: {why}. Another program may use the port: stop it, or set PORT.'
        ) from None


def _say(settings: Settings, welcome: list[str]) -> None:
    """Print where to go; the demo's accounts are printed only when a demo office was asked for."""
    log = logging.getLogger('ui')
    log.setLevel(logging.INFO)
    if not log.hasHandlers():
        log.addHandler(logging.StreamHandler())
    for line in [f'志願服務紀錄冊線上申請：{settings.public_url}', *welcome]:
        log.info(line, extra={'is_bare': True})
