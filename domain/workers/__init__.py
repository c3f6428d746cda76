"""Pools of worker processes, for work that would hold the event loop or must not endanger the server.

A worker gets JSON and bytes and answers with JSON and bytes (`messages`): nothing is unpickled on either side. It never
sees the server's environment, has a limit of memory, and dies with the server (`serving`). What takes too long is
killed; a worker that was killed is replaced and its job done once more, by a fresh one.
"""

import asyncio
import logging
import os
import tempfile
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import confinement
from .messages import Content, Message, encode
from .process import DIED, Failed, Spent, Worker, start
from .turns import GivenUp, Turns

__all__ = ['Busy', 'Died', 'Failed', 'Message', 'Pool', 'TooSlow']

log = logging.getLogger(__name__)


class Busy(Exception):
    """Too many jobs wait, or this one has waited too long. It was not begun."""


class TooSlow(Exception):
    """The job took longer, or more of a processor, than it may; its worker was killed."""


class Died(Exception):
    """Two workers died at the job, or the pool was closed meanwhile: nothing is known of the job."""


@dataclass(eq=False)
class Pool:
    """At most `size` processes `python -m module`, begun at need or by `warm`, and jobs that wait for them.

    A job waits for `waiting_seconds` at most and takes `seconds` at most, the start of a worker included. Whoever
    orders many waits for their own: places are given by turns. Of more than `most_waiting` waiting jobs one of whoever
    has most there is refused at once. When whoever ordered a job is cancelled, it leaves the
    queue, or goes on for `grace` seconds, so that its worker may stay; then the worker is killed. After `jobs_each`
    jobs a worker is replaced, which bounds what it may leak. Of the server's environment it sees the variables named
    in `environment`, and TMPDIR is a folder that goes with the pool.

    Workers die with the thread that started them: the pool belongs to the event loop of the main thread.
    """

    module: str
    seconds: float
    waiting_seconds: float
    jobs_each: int
    grace: float = 0.0
    size: int = 2
    most_waiting: int = 64
    environment: Sequence[str] = ()

    _workers: set[Worker] = field(init=False, default_factory=set)
    _idle: list[Worker] = field(init=False, default_factory=list)
    _jobs: set[asyncio.Task[Message]] = field(init=False, default_factory=set)
    _closings: int = field(init=False, default=0)
    _folder: tempfile.TemporaryDirectory[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._turns = Turns(self.size)

    async def warm(self) -> list[Content]:
        """Start what is not started and wait until all are prepared; what each wants known. Raises Died."""
        while len(self._workers) < self.size:
            self._idle.append(await self._start())
        try:
            return [await worker.ready() for worker in list(self._idle)]
        except DIED as error:
            raise Died from error

    async def run(self, content: Content, pieces: Sequence[bytes] = (), *, whose: Hashable = None) -> Message:
        """Have a job of `whose` done; what the worker's handler returned. Raises Busy, TooSlow, Died, Failed."""
        order, closings = encode(content, pieces), self._closings
        await self._turn(whose)
        job = asyncio.create_task(self._in_time(order, closings), name=self.module)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            asyncio.get_running_loop().call_later(self.grace, job.cancel)
            raise

    @property
    def living(self) -> int:
        """How many workers live."""
        return sum(worker.is_alive for worker in self._workers)

    @property
    def jobs(self) -> int:
        """How many jobs wait or are being done."""
        return len(self._jobs) + self._turns.waiting

    async def alive(self) -> int:
        """How many workers live; when none does, one is begun, as the next job would. Raises Died."""
        if not self.living and not self._jobs:
            for worker in list(self._idle):
                self._idle.remove(worker)
                await self._end(worker)
            worker = await self._start()
            self._idle.append(worker)
            try:
                await worker.ready()
            except DIED as error:
                raise Died from error
        return self.living

    async def close(self) -> None:
        """Kill the workers, in the middle of a job too. The next job begins anew."""
        self._closings += 1
        for worker in self._workers:
            worker.kill()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        for worker in list(self._workers):
            await self._end(worker)
        self._idle.clear()
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    async def _turn(self, whose: Hashable) -> None:
        try:
            async with asyncio.timeout(self.waiting_seconds):
                await self._turns.take(whose, self.most_waiting)
        except (TimeoutError, GivenUp):
            raise Busy from None

    async def _in_time(self, order: Sequence[bytes], closings: int) -> Message:
        try:
            async with asyncio.timeout(self.seconds):
                return await self._done(order, closings)
        except (TimeoutError, Spent):
            raise TooSlow from None
        finally:
            self._turns.give_back()

    async def _done(self, order: Sequence[bytes], closings: int) -> Message:
        for is_second in (False, True):
            if self._closings != closings:
                break
            worker = await self._free(is_fresh=is_second)
            try:
                if self._closings == closings:  # not so when it was started while the pool was being closed
                    return await worker.do(order)
            except DIED:
                log.warning('a worker of %s died at its job', self.module)
            finally:
                if worker.is_spent or worker.jobs >= self.jobs_each:
                    await self._end(worker)
                else:
                    self._idle.append(worker)
        raise Died

    async def _free(self, *, is_fresh: bool) -> Worker:
        """A worker that is idle, or a new one: what killed the last may have killed the idle ones too."""
        worker = self._idle.pop() if self._idle else None
        if worker and is_fresh:
            await self._end(worker)
            worker = None
        return worker or await self._start()

    async def _start(self) -> Worker:
        kept = {name: os.environ[name] for name in self.environment if name in os.environ}
        account = await asyncio.to_thread(confinement.account)
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix=f'{self.module.split(".")[-2]}-')
            if account is not None:
                confinement.hand_over(Path(self._folder.name), account)  # once, and before any worker starts
        worker = await start(self.module, kept | {'TMPDIR': self._folder.name, 'PYTHONUTF8': '1'}, account)
        self._workers.add(worker)
        return worker

    async def _end(self, worker: Worker) -> None:
        self._workers.discard(worker)
        worker.kill()
        await worker.ended()
