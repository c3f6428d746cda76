"""服務紀錄: which lines share a leaf, and what each leaf adds up to.

WeasyPrint can repeat a table's head on every page but cannot add up what a page holds, so the leaves are cut here.
The heights below follow logbook.css and err on the tall side: a leaf may end early, it must not run over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .book_pages import Amount, ServiceLeaf, ServiceLine, ServiceMonth
from .heights import LINE, SMALL_LINE, cut, lines, stamp

# Millimetres. LEAF is what the heading, the head of the table and the two totals leave of a page.
LEAF = 132.0
PADDING = 2.6
TOTAL_ROW = LINE + PADDING


@dataclass(frozen=True)
class Served:
    """One entry of 服務時數: its line on paper, its month (western year, month), and what is added up."""

    line: ServiceLine
    month: tuple[int, int]
    minutes: int
    persons: int


def on_leaves(served: Sequence[Served]) -> tuple[ServiceLeaf, ...]:
    """The leaves for entries in the order of their dates; none for no entries."""
    leaves: list[ServiceLeaf] = []
    printed = 0
    # 以下空白 after the very last line takes a row of its own.
    for entries in cut(served, list(_heights(served)), LEAF, end=TOTAL_ROW):
        printed += len(entries)
        leaves.append(
            ServiceLeaf(
                months=tuple(_months(entries, served[printed:], served)),
                leaf_total=amount('本頁小計', entries, note=f'共 {len(entries)} 次'),
                running_total=amount('累計時數', served[:printed], note=f'共 {printed} 次'),
                is_last=printed == len(served),
            )
        )
    return tuple(leaves)


def amount(label: str, entries: Sequence[Served], note: str) -> Amount:
    """What `entries` add up to, as a line of a total."""
    hours, minutes = hours_and_minutes(sum(entry.minutes for entry in entries))
    persons = sum(entry.persons for entry in entries)
    return Amount(label, hours, minutes, persons=str(persons) if persons else '', note=note)


def hours_and_minutes(minutes: int) -> tuple[str, str]:
    """As they stand in their two columns.

    >>> hours_and_minutes(150)
    ('2', '30')
    """
    return str(minutes // 60), f'{minutes % 60:02}'


def _heights(served: Sequence[Served]) -> Iterator[float]:
    """Of each line, with the subtotal of the month that it ends."""
    for index, entry in enumerate(served):
        ends_month = index + 1 == len(served) or served[index + 1].month != entry.month
        yield _height(entry.line) + (TOTAL_ROW if ends_month else 0)


def _months(entries: Sequence[Served], overleaf: Sequence[Served], served: Sequence[Served]) -> Iterator[ServiceMonth]:
    for month, group in groupby(entries, key=lambda entry: entry.month):
        lines = tuple(entry.line for entry in group)
        goes_on = bool(overleaf) and overleaf[0].month == month
        whole = [entry for entry in served if entry.month == month]
        subtotal = amount(f'{month[0] - 1911} 年 {month[1]} 月　小計', whole, note=f'共 {len(whole)} 次')
        yield ServiceMonth(lines, None if goes_on else subtotal)


def _height(line: ServiceLine) -> float:
    return PADDING + max(
        stamp(line.recorder),
        LINE * lines(line.dates, 4.8),
        LINE * lines(line.item, 4.0),
        LINE * lines(line.content, 8.5) + SMALL_LINE * lines(line.detail, 9.8),
        LINE * lines(line.unit, 4.3),
    )
