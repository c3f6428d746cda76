"""審核期限的佐證: what each round of a case took, and who closed it."""

import io
from datetime import date, datetime
from typing import Any

import pytest
from odfdo import Document

from db.choices import ApplicationStatus, Role
from db.models import Agency, Application, ApplicationStep, CalendarDay
from domain import applications, dates, printouts, reviews
from domain.errors import Incomplete, NotPermitted
from domain.reports import review_periods
from domain.reports.review_periods import Period, Round, Share
from domain.reviews import deadlines

from ...builders import an_account
from ..sample_office import NOW, Office, a_case

pytestmark = pytest.mark.usefixtures('database', 'today')


def march(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=dates.TAIPEI)


async def a_case_with_two_rounds(office: Office) -> Application:
    """Sent on Thursday the 5th, returned in time on the 6th, sent again on the 11th, approved late on the 17th."""
    case = await a_case(office)
    with dates.frozen(march(6, 9)):
        await deadlines.remind()
    with dates.frozen(march(6)):
        case = await reviews.return_for_correction(case, '反面看不清', case.version, by=office.reviewer)
    with dates.frozen(march(11)):
        case = await applications.submit(case, by=office.clerk)
    await Agency.filter(id=office.agency.id).update(supervisor_email='head@culture.example.gov.tw')
    with dates.frozen(march(17, 9)):
        await deadlines.escalate()
    with dates.frozen(march(17)):
        await reviews.approve(case, case.version, by=office.colleague)
    return case


async def test_every_round_stands_with_its_period_and_the_pause_is_not_counted(office: Office) -> None:
    case = await a_case_with_two_rounds(office)

    assert await review_periods.rounds(Period(), by=office.reviewer) == [
        Round(
            application_id=case.id,
            number=2,
            unit='示例文化中心',
            submitted_at=march(11),
            due_on=date(2026, 3, 16),
            closed_at=march(17),
            outcome=ApplicationStatus.APPROVED,
            days_used=6,
            is_late=True,
            reviewer='王專員',
            days_paused=0,
            reminded_at=None,
            escalated_at=march(17, 9),
        ),
        Round(
            application_id=case.id,
            number=1,
            unit='示例文化中心',
            submitted_at=NOW,
            due_on=date(2026, 3, 9),
            closed_at=march(6),
            outcome=ApplicationStatus.RETURNED,
            days_used=1,
            is_late=False,
            reviewer='何專員',
            days_paused=5,
            reminded_at=march(6, 9),
            escalated_at=None,
        ),
    ]


async def test_working_days_are_counted_as_the_agency_counts_them(office: Office) -> None:
    await Agency.filter(id=office.agency.id).update(counts_working_days=True)
    await CalendarDay.create(day=date(2026, 3, 12), name='颱風停班', county_id=office.agency.county_id)
    await a_case_with_two_rounds(office)

    second, first = await review_periods.rounds(Period(), by=office.reviewer)

    assert (first.days_used, second.days_used, second.due_on) == (1, 3, date(2026, 3, 17))
    assert (second.is_late, first.days_paused) == (False, 5)


async def test_what_is_open_or_paused_counts_until_today(office: Office) -> None:
    await a_case(office)
    waiting = await a_case(office)
    with dates.frozen(march(6)):
        await reviews.return_for_correction(waiting, '反面看不清', waiting.version, by=office.reviewer)

    with dates.frozen(march(10)):
        paused, running = await review_periods.rounds(Period(), by=office.reviewer)

    assert (running.outcome, running.closed_at, running.days_used, running.is_late) == (None, None, 5, True)
    assert (paused.days_used, paused.days_paused, paused.reviewer) == (1, 4, '何專員')


async def test_what_the_unit_took_back_is_no_reviewers(office: Office) -> None:
    case = await a_case(office)
    with dates.frozen(march(6)):
        await applications.withdraw(case, by=office.clerk)

    (each,) = await review_periods.rounds(Period(), by=office.reviewer)

    assert (each.outcome, each.reviewer, each.days_used) == (ApplicationStatus.WITHDRAWN, '', 1)


