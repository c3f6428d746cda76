"""Telling every process what has changed: pg_notify in the transaction, one listening connection a process.

An announcement is delivered when its transaction commits, and never when it rolls back. Announcements made while a
process is cut off from the database are lost to it; so after reconnecting, every subscriber is called with the payload
'' and reads everything again.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
from tortoise.connection import get_connection

log = logging.getLogger(__name__)

Subscriber = Callable[[str], Awaitable[None] | None]

# Longest wait between two attempts to reconnect, and how often a silent connection is asked whether it still lives.
LONGEST_PAUSE = 5.0
HEARTBEAT = 20.0
_FIRST_PAUSE = 0.1
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


async def opened(url: str) -> None:
    """Listen at the database `url` until `closed()`. Returns when the first connection stands.

    Raises what asyncpg raises when there is none to be had; later losses are mended quietly.
    """
    global _listening, _line  # noqa: PLW0603 -- one listener a process
    if _listening is not None:
        raise RuntimeError('already listening')
    _line = await _connection(url)
    _listening = asyncio.create_task(_listen(url), name='announcements')


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


async def _listen(url: str) -> None:
    global _line  # noqa: PLW0603 -- see opened(); closed() ends it even when this task never got to run
    while True:
        await _lost(_line)
        _line.terminate()
        log.warning('announcements: the connection is lost, reconnecting')
        _line = await _reconnected(url)
        log.warning('announcements: connected again')
        for channel in list(_subscribers):
            _tell(channel, '')


async def _connection(url: str) -> Any:
    connection = await asyncpg.connect(url, timeout=_PATIENCE, server_settings={'application_name': LISTENER})
    try:
        await connection.add_listener(_WIRE, _heard)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _lost(connection: Any) -> None:
    """Return when the connection is gone: closed by the other side, or silent when asked."""
    gone = asyncio.Event()
    connection.add_termination_listener(lambda _: gone.set())
    while not connection.is_closed():
        with suppress(TimeoutError):
            await asyncio.wait_for(gone.wait(), HEARTBEAT)
        if not gone.is_set():
            try:
                await connection.execute('SELECT 1', timeout=_PATIENCE)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                return


async def _reconnected(url: str) -> Any:
    pause = _FIRST_PAUSE
    while True:
        try:
            return await _connection(url)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


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
