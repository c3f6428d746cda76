"""One page of a board reads for all of them; one that may not any more holds up nobody."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest
from nicegui import Client, core
from nicegui.page import page as nicegui_page

from domain import announcements
from domain.announcements import CaseChanged, ReadersChanged
from domain.errors import NotFound
from ui.boards import Board, Content, board_element

from .. import patience

_keys = count(1)


class Desk:
    """A page of its own with one element at a board."""

    def __init__(self, key: int) -> None:
        self.key, self.may_read, self.readings = key, True, 0
        self.heard: list[frozenset[object]] = []
        self.client = Client(nicegui_page(''), request=None)
        with self.client:
            self.element = board_element('div')

    async def sit(self) -> None:
        with self.client:
            await self.element.join(self.key, dict.fromkeys((CaseChanged, ReadersChanged), bool), self.read)

    async def read(self) -> Content:
        if not self.may_read:
            raise NotFound
        self.readings += 1
        if self.element.seat:
            self.heard.append(self.element.seat.board.heard)
        return Content({'readings': self.readings})


@pytest.fixture
def desks() -> Iterator[list[Desk]]:
    key = next(_keys)
    found = [Desk(key) for _ in range(3)]
    yield found
    for each in found:
        each.client.delete()


async def test_a_reader_who_may_not_any_more_leaves_and_the_next_one_reads_for_all(desks: list[Desk]) -> None:
    for each in desks:
        await each.sit()
    first, second, third = desks
    assert second.element.seat is not None
    board = second.element.seat.board
    first.may_read, before = False, second.readings

    await board.renew()

    assert first.element.seat is None
    assert (second.readings, third.readings) == (before + 1, 0)
    assert [seat.element for seat in board.seats] == [second.element, third.element]


async def test_a_reading_knows_what_it_is_for_and_all_is_read_where_a_page_is_opened_or_that_failed(
    desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, 'loop', asyncio.get_running_loop())  # as in a server
    first, second, _ = desks
    await first.sit()
    board = first.element.seat and first.element.seat.board
    assert isinstance(board, Board)
    readers, case = ReadersChanged(1, 2), CaseChanged(1, 2, 3, 4)

    async def told(*several: announcements.Announcement) -> object:
        for each in several:
            announcements._tell(each.channel, each)
        await patience.until(lambda: not board._is_due.is_set() and board._next is None)
        return first.heard[-1]

    assert first.heard == [{None}]
    assert await told(readers) == {ReadersChanged}
    assert await told(readers, case) == {ReadersChanged, CaseChanged}
    announcements._tell(readers.channel, readers)
    await second.sit()
    assert None in first.heard[-1]


async def test_who_may_not_read_is_refused_and_nothing_is_left_of_the_board(desks: list[Desk]) -> None:
    alone = desks[0]
    alone.may_read = False

    with pytest.raises(NotFound):
        await alone.sit()

    assert alone.element.seat is None
    assert 'board' not in alone.element._to_dict().get('props', {})
