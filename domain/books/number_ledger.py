"""發冊紀錄, the number ledger: every 初次, 換發, 補發, 註銷 with the book before it; the series; gaps and duplicates.

An agency sees its own ledger, with names and masked numbers; the administrator sets how the series are written and sees
no names.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import IO

from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import BookKind, BookStatus, IdentityKind, Role, Tallied
from db.models import Account, Agency, BookIssue, NumberSeries, RecordBook, Tally, Volunteer

from .. import book_numbers, dates, permissions, printouts, validation
from ..accounts import step_up
from ..audit import office_history
from ..directory import forms
from ..errors import Incomplete, NotFound
from ..fields import Field, by_key
from ..paging import Page, bounds, page_of
from ..volunteers import spelling
from ..volunteers.basics import legacy_matching
from .record_books import FIELDS, number_of

COLUMNS = (
    *(FIELDS[key].label for key in ('number', 'kind', 'issued_on')),
    *('志工姓名', IdentityKind.NATIONAL_ID.label, '前一冊', FIELDS['status'].label, '核可人'),
)

SERIES_FIELDS = by_key(
    Field('agency_id', '發冊機關'),
    Field('roc_year', '民國年'),
    Field('pattern', forms.AGENCY_FIELDS['number_pattern'].label),
    Field('outside', '系統外已給到第幾號'),
)
MOST_OUTSIDE = 999_999
MOST_FOUND = 100  # of a search; whoever finds more types more
_OF_ENTRY = ('book__earlier', 'book__volunteer', 'by')
# Years in which not all numbers of the system up to the last one can have a book. Of the others no book is read.
_DOUBTFUL = """
SELECT roc_year FROM number_series series WHERE agency_id = $1 AND (
    last_sequence - outside <> coalesce((SELECT number FROM tally WHERE tally.agency_id = series.agency_id
                                         AND what = 'book' AND part = series.roc_year::text), 0)
        - (SELECT count(*) FROM record_book book WHERE book.agency_id = series.agency_id
           AND book.roc_year = series.roc_year AND book.sequence <= outside)
    OR last_sequence < (SELECT max(sequence) FROM record_book book
                        WHERE book.agency_id = series.agency_id AND book.roc_year = series.roc_year)
    OR 1 > (SELECT min(sequence) FROM record_book book
            WHERE book.agency_id = series.agency_id AND book.roc_year = series.roc_year))
"""
_DUPLICATES = """
WITH said AS (
    SELECT DISTINCT volunteer.id, legacy_series || '字第' || legacy_serial || '號' AS number
    FROM volunteer JOIN record_book book ON book.volunteer_id = volunteer.id AND book.agency_id = $1
    WHERE legacy_serial <> ''
), grouped AS (
    SELECT number, count(*) AS people, array_agg(id) AS who FROM said GROUP BY number
), counted AS (
    SELECT number, people + (SELECT count(*) FROM record_book book
                             WHERE book.number = grouped.number AND book.volunteer_id <> ALL (who)) AS times
    FROM grouped
)
SELECT number, times FROM counted WHERE times > 1 ORDER BY number
"""
_KEPT = office_history.Kept('號碼設定', SERIES_FIELDS, ('agency_id', 'roc_year'))


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `earlier`: the number of the book before, of the old system too; '' for none.

    `issued_on`: the day of the issue; of a registered paper book that of the book, None where nobody knows it. `at`:
    when it came into the ledger.
    """

    id: int
    number: str
    kind: BookKind
    at: datetime
    issued_on: date | None
    volunteer: str
    identity_masked: str
    earlier: str
    status: BookStatus
    decided_by: str


@dataclass
class EntryQuery:
    """What to look for: a number, 字第號 of the old system, or part of a name; None and '' do not filter."""

    text: str = ''
    kind: BookKind | None = None
    year: int | None = None
    page: int = 1
    per_page: int = 10

    def problems(self) -> dict[str, str]:
        """A search is never wrong."""
        return {}


@dataclass(frozen=True)
class Series:
    """The numbers of an agency in a ROC year: `last` taken, `issued` books; `sample`: the next, '' if unwritable.

    `outside`: up to which number they were given outside the system; 0: it began with 1.
    """

    id: int
    agency: Agency
    year: int
    pattern: str
    last: int
    issued: int
    sample: str
    outside: int = 0


