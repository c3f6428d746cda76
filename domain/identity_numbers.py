"""Identity numbers: 身分證字號, 居留證號碼 (統一證號, new and old) and 護照號碼: clean, check, mask.

National ID `[A-Z][12]` + 8 digits; ARC since 110.1.2 `[A-Z][89]` + 8 digits; old ARC `[A-Z][A-D]` + 8 digits,
in circulation until 120.1.1. All three share one check sum: the letter becomes two digits (A = 10 … Z = 33), and the
eleven digits weighted 1 9 8 7 6 5 4 3 2 1 1 add up to a multiple of 10; the second letter of an old ARC counts as
0 to 3. A passport has no check sum. A correct check sum does not prove that the number is somebody's.
Source: law.md#national-id-and-arc-numbers.

>>> validate(IdentityKind.NATIONAL_ID, ' a1234-56789 ')
'A123456789'
>>> validate(IdentityKind.ARC, 'A800000014'), validate(IdentityKind.ARC, 'AC00000012')
('A800000014', 'AC00000012')
>>> validate(IdentityKind.NATIONAL_ID, 'A123456788')
Traceback (most recent call last):
domain.identity_numbers.BadIdentityNumber: 身分證字號的檢查碼不符，可能有一個字打錯。請對照證件再輸入一次。
>>> masked('A123456789')
'A12****789'
"""

import re
import unicodedata

from db.choices import IdentityKind, Sex

from . import copied, invisible
from .errors import DomainError

_LETTERS = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'  # in the order of their codes 10 to 35
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
# A number of a document beside other words, as it is typed, also at full width.
WITHIN = re.compile(
    '(?<![A-Za-zＡ-Ｚａ-ｚ0-9０-９])[A-Za-zＡ-Ｚａ-ｚ][A-Da-dＡ-Ｄａ-ｄ0-9０-９][0-9０-９]{8}(?![0-9０-９])'
)
_SEX = dict.fromkeys('18AC', Sex.MALE) | dict.fromkeys('29BD', Sex.FEMALE)


class BadIdentityNumber(DomainError):
    """The text cannot be a number of this kind; the sentence says what is wrong with it."""


def compact(text: str) -> str:
    """The bare number: half-width, upper case, without blanks and hyphens, and without quotes around it.

    >>> compact('ａ１２３－４５６７８９')
    'A123456789'
    """
    narrow = copied.bare(unicodedata.normalize('NFKC', invisible.removed(text)))
    return re.sub(r'[\s\u2010-\u2015\u2212\u2500\u30fc-]', '', narrow).upper()


def within(text: str) -> str:
    """The number that is searched for: alone, or beside a name as both are copied; the text itself where none is told.

    >>> within('林民雄（a123456789）'), within('A1234 56789'), within('王小明')
    ('A123456789', 'A123456789', '王小明')
    """
    found = WITHIN.findall(unicodedata.normalize('NFKC', invisible.removed(text)).upper())
    return found[0] if len(found) == 1 else compact(text)


def validate(kind: IdentityKind, text: str) -> str:
    """The clean number. Raises `BadIdentityNumber`."""
    number = compact(text)
    if not number:
        raise BadIdentityNumber(f'請輸入{kind.label}。')
    if kind == IdentityKind.PASSPORT:
        _check_passport(number)
    else:
        _check_shape(kind, number)
        _check_sum(kind, number)
    return number


def sex_of(kind: IdentityKind, number: str) -> Sex | None:
    """What the second character says; a passport says nothing.

    >>> sex_of(IdentityKind.ARC, 'BD12345672'), sex_of(IdentityKind.PASSPORT, '350123456')
    (<Sex.FEMALE: 'female'>, None)
    """
    return None if kind == IdentityKind.PASSPORT else _SEX.get(compact(number)[1:2])


def masked(number: str) -> str:
    """The number for lists: at most three characters at either end, the shorter the number the fewer.

    >>> masked('350123456'), masked('AB123'), masked('1234')
    ('35*****56', 'A***3', '****')
    """
    clean = compact(number)
    shown = min(3, len(clean) * 3 // 10) if len(clean) > 4 else 0
    return clean[:shown] + '*' * (len(clean) - 2 * shown) + clean[len(clean) - shown :]


def _check_passport(number: str) -> None:
    if not re.fullmatch(r'[A-Z0-9]+', number):
        raise BadIdentityNumber('護照號碼只有英文字母和數字。請對照護照再輸入一次。')
    if not 5 <= len(number) <= 20:
        raise BadIdentityNumber(f'護照號碼應為 5 到 20 個字，這裡有 {len(number)} 個字。請對照護照再輸入一次。')


def _check_shape(kind: IdentityKind, number: str) -> None:
    if len(number) != 10:
        raise BadIdentityNumber(f'{kind.label}應為 10 個字，這裡有 {len(number)} 個字。請對照證件再輸入一次。')
    if not re.match(r'[A-Z]', number):
        raise BadIdentityNumber(f'{kind.label}的第 1 個字應為英文字母。請對照證件再輸入一次。')
    _check_second(kind, number[1])
    if not re.fullmatch(r'[0-9]{8}', number[2:]):
        raise BadIdentityNumber(f'{kind.label}的第 3 到第 10 個字應為數字。請對照證件再輸入一次。')


def _check_second(kind: IdentityKind, second: str) -> None:
    own, other, others = ('12', '89ABCD', IdentityKind.ARC)
    if kind == IdentityKind.ARC:
        own, other, others = ('89ABCD', '12', IdentityKind.NATIONAL_ID)
    if second in other:
        raise BadIdentityNumber(f'這是{others.label}的格式。請把證件種類改選「{others.label}」。')
    if second not in own:
        allowed = '1 或 2' if kind == IdentityKind.NATIONAL_ID else '8、9，或舊式的 A、B、C、D'
        raise BadIdentityNumber(f'{kind.label}的第 2 個字應為 {allowed}。請對照證件再輸入一次。')


def _check_sum(kind: IdentityKind, number: str) -> None:
    letter = _LETTERS.index(number[0]) + 10
    second = 'ABCD'.find(number[1]) if number[1].isalpha() else int(number[1])
    digits = (letter // 10, letter % 10, second, *map(int, number[2:]))
    if sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 10:
        raise BadIdentityNumber(f'{kind.label}的檢查碼不符，可能有一個字打錯。請對照證件再輸入一次。')
