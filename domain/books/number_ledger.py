"""發冊紀錄, the number ledger: every 初次, 換發, 補發, 註銷 with the book before it; the series; gaps and duplicates.

An agency sees its own ledger, with names and masked numbers; the administrator sets how the series are written and sees
no names.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import BookStatus, IdentityKind, IssueKind, Role
from db.models import Account, Agency, BookIssue, NumberSeries, RecordBook, Volunteer

from .. import dates, permissions, printouts, validation
from ..audit import office_history
from ..directory import forms
from ..errors import Incomplete, NotFound
from ..fields import Field, by_key
from ..paging import Page, bounds
from ..volunteers import spelling
from ..volunteers.basics import legacy_matching, legacy_number
from .record_books import FIELDS, number_of

COLUMNS = (
    *(FIELDS[key].label for key in ('number', 'kind', 'issued_on')),
    *('志工姓名', IdentityKind.NATIONAL_ID.label, '前一冊', FIELDS['status'].label, '核可人'),
)

SERIES_FIELDS = by_key(
    Field('agency_id', '發冊機關'),
    Field('roc_year', '民國年'),
    Field('pattern', forms.AGENCY_FIELDS['number_pattern'].label),
)
_KEPT = office_history.Kept('號碼設定', SERIES_FIELDS, ('agency_id', 'roc_year'))


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `earlier`: the number of the book before, of the old system too; '' for none."""

    id: int
    number: str
    kind: IssueKind
    at: datetime
    volunteer: str
    identity_masked: str
    earlier: str
    status: BookStatus
    decided_by: str


@dataclass
class EntryQuery:
    """What to look for: a number, 字第號 of the old system, or part of a name; None and '' do not filter."""

    text: str = ''
    kind: IssueKind | None = None
    year: int | None = None
    page: int = 1
    per_page: int = 10

    def problems(self) -> dict[str, str]:
        """A search is never wrong."""
        return {}


@dataclass(frozen=True)
class Series:
    """The numbers of an agency in a ROC year: `last` taken, `issued` books; `sample`: the next, '' if unwritable."""

    id: int
    agency: Agency
    year: int
    pattern: str
    last: int
    issued: int
    sample: str


@dataclass
class SeriesDetails:
    """How a year's numbers are written; '' as the agency's own pattern says."""

    pattern: str = ''

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        is_empty = isinstance(self.pattern, str) and not self.pattern.strip()
        return validation.found({'pattern': None if is_empty else forms.pattern_problem(self.pattern)})


@dataclass(frozen=True)
class Report:
    """What is not as it should be. `gaps`: numbers up to the last one taken that no book has, written out, per year.

    `duplicates`: a 字第號 that several volunteers name, or that a book has too, and how often; `doubles`: how many
    people have more than one book in use.
    """

    gaps: Sequence[tuple[int, Sequence[str]]]
    duplicates: Sequence[tuple[str, int]]
    doubles: int


async def find(query: EntryQuery, *, by: Account) -> Page[Entry]:
    """The agency's ledger, newest first."""
    issues = _ledger(query, by)
    number, per_page = bounds(query.page, query.per_page)
    rows = await issues.offset((number - 1) * per_page).limit(per_page)
    return Page([_entry(row) for row in rows], await issues.count(), number, per_page)


async def export(query: EntryQuery, *, by: Account) -> bytes:
    """The same as .ods, whole; identity numbers masked."""
    rows = [_cells(_entry(row)) for row in await _ledger(query, by)]
    agency = await Agency.get(id=by.agency_id)
    subtitle = printouts.below(agency.name, f'共 {len(rows)} 筆', '證號部分遮蔽')
    return await asyncio.to_thread(printouts.ods, '發冊紀錄', subtitle, COLUMNS, rows)


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
    permissions.require(by, Role.REVIEWER, Role.ADMINISTRATOR)
    begun = NumberSeries.all().select_related('agency__county').order_by('-roc_year', 'agency__position', 'id')
    if by.role == Role.REVIEWER:
        begun = begun.filter(agency_id=by.agency_id)
    counted = RecordBook.all().annotate(n=Count('id')).group_by('agency_id', 'roc_year')
    issued = {(agency, year): n for agency, year, n in await counted.values_list('agency_id', 'roc_year', 'n')}
    return [_series(row, issued.get((row.agency_id, row.roc_year), 0)) for row in await begun]


