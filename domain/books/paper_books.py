"""紙本紀錄冊: books of the old system. The unit has one registered, the agency confirms it: a book like others.

A registration has no pictures at first where it comes out of a list; whoever confirms sees that they are missing, and
decides. Nobody is made the holder of a book by what stands in 基本資料 alone: that is offered, never taken over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import (
    AccessKind,
    ApplicationStatus,
    BookKind,
    BookStatus,
    DraftKind,
    FileKind,
    HistoryAction,
    RegistrationStatus,
    Role,
    Section,
)
from db.models import (
    AccessEntry,
    Account,
    Agency,
    Application,
    BookIssue,
    Draft,
    HostUnit,
    PaperRegistration,
    RecordBook,
    Volunteer,
)

from .. import announcements, book_numbers, dates, drafts, files, permissions, readiness, validation
from ..announcements import PaperBooksChanged, VolunteerChanged
from ..audit import access, history
from ..audit.history import Change
from ..cases import application_fields, transitions
from ..cases.application_fields import REASON
from ..errors import DomainError, Incomplete, MovedOn, NotFound, NotPermitted
from ..fields import Field, by_key
from ..mail import messages
from ..paging import Page, bounds
from ..volunteers import basics, spelling
from . import record_books

WAITING, RETURNED, CONFIRMED, WITHDRAWN = RegistrationStatus
OPEN = (WAITING, RETURNED)
SIDES = ('cover', 'last_page')
FIELDS = by_key(
    replace(basics.FIELDS['legacy_series'], key='series'),
    replace(basics.FIELDS['legacy_serial'], key='serial'),
    replace(basics.FIELDS['legacy_issued_on'], key='issued_on'),
    basics.FIELDS['waives_issue_date'],
    application_fields.FIELDS['county_code'],
    application_fields.FIELDS['agency_id'],
    Field('issued_by', '發冊單位', '發冊單位（不是上列機關發的才填）'),
    Field('cover', '紀錄冊封面', '封面'),
    Field('last_page', '紀錄冊末頁', '末頁'),
)
NUMBER_LENGTH = 80
REASON_LENGTH = 500
MOST_AT_ONCE = 500
PURPOSE = '確認紙本紀錄冊'
_STATUS = Field('registration', '紙本紀錄冊登記')
_VERBS = {WAITING: '送請確認', RETURNED: '退回', CONFIRMED: '確認', WITHDRAWN: '撤回'}
_RELATED = ('volunteer', 'host_unit', 'agency__county', 'sent_by', 'decided_by', 'cover', 'last_page', 'book')


class HasBook(DomainError):
    """The volunteer has a book in use; nobody has two (law.md#one-book)."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f'這位志工已有使用中的紀錄冊 {number}，一人只有一冊，所以沒有登記。若紙本是同一冊，不需要再登記。'
        )


class UnderWay(DomainError):
    """A paper book of the volunteer is being registered already."""

    def __init__(self, registration: PaperRegistration | None) -> None:
        number = f' {number_of(registration)}' if registration else ''
        super().__init__(f'這位志工的紙本紀錄冊{number}已經送請確認，不需要重複登記。請到志工的紀錄冊頁面查看。')


