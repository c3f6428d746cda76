"""Passwords: the four rules of the form (law.md#password-rules), made passwords, and their storage as Argon2id hashes.

>>> unmet('volunteer2026x')
['包含大寫字母']
>>> unmet(generated())
[]
"""

import asyncio
import os
import re
import secrets
import string
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import ParamSpec, TypeVar

import argon2
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from ..errors import DomainError

# OWASP's minimum for Argon2id. One lane and 19 MiB: a morning of logins must not take the server's memory.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Read from paper or a mail and typed again: nothing that looks like something else (0 O o, 1 I l, 2 Z z, 5 S s, 8 B).
_DIGITS = '34679'
_LOWER = 'abcdefghijkmnpqrtuvwxy'
_UPPER = 'ACDEFGHJKLMNPQRTUVWXY'

# What the form asks besides the four rules, and the sentence where a password does not keep it.
NOT_COMMON = '不是常見或容易猜到的密碼'
NOT_OWN_WORDS = '不含自己的帳號、姓名、電子郵件、單位、電話、生日、證號'
NOT_USED = '和最近三次用過的密碼不同'
COMMON = '這個密碼太容易猜到：它很常見。請換一個，例如用幾個不相干的詞連起來，再加上數字。'
OWN_WORDS = '這個密碼太容易猜到：裡面有您的帳號、姓名、電子郵件、單位、電話、生日或證號。請換一個。'
USED = '新密碼和最近三次用過的密碼相同。請另外設定一個密碼。'
# Hashing has threads of its own, and half of the processors: pictures and pages are not behind sixty wrong passwords.
THREADS = max(1, (os.cpu_count() or 2) // 2)
MOST_WAITING = 100  # about three seconds of work

Parameters = ParamSpec('Parameters')
Result = TypeVar('Result')

LONGEST = 200  # characters; hashing a text of any length would keep the server busy
_COUNTING = '01234567890123456789 98765432109876543210'
_AS_LETTERS = str.maketrans('0134578', 'oleastb')
_LOOKED_AT = 72  # what is behind makes no password easier, and zxcvbn's time grows with the square
_LEAST_SCORE = 3  # of 4: more than a hundred million guesses (zxcvbn)
_LEAST_WORD, _LEAST_DIGITS = 4, 6
# What people here make theirs of, as others of 'password'.
_HERE = ('volunteer', 'taichung', 'taipei', 'kaohsiung', 'taiwan', 'woaini', 'qazwsxedc')


class Busy(DomainError):
    """More passwords wait to be hashed than anybody has the patience for."""

    def __init__(self) -> None:
        super().__init__('現在登入的人很多，還沒輪到您。請等半分鐘再試一次；帳號沒有問題，已填的資料都還在。')


@dataclass(frozen=True)
class Rule:
    """`label` as the form shows it."""

    label: str
    is_met: Callable[[str], bool]


RULES: tuple[Rule, ...] = (
    Rule('密碼最短長度：12', lambda password: len(password) >= 12),
    Rule('包含數字', lambda password: any(char in string.digits for char in password)),
    Rule('包含小寫字母', lambda password: any(char in string.ascii_lowercase for char in password)),
    Rule('包含大寫字母', lambda password: any(char in string.ascii_uppercase for char in password)),
)


def unmet(password: str) -> list[str]:
    """Labels of the rules this password does not keep, in order."""
    return [rule.label for rule in RULES if not rule.is_met(password)]


def shown(password: str, own_words: Iterable[str]) -> list[tuple[str, bool]]:
    """The rules as a page lists them while somebody types: label, and whether it is met.

    >>> [label for label, is_met in shown('Sample-Passw0rd', ['Wang Mei']) if not is_met]
    []
    >>> len([label for label, is_met in shown('', []) if not is_met])
    6
    """
    fits = [(rule.label, rule.is_met(password)) for rule in RULES]
    fits.append((NOT_COMMON, bool(password) and not is_common(password)))
    fits.append((NOT_OWN_WORDS, bool(password) and not is_made_of(password, own_words)))
    return [(f'{number}.{label}', is_met) for number, (label, is_met) in enumerate(fits, 1)]


def is_too_long(password: str) -> bool:
    """Whether nobody can have this password; such a text is not worked on."""
    return len(password) > LONGEST


def is_common(password: str) -> bool:
    """Whether it stands in lists of leaked passwords, or is soon guessed by whoever knows such lists.

    zxcvbn has the lists with it; nothing leaves the machine.

    >>> [is_common(each) for each in ('Passw0rd2026!', 'Ab1234567890', 'Qazwsxedc123!', 'Volunteer2026x')]
    [True, True, True, True]
    >>> is_common('Sample-Passw0rd')
    False
    """
    core, digits = _core(password), re.sub(r'\D', '', password)
    is_monotonous = len(set(password.casefold())) < 5 or (len(core) < 4 and digits in _COUNTING)
    if is_monotonous or core in _common():
        return True
    return int(zxcvbn(password[:_LOOKED_AT], user_inputs=list(_HERE))['score']) < _LEAST_SCORE


def is_made_of(password: str, own_words: Iterable[str]) -> bool:
    """Whether one of its owner's words stands in it: at least four letters, or six digits, in one piece.

    >>> is_made_of('Lin-Hsiao-Man1985', ['LIN, HSIAO-MAN'])
    True
    >>> is_made_of('My-Garden19850512', ['1985/05/12']), is_made_of('Wang.Mei-2026-Door', ['wangmei'])
    (True, True)
    >>> is_made_of('Sample-Passw0rd', ['clerk', '', '林'])
    False
    """
    typed = _bare(password)
    letters, digits = typed.translate(_AS_LETTERS), re.sub(r'\D', '', typed)
    for own in map(_bare, own_words):
        numbers = re.sub(r'\D', '', own)
        if len(numbers) >= _LEAST_DIGITS and numbers in digits:
            return True
        core = own.strip(string.digits)
        # A name in Chinese is shorter than one in letters.
        least = _LEAST_WORD if core.isascii() else 2
        if len(core) >= least and (core in typed or core.translate(_AS_LETTERS) in letters):
            return True
    return _core(password) in {core for core in map(_core, own_words) if len(core) >= 3}


@cache
def _common() -> frozenset[str]:
    """The words that leaked passwords are made of, and what people here make theirs of."""
    leaked = (core for core in map(_core, FREQUENCY_LISTS['passwords']) if len(core) >= 3)
    return frozenset((*leaked, *_HERE, 'passwordpassword', 'pleasechangeme', 'qwerasdf', 'abcdefghijkl'))


def _bare(text: str) -> str:
    return re.sub(r'[\W_]+', '', unicodedata.normalize('NFKC', text).casefold())


def _core(text: str) -> str:
    """Its letters: without the digits around them, with digits among them read as the letters they stand for."""
    return re.sub(r'\d', '', _bare(text).strip(string.digits).translate(_AS_LETTERS))


def generated() -> str:
    """A password of 16 characters that keeps the rules (about 85 bits)."""
    while True:
        password = ''.join(secrets.choice(_DIGITS + _LOWER + _UPPER) for _ in range(16))
        if not unmet(password):
            return password


async def hash_password(password: str) -> str:
    """What is stored instead of the password. In a thread: it takes tens of milliseconds. Raises Busy."""
    return await _in_turn(_HASHER.hash, _encoded(password))


async def verify(password: str, stored: str | None) -> bool:
    """Whether `password` is the one that was stored.

    None, for an account that does not exist, costs the same work: the time of the answer tells nobody which it was.
    Raises Busy.
    """
    return await _in_turn(_verify, password, stored)


async def _in_turn(work: Callable[Parameters, Result], *args: Parameters.args, **more: Parameters.kwargs) -> Result:
    global _waiting  # noqa: PLW0603 -- of the process, like the threads
    if _waiting >= MOST_WAITING:
        raise Busy
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads(), lambda: work(*args, **more))
    finally:
        _waiting -= 1


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix='passwords')


_waiting = 0


def _verify(password: str, stored: str | None) -> bool:
    nobodys = _nobodys_hash()
    try:
        return _HASHER.verify(stored or nobodys, _encoded(password)) and stored is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_bytes(16))


def _encoded(password: str) -> bytes:
    # The same password typed with another keyboard or input method is the same password.
    return unicodedata.normalize('NFKC', password).encode('utf-8', 'surrogatepass')
