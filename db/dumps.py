"""The database as PostgreSQL's own pg_dump writes it down and pg_restore brings it back: in pieces, by their programs.

The bundled programs serve every server up to their own version; for a newer one those of the system are taken.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from . import embedded

PIECE = 8 * 2**20

_PASSWORD = re.compile(r'^(\w+://[^/@:]*):([^/@]*)@')
_IN_QUERY = re.compile(r'(?<=[?&])password=([^&]*)&?')


# What a pg_dump sets that servers before do not know; it stands among the first lines.
_NEW_SETTING, _KNOWN_SINCE, _HEAD_OF_A_SCRIPT = b'SET transaction_timeout = 0;\n', 17, 40


class Failed(Exception):
    """pg_dump or pg_restore is missing or gave up; the message is its own last words."""


def dumped(url: str, snapshot: str, major: int) -> Iterator[bytes]:
    """The database at `url`, a server of version `major`, as the exported `snapshot` shows it. Raises Failed."""
    options = ('--format=custom', '--no-owner', '--no-privileges', f'--snapshot={snapshot}')
    with tempfile.TemporaryFile() as words:
        process = _begun('pg_dump', major, url, options, stdout=subprocess.PIPE, stderr=words)
        assert process.stdout is not None
        try:
            while piece := process.stdout.read(PIECE):
                yield piece
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdout.close()
            status = process.wait()
        _require(status, words)


def restored(url: str, pieces: Iterable[bytes], major: int) -> None:
    """Put what `dumped` gave into the empty database at `url`: all of it or, when it fails, nothing. Raises Failed.

    pg_restore writes a script, and psql obeys it: so it can be made to suit a server older than the programs.
    """
    plain = ('--file=-', '--no-owner', '--no-privileges')
    as_one = (
        '--no-psqlrc',
        '--quiet',
        '--single-transaction',
        '--set=ON_ERROR_STOP=1',
        '--output=/dev/null',
        '--file=-',
    )
    with tempfile.TemporaryFile() as words, ThreadPoolExecutor(1) as beside:
        command = [str(_program('pg_restore', major)), *plain]
        writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words)  # noqa: S603
        reader = _begun('psql', major, url, as_one, stdin=subprocess.PIPE, stderr=words)
        passing = beside.submit(_pass_on, writer, reader, major)
        assert writer.stdin is not None
        try:
            with suppress(BrokenPipeError), writer.stdin:  # it has given up, and says why
                for piece in pieces:
                    writer.stdin.write(piece)
        except BaseException:
            reader.kill()  # before it takes the end of the script for the whole of it
            writer.kill()
            raise
        finally:
            passing.result()
            status = writer.wait() or reader.wait()
        _require(status, words)


def _pass_on(writer: 'subprocess.Popen[bytes]', reader: 'subprocess.Popen[bytes]', major: int) -> None:
    """The script of one to the other, which commits at its end: so only a whole one may end."""
    assert writer.stdout is not None
    assert reader.stdin is not None
    with suppress(BrokenPipeError), writer.stdout, reader.stdin:
        for line in islice(writer.stdout, _HEAD_OF_A_SCRIPT):
            if line != _NEW_SETTING or major >= _KNOWN_SINCE:
                reader.stdin.write(line)
        shutil.copyfileobj(writer.stdout, reader.stdin, PIECE)
        if writer.wait():
            reader.kill()
    if reader.wait():
        writer.kill()


def _begun(program: str, major: int, url: str, options: Iterable[str], **pipes: object) -> 'subprocess.Popen[bytes]':
    """`program` on its way to `url`. Whoever lists the processes of the machine sees no password."""
    address, password = _without_password(url)
    environ = {name: value for name, value in os.environ.items() if not name.startswith('PG')}
    environ |= {'PGPASSWORD': password, 'LC_ALL': 'C'} if password else {'LC_ALL': 'C'}
    command = [str(_program(program, major)), f'--dbname={address}', *options]
    return subprocess.Popen(command, env=environ, **pipes)  # type: ignore[call-overload,no-any-return]  # noqa: S603


def _program(name: str, major: int) -> Path:
    if major <= embedded.MAJOR:
        return embedded.program(name)
    found = shutil.which(name)
    if found is None:
        raise Failed(f'{name} {major} is not installed, and the bundled one is {embedded.MAJOR}')
    return Path(found)


def _without_password(url: str) -> tuple[str, str]:
    """The address for libpq, and the password that stood in it.

    >>> _without_password('asyncpg://me:s%2Fcret@host/office?sslmode=require')
    ('postgresql://me@host/office?sslmode=require', 's/cret')
    >>> _without_password('postgresql:///office?password=a&host=/run')
    ('postgresql:///office?host=/run', 'a')
    """
    address = re.sub(r'^\w+(?=://)', 'postgresql', url)
    for pattern, rest in ((_PASSWORD, r'\1@'), (_IN_QUERY, '')):
        found = pattern.search(address)
        if found:
            return pattern.sub(rest, address), unquote(found.groups()[-1])
    return address, ''


def _require(status: int, words: object) -> None:
    if status:
        words.seek(0)  # type: ignore[attr-defined]
        told: bytes = words.read()  # type: ignore[attr-defined]
        raise Failed(' '.join(told.decode(errors='replace').split()[-40:]) or f'status {status}')
