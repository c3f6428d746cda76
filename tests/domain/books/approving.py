"""A process that approves what waits until nothing does, there to be killed: `python -m tests.domain.approving URL`.

When a connection breaks it does what a reviewer does: the same decision once more.
"""

import asyncio
import random
import sys

import asyncpg

import db
from db import sealing
from db.choices import Role
from db.models import Account
from domain import applications, reviews
from domain.errors import MovedOn

LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


async def approve_everything(url: str) -> None:
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    async with db.connected(url, min_size=1, max_size=8):
        reviewers = await Account.filter(role=Role.REVIEWER)
        print('approving', flush=True)
        while rows := await reviews.awaiting(by=reviewers[0]):
            await asyncio.gather(*(approve(row.id, random.choice(reviewers)) for row in rows[:4]))


async def approve(application_id: int, reviewer: Account) -> None:
    read = await applications.get(application_id, by=reviewer)
    try:
        try:
            await reviews.approve(read, 2, by=reviewer)
        except LOST:
            print('once more', flush=True)
            await reviews.approve(read, 2, by=reviewer)
    except MovedOn as refusal:
        print(refusal, flush=True)


if __name__ == '__main__':
    asyncio.run(approve_everything(sys.argv[1]))