@dataclass
class SeriesDetails:
    """How a year's numbers are written, '' as the agency's own pattern says, and the last one given elsewhere.

    `outside` None: as it stands.
    """

    pattern: str = ''
    outside: int | None = None

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        is_empty = isinstance(self.pattern, str) and not self.pattern.strip()
        return validation.found(
            {
                'pattern': None if is_empty else forms.pattern_problem(self.pattern),
                'outside': validation.whole(SERIES_FIELDS['outside'].label, self.outside, most=MOST_OUTSIDE),
            }
        )


@dataclass(frozen=True)
class Report:
    """What is not as it should be. `gaps`: numbers of the system up to the last one taken that no book has, per year.

    `duplicates`: a 字第號 that several volunteers name, or that a book of another has too, and how often. Nobody has
    two books in use: the database refuses it.
    """

    gaps: Sequence[tuple[int, Sequence[str]]]
    duplicates: Sequence[tuple[str, int]]


async def find(query: EntryQuery, *, by: Account) -> Page[Entry]:
    """The agency's ledger, newest first; of a search at most MOST_FOUND entries."""
    issues = _ledger(query, by)
    number, per_page = bounds(query.page, query.per_page)
    first = (number - 1) * per_page
    if ways := await _ways(query.text, by):
        several = [await issues.filter(way).limit(MOST_FOUND).values_list('at', 'id') for way in ways]
        ids = [one for _, one in sorted({pair for pairs in several for pair in pairs}, reverse=True)][:MOST_FOUND]
        total, ids = len(ids), ids[first : first + per_page]
    else:
        listed = issues.select_related(*_OF_ENTRY)
        found = await page_of(listed, ('-at', '-id'), number, per_page, partial(_total, query, by))
        return Page([_entry(row) for row in found.rows], found.total, number, per_page)
    rows = await BookIssue.filter(id__in=ids).order_by('-at', '-id').select_related(*_OF_ENTRY)
    return Page([_entry(row) for row in rows], total, number, per_page)


async def export(query: EntryQuery, *, by: Account) -> IO[bytes]:
    """The same as .ods, whole, in a file that the caller closes; identity numbers masked."""
    issues = _ledger(query, by)
    await step_up.require(by)
    if ways := await _ways(query.text, by):
        ids = {one for way in ways for (one,) in await issues.filter(way).values_list('id')}
        issues, total = issues.filter(id__in=ids), len(ids)
    else:
        total = await _total(query, by)
    agency = await Agency.get(id=by.agency_id)
    subtitle = printouts.below(agency.name, f'共 {total} 筆', '證號部分遮蔽')
    return await printouts.ods_of('發冊紀錄', subtitle, COLUMNS, (_cells(entry) async for entry in _entries(issues)))


async def lineage(book: RecordBook) -> list[tuple[str, BookIssue | None]]:
    """From this book back to the first: its issues newest first, then those of the one before, then the old 字第號.

    For services and pages that have checked the right to the book.
    """
    line: list[tuple[str, BookIssue | None]] = []
    at: RecordBook | None = book
    while at is not None:
        line += [(issue.number, issue) for issue in await BookIssue.filter(book_id=at.id).select_related('by')]
        if at.earlier_legacy:
            line.append((at.earlier_legacy, None))
        at = await RecordBook.get(id=at.earlier_id) if at.earlier_id else None
    return line


async def series(*, by: Account) -> list[Series]:
    """The series there are, the latest year first: of the own agency, for the administrator of all that issue now.

    The administrator also finds this year's and the next year's of the default agencies' before they are begun.
    """
    permissions.require(by, 'books.number_ledger.series')
    begun = NumberSeries.all().select_related('agency__county').order_by('-roc_year', 'agency__position', 'id')
    if by.role == Role.REVIEWER:
        begun = begun.filter(agency_id=by.agency_id)
    tallies = Tally.filter(what=Tallied.BOOK)
    if by.role == Role.REVIEWER:
        tallies = tallies.filter(agency_id=by.agency_id)
    issued = {(agency, int(year)): n for agency, year, n in await tallies.values_list('agency_id', 'part', 'number')}
    return [_series(row, issued.get((row.agency_id, row.roc_year), 0)) for row in await begun]


