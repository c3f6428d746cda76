"""What the pages read of a hundred thousand people is found by an index: no large table is read from end to end."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import db
from db import blobs, sealing
from db.models import Account
from domain import accounts, directory, paging, settings
from domain.books import number_ledger
from domain.books.number_ledger import EntryQuery
from domain.paging import Page, Place
from domain.reports import review_periods
from domain.reports.review_periods import Period

from . import large_office, plans
from .bench import scale
from .conftest import url_of
from .large_office import LargeOffice

PEOPLE = 100_000
# A unit of 7,589 is a large part of a hundred thousand: there the planner may well read on in a row.
A_LARGE_PART = 'unit of 7,589'


@pytest.fixture(scope='module')
async def office(
    database_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LargeOffice]:
    """A large office, connected; of what nobody looks up by itself, hours above all, there is little."""
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    blobs.use(Path(tmp_path_factory.mktemp('large')) / 'files')
    name = f'large_{os.getpid()}'
    await _execute(database_url, f'CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy')
    url = url_of(database_url, name)
    filled = await large_office.fill(url, PEOPLE, hours=1, history=1)
    async with db.connected(url, min_size=1):
        yield filled
    await _execute(database_url, f'DROP DATABASE {name} WITH (FORCE)')


async def test_no_page_reads_a_large_table_from_end_to_end(office: LargeOffice) -> None:
    settings.use(settings.Settings())
    reads = {name: read for name, read in (await scale.reads(office)).items() if A_LARGE_PART not in name}

    found = {}
    for name, read in reads.items():
        with plans.noted() as told:
            await read()
        assert told, name
        for statement in told:
            if scanned := await plans.scans(statement) & set(large_office.LARGE_TABLES):
                found[name, statement[0]] = scanned

    assert found == {}


async def test_the_page_beside_one_far_down_reads_as_much_as_the_one_beside_the_first(office: LargeOffice) -> None:
    by = await Account.get(username=f'reviewer{office.busy_agency}').select_related('host_unit', 'agency')
    admin = await Account.get(username='admin')
    lists: dict[str, Callable[[int], Awaitable[Page[Any]]]] = {
        '發冊紀錄': lambda page: number_ledger.find(EntryQuery(page=page), by=by),
        'rounds': lambda page: review_periods.find(Period(), by=by, page=page),
        'accounts': lambda page: accounts.find(by=admin, page=page),
        'units': lambda page: directory.find_units(by=admin, page=page),
    }
    for name, read in lists.items():
        with paging.turned_from(Place()):
            first = await read(1)
            second = await listing(read, 2)  # which is found as those far down are; the first is simply the beginning
        with paging.turned_from(Place()):
            far = await read(first.pages // 2)
            for number in (far.number + 1, far.number, far.number - 1):
                assert await listing(read, number) <= second + 4 * len(first.rows), name
        assert len(far.rows) == 10, name
        assert far.number > 10, name


async def listing(read: Callable[[int], Awaitable[object]], page: int) -> int:
    """The rows read for the page, without the count of all."""
    kept = replace(paging._place.get() or Place())
    with paging.turned_from(kept), plans.noted() as told:
        await read(page)
    return sum([await plans.rows_read(one) for one in told if 'COUNT(' not in one[0].upper()])


async def test_a_scan_would_be_seen(office: LargeOffice) -> None:
    assert await plans.scans(('SELECT count(remarks) FROM application WHERE remarks = $1', ('',))) == {'application'}


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
