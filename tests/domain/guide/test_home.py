"""What lies on a clerk's desk."""

from datetime import date
from typing import Any

import pytest

from db.choices import (
    ApplicationStatus,
    BookStatus,
    ConsentWay,
    DraftKind,
    IssueKind,
    MembershipStatus,
    RegistrationStatus,
    RightsKind,
    Role,
)
from db.models import (
    Account,
    Application,
    ApplicationStep,
    Membership,
    PaperRegistration,
    RecordBook,
    RightsRequest,
    Volunteer,
)
from domain import dates, drafts
from domain.audit import reads
from domain.books import paper_books, record_books
from domain.books.record_books import RecordBookQuery
from domain.cases import worklists
from domain.errors import NotPermitted
from domain.guide import home
from domain.privacy import rights
from tests.builders import a_host_unit, a_team, a_training, a_volunteer, an_account, an_agency

pytestmark = pytest.mark.usefixtures('database')


async def an_application(volunteer: Volunteer, clerk: Account, **changes: Any) -> Application:
    agency = await an_agency()
    facts: dict[str, Any] = {
        'county_id': agency.county_id,
        'agency': agency,
        'host_unit_id': clerk.host_unit_id,
    } | changes
    return await Application.create(volunteer=volunteer, **facts)


async def a_book(volunteer: Volunteer, case: Application, **changes: Any) -> RecordBook:
    facts: dict[str, Any] = {
        'volunteer': volunteer,
        'application': case,
        'agency_id': case.agency_id,
        'number': f'中市文志字第{115000000 + changes.get("sequence", 1)}號',
        'roc_year': 115,
        'sequence': 1,
        'kind': IssueKind.FIRST,
        'status': BookStatus.IN_USE,
        'issued_on': date(2026, 3, 8),
        'entered_by_unit_id': case.host_unit_id,
    } | changes
    return await RecordBook.create(**facts)


async def test_an_empty_desk_has_nothing_to_resume() -> None:
    assert await home.left_off(by=await an_account()) is None


async def test_the_last_form_is_where_the_work_stopped_and_says_what_it_lacks_first() -> None:
    unit = await a_host_unit()
    clerk = await an_account(host_unit=unit)
    volunteer = await a_volunteer(unit, name='陳小華')
    draft = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    saved_at, _ = await drafts.save(draft.id, 'title', '志工基礎訓練', by=clerk)

    [form] = await home.open_forms(by=clerk)
    assert await home.lacking(form, by=clerk) == '請輸入訓練日期（起）。'
    assert await home.left_off(by=clerk) == home.LeftOff(
        who='陳小華',
        step=6,
        note='請輸入訓練日期（起）。',
        address=f'/volunteers/{volunteer.id}/trainings/new',
        photo='',
        at=saved_at,
        done='自動儲存',
    )


async def test_an_amendment_is_shown_by_the_title_on_record_and_lacks_what_the_record_lacks() -> None:
    clerk = await an_account(host_unit=await a_host_unit())
    volunteer = await a_volunteer(clerk.host_unit)
    training, removed = [await a_training(volunteer, by=clerk) for _ in range(2)]
    for one in (training, removed):
        draft = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer, about=str(one.id))
        await drafts.save(draft.id, 'remarks', '補登', by=clerk)
    await removed.delete()

    [form] = await home.open_forms(by=clerk)
    assert (form.title, form.amends) == (training.title, training)
    assert await home.lacking(form, by=clerk) == '教育訓練證書檔案須包含正反面：還缺正面。'


async def test_a_case_sent_back_later_than_the_last_form_comes_first() -> None:
    unit = await a_host_unit()
    clerk = await an_account(host_unit=unit)
    volunteer = await a_volunteer(unit, name='陳小華')
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
    await drafts.save(draft.id, 'name', '林小美', by=clerk)
    case = await an_application(volunteer, clerk, status=ApplicationStatus.RETURNED, reason='證書反面看不清。')

    left = await home.left_off(by=clerk)

    assert left == home.LeftOff(
        who='陳小華',
        step=8,
        note='機關通知補件：證書反面看不清。',
        address=f'/volunteers/{volunteer.id}/record-book/application',
        photo='',
        at=case.updated_at,
        done='收到通知',
    )


async def test_another_units_forms_and_cases_lie_on_another_desk() -> None:
    unit = await a_host_unit()
    clerk, other = await an_account(host_unit=unit), await an_account()
    volunteer = await a_volunteer(unit)
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
    await drafts.save(draft.id, 'name', '林小美', by=clerk)
    await an_application(volunteer, clerk, status=ApplicationStatus.RETURNED)

    assert (await home.open_forms(by=other), await home.left_off(by=other)) == ([], None)


