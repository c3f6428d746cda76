"""剩 n 日, 逾期 n 日: counted as the agency counts, on every list of both sides."""

from datetime import UTC, date, datetime

import pytest

from db.choices import ApplicationStatus
from db.models import Agency, Application, CalendarDay, OutgoingMail, Roster
from domain import applications, dates, reviews, rosters
from domain.calendar import days_left, office_calendar
from domain.calendar.days_left import DaysLeft
from domain.reviews import deadlines
from ui.components.states import deadline

from ...builders import an_agency
from ..sample_office import Office, a_case, many_cases

pytestmark = pytest.mark.usefixtures('database', 'today')

TAICHUNG, TAIPEI = '66000', '63000'
FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY = (date(2026, 3, day) for day in (6, 7, 8, 9, 10))


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=dates.TAIPEI)


async def left(due: date, today: date, county: str | None = TAICHUNG) -> int:
    with dates.frozen(on(today)):
        found = await days_left.of({'case': (due, county)})
    assert found['case'].are_working_days == (county is not None)
    return found['case'].days


@pytest.mark.parametrize(
    ('today', 'due', 'working_days', 'calendar_days'),
    [
        (FRIDAY, MONDAY, 1, 3),
        (SATURDAY, MONDAY, 1, 2),
        (MONDAY, MONDAY, 0, 0),
        (SATURDAY, FRIDAY, -1, -1),
        (SUNDAY, FRIDAY, -1, -2),
        (MONDAY, FRIDAY, -1, -3),
        (TUESDAY, FRIDAY, -2, -4),
        (SATURDAY, SUNDAY, 1, 1),
    ],
)
async def test_a_weekend_is_no_time_for_whoever_counts_working_days(
    today: date, due: date, working_days: int, calendar_days: int
) -> None:
    assert (await left(due, today), await left(due, today, None)) == (working_days, calendar_days)


async def test_a_make_up_day_is_a_working_day_and_a_closure_is_none() -> None:
    await CalendarDay.create(day=SATURDAY, name='補行上班日', is_off=False)
    assert (await left(MONDAY, FRIDAY), await left(FRIDAY, TUESDAY)) == (2, -3)

    await CalendarDay.create(day=TUESDAY, name='颱風停班', county_id=TAICHUNG)
    assert [await left(date(2026, 3, 11), MONDAY, county) for county in (TAICHUNG, TAIPEI)] == [1, 2]


async def test_a_county_may_work_when_the_country_rests() -> None:
    await CalendarDay.create(day=MONDAY, name='照常上班', is_off=False, county_id=TAICHUNG)
    await CalendarDay.create(day=MONDAY, name='補假')
    assert [await left(TUESDAY, FRIDAY, county) for county in (TAICHUNG, TAIPEI)] == [2, 1]


async def test_years_without_a_calendar_go_by_their_weekends() -> None:
    assert await left(date(2040, 1, 3), date(2039, 12, 30)) == 2


async def test_a_day_is_over_when_it_is_over_in_taipei() -> None:
    for hour, expected in ((15, 0), (16, -1)):
        with dates.frozen(datetime(2026, 3, 9, hour, 0, tzinfo=UTC)):
            assert await days_left.of({0: (MONDAY, None)}) == {0: DaysLeft(expected, False)}


async def test_the_calendar_is_read_once_for_a_list_and_not_at_all_where_nobody_counts_by_it(
    office: Office, queries: list[str]
) -> None:
    queries.clear()
    plain = {number: (date(2026, 3, 1 + number % 30), None) for number in range(200)}
    assert (len(await days_left.of(plain)), queries) == (200, [])
    several = {key: (day, (TAICHUNG, TAIPEI)[key % 2]) for key, (day, _) in plain.items()}
    assert len(await days_left.of(several)) == 200
    assert len(queries) == 1


