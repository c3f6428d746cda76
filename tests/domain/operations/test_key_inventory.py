"""金鑰清冊: what the administrator sees of the keys, and that it is nothing of what they are made of."""

import base64
import re
from datetime import timedelta

import pytest

from db import sealing
from db.choices import Role
from db.models import KeyCheck, OfficeEntry
from db.sealing import Keyring
from domain import dates
from domain.errors import Incomplete, NotFound
from domain.operations import key_inventory, pending
from domain.operations.key_inventory import SEALING, Duty

from ...builders import a_volunteer, an_account
from ...served import ROOT

pytestmark = pytest.mark.usefixtures('database')


async def test_a_sealing_key_is_told_with_its_age_and_with_what_it_has_sealed() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    await a_volunteer()
    [key_id] = sealing.in_use().keys
    await KeyCheck.create(key_id=key_id, canary=b'x', word_index='', since=dates.now())

    first = (await key_inventory.entries(by=admin))[0]

    assert (first.kind, first.key_id, first.since) == (SEALING, key_id, dates.today())
    assert first.due_on == dates.today() + timedelta(days=SEALING.days)
    assert first.records
    assert first.records > 0


async def test_of_two_sealing_keys_the_newest_is_due_and_the_older_one_counts_what_it_still_opens() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    await a_volunteer()
    before = sealing.in_use()
    try:
        sealing.use(Keyring(before.keys | {9: b'n' * 32}, before.index_key))
        newest, older = (await key_inventory.entries(by=admin))[:2]
    finally:
        sealing.use(before)

    assert (newest.key_id, newest.is_current, newest.records) == (9, True, 0)
    assert not older.is_current
    assert older.records


async def test_what_is_settled_of_a_key_is_noted_and_an_overdue_one_is_told() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    assert (await pending.of(by=admin)).keys == []

    long_ago = dates.today() - timedelta(days=31)
    await key_inventory.settle('backup', Duty(30, long_ago, '保險箱'), by=admin)

    [backup] = (await pending.of(by=admin)).keys
    assert (backup.kind.purpose, backup.kept_at, backup.due_on) == ('backup', '保險箱', long_ago + timedelta(days=30))
    assert {(one.section, one.by_id) for one in await OfficeEntry.all()} == {('金鑰', admin.id)}


async def test_what_cannot_be_settled_is_refused() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    tomorrow = dates.today() + timedelta(days=1)

    with pytest.raises(Incomplete) as refusal:
        await key_inventory.settle('backup', Duty(-1, tomorrow, 'x' * 201), by=admin)
    with pytest.raises(NotFound):
        await key_inventory.settle('another', Duty(), by=admin)

    assert set(refusal.value.problems) == {'days', 'changed_on', 'kept_at'}


async def test_each_purpose_has_a_key_of_its_own() -> None:
    kept = {sealing.keyed(purpose, 'A123456789') for purpose in ('limit', 'sign-in lock', 'join', 'paper code')}

    assert len(kept | {sealing.blind_index('A123456789')}) == 5
    assert sealing.keyed('limit', 'a') == sealing.keyed('limit', 'a')


def test_every_purpose_that_has_a_key_is_in_the_inventory() -> None:
    used = {
        purpose
        for file in (ROOT / 'domain').rglob('*.py')
        for purpose in re.findall(r"sealing\.(?:keyed|handed_out|handed_back)\('([^']+)'", file.read_text())
    }

    assert used
    assert used - key_inventory.BY_PURPOSE.keys() == set()


async def test_nothing_of_a_key_is_told() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    keyring = sealing.in_use()
    try:
        sealing.use(Keyring({1: bytes(range(101, 133))}, bytes(range(133, 165))))
        told = repr(await key_inventory.entries(by=admin)).casefold()
        for key in (*sealing.in_use().keys.values(), sealing.in_use().index_key):
            for spelled in (key.hex(), base64.b64encode(key).decode(), key.decode('latin-1')):
                assert spelled[:6].casefold() not in told
    finally:
        sealing.use(keyring)
