"""Waiting for what must happen. How long it takes depends on the machine: only what never happens is a failure."""

import asyncio
from collections.abc import Awaitable, Callable

SECONDS = 120  # then it will not happen


async def until(is_so: Callable[[], bool | Awaitable[bool]]) -> None:
    """Raises TimeoutError when it does not become so."""
    async with asyncio.timeout(SECONDS):
        while not (answer if isinstance(answer := is_so(), bool) else await answer):
            await asyncio.sleep(0.01)
