"""A sealing key is retired: whatever it has sealed opens with the newest, and without the old one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import blobs, key_check, sealing
from db.choices import FileKind
from db.models import KeyCheck, OutgoingMail, StoredFile, Volunteer
from db.sealing import Keyring
from domain import files
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
