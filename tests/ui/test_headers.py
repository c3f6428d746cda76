"""Headers on every answer, and what a real browser makes of them."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import sync_playwright
from starlette.responses import Response
from starlette.types import Message

from domain import settings
from domain.model import Account
from domain.settings import Settings
from ui import assets
from ui.door import cookies, gate
from ui.door.headers import SecurityHeaders
from ui.pages.login import NOTICES

from ..builders import PASSWORD
from ..site import launched
from .browser import Browser
from .conftest import Server, somebody


async def test_every_answer_carries_them(browser: Browser, clerk: Account) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    answers = [
        await browser.get(path) for path in ('/login', '/test/counter', assets.STYLESHEET, '/files/x', '/nothing')
    ]

    for answer in answers:
        assert {
            name: answer.headers[name]
            for name in ('x-content-type-options', 'x-frame-options', 'referrer-policy', 'cross-origin-resource-policy')
        } == {
            'x-content-type-options': 'nosniff',
            'x-frame-options': 'DENY',
            'referrer-policy': 'same-origin',
            'cross-origin-resource-policy': 'same-origin',
        }
        assert 'camera=(self)' in answer.headers['permissions-policy']
        assert 'strict-transport-security' not in answer.headers
    assert [each.headers['cache-control'].partition(',')[0] for each in answers] == [
        'no-store',
        'no-store',
        'public',
        'no-store',
        'no-store',
    ]
    assert [each.headers['cross-origin-opener-policy'] for each in answers[:2]] == [
        'same-origin-allow-popups',
        'same-origin',
    ]


async def test_scripts_of_the_page_have_a_nonce_of_this_answer_and_injected_ones_have_none(
    browser: Browser, clerk: Account
) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    nonces = set()
    for _ in range(2):
        answer = await browser.get('/test/counter')
        [nonce] = re.findall(r"'nonce-([\w-]+)'", answer.headers['content-security-policy'])
        assert set(re.findall(r'<script nonce="([^"]*)"', answer.text)) == {nonce}
        assert re.findall(r'<script>[^<]*', answer.text) == ['<script>window.injected = true']
        nonces.add(nonce)

    sockets = [browser.url.replace('http', 'ws'), browser.url.replace('http://127.0.0.1', 'ws://localhost')]
    assert len(nonces) == 2
    assert answer.headers['content-security-policy'].replace(nonce, '…') == (
        "default-src 'self'; script-src 'self' 'nonce-…' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:; connect-src 'self' {' '.join(sockets)}; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self'; object-src 'none'"
    )


async def test_a_page_of_plain_html_may_evaluate_nothing(browser: Browser) -> None:
    for path in ('/login', '/nothing-here', '/static/site.webmanifest'):
        policy = (await browser.get(path)).headers['content-security-policy']
        assert re.findall(r"script-src ('self' 'nonce-)[\w-]+(';.*?) style-src", policy) == [
            ("'self' 'nonce-", "';")
        ], path


def test_over_https_the_cookie_is_bound_to_the_host_and_nothing_else_is_our_origin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Settings(public_url='https://book.example.tw', secure_cookies=True)
    monkeypatch.setattr(settings, '_current', office)
    kept, dropped = Response(), Response()

    cookies.keep_session(kept, 'token')
    cookies.drop_session(dropped)

    assert kept.headers['set-cookie'] == '__Host-sid=token; HttpOnly; Path=/; SameSite=lax; Secure'
    assert re.sub('expires=[^;]*', 'expires=…', dropped.headers['set-cookie']) == (
        '__Host-sid=""; expires=…; HttpOnly; Max-Age=0; Path=/; SameSite=lax; Secure'
    )
    assert gate.allowed_origins(office) == {'https://book.example.tw'}
    assert gate.allowed_origins(replace(office, public_url='http://10.0.0.7:8080', secure_cookies=False)) == {
        'http://10.0.0.7:8080',
        'http://127.0.0.1:8080',
        'http://localhost:8080',
    }


async def test_over_https_browsers_are_told_to_come_by_https_for_a_year_and_to_every_name_below() -> None:
    site = SecurityHeaders(Response(), frozenset({'https://book.example.tw'}), is_secure=True, component='')
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {'type': 'http.request'}

    await site({'type': 'http', 'path': '/', 'headers': []}, receive, send)

    headers = dict(sent[0]['headers'])
    assert headers[b'strict-transport-security'] == b'max-age=31536000; includeSubDomains'
    assert b"connect-src 'self' wss://book.example.tw;" in headers[b'content-security-policy']


@pytest.fixture
async def account(server: Server) -> Account:
    return await somebody()


def test_chromium_runs_our_scripts_and_not_an_injected_one(servers: tuple[Server, Server], account: Account) -> None:
    refused: list[str] = []
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        context = chromium.new_context()
        page = context.new_page()
        page.on('console', lambda said: refused.append(said.text) if 'Content Security Policy' in said.text else None)
        page.goto(f'{servers[0].url}/test/counter')
        page.get_by_label('使用者帳號').fill(account.username or '')
        page.get_by_label('使用者密碼').fill(PASSWORD)
        page.get_by_role('button', name='登入', exact=True).click()
        page.get_by_role('button', name='加一').click()
        page.get_by_text(f'{account.name}: 1').wait_for()
        injected = page.evaluate('window.injected')
        second = context.new_page()
        second.goto(f'{servers[0].url}/test/counter')
        second.evaluate("fetch('/logout', {method: 'POST'})")
        page.get_by_text(NOTICES['signed-out']).wait_for()
        page.wait_for_url('**/login?next=/test/counter')
        chromium.close()

    assert injected is None
    assert len(refused) == 1
    assert 'inline script' in refused[0]