class NumberTaken(DomainError):
    """Another book has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f'「{number}」已經是另一冊紀錄冊的號碼，兩個人不能有同一號，所以沒有確認。'
            '請對照封面；填錯時請退回單位更正，案件沒有變動。'
        )


@dataclass
class PaperBookDetails:
    """The form of a paper book. The pictures, ids of stored files, may follow later.

    `agency_id` is the agency that confirms it; `issued_by` names whoever issued it, where that is none of the agencies.
    `county_code` only leads to the agency. A book has its day or, when it says none, `waives_issue_date`.
    """

    series: str = ''
    serial: str = ''
    issued_on: date | None = None
    waives_issue_date: bool = False
    county_code: str = ''
    agency_id: int | None = None
    issued_by: str = ''
    cover: UUID | None = None
    last_page: UUID | None = None

    @classmethod
    def of_volunteer(cls, volunteer: Volunteer, agency: Agency | None = None) -> Self:
        """A new form, with what 基本資料 says of a paper book; `agency` is proposed."""
        return cls(
            series=volunteer.legacy_series,
            serial=volunteer.legacy_serial,
            issued_on=volunteer.legacy_issued_on,
            waives_issue_date=volunteer.waives_issue_date,
            county_code=agency.county_id if agency else '',
            agency_id=agency.id if agency else None,
        )

    @classmethod
    def from_record(cls, registration: PaperRegistration) -> Self:
        """The details of one that was sent, its agency fetched."""
        return cls(
            series=registration.series,
            serial=registration.serial,
            issued_on=registration.issued_on,
            waives_issue_date=registration.issued_on is None,
            county_code=registration.agency.county_id,
            agency_id=registration.agency_id,
            issued_by=registration.issued_by,
            cover=registration.cover_id,
            last_page=registration.last_page_id,
        )

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        label = {key: field.label for key, field in FIELDS.items()}
        agency = '請選擇發冊機關。' if self.agency_id is None else None
        return validation.found(
            {
                'series': validation.text(label['series'], self.series, most=40, needed=True),
                'serial': validation.text(label['serial'], self.serial, most=40, needed=True) or self._length_problem(),
                'waives_issue_date': validation.yes_no(label['waives_issue_date'], self.waives_issue_date, needed=True),
                'issued_on': validation.day(label['issued_on'], self.issued_on) or self._day_problem(),
                'agency_id': agency
                or validation.whole(label['agency_id'], self.agency_id, least=1, most=validation.MOST_INT4),
                'issued_by': validation.text(label['issued_by'], self.issued_by, most=100),
                **{
                    side: None if isinstance(getattr(self, side), UUID | None) else f'請重新上傳{FIELDS[side].label}。'
                    for side in SIDES
                },
            }
        )

    def columns(self) -> dict[str, Any]:
        """As it is kept. The details have no problems."""
        series, serial = validation.searched_number(self.series), validation.searched_number(self.serial)
        return {
            'series': series,
            'serial': serial,
            'number_key': book_numbers.folded(book_numbers.written(series, serial)),
            'issued_on': None if self.waives_issue_date else self.issued_on,
            'agency_id': self.agency_id,
            'issued_by': validation.tidy(self.issued_by),
            'cover_id': self.cover,
            'last_page_id': self.last_page,
        }

    def _length_problem(self) -> str | None:
        parts = [one for one in (self.series, self.serial) if isinstance(one, str)]
        if len(book_numbers.written(*map(validation.searched_number, parts))) > NUMBER_LENGTH:
            return f'舊制紀錄冊號合計最多 {NUMBER_LENGTH} 個字。請對照封面，只填號碼。'
        return None

    def _day_problem(self) -> str | None:
        if self.issued_on is None and self.waives_issue_date is False:
            return f'請輸入發冊日期；紙本上沒有日期時，請勾選「{FIELDS["waives_issue_date"].label}」。'
        return None


@dataclass
class RegistrationQuery:
    """What to look for; None and '' do not filter. `text` is part of a name, or a number. `page` counts from 1."""

    status: RegistrationStatus | None = WAITING
    host_unit_id: int | None = None
    text: str = ''
    page: int = 1
    per_page: int = 25


@dataclass(frozen=True)
class Outcome:
    """What became of one of many that were to be confirmed: the book, or why there is none."""

    registration: PaperRegistration
    book: RecordBook | None
    sentence: str = ''


def number_of(registration: PaperRegistration) -> str:
    """The number as one reads it."""
    return book_numbers.written(registration.series, registration.serial)


def typed_number(volunteer: Volunteer) -> str:
    """What 基本資料 has, which is no book yet; '' for nothing."""
    return basics.legacy_number(volunteer)


async def register(
    volunteer: Volunteer, details: PaperBookDetails, *, by: Account, draft: Draft | None = None
) -> PaperRegistration:
    """登記為紙本紀錄冊: sent to the agency, which confirms it. The form's draft goes.

    May be called for many, also inside one transaction of the caller's. Raises Incomplete, HasBook, UnderWay, NotFound,
    NotPermitted.
    """
    permissions.require(by, Role.UNIT_STAFF)
    known = await _of_own_unit(volunteer.id, by)
    await drafts.require(draft, by=by)
    await _require_none(known)
    await _check(details, known, None, by)
    try:
        async with transaction():
            await drafts.use_up(draft, by=by)
            columns = details.columns()
            await _attach(columns, {}, known, by)
            await _announce_first(columns['agency_id'], by)
            sent: dict[str, Any] = {'host_unit_id': by.host_unit_id, 'sent_by_id': by.id, 'sent_at': dates.now()}
            new = await PaperRegistration.create(volunteer_id=known.id, **sent, **columns)
            after = await _whole(new.id)
            changes = history.compared(FIELDS, {}, _facts(after)) + await _exchanged({}, columns)
            await _note(after, history.ADDED, [*changes, Change(_STATUS, '', WAITING.label)], by)
            await _announce(after)
    except IntegrityError:
        await _require_none(known)  # a colleague was faster by a moment
        raise
    return after


async def amend(
    registration: PaperRegistration,
    details: PaperBookDetails,
    *,
    version: int,
    by: Account,
    draft: Draft | None = None,
) -> PaperRegistration:
    """What the unit has mended or added; one that was returned is sent again by it.

    Raises Incomplete, NotFound, NotPermitted, MovedOn when it is not as it was at `version`.
    """
    permissions.require(by, Role.UNIT_STAFF)
    before = await _own(registration.id, by)
    await _require_unmoved(before, version, OPEN)
    known = await _of_own_unit(before.volunteer_id, by)
    await _check(details, known, before, by)
    async with transaction():
        await drafts.settle(draft, details, by=by)
        old, columns = PaperBookDetails.from_record(before).columns(), details.columns()
        values = {name: value for name, value in columns.items() if value != old[name]}
        if not values and before.status == WAITING:
            return before
        await _attach(columns, old, known, by)
        if before.status == RETURNED or before.agency_id != columns['agency_id']:
            await _announce_first(columns['agency_id'], by)
            values |= {'sent_by_id': by.id, 'sent_at': dates.now(), 'decided_by_id': None, 'decided_at': None}
        await _move(before, WAITING, **values)
        after = await _whole(before.id)
        changes = history.compared(FIELDS, _facts(before), _facts(after)) + await _exchanged(old, columns)
        if before.status != WAITING:
            changes.append(Change(_STATUS, before.status.label, WAITING.label))
        await _note(after, history.AMENDED, changes, by)
        await _announce(after, also=before.agency_id)
    return after


async def withdraw(registration: PaperRegistration, *, version: int, by: Account) -> None:
    """撤回: the unit takes back what is not confirmed. Done twice it counts once. Raises NotFound, MovedOn."""
    permissions.require(by, Role.UNIT_STAFF)
    before = await _own(registration.id, by)
    if before.status == WITHDRAWN:
        return
    await _require_unmoved(before, version, OPEN)
    async with transaction():
        await drafts.discard_about(before.volunteer, by=by, kind=DraftKind.PAPER_BOOK)
        await _withdrawn(before, by)


async def give_up_of(volunteer: Volunteer, *, by: Account) -> None:
    """What the unit of `by` has open for somebody who leaves it is withdrawn, in the caller's transaction."""
    ours = PaperRegistration.filter(volunteer_id=volunteer.id, host_unit_id=by.host_unit_id, status__in=OPEN)
    for one in await ours.select_related(*_RELATED):
        await _withdrawn(one, by)