async def begin(agency_id: int, year: int, *, by: Account) -> NumberSeries:
    """A series before its first number, so that its pattern can be set. Raises NotFound, Incomplete."""
    permissions.require(by, 'books.number_ledger.begin')
    agency = await Agency.get_or_none(id=validation.record_id(agency_id))
    if agency is None:
        raise NotFound
    now = dates.roc_year(dates.today())
    if problem := validation.whole(SERIES_FIELDS['roc_year'].label, year, least=now, most=now + 1, needed=True):
        raise Incomplete({'year': problem})
    async with transaction():
        begun, is_new = await NumberSeries.get_or_create(agency_id=agency.id, roc_year=year)
        if is_new:
            await office_history.note(begun, _KEPT, {}, by=by)
    return begun


async def series_of(series_id: int, *, by: Account) -> Series:
    """One series. Raises NotFound."""
    found = next((one for one in await series(by=by) if one.id == validation.record_id(series_id)), None)
    if found is None:
        raise NotFound
    return found


async def save(details: SeriesDetails, *, of: Series, by: Account) -> None:
    """How the year's numbers are written and go on from now on; those that were given stay as they are.

    The series may begin at any number, also after some were given. Raises Incomplete when the next number would be one
    that is there already, or below one that the system has given; MovedOn when somebody has changed the pattern since
    `of` was read.
    """
    permissions.require(by, 'books.number_ledger.save')
    known = await series_of(of.id, by=by)
    if problems := details.problems():
        raise Incomplete(problems)
    pattern = validation.tidy(details.pattern)
    async with transaction():
        # Whoever approves now waits for the row: the last number stays what it is meanwhile.
        row = await NumberSeries.filter(id=known.id).select_for_update().get()
        if row.pattern not in (of.pattern, pattern):
            subject = office_history.subject_of(_KEPT, await office_history.stands(row, _KEPT))
            raise await office_history.overtaken(_KEPT.section, [subject], [SERIES_FIELDS['pattern']])
        before = await office_history.stands(row, _KEPT)
        outside = row.outside if details.outside is None else details.outside
        last = row.last_sequence if outside == row.outside else await _last_after(row, outside)
        ahead = number_of(known.agency, known.year, last + 1, pattern)
        if await RecordBook.filter(number_key=book_numbers.folded(ahead)).exists():
            field = 'pattern' if last == row.last_sequence else 'outside'
            raise Incomplete({field: f'照這樣設定，下一號是「{ahead}」，已經用過。請換一種寫法或號碼。'})
        await NumberSeries.filter(id=known.id).update(pattern=pattern, outside=outside, last_sequence=last)
        await office_history.note(row, _KEPT, before, by=by)


async def _last_after(row: NumberSeries, outside: int) -> int:
    """The last number of the series when those up to `outside` were given elsewhere. Raises Incomplete."""
    given = RecordBook.filter(agency_id=row.agency_id, roc_year=row.roc_year).order_by('-sequence')
    latest = await given.first()
    if latest is not None and latest.sequence is not None and latest.sequence > outside:
        raise Incomplete(
            {
                'outside': f'系統這一年已給到第 {latest.sequence} 號（{latest.number}），不能退回第 {outside} 號。'
                f'請填 {latest.sequence} 以上的號碼；系統外沒有另外給號時，請不要更改。'
            }
        )
    return outside


async def report(*, by: Account, begun: Sequence[Series] | None = None) -> Report:
    """Gaps and duplicates in the agency's numbers; `begun`: its `series`, where they were just read."""
    permissions.require(by, 'books.number_ledger.report')
    connection = get_connection('default')
    doubtful = {row['roc_year'] for row in await connection.execute_query_dict(_DOUBTFUL, [by.agency_id])}
    gaps = []
    if doubtful and begun is None:
        begun = await series(by=by)
    for one in begun or ():
        if one.year not in doubtful or one.agency.id != by.agency_id:
            continue
        taken = RecordBook.filter(agency_id=by.agency_id, roc_year=one.year).values_list('sequence', flat=True)
        missing = sorted(set(range(one.outside + 1, one.last + 1)) - {int(str(sequence)) for sequence in await taken})
        if missing:
            gaps.append((one.year, [number_of(one.agency, one.year, n, one.pattern) for n in missing]))
    said = await connection.execute_query_dict(_DUPLICATES, [by.agency_id])
    return Report(gaps, [(row['number'], row['times']) for row in said])


