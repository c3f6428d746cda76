"""Who is reading a case: 「王專員 正在審」 on every open queue.

The first page that opens a case holds it; the claim is soft: it passes on when that page goes, and anybody may take it
over. Each process renews the rows of its own pages; rows of a process that died are forgotten after a minute.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.connection import get_connection

from db import transaction
from db.choices import ApplicationStatus
from db.models import Account, Application, Presence

from .. import announcements, applications, dates, permissions, validation
from ..announcements import ReadersChanged
from ..cases import deputies
from ..errors import NotFound
from ..repeating import repeating

log = logging.getLogger(__name__)

RENEWED_EVERY = 20.0
FORGOTTEN_AFTER = timedelta(seconds=60)

# One at a time at the readers of a case. The first number is this lock's, the second the application.
_ALONE = 'SELECT pg_advisory_xact_lock(7301, $1)'
# The same, where the case was ever sent to that agency; no row for any other.
_ALONE_AT_OURS = (
    'SELECT id, pg_advisory_xact_lock(7301, id) FROM application WHERE id = $1 AND agency_id = $2 AND round > 0'
)
# Who reads, whoever holds it first. Each page that opens, closes or shows a case asks for some of them.
_PAGES = """
SELECT application_id, account_id, account.name, holds, opened_at, seen_at, presence.id
FROM presence JOIN account ON account.id = account_id
WHERE {} ORDER BY holds DESC, opened_at"""
_OF_CASE = _PAGES.format('application_id = $1')
_OF_OUR_CASE = _PAGES.format(
    'application_id = $1 AND seen_at >= $2 AND EXISTS (SELECT FROM application'
    ' WHERE application.id = application_id AND agency_id = $3 AND round > 0)'
)
_OF_AGENCY = _PAGES.format(
    'seen_at >= $1 AND EXISTS (SELECT FROM application WHERE application.id = application_id'
    ' AND application.agency_id = $2 AND application.status = $3)'
)
_ENTER = (
    'INSERT INTO presence (id, application_id, account_id, opened_at, seen_at, holds)'
    ' VALUES ($1, $2, $3, $4, $5, $6)'
    ' ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at WHERE presence.account_id = excluded.account_id'
)
# The same of a new page, which holds what nobody has open; answers who had it open before.
_ENTER_AS_ONE_MORE = (
    f'WITH before AS ({_OF_CASE}),'  # noqa: S608 -- our own words
    ' entered AS (INSERT INTO presence (id, application_id, account_id, opened_at, seen_at, holds)'
    ' SELECT $2::uuid, $1, $3::int, $4::timestamptz, $4, NOT EXISTS (SELECT FROM before)'
    ' ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at WHERE presence.account_id = excluded.account_id)'
    ' SELECT * FROM before ORDER BY holds DESC, opened_at'
)
# A page goes, if it was not seen since; answers who had the case open, itself included, or nobody where it stays.
_LEAVE = (
    f'WITH before AS ({_OF_CASE}),'  # noqa: S608 -- our own words
    " gone AS (DELETE FROM presence WHERE id = $2 AND seen_at < coalesce($3::timestamptz, 'infinity') RETURNING id)"
    ' SELECT * FROM before WHERE EXISTS (SELECT FROM gone) ORDER BY holds DESC, opened_at'
)
# Whoever has read longest holds what nobody holds.
_HAND_ON = (
    'UPDATE presence SET holds = true WHERE id = (SELECT id FROM presence WHERE application_id = $1'
    ' ORDER BY opened_at, id LIMIT 1) AND NOT EXISTS (SELECT 1 FROM presence WHERE application_id = $1 AND holds)'
)


class _Own(NamedTuple):
    application_id: int
    agency_id: int
    account_id: int
    since: datetime


# The pages of this process.
_pages: dict[UUID, _Own] = {}


@dataclass(frozen=True)
class Reader:
    """Somebody who has the case open, on one page or several; `holds`: it is the one who works on it."""

    name: str
    account_id: int
    holds: bool
    since: datetime


class _Page(NamedTuple):
    application_id: int
    account_id: int
    name: str
    holds: bool
    opened_at: datetime
    seen_at: datetime
    id: UUID


async def enter(application_id: int, page_id: UUID, *, by: Account) -> list[Reader]:
    """The page `page_id` (the caller's own, new) shows the case from now on, until `leave`. Raises NotFound.

    Returns who reads it now. Where that is nobody else than before, as on a second page of the same reader, nobody is
    told. While this process lives, the row is kept alive by `renew_forever`: the page has nothing to do for it.
    """
    permissions.require(by, 'reviews.presence.enter')
    case_id = validation.record_id(application_id)
    if page_id in _pages:
        await leave(page_id)
    async with transaction():
        if not await _rows(_ALONE_AT_OURS, case_id, by.agency_id):
            raise NotFound
        _pages[page_id] = _Own(case_id, by.agency_id or 0, by.id, dates.now())
        at = dates.now()
        before = [*starmap(_Page, await _rows(_ENTER_AS_ONE_MORE, case_id, page_id, by.id, at))]
        own = _Page(case_id, by.id, by.name, not before, at, at, page_id)
        alive = [page for page in before if page.seen_at >= at - FORGOTTEN_AFTER]
        if len(alive) < len(before):
            await Presence.filter(application_id=case_id, seen_at__lt=at - FORGOTTEN_AFTER).delete()
        if is_passed := bool(before) and not any(page.holds for page in alive):
            await _execute(_HAND_ON, case_id)
        if any(page.account_id != by.id for page in alive):
            is_passed |= await _pass_to_deputy(case_id, page_id, by)
        now = _as_readers(await _pages_on(case_id) if is_passed else [*alive, own])
        if now != _as_readers(before):
            await _announce(case_id, by.agency_id or 0, page_id)
    return now


async def leave(page_id: UUID) -> None:
    """The page shows its case no longer: closed, or on to the next. Harmless when it never entered."""
    if known := _pages.pop(page_id, None):
        await _remove(page_id, known.application_id, known.agency_id)


async def take_over(application_id: int, page_id: UUID, *, by: Account) -> None:
    """接手: this page works on the case now; whoever held it reads on. Raises NotFound."""
    application = await _case(application_id, by)
    _pages.setdefault(page_id, _Own(application.id, application.agency_id, by.id, dates.now()))
    async with transaction():
        await _alone(application.id)
        await _execute(_ENTER, page_id, application.id, by.id, dates.now(), dates.now(), False)
        mine = Presence.filter(id=page_id, application_id=application.id, account_id=by.id)
        if await mine.exists():
            await Presence.filter(application_id=application.id, holds=True).update(holds=False)
            await mine.update(holds=True)
        await _announce(application.id, application.agency_id)


async def of_agency(*, by: Account) -> dict[int, list[Reader]]:
    """Who reads which waiting case of the agency: whoever holds it first, then by how long."""
    permissions.require(by, 'reviews.presence.of_agency')
    since = dates.now() - FORGOTTEN_AFTER
    return _by_case(await _rows(_OF_AGENCY, since, by.agency_id, ApplicationStatus.SUBMITTED.value))


async def of(application_id: int, *, by: Account) -> list[Reader]:
    """Who reads this case, the caller included. Raises NotFound."""
    permissions.require(by, 'reviews.presence.of')
    since = dates.now() - FORGOTTEN_AFTER
    if found := await _rows(_OF_OUR_CASE, validation.record_id(application_id), since, by.agency_id):
        return _as_readers(starmap(_Page, found))
    await _case(application_id, by)  # which says why there is nobody
    return []


async def seen(page_ids: Iterable[UUID]) -> None:
    """These pages of this process are still open; what was forgotten of them meanwhile is known again."""
    at = dates.now()
    lost: set[int] = set()
    ids = list(page_ids)
    known = {row.id for row in await Presence.filter(id__in=ids)}
    await Presence.filter(id__in=ids).update(seen_at=at)
    for page_id in ids:
        if page_id not in known and (page := _pages.get(page_id)):
            lost.add(page.application_id)
            await _execute(_ENTER, page_id, page.application_id, page.account_id, page.since, at, False)
    for application in await Application.filter(id__in=list(lost)):
        async with transaction():
            await _alone(application.id)
            await _execute(_HAND_ON, application.id)
            await _announce(application.id, application.agency_id)


async def forget() -> None:
    """Remove what no page has renewed: its process died. What it held passes on."""
    stale = await Presence.filter(seen_at__lt=dates.now() - FORGOTTEN_AFTER).select_related('application')
    for row in stale:
        await _remove(row.id, row.application_id, row.application.agency_id, before=dates.now() - FORGOTTEN_AFTER)


async def renew_forever() -> None:
    """Keep this process's pages alive and forget those of dead processes, until cancelled; then leave in order."""
    try:
        await repeating('presence', RENEWED_EVERY, lambda: seen(list(_pages)), forget)
    finally:
        try:
            for page_id in list(_pages):
                await leave(page_id)
        except Exception:
            log.exception('presence: pages could not leave; they are forgotten in a minute')


async def _case(application_id: int, by: Account) -> Application:
    permissions.require(by, 'reviews.presence')
    return await applications.known(application_id, by=by)


def _by_case(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Reader]]:
    found: dict[int, list[_Page]] = {}
    for page in starmap(_Page, rows):
        found.setdefault(page.application_id, []).append(page)
    return {application_id: _as_readers(pages) for application_id, pages in found.items()}


