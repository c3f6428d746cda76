"""Bytes of files: each named by the SHA-256 of its content, sealed with the keyring of `db.sealing`.

`ab/cd/abcd…` holds the content with the digest abcd…, in a folder or in a bucket of an S3 server. Equal contents are
stored once. What has a name is complete. The digest is authenticated, so exchanged files do not open.
"""

import asyncio
import hashlib
import re
from pathlib import Path

from . import sealing
from .folder import Folder
from .storage import Place

_MARK = '.office'
_place: Place | None = None


def use(where: Path | str) -> None:
    """Store files below a folder, which is created when needed, or at an address (`db.bucket`)."""
    global _place  # noqa: PLW0603 -- one place a process, set once when the office opens
    if isinstance(where, Path):
        _place = Folder(where)
    else:
        from .bucket import Bucket  # noqa: PLC0415 -- its library is loaded where it is used

        _place = Bucket(where)


async def mark() -> None:
    """Note that the place is the office's, so that an empty one in its place is known. Raises OSError."""
    await _used().put(_MARK, b'')


async def is_marked() -> bool:
    """Whether the place is the office's; a folder that is not mounted is not. Raises OSError."""
    return await _used().has(_MARK)


async def holds(digest: str) -> bool:
    """Whether there is a file of that digest. Raises OSError."""
    return await _used().has(_name(digest))


async def require_room() -> None:
    """Raises OSError when the place is not the office's, or nothing can be written there."""
    await _used().renew(_MARK)


async def keep(content: bytes) -> str:
    """Store `content` and return its digest, 64 hex digits. Idempotent. Raises OSError."""
    digest = await asyncio.to_thread(_digest, content)
    if not await holds(digest):
        await _used().put(_name(digest), await asyncio.to_thread(sealing.seal_bytes, content, digest))
    return digest


async def read(digest: str) -> bytes:
    """The content with that digest.

    Raises LookupError when there is none, or it cannot be opened; OSError when nobody can say.
    """
    return await asyncio.to_thread(sealing.open_bytes, await sealed_bytes(digest), digest)


async def reseal(digest: str, key_id: int) -> bool:
    """Seal what that key has sealed with the newest one. Returns whether it was; raises LookupError, OSError."""
    kept = await sealed_bytes(digest)
    if kept[:1] != bytes([key_id]):
        return False
    content = await asyncio.to_thread(sealing.open_bytes, kept, digest)
    await _used().put(_name(digest), await asyncio.to_thread(sealing.seal_bytes, content, digest))
    return True


async def drop(digest: str) -> None:
    """Take the content away, if it is there; whoever calls knows that nothing points to it. Raises OSError."""
    await _used().take_away(_name(digest))


async def sealed_bytes(digest: str) -> bytes:
    """What lies there under that digest, for a backup, which has no keys. Raises LookupError, OSError."""
    try:
        return await _used().get(_name(digest))
    except FileNotFoundError:
        raise LookupError(f'no file {digest}') from None


async def put_back(digest: str, kept: bytes) -> None:
    """Lay down what `sealed_bytes` gave. Raises FileExistsError when something else lies there, OSError."""
    if not await holds(digest):
        await _used().put(_name(digest), kept)
    elif await sealed_bytes(digest) != kept:
        raise FileExistsError(digest)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _used() -> Place:
    if _place is None:
        raise RuntimeError('no place for files: db.blobs.use() has not been called')
    return _place


def _name(digest: str) -> str:
    if not re.fullmatch(r'[0-9a-f]{64}', digest):
        raise LookupError('not a digest')
    return f'{digest[:2]}/{digest[2:4]}/{digest}'