async def give_up_all(unit: HostUnit, *, by: Account) -> None:
    """What a unit that is closed has open is withdrawn, in the caller's transaction."""
    permissions.require(by, Role.ADMINISTRATOR)
    for one in await PaperRegistration.filter(host_unit_id=unit.id, status__in=OPEN).select_related(*_RELATED):
        await _withdrawn(one, by)


async def confirm(registration_id: int, version: int, *, by: Account) -> RecordBook:
    """確認: the book stands in the records; the unit is told. The second of two reviewers hears who was first.

    Raises NotFound, NotPermitted, MovedOn, HasBook, NumberTaken.
    """
    permissions.require(by, Role.REVIEWER)
    now = await get(registration_id, by=by)
    if _is_repeat(now, CONFIRMED, version, by):
        return await RecordBook.get(id=now.book_id)
    try:
        async with transaction():
            book = await _confirmed(now, version, by)
            await messages.paper_books_confirmed(now.host_unit, now.agency, [await _whole(now.id)])
    except IntegrityError as clash:
        raise await _why_not(now) from clash
    return book


async def confirm_many(seen: Mapping[int, int], *, by: Account) -> list[Outcome]:
    """確認 of those, registration id → the version that was read: each for itself, and one mail a unit."""
    permissions.require(by, Role.REVIEWER)
    if len(seen) > MOST_AT_ONCE:
        raise DomainError(f'一次最多確認 {MOST_AT_ONCE} 件，請分次選取。')
    ids = [validation.record_id(one) for one in seen]
    asked = await _visible(by).filter(id__in=ids).select_related(*_RELATED).order_by('host_unit_id', 'id')
    outcomes = []
    for unit_id in dict.fromkeys(one.host_unit_id for one in asked):
        of_unit = [one for one in asked if one.host_unit_id == unit_id]
        async with transaction():
            done = [await _tried(one, seen[one.id], by) for one in of_unit]
            confirmed = [await _whole(one.registration.id) for one in done if one.book]
            if confirmed:
                await messages.paper_books_confirmed(of_unit[0].host_unit, of_unit[0].agency, confirmed)
        outcomes += done
    return outcomes


