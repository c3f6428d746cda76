"""The queue of an agency: what stands in it, in which order, what is next, and what reading it costs."""

from datetime import date, datetime, timedelta

import pytest

from db.choices import ApplicationStatus, CorrectionReason, Place, Role
from db.models import Agency, Application, HostUnit, Roster, Volunteer
from domain import applications, corrections, dates, reviews
from domain.calendar.days_left import DaysLeft
from domain.cases import worklists
from domain.corrections import Anchor
from domain.errors import NotPermitted
from domain.reviews import CaseRow, Order, Pending, decisions

from ...builders import an_account, an_identity_number
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_unit, many_cases

pytestmark = pytest.mark.usefixtures('database', 'today')

SUBMITTED, RETURNED = ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED
APPROVED, REJECTED = ApplicationStatus.APPROVED, ApplicationStatus.REJECTED


async def test_the_queue_shows_overdue_cases_first_and_the_days_left(office: Office) -> None:
    sent = [await sent_on(office, date(2026, 3, day)) for day in (4, 3, 2, 5)]

    with dates.frozen(datetime(2026, 3, 6, 9, 0, tzinfo=dates.TAIPEI)):
        rows = await reviews.awaiting(by=office.reviewer)
        counts = await reviews.counts(by=office.reviewer)
        overdue = await reviews.awaiting(by=office.reviewer, due='overdue')
        due_today = await reviews.awaiting(by=office.reviewer, due='today')

    assert [(row.id, row.due_on, row.days_left) for row in rows] == [
        (sent[2].id, date(2026, 3, 5), DaysLeft(-1, False)),
        (sent[1].id, date(2026, 3, 6), DaysLeft(0, False)),
        (sent[0].id, date(2026, 3, 9), DaysLeft(3, False)),
        (sent[3].id, date(2026, 3, 9), DaysLeft(3, False)),
    ]
    assert ([row.id for row in overdue], [row.id for row in due_today]) == ([sent[2].id], [sent[1].id])
    assert (counts.overdue, counts.due_today, counts.by_status[SUBMITTED]) == (1, 1, 4)


async def test_a_row_has_what_the_queue_shows(office: Office) -> None:
    case = await a_case(office)

    (row,) = await reviews.awaiting(by=office.reviewer)

    assert row == CaseRow(
        id=case.id,
        version=2,
        volunteer='周小晴',
        identity_masked=case.volunteer.identity_masked,
        host_unit_id=office.unit.id,
        unit='示例文化中心',
        unit_phone='(04)0000-1234',
        kind=case.kind,
        status=SUBMITTED,
        round=1,
        submitted_at=NOW,
        due_on=date(2026, 3, 9),
        correct_by=None,
        days_left=DaysLeft(4, False),
        decided_at=None,
        roster_id=None,
        roster='',
        open_marks=0,
        answered_marks=0,
        pending=None,
        problem='',
        has_changed=False,
    )


async def test_a_case_is_found_by_name_number_unit_and_telephone(office: Office) -> None:
    unit = await a_unit('範例圖書館')
    await HostUnit.filter(id=unit.id).update(phone='(02)2345-6789')
    number = an_identity_number()
    person = await a_complete_volunteer(office, name='黃秋葉', identity_number=number)
    ours, other = await a_case(office, person), await a_case(office)
    await Application.filter(id=other.id).update(host_unit_id=unit.id)

    async def found(text: str) -> list[int]:
        rows = await reviews.awaiting(by=office.reviewer, text=text)
        before = await reviews.neighbours(ours.id, by=office.reviewer, text=text)
        assert before == reviews.Neighbours(None, next((row.id for row in rows if row.id != ours.id), None))
        return [row.id for row in rows]

    for text in ('秋葉', '黄秋葉', number, number.lower(), f'黃秋葉 {number}', '文化中心', str(ours.id)):
        assert await found(text) == [ours.id], text
    for text in ('圖書館', '02 2345 6789', '2345-6789', '23456789', '２３４５－６７８９'):
        assert await found(text) == [other.id], text
    assert await found('查無此人') == []


