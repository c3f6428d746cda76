"""紙本紀錄冊: books of the old system. The unit has one registered, the agency confirms it: a book like others.

A registration has no pictures at first where it comes out of a list; whoever confirms sees that they are missing, and
decides. Nobody is made the holder of a book by what stands in 基本資料 alone: that is offered, never taken over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from db import transaction
from db.choices import (
    ApplicationStatus,
    BookKind,
    BookStatus,
    DraftKind,
    HistoryAction,
    IssueKind,
    RegistrationStatus,
    Section,
)
from db.models import (
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

from .. import announcements, dates, drafts, permissions, validation
from ..announcements import PaperBooksChanged, VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..cases import transitions
from ..cases.application_fields import REASON
from ..errors import DomainError, Incomplete, MovedOn, NotFound, NotPermitted
from ..fields import Field
from ..mail import messages
from . import paper_details, record_books
from .paper_details import FIELDS, NUMBER_LENGTH, OPEN, SIDES, PaperBookDetails, number_of, typed_number
from .paper_lists import (
    MOST_AT_ONCE,
    RELATED,
    RegistrationQuery,
    counts,
    find,
    get,
    latest_of,
    may_amend,
    offered,
    open_one_of,
    opened,
    same_number,
    units_waiting,
    visible,
    waiting_count,
    waiting_like,
    whole,
)

__all__ = [
    'FIELDS',
    'MOST_AT_ONCE',
    'NUMBER_LENGTH',
    'OPEN',
    'SIDES',
    'PaperBookDetails',
    'RegistrationQuery',
    'counts',
    'find',
    'get',
    'latest_of',
    'may_amend',
    'number_of',
    'offered',
    'open_one_of',
    'opened',
    'same_number',
    'typed_number',
    'units_waiting',
    'waiting_count',
    'waiting_like',
]

WAITING, RETURNED, CONFIRMED, WITHDRAWN = RegistrationStatus
REASON_LENGTH = 500
UNDO_DAYS = 30
_ONE_BY_ONE = '「{number}」還有別人也登記同一號，所以沒有一起確認。請打開這一冊對照封面，再個別確認或退回。'
_STATUS = Field('registration', '紙本紀錄冊登記')
_VERBS = {WAITING: '送請確認', RETURNED: '退回', CONFIRMED: '確認', WITHDRAWN: '撤回'}


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


class BuiltOn(DomainError):
    """A confirmation that is taken back no more."""


@dataclass(frozen=True)
class Outcome:
    """What became of one of many that were to be confirmed: the book, or why there is none."""

    registration: PaperRegistration
    book: RecordBook | None
    sentence: str = ''


async def register(
    volunteer: Volunteer, details: PaperBookDetails, *, by: Account, draft: Draft | None = None
) -> PaperRegistration:
    """登記為紙本紀錄冊: sent to the agency, which confirms it. The form's draft goes.

    May be called for many, also inside one transaction of the caller's. Raises Incomplete, HasBook, UnderWay, NotFound,
    NotPermitted.
    """
    permissions.require(by, 'books.paper_books.register')
    known = await _of_own_unit(volunteer.id, by)
    await drafts.require(draft, by=by)
    await _require_none(known)
    await paper_details.check(details, known, None, by)
    try:
        async with transaction():
            await drafts.use_up(draft, by=by)
            columns = details.columns()
            await paper_details.attach(columns, {}, known, by)
            await _announce_first(columns['agency_id'], by)
            sent: dict[str, Any] = {'host_unit_id': by.host_unit_id, 'sent_by_id': by.id, 'sent_at': dates.now()}
            new = await PaperRegistration.create(volunteer_id=known.id, **sent, **columns)
            after = await whole(new.id)
            changes = history.compared(FIELDS, {}, paper_details.facts(after)) + await paper_details.exchanged(
                {}, columns
            )
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
    permissions.require(by, 'books.paper_books.amend')
    before = await _own(registration.id, by)
    await _require_unmoved(before, version, OPEN)
    known = await _of_own_unit(before.volunteer_id, by)
    await paper_details.check(details, known, before, by)
    async with transaction():
        await drafts.settle(draft, details, by=by)
        old, columns = PaperBookDetails.from_record(before).columns(), details.columns()
        values = {name: value for name, value in columns.items() if value != old[name]}
        if not values and before.status == WAITING:
            return before
        await paper_details.attach(columns, old, known, by)
        if before.status == RETURNED or before.agency_id != columns['agency_id']:
            await _announce_first(columns['agency_id'], by)
            values |= {'sent_by_id': by.id, 'sent_at': dates.now(), 'decided_by_id': None, 'decided_at': None}
        await _move(before, WAITING, **values)
        after = await whole(before.id)
        changes = history.compared(
            FIELDS, paper_details.facts(before), paper_details.facts(after)
        ) + await paper_details.exchanged(old, columns)
        if before.status != WAITING:
            changes.append(Change(_STATUS, before.status.label, WAITING.label))
        await _note(after, history.AMENDED, changes, by)
        await _announce(after, also=before.agency_id)
    return after


async def withdraw(registration: PaperRegistration, *, version: int, by: Account) -> None:
    """撤回: the unit takes back what is not confirmed. Done twice it counts once. Raises NotFound, MovedOn."""
    permissions.require(by, 'books.paper_books.withdraw')
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
    for one in await ours.select_related(*RELATED):
        await _withdrawn(one, by)


async def give_up_all(unit: HostUnit, *, by: Account) -> None:
    """What a unit that is closed has open is withdrawn, in the caller's transaction."""
    permissions.require(by, 'books.paper_books.give_up_all')
    for one in await PaperRegistration.filter(host_unit_id=unit.id, status__in=OPEN).select_related(*RELATED):
        await _withdrawn(one, by)


