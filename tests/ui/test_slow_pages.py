"""A page that takes long: our frame at once, its content when it is there, and never a page of the framework."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.model import Account

from ..builders import PASSWORD
from .browser import Browser, Page, Refused, Socket
from .conftest import Server


@pytest.fixture
async def impatient(browser: Browser, clerk: Account) -> AsyncIterator[Browser]:
    """The clerk's browser; every page that waits for anything is slow."""
    await browser.sign_in(clerk.username or '', PASSWORD)
    await browser.get('/test/patience/0')
    yield browser
    await browser.get('/test/release')
    await browser.get('/test/patience/60')


async def opened(browser: Browser, address: str) -> tuple[Page, Socket]:
    """A slow page, connected; what has been built of it so far is not on the screen."""
    page = await browser.open(address)
    assert 'half a page' not in page.shown()
    return page, await browser.connect(page)


async def is_built(browser: Browser) -> None:
    """Until no page is being built. Raises TimeoutError when one goes on."""
    async with asyncio.timeout(20):
        while (await browser.get('/test/building')).text != '0':
            await asyncio.sleep(0.05)


async def test_it_is_answered_with_the_frame_and_its_content_follows(impatient: Browser, clerk: Account) -> None:
    answer = await impatient.get('/test/slow/0')
    page, socket = await opened(impatient, '/test/slow/0')
    at_first = page.shown()
    await impatient.get('/test/release')

    shown = await socket.until_shown(page, 'the whole page')

    shell = answer.text.partition('id="loading-shell"')[2].partition('id="esm-fallback"')[0]
    assert answer.status_code == 200
    assert answer.text.count('id="loading-shell"') == 1
    assert '<h1>慢的頁面</h1></div><p class="lb-opening">正在開啟…</p>' in shell
    assert at_first.split('\n')[:-1] == [clerk.name, ':::', '慢的頁面', '正在開啟…']
    assert ('half a page' in shown, '正在開啟…' in shown) == (True, False)
    assert 'somebody reads' in await socket.until_shown(page, 'somebody reads')
    await is_built(impatient)
    await socket.close()


async def test_one_that_has_not_even_a_title_yet_puts_nothing_over_what_is_shown(
    impatient: Browser, clerk: Account
) -> None:
    page, socket = await opened(impatient, '/test/slow/5')
    at_first = page.shown()
    await impatient.get('/test/release')

    shown = await socket.until_shown(page, 'the whole page', 'somebody reads')

    assert at_first.split('\n')[:-1] == [clerk.name, ':::', '正在開啟…']
    assert '慢的頁面' in shown
    assert await socket.silent('loading-shell')
    assert [each for each in socket.received if 'loading-shell' in each] == []
    await socket.close()


async def test_its_frame_can_be_used_while_it_is_built(impatient: Browser) -> None:
    page, socket = await opened(impatient, '/test/slow/0')
    number, bar = next((n, each) for n, each in page.elements.items() if 'sought' in each.get('props', {}))
    searched = next(each for each in bar['events'] if each['type'] == 'searched')
    asked = {'id': int(number), 'client_id': page.client_id, 'listener_id': searched['listener_id'], 'args': ['"無名"']}

    await socket.emit('event', asked)

    await socket.heard('notify', '找不到「無名」')
    await socket.close()


@pytest.mark.parametrize(
    ('number', 'sentence'), [(1, '找不到這個頁面'), (2, '現在不能開啟這個頁面。'), (3, '這個頁面暫時無法顯示')]
)
async def test_a_refusal_or_a_failure_that_comes_late_takes_the_place_of_the_page(
    impatient: Browser, server: Server, number: int, sentence: str
) -> None:
    said = len(server.said())
    page, socket = await opened(impatient, f'/test/slow/{number}')
    await impatient.get('/test/release')

    shown = await socket.until_shown(page, sentence)

    assert [words for words in ('half a page', '正在開啟…', '慢的頁面', 'secret') if words in shown] == []
    assert ('ZeroDivisionError: a secret' in server.said()[said:]) == (number == 3)
    await is_built(impatient)
    await socket.close()


async def test_a_redirect_that_comes_late_is_followed_and_back_does_not_lead_to_it(impatient: Browser) -> None:
    _, socket = await opened(impatient, '/test/slow/4')
    await impatient.get('/test/release')

    await socket.heard('run_javascript', 'history.replaceState', '/test/counter')
    await socket.heard('run_javascript', 'history.go(0)')
    await is_built(impatient)
    await socket.close()


async def test_who_leaves_while_it_is_built_leaves_nothing_behind(impatient: Browser, server: Server) -> None:
    said = len(server.said())
    page, socket = await opened(impatient, '/test/slow/0')

    await socket.close()

    await is_built(impatient)  # and nobody has released it
    with pytest.raises(Refused):
        await impatient.connect(page)
    assert 'Traceback' not in server.said()[said:]


async def test_one_that_fails_in_time_has_the_status_of_a_failure_and_one_page_in_memory(
    browser: Browser, clerk: Account
) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)
    before = int((await browser.get('/test/clients')).text)

    answer = await browser.get('/test/refusing/3')

    assert (answer.status_code, '這個頁面暫時無法顯示' in answer.text, clerk.name in answer.text) == (500, True, True)
    assert int((await browser.get('/test/clients')).text) <= before + 1
