"""Text with separators: .csv, .tsv and what is pasted from a spreadsheet, in the encodings that offices in Taiwan use.

UTF-8 and UTF-16 say of themselves what they are, or cannot be anything else. What is neither is Big5, which nothing
in a file tells apart from its variants: it is read as CP950, as Windows in Taiwan writes it. Where CP950 has nothing,
Big5-HKSCS has characters, and Windows those that an office has drawn for itself (造字): what may be either is marked,
so that somebody looks. Nothing is ever replaced: what no encoding reads is refused with its line.
"""

import codecs
import csv
import io
import re

from .tables import UNSURE, Unreadable

_SEPARATORS = '\t,;|'
_SNIFFED = 4096
_END_OF_DOS = b'\x1a'
_ENDS = ('\n', '\r')
# So that a spreadsheet keeps the zeros before a number, programs write it as a formula: ="0740512".
_FORMULA = re.compile(r'^="([^"]*)"$')
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def decoded(content: bytes) -> str:
    """The text. Raises Unreadable, naming the line.

    >>> decoded('姓名'.encode('utf-8-sig')), decoded('姓名'.encode('utf-16')), decoded('許功蓋'.encode('cp950'))
    ('姓名', '姓名', '許功蓋')
    >>> decoded('姓,名'.encode('utf-16-le')), decoded('温'.encode('big5hkscs')) == UNSURE + '温'
    ('姓,名', True)
    >>> decoded('姓名\\n王'.encode('cp950') + b'\\xff')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    domain.sheets.tables.Unreadable: 第 2 列有無法辨識的字，可能是存檔時選錯編碼。...
    """
    if content.startswith((b'\xff\xfe', b'\xfe\xff')):
        return _strictly(content, ('utf-16',))
    content = content.rstrip(_END_OF_DOS)
    if encoding := utf_16_of(content[:_SNIFFED]):
        return _strictly(content, (encoding,))
    return _strictly(content, ('utf-8-sig', 'cp950'), 'unsure').lstrip('\ufeff')


def utf_16_of(start: bytes) -> str:
    """Which UTF-16 without a mark at its head `start` is by its signs of ASCII; '' for none.

    >>> utf_16_of('姓名,證號'.encode('utf-16-le')), utf_16_of('姓名,證號'.encode('utf-16-be')), utf_16_of(b'a,b')
    ('utf-16-le', 'utf-16-be', '')
    """
    low, high = start[::2].count(0), start[1::2].count(0)
    return ('utf-16-le' if high >= low else 'utf-16-be') if low or high else ''


def rows(text: str) -> list[list[str]]:
    """The cells of each line; the separator is the one that the first lines have most of. Raises Unreadable.

    A quote within a cell is taken as it is. One that is never closed would take the lines behind it into its cell, so a
    cell of several lines has to be quoted by the rules (RFC 4180).

    >>> rows('甲,"乙;;;;"\\n丙,5" 丁')
    [['甲', '乙;;;;'], ['丙', '5" 丁']]
    """
    first = _QUOTED.sub('', text[:_SNIFFED]).split('\n', 3)[:3]
    separator = max(_SEPARATORS, key=lambda one: (sum(line.count(one) for line in first), one == '\t'))
    lines = list(io.StringIO(text if text.endswith(('\n', '\r')) else f'{text}\n', newline=''))
    found, last = [], 0
    reader = csv.reader(lines, delimiter=separator)
    try:
        for row in reader:
            is_last = reader.line_num == len(lines)
            if reader.line_num > last + 1 or (is_last and row and row[-1].endswith(_ENDS)):
                list(csv.reader(lines[last : reader.line_num], delimiter=separator, strict=True))
            last = reader.line_num
            found.append([_FORMULA.sub(r'\1', cell) for cell in row])
    except csv.Error:
        raise Unreadable(
            f'第 {last + 1} 列的引號不成對，或有一格太長，無法分欄。請用試算表打開後另存為 .xlsx，再上傳一次。'
        ) from None
    return found


def _strictly(content: bytes, encodings: tuple[str, ...], errors: str = 'strict') -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding, errors if encoding == 'cp950' else 'strict')
        except UnicodeDecodeError:
            continue
    raise Unreadable(
        f'第 {_bad_line(content, encodings, errors)} 列有無法辨識的字，可能是存檔時選錯編碼。'
        '請用試算表另存為 .xlsx 或「CSV UTF-8」，再上傳一次。'
    )


def _bad_line(content: bytes, encodings: tuple[str, ...], errors: str) -> int:
    """The line at which the encoding that comes farthest gives up, counted from 1."""
    reached = 0
    for encoding in encodings:
        try:
            content.decode(encoding, errors if encoding == 'cp950' else 'strict')
        except UnicodeDecodeError as error:
            reached = max(reached, error.start)
    return content.count(b'\n', 0, reached) + 1


def _marked(error: UnicodeError) -> tuple[str, int]:
    """What CP950 lacks, as Big5-HKSCS reads it, with the mark before it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    two = error.object[error.start : error.start + 2]
    try:
        return UNSURE + two.decode('big5hkscs'), error.start + len(two)
    except UnicodeDecodeError:
        raise error from None


codecs.register_error('unsure', _marked)
