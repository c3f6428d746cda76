"""The processes that print: what happens when they die, dawdle, wear out, or nobody waits for them any more."""

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

from domain.logbook import pdf, presses
from tests.samples.logbooks import a_book


@pytest.fixture(scope='module', autouse=True)
async def print_shop() -> AsyncIterator[None]:
    await pdf.opened()
    yield
    await pdf.closed()


async def test_a_press_killed_in_the_middle_does_not_lose_the_book() -> None:
    await pdf.opened()
    printing = asyncio.create_task(pdf.as_pdf(a_book(services=150)))
    await asyncio.sleep(0.1)
    for press in _presses():
        os.kill(press, signal.SIGKILL)

    assert _leaves(await printing) > 12


async def test_idle_presses_that_were_killed_are_replaced() -> None:
    await pdf.opened()
    for press in _presses():
        os.kill(press, signal.SIGKILL)

    books = await asyncio.gather(*(pdf.as_pdf(a_book()) for _ in range(3)))

    assert [_leaves(book) for book in books] == [7, 7, 7]
    assert len(_presses()) == 2


async def test_a_book_that_kills_every_press_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, 'executable', '/bin/false')
    await pdf.closed()

    with pytest.raises(pdf.PrintingFailed, match='資料都還在') as refusal:
        await pdf.as_pdf(a_book())

    assert refusal.value.reason == 'the press died'
    await pdf.closed()


async def test_a_book_that_takes_too_long_is_given_up_and_the_next_one_is_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await pdf.opened()
    with monkeypatch.context() as impatient:
        impatient.setattr(presses, 'TIME_LIMIT', 0.05)
        with pytest.raises(pdf.PrintingTooSlow, match='資料都還在'):
            await pdf.as_pdf(a_book())

    assert _leaves(await pdf.as_pdf(a_book())) == 7


async def test_who_leaves_while_waiting_costs_no_press() -> None:
    await pdf.opened()
    before = _presses()

    printing = asyncio.create_task(pdf.as_pdf(a_book()))
    await asyncio.sleep(0.05)
    printing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await printing

    assert [_leaves(await pdf.as_pdf(a_book())) for _ in range(2)] == [7, 7]
    assert _presses() == before


async def test_a_press_that_has_done_its_share_gives_way_to_a_fresh_one(monkeypatch: pytest.MonkeyPatch) -> None:
    await pdf.opened()
    before = _presses()
    monkeypatch.setattr(presses, 'DOCUMENTS_EACH', 1)

    assert [_leaves(await pdf.as_pdf(a_book())) for _ in range(2)] == [7, 7]
    assert _presses() & before == set()


async def test_closing_ends_every_process_and_clears_their_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await pdf.closed()
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    await pdf.opened()
    assert [folder.name[:8] for folder in tmp_path.iterdir()] == ['logbook-']
    printing = asyncio.create_task(pdf.as_pdf(a_book()))
    await asyncio.sleep(0.05)

    await pdf.closed()

    with pytest.raises(pdf.PrintingFailed):
        await printing
    assert _presses() == set()
    assert list(tmp_path.iterdir()) == []


async def test_a_machine_without_our_fonts_names_the_packages_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await pdf.closed()
    (tmp_path / 'cache').mkdir()
    (tmp_path / 'fonts.conf').write_text(
        f'<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>'
    )
    monkeypatch.setenv('FONTCONFIG_FILE', str(tmp_path / 'fonts.conf'))

    with pytest.raises(pdf.PrintingUnavailable, match='apt-get install') as refusal:
        await pdf.opened()

    assert refusal.value.lacking == ['fonts-cns11643-kai', 'fonts-cns11643-sung']
    assert _presses() == set()


async def test_a_press_knows_nothing_of_the_servers_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('SEALING_KEYS', '1:secret')
    await pdf.closed()
    await pdf.opened()

    assert ['SEALING_KEYS' in psutil.Process(press).environ() for press in _presses()] == [False, False]


def _leaves(printed: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(printed)).pages)


def _presses() -> set[int]:
    return {
        child.pid
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and 'domain.logbook.worker' in child.cmdline()
    }
