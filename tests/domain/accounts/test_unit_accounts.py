"""單位管理者: the accounts of the own unit and no other's, and never none who looks after them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from db.choices import Role
from db.models import Account, HostUnit, OfficeEntry, OutgoingMail, PasswordReset, Session
from domain import accounts, dates
from domain.accounts import AccountDetails, unit_accounts
from domain.accounts.unit_accounts import LastUnitAdministrator
from domain.errors import Incomplete, NotFound, NotPermitted
from tests.builders import a_host_unit, a_team, an_account

pytestmark = pytest.mark.usefixtures('database')
NEW = AccountDetails(username='new.clerk', name='新同事', email='new@example.com')


@pytest.fixture
async def unit(database: str) -> HostUnit:
    return await a_host_unit()


@pytest.fixture
async def head(unit: HostUnit) -> Account:
    return await an_account(host_unit=unit, is_unit_administrator=True, name='管理者')


def details_of(account: Account, **changes: object) -> AccountDetails:
    known = replace(AccountDetails.from_record(account), email=account.email or 'a@example.com')
    return replace(known, **changes)  # type: ignore[arg-type]


async def test_an_account_is_opened_for_the_own_unit_whatever_the_form_says(unit: HostUnit, head: Account) -> None:
    team, other = await a_team(unit), await an_account(Role.REVIEWER)
    forged = replace(NEW, role=Role.ADMINISTRATOR, host_unit_id=(await a_host_unit()).id, agency_id=other.agency_id)

    opened = await unit_accounts.create(replace(forged, team_id=team.id), by=head)

    kept = await Account.get(id=opened.id)
    assert (kept.role, kept.host_unit_id, kept.agency_id, kept.team_id) == (Role.UNIT_STAFF, unit.id, None, team.id)
    mail = await OutgoingMail.get(account=opened)
    assert '您單位的單位管理者已為您開通帳號' in mail.body.open()
    entry = await OfficeEntry.filter(subject='新同事').first()
    assert entry is not None
    assert (entry.by_name, entry.from_unit, entry.section) == ('管理者', unit.name, '帳號')


async def test_a_supervisor_of_the_unit_is_opened_and_closed_and_stays_one(unit: HostUnit, head: Account) -> None:
    team = await a_team(unit)
    forged = replace(NEW, role=Role.SUPERVISOR, team_id=team.id, is_unit_administrator=True)

    opened = await unit_accounts.create(forged, by=head)

    kept = await unit_accounts.get(opened.id, by=head)
    assert (kept.role, kept.host_unit_id, kept.team_id) == (Role.SUPERVISOR, unit.id, None)
    assert not kept.is_unit_administrator
    assert {one.id for one in (await unit_accounts.find(by=head)).rows} == {head.id, opened.id}
    await unit_accounts.amend(kept, details_of(kept, name='督導', role=Role.UNIT_STAFF, is_active=False), by=head)
    kept = await Account.get(id=opened.id)
    assert (kept.role, kept.name, kept.is_active) == (Role.SUPERVISOR, '督導', False)


async def test_a_clerk_becomes_no_supervisor_and_no_administrator_of_one_team(unit: HostUnit, head: Account) -> None:
    clerk, team = await an_account(host_unit=unit, email='a@example.com'), await a_team(unit)

    both = details_of(clerk, role=Role.SUPERVISOR, team_id=team.id, is_unit_administrator=True)
    with pytest.raises(Incomplete):
        await unit_accounts.amend(clerk, both, knowingly=True, by=head)
    await unit_accounts.amend(clerk, details_of(clerk, role=Role.SUPERVISOR), by=head)

    assert (await Account.get(id=clerk.id)).role == Role.UNIT_STAFF


async def test_a_team_of_another_unit_and_a_team_of_an_administrator_are_refused(unit: HostUnit, head: Account) -> None:
    team, strange = await a_team(unit), await a_team(await a_host_unit())

    for wrong in (
        replace(NEW, team_id=strange.id),
        replace(NEW, team_id=2**40),
        replace(NEW, team_id=team.id, is_unit_administrator=True),
    ):
        with pytest.raises((Incomplete, NotFound)):
            await unit_accounts.create(wrong, by=head)
    assert not await Account.exists(username='new.clerk')


async def test_others_accounts_are_not_there(unit: HostUnit, head: Account) -> None:
    for stranger in (
        await an_account(),
        await an_account(Role.REVIEWER),
        await an_account(Role.ADMINISTRATOR),
        await an_account(Role.VOLUNTEER),
    ):
        details = AccountDetails('taken.over', '甲', 'a@example.com')
        for attempt in (
            unit_accounts.get(stranger.id, by=head),
            unit_accounts.amend(stranger, details, by=head),
            unit_accounts.send_link(stranger, by=head),
            unit_accounts.left_alone(stranger, details, by=head),
        ):
            with pytest.raises(NotFound):
                await attempt
    assert [one.id for one in (await unit_accounts.find(by=head)).rows] == [head.id]


async def test_only_a_unit_administrator_of_the_whole_unit_may(unit: HostUnit, head: Account) -> None:
    team = await a_team(unit)
    for by in (
        await an_account(host_unit=unit),
        await an_account(host_unit=unit, team=team, is_unit_administrator=True),
        await an_account(Role.REVIEWER, is_unit_administrator=True),
        await an_account(Role.VOLUNTEER),
        await an_account(Role.ADMINISTRATOR),
    ):
        for attempt in (
            unit_accounts.find(by=by),
            unit_accounts.get(head.id, by=by),
            unit_accounts.create(NEW, by=by),
            unit_accounts.amend(head, NEW, by=by),
            unit_accounts.send_link(head, by=by),
        ):
            with pytest.raises(NotPermitted):
                await attempt


async def test_a_colleague_is_renamed_closed_and_opened_again_and_signed_out(unit: HostUnit, head: Account) -> None:
    clerk = await an_account(host_unit=unit, email='a@example.com')
    await Session.create(digest='a' * 64, account=clerk, seen_at=dates.now())

    await unit_accounts.amend(clerk, details_of(clerk, name='改名', is_active=False), by=head)
    assert not await Session.exists(account=clerk)
    await unit_accounts.amend(clerk, details_of(clerk, name='改名', is_active=True), by=head)

    kept = await Account.get(id=clerk.id)
    assert (kept.name, kept.is_active) == ('改名', True)
    assert await OfficeEntry.filter(by_id=head.id).count() == 3


async def test_the_last_administrator_neither_closes_nor_demotes_himself(unit: HostUnit, head: Account) -> None:
    team, clerk = await a_team(unit), await an_account(host_unit=unit)

    changes: list[dict[str, object]] = [{'is_active': False}, {'is_unit_administrator': False}]
    for change in changes:
        with pytest.raises(LastUnitAdministrator, match='最後一位單位管理者'):
            await unit_accounts.amend(head, details_of(head, **change), by=head)
    change = {'is_unit_administrator': False, 'team_id': team.id}
    with pytest.raises(LastUnitAdministrator):
        await unit_accounts.amend(head, details_of(head, **change), knowingly=True, by=head)

    await unit_accounts.amend(clerk, details_of(clerk, is_unit_administrator=True), by=head)
    await unit_accounts.amend(head, details_of(head, is_active=False), by=head)
    assert not (await Account.get(id=head.id)).is_active


async def test_two_administrators_who_close_each_other_leave_one(unit: HostUnit, head: Account) -> None:
    second = await an_account(host_unit=unit, is_unit_administrator=True)

    outcomes = await asyncio.gather(
        unit_accounts.amend(second, details_of(second, is_active=False), by=head),
        unit_accounts.amend(head, details_of(head, is_active=False), by=second),
        return_exceptions=True,
    )

    assert len([one for one in outcomes if isinstance(one, Exception)]) == 1
    assert await Account.filter(host_unit=unit, is_unit_administrator=True, is_active=True).count() == 1


async def test_a_link_to_set_the_password_goes_to_the_owners_mailbox(unit: HostUnit, head: Account) -> None:
    fresh = await an_account(host_unit=unit, email='a@example.com')
    used = await an_account(host_unit=unit, email='b@example.com', password_hash='x')
    closed = await an_account(host_unit=unit, email='c@example.com', is_active=False)

    await unit_accounts.send_link(fresh, by=head)
    await unit_accounts.send_link(fresh, by=head)
    await unit_accounts.send_link(used, by=head)

    assert await PasswordReset.filter(account=fresh, used_at=None).count() == 1
    assert [mail.template for mail in await OutgoingMail.all().order_by('id')] == ['account_granted'] * 2 + ['reset']
    with pytest.raises(NotPermitted, match='已停用'):
        await unit_accounts.send_link(closed, by=head)


async def test_the_address_of_somebody_who_was_a_reviewer_waits_for_the_administrator(
    unit: HostUnit, head: Account
) -> None:
    facts: dict[str, Any] = {'email': 'a@example.com', 'password_hash': 'x', 'guarded_since': dates.now()}
    clerk = await an_account(host_unit=unit, **facts)

    with pytest.raises(NotPermitted, match='系統管理者確認後才能更改'):
        await unit_accounts.amend(clerk, details_of(clerk, email='mine@example.com'), by=head)
    await unit_accounts.amend(clerk, details_of(clerk, name='改名'), by=head)


async def test_the_system_administrator_names_the_first_and_a_reviewer_is_none(unit: HostUnit) -> None:
    admin, clerk = await an_account(Role.ADMINISTRATOR), await an_account(host_unit=unit)

    await accounts.amend(clerk, details_of(clerk, is_unit_administrator=True), by=admin)
    assert unit_accounts.is_administrator(await Account.get(id=clerk.id))

    agency = (await an_account(Role.REVIEWER)).agency_id
    moved = details_of(clerk, role=Role.REVIEWER, agency_id=agency, is_unit_administrator=True)
    await accounts.amend(await Account.get(id=clerk.id), moved, knowingly=True, by=admin)
    kept = await Account.get(id=clerk.id)
    assert (kept.is_unit_administrator, kept.team_id) == (False, None)


async def test_the_last_clerk_of_the_whole_unit_goes_into_a_team_only_knowingly(unit: HostUnit) -> None:
    admin, clerk, team = await an_account(Role.ADMINISTRATOR), await an_account(host_unit=unit), await a_team(unit)
    await an_account(host_unit=unit, team=team)

    with pytest.raises(NotPermitted, match='最後一位整個單位的承辦人'):
        await accounts.amend(clerk, details_of(clerk, team_id=team.id), by=admin)
    await accounts.amend(clerk, details_of(clerk, team_id=team.id), knowingly=True, by=admin)
    assert (await Account.get(id=clerk.id)).team_id == team.id
