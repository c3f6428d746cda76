"""How rows are kept: two hundred together, compressed; sealed by whoever has the keys, which workers have not."""

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from db import sealing
from db.choices import Doubt, Grade

from .kind import Graded, Mark

ROWS_EACH = 200
# So many blocks are sealed or opened before the event loop goes on: a millisecond.
AT_ONCE = 10

_CELL, _ROW = '\x1f', '\x1e'
_LEVEL = 1  # more takes longer than the bytes it saves take to be written

# A letter for each row; a row that is none (headings, blank, the template's example) has a blank.
LETTERS: Mapping[Grade, str] = {Grade.GOOD: 'g', Grade.ATTENTION: 'a', Grade.WRONG: 'w'}
GRADES: Mapping[str, Grade] = {letter: grade for grade, letter in LETTERS.items()}
DOUBT_LETTERS: Mapping[Doubt, str] = {doubt: str(number) for number, doubt in enumerate(Doubt)}
DOUBTS: Mapping[str, Doubt] = {letter: doubt for doubt, letter in DOUBT_LETTERS.items()}
NONE = ' '
# What writing a row does: a new record, a change of one, or nothing, since the record says the same.
ADDS, CHANGES, SAME = 'n', 'c', 's'
_CHANGING = frozenset({Doubt.DUPLICATE, Doubt.DIFFERS})
# Of each row with a doubt: nobody has said anything, it is written after all, it is left alone.
UNANSWERED, TAKEN, LEFT = '0', '1', '2'


def pack_cells(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows of texts.

    >>> unpack_cells(pack_cells([['王', ''], [], ['a\\x1fb']]))
    [['王', ''], [''], ['a b']]
    """
    lines = []
    for row in rows:
        line = _CELL.join(row)
        if line.count(_CELL) >= len(row) > 0 or _ROW in line:
            line = _CELL.join(text.replace(_CELL, ' ').replace(_ROW, ' ') for text in row)
        lines.append(line)
    return zlib.compress(_ROW.join(lines).encode('utf-8', 'replace'), _LEVEL)


def unpack_cells(packed: bytes) -> list[list[str]]:
    """What `pack_cells` has packed; an empty row is one empty cell."""
    return [line.split(_CELL) for line in zlib.decompress(packed).decode().split(_ROW)]


def pack(value: Any) -> bytes:
    """Anything of JSON."""
    return zlib.compress(
        json.dumps(value, ensure_ascii=False, separators=(',', ':')).encode('utf-8', 'replace'), _LEVEL
    )


def unpack(packed: bytes) -> Any:
    """What `pack` has packed."""
    return json.loads(zlib.decompress(packed))


def naming(outcomes: bytes, people: Collection[int]) -> list[tuple[int, Any]]:
    """Those of a block's packed outcomes that are about these people, with their places.

    >>> kept = pack([None, [{}, [], 12, ''], [{}, [], 7, '']])
    >>> naming(kept, {7}), naming(kept, {1})
    ([(2, [{}, [], 7, ''])], [])
    """
    text = zlib.decompress(outcomes)
    if not any(b',%d,' % one in text for one in people):  # sooner than it is understood
        return []
    return [(at, one) for at, one in enumerate(json.loads(text)) if one and one[2] in people]


def act(graded: Graded) -> str:
    """The letter of what writing the row does."""
    if graded.grade == Grade.WRONG:
        return NONE
    if not graded.values or graded.values.get('act') == '':
        return SAME
    return CHANGES if graded.doubt in _CHANGING else ADDS


def outcome(graded: Graded) -> list[Any]:
    """A graded row as JSON, without its letters and its twin."""
    marks = [[mark.column, mark.sentence, mark.fix, mark.fix_label] for mark in graded.marks]
    return [graded.values, marks, graded.about, graded.beside]


def marks_of(outcome: Sequence[Any]) -> list[Mark]:
    """The marks of what `outcome` made."""
    return [Mark(*each) for each in outcome[1]]


SEALED = (
    ('import_file', 'content', 'file'),
    *(('import_block', column, column) for column in ('cells', 'graded', 'twins')),
    ('import_row', 'mended', 'mended'),
    ('import_piece', 'written', 'written'),
)
"""Table, column, and the name with which `seal` seals it."""


def seal(content: bytes, what: str) -> bytes:
    """Sealed for a column of an import."""
    return sealing.seal_bytes(content, f'import.{what}')


def opened(kept: bytes, what: str) -> bytes:
    """What `seal` has sealed for that column."""
    return sealing.open_bytes(bytes(kept), f'import.{what}')
