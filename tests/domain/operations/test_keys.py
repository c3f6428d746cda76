"""A sealing key is retired: whatever it has sealed opens with the newest, and without the old one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tortoise.fields import BinaryField
from tortoise.models import Model

from db import blobs, key_check, models, sealing
from db.choices import FileKind, ImportKind
from db.models import ImportBatch, ImportFile, KeyCheck, OutgoingMail, StoredFile, Volunteer
from db.sealing import Keyring
from domain import dates, files, lifespan, settings
from domain.imports import packing
from domain.operations import keys
from domain.operations.keys import CannotRetire
from domain.pictures import Pdf
from domain.settings import Settings

from ...builders import a_complete_volunteer, an_account
from ..sample_office import a_case, an_office

OLD, NEW, INDEX = b'k' * 32, b'n' * 32, b'i' * 32


@pytest.fixture(autouse=True)
def _keys() -> Iterator[None]:
    yield
    sealing.use(Keyring({1: OLD}, INDEX))


def with_keys(database: str, folder: Path, **sealing_keys: bytes) -> Settings:
    chosen = {int(name[1:]): key for name, key in sealing_keys.items()}
    return Settings(data_dir=folder, database_url=database, sealing_keys=chosen, index_key=INDEX)


async def begun(**sealing_keys: bytes) -> None:
    """As a process does that starts with these keys."""
    keyring = Keyring({int(name[1:]): key for name, key in sealing_keys.items()}, INDEX)
    sealing.use(keyring)
    await key_check.check(keyring)


async def test_what_an_old_key_has_sealed_opens_with_the_newest_alone(database: str, tmp_path: Path) -> None:
    await begun(_1=OLD)
    await a_case(await an_office())
    clerk = await an_account()
    volunteer = await a_complete_volunteer(by=clerk)
    file = await files.keep(Pdf(b'%PDF-1.7 one'), FileKind.ATTACHMENT, 'a.pdf', by=clerk)
    lost = await files.keep(Pdf(b'%PDF-1.7 two'), FileKind.ATTACHMENT, 'b.pdf', by=clerk)
    await blobs.drop(lost.digest)
    number, mails = volunteer.identity_number.open(), await OutgoingMail.all().count()
    await begun(_1=OLD, _2=NEW)

    done = await keys.resealed(1, with_keys(database, tmp_path, _1=OLD, _2=NEW))

    assert done.lost == (lost.digest,)
    assert done.files == len({each.digest for each in await StoredFile.all()}) - 1
    assert done.values > mails > 0
    assert [one.key_id for one in await KeyCheck.all()] == [2]
    await begun(_2=NEW)
    assert (await Volunteer.get(id=volunteer.id)).identity_number.open() == number
    assert await blobs.read(file.digest) == b'%PDF-1.7 one'
    assert all(mail.body.open() for mail in await OutgoingMail.all())


async def test_only_a_key_with_a_newer_one_in_use_is_retired(database: str, tmp_path: Path) -> None:
    await begun(_1=OLD)

    for key_id, chosen, why in (
        (1, {'_1': OLD}, 'is the newest'),
        (1, {'_1': OLD, '_2': NEW}, 'no process uses key 2 yet'),
        (3, {'_1': OLD}, 'there is no key 3'),
    ):
        with pytest.raises(CannotRetire, match=why):
            await keys.resealed(key_id, with_keys(database, tmp_path, **chosen))
    assert [one.key_id for one in await KeyCheck.all()] == [1]


async def test_a_retired_key_is_asked_for_no_more_though_it_is_still_configured(database: str, tmp_path: Path) -> None:
    await begun(_1=OLD)
    await begun(_1=OLD, _2=NEW)
    await keys.resealed(1, with_keys(database, tmp_path, _1=OLD, _2=NEW))

    await begun(_1=OLD, _2=NEW)  # a process that still has it starts again
    await begun(_2=NEW)


async def test_what_an_import_has_brought_is_sealed_anew_too(database: str, tmp_path: Path) -> None:
    await begun(_1=OLD)
    clerk = await an_account()
    batch = await ImportBatch.create(
        kind=ImportKind.SERVICE_HOURS,
        host_unit_id=clerk.host_unit_id or 0,
        account=clerk,
        digest='',
        size=4,
        begun_at=dates.now(),
    )
    file = await ImportFile.create(batch=batch, content=packing.seal(b'rows', 'file'))
    await begun(_1=OLD, _2=NEW)

    await keys.resealed(1, with_keys(database, tmp_path, _1=OLD, _2=NEW))

    await begun(_2=NEW)
    assert packing.opened((await ImportFile.get(id=file.id)).content, 'file') == b'rows'


async def test_every_column_of_bytes_is_resealed_or_said_to_be_in_clear() -> None:
    sealed_here = {(table, column) for table, _, column, _ in keys.sealed_columns()}
    bytes_kept = {
        (record._meta.db_table, name)
        for record in vars(models).values()
        if isinstance(record, type) and issubclass(record, Model)
        for name, field in record._meta.fields_map.items()
        if isinstance(field, BinaryField)
    }

    # The canaries are noted anew; revocation lists and the public half of a passkey are no secrets.
    public = {('revocation_list', 'content'), ('passkey', 'public_key')}
    assert bytes_kept - sealed_here == {('key_check', 'canary'), *public}


async def test_a_new_key_in_the_data_folder_is_taken_by_a_running_process_when_it_meets_it(tmp_path: Path) -> None:
    office = settings.with_own_keys(Settings(data_dir=tmp_path, keeps_own_keys=True), may_make=True)
    lifespan.take_keys(office)

    key_id = settings.add_own_key(office)
    elsewhere = settings.with_own_keys(office, may_make=False).sealing_keys
    kept = bytes([key_id]) + sealing_with(elsewhere, key_id)

    assert sealing.open_bytes(kept, 'a place') == b'word'
    assert sealing.seal_bytes(b'word', 'a place')[0] == key_id == 2


async def test_a_new_key_retires_the_old_one_only_when_every_process_has_taken_it(
    database: str, tmp_path: Path
) -> None:
    await begun(_1=OLD)
    await begun(_1=OLD, _2=NEW)
    office = replace(with_keys(database, tmp_path, _1=OLD, _2=NEW), keeps_own_keys=True)

    with pytest.raises(CannotRetire, match='in two minutes'):
        await keys.resealed(1, office)
    with dates.frozen(dates.now() + keys.KNOWN_AFTER):
        await keys.resealed(1, office)


def sealing_with(known: dict[int, bytes], key_id: int) -> bytes:
    """As another process seals, which knows the new key already: without the id."""
    nonce = b'n' * 12
    return nonce + AESGCM(known[key_id]).encrypt(nonce, b'word', b'a place')
