"""Telling every process what has changed: pg_notify in the transaction, one listening connection a process.

An announcement is delivered when its transaction commits, and never when it rolls back. Announcements made while a
process is cut off from the database are lost to it; so after reconnecting, every subscriber is called with the payload
'' and reads everything again.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg
from tortoise.connection import get_connection

from .repeating import repeating

log = logging.getLogger(__name__)

Subscriber = Callable[[str], Awaitable[None] | None]

# How often a silent connection is asked whether it still lives; the longest wait between two attempts to reconnect.
CHECKED_EVERY = 5.0
_PATIENCE = 10.0

# Under this name the listening connection stands in pg_stat_activity.
LISTENER = 'announcements'

# PostgreSQL sees one channel; ours stand before the first colon of what is sent over it.
_WIRE = 'announcements'

_subscribers: dict[str, list[Subscriber]] = {}
_listening: asyncio.Task[None] | None = None
_line: Any = None
_running: set[asyncio.Task[None]] = set()


async def announce(channel: str, payload: str) -> None:
    """Tell all processes, ours included, once the current transaction has committed; at once when there is none.

    Equal announcements of one transaction arrive once. `payload` is short (PostgreSQL takes less than 8000 bytes)
    and not empty.
    """
    if not payload:
        raise ValueError('the empty payload means: read everything again')
    await get_connection('default').execute_query('SELECT pg_notify($1, $2)', [_WIRE, f'{channel}:{payload}'])


def subscribe(channel: str, subscriber: Subscriber) -> None:
    """Call `subscriber(payload)` for each announcement, and with '' after a gap. It may be a coroutine function."""
    _subscribers.setdefault(channel, []).append(subscriber)


def unsubscribe(channel: str, subscriber: Subscriber) -> None:
    """Call it no more. Harmless when it was not subscribed."""
    with suppress(KeyError, ValueError):
        _subscribers[channel].remove(subscriber)


@contextmanager
def wakes(channel: str) -> Iterator[asyncio.Event]:
    """An event that each announcement on `channel` sets, and every gap."""
    event = asyncio.Event()

    def wake(_: str) -> None:
        event.set()

    subscribe(channel, wake)
    try:
        yield event
    finally:
        unsubscribe(channel, wake)


async def opened(url: str) -> None:
    """Listen at the database `url` until `closed()`. Returns when the first connection stands.

    Raises what asyncpg raises when there is none to be had; when it is lost later, it is made again.
    """
    global _listening, _line  # noqa: PLW0603 -- one listener a process
    if _listening is not None:
        raise RuntimeError('already listening')
    lost = asyncio.Event()
    _line = await _connection(url, lost)
    check = repeating('announcements', CHECKED_EVERY, lambda: _keep_listening(url, lost), wake=lost)
    _listening = asyncio.create_task(check, name='announcements')


async def closed() -> None:
    """Stop listening; calls under way come to their end. Subscriptions stay."""
    global _listening
    task, _listening = _listening, None
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
        _line.terminate()
    if _running:
        await asyncio.wait(_running)


async def _keep_listening(url: str, lost: asyncio.Event) -> None:
    """When the connection is gone, make it again and call every subscriber."""
    global _line  # noqa: PLW0603 -- see opened()
    if await _is_alive(_line):
        return
    _line.terminate()
    _line = await _connection(url, lost)
    log.warning('announcements: the connection was lost and is made again')
    for channel in list(_subscribers):
        _tell(channel, '')


async def _is_alive(connection: Any) -> bool:
    """Not when the other side has closed it, or is silent when asked."""
    if connection.is_closed():
        return False
    try:
        await connection.execute('SELECT 1', timeout=_PATIENCE)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        return False
    return True


async def _connection(url: str, lost: asyncio.Event) -> Any:
    connection = await asyncpg.connect(url, timeout=_PATIENCE, server_settings={'application_name': LISTENER})
    try:
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(_WIRE, _heard)
    except BaseException:
        connection.terminate()
        raise
    return connection


def _heard(_connection: Any, _pid: int, _channel: str, message: str) -> None:
    channel, _, payload = message.partition(':')
    _tell(channel, payload)


def _tell(channel: str, payload: str) -> None:
    for subscriber in list(_subscribers.get(channel, ())):
        try:
            outcome = subscriber(payload)
        except Exception:
            log.exception('announcements: a subscriber of %s failed', channel)
            continue
        if inspect.isawaitable(outcome):
            task = asyncio.create_task(_awaited(outcome, channel))
            _running.add(task)
            task.add_done_callback(_running.discard)


async def _awaited(outcome: Awaitable[None], channel: str) -> None:
    try:
        await outcome
    except Exception:
        log.exception('announcements: a subscriber of %s failed', channel)
