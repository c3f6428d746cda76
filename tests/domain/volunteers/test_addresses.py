"""E-MAIL of a volunteer: who may change it, and the owner's answer at the old address."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from db.choices import LogAct, Role
from db.models import Account, HistoryEntry, HostUnit, LogEntry, OutgoingMail, Volunteer
from domain import accounts, dates, settings, volunteers
from domain.errors import Incomplete, NotFound
from domain.settings import Settings
from domain.volunteers import VolunteerDetails, addresses
from domain.volunteers.addresses import AnswerExpired, JustSent

from ...builders import a_host_unit, a_membership, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')

OLD, NEW = 'old@example.com', 'new@example.com'


@pytest.fixture(autouse=True)
def office() -> None:
    """What links begin with."""
    settings.use(Settings(public_url='https://book.example.tw'))


async def shared(email: str = OLD) -> tuple[Account, Volunteer]:
    """A clerk, and a volunteer who serves another unit too."""
    clerk = await an_account(host_unit=await a_host_unit())
    person = await a_volunteer(email=email)
    await a_membership(person, await HostUnit.get(id=clerk.host_unit_id), enrolled_at=dates.now())
    return clerk, await volunteers.get(person.id, by=clerk)


async def token() -> str:
    """Of the link that was mailed last."""
    mail = await OutgoingMail.filter(template='email_asked').order_by('-id').first()
    assert mail is not None
    return str(mail.body.open()).partition('/account/email?token=')[2].split()[0]


async def kept(person: Volunteer) -> str:
    return (await Volunteer.get(id=person.id)).email


@pytest.mark.parametrize('email', [NEW, ''])
async def test_a_unit_that_is_not_the_only_one_cannot_save_another_address(email: str) -> None:
    clerk, person = await shared()
    details = replace(VolunteerDetails.from_record(person), email=email, joins_disaster_relief=False)

    with pytest.raises(Incomplete) as refusal:
        await volunteers.amend(person, details, version=person.version, by=clerk)

    assert list(refusal.value.problems) == ['email']
    assert await kept(person) == OLD
    details.email, details.english_name = OLD, 'CHEN'
    await volunteers.amend(person, details, version=person.version, by=clerk)


async def test_the_only_unit_changes_it_and_the_old_address_is_told() -> None:
    clerk = await an_account()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    person = await volunteers.get((await a_volunteer(unit, email=OLD)).id, by=clerk)
    await accounts.give_volunteer_password(person, None, by=clerk)
    details = replace(VolunteerDetails.from_record(person), email=NEW, joins_disaster_relief=False)

    await volunteers.amend(person, details, version=person.version, by=clerk)

    mail = await OutgoingMail.get(template='email_changed')
    assert (mail.recipient, f'運用單位「{unit.name}」更改' in str(mail.body.open())) == (OLD, True)
    entry = await LogEntry.get(act=LogAct.EMAIL_CHANGED)
    assert (entry.by_id, entry.about) == (clerk.id, [person.id])
    assert (await Account.get(volunteer_id=person.id)).email == NEW
    link = str((await OutgoingMail.get(template='first_password')).body.open()).partition('token=')[2].split()[0]
    assert not await accounts.is_reset_open(link)  # it lies in the old mailbox


async def test_the_owner_agrees_at_the_old_address_once() -> None:
    clerk, person = await shared()
    unit = (await HostUnit.get(id=clerk.host_unit_id)).name

    await addresses.ask(person, NEW, by=clerk)

    mail = await OutgoingMail.get()
    assert (mail.template, mail.recipient, mail.holds_secret) == ('email_asked', OLD, True)
    asked = await addresses.asked(await token())
    assert asked is not None
    assert (asked.unit, asked.email, asked.old) == (unit, NEW, 'o*****@example.com')
    assert await kept(person) == OLD
    link = await token()
    answers = [addresses.answer(link, agrees=True) for _ in range(5)]
    outcomes = await asyncio.gather(*answers, return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ['AnswerExpired'] * 4 + ['NoneType']
    assert await kept(person) == NEW
    assert (await OutgoingMail.get(template='email_changed')).recipient == OLD
    assert (await LogEntry.get(act=LogAct.EMAIL_CHANGED)).by_id == (await Account.get(volunteer_id=person.id)).id
    entries = await HistoryEntry.filter(volunteer=person, field='email').order_by('id')
    assert [(one.old, one.new, one.from_unit) for one in entries] == [
        (OLD, f'已請本人確認：{NEW}', unit),
        (OLD, NEW, '志工本人'),
    ]


async def test_who_does_not_agree_or_answers_too_late_keeps_the_address() -> None:
    clerk, person = await shared()
    await addresses.ask(person, NEW, by=clerk)
    first = await token()
    await addresses.ask(person, 'newer@example.com', by=clerk)  # ends the first

    with pytest.raises(AnswerExpired):
        await addresses.answer(first, agrees=True)
    with dates.frozen(dates.now() + timedelta(days=8)), pytest.raises(AnswerExpired):
        await addresses.answer(await token(), agrees=True)
    await addresses.answer(await token(), agrees=False)

    with pytest.raises(AnswerExpired):
        await addresses.answer(await token(), agrees=True)
    for forged in ('', 'x', '\ud800', 'x' * 5000):
        assert await addresses.asked(forged) is None
    assert await kept(person) == OLD


async def test_what_is_no_other_address_is_not_asked_for() -> None:
    clerk, person = await shared()
    own, without = await shared('')
    for wanted in ('', 'x', None, ' Old@Example.com '):
        with pytest.raises(Incomplete):
            await addresses.ask(person, wanted, by=clerk)
    with pytest.raises(NotFound):
        await addresses.ask(without, NEW, by=clerk)
    with pytest.raises(Incomplete) as refusal:
        await addresses.ask(without, NEW, by=own)

    assert '請改印紙本驗證碼' in refusal.value.problems['new_email']
    assert not await OutgoingMail.exists()


async def test_a_link_for_the_password_goes_to_the_address_on_record_and_not_twice_at_once() -> None:
    clerk, person = await shared()

    await addresses.send_password_link(person, by=clerk)
    with pytest.raises(JustSent):
        await addresses.send_password_link(person, by=clerk)

    mail = await OutgoingMail.get()
    assert (mail.template, mail.recipient) == ('first_password', OLD)
    account = await Account.get(volunteer=person)
    assert (account.role, account.password_hash) == (Role.VOLUNTEER, '')
