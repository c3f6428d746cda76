"""The processes that decode uploads, seen from the server: at most two, begun at need, replaced when anything is odd.

Plain processes spoken to through pipes, not a pool of `concurrent.futures`: they can be killed at the time limit, they
never see the environment with its keys, and they answer in JSON, so that a decoder taken over by a hostile file can
neither read a secret nor have the server unpickle something. When the server dies, their input ends and they go.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .results import Crop, Picture, UnreadablePicture, VerdictNote

ROOMS = 2
SECONDS = 20
WAITING_SECONDS = 40
JOBS_EACH = 100  # then a fresh process: what a decoder may leak is bounded

_PROJECT = Path(__file__).parents[2]
_idle: list['_Darkroom'] = []
_places = asyncio.Semaphore(ROOMS)


async def develop(job: str, kind: str | None, data: bytes, crop: Crop | None = None) -> list[Picture]:
    """Have `data` decoded by a free process: job 'photo', 'scan' or 'attachment', `kind` as its first bytes say.

    Raises `UnreadablePicture`, also when the work takes longer than `SECONDS` or brings the process down.
    """
    try:
        await asyncio.wait_for(_places.acquire(), WAITING_SECONDS)
    except TimeoutError:
        raise UnreadablePicture('現在上傳的檔案很多，還沒輪到這個檔案。請稍等一下再上傳；已填的資料都還在。') from None
    room, reply = _idle.pop() if _idle else _Darkroom(), None
    try:
        async with asyncio.timeout(SECONDS):
            reply = await asyncio.to_thread(room.work, {'job': job, 'kind': kind, 'crop': crop}, data)
    except TimeoutError:
        raise UnreadablePicture(
            '這個檔案太複雜，處理太久，已經停止。請用手機重新拍照，或改選另一個檔案；已填的資料都還在。'
        ) from None
    except (OSError, EOFError, ValueError):
        raise UnreadablePicture(
            '這個檔案打不開，可能已損壞。請重新拍照，或改選另一個檔案；已填的資料都還在。'
        ) from None
    finally:
        if reply is not None:
            _idle.append(room)
        else:
            room.abandon()  # also when the upload was cancelled: nobody waits for the work any more
        _places.release()
    return _pictures(*reply)


async def close() -> None:
    """End the idle processes."""
    while _idle:
        await asyncio.to_thread(_idle.pop().end)


class _Darkroom:
    """One process and its pipes. `work` and `end` run in one thread at a time, `abandon` may come in between."""

    def __init__(self) -> None:
        self._jobs = 0
        self._is_abandoned = False
        self._process: subprocess.Popen[bytes] | None = None

    def work(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer and the bytes that follow it. Raises OSError, EOFError or ValueError when the process gives up."""
        is_done = False
        try:
            reply = self._exchange(self._running(), json.dumps(request | {'bytes': len(data)}).encode() + b'\n', data)
            is_done = True
            return reply
        finally:
            if self._is_abandoned or not is_done or self._jobs >= JOBS_EACH:
                self.end()

    def abandon(self) -> None:
        """Kill the process at once; the thread that works with it notices and clears away."""
        self._is_abandoned = True
        if process := self._process:
            process.kill()

    def end(self) -> None:
        """Kill the process, wait for its end and close its pipes."""
        if process := self._process:
            self._process = None
            process.kill()
            process.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process and self._process.poll() is not None:
            self.end()
        if not self._process:
            self._jobs = 0
            self._process = subprocess.Popen(
                [sys.executable, '-W', 'ignore', '-m', 'domain.pictures.worker'],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=_PROJECT,
                env={},
            )
        self._jobs += 1
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], head: bytes, data: bytes) -> tuple[dict[str, Any], bytes]:
        assert process.stdin
        assert process.stdout
        process.stdin.write(head)
        process.stdin.write(data)
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        jpegs = process.stdout.read(answer['bytes'])
        if len(jpegs) != answer['bytes']:
            raise EOFError
        return answer, jpegs


def _pictures(answer: dict[str, Any], jpegs: bytes) -> list[Picture]:
    if 'refusal' in answer:
        raise UnreadablePicture(answer['refusal'])
    pictures, start = [], 0
    for found in answer['pictures']:
        notes = [VerdictNote(**note) for note in found['verdict']]
        jpeg = jpegs[start : start + found['bytes']]
        pictures.append(Picture(jpeg, found['width'], found['height'], notes))
        start += found['bytes']
    return pictures
