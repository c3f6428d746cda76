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

from . import delimited, unseen
from .tables import EARLY, MERGED, MOST_COLUMNS, MOST_ROWS, Table, Unreadable, measured

# What a file may be unpacked: 200,000 rows of 17 columns need 130 MB.
MOST_UNPACKED = 400 * 1024 * 1024

_FIRST_YEAR = 1900
_MOST_UNSEEN = 100_000

_OLE = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
_ELSEWHERE = {b'%PDF': 'PDF', b'\xff\xd8\xff': '照片', b'\x89PNG': '圖片', b'GIF8': '圖片', b'Rar!': 'RAR 壓縮檔'}
_AGAIN = '還沒有寫入任何資料。'


def read(content: bytes, sheet: str = '', preferred: str = '') -> Table:
    """The table of `sheet`; without one of the sheet named `preferred`, or of the first visible. Raises Unreadable."""
    if not content.strip(b'\0\t\r\n \xef\xbb\xbf'):
        raise Unreadable('這個檔案是空的，沒有內容。請重新選擇檔案。')
    for head, what in _ELSEWHERE.items():
        if content.startswith(head):
            raise Unreadable(f'這個檔案是{what}，不是試算表。請改選 .xlsx、.xls、.ods、.csv 或 .tsv 檔案；{_AGAIN}')
    if content.startswith(b'PK'):
        _check_package(content)
        return _of_workbook(content, sheet, preferred)
    if content.startswith(_OLE):
        _check_compound(content)
        return _of_workbook(content, sheet, preferred)
    return Table(measured(delimited.rows(_text(content))))


def _text(content: bytes) -> str:
    text = delimited.decoded(content)
    start = text[:1000].lstrip().lower()
    if start.startswith('<'):
        what = '網頁（HTML）' if 'html' in start or '<table' in start else 'XML'
        raise Unreadable(f'這個檔案的內容其實是{what}，不是試算表。請用試算表打開後另存為 .xlsx，再上傳一次；{_AGAIN}')
    if any(sign < ' ' and sign not in '\t\r\n\f' for sign in text[:1000]):
        raise Unreadable(f'這個檔案不是試算表，也不是文字檔。請改選 .xlsx、.xls、.ods、.csv 或 .tsv 檔案；{_AGAIN}')
    return text


def _check_package(content: bytes) -> None:
    """An .xlsx or .ods before it is unpacked. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            names = {member.filename for member in members}
            manifest = package.read('META-INF/manifest.xml') if 'META-INF/manifest.xml' in names else b''
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError, OSError):
        raise _broken() from None
    if any(member.flag_bits & 1 for member in members) or b'encryption-data' in manifest:
        raise _locked()
    if sum(member.file_size for member in members) > MOST_UNPACKED or len(members) > 5000:
        raise _too_much()
    if any(name.endswith('vbaProject.bin') or name.startswith(('Basic/', 'Scripts/')) for name in names):
        raise _with_macros()
    if 'xl/workbook.xml' not in names and 'content.xml' not in names and 'xl/workbook.bin' not in names:
        raise Unreadable(f'這個壓縮檔裡沒有試算表。請改選 .xlsx、.xls、.ods、.csv 或 .tsv 檔案；{_AGAIN}')


def _check_compound(content: bytes) -> None:
    """An .xls, or an .xlsx locked by a password, which is wrapped alike. Raises Unreadable."""
    if 'EncryptedPackage'.encode('utf-16-le') in content:
        raise _locked()
    if '_VBA_PROJECT'.encode('utf-16-le') in content:
        raise _with_macros()


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
            name = next((one for one in (wanted, preferred) if one in visible), visible[0])
            rows = _rows(book.get_sheet_by_name(name))
            _fill_in(rows, content, name)
            return Table(measured(rows), visible, name)
    except calamine.PasswordError:
        raise _locked() from None
    except (calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, ValueError, OSError):
        raise _broken() from None


def _rows(sheet: calamine.CalamineSheet) -> list[list[str]]:
    start = sheet.start
    if start is None:
        return []
    if sheet.total_width > MOST_COLUMNS * 100 or sheet.total_height > MOST_ROWS * 10:
        raise _too_much()
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
    """What calamine has read as empty and is not."""
    for row, column, text in islice(unseen.cells(content, sheet), _MOST_UNSEEN):
        if row < len(rows) and column < len(rows[row]) and not rows[row][column]:
            rows[row][column] = text


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _day(value: date) -> str:
    return f'{value:%Y/%m/%d}' if value.year >= _FIRST_YEAR else EARLY


def _moment(value: datetime) -> str:
    return _day(value) if value.time() == time() else f'{value:%Y/%m/%d %H:%M:%S}'


_TEXTS: dict[type, Callable[[Any], str]] = {
    int: str,
    float: _number,
    bool: lambda value: 'TRUE' if value else 'FALSE',
    datetime: _moment,
    date: _day,
    time: lambda value: f'{value:%H:%M:%S}',
    timedelta: str,
    type(None): lambda _: '',
}


def _locked() -> Unreadable:
    return Unreadable(f'這個檔案有密碼保護，無法讀取。請取消密碼，另存後再上傳；{_AGAIN}')


def _with_macros() -> Unreadable:
    return Unreadable(
        f'這個檔案含有巨集（程式），為了安全不收。請用試算表另存為不含巨集的 .xlsx 或 .ods，再上傳一次；{_AGAIN}'
    )


def _broken() -> Unreadable:
    return Unreadable(f'這個檔案打不開，可能已損壞或沒有傳完整。請用試算表打開後另存為 .xlsx，再上傳一次；{_AGAIN}')


def _too_much() -> Unreadable:
    return Unreadable(f'這個檔案解開後太大，已經停止讀取。請把要匯入的列複製到新的試算表，另存後再上傳；{_AGAIN}')
