"""What engine.io and socket.io keep of an open socket: two tasks and not four, its rooms by its own name, its query.

A thousand open pages are a thousand sockets that wait. engine.io begins a task, and another for its time, for each
message that it waits for or sends; socket.io looks through the rooms of all pages for each page that is closed. What is
said over a socket is theirs: `tests/ui/test_sockets.py` compares the rooms, and every test with a browser the rest.
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from engineio import async_server, async_socket  # type: ignore[import-untyped]
from engineio.exceptions import QueueEmpty, SocketIsClosedError, UnknownPacketError  # type: ignore[import-untyped]
from engineio.packet import Packet  # type: ignore[import-untyped]
from nicegui import client as nicegui_client
from nicegui import core
from socketio.async_manager import AsyncManager  # type: ignore[import-untyped]
from starlette.types import Message, Receive

from .connections import FOLLOWED

log = logging.getLogger(__name__)

_KINDS = tuple('0123456')  # of packets of engine.io
# The first message of each browser that opens a socket: it is answered with the opening, and not waited for.
_CONNECTS = '40'
_LONGEST_QUERY = 500  # of those that are kept; NiceGUI's has half of it
_OF_ENGINE_IO = ('EIO', 'transport', 'sid', 'j')  # what it reads of a query


def install() -> None:
    """Once a process, before the first connection."""
    core.sio.manager = Rooms()
    core.sio.manager.set_server(core.sio)
    vars(async_server)['async_socket'] = SimpleNamespace(AsyncSocket=Socket)
    vars(async_server)['urllib'] = SimpleNamespace(parse=SimpleNamespace(parse_qs=_asked_of_engine_io))
    vars(nicegui_client)['parse_qs'] = asked


def asked(query: str) -> Mapping[str, Sequence[str]]:
    """A query as `parse_qs` reads it, not to be changed: that of a socket, which four read, is parsed once."""
    return _parsed(query) if len(query) <= _LONGEST_QUERY else parse_qs(query)


_parsed = functools.lru_cache(maxsize=32)(parse_qs)


def _asked_of_engine_io(query: str) -> dict[str, Sequence[str]]:
    """It keeps them as long as the socket is open."""
    return {name: values for name, values in asked(query).items() if name in _OF_ENGINE_IO}


class Rooms(AsyncManager):  # type: ignore[misc]  # socketio has no types
    """Which sockets are in which rooms, and the other way round.

    socketio looks through all rooms, of which each open page has two, three times for each page that is closed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._of: dict[tuple[str, str], dict[Any, None]] = {}

    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: str | None = None) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid)
        self._of.setdefault((namespace, sid), {})[room] = None

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        super().basic_leave_room(sid, namespace, room)
        if rooms := self._of.get((namespace, sid)):
            rooms.pop(room, None)

    def get_rooms(self, sid: str, namespace: str) -> list[Any]:
        """Those of a socket, but for the one of all."""
        return [room for room in self._of.get((namespace, sid), ()) if room is not None]

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """A socket is gone: nothing of it is left."""
        for room in list(self._of.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self._of.pop((namespace, sid), None)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]


class Socket(async_socket.AsyncSocket):  # type: ignore[misc]  # engineio has no types
    """One of engine.io, with two tasks while it is open and not four: what waits for something has a time of its own.

    engine.io begins a task, and a task for its time, for each message that it waits for or sends.
    """

    connected: bool
    upgraded: bool

    async def poll(self) -> list[Any]:
        """What is to be sent, in its order; nothing at its end. Raises QueueEmpty where there was nothing for long."""
        try:
            async with asyncio.timeout(self._patience):
                packets = [await self.queue.get()]
        except (TimeoutError, asyncio.CancelledError):
            raise QueueEmpty from None
        self.queue.task_done()
        while packets[-1] is not None and not self.queue.empty():
            packets.append(self.queue.get_nowait())
            self.queue.task_done()
        if packets == [None]:
            return []
        if packets[-1] is None:
            packets.pop()
            self.queue.put_nowait(None)
        return packets

    @property
    def _patience(self) -> float:
        return float(self.server.ping_interval + self.server.ping_timeout)

    def handle_get_request(self, environ: dict[str, Any]) -> Awaitable[Any]:
        """A socket that does not begin by polling is open at once: no coroutine, since all of them wait as it does."""
        if self.connected or environ['asgi.scope']['type'] != 'websocket':
            asked_for: Awaitable[Any] = super().handle_get_request(environ)
            return asked_for
        line = self.server._async['websocket'](None, self.server)
        line.asgi_receive, line.asgi_send = environ['asgi.receive'], environ['asgi.send']
        return self._open(line)

    async def _websocket_handler(self, line: Any) -> None:
        """It has begun by polling."""
        line.wait = functools.partial(_heard, line.asgi_receive)
        await super()._websocket_handler(line)

    async def _open(self, line: Any) -> str:
        """Until its end; returns what is answered then, as engine.io's websocket does."""
        await line.asgi_send({'type': 'websocket.accept', FOLLOWED: True})
        self.connected = self.upgraded = True
        writing = asyncio.ensure_future(self._write(line))
        told: str | bytes | None = _CONNECTS
        while told is not None:
            try:
                await self.receive(Packet(encoded_packet=told))
            except UnknownPacketError:
                pass
            except (SocketIsClosedError, ValueError):  # it is closed already, or says what is no packet
                break
            except Exception:
                log.exception('a message of a browser was not understood')
            is_first = told is _CONNECTS
            told = await self._told(line)
            if is_first and told == _CONNECTS:
                told = await self._told(line)
        await self.queue.put(None)
        await writing
        await self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        return ''

    async def _told(self, line: Any) -> str | bytes | None:
        """The next message; None at the end, whatever it is."""
        try:
            async with asyncio.timeout(self._patience):
                told = _frame(await line.asgi_receive())
        except (Exception, asyncio.CancelledError):
            return None
        return None if told and len(told) > self.server.max_http_buffer_size else told

    async def _write(self, line: Any) -> None:
        with suppress(Exception):  # it is over, and says so to whoever reads
            while packets := await self.poll():
                while packets:  # what has been sent is not kept until there is more
                    told = packets.pop(0).encode()
                    kind = 'text' if isinstance(told, str) else 'bytes'
                    await line.asgi_send({'type': 'websocket.send', kind: told, FOLLOWED: bool(packets)})
        await line.close()


async def _heard(receive: Receive) -> str | bytes:
    """The next frame of a browser. Raises OSError at the end, whatever it is."""
    if (frame := _frame(await receive())) is None:
        raise OSError
    return frame


def _frame(message: Message) -> str | bytes | None:
    """What came; None at the end, and for what is no packet, after which nothing is heard."""
    if message['type'] != 'websocket.receive':
        return None
    frame: str | bytes = message.get('text') or message.get('bytes') or ''
    if not frame or (isinstance(frame, str) and frame[0] not in _KINDS):
        log.warning('a browser sends what is no packet')
        return None
    return frame
