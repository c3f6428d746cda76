"""A case that is sent, and the hundred open queues of its agency in which it has to stand soon."""

import asyncio
import statistics
import time
from functools import partial

from db.choices import Role
from db.models import Account, Agency, HostUnit
from domain import applications, sessions
from tests.builders import an_account
from tests.domain import cases
from tests.domain.cases import Office

from .simulated import Visitors
from .stage import Stage
from .table import Row

QUEUES = 100
WAITING = 60
ROUNDS = 12


async def measured(stage: Stage) -> list[Row]:
    """Every queue belongs to another reviewer, signed in by a session of his own. About a minute."""
    office = await _office()
    await cases.many_cases(office, WAITING)
    arrivals: dict[str, list[float]] = {}
    async with Visitors(stage.site.url) as visitors:
        for _ in range(QUEUES):
            reviewer = await an_account(Role.REVIEWER, name='何專員', agency=office.agency)
            token = await sessions.open(reviewer)
            await visitors.open('/reviews', token, hears=partial(_note, arrivals))
        rounds = [await _sent(office, number, arrivals) for number in range(ROUNDS + 1)][1:]
    middle, late, last = (statistics.median(each[n] for each in rounds) for n in range(3))
    worst = max(each[2] for each in rounds)
    return [
        Row(
            f'a sent case in {QUEUES} open queues',
            f'{last:.0f} ms',
            f'p50 {middle:.0f} ms, p95 {late:.0f} ms, worst of {ROUNDS} cases {worst:.0f} ms',
            '',
            'in the last queue within 300 ms',
            last <= 300,
        )
    ]


async def _office() -> Office:
    """The demo's unit and agency."""
    agency, unit = await Agency.get(name='臺中市政府文化局'), await HostUnit.get(name='示例文化中心')
    reviewers = await Account.filter(role=Role.REVIEWER, agency=agency).order_by('id')
    clerk = await Account.get(username='clerk').select_related('host_unit')
    return Office(agency, unit, clerk, reviewers[0], reviewers[-1])


def _note(arrivals: dict[str, list[float]], event: str) -> None:
    """A queue heard something: if a case we wait for stands in it, that is when it arrived."""
    for name, times in arrivals.items():
        if name in event:
            times.append(time.perf_counter())


async def _sent(office: Office, number: int, arrivals: dict[str, list[float]]) -> tuple[float, float, float]:
    """Milliseconds from 送審, its own work included, until the case stands in half, 95 % and all of the queues."""
    name = f'送件志工{number:03}號'
    volunteer = await cases.a_complete_volunteer(office, name=name)
    draft = await cases.a_draft(office, volunteer)
    times = arrivals[name] = []
    await asyncio.sleep(1)
    start = time.perf_counter()
    await applications.submit(draft, by=office.clerk)
    while len(times) < QUEUES:
        await asyncio.sleep(0.005)
        if time.perf_counter() - start > 10:
            raise RuntimeError(f'the case stands in {len(times)} of {QUEUES} queues')
    del arrivals[name]
    late = sorted((at - start) * 1000 for at in times)
    return late[QUEUES // 2 - 1], late[QUEUES * 95 // 100 - 1], late[-1]