async def begin(agency_id: int, year: int, *, by: Account) -> NumberSeries:
    """A series before its first number, so that its pattern can be set. Raises NotFound, Incomplete."""
    permissions.require(by, Role.ADMINISTRATOR)
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
    """How the year's numbers are written from now on; those that were given stay as they are. Raises Incomplete.

    Refused when the next number would be written like one that is there already.
    """
    permissions.require(by, Role.ADMINISTRATOR)
    known = await series_of(of.id, by=by)
    if problems := details.problems():
        raise Incomplete(problems)
    pattern = validation.tidy(details.pattern)
    ahead = number_of(known.agency, known.year, known.last + 1, pattern)
    if await RecordBook.filter(number=ahead).exists():
        raise Incomplete({'pattern': f'照這個格式，下一號是「{ahead}」，已經用過。請換一種寫法。'})
    async with transaction():
        row = await NumberSeries.get(id=known.id)
        before = await office_history.stands(row, _KEPT)
        await NumberSeries.filter(id=known.id).update(pattern=pattern)
        await office_history.note(row, _KEPT, before, by=by)


async def report(*, by: Account) -> Report:
    """Gaps and duplicates in the agency's numbers."""
    permissions.require(by, Role.REVIEWER)
    gaps = []
    for one in await series(by=by):
        taken = RecordBook.filter(agency_id=by.agency_id, roc_year=one.year).values_list('sequence', flat=True)
        missing = sorted(set(range(1, one.last + 1)) - {int(str(sequence)) for sequence in await taken})
        if missing:
            gaps.append((one.year, [number_of(one.agency, one.year, n, one.pattern) for n in missing]))
    ours = Subquery(RecordBook.filter(agency_id=by.agency_id).values('volunteer_id'))
    named = await Volunteer.filter(id__in=ours).exclude(legacy_serial='')
    said = Counter(legacy_number(volunteer) for volunteer in named)
    said.update([str(n) for n in await RecordBook.filter(number__in=list(said)).values_list('number', flat=True)])
    alive = RecordBook.filter(agency_id=by.agency_id, status=BookStatus.IN_USE).annotate(n=Count('id'))
    doubles = await alive.group_by('volunteer_id').filter(n__gt=1).values_list('volunteer_id', 'n')
    return Report(gaps, [(number, n) for number, n in said.items() if n > 1], len(doubles))


def _ledger(query: EntryQuery, by: Account) -> QuerySet[BookIssue]:
    permissions.require(by, Role.REVIEWER)
    issues = BookIssue.filter(book__agency_id=by.agency_id).select_related('book__earlier', 'book__volunteer', 'by')
    if query.kind is not None:
        issues = issues.filter(kind=query.kind)
    if query.year is not None:
        issues = issues.filter(book__roc_year=query.year)
    if wanted := validation.searched(query.text):
        number = validation.searched_number(wanted)
        people = Volunteer.filter(Q(*filter(None, [legacy_matching(number), spelling.named(wanted)]), join_type=Q.OR))
        ways = [
            Q(number__contains=number),
            Q(book__earlier_legacy__contains=number),
            Q(book__volunteer_id__in=Subquery(people.values('id'))),
        ]
        issues = issues.filter(Q(*ways, join_type=Q.OR))
    return issues.order_by('-at', '-id')


def _entry(issue: BookIssue) -> Entry:
    book = issue.book
    return Entry(
        id=issue.id,
        number=issue.number,
        kind=issue.kind,
        at=issue.at,
        volunteer=book.volunteer.name,
        identity_masked=book.volunteer.identity_masked,
        earlier=book.earlier.number if book.earlier else book.earlier_legacy,
        status=book.status,
        decided_by=issue.by.name if issue.by else '',
    )


def _cells(entry: Entry) -> list[str]:
    day = dates.roc(dates.day_of(entry.at))
    return [
        *(entry.number, entry.kind.label, day, entry.volunteer, entry.identity_masked),
        *(entry.earlier, entry.status.label, entry.decided_by),
    ]


def _series(row: NumberSeries, issued: int) -> Series:
    pattern = row.pattern or row.agency.number_pattern
    writable = forms.pattern_problem(pattern) is None
    ahead = number_of(row.agency, row.roc_year, row.last_sequence + 1, row.pattern) if writable else ''
    return Series(row.id, row.agency, row.roc_year, row.pattern, row.last_sequence, issued, ahead)
