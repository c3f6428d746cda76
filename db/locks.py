"""Locks that a process holds while it works, and that the database gives back when it dies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from tortoise.connection import get_connection

_SECONDS = 10.0


@asynccontextmanager
async def held(kind: int, number: int) -> AsyncIterator[bool]:
    """Whether nobody else holds the lock of this kind and number; it is ours while the context lasts.

    It has a connection of its own: one of the pool may keep no lock, and a killed process loses it with its connection.
    Raises what asyncpg raises if the database does not answer.
    """
    client: Any = get_connection('default')
    connection = await asyncpg.connect(client._dsn, timeout=_SECONDS)
    try:
        yield await connection.fetchval('SELECT pg_try_advisory_lock($1, $2)', kind, number)
    finally:
        with suppress(Exception):  # it is lost already: so is the lock
            await connection.close(timeout=_SECONDS)
