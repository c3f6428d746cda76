"""The keys are those of this office: checked at the start, before anything is opened or sealed with others.

A word sealed with each sealing key, and its blind index, stand in the database. An office from before there was this
check is known by what it has sealed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from . import locks, sealing, transaction
from .locks import Lock
from .models import Account, KeyCheck, Volunteer
from .server_account import NotStarted


class Noted(NamedTuple):
    """A key that has been used: its id, the word sealed with it, and the blind index of the word."""

    key_id: int
    canary: bytes
    word_index: str


_WORD, _PLACE = '志願服務紀錄冊', 'key_check.canary'


async def is_new_office() -> bool:
    """Whether keys may be made: nobody has an account here, and nothing was sealed."""
    return not await KeyCheck.exists() and not await Account.exists()


def no_keys(folder: object) -> NotStarted:
    """What is said where an office has no keys at all."""
    return NotStarted(
        f'這個資料庫已有帳號，但找不到它的金鑰（{folder}/keys，或 SEALING_KEYS 與 BLIND_INDEX_KEY），所以不啟動，也不會'
        '產生新的金鑰。請放回原來的金鑰。\n'
        f'This database has accounts, but its keys are missing ({folder}/keys, or SEALING_KEYS and BLIND_INDEX_KEY); '
        'nothing is started and no new keys are made. Put the original keys back.'
    )


async def check(keyring: sealing.Keyring) -> None:
    """Raises NotStarted where what `keyring`, which is in use, has sealed before does not open, or is not found.

    The key that seals from now on is noted; each that was noted must be there, for it may have sealed something.
    """
    word = sealing.blind_index(_WORD)
    async with transaction():
        # Of two processes that start at once the first notes its keys, and the other is measured by them.
        await locks.alone(Lock.KEYS)
        noted = await KeyCheck.all().order_by('key_id')
        if not noted:
            await _check_by_what_there_is()
        if which := misfit(Noted(one.key_id, one.canary, one.word_index) for one in noted):
            raise _other(which)
        # Only the last seals. One before it that is not noted is retired, or is made known before it seals anything.
        used = list(keyring.keys)[-1:] if noted else list(keyring.keys)
        for key_id in set(used) - {each.key_id for each in noted}:
            canary = sealing.seal_bytes(_WORD.encode(), _PLACE, key_id)
            await KeyCheck.create(key_id=key_id, canary=canary, word_index=word, since=datetime.now(UTC))


async def noted_in(connection: Any) -> list[Noted]:
    """What is noted in a database, by a plain connection; [] in one from before there was this check."""
    if await connection.fetchval("SELECT to_regclass('public.key_check')") is None:
        return []
    return [Noted(*row) for row in await connection.fetch('SELECT key_id, canary, word_index FROM key_check')]


def misfit(noted: Iterable[Noted]) -> str:
    """Which of the keys in use is not that of the office, as the settings call it; '' when all fit."""
    for each in noted:
        if not _opens(bytes(each.canary)):
            return f'SEALING_KEYS {each.key_id}'
        if each.word_index != sealing.blind_index(_WORD):
            return 'BLIND_INDEX_KEY'
    return ''


async def check_noted() -> None:
    """Raises NotStarted where the keys in use are not those of the office; notes nothing."""
    if which := misfit([Noted(one.key_id, one.canary, one.word_index) for one in await KeyCheck.all()]):
        raise _other(which)


async def _check_by_what_there_is() -> None:
    last = await Volunteer.all().order_by('-id').first()
    if last is None:
        return
    try:
        number = last.identity_number.open()
    except LookupError:
        raise _other('SEALING_KEYS') from None
    if sealing.blind_index(number) != last.identity_index:
        raise _other('BLIND_INDEX_KEY')


def _opens(canary: bytes) -> bool:
    try:
        return sealing.open_bytes(canary, _PLACE) == _WORD.encode()
    except LookupError:
        return False


def _other(which: str) -> NotStarted:
    return NotStarted(
        f'這個資料庫是用另外的金鑰封存的（不符的是 {which}），所以不啟動，以免資料打不開或重複登錄。請設定原來的'
        ' SEALING_KEYS 與 BLIND_INDEX_KEY，或放回原來的 DATA_DIR/keys；新的金鑰要加在舊的後面。\n'
        f'This database was sealed with other keys ({which} does not fit); nothing is started. Set the original '
        'SEALING_KEYS and BLIND_INDEX_KEY, or put DATA_DIR/keys back; a new key is added after the old ones.'
    )
