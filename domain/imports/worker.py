"""`python -m domain.imports.worker`: reads one file after another and grades its rows, without keys or database."""

import ctypes
import gc
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple
from typing import Any

from ..sheets import archives, delimited, headings, marked, workbooks
from ..sheets.tables import Table, Unreadable, measured
from ..workers.messages import Content
from ..workers.serving import Handler, serve
from . import grading, marking, packing, ready
from .grading import Reader
from .kinds import KINDS

# Of a processor, for one file; and address space: 100,000 rows of 17 columns need a quarter of it.
MOST_SECONDS = 60.0
MOST_MEMORY = 1536 * 2**20

# The last file's rows: it is graded right after it was read, mostly by the same process.
_last: dict[str, Sequence[Sequence[str]]] = {}


def prepare() -> tuple[Handler, Content]:
    """Nothing but what was imported."""
    return _answer, {}


def _answer(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    try:
        return _JOBS[order['job']](order, pieces)
    except Unreadable as refusal:
        return {'refusal': str(refusal)}, []


def _read(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    """The table in blocks, its headings, and what grading must know."""
    [content] = pieces
    kind = KINDS[order['kind']]
    if kind.is_archive:
        table = Table(json.loads(content))
    elif order['is_pasted']:
        table = Table(measured(delimited.rows(content.decode())))
    else:
        table = workbooks.read(content, order['sheet'], kind.sheet)
    found = headings.found(table.rows, kind.columns, order['remembered'], may_lack=order['is_pasted'])
    each = packing.ROWS_EACH
    blocks = [packing.pack_cells(table.rows[at : at + each]) for at in range(0, len(table.rows), each)]
    _last.clear()
    _last[order['token']] = table.rows
    told, needs = _needs(order, list(found.mapping), table.rows)
    told |= {
        'sheets': list(table.sheets),
        'sheet': table.sheet,
        'heading_row': found.row,
        'headings': list(found.texts),
        'mapping': list(found.mapping),
        'lacking': list(found.lacking),
        'rows': len(table.rows),
    }
    return told, [needs, *blocks]


def _archive(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    """What is in a ZIP, or one file of it."""
    [content] = pieces
    if order['job'] == 'members':
        return {'members': [asdict(one) for one in archives.members(content)]}, []
    return {}, [archives.unpacked(content, order['method'], order['size'])]


def _survey(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    """What grading must know, when it is done again. The first piece is the mended cells."""
    rows = _with_mended(_rows(order, pieces[1:]), json.loads(pieces[0]), order['mapping'])
    told, needs = _needs(order, order['mapping'], rows)
    return told, [needs]


def _needs(order: Content, mapping: list[str], rows: Sequence[Sequence[str]]) -> tuple[Content, bytes]:
    kind = KINDS[order['kind']]
    needs = grading.needs(kind, Reader(kind.columns, mapping), rows)
    span = [day.isoformat() for day in needs.span] if needs.span else None
    return {'span': span}, json.dumps([needs.numbers, needs.texts]).encode()


def _grade(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    """For each block its outcomes, packed, and the twins; grades, doubts and acts of all as one piece.

    The first piece is what is known, the second the mended cells by row number and column.
    """
    kind = KINDS[order['kind']]
    known = kind.prepared(json.loads(pieces[0]))
    rows = _with_mended(_rows(order, pieces[2:]), json.loads(pieces[1]), order['mapping'])
    graded = grading.graded_rows(kind, Reader(kind.columns, order['mapping']), rows, known, order['heading_row'])
    letters: list[tuple[str, str, str]] = []
    blocks: list[bytes] = []
    for at in range(0, len(rows), packing.ROWS_EACH):
        outcomes: list[Any] = []
        grades, doubts, acts, twins = [], [], [], []
        for _, (row, twin) in zip(range(at, min(at + packing.ROWS_EACH, len(rows))), graded, strict=False):
            outcomes.append(packing.outcome(row) if row else None)
            grades.append(packing.LETTERS[row.grade] if row else packing.NONE)
            doubts.append(packing.DOUBT_LETTERS[row.doubt] if row and row.doubt else packing.NONE)
            acts.append(packing.act(row) if row else packing.NONE)
            twins.append(twin)
        blocks += [packing.pack(outcomes), b''.join(twins)]
        letters.append((''.join(grades), ''.join(doubts), ''.join(acts)))
    _last.clear()
    del rows, graded
    _give_back()
    return {}, [json.dumps(letters).encode(), *blocks]


def _mark(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    """The sheet with what became of its rows. Pieces: mended cells, letters of the rows, cells, outcomes."""
    kind, mapping = KINDS[order['kind']], order['mapping']
    mended, letters = json.loads(pieces[0]), json.loads(pieces[1])
    half = 2 + (len(pieces) - 2) // 2
    rows = _with_mended(_rows(order, pieces[2:half]), mended, mapping)
    outcomes = [outcome for piece in pieces[half:] for outcome in packing.unpack(piece)]
    at = marking.result_at(order['headings'], mapping)
    found = marking.rows(kind, mapping, rows, outcomes, letters, order['heading_row'], at)
    write = marked.xlsx if order['extension'] == 'xlsx' else marked.ods
    return {}, [write(order['sheet'], found, at)]


def _lines(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    """A piece that is to be written, as COPY reads it. Pieces: ids of new records, the outcomes of each block."""
    kind = KINDS[order['kind']]
    assert kind.copied
    rows = [
        row
        for (first_row, letters), outcomes in zip(order['blocks'], pieces[1:], strict=True)
        for row in ready.rows(first_row, letters, packing.unpack(outcomes))
    ]
    found = ready.lines(kind.copied, rows, json.loads(pieces[0]), order['owners'], order['stamp'])
    others = json.dumps([astuple(row) for row in found.others]).encode()
    return {'people': found.people, 'count': found.count}, [found.copy, found.written, others]


def _give_back() -> None:
    """What a large file took, to the system: the process waits for the next one, perhaps for hours."""
    gc.collect()
    with suppress(OSError, AttributeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def _rows(order: Content, blocks: list[bytes]) -> Sequence[Sequence[str]]:
    kept = _last.get(order['token'])
    return kept if kept is not None else [row for block in blocks for row in packing.unpack_cells(block)]


def _with_mended(
    rows: Sequence[Sequence[str]], mended: dict[str, dict[str, str]], mapping: Sequence[str]
) -> Sequence[Sequence[str]]:
    if not mended:
        return rows
    changed = list(rows)
    for number, texts in mended.items():
        changed[int(number) - 1] = grading.with_texts(rows[int(number) - 1], texts, mapping)
    return changed


_JOBS: Mapping[str, Callable[[Content, list[bytes]], tuple[Content, list[bytes]]]] = {
    'read': _read,
    'survey': _survey,
    'grade': _grade,
    'members': _archive,
    'unpack': _archive,
    'mark': _mark,
    'lines': _lines,
}

if __name__ == '__main__':
    # A file may wait, a page may not: of a processor that others want it takes a hundredth.
    serve(prepare, memory=MOST_MEMORY, niceness=19, seconds=MOST_SECONDS)
