"""Printing in worker processes: what a user reads when they die, dawdle or lack something, and what they know."""

import asyncio
import io
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pypdf
import pytest

from db import server_account
from domain import workers
from domain.logbook import pdf
from domain.workers import confinement
from tests.samples.logbooks import a_book


@pytest.fixture(scope='module', autouse=True)
async def open_pool() -> AsyncIterator[None]:
    await pdf.opened()
    yield
    await pdf.closed()


async def test_a_worker_killed_in_the_middle_does_not_lose_the_book() -> None:
    await pdf.opened()
    printing = asyncio.create_task(pdf.as_pdf(a_book(services=150)))
    await asyncio.sleep(0.1)
    for worker in _workers():
        os.kill(worker, signal.SIGKILL)

    assert _leaves(await printing) > 12


async def test_idle_workers_that_were_killed_are_replaced() -> None:
    await pdf.opened()
    for worker in _workers():
        os.kill(worker, signal.SIGKILL)

    books = await asyncio.gather(*(pdf.as_pdf(a_book()) for _ in range(3)))

    assert [_leaves(book) for book in books] == [8, 8, 8]
    assert len(_workers()) == 2


async def test_a_book_that_kills_every_worker_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, 'executable', '/bin/false')
    await pdf.closed()

    with pytest.raises(pdf.PrintingFailed, match='資料都還在') as refusal:
        await pdf.as_pdf(a_book())

    assert isinstance(refusal.value.__cause__, workers.Died)
    await pdf.closed()


async def test_a_book_that_takes_too_long_is_given_up_and_the_next_one_is_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await pdf.opened()
    with monkeypatch.context() as impatient:
        impatient.setattr(pdf.pool, 'seconds', 0.05)
        with pytest.raises(pdf.PrintingTooSlow, match='資料都還在'):
            await pdf.as_pdf(a_book())

    assert _leaves(await pdf.as_pdf(a_book())) == 8


async def test_when_too_many_documents_wait_the_next_one_is_asked_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await pdf.opened()
    with monkeypatch.context() as full:
        full.setattr(pdf.pool, 'most_waiting', 0)
        with pytest.raises(pdf.PrintingBusy, match='資料都還在'):
            await pdf.as_pdf(a_book())

    assert _leaves(await pdf.as_pdf(a_book())) == 8


async def test_who_leaves_while_waiting_costs_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf.pool, 'grace', 120)
    await pdf.opened()
    before = _workers()

    takes_long = a_book(remarks=('換發：原冊污損。',) * 40)  # runs over a page, so it is laid out plainly
    printing = asyncio.create_task(pdf.as_pdf(takes_long))
    await asyncio.sleep(0.05)
    printing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await printing

    assert [_leaves(await pdf.as_pdf(a_book())) for _ in range(2)] == [8, 8]
    assert _workers() == before


async def test_a_worker_that_has_done_its_share_gives_way_to_a_fresh_one(monkeypatch: pytest.MonkeyPatch) -> None:
    await pdf.opened()
    before = _workers()
    monkeypatch.setattr(pdf.pool, 'jobs_each', 1)

    assert [_leaves(await pdf.as_pdf(a_book())) for _ in range(2)] == [8, 8]
    assert _workers() & before == set()


async def test_closing_ends_every_process_and_clears_their_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await pdf.closed()
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    await pdf.opened()
    assert [folder.name[:8] for folder in tmp_path.iterdir()] == ['logbook-']
    printing = asyncio.create_task(pdf.as_pdf(a_book(services=150)))
    await asyncio.sleep(0.05)

    await pdf.closed()

    with pytest.raises(pdf.PrintingFailed):
        await printing
    assert _workers() == set()
    assert list(tmp_path.iterdir()) == []


async def test_a_machine_without_our_fonts_names_the_packages_at_the_start_and_for_each_document(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await pdf.closed()
    (tmp_path / 'cache').mkdir()
    (tmp_path / 'fonts.conf').write_text(
        f'<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>'
    )
    tmp_path.chmod(0o755)
    if account := confinement.account():
        server_account.let_in(account, tmp_path)
    monkeypatch.setenv('FONTCONFIG_FILE', str(tmp_path / 'fonts.conf'))

    with pytest.raises(pdf.PrintingUnavailable, match='apt-get install') as refusal:
        await pdf.opened()
    assert refusal.value.lacking == ['fonts-cns11643-kai', 'fonts-cns11643-sung']
    assert _workers() == set()

    with pytest.raises(pdf.PrintingUnavailable, match='fonts-cns11643-kai fonts-cns11643-sung'):
        await pdf.as_pdf(a_book())
    await pdf.closed()


async def test_what_cannot_be_printed_costs_a_sentence_and_no_worker(caplog: pytest.LogCaptureFixture) -> None:
    await pdf.opened()
    before = _workers()
    with pytest.raises(pdf.PrintingFailed, match='資料都還在'):
        await pdf._printed('logbook', {}, {}, whose=None)

    assert 'UndefinedError' in caplog.text
    assert _leaves(await pdf.as_pdf(a_book())) == 8
    assert _workers() == before


async def test_a_worker_knows_nothing_of_the_servers_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('SEALING_KEYS', '1:secret')
    await pdf.closed()
    await pdf.opened()

    assert ['SEALING_KEYS' in psutil.Process(worker).environ() for worker in _workers()] == [False, False]


def _leaves(printed: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(printed)).pages)


def _workers() -> set[int]:
    return {
        child.pid
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and 'domain.logbook.worker' in child.cmdline()
    }
