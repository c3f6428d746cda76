"""What stands in a marked file: colours and sentences by what became of each row. Pure; it runs in a worker."""

from collections.abc import Sequence
from typing import Any

from ..sheets import headings, marked
from ..sheets.marked import MarkedRow
from ..sheets.tables import shown
from . import packing
from .kind import Kind, Mark


def result_at(texts: Sequence[str], mapping: Sequence[str]) -> int:
    """The column of the results: the one that a marked file has already, or a new one at the end."""
    wanted = headings.bare(headings.RESULT)
    return next((at for at, text in enumerate(texts) if headings.bare(text) == wanted), len(mapping))


def rows(
    kind: Kind,
    mapping: Sequence[str],
    cells: Sequence[Sequence[str]],
    outcomes: Sequence[Any],
    letters: tuple[str, str],
    heading_row: int,
    at: int,
) -> list[MarkedRow]:
    """Every row of the sheet. `letters`: grades and doubts, one for each row."""
    labels = {column.key: column.label for column in kind.columns}
    places = {key: place for place, key in enumerate(mapping) if key}
    grades, doubts = letters
    found = []
    for number, texts in enumerate(cells, 1):
        plain = [shown(text) for text in texts]
        if number == heading_row:
            found.append(MarkedRow(plain, result=headings.RESULT))
            continue
        letter = grades[number - 1 : number] or packing.NONE
        if letter == packing.NONE:
            found.append(MarkedRow(plain if len(plain) <= at else [*plain[:at], '', *plain[at + 1 :]]))
            continue
        marks = packing.marks_of(outcomes[number - 1])
        colour = {'w': marked.WRONG, 'a': marked.ATTENTION}.get(letter, marked.GOOD)
        notes = {places[mark.column]: (colour, mark.sentence) for mark in marks if mark.column in places}
        found.append(MarkedRow(plain, notes, _result(letter, doubts[number - 1], marks, labels), colour))
    return found


def _result(letter: str, doubt: str, marks: Sequence[Mark], labels: dict[str, str]) -> str:
    grade = packing.GRADES[letter].label
    if doubt != packing.NONE:
        grade += f'（{packing.DOUBTS[doubt].label}）'
    sentences = '；'.join(f'{labels.get(mark.column, "")} {mark.sentence}'.strip() for mark in marks)
    return f'{grade}：{sentences}' if sentences else grade
