"""The one table of `make bench`."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

MET = {True: 'yes', False: 'NO', None: '–'}
HEAD = ('what', 'ours', 'compared with', 'ratio', 'target', 'met')


class Row(NamedTuple):
    """`ratio` is ours to what stands beside it in the same run; `target` says in words what is judged.

    `is_met` is None where nothing was promised, or where the machine was too busy to tell.
    """

    name: str
    ours: str
    compared: str
    ratio: str
    target: str
    is_met: bool | None


def drawn(rows: Sequence[Row]) -> str:
    """The rows as a table for a terminal."""
    lines = [HEAD, *((*row[:-1], MET[row.is_met]) for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    drawn_lines = [
        '  '.join(text + ' ' * (width - _width(text)) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    drawn_lines.insert(1, '  '.join('─' * width for width in widths))
    return '\n'.join(drawn_lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in 'WF' else 1 for letter in text)
