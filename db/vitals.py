"""How the connection to the database fares, for whoever watches over the office."""

import asyncio
from typing import Any

from tortoise.connection import get_connection

SECONDS = 3.0


async def asked(sql: str) -> list[dict[str, Any]]:
    """The rows of a quick question. Raises TimeoutError after SECONDS, or what keeps the database from answering."""
    async with asyncio.timeout(SECONDS):
        rows = await get_connection('default').execute_query_dict(sql)
        return [dict(row) for row in rows]


def connections() -> tuple[int, int]:
    """How many this process has, and how many of them are idle; none before the office is open."""
    pool = getattr(get_connection('default'), '_pool', None)
    return (pool.get_size(), pool.get_idle_size()) if pool else (0, 0)
