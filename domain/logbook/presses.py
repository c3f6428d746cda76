"""The presses of this process: warm WeasyPrint workers, spoken to through pipes.

WeasyPrint takes a processor for a third of a second a book, which must not hold the event loop; threads would only take
turns at it. A press that dies is replaced and its job printed once more; one that takes too long is ended.
It gets JSON and answers with bytes, so nothing is unpickled on either side, and it never sees the server's environment.
"""

import asyncio
import json
import os
import signal
import struct
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

from ..errors import DomainError

PRESSES = 2
TIME_LIMIT = 60.0
"""Seconds from the order to the PDF, the wait for a free press included."""
DOCUMENTS_EACH = 1000
"""Memory does not grow (tests/bench/logbook.py); a fresh press now and then costs little and bounds what we missed."""

_PROJECT = Path(__file__).parents[2]
_KEPT = (
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'LD_LIBRARY_PATH',
    'DYLD_FALLBACK_LIBRARY_PATH',
    'XDG_CACHE_HOME',
    'FONTCONFIG_FILE',
    'FONTCONFIG_PATH',
)
_DIED = (asyncio.IncompleteReadError, ConnectionError)


class PrintingTooSlow(DomainError):
    """No PDF within the time limit."""

    def __init__(self) -> None:
        super().__init__(f'列印超過 {TIME_LIMIT:.0f} 秒還沒有完成，已先停止。資料都還在，請稍候再列印一次。')


class PrintingFailed(DomainError):
    """The press broke down twice, or could not print this document. `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__('這份文件沒有印成。資料都還在，請再列印一次；若仍然不行，請告訴系統管理者。')


class PrintingUnavailable(DomainError):
    """This machine lacks Debian packages that printing needs."""

    def __init__(self, lacking: list[str]) -> None:
        self.lacking = lacking
        super().__init__(f'這台主機還不能列印。請系統管理者先執行：apt-get install {" ".join(lacking)}')


class PrintShop:
    """Some presses, what lies idle, and a folder for their temporary files that goes with them."""

    def __init__(self) -> None:
        self._desks = asyncio.Semaphore(PRESSES)
        self._idle: list[_Press] = []
        self._presses: set[_Press] = set()
        self._jobs: set[asyncio.Task[bytes]] = set()
        self._folder = tempfile.TemporaryDirectory(prefix='logbook-')
        self._is_open = True

    async def warm(self) -> None:
        """Start what is not yet started and wait until it could print. Raises PrintingUnavailable."""
        while len(self._presses) < PRESSES:
            self._idle.append(await self._started())
        for lacking in await asyncio.gather(*(press.ready() for press in self._idle)):
            if lacking:
                raise PrintingUnavailable(lacking)

    async def print(self, order: bytes) -> bytes:
        """Have `order` printed. Who waits may leave (a closed tab): the press ends its document and stays warm."""
        job = asyncio.create_task(self._in_time(order), name='print')
        self._jobs.add(job)
        job.add_done_callback(self._done)
        return await asyncio.shield(job)

    async def close(self) -> None:
        """End the presses, in the middle of a document too."""
        self._is_open = False
        for press in self._presses:
            press.kill()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        for press in list(self._presses):
            await self._end(press)
        self._folder.cleanup()

    def _done(self, job: asyncio.Task[bytes]) -> None:
        self._jobs.discard(job)
        if not job.cancelled():
            job.exception()  # retrieved, so that asyncio does not complain when whoever waited has left

    async def _in_time(self, order: bytes) -> bytes:
        try:
            async with asyncio.timeout(TIME_LIMIT), self._desks:
                return await self._at_a_desk(order)
        except TimeoutError:
            raise PrintingTooSlow from None

    async def _at_a_desk(self, order: bytes) -> bytes:
        for is_second in (False, True):
            if not self._is_open:
                break
            press = await self._free(fresh=is_second)
            try:
                with suppress(*_DIED):
                    return await press.print(order)
            finally:
                if press.is_spent:
                    await self._end(press)
                else:
                    self._idle.append(press)
        raise PrintingFailed('the press died')

    async def _free(self, fresh: bool) -> '_Press':
        """A press that lies idle, or a new one: what killed the last press may have killed the idle ones too."""
        press = self._idle.pop() if self._idle else None
        if press and fresh:
            await self._end(press)
            press = None
        return press or await self._started()

    async def _started(self) -> '_Press':
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            '-m',
            'domain.logbook.worker',
            stdin=PIPE,
            stdout=PIPE,
            limit=2**22,
            cwd=_PROJECT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ}
            | {'TMPDIR': self._folder.name, 'PYTHONUTF8': '1'},
            start_new_session=True,  # Ctrl+C is the server's business, which then closes the shop
        )
        press = _Press(process)
        self._presses.add(press)
        return press

    async def _end(self, press: '_Press') -> None:
        self._presses.discard(press)
        press.kill()
        await press.gone()


class _Press:
    """One worker process. It says once that it is ready, then answers each order with one frame."""

    def __init__(self, process: Process) -> None:
        self.is_spent = False
        self._process = process
        self._documents = 0
        self._lacking: list[str] | None = None

    async def ready(self) -> list[str]:
        """Wait until it is warm; the packages it misses."""
        if self._lacking is None:
            self._lacking = json.loads((await self._answer())[1])
        return self._lacking

    async def print(self, order: bytes) -> bytes:
        """Raises PrintingUnavailable, PrintingFailed, or one of `_DIED`."""
        self.is_spent = True  # until it has answered: whoever gives up in between leaves it in an unknown state
        if lacking := await self.ready():
            raise PrintingUnavailable(lacking)
        assert self._process.stdin
        self._process.stdin.write(struct.pack('>I', len(order)) + order)
        await self._process.stdin.drain()
        status, answer = await self._answer()
        self._documents += 1
        self.is_spent = self._documents >= DOCUMENTS_EACH
        if status != 'pdf':
            raise PrintingFailed(answer.decode(errors='replace'))
        return answer

    def kill(self) -> None:
        if self._process.returncode is None:
            # Not Process.kill(): that would look for the exit status, which is for asyncio's own watcher to find.
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def gone(self) -> None:
        await self._process.communicate()

    async def _answer(self) -> tuple[str, bytes]:
        assert self._process.stdout
        status, length = struct.unpack('>6sI', await self._process.stdout.readexactly(10))
        return status.rstrip(b'\0').decode(), await self._process.stdout.readexactly(length)
