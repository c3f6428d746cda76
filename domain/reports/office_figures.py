"""志願服務統計: how many volunteers, books and trainings there are, without persons (law.md#age-groups).

The ministry reads all counties with small cells hidden (`small_cells`); a county authority its own units, small cells
and all. Figures stand still for a month: they are those of its first day, so that two looks a day apart tell of nobody.
Whoever serves in several counties, or for a county's several units, counts once in each.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.connection import get_connection

from db import unhurried
from db.choices import LogAct, Role, TrainingKind
from db.models import Account, Agency, County, HostUnit

from .. import dates, permissions, printouts
from ..audit import log
from ..errors import NotFound
from ..printouts import odf
from ..printouts.odf import Cell, Sheet
from . import small_cells

# 年齡 as the ministry groups it (law.md#age-groups): the first age of each group, and its label.
AGES = (
    (0, '未滿12歲'),
    (12, '12-17歲'),
    (18, '18-29歲'),
    (30, '30-49歲'),
    (50, '50-54歲'),
    (55, '55-64歲'),
    (65, '65歲以上'),
)
SEXES = {'male': '男', 'female': '女'}
TOTAL = '合計'

_SERVING = """
WITH serving AS (
    SELECT DISTINCT {line} AS line, volunteer_id FROM membership JOIN host_unit unit ON unit.id = host_unit_id
    WHERE joined_on <= $1 AND (left_on > $1 OR (left_on IS NULL AND membership.status <> 'left')){within}
)
"""
_BY_AGE = """
SELECT 'age' AS what, line,
    (width_bucket(extract(year FROM age($1::date, born_on))::int, ARRAY[{ages}]) - 1)::text AS part, count(*) AS number
FROM serving JOIN volunteer ON volunteer.id = volunteer_id GROUP BY line, part
"""
_WITH_BOOK = """
SELECT 'book', line, sex, count(*) FROM serving JOIN volunteer ON volunteer.id = volunteer_id
WHERE EXISTS (SELECT 1 FROM record_book WHERE record_book.volunteer_id = serving.volunteer_id
    AND record_book.status = 'in_use' AND (issued_on IS NULL OR issued_on <= $1)) GROUP BY line, sex
