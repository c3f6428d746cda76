"""A backup is whole or it is named where it is not; only its key opens it."""

import os
from pathlib import Path

import pytest

from domain.operations import archive
from domain.operations.archive import BadKey, Damaged

SECRET, PUBLIC = archive.fresh_key()
PIECES = [('database/000001', b'd' * 200_000), ('files/ab', os.urandom(150_000)), ('files/cd', b'')]
# Named, since the keys are others in each process of a run.
KEYS = pytest.mark.parametrize(
    ('closes', 'opens'), [(None, None), (PUBLIC, SECRET), (SECRET, SECRET)], ids=['no key', 'public', 'secret']
)


def made(path: Path, key: str | None) -> Path:
    with archive.written(path, key) as written:
        for name, content in PIECES:
            written.add(name, content)
    return path


@KEYS
def test_what_was_written_is_read_again(tmp_path: Path, closes: str | None, opens: str | None) -> None:
    backup = made(tmp_path / 'backup', closes)

    assert list(archive.entries(backup, opens))[1:] == PIECES
    assert (b'files/ab' in backup.read_bytes()) is (closes is None)
    assert [path.name for path in tmp_path.iterdir()] == ['backup']


@KEYS
def test_whatever_is_cut_off_is_found_out(tmp_path: Path, closes: str | None, opens: str | None) -> None:
    backup = made(tmp_path / 'backup', closes)
    whole = backup.read_bytes()

    for size in (0, 1, 700, 3_000, 205_000, len(whole) - 20_000, len(whole) - 600, len(whole) - 1):
        backup.write_bytes(whole[:size])
        with pytest.raises(Damaged):
            list(archive.entries(backup, opens))


@KEYS
def test_a_changed_bit_is_found_out_and_named(tmp_path: Path, closes: str | None, opens: str | None) -> None:
    backup = made(tmp_path / 'backup', closes)
    whole = bytearray(backup.read_bytes())

    for place in (5, 100_000, 300_000, len(whole) - 12_000):
        whole[place] ^= 1
        backup.write_bytes(whole)
        with pytest.raises(Damaged) as damaged:
            list(archive.entries(backup, opens))
        whole[place] ^= 1
        assert place != 300_000 or damaged.value.where == ('files/ab' if closes is None else 'database/000001')


def test_an_entry_that_was_taken_out_is_missed(tmp_path: Path) -> None:
    whole = made(tmp_path / 'whole', None)
    short = tmp_path / 'short'
    with archive.written(short, None) as written:
        for name, content in PIECES[:2]:
            written.add(name, content)
    body, end = whole.read_bytes(), short.read_bytes()
    at = end.index(b'end.json') // 512 * 512 - 1024  # before its extended header
    short.write_bytes(body[: body.index(b'end.json') // 512 * 512 - 1024] + end[at:])

    with pytest.raises(Damaged) as damaged:
        list(archive.entries(short, None))
    assert damaged.value.where == 'end.json'


@pytest.mark.parametrize(
    'key', [None, PUBLIC, 'no key', archive.fresh_key()[0]], ids=['missing', 'public', 'none', 'another']
)
def test_no_other_key_opens_it(tmp_path: Path, key: str | None) -> None:
    backup = made(tmp_path / 'backup', PUBLIC)

    with pytest.raises(BadKey):
        list(archive.entries(backup, key))


def test_nothing_is_written_over_and_nothing_half_is_left(tmp_path: Path) -> None:
    backup = made(tmp_path / 'backup', None)
    with pytest.raises(FileExistsError), archive.written(backup, None):
        pass
    with pytest.raises(BadKey), archive.written(tmp_path / 'other', 'no key'):
        pass
    for key in (None, PUBLIC):
        with pytest.raises(ZeroDivisionError), archive.written(tmp_path / 'third', key):
            raise ZeroDivisionError

    assert [path.name for path in tmp_path.iterdir()] == ['backup']


@pytest.mark.skipif(not Path('/dev/full').exists(), reason='this system has no disk that is always full')
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    for key in (None, PUBLIC):
        (tmp_path / 'backup.part').symlink_to('/dev/full')
        with pytest.raises(OSError, match='No space left'), archive.written(tmp_path / 'backup', key) as written:
            written.add('files/ab', bytes(2**24))
