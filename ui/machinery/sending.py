"""How a page's news go to its browser: when there are some, not by looking for them.

NiceGUI 3.18 keeps a task for each page that wakes up each second, and ten times a second until the browser has
connected: a thousand open pages cost a tenth of a processor for nothing. Here a task is there while something is sent.
"""

import asyncio
import time
import weakref
from typing import Any

from nicegui import Client, background_tasks, core
from nicegui import client as nicegui_client
from nicegui.context import context
from nicegui.dependencies import JsComponent
from nicegui.element import Element
from nicegui.functions import navigate
from nicegui.outbox import Deleted, Outbox, deleted

from . import quiet_sockets
from .quiet_sockets import Row

_handshake = Client.handle_handshake
_put_address = navigate.History.replace
_delete = Client.delete


def install() -> None:
    """Once a process, before the first page."""
    vars(nicegui_client).update(Outbox=Sending)
    Client._response_built = False  # from its first element on
    Client.handle_handshake = _then_send  # type: ignore[method-assign]
    Client.delete = _silently  # type: ignore[method-assign]
    navigate.History.replace = _put_another_address  # type: ignore[method-assign]


class Sending(Outbox):
    """What is to be sent to one page. Before the page itself has gone, no change of an element need be sent."""

    updates: Any
    messages: Any
    message_history: Any
    _loaded_components: Any

    def __init__(self, client: Client) -> None:
        self._client = weakref.ref(client)
        self.updates = {}
        self.messages = Row()
        self.message_history = Row()
        self.next_message_id = 0
        self._loaded_components = frozenset()
        self._should_stop = False
        self._task: asyncio.Task[None] | None = None

    def enqueue_update(self, element: Element) -> None:
        self._change(element.id, element)

    def enqueue_delete(self, element: Element) -> None:
        self._change(element.id, deleted)

    def _change(self, number: int, now: Element | Deleted) -> None:
        client = self._client()
        if client is not None and client._response_built and not self._should_stop:
            client.check_existence()
            self.updates[number] = now
            self._set_enqueue_event()

    def _set_enqueue_event(self) -> None:
        if self._task is None and (self.updates or self.messages) and core.is_loop_running():
            client = self._client()
            if client is not None and client.has_socket_connection:
                self._task = background_tasks.create(self.loop(), name='send to a page')

    async def loop(self) -> None:
        """Send all there is, in its order, while somebody is there to take it."""
        try:
            while (self.updates or self.messages) and not self._should_stop:
                client = self._client()
                if client is None or not client.has_socket_connection:
                    return
                for message in self._taken(client):
                    try:
                        await self._emit(message)
                    except Exception as error:  # the next one may go
                        core.app.handle_exception(error)
        finally:
            self._task = None

    def _taken(self, client: Client) -> list[tuple[str, str, Any]]:
        found: list[tuple[str, str, Any]] = []
        if self.updates:
            new = [
                each.component
                for each in self.updates.values()
                if isinstance(each, Element)
                and isinstance(each.component, JsComponent)
                and each.component.name not in self._loaded_components
            ]
            if new:
                told = [{'key': each.key, 'tag': each.tag} for each in new]
                found.append((client.id, 'load_js_components', {'components': told}))
                self._loaded_components |= {each.name for each in new}
            changes = {
                number: each._to_dict() if isinstance(each, Element) else None for number, each in self.updates.items()
            }
            found.append((client.id, 'update', changes))
            self.updates.clear()
        found += self.messages
        self.messages.clear()
        return found

    async def _emit(self, message: tuple[str, str, Any]) -> None:
        """Send it, and keep it until the browser says that it was there."""
        room, kind, content = message
        content['_id'] = self.next_message_id
        await core.sio.emit(kind, content, room=room)
        client = self._client()
        if client is not None:
            now = time.time()
            self.message_history.append((self.next_message_id, now, message))
            waits = core.sio.eio.ping_interval + core.sio.eio.ping_timeout + client.page.resolve_reconnect_timeout()
            most = core.app.config.message_history_length
            while self.message_history and (
                self.message_history[0][1] < now - waits or len(self.message_history) > most
            ):
                self.message_history.popleft()
        self.next_message_id += 1


async def _then_send(self: Client, *args: Any, **kwargs: Any) -> None:
    """NiceGUI's handshake, after which what has waited for the browser is sent."""
    quiet_sockets.forget_the_answer(self)
    await _handshake(self, *args, **kwargs)
    quiet_sockets.take_little_room(self)
    asyncio.get_running_loop().call_soon(self.outbox._set_enqueue_event)


def _silently(self: Client) -> None:
    """NiceGUI's end of a page; nothing is said to a browser that has gone."""
    self.outbox._should_stop = True
    _delete(self)


def _put_another_address(self: navigate.History, url: str) -> None:
    """NiceGUI's, where the browser stands at another one: a list that is shown for the first time is at its own."""
    client = context.client
    if client.storage.get('address', _asked_for(client)) != url:
        client.storage['address'] = url
        _put_address(self, url)


def _asked_for(client: Client) -> str:
    if client._request is None:
        return ''
    path, query = client._request.scope['path'], client._request.scope['query_string'].decode('latin-1')
    return f'{path}?{query}' if query else str(path)
