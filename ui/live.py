"""Carries database notifications to open pages. A page re-reads what it shows; at most four times a second."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from nicegui import Client, background_tasks, ui

from domain import announcements
from domain.announcements import (
    Announcement,
    CaseChanged,
    EyeChecksChanged,
    Kind,
    PaperBooksChanged,
    ReadersChanged,
    RosterChanged,
    VolunteerChanged,
)
from domain.audit import reads
from domain.errors import DatabaseAway, NotFound
from domain.model import Account, Role, Volunteer

from . import days, sights

PAUSE = 0.25
AWAY_PAUSE = 2.0

Answer = TypeVar('Answer')
_about_to_read: dict[Hashable, asyncio.Task[tuple[Any, set[int]]]] = {}


async def together(key: Hashable, read: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """What `read()` answers, read once for all pages that ask for `key` at the same moment, as after an announcement.

    A reading that has begun is joined by nobody: it may not know yet what the next page has heard. The answer is
    shared, so nobody changes it; and the key says for whom it may be read.
    """
    if key not in _about_to_read:
        _about_to_read[key] = asyncio.create_task(_begin(key, read), name='read together')
    answer: Answer
    answer, people = await asyncio.shield(_about_to_read[key])
    reads.see(people)
    return answer


async def _begin(key: Hashable, read: Callable[[], Coroutine[Any, Any, Answer]]) -> tuple[Answer, set[int]]:
    del _about_to_read[key]
    with reads.collected() as people:
        return await read(), people


def acting(client: Client) -> bool:
    """Whether a button of this page is at work."""
    return bool(client.storage.get('acting'))


@contextmanager
def at_work(client: Client) -> Iterator[None]:
    """A button of this page acts inside: what is announced meanwhile is read once, at the end."""
    client.storage['acting'] = True
    try:
        yield
    finally:
        client.storage.pop('acting', None)


def of_case(application_id: int) -> Callable[[CaseChanged | ReadersChanged | EyeChecksChanged], bool]:
    """Whether an announcement is of this case."""
    return lambda changed: changed.application_id == application_id


def of_volunteer(volunteer: Volunteer) -> Callable[[CaseChanged | VolunteerChanged], bool]:
    """Whether an announcement is of this volunteer, or of a case of theirs."""
    return partial(_is_of_volunteer, volunteer.id)  # not the record, which would stay as long as the page


def _is_of_volunteer(volunteer_id: int, changed: CaseChanged | VolunteerChanged) -> bool:
    return changed.volunteer_id == volunteer_id


@contextmanager
def missing_nothing(client: Client) -> Iterator[None]:
    """While the page is built: what is announced after it has read and before it subscribes is heard, too."""
    client.storage['heard'] = announcements.so_far()
    try:
        yield
    finally:
        client.storage.pop('heard', None)


def missed(client: Client, kind: type[Kind]) -> list[Kind | None]:
    """What was announced since a page that is being built began to read; of one that stands nothing, for it listens."""
    since = client.storage.get('heard')
    return announcements.missed(kind, since) if since is not None else []


def is_of_all(_: Announcement) -> bool:
    """Of everybody: what an announcement without numbers concerns."""
    return True


def of_side(account: Account) -> Callable[[CaseChanged | RosterChanged | PaperBooksChanged], bool]:
    """Whether a case, roster or paper book is of the account's unit or team, or for others of its agency."""
    if account.role is Role.UNIT_STAFF:
        return partial(_is_of_unit, account)
    return of_agency(account)


def _is_of_unit(account: Account, changed: CaseChanged | RosterChanged | PaperBooksChanged) -> bool:
    """Of the clerk's own team, where there is one; a roster or papers of the whole unit may list its people."""
    if changed.host_unit_id != account.host_unit_id:
        return False
    if account.team_id is None or isinstance(changed, PaperBooksChanged):
        return True
    return changed.team_id == account.team_id or (isinstance(changed, RosterChanged) and not changed.team_id)


def of_agency(account: Account) -> Callable[[CaseChanged | RosterChanged | ReadersChanged | PaperBooksChanged], bool]:
    """Whether an announcement is of the account's agency."""
    return lambda changed: changed.agency_id == account.agency_id


class follow:
    """Call `renew()` in this page's context whenever something of `kind` is announced that `concerns` says is ours.

    After a lost database connection everything may have changed, and every page renews itself; so it does at midnight.
    """

    def __init__(
        self, kind: type[Kind], renew: Callable[[], Awaitable[None]], concerns: Callable[[Kind], bool]
    ) -> None:
        self.renew = renew
        self.concerns: Callable[[Any], bool] = concerns
        self.client: Client = ui.context.client
        self.slot = ui.context.slot
        self.is_due = False
        self.task: asyncio.Task[None] | None = None
        self.kind = kind
        announcements.subscribe(kind, self)
        days.on_new_day(self)
        self.client.on_delete(self._leave)
        if any(one is None or concerns(one) for one in missed(self.client, kind)):
            asyncio.get_running_loop().call_later(PAUSE, self)

    def __call__(self, announcement: Announcement | None = None) -> None:
        """Something is announced, or a day begins."""
        if announcement is not None and not self.concerns(announcement):
            return
        self.is_due = True
        if self.task is None or self.task.done():
            self.task = background_tasks.create(self._renew_soon(), name='follow')

    async def _renew_soon(self) -> None:
        while self.is_due:
            self.is_due = False
            # While its own button acts, a page waits; when that leads away, there is nothing left to renew.
            while acting(self.client):  # noqa: ASYNC110 -- the button's end is no event of ours to wait for
                await asyncio.sleep(PAUSE)
            if self.client.is_deleted or self.client.storage.get('leaving'):
                return
            with self.slot, sights.of_page(self.client):
                try:
                    await self.renew()
                except DatabaseAway:  # it is read again until that is over
                    self.is_due = True
                    await asyncio.sleep(AWAY_PAUSE)
                except NotFound:  # it is none of this account's business any more: the page says so when it is opened
                    self.client.run_javascript('location.reload()')
                    return
            await asyncio.sleep(PAUSE)

    def _leave(self) -> None:
        announcements.unsubscribe(self.kind, self)
        days.forget(self)
        if self.task is not None:
            self.task.cancel()
