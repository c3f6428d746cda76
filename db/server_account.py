"""The system account of the bundled server, and the files that are its own.

PostgreSQL refuses to run as root, so root uses a locked system account.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

_NAME = 'recordbook-db'


class NotStarted(Exception):
    """The bundled server cannot be started; the message tells why and what to do, in Chinese and in English."""


class Account(NamedTuple):
    """An account of the operating system."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()


def account_for(data: Path) -> Account:
    """The account of this process; for root the owner of `data`, else a system account. Raises NotStarted."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists():
        return Account(data.stat().st_uid, data.stat().st_gid)
    try:
        return system_account(_NAME)
    except LookupError as error:
        raise NotStarted(
            f'資料庫不能以 root 執行，而此系統無法建立專用帳號 {_NAME}；請改以一般使用者執行。\n'
            f'The database cannot run as root, and its account {_NAME} cannot be made here; run as an ordinary user.'
        ) from error


def system_account(name: str) -> Account:
    """The locked account of that name, made by root where it is missing. Raises LookupError."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        entry = _made(name)
    return Account(entry.pw_uid, entry.pw_gid)


def make_private(folder: Path, account: Account) -> None:
    """Make `folder` exist, belong to `account` and be closed to others. Raises NotStarted if it is another user's."""
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


def open_private(path: Path, account: Account) -> int:
    """A descriptor of the file at `path`, which is created for `account` alone if it is missing."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    os.fchown(descriptor, account.uid, account.gid)
    return descriptor


def let_in(account: Account, *folders: Path) -> None:
    """Let the account, and no other, search (not read) `folders` and the closed folders above them.

    A clone in /root (0700) needs it. Raises NotStarted where the file system or a missing `setfacl` prevents it.
    """
    if account.is_us:
        return
    for folder in folders:
        for step in reversed([folder, *folder.parents]):
            if _may_search(account, step):
                continue
            with suppress(FileNotFoundError):
                subprocess.run(['setfacl', '-m', f'u:{account.uid}:--x', str(step)], check=False, capture_output=True)  # noqa: S603, S607
            if not _may_search(account, step):
                raise NotStarted(
                    f'資料庫帳號無法進入 {step}；請安裝套件 acl，或將專案移到 /opt，或改以一般使用者執行。\n'
                    f'The database account cannot enter {step}; install the package acl, move the project to /opt, '
                    'or run as an ordinary user.'
                )


def run(account: Account, *command: object, stdin: str = '') -> subprocess.CompletedProcess[str]:
    """Run `command` as `account` without our environment; `stdout` has its errors, too. It may leave a server."""
    identity: dict[str, Any] = {}
    if not account.is_us:
        identity = {'user': account.uid, 'group': account.gid, 'extra_groups': []}
    # A file, not a pipe: a server that stays running keeps it open, and reading a pipe would wait for its end.
    with tempfile.TemporaryFile('w+') as output:
        result = subprocess.run(  # noqa: S603
            [str(word) for word in command],
            input=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            cwd='/',
            env={'PATH': os.environ.get('PATH', os.defpath), 'LC_ALL': 'C'},
            check=False,
            **identity,
        )
        output.seek(0)
        result.stdout = output.read()
    return result


def _made(name: str) -> pwd.struct_passwd:
    useradd = shutil.which('useradd', path=f'{os.environ.get("PATH", "")}:/usr/sbin') or 'useradd'
    flags = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin']
    try:
        subprocess.run([useradd, *flags, name], check=False, capture_output=True)  # noqa: S603
        return pwd.getpwnam(name)  # also when another process was quicker
    except (FileNotFoundError, KeyError) as error:
        raise LookupError(f'the account {name} cannot be made here') from error


def _may_search(account: Account, folder: Path) -> bool:
    return run(account, 'test', '-x', folder).returncode == 0
