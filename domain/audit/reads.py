"""Each reading of personal data leaves an entry: a page, file or print is a `Sight`, which hears of every person read.

Nobody calls for it: whoever reads the row of a volunteer under a sight is heard (db/seen). Data that is read without
that row is told by `see`. A page writes once when it is opened, before the answer goes out, and later only when
somebody new appears on it: a list that is read anew every few seconds writes nothing.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Collection, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from datetime import timedelta
from typing import Any

from db import seen
from db.choices import LogAct
from db.models import Account

from ..errors import DatabaseAway, DomainError, NotFound, NotPermitted
from . import log as journal
from . import origin
from .log import Entry

log = logging.getLogger(__name__)

# The same file opened again and again in one session is one look.
ONE_LOOK = timedelta(minutes=30)
_MOST_REMEMBERED = 20_000
_RETRY_SECONDS = 5.0


class Sight:
    """What one account has on one page, or in one file or print. `act`, `what`: which, as the log calls it."""

    def __init__(self, by: Account, act: LogAct, what: str) -> None:
        self.by, self.act, self.what = by, act, what
        self.origin = origin.current()
        self.is_open = False
        self._told: set[int] = set()
        self._fresh: list[int] = []
        self._writing: asyncio.Task[None] | None = None

    def see(self, volunteer_id: int) -> None:
        """Somebody is read on it. After it was opened, an entry follows at once."""
        if volunteer_id in self._told or volunteer_id == self.by.volunteer_id:
            return
        self._told.add(volunteer_id)
        self._fresh.append(volunteer_id)
        if self.is_open and self._writing is None:
            self._writing = _begin(self._write_on())

    def told(self, volunteer_ids: Iterable[int]) -> None:
        """These were noted by themselves, with a reason: no second entry."""
        ids = set(volunteer_ids)
        self._told.update(ids)
        self._fresh = [one for one in self._fresh if one not in ids]

    def new_of(self, volunteer_ids: Collection[int]) -> frozenset[int]:
        """Those of these that the log does not know on it."""
        return frozenset(volunteer_ids).difference(self._told, {self.by.volunteer_id})

    async def open(self) -> None:
        """Write down who is on it, before it is shown. Raises DatabaseAway: then it must not be shown."""
        await self.write()
        self.is_open = True

    async def write(self) -> None:
        """One entry for all who were read since the last one; nothing when there are none."""
        fresh, self._fresh = self._fresh, []
        if not fresh:
            return
        try:
            with origin.of(self.origin), unseen():
                await journal.note(self.act, by=self.by, about=fresh, what=self.what)
        except BaseException:
            self._fresh += fresh
            _looked.clear()
            raise

    async def note_refusal(self) -> None:
        """What is tried on it is refused."""
        try:
            with origin.of(self.origin):
                await journal.note(LogAct.REFUSED, by=self.by, what=self.what)
        except DatabaseAway as away:
            log.warning('a refusal is not written: %s', away)

    async def _write_on(self) -> None:
        try:
            while self._fresh:
                try:
                    await self.write()
                except DatabaseAway as away:  # what was read is not forgotten
                    log.warning('who was read is not written yet: %s', away)
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            self._writing = None


_sight: ContextVar[Sight | None] = ContextVar('sight', default=None)
_under_way: set[asyncio.Task[None]] = set()
_looked: OrderedDict[tuple[str, int, str], float] = OrderedDict()


@contextmanager
def on(sight: Sight | None) -> Iterator[None]:
    """Whoever is read inside, and in tasks begun there, is read on this page."""
    here, heard = _sight.set(sight), seen.hears.set(sight.see if sight else None)
    try:
        yield
    finally:
        seen.hears.reset(heard)
        _sight.reset(here)


@contextmanager
def unseen() -> Iterator[None]:
    """What is read inside is shown to nobody: a check, a search for a number that notes by itself what it found."""
    heard = seen.hears.set(None)
    try:
        yield
    finally:
        seen.hears.reset(heard)


@contextmanager
def collected() -> Iterator[set[int]]:
    """Who is read inside, for pages that share one reading: each of them says `see` then."""
    ids: set[int] = set()
    heard = seen.hears.set(ids.add)
    try:
        yield ids
    finally:
        seen.hears.reset(heard)


def see(volunteer_ids: Iterable[int | None], what: str = '', *, once: str = '') -> None:
    """These people's data is read without their rows. `once`: what is the same look for a while, in one session."""
    sight, hear = _sight.get(), seen.hears.get()
    if hear is None or (once and sight is not None and _is_known(sight, once)):
        return
    if what and sight is not None:
        sight.what = what
    for one in volunteer_ids:
        if one is not None:
            hear(one)


async def shown(sights: Iterable[Sight | None], volunteer_ids: Collection[int]) -> None:
    """Write down, before they are shown, these people on all these pages, in one statement.

    Where they are known there is no entry. Raises DatabaseAway: then they must not be shown.
    """
    if not volunteer_ids:
        return
    new = [(sight, ids) for sight in sights if sight and (ids := sight.new_of(volunteer_ids))]
    with unseen():
        await journal.note_each([Entry(one.act, one.by, ids, one.what, one.origin) for one, ids in new])
    for sight, ids in new:
        sight.told(ids)


def told(volunteer_ids: Iterable[int]) -> None:
    """An entry of their own tells of these, so that the page writes no second one."""
    if sight := _sight.get():
        sight.told(volunteer_ids)


async def noted(act: LogAct, *, by: Account | None, about: Collection[int], what: str, reason: str) -> None:
    """An entry of its own, with its reason, of what is shown here: the only one."""
    await journal.note(act, by=by, about=about, what=what, reason=reason)
    told(about)


def refused(refusal: DomainError) -> None:
    """What somebody tried on this page and may not, or is not there for them, is noted beside what goes on."""
    sight = _sight.get()
    is_hidden = isinstance(refusal, NotPermitted) or (isinstance(refusal, NotFound) and str(refusal) == str(NotFound()))
    if sight is not None and is_hidden:
        _begin(sight.note_refusal())


def _begin(act: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    # In a context of its own: what is written stays, whatever becomes of the caller's transaction.
    task = asyncio.get_running_loop().create_task(act, context=Context())
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return task


async def settled() -> None:
    """All that was read is written; for the end of the process."""
    if _under_way:
        await asyncio.wait(_under_way, timeout=10)


def _is_known(sight: Sight, once: str) -> bool:
    key, now = (sight.origin.session, sight.by.id, once), time.monotonic()
    last = _looked.pop(key, None)
    is_known = last is not None and now - last < ONE_LOOK.total_seconds()
    _looked[key] = last if last is not None and is_known else now
    if len(_looked) > _MOST_REMEMBERED:
        _looked.popitem(last=False)
    return is_known
