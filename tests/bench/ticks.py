"""How long an event loop is held: a tick that is due every 5 ms comes late by that much.

A busy machine lets ticks come late too. So a process that does nothing else ticks at the same time
(`python -m tests.bench.ticks`, until its input ends), and tells what the machine alone did to it.
"""

import asyncio
import sys
import time
from collections.abc import Coroutine

TICK = 0.005


async def longest_hold(work: Coroutine[object, object, object]) -> tuple[float, float]:
    """Seconds by which a tick came late at most while `work` was done: in this loop, and in the idle process."""
    pipe = asyncio.subprocess.PIPE
    idle = await asyncio.create_subprocess_exec(sys.executable, '-m', 'tests.bench.ticks', stdin=pipe, stdout=pipe)
    assert idle.stdout
    await idle.stdout.readline()
    held = await _latest_tick(asyncio.ensure_future(work))
    told, _ = await idle.communicate(b'')
    return held, float(told)


def is_short(held: float, idle: float) -> bool | None:
    """Whether the loop was held for less than 50 ms; None when the idle process was not let run for as long."""
    return True if held < 0.05 else None if idle >= 0.05 else False


async def _latest_tick(task: 'asyncio.Future[object]') -> float:
    latest, before = 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(TICK)
        now = time.perf_counter()
        latest, before = max(latest, now - before - TICK), now
    await task
    return latest


async def _idle() -> None:
    print('ready', flush=True)
    print(await _latest_tick(asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))))


if __name__ == '__main__':
    asyncio.run(_idle())
