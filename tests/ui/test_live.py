"""Many pages that hear the same news read it together."""

import asyncio

import pytest

from ui.live import together


class Desk:
    """Counts how often it is read; the answer takes a moment."""

    def __init__(self) -> None:
        self.readings = 0

    async def read(self) -> int:
        self.readings += 1
        number = self.readings
        await asyncio.sleep(0.01)
        return number


async def test_all_who_ask_at_the_same_moment_share_one_reading() -> None:
    desk = Desk()

    answers = await asyncio.gather(*(together('desk', desk.read) for _ in range(100)))

    assert answers == [1] * 100


async def test_who_asks_while_it_is_being_read_gets_a_later_answer() -> None:
    desk = Desk()
    early = asyncio.create_task(together('desk', desk.read))
    while not desk.readings:
        await asyncio.sleep(0)

    late = await together('desk', desk.read)

    assert (await early, late) == (1, 2)


async def test_different_desks_are_read_apart() -> None:
    desk, other = Desk(), Desk()

    await asyncio.gather(together('desk', desk.read), together('other', other.read))

    assert (desk.readings, other.readings) == (1, 1)


async def test_one_who_goes_away_takes_the_answer_from_nobody_and_a_failure_reaches_all() -> None:
    desk = Desk()
    going, staying = (asyncio.create_task(together('desk', desk.read)) for _ in range(2))
    await asyncio.sleep(0)
    going.cancel()

    assert await staying == 1

    async def fail() -> None:
        raise ZeroDivisionError

    failures = await asyncio.gather(*(together('desk', fail) for _ in range(3)), return_exceptions=True)
    assert [type(failure) for failure in failures] == [ZeroDivisionError] * 3
    with pytest.raises(asyncio.CancelledError):
        await going
