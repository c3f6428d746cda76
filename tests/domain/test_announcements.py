"""One listening connection a process: what arrives when, what does not, and what happens when the line breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise.connection import get_connection

from db import transaction
from domain import announcements
from domain.announcements import (
    AccountRequestsChanged,
    Announcement,
    CaseChanged,
    Channel,
    DecisionsChanged,
    DraftChanged,
    EyeChecksChanged,
    ImportChanged,
    MailQueued,
    PaperBooksChanged,
    ReadersChanged,
    RightsChanged,
    RosterChanged,
    RulesChanged,
    SessionClosed,
    TransfersChanged,
    VolunteerChanged,
)
from tests.patience import until

Heard = CaseChanged | None
CHANGED = CaseChanged(application_id=7, agency_id=1, host_unit_id=2, volunteer_id=3)


@pytest.fixture
async def listening(database: str) -> AsyncIterator[str]:
    await announcements.opened(database)
    yield database
    await announcements.closed()


@pytest.fixture
async def heard(listening: str) -> AsyncIterator[list[Heard]]:
    news: list[Heard] = []
    announcements.subscribe(CaseChanged, news.append)
    yield news
    announcements.unsubscribe(CaseChanged, news.append)


async def settled(heard: list[Heard]) -> list[Heard]:
    """What was heard once an announcement made now has arrived, without it."""
    last = CaseChanged(0, 0, 0, 0)
    await announcements.announce(last)
    await until(lambda: last in heard)
    return heard[: heard.index(last)]


async def cut(url: str) -> None:
    """What an administrator or a restart of the server does to the listening connection."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
        ' WHERE datname = current_database() AND application_name = $1',
        announcements.LISTENER,
    )
    await connection.close()


async def test_an_announcement_arrives_after_the_commit_and_not_before(heard: list[Heard]) -> None:
    async with transaction():
        await announcements.announce(CHANGED)
        await asyncio.sleep(0.2)
        assert heard == []

    assert await settled(heard) == [CHANGED]


async def test_what_is_rolled_back_is_never_announced(heard: list[Heard]) -> None:
    with suppress(ZeroDivisionError):
        async with transaction():
            await announcements.announce(CHANGED)
            raise ZeroDivisionError

    assert await settled(heard) == []


async def test_channels_do_not_mix(heard: list[Heard]) -> None:
    await announcements.announce(VolunteerChanged(7))
    await announcements.announce(CHANGED)

    assert await settled(heard) == [CHANGED]


async def test_equal_announcements_of_one_transaction_arrive_once(heard: list[Heard]) -> None:
    async with transaction():
        await announcements.announce(CHANGED)
        await announcements.announce(CaseChanged(7, 1, 2, 3))
        await announcements.announce(CaseChanged(8, 1, 2, 3))

    assert await settled(heard) == [CHANGED, CaseChanged(8, 1, 2, 3)]


@given(case=st.builds(CaseChanged, *[st.integers()] * 4), closed=st.builds(SessionClosed, st.text()))
def test_what_is_sent_is_what_is_heard(case: CaseChanged, closed: SessionClosed) -> None:
    records = [
        case,
        RosterChanged(case.application_id, case.agency_id, case.host_unit_id),
        VolunteerChanged(case.volunteer_id),
        PaperBooksChanged(case.application_id, case.agency_id, case.host_unit_id, case.volunteer_id),
        ReadersChanged(case.application_id, case.agency_id, closed.digest),
        EyeChecksChanged(case.application_id, case.agency_id),
        DecisionsChanged(),
        MailQueued(),
        closed,
        DraftChanged('6f0f5c1e', ''),
        ImportChanged(case.application_id, case.host_unit_id),
        TransfersChanged(case.host_unit_id, case.agency_id),
        RightsChanged(case.application_id, case.host_unit_id),
        AccountRequestsChanged(case.application_id, closed.digest),
        RulesChanged(),
    ]

    assert [announcements.parse(record.encode()) for record in records] == records
    assert all(record.encode().isascii() for record in records)
    assert {type(record) for record in records} == {*announcements.KINDS.values()}
    assert {record.channel for record in records} == {*Channel} == {*announcements.KINDS}


@pytest.mark.parametrize(
    ('message', 'record'),
    [
        ('application:7:1:2:3', CHANGED),
        ('application:7:1:2:3:0:new', CHANGED),
        ('application:7:1:2:3:9', CaseChanged(7, 1, 2, 3, 9)),
        ('roster:5:1:2', RosterChanged(5, 1, 2)),
        ('volunteer:3', VolunteerChanged(3)),
        ('reading:7:1', ReadersChanged(7, 1)),
        ('reading:7:1:6f0f-5c1e', ReadersChanged(7, 1, '6f0f-5c1e')),
        ('tick:7:1', EyeChecksChanged(7, 1)),
        ('decision:17', DecisionsChanged()),
        ('decision:many', DecisionsChanged()),
        ('mail:queued', MailQueued()),
        ('session_closed:0a1b2c', SessionClosed('0a1b2c')),
    ],
)
def test_processes_of_the_version_before_and_of_a_later_one_are_understood(message: str, record: Announcement) -> None:
    assert announcements.parse(message) == record


