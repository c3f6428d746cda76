"""What the office tells of changes in itself: who, what, from what to what; nothing of a refused act."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from db import transaction
from db.choices import Demand, IssueKind, Role, TrainingKind
from db.models import Account, AccountRequest, CalendarDay, OfficeEntry, RequiredHours, Rule
from domain import accounts, dates, directory
from domain.accounts import AccountDetails, AccountRequestDetails
from domain.audit import office_history, retention
from domain.audit.office_history import Kept
from domain.books import number_ledger
from domain.books.number_ledger import SeriesDetails
from domain.calendar import office_calendar
from domain.calendar.office_calendar import CalendarDayDetails
from domain.directory import AgencyDetails, HostUnitDetails, RequiredHoursDetails, TeamDetails
from domain.errors import Incomplete, NotPermitted
from domain.fields import Field
from domain.mail import templates
from domain.readiness import rules
from domain.readiness.rules import RuleDetails

from ...builders import a_host_unit, a_team, an_account, an_agency

TYPHOON = date(2026, 7, 9)
Act = Callable[[Account], Awaitable[object]]


@pytest.fixture
async def admin(database: str) -> Account:
    return await an_account(Role.ADMINISTRATOR, name='系統管理員')


async def told() -> list[tuple[str, str, str, str, str]]:
    """Section, action, label, old and new of every entry, in the order of writing; all by one administrator."""
    entries = await OfficeEntry.all().order_by('id')
    assert {(entry.by_name, entry.from_unit) for entry in entries} <= {('系統管理員', '系統管理者')}
    return [(entry.section, entry.action, entry.label, entry.old, entry.new) for entry in entries]


async def rename_a_unit(admin: Account) -> None:
    unit = await a_host_unit(name='甲館', phone='04-1')
    details = HostUnitDetails.from_record(unit)
    details.name, details.is_active = '乙館', False
    await directory.save_host_unit(details, by=admin, of=unit)


async def rename_a_team(admin: Account) -> None:
    unit = await a_host_unit(name='甲館')
    team = await a_team(unit, '一隊')
    await directory.save_team(TeamDetails(unit.id, '二隊'), by=admin, of=team)


async def let_an_agency_count_working_days(admin: Account) -> None:
    agency = await an_agency(review_days=3)
    details = AgencyDetails.from_record(agency)
    details.counts_working_days, details.review_days, details.field_id = True, 5, None
    await directory.save_agency(details, by=admin, of=agency)


async def ask_more_hours_and_strike_that(admin: Account) -> None:
    details = RequiredHoursDetails(kind=TrainingKind.SPECIAL, minutes=720, completed_from=date(2027, 1, 1))
    rule = await directory.save_required_hours(details, by=admin)
    async with retention.removing():
        await OfficeEntry.all().delete()
    await directory.remove_required_hours(await RequiredHours.get(id=rule.id), by=admin)


async def soften_a_rule(admin: Account) -> None:
    rule = await Rule.filter(key='photo').first()
    assert rule is not None
    details = RuleDetails.from_record(rule)
    details.demand, details.note = Demand.ADVICE, '自本日起'
    await Rule.filter(id=rule.id).update(demand=Demand.REQUIRED, note='')
    await rules.save(details, by=admin, of=await Rule.get(id=rule.id))


async def add_and_strike_a_rule(admin: Account) -> None:
    rule = await rules.save(RuleDetails(label='髮型', kind=IssueKind.REISSUE), by=admin)
    async with retention.removing():
        await OfficeEntry.all().delete()
    await rules.remove(rule, by=admin)


async def close_for_a_typhoon(admin: Account) -> None:
    await office_calendar.save(CalendarDayDetails(day=TYPHOON, name='颱風停班', county_ids=['66000']), by=admin)


async def open_after_all(admin: Account) -> None:
    row = await CalendarDay.create(day=TYPHOON, name='颱風停班', is_off=True, is_manual=True)
    await office_calendar.save(CalendarDayDetails(day=TYPHOON, name='照常上班', is_off=False), by=admin, of=row)
    [row] = await CalendarDay.filter(day=TYPHOON)
    await office_calendar.remove(row, by=admin)


async def write_numbers_another_way(admin: Account) -> None:
    agency = await an_agency(name='示例局')
    year = dates.roc_year(dates.today())
    begun = await number_ledger.begin(agency.id, year, by=admin)
    async with retention.removing():
        await OfficeEntry.all().delete()
    await number_ledger.begin(agency.id, year, by=admin)
    one = await number_ledger.series_of(begun.id, by=admin)
    await number_ledger.save(SeriesDetails('{year}-{sequence}'), of=one, by=admin)


async def word_a_mail_anew_and_back(admin: Account) -> None:
    subject, body = templates.built_in('returned')
    await templates.save('returned', f'請注意：{subject}', body, by=admin)
    await templates.restore('returned', by=admin)


async def open_and_close_an_account(admin: Account) -> None:
    details = AccountDetails(username='new.person', name='新人', email='new@example.com', role=Role.ADMINISTRATOR)
    account = await accounts.create(details, by=admin)
    async with retention.removing():
        await OfficeEntry.filter(label__not='使用者帳號').delete()
    details.is_active = False
    await accounts.amend(account, details, by=admin)
    await accounts.unlock(account, by=admin)


async def refuse_a_request(admin: Account) -> None:
    agency = await an_agency()
    await accounts.request_account(
        AccountRequestDetails(
            username='asking',
            name='申請人',
            email='asking@example.com',
            role=Role.REVIEWER,
            organisation='示例局',
            phone='04-1',
            county_id=agency.county_id,
            agency_id=agency.id,
            contact='張主任',
        )
    )
    await AccountRequest.all().update(confirmed_at=dates.now())
    await accounts.refuse(await AccountRequest.all().get(), '不是本機關的人員', by=admin)


@pytest.mark.parametrize(
    ('act', 'entries'),
    [
        (
            rename_a_unit,
            [('運用單位', '修改', '單位名稱', '甲館', '乙館'), ('運用單位', '修改', '使用中', '是', '否')],
        ),
        (rename_a_team, [('志工隊', '修改', '志工隊名稱', '一隊', '二隊')]),
        (
            let_an_agency_count_working_days,
            [
                ('發冊機關', '修改', '課程領域', '文化', ''),
                ('發冊機關', '修改', '審核天數', '3', '5'),
                ('發冊機關', '修改', '依辦公日計算', '否', '是'),
            ],
        ),
        (
            ask_more_hours_and_strike_that,
            [
                ('規定時數', '刪除', '訓練課程', '特殊訓練', ''),
                ('規定時數', '刪除', '規定時數（分鐘）', '720', ''),
                ('規定時數', '刪除', '結訓日期自', '民國 116/01/01', ''),
            ],
        ),
        (
            soften_a_rule,
            [
                ('審核規則', '修改', '要求程度', Demand.REQUIRED.label, Demand.ADVICE.label),
                ('審核規則', '修改', '說明', '', '自本日起'),
            ],
        ),
        (
            add_and_strike_a_rule,
            [
                ('審核規則', '刪除', '顯示名稱', '髮型', ''),
                ('審核規則', '刪除', '要求程度', Demand.ADVICE.label, ''),
                ('審核規則', '刪除', '發冊類別', IssueKind.REISSUE.label, ''),
            ],
        ),
        (
            close_for_a_typhoon,
            [
                ('辦公日曆', '新增', '日期', '', '民國 115/07/09'),
                ('辦公日曆', '新增', '適用縣市', '', '臺中市'),
                ('辦公日曆', '新增', '放假', '', '是'),
                ('辦公日曆', '新增', '名稱', '', '颱風停班'),
            ],
        ),
        (
            open_after_all,
            [
                ('辦公日曆', '修改', '放假', '是', '否'),
                ('辦公日曆', '修改', '名稱', '颱風停班', '照常上班'),
                ('辦公日曆', '刪除', '日期', '民國 115/07/09', ''),
                ('辦公日曆', '刪除', '放假', '否', ''),
                ('辦公日曆', '刪除', '名稱', '照常上班', ''),
            ],
        ),
        (write_numbers_another_way, [('號碼設定', '修改', '號碼格式', '', '{year}-{sequence}')]),
        (
            open_and_close_an_account,
            [
                ('帳號', '新增', '使用者帳號', '', 'new.person'),
                ('帳號', '修改', '帳號使用中', '是', '否'),
                ('帳號', '解除鎖定', '', '', ''),
            ],
        ),
        (refuse_a_request, [('帳號申請', '未核准', '原因', '', '不是本機關的人員')]),
    ],
)
async def test_an_act_is_told_with_what_was_and_what_is(
    admin: Account, act: Act, entries: list[tuple[str, str, str, str, str]]
) -> None:
    await act(admin)

    assert await told() == entries


async def test_a_mail_worded_anew_and_given_back_is_told_with_both_wordings(admin: Account) -> None:
    await word_a_mail_anew_and_back(admin)

    subject, _ = templates.built_in('returned')
    assert await told() == [
        ('信件範本', '修改', '主旨', subject, f'請注意：{subject}'),
        ('信件範本', '還原', '主旨', f'請注意：{subject}', subject),
    ]


async def test_what_changes_nothing_and_what_is_refused_leave_no_entry(admin: Account) -> None:
    unit = await a_host_unit(name='甲館')
    await a_host_unit(name='乙館')
    same, taken = HostUnitDetails.from_record(unit), HostUnitDetails.from_record(unit)
    taken.name = '乙館'
    subject, body = templates.built_in('returned')

    await directory.save_host_unit(same, by=admin, of=unit)
    await templates.save('returned', subject, body, by=admin)
    with pytest.raises(Incomplete):
        await directory.save_host_unit(taken, by=admin, of=unit)
    with pytest.raises(Incomplete):
        await accounts.create(AccountDetails(username='new.person', name=''), by=admin)

    assert await told() == []


async def test_no_password_is_among_what_is_told(admin: Account) -> None:
    await open_and_close_an_account(admin)

    for entry in await OfficeEntry.all():
        assert 'password' not in f'{entry.label}{entry.old}{entry.new}'.casefold()
        assert '$argon2' not in f'{entry.old}{entry.new}'


async def test_the_administrator_finds_entries_by_any_word_the_newest_first(admin: Account) -> None:
    await rename_a_unit(admin)
    await close_for_a_typhoon(admin)

    found = await office_history.of(words='颱風', by=admin)
    every = await office_history.of(page=2, per_page=10, by=admin)

    assert [(entry.section, entry.label, entry.subject) for entry in found.rows] == [
        (('辦公日曆', '名稱', '民國 115/07/09　臺中市　颱風停班')),
        (('辦公日曆', '放假', '民國 115/07/09　臺中市　颱風停班')),
        (('辦公日曆', '適用縣市', '民國 115/07/09　臺中市　颱風停班')),
        (('辦公日曆', '日期', '民國 115/07/09　臺中市　颱風停班')),
    ]
    assert (every.total, list(every.rows)) == (6, [])
    assert (await office_history.of(words='100%_', by=admin)).total == 0


@pytest.mark.parametrize('role', [Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER])
async def test_nobody_else_reads_it(database: str, role: Role) -> None:
    with pytest.raises(NotPermitted):
        await office_history.of(by=await an_account(role))


async def test_while_a_unit_is_saved_a_second_save_waits_and_what_only_names_it_does_not(admin: Account) -> None:
    unit = await a_host_unit(name='甲館')
    kept = Kept('運用單位', {'name': Field('name', '單位名稱')})
    is_locked, is_over = asyncio.Event(), asyncio.Event()

    async def save() -> None:
        async with transaction():
            await office_history.changed(unit, {'name': '乙館'}, kept)
            is_locked.set()
            await is_over.wait()

    first = asyncio.create_task(save())
    await is_locked.wait()
    is_locked.clear()
    second = asyncio.create_task(save())
    async with asyncio.timeout(5):
        await a_team(unit, '一隊')
    assert not is_locked.is_set()

    is_over.set()
    await asyncio.gather(first, second)
    assert is_locked.is_set()
