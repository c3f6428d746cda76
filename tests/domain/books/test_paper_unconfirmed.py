"""取消確認 of a paper book: it is none any more, both sides know, and nothing that builds on it loses its ground."""

from datetime import timedelta

import pytest

from db.choices import ApplicationStatus, HistoryAction, IssueKind, RegistrationStatus, Role
from db.models import Application, BookIssue, HistoryEntry, OutgoingMail, RecordBook, Tally
from domain import dates
from domain.books import paper_books
from domain.books.paper_books import BuiltOn, PaperBookDetails
from domain.books.paper_decisions import UNDO_DAYS
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted

from ...builders import an_account
from ..sample_office import NOW, Office, a_volunteer
from .test_paper_books import NUMBER, registered

pytestmark = pytest.mark.usefixtures('database', 'today')
WHY = '同號的是另一位志工。'


async def test_a_confirmation_that_is_taken_back_leaves_no_book_and_both_acts_in_the_history(office: Office) -> None:
    volunteer = await a_volunteer(office)
    waiting = await registered(office, volunteer)
    await paper_books.confirm(waiting.id, 1, by=office.reviewer)

    back = await paper_books.unconfirm(waiting.id, WHY, 2, by=office.colleague)
    again = await paper_books.unconfirm(waiting.id, WHY, 2, by=office.colleague)

    assert (back.status, back.reason, back.book_id, again.version) == (RegistrationStatus.RETURNED, WHY, None, 3)
    assert [await each.all().count() for each in (RecordBook, BookIssue)] == [0, 0]
    assert await Tally.filter(number__gt=0).count() == 0
    told = await HistoryEntry.filter(subject=NUMBER, action=HistoryAction.REMOVED).order_by('id')
    assert [(one.label, one.old, one.new) for one in told] == [
        ('紀錄冊號', NUMBER, ''),
        ('紙本紀錄冊登記', '已確認', '取消確認'),
        ('審核意見', '', WHY),
    ]
    mail = await OutgoingMail.filter(account_id=None).order_by('-id').first()
    assert mail is not None
    assert (mail.template, mail.recipient) == ('paper_book_unconfirmed', 'unit@example.org')
    sent = await paper_books.amend(back, PaperBookDetails.from_record(back), version=3, by=office.clerk)
    assert (await paper_books.confirm(sent.id, 4, by=office.reviewer)).number == NUMBER


async def test_what_builds_on_the_book_keeps_it_and_so_does_time(office: Office) -> None:
    volunteer = await a_volunteer(office)
    waiting = await registered(office, volunteer)
    await paper_books.confirm(waiting.id, 1, by=office.reviewer)
    case = await Application.create(
        volunteer=volunteer,
        host_unit=office.unit,
        county_id=office.agency.county_id,
        agency=office.agency,
        kind=IssueKind.REPLACEMENT,
        status=ApplicationStatus.SUBMITTED,
    )

    with pytest.raises(BuiltOn, match='正在以這一冊申請'):
        await paper_books.unconfirm(waiting.id, WHY, 2, by=office.reviewer)
    await Application.filter(id=case.id).update(status=ApplicationStatus.WITHDRAWN)
    with dates.frozen(NOW + timedelta(days=UNDO_DAYS, minutes=1)), pytest.raises(BuiltOn, match='超過 30 天'):
        await paper_books.unconfirm(waiting.id, WHY, 2, by=office.reviewer)
    with pytest.raises(Incomplete):
        await paper_books.unconfirm(waiting.id, ' ', 2, by=office.reviewer)
    with pytest.raises(MovedOn):
        await paper_books.unconfirm(waiting.id, WHY, 1, by=office.reviewer)
    with pytest.raises(NotPermitted):
        await paper_books.unconfirm(waiting.id, WHY, 2, by=office.clerk)
    stranger = await an_account(Role.REVIEWER)
    with pytest.raises(NotFound):
        await paper_books.unconfirm(waiting.id, WHY, 2, by=stranger)
    assert await RecordBook.all().count() == 1
