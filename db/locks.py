"""Locks of the database that are no row's: kept until a transaction ends, or while a process works and lives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import IntEnum, unique
from typing import Any

import asyncpg
from tortoise.connection import get_connection

_SECONDS = 10.0


@unique
class Lock(IntEnum):
    """What one does at a time. Any number will do; it stays, since a process of the version before knows it, too."""

    MIGRATION = 20_260_308
    REFERENCE = 20_260_310
    CALENDAR = 20_260_711
    FILES = 20_261_129
    BACKUP = 20_261_130
    DEMO = 20_261_131
    KEYS = 20_261_132
    MAIL_TEMPLATES = 20_261_133
    OWNER = 20_261_134
    UNUSUAL_USE = 20_270_031
    UNDELIVERED = 7_264_301
    IMPORTS = 7_264_411


async def alone(lock: Lock) -> None:
    """Wait until nobody else has it; it is ours until the current transaction ends."""
    await get_connection('default').execute_query('SELECT pg_advisory_xact_lock($1)', [lock.value])


async def beside_others(lock: Lock) -> None:
    """The same for one of many who may have it together, but never with somebody who has it alone."""
    await get_connection('default').execute_query('SELECT pg_advisory_xact_lock_shared($1)', [lock.value])


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
