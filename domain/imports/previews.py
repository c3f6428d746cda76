"""The rows of a graded batch, page by page; single rows mended, and doubts answered."""

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from db import transaction
from db.choices import BatchState, Doubt, Grade
from db.models import Account, ImportBatch, ImportBlock, ImportPiece, ImportRow

from .. import dates, identity_numbers
from ..announcements import ImportChanged, announce
from ..errors import MovedOn, NotFound
from ..sheets import cells as meaning
from ..sheets.cells import serial_day
from ..sheets.tables import shown
from . import grading, packing, reading, writing
from .grading import NO_TWIN, TWIN_BYTES, Reader
from .kind import Column, Graded, Kind, Mark, Span
from .kinds import KINDS
from .results import Cell, Preview, PreviewRow

_LETTERS = ('number', 'first_row', 'rows', 'grades', 'doubts', 'takes', 'acts')
# So many rows may be the same as the one that is mended, and are graded again with it.
_MOST_TWINS = 50


async def page(batch: ImportBatch, show: Grade | None, doubt: Doubt | None, number: int, per_page: int) -> Preview:
    """One page: errors, then what waits for an answer or was mended, then the rest, by row."""
    kind = KINDS[batch.kind]
    blocks = await ImportBlock.filter(batch_id=batch.id).order_by('number').only('id', *_LETTERS)
    odd = {row.number: row for row in await ImportRow.filter(batch_id=batch.id)}
    grades = ''.join(block.grades for block in blocks)
    doubts = ''.join(block.doubts for block in blocks)
    chosen = _in_order(grades, doubts, {at for at, row in odd.items() if row.mended}, show, doubt)
    first = (number - 1) * per_page
    rows = await _shown(batch, kind, chosen[first : first + per_page], odd)
    takes = ''.join(block.takes for block in blocks)
    acts = writing.importable(blocks) if batch.state == BatchState.GRADED else Counter[str]()
    waiting = {each: doubts.count(letter) for each, letter in packing.DOUBT_LETTERS.items()}
    said = Counter(doubt for doubt, take in zip(doubts, takes, strict=True) if take != packing.UNANSWERED)
    return Preview(
        batch,
        [column for _, _, column in Reader(kind.columns, batch.mapping).places],
        rows,
        len(chosen),
        number,
        per_page,
        {each: count for each, count in waiting.items() if count},
        {each: said[letter] for each, letter in packing.DOUBT_LETTERS.items() if said[letter]},
        acts[packing.ADDS],
        acts[packing.CHANGES],
        acts[packing.SAME],
    )


async def rows_of(batch: ImportBatch, numbers: Sequence[int]) -> list[PreviewRow]:
    """These rows, as a page shows them."""
    odd = {row.number: row for row in await ImportRow.filter(batch_id=batch.id, number__in=list(numbers))}
    return await _shown(batch, KINDS[batch.kind], numbers, odd)


async def mend(batch_id: int, number: int, column: str, text: str | None, *, host_unit_id: int | None) -> PreviewRow:
    """Take `text` for a cell, or what the file says where it is None; '' as `column` is the whole row."""
    async with transaction():
        batch = await locked(batch_id, host_unit_id)
        kind = KINDS[batch.kind]
        if column and column not in batch.mapping:
            raise NotFound
        block = await _block_of(batch, number)
        if block.grades[number - block.first_row] == packing.NONE:
            raise NotFound
        row = await ImportRow.get_or_none(batch_id=batch.id, number=number)
        mended = _mended(row)
        if text is None:
            mended = {key: kept for key, kept in mended.items() if column and key != column}
        else:
            mended[column] = _typed(text)
        packed = packing.seal(packing.pack(mended), 'mended') if mended else None
        await ImportRow.update_or_create(batch_id=batch.id, number=number, defaults={'mended': packed})
        await _grade_again(batch, kind, number)
        await _count(batch)
        return (await rows_of(batch, [number]))[0]


async def mend_alike(batch: ImportBatch, number: int, column: str, text: str) -> int:
    """Take `text` in every row whose cell says what that of row `number` says; how many they are. Nothing is graded."""
    if column not in batch.mapping:
        raise NotFound
    place = batch.mapping.index(column)
    odd = {row.number: row for row in await ImportRow.filter(batch_id=batch.id)}
    blocks = await ImportBlock.filter(batch_id=batch.id).order_by('number').only('id', 'first_row', 'cells', 'grades')
    said = await asyncio.to_thread(_said, blocks, place, column, odd)
    if number not in said:
        raise NotFound
    alike = [at for at, each in said.items() if each == said[number]]
    for at in alike:
        mended = _mended(odd.get(at)) | {column: _typed(text)}
        packed = packing.seal(packing.pack(mended), 'mended')
        if at in odd:
            await ImportRow.filter(id=odd[at].id).update(mended=packed)
        else:
            odd[at] = ImportRow(batch_id=batch.id, number=at, mended=packed)
    new = [row for row in odd.values() if not row._saved_in_db]
    await ImportRow.bulk_create(new, batch_size=500)
    return len(alike)


