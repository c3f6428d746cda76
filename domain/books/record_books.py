"""紀錄冊: issued with the next number of its agency and ROC year, renewed, cancelled, found, printed.

A number is taken by one statement inside the transaction that decides the application: a decision that fails gives it
back, and two at once queue on the row of the series. So there is no gap and no duplicate. Book and number are of the
day on which it was decided, also when the decision is released on another one, in the new year. Every issue is entered
in the ledger (`BookIssue`), which `numbers` reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.expressions import RawSQL, Subquery
from tortoise.queryset import QuerySet

from db.choices import (
    AccessKind,
    ApplicationStatus,
    BookKind,
    BookStatus,
    HistoryAction,
    IssueKind,
    Role,
    Section,
)
from db.models import Account, Agency, Application, BookIssue, Decision, NumberSeries, RecordBook, Volunteer

from .. import dates, validation
from ..audit import access, history
from ..audit.history import Change, Noted
from ..cases.transitions import UNDO_WITHIN
from ..directory import forms
from ..errors import DomainError, NotFound
from ..fields import Field, by_key
from ..paging import Page, bounds, counted
from ..permissions import people_of, visible_to
from ..volunteers.basics import legacy_number
from . import book_days, contents
from .contents import Contents

FIELDS = by_key(
    Field('number', '紀錄冊號'),
    Field('kind', '發冊類別', '目前發冊類別'),
    Field('issued_on', '發冊日期', '目前發冊日期'),
    Field('status', '使用狀態'),
    Field('entered_by_unit', '登打單位名稱'),
)
NUMBER_LENGTH = 80
# For statements of others, too: the columns of `Ahead`.
AHEAD = f"""
EXISTS (SELECT FROM record_book
        WHERE volunteer_id = {{volunteer}} AND status = '{BookStatus.IN_USE.value}') AS has_book,
(SELECT ROW(last_sequence, pattern) FROM number_series
 WHERE agency_id = {{agency}} AND roc_year = {{roc_year}}) AS series"""  # noqa: S608 -- our own words
_AHEAD = f'SELECT {AHEAD.format(volunteer="$1", agency="$2", roc_year="$3")}'


class Ahead(NamedTuple):
    """What the next number hangs on: whether the volunteer has a book; last number and pattern of the year's series."""

    has_book: bool
    series: tuple[int, str] | None


class CannotIssue(DomainError):
    """The agency's numbers do not work, or the book to be renewed is gone; nothing has changed."""


@dataclass(frozen=True)
class RecordBookQuery:
    """The filters of the 紀錄冊 tab; None and '' do not filter. `page` counts from 1."""

    volunteer_id: int | None = None
    kind: BookKind | None = None
    status: BookStatus | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    page: int = 1
    per_page: int = 10


async def issue(application: Application, *, by: Account) -> RecordBook:
    """The book of an application just approved, inside the transaction that approves it.

    初次: a new book with the next number; never for whoever has one, be it a paper book that was confirmed meanwhile.
    換發, 補發: where the agency's renewals keep the number, the book in use goes on (law.md#record-book-numbers);
    elsewhere it is put out of use, and a new book with the next number names it as the earlier one. A paper book of the
    old system is always followed by a new one, registered or known by its 字第號 only. 註銷: the book is cancelled, its
    number never used again. The first day of a book is kept through all of them. Raises CannotIssue.
    """
    at = application.decided_at or dates.now()
    book = await RecordBook.filter(volunteer_id=application.volunteer_id, status=BookStatus.IN_USE).first()
    if application.kind == IssueKind.CANCELLATION:
        issued = await _cancelled(_existing(book), application, by)
    elif application.kind == IssueKind.FIRST and book is not None:
        raise _has_book(book)
    elif book is None:
        issued = await _new(application, dates.day_of(at), by)
    elif await _keeps_number(application, book):
        issued = await _renewed(book, application, dates.day_of(at), by)
    else:
        await _put_out_of_use(book, application.kind, by)
        issued = await _new(application, dates.day_of(at), by, earlier=book)
    await BookIssue.create(
        book=issued, application=application, kind=BookKind[application.kind.name], number=issued.number, by=by, at=at
    )
    return issued


