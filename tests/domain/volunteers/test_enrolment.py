"""收編 and 志工總歸戶: what a unit must know before it learns anything of somebody else's volunteer."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from db.choices import IdentityKind, MembershipStatus, Role
from db.models import AccessEntry, Account, HostUnit, Membership, OutgoingMail, ServiceHours, Volunteer
from domain import accounts, dates, volunteers
from domain.audit import access, history
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.volunteers import NoSuchPerson, SpeltOtherwise, TooManyTries

from ...builders import a_host_unit, a_membership, a_training, a_volunteer, an_account, an_identity_number

pytestmark = pytest.mark.usefixtures('database')

NATIONAL_ID = IdentityKind.NATIONAL_ID
BORN = date(1985, 5, 12)


async def known_person(**changes: Any) -> tuple[str, Volunteer]:
    """Somebody of another unit, and the number."""
    number = an_identity_number()
    return number, await a_volunteer(identity_number=number, name='谷辣斯．尤達卡', born_on=BORN, **changes)


async def test_number_name_and_birth_date_put_a_person_onto_the_roster() -> None:
    clerk = await an_account(host_unit=await a_host_unit(name='範例圖書館'), name='李小雨')
    number, person = await known_person()

    joined = await volunteers.join(NATIONAL_ID, number.lower(), '谷辣斯‧尤達卡', BORN, by=clerk)

    assert joined == person
    assert (await volunteers.get(person.id, by=clerk)).name == '谷辣斯．尤達卡'
    [entry] = (await history.of(person, by=clerk)).rows
    assert (entry.label, entry.new, entry.from_unit) == ('所屬運用單位', '範例圖書館', '範例圖書館')
    self = await an_account(Role.VOLUNTEER, volunteer=person)
    facts = [(seen.by_name, seen.what, seen.reason) for seen in (await access.of(person, by=self)).rows]
    assert facts == [('李小雨', '收編', '核對證號、姓名、出生日期相符')]


async def test_the_person_and_the_units_that_are_there_are_told_and_both_read_it() -> None:
    owner = await an_account(host_unit=await a_host_unit(name='示例文化中心', email='owner@example.com'))
    clerk = await an_account(host_unit=await a_host_unit(name='範例圖書館'))
    number = an_identity_number()
    unit = await HostUnit.get(id=owner.host_unit_id)
    person = await a_volunteer(unit, identity_number=number, name='王小明', born_on=BORN, email='v@example.com')
    await a_membership(person, await a_host_unit(email='left@example.com'), status=MembershipStatus.LEFT)

    await volunteers.join(NATIONAL_ID, number, '王小明', BORN, by=clerk)

    mails = await OutgoingMail.all().order_by('id')
    assert [(mail.template, mail.recipient) for mail in mails] == [
        ('enrolled', 'v@example.com'),
        ('enrolled_elsewhere', 'owner@example.com'),
    ]
    assert all('範例圖書館' in str(mail.body.open()) for mail in mails)
    assert [mail.subject for mail in mails if '王小明' in mail.subject or '範例圖書館' in mail.subject] == []
    for reader in (owner, clerk):
        [entry] = (await history.of(person, by=reader)).rows
        assert (entry.label, entry.new) == ('所屬運用單位', '範例圖書館')
    held = await accounts.hold(person, by=clerk)
    assert held is not None
    assert held.until is not None


async def test_joining_again_changes_nothing_and_who_left_comes_back() -> None:
    clerk = await an_account()
    number, person = await known_person()
    unit = await HostUnit.get(id=clerk.host_unit_id)

    await volunteers.join(NATIONAL_ID, number, person.name, BORN, by=clerk)
    await Membership.filter(volunteer=person, host_unit=unit).update(
        status=MembershipStatus.LEFT, left_on=dates.today(), joined_on=date(2020, 1, 1)
    )
    await volunteers.join(NATIONAL_ID, number, person.name, BORN, by=clerk)
    await volunteers.join(NATIONAL_ID, number, person.name, BORN, by=clerk)

    membership = await Membership.get(volunteer=person, host_unit=unit)
    assert (membership.status, membership.left_on, membership.joined_on) == (
        MembershipStatus.ACTIVE,
        None,
        dates.today(),
    )
    assert (await history.of(person, by=clerk)).total == 2


@pytest.mark.parametrize('wrong', ['number', 'name', 'born_on'])
async def test_one_wrong_fact_is_refused_in_the_same_words_and_noted_for_the_person(wrong: str) -> None:
    clerk = await an_account()
    number, person = await known_person()
    facts: dict[str, Any] = {'number': number, 'name': person.name, 'born_on': BORN}
    facts[wrong] = {'number': an_identity_number(), 'name': '陳小華', 'born_on': BORN + timedelta(days=1)}[wrong]

    with pytest.raises(NoSuchPerson) as refusal:
        await volunteers.join(NATIONAL_ID, **facts, by=clerk)

    assert str(refusal.value) == str(NoSuchPerson())
    with pytest.raises(NotFound):
        await volunteers.get(person.id, by=clerk)
    noted = [(entry.volunteer_id, entry.reason) for entry in await AccessEntry.all()]
    assert noted == ([] if wrong == 'number' else [(person.id, '核對資料不符，未收編')])


async def test_another_spelling_of_the_name_is_told_as_such_and_counts_as_no_try() -> None:
    clerk = await an_account()
    number, person = await known_person(english_name='Kolas Yotaka')

    for spelling in ['谷拉斯．尤達卡', '谷辣斯', 'KULAS YOTAKA'] * 3:
        with pytest.raises(SpeltOtherwise, match='只有姓名的寫法與登錄的不同') as refusal:
            await volunteers.join(NATIONAL_ID, number, spelling, BORN, by=clerk)
        assert '谷辣斯' not in str(refusal.value)
    with pytest.raises(NoSuchPerson):
        await volunteers.join(NATIONAL_ID, number, '谷拉斯．尤達卡', BORN + timedelta(days=1), by=clerk)
    assert {entry.reason for entry in await AccessEntry.all()} == {'姓名寫法不同，未收編', '核對資料不符，未收編'}

    assert await volunteers.join(NATIONAL_ID, number, person.name, BORN, by=clerk) == person


async def test_birth_dates_cannot_be_guessed_not_even_many_at_once() -> None:
    clerk = await an_account()
    number, person = await known_person()
    guesses = [BORN - timedelta(days=days) for days in range(1, 21)]

    outcomes = await asyncio.gather(
        *(volunteers.join(NATIONAL_ID, number, person.name, guess, by=clerk) for guess in guesses),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['NoSuchPerson'] * 5 + ['TooManyTries'] * 15
    colleague = await an_account(host_unit_id=clerk.host_unit_id)
    with pytest.raises(TooManyTries):
        await volunteers.join(NATIONAL_ID, number, person.name, BORN, by=colleague)
    with dates.frozen(dates.now() + timedelta(minutes=16)):
        await volunteers.join(NATIONAL_ID, number, person.name, BORN, by=clerk)


@pytest.mark.parametrize('junk', [None, 5, ['x'], '', '\0', '\ud800', 'x' * 10_000])
async def test_forged_facts_get_sentences(junk: Any) -> None:
    clerk = await an_account()

    with pytest.raises(Incomplete):
        await volunteers.join(junk, junk, junk, junk, by=clerk)
    with pytest.raises(Incomplete):
        await volunteers.consolidated(junk, junk, junk, by=clerk)


async def test_a_stranger_who_is_open_to_units_is_shown_without_what_enrolment_asks_for() -> None:
    owner, clerk = await an_account(), await an_account()
    number, person = await known_person(is_open_to_units=True)
    training = await a_training(person, by=owner)
    hours: dict[str, Any] = {'item': '綜合服務', 'content': '導覽', 'starts_on': BORN, 'ends_on': BORN}
    for minutes in (90, 60):
        await ServiceHours.create(volunteer=person, recorder=owner, minutes=minutes, **hours)

    found = await volunteers.consolidated(NATIONAL_ID, number, '確認是否已領紀錄冊', by=clerk)

    assert (found.volunteer_id, found.name, found.born_on) == (None, '谷○○．尤○○', None)
    assert (found.trainings, found.service_minutes) == ([training], 150)
    assert [one.host_unit.name for one in found.memberships] == [
        (await HostUnit.get(id=one.host_unit_id)).name for one in await Membership.filter(volunteer=person)
    ]
    assert '尤達卡' not in repr(found)
    assert [(entry.what, entry.reason) for entry in await AccessEntry.all()] == [('志工總歸戶', '確認是否已領紀錄冊')]
    with pytest.raises(NotFound):
        await volunteers.get(person.id, by=clerk)


async def test_somebody_not_open_to_units_reads_like_nobody() -> None:
    clerk = await an_account()
    number, _ = await known_person()
    sentences = set()

    for asked in (number, an_identity_number()):
        with pytest.raises(NotFound) as refusal:
            await volunteers.consolidated(NATIONAL_ID, asked, '確認', by=clerk)
        sentences.add(str(refusal.value))
        with pytest.raises(Incomplete):
            await volunteers.consolidated(NATIONAL_ID, asked, '', by=clerk)

    assert len(sentences) == 1
    assert await AccessEntry.all().count() == 0


async def test_ones_own_volunteer_needs_no_openness_but_a_purpose() -> None:
    clerk = await an_account()
    number = an_identity_number()
    person = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), identity_number=number)

    found = await volunteers.consolidated(NATIONAL_ID, number, '核對時數', by=clerk)

    assert (found.volunteer_id, found.name, found.born_on) == (person.id, person.name, person.born_on)
    assert [entry.volunteer_id for entry in await AccessEntry.all()] == [person.id]


@pytest.mark.parametrize('role', [Role.VOLUNTEER, Role.ADMINISTRATOR])
async def test_others_may_not_ask(role: Role) -> None:
    other: Account = await an_account(role)
    number, person = await known_person(is_open_to_units=True)

    for attempt in (
        volunteers.lookup_identity(NATIONAL_ID, number, by=other),
        volunteers.join(NATIONAL_ID, number, person.name, BORN, by=other),
        volunteers.consolidated(NATIONAL_ID, number, '確認', by=other),
    ):
        with pytest.raises(NotPermitted):
            await attempt
