"""審核期限紀錄 of five thousand rounds: what the spreadsheet takes, and how long it holds the event loop.

A tenth of the rounds is what it is compared with: the spreadsheet once took a hundred times as long for ten times as
many.
"""

import statistics
import time
from datetime import timedelta

from db.choices import ApplicationStatus, IssueKind, Role
from db.models import Account, Application, ApplicationStep, Volunteer
from domain import dates
from domain.reports import review_periods
from domain.reports.review_periods import Period

from .stage import Stage
from .table import Row
from .ticks import is_short, longest_hold

ROUNDS = 5000
TIMES = 3


async def measured(_: Stage) -> list[Row]:
    """Half a minute, most of it for making the rounds."""
    reviewer = await Account.filter(role=Role.REVIEWER).select_related('agency').first()
    assert reviewer
    await _rounds(reviewer)
    everything, few = Period(), Period(until=dates.today() - timedelta(days=50))
    assert len(await review_periods.rounds(everything, by=reviewer)) >= ROUNDS
    assert len(await review_periods.rounds(few, by=reviewer)) == ROUNDS // 10
    spent: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * TIMES + 2):
        seconds = await _written(few if turn % 2 else everything, reviewer)
        if turn > 1:  # the first of each warms up
            spent[turn % 2 == 0].append(seconds)
    ours, tenth = statistics.median(spent[True]), statistics.median(spent[False])
    longest, idle = await longest_hold(_written(everything, reviewer))
    return [
        Row(
            f'the evidence of {ROUNDS} rounds as ODS',
            f'{ours:.2f} s',
            f'a tenth of them {tenth:.3f} s',
            f'{ours / tenth:.1f}',
            'at most 12 times',
            ours <= 12 * tenth,
        ),
        Row(
            'event loop held meanwhile',
            f'{longest * 1000:.1f} ms',
            f'an idle process meanwhile {idle * 1000:.1f} ms',
            '',
            'under 50 ms',
            is_short(longest, idle),
        ),
    ]


async def _written(period: Period, reviewer: Account) -> float:
    began = time.perf_counter()
    (await review_periods.ods(period, by=reviewer)).file.close()
    return time.perf_counter() - began


async def _rounds(reviewer: Account) -> None:
    """Refused cases of one volunteer, each of one round; a tenth of them was sent long ago."""
    clerk = await Account.get(username='clerk')
    volunteer = await Volunteer.first()
    assert volunteer
    assert reviewer.agency
    last = await Application.all().order_by('-id').first()
    facts = {
        'volunteer_id': volunteer.id,
        'host_unit_id': clerk.host_unit_id,
        'county_id': reviewer.agency.county_id,
        'agency_id': reviewer.agency_id,
        'kind': IssueKind.FIRST,
        'status': ApplicationStatus.REJECTED,
        'round': 1,
    }
    await Application.bulk_create([Application(**facts) for _ in range(ROUNDS)], batch_size=1000)
    cases = await Application.filter(id__gt=last.id if last else 0).values_list('id', flat=True)
    now, due = dates.now(), dates.today() - timedelta(days=6)
    for status, by, taken in ((ApplicationStatus.SUBMITTED, clerk, 0), (ApplicationStatus.REJECTED, reviewer, 2)):
        steps = [
            ApplicationStep(
                application_id=case,
                status=status,
                by=by,
                at=now - timedelta(days=9 + (number % 10 == 0) * 90 - taken),
                round=1,
                due_on=due if status == ApplicationStatus.SUBMITTED else None,
            )
            for number, case in enumerate(cases)
        ]
        await ApplicationStep.bulk_create(steps, batch_size=1000)
