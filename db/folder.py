"""Files in a folder, of this machine or shared by several: complete, since a file gets its name when all is on disk."""

import asyncio
import os
import tempfile
from contextlib import suppress
from pathlib import Path


class Folder:
    """`root` is created when needed, closed to other local users. Names are paths below it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return await asyncio.to_thread((self._root / name).exists)

    async def get(self, name: str) -> bytes:
        """Raises FileNotFoundError, OSError."""
        return await asyncio.to_thread((self._root / name).read_bytes)

    async def put(self, name: str, content: bytes) -> None:
        """Raises OSError."""
        await asyncio.to_thread(_write, self._root / name, content)

    async def take_away(self, name: str) -> None:
        """Raises OSError, but not where there is none."""
        await asyncio.to_thread((self._root / name).unlink, missing_ok=True)

    async def renew(self, name: str) -> None:
        """Write to what is there. Raises FileNotFoundError, OSError."""
        await asyncio.to_thread(os.utime, self._root / name)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, new = tempfile.mkstemp(dir=path.parent, suffix='.new')
    try:
        with os.fdopen(descriptor, 'wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(new).rename(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(new).unlink()
        raise
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        _synchronise(folder)


def _synchronise(folder: Path) -> None:
    """Write the names in `folder` to disk; otherwise a power cut loses the new file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
