"""登錄事項: which tables share a leaf. The heights follow logbook.css and err on the tall side, as in `service`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from .heights import LINE, cut, lines, stamp

Table: TypeAlias = Mapping[str, Any]

# Millimetres. LEAF is what the heading leaves of a page, AROUND what a table has beside its rows.
LEAF = 165.5
PADDING = 2.6
AROUND = 20.1
# Characters in a line of each column; figures of a date are a little narrower than `heights` knows.
COLUMNS = {
    'units': (8.5, 10.2, 6.3, 4.6),
    'insurance': (6.4, 7.8, 7.8, 8.1),
    'awards': (4.8, 8.8, 8.8, 7.4),
    'cards': (4.8, 4.8, 7.6, 7.6, 4.6),
    'certificates': (4.8, 9.4, 9.4, 6.3),
    'others': (4.8, 16.4, 9.1),
}


def on_leaves(ledgers: Sequence[Table]) -> list[Sequence[Table]]:
    """The tables of each leaf. One that is higher than a page stands in pieces, of which all but the last `goes_on`."""
    pieces = [piece for table in ledgers for piece in _pieces(table)]
    return list(cut(pieces, [AROUND + sum(_heights(piece)) for piece in pieces], LEAF)) or [[]]


def _pieces(table: Table) -> Iterator[Table]:
    """The table, or as much of it as a page has room for, and so on."""
    pieces = list(cut(table['rows'], _heights(table), LEAF - AROUND)) or [[]]
    for number, rows in enumerate(pieces, 1):
        yield {**table, 'rows': rows, 'goes_on': number < len(pieces)}


def _heights(table: Table) -> list[float]:
    return [_height(row, COLUMNS[table['key']]) for row in table['rows']]


def _height(row: Table, columns: Sequence[float]) -> float:
    texts = (LINE * lines(text, per_line) for text, per_line in zip(row['cells'], columns, strict=True))
    return PADDING + max(stamp(row['recorder']), *texts)