"""
_TRAINED = """
SELECT 'training', {line}, kind, count(*) FROM training JOIN host_unit unit ON unit.id = trained_for_id
WHERE ends_on <= $1{within} AND ends_on >= {since} GROUP BY {line}, kind
"""
_COUNTED = f'{_SERVING}{_BY_AGE}UNION ALL {_WITH_BOOK}UNION ALL {_TRAINED}'


@dataclass(frozen=True)
class Table:
    """One table: its rows and columns by name, both with the totals last, and what is shown in each cell."""

    title: str
    note: str
    lines: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[int | str]]


@dataclass(frozen=True)
class OfficeFigures:
    """The tables as they stood on the day; `of_lines` says what a row is; `is_protected`: small cells are hidden."""

    on: date
    of_lines: str
    is_protected: bool
    tables: Sequence[Table]


async def of(*, by: Account) -> OfficeFigures:
    """The figures that `by` may read: of all counties, or of the units of the own one. Raises NotPermitted."""
    permissions.require(by, 'reports.office_figures.of')
    is_ministry = by.role == Role.MINISTRY
    lines = await _counties() if is_ministry else await _units(by)
    on = dates.today().replace(day=1) - timedelta(days=1)
    year = on.replace(month=1, day=1)
    how = {
        'line': 'unit.county_id' if is_ministry else 'unit.id::text',
        'within': '' if is_ministry else ' AND unit.county_id = $2',
        'since': '$2' if is_ministry else '$3',
        'ages': ', '.join(str(first) for first, _ in AGES),
    }
    kinds = {kind.value: kind.label for kind in TrainingKind}
    county = [] if is_ministry else [by.county_id]
    with unhurried():
        counted = await _counted(_COUNTED.format(**how), [on, *county, year])
    ages = {str(index): label for index, (_, label) in enumerate(AGES)}
    tables = [
        _table('志工人數', '依年齡', lines, ages, counted['age'], is_ministry),
        _table('領有紀錄冊人數', '依性別', lines, SEXES, counted['book'], is_ministry),
        _table(
            '教育訓練人次',
            f'民國 {dates.roc_year(on)} 年 1 月起，依訓練課程',
            lines,
            kinds,
            counted['training'],
            is_ministry,
        ),
    ]
    await log.note(LogAct.READ_LIST, by=by, what='志願服務統計')
    return OfficeFigures(on, '縣市' if is_ministry else '運用單位', is_ministry, tables)


async def export(*, by: Account) -> bytes:
    """The same tables as .ods, a sheet each; that they were exported is noted."""
    found = await of(by=by)
    await by.fetch_related('county')
    sheets = [
        Sheet(
            f'{table.title}（{table.note}）'[:31],
            (found.of_lines, *table.columns),
            [[name, *map(_cell, cells)] for name, cells in zip(table.lines, table.cells, strict=True)],
        )
        for table in found.tables
    ]
    whose = by.county.name if by.county else '全國'
    hint = f'{small_cells.SMALL} 為 1 到 4，{small_cells.HIDDEN} 為避免推算而隱藏' if found.is_protected else ''
    subtitle = printouts.below(*filter(None, (whose, f'統計至 {dates.roc(found.on)}', hint)))
    await log.note(LogAct.EXPORTED, by=by, what='志願服務統計')
    return await asyncio.to_thread(odf.spreadsheet, '志願服務統計', subtitle, sheets)


@dataclass(frozen=True)
class CountyOffices:
    """運用單位 and 發冊機關 of a county: name, telephone, e-mail, and whether it is open."""

    units: Sequence[tuple[str, str, str, bool]]
    agencies: Sequence[tuple[str, str, str, bool]]


async def county_offices(*, by: Account) -> CountyOffices:
    """The units and agencies of the authority's own county, by name."""
    permissions.require(by, 'reports.office_figures.county_offices')
    county = await County.get_or_none(code=by.county_id)
    if county is None:
        raise NotFound
    units = await HostUnit.filter(county_id=county.code).order_by('name')
    agencies = await Agency.filter(county_id=county.code).order_by('position', 'id')
    today = dates.today()
    return CountyOffices(
        [(one.name, one.phone, one.email, one.is_active) for one in units],
        [(one.name, one.phone, one.email, one.valid_to is None or one.valid_to >= today) for one in agencies],
    )


async def _counties() -> dict[str, str]:
    return dict(await County.all().values_list('code', 'name'))


async def _units(by: Account) -> dict[str, str]:
    units = HostUnit.filter(county_id=by.county_id).order_by('name')
    return {str(unit): str(name) for unit, name in await units.values_list('id', 'name')}


async def _counted(sql: str, values: Sequence[object]) -> dict[str, dict[tuple[str, str], int]]:
    """By table, then by line and column."""
    found: dict[str, dict[tuple[str, str], int]] = {'age': {}, 'book': {}, 'training': {}}
    for row in await get_connection('default').execute_query_dict(sql, list(values)):
        found[row['what']][row['line'], row['part']] = row['number']
    return found


def _table(
    title: str,
    note: str,
    lines: Mapping[str, str],
    columns: Mapping[str, str],
    counted: Mapping[tuple[str, str], int],
    is_protected: bool,
) -> Table:
    cells = [[counted.get((line, column), 0) for column in columns] for line in lines]
    shown: Sequence[Sequence[int | str]]
    if is_protected:
        table = small_cells.protected(cells)
        shown = [[table.shown(row, column) for column in range(len(columns) + 1)] for row in range(len(lines) + 1)]
    else:
        shown = small_cells.with_totals(cells)
    return Table(title, note, (*lines.values(), TOTAL), (*columns.values(), TOTAL), shown)


def _cell(value: int | str) -> Cell:
    return value
