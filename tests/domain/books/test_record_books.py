"""紀錄冊: issued, renewed under the same number, cancelled; found and printed by those who may."""

from datetime import date, datetime

import pytest

from db.choices import ApplicationStatus, BookKind, BookStatus, HistoryAction, IssueKind, Role
from db.models import AccessEntry, Agency, Application, HistoryEntry, Membership, NumberSeries, RecordBook, Volunteer
from domain import dates, reviews
from domain.books import record_books
from domain.books.record_books import CannotIssue, RecordBookQuery
from domain.errors import Incomplete, NotFound

from ...builders import an_account
from ..sample_office import Office, a_book, a_case, a_complete_volunteer, a_unit

pytestmark = pytest.mark.usefixtures('database', 'today')

LATER = datetime(2027, 5, 3, 9, 0, tzinfo=dates.TAIPEI)
FIRST_NUMBER = '中市文志字第115000001號'


async def approved(office: Office, volunteer: Volunteer | None = None, kind: IssueKind = IssueKind.FIRST) -> RecordBook:
    case = await a_case(office, volunteer, kind=kind)
    return await reviews.approve(case, case.version, by=office.reviewer)


@pytest.mark.parametrize('kind', [IssueKind.REPLACEMENT, IssueKind.REISSUE])
async def test_a_renewed_book_keeps_its_number(office: Office, kind: IssueKind) -> None:
    volunteer = await a_complete_volunteer(office)
    first = await approved(office, volunteer)

    with dates.frozen(LATER):
        renewed = await approved(office, volunteer, kind)

    assert (renewed.id, renewed.number, renewed.kind, renewed.status, renewed.issued_on) == (
        first.id,
        FIRST_NUMBER,
        BookKind[kind.name],
        BookStatus.IN_USE,
        date(2027, 5, 3),
    )
    assert renewed.application_id != first.application_id
    assert [series.last_sequence for series in await NumberSeries.all()] == [1]
    entries = await HistoryEntry.filter(subject=FIRST_NUMBER, action=HistoryAction.AMENDED).order_by('id')
    assert [(entry.label, entry.old, entry.new) for entry in entries] == [
        ('發冊類別', '初次', kind.label),
        ('發冊日期', '115/03/05', '116/05/03'),
    ]


