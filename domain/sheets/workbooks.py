"""Files of spreadsheets: .xlsx, .xls and .ods by calamine, all others as text; what a file is, its bytes decide.

Formulas count as their value when the file was saved; nothing is computed, and no link is followed. Macros and locked
files are refused. This runs in a worker process only: a hostile file ends that, never the server.
"""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import python_calamine as calamine

from . import delimited, recognition, unseen
from .tables import EARLY, MERGED, MOST_COLUMNS, MOST_ROWS, UNCOUNTED, Table, Unreadable, measured

_FIRST_YEAR = 1900
_MOST_UNSEEN = 100_000

_AGAIN = '還沒有寫入任何資料。'


def read(content: bytes, sheet: str = '', preferred: str = '') -> Table:
    """The table of `sheet`; without one of the sheet named `preferred`, or of the first visible that has something.

    Raises Unreadable.
    """
    if recognition.sheet(content) != 'csv':
        return _of_workbook(content, sheet, preferred)
    text = delimited.decoded(content)
    recognition.check_text(text)
    return Table(measured(delimited.rows(text)))


def _of_workbook(content: bytes, wanted: str, preferred: str) -> Table:
    try:
        with calamine.load_workbook(io.BytesIO(content)) as book:
            visible = [
                one.name
                for one in book.sheets_metadata
                if one.visible == calamine.SheetVisibleEnum.Visible and one.typ == calamine.SheetTypeEnum.WorkSheet
            ]
            if not visible:
                raise Unreadable(f'這個檔案的工作表都隱藏起來了。請取消隱藏要匯入的工作表，存檔後再上傳；{_AGAIN}')
            named = next((one for one in (wanted, preferred) if one in visible), '')
            found = book.get_sheet_by_name(named) if named else _first(book, visible)
            rows = _rows(found)
            _fill_in(rows, content, found.name)
            return Table(measured(rows), visible, found.name)
    except calamine.PasswordError:
        raise recognition.locked() from None
    except (calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, ValueError, OSError):
        raise recognition.broken() from None


def _first(book: calamine.CalamineWorkbook, visible: list[str]) -> calamine.CalamineSheet:
    """Programs put an empty sheet before the one that somebody has filled. To get a sheet is to read it: once each."""
    sheets = map(book.get_sheet_by_name, visible)
    first = next(sheets)
    return first if first.start is not None else next((one for one in sheets if one.start is not None), first)


def _rows(sheet: calamine.CalamineSheet) -> list[list[str]]:
    start = sheet.start
    if start is None:
        return []
    if sheet.total_width > MOST_COLUMNS * 100 or sheet.total_height > MOST_ROWS * 10:
        raise recognition.too_much()
    left = [''] * start[1]
    found: list[list[str]] = [[] for _ in range(start[0])]
    for cells in sheet.iter_rows():
        row = [cell if type(cell) is str else _TEXTS[type(cell)](cell) for cell in cells]
        found.append(left + row if left else row)
        if len(found) > MOST_ROWS and not any(row):
            found.pop()  # empty rows behind the last one that is taken are none
    _mark_merged(found, sheet.merged_cell_ranges or [])
    return found


def _mark_merged(rows: list[list[str]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    for (top, left), (bottom, right) in ranges[:10_000]:
        for row in rows[top : bottom + 1]:
            for at in range(left, min(right + 1, len(row))):
                if not row[at]:
                    row[at] = MERGED


def _fill_in(rows: list[list[str]], content: bytes, sheet: str) -> None:
    """What calamine has read as empty, or as 0, and is not."""
    for row, column, text in islice(unseen.cells(content, sheet), _MOST_UNSEEN):
        if row < len(rows) and column < len(rows[row]) and (text == UNCOUNTED or not rows[row][column]):
            rows[row][column] = text


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _day(value: date) -> str:
    return f'{value:%Y/%m/%d}' if value.year >= _FIRST_YEAR else EARLY


def _moment(value: datetime) -> str:
    return _day(value) if value.time() == time() else f'{value:%Y/%m/%d %H:%M:%S}'


def _span(value: timedelta) -> str:
    """As a spreadsheet shows it: 30:00:00 for a day and six hours."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f'{minutes // 60:02}:{minutes % 60:02}:{seconds:02}'


_TEXTS: dict[type, Callable[[Any], str]] = {
    int: str,
    float: _number,
    bool: lambda value: 'TRUE' if value else 'FALSE',
    datetime: _moment,
    date: _day,
    time: lambda value: _span(datetime.combine(date.min, value) - datetime.combine(date.min, time())),
    timedelta: _span,
    type(None): lambda _: '',
}