async def send_back(registration_id: int, reason: str, version: int, *, by: Account) -> PaperRegistration:
    """退回補正: back to the unit with a reason. Raises Incomplete, NotFound, NotPermitted, MovedOn."""
    permissions.require(by, Role.REVIEWER)
    now = await get(registration_id, by=by)
    if problem := validation.text(REASON.label, reason, most=REASON_LENGTH, needed=True, lines=True):
        raise Incomplete({'reason': problem})
    if _is_repeat(now, RETURNED, version, by):
        return now
    await _require_decidable(now, version, by)
    reason = validation.tidy(reason)
    async with transaction():
        await _move(now, RETURNED, reason=reason, decided_by_id=by.id, decided_at=dates.now())
        after = await _whole(now.id)
        changes = [Change(_STATUS, now.status.label, RETURNED.label), Change(REASON, '', reason)]
        await _note(after, history.AMENDED, changes, by)
        await messages.paper_book_returned(after)
        await _announce(after)
    return after


async def get(registration_id: int, *, by: Account) -> PaperRegistration:
    """One registration with all that belongs to it. Raises NotFound."""
    found = _visible(by).filter(id=validation.record_id(registration_id))
    registration = await found.select_related(*_RELATED).first()
    if registration is None:
        raise NotFound
    return registration


async def opened(registration_id: int, *, by: Account) -> PaperRegistration:
    """The same for the reviewer's page; that it was opened is noted for the volunteer, once in half an hour."""
    permissions.require(by, Role.REVIEWER)
    registration = await get(registration_id, by=by)
    lately = dates.now() - access.ONE_LOOK
    looks = AccessEntry.filter(volunteer_id=registration.volunteer_id, by_id=by.id, kind=AccessKind.PAPER_BOOK)
    if not await looks.filter(at__gte=lately).exists():
        await access.note(registration.volunteer, AccessKind.PAPER_BOOK, PURPOSE, by=by)
    return registration


async def open_one_of(volunteer: Volunteer, *, by: Account) -> PaperRegistration | None:
    """The registration of this volunteer that is not confirmed yet, if `by` may see it."""
    return await _visible(by).filter(volunteer_id=volunteer.id, status__in=OPEN).select_related(*_RELATED).first()


async def latest_of(volunteer: Volunteer, *, by: Account) -> PaperRegistration | None:
    """The last registration of this volunteer that was not withdrawn, if `by` may see it."""
    kept = _visible(by).filter(volunteer_id=volunteer.id).exclude(status=WITHDRAWN)
    return await kept.select_related(*_RELATED).order_by('-id').first()


def may_amend(registration: PaperRegistration, *, by: Account) -> bool:
    """Whether it is the account's unit that has this registered."""
    return by.role == Role.UNIT_STAFF and registration.host_unit_id == by.host_unit_id and registration.status in OPEN


async def find(query: RegistrationQuery, *, by: Account) -> Page[PaperRegistration]:
    """Those of the agency, or of the unit; what waits the longest first, what is decided the latest first."""
    found = _asked(query, by)
    number, per_page = bounds(query.page, query.per_page)
    order = ('sent_at', 'id') if query.status == WAITING else ('-sent_at', '-id')
    rows = found.order_by(*order).select_related(*_RELATED).offset((number - 1) * per_page).limit(per_page)
    return Page(await rows, await found.count(), number, per_page)


