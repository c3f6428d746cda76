"""尋找: the search in the head of every page, each role over what it may see: name, number, 案號, unit.

An identity number or a number of a book is found whole, a name or a unit by a part. Nobody else's people are looked at:
what is not the asker's own is not there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.expressions import Q, RawSQL, Subquery

from db import sealing
from db.choices import Role
from db.models import Account, Agency, Application, HostUnit, PaperRegistration, RecordBook, Volunteer

from .. import book_numbers, dates, identity_numbers, limits, links, papers, permissions, validation, volunteers
from ..accounts import office_of
from ..cases import case_numbers
from ..cases.worklists import CLOSED
from ..limits import Limit
from ..volunteers import VolunteerQuery, basics, spelling

MOST = 20
MOST_COUNTED = 100  # of each kind
SEARCHES = Limit(
    'searches', 300, timedelta(minutes=10), '10 分鐘內搜尋太多次，請稍候再試。您也可以從清單用篩選找到案件或志工。'
)


@dataclass(frozen=True)
class Hit:
    """One that was found: what it is, its name, what tells it from others, and its page."""

    kind: str
    name: str
    about: str
    address: str


@dataclass(frozen=True)
class Found:
    """The first MOST hits, and how many there are; of cases, units and accounts no more than MOST_COUNTED."""

    hits: list[Hit]
    total: int


async def find(text: object, *, by: Account) -> Found:
    """What the words mean to this account. Raises NotPermitted, limits.Exceeded."""
    permissions.require(by, 'search.find')
    wanted = validation.searched(text)
    if not wanted:
        return Found([], 0)
    await limits.take(SEARCHES, by.id)
    hits, total = [], 0
    for way in _WAYS[by.role]:
        found = await way(wanted, by)
        hits += found.hits
        total += found.total
    return Found(hits[:MOST], total)


async def _cases_of_agency(text: str, by: Account) -> Found:
    cases = Application.filter(agency_id=by.agency_id, round__gt=0).order_by('-updated_at', '-id')
    holders = await Volunteer.filter(await _numbered(text, by)).values_list('id', flat=True)
    ways = [Q(Q(volunteer_id__in=holders), Q(id=case_numbers.read(text) or 0), join_type=Q.OR)]
    if (named := await spelling.anywhere(text)) is not None:
        ways.append(Q(volunteer_id__in=named))
    # Each way goes by an index of its own, and no further than anybody reads.
    ids = {one for way in ways for (one,) in await cases.filter(way).limit(MOST_COUNTED).values_list('id')}
    listed = Application.filter(id__in=ids).order_by('-updated_at', '-id').limit(MOST)
    rows = await listed.select_related('volunteer', 'host_unit')
    then = await papers.names(one.id for one in rows if one.status in CLOSED)
    hits = [_of_case(one, one.host_unit.name, links.case(one.id), then.get(one.id)) for one in rows]
    return Found(hits, min(len(ids), MOST_COUNTED))


async def _numbered(text: str, by: Account) -> Q:
    """Who has this number: of the person, of a book of the agency, or of a book of the old system."""
    number = validation.searched_number(text)
    books = RecordBook.filter(number_key=book_numbers.folded(number))
    if number.isdecimal():
        serial = RawSQL("substring(number from '第([0-9]+)號')")
        books = RecordBook.annotate(serial=serial).filter(serial=number, agency_id=by.agency_id)
    ways = [
        Q(identity_index=sealing.blind_index(identity_numbers.within(text))),
        Q(id__in=await books.values_list('volunteer_id', flat=True)),
        basics.legacy_matching(number),
    ]
    return Q(*ways, join_type=Q.OR)


async def _paper_books_of_agency(text: str, by: Account) -> Found:
    """Paper books that were sent to the agency: by the name, the person's number or the 字第號."""
    asked = PaperRegistration.filter(agency_id=by.agency_id)
    number = validation.searched_number(text)
    ways = [Q(volunteer__identity_index=sealing.blind_index(identity_numbers.within(text)))]
    if number:
        ways.append(Q(number_key=book_numbers.folded(number)))
        ways.append(Q(serial=number[:40]))  # nobody has a longer one, and Tortoise would refuse to ask for it
    if (named := await spelling.anywhere(text)) is not None:
        ways.append(Q(volunteer_id__in=named))
    ids = {one for way in ways for (one,) in await asked.filter(way).limit(MOST_COUNTED).values_list('id')}
    listed = PaperRegistration.filter(id__in=ids).order_by('-sent_at', '-id').limit(MOST)
    rows = await listed.select_related('volunteer', 'host_unit')
    return Found([_of_paper_book(one) for one in rows], min(len(ids), MOST_COUNTED))


