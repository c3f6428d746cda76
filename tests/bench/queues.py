"""A case that is sent, and the open queues of its agency in which it has to stand soon: a hundred, then a thousand.

Beside the thousand, in the same run and taking turns: as many bare NiceGUI pages that show one list, as many sockets in
a room of socket.io, and as many of plain uvicorn, told as many bytes. Alone: `python -m tests.bench.queues`.
"""

import asyncio
import resource
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import aiohttp
import psutil

from db.choices import Role
from db.models import Account, Agency, HostUnit
from domain import applications
from domain.accounts import sessions
from tests.builders import an_account
from tests.domain import sample_office
from tests.domain.sample_office import Office

from .broadcasts import PLAIN, ROOM
from .peers import served
from .simulated import Visitors
from .stage import Stage, alone
from .table import Row

FEW, MANY = 100, 1000
WAITING = 60
ROUNDS = 6
PATIENCE = 60  # seconds in which a case has to be everywhere
SETTLED_AFTER = 0.5  # seconds after the last page, in which the server finishes what the case began
FILES = 8 * MANY  # sockets are files: four times as many at this end

# When the news came to each page, by what it has in it.
Arrivals = dict[str, list[float]]
Prepared = Callable[[str], Awaitable[Callable[[], Awaitable[object]]]]


class Spread(NamedTuple):
    """Milliseconds until the act itself was done, and until half, 95 % and all of the pages showed it.

    `processor`: seconds of the server's process, without what as long a time costs it when nothing happens. The act,
    送審 with its transaction, is done by the bench.
    """

    act: float
    half: float
    most: float
    last: float
    processor: float


async def measured(stage: Stage) -> list[Row]:
    """Every queue belongs to another reviewer, signed in by a session of his own. About six minutes."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))
    resource.prlimit(stage.site.process.pid, resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))
    resource.prlimit(stage.bare_pid, resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))
    office = await _office()
    await sample_office.many_cases(office, WAITING)
    arrivals: Arrivals = {}
    sizes: list[int] = []  # in bytes, of what our queues heard
    note, note_size = partial(_note, arrivals, []), partial(_note, arrivals, sizes)
    add = partial(_add, lambda: sizes[-1])
    with served('broadcasts') as (peers_url, peers_pid, _):
        async with Visitors(stage.site.url) as ours, Visitors(stage.bare_url) as bare, Visitors(peers_url) as peers:
            send = partial(_send, office)
            await _open_queues(ours, office, FEW, note_size)
            few = [await _spread(send, stage.site.process.pid, FEW, arrivals) for _ in range(ROUNDS + 1)][1:]
            await _open_queues(ours, office, MANY - FEW, note_size)
            for _ in range(MANY):
                await bare.open('/list', hears=note)
                await peers.listen(ROOM, hears=note)
                await peers.listen(PLAIN, hears=note)
            sides = {
                'ours': (send, stage.site.process.pid),
                'bare NiceGUI list': (partial(_add, lambda: 0, f'{stage.bare_url}/list'), stage.bare_pid),
                'socket.io room': (partial(add, f'{peers_url}/room'), peers_pid),
                'plain uvicorn': (partial(add, f'{peers_url}/plain'), peers_pid),
            }
            found: dict[str, list[Spread]] = {name: [] for name in sides}
            for turn in range(ROUNDS + 1):
                for name, (prepared, pid) in sides.items():
                    one = await _spread(prepared, pid, MANY, arrivals)
                    if turn:  # the first turn plans queries
                        found[name].append(one)
    return [_promised(few), *_compared(found)]


def _promised(few: list[Spread]) -> Row:
    _, half, most, last, _ = _medians(few)
    worst = max(each.last for each in few)
    return Row(
        f'a sent case in {FEW} open queues',
        f'{last:.0f} ms',
        f'p50 {half:.0f} ms, p95 {most:.0f} ms, worst of {ROUNDS} cases {worst:.0f} ms',
        '',
        'in the last queue within 300 ms',
        last <= 300,
    )


def _compared(found: dict[str, list[Spread]]) -> list[Row]:
    medians = {name: _medians(rounds) for name, rounds in found.items()}
    ours = medians.pop('ours')
    load = psutil.getloadavg()[0]
    shown: tuple[tuple[str, Callable[[Spread], float], str, float | None], ...] = (
        ('送審 itself', lambda one: one.act, 'ms', None),
        ('p50', lambda one: one.half, 'ms', None),
        ('p95', lambda one: one.most, 'ms', None),
        ('the last', lambda one: one.last, 'ms', 150),
        ('server CPU a page', lambda one: one.processor * 1e6 / MANY, 'µs', 100),
    )
    return [
        Row(
            f'a sent case in {MANY} open queues: {what}',
            f'{of(ours):.0f} {unit}',
            ', '.join(f'{name} {of(one):.0f}' for name, one in medians.items()),
            ' '.join(f'{of(ours) / of(one):.2f}' if of(one) else '–' for one in medians.values()) + ' ×',
            f'{goal} {unit} (load {load:.1f})' if goal else '(none)',
            of(ours) <= goal if goal else None,
        )
        for what, of, unit, goal in shown
    ]


def _medians(rounds: list[Spread]) -> Spread:
    return Spread(*(statistics.median(column) for column in zip(*rounds, strict=True)))


async def _office() -> Office:
    """The demo's unit and agency."""
    agency, unit = await Agency.get(name='臺中市政府文化局'), await HostUnit.get(name='示例文化中心')
    reviewers = await Account.filter(role=Role.REVIEWER, agency=agency).order_by('id')
    clerk = await Account.get(username='clerk').select_related('host_unit')
    return Office(agency, unit, clerk, reviewers[0], reviewers[-1])