def _ledger(query: EntryQuery, by: Account) -> QuerySet[BookIssue]:
    """The agency's entries of the kind and the year, newest first, whatever is searched for."""
    permissions.require(by, 'books.number_ledger')
    issues = BookIssue.filter(agency_id=by.agency_id)
    if query.kind is not None:
        issues = issues.filter(kind=query.kind)
    if query.year is not None:
        issues = issues.filter(roc_year=query.year)
    return issues.order_by('-at', '-id')


async def _ways(text: str, by: Account) -> list[Q]:
    """What a search can mean, each to be gone by an index of its own: a number, one of the old system, a name."""
    wanted = validation.searched(text)
    if not wanted:
        return []
    number = validation.searched_number(wanted)
    legacy = Volunteer.filter(legacy_matching(number)).values_list('id', flat=True)
    said = Q(Q(earlier_legacy__contains=number), ~Q(earlier_legacy=''), agency_id=by.agency_id)
    earlier = RecordBook.filter(said).values_list('id', flat=True)
    held = RecordBook.filter(volunteer_id__in=await legacy, agency_id=by.agency_id).values_list('id', flat=True)
    ways = [Q(number__contains=number), Q(book_id__in=[*await earlier, *await held])]
    if (named := await spelling.anywhere(wanted)) is not None:
        ways.append(Q(book__volunteer_id__in=named))
    return ways


async def _total(query: EntryQuery, by: Account) -> int:
    """How many entries there are without a search: the tally's parts are '115 first'."""
    tallies = await Tally.filter(agency_id=by.agency_id, what=Tallied.ISSUE).values_list('part', 'number')
    asked = (None if query.year is None else str(query.year), None if query.kind is None else str(query.kind.value))
    return sum(
        int(str(number))
        for part, number in tallies
        if all(one in (None, said) for one, said in zip(asked, str(part).split(), strict=True))
    )


async def _entries(issues: QuerySet[BookIssue]) -> AsyncIterator[Entry]:
    """All of them, newest first, read a thousand at a time by where the last ones ended."""
    below = Q()
    while rows := await issues.filter(below).limit(printouts.AT_ONCE).select_related(*_OF_ENTRY):
        for row in rows:
            yield _entry(row)
        last = rows[-1]
        below = Q(Q(at__lt=last.at), Q(at=last.at, id__lt=last.id), join_type=Q.OR) & Q(at__lte=last.at)


def _entry(issue: BookIssue) -> Entry:
    book = issue.book
    return Entry(
        id=issue.id,
        number=issue.number,
        kind=issue.kind,
        at=issue.at,
        issued_on=book.issued_on if issue.kind is BookKind.REGISTERED else dates.day_of(issue.at),
        volunteer=book.volunteer.name,
        identity_masked=book.volunteer.identity_masked,
        earlier=book.earlier.number if book.earlier else book.earlier_legacy,
        status=book.status,
        decided_by=issue.by.name if issue.by else '',
    )


def _cells(entry: Entry) -> list[str]:
    day = dates.roc(entry.issued_on) if entry.issued_on else ''
    return [
        *(entry.number, entry.kind.label, day, entry.volunteer, entry.identity_masked),
        *(entry.earlier, entry.status.label, entry.decided_by),
    ]


def _series(row: NumberSeries, issued: int) -> Series:
    pattern = row.pattern or row.agency.number_pattern
    writable = forms.pattern_problem(pattern) is None
    ahead = number_of(row.agency, row.roc_year, row.last_sequence + 1, row.pattern) if writable else ''
    return Series(row.id, row.agency, row.roc_year, row.pattern, row.last_sequence, issued, ahead, row.outside)
