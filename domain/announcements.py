"""Telling every process what has changed: pg_notify in the transaction, one listening connection a process.

An announcement is delivered when its transaction commits, and never when it rolls back. Announcements made while a
process is cut off from the database are lost to it; so after reconnecting, every subscriber is called with None and
reads everything again.

What is sent is `channel:field:field…`. Processes of two versions hear each other while one replaces the other: a new
field is appended to its record, with a default; what a process does not understand it logs and passes over.
"""

import asyncio
import inspect
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import quote, unquote

import asyncpg
from tortoise.connection import get_connection

from db import outages

from .repeating import repeating

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


class Channel(StrEnum):
    """The name under which a kind of announcement travels."""

    CASE = 'application'
    ROSTER = 'roster'
    VOLUNTEER = 'volunteer'
    READERS = 'reading'
    EYE_CHECKS = 'tick'
    DECISIONS = 'decision'
    MAIL = 'mail'
    SESSION = 'session_closed'
    DRAFT = 'draft'
    IMPORT = 'import'
    PAPER_BOOKS = 'paper_book'
    TRANSFERS = 'transfer'
    RIGHTS = 'rights'
    ACCOUNT_REQUESTS = 'account_request'
    RULES = 'rules'


class Malformed(ValueError):
    """What was heard is no announcement that this version knows."""


@dataclass(frozen=True)
class Announcement:
    """Something has changed; the fields, whole numbers or texts, say what it concerns."""

    channel: ClassVar[Channel]

    def encode(self) -> str:
        """As it is sent, in ASCII."""
        return ':'.join([self.channel, *(quote(str(getattr(self, each.name)), safe='') for each in fields(self))])

    @classmethod
    def parse(cls, values: str) -> Self:
        """From what stands after the channel; more than this version knows is left aside. Raises Malformed."""
        given = zip(fields(cls), values.split(':'), strict=False)
        try:
            return cls(*(_READERS[each.type](value) for each, value in given))
        except (TypeError, ValueError) as error:  # a field is missing, or no number
            raise Malformed(str(error)) from error


@dataclass(frozen=True)
class CaseChanged(Announcement):
    """Something that a list or page of a case shows: status, version, marks, mails, calls, due day.

    `team_id`: the team of its volunteer, 0 for none; a process of the version before does not say it.
    """

    channel = Channel.CASE
    application_id: int
    agency_id: int
    host_unit_id: int
    volunteer_id: int
    team_id: int = 0


@dataclass(frozen=True)
class RosterChanged(Announcement):
    """A roster itself: its title, its rows, its mails. `team_id`: whose it is, 0 of the whole unit."""

    channel = Channel.ROSTER
    roster_id: int
    agency_id: int
    host_unit_id: int
    team_id: int = 0


@dataclass(frozen=True)
class VolunteerChanged(Announcement):
    """A volunteer's papers: basics, trainings, ledgers, memberships."""

    channel = Channel.VOLUNTEER
    volunteer_id: int


@dataclass(frozen=True)
class PaperBooksChanged(Announcement):
    """The registration of a paper book: sent, amended, confirmed, returned, withdrawn."""

    channel = Channel.PAPER_BOOKS
    registration_id: int
    agency_id: int
    host_unit_id: int
    volunteer_id: int


@dataclass(frozen=True)
class ReadersChanged(Announcement):
    """Who reads a case at its agency, or who holds it. `page`: the page that has just come or gone, where it is that.

    Such a page knows already; a process of the version before says no page.
    """

    channel = Channel.READERS
    application_id: int
    agency_id: int
    page: str = ''


@dataclass(frozen=True)
class EyeChecksChanged(Announcement):
    """What a reviewer has ticked on a case."""

    channel = Channel.EYE_CHECKS
    application_id: int
    agency_id: int


@dataclass(frozen=True)
class DecisionsChanged(Announcement):
    """A decision waits for its release, or waits longer."""

    channel = Channel.DECISIONS


@dataclass(frozen=True)
class MailQueued(Announcement):
    """A mail waits to be sent."""

    channel = Channel.MAIL


@dataclass(frozen=True)
class SessionClosed(Announcement):
    """A session has ended: the one of this digest, which opens nothing. `why` is 'over' where its time was over."""

    channel = Channel.SESSION
    digest: str
    why: str = ''


@dataclass(frozen=True)
class DraftChanged(Announcement):
    """A form that several may have open: a field of it, or that it is gone; `writer` is the page that knows."""

    channel = Channel.DRAFT
    draft_id: str
    writer: str


@dataclass(frozen=True)
class ImportChanged(Announcement):
    """How far an import is: its state, its counts, its progress."""

    channel = Channel.IMPORT
    batch_id: int
    host_unit_id: int


@dataclass(frozen=True)
class TransfersChanged(Announcement):
    """志工移轉 between two units: proposed, withdrawn, accepted or not."""

    channel = Channel.TRANSFERS
    giver_id: int
    taker_id: int


@dataclass(frozen=True)
class RightsChanged(Announcement):
    """當事人請求: made, extended, answered, taken back; of this unit."""

    channel = Channel.RIGHTS
    request_id: int
    host_unit_id: int


@dataclass(frozen=True)
class AccountRequestsChanged(Announcement):
    """帳號申請: waits now, was returned or decided. `county_id`: whose authority it is of, '' for none."""

    channel = Channel.ACCOUNT_REQUESTS
    request_id: int
    county_id: str = ''


@dataclass(frozen=True)
class RulesChanged(Announcement):
    """What is asked of everybody has changed: a rule of 送審前體檢, or how many hours a training needs."""

    channel = Channel.RULES


KINDS: dict[Channel, type[Announcement]] = {
    kind.channel: kind
    for kind in (
        CaseChanged,
        RosterChanged,
        VolunteerChanged,
        PaperBooksChanged,
        ReadersChanged,
        EyeChecksChanged,
        DecisionsChanged,
        MailQueued,
        SessionClosed,
        DraftChanged,
        ImportChanged,
        TransfersChanged,
        RightsChanged,
        AccountRequestsChanged,
        RulesChanged,
    )
}
_READERS: dict[Any, Callable[[str], object]] = {int: int, str: lambda text: unquote(text, errors='strict')}

Kind = TypeVar('Kind', bound=Announcement)
Subscriber = Callable[[Kind | None], Awaitable[None] | None]

_subscribers: dict[Channel, dict[Subscriber[Any], None]] = {}
_listening: asyncio.Task[None] | None = None
_line: Any = None
_running: set[asyncio.Task[None]] = set()
_told = 0
_latest: deque[tuple[int, Channel, Announcement | None]] = deque(maxlen=_REMEMBERED)


def parse(message: str) -> Announcement:
    """The announcement that `encode` has written. Raises Malformed."""
    name, _, values = message.partition(':')
    if name not in KINDS:
        raise Malformed(f'no channel {name!r}')
    return KINDS[Channel(name)].parse(values)


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
