"""Keys that are not those of the office are known before they do harm."""

import re

import pytest

from db import key_check, sealing
from db.models import KeyCheck, Volunteer
from db.sealing import Keyring
from db.server_account import NotStarted
from tests.builders import a_volunteer, an_account
from tests.served import ROOT

pytestmark = pytest.mark.usefixtures('database')

OLD, NEW, INDEX = b'k' * 32, b'n' * 32, b'i' * 32


async def checked(keys: dict[int, bytes], index_key: bytes = INDEX) -> None:
    """As a start with these keys does."""
    keyring = Keyring(keys, index_key)
    sealing.use(keyring)
    await key_check.check(keyring)


async def refused(keys: dict[int, bytes], index_key: bytes = INDEX) -> str:
    """Which key does not fit."""
    with pytest.raises(NotStarted) as refusal:
        await checked(keys, index_key)
    chinese, english = str(refusal.value).splitlines()
    which = english.partition('(')[2].partition(' does not fit')[0]
    assert f'不符的是 {which}' in chinese
    return which


async def test_the_same_keys_open_the_office_again() -> None:
    await checked({1: OLD})
    await checked({1: OLD})

    assert await KeyCheck.all().count() == 1


async def test_other_keys_and_only_one_of_two_do_not() -> None:
    await checked({1: OLD})

    assert await refused({1: NEW}) == 'SEALING_KEYS 1'
    assert await refused({2: NEW}) == 'SEALING_KEYS 1'
    assert await refused({1: OLD}, NEW) == 'BLIND_INDEX_KEY'
    await checked({1: OLD})


async def test_a_new_key_beside_the_old_one_does_and_neither_can_be_left_out_afterwards() -> None:
    await checked({1: OLD})
    await checked({1: OLD, 2: NEW})

    assert await refused({1: OLD}) == 'SEALING_KEYS 2'
    assert await refused({2: NEW}) == 'SEALING_KEYS 1'
    assert await refused({1: OLD, 2: OLD}) == 'SEALING_KEYS 2'


async def test_an_office_from_before_the_check_is_known_by_what_it_has_sealed() -> None:
    await a_volunteer()

    assert await refused({1: NEW}) == 'SEALING_KEYS'
    assert await refused({1: OLD}, NEW) == 'BLIND_INDEX_KEY'
    assert await KeyCheck.all().count() == 0
    await checked({1: OLD})
    [volunteer] = await Volunteer.all()
    assert volunteer.identity_index == sealing.blind_index(volunteer.identity_number.open())


async def test_keys_are_made_for_an_office_without_accounts_alone() -> None:
    assert await key_check.is_new_office()
    await an_account()
    assert not await key_check.is_new_office()


def test_the_locks_of_the_database_have_their_numbers_in_one_place() -> None:
    files = [file for layer in ('db', 'domain') for file in sorted((ROOT / layer).rglob('*.py'))]
    others = [file.name for file in files if re.search(r'LOCK = \d|lock\w*\(\d{5}', file.read_text())]

    assert others == []
