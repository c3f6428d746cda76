"""紙本紀錄冊: books of the old system, a row each, for the agency to confirm; pictures may follow by ZIP."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import BookStatus, Doubt, ImportKind
from db.models import Account, Agency, PaperRegistration, RecordBook, Volunteer

from ... import book_numbers, drafts, names, permissions, readiness
from ...books import paper_books, paper_details
from ...books.paper_books import FIELDS, PaperBookDetails
from ...errors import DomainError, Incomplete
from ...volunteers import lookups
from ...volunteers.basics import read_legacy_number
from ..judging import day, doubtful, good, last_of_each, marks_of, text, wrong
from ..kind import Column, Graded, Kind, Mark, Row, Value, Written
from ..people import NAME, NUMBER, clean_number, match, on_roster

_AGENCY = Column(
    'agency',
    FIELDS['agency_id'].label,
    synonyms=('發冊機關', '機關', '確認機關'),
    sample='臺中市政府文化局',
    note='名錄上的全名。',
)
_AT = {'series': 'number', 'serial': 'number', 'agency_id': 'agency'}


class PaperBooks(Kind):
    """A row is a book and its holder; the agency may be asked once for the file."""

    key = ImportKind.PAPER_BOOKS
    sheet = '紙本紀錄冊'
    blocks_each = 1
    same_at = 'number'
    asked_at = 'number'
    columns: ClassVar[Sequence[Column]] = (
        NAME,
        NUMBER,
        Column(
            'number',
            '舊制紀錄冊號',
            synonyms=('紀錄冊號', '冊號', '紀錄冊字號', '字號'),
            needed=True,
            sample='中市文志字第000123號',
        ),
        Column(
            'issued_on',
            FIELDS['issued_on'].label,
            'day',
            synonyms=('領冊日期', '核發日期', '發證日期'),
            sample='0990308',
        ),
        Column('waives_issue_date', FIELDS['waives_issue_date'].label, 'yes_no', note='紙本上沒有日期時填「是」。'),
        _AGENCY,
        Column(
            'issued_by', FIELDS['issued_by'].label, synonyms=('核發單位', '原發冊單位'), note='不是上列機關發的才填。'
        ),
    )
    common: ClassVar[Sequence[Column]] = (_AGENCY,)

    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        """The people, what books they hold or have registered, what 基本資料 says; and the agencies."""
        people = await on_roster(identity_numbers, by=by)
        numbers = {person['id']: number for number, person in people.items()}
        held = RecordBook.filter(volunteer_id__in=[*numbers], status=BookStatus.IN_USE)
        waiting = PaperRegistration.filter(volunteer_id__in=[*numbers], status__in=paper_books.OPEN)
        basics = await Volunteer.filter(id__in=[*numbers]).exclude(legacy_serial='')
        agencies = await Agency.all().select_related('county')
        seen = Volunteer.filter(permissions.visible_to(by))
        return {
            'people': people,
            'held': {numbers[who]: number for who, number in await held.values_list('volunteer_id', 'number')},
            'waiting': {numbers[one.volunteer_id]: paper_books.number_of(one) for one in await waiting},
            'basics': {numbers[one.id]: book_numbers.written(one.legacy_series, one.legacy_serial) for one in basics},
            'agencies': {names.key(one.name): [one.id, one.name] for one in agencies if readiness.is_open(one)},
            'common': text(common, 'agency'),
            'books': await _books(seen),
            'others': await _others(seen, by),
        }

    async def known_of(self, texts: Iterable[str], *, by: Account) -> dict[str, Any]:
        """Which of the numbers are those of books of people whom the clerk does not see, and not whose.

        Each counts as one that was looked up. Above the budget nothing is said before the row is written.
        """
        parts = filter(None, map(read_legacy_number, texts))
        keys = {book_numbers.folded(book_numbers.written(*each)) for each in parts} - {''}
        seen = Subquery(Volunteer.filter(permissions.visible_to(by)).values('id'))
        hidden = RecordBook.filter(number_key__in=list(keys)).exclude(volunteer_id__in=seen)
        there = {str(key) for key in await hidden.values_list('number_key', flat=True)}
        return {'taken': dict.fromkeys(await lookups.of_books(keys, there, by=by), True)}

    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        """By the checks of the form; then what books the person has."""
        number = clean_number(values.get('identity_number'))
        person, marks = match(values, known['people'])
        issuer = known['agencies'].get(names.key(text(values, 'issued_by')))
        named = text(values, 'agency') or (issuer[1] if issuer else known['common'])
        agency, of_agency = _agency(named, known['agencies'])
        parts = read_legacy_number(text(values, 'number'))
        details = PaperBookDetails(
            series=parts[0] if parts else '',
            serial=parts[1] if parts else '',
            issued_on=day(values, 'issued_on'),
            waives_issue_date=values.get('waives_issue_date') is True,
            agency_id=agency,
            issued_by='' if issuer and issuer[0] == agency else text(values, 'issued_by'),
        )
        problems = details.problems()
        if parts is None:
            marks.append(Mark('number', '請輸入舊制紀錄冊號，寫成「…字第…號」，例如 中市文志字第000123號。'))
            problems = {key: sentence for key, sentence in problems.items() if key not in ('series', 'serial')}
        if of_agency:
            problems.pop('agency_id', None)
        marks += of_agency + marks_of(problems, self.columns, _AT)
        written = book_numbers.written(details.series, details.serial) if parts else ''
        of_row: dict[str, Any] = {
            'about': person['id'] if person else 0,
            'same_as': book_numbers.folded(written),
        }
        if person is None or marks:
            return wrong({}, marks, **of_row)
        return self._beside_books(number, details, written, known, of_row)

    def _beside_books(
        self, number: str, details: PaperBookDetails, written: str, known: Mapping[str, Any], of_row: Mapping[str, Any]
    ) -> Graded:
        for book, sentence in (
            (known['held'].get(number), '這位志工已有使用中的紀錄冊 {}，一人只有一冊。'),
            (known['waiting'].get(number), '這位志工的紙本紀錄冊 {} 已送請確認，一人只有一冊。'),
        ):
            if book and book_numbers.folded(book) == of_row['same_as']:
                return good({}, [Mark('number', '已登記同一冊，不會重複登記。')], **of_row)
            if book:
                return wrong({}, [Mark('number', sentence.format(book))], **of_row)
        if sentence := _taken(written, of_row, known):
            return wrong({}, [Mark('number', sentence)], **of_row)
        ready = {'details': drafts.to_draft(details)}
        elsewhere = _elsewhere(details, known['agencies'])
        basics = known['basics'].get(number, '')
        if basics and book_numbers.folded(basics) != of_row['same_as']:
            mark = Mark(
                'number',
                f'基本資料登錄的舊制紀錄冊號是「{basics}」，與這裡不同。請對照封面。',
                basics,
                '改用登錄的號碼',
            )
            return doubtful(Doubt.UNUSUAL, ready, [mark, *elsewhere], beside={'number': basics}, **of_row)
        if elsewhere:
            return doubtful(Doubt.UNUSUAL, ready, elsewhere, **of_row)
        return good(ready, **of_row)

    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        """Each is tried for itself, so that all that are refused are told at once."""
        going = [row for row in last_of_each(rows, _key_of) if row.values]
        ids = [row.about for row in going]
        people = {one.id: one for one in await Volunteer.filter(permissions.visible_to(by), id__in=ids)}
        refused: dict[str, str] = {}
        written = []
        for row in going:
            if row.about not in people:
                refused[str(row.number)] = '這位志工已不在您的單位，所以沒有匯入。'
                continue
            details = drafts.from_draft(dict(row.values['details']), PaperBookDetails())
            try:
                async with transaction():
                    made = await paper_books.register(people[row.about], details, by=by)
                written.append(Written(row.number, 'PaperRegistration', str(made.id), str(made.version)))
            except Incomplete as refusal:
                refused[str(row.number)] = next(iter(refusal.problems.values()))
            except DomainError as refusal:
                refused[str(row.number)] = str(refusal)
        if refused:
            raise Incomplete(refused)
        return written

    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        """撤回 of what is not confirmed yet."""
        stays: dict[int, str] = {}
        for one in written:
            try:
                registration = await paper_books.get(int(one.record_id), by=by)
                await paper_books.withdraw(registration, version=int(one.stamp), by=by)
            except DomainError as refusal:
                stays[one.number] = str(refusal)
        return stays


async def _books(seen: QuerySet[Volunteer]) -> dict[str, bool]:
    """The numbers of all books of the people whom the clerk sees, as they are compared, to be looked up."""
    keys = await RecordBook.filter(volunteer_id__in=Subquery(seen.values('id'))).values_list('number_key', flat=True)
    return {str(key): True for key in keys}


async def _others(seen: QuerySet[Volunteer], by: Account) -> dict[str, list[list[Any]]]:
    """Number → whose the registrations of the unit are that wait; without the name of whom the clerk does not see."""
    open_ones = PaperRegistration.filter(host_unit_id=by.host_unit_id, status__in=paper_books.OPEN)
    waiting: list[Any] = list(await open_ones.values_list('number_key', 'volunteer_id'))
    named: dict[Any, Any] = dict(await seen.filter(id__in=[who for _, who in waiting]).values_list('id', 'name'))
    found: dict[str, list[list[Any]]] = {}
    for key, who in waiting:
        found.setdefault(key, []).append([who, named.get(who, '')])
    return found


def _taken(written: str, of_row: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Why the number cannot be this person's, as far as the clerk may know; '' where nothing speaks against it."""
    if of_row['same_as'] in known['books'] or of_row['same_as'] in known.get('taken', ()):
        return paper_details.of_a_book(written)
    others = [name for who, name in known['others'].get(of_row['same_as'], ()) if who != of_row['about']]
    return paper_details.of_somebody(written, others[0]) if others else ''