async def test_decided_cases_leave_the_queue_and_are_found_under_their_tab(office: Office) -> None:
    first, second = await a_case(office), await a_case(office)
    await reviews.approve(first, first.version, by=office.reviewer)
    await reviews.return_for_correction(second, '看不清用印', second.version, by=office.reviewer)

    assert await reviews.awaiting(by=office.reviewer) == []
    (returned,) = await reviews.awaiting(by=office.reviewer, status=RETURNED)
    (approved,) = await reviews.awaiting(by=office.reviewer, status=APPROVED)
    assert (returned.id, returned.days_left, returned.decided_at) == (second.id, None, NOW)
    assert approved.id == first.id


async def test_the_queue_can_be_limited_to_one_unit(office: Office) -> None:
    await a_case(office)
    unit = await a_unit('範例圖書館')
    clerk = await an_account(Role.UNIT_STAFF, name='沈小川', host_unit=unit)
    other = Office(office.agency, unit, clerk, office.reviewer, office.colleague)
    theirs = await a_case(other)

    rows = await reviews.awaiting(by=office.reviewer, host_unit_id=unit.id)

    assert [row.id for row in rows] == [theirs.id]


async def test_next_and_previous_follow_the_chosen_order_and_pass_over_what_is_decided(office: Office) -> None:
    cases = []
    for minute, name in enumerate(('丙', '甲', '乙', '丁')):
        with dates.frozen(NOW + timedelta(minutes=minute)):
            cases.append(await a_case(office, await a_complete_volunteer(office, name=name)))
    first, second, third, fourth = (case.id for case in cases)

    by_due = await reviews.neighbours(second, by=office.reviewer)
    newest = await reviews.neighbours(second, by=office.reviewer, order='newest')
    await decisions.decide(third, APPROVED, cases[2].version, by=office.colleague)
    passed_over = await reviews.neighbours(second, by=office.reviewer)
    own = await reviews.neighbours(third, by=office.reviewer)
    await reviews.reject(cases[1], '非本機關業務', cases[1].version, by=office.reviewer)
    gone = await reviews.neighbours(second, by=office.reviewer)

    assert by_due == reviews.Neighbours(first, third)
    assert newest == reviews.Neighbours(third, first)
    assert passed_over == reviews.Neighbours(first, fourth)
    assert own == reviews.Neighbours(second, fourth)
    assert gone == reviews.Neighbours(None, first)


async def test_a_row_tells_of_roster_marks_and_a_decision_that_waits(office: Office) -> None:
    case = await a_case(office)
    roster = await Roster.create(
        host_unit=office.unit,
        county_id=office.agency.county_id,
        agency=office.agency,
        title='三月新進',
        created_by=office.clerk,
    )
    await Application.filter(id=case.id).update(roster_id=roster.id)
    await a_case(office)
    for field in ('photo', 'email'):
        await corrections.mark(
            case, Anchor(Place.BASICS, field), CorrectionReason.OTHER, '請確認。', by=office.reviewer
        )
    decision = await decisions.decide(case.id, RETURNED, case.version, by=office.reviewer)

    (row,) = await reviews.awaiting(by=office.colleague, roster_id=roster.id)

    assert (row.version, row.roster_id, row.roster, row.open_marks, row.answered_marks) == (
        3,
        roster.id,
        '三月新進',
        2,
        0,
    )
    assert row.pending == Pending(decision.id, RETURNED, office.reviewer.id, '何專員', NOW + timedelta(seconds=10))


async def test_refused_and_withdrawn_cases_have_their_own_list_the_last_first(office: Office) -> None:
    refused, withdrawn, _ = [await a_case(office) for _ in range(3)]
    await reviews.reject(refused, '非本機關業務', refused.version, by=office.reviewer)
    with dates.frozen(NOW + timedelta(minutes=1)):
        await applications.withdraw(withdrawn, by=office.clerk)

    rows = await reviews.awaiting(by=office.reviewer, status=worklists.CLOSED)

    assert [(row.id, row.status) for row in rows] == [
        (withdrawn.id, ApplicationStatus.WITHDRAWN),
        (refused.id, REJECTED),
    ]


