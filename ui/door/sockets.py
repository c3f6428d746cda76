"""NiceGUI's sockets: whose page, whose session; and the closing of pages whose session has ended.

NiceGUI 3.18 obeys an event that names any client, and a socket may take any client whose id it knows. Here a socket
belongs to the session that opened it, a client to the session that asked for its page, and both must be the same one,
alive, at every single event.
"""

import asyncio
import functools
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from engineio import async_server, async_socket  # type: ignore[import-untyped]
from engineio.exceptions import QueueEmpty, SocketIsClosedError, UnknownPacketError  # type: ignore[import-untyped]
from engineio.packet import Packet  # type: ignore[import-untyped]
from nicegui import Client, background_tasks, core
from nicegui import client as nicegui_client
from nicegui.nicegui import sio_app
from socketio import packet  # type: ignore[import-untyped]
from socketio.async_manager import AsyncManager  # type: ignore[import-untyped]
from starlette.types import Message, Receive, Scope, Send

from domain.accounts import sessions
from domain.errors import DatabaseAway, NoAnswer

from .. import sights
from ..components.notices import refuse
from ..machinery.connections import FOLLOWED
from ..machinery.quiet_sockets import forget_what_was_asked

log = logging.getLogger(__name__)

# All there are in NiceGUI 3.18 (nicegui/nicegui.py); `disconnect` is the socket's own end: no guard, but its turn.
_EVENTS = {'connect', 'handshake', 'disconnect', 'event', 'javascript_response', 'ack', 'log'}
_TYPING = {'typed', 'chosen', 'left', 'pending'}
_KINDS = tuple('0123456')  # of packets of engine.io
_PREFIX, _SOCKET_IO = '/_nicegui_ws', '/socket.io/'  # NiceGUI's sockets, and the socket.io below
_LONGEST_QUERY = 500  # of those that are kept; NiceGUI's has half of it
_OF_ENGINE_IO = ('EIO', 'transport', 'sid', 'j')  # what it reads of a query
# The first message of each browser that opens a socket: it is answered with the opening, and not waited for.
_CONNECTS = '40'
_BEFORE_THE_DROP = 0.5
# Characters of one text (a mail's wording, the longest, has 10,000), and of a message with a sign for each value.
MOST_TEXT = 20_000
MOST_IN_ALL = 100_000
# What NiceGUI and socket.io raise at a message that no page of ours sends.
_OF_NO_SHAPE = (ValueError, TypeError, LookupError, AttributeError)

Handler = Callable[..., Any]
Guarded = Callable[..., Awaitable[Any]]

_turns: WeakKeyDictionary[Client, asyncio.Lock] = WeakKeyDictionary()
_unanswered: WeakKeyDictionary[Client, float] = WeakKeyDictionary()


def guard(origins: frozenset[str]) -> None:
    """Put the guard over NiceGUI's event handlers; once a process is enough. Other origins get no CORS headers."""
    core.sio.eio.cors_allowed_origins = sorted(origins)
    handlers: dict[str, Handler] = core.sio.handlers['/']
    if set(handlers) != _EVENTS:
        raise RuntimeError(f'NiceGUI has other socket events than those we guard: {sorted(handlers)}')
    if hasattr(handlers['event'], 'guards'):
        return
    handlers['connect'] = _guarded_connect(handlers['connect'])
    handlers['handshake'] = _guarded_handshake(handlers['handshake'])
    handlers['log'] = _guarded('log', _write_log)
    for name in ('event', 'javascript_response', 'ack'):
        handlers[name] = _guarded(name, handlers[name])
    handlers['disconnect'] = _after_its_last_words(handlers['disconnect'])
    core.sio.packet_class = _Packet
    core.sio.manager = _Rooms()
    core.sio.manager.set_server(core.sio)
    vars(async_server)['async_socket'] = SimpleNamespace(AsyncSocket=_Socket)
    vars(async_server)['urllib'] = SimpleNamespace(parse=SimpleNamespace(parse_qs=_asked_of_engine_io))
    vars(nicegui_client)['parse_qs'] = asked
    core.sio.eio.handlers['message'] = _guarded_message(core.sio.eio.handlers['message'])


def asked(query: str) -> Mapping[str, Sequence[str]]:
    """A query as `parse_qs` reads it, not to be changed: that of a socket, which four read, is parsed once."""
    return _parsed(query) if len(query) <= _LONGEST_QUERY else parse_qs(query)


_parsed = functools.lru_cache(maxsize=32)(parse_qs)


