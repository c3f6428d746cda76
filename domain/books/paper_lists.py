"""The registrations of paper books as they are read: who may see which, lists, numbers that are claimed twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tortoise.connection import get_connection
from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from db.choices import AccessKind, BookStatus, RegistrationStatus, Role
from db.models import AccessEntry, Account, PaperRegistration, RecordBook, Volunteer

from .. import book_numbers, dates, permissions, validation
from ..audit import access
from ..errors import NotFound
from ..paging import Page, bounds, counted
from ..volunteers import basics, spelling
from .paper_details import OPEN

WAITING, RETURNED, CONFIRMED, WITHDRAWN = RegistrationStatus
MOST_AT_ONCE = 500
PURPOSE = '確認紙本紀錄冊'
RELATED = ('volunteer', 'host_unit', 'agency__county', 'sent_by', 'decided_by', 'cover', 'last_page', 'book')


@dataclass
class RegistrationQuery:
    """What to look for; None and '' do not filter. `text` is part of a name, or a number. `page` counts from 1."""

    status: RegistrationStatus | None = WAITING
    host_unit_id: int | None = None
    text: str = ''
    page: int = 1
    per_page: int = 25


_HELD = """
SELECT number_key, volunteer_id FROM paper_registration WHERE number_key = ANY ($1) AND status = ANY ($2)
UNION SELECT number_key, volunteer_id FROM record_book WHERE number_key = ANY ($1)
"""


async def get(registration_id: int, *, by: Account) -> PaperRegistration:
    """One registration with all that belongs to it. Raises NotFound."""
    found = visible(by).filter(id=validation.record_id(registration_id))
    registration = await found.select_related(*RELATED).first()
    if registration is None:
        raise NotFound
    return registration


async def opened(registration_id: int, *, by: Account) -> PaperRegistration:
    """The same for the reviewer's page; that it was opened is noted for the volunteer, once in half an hour."""
    permissions.require(by, 'books.paper_lists.opened')
    registration = await get(registration_id, by=by)
    lately = dates.now() - access.ONE_LOOK
    looks = AccessEntry.filter(volunteer_id=registration.volunteer_id, by_id=by.id, kind=AccessKind.PAPER_BOOK)
    if not await looks.filter(at__gte=lately).exists():
        await access.note(registration.volunteer, AccessKind.PAPER_BOOK, PURPOSE, by=by)
    return registration


async def open_one_of(volunteer: Volunteer, *, by: Account) -> PaperRegistration | None:
    """The registration of this volunteer that is not confirmed yet, if `by` may see it."""
    return await visible(by).filter(volunteer_id=volunteer.id, status__in=OPEN).select_related(*RELATED).first()


async def latest_of(volunteer: Volunteer, *, by: Account) -> PaperRegistration | None:
    """The last registration of this volunteer that was not withdrawn, if `by` may see it."""
    kept = visible(by).filter(volunteer_id=volunteer.id).exclude(status=WITHDRAWN)
    return await kept.select_related(*RELATED).order_by('-id').first()


def may_amend(registration: PaperRegistration, *, by: Account) -> bool:
    """Whether it is the account's unit that has this registered."""
    is_ours = permissions.may(by, 'books.paper_lists.may_amend') and registration.host_unit_id == by.host_unit_id
    return is_ours and registration.status in OPEN


async def find(query: RegistrationQuery, *, by: Account) -> Page[PaperRegistration]:
    """Those of the agency, or of the unit; what waits the longest first, what is decided the latest first."""
    found = _asked(query, by)
    number, per_page = bounds(query.page, query.per_page)
    order = ('sent_at', 'id') if query.status == WAITING else ('-sent_at', '-id')
    rows = found.order_by(*order).select_related(*RELATED).offset((number - 1) * per_page).limit(per_page)
    return await counted(await rows, found, number, per_page)


async def waiting_like(query: RegistrationQuery, *, by: Account) -> list[PaperRegistration]:
    """All that wait and are asked for, at most MOST_AT_ONCE, for 確認 of a whole batch."""
    permissions.require(by, 'books.paper_lists.waiting_like')
    found = _asked(replace(query, status=WAITING), by)
    return await found.order_by('sent_at', 'id').limit(MOST_AT_ONCE)


async def units_waiting(*, by: Account) -> list[tuple[int, str, int]]:
    """Of whom paper books wait for the agency: unit, its name, how many."""
    permissions.require(by, 'books.paper_lists.units_waiting')
    waiting = PaperRegistration.filter(agency_id=by.agency_id, status=WAITING).annotate(n=Count('id'))
    grouped = waiting.group_by('host_unit_id', 'host_unit__name').order_by('host_unit__name')
    found = await grouped.values_list('host_unit_id', 'host_unit__name', 'n')
    return [(int(unit), str(name), int(count)) for unit, name, count in found]


async def counts(*, by: Account) -> dict[RegistrationStatus, int]:
    """How many of the agency's, or of the unit's, stand where."""
    permissions.require(by, 'books.paper_lists.counts')
    grouped = _of_side(by).annotate(n=Count('id')).group_by('status')
    found = {status: int(n) for status, n in await grouped.order_by('status').values_list('status', 'n')}
    return {status: found.get(status, 0) for status in RegistrationStatus}


def _of_side(by: Account) -> QuerySet[PaperRegistration]:
    if by.role == Role.REVIEWER:
        return PaperRegistration.filter(agency_id=by.agency_id)
    return PaperRegistration.filter(_sent_by_side_of(by))


def _sent_by_side_of(by: Account) -> Q:
    """What the unit sent; for a clerk of one team only of the people of that team."""
    sent = Q(host_unit_id=by.host_unit_id or 0)
    return sent if by.team_id is None else Q(sent, volunteer_id__in=permissions.people_of(by))


def _asked(query: RegistrationQuery, by: Account) -> QuerySet[PaperRegistration]:
    permissions.require(by, 'books.paper_lists')
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
    asked = [one for one in registrations if one.status in OPEN]
    if not asked:
        return {}
    keys, states = {one.number_key for one in asked}, [status.value for status in OPEN]
    held: dict[str, set[int]] = {}
    for row in await get_connection('default').execute_query_dict(_HELD, [list(keys), states]):
        held.setdefault(row['number_key'], set()).add(row['volunteer_id'])
    counts = {one.id: len(held.get(one.number_key, set()) - {one.volunteer_id}) for one in asked}
    return {number: others for number, others in counts.items() if others}


async def offered(*, by: Account, text: str = '', page: int = 1, per_page: int = 25) -> Page[Volunteer]:
    """Who of the unit has a 舊制紀錄冊號 in 基本資料, and neither a book nor a registration that is open."""
    permissions.require(by, 'books.paper_lists.offered')
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
    return await counted(await rows, named, number, per_page)


def visible(by: Account) -> QuerySet[PaperRegistration]:
    """A unit sees those it sent and those of its people, an agency those sent to it, a volunteer the own."""
    if by.role == Role.REVIEWER:
        return PaperRegistration.filter(agency_id=by.agency_id or 0)
    if by.role == Role.UNIT_STAFF:
        theirs = Q(volunteer_id__in=permissions.people_of(by))
        return PaperRegistration.filter(Q(theirs, _sent_by_side_of(by), join_type=Q.OR))
    return PaperRegistration.filter(
        volunteer_id__in=Subquery(Volunteer.filter(permissions.visible_to(by)).values('id'))
    )


async def whole(registration_id: int) -> PaperRegistration:
    return await PaperRegistration.get(id=registration_id).select_related(*RELATED)
