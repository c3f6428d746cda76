"""Work that is repeated while the server runs: tried again after a failure, with a heartbeat that tells how it goes.

Every loop of the office is one of these. `/healthz` reads the heartbeats.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db import DatabaseAway, storage, unhurried
from db.server_account import NotStarted

from . import dates

log = logging.getLogger(__name__)

# Seconds until the first attempt after a failure; each further pause is twice as long, up to the period.
FIRST_RETRY = 0.5
# Work that fails is late after so many periods without success, work that is at its round after so much more time.
LATE_AFTER = 3
LONGEST_ROUND = timedelta(minutes=10)
# After so many failures in a row the log has a line with the count.
_COUNTED = frozenset(4**exponent for exponent in range(1, 16))

Work = Callable[[], Awaitable[object]]


@dataclass(eq=False)
class Heartbeat:
    """How one loop of this process fares. `every` is its period in seconds; what is counted are rounds."""

    name: str
    every: float
    started_at: datetime
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    successes: int = 0
    failures: int = 0
    failures_in_a_row: int = 0

    @property
    def is_late(self) -> bool:
        """Whether it has failed for LATE_AFTER periods, or hangs."""
        allowed = timedelta(seconds=LATE_AFTER * self.every)
        if not self.failures_in_a_row:
            allowed += LONGEST_ROUND
        return dates.now() - (self.succeeded_at or self.started_at) > allowed


_heartbeats: list[Heartbeat] = []


def heartbeats() -> tuple[Heartbeat, ...]:
    """The heartbeats of the loops that run in this process, in the order in which they began."""
    return tuple(_heartbeats)


async def repeating(
    name: str,
    every: float,
    *works: Work,
    wake: asyncio.Event | None = None,
    due_in: Callable[[], Awaitable[float]] | None = None,
) -> None:
    """Do the `works` one after the other, now and then every `every` seconds, until cancelled.

    Setting `wake` begins the next round at once. `due_in` is asked after each success in how many seconds the next
    round is due; it is never later than in `every`. When a work fails, the others are still done, and the round is
    repeated after FIRST_RETRY seconds, then after twice that, and so on up to `every`. The log has the first failure,
    a line for another kind of failure, a line with the count after 4, 16, 64 … of them, and one when it is over.
    Nobody waits for it: it has no limits of time at the database.
    """
    heartbeat = Heartbeat(name, every, dates.now())
    wake = wake or asyncio.Event()
    logged: set[str] = set()
    _heartbeats.append(heartbeat)
    try:
        while True:
            wake.clear()
            try:
                with unhurried():
                    await _each(works)
                pause = min(every, await due_in()) if due_in else every
            except Exception as failure:  # the database is away, say: whatever it is, the next round must come
                pause = _note_failure(heartbeat, failure, logged)
                # Not to be cut short: work that wakes itself and then fails must not run without a pause.
                await asyncio.sleep(min(FIRST_RETRY, pause))
                pause -= FIRST_RETRY
            else:
                _note_success(heartbeat, logged)
            # Not asyncio.wait_for, which in Python 3.11 does not pass on a cancellation that comes with the wake.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await wake.wait()
    finally:
        _heartbeats.remove(heartbeat)


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` beside the body; at its end cancel the work and wait until it has ended."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _each(works: tuple[Work, ...]) -> None:
    failures: list[Exception] = []
    for work in works:
        try:
            await work()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            failures.append(RuntimeError('something the work waited for was cancelled'))
        except DatabaseAway:  # the others would fare no better
            raise
        except Exception as failure:
            failures.append(failure)
        _heed_cancellation()
    if failures:
        raise failures[0] if len(failures) == 1 else ExceptionGroup('several works failed', failures)


def _heed_cancellation() -> None:
    """Raises CancelledError where a library has lost one: in Python 3.11 `wait_for` does, when both come at once."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _note_failure(heartbeat: Heartbeat, failure: Exception, logged: set[str]) -> float:
    """How many seconds to wait before the next attempt."""
    heartbeat.failed_at = dates.now()
    heartbeat.failures += 1
    heartbeat.failures_in_a_row += 1
    # The exponent is bounded, for a float is.
    pause: float = min(heartbeat.every, FIRST_RETRY * 2 ** min(heartbeat.failures_in_a_row - 1, 20))
    count, told = heartbeat.failures_in_a_row, _told(failure)
    if not logged:
        # Of a database that is away, or a place of files, the traceback says nothing more.
        trace = None if isinstance(failure, DatabaseAway | NotStarted | storage.Away) else failure
        log.error('%s: failed, trying again: %s', heartbeat.name, told, exc_info=trace)
    elif type(failure).__name__ not in logged or count in _COUNTED:
        log.error('%s: failed %d times in a row, trying again: %s', heartbeat.name, count, told)
    logged.add(type(failure).__name__)
    return pause


def _told(failure: Exception) -> str:
    return f'{type(failure).__name__}: {str(failure).partition(chr(10))[0]}'


def _note_success(heartbeat: Heartbeat, logged: set[str]) -> None:
    if heartbeat.failures_in_a_row:
        log.warning('%s: succeeded after %d failures', heartbeat.name, heartbeat.failures_in_a_row)
    heartbeat.succeeded_at = dates.now()
    heartbeat.successes += 1
    heartbeat.failures_in_a_row = 0
    logged.clear()
