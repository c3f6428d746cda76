import asyncio
import random
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import psutil
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

import db
from db import DatabaseAway, asyncpg_engine
from tests.patience import SECONDS, until

WAITS_TO_COMMIT = """
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait();
"""


@pytest.fixture
async def notes(database: str) -> AsyncIterator[str]:
    """A database with a table of numbers that differ, which is only checked at commit; and a watch on the loop."""
    await run('CREATE TABLE note (number int UNIQUE DEFERRABLE INITIALLY DEFERRED)')
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    yield database
    asyncio.get_running_loop().set_exception_handler(None)
    assert complaints == []


async def test_500_cancelled_queries_leave_the_pool_intact(notes: str) -> None:
    async def ask_slowly(number: int) -> None:
        await run('SELECT pg_sleep(0.02), $1::int', number)

    assert await cancelled_at_any_moment(ask_slowly) > 100
    await the_pool_is_intact(notes)


async def test_500_cancelled_transactions_leave_the_pool_intact_and_nothing_behind(notes: str) -> None:
    written = set()

    async def write(number: int) -> None:
        async with db.transaction():
            await run('INSERT INTO note VALUES ($1)', number)
            async with db.transaction():
                await run('SELECT pg_sleep(0.003)')
        written.add(number)

    assert await cancelled_at_any_moment(write) > 100
    await the_pool_is_intact(notes)
    kept = {row['number'] for row in await run('SELECT number FROM note')}
    assert written <= kept
    assert len(kept) < 400


async def test_500_cancelled_bulk_writes_are_whole_or_absent(notes: str) -> None:
    async def write_two(number: int) -> None:
        await get_connection('default').execute_many('INSERT INTO note VALUES ($1)', [[number], [number + 1000]])

    await cancelled_at_any_moment(write_two)
    await the_pool_is_intact(notes)
    kept = {row['number'] for row in await run('SELECT number FROM note')}
    assert {number + 1000 for number in kept if number < 1000} == {number for number in kept if number >= 1000}


async def test_a_commit_that_has_begun_is_finished_although_its_task_is_cancelled(notes: str) -> None:
    await get_connection('default').execute_script(WAITS_TO_COMMIT)

    async def write() -> None:
        async with db.transaction():
            await run('INSERT INTO note VALUES (1)')

    async with held_up(notes):
        writer = asyncio.create_task(write())
        await until(lambda: active(notes, 'COMMIT;'))
        for _ in range(3):
            writer.cancel()
            await asyncio.sleep(0.02)
    with pytest.raises(asyncio.CancelledError):
        await writer

    assert [row['number'] for row in await run('SELECT number FROM note')] == [1]
    await the_pool_is_intact(notes)


async def test_an_inner_transaction_rolls_back_alone(notes: str) -> None:
    async def write_and_fail() -> None:
        async with db.transaction():
            await run('INSERT INTO note VALUES (2)')
            raise LookupError

    async with db.transaction():
        await run('INSERT INTO note VALUES (1)')
        with pytest.raises(LookupError):
            await write_and_fail()
        async with db.transaction():
            await run('INSERT INTO note VALUES (3)')

    assert [row['number'] for row in await run('SELECT number FROM note ORDER BY 1')] == [1, 3]


async def test_a_time_limit_inside_a_transaction_ends_the_inner_one_only(notes: str) -> None:
    async def take_too_long() -> None:
        async with asyncio.timeout(0.05), db.transaction():
            await run('INSERT INTO note VALUES (2)')
            await run('SELECT pg_sleep(10)')

    async with db.transaction():
        await run('INSERT INTO note VALUES (1)')
        with pytest.raises(TimeoutError):
            await take_too_long()

    assert [row['number'] for row in await run('SELECT number FROM note')] == [1]


async def test_what_commit_refuses_is_an_integrity_error_like_any_other(notes: str) -> None:
    with pytest.raises(IntegrityError):
        async with db.transaction():
            await run('INSERT INTO note VALUES (1), (1)')

    await the_pool_is_intact(notes)


async def test_a_task_that_outlives_its_transaction_is_told_so(notes: str) -> None:
    go_on = asyncio.Event()

    async def ask_later() -> None:
        await go_on.wait()
        await run('SELECT 1')

    async with db.transaction():
        late = asyncio.create_task(ask_later())
    go_on.set()

    with pytest.raises(TransactionManagementError, match='start tasks after it'):
        await late


async def test_a_lost_connection_is_said_to_be_lost_and_the_pool_goes_on(notes: str) -> None:
    async def write_and_be_cut_off() -> None:
        async with db.transaction():
            await run('INSERT INTO note VALUES (1)')
            await run('SELECT pg_terminate_backend(pg_backend_pid())')

    with pytest.raises(DatabaseAway, match='ConnectionDoesNotExistError') as lost:
        await write_and_be_cut_off()

    assert not lost.value.is_unsure
    assert await run('SELECT number FROM note') == []
    await the_pool_is_intact(notes)


