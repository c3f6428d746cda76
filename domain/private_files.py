"""Files with secrets: ours alone from the first byte on, whatever the umask, and complete once they have a name."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Put `text` into the file at `path`, in place of one that is there; only this account can read it."""
    _written(path, text, Path.rename)


def write_first(path: Path, text: str) -> None:
    """As `write`, but a file that is there stays as it is."""
    with suppress(FileExistsError):
        _written(path, text, lambda new, path: path.hardlink_to(new))


def _written(path: Path, text: str, name: Callable[[Path, Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, new = tempfile.mkstemp(dir=path.parent, prefix=f'.{path.name}-')  # mode 0600 when it is made
    try:
        with os.fdopen(descriptor, 'w', encoding='utf-8') as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        name(Path(new), path)
    finally:
        Path(new).unlink(missing_ok=True)
