"""The six simple tabs: their entries are listed, added, amended and removed; `forms` describes each tab.

The record of a volunteer is one, so every unit that may see the person reads all entries; an entry is amended and
removed by the unit that made it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import RawSQL, Subquery
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import HistoryAction
from db.models import Account, County, HistoryEntry, Volunteer

from .. import announcements, dates, permissions, validation
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..errors import Incomplete, MovedOn, NotFound, NotPermitted
from ..paging import Page, bounds, counted
from .forms import LEDGERS, SERVICE_HOURS, Entry, Ledger, LedgerField, columns, describe, problems

__all__ = ['LEDGERS', 'SERVICE_HOURS', 'Entry', 'Ledger', 'LedgerField', 'describe', 'problems']

_SERVED = {
    'minutes': RawSQL('(SELECT sum(minutes) FROM service_hours WHERE volunteer_id = volunteer.id)'),
    'persons': RawSQL('(SELECT sum(persons_served) FROM service_hours WHERE volunteer_id = volunteer.id)'),
}


@dataclass(frozen=True)
class Served:
    """All 服務時數 of a volunteer together, for whatever unit."""

    minutes: int
    persons: int


async def entries(
    ledger: Ledger, volunteer: Volunteer, *, by: Account, page: int = 1, per_page: int = 10
) -> Page[Entry]:
    """One page of the entries, newest first, with unit and recorder. Raises NotFound."""
    number, per_page = bounds(page, per_page)
    every: Any = ledger.model.filter(volunteer_id__in=Subquery(_visible(volunteer.id, by).values('id')))
    newest_first = every.order_by(*(f'-{name}' for name in ledger.model.Meta.ordering))
    rows = (
        await newest_first.offset((number - 1) * per_page).limit(per_page).select_related('entered_by_unit', 'recorder')
    )
    if not rows:  # there is none, or it is not the account's business
        await _require_seen(volunteer.id, by)
    return await counted(rows, every, number, per_page)


async def served(volunteer: Volunteer, *, by: Account) -> Served:
    """What the entries of 服務時數 add up to. Raises NotFound."""
    found: Any = await _visible(volunteer.id, by).annotate(**_SERVED).values_list(*_SERVED)
    if not found:
        raise NotFound
    [(minutes, persons)] = found
    return Served(minutes or 0, persons or 0)


async def get(ledger: Ledger, entry_id: int, *, by: Account) -> Entry:
    """One entry with volunteer, unit and recorder. Raises NotFound."""
    found: Any = ledger.model.filter(id=validation.record_id(entry_id))
    entry: Entry | None = await found.select_related('volunteer', 'entered_by_unit', 'recorder').first()
    if entry is None:
        raise NotFound
    await _seen(entry.volunteer_id, by)
    return entry


async def add(ledger: Ledger, volunteer: Volunteer, values: Mapping[str, Any], *, by: Account) -> Entry:
    """A new entry of the account's unit. Raises Incomplete, NotFound."""
    permissions.require(by, 'ledgers.add')
    known = await _seen(volunteer.id, by)
    counties = await _counties(ledger)
    _check(ledger, values, counties)
    async with transaction():
        entry: Entry = await ledger.model.create(
            volunteer_id=known.id,
            entered_by_unit_id=by.host_unit_id,
            recorder_id=by.id,
            **columns(ledger, values),
        )
        await _note(ledger, history.ADDED, known, {}, _facts(ledger, entry, counties), by)
    return entry


async def amend(
    ledger: Ledger, entry_id: int, values: Mapping[str, Any], *, by: Account, seen: datetime | None = None
) -> Entry:
    """Give an entry of one's own unit these values. `seen`: its `updated_at` when the form was opened.

    Raises Incomplete, NotFound, NotPermitted, MovedOn when a colleague amended it after `seen`.
    """
    permissions.require(by, 'ledgers.amend')
    counties = await _counties(ledger)
    async with transaction():
        entry = await _own(ledger, entry_id, by)
        _check(ledger, values, counties)
        if seen is not None and entry.updated_at != seen:
            told = await _amended(ledger, entry, seen)
            raise MovedOn(f'{told}，還沒有儲存您的修改。請重新整理頁面，看過最新的資料後再儲存；您填的內容會留著。')
        before = _facts(ledger, entry, counties)
        entry.update_from_dict(columns(ledger, values))
        after = _facts(ledger, entry, counties)
        if before != after:
            entry.recorder_id = by.id
            await entry.save()
            await _note(ledger, history.AMENDED, await _seen(entry.volunteer_id, by), before, after, by)
    return entry


