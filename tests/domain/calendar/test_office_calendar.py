"""辦公日曆: filled from the package, mended by hand, and what that means for cases under way."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from db.choices import Role
from db.models import Account, Agency, Application, ApplicationStep, CalendarDay
from domain import announcements, applications, dates, directory
from domain.announcements import Announcement, CaseChanged
from domain.calendar import office_calendar
from domain.calendar.office_calendar import CalendarDayDetails
from domain.directory import AgencyDetails
from domain.errors import Incomplete, NotFound, NotPermitted

from ...builders import an_account, an_agency
from ..sample_office import NOW, Office, a_case, a_draft

pytestmark = pytest.mark.usefixtures('database', 'today')

TAICHUNG, TAIPEI = '66000', '63000'
MONDAY = date(2026, 3, 9)


@pytest.fixture
async def admin(database: str) -> Account:
    return await an_account(Role.ADMINISTRATOR)


async def shown(year: int, admin: Account) -> dict[str, tuple[str, bool]]:
    return {
        str(row.day): (row.name, row.is_off)
        for row in await office_calendar.days(by=admin, year=year)
        if row.county_id is None
    }


async def test_a_year_comes_with_its_holidays_and_its_make_up_day(admin: Account) -> None:
    changes = await office_calendar.fill(2025, by=admin)

    found = await shown(2025, admin)
    assert changes == len(found) == 19
    assert {day: found[day] for day in ('2025-01-01', '2025-01-27', '2025-02-08', '2025-04-04')} == {
        '2025-01-01': ('中華民國開國紀念日', True),
        '2025-01-27': ('放假日（114/02/08 補班）', True),
        '2025-02-08': ('補行上班日', False),
        '2025-04-04': ('兒童節、民族掃墓節', True),
    }
    assert not [row for row in await CalendarDay.all() if row.is_manual]


async def test_the_make_up_day_of_a_january_may_lie_in_the_december_before(admin: Account) -> None:
    await office_calendar.fill(2014, by=admin)

    assert (await shown(2014, admin))['2014-12-27'] == ('補行上班日', False)


async def test_filling_again_changes_nothing_and_what_a_person_entered_stays(admin: Account) -> None:
    await office_calendar.fill(2026, by=admin)
    await office_calendar.save(CalendarDayDetails(date(2026, 5, 1), '照常上班', is_off=False), by=admin)
    await office_calendar.save(CalendarDayDetails(date(2026, 3, 9), '地方節日', county_ids=[TAICHUNG]), by=admin)
    await CalendarDay.filter(day=date(2026, 6, 19)).update(name='舊名稱')
    await CalendarDay.create(day=date(2026, 8, 3), name='已取消的假日')
    before = await shown(2026, admin)

    assert await office_calendar.fill(2026, by=admin) == 2
    assert await office_calendar.fill(2026, by=admin) == 0
    del before['2026-08-03']
    assert await shown(2026, admin) == before | {'2026-06-19': ('端午節', True)}
    assert before['2026-05-01'] == ('照常上班', False)
    assert await CalendarDay.filter(county_id=TAICHUNG).count() == 1


@pytest.mark.parametrize('year', [0, 2000, 2032, 99999, '2026'])
async def test_a_year_out_of_reach_is_refused(admin: Account, year: Any) -> None:
    with pytest.raises(Incomplete):
        await office_calendar.fill(year, by=admin)


async def test_this_year_and_the_next_fill_themselves_once() -> None:
    await CalendarDay.create(day=date(2026, 7, 10), name='颱風停班', is_manual=True)

    await office_calendar.fill_ahead()
    first = await CalendarDay.all().count()
    await office_calendar.fill_ahead()

    assert await CalendarDay.all().count() == first
    assert {row.day.year for row in await CalendarDay.all()} == {2026, 2027}


async def test_a_year_that_is_filled_is_renewed_when_the_law_s_days_change_and_what_people_did_stays(
    admin: Account,
) -> None:
    await office_calendar.fill_ahead()
    fresh = await shown(2026, admin)
    struck = await CalendarDay.get(day=date(2026, 2, 20), county_id=None)
    await office_calendar.remove(struck, by=admin)
    await office_calendar.save(CalendarDayDetails(date(2026, 5, 1), '照常上班', is_off=False), by=admin)
    by_people = await shown(2026, admin)
    # An older package knew neither the day of an amended law nor its name.
    await CalendarDay.filter(day=date(2026, 9, 28)).delete()
    await CalendarDay.filter(day=date(2026, 6, 19)).update(name='舊名稱')
    await CalendarDay.create(day=date(2026, 8, 3), name='已取消的假日')

    await office_calendar.fill_ahead()

    assert await shown(2026, admin) == by_people
    assert by_people['2026-02-20'] == (f'{fresh["2026-02-20"][0]}（已取消）', False)
    assert by_people['2026-05-01'] == ('照常上班', False)
    await office_calendar.remove(await CalendarDay.get(day=date(2026, 5, 1), county_id=None), by=admin)
    await office_calendar.fill_ahead()
    assert (await shown(2026, admin))['2026-05-01'] == fresh['2026-05-01']


async def test_a_closure_of_several_counties_is_entered_at_once_and_counts_there_only(admin: Account) -> None:
    rows = await office_calendar.save(
        CalendarDayDetails(MONDAY, '颱風停班', county_ids=[TAICHUNG, '10007', TAICHUNG]), by=admin
    )

    here, there = await an_agency(), await an_agency(county_id=TAIPEI)
    assert [row.county_id for row in rows] == [TAICHUNG, '10007']
    assert await office_calendar.due_on(here, dates.today()) == date(2026, 3, 10)
    assert await office_calendar.due_on(there, dates.today()) == MONDAY


async def test_a_county_may_work_when_the_country_rests(admin: Account) -> None:
    await office_calendar.save(CalendarDayDetails(MONDAY, '停班'), by=admin)
    await office_calendar.save(CalendarDayDetails(MONDAY, '照常上班', False, [TAICHUNG]), by=admin)

    is_off = [await office_calendar.rest_days(place, MONDAY, MONDAY) for place in (TAICHUNG, TAIPEI, None)]
    assert [off(MONDAY) for off in is_off] == [False, True, True]


@pytest.mark.parametrize(
    ('working_days', 'day', 'is_off', 'due'),
    [
        (False, MONDAY, True, date(2026, 3, 10)),  # the last day is a day off: the next one takes its place
        (False, date(2026, 3, 6), True, MONDAY),  # a day off within is counted
        (False, date(2026, 3, 8), False, date(2026, 3, 8)),  # a Sunday worked is a day to decide
        (True, date(2026, 3, 6), True, date(2026, 3, 11)),
        (True, date(2026, 3, 7), False, MONDAY),
        (True, date(2026, 3, 12), True, date(2026, 3, 10)),  # after the period
    ],
)
async def test_an_open_case_is_due_by_the_calendar_as_it_stands_now(
    office: Office, admin: Account, working_days: bool, day: date, is_off: bool, due: date
) -> None:
    await Agency.filter(id=office.agency.id).update(counts_working_days=working_days)
    case = await a_case(office)

    (row,) = await office_calendar.save(CalendarDayDetails(day, '臨時', is_off, [TAICHUNG]), by=admin)

    now, step = await Application.get(id=case.id), await ApplicationStep.get(application_id=case.id)
    assert (now.due_on, step.due_on, now.version) == (due, due, case.version)
    await office_calendar.remove(row, by=admin)
    assert (await Application.get(id=case.id)).due_on == case.due_on


async def test_pages_hear_of_the_new_due_day_and_only_of_cases_it_moves(
    office: Office, admin: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await a_case(office)
    heard: list[Announcement] = []

    async def hear(announcement: Announcement) -> None:
        heard.append(announcement)

    monkeypatch.setattr(announcements, 'announce', hear)

    await office_calendar.save(CalendarDayDetails(MONDAY, '別處停班', county_ids=[TAIPEI]), by=admin)
    assert heard == []
    await office_calendar.save(CalendarDayDetails(MONDAY, '颱風停班', county_ids=[TAICHUNG]), by=admin)
    assert heard == [CaseChanged(case.id, case.agency_id, case.host_unit_id, case.volunteer_id)]


async def test_a_case_with_the_unit_has_no_due_day_whatever_the_calendar_says(office: Office, admin: Account) -> None:
    case = await a_case(office)
    await Application.filter(id=case.id).update(status='returned', due_on=None)

    await office_calendar.save(CalendarDayDetails(MONDAY, '颱風停班'), by=admin)

    assert (await Application.get(id=case.id)).due_on is None


async def test_a_reminder_that_came_too_early_will_come_again(office: Office, admin: Account) -> None:
    case = await a_case(office)
    await Application.filter(id=case.id).update(reminded_at=NOW, escalated_at=NOW)

    await office_calendar.save(CalendarDayDetails(MONDAY, '颱風停班'), by=admin)

    now = await Application.get(id=case.id)
    assert (now.due_on, now.reminded_at, now.escalated_at) == (date(2026, 3, 10), None, None)


async def test_another_rule_of_the_agency_counts_its_open_cases_anew(office: Office, admin: Account) -> None:
    case = await a_case(office)
    details = AgencyDetails.from_record(office.agency)
    details.review_days, details.counts_working_days = 5, True

    await directory.save_agency(details, by=admin, of=office.agency)

    assert (await Application.get(id=case.id)).due_on == date(2026, 3, 12)


async def test_what_is_sent_while_a_closure_is_declared_is_due_by_it_whoever_is_first(
    office: Office, admin: Account
) -> None:
    for day in range(9, 15):
        drafts = [await a_draft(office) for _ in range(3)]
        closure = CalendarDayDetails(date(2026, 3, day), '停班', county_ids=[TAICHUNG])
        sending = [applications.submit(draft, by=office.clerk) for draft in drafts]
        await asyncio.gather(*sending, office_calendar.save(closure, by=admin))

        due = await office_calendar.due_on(office.agency, dates.today())
        assert {case.due_on for case in await Application.all()} == {due}, day


async def test_what_is_sent_while_the_agency_s_rule_changes_is_due_by_the_new_one(
    office: Office, admin: Account
) -> None:
    for days in range(4, 10):
        drafts = [await a_draft(office) for _ in range(3)]
        details = AgencyDetails.from_record(office.agency)
        details.review_days = days
        sending = [applications.submit(draft, by=office.clerk) for draft in drafts]
        await asyncio.gather(
            *sending, directory.save_agency(details, by=admin, of=await Agency.get(id=office.agency.id))
        )

        due = await office_calendar.due_on(await Agency.get(id=office.agency.id), dates.today())
        assert {case.due_on for case in await Application.all()} == {due}, days


async def test_a_day_is_entered_once_and_amended_where_it_stands(admin: Account) -> None:
    (row,) = await office_calendar.save(CalendarDayDetails(MONDAY, '颱風停班', county_ids=[TAICHUNG]), by=admin)
    with pytest.raises(Incomplete) as refusal:
        await office_calendar.save(CalendarDayDetails(MONDAY, '停電', county_ids=[TAIPEI, TAICHUNG]), by=admin)
    assert refusal.value.problems == {'day': '115/03/09 臺中市已經登錄為「颱風停班」，請改那一筆。'}

    details = CalendarDayDetails.from_record(row)
    details.day, details.name = MONDAY + timedelta(days=1), '水災停班'
    await office_calendar.save(details, by=admin, of=row)

    assert await CalendarDay.all().values_list('day', 'name', 'county_id', 'is_manual') == [
        (date(2026, 3, 10), '水災停班', TAICHUNG, True)
    ]


async def test_what_is_no_day_is_refused(admin: Account) -> None:
    (row,) = await office_calendar.save(CalendarDayDetails(MONDAY, '停班'), by=admin)
    tries: list[tuple[CalendarDayDetails, CalendarDay | None, list[str]]] = [
        (CalendarDayDetails(), None, ['day', 'name']),
        (CalendarDayDetails(MONDAY, '名' * 61), None, ['name']),
        (CalendarDayDetails(MONDAY, '停班', county_ids=['99999']), None, ['county_ids']),
        (CalendarDayDetails(MONDAY, '停班', county_ids=[['66000']]), None, ['county_ids']),  # type: ignore[list-item]
        (CalendarDayDetails(MONDAY, '停班', is_off=None), None, ['is_off']),  # type: ignore[arg-type]
        (CalendarDayDetails(MONDAY, '停班', county_ids=[TAIPEI, TAICHUNG]), row, ['county_ids']),
        (CalendarDayDetails(datetime(2026, 3, 9), '停班'), None, ['day']),  # noqa: DTZ001
    ]
    for details, of, fields in tries:
        with pytest.raises(Incomplete) as refusal:
            await office_calendar.save(details, by=admin, of=of)
        assert list(refusal.value.problems) == fields


@pytest.mark.parametrize('role', [Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER])
async def test_nobody_but_the_administrator_writes_in_the_calendar(role: Role) -> None:
    account, row = await an_account(role), await CalendarDay.create(day=MONDAY, name='停班')
    acts: list[Callable[[], Awaitable[Any]]] = [
        lambda: office_calendar.fill(2026, by=account),
        lambda: office_calendar.days(by=account),
        lambda: office_calendar.get(row.id, by=account),
        lambda: office_calendar.save(CalendarDayDetails(MONDAY, '停班'), by=account),
        lambda: office_calendar.remove(row, by=account),
    ]
    for act in acts:
        with pytest.raises(NotPermitted):
            await act()


async def test_a_day_that_is_not_there_is_not_found(admin: Account) -> None:
    for unknown in (999_999, 0, 2**40):
        with pytest.raises(NotFound):
            await office_calendar.get(unknown, by=admin)