async def issue_each(applications: Sequence[Application], *, by: Account) -> list[RecordBook]:
    """The books of many that an agency has approved in one moment, with the next numbers, in their order.

    Of 初次 alone seven statements, however many there are; with others among them one by one, since each has an earlier
    book. Of `issuable` ones; raises CannotIssue, and then none of the numbers is taken.
    """
    if not applications:
        return []
    if any(one.kind != IssueKind.FIRST for one in applications):
        return [await issue(one, by=by) for one in applications]
    agency = await Agency.get(id=applications[0].agency_id)
    at = applications[0].decided_at or dates.now()
    day = dates.day_of(at)
    last, pattern = await _taken(agency, dates.roc_year(day), len(applications))
    made = []
    for sequence, application in enumerate(applications, last - len(applications) + 1):
        number = number_of(agency, dates.roc_year(day), sequence, pattern)
        made.append(_book(application, number, sequence, day, BookKind.FIRST))
    try:
        await RecordBook.bulk_create(made)
    except IntegrityError as clash:
        raise _clash(made[0].number) from clash
    ids = [one.id for one in applications]
    books = {one.application_id: one for one in await RecordBook.filter(application_id__in=ids)}
    issued = [books[one] for one in ids]
    noted = [
        Noted(book.volunteer_id, Section.RECORD_BOOK, history.ADDED, _first_facts(book, ''), book.number)
        for book in issued
    ]
    await history.note_each(noted, by=by)
    await BookIssue.bulk_create(
        BookIssue(book=book, application_id=book.application_id, kind=BookKind.FIRST, number=book.number, by=by, at=at)
        for book in issued
    )
    return issued


async def issuable(applications: Sequence[Application]) -> list[Application]:
    """Those of the cases that `issue` does not refuse: no book for 初次, one for 註銷. One query."""
    people = [one.volunteer_id for one in applications]
    books = RecordBook.filter(volunteer_id__in=people, status=BookStatus.IN_USE)
    with_book: set[Any] = set(await books.values_list('volunteer_id', flat=True))
    wanted = {IssueKind.FIRST: False, IssueKind.CANCELLATION: True}
    return [one for one in applications if wanted.get(one.kind) in (None, one.volunteer_id in with_book)]


async def number_ahead(application: Application) -> str:
    """The number that approving the application would take today; '' when it would take none.

    Approvals of this year that wait and will be released first come before it, those of others and one's own.
    """
    waiting = await Decision.filter(application__agency_id=application.agency_id).select_related('application')
    return await number_among(application, await Agency.get(id=application.agency_id), waiting)


async def number_among(
    application: Application, agency: Agency, decisions: Iterable[Decision], ahead: Ahead | None = None
) -> str:
    """The same, where its agency, and all decisions on cases of that agency with their cases, were just read.

    `ahead`: what `AHEAD` says of this year, where the caller has just asked.
    """
    if application.kind == IssueKind.CANCELLATION:
        return ''
    year = dates.roc_year(dates.today())
    if ahead is None:
        asked = [application.volunteer_id, agency.id, year]
        [row] = await get_connection('default').execute_query_dict(_AHEAD, asked)
        ahead = Ahead(**row)
    if ahead.has_book and not await _takes_number(application):
        return ''
    return _number_in(agency, year, await _before(application, decisions), *(ahead.series or (None, None)))


async def _before(application: Application, decisions: Iterable[Decision]) -> int:
    """How many of the decisions take a number before the application would."""
    now = dates.now()
    approvals = [one for one in decisions if one.to == ApplicationStatus.APPROVED and not one.problem]
    waiting = {one.application_id: one for one in approvals}
    own = waiting.pop(application.id, None)
    # Of last year's none: they take numbers of last year, though they are released in this one.
    year, released_at = dates.day_of(own.at if own else now).year, own.release_at if own else now + UNDO_WITHIN
    first = [one for one in waiting.values() if dates.day_of(one.at).year == year and one.release_at <= released_at]
    # What waits was checked: a 初次 among it has no book.
    taken = [one.application.kind == IssueKind.FIRST or await _takes_number(one.application) for one in first]
    return sum(taken)


async def _takes_number(application: Application) -> bool:
    if application.kind == IssueKind.CANCELLATION:
        return False
    book = await RecordBook.filter(volunteer_id=application.volunteer_id, status=BookStatus.IN_USE).first()
    return book is None or not (application.kind == IssueKind.FIRST or await _keeps_number(application, book))


async def next_number(agency: Agency, after: int = 0) -> str:
    """The number the next approval would take today, or the one `after` so many others. A colleague may be first."""
    year = dates.roc_year(dates.today())
    series = await NumberSeries.get_or_none(agency_id=agency.id, roc_year=year)
    if series is None:
        return _number_in(agency, year, after, None, None)
    return _number_in(agency, year, after, series.last_sequence, series.pattern)


def _number_in(agency: Agency, roc_year: int, after: int, last_sequence: int | None, pattern: str | None) -> str:
    """The next but `after` in the series of that year; one that nobody has begun has no last number."""
    return number_of(agency, roc_year, (last_sequence or 0) + 1 + after, pattern or '')


