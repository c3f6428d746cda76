"""One stranger, one account: what they may send, and whom they keep waiting."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from db.models import Account as AccountRow
from db.models import Draft
from domain import files, limits, settings
from domain.accounts import client_limits
from domain.model import Account
from domain.settings import Settings
from ui.door import bodies, sockets

from .. import builders, samples
from ..builders import PASSWORD
from .browser import Browser
from .conftest import Browsers, somebody
from .test_uploads import a_form


@pytest.fixture(autouse=True)
def _office() -> Iterator[None]:
    """The limits that the servers have, too."""
    before = settings.current()
    settings.use(Settings())
    yield
    settings.use(before)


@pytest.fixture
async def inside(browser: Browser, clerk: Account) -> Browser:
    """The clerk's browser."""
    await browser.sign_in(clerk.username or '', PASSWORD)
    return browser


async def spent(limit: limits.Limit, whose: object) -> None:
    """As if all of it had been used up."""
    for _ in range(limit.most):
        await limits.take(limit, whose)


async def test_a_client_is_told_apart_behind_the_proxy_and_cannot_pretend(browser: Browser, clerk: Account) -> None:
    await spent(client_limits.logins(), '203.0.113.7')
    form = {'username': clerk.username, 'password': PASSWORD}

    answers = [
        await browser.post('/login', data=form, headers={'X-Forwarded-For': told})
        for told in ('203.0.113.7', '198.51.100.1, 203.0.113.7', '203.0.113.7, 198.51.100.1')
    ]

    assert [answer.status_code for answer in answers] == [429, 429, 303]
    assert '帳號沒有被鎖定' in answers[0].text


async def test_forms_without_login_end_with_a_sentence(browser: Browser) -> None:
    await spent(client_limits.forms(), '203.0.113.8')
    headers = {'X-Forwarded-For': '203.0.113.8'}

    forgotten = await browser.post(
        '/account/forgotten', data={'username': 'x', 'email': 'x@example.com'}, headers=headers
    )
    request = await browser.post('/account/request', data={'name': '林小滿'}, headers=headers)

    assert [each.status_code for each in (forgotten, request)] == [429, 429]
    assert all('請一小時後再試' in each.text for each in (forgotten, request))
    assert 'value="林小滿"' in request.text


@pytest.mark.parametrize('path', ['/login/', '/volunteers/', '/account/request/', '//evil.example', '/menu', '/'])
async def test_no_answer_leads_where_the_host_header_says(inside: Browser, path: str) -> None:
    forged = {'Host': 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Prefix': '/evil'}
    answer = await inside.get(path, **forged)

    assert 'evil' not in answer.headers.get('location', '')
    assert 'evil' not in answer.text.replace(path, '')


async def test_looking_at_forms_leaves_nothing_behind(inside: Browser, clerk: Account) -> None:
    unit = (await AccountRow.get(id=clerk.id).select_related('host_unit')).host_unit
    assert unit
    volunteer = await builders.a_volunteer(unit)
    training = await builders.a_training(volunteer, by=clerk)
    at = f'/volunteers/{volunteer.id}'
    before = await Draft.filter(host_unit_id=unit.id).count()
    for address in (
        '/volunteers/new',
        '/batch/trainings',
        f'{at}/basics',
        f'{at}/trainings/new',
        f'{at}/trainings/{training.id}',
        f'{at}/record-book/application',
    ):
        answer = await inside.http.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        assert 'lb-saved' in answer.text or 'saved_mark' in answer.text, address

    assert await Draft.filter(host_unit_id=unit.id).count() == before


async def test_who_sends_what_holds_decoders_waits_then_the_unit(
    inside: Browser, clerk: Account, browsers: Browsers
) -> None:
    colleague = await somebody(host_unit_id=clerk.host_unit_id)
    other = await browsers()
    await other.sign_in(colleague.username or '', PASSWORD)
    for _ in range(3):
        await files.blame(by=clerk)

    refused = await inside.post('/uploads/photo', **a_form(samples.small_portrait()))
    taken = await other.post('/uploads/photo', **a_form(samples.small_portrait()))
    for _ in range(9):
        await files.blame(by=colleague)
    unit = await other.post('/uploads/photo', **a_form(samples.small_portrait()))

    assert [each.status_code for each in (refused, taken, unit)] == [429, 200, 429]
    assert '一小時後再試' in refused.json()['sentence']


async def test_a_body_that_is_not_there_in_time_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, '_TYPED_SECONDS', 0.1)
    sent: list[Any] = []

    async def never() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(_: Any, receive: Any, __: Any) -> None:
        await receive()

    await bodies.Measured({'type': 'http', 'path': '/login', 'headers': []}, never, send).run(app)

    assert [message.get('status') for message in sent] == [408, None]
    assert (b'connection', b'close') in sent[0]['headers']


def test_a_message_longer_than_any_page_sends_is_looked_at_no_further() -> None:
    usual = [{'client_id': 'x', 'args': ['王小明', {'turn': 3, 'value': '一' * 10_000}]}]
    assert not sockets._is_too_much(usual)
    for much in ('x' * 20_001, ['x' * 9_000] * 20, [[1]] * 100_001, {'x' * 20_001: 1}):
        assert sockets._is_too_much([{'client_id': 'x', 'args': much}])
