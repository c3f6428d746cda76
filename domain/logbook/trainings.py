"""教育訓練紀錄: which lines share a leaf. The heights follow logbook.css and err on the tall side, as in `service`."""

from collections.abc import Mapping, Sequence

from .heights import LINE, cut, lines, stamp

# Millimetres. LEAF is what the heading and the head of the table leave of a page.
LEAF = 147.0
PADDING = 3.8
TOTAL_ROW = LINE + 2.6
END_ROW = LINE + PADDING
"""以下空白."""


def on_leaves(printed: Sequence[Mapping[str, str]], totals: int) -> list[Sequence[Mapping[str, str]]]:
    """The lines of each leaf, none for no lines; the last leaves room for its end and so many `totals`."""
    end = END_ROW + TOTAL_ROW * totals + 0.6
    return list(cut(printed, [_height(line) for line in printed], LEAF, end))


def _height(line: Mapping[str, str]) -> float:
    return PADDING + max(
        stamp(line['recorder']),
        LINE * lines(line['dates'], 4.8),
        LINE * lines(line['title'], 4.7),
        LINE * lines(line['kind'], 4.4),
        LINE * lines(line['provider'], 4.7),
        LINE * lines(line['approval'], 6.7),
    )
