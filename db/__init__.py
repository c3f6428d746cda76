"""The database: connections and transactions."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import Context
from typing import Any, TypeVar

from tortoise.config import AppConfig, ConnectionConfig, TortoiseConfig
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from . import columns, rows, shapes
from .outages import DatabaseAway, unhurried

Result = TypeVar('Result')

__all__ = ['CONFIG', 'DatabaseAway', 'apart', 'connected', 'tortoise_config', 'transaction', 'unhurried']


@asynccontextmanager
async def connected(
    url: str, *, min_size: int = 2, max_size: int = 20, patience: float | None = None
) -> AsyncIterator[None]:
    """Connect the models, in every task, to the database at `url` while the context lasts; one at a time in a process.

    `url` is a PostgreSQL URL as libpq and asyncpg read it. Raises what asyncpg raises if the server does not answer.
    With `patience`, in seconds, whatever takes longer ends with DatabaseAway (db/outages.py).
    """
    async with TortoiseContext() as context:
        config = tortoise_config(url, min_size=min_size, max_size=max_size, patience=patience)
        # The global fallback, since the events of a page run in tasks without this context.
        await context.init(config, _enable_global_fallback=True)
        columns.install()
        rows.install()
        shapes.install()
        columns.prepare(context.apps)
        await context.db().create_connection(with_db=True)
        yield


def transaction() -> AbstractAsyncContextManager[Any]:
    """A transaction: commits at the end of the block, rolls back on any error or cancellation. May be nested."""
    return in_transaction()


async def apart(act: Coroutine[Any, Any, Result]) -> Result:
    """`act` outside of the caller's transaction: what it writes stays, also when that is rolled back.

    It must not wait for what the transaction has locked.
    """
    return await asyncio.create_task(act, context=Context())


def tortoise_config(url: str, *, min_size: int = 1, max_size: int = 1, patience: float | None = None) -> TortoiseConfig:
    """The configuration of Tortoise: engine, pool, models and migrations."""
    pool = {'dsn': url, 'minsize': min_size, 'maxsize': max_size, 'patience': patience}
    return TortoiseConfig(
        connections={'default': ConnectionConfig(engine='db.asyncpg_engine', credentials=pool)},
        apps={'models': AppConfig(models=['db.models'], default_connection='default', migrations='db.migrations')},
        use_tz=True,
        timezone='Asia/Taipei',
    )


CONFIG = tortoise_config('postgres://')
"""For the command `tortoise`, which needs no database to write a migration."""
