import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import psutil
import pytest

from db import embedded
from tests.processes import Processes

only_root = pytest.mark.skipif(os.geteuid() != 0, reason='only root can try it as somebody else')

# Starts the server of a folder, says its URL, and uses it until its input ends.
USES_A_SERVER = """
import asyncio, sys
from pathlib import Path
from db import embedded

async def use(folder):
    print(await embedded.started(folder, fsync='off'), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await embedded.stopped(folder)

asyncio.run(use(Path(sys.argv[1])))
"""

# Becomes another user, if one is named, and says what comes of connecting to a socket.
KNOCKS = """
import errno, os, socket, sys
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except OSError as error:
    print(errno.errorcode[error.errno])
else:
    print('connected')
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for a server, below a folder that is closed to others, near enough for a socket's short path."""
    home = Path(tempfile.mkdtemp(prefix='recordbook-'))
    yield home / 'pg'
    for left in processes_of(home / 'pg'):  # when the test has failed
        left.kill()
    shutil.rmtree(home)


async def test_it_starts_keeps_its_data_and_starts_again_with_the_same_password(folder: Path) -> None:
    async with running(folder) as url:
        await ask(url, "CREATE TABLE note AS SELECT '原住民族'::text AS words")

    async with running(folder) as again:
        assert again == url
        assert await ask(url, 'SELECT words FROM note') == '原住民族'


