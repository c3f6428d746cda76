"""How long an event loop is held: a tick that is due every 5 ms comes late by that much."""

import asyncio
import time
from collections.abc import Coroutine

_TICK = 0.005


async def longest_hold(work: Coroutine[object, object, object]) -> float:
    """Seconds by which a tick came late at most while `work` was done in this loop."""
    task = asyncio.ensure_future(work)
    held, before = 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(_TICK)
        now = time.perf_counter()
        held, before = max(held, now - before - _TICK), now
    await task
    return held