def _asked_of_engine_io(query: str) -> dict[str, Sequence[str]]:
    """It keeps them as long as the socket is open."""
    return {name: values for name, values in asked(query).items() if name in _OF_ENGINE_IO}


def are_at(path: str) -> bool:
    """Whether the address is one of NiceGUI's sockets, or of the polling in their stead."""
    return path.startswith(f'{_PREFIX}/')


def served(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """NiceGUI's sockets, past all routes: what stands on the way stays in memory as long as a page is open."""
    scope.update(path=scope['path'].removeprefix(_PREFIX), root_path='')

    answer = core.sio.eio.handle_request if scope['path'].startswith(_SOCKET_IO) else sio_app
    passed: Awaitable[None] = answer(scope, receive, send)
    return passed


def is_foreign(query: Mapping[str, Sequence[str]], digest: str) -> bool:
    """Whether a socket's query names a page or a socket of another session.

    A page we do not know is nobody's: NiceGUI answers that it has to be loaded again.
    """
    client = Client.instances.get(query.get('client_id', [''])[0])
    environ = core.sio.environ.get(query.get('sid', [''])[0])
    return bool((client and session_of(client) != digest) or (environ and _session_of(environ) != digest))


def session_of(client: Client) -> str:
    """The digest of the session that asked for this page, or ''."""
    return str(client._request.scope.get('session_digest', '')) if client._request is not None else ''


def open_sessions() -> dict[str, list[Client]]:
    """All sessions that have pages here, by their digests, each with these."""
    found: dict[str, list[Client]] = {}
    for client in Client.instances.values():
        if digest := session_of(client):
            found.setdefault(digest, []).append(client)
    return found


def open_now() -> tuple[int, int]:
    """How many pages are open here, and how many sockets."""
    return len(Client.instances), len(core.sio.environ)


def is_here(query: Mapping[str, Sequence[str]]) -> bool:
    """Whether a socket's query names a page or a socket of this process."""
    return query.get('client_id', [''])[0] in Client.instances or query.get('sid', [''])[0] in core.sio.environ


def pages_of(digest: str) -> list[Client]:
    """The pages of a session that are open here."""
    return [client for client in Client.instances.values() if session_of(client) == digest]


def close_pages(digest: str, *, is_over: bool = False) -> None:
    """Have all pages of a session loaded again, which leads them to the login, and drop their sockets.

    `is_over`: its time was over; then its user may sign in again on the page (static/again.js).
    """
    for client in pages_of(digest):
        client.storage['leaving'] = True  # until it has gone nothing that is announced is shown on it any more
        client.run_javascript('sessionOver()' if is_over else 'location.reload()')
        background_tasks.create(_drop(client), name='drop the sockets of an ended session')


async def _drop(client: Client) -> None:
    # The client itself is left to NiceGUI, which deletes it when the socket does not come back; the gate sees to that.
    await asyncio.sleep(_BEFORE_THE_DROP)
    for socket_id in list(client._socket_to_document_id):
        # The connection, not only the socket.io session in it, which could be opened again without passing the gate.
        await core.sio.eio.disconnect(core.sio.manager.eio_sid_from_sid(socket_id, '/'))


class _Packet(core.sio.packet_class):  # type: ignore[misc]  # socketio has no types
    """A message of socket.io; an event has a name."""

    def decode(self, encoded_packet: str) -> int | None:
        """How many attachments are to come. Raises ValueError."""
        attachments: int | None = super().decode(encoded_packet)
        is_event = self.packet_type in (packet.EVENT, packet.BINARY_EVENT)
        if is_event and not (isinstance(self.data, list) and self.data and isinstance(self.data[0], str)):
            raise ValueError('an event without a name')
        return attachments


class _Rooms(AsyncManager):  # type: ignore[misc]  # socketio has no types
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


class _Socket(async_socket.AsyncSocket):  # type: ignore[misc]  # engineio has no types
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


def _guarded_message(handler: Handler) -> Guarded:
    """What cannot be read as a message of socket.io is dropped, with a line in the log instead of a traceback."""

    async def message(connection: str, content: Any) -> None:
        try:
            await handler(connection, content)
        except _OF_NO_SHAPE as error:
            log.warning('a browser sends what is no message: %s', type(error).__name__)

    return message


def _guarded_connect(handler: Handler) -> Guarded:
    async def connect(socket_id: str, environ: dict[str, Any], _: Any = None) -> None:
        digest = _session_of(environ)
        is_over = await sessions.account_at(digest, is_activity=False) is None
        if is_over or is_foreign(asked(environ.get('QUERY_STRING', '')), digest):
            raise ConnectionRefusedError
        try:
            await handler(socket_id, environ)
        except _OF_NO_SHAPE as error:
            log.warning('a malformed connect from a browser: %s', type(error).__name__)
            raise ConnectionRefusedError from None
        forget_what_was_asked(environ)

    return connect


def _guarded_handshake(handler: Handler) -> Guarded:
    async def handshake(socket_id: str, *args: Any) -> bool:
        client, digest = _client_of(args), _session_of(core.sio.get_environ(socket_id))
        is_over = await sessions.account_at(digest, is_activity=False) is None
        if is_over or client is None or session_of(client) != digest:
            return False
        try:
            return bool(await handler(socket_id, *args))
        except _OF_NO_SHAPE as error:
            log.warning('a malformed handshake from a browser: %s', type(error).__name__)
            return False

    return handshake


def _guarded(name: str, handler: Handler) -> Guarded:
    async def guarded(socket_id: str, *args: Any) -> None:
        client = _client_of(args)
        if client is None or socket_id not in client._socket_to_document_id:
            return
        if _is_too_much(args):
            log.warning('a browser sends more in one %s than any page of ours has', name)
            return
        came_at = time.monotonic()
        # In turn: while the database is asked about one event, the next must not overtake it.
        async with _turns.setdefault(client, asyncio.Lock()):
            if came_at < _unanswered.get(client, 0):  # it waited behind one that met no answer, and is as late
                _say_no_answer(name, client, args[0])
                return
            digest = session_of(client)
            try:
                account = await sessions.account_at(digest, is_activity=name == 'event')
            except DatabaseAway as away:
                _unanswered[client] = time.monotonic()
                log.warning('an event of a page was left undone: %s', away)
                _say_no_answer(name, client, args[0])
                return
            if account is None:
                close_pages(digest, is_over=await sessions.is_over(digest))
                return
            try:
                with sights.of_page(client):
                    outcome = handler(socket_id, *args)
                    if inspect.isawaitable(outcome):
                        await outcome
            except Exception as error:  # what pages do is caught by NiceGUI; this is a message no page of ours sends
                log.warning('a malformed %s from a browser: %s', name, type(error).__name__)

    guarded.guards = name  # type: ignore[attr-defined]
    return guarded


def _say_no_answer(name: str, client: Client, message: Mapping[str, Any]) -> None:
    """To whoever pressed; what was typed is sent again by the browser."""
    if name == 'event' and not _is_typing(client, message):
        with client.content:
            refuse(NoAnswer())


def _is_typing(client: Client, message: Mapping[str, Any]) -> bool:
    """Whether it tells what was typed: the browser shows that as not stored and tells it again (mirror.js)."""
    number = message.get('id')
    element = client.elements.get(number) if isinstance(number, int) else None
    listener = element._event_listeners.get(str(message.get('listener_id'))) if element else None
    return listener is not None and listener.type in _TYPING


def _after_its_last_words(handler: Handler) -> Guarded:
    """NiceGUI hears nothing of a page without a socket; what a page said just before it went is still to be heard."""

    async def disconnect(socket_id: str, *_: Any) -> None:
        for client in [Client.instances[room] for room in core.sio.rooms(socket_id) if room in Client.instances]:
            async with _turns.setdefault(client, asyncio.Lock()):
                pass
        handler(socket_id)

    return disconnect


def _client_of(args: Sequence[Any]) -> Client | None:
    """The client a message names, if it is such a message at all."""
    if len(args) != 1 or not isinstance(args[0], dict):
        return None
    client_id = args[0].get('client_id')
    return Client.instances.get(client_id) if isinstance(client_id, str) else None


def _is_too_much(args: Sequence[Any]) -> bool:
    """Whether a text in a message, or all of it together, is longer than anything a page sends; looked at once each."""
    left, total = list(args), 0
    while left:
        each = left.pop()
        if isinstance(each, str):
            total += len(each)
            if len(each) > MOST_TEXT:
                return True
        elif isinstance(each, dict):
            left += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            left += each
        total += 1
        if total > MOST_IN_ALL:
            return True
    return False


def _session_of(environ: Mapping[str, Any]) -> str:
    return str(environ['asgi.scope'].get('session_digest', ''))


def _write_log(_: str, message: dict[str, Any]) -> None:
    """What a browser wants in our log: shortened, on one line."""
    log.info('a browser says: %r', str(message.get('message'))[:300])
