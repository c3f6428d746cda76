"""發冊紀錄: what was issued, in which line, how the numbers are written, and what is not as it should be."""

from datetime import datetime

import pytest

from db.choices import ApplicationStatus, BookKind, BookStatus, IssueKind, Role
from db.models import Agency, Application, NumberSeries, OfficeEntry, RecordBook, Volunteer
from domain import dates, reviews, volunteers
from domain.books import number_ledger, paper_books, record_books
from domain.books.number_ledger import EntryQuery, SeriesDetails
from domain.books.paper_books import PaperBookDetails
from domain.errors import Incomplete, NotPermitted
from domain.reviews import decisions
from domain.volunteers import VolunteerQuery

from ...builders import an_account
from ..sample_office import Office, a_case, a_complete_volunteer

pytestmark = pytest.mark.usefixtures('database', 'today')

LATER = datetime(2027, 5, 3, 9, 0, tzinfo=dates.TAIPEI)


async def approved(office: Office, volunteer: Volunteer, kind: IssueKind = IssueKind.FIRST) -> RecordBook:
    case = await a_case(office, volunteer, kind=kind)
    return await reviews.approve(case, case.version, by=office.reviewer)


async def test_the_ledger_keeps_every_issue_of_a_book_that_keeps_its_number(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await approved(office, volunteer)
    with dates.frozen(LATER):
        await approved(office, volunteer, IssueKind.REISSUE)
        book = await approved(office, volunteer, IssueKind.CANCELLATION)
        found = await number_ledger.find(EntryQuery(), by=office.reviewer)

    number = '中市文志字第115000001號'
    assert [(entry.number, entry.kind, entry.decided_by) for entry in found.rows] == [
        (number, BookKind.CANCELLATION, '何專員'),
        (number, BookKind.REISSUE, '何專員'),
        (number, BookKind.FIRST, '何專員'),
    ]
    assert [(number, issue and issue.kind) for number, issue in await number_ledger.lineage(book)] == [
        (number, BookKind.CANCELLATION),
        (number, BookKind.REISSUE),
        (number, BookKind.FIRST),
    ]


@pytest.mark.parametrize(
    ('kind', 'left'), [(IssueKind.REPLACEMENT, BookStatus.REPLACED), (IssueKind.REISSUE, BookStatus.LOST)]
)
async def test_where_renewals_take_a_new_number_the_new_book_names_the_earlier_one(
    office: Office, kind: IssueKind, left: BookStatus
) -> None:
    await Agency.filter(id=office.agency.id).update(renewal_keeps_number=False)
    volunteer = await a_complete_volunteer(office)
    first = await approved(office, volunteer)
    case = await a_case(office, volunteer, kind=kind)
    ahead = await record_books.number_ahead(case)

    second = await reviews.approve(case, case.version, by=office.reviewer)

    await first.refresh_from_db()
    assert (ahead, second.number, second.earlier_id) == ('中市文志字第115000002號', ahead, first.id)
    assert (first.status, second.status) == (left, BookStatus.IN_USE)
    assert [number for number, _ in await number_ledger.lineage(second)] == [second.number, first.number]


async def test_a_book_that_follows_one_of_the_old_system_is_found_by_its_old_number(office: Office) -> None:
    old = await a_complete_volunteer(office, name='王小明', legacy_series='中市文', legacy_serial='000123')
    await approved(office, await a_complete_volunteer(office))
    book = await approved(office, old, IssueKind.REPLACEMENT)

    for text in ('中市文字第000123號', '000123', '小明', book.number):
        [entry] = (await number_ledger.find(EntryQuery(text), by=office.reviewer)).rows
        assert (entry.volunteer, entry.earlier) == ('王小明', '中市文字第000123號')
    found = await volunteers.find(VolunteerQuery(text='中市文字第000123號'), by=office.clerk)
    assert [volunteer.id for volunteer in found.rows] == [old.id]
    assert [number for number, _ in await number_ledger.lineage(book)] == [book.number, '中市文字第000123號']


async def test_a_person_has_one_live_book(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await approved(office, volunteer)
    await Agency.filter(id=office.agency.id).update(renewal_keeps_number=False)
    for kind in (IssueKind.REPLACEMENT, IssueKind.REISSUE, IssueKind.REPLACEMENT):
        await approved(office, volunteer, kind)

    books = await RecordBook.filter(volunteer_id=volunteer.id).order_by('sequence')
    assert [book.status for book in books] == [
        BookStatus.REPLACED,
        BookStatus.LOST,
        BookStatus.REPLACED,
        BookStatus.IN_USE,
    ]


async def test_the_administrator_sets_how_a_year_is_written(office: Office) -> None:
    administrator = await an_account(Role.ADMINISTRATOR)
    await number_ledger.begin(office.agency.id, 115, by=administrator)
    [series] = await number_ledger.series(by=administrator)

    await number_ledger.save(SeriesDetails('{word}{year}-{sequence:04d}'), of=series, by=administrator)

    assert (await approved(office, await a_complete_volunteer(office))).number == '中市文志115-0001'
    [series] = await number_ledger.series(by=office.reviewer)
    assert (series.last, series.issued, series.sample) == (1, 1, '中市文志115-0002')
    with dates.frozen(LATER):
        assert (await approved(office, await a_complete_volunteer(office))).number == '中市文志字第116000001號'


async def test_a_pattern_that_does_not_tell_the_numbers_apart_is_refused(office: Office) -> None:
    administrator = await an_account(Role.ADMINISTRATOR)
    await number_ledger.begin(office.agency.id, 115, by=administrator)
    [series] = await number_ledger.series(by=administrator)

    with pytest.raises(Incomplete):
        await number_ledger.save(SeriesDetails('{word}字第{year}號'), of=series, by=administrator)
    with pytest.raises(NotPermitted):
        await number_ledger.save(SeriesDetails(''), of=series, by=office.reviewer)


async def test_gaps_and_duplicates_are_reported(office: Office) -> None:
    facts = {'legacy_series': '中市文', 'legacy_serial': '000123'}
    for _ in range(2):
        await approved(office, await a_complete_volunteer(office, **facts), IssueKind.REPLACEMENT)
    assert (await number_ledger.report(by=office.reviewer)).gaps == []
    await NumberSeries.filter(agency_id=office.agency.id).update(last_sequence=4)
    await approved(office, await a_complete_volunteer(office))

    report = await number_ledger.report(by=office.reviewer)

    assert report.gaps == [(115, ['中市文志字第115000003號', '中市文志字第115000004號'])]
    assert report.duplicates == [('中市文字第000123號', 2)]


async def test_neither_the_last_number_given_nor_the_one_after_it_is_a_gap(office: Office) -> None:
    assert (await number_ledger.report(by=office.reviewer)).gaps == []
    await approved(office, await a_complete_volunteer(office))

    [series] = await number_ledger.series(by=office.reviewer)

    assert (series.last, (await number_ledger.report(by=office.reviewer)).gaps) == (1, [])


async def test_a_number_that_was_taken_last_and_that_no_book_has_is_a_gap(office: Office) -> None:
    await approved(office, await a_complete_volunteer(office))
    await NumberSeries.filter(agency_id=office.agency.id).update(last_sequence=2)

    assert (await number_ledger.report(by=office.reviewer)).gaps == [(115, ['中市文志字第115000002號'])]


async def test_a_series_begins_behind_the_numbers_given_elsewhere(office: Office) -> None:
    administrator = await an_account(Role.ADMINISTRATOR)
    await number_ledger.begin(office.agency.id, 115, by=administrator)
    [series] = await number_ledger.series(by=administrator)

    await number_ledger.save(SeriesDetails(outside=412), of=series, by=administrator)

    assert (await approved(office, await a_complete_volunteer(office))).number == '中市文志字第115000413號'
    [series] = await number_ledger.series(by=office.reviewer)
    assert (series.outside, series.last, series.issued) == (412, 413, 1)
    assert (await number_ledger.report(by=office.reviewer)).gaps == []
    [entry] = await OfficeEntry.filter(label='系統外已給到第幾號', new='412')
    assert (entry.subject, entry.by_name) == ('臺中市政府文化局　115', administrator.name)


@pytest.mark.parametrize('outside', [0, 411, 412], ids=['none', 'fewer', 'as before'])
async def test_a_series_never_goes_back_below_a_number_it_has_given(office: Office, outside: int) -> None:
    administrator = await an_account(Role.ADMINISTRATOR)
    await number_ledger.begin(office.agency.id, 115, by=administrator)
    [series] = await number_ledger.series(by=administrator)
    await number_ledger.save(SeriesDetails(outside=4120), of=series, by=administrator)
    await number_ledger.save(SeriesDetails(outside=412), of=series, by=administrator)  # a slip, before the first one
    await approved(office, await a_complete_volunteer(office))

    if outside == 412:
        await number_ledger.save(SeriesDetails(outside=412), of=series, by=administrator)
    else:
        with pytest.raises(Incomplete) as refusal:
            await number_ledger.save(SeriesDetails(outside=outside), of=series, by=administrator)
        assert list(refusal.value.problems) == ['outside']

    assert (await NumberSeries.get()).last_sequence == 413


async def test_numbers_given_elsewhere_meanwhile_are_jumped_over_and_no_gaps(office: Office) -> None:
    administrator = await an_account(Role.ADMINISTRATOR)
    await approved(office, await a_complete_volunteer(office))
    [series] = await number_ledger.series(by=administrator)

    await number_ledger.save(SeriesDetails(outside=5), of=series, by=administrator)

    assert (await approved(office, await a_complete_volunteer(office))).number == '中市文志字第115000006號'
    assert (await number_ledger.report(by=office.reviewer)).gaps == []
    await NumberSeries.filter(agency_id=office.agency.id).update(last_sequence=7)
    assert (await number_ledger.report(by=office.reviewer)).gaps == [(115, ['中市文志字第115000007號'])]


async def test_a_series_does_not_run_into_a_number_that_is_there(office: Office) -> None:
    administrator = await an_account(Role.ADMINISTRATOR)
    await number_ledger.begin(office.agency.id, 115, by=administrator)
    [series] = await number_ledger.series(by=administrator)
    details = PaperBookDetails('中市文志', '0115000413', waives_issue_date=True, agency_id=office.agency.id)
    paper = await paper_books.register(await a_complete_volunteer(office), details, by=office.clerk)
    await paper_books.confirm(paper.id, 1, by=office.reviewer)

    with pytest.raises(Incomplete) as refusal:
        await number_ledger.save(SeriesDetails(outside=412), of=series, by=administrator)

    assert list(refusal.value.problems) == ['outside']
    for wrong in (-1, 10**9, 'x', True):
        with pytest.raises(Incomplete):
            await number_ledger.save(SeriesDetails(outside=wrong), of=series, by=administrator)  # type: ignore[arg-type]
    with pytest.raises(NotPermitted):
        await number_ledger.save(SeriesDetails(outside=1), of=series, by=office.reviewer)


async def test_an_agency_sees_its_own_ledger_only(office: Office) -> None:
    await approved(office, await a_complete_volunteer(office))

    stranger = await an_account(Role.REVIEWER)
    assert (await number_ledger.find(EntryQuery(), by=stranger)).rows == []
    for account in (office.clerk, await an_account(Role.ADMINISTRATOR)):
        with pytest.raises(NotPermitted):
            await number_ledger.find(EntryQuery(), by=account)


async def test_the_ledger_can_be_taken_along(office: Office) -> None:
    await approved(office, await a_complete_volunteer(office))

    with await number_ledger.export(EntryQuery(), by=office.reviewer) as made:
        assert made.read(2) == b'PK'
    assert await Application.all().count() == 1


async def test_the_number_shown_is_the_one_after_the_approvals_that_wait(office: Office) -> None:
    first, second, third = [await a_case(office, await a_complete_volunteer(office)) for _ in range(3)]
    for case, by in ((first, office.colleague), (second, office.reviewer)):
        await decisions.decide(case.id, ApplicationStatus.APPROVED, case.version, by=by)

    ahead = await record_books.number_ahead(third)
    assert ahead == '中市文志字第115000003號'
    for by in (office.colleague, office.reviewer):
        await decisions.undo_many([one.id for _, one in (await decisions.own_pending(by=by)).values()], by=by)

    assert await record_books.number_ahead(third) == '中市文志字第115000001號'
