"""Uploads in worker processes: what a user reads when one of them dies, dawdles or has no time, and what they know."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import psutil
import pytest

from domain import pictures
from domain.pictures import UnreadablePicture, decoding
from tests import samples


@pytest.fixture(scope='module', autouse=True)
async def _open() -> AsyncIterator[None]:
    async with pictures.opened():
        yield


async def test_a_large_photo_shrinks_while_the_event_loop_runs_on() -> None:
    data = samples.twelve_megapixels()
    await decoding.pool.warm()
    turns = asyncio.create_task(_counted_turns())
    here, there = time.thread_time(), _processor_time()

    done = await asyncio.gather(*(pictures.accept_photo(data) for _ in range(2)))

    here, there = time.thread_time() - here, _processor_time() - there
    turns.cancel()
    assert [(picture.width, picture.height) for picture in done] == [(1200, 1600)] * 2
    assert here < there / 2  # the work is done elsewhere; how long it holds the loop is tests/bench's to measure
    assert await turns > 10


async def test_work_over_the_time_limit_is_stopped_and_the_next_upload_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = samples.twelve_megapixels()
    with monkeypatch.context() as patch:
        patch.setattr(decoding.pool, 'seconds', 0.02)
        sentence = await _refusal(data)

    assert sentence == '這個檔案太複雜，處理太久，已經停止。請用手機重新拍照，或改選另一個檔案；已填的資料都還在。'
    assert (await pictures.accept_photo(data)).width == 1200


async def test_a_killed_process_is_replaced() -> None:
    await pictures.accept_photo(samples.portrait())
    _kill_workers()

    assert (await pictures.accept_photo(samples.portrait())).width == 900


async def test_a_process_that_is_killed_at_work_costs_the_user_nothing() -> None:
    await decoding.pool.warm()
    work = asyncio.create_task(pictures.accept_photo(samples.twelve_megapixels()))
    await asyncio.sleep(0.03)
    _kill_workers()

    assert (await work).width == 1200


async def test_when_the_processes_die_the_file_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, 'executable', '/bin/false')
        await decoding.pool.close()
        sentence = await _refusal(samples.portrait())

    assert sentence == (
        '檢查檔案的程式中斷了，這個檔案還沒有檢查，不一定有問題。請再上傳一次；'
        '若仍然不行，請用手機重新拍照，或改選另一個檔案。已填的資料都還在。'
    )
    assert (await pictures.accept_photo(samples.portrait())).width == 900


async def test_a_file_over_which_the_decoder_stumbles_costs_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnreadablePicture, match='這個檔案打不開，可能已損壞'):
        await decoding.decode('photo', None, b'no decoder for this')

    assert 'ValueError' in caplog.text
    assert (await pictures.accept_photo(samples.portrait())).width == 900


async def test_when_too_many_files_wait_the_next_one_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(decoding.pool, 'most_waiting', 0)
        sentence = await _refusal(samples.portrait())

    assert sentence == '現在上傳的檔案很多，還沒輪到這個檔案。請稍等一下再上傳；已填的資料都還在。'


async def test_uploads_given_up_leave_room_for_others() -> None:
    for _ in range(6):
        work = asyncio.create_task(pictures.accept_photo(samples.twelve_megapixels()))
        await asyncio.sleep(0.02)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    assert (await pictures.accept_photo(samples.portrait())).width == 900
    assert len(_workers()) <= decoding.pool.size


async def test_the_process_that_opens_files_of_strangers_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    await decoding.pool.close()
    monkeypatch.setenv('SEALING_KEYS', 'very secret')

    await pictures.accept_photo(samples.small_portrait())

    assert [set(process.environ()) for process in _workers()] == [{'TMPDIR', 'PYTHONUTF8'}]


async def test_closing_ends_every_process() -> None:
    async with pictures.opened():
        await asyncio.gather(*(pictures.accept_photo(samples.small_portrait()) for _ in range(4)))
        assert len(_workers()) == decoding.pool.size

    assert _workers() == []


async def _refusal(data: bytes) -> str:
    with pytest.raises(UnreadablePicture) as refusal:
        await pictures.accept_photo(data)
    return str(refusal.value)


async def _counted_turns() -> int:
    """How often the event loop came round to this task until it was cancelled."""
    turns = 0
    try:
        while True:
            await asyncio.sleep(0.002)
            turns += 1
    except asyncio.CancelledError:
        return turns


def _processor_time() -> float:
    """Seconds of a processor that the workers have used so far."""
    return sum((worker.cpu_times().user for worker in _workers()), 0.0)


def _kill_workers() -> None:
    killed = _workers()
    for process in killed:
        os.kill(process.pid, signal.SIGKILL)
    while set(killed) & set(_workers()):
        time.sleep(0.001)


def _workers() -> list[psutil.Process]:
    """The decoding processes of this process that are alive."""
    alive = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess, FileNotFoundError):  # it may end between two looks at it
            if child.status() != psutil.STATUS_ZOMBIE and 'domain.pictures.worker' in child.cmdline():
                alive.append(child)
    return alive