async def test_our_role_is_no_superuser_and_the_server_is_set_up_as_we_say(folder: Path) -> None:
    async with running(folder) as url:
        assert await ask(url, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user') is False
        assert [await ask(url, f'SHOW {name}') for name in ('timezone', 'listen_addresses', 'server_encoding')] == [
            'UTC',
            '',
            'UTF8',
        ]


async def test_everything_in_the_folder_is_for_one_account_alone(folder: Path) -> None:
    async with running(folder):
        kept = [path.lstat() for path in [folder, *folder.rglob('*')]]

    assert {status.st_uid for status in kept} == {folder.stat().st_uid}
    assert {oct(stat.S_IMODE(status.st_mode) & 0o077) for status in kept} == {oct(0)}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@only_root
async def test_another_local_user_cannot_connect(folder: Path, processes: Processes) -> None:
    nobody = str(pwd.getpwnam('nobody').pw_uid)
    async with running(folder):
        socket = str(folder / 'data' / '.s.PGSQL.5432')
        assert await said(await processes.begin('-c', KNOCKS, socket, nobody)) == 'EACCES'
        assert (
            await said(await processes.begin('-c', KNOCKS, socket)) == 'connected'
        )  # so it is not the knocking that fails


async def test_a_connection_without_the_password_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PGPASSFILE', str(folder / 'none'))
    async with running(folder) as url:
        place = url.partition('@')[2]
        for user in ('recordbook', 'recordbook:wrong', 'postgres', 'postgres:postgres'):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(f'postgresql://{user}@{place}')


async def test_no_network_port_is_opened(folder: Path) -> None:
    async with running(folder):
        assert {
            connection.laddr
            for process in processes_of(folder)
            for connection in process.net_connections('inet')
            if connection.status == psutil.CONN_LISTEN
        } == set()


async def test_four_processes_start_one_server_and_the_last_one_stops_it(folder: Path, processes: Processes) -> None:
    users = [await processes.begin('-c', USES_A_SERVER, folder) for _ in range(4)]
    urls = {await said_by(user) for user in users}
    assert len(urls) == 1
    [url] = urls

    for user in users[:3]:
        await user.communicate(b'')
    assert await ask(url, 'SELECT 1') == 1

    await users[3].communicate(b'')
    assert processes_of(folder) == []


async def test_a_server_survives_the_kill_of_its_starter_and_is_found_again(folder: Path, processes: Processes) -> None:
    starter = await processes.begin('-c', USES_A_SERVER, folder)
    url = await said_by(starter)
    since = await ask(url, 'SELECT pg_postmaster_start_time()')
    starter.send_signal(signal.SIGKILL)
    await starter.wait()

    async with running(folder):
        assert await ask(url, 'SELECT pg_postmaster_start_time()') == since

    assert processes_of(folder) == []


async def test_a_killed_server_recovers_what_was_committed(folder: Path) -> None:
    async with running(folder) as url:
        await ask(url, 'CREATE TABLE note AS SELECT generate_series(1, 1000)')
        postmaster(folder).kill()

        async with running(folder) as again:
            assert await ask(again, 'SELECT count(*) FROM note') == 1000


async def test_a_stale_number_that_another_process_has_got_does_not_hinder_the_start(folder: Path) -> None:
    async with running(folder):
        account = folder.stat().st_uid
        postmaster(folder).kill()
        note = (folder / 'data' / 'postmaster.pid').read_text()
    stranger = await asyncio.create_subprocess_exec('sleep', '60', user=account if os.geteuid() == 0 else None)
    (folder / 'data' / 'postmaster.pid').write_text('\n'.join([str(stranger.pid), *note.splitlines()[1:]]))
    try:
        async with running(folder) as url:
            assert await ask(url, 'SELECT 1') == 1
    finally:
        stranger.kill()
        await stranger.wait()


async def test_a_server_that_was_killed_is_started_again_and_one_that_runs_or_was_stopped_is_left_alone(
    folder: Path,
) -> None:
    async with running(folder) as url:
        await ask(url, 'CREATE TABLE note AS SELECT generate_series(1, 1000)')
        before = postmaster(folder).pid
        await embedded.kept_running(folder, fsync='off')
        assert postmaster(folder).pid == before

        killed(postmaster(folder))
        await embedded.kept_running(folder, fsync='off')
        assert await ask(url, 'SELECT count(*) FROM note') == 1000

    await embedded.kept_running(folder, fsync='off')
    assert processes_of(folder) == []


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 80 MB below the folder's home, with a little more than a server needs."""
    disk = folder.parent / 'disk'
    disk.mkdir()
    mounted = subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip('no disk can be mounted here')
    yield disk
    for left in processes_of(disk / 'pg'):
        left.kill()
        left.wait()
    subprocess.run(['umount', '-l', disk], check=True)


async def test_a_server_that_a_full_disk_has_ended_starts_when_there_is_room_again(small_disk: Path) -> None:
    folder = small_disk / 'pg'
    async with running(folder) as url:
        await ask(url, 'CREATE TABLE note AS SELECT 1 AS number')
        with (small_disk / 'filler').open('wb') as filler, suppress(OSError):
            while True:
                filler.write(bytes(1024 * 1024))
                filler.flush()
        killed(postmaster(folder))
        with pytest.raises(embedded.NotStarted) as refusal:
            await embedded.kept_running(folder, fsync='off')
        assert 'No space left on device' in str(refusal.value)
        assert len(str(refusal.value).splitlines()) == 2

        (small_disk / 'filler').unlink()
        await embedded.kept_running(folder, fsync='off')
        assert await ask(url, 'SELECT number FROM note') == 1


async def test_a_first_start_on_a_full_disk_says_so_and_leaves_room_for_the_next(small_disk: Path) -> None:
    (small_disk / 'filler').write_bytes(bytes(60 * 1024 * 1024))
    with pytest.raises(embedded.NotStarted) as refusal:
        await embedded.started(small_disk / 'pg')
    assert 'No space left on device' in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 2

    (small_disk / 'filler').unlink()
    async with running(small_disk / 'pg') as url:
        assert await ask(url, 'SELECT 1') == 1


async def test_an_empty_pid_file_does_not_hinder_the_start(folder: Path) -> None:
    async with running(folder):
        pass
    (folder / 'data' / 'postmaster.pid').touch()

    async with running(folder) as url:
        assert await ask(url, 'SELECT 1') == 1


async def test_data_of_another_postgresql_are_not_touched(folder: Path) -> None:
    async with running(folder):
        pass
    (folder / 'data' / 'PG_VERSION').write_text('16\n')

    with pytest.raises(embedded.NotStarted) as refusal:
        await embedded.started(folder)

    chinese, english = str(refusal.value).splitlines()
    assert '是 PostgreSQL 16 的資料，這個版本使用 PostgreSQL 18' in chinese
    assert 'is of PostgreSQL 16, and this version uses PostgreSQL 18' in english
    assert processes_of(folder) == []


async def test_a_first_start_that_was_killed_half_way_leaves_no_trace(folder: Path) -> None:
    (folder / 'data.new' / 'base').mkdir(parents=True)
    (folder / 'password').write_text('of a cluster that never came to be')

    async with running(folder) as url:
        assert await ask(url, 'SELECT 1') == 1


@pytest.mark.parametrize('name', ['志願服務, 紀錄冊 100%', 'x' * 120])
async def test_a_folder_may_be_named_as_people_name_them(folder: Path, name: str) -> None:
    async with running(folder / name) as url:
        assert await ask(url, 'SELECT 1') == 1
        sockets = Path(url.partition('host=')[2].partition('&')[0])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert sockets.stat().st_uid == (folder / name).stat().st_uid

    assert not sockets.exists()


@only_root
async def test_a_folder_of_somebody_else_is_not_used(folder: Path) -> None:
    folder.mkdir()
    os.chown(folder, pwd.getpwnam('nobody').pw_uid, -1)

    with pytest.raises(embedded.NotStarted) as refusal:
        await embedded.started(folder)

    assert (
        str(refusal.value).splitlines()[0] == f'{folder} 屬於其他使用者，不能放置資料庫；請改用其他資料夾（DATA_DIR）。'
    )


@only_root
async def test_of_a_closed_home_the_database_account_may_search_and_nothing_more(folder: Path) -> None:
    async with running(folder):
        rights = await asyncio.create_subprocess_exec(
            'getfacl', '--omit-header', '--absolute-names', folder.parent, stdout=subprocess.PIPE
        )
        entries = (await rights.communicate())[0].decode().split()

    account = pwd.getpwuid(folder.stat().st_uid).pw_name
    assert entries == ['user::rwx', f'user:{account}:--x', 'group::---', 'mask::--x', 'other::---']


@only_root
async def test_root_runs_a_users_server_as_that_user(folder: Path) -> None:
    async with running(folder):
        pass
    games = pwd.getpwnam('games')
    for path in [folder, *folder.rglob('*')]:
        os.chown(path, games.pw_uid, games.pw_gid)

    async with running(folder) as url:
        assert await ask(url, 'SELECT 1') == 1
        assert {process.uids().real for process in processes_of(folder)} == {games.pw_uid}


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[str]:
    url = await embedded.started(folder, fsync='off')
    try:
        yield url
    finally:
        await embedded.stopped(folder)


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def said_by(user: Process) -> str:
    assert user.stdout is not None
    return (await user.stdout.readline()).decode().strip()


async def said(process: Process) -> str:
    return (await process.communicate())[0].decode().strip()


def processes_of(folder: Path) -> list[psutil.Process]:
    """Every process of the server in `folder`."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == 'postgres' and Path(process.cwd()) == folder / 'data':
                found.append(process)
        except psutil.Error:
            continue
    return found


def killed(process: psutil.Process) -> None:
    """kill -9, and wait until it is gone, or a zombie that nobody takes away."""
    process.kill()
    with suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)


def postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / 'data' / 'postmaster.pid').read_text().split()[0]))
