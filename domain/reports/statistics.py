"""審核統計: turnaround, share in time, share approved in the first round, and the reasons for corrections.

A round begins with 送審 and ends with the agency's next act; rounds that end in the given days are counted. One that
still runs though its day is over counts as not in time, from the day after. An agency reads its own figures by unit, a
unit its own by agency. No figure names a person.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tortoise.connection import get_connection

from db.choices import CorrectionReason, Role
from db.models import Account

from .. import dates, permissions, printouts
from ..printouts import odf
from ..printouts.odf import Cell, Share, Sheet

# The rounds of one side that ended from $2 until before $3, or are overdue since ($4: today): in all, by month and by
# the other side; {side} and {other} are columns named below, {within} the cases of a team. A step of 送審 knows its
# answer, so nothing else is read.
_SUMS = """
WITH counted AS (
    SELECT {other} AS other_id, round, answer, extract(epoch FROM answered_at - at) / 86400 AS days,
           (answered_at AT TIME ZONE 'Asia/Taipei')::date AS answered_on, due_on
    FROM application_step
    WHERE {side} = $1{within} AND status = 'submitted' AND answer IN ('returned', 'approved', 'rejected')
      AND answered_at >= $2 AND answered_at < $3
    UNION ALL
    SELECT {other}, round, NULL, NULL, due_on + 1, due_on
    FROM application_step
    WHERE {side} = $1{within} AND status = 'submitted' AND answer IS NULL AND due_on < $4
      AND due_on >= ($2 AT TIME ZONE 'Asia/Taipei')::date - 1 AND due_on < ($3 AT TIME ZONE 'Asia/Taipei')::date - 1
)
SELECT grouping(month, other.name) AS level, coalesce(month, other.name, '') AS name,
       count(*) AS judged, count(answer) AS decided, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
       count(*) FILTER (WHERE due_on IS NULL OR answered_on <= due_on) AS in_time,
       count(answer) FILTER (WHERE round = 1) AS first_rounds,
       count(*) FILTER (WHERE round = 1 AND answer = 'approved') AS first_passes
FROM (SELECT *, to_char(answered_on, 'YYYY-MM') AS month FROM counted) counted JOIN {table} other ON other.id = other_id
GROUP BY GROUPING SETS ((), (month), (other.name)) ORDER BY month, decided DESC, other.name
"""
_IN_ALL, _BY_MONTH, _BY_OTHER = 3, 1, 2
_REASONS = """
WITH returned AS (
    SELECT application_id, {other} AS other_id, max(at) AS at FROM application_step
    WHERE {side} = $1{within} AND status = 'returned' AND at >= $2 GROUP BY 1, 2
)
SELECT other.name AS name, correction.reason, count(*) AS times
FROM returned JOIN correction ON correction.application_id = returned.application_id
     JOIN {table} other ON other.id = other_id
WHERE correction.status <> 'withdrawn' AND correction.raised_at <= returned.at
  AND correction.raised_at >= $2 AND correction.raised_at < $3
