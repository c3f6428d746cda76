"""What an administrator has to see to, as the pages of 系統管理 say it."""

import pytest

from db.choices import RequestStatus, Role
from db.models import AccountRequest, Agency
from domain import dates
from domain.errors import NotPermitted
from domain.operations import pending

from ...builders import an_account

pytestmark = pytest.mark.usefixtures('database')


async def test_an_agency_that_reviews_and_names_no_supervisor_is_told_of() -> None:
    admin, reviewer = await an_account(Role.ADMINISTRATOR), await an_account(Role.REVIEWER)
    agency = await Agency.get(id=reviewer.agency_id)

    assert (await pending.of(by=admin)).unsupervised == [(agency.id, agency.name)]

    await Agency.filter(id=agency.id).update(supervisor_email='head@example.gov.tw')
    assert (await pending.of(by=admin)).unsupervised == []
    with pytest.raises(NotPermitted):
        await pending.of(by=reviewer)


async def test_requests_wait_once_they_are_confirmed_and_until_they_are_decided() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    for n, (status, confirmed_at) in enumerate(
        [
            (RequestStatus.OPEN, dates.now()),
            (RequestStatus.OPEN, None),
            (RequestStatus.REFUSED, dates.now()),
        ]
    ):
        await AccountRequest.create(
            organisation='基金會',
            name='林承辦',
            username=f'clerk{n}',
            email=f'clerk{n}@example.org',
            phone='04-22289111',
            status=status,
            confirmed_at=confirmed_at,
        )

    assert (await pending.of(by=admin)).requests == 1
