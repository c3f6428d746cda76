"""Pools of worker processes: what they must not know or do, and what happens when they die, hang, or lie.

Under uvloop, see conftest; the pools of the rooms are tested under asyncio's own loop.
"""

import asyncio
import os
import pwd
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
import uvloop

from domain.workers import Busy, Died, Failed, Pool, TooSlow, confinement

ECHO = {'job': 'echo'}
pytestmark = pytest.mark.asyncio(loop_scope='module')


@pytest_asyncio.fixture(loop_scope='module')
async def pool() -> AsyncIterator[Pool]:
    pool = Pool('tests.domain.workers.sample_worker', seconds=120, waiting_seconds=120, jobs_each=100)
    yield pool
    await pool.close()
    assert processes() == set()


class Hanging:
    """Jobs that go on until they may end; `await hanging(pool)` is one that has begun."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count()

    async def __call__(self, pool: Pool) -> 'asyncio.Task[Any]':
        begun = self.folder / f'begun-{next(self.numbers)}'
        task = asyncio.create_task(pool.run({'job': 'wait', 'begun': str(begun), 'go': str(self.folder / 'go')}))
        await until(begun.exists)
        return task

    def go(self) -> None:
        (self.folder / 'go').touch()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder into which workers may write, whoever they are."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture
def hanging(folder: Path) -> Hanging:
    return Hanging(folder)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not is_so():
            await asyncio.sleep(0.005)


def processes() -> set[int]:
    """The workers this process has begun and that are alive."""
    found = set()
    for child in psutil.Process().children():
        try:
            if child.status() != psutil.STATUS_ZOMBIE and 'tests.domain.workers.sample_worker' in child.cmdline():
                found.add(child.pid)
        except psutil.NoSuchProcess:
            continue
    return found


def kill(pids: set[int]) -> None:
    """Kill them, and wait until they are dead."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    while processes() & pids:
        pass


async def pid_of(pool: Pool) -> int:
    content, _ = await pool.run(ECHO)
    return int(content['pid'])


async def test_json_and_bytes_go_there_and_back(pool: Pool) -> None:
    pieces = [b'', os.urandom(12 * 2**20), b'\n\0']
    content, answer = await pool.run(ECHO | {'姓名': '周小晴', 'numbers': [1, 2.5, None]}, pieces)

    assert (content['姓名'], content['numbers']) == ('周小晴', [1, 2.5, None])
    assert answer == pieces


async def test_what_is_no_json_never_reaches_a_worker(pool: Pool) -> None:
    before = await pid_of(pool)
    with pytest.raises(TypeError):
        await pool.run(ECHO | {'object': object()})

    assert await pid_of(pool) == before


async def test_processes_begin_at_need_and_are_used_again(pool: Pool) -> None:
    assert processes() == set()
    used = {await pid_of(pool) for _ in range(3)}

    assert len(used) == 1
    assert processes() == used


async def test_a_warm_pool_has_all_its_processes_before_the_first_job(pool: Pool) -> None:
    pids = {each['pid'] for each in await pool.warm()}
    again = {each['pid'] for each in await pool.warm()}

    assert pids == again == processes()
    assert len(pids) == 2
    assert await pid_of(pool) in pids


async def test_a_job_that_takes_more_of_a_processor_than_it_may_is_ended_and_not_done_again(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TooSlow):
        await pool.run({'job': 'spend'})

    assert 'died' not in caplog.text
    assert processes() == set()
    assert (await pool.run(ECHO))[0]['job'] == 'echo'


async def test_a_worker_opens_no_socket_and_reads_no_other_process(pool: Pool) -> None:
    content, _ = await pool.run({'job': 'reach out'})

    expected = ['network', 'datagrams', 'sockets of the machine']
    assert [each for each in content['refused'] if each in expected] == expected


@pytest.mark.skipif(os.geteuid() != 0, reason='only root may become another')
async def test_where_we_are_root_a_worker_is_somebody_who_owns_nothing(pool: Pool) -> None:
    content, _ = await pool.run({'job': 'who'})
    name, database = confinement.NAME, pwd.getpwnam('recordbook-db')

    worker = pwd.getpwnam(name)
    assert content == {'user': [worker.pw_uid] * 3, 'group': [worker.pw_gid] * 3, 'groups': []}
    assert worker.pw_uid not in (0, database.pw_uid)
    assert (await pool.run({'job': 'reach out'}))[0]['refused'][-1] == 'other processes'


async def test_the_jobs_of_one_wait_behind_the_first_of_another(pool: Pool, hanging: Hanging) -> None:
    running = [await hanging(pool), await hanging(pool)]
    done: list[str] = []

    async def job(whose: str) -> None:
        await pool.run(ECHO, whose=whose)
        done.append(whose)

    others = [asyncio.create_task(job('a')) for _ in range(20)]
    await asyncio.sleep(0)
    others.append(asyncio.create_task(job('b')))
    await asyncio.sleep(0)
    hanging.go()
    await asyncio.gather(*running, *others)

    assert done.index('b') <= 3


