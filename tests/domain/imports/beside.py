"""`python -m tests.domain.imports.beside URL`: another process, which works on imports until it is killed."""

import asyncio
import sys

import db
from db import sealing
from domain.imports import running, writing


async def main(url: str) -> None:
    """Pieces are small, so that there are many of them to be killed in."""
    writing.BLOCKS_EACH = 1
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    async with db.connected(url, min_size=1, patience=10), running.opened():
        while True:
            await running.resume()
            await asyncio.sleep(0.02)


if __name__ == '__main__':
    asyncio.run(main(sys.argv[1]))