def number_of(agency: Agency, roc_year: int, sequence: int, pattern: str = '') -> str:
    """The number by the year's own `pattern`, else as the agency writes it. Raises CannotIssue when that does not work.

    >>> number_of(Agency(document_word='中市文志', number_pattern='{word}字第{year:03d}{sequence:06d}號'), 115, 413)
    '中市文志字第115000413號'
    """
    pattern = pattern or agency.number_pattern
    if problem := forms.pattern_problem(pattern):
        raise CannotIssue(f'{agency.name}的紀錄冊號無法產生：{problem}請系統管理者更正後再核可，案件沒有變動。')
    number = pattern.format(word=agency.document_word, year=roc_year, sequence=sequence)
    if len(number) > NUMBER_LENGTH:
        raise CannotIssue(
            f'紀錄冊號「{number}」超過 {NUMBER_LENGTH} 個字。請系統管理者更正號碼格式後再核可，案件沒有變動。'
        )
    return number


async def current_book_of(volunteer: Volunteer, *, by: Account) -> RecordBook | None:
    """The book in use, with its agency, when there is one that `by` may see."""
    return (
        await _visible(by).filter(volunteer_id=volunteer.id, status=BookStatus.IN_USE).select_related('agency').first()
    )


async def of_application(application: Application) -> RecordBook:
    """The book that an approved application led to. For services, which have checked the right to the application."""
    issue = await BookIssue.get_or_none(application_id=application.id).select_related('book')
    if issue is None:
        raise NotFound
    return issue.book


async def get(book_id: int, *, by: Account) -> RecordBook:
    """One book with volunteer, agency and unit. Raises NotFound."""
    found = _visible(by).filter(id=validation.record_id(book_id))
    book = await found.select_related('volunteer', 'agency', 'entered_by_unit').first()
    if book is None:
        raise NotFound
    return book


async def find(query: RecordBookQuery, *, by: Account) -> Page[RecordBook]:
    """The books `by` may see, newest first, with volunteer, agency and unit."""
    facts: dict[str, Any] = {
        'volunteer_id': query.volunteer_id,
        'kind': query.kind,
        'status': query.status,
        'issued_on__gte': query.issued_from,
        'issued_on__lte': query.issued_to,
    }
    books = _visible(by).filter(**{name: value for name, value in facts.items() if value is not None})
    number, per_page = bounds(query.page, query.per_page)
    listed = books
    if query.volunteer_id is not None:  # few: those without a day, which PostgreSQL has first, come last
        listed = books.annotate(day=RawSQL("coalesce(record_book.issued_on, '-infinity')")).order_by('-day', '-id')
    rows = (
        listed.select_related('volunteer', 'agency', 'entered_by_unit').offset((number - 1) * per_page).limit(per_page)
    )
    return await counted(await rows, books, number, per_page)


async def printable(book: RecordBook, *, by: Account, reason: str) -> Contents:
    """What is printed, with the full identity number as on the paper book.

    That somebody else opened it, and why, is noted for the volunteer first. Raises NotFound, Incomplete.
    """
    known = await get(book.id, by=by)
    if by.role != Role.VOLUNTEER:
        await access.note(known.volunteer, AccessKind.RECORD_BOOK, reason, by=by)
    return await contents.gather(known, known.volunteer.identity_number.open())


def _visible(by: Account) -> QuerySet[RecordBook]:
    """A unit sees the books of its volunteers, an agency those it issued, a volunteer the own, others none."""
    if by.role == Role.REVIEWER:
        return RecordBook.filter(agency_id=by.agency_id or 0)
    if by.role == Role.UNIT_STAFF:
        return RecordBook.filter(volunteer_id__in=people_of(by))
    return RecordBook.filter(volunteer_id__in=Subquery(Volunteer.filter(visible_to(by)).values('id')))


async def _new(application: Application, day: date, by: Account, *, earlier: RecordBook | None = None) -> RecordBook:
    agency = await Agency.get(id=application.agency_id)
    volunteer = await Volunteer.get(id=application.volunteer_id)
    year = dates.roc_year(day)
    sequence, pattern = await _taken(agency, year)
    number = number_of(agency, year, sequence, pattern)
    is_renewal = application.kind != IssueKind.FIRST
    book = _book(application, number, sequence, day, BookKind[application.kind.name])
    book.earlier = earlier
    book.earlier_legacy = legacy_number(volunteer) if is_renewal and earlier is None else ''
    try:
        await book.save()
    except IntegrityError as clash:
        raise _clash(number) from clash
    await book.refresh_from_db(fields=['first_issued_on'])
    before = earlier.number if earlier else book.earlier_legacy
    await _note(book, history.ADDED, _first_facts(book, before), by)
    return book


