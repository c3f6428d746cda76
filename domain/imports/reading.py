"""From file to preview: a worker reads and grades; what is known is brought, what came of it kept, sealed."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from db import bulk, transaction
from db.choices import BatchState
from db.models import Account, ImportBatch, ImportBlock, ImportFile, ImportRow, KnownHeading

from .. import dates, workers
from ..announcements import ImportChanged, announce
from ..errors import DomainError
from ..sheets import cells
from . import packing, unpacking
from .kind import Kind
from .kinds import KINDS

log = logging.getLogger(__name__)

pool = workers.Pool('domain.imports.worker', seconds=180, waiting_seconds=600, jobs_each=60)

_COLUMNS = ('batch_id', 'number', 'first_row', 'rows', 'cells', 'graded', 'twins', 'grades', 'doubts', 'takes', 'acts')
_AGAIN = '還沒有寫入任何資料。'


class Refused(Exception):
    """What the worker says of the file."""


async def step(batch: ImportBatch) -> None:
    """Read the file if that has not been done, and grade its rows; the batch is GRADED or UNREADABLE afterwards."""
    started = time.perf_counter()
    try:
        blocks = await _kept_blocks(batch)
        if blocks:
            mended = json.dumps(await _mended(batch)).encode()
            surveyed, pieces = await _ask(batch, {'job': 'survey'}, [mended, *(block.cells for block in blocks)])
            numbers = pieces[0]
        else:
            surveyed, (numbers, *packed) = await _read(batch)
            blocks = _blocks(batch, packed)
        await _grade(batch, blocks, numbers, surveyed['span'])
    except Refused as refusal:
        await _keep_refusal(batch, str(refusal))
        return
    except unpacking.GivenUp:
        return
    batch.milliseconds = round((time.perf_counter() - started) * 1000)
    await _keep(batch, blocks)


async def marked(batch: ImportBatch, extension: str) -> bytes:
    """The file as it came, mended and with what became of its rows. Raises Refused."""
    blocks = await _kept_blocks(batch)
    outcomes = [
        packing.opened(block.graded, 'graded') if block.graded else packing.pack([None] * packing.ROWS_EACH)
        for block in blocks
    ]
    letters = [''.join(block.grades for block in blocks), ''.join(block.doubts for block in blocks)]
    order = {
        'job': 'mark',
        'headings': batch.headings,
        'heading_row': batch.heading_row,
        'extension': extension,
        'sheet': batch.sheet or batch.kind.label,
    }
    told = [json.dumps(await _mended(batch)).encode(), json.dumps(letters).encode()]
    _, [content] = await _ask(batch, order, [*told, *(block.cells for block in blocks), *outcomes])
    return content


def common_of(kind: Kind, batch: ImportBatch) -> dict[str, Any]:
    """What is asked once for all rows, read as its columns say."""
    return {column.key: cells.read(column, str(batch.common.get(column.key, '')))[0] for column in kind.common}


def with_common(kind: Kind, batch: ImportBatch, lacking: Sequence[str]) -> list[str]:
    """What stands in the way: of the headings, and of what is asked once for all rows."""
    common = common_of(kind, batch)
    missing = [column.label for column in kind.common if column.needed and common[column.key] in (None, '')]
    return [*lacking, *(f'請先填寫「{label}」，它適用於每一列。' for label in missing)]


async def _kept_blocks(batch: ImportBatch) -> list[ImportBlock]:
    blocks = await ImportBlock.filter(batch_id=batch.id).order_by('number')
    for block in blocks:
        block.cells = packing.opened(block.cells, 'cells')
    return blocks


async def _read(batch: ImportBatch) -> tuple[Mapping[str, Any], list[bytes]]:
    file = await ImportFile.get(batch_id=batch.id)
    content = await asyncio.to_thread(packing.opened, file.content, 'file')
    remembered = dict(
        await KnownHeading.filter(host_unit_id=batch.host_unit_id, kind=batch.kind).values_list('heading', 'column')
    )
    if KINDS[batch.kind].is_archive:
        content = await _pictures(batch, content)
    order = {'job': 'read', 'sheet': batch.sheet, 'is_pasted': batch.is_pasted, 'remembered': remembered}
    answer, pieces = await _ask(batch, order, [content])
    batch.sheets, batch.sheet = answer['sheets'], answer['sheet']
    batch.headings, batch.mapping = answer['headings'], answer['mapping']
    batch.heading_row = answer['heading_row']
    batch.lacking = with_common(KINDS[batch.kind], batch, answer['lacking'])
    return answer, pieces


async def _pictures(batch: ImportBatch, content: bytes) -> bytes:
    """The rows of an archive, as JSON. Raises Refused, unpacking.GivenUp."""
    answer, _ = await _ask(batch, {'job': 'members'}, [content])

    async def inflate(piece: bytes, method: int, size: int) -> bytes:
        try:
            _, pieces = await _ask(batch, {'job': 'unpack', 'method': method, 'size': size}, [piece])
        except Refused as refusal:
            raise DomainError(str(refusal)) from None
        return pieces[0]

    rows = await unpacking.rows(batch, content, answer['members'], inflate)
    return json.dumps([[column.label for column in KINDS[batch.kind].columns], *rows]).encode()


def _blocks(batch: ImportBatch, packed: Sequence[bytes]) -> list[ImportBlock]:
    each = packing.ROWS_EACH
    return [
        ImportBlock(batch_id=batch.id, number=number, first_row=number * each + 1, rows=0, cells=content)
        for number, content in enumerate(packed)
    ]


async def _grade(batch: ImportBatch, blocks: list[ImportBlock], numbers: bytes, span: Sequence[str] | None) -> None:
    """Fill in what became of the rows of each block, unsealed until it is kept."""
    if batch.lacking:
        return
    kind, by = KINDS[batch.kind], await Account.get(id=batch.account_id)
    days = (date.fromisoformat(span[0]), date.fromisoformat(span[1])) if span else None
    named, texts = json.loads(numbers)
    known = await known_of(kind, batch, named, texts, days, by)
    as_json = await asyncio.to_thread(lambda: json.dumps(known).encode())
    mended = await _mended(batch)
    order = {'job': 'grade', 'heading_row': batch.heading_row}
    _, pieces = await _ask(batch, order, [as_json, json.dumps(mended).encode(), *(block.cells for block in blocks)])
    letters = json.loads(pieces[0])
    for block, (grades, doubts, acts), outcomes, twins in zip(blocks, letters, pieces[1::2], pieces[2::2], strict=True):
        if block.takes.strip(packing.UNANSWERED):  # an answer stays as long as the doubt does
            letters_of = zip(block.takes, block.doubts, doubts, strict=True)
            block.takes = ''.join(take if before == now else packing.UNANSWERED for take, before, now in letters_of)
        else:
            block.takes = packing.UNANSWERED * len(doubts)
        block.grades, block.doubts, block.rows = grades, doubts, len(grades)
        block.graded, block.twins, block.acts = outcomes, twins, acts


async def known_of(
    kind: Kind,
    batch: ImportBatch,
    numbers: Sequence[str],
    texts: Sequence[str],
    span: tuple[date, date] | None,
    by: Account,
) -> dict[str, Any]:
    """What grading must know of these people, days and texts."""
    known = await kind.known(numbers, common_of(kind, batch), by=by, span=span)
    return known | (await kind.known_of(texts, by=by) if texts else {})


async def _mended(batch: ImportBatch) -> dict[str, dict[str, str]]:
    """By row number and column."""
    return {
        str(row.number): packing.unpack(packing.opened(row.mended or b'', 'mended'))
        for row in await ImportRow.filter(batch_id=batch.id, mended__isnull=False)
    }


async def _ask(
    batch: ImportBatch, order: dict[str, Any], pieces: Sequence[bytes]
) -> tuple[Mapping[str, Any], list[bytes]]:
    """Have the worker do this. Raises Refused."""
    told = {'kind': batch.kind, 'mapping': batch.mapping, 'token': f'{batch.digest}:{batch.sheet}'} | order
    try:
        answer, found = await pool.run(told, pieces, whose=batch.host_unit_id)
    except workers.Busy:
        raise Refused(f'現在匯入的檔案很多，還沒輪到這個檔案。請稍後再上傳一次；{_AGAIN}') from None
    except workers.TooSlow:
        raise Refused(f'這個檔案讀取太久，已經停止。請分成幾個較小的檔案再上傳；{_AGAIN}') from None
    except workers.Died:
        raise Refused(
            '讀取這個檔案需要的空間太大，已經停止；可能在很遠的列或欄有資料。'
            f'請把要匯入的列複製到新的試算表，另存後再上傳；{_AGAIN}'
        ) from None
    except workers.Failed:
        log.exception('import %d: a reader failed', batch.id)
        raise Refused(f'這個檔案無法讀取，可能已損壞。請用試算表另存為 .xlsx，再上傳一次；{_AGAIN}') from None
    if 'refusal' in answer:
        raise Refused(str(answer['refusal']))
    return answer, found


async def _keep(batch: ImportBatch, blocks: Sequence[ImportBlock]) -> None:
    await _seal(blocks, is_graded=not batch.lacking)
    fields = ('sheet', 'sheets', 'headings', 'mapping', 'heading_row', 'lacking', 'milliseconds')
    new = [block for block in blocks if not block._saved_in_db]
    async with transaction():
        if not await _is_current(batch):
            return
        for block in blocks:
            if block._saved_in_db:
                await block.save(update_fields=['rows', 'graded', 'twins', 'grades', 'doubts', 'takes', 'acts'])
        await bulk.copy('import_block', _COLUMNS, [[getattr(block, name) for name in _COLUMNS] for block in new])
        await ImportBatch.filter(id=batch.id).update(
            **{name: getattr(batch, name) for name in fields},
            **counted(blocks),
            state=BatchState.GRADED,
            graded_at=dates.now(),
        )
        await announce(ImportChanged(batch.id, batch.host_unit_id))


async def _seal(blocks: Sequence[ImportBlock], *, is_graded: bool) -> None:
    """One after another and not in a thread: it would keep the loop from going on for longer than it works."""
    for count, block in enumerate(blocks, 1):
        if count % packing.AT_ONCE == 0:
            await asyncio.sleep(0)
        block.cells = packing.seal(block.cells, 'cells')
        if is_graded:
            block.graded = packing.seal(block.graded or b'', 'graded')
            block.twins = packing.seal(block.twins or b'', 'twins')


def counted(blocks: Sequence[ImportBlock]) -> dict[str, int]:
    """How many rows there are, by grade."""
    good, attention, wrong = (sum(block.grades.count(letter) for block in blocks) for letter in 'gaw')
    return {'rows': good + attention + wrong, 'good': good, 'attention': attention, 'wrong': wrong}


async def _keep_refusal(batch: ImportBatch, why: str) -> None:
    async with transaction():
        if await _is_current(batch):
            await ImportBatch.filter(id=batch.id).update(state=BatchState.UNREADABLE, why=why)
            await announce(ImportChanged(batch.id, batch.host_unit_id))


async def _is_current(batch: ImportBatch) -> bool:
    """Whether nobody has asked for another reading meanwhile; the batch is locked."""
    now = await ImportBatch.filter(id=batch.id).select_for_update().get()
    return now.state == BatchState.READING and now.edition == batch.edition
