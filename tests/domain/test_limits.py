"""Allowances: counted together by all processes, given back, over after a while, and never a table without end."""

import asyncio
from datetime import timedelta

import pytest

from db.models import Allowance
from domain import dates, limits
from domain.limits import Exceeded, Limit

pytestmark = pytest.mark.usefixtures('database')

THREE = Limit('three', 3, timedelta(minutes=15), '太多了。')


async def granted(limit: Limit, whose: object, times: int) -> int:
    """How many of so many at once are."""
    answers = await asyncio.gather(*(limits.take(limit, whose) for _ in range(times)), return_exceptions=True)
    assert {type(each) for each in answers if each is not None} <= {Exceeded}
    return answers.count(None)


async def test_of_many_at_once_as_many_as_allowed_are_granted_to_each() -> None:
    assert await granted(THREE, '192.0.2.1', 10) == 3
    assert await granted(THREE, '192.0.2.2', 2) == 2
    with pytest.raises(Exceeded, match='太多了'):
        await limits.require_left(THREE, '192.0.2.1')
    await limits.require_left(THREE, '192.0.2.2')


async def test_after_the_period_it_begins_anew_and_refusals_do_not_prolong_it() -> None:
    now = dates.now()
    with dates.frozen(now):
        await granted(THREE, 'one', 3)
    with dates.frozen(now + timedelta(minutes=14)):
        assert await granted(THREE, 'one', 5) == 0
    with dates.frozen(now + timedelta(minutes=15)):
        assert await granted(THREE, 'one', 5) == 3


async def test_what_is_given_back_may_be_taken_again() -> None:
    await granted(THREE, 'one', 3)
    await limits.give_back(THREE, 'one')
    assert await granted(THREE, 'one', 2) == 1
    for _ in range(9):
        await limits.give_back(THREE, 'one')
    assert await granted(THREE, 'one', 9) == 3


async def test_what_is_over_goes_and_a_row_says_nothing_of_an_address() -> None:
    now = dates.now()
    with dates.frozen(now):
        for number in range(50):
            await limits.take(THREE, f'192.0.2.{number}')
    with dates.frozen(now + timedelta(minutes=10)):
        await limits.take(THREE, '198.51.100.1')
    with dates.frozen(now + timedelta(minutes=16)):
        await limits.sweep()

    [left] = await Allowance.all()
    assert '198' not in left.key
