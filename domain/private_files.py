"""Files with secrets: ours alone from the first byte on, whatever the umask, and complete once they have a name."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Put `text` into the file at `path`, in place of one that is there; only this account can read it."""
    descriptor, new = tempfile.mkstemp(dir=path.parent, prefix=f'.{path.name}-')  # mode 0600 when it is made
    try:
        with os.fdopen(descriptor, 'w', encoding='utf-8') as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(new).rename(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(new).unlink()
        raise
