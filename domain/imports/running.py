"""Work on batches in the background: begun by whoever asked, gone on with by whichever process lives.

A batch is worked on by one process at a time, which holds a lock that dies with it. Even if two did, nothing would be
written twice: each piece is one transaction that locks the batch and moves its progress.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from db import locks, unhurried
from db.choices import BatchState
from db.locks import Lock
from db.models import ImportBatch

from ..repeating import repeating
from . import reading, taking_back, writing

log = logging.getLogger(__name__)

# What a process that died has left is found so much later, in seconds; by the same process's next start at once.
LOOKED_EVERY = 20.0
AT_ONCE = 2
_LONGEST_PAUSE = 3600.0

_STEPS: dict[BatchState, Callable[[ImportBatch], Awaitable[None]]] = {
    BatchState.READING: reading.step,
    BatchState.WRITING: writing.step,
    BatchState.TAKING_BACK: taking_back.step,
}
_tasks: dict[int, asyncio.Task[None]] = {}
_again: set[int] = set()
# Of what failed: when it is tried again, and the pause before that.
_pauses: dict[int, tuple[float, float]] = {}
_places = asyncio.Semaphore(AT_ONCE)


def start(batch_id: int) -> None:
    """Work on the batch until nothing is to be done; to be called when its transaction is over."""
    if batch_id in _tasks:
        _again.add(batch_id)
        return
    task = asyncio.create_task(_work(batch_id), name=f'import {batch_id}')
    _tasks[batch_id] = task
    task.add_done_callback(lambda _: _ended(batch_id))


async def finished(batch_id: int) -> None:
    """Wait until this process has nothing more to do for the batch."""
    while task := _tasks.get(batch_id):
        await asyncio.wait([task])
        await asyncio.sleep(0)


async def resume() -> None:
    """Go on with what nobody works on."""
    for batch in await ImportBatch.filter(state__in=list(_STEPS)).order_by('id').only('id'):
        if batch.id not in _tasks and time.monotonic() >= _pauses.get(batch.id, (0.0, 0.0))[0]:
            start(batch.id)


async def work_forever() -> None:
    """At the start and every few seconds, until cancelled."""
    await repeating('imports', LOOKED_EVERY, resume)


@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    """For the lifespan of the server: readers start with the first file and end here, with what they were doing."""
    try:
        yield
    finally:
        for task in list(_tasks.values()):
            task.cancel()
        await asyncio.gather(*_tasks.values(), return_exceptions=True)
        await reading.pool.close()


def _ended(batch_id: int) -> None:
    task = _tasks.pop(batch_id)
    if batch_id in _again:
        _again.discard(batch_id)
        if not task.cancelled():
            start(batch_id)


async def _work(batch_id: int) -> None:
    try:
        async with _places:
            with unhurried():
                async with locks.held(Lock.IMPORTS, batch_id) as is_ours:
                    if is_ours:
                        await _steps(batch_id)
        _pauses.pop(batch_id, None)
    except Exception:
        pause = min(_LONGEST_PAUSE, 2 * _pauses.get(batch_id, (0.0, LOOKED_EVERY / 2))[1])
        _pauses[batch_id] = time.monotonic() + pause, pause
        log.exception('import %d: failed, to be tried again in %.0f s', batch_id, pause)


async def _steps(batch_id: int) -> None:
    while batch := await ImportBatch.get_or_none(id=batch_id):
        step = _STEPS.get(batch.state)
        if step is None:
            return
        await step(batch)
        await asyncio.sleep(0)