async def confirm(registration_id: int, version: int, *, by: Account) -> RecordBook:
    """確認: the book stands in the records; the unit is told. The second of two reviewers hears who was first.

    Raises NotFound, NotPermitted, MovedOn, HasBook, NumberTaken.
    """
    permissions.require(by, 'books.paper_books.confirm')
    now = await get(registration_id, by=by)
    if _is_repeat(now, CONFIRMED, version, by):
        return await RecordBook.get(id=now.book_id)
    try:
        async with transaction():
            book = await _confirmed(now, version, by)
            await messages.paper_books_confirmed(now.host_unit, now.agency, [await whole(now.id)])
    except IntegrityError as clash:
        raise await _why_not(now) from clash
    return book


async def confirm_many(seen: Mapping[int, int], *, by: Account) -> list[Outcome]:
    """確認 of those, registration id → the version that was read: each for itself, and one mail a unit.

    What waits for two people under one number is left: which of them holds the book is seen on the covers, and the
    order of a list must not decide it.
    """
    permissions.require(by, 'books.paper_books.confirm_many')
    if len(seen) > MOST_AT_ONCE:
        raise DomainError(f'一次最多確認 {MOST_AT_ONCE} 件，請分次選取。')
    ids = [validation.record_id(one) for one in seen]
    asked = await visible(by).filter(id__in=ids).select_related(*RELATED).order_by('host_unit_id', 'id')
    contested = await _contested(asked)
    outcomes = []
    for unit_id in dict.fromkeys(one.host_unit_id for one in asked):
        of_unit = [one for one in asked if one.host_unit_id == unit_id]
        async with transaction():
            done = [
                Outcome(one, None, _ONE_BY_ONE.format(number=number_of(one)))
                if one.id in contested
                else await _tried(one, seen[one.id], by)
                for one in of_unit
            ]
            newly = [one for one in done if one.book and one.registration.status == WAITING]
            confirmed = [await whole(one.registration.id) for one in newly]
            if confirmed:
                await messages.paper_books_confirmed(of_unit[0].host_unit, of_unit[0].agency, confirmed)
        outcomes += done
    return outcomes


async def send_back(registration_id: int, reason: str, version: int, *, by: Account) -> PaperRegistration:
    """退回補正: back to the unit with a reason. Raises Incomplete, NotFound, NotPermitted, MovedOn."""
    permissions.require(by, 'books.paper_books.send_back')
    now, is_done = await _to_return(registration_id, reason, version, by)
    if is_done:
        return now
    await _require_decidable(now, version, by)
    reason = validation.tidy(reason)
    async with transaction():
        await _move(now, RETURNED, reason=reason, decided_by_id=by.id, decided_at=dates.now())
        after = await whole(now.id)
        changes = [Change(_STATUS, now.status.label, RETURNED.label), Change(REASON, '', reason)]
        await _note(after, history.AMENDED, changes, by)
        await messages.paper_book_returned(after)
        await _announce(after)
    return after


