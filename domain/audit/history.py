"""異動紀錄: who changed what from what to what, when, from which unit.

Services note a change in the transaction that makes it. Values stand as people read them; identity numbers masked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.queryset import QuerySet

from db.choices import Choice, HistoryAction, Role, Section
from db.models import Account, Agency, HistoryEntry, HostUnit, Volunteer

from .. import dates, permissions, validation
from ..errors import NotFound
from ..fields import Field
from ..paging import Page, bounds, page_of

__all__ = [
    'ADDED',
    'AMENDED',
    'REMOVED',
    'REPLACED',
    'Change',
    'HistoryQuery',
    'Noted',
    'Saving',
    'compared',
    'describe',
    'note',
    'note_each',
    'of',
    'savings',
    'unit_of',
]

# What the entries of one saving have in common.
_STROKE = ('at', 'by_id', 'section', 'subject')
ADDED, AMENDED, REMOVED, REPLACED = HistoryAction

# $1 to $3: `place_of` whoever has done it.
_INSERT = """
    INSERT INTO history_entry (from_unit, at, by_id, by_name, volunteer_id, section, subject, action, field, label,
        old, new, old_file, new_file)
    SELECT COALESCE((SELECT name FROM host_unit WHERE id = $1), (SELECT name FROM agency WHERE id = $2), $3::text),
        $4, $5, $6, entry.*
    FROM unnest($7::int[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
        $15::uuid[], $16::uuid[]) AS entry
"""


@dataclass(frozen=True)
class Change:
    """A field and its two values as people read them; '' is nothing. The files are ids of stored files."""

    field: Field
    old: str
    new: str
    old_file: UUID | None = None
    new_file: UUID | None = None


@dataclass(frozen=True)
class Noted:
    """What happened to one volunteer, among many at once; as the arguments of `note`."""

    volunteer_id: int
    section: Section
    action: HistoryAction
    changes: Sequence[Change]
    subject: str = ''


@dataclass(frozen=True)
class HistoryQuery:
    """The filters of 異動紀錄; None and '' do not filter. `who` is part of a name or of a unit."""

    section: Section | None = None
    who: str = ''
    from_day: date | None = None
    to_day: date | None = None


@dataclass(frozen=True)
class Saving:
    """What was changed at one stroke: the same hand, moment and record."""

    entries: Sequence[HistoryEntry]

    @property
    def first(self) -> HistoryEntry:
        """One of its entries: who, when, and of which record are the same in all."""
        return self.entries[0]


async def note(
    volunteer: Volunteer,
    section: Section,
    action: HistoryAction,
    changes: Sequence[Change],
    *,
    by: Account,
    subject: str = '',
) -> None:
    """Write `changes` down, in the caller's transaction; nothing when there are none.

    `subject` says which entry of `section` it is. A file exchanged for another is always 更換.
    """
    await note_each([Noted(volunteer.id, section, action, changes, subject)], by=by)


async def note_each(noted: Sequence[Noted], *, by: Account) -> None:
    """The same of many volunteers at one stroke: one statement, however many there are."""
    rows = [
        (
            one.volunteer_id,
            one.section.value,
            one.subject[:120],
            (REPLACED if change.old_file and change.new_file else one.action).value,
            change.field.key,
            change.field.label,
            change.old,
            change.new,
            change.old_file,
            change.new_file,
        )
        for one in noted
        for change in one.changes
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        written = [*place_of(by), dates.now(), by.id, by.name, *columns]
        await get_connection('default').execute_query(_INSERT, written)


async def of(volunteer: Volunteer, *, by: Account, page: int = 1, per_page: int = 10) -> Page[HistoryEntry]:
    """The newest first, of all units: they keep the record together. Raises NotFound."""
    number, per_page = bounds(page, per_page)
    await _require_seen(volunteer, by)
    entries = _asked(volunteer, HistoryQuery(), by)
    return await page_of(entries, ('-at', '-id'), number, per_page)


async def savings(
    volunteer: Volunteer, query: HistoryQuery, *, by: Account, page: int = 1, per_page: int = 10
) -> Page[Saving]:
    """What was changed at one stroke stands together, the newest first. Two queries. Raises NotFound."""
    number, per_page = bounds(page, per_page)
    asked = _asked(volunteer, query, by)
    strokes = asked.annotate(last=RawSQL('MAX(id)'), found=RawSQL('COUNT(*) OVER ()')).group_by(*_STROKE)
    listed = (
        await strokes.order_by('-at', '-last').offset((number - 1) * per_page).limit(per_page).values(*_STROKE, 'found')
    )
    together: dict[tuple[Any, ...], list[HistoryEntry]] = {tuple(row[name] for name in _STROKE): [] for row in listed}
    for entry in await HistoryEntry.filter(volunteer_id=volunteer.id, at__in=[row['at'] for row in listed]).order_by(
        'id'
    ):
        together.get(tuple(getattr(entry, name) for name in _STROKE), []).append(entry)
    total = listed[0]['found'] if listed else 0
    if not listed:  # there is nothing, or it is not the account's business
        await _require_seen(volunteer, by)
        total = len(await strokes.values('at')) if number > 1 else 0
    return Page([Saving(entries) for entries in together.values()], total, number, per_page)


def _seen(volunteer: Volunteer, by: Account) -> QuerySet[Volunteer]:
    return Volunteer.filter(permissions.visible_to(by), id=validation.record_id(volunteer.id))


async def _require_seen(volunteer: Volunteer, by: Account) -> None:
    if not await _seen(volunteer, by).exists():
        raise NotFound


def _asked(volunteer: Volunteer, query: HistoryQuery, by: Account) -> QuerySet[HistoryEntry]:
    """What of a volunteer's history was asked for; nothing of one whom the account may not see."""
    entries = HistoryEntry.filter(
        volunteer_id=volunteer.id, volunteer_id__in=Subquery(_seen(volunteer, by).values('id'))
    )
    if section := validation.member(Section, query.section):
        entries = entries.filter(section__in=[each for each in Section if each.label == section.label])
    if isinstance(query.from_day, date):
        entries = entries.filter(at__gte=dates.midnight(query.from_day))
    if isinstance(query.to_day, date):
        entries = entries.filter(at__lt=dates.midnight(query.to_day + timedelta(days=1)))
    if wanted := validation.searched(query.who):
        entries = entries.filter(Q(by_name__icontains=wanted) | Q(from_unit__icontains=wanted))
    return entries


def compared(fields: Mapping[str, Field], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What differs, in the order of `fields`. An empty `before` or `after`: the entry is new, or goes.

    >>> fields = {'name': Field('name', '姓名'), 'sex': Field('sex', '性別')}
    >>> [change] = compared(fields, {'name': '王小明', 'sex': '男'}, {'name': '王大明', 'sex': '男'})
    >>> change.field.label, change.old, change.new
    ('姓名', '王小明', '王大明')
    """
    pairs = ((field, describe(before.get(key)), describe(after.get(key))) for key, field in fields.items())
    return [Change(field, old, new) for field, old, new in pairs if old != new]


def describe(value: object) -> str:
    """A value as people read it.

    >>> describe(date(2026, 3, 8)), describe(date(1909, 5, 1)), describe(True), describe(Role.REVIEWER)
    ('民國 115/03/08', '民國前 3/05/01', '是', '志工業務窗口')
    >>> describe(None), describe(6), describe([Role.REVIEWER, Role.VOLUNTEER])
    ('', '6', '志工業務窗口、志工')
    """
    if value is None:
        return ''
    if isinstance(value, bool):
        return '是' if value else '否'
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, list):
        return '、'.join(map(describe, value))
    if isinstance(value, date) and not isinstance(value, datetime):
        day = dates.roc(value)
        return day if day.startswith('民國') else f'民國 {day}'
    return str(value)


async def unit_of(account: Account) -> str:
    """The name of the unit or agency the account works for."""
    if account.host_unit_id is not None:
        return (await HostUnit.get(id=account.host_unit_id)).name
    if account.agency_id is not None:
        return (await Agency.get(id=account.agency_id)).name
    return _without_place(account)


def place_of(account: Account) -> tuple[int | None, int | None, str]:
    """By which a statement finds the same name: of the unit, else of the agency, else these words."""
    return account.host_unit_id, account.agency_id, _without_place(account)


def _without_place(account: Account) -> str:
    return '志工本人' if account.role == Role.VOLUNTEER else account.role.label
