"""The clock of the review: reminders before the due day, escalation after it."""

import asyncio


async def watch_forever() -> None:
    """Remind and escalate, until cancelled."""
    await asyncio.Event().wait()
