"""Telling every process what has changed: pg_notify in the transaction, one listening connection a process.

An announcement is delivered when its transaction commits, and never when it rolls back. Announcements made while a
process is cut off from the database are lost to it; so after reconnecting, every subscriber is called with None and
reads everything again.
"""

import asyncio
import inspect
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import asyncpg
from tortoise.connection import get_connection

from db import outages

from ..repeating import repeating
from .kinds import (
    KINDS,
    AccountRequestsChanged,
    Announcement,
    CaseChanged,
    Channel,
    DecisionsChanged,
    DraftChanged,
    EyeChecksChanged,
    ImportChanged,
    MailQueued,
    Malformed,
    PaperBooksChanged,
    ReadersChanged,
    RightsChanged,
    RosterChanged,
    RulesChanged,
    SessionClosed,
    TransfersChanged,
    VolunteerChanged,
    parse,
)

__all__ = [
    'KINDS',
    'AccountRequestsChanged',
    'Announcement',
    'CaseChanged',
    'Channel',
    'DecisionsChanged',
    'DraftChanged',
    'EyeChecksChanged',
    'ImportChanged',
    'MailQueued',
    'Malformed',
    'PaperBooksChanged',
    'ReadersChanged',
    'RightsChanged',
    'RosterChanged',
    'RulesChanged',
    'SessionClosed',
    'TransfersChanged',
    'VolunteerChanged',
    'parse',
]

log = logging.getLogger(__name__)

# How often a silent connection is asked whether it still lives; the longest wait between two attempts to reconnect.
CHECKED_EVERY = 5.0
_PATIENCE = 10.0

# Under this name the listening connection stands in pg_stat_activity.
LISTENER = 'announcements'

# PostgreSQL sees one channel; ours stand before the first colon of what is sent over it.
_WIRE = 'announcements'
# PostgreSQL takes less.
_TOO_MANY_BYTES = 8000
# So many are remembered for whoever subscribes a moment after having read.
_REMEMBERED = 1000


Kind = TypeVar('Kind', bound=Announcement)
Subscriber = Callable[[Kind | None], Awaitable[None] | None]

_subscribers: dict[Channel, dict[Subscriber[Any], None]] = {}
_listening: asyncio.Task[None] | None = None
_line: Any = None
_running: set[asyncio.Task[None]] = set()
_told = 0
_latest: deque[tuple[int, Channel, Announcement | None]] = deque(maxlen=_REMEMBERED)


async def announce(announcement: Announcement) -> None:
    """Tell all processes, ours included, once the current transaction has committed; at once when there is none.

    Equal announcements of one transaction arrive once. Raises ValueError for one that PostgreSQL would not take.
    """
    await announce_each([announcement])


async def announce_each(several: Iterable[Announcement]) -> None:
    """The same of many at once, in one statement."""
    messages = [announcement.encode() for announcement in several]
    for message in messages:
        if len(message) >= _TOO_MANY_BYTES:
            raise ValueError(f'an announcement of {len(message)} bytes: {message[:80]}…')
    statement = 'SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message'
    await get_connection('default').execute_query(statement, [_WIRE, messages])


def subscribe(kind: type[Kind], subscriber: Subscriber[Kind]) -> None:
    """Call `subscriber(announcement)` for each of its kind, and with None after a gap: everything may have changed.

    It may be a coroutine function. Who subscribes twice is called once.
    """
    _subscribers.setdefault(kind.channel, {})[subscriber] = None


def unsubscribe(kind: type[Kind], subscriber: Subscriber[Kind]) -> None:
    """Call it no more. Harmless when it was not subscribed."""
    _subscribers.get(kind.channel, {}).pop(subscriber, None)


def so_far() -> int:
    """How many have been heard in this process: whoever is about to read keeps it for `missed`."""
    return _told


def missed(kind: type[Kind], since: int) -> list[Kind | None]:
    """What has been announced of this kind since `so_far()` was `since`; None where that is not known any more."""
    if _told - since > _REMEMBERED:
        return [None]
    since_then = itertools.islice(reversed(_latest), _told - since)  # hardly ever any, and each page asks a few times
    found: list[Any] = [one for _, channel, one in since_then if channel == kind.channel]
    return found[::-1]


@contextmanager
def wakes(kind: type[Announcement]) -> Iterator[asyncio.Event]:
    """An event that each announcement of `kind` sets, and every gap."""
    event = asyncio.Event()

    def wake(_: object) -> None:
        event.set()

    subscribe(kind, wake)
    try:
        yield event
    finally:
        unsubscribe(kind, wake)


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
    with outages.told(None, may_be_done=False):
        _line = await _connection(url, lost)
    log.warning('announcements: the connection was lost and is made again')
    for channel in Channel:
        _tell(channel, None)


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
    try:
        announcement = parse(message)
    except Malformed as why:
        log.warning('announcements: passed over %.80r: %s', message, why)
        return
    _tell(announcement.channel, announcement)


def _tell(channel: Channel, announcement: Announcement | None) -> None:
    global _told  # noqa: PLW0603 -- of the process
    _told += 1
    _latest.append((_told, channel, announcement))
    for subscriber in list(_subscribers.get(channel, ())):
        try:
            outcome = subscriber(announcement)
        except Exception:
            log.exception('announcements: a subscriber of %s failed', channel)
            continue
        if inspect.isawaitable(outcome):
            task = asyncio.create_task(_awaited(outcome, channel))
            _running.add(task)
            task.add_done_callback(_running.discard)


async def _awaited(outcome: Awaitable[None], channel: Channel) -> None:
    try:
        await outcome
    except Exception:
        log.exception('announcements: a subscriber of %s failed', channel)
