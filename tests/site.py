"""The whole application as people meet it: `python -m ui` in a process of its own, with a demo office."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, expect

CHROMIUM = '/usr/bin/chromium'
ROOT = Path(__file__).parent.parent
SECONDS_TO_START = 300

# Headless in a container: no sandbox, no GPU, and nothing that calls home.
FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']


class Site:
    """A running server. `passwords` are the demo's, by user name."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(('PYTEST', 'NICEGUI', 'COVERAGE'))}
        self.environ = inherited | {'DATA_DIR': str(folder), 'PORT': str(self.port), 'DEMO': '1'} | environ
        self.process = self._started()

    @property
    def passwords(self) -> dict[str, str]:
        """The demo's accounts."""
        return {
            each['username']: each['password'] for each in json.loads((self.folder / 'demo-accounts.json').read_text())
        }

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        """The same office, the same port."""
        self.process = self._started()

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _started(self) -> 'subprocess.Popen[bytes]':
        with (self.folder.parent / f'{self.folder.name}.log').open('ab') as log:
            process = subprocess.Popen([sys.executable, '-m', 'ui'], cwd=ROOT, env=self.environ, stdout=log, stderr=log)
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            if process.poll() is not None:
                raise RuntimeError((self.folder.parent / f'{self.folder.name}.log').read_text()[-4000:])
            try:
                urllib.request.urlopen(f'{self.url}/healthz', timeout=2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return process
        process.kill()
        raise RuntimeError('the server did not answer in time')


@contextmanager
def running_site(folder: Path, **environ: str) -> Iterator[Site]:
    """A site in `folder`, stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder, **environ)
    try:
        yield site
    finally:
        site.stop()


def launched(playwright: Playwright) -> Browser:
    """Debian's Chromium."""
    return playwright.chromium.launch(executable_path=os.environ.get('CHROMIUM', CHROMIUM), args=FLAGS)


def signed_in(browser: Browser, site: Site, username: str, password: str | None = None, width: int = 1280) -> Page:
    """A browser of its own, signed in; errors in its console are kept in `page.errors`."""
    context = browser.new_context(viewport={'width': width, 'height': 860 if width > 500 else 812}, locale='zh-TW')
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f'{site.url}/login')
    page.get_by_label('使用者帳號').fill(username)
    page.get_by_label('使用者密碼').fill(password or site.passwords[username])
    page.get_by_role('button', name='登入', exact=True).click()
    expect(page).not_to_have_url(f'{site.url}/login')
    return page


def free_port() -> int:
    """A TCP port of the loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port: int = probe.getsockname()[1]
        return port
