"""A case that is sent, and the open queues of its agency in which it has to stand soon: a hundred, then five hundred.

Beside the five hundred, as many bare NiceGUI pages that show one list, in the same run; the two take turns.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
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

from .simulated import Visitors
from .stage import Stage
from .table import Row

FEW, MANY = 100, 500
WAITING = 60
ROUNDS = 12
SETTLED_AFTER = 0.5  # seconds after the last page, in which the server finishes what the case began

Arrivals = dict[str, list[float]]


class Spread(NamedTuple):
    """Milliseconds until the act itself was done, and until half, 95 % and all of the pages showed it.

    `processor`: seconds of the server's process. The act, 送審 with its transaction, is done by the bench.
    """

    act: float
    half: float
    most: float
    last: float
    processor: float


async def measured(stage: Stage) -> list[Row]:
    """Every queue belongs to another reviewer, signed in by a session of his own. About three minutes."""
    office = await _office()
    await sample_office.many_cases(office, WAITING)
    arrivals: Arrivals = {}
    note = partial(_note, arrivals)
    async with Visitors(stage.site.url) as ours, Visitors(stage.bare_url) as bare:
        send = partial(_send, office)
        await _open_queues(ours, office, FEW, note)
        few = [await _spread(send, stage.site.process.pid, FEW, arrivals) for _ in range(ROUNDS + 1)][1:]
        await _open_queues(ours, office, MANY - FEW, note)
        for _ in range(MANY):
            await bare.open('/list', hears=note)
        many, plain = [], []
        for turn in range(ROUNDS + 1):
            one = await _spread(send, stage.site.process.pid, MANY, arrivals)
            other = await _spread(partial(_add, stage.bare_url), stage.bare_pid, MANY, arrivals)
            if turn:  # the first turn plans queries
                many.append(one)
                plain.append(other)
    return [_promised(few), *_compared(many, plain)]


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


def _compared(many: list[Spread], plain: list[Spread]) -> list[Row]:
    ours, bare = _medians(many), _medians(plain)
    shown = (
        ('送審 itself', ours.act, bare.act, '{:.0f} ms', 1),
        ('p50', ours.half, bare.half, '{:.0f} ms', 1),
        ('p95', ours.most, bare.most, '{:.0f} ms', 1),
        ('the last', ours.last, bare.last, '{:.0f} ms', 1),
        ('server time', ours.processor, bare.processor, '{:.0f} ms', 1000),
    )
    return [
        Row(
            f'a sent case in {MANY} open queues: {what}',
            form.format(one * factor),
            f'bare list {form.format(other * factor)}',
            f'{one / other:.2f} ×',
            '(none)',
            None,
        )
        for what, one, other, form, factor in shown
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
        await visitors.open('/reviews', await sessions.open(reviewer), hears=note)


def _note(arrivals: Arrivals, event: str) -> None:
    """A page heard something: if a case we wait for stands in it, that is when it arrived."""
    for name, times in arrivals.items():
        if name in event:
            times.append(time.perf_counter())


async def _send(office: Office, name: str) -> Callable[[], Awaitable[object]]:
    """A draft, and what sends it."""
    draft = await sample_office.a_draft(office, await sample_office.a_complete_volunteer(office, name=name))
    return lambda: applications.submit(draft, by=office.clerk)


async def _add(url: str, name: str) -> Callable[[], Awaitable[object]]:
    """What adds a line to the bare list."""

    async def add() -> None:
        async with aiohttp.ClientSession() as session, session.post(f'{url}/list', data=name.encode()) as answer:
            answer.raise_for_status()

    return add


async def _spread(
    prepared: Callable[[str], Awaitable[Callable[[], Awaitable[object]]]], pid: int, pages: int, arrivals: Arrivals
) -> Spread:
    """From the act, its own work included, until the new line stands in every page."""
    name = f'送件志工{time.perf_counter_ns() % 10**9:09}號'
    act = await prepared(name)
    times = arrivals[name] = []
    process = psutil.Process(pid)
    await asyncio.sleep(1)
    before, start = process.cpu_times(), time.perf_counter()
    await act()
    acted = (time.perf_counter() - start) * 1000
    while len(times) < pages:
        await asyncio.sleep(0.005)
        if time.perf_counter() - start > 20:
            raise RuntimeError(f'the case stands in {len(times)} of {pages} pages')
    await asyncio.sleep(SETTLED_AFTER)
    after = process.cpu_times()
    del arrivals[name]
    late = sorted((at - start) * 1000 for at in times)
    spent = after.user + after.system - before.user - before.system
    return Spread(acted, late[pages // 2 - 1], late[pages * 95 // 100 - 1], late[pages - 1], spent)
