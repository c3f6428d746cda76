"""Text with separators: .csv, .tsv and what is pasted from a spreadsheet, in the encodings that offices in Taiwan use.

UTF-8 and UTF-16 say of themselves what they are, or cannot be anything else. What is neither is Big5, which nothing
in a file tells apart from its variants: CP950, as Windows in Taiwan writes it, is tried first, and Big5-HKSCS only for
a file that CP950 cannot read. Nothing is ever replaced: what no encoding reads is refused with its line.
"""

import csv
import io

from .tables import Unreadable

_BIG5 = ('cp950', 'big5hkscs')
_SEPARATORS = '\t,;|'
_SNIFFED = 4096


def decoded(content: bytes) -> str:
    """The text. Raises Unreadable, naming the line.

    >>> decoded('姓名'.encode('utf-8-sig')), decoded('姓名'.encode('utf-16')), decoded('許功蓋'.encode('cp950'))
    ('姓名', '姓名', '許功蓋')
    >>> decoded('姓,名'.encode('utf-16-le')), decoded('温'.encode('big5hkscs'))
    ('姓,名', '温')
    >>> decoded('姓名\\n王'.encode('cp950') + b'\\xff')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    domain.sheets.tables.Unreadable: 第 2 列有無法辨識的字，可能是存檔時選錯編碼。...
    """
    if content.startswith((b'\xff\xfe', b'\xfe\xff')):
        return _strictly(content, ('utf-16',))
    if b'\0' in content[:_SNIFFED]:
        return _strictly(content, ('utf-16-le',) if content[1:2] == b'\0' or content[3:4] == b'\0' else ('utf-16-be',))
    return _strictly(content, ('utf-8-sig', *_BIG5))


def rows(text: str) -> list[list[str]]:
    """The cells of each line; the separator is the one that the first lines have most of. Raises Unreadable."""
    first = text[:_SNIFFED].split('\n', 3)[:3]
    separator = max(_SEPARATORS, key=lambda one: (sum(line.count(one) for line in first), one == '\t'))
    try:
        return list(csv.reader(io.StringIO(text, newline=''), delimiter=separator))
    except csv.Error:
        raise Unreadable(
            '這個檔案的引號不成對，或有一格太長，無法分欄。請用試算表打開後另存為 .xlsx，再上傳一次。'
        ) from None


def _strictly(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(
        f'第 {_bad_line(content, encodings)} 列有無法辨識的字，可能是存檔時選錯編碼。'
        '請用試算表另存為 .xlsx 或「CSV UTF-8」，再上傳一次。'
    )


def _bad_line(content: bytes, encodings: tuple[str, ...]) -> int:
    """The line at which the encoding that comes farthest gives up, counted from 1."""
    reached = 0
    for encoding in encodings:
        try:
            content.decode(encoding)
        except UnicodeDecodeError as error:
            reached = max(reached, error.start)
    return content.count(b'\n', 0, reached) + 1
