"""What the text of a cell means, by the reading of its column: the rules are those of the forms, never a second set.

A cell that cannot be read has a sentence. Nothing is guessed: what may be lost (a sign replaced by a question mark, a
formula that failed) is said.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

from .. import copied, dates, identity_numbers, invisible, validation
from ..dates import UnreadableDate
from .columns import Column, Value
from .tables import EARLY, MERGED, UNCOUNTED, UNSURE

# Days of spreadsheets count from here (ECMA-376 part 1, 18.17.4.1); five digits are the years 1927 to 2173.
_DAY_ZERO = date(1899, 12, 30)
_SERIAL = re.compile(r'(?a)[1-9]\d{4}(\.0+)?')
_WHOLE = re.compile(r'(?a)([+-]?\d{1,15})(\.0+)?')
# A whole number that a program has kept as one with a fraction, as of a column with empty cells.
_FRACTION = re.compile(r'(?a)(?<=\d{6})\.0+$')
_THOUSANDS = re.compile(r'(?a)[+-]?\d{1,3}(,\d{3})+(\.0+)?')
_WHY = {
    MERGED: '與其他格合併，這一列沒有內容。請在試算表取消合併並填滿每一列，或在這裡補上。',
    EARLY: '的年份在 1900 年以前，可能是民國年被試算表當成西元年。請重新輸入，例如 1150308。',
    UNCOUNTED: '是還沒有計算的公式。請用試算表打開這個檔案，存檔後再上傳，或在這裡補上。',
}
# Of Excel, and of LibreOffice; then what stands where a column is too narrow to show a number or a day.
_FAILED = re.compile(r'#(?:N/A|[A-Z0-9/_]+[!?]|GETTING_DATA)|Err:\d{3}')
_NARROW = re.compile(r'#{3,}')
_HAN = '\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff'
# Between Han characters, at the beginning, or at the end of what is as short as a name: a title may ask something.
_LOST = re.compile(rf'[{_HAN}]\?[{_HAN}]|^\?+$|^[{_HAN}]{{1,3}}\?$|^\?[{_HAN}]')
_YES = frozenset({'是', 'v', 'y', 'yes', 'true', '1', '1.0', '有', '同意', '✓', '✔', '√', '○', 'o', '■', '☑'})
_NO = frozenset({'否', 'n', 'no', 'false', '0', '0.0', '無', '沒有', '不同意', 'x', '×', '✗', '□', '☐'})

Read = tuple[Value, str]


def read(column: Column, text: str) -> Read:
    """The value, and the sentence that says why there is none; an empty cell is (None, '').

    >>> code, count, day = Column('c', '代碼', width=4), Column('n', '時數', 'whole'), Column('d', '日期', 'day')
    >>> read(code, '101'), read(count, ' １，２００ '), read(count, '3.0')
    (('0101', ''), (1200, ''), (3, ''))
    >>> [str(read(day, text)[0]) for text in ('1151001', '115.10.01', '民國115年10月1日', '2026-10-01', '46296')]
    ['2026-10-01', '2026-10-01', '2026-10-01', '2026-10-01', '2026-10-01']
    >>> read(count, '3.5')[1], read(code, '#N/A')[1]
    ('時數應為整數，這裡是「3.5」。請只填數字，例如 3。', '代碼是公式的錯誤值 #N/A。請改填文字或數字。')
    """
    if sentence := _unread(column, text):
        return None, sentence
    plain = validation.tidy(text)
    if not plain:
        return None, ''
    return _READERS[column.reading](column, plain)


def serial_day(text: str) -> date | None:
    """The day of a number by which a spreadsheet counts days, as it comes where a cell lost its format.

    >>> serial_day('31179'), serial_day('850512')
    (datetime.date(1985, 5, 12), None)
    """
    bare = dates.without_midnight(_folded(text))
    return _DAY_ZERO + timedelta(days=int(bare[:5])) if _SERIAL.fullmatch(bare) else None


def _unread(column: Column, text: str) -> str:
    """Why the file does not say what stands in this cell; '' where it does."""
    if why := _WHY.get(text):
        return f'{column.label}{why}'
    if UNSURE in text:
        return _unsure(column, text)
    if '#' in text or text.startswith('Err:'):
        if _FAILED.fullmatch(text):
            return f'{column.label}是公式的錯誤值 {text}。請改填文字或數字。'
        if _NARROW.fullmatch(text):
            return (
                f'{column.label}存成了「{text[:20]}」：欄太窄，內容沒有存下來。請把欄拉寬後再存檔上傳，或在這裡補上。'
            )
    if '\ufffd' in text:
        return f'{column.label}有存檔時遺失的字。請對照原始資料，重新輸入這一格。'
    return ''


def _unsure(column: Column, text: str) -> str:
    sign = text[text.index(UNSURE) + 1 :][:1]
    return (
        f'{column.label}「{text.replace(UNSURE, "")[:20]}」的「{sign}」在這種編碼（Big5）可能是別的字，例如造字。'
        '請對照原始資料，重新輸入這一格。'
    )


def _as_text(column: Column, text: str) -> Read:
    if column.width:
        return _as_code(column, text)
    if _LOST.search(text):
        return None, f'{column.label}「{text[:20]}」有問號，可能是存檔時遺失的字。請對照原始資料，重新輸入這一格。'
    return text, ''


def _as_code(column: Column, text: str) -> Read:
    code = _folded(text)
    if found := _WHOLE.fullmatch(code):
        code = found[1].zfill(column.width)
    return code, ''


def _as_day(column: Column, text: str) -> Read:
    if day := serial_day(text):
        return day, ''
    try:
        return dates.parse_roc(_FRACTION.sub('', text)), ''
    except UnreadableDate as error:
        return None, str(error)


def _as_whole(column: Column, text: str) -> Read:
    bare = _folded(text)
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(',', '')
    found = _WHOLE.fullmatch(bare)
    return (
        (int(found[1]), '') if found else (None, f'{column.label}應為整數，這裡是「{text[:20]}」。請只填數字，例如 3。')
    )


def _as_yes_no(column: Column, text: str) -> Read:
    word = _folded(text).lower()
    if word in _YES or word in _NO:
        return word in _YES, ''
    return None, f'{column.label}應為是或否，這裡是「{text[:20]}」。'


def _as_choice(column: Column, text: str) -> Read:
    wanted = _folded(text).lower()
    for value, label in column.choices.items():
        if wanted in (_folded(value).lower(), _folded(label).lower()):
            return value, ''
    for word, value in column.also.items():
        if wanted == _folded(word).lower():
            return value, ''
    offered = '、'.join(f'「{label}」' for label in column.choices.values())
    return None, f'{column.label}沒有「{text[:20]}」，請填{offered}其中之一。'


def _folded(text: str) -> str:
    return copied.bare(unicodedata.normalize('NFKC', invisible.removed(text)))


_READERS: dict[str, Callable[[Column, str], Read]] = {
    'text': _as_text,
    'lines': lambda _, text: (text, ''),
    'identity': lambda _, text: (identity_numbers.compact(text) or None, ''),
    'day': _as_day,
    'whole': _as_whole,
    'yes_no': _as_yes_no,
    'choice': _as_choice,
}
