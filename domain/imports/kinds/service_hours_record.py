"""How hours of a file come on record, by COPY, and off it again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from tortoise.connection import get_connection
from tortoise.expressions import Subquery

from db import bulk
from db.choices import Doubt
from db.models import Account, ServiceHours, Volunteer

from ... import dates, permissions
from ...errors import Incomplete
from ...ledgers import SERVICE_HOURS
from ...ledgers.forms import columns
from ..kind import Copied, Row, Written
from ..ready import escaped

_COLUMNS = (
    *('id', 'volunteer_id', 'entered_by_unit_id', 'recorder_id', 'created_at', 'updated_at', 'remarks', 'starts_on'),
    *('ends_on', 'item', 'content', 'minutes', 'persons_served', 'transport_fee', 'meal_fee', 'area'),
)
_KEPT = (*SERVICE_HOURS.fields, 'recorder_id', 'updated_at')
_SAME = (
    'SELECT n.number, h.id FROM unnest($1::int[], $2::int[], $3::date[], $4::date[], $5::text[])'
    ' AS n (number, volunteer_id, starts_on, ends_on, item)'
    ' JOIN service_hours h ON h.volunteer_id = n.volunteer_id AND h.starts_on = n.starts_on'
    ' AND h.ends_on = n.ends_on AND h.item = n.item AND h.entered_by_unit_id = $6 ORDER BY n.number, h.id'
)


_TWICE = (
    'SELECT EXISTS (SELECT 1 FROM service_hours n JOIN service_hours h ON h.volunteer_id = n.volunteer_id'
    ' AND h.starts_on = n.starts_on AND h.ends_on = n.ends_on AND h.item = n.item'
    ' AND h.entered_by_unit_id = n.entered_by_unit_id AND h.id <> n.id'
    ' WHERE n.id BETWEEN $1 AND $2 AND n.created_at = $3 AND n.recorder_id = $4) AS is_there'
)


def is_plain(row: Row) -> bool:
    """Whether it replaces nothing."""
    return not (row.takes and row.doubt == Doubt.DUPLICATE)


def line(row: Row, number: int, owners: Sequence[Any], stamp: str) -> str:
    """A new entry as COPY reads it; `owners` are the unit and the recorder."""
    kept, (unit, recorder) = row.values, owners
    remarks, item, content = escaped(kept['remarks']), escaped(kept['item']), escaped(kept['content'])
    persons, transport, meal = kept['persons_served'] or 0, kept['transport_fee'] or 0, kept['meal_fee'] or 0
    return (
        f'{number}\t{row.about}\t{unit}\t{recorder}\t{stamp}\t{stamp}\t{remarks}\t{kept["starts_on"]}\t{kept["ends_on"]}\t'
        f'{item}\t{content}\t{kept["minutes"]}\t{persons}\t{transport}\t{meal}\t{escaped(kept["area"])}\n'
    )


async def stands(first: int, last: int, stamp: datetime, by: Account) -> bool:
    """Whether all of the new entries are of people of the unit, and none was on record already."""
    seen = Subquery(Volunteer.filter(permissions.visible_to(by)).values('id'))
    new = ServiceHours.filter(id__gte=first, id__lte=last, created_at=stamp, recorder_id=by.id)
    if await new.exclude(volunteer_id__in=seen).exists():
        return False
    [found] = await get_connection('default').execute_query_dict(_TWICE, [first, last, stamp, by.id])
    return not found['is_there']


async def write(rows: Sequence[Row], *, by: Account) -> list[Written]:
    """Rows in the open transaction. Raises Incomplete, by row number, for those that no longer stand."""
    replacing = [row for row in rows if not is_plain(row)]
    plain = [row for row in rows if is_plain(row)]
    await _check(rows, plain, by)
    now = dates.now()
    written = await _insert(plain, now, by)
    # What they replace may stand in the same file, a few rows above.
    known = await _same(replacing, by)
    missing = [row for row in replacing if row.number not in known]
    first_of: dict[tuple[Any, ...], Row] = {}
    for row in missing:
        first_of.setdefault(_key(row), row)
    written += await _insert(list(first_of.values()), now, by)
    known |= await _same([row for row in missing if first_of[_key(row)] is not row], by)
    return written + [await _replace(row, known[row.number], by) for row in replacing if row.number in known]


async def take_back(written: Sequence[Written]) -> dict[int, str]:
    """Undo, the last written first; row number → why it stays."""
    ids = [int(each.record_id) for each in written]
    connection = get_connection('default')
    found = await connection.execute_query_dict(
        'SELECT id, updated_at FROM service_hours WHERE id = ANY($1::int[]) FOR UPDATE', [ids]
    )
    standing = {row['id']: row['updated_at'] for row in found}
    stays: dict[int, str] = {}
    gone: list[int] = []
    for each, number in zip(written, ids, strict=True):
        if number not in standing:
            stays[each.number] = '這筆時數在匯入後已被刪除，沒有可以復原的紀錄。'
        elif standing[number] != _instant(each.stamp):
            stays[each.number] = '這筆時數在匯入後已被修改，所以保留現在的內容。'
        elif each.before is None:
            gone.append(number)
        else:
            before = _from_json(each.before)
            await ServiceHours.filter(id=number).update(**before)
            standing[number] = before['updated_at']
    await connection.execute_query('DELETE FROM service_hours WHERE id = ANY($1::int[])', [gone])
    return stays


async def _check(rows: Sequence[Row], plain: Sequence[Row], by: Account) -> None:
    """What may have changed since the preview: whose people they are, and what is on record. Raises Incomplete."""
    ids = {row.about for row in rows}
    visible = await Volunteer.filter(permissions.visible_to(by), id__in=ids).values_list('id')
    ours = {volunteer_id for (volunteer_id,) in visible}
    wrong = {
        str(row.number): f'這位志工已不在{permissions.place_word(by)}的志工名單，所以沒有寫入。'
        for row in rows
        if row.about not in ours
    }
    for number in await _same(plain, by):
        wrong.setdefault(str(number), '預覽之後已有人登錄同日同項目的時數，所以沒有寫入。請對照志工的「服務時數」頁。')
    if wrong:
        raise Incomplete(wrong)


async def _same(rows: Sequence[Row], by: Account) -> dict[int, int]:
    """Row number → the entry of the unit for the same person, period and item."""
    if not rows:
        return {}
    found = await get_connection('default').execute_query_dict(
        _SAME, [[row.number for row in rows], *map(list, zip(*map(_key, rows), strict=True)), by.host_unit_id]
    )
    return {row['number']: row['id'] for row in found}


def _key(row: Row) -> tuple[int, date, date, str]:
    return row.about, _day(row.values['starts_on']), _day(row.values['ends_on']), row.values['item']


async def _insert(rows: Sequence[Row], now: datetime, by: Account) -> list[Written]:
    if not rows:
        return []
    ids = await bulk.ids('service_hours', len(rows))
    unit, recorder, stamp = by.host_unit_id, by.id, now.isoformat()
    records = []
    for number, row in zip(ids, rows, strict=True):
        kept = row.values
        records.append(
            (
                number,
                row.about,
                unit,
                recorder,
                now,
                now,
                kept['remarks'],
                _day(kept['starts_on']),
                _day(kept['ends_on']),
                kept['item'],
                kept['content'],
                kept['minutes'],
                kept['persons_served'] or 0,
                kept['transport_fee'] or 0,
                kept['meal_fee'] or 0,
                kept['area'],
            )
        )
    await bulk.copy('service_hours', _COLUMNS, records)
    return [Written(row.number, 'ServiceHours', str(number), stamp) for number, row in zip(ids, rows, strict=True)]


async def _replace(row: Row, entry_id: int, by: Account) -> Written:
    entry = await ServiceHours.filter(id=entry_id).select_for_update().get()
    before = {key: _as_json(getattr(entry, key)) for key in _KEPT}
    now = dates.now()
    values = {**row.values, 'starts_on': _day(row.values['starts_on']), 'ends_on': _day(row.values['ends_on'])}
    await ServiceHours.filter(id=entry_id).update(**columns(SERVICE_HOURS, values), recorder_id=by.id, updated_at=now)
    return Written(row.number, 'ServiceHours', str(entry_id), now.isoformat(), before)


@lru_cache(10_000)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(100)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _from_json(before: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(before)
    for key in ('starts_on', 'ends_on'):
        kept[key] = _day(kept[key])
    kept['updated_at'] = _instant(kept['updated_at'])
    return kept


COPIED = Copied('service_hours', _COLUMNS, 'ServiceHours', is_plain, line, stands)
