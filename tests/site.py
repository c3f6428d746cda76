"""The whole application as people meet it: `python -m ui` in a process of its own, with a demo office."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from db import embedded

from . import clock
from .patience import SECONDS
from .served import ROOT, Served, free_port

__all__ = ['CHROMIUM', 'FLAGS', 'PATIENCE', 'ROOT', 'Site', 'computer', 'free_port', 'launched', 'running_site']

# Without a window to draw; half as heavy as the whole browser, which stands in for it elsewhere.
CHROMIUM = shutil.which('chromium-headless-shell') or '/usr/bin/chromium'
PATIENCE = SECONDS * 1000  # Playwright counts in milliseconds

# Headless in a container: no sandbox, no GPU, and nothing that calls home.
FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

# The browser's clock goes with the one of the tests.
MOVE_THE_CLOCK = """(() => {
  const now = Date.now, Moved = new Proxy(Date, {
    construct: (date, given) => Reflect.construct(date, given.length ? given : [Moved.now()]),
  });
  Date.now = () => now() + %d;
  window.Date = Moved;
})()"""

# Fonts and pictures have come and, but for pages that are plain HTML, the page is drawn and its socket connected. Not
# that the network is idle: where the socket falls back to polling on a busy machine, it never is.
SETTLED = """() => {
  const app = document.getElementById('app');
  const drawn = !app || (app.querySelector('main:not([aria-busy=true])') && !document.getElementById('loading-shell'));
  return drawn && (!app || window.did_handshake) && document.fonts.status === 'loaded'
    && [...document.images].every((picture) => picture.complete || picture.loading === 'lazy');
}"""

expect.set_options(timeout=PATIENCE)


class Site(Served):
    """A running server. `passwords` are the demo's, by user name."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        log = folder.parent / f'{folder.name}.log'
        # A module on a busy machine lasts longer than a session is believed; who tests that asks for it.
        lasting = {'DATA_DIR': str(folder), 'DEMO': '1', 'STEP_UP_MINUTES': '600'}
        super().__init__('ui', log, **lasting | environ)
        self.wait()

    @property
    def passwords(self) -> dict[str, str]:
        """The demo's accounts."""
        return {
            each['username']: each['password'] for each in json.loads((self.folder / 'demo-accounts.json').read_text())
        }

    @property
    def ahead(self) -> float:
        """Seconds from the real clock to the server's."""
        return float(self.environ.get(clock.AHEAD, '0'))

    def start_again(self) -> None:
        """The same office, the same port."""
        self.begin()
        self.wait()


@contextmanager
def running_site(
    folder: Path, office: Path | None = None, now: datetime | None = None, **environ: str
) -> Iterator[Site]:
    """A site in `folder`, stopped at the end: with a copy of the demo office in `office`, or else one of its own.

    `now` is where its clock stands, instead of that of the tests.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    if office:
        subprocess.run(['cp', '-a', office, folder], check=True)  # PostgreSQL's files belong to its own account
    else:
        folder.mkdir(exist_ok=True)
    moved = clock.environ_at(now) if now else {}
    try:
        site = Site(folder, **moved, **environ)
        try:
            yield site
        finally:
            site.stop()
    finally:
        _put_away(folder / 'postgres')


def first_start(folder: Path, now: datetime | None = None) -> None:
    """Make a demo office in `folder` as the first start does, to be copied; where its clock stands `now`."""
    folder.mkdir(parents=True)
    try:
        Site(folder, **clock.environ_at(now) if now else {}).stop()
        _ended(folder / 'postgres')  # what is copied is at rest
    except BaseException:
        _put_away(folder / 'postgres')
        raise


def launched(playwright: Playwright) -> Browser:
    """Debian's Chromium."""
    return playwright.chromium.launch(
        executable_path=os.environ.get('CHROMIUM', CHROMIUM), args=FLAGS, timeout=PATIENCE
    )


def computer(browser: Browser, site: Site, width: int = 1280) -> BrowserContext:
    """A computer in Taiwan, or a phone."""
    size = {'width': width, 'height': 860 if width > 500 else 812}
    context = browser.new_context(viewport=size, locale='zh-TW', timezone_id='Asia/Taipei')  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    if site.ahead:
        context.add_init_script(MOVE_THE_CLOCK % (site.ahead * 1000))
    return context


def signed_in(browser: Browser, site: Site, username: str, password: str | None = None, width: int = 1280) -> Page:
    """A browser of its own, signed in as its form does it; no page is open yet, which would be drawn for nobody."""
    context = computer(browser, site, width)
    form: dict[str, str | float | bool] = {'username': username, 'password': password or site.passwords[username]}
    said = {'Origin': site.url, 'Accept': 'text/html'}
    answer = context.request.post(f'{site.url}/login', form=form, headers=said, max_redirects=0, timeout=PATIENCE)
    assert answer.status == 303, answer.text()
    return context.new_page()


def takes(page: Page, site: Site, time: str) -> None:
    """This reviewer needs `time` for 復原: on a busy machine ten seconds are over before the next click."""
    page.goto(f'{site.url}/account/undo')
    page.get_by_role('radio', name=time).check()
    page.get_by_role('button', name='儲存', exact=True).click()
    expect(page.get_by_text('復原時間已儲存')).to_be_visible()


def settled(page: Page) -> None:
    """Wait until everything that `page` opened with is there."""
    page.wait_for_function(SETTLED)


def _put_away(postgres: Path) -> None:
    """Free the space of a PostgreSQL."""
    _ended(postgres)
    shutil.rmtree(postgres, ignore_errors=True)


def _ended(postgres: Path) -> None:
    """End the PostgreSQL that a killed server has left behind, if it has."""

    async def stopped() -> None:
        await embedded.started(postgres)
        await embedded.stopped(postgres)

    if (postgres / 'data' / 'postmaster.pid').exists():
        with ThreadPoolExecutor() as elsewhere:  # in this thread Playwright's loop may be running
            elsewhere.submit(asyncio.run, stopped()).result()
