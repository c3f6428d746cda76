"""異動紀錄: who changed what from what to what, when, from which unit.

Services note a change in the transaction that makes it. Values stand as people read them; identity numbers masked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from db.choices import Choice, HistoryAction, Role, Section
from db.models import Account, Agency, HistoryEntry, HostUnit, Volunteer

from .. import dates, permissions, validation
from ..errors import NotFound
from ..fields import Field
from ..paging import Page, bounds

__all__ = ['ADDED', 'AMENDED', 'REMOVED', 'REPLACED', 'Change', 'Page', 'compared', 'describe', 'note', 'of', 'unit_of']

ADDED, AMENDED, REMOVED, REPLACED = HistoryAction


@dataclass(frozen=True)
class Change:
    """A field and its two values as people read them; '' is nothing. The files are ids of stored files."""

    field: Field
    old: str
    new: str
    old_file: UUID | None = None
    new_file: UUID | None = None


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
    if not changes:
        return
    at, unit = dates.now(), await unit_of(by)
    await HistoryEntry.bulk_create(
        HistoryEntry(
            volunteer_id=volunteer.id,
            at=at,
            by_id=by.id,
            by_name=by.name,
            from_unit=unit,
            section=section,
            subject=subject[:120],
            action=REPLACED if change.old_file and change.new_file else action,
            field=change.field.key,
            label=change.field.label,
            old=change.old,
            new=change.new,
            old_file=change.old_file,
            new_file=change.new_file,
        )
        for change in changes
    )


async def of(volunteer: Volunteer, *, by: Account, page: int = 1, per_page: int = 10) -> Page[HistoryEntry]:
    """The newest first, of all units: they keep the record together. Raises NotFound."""
    if not await Volunteer.filter(permissions.visible_to(by), id=validation.record_id(volunteer.id)).exists():
        raise NotFound
    number, per_page = bounds(page, per_page)
    entries = HistoryEntry.filter(volunteer_id=volunteer.id)
    rows = await entries.offset((number - 1) * per_page).limit(per_page)
    return Page(rows, await entries.count(), number, per_page)


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
    return '志工本人' if account.role == Role.VOLUNTEER else account.role.label
