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

from ..errors import DomainError

# OWASP's minimum for Argon2id. One lane and 19 MiB: a morning of logins must not take the server's memory.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Read from paper or a mail and typed again: nothing that looks like something else (0 O o, 1 I l, 2 Z z, 5 S s, 8 B).
_DIGITS = '34679'
_LOWER = 'abcdefghijkmnpqrtuvwxy'
_UPPER = 'ACDEFGHJKLMNPQRTUVWXY'

GUESSABLE = '這個密碼太容易猜到：它是常見的密碼，或由姓名、帳號組成。請另外設定一個密碼。'
# Hashing has threads of its own, and half of the processors: pictures and pages are not behind sixty wrong passwords.
THREADS = max(1, (os.cpu_count() or 2) // 2)
MOST_WAITING = 100  # about three seconds of work

Parameters = ParamSpec('Parameters')
Result = TypeVar('Result')

LONGEST = 200  # characters; hashing a text of any length would keep the server busy
_COUNTING = '01234567890123456789 98765432109876543210'
_AS_LETTERS = str.maketrans('0134578', 'oleastb')
# The words that lists of leaked passwords are made of; the rules leave only those with digits and signs around them.
_COMMON = frozenset(
    re.findall(
        r'\w+',
        """
        abc abcabc abcd abcdef abcdefg abcdefgh abcdefghijkl access account admin administrator asdf asdfgh
        asdfghjkl baseball changeme computer default dragon football guest hello iloveyou letmein login manager
        master monkey office pass passpass password passwordpassword pleasechangeme princess qazwsx qazwsxedc qwer
        qwerasdf qwert qwerty qwertyuiop root secret service sunshine superman system taichung taipei taiwan temp
        temporary test testtest trustno user volunteer welcome woaini zxcvbn zxcvbnm
        """,
    )
)


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


def is_too_long(password: str) -> bool:
    """Whether nobody can have this password; such a text is not worked on."""
    return len(password) > LONGEST


def is_guessable(password: str, own_words: Iterable[str]) -> bool:
    """Whether it is one of the common ones, or one of its owner's `own_words` with digits and signs around it.

    >>> is_guessable('Passw0rd2026!', [])
    True
    >>> is_guessable('Lin-Hsiao-Man1985', ['LIN, HSIAO-MAN'])
    True
    >>> is_guessable('Ab1234567890', [])
    True
    >>> is_guessable('Sample-Passw0rd', ['clerk'])
    False
    """
    core, digits = _core(password), re.sub(r'\D', '', password)
    is_monotonous = len(set(password.casefold())) < 5 or (len(core) < 4 and digits in _COUNTING)
    own = {word for word in map(_core, own_words) if len(word) >= 3}
    return is_monotonous or core in _COMMON | own


def _core(text: str) -> str:
    """Its letters: without the digits around them, with digits among them read as the letters they stand for."""
    bare = re.sub(r'[\W_]+', '', unicodedata.normalize('NFKC', text).casefold())
    return re.sub(r'\d', '', bare.strip(string.digits).translate(_AS_LETTERS))


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
