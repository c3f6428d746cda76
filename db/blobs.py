"""Bytes on disk: each file named by the SHA-256 of its content, sealed with the keyring of `db.sealing`.

`ab/cd/abcd…` holds the content with the digest abcd…. Equal contents are stored once. A file that exists is complete,
since it gets its name only after all of it is on disk. The digest is authenticated, so exchanged files do not open.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from . import sealing

_MARK = '.office'
_folder: Path | None = None


def use(folder: Path) -> None:
    """Store files below `folder`, which is created when needed, closed to other local users."""
    global _folder  # noqa: PLW0603 -- one folder a process, set once when the office opens
    _folder = folder


def mark() -> None:
    """Note in the folder that it is the office's, so that an empty one in its place is known."""
    _write(_root() / _MARK, b'')


def is_marked() -> bool:
    """Whether the folder is the office's; what is not mounted is not."""
    return (_root() / _MARK).exists()


def holds(digest: str) -> bool:
    """Whether there is a file of that digest."""
    return _path(digest).exists()


def require_room() -> None:
    """Raises OSError when the folder is not the office's, or nothing can be written there."""
    if not is_marked():
        raise FileNotFoundError(_root() / _MARK)
    os.utime(_root() / _MARK)


async def keep(content: bytes) -> str:
    """Store `content` and return its digest, 64 hex digits. Idempotent."""
    return await asyncio.to_thread(_keep, content)


async def read(digest: str) -> bytes:
    """The content with that digest. Raises LookupError when there is none, or it cannot be opened."""
    return await asyncio.to_thread(_read, digest)


async def drop(digest: str) -> None:
    """Take the content away, if it is there; whoever calls knows that nothing points to it."""
    await asyncio.to_thread(_path(digest).unlink, missing_ok=True)


def sealed_bytes(digest: str) -> bytes:
    """What lies on the disk under that digest, for a backup, which has no keys. Raises LookupError."""
    try:
        return _path(digest).read_bytes()
    except FileNotFoundError:
        raise LookupError(f'no file {digest}') from None


def put_back(digest: str, kept: bytes) -> None:
    """Lay down what `sealed_bytes` gave. Raises FileExistsError when something else lies there."""
    path = _path(digest)
    if not path.exists():
        _write(path, kept)
    elif path.read_bytes() != kept:
        raise FileExistsError(path)


def _keep(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    path = _path(digest)
    if not path.exists():
        _write(path, sealing.seal_bytes(content, digest))
    return digest


def _write(path: Path, kept: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, new = tempfile.mkstemp(dir=path.parent, suffix='.new')
    try:
        with os.fdopen(descriptor, 'wb') as file:
            file.write(kept)
            file.flush()
            os.fsync(file.fileno())
        Path(new).rename(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(new).unlink()
        raise
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        _synchronise(folder)


def _read(digest: str) -> bytes:
    return sealing.open_bytes(sealed_bytes(digest), digest)


def _root() -> Path:
    if _folder is None:
        raise RuntimeError('no folder for files: db.blobs.use() has not been called')
    return _folder


def _path(digest: str) -> Path:
    if not re.fullmatch(r'[0-9a-f]{64}', digest):
        raise LookupError('not a digest')
    return _root() / digest[:2] / digest[2:4] / digest


def _synchronise(folder: Path) -> None:
    """Write the names in `folder` to disk; otherwise a power cut loses the new file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
