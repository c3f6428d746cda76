"""A process in which a reviewer opens a case and reads on: `python -m tests.domain.reading URL CASE ACCOUNT`."""

import asyncio
import sys
from uuid import uuid4

import db
from db.models import Account
from domain import announcements
from domain.reviews import presence


async def read_on(url: str, case: int, account: int) -> None:
    async with db.connected(url, min_size=1, max_size=2):
        await announcements.opened(url)
        reader = await Account.get(id=account)
        work = asyncio.create_task(presence.renew_forever())
        print('open', flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await presence.enter(case, uuid4(), by=reader)
        print('reading', flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        work.cancel()  # as when the server is told to stop
        await asyncio.wait([work])
        print('closed', flush=True)


if __name__ == '__main__':
    asyncio.run(read_on(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
