"""A unit with codes, a clerk, and what a test of imports needs to wait for."""

from collections.abc import AsyncIterator

import pytest

from db import reference
from db.choices import ImportKind
from db.models import Account, HostUnit, ImportBatch
from domain import imports
from domain.imports import reading, running

from ...builders import an_account


@pytest.fixture(scope='session')
async def readers() -> AsyncIterator[None]:
    """The processes that read files stay from test to test."""
    yield
    await reading.pool.close()


@pytest.fixture
async def clerk(database: str, today: None, readers: None) -> Account:
    """A clerk of a unit, in an office with its code lists."""
    await reference.fill()
    return await an_account()


@pytest.fixture
async def unit(clerk: Account) -> HostUnit:
    return await HostUnit.get(id=clerk.host_unit_id)


async def graded(content: bytes, *, by: Account, name: str = '時數.xlsx') -> ImportBatch:
    """The batch of this file of hours, read and graded."""
    batch = await imports.begin(ImportKind.SERVICE_HOURS, name, content, by=by)
    return await settled(batch, by=by)


async def settled(batch: ImportBatch, *, by: Account) -> ImportBatch:
    await running.finished(batch.id)
    return await imports.get(batch.id, by=by)