async def _open_queues(visitors: Visitors, office: Office, count: int, note: Callable[[str], None]) -> None:
    for _ in range(count):
        reviewer = await an_account(Role.REVIEWER, name='何專員', agency=office.agency)
        token = await sessions.open(reviewer)
        while True:
            with suppress(RuntimeError, aiohttp.ClientError):  # a busy machine: its database was away for a moment
                await visitors.open('/reviews', token, hears=note)
                break


def _note(arrivals: Arrivals, sizes: list[int], event: str) -> None:
    """A page heard something: if a case we wait for stands in it, that is when it arrived."""
    for name, times in arrivals.items():
        if name in event:
            times.append(time.perf_counter())
            if len(times) == 1:
                sizes.append(len(event.encode()))


async def _send(office: Office, name: str) -> Callable[[], Awaitable[object]]:
    """A draft, and what sends it."""
    draft = await sample_office.a_draft(office, await sample_office.a_complete_volunteer(office, name=name))
    return lambda: applications.submit(draft, by=office.clerk)


async def _add(size: Callable[[], int], url: str, name: str) -> Callable[[], Awaitable[object]]:
    """What has everybody told `name`, in a text of `size()` bytes."""
    text = name.encode().ljust(size(), b'.')

    async def add() -> None:
        async with aiohttp.ClientSession() as session, session.post(url, data=text) as answer:
            answer.raise_for_status()

    return add


async def _spread(prepared: Prepared, pid: int, pages: int, arrivals: Arrivals) -> Spread:
    """From the act, its own work included, until the new line stands in every page."""
    name = f'送件志工{time.perf_counter_ns() % 10**9:09}號'
    act = await prepared(name)
    times = arrivals[name] = []
    process = psutil.Process(pid)
    await asyncio.sleep(1)
    idle = await _idle(process)
    before, start = _spent(process), time.perf_counter()
    await act()
    acted = (time.perf_counter() - start) * 1000
    while len(times) < pages:
        await asyncio.sleep(0.005)
        if time.perf_counter() - start > PATIENCE:
            raise RuntimeError(f'the case stands in {len(times)} of {pages} pages')
    await asyncio.sleep(SETTLED_AFTER)
    spent = _spent(process) - before - idle * (time.perf_counter() - start)
    del arrivals[name]
    late = sorted((at - start) * 1000 for at in times)
    return Spread(acted, late[pages // 2 - 1], late[pages * 95 // 100 - 1], late[pages - 1], max(spent, 0.0))


async def _idle(process: psutil.Process) -> float:
    """Seconds of the processor a second while nothing happens."""
    before, start = _spent(process), time.perf_counter()
    await asyncio.sleep(1)
    return (_spent(process) - before) / (time.perf_counter() - start)


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == '__main__':
    asyncio.run(alone(measured))
