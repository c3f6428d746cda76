"""An .xlsx of 100,000 hour rows: graded preview and commit by the site, beside what reads and writes alone.

The site works on the batch; meanwhile another page is asked for, and the memory of its processes is looked at. calamine
and openpyxl read the same file; COPY and `bulk_create` write the same rows and take them back.

`python -m tests.bench.imports` prints the table.
"""

import asyncio
import io
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import aiohttp
import openpyxl
import psutil
import python_calamine

from db import bulk, locks, transaction
from db.choices import BatchState, Doubt, ImportKind
from db.models import Account, HostUnit, ImportBatch, ServiceHours, Volunteer
from domain import dates, imports
from domain.imports import running
from domain.imports.kinds.service_hours_record import _COLUMNS
from tests.builders import a_volunteer, an_identity_number
from tests.sheet_files import hours_file, hours_row

from .stage import Stage, alone
from .table import Row

ROWS, PEOPLE = 100_000, 900
MEGABYTE = 2**20
_PAUSE = 0.05
_NOBODY_ELSE = 1.5  # of load for each processor; above it, nothing is judged


@dataclass
class Watched:
    """What was seen while the site worked: milliseconds of another page, and before; bytes of the processes."""

    pages: list[float] = field(default_factory=list)
    before: list[float] = field(default_factory=list)
    when: list[float] = field(default_factory=list)
    began: float = 0.0
    server: list[int] = field(default_factory=list)
    reader: int = 0
    seconds: float = 0.0


async def measured(site: Stage) -> list[Row]:
    """Two minutes, half of it for making the people and the file."""
    clerk = await Account.get(username='clerk').select_related('host_unit')
    unit = await HostUnit.get(id=clerk.host_unit_id)
    numbers = [an_identity_number() for _ in range(PEOPLE)]
    for number in numbers:
        await a_volunteer(unit, name='王小明', identity_number=number)
    content = hours_file(*_rows(numbers))
    calamine = _timed(lambda: python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python())
    openpyxl_ = _timed(lambda: sum(1 for _ in openpyxl.load_workbook(io.BytesIO(content), read_only=True).active.rows))
    batch = await _unworked(imports.begin(ImportKind.SERVICE_HOURS, '十年.xlsx', content, by=clerk))
    reading = await _watched(site, batch, BatchState.GRADED)
    graded = await ImportBatch.get(id=batch.id)
    assert graded.good + graded.attention == ROWS, (graded.why, graded.wrong)
    await imports.answer(batch.id, takes=True, doubt=Doubt.UNINSURED, by=clerk)
    await _unworked(imports.commit(batch.id, by=clerk))
    writing = await _watched(site, batch, BatchState.DONE)
    assert await ServiceHours.all().count() >= ROWS
    copied, created = await _written_alone(clerk)
    load = f'load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors'
    is_quiet = os.getloadavg()[0] < _NOBODY_ELSE * (os.cpu_count() or 1)
    return [
        _row('graded preview', graded.milliseconds / 1000, {'calamine': calamine, 'openpyxl': openpyxl_}, 8, is_quiet),
        _row('commit', writing.seconds, {'COPY': copied, 'bulk_create': created}, 5, is_quiet),
        _page_row(reading.pages + writing.pages, reading.before, f'{_late(reading)}, {_late(writing)}', load, is_quiet),
        _memory_row(reading, writing),
    ]


def _row(what: str, seconds: float, alone: dict[str, float], most: float, is_quiet: bool) -> Row:
    """The ratio is to the first of what stands beside it."""
    is_met = seconds <= most or (None if not is_quiet else False)
    compared = 'alone: ' + ', '.join(f'{name} {each:.1f} s' for name, each in alone.items())
    ratio = f'{seconds / next(iter(alone.values())):.1f} ×'
    return Row(f'{ROWS} hour rows: {what}', f'{seconds:.1f} s', compared, ratio, f'at most {most} s', is_met)


def _late(seen: Watched) -> str:
    """The slowest pages of a stretch, each with the second at which it was answered."""
    slowest = sorted(zip(seen.pages, seen.when, strict=False), reverse=True)[:3]
    return 'slowest ' + ', '.join(f'{took:.0f} ms at {at:.1f} s' for took, at in slowest)


def _page_row(pages: list[float], before: list[float], of_each: str, load: str, is_quiet: bool) -> Row:
    half, most = statistics.median(pages), sorted(pages)[int(len(pages) * 0.95)]
    is_met = most <= 100 or (None if not is_quiet else False)
    what = f'another page meanwhile ({len(pages)} times)'
    alone = f'p50 {half:.0f} ms, without import {statistics.median(before):.0f} ms; {of_each}; {load}'
    return Row(what, f'p95 {most:.0f} ms', alone, '', 'p95 at most 100 ms', is_met)


