"""What 確認 has left behind: counted, and begun anew as a batch of its own, so that it is mended where it stands."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from db.choices import BatchState
from db.models import Account, ImportBatch, ImportBlock, ImportPiece, ImportRow

from .. import dates
from . import grading, packing, ready, writing
from .results import Ended

_REST = '其餘-'


async def ended(batch: ImportBatch) -> Ended:
    """Of a batch that is DONE: which rows needed no writing, which are left to mend; of any other none.

    One that is TAKEN_BACK has the same left to mend; what was taken back is not. A row of which somebody said
    保留原紀錄 or 不匯入 is settled: nothing is left to mend about it.
    """
    if batch.state not in (BatchState.DONE, BatchState.TAKEN_BACK):
        return Ended()
    left = len(await _left_out(batch))
    blocks = await ImportBlock.filter(batch_id=batch.id).only('id', 'grades', 'doubts', 'takes', 'acts')
    settled = sum(block.takes.count(packing.LEFT) for block in blocks)
    if batch.state == BatchState.TAKEN_BACK:  # `done` counts what was taken back
        tried = writing.importable(blocks).total()
        return Ended(rest=batch.rows - tried - settled + left if blocks else 0)
    # The cells go after the term of undo.
    rest = batch.rows - batch.done - settled + left if blocks else 0
    return Ended(max(0, batch.done - batch.written - left), rest)


async def begun(before: ImportBatch, by: Account) -> ImportBatch:
    """A batch of the rows that were not written, with the headings above them, in the caller's transaction."""
    odd, left = await ImportRow.filter(batch_id=before.id), await _left_out(before)
    sealed = {row.number: row.mended for row in odd if row.mended}
    blocks = await ImportBlock.filter(batch_id=before.id).order_by('number')
    packed = await asyncio.to_thread(_packed, before, blocks, left, sealed)
    batch = await ImportBatch.create(
        kind=before.kind,
        host_unit_id=before.host_unit_id,
        account_id=by.id,
        file_name=f'{_REST}{before.file_name.removeprefix(_REST)}'[:120],
        # Its own: by the digest a reader knows the rows that it still has.
        digest=hashlib.sha256(f'{before.id} {before.digest}'.encode() + b''.join(packed)).hexdigest(),
        size=sum(map(len, packed)),
        is_pasted=before.is_pasted,
        sheet=before.sheet,
        sheets=[before.sheet],
        headings=before.headings,
        mapping=before.mapping,
        heading_row=min(1, before.heading_row),
        common=before.common,
        begun_at=dates.now(),
    )
    each = packing.ROWS_EACH
    await ImportBlock.bulk_create(
        [
            ImportBlock(
                batch_id=batch.id,
                number=at,
                first_row=at * each + 1,
                rows=0,
                cells=await asyncio.to_thread(packing.seal, cells, 'cells'),
            )
            for at, cells in enumerate(packed)
        ],
        batch_size=50,
    )
    return batch


async def _left_out(batch: ImportBatch) -> set[int]:
    """The rows that 確認 was to write and did not; of a batch that was taken back others have said why they stay."""
    found: Any = await ImportRow.filter(batch_id=batch.id).exclude(left='').values_list('number', flat=True)
    if not found or batch.state == BatchState.DONE:
        return {*found}
    pieces = await ImportPiece.filter(batch_id=batch.id, written__isnull=False)
    written = await asyncio.to_thread(
        lambda: {one[1] for piece in pieces for one in packing.unpack(packing.opened(piece.written or b'', 'written'))}
    )
    return {*found} - written


def _packed(
    before: ImportBatch, blocks: Sequence[ImportBlock], left: Collection[int], sealed: Mapping[int, bytes]
) -> list[bytes]:
    """The rows in blocks, the headings first where the file had them."""
    rows: list[Sequence[str]] = [before.headings] if before.heading_row else []
    for block in blocks:
        cells = packing.unpack_cells(packing.opened(block.cells, 'cells'))
        for at, letters in enumerate(zip(block.grades, block.doubts, block.takes, strict=True)):
            number = block.first_row + at
            is_settled = letters[2] == packing.LEFT or ready.is_taken(*letters)
            if letters[0] == packing.NONE or (is_settled and number not in left):
                continue
            texts = packing.unpack(packing.opened(sealed[number], 'mended')) if number in sealed else {}
            rows.append(grading.with_texts(cells[at], texts, before.mapping) if texts else cells[at])
    each = packing.ROWS_EACH
    return [packing.pack_cells(rows[at : at + each]) for at in range(0, len(rows), each)]
