"""The clock of the review: reminders before the due day, escalation after it; and of the unit's correction.

That of the review runs while a case is with the agency: 送審 starts it, a return stops it, sending again starts it anew
(`Application.due_on` is None in between). One mail an agency and morning speaks of all its cases whose time nears, one
goes to its supervisor when the time is over; each case is told of once a round. Several processes watch at once: a
case is claimed by a compare-and-set, in the transaction that keeps the mail.

That of the correction (law.md#correction-term) runs while a case is returned: one mail a unit and morning speaks of
its cases whose last day (`Application.correct_by`) nears. After it the reviewer may close the case, see `closings`.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import ApplicationStatus, Role
from db.models import Account, Agency, Application, ApplicationStep

from .. import dates, permissions
from ..calendar import days_left, office_calendar
from ..calendar.days_left import DaysLeft
from ..calendar.office_calendar import IsOff
from ..cases import deputies, transitions
from ..cases.deputies import Standing
from ..mail import messages
from ..paging import Page, bounds, page_of
from ..repeating import repeating

log = logging.getLogger(__name__)

Due = Literal['overdue', 'today', 'soon']

# Mails of the clock are written when offices open, and not before.
OPENS_AT = time(8)
EVERY = 60.0

# Units are reminded so many working days before the last day of a correction: papers take longer than a look at them.
CORRECTION_NOTICE = 3

# A working day before the due day lies at most so far before it: the longest run of days off is about ten.
_NEAR = timedelta(days=20)


@dataclass(frozen=True)
class Running:
    """A case with the agency and its time."""

    id: int
    volunteer: str
    identity_masked: str
    unit: str
    unit_phone: str
    round: int
    submitted_at: datetime
    due_on: date
    days_left: DaysLeft
    reminded_at: datetime | None
    escalated_at: datetime | None


def reminder_on(due: date, is_off: IsOff, working_days: int = 1) -> date:
    """The working day before the due day, or so many of them before it."""
    day = due
    for _ in range(working_days):
        day -= timedelta(days=1)
        while is_off(day) and due - day < _NEAR:
            day -= timedelta(days=1)
    return day


def conditions(today: date, near: Collection[date] = ()) -> dict[Due, Q]:
    """What says of the due day of a case with the agency that it is overdue, due today, or `near`."""
    return {'overdue': Q(due_on__lt=today), 'today': Q(due_on=today), 'soon': Q(due_on__in=near)}


# The same in SQL, for what counts them together with other things.
IN_SQL: dict[Due, str] = {'overdue': 'due_on < {today}', 'today': 'due_on = {today}'}


async def running(*, by: Account, due: Due = 'overdue', page: int = 1, per_page: int = 50) -> Page[Running]:
    """The agency's open cases that are overdue, due today, or nearly due; the most urgent first."""
    number, per_page = bounds(page, per_page)
    found = _open_cases(by)
    near = await _near(by) if due == 'soon' else ()
    found = found.filter(conditions(dates.today(), near)[due])
    cases = found.select_related('volunteer', 'host_unit', 'agency')
    listed = await page_of(cases, ('due_on', 'submitted_at', 'id'), number, per_page)
    left = await days_left.of_cases(listed.rows)
    return Page([_running(case, left[case.id]) for case in listed.rows], listed.total, number, per_page)


async def running_counts(*, by: Account) -> dict[Due, int]:
    """How many there are of each."""
    permissions.require(by, 'reviews.deadlines.running_counts')
    today, near = dates.today(), await _near(by)
    until_then = _open_cases(by).filter(due_on__lte=max(near, default=today))
    counted = {due: Count('id', _filter=condition) for due, condition in conditions(today, near).items()}
    [counts] = await until_then.annotate(**counted).values(*counted)
    return {due: counts[due] for due in counted}


def _open_cases(by: Account) -> QuerySet[Application]:
    permissions.require(by, 'reviews.deadlines')
    return Application.filter(agency_id=by.agency_id, round__gt=0, status=ApplicationStatus.SUBMITTED)


async def _near(by: Account) -> list[date]:
    """The days after today of which the agency is reminded by now."""
    today = dates.today()
    agency = await Agency.get(id=by.agency_id)
    is_off = await office_calendar.rest_days(agency.county_id, today - _NEAR, today + _NEAR)
    days = [today + timedelta(days=ahead) for ahead in range(1, _NEAR.days + 1)]
    return [day for day in days if reminder_on(day, is_off) <= today]


def is_supervisor(account: Account) -> bool:
    """Whether the account is a supervisor's of its agency: named so, or told by the address; its agency is fetched."""
    if account.role != Role.REVIEWER or account.agency is None:
        return False
    if account.is_agency_supervisor:
        return True
    supervisor = account.agency.supervisor_email.strip().casefold()
    return bool(supervisor) and account.email.strip().casefold() == supervisor


async def leads(account: Account, away: Mapping[int, Standing] | None = None) -> bool:
    """Whether the account is the supervisor's, or that of the supervisor's deputy today; its agency is fetched.

    `away`: who stands in for whom there, where the caller has read it already.
    """
    if is_supervisor(account) or account.role != Role.REVIEWER or account.agency is None:
        return is_supervisor(account)
    stood = await deputies.of_supervisor(account.agency, away)
    return stood is not None and stood.deputy.id == account.id


