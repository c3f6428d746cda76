"""The address of a reviewer or an administrator is not for one administrator alone to change."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from db.choices import LogAct, Role
from db.models import Account, Agency, EmailChange, LogEntry, OfficeEntry, OutgoingMail, Session
from domain import accounts, dates
from domain.accounts import AccountDetails, email_changes, sessions
from domain.errors import MovedOn, NotFound, NotPermitted

from ...builders import a_host_unit, a_password_hash, a_volunteer, an_account, an_agency

pytestmark = pytest.mark.usefixtures('database')

OLD, NEW = 'old@example.com', 'new@example.com'
GUARDED = [Role.REVIEWER, Role.ADMINISTRATOR]


async def an_administrator() -> Account:
    return await an_account(Role.ADMINISTRATOR, name='系統管理者', email='admin@example.com')


async def somebody(role: Role = Role.REVIEWER) -> Account:
    return await an_account(role, name='何專員', email=OLD, password_hash=await a_password_hash())


async def asked(account: Account, by: Account) -> EmailChange:
    details = replace(AccountDetails.from_record(account), email=NEW)
    change = await accounts.amend(account, details, by=by)
    assert change is not None
    return change


async def kept(account: Account) -> str:
    return (await Account.get(id=account.id)).email


@pytest.mark.parametrize('role', GUARDED)
async def test_a_second_administrator_confirms_and_the_old_address_is_told_twice(role: Role) -> None:
    first, second, account = await an_administrator(), await an_administrator(), await somebody(role)
    await sessions.open(account)

    change = await asked(account, first)

    [waiting] = await email_changes.waiting(by=second)
    assert (waiting.id, waiting.email, await kept(account)) == (change.id, NEW, OLD)
    with pytest.raises(NotPermitted):
        await email_changes.confirm(change, by=first)
    await email_changes.confirm(change, by=second)

    assert (await kept(account), await email_changes.waiting(by=first)) == (NEW, [])
    entry = await LogEntry.get(act=LogAct.EMAIL_CHANGED)
    assert (entry.by_id, entry.what.startswith(f'帳號 {account.username}：')) == (second.id, True)
    mails = await OutgoingMail.all().order_by('id')
    assert [(mail.template, mail.recipient) for mail in mails] == [('email_waits', OLD), ('email_changed', OLD)]
    assert '由另一位系統管理者確認後才生效' in str(mails[0].body.open())
    assert not await Session.exists()
    acts = await OfficeEntry.filter(subject='何專員').order_by('id')
    assert [(entry.action, entry.old, entry.new) for entry in acts] == [
        ('申請變更', OLD, NEW),
        ('確認變更', OLD, NEW),
    ]


async def test_taking_the_role_away_first_is_no_way_around() -> None:
    alone, unit = await an_administrator(), await a_host_unit()
    reviewer = await accounts.create(details_of_a_reviewer(await an_agency()), by=alone)
    await Account.filter(id=reviewer.id).update(password_hash='$argon2id$…')
    reviewer = await Account.get(id=reviewer.id)
    clerk = replace(AccountDetails.from_record(reviewer), role=Role.UNIT_STAFF, host_unit_id=unit.id, agency_id=None)
    await accounts.amend(reviewer, clerk, by=alone)

    change = await accounts.amend(await Account.get(id=reviewer.id), replace(clerk, email=NEW), by=alone)

    assert change is not None
    assert await kept(reviewer) == OLD


async def test_a_new_administrator_confirms_nothing_yet() -> None:
    first, account = await an_administrator(), await somebody()
    change = await asked(account, first)
    details = AccountDetails(username='second', name='第二位', role=Role.ADMINISTRATOR, email='second@example.com')
    made = await accounts.create(details, by=first)

    with pytest.raises(NotPermitted, match='還不到 3 天'):
        await email_changes.confirm(change, by=made)
    with dates.frozen(dates.now() + timedelta(days=3, minutes=1)):
        await email_changes.confirm(change, by=made)

    assert await kept(account) == NEW


def details_of_a_reviewer(agency: Agency) -> AccountDetails:
    return AccountDetails(username='reviewer9', name='何專員', role=Role.REVIEWER, agency_id=agency.id, email=OLD)


async def test_one_of_the_role_itself_does_not_confirm_the_own_address() -> None:
    first, account = await an_administrator(), await somebody(Role.ADMINISTRATOR)

    with pytest.raises(NotPermitted):
        await email_changes.confirm(await asked(account, first), by=account)


async def test_it_is_confirmed_or_refused_once() -> None:
    first, second, third = [await an_administrator() for _ in range(3)]
    account = await somebody()
    change = await asked(account, first)

    outcomes = await asyncio.gather(
        email_changes.confirm(change, by=second), email_changes.refuse(change, by=third), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in outcomes) == ['MovedOn', 'NoneType']
    again = await asked(await Account.get(id=account.id), first) if await kept(account) == OLD else None
    if again is not None:
        await email_changes.refuse(again, by=first)
        with pytest.raises(MovedOn):
            await email_changes.confirm(again, by=second)


async def test_a_new_request_takes_the_place_of_the_one_before() -> None:
    first, second, account = await an_administrator(), await an_administrator(), await somebody()
    before = await asked(account, first)
    await asked(account, first)

    with pytest.raises(MovedOn):
        await email_changes.confirm(before, by=second)
    assert len(await email_changes.waiting(by=second)) == 1


async def test_the_only_administrator_waits_three_days_after_the_notice() -> None:
    only, account = await an_administrator(), await somebody()
    change = await asked(account, only)

    assert '系統管理者只有一位' in str((await OutgoingMail.get()).body.open())
    with dates.frozen(dates.now() + timedelta(days=2)), pytest.raises(NotPermitted):
        await email_changes.confirm(change, by=only)
    with dates.frozen(dates.now() + timedelta(days=3, minutes=1)):
        await email_changes.confirm(change, by=only)

    assert await kept(account) == NEW


async def test_a_role_given_or_taken_with_the_address_is_no_way_around() -> None:
    first, account = await an_administrator(), await somebody()
    clerk = await an_account(email=OLD, password_hash=await a_password_hash())
    down = replace(
        AccountDetails.from_record(account), email=NEW, role=Role.UNIT_STAFF, host_unit_id=clerk.host_unit_id
    )
    up = replace(AccountDetails.from_record(clerk), email=NEW, role=Role.REVIEWER, agency_id=account.agency_id)

    assert await accounts.amend(account, down, by=first) is not None
    assert await accounts.amend(clerk, up, by=first) is not None
    assert [await kept(one) for one in (account, clerk)] == [OLD, OLD]


async def test_an_account_that_nobody_has_used_and_that_of_a_clerk_change_at_once() -> None:
    first = await an_administrator()
    for account in (await an_account(Role.REVIEWER, email=OLD), await an_account(email=OLD)):
        assert await accounts.amend(account, replace(AccountDetails.from_record(account), email=NEW), by=first) is None
        assert await kept(account) == NEW


async def test_an_administrators_page_does_not_bring_an_old_password_back() -> None:
    first, account = await an_administrator(), await somebody()
    stale = await accounts.get(account.id, by=first)
    await accounts.change_password(account, 'Sample-Passw0rd', 'Another-Passw0rd', by=account)

    await accounts.amend(stale, replace(AccountDetails.from_record(stale), phone='1'), by=first)

    assert (await accounts.sign_in(account.username or '', 'Another-Passw0rd')).id == account.id


@pytest.mark.parametrize('role', [Role.VOLUNTEER, Role.UNIT_STAFF, Role.REVIEWER])
async def test_nobody_else_sees_or_decides_them(role: Role) -> None:
    first, account = await an_administrator(), await somebody()
    change, other = await asked(account, first), await an_account(role)

    for attempt in (
        email_changes.waiting(by=other),
        email_changes.confirm(change, by=other),
        email_changes.refuse(change, by=other),
    ):
        with pytest.raises(NotPermitted):
            await attempt
    with pytest.raises(NotFound):
        await accounts.amend(
            await an_account(Role.VOLUNTEER, volunteer=await a_volunteer()), AccountDetails(), by=first
        )