@dataclass(frozen=True)
class LaterCaseChanged(CaseChanged):
    """What a version to come may say."""

    county_id: str = ''


def test_a_field_that_is_appended_with_a_default_may_be_missing() -> None:
    assert LaterCaseChanged.parse('7:1:2:3') == LaterCaseChanged(7, 1, 2, 3)
    assert announcements.parse(LaterCaseChanged(7, 1, 2, 3, 0, '66000').encode()) == CHANGED


async def test_what_is_not_understood_is_logged_and_passed_over(
    heard: list[Heard], caplog: pytest.LogCaptureFixture
) -> None:
    strange = [
        '',
        'weather:sunny',
        'application',
        'application:7:1:2',
        'application:7:1:2:x',
        f'application:{"9" * 5000}',
    ]
    for message in strange:
        await get_connection('default').execute_query("SELECT pg_notify('announcements', $1)", [message])

    assert await settled(heard) == []
    assert [record.levelname for record in caplog.records if record.name == announcements.__name__] == ['WARNING'] * 6


@given(st.text(max_size=40))
def test_whatever_arrives_is_an_announcement_or_malformed(message: str) -> None:
    with suppress(announcements.Malformed):
        assert isinstance(announcements.parse(message), Announcement)


async def test_what_postgresql_would_not_take_is_refused_before_it_spoils_the_transaction(heard: list[Heard]) -> None:
    async with transaction():
        with pytest.raises(ValueError, match='8016 bytes'):
            await announcements.announce(SessionClosed('x' * 8000))
        await announcements.announce(SessionClosed('x' * (7999 - len('session_closed::'))))
        await announcements.announce(CHANGED)

    assert await settled(heard) == [CHANGED]


async def test_whoever_has_unsubscribed_hears_nothing_more(heard: list[Heard]) -> None:
    others: list[Heard] = []
    announcements.subscribe(CaseChanged, others.append)
    announcements.unsubscribe(CaseChanged, others.append)
    announcements.unsubscribe(CaseChanged, others.append)

    assert await settled(heard) == []
    assert others == []


async def test_one_failing_subscriber_does_not_stop_the_others(
    listening: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Heard] = []
    first, second = CHANGED, CaseChanged(8, 1, 2, 3)

    def fails(news: Heard) -> None:
        raise ZeroDivisionError(news)

    async def fails_later(news: Heard) -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError(news)

    async def listens(news: Heard) -> None:
        await asyncio.sleep(0)
        heard.append(news)

    subscribers: tuple[announcements.Subscriber[CaseChanged], ...] = (fails, fails_later, listens)
    for subscriber in subscribers:
        announcements.subscribe(CaseChanged, subscriber)

    await announcements.announce(first)
    await announcements.announce(second)
    await until(lambda: heard == [first, second])

    for subscriber in subscribers:
        announcements.unsubscribe(CaseChanged, subscriber)
    assert [record.message for record in caplog.records] == ['announcements: a subscriber of application failed'] * 4


async def test_after_the_line_is_cut_everybody_reads_everything_again(listening: str, heard: list[Heard]) -> None:
    await cut(listening)
    await until(lambda: heard == [None])

    assert await settled(heard) == [None]


async def test_a_database_that_comes_back_later_is_found_again(listening: str, heard: list[Heard]) -> None:
    name = (await get_connection('default').execute_query_dict('SELECT current_database() AS name'))[0]['name']
    admin = await asyncpg.connect(listening, database='postgres')
    await admin.execute(f'ALTER DATABASE {name} ALLOW_CONNECTIONS false')
    await admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    await asyncio.sleep(1)
    assert heard == []

    await admin.execute(f'ALTER DATABASE {name} ALLOW_CONNECTIONS true')
    await admin.close()
    await until(lambda: heard == [None])

    await get_connection('default').execute_query('SELECT 1')
    assert await settled(heard) == [None]


async def test_closing_ends_the_connection(database: str) -> None:
    await announcements.opened(database)
    with pytest.raises(RuntimeError):
        await announcements.opened(database)

    await announcements.closed()
    await announcements.closed()

    count = 'SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1'

    async def nobody_listens() -> bool:
        return not (await get_connection('default').execute_query_dict(count, [announcements.LISTENER]))[0]['n']

    await until(nobody_listens)


async def test_who_has_read_before_subscribing_learns_what_was_missed() -> None:
    since = announcements.so_far()
    change = VolunteerChanged(7)
    announcements._tell(change.channel, change)

    assert announcements.missed(VolunteerChanged, since) == [change]
    assert announcements.missed(CaseChanged, since) == []
    assert announcements.missed(VolunteerChanged, announcements.so_far()) == []
    for _ in range(announcements._REMEMBERED):
        announcements._tell(change.channel, change)
    assert announcements.missed(CaseChanged, since) == [None]