async def watch_forever() -> None:
    """Keep the calendar filled, remind and escalate, every minute until cancelled."""
    steps = (office_calendar.fill_ahead, remind, escalate, give_terms, remind_units)
    await repeating('deadlines', EVERY, *steps)


async def remind() -> int:
    """Tell agencies of cases due on the next working day, or today if that was missed; how many cases it told of.

    Nobody is reminded on the day a case arrives: its mail has just named the due day.
    """
    today = dates.today()
    near = await _waiting(due_on__gte=today, due_on__lte=today + _NEAR, reminded_at=None)
    calendars = await _calendars(near)
    due = [
        case
        for case in near
        if case.due_on
        and reminder_on(case.due_on, calendars[case.agency.county_id]) <= today
        and case.submitted_at
        and dates.day_of(case.submitted_at) < today
    ]
    return await _notify(due, 'reminded_at', messages.due_soon)


async def escalate() -> int:
    """Tell supervisors of what is overdue; how many cases it told of. Agencies that name none are passed over."""
    late = await _waiting(due_on__lt=dates.today(), escalated_at=None)
    return await _notify((case for case in late if case.agency.supervisor_email), 'escalated_at', messages.overdue)


async def give_terms() -> int:
    """Returned cases that have no last day get one, counted from today, where their agency sets a term; how many.

    They were returned before it set one. Their units are told by the reminder.
    """
    untimed = Application.filter(status=ApplicationStatus.RETURNED, correct_by=None, agency__correction_days__gt=0)
    given = 0
    for case in await untimed.order_by('id').select_related('agency'):
        async with transaction():
            last = await office_calendar.correct_by(case.agency, dates.today())
            given += await office_calendar.put_off(case, last) if last else 0
    return given


async def remind_units() -> int:
    """Tell units of corrections whose last day is near; how many cases it told of.

    Nobody is reminded on the day a case is returned: its mail has just named the last day.
    """
    today = dates.today()
    near = await _waiting(
        ApplicationStatus.RETURNED, correct_by__gte=today, correct_by__lte=today + _NEAR, reminded_at=None
    )
    calendars = await _calendars(near)
    due = [
        case
        for case in near
        if case.correct_by
        and reminder_on(case.correct_by, calendars[case.agency.county_id], CORRECTION_NOTICE) <= today
        and case.decided_at
        and dates.day_of(case.decided_at) < today
    ]
    return await _notify(due, 'reminded_at', messages.correction_due, 'host_unit')


async def _calendars(cases: Iterable[Application]) -> dict[str, IsOff]:
    """By county, the days off around today."""
    today = dates.today()
    counties = {case.agency.county_id for case in cases}
    return {county: await office_calendar.rest_days(county, today - _NEAR, today + _NEAR) for county in counties}


async def _waiting(status: ApplicationStatus = ApplicationStatus.SUBMITTED, **facts: Any) -> list[Application]:
    """Cases with their agencies and units, the most urgent first; none before offices open."""
    if dates.now().time() < OPENS_AT:
        return []
    found = Application.filter(status=status, **facts)
    return await found.order_by('due_on', 'correct_by', 'id').select_related('agency', 'host_unit')


async def _notify(
    cases: Iterable[Application],
    mark: str,
    send: Callable[[Any, list[Application]], Awaitable[None]],
    office: Literal['agency', 'host_unit'] = 'agency',
) -> int:
    """One mail an office, about those of its cases that still stand as they were read and nobody has told of."""
    of_office: dict[int, list[Application]] = {}
    for case in cases:
        of_office.setdefault(getattr(case, f'{office}_id'), []).append(case)
    notified = 0
    for its_cases in of_office.values():
        try:
            async with transaction():
                # By id, as whoever writes to many cases does: nobody waits for each other.
                claimed = {
                    case.id for case in sorted(its_cases, key=lambda case: case.id) if await _claimed(case, mark)
                }
                if claimed:
                    await send(getattr(its_cases[0], office), [case for case in its_cases if case.id in claimed])
            notified += len(claimed)
        except Exception:  # one office's trouble is not the others'
            log.exception('deadlines: %s %s could not be notified', office, getattr(its_cases[0], f'{office}_id'))
    return notified


async def _claimed(case: Application, mark: str) -> bool:
    """Whether we are the one to tell of it; it is noted on the round, which keeps it when the next one begins.

    A second process waits here for the first, and then finds it told.
    """
    days = {'due_on': case.due_on, 'correct_by': case.correct_by}
    as_read = Application.filter(id=case.id, status=case.status, round=case.round, **days, **{mark: None})
    now = {mark: dates.now()}
    if not await as_read.update(**now):
        return False
    await ApplicationStep.filter(application_id=case.id, status=case.status, round=case.round).update(**now)
    await transitions.announce(case)
    return True


def _running(case: Application, left: DaysLeft) -> Running:
    assert case.submitted_at
    assert case.due_on
    return Running(
        id=case.id,
        volunteer=case.volunteer.name,
        identity_masked=case.volunteer.identity_masked,
        unit=case.host_unit.name,
        unit_phone=case.host_unit.phone,
        round=case.round,
        submitted_at=case.submitted_at,
        due_on=case.due_on,
        days_left=left,
        reminded_at=case.reminded_at,
        escalated_at=case.escalated_at,
    )
