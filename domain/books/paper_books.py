"""紙本紀錄冊: books of the old system. The unit has one registered, the agency confirms it: a book like others.

A registration has no pictures at first where it comes out of a list; whoever confirms sees that they are missing, and
decides. Nobody is made the holder of a book by what stands in 基本資料 alone: that is offered, never taken over.
"""

from collections.abc import Iterable
from typing import Any

from tortoise.exceptions import IntegrityError

from db import transaction
from db.choices import BookStatus, DraftKind
from db.models import Account, Agency, Draft, HostUnit, PaperRegistration, RecordBook, Volunteer

from .. import dates, drafts, permissions, validation
from ..audit import history
from ..audit.history import Change
from ..errors import DomainError, Incomplete, NotFound, NotPermitted
from ..mail import paper_book_mails
from . import paper_details
from .paper_decisions import BuiltOn, NumberTaken, Outcome, confirm, confirm_many, hindrance, send_back, unconfirm
from .paper_details import FIELDS, OPEN, SIDES, PaperBookDetails, number_of, typed_number
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
    waiting_count,
    waiting_like,
    whole,
)
from .paper_moves import RETURNED, STATUS, WAITING, WITHDRAWN, HasBook, announce, move, note, require_unmoved

__all__ = [
    'FIELDS',
    'OPEN',
    'SIDES',
    'BuiltOn',
    'HasBook',
    'NumberTaken',
    'Outcome',
    'PaperBookDetails',
    'RegistrationQuery',
    'confirm',
    'confirm_many',
    'counts',
    'find',
    'get',
    'hindrance',
    'latest_of',
    'may_amend',
    'number_of',
    'offered',
    'open_one_of',
    'opened',
    'same_number',
    'send_back',
    'typed_number',
    'unconfirm',
    'units_waiting',
    'waiting_count',
    'waiting_like',
]


class UnderWay(DomainError):
    """A paper book of the volunteer is being registered already."""

    def __init__(self, registration: PaperRegistration | None) -> None:
        number = f' {number_of(registration)}' if registration else ''
        super().__init__(f'這位志工的紙本紀錄冊{number}已經送請確認，不需要重複登記。請到志工的紀錄冊頁面查看。')


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
            await note(after, history.ADDED, [*changes, Change(STATUS, '', WAITING.label)], by)
            await announce(after)
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
    await require_unmoved(before, version, OPEN)
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
        await move(before, WAITING, **values)
        after = await whole(before.id)
        changes = history.compared(
            FIELDS, paper_details.facts(before), paper_details.facts(after)
        ) + await paper_details.exchanged(old, columns)
        if before.status != WAITING:
            changes.append(Change(STATUS, before.status.label, WAITING.label))
        await note(after, history.AMENDED, changes, by)
        await announce(after, also=before.agency_id)
    return after


async def withdraw(registration: PaperRegistration, *, version: int, by: Account) -> None:
    """撤回: the unit takes back what is not confirmed. Done twice it counts once. Raises NotFound, MovedOn."""
    permissions.require(by, 'books.paper_books.withdraw')
    before = await _own(registration.id, by)
    if before.status == WITHDRAWN:
        return
    await require_unmoved(before, version, OPEN)
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
        await paper_book_mails.wait(agency, unit, by=by)


async def _withdrawn(before: PaperRegistration, by: Account) -> None:
    await move(before, WITHDRAWN, decided_by_id=by.id, decided_at=dates.now())
    await note(before, history.AMENDED, [Change(STATUS, before.status.label, WITHDRAWN.label)], by)
    await announce(before)
