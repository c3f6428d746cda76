"""The numbers of record books under load and under fire: no gap, no duplicate, nothing lost, nothing twice."""

import asyncio
import random
from collections import Counter
from datetime import datetime

import pytest

from db.choices import ApplicationStatus
from db.models import Agency, Application, ApplicationStep, HistoryEntry, NumberSeries, OutgoingMail, RecordBook
from domain import dates, reviews
from domain.books import record_books
from tests.processes import Processes

from ...builders import an_account
from ..mail.lossy_line import a_lossy_line
from ..sample_office import Office, a_case, many_cases

KILLS = 6


@pytest.mark.usefixtures('today')
async def test_a_hundred_racing_approvals_take_the_numbers_1_to_100(office: Office) -> None:
    cases = await many_cases(office, 100)
    reviewers = [office.reviewer, office.colleague]
    reviewers += [await an_account(office.reviewer.role, name=f'專員{n}', agency=office.agency) for n in range(3)]
    random.shuffle(cases)

    books = await asyncio.gather(
        *(reviews.approve(case, 2, by=reviewers[n % len(reviewers)]) for n, case in enumerate(cases))
    )

    assert sorted(book.number for book in books) == [f'中市文志字第115{n:06}號' for n in range(1, 101)]
    await everything_happened_once(office, 100)


async def test_two_reviewers_racing_for_every_case_leave_no_gap(office: Office) -> None:
    cases = await many_cases(office, 20)

    outcomes = await asyncio.gather(
        *(reviews.approve(case, 2, by=by) for case in cases for by in (office.reviewer, office.colleague)),
        return_exceptions=True,
    )

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {'RecordBook': 20, 'MovedOn': 20}
    await everything_happened_once(office, 20)


async def test_a_process_killed_while_approving_loses_nothing_and_does_nothing_twice(
    office: Office, database: str, processes: Processes
) -> None:
    await many_cases(office, 80)
    killed = 0
    while killed < KILLS:
        process = await approving(processes, database)
        await asyncio.sleep(random.uniform(0.05, 0.4))
        if process.returncode is None:
            process.kill()
            killed += 1
        await process.communicate()
        await numbers_have_no_gap(office)

    process = await approving(processes, database)
    _, said = await process.communicate()

    assert (process.returncode, said.decode()) == (0, '')
    await everything_happened_once(office, 80)


async def test_a_commit_whose_answer_is_lost_is_done_and_deciding_again_does_not_repeat_it(
    office: Office, database: str, processes: Processes
) -> None:
    await many_cases(office, 6)

    async with a_lossy_line(database) as line:
        process = await approving(processes, line.url)
        heard, said = await process.communicate()

    assert (process.returncode, said.decode()) == (0, '')
    assert heard.decode().splitlines() == ['once more'] * 6
    assert line.lost == 6
    await everything_happened_once(office, 6)


async def test_each_agency_and_each_roc_year_has_its_own_series(office: Office) -> None:
    welfare = await Agency.get(name='臺中市政府社會局')
    numbers = []
    for year, agency in ((2026, office.agency), (2026, welfare), (2026, office.agency), (2027, office.agency)):
        # The last moment of the year in Taipei is still the afternoon in Greenwich.
        moment = datetime(2026, 12, 31, 23, 59, tzinfo=dates.TAIPEI) if year == 2026 else new_year()
        with dates.frozen(moment):
            numbers.append(await record_books.next_number(agency))
            if agency == office.agency:
                case = await a_case(office)
                book = await reviews.approve(case, case.version, by=office.reviewer)
                assert book.number == numbers[-1]

    assert numbers == [
        '中市文志字第115000001號',
        '中市社志字第115000001號',
        '中市文志字第115000002號',
        '中市文志字第116000001號',
    ]
    series = await NumberSeries.all().order_by('roc_year')
    assert [(one.agency_id, one.roc_year, one.last_sequence) for one in series] == [
        (office.agency.id, 115, 2),
        (office.agency.id, 116, 1),
    ]


async def test_asking_for_the_next_number_takes_none(office: Office) -> None:
    asked = await asyncio.gather(*(record_books.next_number(office.agency) for _ in range(10)))

    case = await a_case(office)
    book = await reviews.approve(case, case.version, by=office.reviewer)

    assert {book.number, *asked} == {book.number}


def new_year() -> datetime:
    return datetime(2027, 1, 1, 0, 0, tzinfo=dates.TAIPEI)


async def approving(processes: Processes, url: str) -> asyncio.subprocess.Process:
    """A process that has begun to approve."""
    process = await processes.begin('-m', 'tests.domain.books.approving', url, stderr=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b'approving\n'
    return process


async def numbers_have_no_gap(office: Office) -> None:
    books = await RecordBook.filter(agency_id=office.agency.id).order_by('sequence')
    assert [book.sequence for book in books] == list(range(1, len(books) + 1))


async def everything_happened_once(office: Office, count: int) -> None:
    """Each case is approved by one step, has one book, one line in the history, one mail to each side."""
    await numbers_have_no_gap(office)
    approved = await Application.filter(status=ApplicationStatus.APPROVED).order_by('id').values_list('id', flat=True)
    books = await RecordBook.all().order_by('application_id').values_list('application_id', flat=True)
    steps = await ApplicationStep.filter(status=ApplicationStatus.APPROVED).values_list('application_id', flat=True)
    mails = Counter(await OutgoingMail.all().values_list('application_id', 'recipient'))
    assert len(approved) == count
    assert list(books) == sorted(steps) == list(approved)
    assert mails == {(one, to): 1 for one in approved for to in ('unit@example.org', 'volunteer@example.com')}
    assert await HistoryEntry.filter(label='紀錄冊號').count() == count
    assert (await NumberSeries.get()).last_sequence == count
