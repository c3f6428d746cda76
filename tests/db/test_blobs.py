"""Bytes on disk: sealed, whole, and found by what they are."""

import hashlib
from pathlib import Path

import pytest

from db import blobs, sealing


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    blobs.use(tmp_path / 'files')
    return tmp_path / 'files'


async def test_what_was_kept_is_read_again_under_its_digest() -> None:
    digest = await blobs.keep(b'a certificate')

    assert digest == hashlib.sha256(b'a certificate').hexdigest()
    assert await blobs.read(digest) == b'a certificate'


async def test_it_lies_sealed_in_folders_of_two_letters_that_only_we_enter(folder: Path) -> None:
    digest = await blobs.keep(b'a certificate')

    [file] = [path for path in folder.rglob('*') if path.is_file()]
    assert file == folder / digest[:2] / digest[2:4] / digest
    assert b'certificate' not in file.read_bytes()
    assert [path.stat().st_mode & 0o077 for path in (file, file.parent)] == [0, 0]


async def test_the_same_content_is_kept_once(folder: Path) -> None:
    await blobs.keep(b'twice')
    [file] = [path for path in folder.rglob('*') if path.is_file()]
    before = file.read_bytes()

    await blobs.keep(b'twice')

    assert [path.read_bytes() for path in folder.rglob('*') if path.is_file()] == [before]


async def test_an_exchanged_or_damaged_file_does_not_open(folder: Path) -> None:
    one, other = await blobs.keep(b'one'), await blobs.keep(b'other')
    path = folder / one[:2] / one[2:4] / one
    path.write_bytes((folder / other[:2] / other[2:4] / other).read_bytes())

    with pytest.raises(LookupError):
        await blobs.read(one)
    path.write_bytes(b'')
    with pytest.raises(LookupError):
        await blobs.read(one)


@pytest.mark.parametrize('digest', ['0' * 64, '../../etc/passwd', '', 'A' * 64])
async def test_nothing_is_found_where_nothing_was_kept(digest: str) -> None:
    with pytest.raises(LookupError):
        await blobs.read(digest)


async def test_an_older_key_still_opens_what_it_sealed() -> None:
    digest = await blobs.keep(b'sealed in the first year')

    sealing.use(sealing.Keyring({1: b'k' * 32, 2: b'n' * 32}, b'i' * 32))

    assert await blobs.read(digest) == b'sealed in the first year'