async def _pages_on(application_id: int) -> list['_Page']:
    """All that have the case open, those of dead processes too, which other pages may still show."""
    return [*starmap(_Page, await _rows(_OF_CASE, application_id))]


def _as_readers(pages: Iterable['_Page']) -> list[Reader]:
    """Somebody with two pages is one reader: as the first row says, which holds if any does."""
    found: dict[int, Reader] = {}
    for page in pages:
        found.setdefault(page.account_id, Reader(page.name, page.account_id, page.holds, page.opened_at))
    return list(found.values())


async def _remove(page_id: UUID, application_id: int, agency_id: int, before: datetime | None = None) -> None:
    async with transaction():
        await _alone(application_id)
        were = [*starmap(_Page, await _rows(_LEAVE, application_id, page_id, before))]
        left = [page for page in were if page.id != page_id]
        if left and not any(page.holds for page in left):
            await _execute(_HAND_ON, application_id)
            left = await _pages_on(application_id)
        if _as_readers(left) != _as_readers(were):
            await _announce(application_id, agency_id, None if before else page_id)


async def _pass_to_deputy(application_id: int, page_id: UUID, by: Account) -> bool:
    """What somebody who is away has left open is in the hands of the deputy who opens it; whether that was so."""
    stood = [one.absent.id for one in (await deputies.standing(by.agency_id)).values() if one.deputy.id == by.id]
    left_open = Presence.filter(application_id=application_id, holds=True, account_id__in=stood)
    if not stood or not await left_open.update(holds=False):
        return False
    await Presence.filter(id=page_id).update(holds=True)
    return True


async def _alone(application_id: int) -> None:
    await _execute(_ALONE, application_id)


async def _execute(sql: str, *values: object) -> None:
    await get_connection('default').execute_query(sql, list(values))


async def _rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
    _, rows = await get_connection('default').execute_query(sql, list(values))
    return [tuple(row) for row in rows]


async def _announce(application_id: int, agency_id: int, page_id: UUID | None = None) -> None:
    """`page_id`: the page that has come or gone by this, and knows it already."""
    await announcements.announce(ReadersChanged(application_id, agency_id, str(page_id or '')))