async def waiting_like(query: RegistrationQuery, *, by: Account) -> list[PaperRegistration]:
    """All that wait and are asked for, at most MOST_AT_ONCE, for 確認 of a whole batch."""
    permissions.require(by, Role.REVIEWER)
    found = _asked(replace(query, status=WAITING), by)
    return await found.order_by('sent_at', 'id').limit(MOST_AT_ONCE)


async def units_waiting(*, by: Account) -> list[tuple[int, str, int]]:
    """Of whom paper books wait for the agency: unit, its name, how many."""
    permissions.require(by, Role.REVIEWER)
    waiting = PaperRegistration.filter(agency_id=by.agency_id, status=WAITING).annotate(n=Count('id'))
    grouped = waiting.group_by('host_unit_id', 'host_unit__name').order_by('host_unit__name')
    found = await grouped.values_list('host_unit_id', 'host_unit__name', 'n')
    return [(int(unit), str(name), int(count)) for unit, name, count in found]


async def counts(*, by: Account) -> dict[RegistrationStatus, int]:
    """How many of the agency's, or of the unit's, stand where."""
    permissions.require(by, Role.REVIEWER, Role.UNIT_STAFF)
    grouped = _of_side(by).annotate(n=Count('id')).group_by('status')
    found = {status: int(n) for status, n in await grouped.order_by('status').values_list('status', 'n')}
    return {status: found.get(status, 0) for status in RegistrationStatus}


def _of_side(by: Account) -> QuerySet[PaperRegistration]:
    if by.role == Role.REVIEWER:
        return PaperRegistration.filter(agency_id=by.agency_id)
    return PaperRegistration.filter(host_unit_id=by.host_unit_id)


def _asked(query: RegistrationQuery, by: Account) -> QuerySet[PaperRegistration]:
    permissions.require(by, Role.REVIEWER, Role.UNIT_STAFF)
    found = _of_side(by)
    if status := validation.member(RegistrationStatus, query.status):
        found = found.filter(status=status)
    if query.host_unit_id is not None:
        found = found.filter(host_unit_id=validation.record_id(query.host_unit_id))
    if wanted := validation.searched(query.text):
        ways = [Q(number_key__contains=book_numbers.folded(wanted)), Q(volunteer__name__contains=wanted)]
        found = found.filter(Q(*ways, join_type=Q.OR))
    return found


async def waiting_count(*, by: Account) -> int:
    """How many wait for the agency; for the unit how many were returned to it."""
    return (await counts(by=by))[WAITING if by.role == Role.REVIEWER else RETURNED]


async def same_number(registrations: Sequence[PaperRegistration]) -> dict[int, int]:
    """Registration id → how many others, of other people, wait with the same number; or hold a book with it."""
    keys = {one.number_key for one in registrations}
    others = await PaperRegistration.filter(number_key__in=keys, status__in=OPEN).values_list(
        'number_key', 'volunteer_id'
    )
    books = await RecordBook.filter(number_key__in=keys).values_list('number_key', 'volunteer_id')
    counts = {}
    for one in registrations:
        holders = {who for key, who in (*others, *books) if key == one.number_key} - {one.volunteer_id}
        if holders and one.status in OPEN:
            counts[one.id] = len(holders)
    return counts


async def register_many(
    volunteer_ids: Iterable[int], agency_id: int | None, *, by: Account
) -> list[tuple[Volunteer, str]]:
    """登記為紙本紀錄冊 of several at once, as 基本資料 has the number; each for itself, without pictures.

    Returns those that were not sent, each with the reason.
    """
    permissions.require(by, Role.UNIT_STAFF)
    agency = await Agency.get_or_none(id=validation.record_id(agency_id)) if agency_id else None
    if agency is None:
        raise Incomplete({'agency_id': '請選擇發冊機關。'})
    ids = [validation.record_id(one) for one in volunteer_ids][:MOST_AT_ONCE]
    refused = []
    for volunteer in await Volunteer.filter(permissions.visible_to(by), id__in=ids).order_by('name_order', 'id'):
        try:
            await register(volunteer, PaperBookDetails.of_volunteer(volunteer, agency), by=by)
        except Incomplete as refusal:
            refused.append((volunteer, '；'.join(refusal.problems.values())))
        except DomainError as refusal:
            refused.append((volunteer, str(refusal)))
    return refused


