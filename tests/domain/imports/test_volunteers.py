"""志工資料 from a file: new people, people on record, people whom other units know."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from db.choices import Doubt, Grade, IdentityKind, Role, Sex
from db.models import (
    AccessEntry,
    Account,
    HistoryEntry,
    HostUnit,
    IdentityLookup,
    Membership,
    OutgoingMail,
    Volunteer,
)
from domain import settings
from domain.imports.kinds.volunteers import Volunteers
from domain.volunteers import lookups

from ...builders import a_host_unit, a_team, a_training, a_volunteer, an_account, an_identity_number
from .trying import graded, imported, plain, sentences, taken_back

KIND = Volunteers()
BORN = date(1985, 5, 12)


def a_row(**cells: Any) -> dict[str, Any]:
    return {'name': '周小晴', 'identity_number': an_identity_number(), 'born_on': BORN} | cells


async def a_clerk() -> tuple[Account, HostUnit]:
    clerk = await an_account()
    return clerk, await HostUnit.get(id=clerk.host_unit_id)


async def test_new_people_are_registered_with_what_the_row_says(database: str) -> None:
    clerk, unit = await a_clerk()
    team = await a_team(unit)
    row = a_row(
        email='zhou@example.org',
        consents_to_data_use=True,
        legacy_number='中市文志字第000123號',
        team='藝文導覽志工隊',
        joined_on=date(2020, 3, 1),
    )
    [one] = await graded(KIND, [row], by=clerk)
    assert (one.grade, one.doubt, sentences(one)) == (Grade.GOOD, None, [])
    [written] = await imported(KIND, [row], by=clerk)
    person = await Volunteer.get(id=int(written.record_id))
    assert (person.name, person.sex, person.legacy_series, person.legacy_serial) == (
        '周小晴',
        Sex.FEMALE,
        '中市文志',
        '000123',
    )
    assert person.consents_to_data_use
    assert person.consented_at
    membership = await Membership.get(volunteer_id=person.id)
    assert (membership.team_id, membership.joined_on) == (team.id, date(2020, 3, 1))
    account = await Account.get(volunteer_id=person.id)
    assert (account.role, account.password_hash) == (Role.VOLUNTEER, '')
    assert await HistoryEntry.filter(volunteer_id=person.id, label='姓名').count() == 1
    assert await OutgoingMail.all().count() == 0


async def test_a_file_may_have_the_link_mailed_to_those_with_an_address(database: str) -> None:
    clerk, _ = await a_clerk()
    await imported(KIND, [a_row(email='a@example.org'), a_row()], by=clerk, common={'way': 'mail'})
    assert plain(await OutgoingMail.all().values_list('recipient', flat=True)) == ['a@example.org']


@pytest.mark.parametrize(
    ('cells', 'told'),
    [
        ({'name': None}, ('name', '請輸入姓名。')),
        ({'born_on': None}, ('born_on', '請輸入出生日期。')),
        (
            {'identity_number': 'A123456788'},
            ('identity_number', '身分證字號的檢查碼不符，可能有一個字打錯。請對照證件再輸入一次。'),
        ),
        (
            {'identity_number': 'K12345678', 'sex': 'female'},
            (
                'identity_number',
                '身分證字號應為 10 個字，這裡有 9 個字。請對照證件再輸入一次。'
                '若是護照，請在「證件種類」填「護照號碼」。',
            ),
        ),
        (
            {'legacy_number': '中市文志字第000123號、中市文志字第000456號'},
            ('legacy_number', '看不懂舊制紀錄冊號。請寫成「…字第…號」，例如 中市文志字第000123號。'),
        ),
        ({'email': 'nobody'}, ('email', 'E-MAIL格式不對，應該像 name@example.com。請再確認。')),
        (
            {'legacy_number': '000123'},
            ('legacy_number', '看不懂舊制紀錄冊號。請寫成「…字第…號」，例如 中市文志字第000123號。'),
        ),
        (
            {'team': '沒有的隊'},
            ('team', '您的單位沒有「沒有的隊」這個志工隊。請改成已有的隊名，或先匯入志工隊。'),
        ),
        ({'sex': 'male'}, ('sex', '身分證字號第 2 碼表示「女」，與選擇的性別不同。請對照證件再確認。')),
        (
            {'joined_on': date(1980, 1, 1)},
            ('joined_on', '加入日期不會早於民國 74 年 5 月 12 日。請再確認年份，以及是否誤勾「民國前」。'),
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else '',
)
async def test_a_cell_is_wrong_as_in_the_form(database: str, cells: dict[str, Any], told: tuple[str, str]) -> None:
    clerk, _ = await a_clerk()
    [one] = await graded(KIND, [a_row(**cells)], by=clerk)
    assert (one.grade, sentences(one)) == (Grade.WRONG, [told])


async def test_the_kind_of_document_follows_from_the_number(database: str) -> None:
    clerk, _ = await a_clerk()
    await imported(
        KIND, [a_row(identity_number='A800000014'), a_row(identity_number='350123456', sex='female')], by=clerk
    )
    kinds = await Volunteer.all().order_by('id').values_list('identity_kind', flat=True)
    assert plain(kinds) == [IdentityKind.ARC, IdentityKind.PASSPORT]


async def test_what_is_on_record_already_changes_nothing(database: str) -> None:
    clerk, unit = await a_clerk()
    number = an_identity_number()
    person = await a_volunteer(unit, identity_number=number, name='周小晴')
    [one] = await graded(KIND, [a_row(identity_number=number)], by=clerk)
    assert (one.grade, one.about, sentences(one)) == (
        Grade.GOOD,
        person.id,
        [('name', '已在您的單位，內容相同，不會有任何變更。')],
    )
    assert await imported(KIND, [a_row(identity_number=number)], by=clerk) == []


async def test_what_differs_waits_for_an_answer_with_the_record_beside_it(database: str) -> None:
    clerk, unit = await a_clerk()
    number = an_identity_number()
    person = await a_volunteer(unit, identity_number=number, name='周小晴', email='old@example.org')
    row = a_row(identity_number=number, name='周曉晴', email='new@example.org', is_indigenous=True)
    [one] = await graded(KIND, [row], by=clerk)
    assert (one.grade, one.doubt, one.beside) == (
        Grade.ATTENTION,
        Doubt.DIFFERS,
        {'email': 'old@example.org', 'is_indigenous': '否', 'name': '周小晴'},
    )
    written = await imported(KIND, [row], by=clerk)
    changed = await Volunteer.get(id=person.id)
    assert (changed.name, changed.email, changed.is_indigenous) == ('周曉晴', 'new@example.org', True)
    assert await taken_back(KIND, written, by=clerk) == {}
    back = await Volunteer.get(id=person.id)
    assert (back.name, back.email, back.is_indigenous) == ('周小晴', 'old@example.org', False)


async def test_another_name_and_birth_date_are_another_number(database: str) -> None:
    clerk, unit = await a_clerk()
    number = an_identity_number()
    await a_volunteer(unit, identity_number=number, name='周小晴')
    [one] = await graded(KIND, [a_row(identity_number=number, name='林大成', born_on=date(1970, 1, 1))], by=clerk)
    assert one.grade == Grade.WRONG
    assert sentences(one) == [
        ('identity_number', '這個證號在您單位是「周小晴」，姓名與出生日期都不同。請先確認證號有沒有打錯。')
    ]


async def test_who_was_changed_after_the_preview_is_left_out(database: str) -> None:
    clerk, unit = await a_clerk()
    number = an_identity_number()
    person = await a_volunteer(unit, identity_number=number, name='周小晴')
    rows = [a_row(identity_number=number, name='周曉晴')]
    written = await imported(KIND, rows, by=clerk)
    await Volunteer.filter(id=person.id).update(version=9)
    assert list(await taken_back(KIND, written, by=clerk)) == [2]


async def test_the_address_of_somebody_whom_others_know_too_is_not_changed(database: str) -> None:
    clerk, unit = await a_clerk()
    number = an_identity_number()
    person = await a_volunteer(unit, identity_number=number, name='周小晴', email='old@example.org')
    await Membership.create(volunteer=person, host_unit=await a_host_unit(), joined_on=BORN)
    [one] = await graded(KIND, [a_row(identity_number=number, email='mine@example.org')], by=clerk)
    assert (one.grade, one.beside, [mark.column for mark in one.marks]) == (Grade.GOOD, {}, ['name', 'email'])


async def test_somebody_known_elsewhere_is_told_as_such_whether_name_and_birth_date_are_right_or_not(
    database: str,
) -> None:
    clerk, _ = await a_clerk()
    number = an_identity_number()
    person = await a_volunteer(identity_number=number, name='周小晴')
    rows = [a_row(identity_number=number), a_row(identity_number=number, born_on=date(1970, 1, 1), name='某人')]
    right, guessed = await graded(KIND, rows, by=clerk)
    assert (right.grade, right.doubt, sentences(right)) == (guessed.grade, guessed.doubt, sentences(guessed))
    assert (right.about, right.beside) == (0, {})
    assert await AccessEntry.filter(volunteer_id=person.id).count() == 1


async def test_only_who_has_number_name_and_birth_date_takes_somebody_over(database: str) -> None:
    clerk, unit = await a_clerk()
    await a_team(unit)
    numbers = [an_identity_number(), an_identity_number()]
    people = [await a_volunteer(identity_number=number, name='周小晴') for number in numbers]
    rows = [
        a_row(identity_number=numbers[0], team='藝文導覽志工隊', email='thief@example.org'),
        a_row(identity_number=numbers[1], born_on=date(1970, 1, 1)),
    ]
    written = await imported(KIND, rows, by=clerk)
    ours = Membership.filter(host_unit_id=unit.id)
    assert plain(await ours.values_list('volunteer_id', flat=True)) == [people[0].id]
    assert (await Volunteer.get(id=people[0].id)).email == ''
    assert await taken_back(KIND, written, by=clerk) == {}
    assert await ours.count() == 0


async def test_a_guess_at_a_birth_date_stays_counted_when_the_rows_are_not_written(database: str) -> None:
    clerk, _ = await a_clerk()
    number = an_identity_number()
    await a_volunteer(identity_number=number, name='周小晴')
    for year in range(1970, 1975):
        await imported(KIND, [a_row(identity_number=number, born_on=date(year, 5, 12))], by=clerk)
    assert await imported(KIND, [a_row(identity_number=number)], by=clerk) == []


@pytest.fixture
def one_lookup() -> Iterator[None]:
    before = settings.current()
    settings.use(replace(before, lookups_per_account=1))
    yield
    settings.use(before)


@pytest.mark.usefixtures('one_lookup')
async def test_above_the_budget_nothing_is_said_of_strangers(database: str) -> None:
    clerk, _ = await a_clerk()
    numbers = [an_identity_number() for _ in range(3)]
    for number in numbers[:2]:
        await a_volunteer(identity_number=number)
    every = await graded(KIND, [a_row(identity_number=number) for number in numbers], by=clerk)
    assert sorted(one.grade for one in every) == [Grade.ATTENTION, Grade.WRONG, Grade.WRONG]
    assert await IdentityLookup.filter(is_refused=False).count() == 1


async def test_nine_hundred_new_people_are_no_lookups(database: str) -> None:
    clerk, _ = await a_clerk()
    found = await lookups.of_file([an_identity_number() for _ in range(900)], by=clerk)
    assert (found.own, found.elsewhere, found.held_back) == ({}, frozenset(), frozenset())
    assert await IdentityLookup.all().count() == 0


async def test_who_was_registered_by_a_file_goes_again_unless_somebody_has_built_on_it(database: str) -> None:
    clerk, _ = await a_clerk()
    written = await imported(KIND, [a_row(), a_row()], by=clerk)
    second = await Volunteer.get(id=int(written[1].record_id))
    await a_training(second, by=clerk)
    assert await taken_back(KIND, written, by=clerk) == {
        3: '這位志工的資料在匯入之後又有異動，所以保留。請在他的個人頁面處理。'
    }
    assert plain(await Volunteer.all().values_list('id', flat=True)) == [second.id]
    assert await HistoryEntry.filter(volunteer_id=second.id).exists()


async def test_a_clerk_of_one_team_reads_that_somebody_serves_in_another_team_of_the_unit(database: str) -> None:
    _, unit = await a_clerk()
    of_team = await an_account(host_unit=unit, team=await a_team(unit))
    number, elsewhere = an_identity_number(), an_identity_number()
    await a_volunteer(unit, identity_number=number, name='許別隊')
    await a_volunteer(identity_number=elsewhere)
    rows = [a_row(identity_number=each) for each in (number, elsewhere)]
    one, other = await graded(KIND, rows, by=of_team)
    told = '這位志工已在貴單位的名冊上，只是不在您的志工隊。要編入您的志工隊，請洽貴單位的承辦人。'
    assert (one.grade, sentences(one)) == (Grade.WRONG, [('identity_number', told)])
    assert other.doubt == Doubt.UNUSUAL
