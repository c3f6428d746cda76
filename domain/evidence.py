"""審核期限的佐證: every round of every case with its period: sent, due, closed, by whom, days used, in time or not.

It is written from the steps on record and changes nothing; nobody's name stands in it but the reviewer's.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from tortoise.expressions import Subquery

from db.choices import ApplicationStatus, Role
from db.models import Account, Agency, ApplicationStep

from . import answers, dates, office_calendar, permissions, printouts
from .errors import Incomplete
from .office_calendar import IsOff
from .printed import MEDIA_TYPES, Document

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


@dataclass
class Period:
    """Rounds that were sent from `since` to `until`, both included; None: without bound."""

    since: date | None = None
    until: date | None = None

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        is_reversed = isinstance(self.since, date) and isinstance(self.until, date) and self.until < self.since
        return answers.found(
            {
                'since': answers.day('送審日期起', self.since, future=True),
                'until': answers.day('送審日期迄', self.until, future=True)
                or ('迄日不能早於起日。' if is_reversed else None),
            }
        )


@dataclass(frozen=True)
class Round:
    """One period of review. `closed_at` and `outcome` are None while it runs; `due_on` where none was noted.

    `days_used` counts as the agency's rule does, the first day not included; `days_paused` are the calendar days that
    the case stayed with the unit afterwards. What its unit took back names no reviewer. `reminded_at`: when
    the agency was, `escalated_at`: when its supervisor was told.
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
    """How many rounds a reviewer has closed, and how many of them late."""

    reviewer: str
    closed: int
    late: int


async def rounds(period: Period, *, by: Account) -> list[Round]:
    """The agency's rounds, the latest sent first. Raises Incomplete."""
    permissions.require(by, Role.REVIEWER)
    if problems := period.problems():
        raise Incomplete(problems)
    sent = ApplicationStep.filter(application__agency_id=by.agency_id, status=ApplicationStatus.SUBMITTED)
    if period.since:
        sent = sent.filter(at__gte=_midnight(period.since))
    if period.until:
        sent = sent.filter(at__lt=_midnight(period.until + timedelta(days=1)))
    wanted = {step.id for step in await sent.only('id')}
    cases = Subquery(sent.values('application_id'))
    steps = ApplicationStep.filter(application_id__in=cases).order_by('application_id', 'id')
    columns = ('id', 'application_id', 'status', 'at', 'due_on', 'reminded_at', 'escalated_at')
    found = await steps.values(*columns, reviewer='by__name', unit='application__host_unit__name')
    agency = await Agency.get(id=by.agency_id)
    is_off = await _calendar(agency, [step['at'] for step in found])
    listed = [
        each
        for _, group in groupby(found, lambda step: step['application_id'])
        for step_id, each in _rounds_of(list(group), agency, is_off)
        if step_id in wanted
    ]
    return sorted(listed, key=lambda each: (each.submitted_at, each.application_id), reverse=True)


def shares(found: Sequence[Round]) -> list[Share]:
    """Who has closed how much of `found`, most first."""
    closed = [each for each in found if each.reviewer]
    names = {each.reviewer for each in closed}
    counted = [
        Share(
            name,
            sum(each.reviewer == name for each in closed),
            sum(each.reviewer == name and each.is_late for each in closed),
        )
        for name in names
    ]
    return sorted(counted, key=lambda share: (-share.closed, share.reviewer))


async def ods(period: Period, *, by: Account) -> Document:
    """The rounds as a spreadsheet. Raises Incomplete."""
    rows = [cells(each) for each in await rounds(period, by=by)]
    content = await asyncio.to_thread(printouts.ods, TITLE, COLUMNS, rows)
    name = f'{TITLE}-{dates.roc_digits(dates.today())}.ods'
    return Document(content, MEDIA_TYPES['ods'], name)


def cells(each: Round) -> list[str]:
    """A round as people read it, by COLUMNS."""
    return [
        str(each.application_id),
        f'第 {each.number} 次',
        each.unit,
        dates.roc_instant(each.submitted_at),
        dates.roc(each.due_on) if each.due_on else '未記載',
        _instant(each.closed_at),
        OUTCOMES[each.outcome],
        str(each.days_used),
        '是' if each.is_late else '否',
        each.reviewer,
        str(each.days_paused),
        _instant(each.reminded_at),
        _instant(each.escalated_at),
    ]


def _instant(moment: datetime | None) -> str:
    return dates.roc_instant(moment) if moment else ''


def _rounds_of(steps: list[dict[str, Any]], agency: Agency, is_off: IsOff) -> list[tuple[int, Round]]:
    """The rounds of one case from its steps in order, each with the id of the step that began it."""
    found = []
    follow: list[dict[str, Any] | None] = [*steps[1:], None]
    after: list[dict[str, Any] | None] = [*steps[2:], None, None]
    sent = ApplicationStatus.SUBMITTED
    begun = [each for each in zip(steps, follow, after, strict=False) if each[0]['status'] == sent]
    for number, (step, end, again) in enumerate(begun, start=1):
        outcome = end['status'] if end else None
        last = dates.day_of(end['at']) if end else dates.today()
        resumed = dates.day_of(again['at']) if again else dates.today()
        is_paused = outcome == ApplicationStatus.RETURNED
        each = Round(
            application_id=step['application_id'],
            number=number,
            unit=step['unit'],
            submitted_at=step['at'],
            due_on=step['due_on'],
            closed_at=end['at'] if end else None,
            outcome=outcome,
            days_used=_days_used(dates.day_of(step['at']), last, agency, is_off),
            is_late=step['due_on'] is not None and last > step['due_on'],
            reviewer=end['reviewer'] if end and outcome != ApplicationStatus.WITHDRAWN else '',
            days_paused=(resumed - last).days if is_paused else 0,
            reminded_at=step['reminded_at'],
            escalated_at=step['escalated_at'],
        )
        found.append((step['id'], each))
    return found


def _days_used(first: date, last: date, agency: Agency, is_off: IsOff) -> int:
    return dates.days_after(first, last, is_off if agency.counts_working_days else None)


async def _calendar(agency: Agency, moments: Sequence[datetime]) -> IsOff:
    days = [*map(dates.day_of, moments), dates.today()]
    return await office_calendar.rest_days(agency.county_id, min(days), max(days))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), dates.TAIPEI)