async def offered(*, by: Account, text: str = '', page: int = 1, per_page: int = 25) -> Page[Volunteer]:
    """Who of the unit has a 舊制紀錄冊號 in 基本資料, and neither a book nor a registration that is open."""
    permissions.require(by, Role.UNIT_STAFF)
    number, per_page = bounds(page, per_page)
    named = Volunteer.filter(permissions.visible_to(by)).exclude(legacy_serial='')
    held = RecordBook.filter(volunteer_id__in=permissions.people_of(by), status=BookStatus.IN_USE)
    under_way = PaperRegistration.filter(volunteer_id__in=permissions.people_of(by), status__in=OPEN)
    named = named.exclude(id__in=Subquery(held.values('volunteer_id')))
    named = named.exclude(id__in=Subquery(under_way.values('volunteer_id')))
    if wanted := validation.searched(text):
        called = spelling.named(wanted)
        said = basics.legacy_matching(validation.searched_number(wanted))
        named = named.filter(called | said if called else said)
    rows = named.order_by('name_order', 'id').offset((number - 1) * per_page).limit(per_page)
    return Page(await rows, await named.count(), number, per_page)


def _visible(by: Account) -> QuerySet[PaperRegistration]:
    """A unit sees those it sent and those of its people, an agency those sent to it, a volunteer the own."""
    if by.role == Role.REVIEWER:
        return PaperRegistration.filter(agency_id=by.agency_id or 0)
    if by.role == Role.UNIT_STAFF:
        theirs = Q(volunteer_id__in=permissions.people_of(by))
        return PaperRegistration.filter(Q(theirs, Q(host_unit_id=by.host_unit_id or 0), join_type=Q.OR))
    return PaperRegistration.filter(
        volunteer_id__in=Subquery(Volunteer.filter(permissions.visible_to(by)).values('id'))
    )


async def _of_own_unit(volunteer_id: int, by: Account) -> Volunteer:
    known = await Volunteer.filter(permissions.visible_to(by), id=validation.record_id(volunteer_id)).first()
    if known is None:
        raise NotFound
    return known


async def _own(registration_id: int, by: Account) -> PaperRegistration:
    registration = await get(registration_id, by=by)
    if registration.host_unit_id != by.host_unit_id:
        raise NotPermitted(f'這件紙本紀錄冊由「{registration.host_unit.name}」登記，只有該單位可以修改或撤回。')
    return registration


async def _whole(registration_id: int) -> PaperRegistration:
    return await PaperRegistration.get(id=registration_id).select_related(*_RELATED)


async def _require_none(volunteer: Volunteer) -> None:
    """Nobody has two books, and of one book one registration at a time."""
    if book := await RecordBook.filter(volunteer_id=volunteer.id, status=BookStatus.IN_USE).first():
        raise HasBook(book.number)
    if open_one := await PaperRegistration.filter(volunteer_id=volunteer.id, status__in=OPEN).first():
        raise UnderWay(open_one)


async def _check(
    details: PaperBookDetails, volunteer: Volunteer, before: PaperRegistration | None, by: Account
) -> None:
    problems = details.problems()
    if 'agency_id' not in problems and (sentence := await _agency_problem(details, before)):
        problems['agency_id'] = sentence
    born = volunteer.born_on
    if 'issued_on' not in problems and details.columns()['issued_on'] and details.issued_on <= born:  # type: ignore[operator]
        problems['issued_on'] = f'發冊日期早於志工的出生日期（{dates.roc_long(born)}）。請再確認年份。'
    if not {'series', 'serial'} & set(problems) and (sentence := await _number_problem(details, volunteer, by)):
        problems['serial'] = sentence
    problems |= await _file_problems(details, volunteer, problems, by)
    if problems:
        raise Incomplete(problems)


