"""審核期限的佐證: the rounds of all cases, each with its period: sent, due, closed, by whom, days used, late or not.

Read from the recorded steps. It names no volunteer and no clerk, only reviewers.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from db.choices import ApplicationStatus
from db.models import Account, Agency, ApplicationStep

from .. import dates, permissions, printouts, validation
from ..accounts import step_up
from ..calendar import office_calendar
from ..calendar.office_calendar import IsOff
from ..errors import Incomplete
from ..paging import Page, bounds, keys_of
from ..printouts.odf import Cell
from .profile_lists import MEDIA_TYPES, LongDocument

TITLE = '紀錄冊審核期限紀錄'
COLUMNS = (
    '案號',
    '送審次別',
    '運用單位',
    '送審時間',
    '期限',
    '審結時間',
    '結果',
    '所用日數',
    '是否逾期',
    '承辦人',
    '暫停日數',
    '期限前提醒',
    '逾期通知主管',
)
OUTCOMES = {
    ApplicationStatus.RETURNED: '通知補件',
    ApplicationStatus.APPROVED: '核可',
    ApplicationStatus.REJECTED: '駁回',
    ApplicationStatus.WITHDRAWN: '單位撤回',
    None: '審核中',
}
# The time and the id of a round in the order of the list; the first one stands beyond this.
Beyond = tuple[datetime | None, int]
_BEGINNING: Beyond = (None, validation.MOST_INT4)
_OF_AGENCY = """application_step WHERE agency_id = $1 AND status = 'submitted'
AND at >= coalesce($2, '-infinity'::timestamptz) AND at < coalesce($3, 'infinity'::timestamptz)"""
# The rounds of agency $1 that were sent from $2 and before $3, the latest first: $4 of them, beyond the round that was
# sent at $5 with the id $6. A round ends with the next step, the pause after it with the step after that; each step
# knows the one after it.
_ROUNDS = """
SELECT step.id, step.application_id, step.at AS submitted_at, step.due_on, step.answered_at AS closed_at,
       step.answer AS outcome,
       (SELECT count(*) FROM application_step earlier WHERE earlier.application_id = step.application_id
        AND earlier.status = 'submitted' AND earlier.id <= step.id) AS number,
       host_unit.name AS unit, coalesce(account.name, '') AS reviewer, step.reminded_at, step.escalated_at,
       answer.answered_at AS resumed_at
FROM (SELECT * FROM {of_agency} AND (at, id) < (coalesce($5, 'infinity'::timestamptz), $6)
      ORDER BY at DESC, id DESC LIMIT $4) step
     JOIN host_unit ON host_unit.id = step.host_unit_id
     LEFT JOIN LATERAL (SELECT by_id, answered_at FROM application_step following
                        WHERE following.application_id = step.application_id AND following.id > step.id
                        ORDER BY following.id LIMIT 1) answer ON true
     LEFT JOIN account ON account.id = answer.by_id
ORDER BY step.at DESC, step.id DESC
"""
_COUNT = 'SELECT count(*) AS rounds FROM {of_agency}'
_SHARES = """
SELECT account.name AS reviewer, count(*) AS closed,
       count(*) FILTER (WHERE (step.answered_at AT TIME ZONE 'Asia/Taipei')::date > step.due_on) AS late
FROM (SELECT * FROM {of_agency}) step
     JOIN LATERAL (SELECT by_id FROM application_step following
                   WHERE following.application_id = step.application_id AND following.id > step.id
                   ORDER BY following.id LIMIT 1) answer ON true
     JOIN account ON account.id = answer.by_id
WHERE step.answer <> 'withdrawn' GROUP BY account.name ORDER BY closed DESC, account.name COLLATE "C"
"""


@dataclass
class Period:
    """Rounds that were sent from `since` to `until`, both included; None is no bound."""

    since: date | None = None
    until: date | None = None

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        is_reversed = isinstance(self.since, date) and isinstance(self.until, date) and self.until < self.since
        return validation.found(
            {
                'since': validation.day('送審日期起', self.since, future=True),
                'until': validation.day('送審日期迄', self.until, future=True)
                or ('迄日不能早於起日。' if is_reversed else None),
            }
        )


@dataclass(frozen=True)
class Round:
    """One round of review. `closed_at` and `outcome` are None while it runs, `due_on` where none was recorded.

    `days_used` counts by the agency's rule, without the first day; `days_paused` are the calendar days that the case
    stayed with the unit afterwards. A round that the unit withdrew has no reviewer. `reminded_at` is when the agency,
    `escalated_at` when its supervisor was notified.
    """

    application_id: int
    number: int
    unit: str
    submitted_at: datetime
    due_on: date | None
    closed_at: datetime | None
    outcome: ApplicationStatus | None
    days_used: int
    is_late: bool
    reviewer: str
    days_paused: int
    reminded_at: datetime | None
    escalated_at: datetime | None


@dataclass(frozen=True)
class Share:
    """The number of rounds that a reviewer closed, and how many of them late."""

    reviewer: str
    closed: int
    late: int


async def rounds(period: Period, *, by: Account) -> list[Round]:
    """The agency's rounds, the latest sent first, all of them in memory. Raises Incomplete."""
    return [one async for one in _every(period, by)]


