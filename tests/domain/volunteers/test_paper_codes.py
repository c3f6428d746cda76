"""紙本驗證碼: printed by a unit, used once by the person who has number and birth date too."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from db.choices import Role
from db.models import Account, HistoryEntry, HostUnit, OutgoingMail, PasswordReset, Volunteer
from domain import accounts, dates, settings, volunteers
from domain.accounts import SignInLocked, UnfitPassword
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.settings import Settings
from domain.volunteers import paper_codes
from domain.volunteers.printed_codes import NotPrinted, WrongCode

from ...builders import a_host_unit, a_membership, a_volunteer, an_account, an_identity_number
from .test_volunteers import details

pytestmark = pytest.mark.usefixtures('database')

BORN, GOOD = date(1958, 5, 12), 'Meadow2026green'


@pytest.fixture(autouse=True)
def office() -> None:
    """What the address on the paper begins with."""
    settings.use(Settings(public_url='https://book.example.tw'))


async def somebody(**changes: Any) -> tuple[Account, str, Volunteer]:
    """A clerk, and a volunteer without a mailbox, of that unit alone."""
    clerk, number = await an_account(), an_identity_number()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    return clerk, number, await a_volunteer(unit, identity_number=number, born_on=BORN, **changes)


async def test_the_paper_sets_password_and_address_once() -> None:
    clerk, number, person = await somebody()

    sheet = await paper_codes.printed(person, by=clerk)
    await paper_codes.use(number.lower(), BORN, sheet.code.lower().replace('-', ' '), GOOD, ' v＠example.com')

    assert (sheet.name, sheet.address) == ('陳小華', 'https://book.example.tw/code')
    account = await accounts.sign_in(number, GOOD)
    assert (account.volunteer_id, account.must_change_password) == (person.id, False)
    assert (await Volunteer.get(id=person.id)).email == 'v@example.com'
    with pytest.raises(WrongCode):
        await paper_codes.use(number, BORN, sheet.code, 'Another2026green', '')
    entries = await HistoryEntry.filter(volunteer=person, field='prints_code').order_by('id')
    assert [one.new[:3] for one in entries] == ['已列印', '本人已']
    assert not await HistoryEntry.filter(new__contains=sheet.code).exists()


async def test_number_birth_date_and_code_belong_together_and_five_tries_lock_the_number() -> None:
    clerk, number, person = await somebody()
    code = (await paper_codes.printed(person, by=clerk)).code

    for asked, born_on, typed in (
        (an_identity_number(), BORN, code),
        (number, BORN + timedelta(days=1), code),
        (number, None, code),
        (number, BORN, 'AAAA-AAAA-AAAA'),
        (number, BORN, ''),
        (number, BORN, 'x' * 5000),
    ):
        with pytest.raises(WrongCode) as refusal:
            await paper_codes.use(asked, born_on, typed, GOOD, '')
        assert str(refusal.value) == str(WrongCode())
    with pytest.raises(WrongCode):
        await paper_codes.use(number, BORN, 'BBBB', GOOD, '')
    with pytest.raises(SignInLocked):
        await paper_codes.use(number, BORN, code, GOOD, '')
    with dates.frozen(dates.now() + timedelta(minutes=16)):
        await paper_codes.use(number, BORN, code, GOOD, '')


async def test_a_second_paper_ends_the_first_and_none_works_for_ever() -> None:
    clerk, number, person = await somebody()
    first = (await paper_codes.printed(person, by=clerk)).code
    second = (await paper_codes.printed(person, by=clerk)).code

    with pytest.raises(WrongCode):
        await paper_codes.use(number, BORN, first, GOOD, '')
    with dates.frozen(dates.now() + timedelta(days=15)), pytest.raises(WrongCode):
        await paper_codes.use(number, BORN, second, GOOD, '')
    outcomes = await asyncio.gather(
        *(paper_codes.use(number, BORN, second, GOOD, '') for _ in range(3)), return_exceptions=True
    )
    assert sum(one is None for one in outcomes) == 1
    assert [len(one.digest) for one in await PasswordReset.all()] == [64, 64]


async def test_what_does_not_fit_does_not_use_the_code_up() -> None:
    clerk, number, person = await somebody(name='Meadow Green')
    code = (await paper_codes.printed(person, by=clerk)).code

    for password, email, refusal in (
        ('weak', '', UnfitPassword),
        ('Meadow-Green2026', '', UnfitPassword),
        (GOOD, 'x', Incomplete),
    ):
        with pytest.raises(refusal):
            await paper_codes.use(number, BORN, code, password, email)
    await paper_codes.use(number, BORN, code, 'Harbour2026green', '')


async def test_the_other_units_and_the_mailbox_learn_that_a_code_was_printed() -> None:
    clerk, _, person = await somebody(email='v@example.com')
    await a_membership(person, await a_host_unit(email='other@example.com'))

    await paper_codes.printed(person, by=clerk)

    mails = await OutgoingMail.all().order_by('id')
    assert [(mail.template, mail.recipient) for mail in mails] == [
        ('code_printed', 'v@example.com'),
        ('code_printed_elsewhere', 'other@example.com'),
    ]


async def test_a_unit_that_has_just_come_prints_none_where_somebody_else_can_help() -> None:
    owner, number, person = await somebody()
    clerk = await an_account()
    for mailbox in ('', 'v@example.com'):
        await Volunteer.filter(id=person.id).update(email=mailbox)
        await volunteers.join(person.identity_kind, number, person.name, BORN, by=clerk)
        with pytest.raises(NotPrinted) as refusal:
            await paper_codes.printed(person, by=clerk)
        assert '請本人向原來的單位' in str(refusal.value)
    await volunteers.end_membership(person, by=owner)
    with pytest.raises(NotPrinted) as refusal:
        await paper_codes.printed(person, by=clerk)
    assert '請改寄連結到本人登記的 E-MAIL' in str(refusal.value)

    await Volunteer.filter(id=person.id).update(email='')

    assert (await paper_codes.printed(person, by=clerk)).code


async def test_somebody_new_without_a_mailbox_gets_an_account_that_waits_for_the_paper() -> None:
    clerk, number = await an_account(), an_identity_number()
    form = details(identity_number=number, prints_code=True, password='', password_again='')

    person = await volunteers.register(form, by=clerk)

    assert (await Account.get(volunteer=person)).password_hash == ''
    code = (await paper_codes.printed(person, by=clerk)).code
    await paper_codes.use(number, person.born_on, code, GOOD, '')
    assert (await accounts.sign_in(number, GOOD)).volunteer_id == person.id


@pytest.mark.parametrize('role', [Role.VOLUNTEER, Role.REVIEWER, Role.ADMINISTRATOR])
async def test_only_the_persons_own_units_print(role: Role) -> None:
    _, _, person = await somebody()

    with pytest.raises(NotPermitted):
        await paper_codes.printed(person, by=await an_account(role))
    with pytest.raises(NotFound):
        await paper_codes.printed(person, by=await an_account())