def _memory_row(reading: Watched, writing: Watched) -> Row:
    grown = (max(reading.server + writing.server) - reading.server[0]) / MEGABYTE
    peak = reading.reader / MEGABYTE
    ours = f'reader {peak:.0f} MB, server + {grown:.0f} MB'
    return Row('memory for it', ours, '', '', 'at most 400 MB each', max(peak, grown) <= 400)


def _rows(numbers: list[str]) -> list[list[str]]:
    first = date(2022, 1, 1)
    items = ('0010', '0060', '0200', '0220')
    found = []
    for at in range(ROWS):
        day = dates.roc_digits(first + timedelta(days=at // PEOPLE * 3))
        changes = {'服務項目': items[at % 4], '服務時數_小時': str(2 + at % 3), '受服務人次': str(at % 40)}
        found.append(hours_row('王小明', numbers[at % PEOPLE], day, **changes))
    return found


async def _unworked(act: Awaitable[ImportBatch]) -> ImportBatch:
    """What comes of it, while only the site gets to work on the batch."""
    last = await ImportBatch.all().order_by('-id').first()
    batch_id = last.id if last and last.state == BatchState.GRADED else (last.id if last else 0) + 1
    async with locks.held(locks.Lock.IMPORTS, batch_id):
        batch = await act
        await running.finished(batch.id)
    assert batch.id == batch_id
    return batch


async def _watched(site: Stage, batch: ImportBatch, until: BatchState) -> Watched:
    """Wait until the site has brought the batch there; its clock runs from when it takes it up."""
    seen = Watched()
    server = psutil.Process(site.site.process.pid)
    seen.server.append(server.memory_info().rss)
    looking = asyncio.create_task(_looking(site, server, seen))
    try:
        while not await _is_worked_on(batch):
            await asyncio.sleep(0.01)
        seen.before, seen.pages, seen.when = seen.pages, [], []
        began = seen.began = time.perf_counter()
        while (await ImportBatch.get(id=batch.id)).state != until:
            await asyncio.sleep(_PAUSE)
        seen.seconds = time.perf_counter() - began
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
    return seen


async def _looking(site: Stage, server: psutil.Process, seen: Watched) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookies={'sid': site.token}, cookie_jar=jar) as asking:
        while True:
            began = time.perf_counter()
            async with asking.get(f'{site.site.url}/menu') as answer:
                assert answer.status == 200
                await answer.read()
            seen.pages.append((time.perf_counter() - began) * 1000)
            seen.when.append(time.perf_counter() - seen.began)
            seen.server.append(server.memory_info().rss)
            seen.reader = max(seen.reader, *_readers(server), 0)
            await asyncio.sleep(_PAUSE)


def _readers(server: psutil.Process) -> list[int]:
    """The largest memory that each reader has had."""
    found = [0]
    for child in server.children():
        with suppress(psutil.Error, OSError, StopIteration):
            if 'domain.imports.worker' in child.cmdline():
                lines = Path(f'/proc/{child.pid}/status').read_text().splitlines()
                found.append(int(next(line for line in lines if line.startswith('VmHWM')).split()[1]) * 1024)
    return found


async def _is_worked_on(batch: ImportBatch) -> bool:
    asked = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND objsubid = 2"
    return bool(await ImportBatch._meta.db.execute_query_dict(asked, [batch.id]))


async def _written_alone(clerk: Account) -> tuple[float, float]:
    """Seconds of COPY and of `bulk_create` for as many rows; both are taken back."""
    people = [one.id for one in await Volunteer.filter(name='王小明').only('id')]
    day, now = date(2020, 1, 1), dates.now()
    values = [(people[at % len(people)], day + timedelta(days=at // len(people))) for at in range(ROWS)]
    ids = await bulk.ids('service_hours', ROWS)
    records = [
        (number, person, clerk.host_unit_id, clerk.id, now, now, '', on, on, '文化服務', '資料整理', 180, 40, 0, 0, '')
        for number, (person, on) in zip(ids, values, strict=True)
    ]
    facts = {'entered_by_unit_id': clerk.host_unit_id, 'recorder_id': clerk.id, 'item': '文化服務', 'minutes': 180}
    entries = [
        ServiceHours(volunteer_id=person, starts_on=on, ends_on=on, content='資料整理', **facts)
        for person, on in values
    ]
    return (
        await _taken_back(lambda: bulk.copy('service_hours', _COLUMNS, records)),
        await _taken_back(lambda: ServiceHours.bulk_create(entries, batch_size=1000)),
    )


async def _taken_back(write: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    with suppress(ZeroDivisionError):
        async with transaction():
            await write()
            began = time.perf_counter() - began
            raise ZeroDivisionError
    return began


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == '__main__':
    asyncio.run(alone(measured))