GROUP BY 1, 2 ORDER BY times DESC, 2
"""
_SIDES = {
    Role.REVIEWER: {'side': 'agency_id', 'other': 'host_unit_id', 'table': 'host_unit'},
    Role.UNIT_STAFF: {'side': 'host_unit_id', 'other': 'agency_id', 'table': 'agency'},
}


_OF_TEAM = ' AND application_id IN (SELECT id FROM application WHERE team_id = %d)'


@dataclass(frozen=True)
class Line:
    """The rounds of one month, one unit or all. Shares are 0 to 1, None where there are no rounds.

    Of `in_time` those that are overdue and not `decided` are a part, too.
    """

    name: str
    decided: int
    median_days: float | None
    in_time: float | None
    first_pass: float | None


@dataclass(frozen=True)
class Reason:
    """How often cases were returned for a reason, in all and by the other side, the most frequent first."""

    label: str
    times: int
    by_other: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Figures:
    """The figures of a period; `months` in order, `others` are units for an agency and agencies for a unit."""

    first: date
    last: date
    total: Line
    months: Sequence[Line]
    others: Sequence[Line]
    reasons: Sequence[Reason]


async def of(first: date, last: date, *, by: Account) -> Figures:
    """The figures of the rounds answered from `first` to `last`, both included. Raises NotPermitted."""
    permissions.require(by, 'reports.statistics.of')
    office = by.agency_id if by.role == Role.REVIEWER else by.host_unit_id
    # A number of ours. Of one team the unit's steps are read, which are few beside the nation's.
    cases = '' if by.role == Role.REVIEWER or by.team_id is None else _OF_TEAM % by.team_id
    side: dict[str, str] = _SIDES[by.role] | {'within': cases}
    facts = [office, dates.midnight(first), dates.midnight(last + timedelta(days=1))]
    connection = get_connection('default')
    rows = await connection.execute_query_dict(_SUMS.format(**side), [*facts, dates.today()])
    reasons = await connection.execute_query_dict(_REASONS.format(**side), facts)
    lines: dict[int, list[Line]] = defaultdict(list)
    for row in rows:
        lines[row['level']].append(_line(row))
    [total], months = lines[_IN_ALL], [_of_month(one) for one in lines[_BY_MONTH]]
    return Figures(first, last, total, months, lines[_BY_OTHER], _grouped(reasons))


async def export(figures: Figures, *, by: Account) -> bytes:
    """The figures as .ods: the lines on one sheet, the reasons on another."""
    other = '運用單位' if by.role == Role.REVIEWER else '發冊機關'
    await by.fetch_related('agency', 'host_unit')
    office = by.agency or by.host_unit
    lines = [_as_row('全部', figures.total)]
    lines += [_as_row('月份', one) for one in figures.months]
    lines += [_as_row(other, one) for one in figures.others]
    reasons: list[list[Cell]] = [
        [reason.label, name, times]
        for reason in figures.reasons
        for name, times in (('全部', reason.times), *reason.by_other)
    ]
    sheets = [
        Sheet('審核統計', ('項目', '名稱', '審結件次', '審核天數（中位數）', '期限內審結', '一次通過'), lines),
        Sheet('補件原因', ('補件原因', other, '次數'), reasons),
    ]
    subtitle = printouts.below(
        office.name if office else '', f'審結日期 {dates.roc(figures.first)}～{dates.roc(figures.last)}'
    )
    return await asyncio.to_thread(odf.spreadsheet, '紀錄冊審核統計', subtitle, sheets)


def first_of(months: int, last: date) -> date:
    """The first day of a period of so many calendar months, of which `last` is in the last.

    >>> str(first_of(3, date(2026, 1, 15)))
    '2025-11-01'
    """
    index = last.year * 12 + last.month - months
    return date(index // 12, index % 12 + 1, 1)


def format_days(days: float | None) -> str:
    """A number of days with its unit.

    >>> format_days(1.25), format_days(0.04), format_days(None)
    ('1.3 天', '不到 0.1 天', '尚無資料')
    """
    if days is None:
        return '尚無資料'
    return f'{days + 1e-9:.1f} 天' if days >= 0.05 else '不到 0.1 天'


def format_share(share: float | None) -> str:
    """A share as a percentage.

    >>> format_share(2 / 3), format_share(None)
    ('67%', '尚無資料')
    """
    return '尚無資料' if share is None else f'{share:.0%}'


def _line(row: dict[str, Any]) -> Line:
    days = row['median_days']
    return Line(
        name=row['name'],
        decided=row['decided'],
        median_days=None if days is None else float(days),
        in_time=_share(row['in_time'], row['judged']),
        first_pass=_share(row['first_passes'], row['first_rounds']),
    )


def _of_month(line: Line) -> Line:
    year, month = map(int, line.name.split('-'))
    return Line(f'{year - 1911}/{month:02d}', line.decided, line.median_days, line.in_time, line.first_pass)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _grouped(rows: Sequence[dict[str, Any]]) -> list[Reason]:
    by_reason: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in rows:
        by_reason[row['reason']].append((row['name'], row['times']))
    reasons = [
        Reason(reason.label, sum(times for _, times in by_reason[reason]), by_reason[reason])
        for reason in CorrectionReason
        if reason in by_reason
    ]
    return sorted(reasons, key=lambda one: -one.times)


def _as_row(what: str, line: Line) -> list[Cell]:
    days = '' if line.median_days is None else line.median_days
    return [
        what,
        line.name,
        line.decided,
        days,
        *('' if one is None else Share(one) for one in (line.in_time, line.first_pass)),
    ]
