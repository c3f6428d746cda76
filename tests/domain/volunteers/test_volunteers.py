"""Registering, amending and finding volunteers, and what another unit learns of them: nothing."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tortoise.connection import get_connection

from db.choices import (
    BookStatus,
    FileKind,
    HistoryAction,
    IdentityKind,
    InsuranceKind,
    IssueKind,
    MembershipStatus,
    Role,
    Sex,
)
from db.models import (
    AccessEntry,
    Account,
    Application,
    HistoryEntry,
    HonorCard,
    HostUnit,
    InsuranceCover,
    Membership,
    OutgoingMail,
    RecordBook,
    StoredFile,
    Volunteer,
)
from domain import accounts, dates, volunteers
from domain.audit import history
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.volunteers import (
    AlreadyRegistered,
    ChangedMeanwhile,
    Elsewhere,
    VolunteerDetails,
    VolunteerQuery,
    reveal,
    spelling,
)

from ...builders import (
    a_county,
    a_file,
    a_host_unit,
    a_membership,
    a_team,
    a_volunteer,
    an_account,
    an_agency,
    an_identity_number,
)

pytestmark = pytest.mark.usefixtures('database')


def details(**changes: Any) -> VolunteerDetails:
    right = VolunteerDetails(
        identity_number=an_identity_number(),
        name='陳小華',
        password='Meadow2026green',
        password_again='Meadow2026green',
        born_on=date(1985, 5, 12),
        sex=Sex.FEMALE,
        joins_disaster_relief=True,
    )
    return replace(right, **changes)


async def of_unit(clerk: Account, **changes: Any) -> Volunteer:
    return await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), **changes)


async def changes_of(volunteer: Volunteer, by: Account) -> list[tuple[str, str, str]]:
    """Label, old and new, as they were noted."""
    entries = await history.of(volunteer, by=by, per_page=50)
    return [(entry.label, entry.old, entry.new) for entry in reversed(entries.rows)]


async def test_a_new_volunteer_stands_on_the_roster_with_photo_account_and_history() -> None:
    clerk = await an_account()
    photo = await a_file(FileKind.PHOTO, by=clerk)
    number = an_identity_number()
    form = details(
        identity_number=f' {number.lower()} ',
        name=' 谷辣斯．尤達卡 ',
        consents_to_data_use=True,
        photo=photo.id,
        is_photo_confirmed=True,
    )

    volunteer = await volunteers.register(form, by=clerk)

    masked = f'{number[:3]}****{number[-3:]}'
    assert (volunteer.name, volunteer.identity_masked, volunteer.version) == ('谷辣斯．尤達卡', masked, 1)
    assert volunteer.identity_number.open() == number
    assert volunteer.consented_at is not None
    assert (await StoredFile.get(id=photo.id)).volunteer_id == volunteer.id
    assert [(one.host_unit_id, one.status) for one in volunteer.memberships] == [
        (clerk.host_unit_id, MembershipStatus.ACTIVE)
    ]
    assert (await accounts.sign_in(number, 'Meadow2026green')).volunteer_id == volunteer.id
    assert sorted(await changes_of(volunteer, clerk)) == sorted(
        [
            ('證件種類', '', '身分證字號'),
            ('同意個資使用', '', '是'),
            ('姓名', '', '谷辣斯．尤達卡'),
            ('出生日期', '', '民國 074/05/12'),
            ('性別', '', '女'),
            ('是否加入救災志工', '', '是'),
            ('確認志工照片為清晰、半身照', '', '是'),
            ('證件號碼', '', masked),
            ('志工照片', '', '已上傳'),
        ]
    )


async def test_the_number_lies_nowhere_in_clear() -> None:
    clerk = await an_account()
    number = an_identity_number()
    await volunteers.register(details(identity_number=number), by=clerk)

    tables = await get_connection('default').execute_query_dict(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    for table in tables:
        sql = f'SELECT count(*) AS found FROM "{table["name"]}" AS kept WHERE kept::text LIKE $1'
        assert await get_connection('default').execute_query_dict(sql, [f'%{number}%']) == [{'found': 0}]


async def test_a_password_by_the_system_is_mailed() -> None:
    form = details(sets_password_by_system=True, password='', password_again='', email='hua@example.tw')

    await volunteers.register(form, by=await an_account())

    assert [mail.recipient for mail in await OutgoingMail.all()] == ['hua@example.tw']


async def test_an_incomplete_form_is_refused_and_nothing_is_kept() -> None:
    with pytest.raises(Incomplete) as refusal:
        await volunteers.register(details(name='', photo=uuid4(), is_photo_confirmed=True), by=await an_account())

    assert list(refusal.value.problems) == ['name', 'photo']
    assert await Volunteer.all().count() == 0


async def test_another_units_photo_cannot_be_taken() -> None:
    theirs = await a_file(FileKind.PHOTO, by=await an_account())

    with pytest.raises(Incomplete) as refusal:
        await volunteers.register(details(photo=theirs.id, is_photo_confirmed=True), by=await an_account())

    assert refusal.value.problems == {'photo': '找不到上傳的照片，請重新上傳；其他已填的資料都還在。'}


@pytest.mark.parametrize('role', [Role.REVIEWER, Role.VOLUNTEER, Role.ADMINISTRATOR])
async def test_only_clerks_register_and_search(role: Role) -> None:
    other = await an_account(role)

    with pytest.raises(NotPermitted):
        await volunteers.register(details(), by=other)
    with pytest.raises(NotPermitted):
        await volunteers.find(VolunteerQuery(), by=other)


async def test_the_same_person_is_not_made_twice() -> None:
    clerk, stranger = await an_account(), await an_account()
    number = an_identity_number()
    known = await of_unit(clerk, identity_number=number)

    with pytest.raises(AlreadyRegistered) as ours:
        await volunteers.register(details(identity_number=number), by=clerk)
    with pytest.raises(AlreadyRegistered) as theirs:
        await volunteers.register(details(identity_number=number), by=stranger)

    assert (ours.value.volunteer_id, theirs.value.volunteer_id) == (known.id, None)
    assert known.name not in str(theirs.value)


async def test_two_clerks_at_once_make_one_person() -> None:
    number = an_identity_number()
    clerks = [await an_account() for _ in range(4)]

    outcomes = await asyncio.gather(
        *(volunteers.register(details(identity_number=number), by=clerk) for clerk in clerks), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['AlreadyRegistered'] * 3 + ['Volunteer']
    assert await Volunteer.all().count() == await Membership.all().count() == 1


async def test_looking_up_a_number_tells_the_own_volunteer_or_only_that_there_is_one() -> None:
    clerk, stranger = await an_account(), await an_account()
    number = an_identity_number()
    known = await of_unit(clerk, identity_number=number)

    def ask(text: object, by: Account) -> Any:
        return volunteers.lookup_identity(IdentityKind.NATIONAL_ID, text, by=by)

    assert await ask(number, clerk) == known
    assert await ask(number.lower(), stranger) == Elsewhere()
    assert [await ask(text, clerk) for text in (an_identity_number(), '', '\0\ud800', None, ['x'])] == [None] * 5
    assert vars(Elsewhere()) == {}


async def test_another_units_volunteer_is_not_there() -> None:
    clerk, volunteer = await an_account(), await a_volunteer()
    form = replace(VolunteerDetails.from_record(volunteer), name='改名')

    for attempt in (
        volunteers.get(volunteer.id, by=clerk),
        volunteers.header(volunteer, by=clerk),
        volunteers.amend(volunteer, form, version=1, by=clerk),
        reveal.number(volunteer, reason='查對', by=clerk),
        volunteers.assign_team(volunteer, None, by=clerk),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await Volunteer.get(id=volunteer.id)).name == '陳小華'
    assert await AccessEntry.all().count() == 0


@pytest.mark.parametrize('volunteer_id', [0, -1, 2**31, 2**70, '1', None, 1.5, [1]])
async def test_an_id_that_is_none_finds_nobody(volunteer_id: Any) -> None:
    with pytest.raises(NotFound):
        await volunteers.get(volunteer_id, by=await an_account())


async def test_an_amendment_writes_and_notes_what_changed_and_nothing_else() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    seen = await volunteers.get(volunteer.id, by=clerk)
    form = replace(
        VolunteerDetails.from_record(seen), name='陳曉華', born_on=date(1909, 5, 1), is_indigenous=True, email='h@e.tw'
    )

    amended = await volunteers.amend(seen, form, version=seen.version, by=clerk)

    facts = (amended.name, amended.name_key, amended.born_on, amended.email, amended.version)
    assert facts == ('陳曉華', '陳曉華', date(1909, 5, 1), 'h@e.tw', 2)
    assert amended.identity_number.open() == volunteer.identity_number.open()
    assert sorted(await changes_of(volunteer, clerk)) == [
        ('E-MAIL', '', 'h@e.tw'),
        ('出生日期', '民國 074/05/12', '民國前 3/05/01'),
        ('原住民', '否', '是'),
        ('姓名', '陳小華', '陳曉華'),
    ]


async def test_an_unchanged_form_changes_nothing() -> None:
    clerk = await an_account()
    seen = await volunteers.get((await of_unit(clerk)).id, by=clerk)

    amended = await volunteers.amend(seen, VolunteerDetails.from_record(seen), version=seen.version, by=clerk)

    assert amended.version == 1
    assert await HistoryEntry.all().count() == 0


async def test_two_units_amend_different_fields_and_both_stand() -> None:
    clerk, other = await an_account(), await an_account()
    volunteer = await of_unit(clerk)
    await a_membership(volunteer, await HostUnit.get(id=other.host_unit_id))
    seen, seen_there = [await volunteers.get(volunteer.id, by=one) for one in (clerk, other)]

    there = replace(VolunteerDetails.from_record(seen_there), is_indigenous=True)
    await volunteers.amend(seen_there, there, version=1, by=other)
    here = replace(VolunteerDetails.from_record(seen), english_name='CHEN, HSIAO-HUA')
    amended = await volunteers.amend(seen, here, version=1, by=clerk)

    assert (amended.is_indigenous, amended.english_name, amended.version) == (True, 'CHEN, HSIAO-HUA', 3)


async def test_the_second_to_amend_the_same_field_is_told_who_was_first() -> None:
    clerk = await an_account()
    other = await an_account(name='李小雨', host_unit=await a_host_unit(name='範例圖書館'))
    volunteer = await of_unit(clerk)
    await a_membership(volunteer, await HostUnit.get(id=other.host_unit_id))
    seen, seen_there = [await volunteers.get(volunteer.id, by=one) for one in (clerk, other)]
    with dates.frozen(datetime(2026, 3, 8, 6, 58, tzinfo=UTC)):
        there = replace(VolunteerDetails.from_record(seen_there), name='陳曉華')
        await volunteers.amend(seen_there, there, version=1, by=other)

    here = replace(VolunteerDetails.from_record(seen), name='陳筱華', email='hua@example.tw')
    with pytest.raises(ChangedMeanwhile) as refusal:
        await volunteers.amend(seen, here, version=1, by=clerk)

    assert refusal.value.labels == ['姓名']
    assert str(refusal.value) == (
        '範例圖書館 李小雨 於 115/03/08 14:58 已將「姓名」改為「陳曉華」，所以您的修改還沒有儲存。'
        '請重新整理頁面，看過最新的資料後再儲存；您輸入的內容都還在草稿裡。'
    )
    kept = await Volunteer.get(id=volunteer.id)
    assert (kept.name, kept.email, kept.version) == ('陳曉華', '', 2)


async def test_who_saves_what_another_has_just_saved_is_not_refused_and_writes_nothing() -> None:
    clerk, other = await an_account(), await an_account()
    volunteer = await of_unit(clerk)
    await a_membership(volunteer, await HostUnit.get(id=other.host_unit_id))
    seen, seen_there = [await volunteers.get(volunteer.id, by=one) for one in (clerk, other)]
    same = replace(VolunteerDetails.from_record(seen), name='陳曉華')

    await volunteers.amend(seen_there, same, version=1, by=other)
    amended = await volunteers.amend(seen, same, version=1, by=clerk)

    assert (amended.name, amended.version) == ('陳曉華', 2)
    assert await changes_of(volunteer, clerk) == [('姓名', '陳小華', '陳曉華')]


async def test_a_version_that_nobody_saw_is_refused() -> None:
    clerk = await an_account()
    seen = await volunteers.get((await of_unit(clerk)).id, by=clerk)

    with pytest.raises(ChangedMeanwhile):
        await volunteers.amend(seen, replace(VolunteerDetails.from_record(seen), name='甲'), version=7, by=clerk)


async def test_a_new_number_is_noted_masked_and_found_from_then_on() -> None:
    clerk = await an_account()
    old, new = 'A223456781', 'A298765437'
    seen = await volunteers.get((await of_unit(clerk, identity_number=old)).id, by=clerk)
    form = replace(VolunteerDetails.from_record(seen), identity_number=new)

    amended = await volunteers.amend(seen, form, version=1, by=clerk)

    assert (amended.identity_number.open(), amended.identity_masked) == (new, 'A29****437')
    assert await changes_of(seen, clerk) == [('證件號碼', 'A22****781', 'A29****437')]
    assert await volunteers.lookup_identity(IdentityKind.NATIONAL_ID, old, by=clerk) is None


async def test_a_number_of_somebody_else_is_refused() -> None:
    clerk = await an_account()
    taken = an_identity_number()
    await a_volunteer(identity_number=taken)
    seen = await volunteers.get((await of_unit(clerk)).id, by=clerk)
    form = replace(VolunteerDetails.from_record(seen), identity_number=taken)

    with pytest.raises(Incomplete) as refusal:
        await volunteers.amend(seen, form, version=1, by=clerk)

    assert list(refusal.value.problems) == ['identity_number']


async def test_another_kind_of_document_needs_its_number() -> None:
    clerk = await an_account()
    seen = await volunteers.get((await of_unit(clerk)).id, by=clerk)
    form = replace(VolunteerDetails.from_record(seen), identity_kind=IdentityKind.PASSPORT)

    with pytest.raises(Incomplete) as refusal:
        await volunteers.amend(seen, form, version=1, by=clerk)

    assert refusal.value.problems == {'identity_number': '換了證件種類，請重新輸入這種證件的號碼。'}


async def test_a_replaced_photo_can_still_be_opened_from_the_history() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    first, second = [await a_file(FileKind.PHOTO, by=clerk, name=f'{n}.jpg') for n in ('舊照', '新照')]
    for photo in (first, second):
        seen = await volunteers.get(volunteer.id, by=clerk)
        form = replace(VolunteerDetails.from_record(seen), photo=photo.id, is_photo_confirmed=True)
        amended = await volunteers.amend(seen, form, version=seen.version, by=clerk)

    entry = await HistoryEntry.get(volunteer_id=volunteer.id, action=HistoryAction.REPLACED)
    facts = (entry.label, entry.old, entry.new, entry.old_file, entry.new_file)
    assert facts == ('志工照片', '舊照.jpg', '已更換', first.id, second.id)
    assert amended.photo_id == second.id
    assert (await StoredFile.get(id=first.id)).volunteer_id == volunteer.id


async def test_withdrawn_consent_is_noted_and_loses_its_day() -> None:
    clerk = await an_account()
    seen = await volunteers.get(
        (await of_unit(clerk, consents_to_data_use=True, consented_at=dates.now())).id, by=clerk
    )

    form = replace(VolunteerDetails.from_record(seen), consents_to_data_use=False)
    amended = await volunteers.amend(seen, form, version=1, by=clerk)

    assert amended.consented_at is None
    assert await changes_of(seen, clerk) == [('同意個資使用', '是', '否')]


async def test_a_password_can_be_given_anew_and_is_not_in_the_history() -> None:
    clerk = await an_account()
    number = an_identity_number()
    seen = await volunteers.get((await of_unit(clerk, identity_number=number)).id, by=clerk)
    form = replace(VolunteerDetails.from_record(seen), password='Another2026pass', password_again='Another2026pass')

    await volunteers.amend(seen, form, version=1, by=clerk)

    assert (await accounts.sign_in(number, 'Another2026pass')).volunteer_id == seen.id
    assert await changes_of(seen, clerk) == [('密碼', '', '已設定只能用一次的密碼')]


async def test_names_numbers_and_books_are_found_inside_the_unit() -> None:
    clerk = await an_account()
    number = an_identity_number()
    hua = await of_unit(clerk, name='陳小華', identity_number=number)
    kulas = await of_unit(clerk, name='谷辣斯．尤達卡')
    await a_volunteer(name='陳小華')
    await a_book(kulas, '中市文志字第115000413號')

    async def found(text: Any) -> list[Volunteer]:
        return list((await volunteers.find(VolunteerQuery(text=text), by=clerk)).rows)

    assert await found('') == [kulas, hua]
    assert await found('小華') == [hua]
    assert await found(number.lower()) == [hua]
    assert await found(f'{hua.name}（{number}）') == await found(f'{number}\t{hua.name}') == [hua]
    assert await found('辣斯‧尤') == await found(' 中市文志字第115000413號 ') == [kulas]
    assert [await found(text) for text in (number[:9], '%', '_', "'", 'x' * 100_000)] == [[]] * 5
    assert [await found(text) for text in ('\0', '\ud800', None, 5)] == [[kulas, hua]] * 4


@pytest.mark.parametrize(
    'text',
    [
        'eteng', 'ETENG Ina', 'Ēténg', '中市文志字第 000456 號', '000456', '０００４５６', '中市文志字第115000413號',
        '第000456號', '000456號。', '「中市文志字第000456號」', '中市文志字第456號', '456',
        "'115000413", '第115000413號',
        '中市文志字第 115000413 號', '１１５０００４１３', '\u200e115000413', '黃秋葉', '\u200b黄秋葉\ufeff',
    ],
)  # fmt: skip
async def test_a_volunteer_is_found_by_what_people_type_and_paste(text: str) -> None:
    clerk = await an_account()
    details = {'name': '黄秋葉', 'english_name': 'Eteng Ina', 'legacy_series': '中市文志', 'legacy_serial': '000456'}
    known = await of_unit(clerk, **details)
    await of_unit(clerk)
    await a_book(known, '中市文志字第115000413號')
    await a_book(await a_volunteer(name='林小英'), '北市文志字第115000413號')

    page = await volunteers.find(VolunteerQuery(text=text), by=clerk)

    assert list(page.rows) == [known]


async def test_a_paper_number_is_kept_half_width_and_without_blanks() -> None:
    clerk = await an_account()
    seen = await volunteers.get((await of_unit(clerk)).id, by=clerk)
    for series, serial in (('中市文志 ', '０００ ４５６'), ('中市文志字第', '第000456號'), ('中市文志字', '000456 號')):
        form = replace(VolunteerDetails.from_record(seen), legacy_series=series, legacy_serial=serial)
        seen = await volunteers.amend(seen, form, version=seen.version, by=clerk)
        assert (seen.legacy_series, seen.legacy_serial) == ('中市文志', '000456')


async def test_keys_of_an_earlier_rule_are_made_anew() -> None:
    volunteer = await a_volunteer(name='林羣峯', english_name='Lim Kûn-phóng')
    await Volunteer.filter(id=volunteer.id).update(name_key='林羣峯', english_name_key='', key_edition=0)

    assert (await spelling.renew_keys(), await spelling.renew_keys()) == (1, 0)

    now = await Volunteer.get(id=volunteer.id)
    assert (now.name_key, now.english_name_key) == ('林群峰', 'limkunphong')


async def test_a_page_of_names_takes_two_queries_and_brings_the_units_own_team(queries: list[str]) -> None:
    clerk = await an_account()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    team = await a_team(unit)
    people = [await a_volunteer(unit, name=f'王{number:02}') for number in range(23)]
    await Membership.filter(volunteer=people[22]).update(team_id=team.id)
    await a_membership(people[22], await a_host_unit())

    queries.clear()
    page = await volunteers.find(VolunteerQuery(page=3), by=clerk)

    assert ([one.name for one in page.rows], page.total, page.foot) == (
        ['王20', '王21', '王22'],
        23,
        '顯示第 21 至 23 項結果，共 23 項',
    )
    assert [[one.team and one.team.name for one in row.memberships] for row in page.rows] == [
        [None],
        [None],
        [team.name],
    ]
    assert len(queries) == 2
    assert [one.name for one in (await volunteers.find(VolunteerQuery(team_id=team.id), by=clerk)).rows] == ['王22']
    beyond = await volunteers.find(VolunteerQuery(page=9), by=clerk)
    assert (list(beyond.rows), beyond.total) == ([], 23)


async def test_filters_by_status_leave_out_those_who_left() -> None:
    clerk = await an_account()
    active, pending, left = [await of_unit(clerk, name=name) for name in ('甲', '乙', '丙')]
    await Membership.filter(volunteer=pending).update(status=MembershipStatus.PENDING)
    await Membership.filter(volunteer=left).update(status=MembershipStatus.LEFT)

    async def names(status: MembershipStatus | None) -> set[str]:
        return {one.name for one in (await volunteers.find(VolunteerQuery(status=status), by=clerk)).rows}

    assert await names(None) == {'甲', '乙'}
    assert (await names(MembershipStatus.ACTIVE), await names(MembershipStatus.LEFT)) == ({active.name}, set())


async def test_forged_pages_and_teams_harm_nothing() -> None:
    clerk = await an_account()
    await of_unit(clerk)
    forged: Any = VolunteerQuery(text=['x'], status='x', page='x', per_page=10**9)  # type: ignore[arg-type]

    assert (await volunteers.find(forged, by=clerk)).per_page == 50
    with pytest.raises(NotFound):
        await volunteers.find(VolunteerQuery(team_id=2**40), by=clerk)


async def test_the_header_says_units_teams_insurance_card_and_book() -> None:
    clerk = await an_account(host_unit=await a_host_unit(name='示例文化中心'))
    volunteer = await of_unit(clerk)
    await a_membership(volunteer, await a_host_unit(name='範例圖書館'))
    await a_membership(volunteer, await a_host_unit(name='以前的單位'), status=MembershipStatus.LEFT)
    team = await a_team(await HostUnit.get(id=clerk.host_unit_id))

    bare = await volunteers.header(volunteer, by=clerk)
    await volunteers.assign_team(volunteer, team.id, by=clerk)
    today = dates.today()
    await InsuranceCover.create(
        volunteer=volunteer,
        recorder=clerk,
        kind=InsuranceKind.GROUP_ACCIDENT,
        insurer='示例產險',
        policy_number='1',
        starts_on=today,
        ends_on=today,
    )
    await HonorCard.create(
        volunteer=volunteer,
        recorder=clerk,
        number='1',
        kind=IssueKind.FIRST,
        county=await a_county(),
        issued_on=today,
        valid_until=date(2029, 3, 8),
    )
    await a_book(volunteer, '中市文志字第115000001號')
    full = await volunteers.header(volunteer, by=clerk)

    assert (bare.units, bare.teams) == (['示例文化中心', '範例圖書館'], [])
    assert (bare.insurance, bare.is_insured, bare.honor_card_until, bare.book_number) == ('未投保', False, None, None)
    assert (full.teams, full.insurance, full.is_insured) == ([team.name], '投保中', True)
    assert (full.honor_card_until, full.book_number) == (date(2029, 3, 8), '中市文志字第115000001號')


@pytest.mark.parametrize(('starts', 'ends', 'status'), [(-9, -1, '已到期'), (1, 9, '尚未生效'), (-9, 0, '投保中')])
async def test_insurance_counts_from_its_first_to_its_last_day(starts: int, ends: int, status: str) -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    await InsuranceCover.create(
        volunteer=volunteer,
        recorder=clerk,
        kind=InsuranceKind.OTHER,
        insurer='示例產險',
        policy_number='1',
        starts_on=dates.today() + timedelta(days=starts),
        ends_on=dates.today() + timedelta(days=ends),
    )

    assert (await volunteers.header(volunteer, by=clerk)).insurance == status


async def test_a_team_must_be_the_units_own() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    team = await a_team(await HostUnit.get(id=clerk.host_unit_id))
    theirs = await a_team(await a_host_unit())

    assert await volunteers.assign_team(volunteer, team.id, by=clerk)
    assert not await volunteers.assign_team(volunteer, team.id, by=clerk)  # and the page says so
    forged: Any
    for forged in (theirs.id, 2**70, 'x', ['x'], True):
        with pytest.raises(NotFound):
            await volunteers.assign_team(volunteer, forged, by=clerk)
    await volunteers.assign_team(volunteer, None, by=clerk)

    assert await changes_of(volunteer, clerk) == [('所屬志工隊', '', team.name), ('所屬志工隊', team.name, '')]


async def test_a_revealed_number_is_noted_with_its_purpose() -> None:
    clerk = await an_account()
    number = an_identity_number()
    volunteer = await of_unit(clerk, identity_number=number)
    self = await an_account(Role.VOLUNTEER, volunteer=volunteer)

    assert await reveal.number(volunteer, reason='核對證件', by=clerk) == number
    assert await reveal.number(volunteer, reason='', by=self) == number
    with pytest.raises(Incomplete):
        await reveal.number(volunteer, reason=' ', by=clerk)

    assert [(entry.what, entry.reason) for entry in await AccessEntry.all()] == [('身分證字號', '核對證件')]


async def a_book(volunteer: Volunteer, number: str) -> RecordBook:
    membership = await Membership.filter(volunteer=volunteer).first()
    assert membership is not None
    agency = await an_agency()
    application = await Application.create(
        volunteer=volunteer, host_unit_id=membership.host_unit_id, county_id=agency.county_id, agency=agency
    )
    return await RecordBook.create(
        volunteer=volunteer,
        application=application,
        agency=agency,
        number=number,
        roc_year=115,
        sequence=1,
        kind=IssueKind.FIRST,
        status=BookStatus.IN_USE,
        issued_on=date(2026, 3, 8),
        entered_by_unit_id=membership.host_unit_id,
    )
