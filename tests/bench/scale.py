"""What the pages read in a small office and in a large one: `python -m tests.bench.scale [PEOPLE …]`.

Each office is filled by SQL (`tests/large_office.py`); all reads go through the services, on a PostgreSQL with its
usual settings. The middle of several runs in milliseconds, the ratio of the last office to the first, and the load of
the machine. What costs more than MOST times as much has its reason in REASONS; a row marked `!` without one is a fault.
"""

import asyncio
import copy
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError

import db
from db import blobs, embedded, sealing
from db.choices import ApplicationStatus, BookKind, IssueKind, TrainingKind
from db.models import Account, Application, Roster
from domain import (
    accounts,
    applications,
    dates,
    departures,
    directory,
    drafts,
    files,
    ledgers,
    paging,
    reviews,
    rosters,
    search,
    settings,
    trainings,
    volunteers,
)
from domain.accounts import owners
from domain.audit import access, history, office_history
from domain.audit.history import HistoryQuery
from domain.books import number_ledger, paper_books, record_books
from domain.books.number_ledger import EntryQuery
from domain.books.paper_books import RegistrationQuery
from domain.books.record_books import RecordBookQuery
from domain.cases import worklists
from domain.cases.worklists import UnitList
from domain.guide import courses, home, missing, progress
from domain.ledgers import forms
from domain.mail import queries
from domain.paging import Place
from domain.reports import review_periods
from domain.reports import statistics as figures
from domain.reports.review_periods import Period
from domain.reviews import deadlines, decisions, phone_calls, presence, timeline
from domain.rosters import timeline as roster_timeline
from domain.trainings import TrainingOrder, TrainingQuery
from domain.trainings import search as trainings_search
from domain.volunteers import VolunteerQuery, lookups
from domain.volunteers.listing import State
from tests import large_office
from tests.large_office import LargeOffice

SIZES = (12_000, 1_200_000)
RUNS, TURNS = 4, 2
LONGEST = 20_000  # milliseconds of a statement
MOST = 1.5
APPROVED, REJECTED = ApplicationStatus.APPROVED, ApplicationStatus.REJECTED
CLOSED = (REJECTED, ApplicationStatus.WITHDRAWN)
NEVER = float('nan')
BY_HOURS = TrainingQuery(page=30, order=TrainingOrder.MOST_HOURS, hours_from=1, kind=TrainingKind.BASIC)

# Agency, unit and ledger are a hundred times as large in the large office: what is asked for is all of theirs, and
# grows with it, not with the nation.
REASONS = (
    ('figures of', 'reads each round of the period once, from an index alone: a median needs all of them'),
    ('periods of', 'counts the rounds of the period, from an index alone'),
    (
        '缺號與重號',
        'reads the numbers of the old system, 24,000 of them, from an index alone; people without one cost nothing',
    ),
    (
        '發冊紀錄 「',
        'a number is searched by any part of it: goes through the numbers of the agency, from an index alone',
    ),
    ('candidates', 'all ids of the unit are read: everybody can be chosen at once'),
    ('by name', 'all that waits or is listed of the agency is sorted by a name'),
    ('by unit', 'all that waits at the agency is sorted by the name of its unit'),
    ('counts', 'the open cases of this agency or unit are counted'),
    ('「王」', 'one in twenty is called so: the latest cases are gone through until a hundred are found'),
    ('calls', 'the calls of the last days, of which a busy agency has more'),
    ('books of the month', 'the books of the month of this unit'),
    ('admin: series', 'a series for each agency and year, all of them on one page'),
    ('admin: 未寄達信件', 'two hundred mails in place of a few'),
    ('admin: search', 'half of the words of all accounts, found by any part'),
    ('admin: accounts', 'accounts are found by any part of five columns'),
    ('rosters', 'the rosters of this agency or unit are grouped to find the most urgent'),
    ('search 「115000012」', 'books of this agency or unit with this serial number, in whichever year'),
    ('header search', 'the words may be a unit, a number or a name: each is looked for'),
    ('已核可, page', 'a page opened by its address is counted off'),
    ('by its address', 'a page opened by its address is counted off'),
)

QUICK = {'fsync': 'off', 'synchronous_commit': 'off', 'full_page_writes': 'off', 'max_wal_size': '8GB'}

Read = Callable[[], Awaitable[object]]
Ask = Callable[[str], Awaitable[list[float]]]


@dataclass(frozen=True)
class People:
    """Who reads."""

    clerk: Account
    large_clerk: Account
    reviewer: Account
    busy_reviewer: Account
    admin: Account
    volunteer: Account