def _said(blocks: Sequence[ImportBlock], place: int, column: str, odd: Mapping[int, ImportRow]) -> dict[int, str]:
    """By row number what its cell says now, without blanks around it."""
    found = {}
    for block in blocks:
        rows = packing.unpack_cells(packing.opened(block.cells, 'cells'))
        for at, (grade, row) in enumerate(zip(block.grades, rows, strict=False), block.first_row):
            if grade != packing.NONE:
                text = row[place] if place < len(row) else ''
                found[at] = (_mended(odd[at]).get(column, text) if at in odd else text).strip()
    return found


def _typed(text: str) -> str:
    return text[:2000].replace('\x1e', ' ').replace('\x1f', ' ')


async def answer(
    batch_id: int, takes: bool, number: int | None, doubt: Doubt | None, *, host_unit_id: int | None
) -> ImportBatch:
    """The answer of a row, or of all with this doubt."""
    letter = packing.TAKEN if takes else packing.LEFT
    async with transaction():
        batch = await locked(batch_id, host_unit_id)
        if number is not None:
            block = await _block_of(batch, number)
            at = number - block.first_row
            if block.doubts[at] == packing.NONE:
                raise NotFound
            await ImportBlock.filter(id=block.id).update(takes=block.takes[:at] + letter + block.takes[at + 1 :])
        elif doubt is not None:
            wanted = packing.DOUBT_LETTERS[doubt]
            for block in await ImportBlock.filter(batch_id=batch.id, doubts__contains=wanted).only('id', *_LETTERS):
                pairs = zip(block.doubts, block.takes, strict=True)
                after = ''.join(letter if each == wanted else take for each, take in pairs)
                await ImportBlock.filter(id=block.id).update(takes=after)
        await announce(ImportChanged(batch.id, batch.host_unit_id))
        return batch


async def locked(batch_id: int, host_unit_id: int | None) -> ImportBatch:
    """A batch that waits for 確認, locked. Raises NotFound, MovedOn."""
    batch = await ImportBatch.filter(id=batch_id, host_unit_id=host_unit_id).select_for_update().first()
    if batch is None:
        raise NotFound
    if batch.state != BatchState.GRADED:
        raise MovedOn(
            f'這一批目前是「{batch.state.label}」，不能再修改。請重新整理頁面看目前的情形；已改正的內容都還在。'
        )
    return batch


def _in_order(grades: str, doubts: str, mended: set[int], show: Grade | None, doubt: Doubt | None) -> list[int]:
    """The numbers of the rows, counted from 1, those first with which something is to be done."""
    if doubt is not None:
        wanted = packing.DOUBT_LETTERS[doubt]
        return [at for at, letter in enumerate(doubts, 1) if letter == wanted]
    if show is not None:
        wanted = packing.LETTERS[show]
        return [at for at, letter in enumerate(grades, 1) if letter == wanted]
    wrong = [at for at, letter in enumerate(grades, 1) if letter == 'w']
    good = [at for at, letter in enumerate(grades, 1) if letter == 'g' and at not in mended]
    between = [at for at, letter in enumerate(grades, 1) if letter == 'a' or (letter == 'g' and at in mended)]
    return wrong + between + good