async def test_a_commit_whose_answer_is_lost_is_said_to_be_unsure(notes: str) -> None:
    await get_connection('default').execute_script(WAITS_TO_COMMIT)

    async def write() -> None:
        async with db.transaction():
            await run('INSERT INTO note VALUES (1)')

    async with held_up(notes):
        writer = asyncio.create_task(write())
        await until(lambda: active(notes, 'COMMIT;'))
        await elsewhere(notes, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT;'")
        with pytest.raises(DatabaseAway) as lost:
            await writer

    assert lost.value.is_unsure
    await the_pool_is_intact(notes)


async def test_what_waits_longer_than_people_do_ends_and_was_not_done(
    notes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_connection('default'), 'patience', 0.2)

    async def write() -> None:
        async with db.transaction():
            await run('INSERT INTO note VALUES (1)')
            await run('SELECT pg_advisory_xact_lock(1)')

    async with held_up(notes):
        with pytest.raises(DatabaseAway, match='TimeoutError: no answer in time') as late:
            await write()
        with db.unhurried():
            waits = asyncio.create_task(write())
        await until(lambda: active(notes, 'SELECT pg_advisory_xact_lock(1)'))

    await waits
    monkeypatch.undo()
    assert not late.value.is_unsure
    assert [row['number'] for row in await run('SELECT number FROM note')] == [1]
    await the_pool_is_intact(notes)


async def test_a_server_that_hangs_holds_nobody_and_its_connections_are_replaced(
    notes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncpg_engine, '_ORDER_SECONDS', 0.2)
    stopped: list[psutil.Process] = []

    async def write() -> None:
        async with db.transaction():
            [row] = await run('SELECT pg_backend_pid() AS pid')
            await run('INSERT INTO note VALUES (1)')
            stopped.append(psutil.Process(row['pid']))
            stopped[0].suspend()
            monkeypatch.setattr(get_connection('default'), 'patience', 0.2)  # of this transaction
            await run('SELECT 1')

    try:
        with pytest.raises(DatabaseAway):
            await write()
        monkeypatch.undo()
        assert await run('SELECT number FROM note') == []
    finally:
        stopped[0].resume()
    await the_pool_is_intact(notes)


async def test_a_statement_starts_no_task(notes: str) -> None:
    loop = asyncio.get_running_loop()
    started = []

    def noted(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
        started.append(work)
        return asyncio.Task(work, loop=loop, **more)

    await run('SELECT 1')
    loop.set_task_factory(noted)
    try:
        await run('SELECT 1')
    finally:
        loop.set_task_factory(None)

    assert started == []
    await the_pool_is_intact(notes)


async def test_a_connection_that_does_not_come_to_an_end_is_closed_and_replaced(
    notes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its backend sleeps on, stopped, so that the request to cancel it is not heard either."""
    monkeypatch.setattr(asyncpg_engine, '_ORDER_SECONDS', 0.2)
    sleeping = asyncio.create_task(run('SELECT pg_sleep(1000)'))
    await until(lambda: active(notes, 'SELECT pg_sleep(1000)'))
    backend = psutil.Process(await elsewhere(notes, "SELECT pid FROM pg_stat_activity WHERE query LIKE '%sleep(1000)'"))
    backend.suspend()
    try:
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        assert await run('SELECT number FROM note') == []
    finally:
        backend.resume()
    await until(lambda: gone(backend))
    await the_pool_is_intact(notes)


async def test_no_value_of_a_row_stands_in_an_error(notes: str) -> None:
    await run('CREATE TABLE person (name text UNIQUE, born date)')
    name = '王小明'
    await run('INSERT INTO person VALUES ($1)', name)

    with pytest.raises(IntegrityError) as taken:
        await run('INSERT INTO person VALUES ($1)', name)
    with pytest.raises(OperationalError, match=r'query argument \$1$') as mistyped:
        await run('INSERT INTO person (born) VALUES ($1)', name)

    assert name not in ''.join(traceback.format_exception(taken.value) + traceback.format_exception(mistyped.value))


async def run(statement: str, *values: object) -> list[dict[str, Any]]:
    return await get_connection('default').execute_query_dict(statement, list(values))


async def cancelled_at_any_moment(work: Callable[[int], Awaitable[None]]) -> int:
    """How many of 500 tasks were cancelled, twice each and 25 at a time; the others were quicker."""
    chance = random.Random(7)

    async def go_away(number: int) -> bool:
        task = asyncio.ensure_future(work(number))
        for _ in range(2):
            await asyncio.sleep(0.02 * chance.random() ** 2)
            task.cancel()
        [result] = await asyncio.gather(task, return_exceptions=True)
        assert result is None or isinstance(result, asyncio.CancelledError)
        return result is not None

    return sum([sum(await asyncio.gather(*map(go_away, range(start, start + 25)))) for start in range(0, 500, 25)])


async def the_pool_is_intact(url: str) -> None:
    """Every place can be used at once, answers what it was asked, and no transaction was left open."""
    pool = get_connection('default')._pool
    assert pool.get_idle_size() == pool.get_size()
    async with asyncio.timeout(SECONDS):
        answers = await asyncio.gather(*(run('SELECT $1::int AS n, pg_sleep(0.02)', n) for n in range(40)))
    assert [row['n'] for [row] in answers] == list(range(40))
    assert await elsewhere(url, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'") == 0


@asynccontextmanager
async def held_up(url: str) -> AsyncIterator[None]:
    """What waits for the lock of the slow commits waits as long as this lasts."""
    connection = await asyncpg.connect(url)
    await connection.execute('SELECT pg_advisory_lock(1)')
    yield
    await connection.close()


async def active(url: str, statement: str) -> bool:
    found = await elsewhere(
        url, f"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '{statement}'"
    )
    return bool(found == 1)


async def gone(process: psutil.Process) -> bool:
    return not process.is_running()


async def elsewhere(url: str, question: str) -> Any:
    """The answer over a connection that is not the pool's."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()
