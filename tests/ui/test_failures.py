"""A press whose act fails as nobody expected is answered with one sentence; the log has its number."""

import re

import pytest

from domain.model import Account

from ..builders import PASSWORD
from .browser import Browser
from .conftest import Server


@pytest.fixture
async def inside(browser: Browser, clerk: Account) -> Browser:
    """The clerk's browser."""
    await browser.sign_in(clerk.username or '', PASSWORD)
    return browser


@pytest.mark.parametrize('number', [1, 2])
async def test_the_sentence_names_the_number_under_which_the_log_has_the_error(
    server: Server, inside: Browser, number: int
) -> None:
    page = await inside.open(f'/test/breaking/{number}')
    socket = await inside.connect(page)

    await socket.emit('event', page.click())
    told = await socket.heard('notify', '系統發生未預期的問題')

    [name] = re.findall('編號 ([0-9A-F]{6})', told)
    assert 'a secret' not in told
    assert f'an event failed, number {name}\nTraceback' in server.said()
    await socket.close()


async def test_a_database_that_is_away_is_said_to_be_away(server: Server, inside: Browser) -> None:
    page = await inside.open('/test/breaking/3')
    socket = await inside.connect(page)

    await socket.emit('event', page.click())
    await socket.heard('notify', '資料庫暫時沒有回應，這次沒有完成。')

    assert 'an event met no answer: it is away' in server.said()
    await socket.close()