async def test_every_list_of_both_sides_says_the_same(office: Office) -> None:
    await Agency.filter(id=office.agency.id).update(counts_working_days=True)
    case = await a_case(office)
    assert case.due_on == TUESDAY
    roster = await Roster.create(
        host_unit=office.unit,
        county_id=office.agency.county_id,
        agency=office.agency,
        title='三月新進',
        created_by=office.clerk,
    )
    await Application.filter(id=case.id).update(roster_id=roster.id)

    for day, expected in ((FRIDAY, DaysLeft(2, True)), (date(2026, 3, 16), DaysLeft(-4, True))):
        with dates.frozen(on(day)):
            unit, agency = office.clerk, office.reviewer
            listed = (await applications.of_unit(by=unit)).rows
            due: deadlines.Due = 'overdue' if expected.days < 0 else 'soon'
            await Application.filter(id=case.id).update(due_on=MONDAY if due == 'soon' else TUESDAY)
            running = [each.days_left for each in (await deadlines.running(by=agency, due=due)).rows]
            await Application.filter(id=case.id).update(due_on=TUESDAY)
            assert running == [DaysLeft(1, True) if due == 'soon' else expected]
            found = [
                (await days_left.of_cases(listed))[case.id],
                (await days_left.of_cases(await applications.history_of(case.volunteer, by=unit)))[case.id],
                *[row.days_left for row in await reviews.awaiting(by=agency)],
                (await reviews.case(case.id, by=agency)).days_left,
                *[row.days_left for by in (unit, agency) for row in await rosters.rows(roster, by=by)],
                *[row.days_left for row in (await rosters.of_unit(by=unit)).rows],
                *[row.days_left for row in (await rosters.of_agency(by=agency)).rows],
            ]
            assert found == [expected] * 8


async def test_a_rule_that_changes_is_followed_at_once_by_whoever_is_logged_in(office: Office) -> None:
    await many_cases(office, 1)
    await Application.all().update(due_on=MONDAY)
    with dates.frozen(on(FRIDAY)):
        (before,) = await reviews.awaiting(by=office.reviewer)
        await Agency.filter(id=office.agency.id).update(counts_working_days=True)
        (after,) = await reviews.awaiting(by=office.reviewer)
    assert (before.days_left, after.days_left) == ((3, False), (1, True))


async def test_agencies_of_one_list_are_counted_each_by_its_own_rule(office: Office) -> None:
    theirs, ours = await many_cases(office, 2)
    other = await an_agency(counts_working_days=True, county_id=TAIPEI)
    await Application.filter(id=theirs.id).update(agency_id=other.id)
    await Application.all().update(due_on=MONDAY)
    with dates.frozen(on(FRIDAY)):
        found = await days_left.of_cases((await applications.of_unit(by=office.clerk)).rows)
    assert found == {theirs.id: DaysLeft(1, True), ours.id: DaysLeft(3, False)}


async def test_nothing_runs_for_what_is_not_with_the_agency(office: Office) -> None:
    returned, without = await many_cases(office, 2)
    await Application.filter(id=returned.id).update(status=ApplicationStatus.RETURNED)
    await Application.filter(id=without.id).update(due_on=None)
    assert await days_left.of_cases(await Application.all().select_related('agency')) == {}


async def test_the_supervisor_is_told_the_days_as_the_agency_counts_them(office: Office) -> None:
    facts = {'counts_working_days': True, 'supervisor_email': 'head@culture.example.gov.tw'}
    await Agency.filter(id=office.agency.id).update(**facts)
    await many_cases(office, 1)
    await Application.all().update(due_on=FRIDAY)
    with dates.frozen(on(TUESDAY)):
        assert await deadlines.escalate() == 1
    (mail,) = await OutgoingMail.filter(template='overdue')
    assert '期限 115/03/06　逾期 2 個工作天\n' in mail.body.open()


async def test_what_was_overdue_is_overdue_by_one_on_a_closure_of_the_very_next_day(office: Office) -> None:
    await CalendarDay.create(day=MONDAY, name='颱風停班', county_id=TAICHUNG)
    is_off = await office_calendar.rest_days(TAICHUNG, FRIDAY, TUESDAY)
    assert [is_off(day) for day in (FRIDAY, SATURDAY, MONDAY, TUESDAY)] == [False, True, True, False]
    assert [await left(FRIDAY, day) for day in (SATURDAY, MONDAY, TUESDAY)] == [-1, -1, -1]


def test_the_chip_says_the_days_and_how_they_were_counted() -> None:
    shown = [deadline(DaysLeft(days, working)) for days in (-2, 0, 3) for working in (True, False)]
    assert [(each.text, each.hint) for each in shown] == [
        ('逾期2日', '依辦公日計'),
        ('逾期2日', ''),
        ('今日到期', ''),
        ('今日到期', ''),
        ('剩3日', '依辦公日計'),
        ('剩3日', ''),
    ]