async def test_never_more_jobs_at_a_time_than_processes(pool: Pool, hanging: Hanging) -> None:
    both = [await hanging(pool), await hanging(pool)]
    third = asyncio.create_task(pid_of(pool))
    await asyncio.sleep(0.05)
    assert (third.done(), len(processes())) == (False, 2)

    hanging.go()

    done = {content['pid'] for content, _ in await asyncio.gather(*both)}
    assert await third in done
    assert processes() == done


async def test_idle_processes_that_were_killed_are_replaced(pool: Pool) -> None:
    await pool.warm()
    kill(processes())

    pids = await asyncio.gather(*(pid_of(pool) for _ in range(4)))

    assert set(pids) <= processes()
    assert len(processes()) <= 2


async def test_a_job_whose_process_was_killed_is_done_once_more(pool: Pool, hanging: Hanging) -> None:
    work = await hanging(pool)
    killed = processes()
    hanging.go()
    kill(killed)

    content, _ = await work
    assert content['pid'] not in killed


async def test_a_job_that_kills_its_process_once_is_done_by_a_fresh_one(pool: Pool, folder: Path) -> None:
    await pool.warm()
    before = processes()

    content, _ = await pool.run({'job': 'die once', 'begun': str(folder / 'begun')})

    assert content['pid'] not in before


async def test_a_job_that_kills_every_process_is_given_up_and_the_next_one_is_done(pool: Pool) -> None:
    with pytest.raises(Died):
        await pool.run({'job': 'die'})

    assert await pid_of(pool) in processes()


async def test_processes_that_do_not_start_are_reported(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, 'executable', '/bin/false')
        with pytest.raises(Died):
            await pool.run(ECHO)
        with pytest.raises(Died):
            await pool.warm()
    await pool.close()

    assert await pid_of(pool) in processes()


async def test_a_job_over_the_time_limit_is_stopped_and_the_next_one_is_done(pool: Pool, folder: Path) -> None:
    pool.seconds = 1
    with pytest.raises(TooSlow):
        await pool.run({'job': 'wait', 'begun': str(folder / 'begun'), 'go': str(folder / 'never')})
    assert processes() == set()

    pool.seconds = 120
    assert await pid_of(pool) in processes()


async def test_who_has_waited_too_long_is_told_that_nothing_was_begun(pool: Pool, hanging: Hanging) -> None:
    both = [await hanging(pool), await hanging(pool)]
    pool.waiting_seconds = 0.02
    with pytest.raises(Busy):
        await pool.run({'job': 'wait', 'begun': str(hanging.folder / 'third'), 'go': str(hanging.folder / 'go')})

    hanging.go()
    await asyncio.gather(*both)
    assert not (hanging.folder / 'third').exists()
    assert await pid_of(pool) in processes()