async def find(period: Period, *, by: Account, page: int = 1, per_page: int = 10) -> Page[Round]:
    """The same, one page of it."""
    number, per_page = bounds(page, per_page)
    span = [by.agency_id, *_bounds(period, by)]
    [counted] = await get_connection('default').execute_query_dict(_COUNT.format(of_agency=_OF_AGENCY), span)
    keys = await keys_of(_sent(span), ('-at', '-id'), number, per_page, counted['rounds'])
    if not keys:
        return Page([], counted['rounds'], number, per_page)
    at, first = keys[0]
    found, _ = await _some(span, len(keys), (at, first + 1), await Agency.get(id=by.agency_id))
    return Page(found, counted['rounds'], number, per_page)


async def shares(period: Period, *, by: Account) -> list[Share]:
    """What each reviewer closed in the period, the largest share first. Raises Incomplete."""
    span = [by.agency_id, *_bounds(period, by)]
    rows = await get_connection('default').execute_query_dict(_SHARES.format(of_agency=_OF_AGENCY), span)
    return [Share(**row) for row in rows]


async def ods(period: Period, *, by: Account) -> LongDocument:
    """The rounds as a spreadsheet, however many. Raises Incomplete."""
    span = [by.agency_id, *_bounds(period, by)]
    await step_up.require(by)
    [counted] = await get_connection('default').execute_query_dict(_COUNT.format(of_agency=_OF_AGENCY), span)
    agency = await Agency.get(id=by.agency_id)
    subtitle = printouts.below(agency.name, f'送審日期 {_format_period(period)}', f'共 {counted["rounds"]} 次')
    rows = (as_row(one) async for one in _every(period, by))
    file = await printouts.ods_of(TITLE, subtitle, COLUMNS, rows)
    return LongDocument(file, MEDIA_TYPES['ods'], f'{TITLE}-{dates.roc_digits(dates.today())}.ods')


def _bounds(period: Period, by: Account) -> tuple[datetime | None, datetime | None]:
    permissions.require(by, 'reports.review_periods')
    if problems := period.problems():
        raise Incomplete(problems)
    since = dates.midnight(period.since) if period.since else None
    return since, dates.midnight(period.until + timedelta(days=1)) if period.until else None


def _sent(span: Sequence[Any]) -> QuerySet[ApplicationStep]:
    """The steps that begin the rounds of an agency, from one instant and before another."""
    agency_id, since, until = span
    steps = ApplicationStep.filter(agency_id=agency_id, status=ApplicationStatus.SUBMITTED)
    steps = steps.filter(at__gte=since) if since else steps
    return steps.filter(at__lt=until) if until else steps


async def _every(period: Period, by: Account) -> AsyncIterator[Round]:
    """All of them, a thousand at a time, each time from where the last ones ended."""
    span, agency = [by.agency_id, *_bounds(period, by)], await Agency.get(id=by.agency_id)
    beyond = _BEGINNING
    while True:
        found, beyond = await _some(span, printouts.AT_ONCE, beyond, agency)
        for one in found:
            yield one
        if len(found) < printouts.AT_ONCE:
            return


async def _some(span: list[Any], most: int, beyond: Beyond, agency: Agency) -> tuple[list[Round], Beyond]:
    """At most so many rounds beyond that one, and the last of them."""
    asked = [*span, most, *beyond]
    found = await get_connection('default').execute_query_dict(_ROUNDS.format(of_agency=_OF_AGENCY), asked)
    if not found:
        return [], beyond
    today = dates.today()
    is_off: IsOff | None = None
    if agency.counts_working_days:
        first, last = dates.day_of(found[-1]['submitted_at']), dates.day_of(found[0]['submitted_at'])
        ends = [dates.day_of(one['closed_at']) for one in found if one['closed_at']]
        is_off = await office_calendar.rest_days(agency.county_id, first, max(last, today, *ends))
    end = (found[-1]['submitted_at'], found[-1]['id'])
    # In a thread, since a thousand rounds would hold the event loop, and with it every page.
    return await asyncio.to_thread(lambda: [_round(one, is_off, today) for one in found]), end


def as_row(each: Round) -> list[Cell]:
    """The displayed values of a round, by COLUMNS."""
    return [
        each.application_id,
        f'第 {each.number} 次',
        each.unit,
        dates.roc_instant(each.submitted_at),
        dates.roc(each.due_on) if each.due_on else '未記載',
        _format_instant(each.closed_at),
        OUTCOMES[each.outcome],
        each.days_used,
        '是' if each.is_late else '否',
        each.reviewer,
        each.days_paused,
        _format_instant(each.reminded_at),
        _format_instant(each.escalated_at),
    ]


def _format_period(period: Period) -> str:
    if period.since is None and period.until is None:
        return '不限'
    return '～'.join(dates.roc(day) if day else '' for day in (period.since, period.until))


def _format_instant(moment: datetime | None) -> str:
    return dates.roc_instant(moment) if moment else ''


def _round(facts: dict[str, Any], is_off: IsOff | None, today: date) -> Round:
    del facts['id']
    sent, resumed_at = dates.day_of(facts['submitted_at']), facts.pop('resumed_at')
    outcome = validation.member(ApplicationStatus, facts['outcome'])
    last = dates.day_of(facts['closed_at']) if facts['closed_at'] else today
    resumed = dates.day_of(resumed_at) if resumed_at else today
    is_paused = outcome == ApplicationStatus.RETURNED
    return Round(
        **facts
        | {
            'outcome': outcome,
            'reviewer': '' if outcome == ApplicationStatus.WITHDRAWN else facts['reviewer'],
            'days_used': dates.days_after(sent, last, is_off),
            'is_late': facts['due_on'] is not None and last > facts['due_on'],
            'days_paused': (resumed - last).days if is_paused else 0,
        }
    )