async def remove(ledger: Ledger, entry_id: int, *, by: Account, seen: datetime | None = None) -> None:
    """Take an entry of one's own unit off the record; what it said stays in the history.

    `seen` as for `amend`. Raises NotFound, NotPermitted, MovedOn.
    """
    permissions.require(by, 'ledgers.remove')
    counties = await _counties(ledger)
    async with transaction():
        entry = await _own(ledger, entry_id, by)
        if seen is not None and entry.updated_at != seen:
            told = await _amended(ledger, entry, seen)
            raise MovedOn(f'{told}，所以沒有刪除。畫面已更新，請看過目前的內容；仍要刪除，請再按一次「刪除」。')
        await _note(
            ledger, history.REMOVED, await _seen(entry.volunteer_id, by), _facts(ledger, entry, counties), {}, by
        )
        await entry.delete()


async def _amended(ledger: Ledger, entry: Entry, seen: datetime) -> str:
    """Who has changed the entry since, when, and what."""
    recorder = await Account.get(id=entry.recorder_id)
    noted = HistoryEntry.filter(volunteer_id=entry.volunteer_id, section=ledger.section, at__gt=seen)
    labels = dict.fromkeys([label for (label,) in await noted.order_by('id').limit(20).values_list('label')])
    what = f'修改（{"、".join(labels)}）' if labels else '修改'
    return f'這筆{ledger.title}已由{recorder.name}於 {dates.roc_instant(entry.updated_at)} {what}'


def may_amend(entry: Entry, *, by: Account) -> bool:
    """Whether the account's unit made this entry; others only read it."""
    return permissions.may(by, 'ledgers.may_amend') and entry.entered_by_unit_id == by.host_unit_id


def values_of(ledger: Ledger, entry: Entry) -> dict[str, Any]:
    """What a form begins with."""
    return {key: getattr(entry, key) for key in ledger.fields}


def _visible(volunteer_id: int, by: Account) -> QuerySet[Volunteer]:
    return Volunteer.filter(permissions.visible_to(by), id=validation.record_id(volunteer_id))


async def _require_seen(volunteer_id: int, by: Account) -> None:
    if not await _visible(volunteer_id, by).exists():
        raise NotFound


async def _seen(volunteer_id: int, by: Account) -> Volunteer:
    known = await _visible(volunteer_id, by).first()
    if known is None:
        raise NotFound
    return known


async def _own(ledger: Ledger, entry_id: int, by: Account) -> Entry:
    """The entry, locked until the transaction ends."""
    found: Any = ledger.model.filter(id=validation.record_id(entry_id)).select_for_update()
    entry: Entry | None = await found.first()
    if entry is None:
        raise NotFound
    await _seen(entry.volunteer_id, by)
    if not may_amend(entry, by=by):
        raise NotPermitted(f'這筆{ledger.title}由其他單位登錄，只有該單位可以修改或刪除。')
    return entry


async def _counties(ledger: Ledger) -> dict[str, str]:
    if all(field.kind != 'county' for field in ledger.fields.values()):
        return {}
    return {county.code: county.name for county in await County.all()}


def _check(ledger: Ledger, values: Mapping[str, Any], counties: Mapping[str, str]) -> None:
    wrong = problems(ledger, values)
    for key, field in ledger.fields.items():
        if field.kind == 'county' and key not in wrong and values[key] not in counties:
            wrong[key] = f'請重新選擇{field.label}。'
    if wrong:
        raise Incomplete(wrong)


def _facts(ledger: Ledger, entry: Entry, counties: Mapping[str, str]) -> dict[str, str]:
    """By field, as people read it, for the history."""
    return {key: describe(field, getattr(entry, key), counties) for key, field in ledger.fields.items()}


async def _note(
    ledger: Ledger,
    action: HistoryAction,
    volunteer: Volunteer,
    before: dict[str, str],
    after: dict[str, str],
    by: Account,
) -> None:
    changes: list[Change] = history.compared(ledger.fields, before, after)
    facts = after or before
    # A day of service begins and ends on the same: said once.
    subject = ' '.join(dict.fromkeys(filter(None, (facts[key] for key in ledger.columns[:2]))))
    await history.note(volunteer, ledger.section, action, changes, by=by, subject=subject)
    await announcements.announce(VolunteerChanged(volunteer.id))