def _agency(name: str, agencies: Mapping[str, Sequence[Any]]) -> tuple[int | None, list[Mark]]:
    if not name.strip():
        return None, []
    if found := agencies.get(names.key(name)):
        return found[0], []
    ending = [label for _, label in agencies.values() if label.endswith(name.strip()) or name.strip().endswith(label)]
    near = ending[0] if len(ending) == 1 else ''
    sentence = f'名錄裡沒有受理中的發冊機關「{name.strip()[:40]}」。請填全名，例如 臺中市政府文化局。'
    return None, [Mark('agency', sentence, near, f'改用「{near}」' if near else '')]


def _elsewhere(details: PaperBookDetails, agencies: Mapping[str, Sequence[Any]]) -> list[Mark]:
    """Who issued the book is another body than the agency that is asked to confirm it: it happens, and is asked."""
    if not details.issued_by.strip():
        return []
    agency = next(name for one, name in agencies.values() if one == details.agency_id)
    sentence = f'發冊單位是「{details.issued_by.strip()[:40]}」，要送請「{agency}」確認。請再確認發冊機關。'
    return [Mark('issued_by', sentence)]


def _key_of(row: Row) -> str:
    details = row.values.get('details')
    return (
        book_numbers.folded(book_numbers.written(details['series'], details['serial'])) if details else str(row.number)
    )
