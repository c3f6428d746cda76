"""A press whose act fails as nobody expected is answered with one sentence; the log has its number."""

import gc
import logging
import re
from collections.abc import Iterator

import pytest
from nicegui import Client, ui
from nicegui.page import page as nicegui_page
from nicegui.slot import Slot

from domain.errors import NotPermitted
from domain.model import Account
from ui import failures

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


@pytest.fixture
def left() -> Iterator[Slot]:
    """Where an event was handled, of something that is on no page any more."""
    with Client(nicegui_page(''), request=None) as client:
        slot = ui.element().default_slot
        client.content.clear()
    gc.collect()
    yield slot
    client.delete()


@pytest.mark.parametrize('error', [RuntimeError('has been deleted'), NotPermitted()], ids=['NiceGUI', 'a refusal'])
async def test_what_ends_after_its_page_was_left_is_no_error_and_is_told_to_nobody(
    left: Slot, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Found by the fuzzing: a search whose answer came when the page was gone, and the handler fell, too."""
    with left:
        failures.tell(error)

    assert [record.levelname for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_what_nobody_expected_has_its_number_in_the_log_also_when_the_page_was_left(
    left: Slot, caplog: pytest.LogCaptureFixture
) -> None:
    with left:
        failures.tell(KeyError('a secret'))

    assert ['an event failed, number' in record.getMessage() for record in caplog.records] == [True]
