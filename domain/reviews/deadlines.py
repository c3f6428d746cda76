"""The clock of the review: reminders before the due day, escalation after it.

It runs while a case is with the agency: 送審 starts it, a return stops it, sending again starts it anew
(`Application.due_on` is None in between). One mail an agency and morning speaks of all its cases whose time nears, one
goes to its supervisor when the time is over; each case is told of once a round. Several processes watch at once: a
case is claimed by a compare-and-set, in the transaction that keeps the mail.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from db import transaction
from db.choices import ApplicationStatus, Role
from db.models import Account, Agency, Application, ApplicationStep

from .. import dates, permissions
from ..calendar import days_left, office_calendar
from ..calendar.days_left import DaysLeft
from ..calendar.office_calendar import IsOff
from ..cases import transitions
from ..mail import messages
from ..repeating import repeating

log = logging.getLogger(__name__)

Due = Literal['overdue', 'today', 'soon']

# Mails of the clock are written when offices open, and not before.
OPENS_AT = time(8)
EVERY = 60.0

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


def reminder_on(due: date, is_off: IsOff) -> date:
    """The working day before the due day."""
    day = due - timedelta(days=1)
    while is_off(day) and due - day < _NEAR:
        day -= timedelta(days=1)
    return day


async def running(*, by: Account, due: Due = 'overdue') -> list[Running]:
    """The agency's open cases that are overdue, due today, or nearly due; the most urgent first."""
    permissions.require(by, Role.REVIEWER)
    today = dates.today()
    span: dict[str, Any] = {
        'overdue': {'due_on__lt': today},
        'today': {'due_on': today},
        'soon': {'due_on__gt': today, 'due_on__lte': today + _NEAR},
    }[due]
    found = Application.filter(agency_id=by.agency_id, status=ApplicationStatus.SUBMITTED, **span)
    cases = await found.order_by('due_on', 'submitted_at', 'id').select_related('volunteer', 'host_unit', 'agency')
    if due == 'soon' and cases:
        is_off = await office_calendar.rest_days(cases[0].agency.county_id, today - _NEAR, today + _NEAR)
        cases = [case for case in cases if case.due_on and reminder_on(case.due_on, is_off) <= today]
    left = await days_left.of_cases(cases)
    return [_running(case, left[case.id]) for case in cases]


def is_supervisor(account: Account) -> bool:
    """Whether the account is that of its agency's supervisor, told by the address; its agency is fetched."""
    if account.role != Role.REVIEWER or account.agency is None:
        return False
    supervisor = account.agency.supervisor_email.strip().casefold()
    return bool(supervisor) and account.email.strip().casefold() == supervisor


async def watch_forever() -> None:
    """Keep the calendar filled, remind and escalate, every minute until cancelled."""
    await repeating('deadlines', EVERY, office_calendar.fill_ahead, remind, escalate)


async def remind() -> int:
    """Tell agencies of cases due on the next working day, or today if that was missed; how many cases it told of.

    Nobody is reminded on the day a case arrives: its mail has just named the due day.
    """
    today = dates.today()
    near = await _waiting(due_on__gte=today, due_on__lte=today + _NEAR, reminded_at=None)
    calendars = {
        county: await office_calendar.rest_days(county, today - _NEAR, today + _NEAR)
        for county in {case.agency.county_id for case in near}
    }
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


async def _waiting(**facts: Any) -> list[Application]:
    """Cases with their agencies and units, the most urgent first; none before offices open."""
    if dates.now().time() < OPENS_AT:
        return []
    found = Application.filter(status=ApplicationStatus.SUBMITTED, **facts)
    return await found.order_by('due_on', 'id').select_related('agency', 'host_unit')


async def _notify(
    cases: Iterable[Application], mark: str, send: Callable[[Agency, list[Application]], Awaitable[None]]
) -> int:
    """One mail an agency, about those of its cases that still stand as they were read and nobody has told of."""
    of_agency: dict[int, list[Application]] = {}
    for case in cases:
        of_agency.setdefault(case.agency_id, []).append(case)
    notified = 0
    for its_cases in of_agency.values():
        try:
            async with transaction():
                # By id, as whoever writes to many cases does: nobody waits for each other.
                claimed = {
                    case.id for case in sorted(its_cases, key=lambda case: case.id) if await _claimed(case, mark)
                }
                if claimed:
                    await send(its_cases[0].agency, [case for case in its_cases if case.id in claimed])
            notified += len(claimed)
        except Exception:  # one agency's trouble is not the others'
            log.exception('deadlines: agency %s could not be notified', its_cases[0].agency_id)
    return notified


async def _claimed(case: Application, mark: str) -> bool:
    """Whether we are the one to tell of it; it is noted on the round, which keeps it when the next one begins.

    A second process waits here for the first, and then finds it told.
    """
    as_read = Application.filter(id=case.id, status=case.status, round=case.round, due_on=case.due_on, **{mark: None})
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