@asynccontextmanager
async def opened(url: str, office: LargeOffice) -> AsyncIterator[tuple[list[str], Ask]]:
    """What measures one read of this office. Each office has a task, and so a connection, of its own."""
    asked: asyncio.Queue[str] = asyncio.Queue()
    answers: asyncio.Queue[list[float]] = asyncio.Queue()
    names: list[str] = []

    async def measure() -> None:
        async with TortoiseContext() as context:
            await context.init(db.tortoise_config(f'{url}&statement_timeout={LONGEST}', max_size=20))
            await context.db().create_connection(with_db=True)
            known = await reads(office)
            names.extend(known)
            await answers.put([])
            while name := await asked.get():
                await answers.put(await _times(known[name]))

    async def ask(name: str) -> list[float]:
        await asked.put(name)
        answer = asyncio.create_task(answers.get())
        await asyncio.wait([answer, task], return_when=asyncio.FIRST_COMPLETED)
        return await (answer if answer.done() else task) or []

    task = asyncio.create_task(measure())
    await asyncio.wait([task, asyncio.create_task(answers.get())], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    yield names, ask
    await asked.put('')
    await task


async def measured(offices: Mapping[str, LargeOffice], only: str = '') -> list[dict[str, float]]:
    """For each office by its URL, what is read → milliseconds. They take turns, so that both bear the load."""
    columns: list[dict[str, float]] = [{} for _ in offices]
    async with AsyncExitStack() as stack:
        known = [await stack.enter_async_context(opened(url, office)) for url, office in offices.items()]
        asks = [ask for _, ask in known]
        for name in (one for one in known[0][0] if only in one):
            turns: list[list[float]] = [[] for _ in asks]
            for _ in range(TURNS):
                for ask, so_far in zip(asks, turns, strict=True):
                    so_far.extend(await ask(name))
            for column, times in zip(columns, turns, strict=True):
                column[name] = statistics.median(times) if times else NEVER
            print(name, *(f'{column[name]:.1f}' for column in columns), file=sys.stderr, flush=True)
    return columns


async def reads(office: LargeOffice) -> dict[str, Read]:
    """All reads of all pages, by role and page."""
    people = People(
        await Account.get(username=f'clerk{office.unit}').select_related('host_unit', 'agency'),
        await Account.get(username=f'clerk{office.large_unit}').select_related('host_unit', 'agency'),
        await Account.get(username=f'reviewer{office.agency}').select_related('host_unit', 'agency'),
        await Account.get(username=f'reviewer{office.busy_agency}').select_related('host_unit', 'agency'),
        await Account.get(username='admin'),
        await Account.get(volunteer_id=1),
    )
    return {
        **_menus(people),
        **await _lists(people),
        **_of_a_team(people),
        **await _profile(people),
        **await _desk(people, office),
        **await _numbers(people),
        **_administration(people),
    }


def _menus(people: People) -> dict[str, Read]:
    month = RecordBookQuery(issued_from=dates.today().replace(day=1))
    found: dict[str, Read] = {}
    for label, clerk in (('unit of 500', people.clerk), ('unit of 7,589', people.large_clerk)):
        found |= {
            f'menu, {label}: news': partial(home.news, by=clerk),
            f'menu, {label}: where work stopped': partial(home.left_off, by=clerk),
            f'menu, {label}: open forms': partial(home.open_forms, by=clerk),
            f'menu, {label}: counts': partial(applications.counts_of, by=clerk),
            f'menu, {label}: books of the month': partial(record_books.find, month, by=clerk),
            f'menu, {label}: calls': partial(phone_calls.to_make, by=clerk),
            f'menu, {label}: usual courses': partial(courses.last, by=clerk),
        }
    for label, reviewer in (('agency', people.reviewer), ('busy agency', people.busy_reviewer)):
        found |= {
            f'menu, {label}: news': partial(home.news, by=reviewer),
            f'menu, {label}: counts': partial(reviews.counts, by=reviewer),
            f'menu, {label}: calls': partial(phone_calls.to_make, by=reviewer),
        }
    return found


async def _lists(people: People) -> dict[str, Read]:
    found: dict[str, Read] = {}
    for label, clerk in (('unit of 500', people.clerk), ('unit of 7,589', people.large_clerk)):
        asked = {
            'first page': VolunteerQuery(),
            'page 30 of 10': VolunteerQuery(page=30),
            'by state': VolunteerQuery(state=State.ISSUED),
            'drafts': VolunteerQuery(state=State.DRAFT),
            'nothing asked for': VolunteerQuery(state=State.NONE),
            'without a course': VolunteerQuery(lacks=TrainingKind.GROWTH),
            'sorted by team': VolunteerQuery(sort='team'),
            'sorted by state': VolunteerQuery(sort='-state'),
        }
        asked |= {
            f'search 「{text}」': VolunteerQuery(text=text)
            for text in ('王', '小明', '王怡君', '王怡君豪', '115000012')
        }
        found |= {f'list, {label}: {what}': partial(volunteers.find, query, by=clerk) for what, query in asked.items()}
        rows = (await volunteers.find(VolunteerQuery(per_page=50), by=clerk)).rows
        found |= {
            f'list, {label}: what lacks of 50': partial(missing.of_many, rows, by=clerk),
            f'list, {label}: standings of 50': partial(home.standings, rows, by=clerk),
            f'header search, {label}: name': partial(search.find, '王怡', by=clerk),
            f'header search, {label}: case': partial(search.find, '案號 120', by=clerk),
            f'trainings, {label}': partial(trainings.find, TrainingQuery(), by=clerk),
            f'trainings, {label}: page 30 of 10, by hours': partial(trainings.find, BY_HOURS, by=clerk),
            f'trainings, {label}: by course': partial(trainings.find, TrainingQuery(title='基礎'), by=clerk),
            f'trainings, {label}: how many to print': partial(trainings_search.size, TrainingQuery(), by=clerk),
            f'cases, {label}: turn': partial(worklists.of_unit, by=clerk, which=UnitList.TURN),
            f'cases, {label}: approved': partial(worklists.of_unit, by=clerk, which=UnitList.APPROVED),
            f'rosters, {label}': partial(rosters.of_unit, by=clerk),
            f'rosters, {label}: by name': partial(rosters.of_unit, by=clerk, text='王'),
            f'paper books, {label}: offered': partial(paper_books.offered, by=clerk),
            f'paper books, {label}: waiting': partial(paper_books.find, RegistrationQuery(), by=clerk),
            f'candidates, {label}: first': partial(rosters.candidates, by=clerk),
            f'candidates, {label}: by name': partial(rosters.candidates, by=clerk, text='王'),
            f'candidates, {label}: replacement': partial(rosters.candidates, by=clerk, kind=IssueKind.REPLACEMENT),
            f'candidates, {label}: all ids': partial(rosters.candidate_ids, by=clerk),
        }
        roster = await Roster.filter(host_unit_id=clerk.host_unit_id, title='名冊1').first()
        assert roster is not None
        found |= {
            f'roster, {label}: rows': partial(rosters.rows, roster, by=clerk),
            f'roster, {label}: course of it': partial(roster_timeline.of, roster, by=clerk),
        }
    return found


def _of_a_team(people: People) -> dict[str, Read]:
    """What a clerk of one 志工隊 reads; in this office nobody is in a team, so that only the way there is tried."""
    clerk = copy.copy(people.clerk)
    clerk.team_id = 1
    return {
        'team: volunteers': partial(volunteers.find, VolunteerQuery(), by=clerk),
        'team: cases': partial(worklists.of_unit, by=clerk, which=UnitList.TURN),
        'team: counts': partial(applications.counts_of, by=clerk),
        'team: news': partial(home.news, by=clerk),
        'team: where work stopped': partial(home.left_off, by=clerk),
        'team: calls': partial(phone_calls.to_make, by=clerk),
        'team: rosters': partial(rosters.of_unit, by=clerk),
        'team: candidates': partial(rosters.candidates, by=clerk),
        'team: trainings': partial(trainings.find, TrainingQuery(), by=clerk),
        'team: open forms': partial(home.open_forms, by=clerk),
        'team: figures': partial(_figures, 12, by=clerk),
        'team: header search': partial(search.find, '案號 120', by=clerk),
    }


async def _profile(people: People) -> dict[str, Read]:
    clerk = people.clerk
    person = await volunteers.get(1, by=clerk)
    found: dict[str, Read] = {
        'profile': partial(volunteers.get, 1, by=clerk),
        'profile: header': partial(volunteers.header, person, by=clerk),
        'profile: before and after': partial(volunteers.listed, person, by=clerk),
        'profile: progress': partial(progress.of, 1, by=clerk),
        'profile: forms': partial(drafts.kinds_about, person, by=clerk),
        'tab 教育訓練': partial(trainings.find, TrainingQuery(volunteer_id=1), by=clerk),
        'tab 紀錄冊': partial(record_books.find, RecordBookQuery(volunteer_id=1), by=clerk),
        'tab 異動紀錄': partial(history.savings, person, HistoryQuery(), by=clerk),
        'tab 誰看過我的資料': partial(access.of, person, by=people.volunteer),
        'hours in all': partial(ledgers.served, person, by=clerk),
        'leaving': partial(departures.leaving, person, by=clerk),
        '總歸戶': partial(volunteers.consolidated, 'national_id', large_office.NUMBER, '核對服務紀錄', by=clerk),
        'number looked up': partial(volunteers.lookup_identity, 'national_id', large_office.NUMBER, by=clerk),
        'application form': partial(applications.current_of, person, by=clerk),
        'my record book': partial(record_books.current_book_of, person, by=people.volunteer),
    }
    found |= {
        f'tab {one.section.label}': partial(ledgers.entries, one, person, by=clerk) for one in forms.LEDGERS.values()
    }
    return found


async def _desk(people: People, office: LargeOffice) -> dict[str, Read]:
    found: dict[str, Read] = {}
    for label, by in (('300 waiting', people.reviewer), ('busy agency', people.busy_reviewer)):
        waiting = Application.filter(agency_id=by.agency_id, status=ApplicationStatus.SUBMITTED)
        case = await waiting.order_by('due_on').offset(20).first() or await waiting.first()
        assert case is not None
        case = await applications.get(case.id, by=by)
        roster = await Roster.filter(applications__agency_id=by.agency_id, applications__round__gt=0).first()
        found |= {
            f'queue, {label}': partial(reviews.awaiting, by=by),
            f'queue, {label}: counts': partial(reviews.counts, by=by),
            f'queue, {label}: by name': partial(reviews.awaiting, by=by, order='name'),
            f'queue, {label}: by unit': partial(reviews.awaiting, by=by, order='unit'),
            f'queue, {label}: newest': partial(reviews.awaiting, by=by, order='newest'),
            f'queue, {label}: readers': partial(presence.of_agency, by=by),
            f'queue, {label}: neighbours': partial(reviews.neighbours, case.id, by=by),
            f'queue, {label}: neighbours by name': partial(reviews.neighbours, case.id, by=by, order='name'),
            f'queue, {label}: 已核可': partial(reviews.awaiting, by=by, status=APPROVED),
            f'queue, {label}: 已核可, page 20': partial(reviews.awaiting, by=by, status=APPROVED, offset=1000),
            f'queue, {label}: 駁回與撤回': partial(reviews.awaiting, by=by, status=CLOSED),
            f'queue, {label}: neighbours of 已核可': partial(reviews.neighbours, case.id, by=by, status=APPROVED),
            f'case, {label}': partial(reviews.case, case.id, by=by),
            f'case, {label}: timeline': partial(timeline.of, case, by=by),
            f'case, {label}: calls': partial(phone_calls.of, case, by=by),
            f'rosters, {label}': partial(rosters.of_agency, by=by),
            f'rosters, {label}: by name': partial(rosters.of_agency, by=by, text='王怡'),
            f'overdue, {label}': partial(deadlines.running, by=by),
            f'figures of 12 months, {label}': partial(_figures, 12, by),
            f'figures of 3 months, {label}': partial(_figures, 3, by),
            f'periods of 30 days, {label}': partial(review_periods.find, Period(dates.today() - timedelta(30)), by=by),
        }
        for text in ('王', '怡君', '王怡君', '王怡君豪', '示例單位第1號', '115000012'):
            found[f'queue, {label}: search 「{text}」'] = partial(reviews.awaiting, by=by, text=text)
            found[f'header search, {label} 「{text}」'] = partial(search.find, text, by=by)
        found[f'queue, {label}: 已核可 「王怡君」'] = partial(reviews.awaiting, by=by, status=APPROVED, text='王怡君')
        if roster is not None:
            found[f'roster, {label}: rows'] = partial(rosters.rows, roster, by=by)
    return found | {
        'figures of 12 months, unit of 500': partial(_figures, 12, people.clerk),
        'figures of 12 months, unit of 7,589': partial(_figures, 12, people.large_clerk),
    }


async def _figures(months: int, by: Account) -> object:
    last = dates.today()
    return await figures.of(figures.first_of(months, last), last, by=by)


async def _numbers(people: People) -> dict[str, Read]:
    found: dict[str, Read] = {}
    for label, by in (('agency', people.reviewer), ('busy agency', people.busy_reviewer)):
        asked = {
            '': EntryQuery(),
            ', page 50': EntryQuery(page=50),
            ', page 1,000 by its address': EntryQuery(page=1000),
            ' of a kind': EntryQuery(kind=BookKind.FIRST),
            ' of a kind there is not': EntryQuery(kind=BookKind.CANCELLATION),
            ' of a year': EntryQuery(year=dates.roc_year(dates.today()) - 3),
        }
        asked |= {
            f' 「{text}」': EntryQuery(text=text)
            for text in ('王', '怡君', '王怡君', '王怡君豪', '000012', '舊字第0000007號')
        }
        found |= {
            f'發冊紀錄{what}, {label}': partial(number_ledger.find, query, by=by) for what, query in asked.items()
        }
        found[f'紙本紀錄冊, {label}'] = partial(paper_books.find, RegistrationQuery(), by=by)
        found[f'紙本紀錄冊 「王」, {label}'] = partial(paper_books.find, RegistrationQuery(text='王'), by=by)
        place, last = Place(), (await number_ledger.find(EntryQuery(), by=by)).pages
        with paging.turned_from(place):
            await number_ledger.find(EntryQuery(page=last // 2), by=by)
        following = EntryQuery(page=last // 2 + 1)
        found[f'發冊紀錄, the page after the middle one, {label}'] = partial(_turned, place, following, by)
        found[f'發冊紀錄, series, {label}'] = partial(number_ledger.series, by=by)
        found[f'發冊紀錄, 缺號與重號, {label}'] = partial(number_ledger.report, by=by)
    return found


async def _turned(place: Place, query: EntryQuery, by: Account) -> object:
    with paging.turned_from(replace(place)):
        return await number_ledger.find(query, by=by)


def _administration(people: People) -> dict[str, Read]:
    by = people.admin
    return {
        'admin: accounts': partial(accounts.find, by=by),
        'admin: accounts by words': partial(accounts.find, by=by, words='窗口1'),
        'sign in: who it is': partial(owners.named, large_office.NUMBER),
        'sign in: a clerk': partial(owners.named, 'clerk2'),
        'admin: requests': partial(accounts.open_requests, by=by),
        'admin: units': partial(directory.find_units, by=by),
        'admin: room of units': partial(files.megabytes_of_units, range(1, 11), by=by),
        'admin: agencies': partial(directory.all_agencies, by=by),
        'admin: series': partial(number_ledger.series, by=by),
        'admin: 未寄達信件': partial(queries.undelivered, by=by),
        'admin: history': partial(office_history.of, by=by),
        'admin: history by words': partial(office_history.of, by=by, words='規則'),
        'admin: lookups': partial(lookups.asking, by=by),
        'admin: search': partial(search.find, '承辦', by=by),
        'standing work: decisions to release': decisions.release_due,
    }


async def _times(read: Read) -> list[float]:
    """Milliseconds of a few runs, without the first, which plans; none where a statement takes too long."""
    times = []
    try:
        for _ in range(RUNS + 1):
            start = time.perf_counter()
            await read()
            times.append((time.perf_counter() - start) * 1000)
            if sum(times) > LONGEST:
                break
    except (asyncpg.QueryCanceledError, OperationalError):
        return []
    return times[1:] or times


def drawn(sizes: Sequence[int], columns: list[dict[str, float]]) -> str:
    """The table; what is more than MOST × has its reason beside it, or is marked."""
    width = max(map(len, columns[0]))
    lines = ['what'.ljust(width) + ''.join(f'{size:>12,}' for size in sizes) + '    ratio']
    for name in columns[0]:
        times = [column.get(name, NEVER) for column in columns]
        ratio = times[-1] / times[0]
        why = next((f'  {why}' for part, why in REASONS if part in name), ' !') if not ratio <= MOST else ''
        lines.append(name.ljust(width) + ''.join(f'{one:12.1f}' for one in times) + f'{ratio:9.2f}{why}')
    return '\n'.join(lines)


async def main(sizes: Sequence[int]) -> None:
    """Fill an office of each size, then measure them together."""
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    settings.use(settings.Settings(demo=True))
    with tempfile.TemporaryDirectory(prefix='scale-') as folder:
        blobs.use(Path(folder) / 'files')
        server = await embedded.started(Path(folder) / 'postgres', **QUICK)
        try:
            offices = {}
            for size in sizes:
                url = await large_office.made(server, f'office_{size}')
                start = time.perf_counter()
                offices[url] = await large_office.fill(url, size)
                print(f'{size:,} people filled in {time.perf_counter() - start:.0f} s; load {_load()}', flush=True)
            columns = await measured(offices)
        finally:
            await embedded.stopped(Path(folder) / 'postgres')
    print(drawn(sizes, columns))
    print(f'load {_load()}')


def _load() -> str:
    return ' '.join(f'{one:.1f}' for one in os.getloadavg())


if __name__ == '__main__':
    asyncio.run(main([int(one) for one in sys.argv[1:]] or SIZES))
