"""The server's side of one worker process."""

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from db.server_account import Account

from .messages import LENGTH, Content, Malformed, Message, decode_head

log = logging.getLogger(__name__)

# A worker that a hostile file has taken over may announce anything.
MOST_HEAD = 2**20
MOST_BYTES = 2**28

DIED = (asyncio.IncompleteReadError, ConnectionError, Malformed)
"""What speaking to a worker raises when it has died or answers what is no answer."""

_PROJECT = Path(__file__).parents[2]


class Failed(Exception):
    """The work on the job raised an exception. `reason` is its traceback, for the log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Spent(Exception):
    """The worker has ended itself: the job took more of a processor than it may."""


class Worker:
    """A process, its pipes and its state. `is_spent`: it must do no further job; `jobs`: how many it has done."""

    def __init__(self, process: Process) -> None:
        self.is_spent = False
        self.jobs = 0
        self._process = process
        self._ready: Content | None = None
        self._getting_ready = asyncio.Lock()

    async def ready(self) -> Content:
        """Wait until it is prepared; what it wants known then. Raises one of DIED."""
        async with self._getting_ready:
            if self._ready is None:
                answer, _ = await self._answer()
                self._ready = _value(answer, 'ready', dict)
                if answer.get('is_offline') is not True:
                    _tell_of_the_network()
        return self._ready

    async def do(self, order: Sequence[bytes]) -> Message:
        """Have the encoded `order` done. Raises Failed, Spent, or one of DIED."""
        self.is_spent = True  # until it has answered: whoever gives up in between leaves it in an unknown state
        await self.ready()
        pipe = self._process.stdin
        assert pipe
        if pipe.is_closing():  # it died while it was idle; uvloop answers a write with a RuntimeError
            raise ConnectionResetError
        try:
            pipe.writelines(order)
            await pipe.drain()
            answer, pieces = await self._answer()
        except DIED:
            # Its pipes are closed; a worker taken over may live on without them, and is not waited for.
            self.kill()
            if await self._process.wait() == -signal.SIGPROF:
                raise Spent from None
            raise
        reason = None if 'done' in answer else _value(answer, 'failed', str)
        done = {} if reason else _value(answer, 'done', dict)
        self.jobs += 1
        self.is_spent = False
        if reason:
            raise Failed(reason)
        return done, pieces

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.returncode is None

    def kill(self) -> None:
        """Kill the process, also in the middle of a job."""
        if self._process.returncode is None:
            # Not Process.kill(): that would look for the exit status, which is for asyncio's own watcher to find.
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def ended(self) -> None:
        """Wait for the end of the process and close its pipes."""
        await self._process.communicate()

    async def _answer(self) -> Message:
        source = self._process.stdout
        assert source
        (length,) = LENGTH.unpack(await source.readexactly(LENGTH.size))
        if length > MOST_HEAD:
            raise Malformed
        content, lengths = decode_head(await source.readexactly(length))
        if sum(lengths) > MOST_BYTES:
            raise Malformed
        return content, [await source.readexactly(each) for each in lengths]


async def start(module: str, environment: Mapping[str, str], account: Account | None = None) -> Worker:
    """Start `python -m module`, which calls `serving.serve`, with no environment but this one, as `account`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        '-m',
        module,
        *map(str, account or ()),
        stdin=PIPE,
        stdout=PIPE,
        limit=2**22,
        cwd=_PROJECT,
        env=environment,
        start_new_session=True,  # Ctrl-C is the server's business, which then closes the pool
    )
    return Worker(process)


@cache
def _tell_of_the_network() -> None:
    log.warning('this system cannot keep workers from the network (SECURITY.md)')


def _value(answer: Content, key: str, kind: type) -> Any:
    value = answer.get(key)
    if not isinstance(value, kind):
        raise Malformed
    return value
