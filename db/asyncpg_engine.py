"""Tortoise's asyncpg engine, made safe against cancellation.

A browser that goes away cancels the task that serves it, at any await. The stock engine loses a connection whenever
that happens while a transaction begins, so its pool is empty after about a hundred closed tabs. Here begin, commit,
rollback and release always run to their end, and the cancellation is raised afterwards. Acquiring needs no shield:
asyncpg returns the place in the pool by itself, and a shield would keep cancelled tasks in the queue for connections.

A server that hangs must not hold whoever asks it: statements have the limits of db/outages.py, and a connection that
does not answer is closed, so that PostgreSQL takes back what it had begun.

Tortoise chooses its schema editor by the engine's module path, which therefore contains the word asyncpg.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from types import coroutine
from typing import Any, TypeVar, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from . import outages
from .outages import DatabaseAway
from .rows import Executor

# How many statements a connection keeps prepared, with about 40 kB of PostgreSQL each. The pages ask some hundreds of
# different ones and would push each other out of asyncpg's 100; one that is prepared anew costs six times as much, so
# none is given up after asyncpg's five minutes, by which most of an office with few users would be prepared each time.
_PREPARED = {'statement_cache_size': 400, 'max_cached_statement_lifetime': 0}

# Seconds for putting a connection in order, after which it is closed.
_ORDER_SECONDS = 3.0

T = TypeVar('T')


class _Patient(AsyncpgDBClient):
    """Says of every statement when the database does not answer."""

    executor_class = Executor
    patience: float | None = None

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        """In the place of Tortoise's, with the same errors; one coroutine less for each statement."""
        try:
            with outages.told(self.patience, may_be_done=self._may_be_done(args)):
                return await func(self, *args, **kwargs)
        except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as error:
            raise OperationalError(error) from error
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(error) from error
        except asyncpg.InvalidTransactionStateError as error:
            raise TransactionManagementError(error) from error

    def _may_be_done(self, words: tuple[Any, ...]) -> bool:
        """Whether a statement may have taken effect although its answer did not arrive."""
        return not (words and str(words[0]).lstrip()[:6].upper() == 'SELECT')


class Client(_Patient):
    """A pool of connections to `dsn`, which asyncpg reads itself: host lists, sslmode and percent signs included.

    `patience`: seconds for a statement; None: as long as it takes, and no limits of PostgreSQL's either.
    """

    def __init__(self, dsn: str, patience: float | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self._dsn = dsn
        self.patience = patience

    async def create_connection(self, with_db: bool) -> None:
        limits = {} if self.patience is None else outages.LIMITS
        sizes = {'min_size': self.pool_minsize, 'max_size': self.pool_maxsize, **_PREPARED}
        self._pool = await asyncpg.create_pool(self._dsn, reset=_nothing_more, server_settings=limits, **sizes)
        await self._post_connect()

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        return _Borrowed(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_Begun(self), self._pool_init_lock)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


client_class = Client  # the name by which Tortoise finds the engine


class _Borrowed(PoolConnectionWrapper[Any]):
    """A connection for one statement."""

    async def __aexit__(self, *_: object) -> None:
        await _returned(self.connection)


class _Begun(_Patient, TransactionWrapper):
    """The client of a transaction's statements; of a nested transaction, a savepoint."""

    def __init__(self, connection: _Patient) -> None:
        TransactionWrapper.__init__(self, connection)
        self.patience = connection.patience

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        if self._finalized:  # a task started inside the transaction has outlived it
            raise TransactionManagementError('this transaction is over; start tasks after it, not in it')
        return super().acquire_connection()

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_Begun(self))

    async def begin(self) -> None:
        await _finished(super().begin())

    async def commit(self) -> None:
        await _finished(self._commit())

    async def rollback(self) -> None:
        await _finished(self._roll_back())

    @translate_exceptions
    async def _commit(self) -> None:
        await super().commit()

    async def _roll_back(self) -> None:
        async with asyncio.timeout(_ORDER_SECONDS):
            await super().rollback()

    def _may_be_done(self, words: tuple[Any, ...]) -> bool:
        return not words  # a COMMIT; everything before it is taken back


class _Transaction(TransactionContextPooled):
    """Holds a connection of the pool from begin until commit or rollback."""

    __slots__ = ()
    client: _Begun

    async def __aenter__(self) -> _Begun:
        await self.ensure_connection()
        transaction = self.client
        with outages.told(transaction.patience, may_be_done=False):
            transaction._connection = await self._pool.acquire()
        try:
            await transaction.begin()
        except BaseException:
            await self._give_back()
            raise
        self.token = get_connections().set(self.connection_name, transaction)
        return transaction

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        try:
            get_connections().reset(self.token)
            if error is None and not self.client._finalized:
                await self.client.commit()
        except DatabaseAway:
            self._hang_up()
            raise
        finally:
            await self._give_back()

    def _hang_up(self) -> None:
        """Close a connection that does not answer; PostgreSQL takes back what was not committed."""
        self.client._finalized = True
        with suppress(asyncpg.InterfaceError):  # it is closed already
            self.client._connection.terminate()

    async def _give_back(self) -> None:
        try:
            if not self.client._finalized:
                await self.client.rollback()
        except TimeoutError:
            self._hang_up()
        except Exception:  # noqa: S110 -- after a failed begin, or on a lost connection: nothing to undo
            pass
        finally:
            self.client._finalized = True
            await _returned(self.client._connection)

    @property
    def _pool(self) -> Any:
        return self.client._parent._pool


async def _nothing_more(connection: object) -> None:
    """Reset nothing beyond the transaction, which asyncpg ends itself.

    asyncpg would reset settings, cursors, LISTEN and session locks after every statement, which takes longer than most
    statements. So nobody may leave any of these on a connection of the pool.
    """


async def _returned(connection: Any) -> None:
    """Return a connection to the pool. asyncpg closes one that it cannot reset; the statement before has not failed.

    `Pool.release` starts a task each time, which costs more than the statement. Most have nothing to wait for: they are
    back after the first step, in which nobody can be cancelled. Only what does wait is a task.
    """
    with suppress(Exception):
        if connection._con is None:  # closed meanwhile, and back already
            return
        connection._con._on_release()
        release = connection._holder.release(None)
        try:
            waits_for = release.send(None)
        except StopIteration:
            return
        await _finished(_in_order(_going_on(release, waits_for)))


async def _in_order(work: Awaitable[None]) -> None:
    async with asyncio.timeout(_ORDER_SECONDS):
        await work


@coroutine
def _going_on(begun: Coroutine[Any, Any, T], waits_for: Any) -> Generator[Any, Any, T]:
    """The rest of a coroutine whose first step was taken outside of a task."""
    step: Callable[[Any], Any]
    while True:
        try:
            word = yield waits_for
        except BaseException as error:
            step, word = begun.throw, error
        else:
            step = begun.send
        try:
            waits_for = step(word)
        except StopIteration as end:
            return cast(T, end.value)


async def _finished(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end, even when cancelled meanwhile; the cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as request:
            cancellation = request
    if cancellation is not None:
        raise cancellation from (None if task.cancelled() else task.exception())
    return task.result()
