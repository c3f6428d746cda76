"""批次維護作業: many entries of a tab at one stroke, and back. The batch notes the history, once a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.connection import get_connection

from db.models import Account, Volunteer

from .. import announcements, dates, permissions
from ..announcements import VolunteerChanged
from ..errors import Incomplete
from .forms import Entry, Ledger, columns, problems

GONE = '這位志工已不在您的單位，所以沒有匯入。'
MOVED_ON = '這筆紀錄在匯入之後又有異動，所以保留。'


@dataclass(frozen=True)
class Wanted:
    """Values for a new entry of the volunteer, or instead of those of the unit's entry `replaces`."""

    volunteer_id: int
    values: Mapping[str, Any]
    replaces: int = 0


@dataclass(frozen=True)
class Kept:
    """The entry, and as JSON what it said before, None for a new one."""

    entry: Entry
    before: Mapping[str, Any] | None


async def write(ledger: Ledger, several: Sequence[Wanted], *, by: Account) -> list[Kept]:
    """Add and replace, in the caller's transaction, all or none.

    Raises Incomplete, whose problems have the place in `several`, from 0, as their key.
    """
    permissions.require(by, 'ledgers.batches.write')
    replaced = await _own(ledger, [one.replaces for one in several if one.replaces], by)
    await _check(ledger, several, replaced, by)
    ids = await _new_ids(ledger, len(several))
    made: list[Any] = []
    written: list[Kept] = []
    for one, new_id in zip(several, ids, strict=True):
        if one.replaces:
            entry = replaced[one.replaces]
            before = as_json(ledger, entry)
            entry.update_from_dict(columns(ledger, one.values) | {'recorder_id': by.id})
            await entry.save()
            written.append(Kept(entry, before))
        else:
            owners = {'volunteer_id': one.volunteer_id, 'entered_by_unit_id': by.host_unit_id, 'recorder_id': by.id}
            made.append(ledger.model(id=new_id, **owners, **columns(ledger, one.values)))
            written.append(Kept(made[-1], None))
    await ledger.model.bulk_create(made, batch_size=1000)
    await announcements.announce_each(VolunteerChanged(one) for one in {each.volunteer_id for each in several})
    return written


async def take_back(
    ledger: Ledger, several: Sequence[tuple[int, str, Mapping[str, Any] | None]], *, by: Account
) -> dict[int, str]:
    """Undo: of each entry its id, its `stamp` after writing, and what it said before; id → why it stays."""
    permissions.require(by, 'ledgers.batches.take_back')
    there = await _own(ledger, [entry_id for entry_id, _, _ in several], by)
    stays = {one: MOVED_ON for one, as_written, _ in several if one in there and stamp(there[one]) != as_written}
    going: list[int] = []
    for entry_id, _, before in several:
        entry = there.get(entry_id)
        if entry is None or entry_id in stays:
            continue
        if before is None:
            going.append(entry_id)
        else:
            entry.update_from_dict(from_json(ledger, before) | {'recorder_id': by.id})
            await entry.save()
    await ledger.model.filter(id__in=going).delete()
    people = {entry.volunteer_id for entry_id, entry in there.items() if entry_id not in stays}
    await announcements.announce_each(VolunteerChanged(one) for one in people)
    return stays


def stamp(entry: Entry) -> str:
    """Another text after each change."""
    return entry.updated_at.astimezone(dates.TAIPEI).isoformat()


def as_json(ledger: Ledger, entry: Entry) -> dict[str, Any]:
    """What the entry says, days in ISO form."""
    values = {key: getattr(entry, key) for key in ledger.fields}
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def from_json(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same the other way."""
    days = {key for key, field in ledger.fields.items() if field.kind == 'day'}
    return {
        key: date.fromisoformat(value) if key in days and isinstance(value, str) and value else value
        for key, value in values.items()
    }


async def _own(ledger: Ledger, ids: Sequence[int], by: Account) -> dict[int, Any]:
    """The unit's entries, locked until the transaction ends."""
    found: Any = ledger.model.filter(id__in=list(ids), entered_by_unit_id=by.host_unit_id)
    return {entry.id: entry for entry in await found.select_for_update()}


async def _check(ledger: Ledger, several: Sequence[Wanted], replaced: Mapping[int, Entry], by: Account) -> None:
    ids = list({one.volunteer_id for one in several})
    ours: set[Any] = {*await Volunteer.filter(permissions.visible_to(by), id__in=ids).values_list('id', flat=True)}
    wrong: dict[str, str] = {}
    for place, one in enumerate(several):
        if one.volunteer_id not in ours:
            wrong[str(place)] = GONE
        elif one.replaces and one.replaces not in replaced:
            wrong[str(place)] = f'要取代的{ledger.title}已經刪除。請重新檢查這份檔案。'
        elif found := problems(ledger, one.values):
            wrong[str(place)] = next(iter(found.values()))
    if wrong:
        raise Incomplete(wrong)


async def _new_ids(ledger: Ledger, many: int) -> list[int]:
    """Numbers for new entries: written in heaps, none is told by the database."""
    statement = 'SELECT nextval(pg_get_serial_sequence($1, $2)) AS id FROM generate_series(1, $3::int)'
    rows = await get_connection('default').execute_query_dict(statement, [ledger.model.Meta.table, 'id', many])
    return [int(row['id']) for row in rows]
