"""What 確認 will write: the rows of a piece, as rows or as the lines of one COPY. Pure; lines are made in a worker."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import packing
from .kind import Copied, Row

# Grades, doubts, answers and acts of a block, one letter a row; what was graded by an older version has no acts.
Letters = tuple[str, str, str, str]


@dataclass(frozen=True)
class Lines:
    """`copy` is what COPY reads, `written` what the piece keeps of it, packed; `people` rows by volunteer's id.

    `others` are the rows that no line says, `count` all rows.
    """

    copy: bytes
    written: bytes
    people: dict[str, int]
    others: Sequence[Row]
    count: int


def is_taken(grade: str, doubt: str, takes: str) -> bool:
    """Whether 確認 writes a row with these letters."""
    return grade == 'g' or (grade == 'a' and doubt != packing.NONE and takes == packing.TAKEN)


def taken(letters: Letters) -> Counter[str]:
    """How many rows of a block 確認 writes, by act."""
    grades, doubts, takes, acts = letters
    acts = acts or packing.ADDS * len(grades)
    if packing.TAKEN not in takes and set(acts) <= {packing.ADDS, packing.NONE}:
        return Counter({packing.ADDS: grades.count('g')})
    each = zip(grades, doubts, takes, acts, strict=True)
    return Counter(act for grade, doubt, take, act in each if is_taken(grade, doubt, take))


def rows(first_row: int, letters: Letters, outcomes: Sequence[Any]) -> Iterator[Row]:
    """Those of a block."""
    grades, doubts, takes, acts = letters
    for at, outcome in enumerate(outcomes):
        if outcome and is_taken(grades[at], doubts[at], takes[at]):
            is_said = takes[at] == packing.TAKEN
            doubt, changes = packing.DOUBTS.get(doubts[at]), acts[at : at + 1] == packing.CHANGES
            yield Row(first_row + at, outcome[0], outcome[2], is_said, doubt, changes)


def lines(copied: Copied, several: Sequence[Row], ids: Sequence[int], owners: Sequence[Any], stamp: str) -> Lines:
    """Those of a piece. `ids` of new records are enough for all, `owners` and `stamp` the same for each."""
    copy, written, others = [], [], []
    people, new = Counter[str](), iter(ids)
    for row in several:
        if not copied.is_plain(row):
            others.append(row)
            continue
        number = next(new)
        copy.append(copied.line(row, number, owners, stamp))
        written.append((row.about, row.number, copied.model, str(number), stamp, None))
        people[str(row.about)] += 1
    return Lines(''.join(copy).encode(), packing.pack(written), dict(people), others, len(several))


def escaped(text: str) -> str:
    r"""As COPY reads a text.

    >>> escaped('a\tb\\c\nd')
    'a\\tb\\\\c\\nd'
    """
    if '\\' in text or '\t' in text or '\n' in text or '\r' in text:
        for sign, as_copied in (('\\', r'\\'), ('\t', r'\t'), ('\n', r'\n'), ('\r', r'\r')):
            text = text.replace(sign, as_copied)
    return text
