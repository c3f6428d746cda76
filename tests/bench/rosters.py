"""A roster of two hundred: sent by the clerk, approved in bulk by the reviewer, numbered, its mails written.

The same number of cases is decided one by one in the same run, and the bare SQL of such a decision is done as often;
the ten seconds for 復原 are skipped. Processor time is of this process and of the database together.

`python -m tests.bench.rosters` prints the table.
"""

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psutil
from tortoise.connection import get_connection

import db
from db import blobs, embedded, migrate, reference, sealing, transaction
from db.choices import ApplicationStatus
from db.models import Application, BookIssue, Decision, OutgoingMail, RecordBook, Roster
from domain import dates, rosters
from domain.reviews import decisions
from tests.domain.sample_office import Office, a_complete_volunteer, an_office

from .table import Row, drawn
from .ticks import is_short, longest_hold

ROWS = 200
_NOBODY_ELSE = 1.5  # of load for each processor; above it, nothing is judged
# What one approval writes at the least.
_BARE = (
    "UPDATE application SET status = 'approved', version = version + 1 WHERE id = $1",
    'INSERT INTO application_step (application_id, status, by_id, at, round, reason)'
    " VALUES ($1, 'approved', $2, now(), 1, '')",
    'UPDATE number_series SET last_sequence = last_sequence + 1',
    'INSERT INTO book_issue (book_id, application_id, kind, number, by_id, at)'
    " SELECT (SELECT min(id) FROM record_book), NULL, 'first', 'bare' || $1::bigint, $2, now()",
    'INSERT INTO outgoing_mail (application_id, template, recipient, subject, body, holds_secret, attachment_name,'
    " status, attempts, last_error, next_attempt_at, created_at) VALUES ($1, 'bare', 'bare', 'bare', 'bare', FALSE, '',"
    " 'skipped', 0, '', now(), now())",
)


class _Spent:
    """Seconds by the clock, and of processors, since it was made."""

    def __init__(self, server: psutil.Process) -> None:
        self._server = server
        self._began, self._used = time.perf_counter(), self._processor()

    def now(self) -> tuple[float, float]:
        return time.perf_counter() - self._began, self._processor() - self._used

    def _processor(self) -> float:
        used = time.process_time()
        for one in (self._server, *self._server.children()):
            with suppress(psutil.Error):
                times = one.cpu_times()
                used += times.user + times.system
        return used


async def measured() -> list[Row]:
    """A minute, most of it for making the people."""
    async with _database() as server:
        office = await an_office()
        warm, together, apart = [await _a_roster(office, rows) for rows in (5, ROWS, ROWS)]
        await _sent(warm, office)
        await _approved(warm, office)
        spent = _Spent(server)
        await _sent(together, office)
        sending = spent.now()
        # As in the server: what stands is not looked through for garbage.
        gc.collect()
        gc.freeze()
        gc.set_threshold(40_000, 1_000, 10)
        found: list[tuple[float, float]] = []

        async def approved() -> None:
            began = _Spent(server)
            await _approved(together, office)
            found.append(began.now())

        longest, idle = await longest_hold(approved())
        [ours] = found
        await _require_whole(together)
        await _sent(apart, office)
        spent = _Spent(server)
        for case in await _waiting(apart):
            await decisions.decide(case.id, ApplicationStatus.APPROVED, case.version, by=office.reviewer)
            await _released()
        one_by_one = spent.now()
        await _require_whole(apart)
        bare = await _bare(together, office, server)
    is_quiet = os.getloadavg()[0] < _NOBODY_ELSE * (os.cpu_count() or 1)
    load = f'load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors'
    peers = f'one by one {_told(one_by_one)}, bare SQL {_told(bare)}; {load}'
    return [
        Row(
            f'a roster of {ROWS} decided, numbered, mails written',
            _told(ours),
            peers,
            f'{one_by_one[0] / ours[0]:.1f} × as fast as one by one, {ours[0] / bare[0]:.1f} × bare',
            'at most 2 s',
            ours[0] <= 2 or (None if not is_quiet else False),
        ),
        Row(f'a roster of {ROWS} sent (送審)', _told(sending), load, '', '', None),
        Row(
            'event loop held by the approval',
            f'{longest * 1000:.0f} ms',
            f'an idle process meanwhile {idle * 1000:.0f} ms',
            '',
            'under 50 ms',
            is_short(longest, idle),
        ),
    ]


@asynccontextmanager
async def _database() -> AsyncIterator[psutil.Process]:
    """A PostgreSQL of its own with the reference data, nothing of its safety switched off; yields its process."""
    with tempfile.TemporaryDirectory(prefix='bench-') as folder:
        server = Path(folder) / 'postgres'
        url = await embedded.started(server)
        try:
            sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
            blobs.use(Path(folder) / 'files')
            await migrate.migrated(url)
            async with db.connected(url):
                await reference.fill()
                [row] = await get_connection('default').execute_query_dict('SELECT pg_backend_pid() AS pid')
                found = psutil.Process(row['pid']).parent()
                assert found
                yield found
        finally:
            await embedded.stopped(server)


async def _a_roster(office: Office, count: int) -> Roster:
    roster = await rosters.start(f'{count} 位', office.agency.county_id, office.agency.id, by=office.clerk)
    people = [await a_complete_volunteer(office, email=f'v{at}@example.com') for at in range(count)]
    added = await rosters.add(roster, [one.id for one in people], by=office.clerk)
    assert not added.refused
    return roster


async def _sent(roster: Roster, office: Office) -> None:
    sent = await rosters.send(roster, by=office.clerk)
    assert not sent.left, sent.left[0]


async def _waiting(roster: Roster) -> list[Application]:
    return await Application.filter(roster_id=roster.id, status=ApplicationStatus.SUBMITTED).order_by('roster_position')


async def _approved(roster: Roster, office: Office) -> None:
    """As the reviewer's page does it, and then whoever releases what waits."""
    cases = [(one.id, one.version) for one in await _waiting(roster)]
    report = await decisions.approve_many(cases, by=office.reviewer)
    assert not report.refused, report.refused[0][1]
    await _released()


async def _released() -> None:
    await Decision.filter(problem='').update(release_at=dates.now() - timedelta(seconds=1))
    await decisions.release_due()


async def _require_whole(roster: Roster) -> None:
    ids = [one.id for one in await Application.filter(roster_id=roster.id, status=ApplicationStatus.APPROVED)]
    assert len(ids) == await BookIssue.filter(application_id__in=ids).count()
    mails = OutgoingMail.filter(application_id__in=ids, template='approved_for_volunteer')
    assert len(ids) == await mails.count()
    taken = sorted(one.sequence or 0 for one in await RecordBook.all())
    assert taken == list(range(1, len(taken) + 1))


async def _bare(roster: Roster, office: Office, server: psutil.Process) -> tuple[float, float]:
    """As many times what a decision writes at the least, in one transaction that is taken back."""
    spent, found = _Spent(server), (0.0, 0.0)
    with suppress(ZeroDivisionError):
        async with transaction():
            for case in await Application.filter(roster_id=roster.id):
                for statement in _BARE:
                    values = [each for at, each in enumerate([case.id, office.reviewer.id], 1) if f'${at}' in statement]
                    await get_connection('default').execute_query(statement, values)
            found = spent.now()
            raise ZeroDivisionError
    return found


def _told(spent: tuple[float, float]) -> str:
    return f'{spent[0]:.2f} s ({spent[1]:.2f} s of processors)'


async def main() -> None:
    """This part of the table alone."""
    print(drawn(await measured()))


if __name__ == '__main__':
    asyncio.run(main())