def _of_paper_book(one: PaperRegistration) -> Hit:
    number = book_numbers.written(one.series, one.serial)
    about = f'{number}　{one.volunteer.identity_masked}　{one.host_unit.name}　{one.status.label}'
    return Hit('紙本紀錄冊', one.volunteer.name, about, links.review_paper_book(one.id))


async def _units_of_agency(text: str, by: Account) -> Found:
    sent = Application.filter(agency_id=by.agency_id, round__gt=0).values('host_unit_id')
    found = HostUnit.filter(_called(text), id__in=Subquery(sent)).order_by('name')
    units = await found.limit(MOST_COUNTED)
    hits = [
        Hit(
            '運用單位',
            one.name,
            f'電話 {one.phone or "未登錄"}，開啟這個單位的待審案件',
            links.review_queue(unit=one.id),
        )
        for one in units[:MOST]
    ]
    return Found(hits, len(units))


async def _cases_of_unit(text: str, by: Account) -> Found:
    number = case_numbers.read(text)
    cases = Application.filter(id=number or 0, **permissions.place_of(by)).select_related('volunteer', 'agency')
    ours = Volunteer.filter(permissions.visible_to(by))
    hits = []
    for one in await cases:
        is_ours = await ours.filter(id=one.volunteer_id).exists()
        hits.append(
            _of_case(one, one.agency.name, links.application(one.volunteer_id) if is_ours else links.applications())
        )
    return Found(hits, len(hits))


async def _volunteers(text: str, by: Account) -> Found:
    page = await volunteers.find(VolunteerQuery(text=text, per_page=MOST), by=by)
    hits = [Hit('志工', one.name, one.identity_masked, links.basics(one.id)) for one in page.rows]
    return Found(hits, page.total)


async def _accounts(text: str, by: Account) -> Found:
    staff = Account.exclude(role=Role.VOLUNTEER).filter(
        Q(Q(name__icontains=text), Q(username__icontains=text), join_type=Q.OR)
    )
    # Names first, offices then: a word that all accounts have must not fetch the office of each.
    ids = [one for (one,) in await staff.order_by('name', 'id').limit(MOST_COUNTED).values_list('id')]
    rows = await Account.filter(id__in=ids[:MOST]).order_by('name', 'id').select_related('host_unit', 'team', 'agency')
    hits = [
        Hit('帳號', one.name, f'{one.username}　{one.role.label}　{office_of(one)}', links.admin('accounts', one.id))
        for one in rows
    ]
    return Found(hits, len(ids))


async def _offices(text: str, by: Account) -> Found:
    units, agencies = HostUnit.filter(_called(text)), Agency.filter(_called(text))
    hits = [Hit('運用單位', one.name, one.phone, links.admin('units', one.id)) for one in await units.limit(MOST)]
    hits += [Hit('機關', one.name, one.phone, links.admin('agencies', one.id)) for one in await agencies.limit(MOST)]
    return Found(hits, await units.count() + await agencies.count())


def _of_case(case: Application, whose: str, address: str, then: tuple[str, str] | None = None) -> Hit:
    """`then`: name and masked number as they were sent, of a case that ended without a book."""
    name, masked = then or (case.volunteer.name, case.volunteer.identity_masked)
    sent = f'　{dates.roc_instant(case.submitted_at)} 送審' if case.submitted_at else ''
    about = f'{case_numbers.written(case.id)}　{masked}　{whose}　{case.status.label}{sent}'
    return Hit('申請案', name, about, address)


def _called(text: str) -> Q:
    spellings: list[Any] = [Q(name__icontains=one) for one in {text, text.replace('台', '臺')}]
    return Q(*spellings, join_type=Q.OR)


_WAYS: dict[Role, tuple[Callable[[str, Account], Awaitable[Found]], ...]] = {
    Role.UNIT_STAFF: (_cases_of_unit, _volunteers),
    Role.REVIEWER: (_cases_of_agency, _paper_books_of_agency, _units_of_agency),
    Role.ADMINISTRATOR: (_accounts, _offices),
}
