"""A process that approves what waits, as a reviewer does, and would release it: `python -m tests.domain.deciding URL`.

It is there to be killed before it has released anything.
"""

import asyncio
import sys

import db
from db import sealing
from db.choices import Role
from db.models import Account
from domain import announcements, reviews
from domain.reviews import decisions


async def decide_everything(url: str) -> None:
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    async with db.connected(url, min_size=1, max_size=4):
        await announcements.opened(url)
        work = asyncio.create_task(decisions.release_forever())
        reviewer = await Account.filter(role=Role.REVIEWER).order_by('id').first()
        assert reviewer
        waiting = [(row.id, row.version) for row in await reviews.awaiting(by=reviewer) if row.pending is None]
        await decisions.approve_many(waiting, by=reviewer)
        print('decided', flush=True)
        await work


if __name__ == '__main__':
    asyncio.run(decide_everything(sys.argv[1]))
