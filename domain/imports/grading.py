"""What becomes of each row: cells are read, the kind grades, rows of one file are compared. Pure, no database.

It runs in a worker for a whole file, and in the server for one row that somebody mended.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.choices import Doubt, Grade

from ..sheets import cells as reading
from ..sheets.columns import Column, Value
from ..sheets.tables import MERGED
from .kind import Graded, Kind, Mark, Span

TWIN_BYTES = 8
NO_TWIN = bytes(TWIN_BYTES)
# What a column has been read as is remembered: a month of hours has few days, codes and durations.
_MOST_REMEMBERED = 20_000


@dataclass
class Reader:
    """Reads the rows of one file. `places`: of the columns that the file has, their key and position."""

    columns: Sequence[Column]
    mapping: Sequence[str]
    _remembered: dict[str, dict[str, reading.Read]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by_key = {column.key: column for column in self.columns}
        self.empty: dict[str, Value] = {column.key: None for column in self.columns}
        self.places = [(key, at, by_key[key]) for at, key in enumerate(self.mapping) if key in by_key]
        self._plan = [(key, at, column, self._remembered.setdefault(key, {})) for key, at, column in self.places]

    def is_row(self, cells: Sequence[str]) -> bool:
        """Whether there is anything in it, and it is not the example of the template."""
        texts = [cells[at] for _, at, _ in self.places if at < len(cells)]
        if not any(text and text != MERGED and not text.isspace() for text in texts):
            return False
        samples = [(column, cells[at]) for _, at, column in self.places if column.sample and at < len(cells)]
        return len(samples) < 2 or any(text.strip() != column.sample for column, text in samples)

    def values(self, cells: Sequence[str]) -> tuple[dict[str, Value], list[Mark]]:
        """By key of every column, and a mark for each cell that cannot be read."""
        values, marks = self.empty.copy(), []
        width = len(cells)
        for key, at, column, remembered in self._plan:
            if at >= width or not (text := cells[at]):
                continue
            found = remembered.get(text)
            if found is None:
                found = reading.read(column, text)
                if len(remembered) < _MOST_REMEMBERED:
                    remembered[text] = found
            value, sentence = found
            values[key] = value
            if sentence:
                marks.append(Mark(key, sentence))
        return values, marks


@dataclass(frozen=True)
class Needs:
    """What `Kind.known` asks for: identity numbers, the first and the last day; and for `known_of` its texts."""

    numbers: list[str]
    texts: list[str]
    span: tuple[date, date] | None


def needs(kind: Kind, reader: Reader, rows: Sequence[Sequence[str]]) -> Needs:
    """Of a file, or of some of its rows."""
    numbers: dict[str, None] = {}
    first, last = date.max, date.min
    wanted = [(at, column) for _, at, column in reader.places if column.reading in ('identity', 'day')]
    for at, column in wanted:
        for text in {row[at] for row in rows if at < len(row)}:
            value, _ = reading.read(column, text)
            if isinstance(value, str):
                numbers[value] = None
            elif isinstance(value, date):
                first, last = min(first, value), max(last, value)
    asked = [at for key, at, _ in reader.places if key == kind.asked_at]
    texts = {row[at] for at in asked for row in rows if at < len(row) and row[at]}
    return Needs(list(numbers), sorted(texts), (first, last) if first <= last else None)


def grade(kind: Kind, reader: Reader, cells: Sequence[str], known: Mapping[str, Any]) -> Graded:
    """One row by itself; `known` is prepared. What cannot be read makes it wrong."""
    values, unread = reader.values(cells)
    graded = kind.grade(values, known)
    if not unread:
        return graded
    said = {mark.column for mark in unread}
    # A doubt would speak of a row in which these cells are empty, as of one day where the last one cannot be read.
    wrong = graded.marks if graded.grade == Grade.WRONG else ()
    return Graded(
        Grade.WRONG,
        graded.values,
        [*unread, *(mark for mark in wrong if mark.column not in said)],
        about=graded.about,
        beside=graded.beside,
    )


def with_texts(cells: Sequence[str], texts: Mapping[str, str], mapping: Sequence[str]) -> list[str]:
    """A row with these texts by column key."""
    row = [*cells, *[''] * (len(mapping) - len(cells))]
    for at, key in enumerate(mapping):
        if key in texts:
            row[at] = texts[key]
    return row


def twin_of(graded: Graded) -> bytes:
    """By what two rows of a file are the same, as kept; NO_TWIN never."""
    if not graded.same_as or graded.grade == Grade.WRONG:
        return NO_TWIN
    return hashlib.blake2b(graded.same_as.encode('utf-8', 'replace'), digest_size=TWIN_BYTES).digest()


def doubled(kind: Kind, graded: Graded, earlier: int) -> Graded:
    """The same row when row `earlier` of the file is the same."""
    column = kind.same_at or kind.columns[0].key
    mark = Mark(column, f'與這個檔案的第 {earlier} 列相同。')
    return Graded(
        Grade.ATTENTION,
        graded.values,
        [*graded.marks, mark],
        Doubt.DUPLICATE,
        graded.about,
        graded.same_as,
        graded.beside,
    )


class Spans:
    """What the rows of a file cover, by key."""

    def __init__(self) -> None:
        self._by_key: dict[str, list[tuple[str, str, int]]] = {}

    def add(self, span: Span, number: int) -> None:
        """Row `number` covers it."""
        self._by_key.setdefault(span.key, []).append((span.first, span.last, number))

    def remove(self, number: int) -> None:
        """Row `number` covers it no more."""
        for key, there in self._by_key.items():
            self._by_key[key] = [each for each in there if each[2] != number]

    def met(self, span: Span) -> list[int]:
        """The rows with other days, some of which are those of `span`; with equal days it is one row twice."""
        there = self._by_key.get(span.key, ())
        return [
            number
            for first, last, number in there
            if first <= span.last and span.first <= last and (first, last) != (span.first, span.last)
        ]


def span_of(kind: Kind, graded: Graded) -> Span | None:
    """What the row covers, where it can be written."""
    return kind.span(graded) if kind.has_spans and graded.grade != Grade.WRONG else None


def met(graded: Graded, span: Span, earlier: int) -> Graded:
    """The row when row `earlier` of the file covers some of its days; another doubt goes first."""
    if graded.doubt is not None:
        return graded
    sentence = f'與這個檔案的第 {earlier} 列是同一人、同項目，日期重疊（月合計與逐日），可能重複計算。請只留一種。'
    marks = [*graded.marks, Mark(span.at, sentence)]
    return Graded(Grade.ATTENTION, graded.values, marks, Doubt.OVERLAP, graded.about, graded.same_as, graded.beside)


def graded_rows(
    kind: Kind,
    reader: Reader,
    rows: Sequence[Sequence[str]],
    known: Mapping[str, Any],
    heading_row: int,
) -> Iterator[tuple[Graded | None, bytes]]:
    """Each row of the sheet from row 1 on, with its twin; None for a row that is none.

    A list that was printed on several pages has its title and headings on each.
    """
    above = rows[:heading_row]
    seen: dict[bytes, int] = {}
    spans = Spans()
    for number, cells in enumerate(rows, 1):
        if number <= heading_row or cells in above or not reader.is_row(cells):
            yield None, NO_TWIN
            continue
        graded = grade(kind, reader, cells, known)
        twin = twin_of(graded)
        if twin != NO_TWIN:
            earlier = seen.setdefault(twin, number)
            if earlier != number:
                graded = doubled(kind, graded, earlier)
        if span := span_of(kind, graded):
            if there := spans.met(span):
                graded = met(graded, span, there[0])
            spans.add(span, number)
        yield graded, twin
