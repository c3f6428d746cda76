"""A new day in Taipei: what open pages say of 今天, days left and 逾期 is another thing from midnight on."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from domain import dates
from domain.repeating import repeating

# Seconds over which the pages of a process renew themselves, lest all read at the same moment.
SPREAD = 20.0
_EVERY = 60.0

_pages: set[Callable[[], None]] = set()


def on_new_day(renew: Callable[[], None]) -> None:
    """Have `renew` called when a day begins, until `forget`."""
    _pages.add(renew)


def forget(renew: Callable[[], None]) -> None:
    """Have it called no more. Harmless when it was not to be."""
    _pages.discard(renew)


async def watch_forever() -> None:
    """Tell the pages of this process of each new day, until cancelled."""
    day = dates.today()

    async def look() -> None:
        nonlocal day
        if day != dates.today():
            day = dates.today()
            tell()

    await repeating('days', _EVERY, look, due_in=_until_midnight)


def tell() -> None:
    """Have all pages renewed within SPREAD seconds."""
    loop, pages = asyncio.get_running_loop(), list(_pages)
    for number, renew in enumerate(pages):
        loop.call_later(SPREAD * number / len(pages), _renew, renew)


def _renew(page: Callable[[], None]) -> None:
    if page in _pages:  # still open
        page()


async def _until_midnight() -> float:
    tomorrow = datetime.combine(dates.today() + timedelta(days=1), datetime.min.time(), dates.TAIPEI)
    return max(0.05, (tomorrow - dates.now()).total_seconds())
