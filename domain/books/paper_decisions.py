"""紙本紀錄冊確認: what the agency does with a paper book that a unit has registered, one by one or many at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tortoise.exceptions import IntegrityError

from db import transaction
from db.choices import ApplicationStatus, BookKind, BookStatus, IssueKind, RegistrationStatus
from db.models import Account, Application, BookIssue, PaperRegistration, RecordBook

from .. import dates, permissions, validation
from ..audit import history
from ..audit.history import Change
from ..cases import transitions
from ..cases.application_fields import REASON
from ..errors import DomainError, Incomplete, NotPermitted
from ..mail import paper_book_mails
from . import record_books
from .paper_details import FIELDS, number_of
from .paper_lists import MOST_AT_ONCE, RELATED, get, visible, whole
from .paper_moves import CONFIRMED, RETURNED, STATUS, WAITING, HasBook, announce, move, moved_on, note, require_unmoved

REASON_LENGTH = 500
UNDO_DAYS = 30
_ONE_BY_ONE = '「{number}」還有別人也登記同一號，所以沒有一起確認。請打開這一冊對照封面，再個別確認或退回。'


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


async def confirm(registration_id: int, version: int, *, by: Account) -> RecordBook:
    """確認: the book stands in the records; the unit is told. The second of two reviewers hears who was first.

    Raises NotFound, NotPermitted, MovedOn, HasBook, NumberTaken.
    """
    permissions.require(by, 'books.paper_decisions.confirm')
    now = await get(registration_id, by=by)
    if _is_repeat(now, CONFIRMED, version, by):
        return await RecordBook.get(id=now.book_id)
    try:
        async with transaction():
            book = await _confirmed(now, version, by)
            await paper_book_mails.confirmed(now.host_unit, now.agency, [await whole(now.id)])
    except IntegrityError as clash:
        raise await _why_not(now) from clash
    return book


async def confirm_many(seen: Mapping[int, int], *, by: Account) -> list[Outcome]:
    """確認 of those, registration id → the version that was read: each for itself, and one mail a unit.

    What waits for two people under one number is left: which of them holds the book is seen on the covers, and the
    order of a list must not decide it.
    """
    permissions.require(by, 'books.paper_decisions.confirm_many')
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
                await paper_book_mails.confirmed(of_unit[0].host_unit, of_unit[0].agency, confirmed)
        outcomes += done
    return outcomes


async def send_back(registration_id: int, reason: str, version: int, *, by: Account) -> PaperRegistration:
    """退回補正: back to the unit with a reason. Raises Incomplete, NotFound, NotPermitted, MovedOn."""
    permissions.require(by, 'books.paper_decisions.send_back')
    now, is_done = await _to_return(registration_id, reason, version, by)
    if is_done:
        return now
    await _require_decidable(now, version, by)
    reason = validation.tidy(reason)
    async with transaction():
        await move(now, RETURNED, reason=reason, decided_by_id=by.id, decided_at=dates.now())
        after = await whole(now.id)
        changes = [Change(STATUS, now.status.label, RETURNED.label), Change(REASON, '', reason)]
        await note(after, history.AMENDED, changes, by)
        await paper_book_mails.returned(after)
        await announce(after)
    return after


async def unconfirm(registration_id: int, reason: str, version: int, *, by: Account) -> PaperRegistration:
    """取消確認: the book is none any more, and the registration is back with its unit, which reads the reason.

    Within UNDO_DAYS, and while nothing builds on the book. Its line in the ledger goes with it, since its number may be
    another's; the history of the volunteer keeps both acts. Raises Incomplete, NotFound, NotPermitted, MovedOn,
    BuiltOn.
    """
    permissions.require(by, 'books.paper_decisions.unconfirm')
    now, is_done = await _to_return(registration_id, reason, version, by)
    if is_done:
        return now
    await require_unmoved(now, version, (CONFIRMED,))
    reason = validation.tidy(reason)
    async with transaction():
        book = await RecordBook.filter(id=now.book_id).select_for_update().get()
        if why := await hindrance(now):
            raise BuiltOn(why)
        await move(now, RETURNED, reason=reason, decided_by_id=by.id, decided_at=dates.now(), book_id=None)
        await BookIssue.filter(book_id=book.id).delete()
        await RecordBook.filter(id=book.id).delete()
        after = await whole(now.id)
        changes = [
            Change(record_books.FIELDS['number'], book.number, ''),
            Change(STATUS, CONFIRMED.label, '取消確認'),
            Change(REASON, '', reason),
        ]
        await note(after, history.REMOVED, changes, by)
        await paper_book_mails.unconfirmed(after)
        await announce(after)
        await _announce_case(after)
    return after


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


async def _to_return(registration_id: int, reason: str, version: int, by: Account) -> tuple[PaperRegistration, bool]:
    """What goes back to its unit, and whether it has by this very act. Raises Incomplete, NotFound, NotPermitted."""
    now = await get(registration_id, by=by)
    if problem := validation.text(REASON.label, reason, most=REASON_LENGTH, needed=True, lines=True):
        raise Incomplete({'reason': problem})
    return now, _is_repeat(now, RETURNED, version, by)


async def _require_decidable(now: PaperRegistration, version: int, by: Account) -> None:
    await require_unmoved(now, version)
    if now.sent_by_id == by.id:
        raise NotPermitted('這件紙本紀錄冊是您送的，不能自己確認。請由另一位志工業務窗口確認。')


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
    await move(now, CONFIRMED, decided_by_id=by.id, decided_at=at, book_id=book.id)
    await BookIssue.create(book=book, kind=book.kind, number=number, by=by, at=at)
    changes = [
        Change(record_books.FIELDS['number'], '', number),
        Change(record_books.FIELDS['kind'], '', book.kind.label),
        Change(FIELDS['issued_on'], '', _day(now)),
        Change(STATUS, now.status.label, CONFIRMED.label),
    ]
    await note(now, history.ADDED, changes, by)
    await announce(now)
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
    return await _refusal(now) or await moved_on(now.id)


def _day(registration: PaperRegistration) -> str:
    return dates.roc(registration.issued_on) if registration.issued_on else FIELDS['waives_issue_date'].label
