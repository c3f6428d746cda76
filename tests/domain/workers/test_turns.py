"""Places by turns: whoever orders a hundred waits for their own."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.workers.turns import GivenUp, Turns

ORDERS = st.lists(st.sampled_from('abcd'), max_size=40)


async def served(orders: str | list[str], size: int = 1, most: int = 1000) -> tuple[list[str], list[str]]:
    """Who gets a place, in order, when all of `orders` are made before the first is done; and who is given up."""
    turns, order, given_up = Turns(size), list[str](), list[str]()

    async def one(whose: str) -> None:
        try:
            await turns.take(whose, most)
        except GivenUp:
            given_up.append(whose)
        else:
            order.append(whose)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            turns.give_back()

    async with asyncio.TaskGroup() as group:
        for whose in orders:
            group.create_task(one(whose))
    assert turns.waiting == 0
    return order, given_up


async def test_one_book_among_a_hundred_and_fifty_of_another_is_next() -> None:
    order, _ = await served('a' * 150 + 'b')

    assert order.index('b') <= 2
    assert len(order) == 151


async def test_everybody_gets_a_place_before_anybody_gets_the_next() -> None:
    assert (await served('aaaabbbccd'))[0] == list('aabcdabcab')


@given(orders=ORDERS, size=st.integers(1, 3))
def test_nobody_who_waits_is_passed_twice(orders: list[str], size: int) -> None:
    order, _ = asyncio.run(served(orders, size))

    assert Counter(order) == Counter(orders)
    for place in range(size, len(order)):
        whose, left = order[place], Counter(order[place:])
        before = order[size:place]
        for other in left:
            # While both waited, neither has had two places more than the other.
            assert before.count(whose) <= before.count(other) + 1


@given(orders=ORDERS, most=st.integers(1, 8))
def test_who_waits_with_most_gives_way(orders: list[str], most: int) -> None:
    order, given_up = asyncio.run(served(orders, 1, most))

    assert len(order) == min(len(orders), most + 1)
    waited = Counter(order[1:])
    assert all(waited[one] >= max(waited.values(), default=0) - 1 for one in given_up)


async def test_whoever_leaves_takes_no_place_along() -> None:
    turns = Turns(1)
    await turns.take('a', 10)
    waiting = [asyncio.create_task(turns.take(whose, 10)) for whose in 'abc']
    await asyncio.sleep(0)
    waiting[0].cancel()
    turns.give_back()
    waiting[1].cancel()  # it has been given a place and does not know yet
    await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        await waiting[1]
    await waiting[2]
    turns.give_back()
    assert turns.waiting == 0
    await turns.take('d', 10)
