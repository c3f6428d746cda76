"""What a backup is: a tar archive in which every entry carries its checksum, encrypted by age when a key is given.

    about.json       the format, when it was made, and by what the keys of the office are known, but not the keys
    database/000001  pieces of what pg_dump wrote; together one file that pg_restore reads
    files/DIGEST     a stored file as it lies on the disk, sealed
    missing.json     the digests of files that the disk had lost by then, if any
    end.json         how many entries there are, and a checksum over their checksums; without it the archive is cut off

Checksums are SHA-256, in the extended header SUM. age (https://age-encryption.org/v1) authenticates every 64 kB, and
its own program opens the file too: a backup is not lost with this program.
"""

import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyrage
from pyrage import x25519

FORMAT = 1
SUM = 'RECORDBOOK.sha256'
ABOUT, MISSING, END = 'about.json', 'missing.json', 'end.json'
DATABASE, FILES = 'database/', 'files/'

_MOST_BYTES = 64 * 2**20  # of an entry; files have 25 MB at most
_AGE = b'age-encryption.org/'
_OPENS = 'AGE-SECRET-KEY-'
_OTHER_KEY = 'No matching keys'  # pyrage has one exception for this and for a changed file


class Damaged(Exception):
    """The archive is not what was written; `where` is the entry at which it is found out."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class BadKey(Exception):
    """BACKUP_KEY is missing, is no key of age, is not the one that opens this archive, or only closes archives."""


def fresh_key() -> tuple[str, str]:
    """A new pair: the secret key, which opens backups, and the public one, which is enough to make them."""
    secret = x25519.Identity.generate()
    return str(secret), str(secret.to_public())


class Archive:
    """An archive that is being written."""

    def __init__(self, stream: BinaryIO) -> None:
        self._tar = tarfile.TarFile(fileobj=cast('BinaryIO', _Counted(stream)), mode='w')
        self._sums = hashlib.sha256()
        self.entries = 0

    def add(self, name: str, content: bytes) -> None:
        """One more entry."""
        checksum = hashlib.sha256(content).hexdigest()
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode, entry.pax_headers = len(content), int(time.time()), 0o600, {SUM: checksum}
        self._tar.addfile(entry, io.BytesIO(content))
        _forget(self._tar)
        self._sums.update(f'{checksum} {name}\n'.encode())
        self.entries += 1

    def close(self) -> None:
        """Write the end, which says that it is whole."""
        self.add(END, _as_json(entries=self.entries, checksum=self._sums.hexdigest()))
        self._tar.close()


@contextmanager
def written(path: Path, key: str | None, **about: object) -> Iterator[Archive]:
    """A new archive, which appears at `path` when all of it is on the disk; `about` stands at its beginning.

    Raises BadKey, FileExistsError, OSError.
    """
    recipient = _public(key) if key else None
    new = path.with_name(f'{path.name}.part')
    if path.exists():
        raise FileExistsError(path)
    try:
        with new.open('wb') as file:
            with ExitStack() as stack:
                stream = stack.enter_context(_encrypted(file, recipient)) if recipient else file
                archive = Archive(stream)
                archive.add(ABOUT, _as_json(format=FORMAT, made=int(time.time()), **about))
                yield archive
                archive.close()
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)
    finally:
        new.unlink(missing_ok=True)


def entries(path: Path, key: str | None) -> Generator[tuple[str, bytes], None, None]:
    """Every entry but the last, each checked; to be closed when not read to its end.

    Raises Damaged, BadKey, OSError; read to its end without Damaged, the archive is whole.
    """
    with path.open('rb') as file:
        is_encrypted = file.read(len(_AGE)) == _AGE
        file.seek(0)
        if not is_encrypted:
            yield from _read(file)
            return
        if not key:
            raise BadKey
        with _decrypted(file, _secret(key)) as stream:
            yield from _read(stream)


def _read(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    sums, count, last = hashlib.sha256(), 0, 'the beginning'
    counted = _Counted(stream)
    try:
        with tarfile.open(fileobj=cast('BinaryIO', counted), mode='r|') as tar:
            while (entry := tar.next()) is not None:
                _forget(tar)
                content = _content(tar, entry)
                if entry.name == END:
                    if json.loads(content) != {'entries': count, 'checksum': sums.hexdigest()}:
                        raise Damaged(END)
                    break
                if count == 0 and (entry.name != ABOUT or json.loads(content).get('format') != FORMAT):
                    raise Damaged(entry.name)
                sums.update(f'{entry.pax_headers[SUM]} {entry.name}\n'.encode())
                count, last = count + 1, entry.name
                yield entry.name, content
            else:
                raise Damaged(last)
            # tarfile would not miss the blocks at its end; whoever copies files by halves cuts there, too.
            while counted.read(tarfile.RECORDSIZE):
                pass
            if counted.bytes % tarfile.RECORDSIZE:
                raise Damaged(END)
    except (tarfile.TarError, ValueError, EOFError):
        raise Damaged(last) from None


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    """What the entry holds, if that is what was written."""
    file = tar.extractfile(entry) if entry.isreg() and entry.size <= _MOST_BYTES else None
    content = file.read() if file else b''
    if file is None or entry.pax_headers.get(SUM) != hashlib.sha256(content).hexdigest():
        raise Damaged(entry.name)
    return content


def _forget(tar: tarfile.TarFile) -> None:
    """tarfile remembers every entry, and there may be millions."""
    tar.members.clear()  # type: ignore[attr-defined]


class _Counted:
    """A stream that knows how much has gone through it, as tarfile asks for; a pipe does not."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.bytes = 0

    def tell(self) -> int:
        return self.bytes

    def write(self, piece: bytes) -> int:
        self.bytes += len(piece)
        return self._stream.write(piece)

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self.bytes += len(piece)
        return piece


@contextmanager
def _encrypted(file: BinaryIO, recipient: x25519.Recipient) -> Iterator[BinaryIO]:
    """What is written into it comes to `file` encrypted."""
    outlet, inlet = _pipe()
    with ThreadPoolExecutor(1) as beside:
        work = beside.submit(_then_closed, outlet, pyrage.encrypt_io, outlet, file, [recipient])
        try:
            with inlet:
                yield inlet
        except BrokenPipeError:
            pass  # it has given up, and says why
    if failure := work.exception():
        raise OSError(str(failure))


@contextmanager
def _decrypted(file: BinaryIO, secret: x25519.Identity) -> Iterator[BinaryIO]:
    """What comes out of it was in `file` encrypted, and ends where that was changed. Raises BadKey."""
    outlet, inlet = _pipe()
    with ThreadPoolExecutor(1) as beside:
        work = beside.submit(_then_closed, inlet, pyrage.decrypt_io, file, inlet, [secret])
        try:
            with outlet:
                yield outlet
        except Damaged:
            if _OTHER_KEY in str(work.exception()):
                raise BadKey from None
            raise
    if failure := work.exception():
        raise Damaged(END) from failure


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    outlet, inlet = os.pipe()
    return os.fdopen(outlet, 'rb'), os.fdopen(inlet, 'wb')


def _then_closed(pipe: BinaryIO, work: Callable[..., None], *given: object) -> None:
    with pipe:
        work(*given)


def _public(key: str) -> x25519.Recipient:
    try:
        return _secret(key).to_public() if key.startswith(_OPENS) else x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise BadKey from None


def _secret(key: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(key)
    except pyrage.IdentityError:
        raise BadKey from None


def _as_json(**facts: object) -> bytes:
    return json.dumps(facts).encode()
