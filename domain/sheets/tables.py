"""What is read from a file: a table of texts, as they stand in the sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..errors import DomainError

MEGABYTE = 1024 * 1024
MOST_BYTES = 25 * MEGABYTE
MOST_ROWS = 200_000
MOST_COLUMNS = 200

MERGED = '\x1d'
"""The text of a cell that is merged into another one: only the first has content."""

EARLY = '\x1c'
"""The text of a cell with a date before 1900: a spreadsheet took a year of the Republic for a western one.

Which day was meant is lost: LibreOffice counts by Julius Caesar's calendar there, and .xlsx has no such days.
"""


UNSURE = '\ufdd0'
"""Stands before a character that may be another one, as the encoding of the file does not say which."""

UNCOUNTED = '\x1b'
"""The text of a cell with a formula that no program has calculated yet."""


def shown(text: str) -> str:
    """The text as people read it."""
    return '' if text in (MERGED, EARLY, UNCOUNTED) else text.replace(UNSURE, '')


class Unreadable(DomainError):
    """The file is no table that could be imported; the sentence says why, and what to do."""


@dataclass(frozen=True)
class Table:
    """`rows` of the sheet from its row 1 and column A on, all cells as text; `sheets` are those that are visible."""

    rows: Sequence[Sequence[str]]
    sheets: Sequence[str] = field(default=())
    sheet: str = ''


def measured(rows: list[list[str]]) -> list[list[str]]:
    """`rows` without what is empty at its end. Raises Unreadable for what is more than is taken, and for nothing."""
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise Unreadable('這個檔案是空的，沒有任何資料。請確認選對了檔案與工作表，再上傳一次。')
    if len(rows) > MOST_ROWS:
        raise Unreadable(
            f'這張工作表有 {len(rows):,} 列，一次最多 {MOST_ROWS:,} 列。請分成幾個檔案，分次匯入；還沒有寫入任何資料。'
        )
    width = max(map(len, rows))
    if width > MOST_COLUMNS:
        width = max((at + 1 for row in rows for at, text in enumerate(row) if text), default=0)
    if width > MOST_COLUMNS:
        raise Unreadable(
            f'這張工作表有 {width:,} 欄，最多 {MOST_COLUMNS} 欄。請刪除右邊不需要的欄，再上傳一次；還沒有寫入任何資料。'
        )
    return rows
