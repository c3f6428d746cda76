"""A process that is killed in the middle of reading, writing or taking back: nothing is lost, nothing done twice."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from tortoise.connection import get_connection

from db import locks
from db.choices import BatchState, ImportKind
from db.models import Account, HistoryEntry, HostUnit, ImportBatch, ImportBlock, ServiceHours
from domain import dates, imports
from domain.imports import running

from ...builders import a_volunteer, an_identity_number
from ...patience import until
from ...processes import Processes
from ...sheet_files import hours_file, hours_row

ROWS, PEOPLE = 1400, 7
BESIDE = ('-m', 'tests.domain.imports.beside')


async def test_a_killed_process_leaves_nothing_half_done(
    database: str, clerk: Account, unit: HostUnit, processes: Processes
) -> None:
    numbers = [an_identity_number() for _ in range(PEOPLE)]
    for number in numbers:
        await a_volunteer(unit, name='林美玉', identity_number=number)
    first = date(2025, 1, 1)
    rows = [
        hours_row('林美玉', numbers[at % PEOPLE], dates.roc_digits(first + timedelta(days=at // PEOPLE)))
        for at in range(ROWS)
    ]
    batch = await unworked(imports.begin(ImportKind.SERVICE_HOURS, 'x.xlsx', hours_file(*rows), by=clerk))

    await killed_once(lambda now: bool(now.state == BatchState.READING), batch, database, processes)
    await done_by_another(BatchState.GRADED, batch, database, processes)
    assert await ImportBlock.filter(batch_id=batch.id).count() == ROWS // 200 + 1
    assert (await imports.get(batch.id, by=clerk)).good == ROWS

    await unworked(imports.commit(batch.id, by=clerk))
    for least in (ROWS // 5, 2 * ROWS // 5, 3 * ROWS // 5):
        await killed_once(has_done(least), batch, database, processes)
    await done_by_another(BatchState.DONE, batch, database, processes)
    kept = Counter(await ServiceHours.all().values_list('volunteer_id', 'starts_on'))
    assert (len(kept), set(kept.values())) == (ROWS, {1})
    assert await HistoryEntry.all().count() == PEOPLE

    await unworked(imports.undo(batch.id, by=clerk))
    for least in (ROWS // 5, 3 * ROWS // 5):
        await killed_once(has_done(least), batch, database, processes)
    await done_by_another(BatchState.TAKEN_BACK, batch, database, processes)
    assert await ServiceHours.all().count() == 0
    assert await HistoryEntry.all().count() == 2 * PEOPLE


async def test_what_is_being_written_is_taken_back_and_leaves_no_trace(
    database: str, clerk: Account, unit: HostUnit, processes: Processes
) -> None:
    number = an_identity_number()
    await a_volunteer(unit, name='林美玉', identity_number=number)
    first = date(2024, 1, 1)
    rows = [hours_row('林美玉', number, dates.roc_digits(first + timedelta(days=at))) for at in range(700)]
    batch = await unworked(imports.begin(ImportKind.SERVICE_HOURS, 'x.xlsx', hours_file(*rows), by=clerk))
    await done_by_another(BatchState.GRADED, batch, database, processes)

    await unworked(imports.commit(batch.id, by=clerk))
    await killed_once(has_done(200), batch, database, processes)
    await unworked(imports.undo(batch.id, by=clerk))
    await done_by_another(BatchState.TAKEN_BACK, batch, database, processes)

    assert (await ServiceHours.all().count(), await HistoryEntry.all().count()) == (0, 0)
    assert (await imports.get(batch.id, by=clerk)).written == 0


def has_done(least: int) -> Callable[[ImportBatch], bool]:
    return lambda now: now.done >= least


async def unworked(act: Awaitable[ImportBatch], batch_id: int = 1) -> ImportBatch:
    """What comes of `act`, while this process does not get to work on the batch: another one finds it."""
    async with locks.held(locks.Lock.IMPORTS, batch_id):
        batch = await act
        await running.finished(batch.id)
    assert batch.id == batch_id
    return batch


async def killed_once(
    is_in_it: Callable[[ImportBatch], bool], batch: ImportBatch, database: str, processes: Processes
) -> None:
    process = await processes.begin(*BESIDE, database)

    async def is_far_enough() -> bool:
        return is_in_it(await ImportBatch.get(id=batch.id)) and await is_worked_on(batch)

    await until(is_far_enough)
    process.kill()
    await process.wait()


async def done_by_another(state: BatchState, batch: ImportBatch, database: str, processes: Processes) -> None:
    process = await processes.begin(*BESIDE, database)

    async def is_there() -> bool:
        return (await ImportBatch.get(id=batch.id)).state == state

    await until(is_there)
    process.kill()
    await process.wait()


async def is_worked_on(batch: ImportBatch) -> bool:
    asked = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND objsubid = 2"
    return bool(await get_connection('default').execute_query_dict(asked, [batch.id]))