def _book(application: Application, number: str, sequence: int, day: date, kind: BookKind) -> RecordBook:
    return RecordBook(
        volunteer_id=application.volunteer_id,
        application_id=application.id,
        agency_id=application.agency_id,
        number=number,
        roc_year=dates.roc_year(day),
        sequence=sequence,
        kind=kind,
        issued_on=day,
        entered_by_unit_id=application.host_unit_id,
    )


def _first_facts(book: RecordBook, before: str) -> list[Change]:
    changes = [Change(FIELDS['number'], before, book.number), Change(FIELDS['kind'], '', book.kind.label)]
    return [*changes, Change(FIELDS['issued_on'], '', dates.roc(book.issued_on) if book.issued_on else '')]


def _clash(number: str) -> CannotIssue:
    return CannotIssue(
        f'紀錄冊號「{number}」已經用過，或這位志工已有使用中的紀錄冊，所以沒有核可；案件仍在審核中。'
        '請系統管理者檢查發冊機關的機關代字、字號格式，與號碼設定的最後一號。'
    )


async def _keeps_number(application: Application, book: RecordBook) -> bool:
    return not book.is_paper and (await Agency.get(id=application.agency_id)).renewal_keeps_number


async def _put_out_of_use(book: RecordBook, kind: IssueKind, by: Account) -> None:
    """The book that a new one takes the place of: 換發 returns it, 補發 declares it lost (管理辦法 §8)."""
    before, book.status = book.status, BookStatus.REPLACED if kind == IssueKind.REPLACEMENT else BookStatus.LOST
    await book.save(update_fields=['status'])
    await _note(book, history.AMENDED, [Change(FIELDS['status'], before.label, book.status.label)], by)


async def _renewed(book: RecordBook, application: Application, day: date, by: Account) -> RecordBook:
    changes = [
        Change(FIELDS['kind'], book.kind.label, application.kind.label),
        Change(FIELDS['issued_on'], book_days.issued(book), dates.roc(day)),
    ]
    book.kind, book.issued_on = BookKind[application.kind.name], day
    return await _kept(book, application, changes, by)


async def _cancelled(book: RecordBook, application: Application, by: Account) -> RecordBook:
    changes = [
        Change(FIELDS['kind'], book.kind.label, application.kind.label),
        Change(FIELDS['status'], book.status.label, BookStatus.CANCELLED.label),
    ]
    book.kind, book.status = BookKind[application.kind.name], BookStatus.CANCELLED
    return await _kept(book, application, changes, by)


async def _kept(book: RecordBook, application: Application, changes: list[Change], by: Account) -> RecordBook:
    """The same row goes on under the new application; the earlier one stays readable in the history."""
    book.application = application
    book.entered_by_unit_id = application.host_unit_id
    await book.save(update_fields=['kind', 'status', 'issued_on', 'application_id', 'entered_by_unit_id'])
    await _note(book, history.AMENDED, changes, by)
    return book


def _has_book(book: RecordBook) -> CannotIssue:
    return CannotIssue(
        f'這位志工已有使用中的紀錄冊 {book.number}，一人只有一冊，不能核可初次；案件沒有變動。'
        '請通知補件，由單位改選換發或補發。'
    )


def _existing(book: RecordBook | None) -> RecordBook:
    if book is None:
        raise CannotIssue('這位志工已經沒有使用中的紀錄冊，沒有可以註銷的紀錄冊；案件沒有變動，可以駁回。')
    return book


async def _taken(agency: Agency, year: int, count: int = 1) -> tuple[int, str]:
    """The last of the next `count` sequences of the series and its pattern, ours until the transaction ends."""
    sql = (
        "INSERT INTO number_series (agency_id, roc_year, last_sequence, pattern) VALUES ($1, $2, $3, '')"
        ' ON CONFLICT (agency_id, roc_year) DO UPDATE SET last_sequence = number_series.last_sequence + $3'
        ' RETURNING last_sequence, pattern'
    )
    [row] = await get_connection('default').execute_query_dict(sql, [agency.id, year, count])
    return row['last_sequence'], row['pattern']


async def _note(book: RecordBook, action: HistoryAction, changes: list[Change], by: Account) -> None:
    volunteer = await Volunteer.get(id=book.volunteer_id)
    await history.note(volunteer, Section.RECORD_BOOK, action, changes, by=by, subject=book.number)
