"""The guard over NiceGUI's sockets: nothing is heard of a page but from its own session, while that is alive.

NiceGUI 3.18 obeys an event that names any client, and a socket may take any client whose id it knows. Here a socket
belongs to the session that opened it, a client to the session that asked for its page, and both must be the same one,
alive, at every single event.
"""

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import Client, core
from nicegui.nicegui import sio_app
from socketio import packet  # type: ignore[import-untyped]
from starlette.types import Receive, Scope, Send

from domain.accounts import sessions
from domain.errors import DatabaseAway, NoAnswer

from .. import sights
from ..components.notices import refuse
from ..machinery.engine_io import asked
from ..machinery.quiet_sockets import forget_what_was_asked
from .open_pages import close_all_of, is_foreign, session_of, session_of_socket

log = logging.getLogger(__name__)

# All there are in NiceGUI 3.18 (nicegui/nicegui.py); `disconnect` is the socket's own end: no guard, but its turn.
_EVENTS = {'connect', 'handshake', 'disconnect', 'event', 'javascript_response', 'ack', 'log'}
_TYPING = {'typed', 'chosen', 'left', 'pending'}
_PREFIX, _SOCKET_IO = '/_nicegui_ws', '/socket.io/'  # NiceGUI's sockets, and the socket.io below
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
    core.sio.eio.handlers['message'] = _guarded_message(core.sio.eio.handlers['message'])


def are_at(path: str) -> bool:
    """Whether the address is one of NiceGUI's sockets, or of the polling in their stead."""
    return path.startswith(f'{_PREFIX}/')


def served(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """NiceGUI's sockets, past all routes: what stands on the way stays in memory as long as a page is open."""
    scope.update(path=scope['path'].removeprefix(_PREFIX), root_path='')

    answer = core.sio.eio.handle_request if scope['path'].startswith(_SOCKET_IO) else sio_app
    passed: Awaitable[None] = answer(scope, receive, send)
    return passed


class _Packet(core.sio.packet_class):  # type: ignore[misc]  # socketio has no types
    """A message of socket.io; an event has a name."""

    def decode(self, encoded_packet: str) -> int | None:
        """How many attachments are to come. Raises ValueError."""
        attachments: int | None = super().decode(encoded_packet)
        is_event = self.packet_type in (packet.EVENT, packet.BINARY_EVENT)
        if is_event and not (isinstance(self.data, list) and self.data and isinstance(self.data[0], str)):
            raise ValueError('an event without a name')
        return attachments


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
        digest = session_of_socket(environ)
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
        client, digest = _client_of(args), session_of_socket(core.sio.get_environ(socket_id))
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
                close_all_of(digest, is_over=await sessions.is_over(digest))
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


def _write_log(_: str, message: dict[str, Any]) -> None:
    """What a browser wants in our log: shortened, on one line."""
    log.info('a browser says: %r', str(message.get('message'))[:300])