async def _agency_problem(details: PaperBookDetails, before: PaperRegistration | None) -> str | None:
    agency = await Agency.get_or_none(id=details.agency_id)
    if agency is None or (details.county_code and agency.county_id != details.county_code):
        return '這個發冊機關不在所選的縣市，請重新選擇。'
    if (before is None or before.agency_id != agency.id) and not readiness.is_open(agency):
        return f'{agency.name}已停止受理，請重新選擇。'
    return None


async def _number_problem(details: PaperBookDetails, volunteer: Volunteer, by: Account) -> str | None:
    """Whose it is, is told only of people whom the unit knows."""
    columns = details.columns()
    number = book_numbers.written(columns['series'], columns['serial'])
    if await RecordBook.filter(number_key=columns['number_key']).exists():
        return f'「{number}」已經是系統中一冊紀錄冊的號碼，兩冊不能同號。請對照封面再確認。'
    ours = PaperRegistration.filter(number_key=columns['number_key'], status__in=OPEN, host_unit_id=by.host_unit_id)
    other = await ours.exclude(volunteer_id=volunteer.id).select_related('volunteer').first()
    if other is not None:
        return f'「{number}」已替{other.volunteer.name}送請確認，兩個人不能有同一號。請對照封面再確認。'
    return None


async def _file_problems(
    details: PaperBookDetails, volunteer: Volunteer, known: dict[str, str], by: Account
) -> dict[str, str]:
    digests: dict[str, str] = {}
    problems = {}
    for side in SIDES:
        if side in known or getattr(details, side) is None:
            continue
        file = await files.attachable(getattr(details, side), volunteer, FileKind.PAPER_BOOK, by=by)
        if file is None:
            problems[side] = f'找不到上傳的{FIELDS[side].label}，請重新上傳；其他已填的資料都還在。'
        elif file.digest in digests.values():
            problems[side] = '封面與末頁是同一張圖片。請重新上傳末頁。'
        else:
            digests[side] = file.digest
    return problems


async def _attach(columns: Mapping[str, Any], old: Mapping[str, Any], volunteer: Volunteer, by: Account) -> None:
    for side in SIDES:
        name = f'{side}_id'
        if columns[name] and columns[name] != old.get(name):
            await files.attach(columns[name], volunteer, by=by, kind=FileKind.PAPER_BOOK)


