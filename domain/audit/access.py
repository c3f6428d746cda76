"""誰看過我的資料: who opened personal data of whom, what, and for what purpose (個人資料保護法施行細則 §12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.connection import get_connection

from db.choices import AccessKind, LogAct
from db.models import Account, Volunteer

from .. import dates, permissions, validation
from ..errors import Incomplete, NotFound
from ..paging import Page, bounds
from . import log, reads
from .history import place_of

REASON_LENGTH = 120
# A page that stays open reads again and again what it shows; that is one look.
ONE_LOOK = timedelta(minutes=30)
# As the log calls it.
ACTS = {
    AccessKind.IDENTITY_NUMBER: LogAct.REVEALED,
    AccessKind.CASE: LogAct.READ_CASE,
    AccessKind.PAPER_BOOK: LogAct.READ_CASE,
    AccessKind.RECORD_BOOK: LogAct.READ_PRINT,
    AccessKind.TRAINING_LIST: LogAct.READ_PRINT,
    AccessKind.ROSTER: LogAct.READ_PRINT,
    AccessKind.CONSOLIDATED: LogAct.READ_PROFILE,
    AccessKind.ENROLMENT: LogAct.LOOKUP_HIT,
    AccessKind.DUPLICATE: LogAct.LOOKUP_HIT,
    AccessKind.CLOSED_RECORD: LogAct.REVEALED,
}


# What the volunteer reads of the log: who has seen something. That somebody has tried a number, and was shown nothing,
# is none of it; what was shown then has an entry with its reason.
LOOKS = (
    *(act for act in LogAct if act.name.startswith('READ_')),
    LogAct.REVEALED,
    LogAct.EXPORTED,
)
_INSERT = """
    INSERT INTO access_entry (from_unit, at, by_id, by_name, kind, what, reason, volunteer_id)
    SELECT COALESCE((SELECT name FROM host_unit WHERE id = $1), (SELECT name FROM agency WHERE id = $2), $3::text),
        $4, $5, $6, $7, $8, $9, one
    FROM unnest($10::int[]) AS one
"""
# With a reason from here, without from the log, which has the first ones too: those are of the same instant.
_LOOKS = """
    SELECT 'a' || id AS key, at, by_id, by_name, from_unit, '' AS act, what, reason, 1 AS about_count
    FROM access_entry WHERE volunteer_id = $1 AND by_id <> $2
    UNION ALL
    SELECT 'l' || id, at, by_id, by_name, from_unit, act, what, reason, about_count
    FROM log_entry WHERE about @> ARRAY[$1::bigint] AND by_id <> $2 AND act = ANY($3::text[])
    AND NOT EXISTS (SELECT FROM access_entry told
        WHERE told.volunteer_id = $1 AND told.at = log_entry.at AND told.by_id = log_entry.by_id)
"""
_PAGE = 'WITH looks AS ({}) SELECT *, count(*) OVER () AS found FROM looks ORDER BY at DESC, key LIMIT $4 OFFSET $5'
_COUNT = 'WITH looks AS ({}) SELECT count(*) AS found FROM looks WHERE $4::timestamptz IS NULL OR at >= $4'


@dataclass(frozen=True)
class Look:
    """Who saw what, when and what for, as the volunteer reads it."""

    key: str
    at: datetime
    by_name: str
    from_unit: str
    what: str
    reason: str


def problem(reason: object) -> str | None:
    """What is wrong with a purpose."""
    return validation.text('查詢目的', reason, most=REASON_LENGTH, needed=True)


async def note(volunteer: Volunteer, kind: AccessKind, reason: str, *, by: Account, what: str = '') -> None:
    """Write down, before it is shown, that `by` sees this of the volunteer. Raises Incomplete without a reason.

    `what`: how the volunteer reads it, where the label of `kind` says too little.
    """
    await note_each([volunteer], kind, reason, by=by, what=what)


async def note_each(
    volunteers: Iterable[Volunteer], kind: AccessKind, reason: str, *, by: Account, what: str = ''
) -> None:
    """The same of many at once."""
    if sentence := problem(reason):
        raise Incomplete({'reason': sentence})
    people = [volunteer.id for volunteer in volunteers]
    if not people:
        return
    at, words = dates.now(), what or kind.label
    written = [*place_of(by), at, by.id, by.name, kind.value, words, validation.tidy(reason), people]
    await get_connection('default').execute_query(_INSERT, written)
    await log.note(ACTS[kind], by=by, about=people, what=words, reason=reason, at=at)
    reads.told(people)


async def of(volunteer: Volunteer, *, by: Account, page: int = 1, per_page: int = 10) -> Page[Look]:
    """Who has looked, the newest first, for the volunteer alone. Raises NotFound."""
    _require_oneself(volunteer, by)
    number, per_page = bounds(page, per_page)
    rows = await get_connection('default').execute_query_dict(
        _PAGE.format(_LOOKS),
        [*_asked(volunteer, by), per_page, (number - 1) * per_page],
    )
    total = rows[0].pop('found') if rows else 0
    if not rows and number > 1:
        total = await count(volunteer, by=by)
    return Page([_look(row) for row in rows], total, number, per_page)


async def count(volunteer: Volunteer, *, by: Account, since: datetime | None = None) -> int:
    """How often somebody has looked, in all or from `since` on. Raises NotFound."""
    _require_oneself(volunteer, by)
    [row] = await get_connection('default').execute_query_dict(
        _COUNT.format(_LOOKS),
        [*_asked(volunteer, by), since],
    )
    return int(row['found'])


def _require_oneself(volunteer: Volunteer, by: Account) -> None:
    if not permissions.may(by, 'audit.access.of') or by.volunteer_id != volunteer.id:
        raise NotFound


def _asked(volunteer: Volunteer, by: Account) -> list[Any]:
    return [volunteer.id, by.id, [act.value for act in LOOKS]]


def _look(row: dict[str, Any]) -> Look:
    people, what = row['about_count'], row['what']
    if people > 1:
        what = f'出現在「{what or "清單"}」的名單（{people} 人）'
    act = next((act.label for act in LogAct if act.value == row['act']), '')
    return Look(row['key'], row['at'], row['by_name'], row['from_unit'], what or act, row['reason'])
