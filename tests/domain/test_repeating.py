"""Work that repeats: its period, what wakes it, what happens when it fails, and how it ends."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

import pytest

from db import DatabaseAway, storage
from domain import dates, files, repeating
from domain.repeating import Heartbeat

NEVER = 3600.0


class Job:
    """Work that fails when it is told to; `times` are those of its rounds."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.times: list[float] = []

    async def __call__(self) -> int:
        self.times.append(time.monotonic())
        if self.failure:
            raise self.failure
        return 0

    async def reaches(self, count: int) -> None:
        await until(lambda: len(self.times) >= count)

    @property
    def pauses(self) -> list[float]:
        """Seconds between two rounds and a millisecond, by which a timer may be early."""
        return [0.001 + after - before for before, after in zip(self.times, self.times[1:], strict=False)]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def running(
    *works: Callable[[], Awaitable[object]],
    every: float = NEVER,
    wake: asyncio.Event | None = None,
    due_in: Callable[[], Awaitable[float]] | None = None,
) -> AsyncIterator[Heartbeat]:
    before = len(repeating.heartbeats())
    loop = repeating.repeating('a loop', every, *works, wake=wake, due_in=due_in)
    async with repeating.in_background(loop):
        await until(lambda: len(repeating.heartbeats()) > before)
        yield repeating.heartbeats()[-1]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first attempt after a failure comes soon."""
    monkeypatch.setattr(repeating, 'FIRST_RETRY', 0.01)


async def test_work_begins_at_once_and_is_repeated_after_each_period() -> None:
    job = Job()
    async with running(job, every=0.02) as heartbeat:
        await job.reaches(4)

    assert min(job.pauses) >= 0.02
    assert heartbeat.successes >= 3
    assert (heartbeat.failures, heartbeat.failed_at) == (0, None)


async def test_a_wake_begins_the_next_round_at_once() -> None:
    job, wake = Job(), asyncio.Event()
    async with running(job, wake=wake) as heartbeat:
        for count in (1, 2, 3):
            await until(lambda count=count: heartbeat.successes == count)  # type: ignore[misc]
            wake.set()
        await job.reaches(4)


async def test_a_wake_during_a_round_is_not_lost() -> None:
    rounds, wake, may_end = 0, asyncio.Event(), asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        await may_end.wait()

    async with running(work, wake=wake):
        await until(lambda: rounds == 1)
        wake.set()
        may_end.set()
        await until(lambda: rounds == 2)


async def test_the_work_may_say_when_it_is_next_due() -> None:
    job = Job()

    async def due_in() -> float:
        return 0.01 if len(job.times) < 3 else NEVER

    async with running(job, due_in=due_in):
        await job.reaches(3)
    assert min(job.pauses) >= 0.01

    later = Job()

    async def due_late() -> float:
        return NEVER

    async with running(later, every=0.01, due_in=due_late):
        await later.reaches(3)


@pytest.mark.usefixtures('quick')
async def test_failing_work_is_tried_again_after_longer_and_longer_pauses_until_it_succeeds() -> None:
    job = Job(OSError('the database is away'))
    async with running(job) as heartbeat:
        await job.reaches(5)
        assert heartbeat.successes == 0
        job.failure = None
        await until(lambda: heartbeat.successes == 1)
        assert (heartbeat.failures >= 5, heartbeat.failures_in_a_row) == (True, 0)
        assert heartbeat.succeeded_at
        assert heartbeat.failed_at
        assert heartbeat.started_at <= heartbeat.failed_at <= heartbeat.succeeded_at

    assert all(pause >= shortest for pause, shortest in zip(job.pauses, (0.01, 0.02, 0.04, 0.08), strict=False))


@pytest.mark.usefixtures('quick')
async def test_no_pause_is_longer_than_the_period() -> None:
    job = Job(OSError('the database is away'))
    async with running(job, every=0.02):
        await job.reaches(40)  # twice as long each time would take centuries


@pytest.mark.usefixtures('quick')
async def test_a_wake_cuts_a_long_pause_short_but_not_the_first_one() -> None:
    job, wake = Job(OSError('the database is away')), asyncio.Event()

    async def wakes_itself() -> None:
        wake.set()
        await job()

    async with running(wakes_itself, wake=wake):
        await job.reaches(25)  # twice as long each time would take days

    assert min(job.pauses) >= 0.01


@pytest.mark.usefixtures('quick')
async def test_failures_are_logged_once_and_counted_at_growing_distances(caplog: pytest.LogCaptureFixture) -> None:
    job = Job(OSError('the database is away'))
    async with running(job, every=0.001) as heartbeat:
        await until(lambda: heartbeat.failures >= 20)
        job.failure = LookupError('another kind')
        begun = len(job.times)
        await job.reaches(begun + 2)
        job.failure = None
        await until(lambda: heartbeat.successes > 0)
        before = heartbeat.failures
        job.failure = OSError('away again')
        await until(lambda: heartbeat.failures > before)

    said = [record.getMessage() for record in caplog.records]
    assert said[:3] == [
        'a loop: failed, trying again: OSError: the database is away',
        'a loop: failed 4 times in a row, trying again: OSError: the database is away',
        'a loop: failed 16 times in a row, trying again: OSError: the database is away',
    ]
    assert said[3].endswith('trying again: LookupError: another kind')
    assert said[-2:] == [
        f'a loop: succeeded after {before} failures',
        'a loop: failed, trying again: OSError: away again',
    ]
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == [
        'the database is away',
        'away again',
    ]


@pytest.mark.usefixtures('quick')
@pytest.mark.parametrize(
    ('failure', 'told'),
    [
        (
            DatabaseAway('ConnectionRefusedError: refused', is_unsure=False),
            'DatabaseAway: ConnectionRefusedError: refused',
        ),
        (storage.Away('no answer'), 'Away: no answer'),
        (files.NotMounted(), f'NotMounted: {files.NotMounted()}'),
    ],
    ids=['database', 'server of the files', 'folder of the files'],
)
async def test_what_is_away_needs_no_traceback(caplog: pytest.LogCaptureFixture, failure: Exception, told: str) -> None:
    async with running(Job(failure)) as heartbeat:
        await until(lambda: heartbeat.failures > 0)

    [record] = caplog.records
    assert (record.getMessage(), record.exc_info) == (f'a loop: failed, trying again: {told}', None)


@pytest.mark.usefixtures('quick')
async def test_what_fails_does_not_keep_other_work_from_being_done(caplog: pytest.LogCaptureFixture) -> None:
    first, second, third = Job(OSError('first')), Job(), Job(OSError('third'))
    with caplog.at_level(logging.ERROR):
        async with running(first, second, third) as heartbeat:
            await third.reaches(2)
            assert heartbeat.successes == 0

    assert len(second.times) >= 2
    assert "OSError('first'), OSError('third')" in repr(caplog.records[0].exc_info)


@pytest.mark.usefixtures('quick')
async def test_cancelling_something_the_work_waits_for_does_not_end_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    waits = asyncio.Event()

    async def work() -> None:
        inner = asyncio.ensure_future(asyncio.sleep(NEVER))
        inner.cancel()
        if not waits.is_set():
            waits.set()
            await inner

    async with running(work) as heartbeat:
        await until(lambda: heartbeat.successes == 1)

    assert heartbeat.failures == 1


async def test_work_that_is_cancelled_puts_its_things_in_order_and_the_heartbeat_goes() -> None:
    done: list[str] = []
    begun = asyncio.Event()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.sleep(NEVER)
        finally:
            await asyncio.sleep(0)
            done.append('rolled back')

    async with running(work):
        await begun.wait()

    assert done == ['rolled back']
    assert repeating.heartbeats() == ()


@pytest.mark.usefixtures('quick')
@pytest.mark.parametrize('failure', [None, OSError('the database is away')])
async def test_a_loop_that_sleeps_is_cancelled(failure: Exception | None, caplog: pytest.LogCaptureFixture) -> None:
    job = Job(failure)
    async with running(job) as heartbeat:
        await until(lambda: bool(heartbeat.successes or heartbeat.failures))

    assert repeating.heartbeats() == ()


async def test_a_cancellation_that_comes_with_a_wake_is_heard() -> None:
    job, wake = Job(), asyncio.Event()
    task = asyncio.create_task(repeating.repeating('a loop', NEVER, job, wake=wake))
    await job.reaches(1)
    await asyncio.sleep(0)

    wake.set()
    await asyncio.sleep(0)  # whoever waits for the event is about to go on
    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()


async def test_loops_end_in_the_reverse_order_of_their_beginning() -> None:
    ended: list[int] = []

    async def loop(number: int) -> None:
        with suppress(asyncio.CancelledError):
            await repeating.repeating(f'{number}', NEVER, Job())
        await asyncio.sleep(0.01)
        ended.append(number)

    async with AsyncExitStack() as stack:
        for number in (1, 2, 3):
            await stack.enter_async_context(repeating.in_background(loop(number)))
        await until(lambda: len(repeating.heartbeats()) == 3)
        assert [heartbeat.name for heartbeat in repeating.heartbeats()] == ['1', '2', '3']

    assert ended == [3, 2, 1]


async def test_a_loop_is_late_when_it_has_failed_for_several_periods_or_hangs(caplog: pytest.LogCaptureFixture) -> None:
    fails, hangs, works = Job(OSError('the database is away')), asyncio.Event(), Job()
    async with (
        running(fails, every=60) as failing,
        running(hangs.wait, every=60) as hanging,
        running(works, every=60) as working,
    ):
        await until(lambda: bool(failing.failures and working.successes))

        def late_after(seconds: float) -> list[bool]:
            with dates.frozen(dates.now() + timedelta(seconds=seconds)):
                return [heartbeat.is_late for heartbeat in (failing, hanging, working)]

        assert late_after(120) == [False, False, False]
        assert late_after(240) == [True, False, False]
        assert late_after(840) == [True, True, True]  # had the third not been called again meanwhile


async def test_a_cancellation_that_a_library_loses_ends_the_work_all_the_same() -> None:
    begun = asyncio.Event()

    async def loses_it() -> None:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    task = asyncio.create_task(repeating.repeating('lost cancellation', NEVER, loses_it))
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
