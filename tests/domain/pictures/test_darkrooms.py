"""The processes that decode uploads: limits, accidents and giving up, with real processes really killed."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from domain import pictures
from domain.pictures import UnreadablePicture, darkrooms
from tests import samples


@pytest.fixture(scope='module', autouse=True)
async def _open() -> AsyncIterator[None]:
    async with pictures.opened():
        yield


async def test_a_large_photo_shrinks_while_the_event_loop_runs_on() -> None:
    data = samples.twelve_megapixels()
    await pictures.accept_photo(samples.portrait())

    async with asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(_longest_pause(1.0))
        work = [tasks.create_task(pictures.accept_photo(data)) for _ in range(2)]

    assert [(done.result().width, done.result().height) for done in work] == [(1200, 1600)] * 2
    assert watch.result() < 0.25  # decoding one here would hold it longer; the figure itself is tests/bench's


async def test_work_over_the_time_limit_is_stopped_and_the_next_upload_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = samples.twelve_megapixels()
    with monkeypatch.context() as patch:
        patch.setattr(darkrooms, 'SECONDS', 0.02)
        sentence = await _refusal(data)

    assert sentence == '這個檔案太複雜，處理太久，已經停止。請用手機重新拍照，或改選另一個檔案；已填的資料都還在。'
    assert (await pictures.accept_photo(data)).width == 1200


async def test_a_killed_process_is_replaced() -> None:
    await pictures.accept_photo(samples.portrait())
    _kill_workers()

    assert (await pictures.accept_photo(samples.portrait())).width == 900


async def test_a_process_that_dies_at_work_costs_one_sentence() -> None:
    await pictures.accept_photo(samples.portrait())
    work = asyncio.create_task(_refusal(samples.twelve_megapixels()))
    await asyncio.sleep(0.03)
    _kill_workers()

    assert await work == '這個檔案打不開，可能已損壞。請重新拍照，或改選另一個檔案；已填的資料都還在。'
    assert (await pictures.accept_photo(samples.portrait())).width == 900


async def test_uploads_given_up_leave_room_for_others() -> None:
    for _ in range(6):
        work = asyncio.create_task(pictures.accept_photo(samples.twelve_megapixels()))
        await asyncio.sleep(0.02)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    assert (await pictures.accept_photo(samples.portrait())).width == 900
    assert len(_workers()) <= darkrooms.ROOMS


async def test_a_process_is_changed_after_a_number_of_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    await darkrooms.close()
    monkeypatch.setattr(darkrooms, 'JOBS_EACH', 2)

    used = []
    for _ in range(4):
        await pictures.accept_photo(samples.small_portrait())
        used.append(_workers())

    first, after_two, third, after_four = used
    assert (len(first), len(third)) == (1, 1)
    assert first != third
    assert after_two == after_four == []


async def test_the_process_that_opens_files_of_strangers_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    await darkrooms.close()
    monkeypatch.setenv('SEALING_KEYS', 'very secret')

    await pictures.accept_photo(samples.small_portrait())

    assert [b'very secret' in (process / 'environ').read_bytes() for process in _workers()] == [False]


async def test_closing_ends_every_process() -> None:
    async with pictures.opened():
        await asyncio.gather(*(pictures.accept_photo(samples.small_portrait()) for _ in range(4)))
        assert len(_workers()) == darkrooms.ROOMS

    assert _workers() == []


async def _refusal(data: bytes) -> str:
    with pytest.raises(UnreadablePicture) as refusal:
        await pictures.accept_photo(data)
    return str(refusal.value)


def _kill_workers() -> None:
    for process in _workers():
        os.kill(int(process.name), signal.SIGKILL)
        with suppress(OSError):  # cleared away already
            while b') Z ' not in (process / 'stat').read_bytes():
                time.sleep(0.001)


async def _longest_pause(seconds: float) -> float:
    """The longest time the event loop did not get round to this task."""
    longest, until = 0.0, time.perf_counter() + seconds
    while (now := time.perf_counter()) < until:
        await asyncio.sleep(0.002)
        longest = max(longest, time.perf_counter() - now - 0.002)
    return longest


def _workers() -> list[Path]:
    """The /proc folders of the decoding processes this process has begun and not cleared away, in any state."""
    children = Path(f'/proc/{os.getpid()}/task').glob('*/children')
    pids = [pid for listed in children for pid in listed.read_text().split()]
    return [Path('/proc', pid) for pid in pids if b'pictures.worker' in Path('/proc', pid, 'cmdline').read_bytes()]