@pytest.mark.parametrize(
    ('since', 'until', 'numbers'),
    [
        (None, None, [2, 1]),
        (date(2026, 3, 5), date(2026, 3, 11), [2, 1]),
        (date(2026, 3, 6), None, [2]),
        (None, date(2026, 3, 10), [1]),
        (date(2026, 3, 12), None, []),
    ],
)
async def test_a_period_names_the_days_of_sending(
    office: Office, since: date | None, until: date | None, numbers: list[int]
) -> None:
    await a_case_with_two_rounds(office)

    found = await review_periods.rounds(Period(since, until), by=office.reviewer)

    assert [each.number for each in found] == numbers


@pytest.mark.parametrize(
    ('since', 'until', 'field'),
    [(date(2026, 3, 2), date(2026, 3, 1), 'until'), ('x', None, 'since'), (None, datetime(2026, 3, 1), 'until')],  # noqa: DTZ001
)
async def test_what_is_no_period_is_refused(office: Office, since: Any, until: Any, field: str) -> None:
    with pytest.raises(Incomplete) as refusal:
        await review_periods.rounds(Period(since, until), by=office.reviewer)
    assert list(refusal.value.problems) == [field]


async def test_who_closed_how_much(office: Office) -> None:
    await a_case_with_two_rounds(office)
    await a_case(office)

    assert await review_periods.shares(Period(), by=office.reviewer) == [Share('何專員', 1, 0), Share('王專員', 1, 1)]


async def test_the_spreadsheet_holds_what_was_asked_for_and_no_volunteer(office: Office) -> None:
    case = await a_case_with_two_rounds(office)

    made = await review_periods.ods(Period(since=date(2026, 3, 6)), by=office.reviewer)

    assert made.name == '紀錄冊審核期限紀錄-1150305.ods'
    with made.file:
        table = Document(io.BytesIO(made.file.read())).body.get_table(0)
    assert table
    rows = [tuple('' if value is None else str(value) for value in row) for row in table.get_values()]
    assert [row[0] for row in rows[:2]] == [
        '紀錄冊審核期限紀錄',
        '臺中市政府文化局　送審日期 115/03/06～　共 1 次　列印日期 民國 115 年 3 月 5 日',
    ]
    assert rows[2:] == [
        review_periods.COLUMNS,
        (
            *(str(case.id), '第 2 次', '示例文化中心', '115/03/11 10:00', '115/03/16', '115/03/17 10:00', '核可'),
            *('6', '是', '王專員', '0', '', '115/03/17 09:00'),
        ),
    ]


async def test_what_is_read_some_at_a_time_is_the_same_as_all_pages(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await a_case_with_two_rounds(office)
    await ApplicationStep.all().update(at=datetime(2026, 3, 4, 10, tzinfo=dates.TAIPEI))
    whole = await review_periods.rounds(Period(), by=office.reviewer)

    monkeypatch.setattr(printouts, 'AT_ONCE', 2)
    again = await review_periods.rounds(Period(), by=office.reviewer)
    pages = [await review_periods.find(Period(), by=office.reviewer, page=page, per_page=4) for page in (1, 2, 3)]

    assert len({(one.application_id, one.number) for one in whole}) == 6
    assert again == whole == [one for page in pages for one in page.rows]
    assert [page.total for page in pages] == [6, 6, 6]


async def test_the_evidence_is_the_own_agencys_and_a_reviewers(office: Office) -> None:
    await a_case(office)

    assert await review_periods.rounds(Period(), by=await an_account(Role.REVIEWER)) == []
    for role in (Role.UNIT_STAFF, Role.VOLUNTEER, Role.ADMINISTRATOR):
        with pytest.raises(NotPermitted):
            await review_periods.ods(Period(), by=await an_account(role))