async def test_the_reviewer_chooses_the_order(office: Office) -> None:
    other = Office(office.agency, await a_unit('範例圖書館'), office.clerk, office.reviewer, office.colleague)
    late = await sent_on(office, date(2026, 3, 5))
    early = await sent_on(office, date(2026, 3, 3))
    await Application.filter(id=early.id).update(host_unit_id=other.unit.id)
    await Volunteer.filter(id=late.volunteer_id).update(name='丁一')
    await Volunteer.filter(id=early.volunteer_id).update(name='周小晴')

    orders: tuple[Order, ...] = ('due', 'oldest', 'newest', 'unit', 'name')
    found = {order: [row.id for row in await reviews.awaiting(by=office.reviewer, order=order)] for order in orders}

    assert found == {
        'due': [early.id, late.id],
        'oldest': [early.id, late.id],
        'newest': [late.id, early.id],
        'unit': [late.id, early.id],  # 示例文化中心 before 範例圖書館
        'name': [late.id, early.id],
    }


async def test_cases_their_decisions_and_marks_are_of_one_moment_and_a_long_queue_costs_no_more_queries(
    office: Office, queries: list[str]
) -> None:
    counts = []
    for more in (1, 30):
        await many_cases(office, more)
        queries.clear()
        await reviews.awaiting(by=office.reviewer, limit=200)
        counts.append(len(queries))

    assert counts == [1, 1]
    await Agency.filter(id=office.agency.id).update(counts_working_days=True)
    queries.clear()
    await reviews.awaiting(by=office.reviewer, limit=200)
    assert len(queries) == 2  # the office calendar, once


async def test_only_reviewers_ask_for_the_queue(office: Office) -> None:
    case = await a_case(office)
    for act in (reviews.awaiting(by=office.clerk), reviews.neighbours(case.id, by=office.clerk)):
        with pytest.raises(NotPermitted):
            await act


async def sent_on(office: Office, day: date) -> Application:
    with dates.frozen(datetime.combine(day, NOW.timetz())):
        return await a_case(office)


async def test_a_case_that_ended_without_a_book_is_listed_under_the_name_it_was_sent_with(office: Office) -> None:
    case = await a_case(office)
    await reviews.reject(case, '非本機關業務', case.version, by=office.reviewer)
    await Volunteer.filter(id=case.volunteer_id).update(name='周大晴', identity_masked='B12****789')

    (row,) = await reviews.awaiting(by=office.reviewer, status=worklists.CLOSED)

    assert (row.volunteer, row.identity_masked) == ('周小晴', case.volunteer.identity_masked)


async def test_the_extent_counts_the_whole_list_and_names_its_units(office: Office) -> None:
    for day in (2, 2, 3, 4):
        await sent_on(office, date(2026, 3, day))
    other = await a_unit('示例圖書館')
    await Application.filter(id=(await sent_on(office, date(2026, 3, 4))).id).update(host_unit=other)
    await a_unit('沒有案件的單位')

    with dates.frozen(datetime(2026, 3, 6, 9, 0, tzinfo=dates.TAIPEI)):
        every = await reviews.extent(by=office.reviewer)
        chosen = await reviews.extent(by=office.reviewer, host_unit_id=office.unit.id, due='overdue')
        none = await reviews.extent(by=office.reviewer, status=APPROVED)

    units = sorted([(office.unit.id, office.unit.name), (other.id, other.name)], key=lambda unit: unit[1])
    assert (every.cases, every.overdue, every.due_today, every.chosen) == (5, 2, 1, 5)
    assert sorted(every.units, key=lambda unit: unit[1]) == units
    assert (chosen.cases, chosen.overdue, chosen.chosen) == (5, 2, 2)
    assert (none.cases, none.units) == (0, [])
