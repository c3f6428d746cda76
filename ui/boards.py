"""What many open pages show alike, as the queue of an agency: read once, written down once, encoded once.

A page has a seat at the board it shows. When something is announced that concerns it, a board is read again, by one of
its pages for all; whoever is new on it is written into the log for every page, some hundred by one statement; and then
what has changed travels: one event of socket.io, encoded into one frame, whose bytes are put into the connection of
each page, past NiceGUI's outbox. The key of a board says everything that decides what is shown; what else differs
(「您」) is left to the browser.

A page that is not where the board was (it has just connected, its connection was away, its button is at work, it says
that it missed something) gets all of it in the usual way, as a property of its component: `static/boards.js` takes the
newer of the two, so that neither overtakes the other.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, zip_longest
from typing import Any

from nicegui import Client, background_tasks, ui
from nicegui.element import Element

from domain import announcements
from domain.announcements import Announcement
from domain.audit import reads
from domain.audit.reads import Sight
from domain.errors import DatabaseAway, NotFound, NotPermitted

from . import days, sights
from .board_changes import changes
from .live import AWAY_PAUSE, PAUSE, acting, missed
from .machinery.shared_event import SharedEvent

# Kinds of announcements a board is read again for, each with what tells whether one concerns it.
Concerns = Mapping[Any, Callable[[Any], bool]]

# The log is written for so many pages at a time: while the next ones are written, these get their news.
_PIECE = 250
_REFUSALS = (NotFound, NotPermitted)
_boards: dict[Hashable, 'Board'] = {}
_numbers = count(1)


@dataclass(frozen=True)
class Content:
    """What a board shows: by name what JSON can say. Of a list of dicts with an `id` single rows travel."""

    parts: Mapping[str, Any]


class board_element(Element):
    """A component that shows a board; in the browser it mixes in `static/boards.js`. Sits down by `sit` or `join`."""

    seat: 'Seat | None' = None

    def sit(self, key: Hashable, concerns: Concerns, read: Callable[[], Awaitable[Content]]) -> 'Board':
        """At the board of `key`, no longer at another one; nothing is read yet. `read` has the right to do so."""
        if self.seat is not None:
            if self.seat.board.key == key:
                return self.seat.board
            self.seat.leave()
        else:
            self.on('asked', self._asked)
            self.client.on_connect(self._connected)
            self.client.on_delete(self._deleted_with_its_page)
        self.seat = Seat(self, _boards.get(key) or Board(key, concerns), read)
        return self.seat.board

    async def join(self, key: Hashable, concerns: Concerns, read: Callable[[], Awaitable[Content]]) -> None:
        """Sit down there, read it, and show it. Raises what `read` refuses."""
        board = self.sit(key, concerns, read)
        await board.renew()
        if self.seat is None:  # this page had to read, and may not
            raise NotFound
        if self.seat.board is board:
            self.seat.catch_up()

    def renewed(self, content: Content) -> None:
        """Another content is there; for what the server does of it. Called for every page: does little."""

    def _asked(self) -> None:
        """The browser has missed something."""
        if self.seat is not None:
            self.seat.given = 0
            self.seat.catch_up()

    def _connected(self) -> None:
        if self.seat is not None:
            self.seat.connected()

    def _deleted_with_its_page(self) -> None:
        if self.seat is not None:
            self.seat.leave()

    def _to_dict(self) -> dict[str, Any]:
        found = super()._to_dict()
        if self.seat is not None:
            found['props'] = {**found.get('props', {}), 'board': self.seat.take()}
        return found


class Seat:
    """One component of a page at a board. `given` is the version that the page has, or will soon have."""

    def __init__(self, element: board_element, board: 'Board', read: Callable[[], Awaitable[Content]]) -> None:
        self.element, self.board, self.read = element, board, read
        self.client: Client = element.client
        self.slot = ui.context.slot
        self.given = 0
        self.was_told = False  # news were put into its connection
        self._catching: asyncio.Task[None] | None = None
        board.seats[self] = None

    @property
    def sight(self) -> Sight | None:
        """What the log knows of the page."""
        found: Sight | None = self.client._request.scope.get('sight') if self.client._request else None
        return found

    def leave(self) -> None:
        """The page is closed, or shows another board."""
        self.board.seats.pop(self, None)
        if not self.board.seats:
            self.board.close()

    def dismiss(self) -> None:
        """Its account may not read the board any more: the page says so when it is opened anew."""
        self.leave()
        self.element.seat = None
        if self.client._socket_to_document_id:
            self.client.run_javascript('location.reload()')

    def take(self) -> str:
        """All of the board; who is on it is seen on this page."""
        self.given = self.board.at
        if (sight := self.sight) is not None:
            for volunteer_id in self.board.people:
                sight.see(volunteer_id)
        return self.board.text

    def may_be_given(self, after: int) -> bool:
        """Whether the page has that version, is connected, and nothing keeps it from getting what follows."""
        return (
            self.given == after
            and bool(self.client._socket_to_document_id)
            and self._catching is None
            and not acting(self.client)
            and not self.client.storage.get('leaving')
        )

    def connected(self) -> None:
        """The page has a connection, perhaps a new one: what was put into one that had died is lost without a word."""
        if self.was_told:
            self.given, self.was_told = 0, False
        self.catch_up()

    def catch_up(self) -> None:
        """Give the page all of it, unless it has it; while it is away, that is done when it connects."""
        if self._catching is None and self.given != self.board.at and self.client._socket_to_document_id:
            self._catching = background_tasks.create(self._catch_up(), name='catch up with a board')

    def begin(self, act: Callable[[], Awaitable[None]]) -> None:
        """Have something done on this page, as after an announcement."""
        background_tasks.create(self._done(act), name='follow a board')

    async def _catch_up(self) -> None:
        try:
            while self.given != self.board.at and self in self.board.seats and self.client._socket_to_document_id:
                # While its own button acts, a page waits; when that leads away, there is nothing left to show.
                if acting(self.client):
                    await asyncio.sleep(PAUSE)
                    continue
                if self.client.storage.get('leaving'):
                    return
                at = self.board.at
                try:
                    await reads.shown([self.sight], self.board.people)
                except DatabaseAway:
                    await asyncio.sleep(AWAY_PAUSE)
                    continue
                self.given = at
                self.element.update()
        finally:
            self._catching = None

    async def _done(self, act: Callable[[], Awaitable[None]]) -> None:
        while acting(self.client):  # noqa: ASYNC110 -- the button's end is no event of ours to wait for
            await asyncio.sleep(PAUSE)
        if self.client.is_deleted or self.client.storage.get('leaving') or self not in self.board.seats:
            return
        with self.slot, sights.of_page(self.client):
            try:
                await act()
            except _REFUSALS:  # it is none of this account's business any more: the page says so when it is opened
                self.client.run_javascript('location.reload()')
            except DatabaseAway:  # it is tried again with the next reading
                self.board.be_renewed()


class Board:
    """The content, read again whenever something is announced that concerns it, four times a second at most.

    `at` counts its versions, 0 before the first reading. `people`: ids of the volunteers on it. `heard`: the kinds of
    announcements that the reading under way is for, None among them where it has to be of everything.
    """

    def __init__(self, key: Hashable, concerns: Concerns) -> None:
        self.key, self.number, self.at = key, next(_numbers), 0
        self.content = Content({})
        self.people: set[int] = set()
        self.seats: dict[Seat, None] = {}
        self.heard: frozenset[type[Announcement] | None] = frozenset()
        self._hearing: set[type[Announcement] | None] = set()
        self._whole = ''
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        self._is_due = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._hears = {kind: partial(self._heard, kind, concern) for kind, concern in concerns.items()}
        _boards[key] = self
        for kind, hears in self._hears.items():
            announcements.subscribe(kind, hears)
        days.on_new_day(self.be_renewed)

    @property
    def text(self) -> str:
        """All of it, as JSON."""
        if not self._whole:
            of_all = {'board': self.number, 'at': self.at, 'of': self.content.parts}
            self._whole = json.dumps(of_all, ensure_ascii=False, separators=(',', ':'))
        return self._whole

    def close(self) -> None:
        """Nobody is there any more."""
        if _boards.get(self.key) is self:
            del _boards[self.key]
        for kind, hears in self._hears.items():
            announcements.unsubscribe(kind, hears)
        self._hears = {}
        days.forget(self.be_renewed)
        if self._following is not None:
            self._following.cancel()

    def known(self, content: Content) -> None:
        """A page has read it by itself: the first content, or, where it differs, a reason to read it again."""
        if not self.at:
            self.content, self.at = content, 1
            for kind, hears in self._hears.items():
                for one in missed(ui.context.client, kind):
                    hears(one)
        elif changes(self.content.parts, content.parts):
            self.be_renewed()

    def be_renewed(self, kind: type[Announcement] | None = None) -> None:
        """Have it read again soon; of everything, unless it is for such an announcement."""
        self._hearing.add(kind)
        self._is_due.set()
        if self._following is None or self._following.done():
            self._following = background_tasks.create(self._renew_soon(), name='follow as a board')

    async def renew(self) -> None:
        """Read all of it again, and let all its pages know.

        Who asks meanwhile shares the next reading: one that has begun may not know yet what they have heard.
        """
        self._hearing.add(None)
        await self._read()

    async def _read(self) -> None:
        if self._next is None:
            self._next = asyncio.create_task(self._renew(), name='read a board')
            self._next.add_done_callback(lambda read: read.cancelled() or read.exception())
        await asyncio.shield(self._next)

    def _heard(
        self, kind: type[Announcement], concerns: Callable[[Any], bool], announcement: Announcement | None
    ) -> None:
        if announcement is None or concerns(announcement):
            self.be_renewed(kind if announcement else None)

    async def _renew_soon(self) -> None:
        while self._is_due.is_set() and self.seats:
            self._is_due.clear()
            try:
                await self._read()
            except DatabaseAway:  # it is read again until that is over
                self._is_due.set()
                await asyncio.sleep(AWAY_PAUSE)
            except _REFUSALS:  # of the last page that was here
                return
            await asyncio.sleep(PAUSE)

    async def _renew(self) -> None:
        async with self._turn:
            self._next = None
            self.heard, self._hearing = frozenset(self._hearing), set()
            while self.seats:
                seat = next(iter(self.seats))
                try:
                    with reads.collected() as people:
                        content = await seat.read()
                except DatabaseAway:
                    self._hearing.add(None)
                    raise
                except _REFUSALS:  # the next page reads for all
                    if seat in self.seats:
                        seat.dismiss()
                    if not self.seats:
                        raise
                else:
                    await self._show(content, people)
                    return

    async def _show(self, content: Content, people: set[int]) -> None:
        before, change, fresh = self.at, changes(self.content.parts, content.parts), people - self.people
        self.content, self.people = content, people
        if before and not change:
            return
        self.at, self._whole = before + 1, ''
        takers = [seat for seat in self.seats if before and seat.may_be_given(before)]
        if takers:
            news = SharedEvent('board', {'board': self.number, 'from': before, 'at': self.at, 'of': change})
            await self._tell(takers, before, fresh, news)
        for seat in list(self.seats):
            seat.catch_up()  # nothing to do for whoever has been given the news
            seat.element.renewed(content)

    async def _tell(self, takers: Sequence[Seat], before: int, fresh: Collection[int], news: SharedEvent) -> None:
        """The news, to whoever is at `before`; first the log knows of it."""
        async for piece in _written(takers, fresh):
            for seat in piece:
                if seat in self.seats and seat.may_be_given(before):
                    seat.given, seat.was_told = self.at, True
                    news.put(seat.client)


async def _written(takers: Sequence[Seat], people: Collection[int]) -> AsyncIterator[Sequence[Seat]]:
    """A piece of them after the other, as soon as the log knows that these people are shown there.

    Ends early where the database is away: who was to be shown is not written down, and each page waits until it is.
    """
    pieces = [takers[begin : begin + _PIECE] for begin in range(0, len(takers), _PIECE)]
    writing = _begin_to_write(pieces[0], people)
    for piece, following in zip_longest(pieces, pieces[1:]):
        try:
            await writing
        except DatabaseAway:
            return
        if following:
            writing = _begin_to_write(following, people)
            await asyncio.sleep(0)  # so that it is with the database while this piece gets its news
        yield piece


def _begin_to_write(piece: Sequence[Seat], people: Collection[int]) -> asyncio.Task[None]:
    return asyncio.create_task(reads.shown([seat.sight for seat in piece], people), name='write down a board')
