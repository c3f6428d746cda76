"""A database that starts later is waited for; what is wrong with DATABASE_URL is said, without its password."""

import asyncio
import logging
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from db import embedded, reachable
from db.server_account import NotStarted
from tests.conftest import url_of


async def test_a_database_that_starts_later_is_waited_for_with_a_line(caplog: pytest.LogCaptureFixture) -> None:
    with tempfile.TemporaryDirectory(prefix='recordbook-') as home:
        folder = Path(home) / 'pg'
        url = await embedded.started(folder, fsync='off')
        await embedded.stopped(folder)

        waiting = asyncio.create_task(reachable.awaited(url, 600))
        while not caplog.records:
            await asyncio.sleep(0.01)
        await embedded.started(folder, fsync='off')
        await waiting
        await embedded.stopped(folder)

    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith('等候資料庫（/recordbook）啟動。Waiting for the database (/recordbook): ')


async def test_what_is_wrong_with_the_address_is_said_at_once_and_without_the_password(database_url: str) -> None:
    password = urlsplit(database_url).password
    assert password
    mistakes = {
        database_url.replace(password, 'wrong-password'): 'The user or the password of DATABASE_URL is wrong',
        url_of(database_url, 'nowhere'): 'There is no such database as DATABASE_URL names (/nowhere)',
        'postgresql://me:wrong-password@127.0.0.1:1/office': 'DATABASE_URL (127.0.0.1:1/office) does not answer',
        'postgresql://me:wrong-password@127.0.0.1:port/office': 'DATABASE_URL cannot be read',
    }
    for url, reason in mistakes.items():
        with pytest.raises(NotStarted) as refusal:
            await reachable.awaited(url, 0)
        told = str(refusal.value)
        assert reason in told
        assert len(told.splitlines()) == 2
        assert 'wrong-password' not in told
        assert password not in told
