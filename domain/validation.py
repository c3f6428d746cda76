"""What came back from a form: is it a text, a day, a number of the kind asked for?

A browser can send anything, so each check takes any object. It returns the sentence to show beside the field, or None.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from db.choices import Choice

from . import copied, dates, invisible, mail_addresses
from .errors import NotFound

Member = TypeVar('Member', bound=Choice)

EARLIEST = date(1850, 1, 1)
MOST_INT4 = 2**31 - 1
_SERIAL = re.compile('第?([0-9]+)號?')
# What is ASCII at full width, and the blank.
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def found(sentences: Mapping[str, str | None]) -> dict[str, str]:
    """Only the fields that have a sentence, in order."""
    return {name: sentence for name, sentence in sentences.items() if sentence}


def tidy(text: str) -> str:
    """The text as it is kept: without invisible characters and blanks at its ends, with plain line ends.

    >>> tidy(' 谷辣斯．尤達卡　'), tidy('王\\u200b小美\\u202e')
    ('谷辣斯．尤達卡', '王小美')
    """
    return invisible.removed(text).replace('\r\n', '\n').replace('\r', '\n').strip()


def telephone(text: str) -> str:
    """A telephone number as it is kept: half width, so that it is found and can be dialled.

    >>> telephone('（０２）２３４５－６７８９＃１２ 王小姐')
    '(02)2345-6789#12 王小姐'
    """
    return tidy(text).translate(_HALF_WIDTH)


def text(label: str, value: object, *, most: int, needed: bool = False, lines: bool = False) -> str | None:
    """`most` counts code points of the tidied text; `lines`: it may have several lines.

    >>> text('姓名', '𠮷田', most=2, needed=True)
    >>> text('姓名', '', most=2, needed=True), text('備註', '甲乙丙', most=2)
    ('請輸入姓名。', '備註最多 2 個字，這裡有 3 個字。請縮短後再儲存。')
    >>> text('姓名', '王\\0小明', most=9)
    '姓名含有看不見的控制字元，無法儲存。請刪除後重新輸入，不要用貼上的。'
    """
    if not isinstance(value, str):
        return _unreadable(label)
    tidied = tidy(value)
    if not tidied:
        return f'請輸入{label}。' if needed else None
    if len(tidied) > most:
        return f'{label}最多 {most} 個字，這裡有 {len(tidied)} 個字。請縮短後再儲存。'
    if '\ufffd' in tidied:
        return f'{label}有存檔或複製時遺失的字「\ufffd」。請對照原始資料，重新輸入這一欄。'
    if any(_is_control(character, lines=lines) for character in tidied):
        return f'{label}含有看不見的控制字元，無法儲存。請刪除後重新輸入，不要用貼上的。'
    return None


def day(label: str, value: object, *, needed: bool = False, future: bool = False, since: date = EARLIEST) -> str | None:
    """A `date`, not before `since` and, unless `future`, not after today."""
    if value is None:
        return f'請輸入{label}。' if needed else None
    if not isinstance(value, date) or isinstance(value, datetime):
        return _unreadable(label)
    if value < since:
        return f'{label}不會早於{dates.roc_long(since)}。請再確認年份，以及是否誤勾「民國前」。'
    if not future and value > dates.today():
        return f'{label}還沒有到（今天是{dates.roc_long(dates.today())}）。請再確認日期。'
    if value > dates.years_after(dates.today(), 100):
        return f'{label}太久以後了。請再確認年份。'
    return None


def whole(label: str, value: object, *, least: int = 0, most: int, needed: bool = False) -> str | None:
    """A whole number from `least` to `most`.

    >>> whole('訓練次數', 0, least=1, most=999)
    '訓練次數應為 1 到 999 的整數。'
    """
    if value is None:
        return f'請輸入{label}。' if needed else None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        return f'{label}應為 {least} 到 {most} 的整數。'
    return None


def choice(label: str, value: object, choices: type[Choice], *, needed: bool = True) -> str | None:
    """One of the values of `choices`."""
    if value is None or value == '':
        return f'請選擇{label}。' if needed else None
    return None if member(choices, value) else f'請重新選擇{label}。'


def member(choices: type[Member], value: object) -> Member | None:
    """The choice that `value` stands for, if any."""
    return next((choice for choice in choices if choice == value), None)


def yes_no(label: str, value: object, *, needed: bool = False) -> str | None:
    """True or False; None only where no answer is an answer too."""
    if value is None:
        return f'請選擇{label}。' if needed else None
    return None if isinstance(value, bool) else f'請重新選擇{label}。'


def email(label: str, value: object, *, needed: bool = False) -> str | None:
    """An address for mail, as `mail_addresses` understands it; it is kept as `mail_addresses.tidy` has it.

    >>> email('E-MAIL', 'wang＠example.tw'), email('E-MAIL', 'wang@example')
    (None, 'E-MAIL格式不對，應該像 name@example.com。請再確認。')
    """
    sentence = text(label, value, most=mail_addresses.MOST, needed=needed)
    if sentence or not isinstance(value, str) or not tidy(value):
        return sentence
    return None if mail_addresses.parse(value) else f'{label}格式不對，應該像 name@example.com。請再確認。'


def searched(value: object) -> str:
    """What to search for: without control characters, at most 100 code points; '' for what is no text."""
    if not isinstance(value, str):
        return ''
    return tidy(''.join(filter(lambda character: unicodedata.category(character) not in ('Cc', 'Cs'), value)))[:100]


def searched_number(value: object) -> str:
    """The number to search for as it is kept: half width, without blanks, and what was copied along with it.

    >>> searched_number('「中市文志字第 １１５０００００１ 號」'), searched_number('第000456號。')
    ('中市文志字第115000001號', '000456')
    """
    number = copied.bare(''.join(unicodedata.normalize('NFKC', searched(value)).split()))
    serial = _SERIAL.fullmatch(number)
    return serial[1] if serial else number


def number_in(said: object) -> int:
    """The number of a record, a page or a version that an address, a key or a hidden field says; 0 for all else.

    No record has 0, so whoever asks for one by it finds nothing.

    >>> number_in('17'), number_in(17), number_in('１７'), number_in('-1'), number_in('9' * 5000), number_in(None)
    (17, 17, 0, 0, 0, 0)
    """
    number = int(digits) if re.fullmatch('[0-9]{1,10}', digits := str(said)) else 0
    return number if number <= MOST_INT4 else 0


def numbers_in(listed: str) -> list[int]:
    """The numbers of records in a list with commas; what is none is left out.

    >>> numbers_in('3,17,x,'), numbers_in('')
    ([3, 17], [])
    """
    return [number for one in listed.split(',') if (number := number_in(one))]


def record_id(value: object) -> int:
    """A number that a record may have. Raises NotFound for anything else, as if the record were not there."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_INT4:
        return value
    raise NotFound


def file_id(value: object) -> UUID:
    """The id of a stored file or a draft, perhaps still as text from an address. Raises NotFound."""
    try:
        return value if isinstance(value, UUID) else UUID(value if isinstance(value, str) else '')
    except ValueError:
        raise NotFound from None


def _is_control(character: str, *, lines: bool) -> bool:
    if character in '\n\t':
        return not lines
    category = unicodedata.category(character)
    return category in ('Cc', 'Cs', 'Zl', 'Zp') or (ord(character) & 0xFFFE) == 0xFFFE


def _unreadable(label: str) -> str:
    return f'看不懂{label}的內容，請重新輸入。'