async def test_a_full_queue_refuses_at_once(pool: Pool, hanging: Hanging) -> None:
    both = [await hanging(pool), await hanging(pool)]
    pool.most_waiting = 3
    waiting = [asyncio.create_task(pid_of(pool)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(Busy):
        await pool.run(ECHO)

    hanging.go()
    await asyncio.gather(*both)
    assert set(await asyncio.gather(*waiting)) <= processes()
    assert await pid_of(pool) in processes()


async def test_who_leaves_the_queue_makes_room_in_it(pool: Pool, hanging: Hanging) -> None:
    both = [await hanging(pool), await hanging(pool)]
    pool.most_waiting = 1
    for _ in range(5):
        waiting = asyncio.create_task(pid_of(pool))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()

    last = asyncio.create_task(pid_of(pool))
    hanging.go()
    await asyncio.gather(*both)
    assert await last in processes()


async def test_who_leaves_during_the_work_makes_room_for_others(pool: Pool, hanging: Hanging) -> None:
    for _ in range(4):
        work = await hanging(pool)
        at_work = processes()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await until(lambda at_work=at_work: not processes() & at_work)  # type: ignore[misc]

    assert await pid_of(pool) in processes()
    assert len(processes()) <= 2


async def test_within_its_grace_a_job_that_nobody_waits_for_goes_on_and_costs_no_process(
    pool: Pool, hanging: Hanging
) -> None:
    pool.grace = 120
    work = await hanging(pool)
    before = processes()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    hanging.go()

    assert {await pid_of(pool) for _ in range(3)} <= processes()
    assert before <= processes()


async def test_a_process_is_replaced_after_a_number_of_jobs(pool: Pool) -> None:
    pool.jobs_each = 2
    used = [await pid_of(pool) for _ in range(5)]

    assert used[0] == used[1] != used[2] == used[3] != used[4]
    assert processes() == {used[4]}


async def test_an_exception_fails_its_job_and_not_the_process(pool: Pool) -> None:
    before = await pid_of(pool)
    with pytest.raises(Failed, match='ZeroDivisionError: so it goes'):
        await pool.run({'job': 'raise'})

    assert await pid_of(pool) == before


async def test_what_a_library_prints_is_no_answer(pool: Pool) -> None:
    content, _ = await pool.run({'job': 'print'})

    assert await pid_of(pool) == content['pid']


async def test_more_memory_than_the_limit_is_not_to_be_had(pool: Pool) -> None:
    before = await pid_of(pool)
    with pytest.raises(Failed, match='MemoryError'):
        await pool.run({'job': 'allocate', 'bytes': 2 * 2**30})
    await pool.run({'job': 'allocate', 'bytes': 2**28})

    assert await pid_of(pool) == before


async def test_a_process_knows_no_secret_of_the_server(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> None:
    monkeypatch.setenv('SEALING_KEYS', '1:very secret')
    monkeypatch.setenv('LANG', 'zh_TW.UTF-8')
    known = replace(pool, environment=('LANG', 'NO_SUCH_VARIABLE'))
    none, _ = await pool.run({'job': 'look around'})
    some, _ = await known.run({'job': 'look around'})
    seen = [Path(f'/proc/{answer["pid"]}/environ').read_bytes() for answer in (none, some)]
    await known.close()

    # Python itself sets LC_CTYPE where there is no language.
    own = {'LC_CTYPE', 'HOME', 'XDG_CACHE_HOME'}  # its own, where it is another account
    assert set(none['environment']) - own == {'TMPDIR', 'PYTHONUTF8'}
    assert set(some['environment']) - own == {'TMPDIR', 'PYTHONUTF8', 'LANG'}
    assert [b'secret' in each for each in seen] == [False, False]


async def test_ctrl_c_does_not_end_a_job(pool: Pool, hanging: Hanging) -> None:
    work = await hanging(pool)
    before = processes()
    for pid in before:
        os.kill(pid, signal.SIGINT)
    hanging.go()

    content, _ = await work
    assert {content['pid']} == before


def framed(head: bytes) -> bytes:
    return len(head).to_bytes(4) + head


@pytest.mark.parametrize(
    'lie',
    [
        pytest.param(b'\xff\xff\xff\xff', id='a head of four gigabytes'),
        pytest.param(framed(b'[{"done": {}}, [99999999999]]'), id='a piece of a hundred gigabytes'),
        pytest.param(framed(b'[{"done": {}}, [-1]]'), id='a piece of less than nothing'),
        pytest.param(framed(b'[{"done": {}}, ["1"]]'), id='a piece as long as a word'),
        pytest.param(framed(b'[{"done": {}}]'), id='no pieces'),
        pytest.param(framed(b'{}'), id='no list'),
        pytest.param(framed(b'[[], []]'), id='no object'),
        pytest.param(framed(b'\xff\xfe'), id='no text'),
        pytest.param(framed(b'['), id='half a list'),
        pytest.param(framed(b'[' * 100_000), id='a very deep list'),
        pytest.param(framed(b'[{"done": "yes"}, []]'), id='a word in place of an answer'),
        pytest.param(framed(b'[{"failed": ["yes"]}, []]'), id='a list in place of a reason'),
        pytest.param(framed(b'[{"ready": {}}, []]'), id='the answer to another question'),
    ],
)
async def test_a_process_that_answers_what_is_no_answer_is_replaced(pool: Pool, lie: bytes) -> None:
    with pytest.raises(Died):
        await pool.run({'job': 'take over'}, [lie])

    assert processes() == set()
    assert await pid_of(pool) in processes()


async def test_closing_ends_every_process_in_the_middle_of_its_job_and_clears_their_files(
    pool: Pool, hanging: Hanging, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / 'temporary').mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path / 'temporary'))
    both = [await hanging(pool), await hanging(pool)]
    waiting = [asyncio.create_task(pid_of(pool)) for _ in range(5)]
    await asyncio.sleep(0)
    assert [folder.name[:8] for folder in (tmp_path / 'temporary').iterdir()] == ['workers-']

    await pool.close()

    outcomes = await asyncio.gather(*both, *waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Died] * 7
    assert processes() == set()
    assert list((tmp_path / 'temporary').iterdir()) == []


async def test_a_closed_pool_begins_anew_with_the_next_job(pool: Pool) -> None:
    first = await pid_of(pool)
    await pool.close()
    await pool.close()

    assert await pid_of(pool) != first


async def test_processes_at_work_die_with_a_server_that_is_killed(folder: Path) -> None:
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, '-m', 'tests.domain.workers.parent', str(folder)), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    [pid] = [int(line) for line in [await server.stdout.readline()]]
    await until(lambda: (folder / 'begun').exists() and (folder / 'begun too').exists())
    worker = psutil.Process(pid)
    server.kill()
    await server.wait()

    await until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


async def test_this_is_uvloop() -> None:
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
