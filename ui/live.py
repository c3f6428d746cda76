"""Carries database notifications to open pages. A page re-reads what it shows; at most four times a second."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, TypeVar

from nicegui import Client, background_tasks, ui

from domain import announcements
from domain.model import Account, Role, Volunteer

PAUSE = 0.25

Answer = TypeVar('Answer')
_about_to_read: dict[Hashable, asyncio.Task[Any]] = {}


async def together(key: Hashable, read: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """What `read()` answers, read once for all pages that ask for `key` at the same moment, as after an announcement.

    A reading that has begun is joined by nobody: it may not know yet what the next page has heard. The answer is
    shared, so nobody changes it; and the key says for whom it may be read.
    """
    if key not in _about_to_read:
        _about_to_read[key] = asyncio.create_task(_begin(key, read), name='read together')
    answer: Answer = await asyncio.shield(_about_to_read[key])
    return answer


async def _begin(key: Hashable, read: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    del _about_to_read[key]
    return await read()


def acting(client: Client) -> bool:
    """Whether a button of this page is at work."""
    return bool(client.storage.get('acting'))


def of_record(record_id: int) -> Callable[[str], bool]:
    """What an announcement must name first to concern a page: its case, its roster."""
    return lambda payload: payload.split(':')[0] == str(record_id)


def of_side(account: Account) -> Callable[[str], bool]:
    """Whether an announcement, `id:agency` or `id:agency:unit…`, names the agency or unit of the account."""
    place, ours = (2, account.host_unit_id) if account.role is Role.UNIT_STAFF else (1, account.agency_id)
    return lambda payload: payload.split(':')[place] == str(ours)


def of_volunteer(volunteer: Volunteer) -> Callable[[str], bool]:
    """Whether an announcement of a case or of a volunteer is about this one, who is named last."""
    return lambda payload: payload.split(':')[-1] == str(volunteer.id)


class follow:
    """Call `renew()` in this page's context whenever `channel` announces something `concerns` says is ours.

    After a lost database connection everything may have changed: the payload is '' and every page renews itself.
    """

    def __init__(self, channel: str, renew: Callable[[], Awaitable[None]], concerns: Callable[[str], bool]) -> None:
        self.renew = renew
        self.concerns = concerns
        self.client: Client = ui.context.client
        self.slot = ui.context.slot
        self.is_due = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        announcements.subscribe(channel, self._heard)
        self.client.on_delete(lambda: self._leave(channel))

    def _heard(self, payload: str) -> None:
        if payload and not self.concerns(payload):
            return
        self.is_due.set()
        if self.task is None or self.task.done():
            self.task = background_tasks.create(self._renew_soon(), name='follow')

    async def _renew_soon(self) -> None:
        while self.is_due.is_set():
            self.is_due.clear()
            # While its own button acts, a page waits; when that leads away, there is nothing left to renew.
            while acting(self.client):  # noqa: ASYNC110 -- the button's end is no event of ours to wait for
                await asyncio.sleep(PAUSE)
            if self.client.is_deleted or self.client.storage.get('leaving'):
                return
            with self.slot:
                await self.renew()
            await asyncio.sleep(PAUSE)

    def _leave(self, channel: str) -> None:
        announcements.unsubscribe(channel, self._heard)
        if self.task is not None:
            self.task.cancel()
