"""Looking up identity numbers of people who are none of one's own: each is written down, and there is a budget.

A number tells whether there is somebody, so numbers must not be tried out in heaps. An account may look up
LOOKUPS_PER_ACCOUNT different numbers in 24 hours, the people of a unit or agency together LOOKUPS_PER_UNIT: more than
anybody types in honest work. Above it nothing is looked at, and the administrators are told once.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import sealing, transaction
from db.choices import AccessKind, LogAct, LookupKind, MembershipStatus
from db.models import Account, IdentityLookup, Membership, Volunteer

from .. import dates, identity_numbers, limits, permissions, settings, validation
from ..accounts import login_lock
from ..audit import access, reads
from ..audit import log as log_of_use
from ..audit.history import unit_of
from ..errors import DomainError
from ..limits import Limit
from ..mail import notices

PERIOD = timedelta(hours=24)

# A unit of 3,000 people, whose file is looked at thirty times.
MOST_IN_FILES = 100_000
_IN_FILES = Limit(
    'numbers of strangers in files of a unit',
    MOST_IN_FILES,
    PERIOD,
    f'貴單位 24 小時內匯入的檔案，最多核對 {MOST_IN_FILES:,} 個還不在名單上的證號，已達上限。'
    '檔案還在，請明天再繼續，或洽系統管理者。',
)

log = logging.getLogger(__name__)


class TooManyTries(DomainError):
    """Too much has been tried out: at one number, or over all numbers."""

    def __init__(self, sentence: str = '這個證號已連續核對 5 次，暫停 15 分鐘。請對照證件，稍後再試。') -> None:
        super().__init__(sentence)


@dataclass(frozen=True)
class InFile:
    """What a file's numbers are to a unit: its own people by number, and numbers of people known elsewhere.

    `held_back`: numbers that were not looked at, since the unit has asked enough; `sentence` says so. `of_other_team`:
    those of `elsewhere` who serve in another team of the unit, where a clerk of one team asks.
    """

    own: Mapping[str, Volunteer]
    elsewhere: frozenset[str] = frozenset()
    held_back: frozenset[str] = frozenset()
    sentence: str = ''
    of_other_team: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Asking:
    """How much an account has looked up in the last 24 hours: different numbers, and those nobody has."""

    account: Account
    office: str
    numbers: int
    misses: int
    is_over: bool
    last_at: datetime


async def of_number(number: object) -> Volunteer | None:
    """The person of this number, whoever may see it."""
    clean = identity_numbers.compact(validation.searched(number))
    with reads.unseen():  # who is then shown, and to whom, is noted there
        return await Volunteer.get_or_none(identity_index=sealing.blind_index(clean)) if clean else None


async def counted(kind: LookupKind, number: object, *, by: Account, reason: str = '') -> Volunteer | None:
    """The person of this number. One's own costs nothing; anybody else counts, found or not. Raises TooManyTries.

    That the number was looked up, and whether there is somebody, is in the log.
    """
    known = await of_number(number)
    found = await _counted(kind, number, known, by)
    act = LogAct.LOOKUP_MISS if known is None else LogAct.LOOKUP_HIT
    await log_of_use.note(act, by=by, about=[known.id] if known else (), what=kind.label, reason=reason)
    return found


async def _counted(kind: LookupKind, number: object, known: Volunteer | None, by: Account) -> Volunteer | None:
    if known is not None and await Volunteer.filter(permissions.visible_to(by), id=known.id).exists():
        return known
    index = sealing.blind_index(identity_numbers.compact(validation.searched(number)))
    most = await _count(kind, index, by, is_hit=known is not None)
    if most:
        raise TooManyTries(
            f'24 小時內最多查 {most} 個不屬於您單位的證號，已達上限，暫停查詢，並已通知系統管理者。'
            '已填的資料都還在；請明天再繼續，或洽系統管理者。'
        )
    return known


async def of_file(numbers: Iterable[str], *, by: Account) -> InFile:
    """The same for all numbers of a file, which a unit of 900 people cannot bring in one by one.

    Somebody known elsewhere counts as if asked for alone, and reads of it. A number that nobody has is what a file of
    new people is full of, and tells little; of those a unit may bring MOST_IN_FILES in 24 hours.
    """
    permissions.require(by, 'volunteers.lookups.of_file')
    indexes = {sealing.blind_index(clean): clean for clean in sorted({*map(identity_numbers.compact, numbers)} - {''})}
    with reads.unseen():
        return await _of_file(indexes, by)


async def _of_file(indexes: Mapping[str, str], by: Account) -> InFile:
    own: dict[str, Volunteer] = {}
    others: list[str] = []
    known: list[int] = []
    beside: set[str] = set()
    for at in range(0, len(indexes), 1000):
        some = list(indexes)[at : at + 1000]
        found = {one.identity_index: one for one in await Volunteer.filter(identity_index__in=some)}
        ids = [one.id for one in found.values()]
        known += ids
        ours: set[Any] = {*await Volunteer.filter(permissions.visible_to(by), id__in=ids).values_list('id', flat=True)}
        own |= {indexes[index]: one for index, one in found.items() if one.id in ours}
        others += [indexes[index] for index, one in found.items() if one.id not in ours]
        if by.team_id is not None:
            of_unit = Membership.filter(host_unit_id=by.host_unit_id, volunteer_id__in=ids)
            there: set[Any] = {
                *await of_unit.exclude(status=MembershipStatus.LEFT).values_list('volunteer_id', flat=True)
            }
            beside |= {indexes[index] for index, one in found.items() if one.id in there - ours}
    asked: list[str] = []
    what = f'檔案中的證號 {len(indexes)} 個'
    await log_of_use.note(LogAct.LOOKUP_HIT if known else LogAct.LOOKUP_MISS, by=by, about=known, what=what)
    try:
        await limits.take(_IN_FILES, by.host_unit_id, len(indexes) - len(own) - len(others))
        for number in others:
            await _counted(LookupKind.DUPLICATE, number, await of_number(number), by)
            asked.append(number)
    except (TooManyTries, limits.Exceeded) as refusal:
        # Neither those that somebody has nor those that nobody has: what is left says nothing.
        left = frozenset(indexes.values()) - own.keys() - frozenset(asked)
        return InFile(own, frozenset(asked), left, str(refusal), frozenset(beside.intersection(asked)))
    return InFile(own, frozenset(asked), of_other_team=frozenset(beside))


async def of_books(keys: Iterable[str], elsewhere: Iterable[str], *, by: Account) -> frozenset[str]:
    """Of the book numbers of a file, folded, those of `elsewhere` that may be told to be somebody's, and not whose.

    Each counts as an identity number that was looked up; what is above the budget is left out.
    """
    permissions.require(by, 'volunteers.lookups.of_books')
    there = sorted(elsewhere)
    told: list[str] = []
    try:
        await limits.take(_IN_FILES, by.host_unit_id, len({*keys}.difference(there)))
    except limits.Exceeded:
        return frozenset()
    for key in there:
        if await _count(LookupKind.DUPLICATE, sealing.keyed('book lookup', key), by, is_hit=True):
            break
        told.append(key)
    return frozenset(told)


async def count_try(number: object, *, by: Account) -> None:
    """Five tries of one unit at one number, right or wrong, in 15 minutes: birth dates cannot be guessed.

    Raises TooManyTries.
    """
    try:
        await login_lock.count(_try_at(number, by))
    except login_lock.SignInLocked:
        raise TooManyTries from None


async def take_back_try(number: object, *, by: Account) -> None:
    """The last try was none at a birth date."""
    await login_lock.take_back(_try_at(number, by))


async def asking(*, by: Account) -> list[Asking]:
    """Who has looked up numbers in the last 24 hours, those over the budget first. For the administrator."""
    permissions.require(by, 'volunteers.lookups.asking')
    rows: dict[int, list[IdentityLookup]] = {}
    for row in await IdentityLookup.filter(at__gt=dates.now() - PERIOD).select_related('by'):
        rows.setdefault(row.by_id, []).append(row)
    found = [await _asking(of_one) for of_one in rows.values()]
    return sorted(found, key=lambda one: (not one.is_over, -one.misses, -one.numbers))


def _try_at(number: object, by: Account) -> str:
    clean = identity_numbers.compact(validation.searched(number))
    return sealing.keyed('join', f'{by.host_unit_id} {clean}')


async def _asking(rows: list[IdentityLookup]) -> Asking:
    account = rows[0].by
    looked = [row for row in rows if not row.is_refused]
    return Asking(
        account=account,
        office=await unit_of(account),
        numbers=len({row.number_index for row in looked}),
        misses=len({row.number_index for row in looked if not row.is_hit}),
        is_over=any(row.is_refused for row in rows),
        last_at=max(row.at for row in rows),
    )


async def _count(kind: LookupKind, index: str, by: Account, *, is_hit: bool) -> int:
    """Write the lookup down; the limit that it is over, or 0. Of many at once each sees the ones before."""
    facts: dict[str, Any] = {'by_id': by.id, 'number_index': index}
    async with transaction():
        await _take_turns(by)
        if await IdentityLookup.filter(at__gt=dates.now() - PERIOD, is_refused=False, **facts).exists():
            return 0
        most, is_over = await _limit(by)
        if is_over:
            await _refuse(kind, by, most, facts)
            return most
        await IdentityLookup.create(kind=kind, at=dates.now(), is_hit=is_hit, **facts)
        known = await Volunteer.get_or_none(identity_index=index) if is_hit else None
        if known is not None and kind == LookupKind.DUPLICATE:
            await access.note(known, AccessKind.DUPLICATE, '登錄志工資料時檢查證號', by=by)
    if not is_hit:
        log.info('account %s looked up a number nobody has', by.id)
    return 0


async def _take_turns(by: Account) -> None:
    office = f'lookup {by.host_unit_id} {by.agency_id}'
    await get_connection('default').execute_query('SELECT pg_advisory_xact_lock(hashtext($1))', [office])


async def _limit(by: Account) -> tuple[int, bool]:
    """The limit that comes first, and whether it is reached."""
    office = settings.current()
    colleagues = Q(by__host_unit_id=by.host_unit_id, by__agency_id=by.agency_id)
    for asked, most in (
        (_recent().filter(by_id=by.id), office.lookups_per_account),
        (_recent().filter(colleagues), office.lookups_per_unit),
    ):
        if await asked.count() >= most:
            return most, True
    return 0, False


def _recent() -> QuerySet[IdentityLookup]:
    return IdentityLookup.filter(at__gt=dates.now() - PERIOD, is_refused=False)


async def _refuse(kind: LookupKind, by: Account, most: int, facts: dict[str, Any]) -> None:
    """Write the refusal down, and tell the administrators of the first in 24 hours."""
    told = IdentityLookup.filter(by_id=by.id, at__gt=dates.now() - PERIOD, is_refused=True)
    if await told.exists():
        return
    await IdentityLookup.create(kind=kind, at=dates.now(), is_refused=True, **facts)
    numbers = await _recent().filter(by_id=by.id).count()
    log.warning('account %s has looked up %s numbers and is stopped', by.id, numbers)
    await notices.lookups_exceeded(by, await unit_of(by), numbers, most)
