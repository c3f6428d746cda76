"""A connection takes room for what it has: a thousand open pages are a thousand connections that wait.

What waits in uvicorn, engine.io and FastAPI is made for much traffic: each queue has four deques of 760 bytes, each
answer that is waited for a task of its own, and the request of a page stays with everything that has answered it. Here
a queue is a list while it is short, nothing waits in a task that need not, and of a request stays what was asked.
"""

import asyncio
import time
from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any, TypeVar

from engineio import async_server, async_socket, packet  # type: ignore[import-untyped]
from engineio.async_drivers import asgi  # type: ignore[import-untyped]
from nicegui import Client
from nicegui import client as nicegui_client
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http import flow_control, httptools_impl
from uvicorn.protocols.websockets import websockets_sansio_impl

from .connections import LINE

Answer = TypeVar('Answer')
# What has answered a request, and is done with.
_OF_ITS_ANSWER = ('astack', 'app', 'router', 'endpoint', 'route', 'exception_handlers', 'extensions', 'state')


def install() -> None:
    """Once a process, before the first connection."""
    for module in (websockets_sansio_impl, httptools_impl, flow_control, async_server, async_socket):
        vars(module)['asyncio'] = ASYNCIO
    vars(nicegui_client)['ObservableDict'] = dict  # of a page's storage, which nobody observes
    async_socket.AsyncSocket.schedule_ping = _schedule_ping
    asgi._async['translate_request'] = _environ


def forget_the_answer(client: Client) -> None:
    """The page has been answered, and its browser is there: its request no longer holds what was there to answer it."""
    request = client._request
    if request is not None:
        kept = {key: value for key, value in request.scope.items() if not key.endswith(_OF_ITS_ANSWER)}
        client._request = Request(kept)


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
    query = scope['query_string'].decode(errors='replace')
    environ = {
        'REQUEST_METHOD': 'GET',
        'PATH_INFO': scope['path'],
        'QUERY_STRING': query,
        'asgi.receive': receive,
        'asgi.send': send,
        'asgi.scope': scope,
    }
    for name, value in scope['headers']:
        key, text = f'HTTP_{name.decode("latin-1").upper().replace("-", "_")}', value.decode(errors='replace')
        environ[key] = f'{environ[key]},{text}' if key in environ else text
    environ['wsgi.url_scheme'] = environ.get('HTTP_X_FORWARDED_PROTO', 'http')
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
