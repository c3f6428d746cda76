"""確認匯入: rows come on record in pieces, each one transaction together with the progress of the batch."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db import transaction
from db.choices import BatchState, HistoryAction
from db.models import Account, ImportBatch, ImportBlock, ImportPiece, ImportRow

from .. import dates
from ..announcements import ImportChanged, VolunteerChanged, announce, announce_each
from ..audit import history
from ..audit.history import Change, Noted
from ..errors import DomainError, Incomplete
from ..fields import Field
from . import copying, packing, ready
from .kind import Row, Written
from .kinds import KINDS
from .reading import common_of
from .ready import Lines

# So many rows are written in one transaction: others' pages wait for it in between.
BLOCKS_EACH = 20

# Many in one statement would hold the event loop while it is put together.
_NOTED_AT_ONCE = 100
_BATCH = Field('import', '批次匯入')
_READ = ('number', 'first_row', 'graded', 'grades', 'doubts', 'takes', 'acts')


@dataclass(frozen=True)
class _Piece:
    """Blocks with what became of their rows, opened; `ready` where they are so many that COPY writes them."""

    blocks: Sequence[ImportBlock]
    opened: Sequence[bytes]
    ready: copying.Ready | None


def importable(blocks: Sequence[ImportBlock]) -> Counter[str]:
    """How many rows 確認 would write, by act."""
    return sum((ready.taken(_letters(block)) for block in blocks), Counter[str]())


async def step(batch: ImportBatch) -> None:
    """Write piece after piece; after the last one the batch is DONE."""
    number = await ImportPiece.filter(batch_id=batch.id).count()
    loading = asyncio.create_task(_load(batch, number))
    try:
        while (piece := await loading) is not None:
            # The next rows are opened while the database writes these.
            loading = asyncio.create_task(_load(batch, number + 1))
            if not await _write_piece(batch, number, piece):
                return
            number += 1
            await asyncio.sleep(0)
        async with transaction():
            if await _is_next(batch, number):
                await _finish(batch)
    finally:
        loading.cancel()


async def _write_piece(batch: ImportBatch, number: int, piece: _Piece) -> bool:
    """Whether it was still to be written, and is."""
    async with transaction():
        if not await _is_next(batch, number):
            return False
        by, lines = await Account.get(id=batch.confirmed_by_id), None
        if piece.ready and await copying.copied(batch, piece.ready, by=by):
            lines = piece.ready.lines
        rows = lines.others if lines else await asyncio.to_thread(_rows, piece.blocks, piece.opened)
        written, left = await _write(batch, rows, by)
        await _keep_piece(batch, number, written, rows, lines)
        if left:
            await ImportRow.filter(batch_id=batch.id, number__in=list(left)).delete()
            await ImportRow.bulk_create(
                [ImportRow(batch_id=batch.id, number=at, left=why, mended=mended) for at, (why, mended) in left.items()]
            )
        numbers = {each.number for each in written}
        copied = lines.count - len(lines.others) if lines else 0
        await ImportBatch.filter(id=batch.id).update(
            done=batch.done + copied + len(rows),
            written=batch.written + copied + len(numbers),
            changed=batch.changed + len(numbers & {row.number for row in rows if row.changes}),
        )
        await announce(ImportChanged(batch.id, batch.host_unit_id))
    return True


async def note(batch: ImportBatch, action: HistoryAction, *, by: Account, is_noted: bool = True) -> None:
    """One entry for each person in the history, where the kind leaves it to the batch, and news of all of them.

    Not `is_noted`: the batch was taken back before it was whole, so the history knows nothing of it.
    """
    kind, people = KINDS[batch.kind], Counter[int]()
    for piece in await ImportPiece.filter(batch_id=batch.id).only('people'):
        people.update({int(volunteer_id): count for volunteer_id, count in piece.people.items()})
    if kind.section is not None and is_noted:
        noted: list[Noted] = []
        for volunteer_id, count in people.items():
            words = f'{batch.kind.label} {count} 筆（批號 {batch.id}）'
            change = Change(_BATCH, words, '') if action == history.REMOVED else Change(_BATCH, '', words)
            noted.append(Noted(volunteer_id, kind.section, action, [change], f'{_BATCH.label} {batch.id}'))
        for at in range(0, len(noted), _NOTED_AT_ONCE):
            await history.note_each(noted[at : at + _NOTED_AT_ONCE], by=by)
    if people:
        await announce_each(VolunteerChanged(volunteer_id) for volunteer_id in people)


async def _load(batch: ImportBatch, number: int) -> _Piece | None:
    """A piece that is to be written; None after the last one."""
    each = min(BLOCKS_EACH, KINDS[batch.kind].blocks_each)
    first = number * each
    wanted = ImportBlock.filter(batch_id=batch.id, number__gte=first, number__lt=first + each).order_by('number')
    blocks = [block for block in await wanted.only('id', *_READ) if block.graded]
    if not blocks and not await ImportBlock.exists(batch_id=batch.id, number__gte=first):
        return None
    opened = []
    for count, block in enumerate(blocks, 1):
        opened.append(packing.opened(block.graded or b'', 'graded'))
        if count % packing.AT_ONCE == 0:
            await asyncio.sleep(0)
    return _Piece(blocks, opened, await copying.ready_lines(batch, blocks, opened))


def _rows(blocks: Sequence[ImportBlock], opened: Sequence[bytes]) -> list[Row]:
    return [
        row
        for block, outcomes in zip(blocks, opened, strict=True)
        for row in ready.rows(block.first_row, _letters(block), packing.unpack(outcomes))
    ]


def _letters(block: ImportBlock) -> ready.Letters:
    return block.grades, block.doubts, block.takes, block.acts


async def _is_next(batch: ImportBatch, number: int) -> bool:
    """Whether this piece is still the next; the batch is locked, so nobody else writes it."""
    now = await ImportBatch.filter(id=batch.id).select_for_update().get()
    batch.done, batch.written, batch.changed = now.done, now.written, now.changed
    return now.state == BatchState.WRITING and await ImportPiece.filter(batch_id=batch.id).count() == number


async def _write(
    batch: ImportBatch, rows: Sequence[Row], by: Account
) -> tuple[Sequence[Written], dict[int, tuple[str, bytes | None]]]:
    """What was written, and why some rows no longer stand, with what was mended in them."""
    kind, common = KINDS[batch.kind], common_of(KINDS[batch.kind], batch)
    left: dict[int, str] = {}
    written: Sequence[Written] = []
    while remaining := [row for row in rows if row.number not in left]:
        try:
            async with transaction():
                written = await kind.write(remaining, common, by=by)
            break
        except DomainError as refusal:
            problems = refusal.problems if isinstance(refusal, Incomplete) else {}
            more = {int(number): why for number, why in problems.items() if number.isdecimal()}
            # What names no row, a right that is gone say, is about all of them: tried again it would say the same.
            left |= more or dict.fromkeys(
                (row.number for row in remaining), next(iter(problems.values()), str(refusal))
            )
    if not left:
        return written, {}
    mended = dict(await ImportRow.filter(batch_id=batch.id, number__in=list(left)).values_list('number', 'mended'))
    return written, {number: (why, mended.get(number)) for number, why in left.items()}


async def _keep_piece(
    batch: ImportBatch, number: int, written: Sequence[Written], rows: Sequence[Row], lines: Lines | None
) -> None:
    about = {row.number: row.about for row in rows}
    people = Counter(str(about[each.number]) for each in written if about.get(each.number))
    kept = [(about.get(one.number, 0), one.number, one.model, one.record_id, one.stamp, one.before) for one in written]
    # What COPY wrote is only sealed; the rest has to be put together.
    copied = lines.written if lines else b''
    packed = await asyncio.to_thread(_packed, kept, copied) if kept else _packed(kept, copied)
    people.update(lines.people if lines else {})
    await ImportPiece.create(batch_id=batch.id, number=number, written=packed, people=people)


def _packed(kept: Sequence[tuple[Any, ...]], copied: bytes) -> bytes:
    """What a piece has written, sealed: what COPY wrote first, as it was written first."""
    if copied and kept:
        kept = [*packing.unpack(copied), *kept]
    return packing.seal(copied if copied and not kept else packing.pack(kept), 'written')


async def _finish(batch: ImportBatch) -> None:
    await note(batch, history.ADDED, by=await Account.get(id=batch.confirmed_by_id))
    await ImportBatch.filter(id=batch.id).update(state=BatchState.DONE, written_at=dates.now())
    await announce(ImportChanged(batch.id, batch.host_unit_id))