async def test_both_approvals_of_a_renewed_book_lead_to_it(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    book = await approved(office, volunteer)
    await approved(office, volunteer, IssueKind.REPLACEMENT)
    first, second = await Application.all().order_by('id')

    for application in (first, second):
        assert (await reviews.case(application.id, by=office.reviewer)).number == FIRST_NUMBER
        assert (await record_books.of_application(application)).id == book.id
    assert await reviews.approve(first, first.version - 1, by=office.reviewer) == book


async def test_a_book_of_the_old_system_is_replaced_by_one_with_a_number(office: Office) -> None:
    volunteer = await a_complete_volunteer(office, legacy_series='中市文', legacy_serial='000123')

    case = await a_case(office, volunteer, kind=IssueKind.REPLACEMENT)
    preview = (await reviews.case(case.id, by=office.reviewer)).number
    book = await reviews.approve(case, case.version, by=office.reviewer)

    assert (preview, book.number, book.kind) == (FIRST_NUMBER, FIRST_NUMBER, BookKind.REPLACEMENT)


async def test_the_number_of_a_cancelled_book_is_never_used_again(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await approved(office, volunteer)

    cancelled = await approved(office, volunteer, IssueKind.CANCELLATION)
    new = await approved(office, volunteer)

    assert (cancelled.number, cancelled.status, cancelled.kind) == (
        FIRST_NUMBER,
        BookStatus.CANCELLED,
        BookKind.CANCELLATION,
    )
    assert (new.number, new.status) == ('中市文志字第115000002號', BookStatus.IN_USE)
    assert await record_books.current_book_of(volunteer, by=office.clerk) == new


async def test_a_renewal_takes_no_number_and_says_so_beforehand(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await approved(office, volunteer)

    for kind in (IssueKind.REISSUE, IssueKind.CANCELLATION):
        case = await a_case(office, volunteer, kind=kind)
        assert (await reviews.case(case.id, by=office.reviewer)).number == ''
        await reviews.approve(case, case.version, by=office.reviewer)


async def test_a_book_that_is_gone_cannot_be_cancelled(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    application = await Application.create(
        volunteer=volunteer,
        host_unit=office.unit,
        county_id='66000',
        agency=office.agency,
        kind=IssueKind.CANCELLATION,
        status=ApplicationStatus.APPROVED,
    )

    with pytest.raises(CannotIssue):
        await record_books.issue(application, by=office.reviewer)


async def test_books_are_found_by_kind_status_and_day_of_issue_newest_first(office: Office) -> None:
    first = await approved(office)
    with dates.frozen(LATER):
        second = await approved(office)
        cancelled = await approved(office, await Volunteer.get(id=first.volunteer_id), IssueKind.CANCELLATION)

    async def found(**facts: object) -> list[int]:
        query = RecordBookQuery(**facts)  # type: ignore[arg-type]
        return [book.id for book in (await record_books.find(query, by=office.clerk)).rows]

    assert cancelled.id == first.id
    assert await found() == [second.id, first.id]
    assert await found(kind=IssueKind.FIRST) == [second.id]
    assert await found(status=BookStatus.CANCELLED) == [first.id]
    assert await found(issued_from=date(2027, 5, 3)) == [second.id]
    assert await found(issued_to=date(2027, 5, 2)) == [first.id]
    assert await found(volunteer_id=first.volunteer_id) == [first.id]


async def test_ten_books_a_page(office: Office) -> None:
    for n in range(12):
        await a_book(await a_complete_volunteer(office), office, number=f'第{n}號', sequence=n)

    page = await record_books.find(RecordBookQuery(page=2), by=office.clerk)

    assert (len(page.rows), page.foot) == (2, '顯示第 11 至 12 項結果，共 12 項')
    assert {book.entered_by_unit.name for book in page.rows} == {'示例文化中心'}


async def test_units_agencies_and_volunteers_see_the_books_that_are_theirs(office: Office) -> None:
    book = await approved(office)
    volunteer = await Volunteer.get(id=book.volunteer_id)
    own = await an_account(Role.VOLUNTEER, name='周小晴', volunteer=volunteer)
    welfare = await Agency.get(name='臺中市政府社會局')
    strangers = [
        await an_account(Role.UNIT_STAFF, name='陌生人', host_unit=await a_unit('別的單位')),
        await an_account(Role.REVIEWER, name='社專員', agency=welfare),
        await an_account(Role.VOLUNTEER, name='別人', volunteer=await a_complete_volunteer(office)),
        await an_account(Role.ADMINISTRATOR, name='管理者'),
    ]

    for account in (office.clerk, office.reviewer, own):
        assert await record_books.get(book.id, by=account) == book
        assert await record_books.current_book_of(volunteer, by=account) == book
    for account in strangers:
        assert (await record_books.find(RecordBookQuery(), by=account)).total == 0
        assert await record_books.current_book_of(volunteer, by=account) is None
        with pytest.raises(NotFound):
            await record_books.get(book.id, by=account)
        with pytest.raises(NotFound):
            await record_books.printable(book, by=account, reason='列印')


async def test_a_unit_that_the_volunteer_has_left_no_longer_sees_the_book(office: Office) -> None:
    book = await approved(office)

    await Membership.filter(volunteer_id=book.volunteer_id).update(status='left')

    with pytest.raises(NotFound):
        await record_books.get(book.id, by=office.clerk)


async def test_printing_is_noted_for_the_volunteer_with_its_purpose(office: Office) -> None:
    book = await approved(office)
    volunteer = await Volunteer.get(id=book.volunteer_id)
    own = await an_account(Role.VOLUNTEER, name='周小晴', volunteer=volunteer)
    before = await AccessEntry.all().count()

    with pytest.raises(Incomplete):
        await record_books.printable(book, by=office.clerk, reason=' ')
    contents = await record_books.printable(book, by=office.clerk, reason='交付志工紙本')
    await record_books.printable(book, by=own, reason='本人下載')

    (entry,) = (await AccessEntry.all().order_by('id'))[before:]
    assert (entry.by_name, entry.from_unit, entry.what, entry.reason) == (
        '林小滿',
        '示例文化中心',
        '紀錄冊',
        '交付志工紙本',
    )
    assert contents.number == FIRST_NUMBER
    assert volunteer.identity_number.open() in str(contents.identity)


@pytest.mark.parametrize('number', [0, -1, 2**31, 2**70])
async def test_an_address_with_a_number_no_book_can_have_leads_nowhere(office: Office, number: int) -> None:
    with pytest.raises(NotFound):
        await record_books.get(number, by=office.clerk)
