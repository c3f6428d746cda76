"""教育訓練紀錄: which lines share a leaf. The heights follow logbook.css and err on the tall side, as in `service`."""

from collections.abc import Mapping, Sequence

from .heights import LINE, lines, stamp

# Millimetres. LEAF is what the heading and the head of the table leave of a page.
LEAF = 147.0
PADDING = 3.8
TOTAL_ROW = LINE + 2.6
END_ROW = LINE + PADDING
"""以下空白."""


def on_leaves(printed: Sequence[Mapping[str, str]], totals: int) -> list[Sequence[Mapping[str, str]]]:
    """The lines of each leaf, none for no lines; the last leaves room for its end and so many `totals`."""
    leaves: list[Sequence[Mapping[str, str]]] = []
    start, height = 0, 0.0
    for index, line in enumerate(printed):
        needed = _height(line)
        reserve = END_ROW + TOTAL_ROW * totals + 0.6 if index + 1 == len(printed) else 0
        if index > start and height + needed + reserve > LEAF:
            leaves.append(printed[start:index])
            start, height = index, 0.0
        height += needed
    return [*leaves, printed[start:]] if printed else []


def _height(line: Mapping[str, str]) -> float:
    return PADDING + max(
        stamp(line['recorder']),
        LINE * lines(line['dates'], 4.8),
        LINE * lines(line['title'], 4.7),
        LINE * lines(line['kind'], 4.4),
        LINE * lines(line['provider'], 4.7),
        LINE * lines(line['approval'], 6.7),
    )
