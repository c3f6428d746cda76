"""Accounts that are idle or for a time only: warned, locked, opened again; never the last administrator."""

from datetime import timedelta

import pytest

from db.choices import LockReason, LogAct, Role
from db.models import Account, LogEntry, OfficeEntry, OutgoingMail
from domain import accounts, dates
from domain.accounts import AccountDetails, sessions, terms
from domain.accounts.terms import AccountLocked, LastAdministrator, Rules
from domain.errors import Incomplete, NotFound, NotPermitted

from ...builders import PASSWORD, a_county, a_host_unit, a_password_hash, a_team, an_account

pytestmark = pytest.mark.usefixtures('database')


async def after(days: int) -> list[str]:
    """The mails of the nights until then."""
    begun = dates.now()
    for day in range(1, days + 1):
        with dates.frozen(begun + timedelta(days=day)):
            await terms.sweep()
    return [mail.template for mail in await OutgoingMail.all().order_by('id')]


async def test_an_idle_account_is_warned_twice_and_locked_and_its_owner_is_told_why() -> None:
    clerk = await an_account(email='c@example.com', password_hash=await a_password_hash())
    token = await sessions.open(clerk)

    assert await after(75) == []
    assert await after(76) == ['account_expires']
    assert await after(89) == ['account_expires', 'account_expires']
    assert await after(90) == ['account_expires', 'account_expires', 'account_locked']

    with pytest.raises(AccountLocked, match='太久沒有使用'):
        await accounts.sign_in(clerk.username or '', PASSWORD)
    with pytest.raises(accounts.SignInRefused):
        await accounts.sign_in(clerk.username or '', 'Wrong-Passw0rd')
    assert await sessions.account_of(token) is None
    assert await LogEntry.filter(act=LogAct.ACCOUNT_LOCKED_IDLE).count() == 1
    assert await OfficeEntry.filter(action='自動鎖定', by_name='系統自動').count() == 1


async def test_a_login_begins_the_time_anew() -> None:
    clerk = await an_account(email='c@example.com')
    with dates.frozen(dates.now() + timedelta(days=88)):
        await terms.sweep()
        await sessions.open(clerk)
        assert await after(75) == ['account_expires']


async def test_nobody_is_locked_unwarned_when_the_rules_become_stricter() -> None:
    admin, clerk = await an_account(Role.ADMINISTRATOR), await an_account(email='c@example.com')
    await terms.save_rules(Rules(idle_days=0), by=admin)
    assert await after(200) == []
    with dates.frozen(dates.now() + timedelta(days=200)):
        await terms.save_rules(Rules(idle_days=30), by=admin)
        await terms.sweep()
        assert (await Account.get(id=clerk.id)).is_active
        assert await after(2) == ['account_expires']
        assert (await after(3))[-1] == 'account_locked'


async def test_an_account_for_a_time_is_locked_the_night_after_its_last_day() -> None:
    clerk = await an_account(email='c@example.com', ends_on=dates.today() + timedelta(days=20))
    await after(20)
    assert (await Account.get(id=clerk.id)).is_active
    assert await after(21) == ['account_expires', 'account_expires', 'account_locked']
    kept = await Account.get(id=clerk.id)
    assert (kept.is_active, kept.locked_because) == (False, LockReason.ENDED)


async def test_the_last_administrator_is_never_locked_and_of_two_one_stays() -> None:
    first, second = [await an_account(Role.ADMINISTRATOR) for _ in range(2)]
    await after(200)

    assert await Account.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1
    [left] = await Account.filter(role=Role.ADMINISTRATOR, is_active=True)
    assert await terms.is_sole_administrator(by=left)
    details = AccountDetails.from_record(left)
    details.email, details.is_active = 'a@example.com', False
    other = first if left.id == second.id else second
    with pytest.raises(LastAdministrator):
        await accounts.amend(left, details, by=other)


async def test_a_volunteer_is_not_locked() -> None:
    volunteer = await an_account(Role.VOLUNTEER)
    await after(100)
    assert (await Account.get(id=volunteer.id)).is_active


async def test_who_looks_after_an_account_opens_it_again_and_nobody_else() -> None:
    unit = await a_host_unit()
    north = await a_county(code='63000', name='臺北市', letter='A', position=1)
    locked = await an_account(host_unit=unit, is_active=False, locked_because=LockReason.IDLE)
    may = [
        await an_account(Role.ADMINISTRATOR),
        await an_account(Role.COUNTY),
        await an_account(host_unit=unit, is_unit_administrator=True),
    ]
    not_found = [await an_account(Role.COUNTY, county=north), await an_account(is_unit_administrator=True)]
    not_permitted = [await an_account(host_unit=unit), await an_account(Role.REVIEWER)]
    not_permitted.append(await an_account(host_unit=unit, team=await a_team(unit), is_unit_administrator=True))

    for who in not_found:
        with pytest.raises(NotFound):
            await terms.unlock(locked, by=who)
    for who in not_permitted:
        with pytest.raises(NotPermitted):
            await terms.unlock(locked, by=who)
    for who in may:
        await Account.filter(id=locked.id).update(is_active=False, locked_because=LockReason.IDLE)
        await terms.unlock(locked, by=who)
        kept = await Account.get(id=locked.id)
        assert (kept.is_active, kept.locked_because) == (True, None)
    assert await OfficeEntry.filter(action='解除系統鎖定').count() == 3


async def test_what_is_over_needs_another_last_day_before_it_is_opened_again() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    yesterday = dates.today() - timedelta(days=1)
    ended = await an_account(email='c@example.com', ends_on=yesterday, is_active=False, locked_because=LockReason.ENDED)
    with pytest.raises(NotPermitted, match='使用期限已經過了'):
        await terms.unlock(ended, by=admin)

    details = AccountDetails.from_record(ended)
    details.is_active = True
    assert list(details.problems()) == ['ends_on']
    details.ends_on = dates.today()
    await accounts.amend(ended, details, by=admin)

    kept = await Account.get(id=ended.id)
    assert (kept.is_active, kept.locked_because) == (True, None)


@pytest.mark.parametrize(
    ('rules', 'problem'),
    [
        (Rules(idle_days=10), 'idle_days'),
        (Rules(idle_days=-1), 'idle_days'),
        (Rules(first_warning=3, last_warning=3), 'last_warning'),
        (Rules(idle_days=60, first_warning=60), 'first_warning'),
        (Rules(review_days=1), 'review_days'),
    ],
    ids=['short', 'negative', 'warnings', 'late', 'hasty'],
)
async def test_rules_that_lock_people_out_by_surprise_are_refused(rules: Rules, problem: str) -> None:
    with pytest.raises(Incomplete) as refusal:
        await terms.save_rules(rules, by=await an_account(Role.ADMINISTRATOR))
    assert list(refusal.value.problems) == [problem]
    with pytest.raises(NotPermitted):
        await terms.save_rules(Rules(), by=await an_account())