async def _exchanged(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    for side in SIDES:
        changes += await files.exchanged(FIELDS[side], old.get(f'{side}_id'), new.get(f'{side}_id'))
    return changes


async def _announce_first(agency_id: int, by: Account) -> None:
    """The agency is told when the unit's first one comes; while one of them waits it knows."""
    theirs = PaperRegistration.filter(agency_id=agency_id, host_unit_id=by.host_unit_id, status=WAITING)
    if not await theirs.exists():
        unit, agency = await HostUnit.get(id=by.host_unit_id), await Agency.get(id=agency_id)
        await messages.paper_books_wait(agency, unit, by=by)


async def _move(registration: PaperRegistration, to: RegistrationStatus, **facts: Any) -> None:
    """One step; of two who take one the database decides who was first. Raises MovedOn."""
    as_read = PaperRegistration.filter(id=registration.id, status=registration.status, version=registration.version)
    if not await as_read.update(status=to, version=registration.version + 1, **facts):
        raise await _moved_on(registration.id)


async def _moved_on(registration_id: int) -> MovedOn:
    now = await _whole(registration_id)
    by, at = (now.sent_by, now.sent_at) if now.status == WAITING else (now.decided_by, now.decided_at)
    if by is None or at is None:
        return MovedOn('這件紙本紀錄冊已有變動，您的畫面已更新。請看過目前的內容再繼續。')
    if now.status == WAITING:
        return MovedOn('單位剛修改了這件紙本紀錄冊，您的畫面已更新。請看過目前的內容再決定。')
    return MovedOn(f'這件紙本紀錄冊已由 {by.name} 於 {dates.roc_instant(at)} {_VERBS[now.status]}，您的畫面已更新。')


async def _require_unmoved(
    now: PaperRegistration, version: int, statuses: Iterable[RegistrationStatus] = (WAITING,)
) -> None:
    if now.version != version or now.status not in tuple(statuses):
        raise await _moved_on(now.id)


async def _require_decidable(now: PaperRegistration, version: int, by: Account) -> None:
    await _require_unmoved(now, version)
    if now.sent_by_id == by.id:
        raise NotPermitted('這件紙本紀錄冊是您送的，不能自己確認。請由另一位志工業務窗口確認。')


async def _withdrawn(before: PaperRegistration, by: Account) -> None:
    await _move(before, WITHDRAWN, decided_by_id=by.id, decided_at=dates.now())
    await _note(before, history.AMENDED, [Change(_STATUS, before.status.label, WITHDRAWN.label)], by)
    await _announce(before)


def _is_repeat(now: PaperRegistration, to: RegistrationStatus, version: int, by: Account) -> bool:
    return now.status == to and now.version == version + 1 and now.decided_by_id == by.id


async def _tried(now: PaperRegistration, version: int, by: Account) -> Outcome:
    """One of many, for itself: a savepoint gives back what was refused."""
    if _is_repeat(now, CONFIRMED, version, by):
        return Outcome(now, None)
    try:
        async with transaction():
            return Outcome(now, await _confirmed(now, version, by))
    except IntegrityError:
        return Outcome(now, None, str(await _why_not(now)))
    except DomainError as refusal:
        return Outcome(now, None, str(refusal))


async def _confirmed(now: PaperRegistration, version: int, by: Account) -> RecordBook:
    """The book of a registration, inside the caller's transaction. IntegrityError: a number or a person has one."""
    await _require_decidable(now, version, by)
    number, at = number_of(now), dates.now()
    if refusal := await _refusal(now):
        raise refusal
    book = await RecordBook.create(
        volunteer_id=now.volunteer_id,
        agency_id=now.agency_id,
        issued_by=now.issued_by,
        number=number,
        roc_year=0,
        kind=BookKind.REGISTERED,
        issued_on=now.issued_on,
        entered_by_unit_id=now.host_unit_id,
    )
    await _move(now, CONFIRMED, decided_by_id=by.id, decided_at=at, book_id=book.id)
    await BookIssue.create(book=book, kind=book.kind, number=number, by=by, at=at)
    changes = [
        Change(record_books.FIELDS['number'], '', number),
        Change(record_books.FIELDS['kind'], '', book.kind.label),
        Change(FIELDS['issued_on'], '', _day(now)),
        Change(_STATUS, now.status.label, CONFIRMED.label),
    ]
    await _note(now, history.ADDED, changes, by)
    await _announce(now)
    case = await Application.filter(volunteer_id=now.volunteer_id, status=ApplicationStatus.SUBMITTED).first()
    if case is not None:  # what its list of checks says of the book is another thing now
        await transitions.announce(case)
    return book


async def _refusal(now: PaperRegistration) -> DomainError | None:
    if book := await RecordBook.filter(volunteer_id=now.volunteer_id, status=BookStatus.IN_USE).first():
        return HasBook(book.number)
    taken = await RecordBook.filter(number_key=now.number_key).exists()
    return NumberTaken(number_of(now)) if taken else None


async def _why_not(now: PaperRegistration) -> DomainError:
    """Why the database has refused the book: somebody was faster by a moment."""
    return await _refusal(now) or await _moved_on(now.id)


def _facts(registration: PaperRegistration) -> dict[str, Any]:
    """By field, for the history. Pictures are noted as files."""
    return {
        'series': registration.series,
        'serial': registration.serial,
        'issued_on': registration.issued_on,
        'waives_issue_date': '是' if registration.issued_on is None else '',
        'agency_id': registration.agency.name,
        'issued_by': registration.issued_by,
    }


def _day(registration: PaperRegistration) -> str:
    return dates.roc(registration.issued_on) if registration.issued_on else FIELDS['waives_issue_date'].label


async def _note(registration: PaperRegistration, action: HistoryAction, changes: list[Change], by: Account) -> None:
    volunteer = await Volunteer.get(id=registration.volunteer_id)
    await history.note(volunteer, Section.RECORD_BOOK, action, changes, by=by, subject=number_of(registration))


async def _announce(registration: PaperRegistration, *, also: int | None = None) -> None:
    """`also`: the agency that it was with before."""
    for agency_id in {registration.agency_id, also or registration.agency_id}:
        await announcements.announce(
            PaperBooksChanged(registration.id, agency_id, registration.host_unit_id, registration.volunteer_id)
        )
    await announcements.announce(VolunteerChanged(registration.volunteer_id))
