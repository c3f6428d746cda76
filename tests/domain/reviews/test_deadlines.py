"""The clock: chips, reminders before the due day, escalation after it, each once."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from db.choices import ApplicationStatus, MailStatus, Role
from db.models import Agency, Application, ApplicationStep, CalendarDay, OutgoingMail
from domain import announcements, applications, dates, reviews, settings
from domain.announcements import CaseChanged
from domain.calendar import days_left, office_calendar
from domain.calendar.days_left import DaysLeft
from domain.calendar.office_calendar import CalendarDayDetails
from domain.cases import transitions
from domain.errors import NotPermitted
from domain.reports import review_periods
from domain.reports.review_periods import Period
from domain.reviews import deadlines
from domain.reviews.deadlines import Running
from domain.settings import Settings
from tests.patience import SECONDS

from ...builders import an_account, an_agency
from ..sample_office import NOW, Office, a_case, an_office, many_cases

pytestmark = pytest.mark.usefixtures('database')

SUPERVISOR = 'head@culture.example.gov.tw'
# Sent on Thursday 03/05, due on Monday 03/09.
FRIDAY, SATURDAY, MONDAY, TUESDAY = (NOW.replace(day=day, hour=9, minute=0) for day in (6, 7, 9, 10))


@pytest.fixture
async def office(database: str) -> Office:
    office = await an_office()
    facts = {'supervisor_name': '李科長', 'supervisor_email': SUPERVISOR}
    await Agency.filter(id=office.agency.id).update(**facts)
    await office.agency.refresh_from_db()
    return office


@pytest.fixture(autouse=True)
def address() -> Iterator[None]:
    before = settings.current()
    settings.use(
        Settings(public_url='https://books.example.gov.tw', service_phone='(02)1', service_email='help@example.tw')
    )
    with dates.frozen(NOW):
        yield
    settings.use(before)


async def sent(office: Office, count: int = 1, **facts: Any) -> list[Application]:
    """Cases sent on Thursday, due on Monday, without the mails of 送審."""
    cases = await many_cases(office, count)
    await Application.filter(id__in=[case.id for case in cases]).update(due_on=date(2026, 3, 9), **facts)
    return cases


async def told(template: str) -> list[tuple[str, str, str]]:
    mails = await OutgoingMail.filter(subject__contains=template).order_by('id')
    return [(mail.recipient, mail.subject, mail.body.open()) for mail in mails]


async def test_how_many_days_are_left_and_none_while_the_unit_has_it(office: Office) -> None:
    case = await a_case(office)
    seen = []
    for moment in (NOW, SATURDAY, MONDAY, TUESDAY):
        with dates.frozen(moment):
            seen.append((await days_left.of_cases([case]))[case.id].days)
    assert seen == [4, 2, 0, -1]

    returned = await reviews.return_for_correction(case, '反面看不清', case.version, by=office.reviewer)
    assert (await days_left.of_cases([returned]), returned.due_on) == ({}, None)
    with dates.frozen(TUESDAY):
        again = await applications.submit(returned, by=office.clerk)
        assert (await days_left.of_cases([again]), again.due_on) == ({again.id: (3, False)}, date(2026, 3, 13))


async def test_the_agency_is_reminded_a_working_day_before_in_one_mail_without_names(office: Office) -> None:
    cases = await sent(office, 2)
    with dates.frozen(FRIDAY):
        assert await deadlines.remind() == 2
        assert await deadlines.remind() == 0

    ((recipient, subject, body),) = await told('即將到期')
    assert recipient == 'window@culture.example.gov.tw'
    assert subject == '【志願服務紀錄冊】2 件申請案即將到期（最早 115/03/09），請儘速審核'
    listed = ''.join(
        f'　案號 {case.id}　示例文化中心　送審 115/03/05 14:58　期限 115/03/09（含當日）\n' for case in cases
    )
    assert f'審核期限快到了：\n\n{listed}\n接下來請您：' in body
    assert 'https://books.example.gov.tw/reviews/overdue?due=soon' in body
    assert '周小晴' not in body + subject
    marks = await Application.filter(id__in=[case.id for case in cases]).values_list('reminded_at', 'version')
    assert marks == [(FRIDAY, 2)] * 2


@pytest.mark.parametrize(
    ('moment', 'count'),
    [
        (NOW + timedelta(hours=3), 0),  # the day it came, whose mail has just named the due day
        (FRIDAY.replace(hour=7, minute=59), 0),  # before offices open
        (FRIDAY.replace(hour=8), 1),
        (SATURDAY, 1),  # the server was down on Friday
        (MONDAY, 1),
        (TUESDAY, 0),  # too late to remind
    ],
)
async def test_when_a_reminder_is_due(office: Office, moment: datetime, count: int) -> None:
    await sent(office)
    with dates.frozen(moment):
        assert await deadlines.remind() == count


@pytest.mark.parametrize(
    ('moment', 'count'),
    [
        (FRIDAY.replace(hour=10), 0),
        (FRIDAY.replace(hour=23, minute=59), 0),
        (SATURDAY.replace(hour=8), 1),  # at the next opening
    ],
)
async def test_a_case_that_comes_on_the_day_of_its_reminder_is_not_told_of_on_that_day(
    office: Office, moment: datetime, count: int
) -> None:
    await sent(office, submitted_at=FRIDAY)

    with dates.frozen(moment):
        assert await deadlines.remind() == count


async def test_a_case_that_came_late_in_the_evening_came_on_that_day_in_taipei(office: Office) -> None:
    await sent(office, submitted_at=datetime(2026, 3, 5, 16, 30, tzinfo=UTC))  # half past midnight on Friday

    with dates.frozen(FRIDAY):
        assert await deadlines.remind() == 0


async def test_a_closure_of_the_county_on_friday_brings_the_reminder_forward(office: Office) -> None:
    await sent(office, submitted_at=NOW - timedelta(days=2))
    await CalendarDay.create(day=FRIDAY.date(), name='颱風停班', county_id=office.agency.county_id)

    with dates.frozen(NOW):
        assert await deadlines.remind() == 1


async def test_a_typhoon_day_declared_on_the_due_day_itself_gives_one_more_day(office: Office) -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    case = await a_case(office)
    with dates.frozen(FRIDAY):
        assert await deadlines.remind() == 1
    with dates.frozen(MONDAY.replace(hour=6)):
        closure = CalendarDayDetails(MONDAY.date(), '颱風停班', county_ids=[office.agency.county_id])
        await office_calendar.save(closure, by=admin)
    told = {}
    for day in (MONDAY, TUESDAY, TUESDAY + timedelta(days=1)):
        with dates.frozen(day):
            (row,) = await reviews.awaiting(by=office.reviewer)
            told[day.day] = (await deadlines.remind(), await deadlines.escalate(), row.days_left)

    assert told == {9: (1, 0, (1, False)), 10: (0, 0, (0, False)), 11: (0, 1, (-1, False))}
    (each,) = await review_periods.rounds(Period(), by=office.reviewer)
    assert (each.due_on, each.reminded_at, each.escalated_at) == (
        date(2026, 3, 10),
        MONDAY,
        TUESDAY + timedelta(days=1),
    )
    assert case.due_on == MONDAY.date()


async def test_midnight_is_taipeis(office: Office) -> None:
    late = datetime(2026, 3, 6, 15, 59, 59, 999_999, tzinfo=UTC)
    for moment, due in ((late, 9), (late + timedelta(microseconds=1), 10)):
        with dates.frozen(moment):
            assert (await a_case(office)).due_on == date(2026, 3, due)
    sent = [case.submitted_at for case in await Application.all().order_by('id')]
    assert [dates.day_of(moment).day for moment in sent if moment] == [6, 7]
    with dates.frozen(datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)):
        assert (await deadlines.running(by=office.reviewer, due='today')).total == 1
    with dates.frozen(datetime(2026, 3, 9, 16, tzinfo=UTC)):
        assert (await deadlines.running(by=office.reviewer)).total == 1
        assert await deadlines.escalate() == 0  # nobody is told at midnight


async def test_nobody_is_reminded_of_what_is_not_with_the_agency(office: Office) -> None:
    (case,) = await sent(office)
    await Application.filter(id=case.id).update(status=ApplicationStatus.RETURNED, due_on=None)

    for moment in (FRIDAY, TUESDAY):
        with dates.frozen(moment):
            assert (await deadlines.remind(), await deadlines.escalate()) == (0, 0)


async def test_the_supervisor_hears_once_of_what_is_overdue(office: Office) -> None:
    (case,) = await sent(office)
    with dates.frozen(MONDAY.replace(hour=23)):
        assert await deadlines.escalate() == 0
    with dates.frozen(TUESDAY.replace(hour=7)):
        assert await deadlines.escalate() == 0
    with dates.frozen(TUESDAY):
        assert (await deadlines.escalate(), await deadlines.escalate()) == (1, 0)
    (other,) = await sent(office)
    with dates.frozen(TUESDAY + timedelta(days=1)):
        assert await deadlines.escalate() == 1

    first, second = await told('逾期未審結')
    assert first[:2] == (SUPERVISOR, '【志願服務紀錄冊】臺中市政府文化局有 1 件申請案逾期未審結')
    assert first[2].startswith('李科長，您好：\n')
    assert f'　案號 {case.id}　示例文化中心　送審 115/03/05 14:58　期限 115/03/09　逾期 1 日\n' in first[2]
    assert 'https://books.example.gov.tw/reviews/overdue\n' in first[2]
    assert '周小晴' not in first[2]
    assert f'案號 {other.id}' in second[2]
    assert f'案號 {case.id}' not in second[2]


async def test_an_agency_without_a_supervisor_is_passed_over_until_it_names_one(office: Office) -> None:
    await sent(office)
    await Agency.filter(id=office.agency.id).update(supervisor_email='')
    with dates.frozen(TUESDAY):
        assert await deadlines.escalate() == 0
        await Agency.filter(id=office.agency.id).update(supervisor_email=SUPERVISOR)
        assert await deadlines.escalate() == 1


async def test_each_agency_gets_its_own_mail(office: Office) -> None:
    await sent(office)
    (elsewhere,) = await sent(office)
    other = await an_agency(email='window@other.example.gov.tw', supervisor_email='head@other.example.gov.tw')
    await Application.filter(id=elsewhere.id).update(agency_id=other.id)

    with dates.frozen(FRIDAY):
        assert await deadlines.remind() == 2
    with dates.frozen(TUESDAY):
        assert await deadlines.escalate() == 2

    assert [recipient for recipient, _, _ in await told('即將到期')] == [
        'window@culture.example.gov.tw',
        'window@other.example.gov.tw',
    ]
    assert [recipient for recipient, _, _ in await told('逾期未審結')] == [SUPERVISOR, 'head@other.example.gov.tw']


async def test_several_processes_tell_once(office: Office) -> None:
    await sent(office, 5)

    with dates.frozen(FRIDAY):
        assert sum(await asyncio.gather(*(deadlines.remind() for _ in range(4)))) == 5
    with dates.frozen(TUESDAY):
        assert sum(await asyncio.gather(*(deadlines.escalate() for _ in range(4)))) == 5

    assert [len(await told(subject)) for subject in ('即將到期', '逾期未審結')] == [1, 1]


async def test_what_is_sent_again_is_told_of_again(office: Office) -> None:
    case = await a_case(office)
    with dates.frozen(TUESDAY):
        await deadlines.escalate()
        returned = await reviews.return_for_correction(
            await applications.get(case.id, by=office.reviewer), '反面看不清', case.version, by=office.reviewer
        )
        await applications.submit(returned, by=office.clerk)
    with dates.frozen(TUESDAY + timedelta(days=10)):
        assert await deadlines.escalate() == 1


async def test_one_agency_that_cannot_be_told_does_not_keep_the_others_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (poisoned,) = await sent(office)
    (elsewhere,) = await sent(office)
    other = await an_agency(email='window@other.example.gov.tw', name='局' * 60)
    await Application.filter(id=elsewhere.id).update(agency_id=other.id)
    announce = transitions.announce

    async def stumble(case: Application) -> None:
        if case.id == poisoned.id:
            raise RuntimeError('no')
        await announce(case)

    monkeypatch.setattr(transitions, 'announce', stumble)
    with dates.frozen(FRIDAY), caplog.at_level(logging.CRITICAL, 'domain.reviews.deadlines'):
        assert await deadlines.remind() == 1

    step = await ApplicationStep.get(application_id=poisoned.id)
    assert ((await Application.get(id=poisoned.id)).reminded_at, step.reminded_at) == (None, None)
    assert len(await told('即將到期')) == 1


async def test_pages_hear_of_a_reminder(office: Office, database: str) -> None:
    (case,) = await sent(office)
    heard: asyncio.Queue[CaseChanged | None] = asyncio.Queue()
    await announcements.opened(database)
    announcements.subscribe(CaseChanged, heard.put_nowait)
    try:
        with dates.frozen(FRIDAY):
            await deadlines.remind()
        async with asyncio.timeout(SECONDS):
            assert await heard.get() == CaseChanged(case.id, case.agency_id, case.host_unit_id, case.volunteer_id)
    finally:
        announcements.unsubscribe(CaseChanged, heard.put_nowait)
        await announcements.closed()


async def test_a_mail_to_an_agency_without_address_is_kept_as_not_delivered(office: Office) -> None:
    await sent(office)
    await Agency.filter(id=office.agency.id).update(email='')
    with dates.frozen(FRIDAY):
        assert await deadlines.remind() == 1
    assert [mail.status for mail in await OutgoingMail.all()] == [MailStatus.FAILED]


async def test_the_clock_goes_on_when_one_round_stumbles(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await sent(office)
    rounds = 0

    async def broken() -> int:
        nonlocal rounds
        rounds += 1
        raise OSError('the database is away')

    monkeypatch.setattr(deadlines, 'remind', broken)
    monkeypatch.setattr(deadlines, 'EVERY', 0.01)
    with dates.frozen(TUESDAY), caplog.at_level(logging.CRITICAL, 'domain.repeating'):
        watching = asyncio.create_task(deadlines.watch_forever())
        async with asyncio.timeout(SECONDS):
            while rounds < 3:
                await asyncio.sleep(0.01)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    assert len(await told('逾期未審結')) == 1
    assert {day.day.year for day in await CalendarDay.all()} == {2026, 2027}


async def test_the_list_shows_what_is_late_what_is_due_today_and_what_comes_next(office: Office) -> None:
    late, today, soon, later = await sent(office, 4)
    for case, due in ((late, 5), (today, 6), (soon, 9), (later, 10)):
        await Application.filter(id=case.id).update(due_on=date(2026, 3, due))

    with dates.frozen(FRIDAY):
        pages = {due: await deadlines.running(by=office.reviewer, due=due) for due in get_args(deadlines.Due)}
        found = {due: page.rows for due, page in pages.items()}
        counts = await deadlines.running_counts(by=office.reviewer)
        assert counts == {due: len(rows) for due, rows in found.items()}

    assert {due: [row.id for row in rows] for due, rows in found.items()} == {
        'overdue': [late.id],
        'today': [today.id],
        'soon': [soon.id],
    }
    volunteer = await late.volunteer
    assert found['overdue'] == [
        Running(
            id=late.id,
            volunteer='周小晴',
            identity_masked=volunteer.identity_masked,
            unit='示例文化中心',
            unit_phone='(04)0000-1234',
            round=1,
            submitted_at=NOW,
            due_on=date(2026, 3, 5),
            days_left=DaysLeft(-1, False),
            reminded_at=None,
            escalated_at=None,
        )
    ]


async def test_the_list_is_the_own_agencys_and_a_reviewers(office: Office) -> None:
    await sent(office)
    with dates.frozen(TUESDAY):
        assert (await deadlines.running(by=await an_account(Role.REVIEWER))).rows == []
        for role in (Role.UNIT_STAFF, Role.VOLUNTEER, Role.ADMINISTRATOR):
            with pytest.raises(NotPermitted):
                await deadlines.running(by=await an_account(role))


async def test_the_supervisor_is_known_by_the_address(office: Office) -> None:
    head = await an_account(Role.REVIEWER, agency=office.agency, email='Head@Culture.example.gov.tw')
    nobody = await an_account(Role.REVIEWER)

    assert [deadlines.is_supervisor(account) for account in (head, office.reviewer, nobody, office.clerk)] == [
        True,
        False,
        False,
        False,
    ]
