"""Passwords: the four rules of the form (law.md#password-rules), made passwords, and their storage as Argon2id hashes.

>>> unmet('volunteer2026x')
['包含大寫字母']
>>> unmet(generated())
[]
"""

import asyncio
import secrets
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import argon2

# OWASP's minimum for Argon2id. One lane and 19 MiB: a morning of logins must not take the server's memory.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Read from paper or a mail and typed again: nothing that looks like something else (0 O o, 1 I l, 2 Z z, 5 S s, 8 B).
_DIGITS = '34679'
_LOWER = 'abcdefghijkmnpqrtuvwxy'
_UPPER = 'ACDEFGHJKLMNPQRTUVWXY'


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


def generated() -> str:
    """A password of 16 characters that keeps the rules (about 85 bits)."""
    while True:
        password = ''.join(secrets.choice(_DIGITS + _LOWER + _UPPER) for _ in range(16))
        if not unmet(password):
            return password


async def hash_password(password: str) -> str:
    """What is stored instead of the password. In a thread: it takes tens of milliseconds."""
    return await asyncio.to_thread(_HASHER.hash, _encoded(password))


async def verify(password: str, stored: str | None) -> bool:
    """Whether `password` is the one that was stored.

    None, for an account that does not exist, costs the same work: the time of the answer tells nobody which it was.
    """
    return await asyncio.to_thread(_verify, password, stored)


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
