"""An element that keeps only what it has is, for NiceGUI and for the browser, the element it was."""

import asyncio
import gc
import json
import subprocess
import sys
import weakref
from typing import Any

import pytest
from nicegui import Client, html, ui
from nicegui.page import page
from starlette.requests import Request

from tests.served import ROOT
from ui.machinery import lighter, quiet_sockets, sending
from ui.machinery.quiet_sockets import ASYNCIO, Row


def shapes(*way: str) -> Any:
    command = [sys.executable, '-m', 'tests.ui.elements', *way]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def test_elements_of_every_shape_are_sent_changed_and_deleted_as_those_of_nicegui() -> None:
    assert shapes('ours') == shapes()


@pytest.fixture
async def client() -> Client:
    lighter.install()
    return Client(page('/'))


async def test_equal_classes_are_one_tuple_and_what_is_not_there_takes_no_room(client: Client) -> None:
    with client:
        one, other = (html.div().classes('a').classes('b') for _ in range(2))

    assert one._to_dict()['class'] is other._to_dict()['class']
    assert [name for name in vars(one) if name.startswith('_kept')] == ['_kept_classes']


async def test_elements_of_a_class_that_listen_with_its_methods_share_their_listeners(client: Client) -> None:
    heard: list[tuple[Any, Any]] = []

    class field(ui.element):
        def __init__(self) -> None:
            super().__init__()
            self.on('typed', self._typed)

        def _typed(self, event: Any) -> None:
            heard.append((self, event.args))

    with client:
        one, other = field(), field()
    (name,) = one._event_listeners
    for each in (one, other):
        each._handle_event({'listener_id': name, 'args': 'words'})

    assert one._event_listeners == other._event_listeners
    assert heard == [(one, 'words'), (other, 'words')]


async def test_elements_with_the_properties_of_one_text_share_them_until_one_is_changed(client: Client) -> None:
    with client:
        one, other = (html.p('words').props('role=status tabindex=-1') for _ in range(2))
    shared = one._to_dict()['props']
    assert other._to_dict()['props'] is shared

    one.props['role'] = 'alert'
    one.props(remove='tabindex')

    assert one._to_dict()['props'] == {'role': 'alert'}
    assert other._to_dict()['props'] == {'role': 'status', 'tabindex': '-1'}


async def test_a_button_that_is_waited_for_is_clicked_or_goes_with_its_page(client: Client) -> None:
    with client:
        pressed, left = (ui.button('press', color=None) for _ in range(2))
    assert not [name for name in vars(pressed) if name.startswith('_kept_') and name != '_kept_props']
    client.connected = _at_once  # type: ignore[assignment, method-assign]
    waiting, given_up = asyncio.create_task(pressed.clicked()), asyncio.create_task(left.clicked())
    await asyncio.sleep(0)
    (name,) = pressed._event_listeners
    pressed._handle_event({'listener_id': name, 'args': None})
    client.delete()

    await waiting
    with pytest.raises(asyncio.CancelledError):
        await given_up


async def _at_once() -> None:
    """The browser is there."""


async def test_a_page_that_is_deleted_is_gone_without_the_collector(client: Client) -> None:
    with client, html.div().props('id=main') as box:
        ui.button('press', on_click=lambda: None).props('flat')
        html.p('words')
    gone = [weakref.ref(each) for each in box.descendants(include_self=True)]
    gc.disable()
    try:
        client.delete()
        del box

        assert [each() for each in gone] == [None, None, None]
    finally:
        gc.enable()


async def test_a_quiet_queue_is_a_queue() -> None:
    queue = ASYNCIO.Queue()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait('first')
    queue.put_nowait('second')

    assert [await waiting, await queue.get(), queue.qsize()] == ['first', 'second', 0]
    for _ in range(2):
        queue.task_done()
    await queue.join()
    assert isinstance(queue._queue, Row)


async def test_what_is_waited_for_too_long_is_cancelled() -> None:
    queue = ASYNCIO.Queue()
    with pytest.raises(asyncio.TimeoutError):
        await ASYNCIO.wait_for(queue.get(), 0.01)
    queue.put_nowait('for the next')

    assert await ASYNCIO.wait_for(queue.get(), None) == 'for the next'


async def test_an_element_of_html_begins_with_its_tag_its_text_and_its_properties(client: Client) -> None:
    with client.content:
        kinds = {name: kind for name, kind in vars(html).items() if getattr(kind, '__name__', '') == 'HTMLElement'}
        assert {name: kind().tag for name, kind in kinds.items()} == {name: name.rstrip('_') for name in kinds}
        said = html.a('list', href='/volunteers')._to_dict()

    assert said == {'tag': 'a', 'text': 'list', 'props': {'href': '/volunteers'}}


async def test_a_page_that_takes_little_room_has_what_it_had_and_begins_anew_what_was_empty(client: Client) -> None:
    before = {name: getattr(client, name) for name in list(vars(client))}
    client.storage['leaving'] = True

    quiet_sockets.take_little_room(client)

    assert not {'disconnect_handlers', '_deleted_event', 'on_air'} & vars(client).keys()
    assert not client._deleted_event.is_set()
    changed = {'environ', '_waiting_for_connection', '_waiting_for_disconnect', '_deleted_event'}
    assert {name: getattr(client, name) for name in before.keys() - changed} == {
        name: value for name, value in before.items() if name not in changed
    }
    client.disconnect_handlers.append(print)
    assert client.disconnect_handlers == [print]


async def test_an_address_is_put_into_the_browser_where_it_is_another_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[str] = []
    monkeypatch.setattr(sending, '_put_address', lambda _, url: put.append(url))
    client._request = Request({'type': 'http', 'path': '/volunteers', 'query_string': b'page=2', 'headers': []})
    with client:
        for url in ('/volunteers?page=2', '/volunteers', '/volunteers', '/volunteers?page=2'):
            ui.navigate.history.replace(url)

    assert put == ['/volunteers', '/volunteers?page=2']
