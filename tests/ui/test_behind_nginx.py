"""Two processes behind Debian's nginx with the files of deploy/: TLS, a process for each browser, limits, restarts."""

import asyncio
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme
from playwright import async_api as playwright
from playwright.async_api import async_playwright, expect

import db
from db import blobs, sealing
from db.models import Draft
from domain.model import Account

from ..builders import PASSWORD
from ..patience import SECONDS
from ..served import ROOT, free_port
from ..site import CHROMIUM, FLAGS, PATIENCE
from .browser import Browser
from .conftest import Server, somebody

NGINX = shutil.which('nginx', path='/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin')
pytestmark = pytest.mark.skipif(NGINX is None, reason='nginx is not installed (.setup/prepare test does, on Debian)')

# How many forms are open while the processes are restarted.
PAGES = 2
FIELD = '#legacy_series'
# All that was typed is acknowledged, by whichever process.
ACKNOWLEDGED = """() => window.did_handshake
    && !Object.keys(sessionStorage).some((key) => key.startsWith('typed:'))"""

MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include conf.d/recordbook.conf;
}}
"""


@dataclass
class Front:
    """What people reach: its address, whom to trust there, and the processes behind."""

    url: str
    trust: ssl.SSLContext
    processes: list[Server]

    def browser(self) -> Browser:
        return Browser(self.url, trust=self.trust)


@pytest.fixture(scope='module')
def front(office_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx with the files of deploy/, but for its ports, and two processes of the application."""
    folder = tmp_path_factory.mktemp('nginx')
    folder.chmod(0o755)
    port, plain = free_port(), free_port()
    url = f'https://127.0.0.1:{port}'
    authority = trustme.CA()
    with ExitStack() as closing:
        processes = [Server(office_url, folder, PUBLIC_URL=url, DRAIN_SECONDS='4') for _ in range(2)]
        for process in processes:
            closing.callback(process.stop)
        for process in processes:
            process.wait()
        _configure(folder, port, plain, processes, authority)
        command = [str(NGINX), '-p', str(folder), '-c', str(folder / 'nginx.conf')]
        tried = subprocess.run([*command, '-t'], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        nginx = subprocess.Popen(command)
        closing.callback(nginx.wait)
        closing.callback(nginx.terminate)
        context = ssl.create_default_context()
        authority.configure_trust(context)
        _wait(url, context)
        yield Front(url, context, processes)


def _configure(folder: Path, port: int, plain: int, processes: list[Server], authority: trustme.CA) -> None:
    deployed = ROOT / 'deploy' / 'nginx'
    rules = (deployed / 'recordbook.conf').read_text()
    for written, used in (
        ('listen 443 ', f'listen 127.0.0.1:{port} '),
        ('listen 80;', f'listen 127.0.0.1:{plain};'),
        ('/var/cache/nginx/recordbook', str(folder / 'cache')),
    ):
        assert written in rules
        rules = rules.replace(written, used)
    rules = re.sub(r'\n *listen \[::\]:[^\n]*', '', rules)
    host = (deployed / 'recordbook' / 'host.conf').read_text()
    host = host.replace('book.example.gov.tw', '127.0.0.1').replace('/etc/nginx/recordbook', str(folder / 'recordbook'))
    servers = (deployed / 'recordbook' / 'processes.conf').read_text()
    for number, process in enumerate(processes, 1):
        servers = servers.replace(f'127.0.0.1:808{number}', f'127.0.0.1:{process.port}')
    for name in ('conf.d', 'recordbook'):
        (folder / name).mkdir()
    (folder / 'conf.d' / 'recordbook.conf').write_text(rules)
    (folder / 'recordbook' / 'host.conf').write_text(host)
    (folder / 'recordbook' / 'processes.conf').write_text(servers)
    (folder / 'nginx.conf').write_text(MAIN.format(folder=folder, user='user root;' if os.geteuid() == 0 else ''))
    certificate = authority.issue_cert('127.0.0.1')
    certificate.private_key_pem.write_to_path(folder / 'recordbook' / 'key.pem')
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(folder / 'recordbook' / 'certificate.pem', append=True)


def _wait(url: str, context: ssl.SSLContext) -> None:
    until = time.monotonic() + SECONDS
    while True:
        try:
            httpx.get(f'{url}/login', verify=context, timeout=SECONDS)
            return
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.fixture
async def office(front: Front) -> AsyncIterator[None]:
    """This process works in the same database."""
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    blobs.use(front.processes[0].folder / 'files')
    async with db.connected(front.processes[0].database, min_size=1):
        yield


@pytest.fixture
async def clerk(office: None) -> Account:
    return await somebody()


async def figure(process: Server, name: str) -> float:
    """One figure of a process, asked past nginx."""
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        told = (await client.get(f'{process.url}/metrics')).text
    return sum(float(value) for value in re.findall(rf'^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$', told, re.MULTILINE))


async def test_a_browser_stays_with_one_process_and_both_have_work(front: Front, clerk: Account) -> None:
    shares, browsers = [0.0, 0.0], 0
    async with AsyncExitStack() as stack:
        while not all(shares):  # which process it is, its new session decides
            browsers += 1
            browser = await stack.enter_async_context(front.browser())
            answer = await browser.sign_in(clerk.username or '', PASSWORD)
            assert answer.status_code == 303
            assert 'secure' in answer.headers['set-cookie'].lower()
            for _ in range(3):
                page = await browser.open('/test/counter')
                socket = await browser.connect(page)
                stack.push_async_callback(socket.close)
                # Another process would have it load again.
                await socket.emit('event', page.click())
                assert f'{clerk.name}: 1' in await socket.heard('update', f'{clerk.name}: 1')
            shares = [await figure(process, 'recordbook_sockets') for process in front.processes]
            assert sum(shares) == 3 * browsers


async def test_what_is_too_large_is_refused_in_our_words_by_nginx_and_by_us(front: Front, clerk: Account) -> None:
    async with front.browser() as browser:
        await browser.sign_in(clerk.username or '', PASSWORD)

        async def sent(path: str, megabytes: float) -> httpx.Response:
            return await browser.post(path, files={'file': ('a.jpg', b'x' * int(megabytes * 2**20), 'image/jpeg')})

        ours, by_nginx = await sent('/uploads/photo', 26), await sent('/uploads/photo', 28)
        form = await sent('/login', 3)

    for answer in (ours, by_nginx, form):
        assert answer.status_code == 413
        assert answer.json()['sentence'].endswith('已填的資料都還在。')
    assert '超過 25 MB' in ours.json()['sentence']
    assert '最多 25 MB' in by_nginx.json()['sentence']


async def test_scripts_are_compressed_once_and_what_is_for_watchers_is_hidden(front: Front) -> None:
    async def asked() -> float:
        return sum([await figure(process, 'recordbook_request_seconds_count') for process in front.processes])

    async with front.browser() as browser:
        hidden = [await browser.get(f'/{name}', **{'X-Forwarded-For': '::1'}) for name in ('metrics', 'readyz')]
        first = await browser.get('/static/site.js')
        before = await asked()
        again = [await browser.get('/static/site.js') for _ in range(20)]
        plain = await browser.get('/static/site.js', **{'Accept-Encoding': 'identity'})
        to_us = await asked() - before
        robbed = await browser.get('/login', **{'X-Forwarded-For': '127.0.0.1', 'X-Request-Id': 'a' * 16})

    assert [each.status_code for each in hidden] == [404, 404]
    assert {each.headers['content-encoding'] for each in [first, *again]} == {'br'}
    assert {each.text for each in again} == {plain.text} == {first.text}
    assert 'content-encoding' not in plain.headers
    assert to_us <= 1 + 2 + 1  # the plain one, and our asking
    assert robbed.headers['x-request-id'] != 'a' * 16


async def test_one_process_after_the_other_is_restarted_and_all_words_are_kept_once(
    front: Front, clerk: Account
) -> None:
    async with async_playwright() as started, front.browser() as other:
        await other.sign_in(clerk.username or '', PASSWORD)
        path = os.environ.get('CHROMIUM', CHROMIUM)
        chromium = await started.chromium.launch(executable_path=path, args=FLAGS, timeout=PATIENCE)
        pages = [await form_of(chromium, front, clerk) for _ in range(PAGES)]
        words = ''
        for turn, process in zip(('一', '二'), front.processes, strict=True):
            process.process.terminate()
            words += await typed(pages, words, turn)
            await asyncio.to_thread(process.process.wait)
            await works(other, clerk)
            words += await typed(pages, words, f'{turn}止')
            process.begin()
            await asyncio.to_thread(process.wait)
        for page in pages:
            await page.wait_for_function(ACKNOWLEDGED)
            await page.reload()
            await expect(page.locator(FIELD)).to_have_value('一一止二二止')
        await chromium.close()
        for process in front.processes:
            process.kill()
        away = await other.get('/menu')
    assert (away.status_code, '系統正在重新啟動' in away.text) == (503, True)
    assert await Draft.filter(host_unit_id=clerk.host_unit_id).count() == PAGES


async def test_a_process_that_is_to_end_hands_its_pages_over_before(front: Front, clerk: Account) -> None:
    for process in front.processes:
        if process.process.poll() is not None:  # the test above has killed it
            process.begin()
            await asyncio.to_thread(process.wait)
    async with front.browser() as browser:
        await browser.sign_in(clerk.username or '', PASSWORD)
        page = await browser.open('/test/counter')
        socket = await browser.connect(page)
        shares = [await figure(process, 'recordbook_sockets') for process in front.processes]
        ending = front.processes[shares.index(1)]
        ending.process.terminate()
        await socket.heard('window.goOver()')

        await socket.emit('event', page.click())  # it still answers
        await socket.heard('update', f'{clerk.name}: 1')
        again = await browser.open('/test/counter')
        moved = await browser.connect(again)
        assert ending.process.poll() is None
        assert await figure(ending, 'recordbook_sockets') == 1
        await socket.close()
        await asyncio.to_thread(ending.process.wait, SECONDS)
        await moved.emit('event', again.click())
        await moved.heard('update', f'{clerk.name}: 1')
        await moved.close()
        ending.begin()
        await asyncio.to_thread(ending.wait)


async def typed(pages: list[playwright.Page], before: str, words: str) -> str:
    """Type the `words` behind those of `before`, as people do: a sign that does not appear is typed again."""
    for number, sign in enumerate(words):
        for page in pages:
            box, there = page.locator(FIELD), before + words[:number]
            async with asyncio.timeout(SECONDS):
                while (value := await box.input_value()) != there + sign:
                    if value == there:
                        await box.press('End')
                        await box.press_sequentially(sign)
                    await asyncio.sleep(0.02)
    return words


async def works(browser: Browser, clerk: Account) -> None:
    """Each page is there, and a socket, whichever process has gone."""
    answers = [await browser.get('/menu') for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    page = await browser.open('/test/counter')
    socket = await browser.connect(page)
    await socket.emit('event', page.click())
    assert f'{clerk.name}: 1' in await socket.heard('update', f'{clerk.name}: 1')
    await socket.close()


async def form_of(chromium: playwright.Browser, front: Front, clerk: Account) -> playwright.Page:
    """The form of a new volunteer, in a browser of its own."""
    context = await chromium.new_context(ignore_https_errors=True, locale='zh-TW', timezone_id='Asia/Taipei')
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto(f'{front.url}/login?next=/volunteers/new')
    await page.get_by_label('使用者帳號').fill(clerk.username or '')
    await page.get_by_label('使用者密碼').fill(PASSWORD)
    await page.get_by_role('button', name='登入', exact=True).click()
    await page.wait_for_function('window.did_handshake')
    return page
