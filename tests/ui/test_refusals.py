"""Every address of the site, asked for in every wrong way: what is refused is refused in our words and our frame."""

import asyncio
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from domain import files
from domain.errors import MovedOn, NoAnswer
from domain.model import Role
from ui import public

from ..builders import PASSWORD
from .browser import Browser
from .conftest import Browsers, Server, somebody

ABSURD = ('-1', '99999999999999999999', '%00x', '%F0%9F%92%A9', '..%2f..')
FORGED = 'year[]=%00&draft=..%2f&due=%F0%9F%92%A9&page=99999999999999999999&since=0000-00-00&q=%00&issue=x&new=1'
ENGLISH = re.compile(r'Traceback|"detail"|Not Found|Not Allowed|Internal Server|Bad Request|Invalid|NiceGUI|required')
AT_ONCE = 8


def asked(addresses: list[str]) -> Iterator[tuple[str, str]]:
    """Method and address: each as it should not be asked for."""
    for address in addresses:
        if '{' not in address:
            yield 'GET', f'{address}?{FORGED}'
        for absurd in ABSURD if '{' in address else ():
            yield 'GET', re.sub(r'\{[^}]*\}', absurd, address)
        some = re.sub(r'\{[^}]*\}', '99999999999999999999', address)
        yield from (('POST', some), ('DELETE', some), ('PROPFIND', some))


def fault_of(answer: httpx.Response) -> str:
    """What is wrong with an answer, '' when it is ours."""
    kind, text = answer.headers.get('content-type', ''), answer.text
    if answer.status_code >= 500:
        return 'failed'
    if answer.status_code < 400:
        return ''
    is_ours = '志願服務' in text if 'html' in kind else re.search('[\u4e00-\u9fff]', text)
    seen = re.sub(r'<(script|style).*?</\1>|<[^>]*>', ' ', text, flags=re.DOTALL)
    return '' if is_ours and not ENGLISH.search(seen) else f'foreign words: {text[:80]}'


@pytest.mark.parametrize('role', [None, Role.UNIT_STAFF, Role.REVIEWER, Role.ADMINISTRATOR])
async def test_every_address_refuses_in_our_words(browser: Browser, server: Server, role: Role | None) -> None:
    await browser.sign_in((await somebody()).username or '', PASSWORD)
    addresses = (await browser.get('/test/addresses')).json()
    browser.http.cookies.clear()
    if role is not None:
        await browser.sign_in((await somebody(role)).username or '', PASSWORD)
    said, places, faults = len(server.said()), asyncio.Semaphore(AT_ONCE), []

    async def ask(method: str, address: str) -> None:
        kind = 'text/html' if method == 'GET' else '*/*'
        content = b'------x\r\n\xff\x00{' if method == 'POST' else None
        form = {'Content-Type': 'multipart/form-data; boundary=x'} if method == 'POST' else {}
        headers = {'Origin': browser.origin, 'Accept': kind, **form}
        async with places:
            answer = await browser.http.request(method, address, headers=headers, content=content)
        if fault := fault_of(answer):
            faults.append((method, address, answer.status_code, fault))

    leaves = ('', '/', '/logout')  # and the session with it
    await asyncio.gather(*(ask(*each) for each in asked([one for one in addresses if one not in leaves])))

    assert faults == []
    assert 'Traceback' not in server.said()[said:]


async def test_a_socket_that_is_none_is_refused_in_our_words(browser: Browser) -> None:
    await browser.sign_in((await somebody()).username or '', PASSWORD)
    sockets = '/_nicegui_ws/socket.io/'

    answers = [await browser.get(sockets + query) for query in ('', '?EIO=9', '?EIO=4&transport=x&sid=x')]
    answers.append(await browser.post(f'{sockets}?EIO=4&transport=polling&sid=x', content=b'x'))

    assert [(answer.status_code, fault_of(answer)) for answer in answers] == [(400, '')] * 4


async def test_what_is_no_http_is_refused_in_our_words(server: Server) -> None:
    port = urlsplit(server.url).port
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(b'GET / HTTP/1.1\r\nno header\r\n\r\n')
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b'HTTP/1.1 400 ')
    assert '這個要求無法辨識' in answer.decode()


async def test_somebody_who_is_led_nowhere_sees_a_page_of_ours(browser: Browser, browsers: Browsers) -> None:
    stranger = await browsers()
    posted = [await stranger.post(path) for path in ('/privacy', '/downloads', '/security')]
    unknown = await stranger.post('/no/such/page')
    foreign = await stranger.http.post('/login', headers={'Origin': 'https://evil.example'})

    assert unknown.status_code in (401, 404)
    assert all('這個網址只能開啟' in answer.text for answer in posted)
    for answer, status in (*((answer, 405) for answer in posted), (foreign, 403)):
        assert (answer.status_code, '<h1>' in answer.text, '回到首頁' in answer.text) == (status, True, True)


async def test_a_page_has_no_words_of_the_framework_for_old_browsers(browser: Browser) -> None:
    await browser.sign_in((await somebody()).username or '', PASSWORD)

    text = (await browser.get('/test/counter')).text

    assert ('modern browser' in text, '這個瀏覽器太舊' in text) == (False, True)


def test_a_document_of_files_or_a_database_that_are_away_may_be_asked_for_again() -> None:
    refusals = (files.FilesAway(), NoAnswer(), MovedOn('已變更'))
    assert [public.status_of(one, otherwise=409) for one in refusals] == [503, 503, 409]