async def _shown(
    batch: ImportBatch, kind: Kind, numbers: Sequence[int], odd: Mapping[int, ImportRow]
) -> list[PreviewRow]:
    each = packing.ROWS_EACH
    blocks = await ImportBlock.filter(batch_id=batch.id, number__in=list({(at - 1) // each for at in numbers}))
    opened = await asyncio.to_thread(lambda: {block.number: _opened(block) for block in blocks})
    by_number = {block.number: block for block in blocks}
    reader, written = Reader(kind.columns, batch.mapping), await _written(batch, kind, by_number)
    is_open = batch.state == BatchState.GRADED
    return [
        _row(reader, by_number[(at - 1) // each], opened[(at - 1) // each], at, odd.get(at), written, is_open)
        for at in numbers
        if (at - 1) // each in opened
    ]


async def _written(batch: ImportBatch, kind: Kind, blocks: Collection[int]) -> set[int]:
    """The numbers of the rows by which 確認 changed the record, of the pieces in which these blocks are."""
    each = min(writing.BLOCKS_EACH, kind.blocks_each)
    pieces = await ImportPiece.filter(
        batch_id=batch.id, number__in=list({at // each for at in blocks}), written__isnull=False
    )
    return await asyncio.to_thread(
        lambda: {one[1] for piece in pieces for one in packing.unpack(packing.opened(piece.written or b'', 'written'))}
    )


def _opened(block: ImportBlock) -> tuple[list[list[str]], list[Any]]:
    outcomes = packing.unpack(packing.opened(block.graded, 'graded')) if block.graded else []
    return packing.unpack_cells(packing.opened(block.cells, 'cells')), outcomes


def _row(
    reader: Reader,
    block: ImportBlock,
    opened: tuple[list[list[str]], list[Any]],
    number: int,
    odd: ImportRow | None,
    written: Collection[int],
    is_open: bool,
) -> PreviewRow:
    at = number - block.first_row
    texts, outcome = opened[0][at], opened[1][at]
    values, _, about, beside = outcome
    marks, mended, grade = packing.marks_of(outcome), _mended(odd), packing.GRADES[block.grades[at]]
    mends = is_open and grade == Grade.WRONG
    cells = {
        key: _cell(
            column, texts[place] if place < len(texts) else '', mended.get(key), beside.get(key, ''), marks, mends
        )
        for key, place, column in reader.places
    }
    return PreviewRow(
        number,
        grade,
        cells,
        packing.DOUBTS.get(block.doubts[at]),
        block.takes[at] == packing.TAKEN,
        [mark for mark in marks if mark.column not in cells],
        about,
        bool(mended),
        odd.left if odd else '',
        values,
        block.takes[at] != packing.UNANSWERED,
        number in written,
    )


def _cell(column: Column, typed: str, mended: str | None, beside: str, marks: Iterable[Mark], mends: bool) -> Cell:
    """A full number stands only where a wrong one `mends`, which is while nothing has been confirmed."""
    here = [mark for mark in marks if mark.column == column.key]
    typed = shown(typed)
    text, original = (typed, None) if mended is None else (mended, typed)
    if column.width:  # 0200, where a spreadsheet has made 200 of it
        code, _ = meaning.read(column, text)
        text = str(code or text)
    if column.reading == 'identity' and not (here and mends):
        text = identity_numbers.masked(text)
        original = None if original is None else identity_numbers.masked(original)
    day = serial_day(text) if column.reading == 'day' else None
    return Cell(text, original, beside, here, dates.roc(day) if day else '')


def _mended(row: ImportRow | None) -> dict[str, str]:
    return dict(packing.unpack(packing.opened(row.mended, 'mended'))) if row and row.mended else {}


async def _block_of(batch: ImportBatch, number: int) -> ImportBlock:
    block = await ImportBlock.get_or_none(batch_id=batch.id, number=(number - 1) // packing.ROWS_EACH)
    if block is None or not 0 <= number - block.first_row < len(block.grades):
        raise NotFound
    return block


async def _grade_again(batch: ImportBatch, kind: Kind, number: int) -> None:
    """The row, and those of the file that are or were the same as it."""
    twins = await _twins(batch)
    before, person = twins.get(number, NO_TWIN), await _about(batch, number)
    graded = await _graded(batch, kind, [number])
    after = grading.twin_of(graded[number])
    twins[number] = after
    same = [at for at, twin in twins.items() if at != number and twin != NO_TWIN and twin in (before, after)][
        :_MOST_TWINS
    ]
    graded |= await _graded(batch, kind, same)
    spans = await _spans(batch, kind, {person, graded[number].about} - {0}) if kind.has_spans else {}
    met = grading.Spans()
    for at, span in spans.items():
        met.add(span, at)
    now = grading.span_of(kind, graded[number])
    touched = {at for each in (spans.get(number), now) if each for at in met.met(each) if at > number}
    graded |= await _graded(batch, kind, sorted(touched - graded.keys())[:_MOST_TWINS])
    met.remove(number)
    if now:
        met.add(now, number)
    for at in sorted(graded):
        earlier = min((one for one, twin in twins.items() if twin == twins[at] != NO_TWIN and one < at), default=None)
        if earlier is not None:
            graded[at] = grading.doubled(kind, graded[at], earlier)
        covers = grading.span_of(kind, graded[at])
        if covers and (before_it := [one for one in met.met(covers) if one < at]):
            graded[at] = grading.met(graded[at], covers, min(before_it))
    await _keep(batch, graded, twins)


async def _twins(batch: ImportBatch) -> dict[int, bytes]:
    """By row number, in order."""
    found: dict[int, bytes] = {}
    for block in await ImportBlock.filter(batch_id=batch.id).order_by('number').only('id', 'first_row', 'twins'):
        twins = packing.opened(block.twins, 'twins') if block.twins else b''
        for at in range(len(twins) // TWIN_BYTES):
            found[block.first_row + at] = twins[at * TWIN_BYTES : (at + 1) * TWIN_BYTES]
    return found


async def _about(batch: ImportBatch, number: int) -> int:
    """Whom the row was understood to be about before it was mended; 0: nobody."""
    block = await _block_of(batch, number)
    outcomes = packing.unpack(packing.opened(block.graded, 'graded')) if block.graded else []
    at = number - block.first_row
    return int(outcomes[at][2] or 0) if at < len(outcomes) and outcomes[at] else 0


async def _spans(batch: ImportBatch, kind: Kind, people: Collection[int]) -> dict[int, Span]:
    """What each row about these people covers, by number. Of a block that names none of them nothing is read."""
    if not people:
        return {}
    blocks = await ImportBlock.filter(batch_id=batch.id).order_by('number').only('id', 'first_row', 'graded', 'grades')
    return await asyncio.to_thread(
        lambda: {
            block.first_row + at: span
            for block in blocks
            if block.graded
            for at, outcome in packing.naming(packing.opened(block.graded, 'graded'), people)
            if (span := _span_of(kind, block.grades[at], outcome))
        }
    )


def _span_of(kind: Kind, grade: str, outcome: Sequence[Any]) -> Span | None:
    return grading.span_of(kind, Graded(packing.GRADES[grade], outcome[0], about=outcome[2]))


async def _graded(batch: ImportBatch, kind: Kind, numbers: Sequence[int]) -> dict[int, Graded]:
    if not numbers:
        return {}
    by = await Account.get(id=batch.account_id)
    odd = {row.number: row for row in await ImportRow.filter(batch_id=batch.id, number__in=list(numbers))}
    each, reader = packing.ROWS_EACH, Reader(kind.columns, batch.mapping)
    texts: dict[int, list[str]] = {}
    for block in await ImportBlock.filter(batch_id=batch.id, number__in=list({(at - 1) // each for at in numbers})):
        rows = packing.unpack_cells(packing.opened(block.cells, 'cells'))
        for at in numbers:
            if (at - 1) // each == block.number:
                texts[at] = grading.with_texts(rows[at - block.first_row], _mended(odd.get(at)), batch.mapping)
    needs = grading.needs(kind, reader, list(texts.values()))
    asked = await reading.known_of(kind, batch, needs.numbers, needs.texts, needs.span, by)
    # Through JSON, as it comes to a worker: keys are texts there.
    known = kind.prepared(json.loads(json.dumps(asked)))
    return {at: grading.grade(kind, reader, row, known) for at, row in texts.items()}


async def _keep(batch: ImportBatch, graded: Mapping[int, Graded], twins: Mapping[int, bytes]) -> None:
    each = packing.ROWS_EACH
    for block in await ImportBlock.filter(batch_id=batch.id, number__in=list({(at - 1) // each for at in graded})):
        outcomes = packing.unpack(packing.opened(block.graded, 'graded')) if block.graded else []
        letters = {name: list(getattr(block, name)) for name in ('grades', 'doubts', 'takes', 'acts')}
        for number, row in graded.items():
            at = number - block.first_row
            if not 0 <= at < len(outcomes):
                continue
            outcomes[at] = packing.outcome(row)
            doubt = packing.DOUBT_LETTERS[row.doubt] if row.doubt else packing.NONE
            if doubt != letters['doubts'][at]:
                letters['takes'][at] = packing.UNANSWERED
            letters['grades'][at], letters['doubts'][at] = packing.LETTERS[row.grade], doubt
            if letters['acts']:
                letters['acts'][at] = packing.act(row)
        packed = b''.join(twins[block.first_row + at] for at in range(len(outcomes)))
        await ImportBlock.filter(id=block.id).update(
            graded=packing.seal(packing.pack(outcomes), 'graded'),
            twins=packing.seal(packed, 'twins'),
            **{name: ''.join(each) for name, each in letters.items()},
        )


async def _count(batch: ImportBatch) -> None:
    blocks = await ImportBlock.filter(batch_id=batch.id).only('id', 'grades')
    await ImportBatch.filter(id=batch.id).update(**reading.counted(blocks))
    await announce(ImportChanged(batch.id, batch.host_unit_id))
    await batch.refresh_from_db()
