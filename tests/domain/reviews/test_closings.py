"""A returned case has a last day; after it the reviewer may end it, and the unit is told."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from db.choices import ApplicationStatus, Role
from db.models import Agency, Application, ApplicationStep, OutgoingMail
from domain import applications, dates, directory, reviews
from domain.calendar import days_left, office_calendar
from domain.calendar.office_calendar import CalendarDayDetails
from domain.directory import AgencyDetails
from domain.errors import MovedOn, NotFound, NotPermitted
from domain.reviews import closings, deadlines, timeline
from domain.reviews.closings import TooEarly

from ...builders import an_account
from ..sample_office import NOW, Office, a_case, an_office

pytestmark = pytest.mark.usefixtures('database')

# Returned on Thursday 115/03/05: 30 days later is Saturday 04/04, a holiday; Monday 04/06 is one, too.
LAST = date(2026, 4, 7)
AFTER = datetime(2026, 4, 8, 9, tzinfo=dates.TAIPEI)


@pytest.fixture
async def office(database: str) -> Any:
    with dates.frozen(NOW):
        await office_calendar.fill_ahead()
        yield await an_office()


async def a_returned(office: Office, **facts: Any) -> Application:
    case = await a_case(office, **facts)
    return await reviews.return_for_correction(case, '照片請重拍。', case.version, by=office.reviewer)


async def test_a_returned_case_has_a_last_day_by_the_agencys_calendar_which_its_mail_names(office: Office) -> None:
    case = await a_returned(office)

    assert case.correct_by == LAST
    assert (await days_left.of_corrections([case]))[case.id].days == (LAST - NOW.date()).days
    assert (await ApplicationStep.get(application=case, status=ApplicationStatus.RETURNED)).due_on == LAST
    mail = await OutgoingMail.get(template='returned', account=None)
    assert '請在 115/04/07（含當日）以前補齊並重新送審。' in mail.body.open()
    told = await timeline.of(case, by=office.clerk)
    assert '照片請重拍。\n補件期限 115/04/07' in [entry.note for entry in told]


async def test_an_agency_without_a_term_sets_none_and_cannot_close(office: Office) -> None:
    await Agency.filter(id=office.agency.id).update(correction_days=0)
    case = await a_returned(office)

    with dates.frozen(AFTER), pytest.raises(TooEarly) as refusal:
        await closings.close(case.id, case.version, by=office.reviewer)

    assert (case.correct_by, closings.closable_from(case)) == (None, None)
    assert str(refusal.value) == '這個案件沒有補件期限，不能逾期結案。案件沒有變動，也沒有通知任何人。'
    assert '補件沒有固定的期限' in (await OutgoingMail.get(template='returned', account=None)).body.open()


async def test_on_the_last_day_the_unit_still_has_time(office: Office) -> None:
    case = await a_returned(office)

    with dates.frozen(AFTER - timedelta(days=1)), pytest.raises(TooEarly) as refusal:
        await closings.close(case.id, case.version, by=office.reviewer)

    assert str(refusal.value).startswith('補件期限還沒過，115/04/08 起才可以結案。')
    assert (await Application.get(id=case.id)).status is ApplicationStatus.RETURNED


async def test_after_it_the_reviewer_closes_the_case_once_and_the_unit_is_told(office: Office) -> None:
    case = await a_returned(office)

    with dates.frozen(AFTER):
        closed = await closings.close(case.id, case.version, by=office.reviewer)
        again = await closings.close(case.id, case.version, by=office.reviewer)

    assert (closed.status, closed.reason) == (
        ApplicationStatus.REJECTED,
        '逾期未補件：補件期限 115/04/07 已過，案件結案。',
    )
    assert (again.version, again.correct_by, again.decided_by_id) == (closed.version, None, office.reviewer.id)
    mail = await OutgoingMail.get(template='rejected', account=None)
    assert '以下申請案的補件期限（115/04/07）已過，還沒有收到補件，臺中市政府文化局已將案件結案。' in mail.body.open()
    with dates.frozen(AFTER):
        assert (await applications.again(closed, by=office.clerk)).previous_id == case.id


async def test_who_was_sent_the_correction_in_the_meantime_closes_nothing(office: Office) -> None:
    case = await a_returned(office)

    with dates.frozen(AFTER):
        await applications.submit(case, by=office.clerk)
        with pytest.raises(MovedOn):
            await closings.close(case.id, case.version, by=office.reviewer)

    assert (await Application.get(id=case.id)).correct_by is None


async def test_only_the_agencys_reviewers_close_and_nobody_their_own_case(office: Office) -> None:
    case = await a_returned(office)

    with dates.frozen(AFTER):
        with pytest.raises(NotFound):
            await closings.close(case.id, case.version, by=await an_account(Role.REVIEWER))
        with pytest.raises(NotPermitted):
            await closings.close(case.id, case.version, by=office.clerk)
        await ApplicationStep.filter(application=case, status=ApplicationStatus.SUBMITTED).update(
            by_id=office.reviewer.id
        )
        with pytest.raises(NotPermitted):
            await closings.close(case.id, case.version, by=office.reviewer)


async def test_units_are_reminded_three_working_days_before_once(office: Office) -> None:
    """Tuesday 04/07: the working days before it are Thursday 04/02, Wednesday 04/01 and Tuesday 03/31."""
    await a_returned(office)
    reminded = []
    monday = datetime(2026, 3, 30, 9, tzinfo=dates.TAIPEI)
    for day in range(3):
        with dates.frozen(monday + timedelta(days=day)):
            reminded.append(await deadlines.remind_units())

    assert reminded == [0, 1, 0]
    mail = await OutgoingMail.get(template='correction_due', account=None)
    assert mail.recipient == 'unit@example.org'
    assert '　補件期限 115/04/07（含當日）' in mail.body.open()


async def test_a_case_returned_before_there_was_a_term_gets_one_counted_from_today(office: Office) -> None:
    case = await a_returned(office)
    await Application.filter(id=case.id).update(correct_by=None)

    with dates.frozen(AFTER):
        assert await deadlines.give_terms() == 1
        assert await deadlines.give_terms() == 0

    assert (await Application.get(id=case.id)).correct_by == date(2026, 5, 8)


async def test_a_longer_term_and_a_closure_put_the_day_off_and_a_shorter_term_does_not_bring_it_forward(
    office: Office,
) -> None:
    case, admin = await a_returned(office), await an_account(Role.ADMINISTRATOR)
    days = []
    for term in (40, 10):
        details = AgencyDetails.from_record(await Agency.get(id=office.agency.id))
        details.correction_days = term
        await directory.save_agency(details, by=admin, of=await Agency.get(id=office.agency.id))
        days.append((await Application.get(id=case.id)).correct_by)
    assert days == [date(2026, 4, 14), date(2026, 4, 14)]

    details.correction_days = 40
    await directory.save_agency(details, by=admin, of=await Agency.get(id=office.agency.id))
    await office_calendar.save(CalendarDayDetails(date(2026, 4, 14), '颱風', county_ids=['66000']), by=admin)
    assert (await Application.get(id=case.id)).correct_by == date(2026, 4, 15)

    details.correction_days = 0
    await directory.save_agency(details, by=admin, of=await Agency.get(id=office.agency.id))
    assert (await Application.get(id=case.id)).correct_by is None