async def test_each_side_hears_what_the_other_did() -> None:
    unit, agency = await a_host_unit(), await an_agency()
    clerk, reviewer = await an_account(host_unit=unit), await an_account(Role.REVIEWER, agency=agency)
    stranger = await an_account(Role.REVIEWER)
    case = await an_application(await a_volunteer(unit), clerk, agency=agency)
    for status, by in ((ApplicationStatus.SUBMITTED, clerk), (ApplicationStatus.RETURNED, reviewer)):
        await ApplicationStep.create(application=case, status=status, by=by, at=dates.now())

    heard = {who: [step.status for step in await home.news(by=who)] for who in (clerk, reviewer, stranger)}

    assert heard == {clerk: [ApplicationStatus.RETURNED], reviewer: [ApplicationStatus.SUBMITTED], stranger: []}


async def test_news_of_somebody_who_has_left_say_that_only_the_case_can_be_opened() -> None:
    unit, agency = await a_host_unit(), await an_agency()
    clerk, reviewer = await an_account(host_unit=unit), await an_account(Role.REVIEWER, agency=agency)
    people = [await a_volunteer(unit), await a_volunteer(unit)]
    for person in people:
        case = await an_application(person, clerk, agency=agency)
        await ApplicationStep.create(application=case, status=ApplicationStatus.RETURNED, by=reviewer, at=dates.now())
    await Membership.filter(volunteer_id=people[0].id).update(status=MembershipStatus.LEFT)

    with reads.collected() as seen:
        news = await home.news(by=clerk)

    told = {(one.volunteer_id, one.volunteer, one.unit, one.is_ours) for one in news}
    assert told == {(one.id, one.name, unit.name, one is people[1]) for one in people}
    assert seen == {one.id for one in people}


async def test_the_counts_of_a_desk_are_those_of_its_lists() -> None:
    unit, today = await a_host_unit(), dates.today()
    clerk, team = await an_account(host_unit=unit), await a_team(unit)
    for place in ({}, {'team_id': team.id}):
        person = await a_volunteer(unit)
        await Membership.filter(volunteer_id=person.id).update(**place)
        case = await an_application(person, clerk, status=ApplicationStatus.RETURNED, **place)
        of_person: dict[str, Any] = {'volunteer': person, 'host_unit': unit}
        sent: dict[str, Any] = {'agency_id': case.agency_id, 'sent_by': clerk, 'sent_at': dates.now()}
        number: dict[str, Any] = {'series': '中市', 'serial': str(person.id), 'number_key': f'中市{person.id}'}
        await PaperRegistration.create(**of_person, **sent, **number, status=RegistrationStatus.RETURNED)
        asked: dict[str, Any] = {'asked_on': today, 'asked_at': dates.now(), 'asked_by': clerk, 'due_on': today}
        await RightsRequest.create(**of_person, **asked, kind=RightsKind.VIEW, way=ConsentWay.PAPER, wording='想看資料')
        await a_book(person, case, sequence=person.id, issued_on=today)

    of_team, stranger = await an_account(host_unit=unit, team=team), await an_account()
    for reader, many in ((clerk, 2), (of_team, 1), (stranger, 0)):
        found = await home.counts(by=reader)
        books = await record_books.find(RecordBookQuery(issued_from=today.replace(day=1)), by=reader)
        returned, requests = await paper_books.waiting_count(by=reader), await rights.waiting_count(by=reader)
        cases = await worklists.counts_of(by=reader)
        assert {status: found.cases.get(status, 0) for status in cases} == cases
        assert (found.issued, found.papers_returned, found.requests) == (books.total, returned, requests)
        assert (found.issued, found.papers_returned, found.requests) == (many, many, many)


async def test_a_volunteer_has_no_such_desk() -> None:
    with pytest.raises(NotPermitted):
        await home.news(by=await an_account(Role.VOLUNTEER))


async def test_how_far_each_has_come_takes_two_queries(queries: list[str]) -> None:
    unit = await a_host_unit()
    clerk = await an_account(host_unit=unit)
    people = [await a_volunteer(unit) for _ in range(3)]
    case = await an_application(people[0], clerk, status=ApplicationStatus.APPROVED)
    await a_book(people[0], case)
    queries.clear()

    standings = await home.standings(people, by=clerk)

    assert [(each.application and each.application.id, each.book_number) for each in standings.values()] == [
        (case.id, '中市文志字第115000001號'),
        (None, ''),
        (None, ''),
    ]
    assert len(queries) == 2
