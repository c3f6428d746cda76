"""A connection takes room for what it has: a thousand open pages are a thousand connections that wait.

What waits in uvicorn, engine.io and FastAPI is made for much traffic: each queue has four deques of 760 bytes, each
answer that is waited for a task of its own, and the request of a page stays with everything that has answered it. Here
a queue is a list while it is short, nothing waits in a task that need not, and of a request stays what was asked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from engineio import async_server, async_socket, packet  # type: ignore[import-untyped]
from engineio.async_drivers import asgi  # type: ignore[import-untyped]
from nicegui import Client, core
from nicegui import client as nicegui_client
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http import flow_control, httptools_impl
from uvicorn.protocols.websockets import websockets_sansio_impl

from .connections import LINE
from .seldom import Seldom

Answer = TypeVar('Answer')
# Of the request of a page whose browser is there: what is asked of it as long as the page is open.
_OF_A_PAGE = ('type', 'path', 'query_string', 'client_address', 'account', 'session_digest', 'origin', 'sight')
# Of the request of a socket, likewise; whoever passed the gate is never asked for by its headers again.
_OF_A_SOCKET = ('type', 'path', 'query_string', 'session_digest', LINE)
_OF_AN_ENVIRON = ('REQUEST_METHOD', 'QUERY_STRING', 'asgi.scope', 'asgi.send')
# What engine.io asks of the headers of a socket.
_HEADERS = {b'origin': 'HTTP_ORIGIN', b'connection': 'HTTP_CONNECTION', b'upgrade': 'HTTP_UPGRADE'}


def _event_of_a_page() -> asyncio.Event:
    event: asyncio.Event = vars(nicegui_client)['asyncio'].Event()  # of `lighter`
    return event


# What a page is while nothing is said of it, and what is made when somebody looks at it: neither is kept by each page.
_USUAL: Mapping[str, Any] = {
    'environ': None,
    'on_air': False,
    '_deleted': False,
    '_pinned_tab_id': None,
    'status_code': 200,
    '_head_html': '',
    '_body_html': '',
    '_temporary_socket_id': None,
}
_SELDOM: Mapping[str, Callable[[], Any]] = {
    '_delete_tasks': dict,
    '_exception_handlers': list,
    'connect_handlers': list,
    'disconnect_handlers': list,
    'storage': dict,
    **dict.fromkeys(('_waiting_for_connection', '_waiting_for_disconnect', '_deleted_event'), _event_of_a_page),
}


def install() -> None:
    """Once a process, before the first connection."""
    for module in (websockets_sansio_impl, httptools_impl, flow_control, async_server, async_socket):
        vars(module)['asyncio'] = ASYNCIO
    vars(nicegui_client)['ObservableDict'] = dict  # of a page's storage, which nobody observes
    async_socket.AsyncSocket.schedule_ping = _schedule_ping
    asgi._async['translate_request'] = _environ
    Client.handle_disconnect = _wait_for_it  # type: ignore[method-assign]
    for name, value in _USUAL.items():
        setattr(Client, name, value)
    for name, make in _SELDOM.items():
        setattr(Client, name, Seldom(name, make))


def forget_the_answer(client: Client) -> None:
    """The page has been answered, and its browser is there: of its request stays what pages ask for."""
    request = client._request
    if request is not None:
        kept = {name: request.scope[name] for name in _OF_A_PAGE if name in request.scope}
        client._request = Request({**kept, 'headers': ()})
    client._head_html = client._body_html = ''


def take_little_room(client: Client) -> None:
    """What is as usual, or empty, is not kept by a page whose browser is there."""
    client.environ = None  # the socket's, which knows it by itself
    client.__dict__ = {name: value for name, value in vars(client).items() if not _goes_without_saying(name, value)}


def _goes_without_saying(name: str, value: Any) -> bool:
    if name in _USUAL:
        return bool(value == _USUAL[name])
    if isinstance(value, asyncio.Event):
        return name in _SELDOM and not value.is_set() and not value._waiters
    return name in _SELDOM and not value


def forget_what_was_asked(environ: dict[str, Any]) -> None:
    """A socket is open: of its request stays by what it is known."""
    scope = environ['asgi.scope']
    if scope['type'] == 'websocket':
        _keep_only(scope, _OF_A_SOCKET)
        _keep_only(environ, _OF_AN_ENVIRON)


def _wait_for_it(self: Client, socket_id: str) -> None:
    """A page that has lost its socket is let go when its browser does not come back.

    As NiceGUI's, without a task that sleeps, and without asking every open page for its tab, of which nothing is kept.
    """
    if socket_id not in self._socket_to_document_id:
        return
    document = self._socket_to_document_id.pop(socket_id)
    self._cancel_delete_task(document)
    self._num_connections[document] -= 1
    if not self._socket_to_document_id:
        self.tab_id = None
    for handler in (*self.disconnect_handlers, *core.app._disconnect_handlers):
        self.safe_invoke(handler)
    wait, waiting = self.page.resolve_reconnect_timeout(), cast('dict[str, asyncio.TimerHandle]', self._delete_tasks)
    waiting[document] = asyncio.get_running_loop().call_later(wait, _let_go, self, document)


def _let_go(client: Client, document: str) -> None:
    if client._num_connections[document] == 0:
        del client._num_connections[document], client._delete_tasks[document]
        client.delete()


def _keep_only(all_of_it: dict[str, Any], names: tuple[str, ...]) -> None:
    kept = {name: all_of_it[name] for name in names if name in all_of_it}
    all_of_it.clear()  # others have the same one
    all_of_it.update(kept)


class Row(list[Any]):
    """A short queue; a `deque` takes 600 bytes before there is anything in it."""

    __slots__ = ()

    def appendleft(self, one: Any) -> None:
        """As of a deque."""
        self.insert(0, one)

    def popleft(self) -> Any:
        """As of a deque."""
        return self.pop(0)


class _Event(asyncio.Event):
    _waiters: Any

    def __init__(self) -> None:
        self._waiters = []
        self._value = False


class _Queue(asyncio.Queue[Any]):
    _getters: Any
    _putters: Any

    def __init__(self, maxsize: int = 0) -> None:
        self._maxsize = maxsize
        self._getters, self._putters, self._queue = Row(), Row(), Row()
        self._unfinished_tasks = 0
        self._finished = _Event()
        self._finished.set()


async def _wait_for(awaited: Awaitable[Answer], timeout: float | None) -> Answer:  # noqa: ASYNC109 -- as asyncio's
    """Without a task."""
    async with asyncio.timeout(timeout):
        return await awaited


# As uvicorn and engine.io see the module.
ASYNCIO = SimpleNamespace(**vars(asyncio) | {'Event': _Event, 'Queue': _Queue, 'wait_for': _wait_for})


async def _environ(scope: Scope, receive: Receive, send: Send) -> dict[str, Any]:
    """As engine.io's, which makes a class for each request so that its body can be read; a socket's has none."""
    if scope['type'] != 'websocket':
        found: dict[str, Any] = await asgi.translate_request(scope, receive, send)
        return found
    if (await receive())['type'] != 'websocket.connect':
        return {}
    if (line := scope.get(LINE)) is not None:
        line.request = None  # as it was parsed; all of it is in the scope
    environ = {
        'REQUEST_METHOD': 'GET',
        'QUERY_STRING': scope['query_string'].decode(errors='replace'),
        'asgi.receive': receive,
        'asgi.send': send,
        'asgi.scope': scope,
    }
    for name, value in scope['headers']:
        if (key := _HEADERS.get(name)) is not None:
            text = value.decode(errors='replace')
            environ[key] = f'{environ[key]},{text}' if key in environ else text
    return environ


def _schedule_ping(self: Any) -> None:
    """As engine.io's, without a task that sleeps."""
    if self.last_ping:
        self.last_ping = None
        asyncio.get_running_loop().call_later(self.server.ping_interval, _ping, self)


def _ping(socket: Any) -> None:
    if not socket.closing and not socket.closed:
        socket.last_ping = time.time()
        socket.server.start_background_task(socket.send, packet.Packet(packet.PING))
