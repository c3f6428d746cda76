"""Looking up numbers: who may how often, and who learns of more."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from db.choices import IdentityKind, LookupKind, Role
from db.models import AccessEntry, Account, HostUnit, IdentityLookup, OutgoingMail
from domain import dates, settings, volunteers
from domain.errors import NotFound, NotPermitted
from domain.volunteers import Elsewhere, NoSuchPerson, TooManyTries, lookups

from ...builders import a_volunteer, an_account, an_agency, an_identity_number
from .test_volunteers import details

pytestmark = pytest.mark.usefixtures('database')


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    """Three numbers for an account, five for a unit."""
    before = settings.current()
    settings.use(replace(before, lookups_per_account=3, lookups_per_unit=5))
    yield
    settings.use(before)


def asked(number: str, by: Account) -> Any:
    return volunteers.lookup_identity(IdentityKind.NATIONAL_ID, number, by=by)


async def stopped(by: Account) -> bool:
    """Whether another number is refused."""
    try:
        await asked(an_identity_number(), by)
    except TooManyTries:
        return True
    return False


async def test_above_the_accounts_budget_nothing_is_looked_at_and_the_administrators_are_told_once() -> None:
    await an_account(Role.ADMINISTRATOR, email='admin@example.com')
    clerk = await an_account()

    assert [await stopped(clerk) for _ in range(6)] == [False] * 3 + [True] * 3

    with pytest.raises(TooManyTries, match=r'24 小時內最多查 3 個.*已達上限'):
        await asked(an_identity_number(), clerk)
    [mail] = await OutgoingMail.all()
    assert (mail.template, mail.recipient) == ('lookups_exceeded', 'admin@example.com')
    assert '查詢了 3 個不屬於該單位的證號' in str(mail.body.open())
    with dates.frozen(dates.now() + timedelta(hours=25)):
        assert not await stopped(clerk)


async def test_the_budget_is_one_for_every_way_to_look_a_number_up() -> None:
    clerk, number = await an_account(), an_identity_number()
    person = await a_volunteer(identity_number=number)

    assert await asked(number, clerk) == Elsewhere()
    with pytest.raises(NotFound):
        await volunteers.consolidated(IdentityKind.NATIONAL_ID, an_identity_number(), '確認', by=clerk)
    with pytest.raises(NoSuchPerson):
        await volunteers.join(IdentityKind.NATIONAL_ID, an_identity_number(), '王小明', date(1985, 5, 12), by=clerk)

    for attempt in (
        asked(an_identity_number(), clerk),
        volunteers.consolidated(IdentityKind.NATIONAL_ID, an_identity_number(), '確認', by=clerk),
        volunteers.join(IdentityKind.NATIONAL_ID, an_identity_number(), '王小明', date(1985, 5, 12), by=clerk),
    ):
        with pytest.raises(TooManyTries):
            await attempt
    kinds = [(one.kind, one.is_hit) for one in await IdentityLookup.filter(is_refused=False).order_by('id')]
    assert kinds == [
        (LookupKind.DUPLICATE, True),
        (LookupKind.CONSOLIDATED, False),
        (LookupKind.ENROLMENT, False),
    ]
    [entry] = await AccessEntry.filter(volunteer=person)
    assert (entry.what, entry.from_unit) == ('證號是否已有資料', (await HostUnit.get(id=clerk.host_unit_id)).name)


async def test_ones_own_volunteers_and_a_number_asked_for_again_cost_nothing() -> None:
    clerk, number, again = await an_account(), an_identity_number(), an_identity_number()
    own = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), identity_number=number)

    for _ in range(10):
        assert await asked(number, clerk) == own
        assert await asked(again.lower(), clerk) is None

    assert await IdentityLookup.all().count() == 1


async def test_colleagues_share_the_budget_of_their_unit_and_strangers_do_not() -> None:
    first = await an_account()
    second, stranger = await an_account(host_unit_id=first.host_unit_id), await an_account()

    outcomes = [await stopped(clerk) for clerk in (first, second, first, second, first, second, stranger)]

    assert outcomes == [False] * 5 + [True, False]


async def test_many_at_once_are_no_way_around() -> None:
    clerk = await an_account()

    outcomes = await asyncio.gather(*(stopped(clerk) for _ in range(12)))

    assert outcomes.count(False) == 3
    assert await IdentityLookup.filter(is_refused=True).count() == 1


async def test_the_administrator_reads_who_asked_how_often() -> None:
    admin, reviewer = await an_account(Role.ADMINISTRATOR), await an_account(Role.REVIEWER, agency=await an_agency())
    clerk, number = await an_account(), an_identity_number()
    await a_volunteer(identity_number=number)
    await asked(number, clerk)
    assert [await stopped(clerk) for _ in range(3)] == [False, False, True]
    with pytest.raises(NotFound):
        await volunteers.consolidated(IdentityKind.NATIONAL_ID, an_identity_number(), '確認', by=reviewer)

    found = await lookups.asking(by=admin)

    assert [(one.account.id, one.numbers, one.misses, one.is_over) for one in found] == [
        (clerk.id, 3, 2, True),
        (reviewer.id, 1, 1, False),
    ]
    with pytest.raises(NotPermitted):
        await lookups.asking(by=clerk)


async def test_a_form_that_is_refused_for_its_number_counts_too() -> None:
    clerk, number = await an_account(), an_identity_number()
    await a_volunteer(identity_number=number)
    for _ in range(2):
        with pytest.raises(volunteers.AlreadyRegistered):
            await volunteers.register(details(identity_number=number), by=clerk)

    assert [(one.kind, one.is_hit) for one in await IdentityLookup.all()] == [(LookupKind.DUPLICATE, True)]
