"""紙本紀錄冊: registered by the unit, confirmed by the agency, and then books like others."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tortoise.connection import get_connection

from db.choices import BookKind, BookStatus, Demand, FileKind, IssueKind, RegistrationStatus, Role
from db.models import (
    AccessEntry,
    Account,
    Agency,
    Application,
    BookIssue,
    HistoryEntry,
    HostUnit,
    Membership,
    NumberSeries,
    OutgoingMail,
    PaperRegistration,
    RecordBook,
    Rule,
    Tally,
    Volunteer,
)
from domain import (
    applications,
    book_numbers,
    departures,
    files,
    readiness,
    reviews,
    rosters,
    search,
    volunteers,
)
from domain.books import book_days, number_ledger, paper_books, record_books
from domain.books.number_ledger import EntryQuery
from domain.books.paper_books import HasBook, NumberTaken, PaperBookDetails, RegistrationQuery, UnderWay
from domain.books.record_books import CannotIssue, RecordBookQuery
from domain.errors import DomainError, Incomplete, MovedOn, NotFound, NotPermitted
from domain.readiness import NotReady
from domain.reports import profile_lists
from domain.volunteers.basics import VolunteerDetails
from tests import builders

from ...builders import an_account
from ..sample_office import Office, a_case, a_complete_volunteer, a_unit, a_volunteer

pytestmark = pytest.mark.usefixtures('database', 'today')
NUMBER = '中市文字第000123號'


def details(office: Office, **facts: Any) -> PaperBookDetails:
    usual: dict[str, Any] = {'series': '中市文', 'serial': '000123', 'issued_on': date(2014, 5, 6)}
    return PaperBookDetails(**usual | {'agency_id': office.agency.id} | facts)


async def registered(office: Office, volunteer: Volunteer | None = None, **facts: Any) -> PaperRegistration:
    volunteer = volunteer or await a_volunteer(office)
    return await paper_books.register(volunteer, details(office, **facts), by=office.clerk)


async def test_a_paper_book_that_is_confirmed_is_the_book_of_its_holder(office: Office) -> None:
    volunteer = await a_volunteer(office)
    cover = await builders.a_file(FileKind.PAPER_BOOK, by=office.clerk, name='封面.jpg')
    waiting = await registered(office, volunteer, cover=cover.id, issued_by='內政部')
    assert await RecordBook.all().count() == 0

    book = await paper_books.confirm(waiting.id, waiting.version, by=office.reviewer)

    await book.refresh_from_db()
    assert (book.volunteer_id, book.number, book.kind, book.status) == (
        volunteer.id,
        NUMBER,
        BookKind.REGISTERED,
        BookStatus.IN_USE,
    )
    assert (book.is_paper, book.application_id, book.issued_by) == (True, None, '內政部')
    assert (book.issued_on, book.first_issued_on) == (date(2014, 5, 6), date(2014, 5, 6))
    issue = await BookIssue.get()
    assert (issue.kind, issue.number, issue.by_id, issue.agency_id) == (
        BookKind.REGISTERED,
        NUMBER,
        office.reviewer.id,
        office.agency.id,
    )
    after = await PaperRegistration.get()
    assert (after.status, after.book_id, after.decided_by_id) == (
        RegistrationStatus.CONFIRMED,
        book.id,
        office.reviewer.id,
    )
    changes = [(one.label, one.new) for one in await HistoryEntry.filter(subject=NUMBER).order_by('id')]
    assert ('紙本紀錄冊登記', '待確認') in changes
    assert ('紙本紀錄冊登記', '已確認') in changes
    assert ('紀錄冊封面', '已上傳') in changes
    assert [mail.template for mail in await OutgoingMail.filter(account_id=None).order_by('id')] == [
        'paper_books_wait',
        'paper_books_confirmed',
    ]
    tallies = {(one.what, one.part): one.number for one in await Tally.filter(number__gt=0)}
    assert tallies == {('book', '0'): 1, ('issue', '0 registered'): 1}


@pytest.mark.parametrize(
    ('facts', 'field'),
    [
        ({'series': ''}, 'series'),
        ({'serial': ''}, 'serial'),
        ({'series': '中' * 40, 'serial': '1' * 40}, 'serial'),
        ({'issued_on': None}, 'issued_on'),
        ({'issued_on': date(2030, 1, 1)}, 'issued_on'),
        ({'issued_on': date(1970, 1, 1)}, 'issued_on'),
        ({'agency_id': None}, 'agency_id'),
        ({'agency_id': 2**31 - 1}, 'agency_id'),
        ({'agency_id': 'x'}, 'agency_id'),
        ({'county_code': '10002'}, 'agency_id'),
        ({'waives_issue_date': 'yes'}, 'waives_issue_date'),
        ({'cover': 'x'}, 'cover'),
        ({'issued_by': '部' * 101}, 'issued_by'),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
async def test_what_is_wrong_stands_at_its_field(office: Office, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Incomplete) as refusal:
        await registered(office, **facts)

    assert list(refusal.value.problems) == [field]
    assert await PaperRegistration.all().count() == 0


async def test_a_book_without_a_day_says_so_and_keeps_it(office: Office) -> None:
    waiting = await registered(office, issued_on=None, waives_issue_date=True)

    book = await paper_books.confirm(waiting.id, waiting.version, by=office.reviewer)

    await book.refresh_from_db()
    assert (book.issued_on, book.first_issued_on) == (None, None)
    assert PaperBookDetails.from_record(waiting).waives_issue_date


SAME = ['中市文字第000123號', '中市文字第123號', '中市文字第 ０００１２３ 號']


@pytest.mark.parametrize('number', [*SAME, '台北ab字第0１0號', 'x字第000號', '10字第01之002號', '臺字第1000號'])
async def test_the_database_folds_a_number_as_we_do(number: str) -> None:
    [row] = await get_connection('default').execute_query_dict('SELECT folded_number($1) AS folded', [number])

    assert row['folded'] == book_numbers.folded(number)


@pytest.mark.parametrize('serial', ['000123', '123', '０００１２３', '00 0123'])
async def test_two_people_cannot_hold_one_number_however_it_is_written(office: Office, serial: str) -> None:
    first = await registered(office)
    unit = await a_unit('另一個單位')
    elsewhere, other = await an_account(host_unit=unit), await builders.a_volunteer(unit)
    second = await paper_books.register(other, details(office, serial=serial), by=elsewhere)
    assert await paper_books.same_number([first, second]) == {first.id: 1, second.id: 1}
    await paper_books.confirm(first.id, first.version, by=office.reviewer)

    with pytest.raises(NumberTaken):
        await paper_books.confirm(second.id, second.version, by=office.reviewer)

    assert await RecordBook.all().count() == 1
    assert (await PaperRegistration.get(id=second.id)).status == RegistrationStatus.WAITING
    with pytest.raises(Incomplete) as refusal:
        await registered(office, await a_volunteer(office), serial=serial)
    assert list(refusal.value.problems) == ['serial']


async def test_of_two_confirmations_of_one_number_at_once_one_is_refused(office: Office) -> None:
    unit = await a_unit('另一個單位')
    elsewhere, other = await an_account(host_unit=unit), await builders.a_volunteer(unit)
    both = [await registered(office), await paper_books.register(other, details(office, serial='123'), by=elsewhere)]

    outcomes = await asyncio.gather(
        paper_books.confirm(both[0].id, 1, by=office.reviewer),
        paper_books.confirm(both[1].id, 1, by=office.colleague),
        return_exceptions=True,
    )

    assert {type(outcome) for outcome in outcomes} == {RecordBook, NumberTaken}
    assert await RecordBook.all().count() == await BookIssue.all().count() == 1


async def test_of_two_reviewers_the_second_hears_who_was_first(office: Office) -> None:
    waiting = await registered(office)

    outcomes = await asyncio.gather(
        paper_books.confirm(waiting.id, 1, by=office.reviewer),
        paper_books.send_back(waiting.id, '封面看不清楚', 1, by=office.colleague),
        return_exceptions=True,
    )

    [refused] = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert isinstance(refused, MovedOn)
    first = await PaperRegistration.get(id=waiting.id).select_related('decided_by')
    assert first.decided_by is not None
    assert first.decided_by.name in str(refused)
    assert await OutgoingMail.filter(account_id=None).count() == 2


async def test_the_same_press_twice_counts_once(office: Office) -> None:
    waiting = await registered(office)

    books = [await paper_books.confirm(waiting.id, 1, by=office.reviewer) for _ in range(2)]

    assert books[0] == books[1]
    assert await BookIssue.all().count() == 1


async def test_what_is_returned_comes_back_mended(office: Office) -> None:
    waiting = await registered(office)
    returned = await paper_books.send_back(waiting.id, '號碼與封面不同', 1, by=office.reviewer)
    assert (returned.status, returned.reason) == (RegistrationStatus.RETURNED, '號碼與封面不同')
    assert await paper_books.waiting_count(by=office.clerk) == 1

    again = replace(PaperBookDetails.from_record(returned), serial='000124')
    sent = await paper_books.amend(returned, again, version=returned.version, by=office.clerk)

    assert (sent.status, sent.serial, sent.version) == (RegistrationStatus.WAITING, '000124', 3)
    with pytest.raises(MovedOn):
        await paper_books.confirm(waiting.id, 1, by=office.reviewer)
    assert (await paper_books.confirm(waiting.id, 3, by=office.reviewer)).number == '中市文字第000124號'


async def test_pictures_follow_a_registration_that_came_without(office: Office) -> None:
    waiting = await registered(office)
    last_page = await builders.a_file(FileKind.PAPER_BOOK, by=office.clerk)

    more = replace(PaperBookDetails.from_record(waiting), last_page=last_page.id)
    after = await paper_books.amend(waiting, more, version=1, by=office.clerk)

    assert (after.last_page_id, after.cover_id, after.version) == (last_page.id, None, 2)
    with pytest.raises(MovedOn):  # the reviewer saw it without
        await paper_books.confirm(waiting.id, 1, by=office.reviewer)


async def test_a_return_wants_a_reason(office: Office) -> None:
    waiting = await registered(office)

    with pytest.raises(Incomplete):
        await paper_books.send_back(waiting.id, ' ', 1, by=office.reviewer)


async def test_what_is_withdrawn_is_no_book_and_may_be_sent_anew(office: Office) -> None:
    volunteer = await a_volunteer(office)
    waiting = await registered(office, volunteer)
    with pytest.raises(UnderWay):
        await registered(office, volunteer)

    await paper_books.withdraw(waiting, version=1, by=office.clerk)
    await paper_books.withdraw(waiting, version=1, by=office.clerk)

    with pytest.raises(MovedOn):
        await paper_books.confirm(waiting.id, 1, by=office.reviewer)
    assert (await registered(office, volunteer)).status == RegistrationStatus.WAITING


async def test_of_two_registrations_of_one_person_at_once_one_is_refused(office: Office) -> None:
    volunteer = await a_volunteer(office)

    outcomes = await asyncio.gather(
        registered(office, volunteer), registered(office, volunteer), return_exceptions=True
    )

    assert {type(outcome) for outcome in outcomes} == {PaperRegistration, UnderWay}


async def test_whoever_has_a_book_registers_none(office: Office) -> None:
    volunteer = await a_volunteer(office)
    first = await registered(office, volunteer)
    await paper_books.confirm(first.id, 1, by=office.reviewer)

    with pytest.raises(HasBook):
        await registered(office, volunteer, serial='9')


async def test_many_are_confirmed_at_once_each_for_itself(office: Office) -> None:
    waiting = [await registered(office, serial=f'{number}') for number in range(1, 5)]
    await paper_books.amend(waiting[0], details(office, serial='11'), version=1, by=office.clerk)

    outcomes = await paper_books.confirm_many({one.id: 1 for one in waiting}, by=office.reviewer)

    assert [outcome.book is not None for outcome in outcomes] == [False, True, True, True]
    assert '剛修改' in outcomes[0].sentence
    assert await RecordBook.all().count() == await BookIssue.all().count() == 3
    mails = await OutgoingMail.filter(template='paper_books_confirmed', account_id=None)
    assert len(mails) == 1
    again = await paper_books.confirm_many({one.id: 1 for one in waiting[1:]}, by=office.reviewer)
    assert [outcome.book for outcome in again] == [outcome.book for outcome in outcomes[1:]]
    assert await OutgoingMail.filter(template='paper_books_confirmed', account_id=None).count() == 1
    assert mails[0].body.open().count('中市文字第') == 3


async def test_of_two_people_with_one_number_the_order_of_the_list_lets_neither_have_it(office: Office) -> None:
    theirs = await registered(office, serial='731')
    await PaperRegistration.filter(id=theirs.id).update(host_unit_id=(await a_unit('另一個單位')).id)
    ours, alone = await registered(office, serial='731'), await registered(office, serial='732')

    outcomes = await paper_books.confirm_many({one.id: 1 for one in (theirs, ours, alone)}, by=office.reviewer)

    assert {one.registration.id for one in outcomes if one.book} == {alone.id}
    assert sum('個別確認' in one.sentence for one in outcomes) == 2
    assert await paper_books.confirm(theirs.id, 1, by=office.reviewer)


async def test_no_other_unit_or_agency_comes_near(office: Office) -> None:
    stranger = await an_account(host_unit=await a_unit('另一個單位'))
    elsewhere = await an_account(Role.REVIEWER, agency=await builders.an_agency())
    nobody = await an_account(Role.ADMINISTRATOR)
    volunteer = await a_volunteer(office)
    waiting = await registered(office, volunteer)
    acts: list[Callable[[Account], Awaitable[Any]]] = [
        lambda by: paper_books.register(volunteer, details(office), by=by),
        lambda by: paper_books.amend(waiting, details(office, serial='7'), version=1, by=by),
        lambda by: paper_books.withdraw(waiting, version=1, by=by),
        lambda by: paper_books.get(waiting.id, by=by),
        lambda by: paper_books.confirm(waiting.id, 1, by=by),
        lambda by: paper_books.send_back(waiting.id, '不符', 1, by=by),
        lambda by: paper_books.opened(waiting.id, by=by),
    ]

    for by in (stranger, elsewhere, nobody, office.reviewer, await an_account(Role.VOLUNTEER)):
        for act in acts if by != office.reviewer else acts[:3]:
            with pytest.raises(DomainError) as refusal:
                await act(by)
            assert isinstance(refusal.value, NotFound | NotPermitted)
    assert await paper_books.confirm_many({waiting.id: 1}, by=elsewhere) == []
    for by in (office.clerk, stranger):
        with pytest.raises(NotPermitted):
            await paper_books.confirm(waiting.id, 1, by=by)
    assert (await paper_books.find(RegistrationQuery(), by=elsewhere)).total == 0
    assert (await paper_books.find(RegistrationQuery(), by=office.reviewer)).total == 1
    assert (await PaperRegistration.get()).version == 1


async def test_a_clerk_of_one_team_comes_near_those_of_the_team(office: Office) -> None:
    unit = await HostUnit.get(id=office.clerk.host_unit_id)
    team = await builders.a_team(unit)
    of_team = await an_account(host_unit=unit, team=team)
    theirs, others = await registered(office), await registered(office, serial='7')
    await Membership.filter(volunteer_id=theirs.volunteer_id).update(team_id=team.id)

    assert [one.id for one in (await paper_books.find(RegistrationQuery(), by=of_team)).rows] == [theirs.id]
    assert sum((await paper_books.counts(by=of_team)).values()) == 1
    assert (await paper_books.get(theirs.id, by=of_team)).id == theirs.id
    with pytest.raises(NotFound):
        await paper_books.get(others.id, by=of_team)
    with pytest.raises(NotFound):
        await paper_books.withdraw(others, version=1, by=of_team)


async def test_a_unit_that_shares_the_person_reads_and_does_not_amend(office: Office) -> None:
    volunteer = await a_volunteer(office)
    waiting = await registered(office, volunteer)
    unit = await a_unit('另一個單位')
    other = await an_account(host_unit=unit)
    await builders.a_membership(volunteer, unit)

    assert (await paper_books.get(waiting.id, by=other)).id == waiting.id
    with pytest.raises(NotPermitted):
        await paper_books.withdraw(waiting, version=1, by=other)


async def test_nobody_attaches_a_picture_of_others(office: Office) -> None:
    theirs = await builders.a_file(FileKind.PAPER_BOOK, by=await an_account())
    certificate = await builders.a_file(FileKind.CERTIFICATE, by=office.clerk)

    for file in (theirs, certificate):
        with pytest.raises(Incomplete) as refusal:
            await registered(office, cover=file.id)
        assert list(refusal.value.problems) == ['cover']


async def test_nobody_confirms_what_they_sent_themselves(office: Office) -> None:
    waiting = await registered(office)
    await Account.filter(id=office.clerk.id).update(role=Role.REVIEWER, agency_id=office.agency.id)

    with pytest.raises(NotPermitted):
        await paper_books.confirm(waiting.id, 1, by=await Account.get(id=office.clerk.id))


async def test_who_typed_a_number_is_offered_and_never_made_the_holder(office: Office) -> None:
    typed = await a_volunteer(office, legacy_series='中市文', legacy_serial='77')
    await a_volunteer(office)
    assert [one.id for one in (await paper_books.offered(by=office.clerk)).rows] == [typed.id]
    form = PaperBookDetails.of_volunteer(typed, office.agency)
    assert (form.series, form.serial, form.agency_id) == ('中市文', '77', office.agency.id)

    await paper_books.register(typed, replace(form, waives_issue_date=True), by=office.clerk)

    assert (await paper_books.offered(by=office.clerk)).total == 0
    assert await RecordBook.all().count() == 0


async def holder(office: Office, **facts: Any) -> tuple[Volunteer, RecordBook]:
    """Somebody complete whose paper book is confirmed."""
    volunteer = await a_complete_volunteer(office)
    waiting = await registered(office, volunteer, **facts)
    return volunteer, await paper_books.confirm(waiting.id, waiting.version, by=office.reviewer)


async def approved(office: Office, volunteer: Volunteer, kind: IssueKind) -> RecordBook:
    case = await a_case(office, volunteer, kind=kind)
    book = await reviews.approve(case, case.version, by=office.reviewer)
    return await RecordBook.get(id=book.id)


@pytest.mark.parametrize('kind', [IssueKind.REPLACEMENT, IssueKind.REISSUE])
@pytest.mark.parametrize('keeps', [True, False], ids=['agency keeps numbers', 'agency does not'])
async def test_a_paper_book_is_followed_by_an_electronic_one_that_knows_its_first_day(
    office: Office, kind: IssueKind, keeps: bool
) -> None:
    await Agency.filter(id=office.agency.id).update(renewal_keeps_number=keeps)
    volunteer, paper = await holder(office)

    new = await approved(office, volunteer, kind)
    again = await approved(office, volunteer, IssueKind.REPLACEMENT)

    assert (new.number, new.earlier_id, new.earlier_legacy) == ('中市文志字第115000001號', paper.id, '')
    assert [new.first_issued_on, again.first_issued_on] == [date(2014, 5, 6)] * 2
    assert book_days.first(again) == '首次發冊日 103/05/06'
    assert (await RecordBook.get(id=paper.id)).status in (BookStatus.REPLACED, BookStatus.LOST)
    line = [number for number, _ in await number_ledger.lineage(again)]
    assert (line[-1], len(line)) == (NUMBER, 3)
    printed = await record_books.printable(again, by=office.clerk, reason='核對證件')
    assert (printed.identity.legacy_number, printed.identity.first_issued) == (NUMBER, '民國 103 年 5 月 6 日')


async def test_a_book_of_unknown_first_day_says_so_after_its_renewal(office: Office) -> None:
    volunteer, paper = await holder(office, issued_on=None, waives_issue_date=True)
    assert [book_days.issued(paper), book_days.first(paper)] == ['暫不填寫發冊日', '']

    new = await approved(office, volunteer, IssueKind.REPLACEMENT)

    assert (new.first_issued_on, book_days.first(new)) == (None, '首次發冊日 未填寫')
    found = await record_books.find(RecordBookQuery(volunteer_id=volunteer.id), by=office.clerk)
    assert [book.id for book in found.rows] == [new.id, paper.id]


async def test_a_paper_book_can_be_cancelled_and_its_number_is_gone_for_good(office: Office) -> None:
    volunteer, paper = await holder(office)

    cancelled = await approved(office, volunteer, IssueKind.CANCELLATION)

    assert (cancelled.id, cancelled.status) == (paper.id, BookStatus.CANCELLED)
    with pytest.raises(Incomplete):
        await registered(office, volunteer)


async def test_whoever_has_a_paper_book_is_not_offered_a_first_one(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    assert await readiness.kinds_for(volunteer) == list(IssueKind)
    waiting = await registered(office, volunteer)
    for _ in range(2):
        assert IssueKind.FIRST not in await readiness.kinds_for(volunteer)
        assert (await applications.defaults(volunteer)).kind == IssueKind.REPLACEMENT
        assert volunteer.id not in await rosters.candidate_ids(by=office.clerk)
        with pytest.raises(NotReady):
            await a_case(office, volunteer)
        if waiting.book_id is None:
            await paper_books.confirm(waiting.id, 1, by=office.reviewer)


async def test_a_case_of_a_first_book_is_refused_once_a_paper_book_is_confirmed(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    case = await a_case(office, volunteer)
    await paper_books.confirm((await registered(office, volunteer)).id, 1, by=office.reviewer)

    with pytest.raises(NotReady):
        await reviews.approve(case, case.version, by=office.reviewer)
    await Rule.filter(key='book').update(demand=Demand.OFF)  # whatever the administrator asks for
    with pytest.raises(CannotIssue):
        await reviews.approve(case, case.version, by=office.reviewer)

    assert await RecordBook.all().count() == 1
    assert await NumberSeries.all().count() == 0


async def test_a_renewal_waits_until_the_paper_book_is_confirmed(office: Office) -> None:
    volunteer = await a_complete_volunteer(office, legacy_series='中市文', legacy_serial='000123')
    waiting = await registered(office, volunteer)

    with pytest.raises(NotReady) as refusal:
        await a_case(office, volunteer, kind=IssueKind.REPLACEMENT)
    await paper_books.confirm(waiting.id, 1, by=office.reviewer)

    assert NUMBER in str(refusal.value)
    draft = await Application.get()
    assert (await applications.submit(draft, by=office.clerk)).round == 1


async def test_the_reviewer_sees_the_two_pictures_and_no_others(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    cover = await builders.a_file(FileKind.PAPER_BOOK, by=office.clerk)
    waiting = await registered(office, volunteer, cover=cover.id)
    elsewhere = await an_account(Role.REVIEWER, agency=await builders.an_agency())

    assert (await files.get(cover.id, by=office.reviewer)).id == cover.id
    for file_id, by in ((cover.id, elsewhere), (volunteer.photo_id, office.reviewer)):
        with pytest.raises(NotFound):
            await files.get(file_id, by=by)
    await paper_books.withdraw(waiting, version=1, by=office.clerk)
    with pytest.raises(NotFound):
        await files.get(cover.id, by=office.reviewer)


async def test_that_a_reviewer_looked_is_noted_once_for_the_volunteer(office: Office) -> None:
    waiting = await registered(office)

    for _ in range(2):
        await paper_books.opened(waiting.id, by=office.reviewer)

    [entry] = await AccessEntry.all()
    assert (entry.what, entry.reason, entry.by_name) == ('紙本紀錄冊登記', '確認紙本紀錄冊', '何專員')


async def test_what_a_unit_has_open_ends_with_the_membership(office: Office) -> None:
    volunteer = await a_volunteer(office)
    waiting = await registered(office, volunteer)

    assert (await departures.leaving(volunteer, by=office.clerk)).paper_book == NUMBER
    await departures.leave(volunteer, (0, 0), by=office.clerk)

    assert (await PaperRegistration.get(id=waiting.id)).status == RegistrationStatus.WITHDRAWN


async def test_several_typed_numbers_are_sent_at_once_and_what_lacks_is_told(office: Office) -> None:
    whole = await a_volunteer(office, legacy_series='中市文', legacy_serial='1', waives_issue_date=True)
    dateless = await a_volunteer(office, legacy_series='中市文', legacy_serial='2')
    stranger = await builders.a_volunteer(legacy_series='中市文', legacy_serial='3', waives_issue_date=True)

    refused = await paper_books.register_many([whole.id, dateless.id, stranger.id], office.agency.id, by=office.clerk)

    assert [one.volunteer_id for one in await PaperRegistration.all()] == [whole.id]
    assert [(one.id, '發冊日期' in sentence) for one, sentence in refused] == [(dateless.id, True)]
    assert await OutgoingMail.filter(template='paper_books_wait', account_id=None).count() == 1


async def test_it_is_found_by_its_number_by_whoever_may_see_it(office: Office) -> None:
    volunteer, book = await holder(office)
    strangers = [await an_account(), await an_account(Role.REVIEWER)]

    for words in (NUMBER, '中市文字第123號', '000123', volunteer.name):
        for by in (office.clerk, office.reviewer):
            assert {hit.name for hit in (await search.find(words, by=by)).hits} == {volunteer.name}, words
        for by in strangers:
            assert (await search.find(words, by=by)).hits == []
    [entry] = (await number_ledger.find(EntryQuery('000123'), by=office.reviewer)).rows
    assert (entry.number, entry.kind, entry.issued_on) == (NUMBER, BookKind.REGISTERED, book.issued_on)
    assert (await number_ledger.find(EntryQuery(kind=BookKind.REGISTERED), by=office.reviewer)).total == 1
    assert (await number_ledger.report(by=office.reviewer)).duplicates == []
    header = await volunteers.header(volunteer, by=office.clerk)
    assert (header.book_number, header.book_note) == (book.number, '舊制紙本')


async def test_it_stands_in_the_prints_with_what_it_is(office: Office) -> None:
    volunteer, book = await holder(office, issued_by='內政部', issued_on=None, waives_issue_date=True)
    await Volunteer.filter(id=volunteer.id).update(legacy_series='中市文', legacy_serial='000123')

    printed = await record_books.printable(book, by=office.clerk, reason='核對證件')

    assert (printed.number, printed.cover.agency, printed.cover.issued) == (NUMBER, '內政部', '')
    assert (printed.identity.issue_kind, printed.identity.issued) == ('舊制紙本', '暫不填寫發冊日')
    assert printed.identity.notice == '舊制紙本紀錄冊，本件為登記資料'
    assert printed.remarks == ()
    assert (await number_ledger.report(by=office.reviewer)).duplicates == []
    assert (await profile_lists.books(RecordBookQuery(volunteer.id), 'odt', reason='核對', by=office.clerk)).content


async def test_the_tick_of_no_day_stays_when_the_form_is_saved() -> None:
    details = VolunteerDetails(legacy_issued_on=date(2014, 5, 6), waives_issue_date=True)

    assert VolunteerDetails.from_record(Volunteer(**ticked(details))).waives_issue_date
    assert ticked(details)['legacy_issued_on'] is None


def ticked(details: VolunteerDetails) -> dict[str, Any]:
    """What is kept of the tick and the day."""
    kept = details.columns()
    return {name: kept[name] for name in ('legacy_issued_on', 'waives_issue_date')} | {'born_on': date(1970, 1, 1)}


async def test_a_clerk_of_one_team_hears_that_a_number_waits_and_not_for_whom_in_another_team(office: Office) -> None:
    unit = await HostUnit.get(id=office.clerk.host_unit_id)
    team = await builders.a_team(unit)
    of_team = await an_account(host_unit=unit, team=team)
    mine, mate = await a_volunteer(office), await a_volunteer(office, name='許同隊')
    for one in (mine, mate):
        await Membership.filter(volunteer_id=one.id).update(team_id=team.id)
    await registered(office, await a_volunteer(office, name='許別隊'))
    await registered(office, mate, serial='7')

    said = []
    for serial in ('000123', '7'):
        with pytest.raises(Incomplete) as refusal:
            await paper_books.register(mine, details(office, serial=serial), by=of_team)
        said.append(refusal.value.problems['serial'])

    assert said == [
        f'「{NUMBER}」已替貴單位的另一位志工送請確認，兩個人不能有同一號。請對照封面再確認。',
        '「中市文字第7號」已替許同隊送請確認，兩個人不能有同一號。請對照封面再確認。',
    ]