async def unconfirm(registration_id: int, reason: str, version: int, *, by: Account) -> PaperRegistration:
    """取消確認: the book is none any more, and the registration is back with its unit, which reads the reason.

    Within UNDO_DAYS, and while nothing builds on the book. Its line in the ledger goes with it, since its number may be
    another's; the history of the volunteer keeps both acts. Raises Incomplete, NotFound, NotPermitted, MovedOn,
    BuiltOn.
    """
    permissions.require(by, 'books.paper_books.unconfirm')
    now, is_done = await _to_return(registration_id, reason, version, by)
    if is_done:
        return now
    await _require_unmoved(now, version, (CONFIRMED,))
    reason = validation.tidy(reason)
    async with transaction():
        book = await RecordBook.filter(id=now.book_id).select_for_update().get()
        if why := await hindrance(now):
            raise BuiltOn(why)
        await _move(now, RETURNED, reason=reason, decided_by_id=by.id, decided_at=dates.now(), book_id=None)
        await BookIssue.filter(book_id=book.id).delete()
        await RecordBook.filter(id=book.id).delete()
        after = await whole(now.id)
        changes = [
            Change(record_books.FIELDS['number'], book.number, ''),
            Change(_STATUS, CONFIRMED.label, '取消確認'),
            Change(REASON, '', reason),
        ]
        await _note(after, history.REMOVED, changes, by)
        await messages.paper_book_unconfirmed(after)
        await _announce(after)
        await _announce_case(after)
    return after


async def _to_return(registration_id: int, reason: str, version: int, by: Account) -> tuple[PaperRegistration, bool]:
    """What goes back to its unit, and whether it has by this very act. Raises Incomplete, NotFound, NotPermitted."""
    now = await get(registration_id, by=by)
    if problem := validation.text(REASON.label, reason, most=REASON_LENGTH, needed=True, lines=True):
        raise Incomplete({'reason': problem})
    return now, _is_repeat(now, RETURNED, version, by)


async def hindrance(registration: PaperRegistration) -> str:
    """Why its confirmation cannot be taken back any more, as a sentence; '' when it can."""
    if registration.status != CONFIRMED or registration.decided_at is None:
        return '這件紙本紀錄冊沒有確認過，不需要取消。'
    if dates.now() - registration.decided_at > timedelta(days=UNDO_DAYS):
        return f'確認已超過 {UNDO_DAYS} 天，不能取消。紀錄冊有誤時，請由單位申請換發或註銷。'
    book = await RecordBook.get(id=registration.book_id)
    if book.status != BookStatus.IN_USE:
        return f'這一冊已{book.status.label}，不能取消確認。'
    theirs = Application.filter(volunteer_id=registration.volunteer_id).exclude(kind=IssueKind.FIRST)
    if await theirs.filter(status__in=[ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED]).exists():
        return '這位志工正在以這一冊申請換發、補發或註銷，不能取消確認。請先處理那件申請案。'
    return ''


async def register_many(
    volunteer_ids: Iterable[int], agency_id: int | None, *, by: Account
) -> list[tuple[Volunteer, str]]:
    """登記為紙本紀錄冊 of several at once, as 基本資料 has the number; each for itself, without pictures.

    Returns those that were not sent, each with the reason.
    """
    permissions.require(by, 'books.paper_books.register_many')
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


async def _require_none(volunteer: Volunteer) -> None:
    """Nobody has two books, and of one book one registration at a time."""
    if book := await RecordBook.filter(volunteer_id=volunteer.id, status=BookStatus.IN_USE).first():
        raise HasBook(book.number)
    if open_one := await PaperRegistration.filter(volunteer_id=volunteer.id, status__in=OPEN).first():
        raise UnderWay(open_one)


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
    now = await whole(registration_id)
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


async def _contested(asked: Iterable[PaperRegistration]) -> set[int]:
    """Those whose number waits for somebody else, too."""
    waiting = [one for one in asked if one.status == WAITING]
    claims = await PaperRegistration.filter(
        number_key__in={one.number_key for one in waiting}, status=WAITING
    ).values_list('number_key', 'volunteer_id')
    return {one.id for one in waiting if any(key == one.number_key and who != one.volunteer_id for key, who in claims)}


async def _tried(now: PaperRegistration, version: int, by: Account) -> Outcome:
    """One of many, for itself: a savepoint gives back what was refused."""
    if _is_repeat(now, CONFIRMED, version, by):
        return Outcome(now, now.book)
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
    await _announce_case(now)
    return book


async def _announce_case(registration: PaperRegistration) -> None:
    """What the checks of an application that waits say of the book is another thing now."""
    theirs = Application.filter(volunteer_id=registration.volunteer_id, status=ApplicationStatus.SUBMITTED)
    if (case := await theirs.first()) is not None:
        await transitions.announce(case)


async def _refusal(now: PaperRegistration) -> DomainError | None:
    if book := await RecordBook.filter(volunteer_id=now.volunteer_id, status=BookStatus.IN_USE).first():
        return HasBook(book.number)
    taken = await RecordBook.filter(number_key=now.number_key).exists()
    return NumberTaken(number_of(now)) if taken else None


async def _why_not(now: PaperRegistration) -> DomainError:
    """Why the database has refused the book: somebody was faster by a moment."""
    return await _refusal(now) or await _moved_on(now.id)


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
