"""Tortoise's asyncpg engine, made safe against cancellation.

A browser that goes away cancels the task that serves it, at any await. The stock engine loses a connection whenever
that happens while a transaction begins, so its pool is empty after about a hundred closed tabs. Here begin, commit,
rollback and release always run to their end, and the cancellation is raised afterwards. Acquiring needs no shield:
asyncpg returns the place in the pool by itself, and a shield would keep cancelled tasks in the queue for connections.

Tortoise chooses its schema editor by the engine's module path, which therefore contains the word asyncpg.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

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
from tortoise.exceptions import TransactionManagementError

T = TypeVar('T')


class Client(AsyncpgDBClient):
    """A pool of connections to `dsn`, which asyncpg reads itself: host lists, sslmode and percent signs included."""

    def __init__(self, dsn: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._dsn = dsn

    async def create_connection(self, with_db: bool) -> None:
        sizes = {'min_size': self.pool_minsize, 'max_size': self.pool_maxsize}
        self._pool = await asyncpg.create_pool(self._dsn, reset=_nothing_more, **sizes)
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
        await _returned(self.client._pool, self.connection)


class _Begun(TransactionWrapper):
    """The client of a transaction's statements; of a nested transaction, a savepoint."""

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        if self._finalized:  # a task started inside the transaction has outlived it
            raise TransactionManagementError('this transaction is over; start tasks after it, not in it')
        return super().acquire_connection()

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_Begun(self))

    async def begin(self) -> None:
        await _finished(super().begin())

    @translate_exceptions
    async def commit(self) -> None:
        await _finished(super().commit())

    async def rollback(self) -> None:
        await _finished(super().rollback())


class _Transaction(TransactionContextPooled):
    """Holds a connection of the pool from begin until commit or rollback."""

    __slots__ = ()
    client: _Begun

    async def __aenter__(self) -> _Begun:
        await self.ensure_connection()
        transaction = self.client
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
        finally:
            await self._give_back()

    async def _give_back(self) -> None:
        try:
            if not self.client._finalized:
                with suppress(Exception):  # after a failed begin or commit, or on a lost connection: nothing to undo
                    await self.client.rollback()
        finally:
            self.client._finalized = True
            await _returned(self._pool, self.client._connection)

    @property
    def _pool(self) -> Any:
        return self.client._parent._pool


async def _nothing_more(connection: object) -> None:
    """Reset nothing beyond the transaction, which asyncpg ends itself.

    asyncpg would reset settings, cursors, LISTEN and session locks after every statement, which takes longer than most
    statements. So nobody may leave any of these on a connection of the pool.
    """


async def _returned(pool: Any, connection: Any) -> None:
    """Return a connection to the pool. asyncpg closes one that it cannot reset; the statement before has not failed."""
    with suppress(Exception):
        await _finished(pool.release(connection))


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
