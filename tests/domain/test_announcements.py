"""One listening connection a process: what arrives when, what does not, and what happens when the line breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest
from tortoise.connection import get_connection

from db import transaction
from domain import announcements
from tests.patience import until


@pytest.fixture
async def listening(database: str) -> AsyncIterator[str]:
    await announcements.opened(database)
    yield database
    await announcements.closed()


@pytest.fixture
async def heard(listening: str) -> AsyncIterator[list[str]]:
    payloads: list[str] = []
    announcements.subscribe('application', payloads.append)
    yield payloads
    announcements.unsubscribe('application', payloads.append)


async def settled(heard: list[str]) -> list[str]:
    """What was heard once an announcement made now has arrived, without it."""
    await announcements.announce('application', 'last')
    await until(lambda: 'last' in heard)
    return heard[: heard.index('last')]


async def cut(url: str) -> None:
    """What an administrator or a restart of the server does to the listening connection."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
        ' WHERE datname = current_database() AND application_name = $1',
        announcements.LISTENER,
    )
    await connection.close()


async def test_an_announcement_arrives_after_the_commit_and_not_before(heard: list[str]) -> None:
    async with transaction():
        await announcements.announce('application', '7:1:2:3')
        await asyncio.sleep(0.2)
        assert heard == []

    assert await settled(heard) == ['7:1:2:3']


async def test_what_is_rolled_back_is_never_announced(heard: list[str]) -> None:
    with suppress(ZeroDivisionError):
        async with transaction():
            await announcements.announce('application', '7:1:2:3')
            raise ZeroDivisionError

    assert await settled(heard) == []


async def test_channels_do_not_mix_and_colons_stay_in_the_payload(heard: list[str]) -> None:
    await announcements.announce('volunteer', '5')
    await announcements.announce('application', '7:1:2:3')

    assert await settled(heard) == ['7:1:2:3']


async def test_equal_announcements_of_one_transaction_arrive_once(heard: list[str]) -> None:
    async with transaction():
        await announcements.announce('application', '7')
        await announcements.announce('application', '7')

    assert await settled(heard) == ['7']


async def test_an_empty_announcement_is_refused() -> None:
    with pytest.raises(ValueError, match='read everything again'):
        await announcements.announce('application', '')


async def test_whoever_has_unsubscribed_hears_nothing_more(heard: list[str]) -> None:
    others: list[str] = []
    announcements.subscribe('application', others.append)
    announcements.unsubscribe('application', others.append)
    announcements.unsubscribe('application', others.append)

    assert await settled(heard) == []
    assert others == []


async def test_one_failing_subscriber_does_not_stop_the_others(
    listening: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []

    def fails(payload: str) -> None:
        raise ZeroDivisionError(payload)

    async def fails_later(payload: str) -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError(payload)

    async def listens(payload: str) -> None:
        await asyncio.sleep(0)
        heard.append(payload)

    subscribers = (fails, fails_later, listens)
    for subscriber in subscribers:
        announcements.subscribe('application', subscriber)

    await announcements.announce('application', '1')
    await announcements.announce('application', '2')
    await until(lambda: heard == ['1', '2'])

    for subscriber in subscribers:
        announcements.unsubscribe('application', subscriber)
    assert [record.message for record in caplog.records] == ['announcements: a subscriber of application failed'] * 4


async def test_after_the_line_is_cut_everybody_reads_everything_again(listening: str, heard: list[str]) -> None:
    await cut(listening)
    await until(lambda: heard == [''])

    assert await settled(heard) == ['']


async def test_a_database_that_comes_back_later_is_found_again(listening: str, heard: list[str]) -> None:
    name = (await get_connection('default').execute_query_dict('SELECT current_database() AS name'))[0]['name']
    admin = await asyncpg.connect(listening, database='postgres')
    await admin.execute(f'ALTER DATABASE {name} ALLOW_CONNECTIONS false')
    await admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    await asyncio.sleep(1)
    assert heard == []

    await admin.execute(f'ALTER DATABASE {name} ALLOW_CONNECTIONS true')
    await admin.close()
    await until(lambda: heard == [''])

    await get_connection('default').execute_query('SELECT 1')
    assert await settled(heard) == ['']


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
