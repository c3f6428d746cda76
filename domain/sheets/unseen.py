"""What calamine passes over in silence: formulas that failed or were never calculated, and in .ods merged cells.

It reads both as empty, and an empty cell may be right. So the file is searched for their marks, which takes a fraction
of reading it, and only where there are any they are looked up.
"""

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from .tables import MERGED, MOST_COLUMNS, UNCOUNTED

Found = Iterator[tuple[int, int, str]]

_CHUNK = 1024 * 1024
# [MS-XLS] 2.5.10 Bes, error codes
_CODES = {0: '#NULL!', 7: '#DIV/0!', 15: '#VALUE!', 23: '#REF!', 29: '#NAME?', 36: '#NUM!', 42: '#N/A'}
_XLS_FORMULA = re.compile(rb'\x06\x00(?:..)(.)(.)(.)(.)..\x02\x00(.)\x00\x00\x00\xff\xff', re.DOTALL)
_XLS_VALUE = re.compile(rb'\x05\x02\x08\x00(.)(.)(.)(.)..(.)\x01', re.DOTALL)
_XLSX_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]* t="e"[^>]*>.*?<v>([^<]{1,20})</v>', re.DOTALL)
# Text that is empty has its type; a program that cannot calculate writes neither type nor value; or 0, and that all of
# the workbook is to be calculated when it is opened (ECMA-376 part 1, 18.2.2), which spreadsheets do not write.
_XLSX_UNCOUNTED = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?![^>]* t=)[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>|(<v>0</v>))?</c>'
)
_WAITS = re.compile(rb'<calcPr[^>]* fullCalcOnLoad="(?:1|true)"')
_MARKS = (b' t="e"', b'</f></c>', b'</f><v></v>', b'</f><v/>', b'</f><v />', b'</f><v>0</v>')
_SPACES = {'table': 'urn:oasis:names:tc:opendocument:xmlns:table:1.0'}
_TABLE = f'{{{_SPACES["table"]}}}'
_ERROR = '{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type'
_TEXT = '{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p'


def cells(content: bytes, sheet: str) -> Found:
    """Row and column, counted from 0, and the text that such a cell of the sheet stands for; few or none."""
    if not content.startswith(b'PK'):
        yield from _of_xls(content)
        return
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if 'content.xml' in package.namelist():
            if _has(package, 'content.xml', (b'calcext:value-type="error"', b'<table:covered-table-cell')):
                yield from _of_ods(package, sheet)
            return
        member = _member(package, sheet)
        if member and _has(package, member, _MARKS):
            part, waits = package.read(member), _WAITS.search(package.read('xl/workbook.xml'))
            for letters, number, text in _XLSX_CELL.findall(part):
                yield int(number) - 1, _column(letters), text.decode()
            for letters, number, nought in _XLSX_UNCOUNTED.findall(part):
                if waits or not nought:
                    yield int(number) - 1, _column(letters), UNCOUNTED


def _has(package: zipfile.ZipFile, member: str, marks: tuple[bytes, ...]) -> bool:
    longest = max(map(len, marks))
    piece = b''
    with package.open(member) as source:
        while chunk := source.read(_CHUNK):
            piece = piece[-longest:] + chunk
            if any(mark in piece for mark in marks):
                return True
    return False


def _member(package: zipfile.ZipFile, sheet: str) -> str | None:
    """The part that has the sheet of this name."""
    names = package.namelist()
    if 'xl/workbook.xml' not in names or 'xl/_rels/workbook.xml.rels' not in names:
        return None
    book = ElementTree.fromstring(package.read('xl/workbook.xml'))  # noqa: S314 -- in a confined process
    targets = {
        one.get('Id'): one.get('Target', '')
        for one in ElementTree.fromstring(package.read('xl/_rels/workbook.xml.rels'))  # noqa: S314
    }
    for one in book.iter():
        if one.tag.endswith('}sheet') and one.get('name') == sheet:
            key = next((value for name, value in one.attrib.items() if name.endswith('}id')), None)
            target = targets.get(key, '')
            path = target.lstrip('/') if target.startswith('/') else f'xl/{target}'
            return path if path in names else None
    return None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _of_ods(package: zipfile.ZipFile, sheet: str) -> Found:
    row = column = 0
    is_wanted = False
    with package.open('content.xml') as source:
        for event, element in ElementTree.iterparse(source, ('start', 'end')):  # noqa: S314
            if not element.tag.startswith(_TABLE):
                continue
            kind = element.tag.removeprefix(_TABLE)
            if event == 'start':
                if kind == 'table':
                    is_wanted, row = element.get(f'{_TABLE}name') == sheet, 0
                elif kind == 'table-row':
                    column = 0
            elif kind in ('table-cell', 'covered-table-cell'):
                repeated = int(element.get(f'{_TABLE}number-columns-repeated', '1'))
                if is_wanted and kind == 'covered-table-cell':
                    yield from ((row, column + more, MERGED) for more in range(min(repeated, MOST_COLUMNS)))
                elif is_wanted and element.get(_ERROR) == 'error':
                    yield row, column, element.findtext(_TEXT, '#VALUE!')
                column += repeated
            elif kind == 'table-row':
                row += int(element.get(f'{_TABLE}number-rows-repeated', '1'))
                element.clear()


def _of_xls(content: bytes) -> Found:
    for pattern in (_XLS_FORMULA, _XLS_VALUE):
        for found in pattern.finditer(content):
            row, column, code = *struct.unpack('<HH', b''.join(found.groups()[:4])), found[5][0]
            if code in _CODES:
                yield row, column, _CODES[code]
