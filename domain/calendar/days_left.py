"""剩 n 日, 逾期 n 日: how long cases have left, counted as their agencies count.

An agency that promises working days (辦公日) is told working days, by the office calendar of its county; any other one
calendar days. The calendar is read once for a whole list, and not at all where nobody counts by it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeVar

from db.choices import ApplicationStatus
from db.models import Agency, Application

from .. import dates
from . import office_calendar

Key = TypeVar('Key')


class DaysLeft(NamedTuple):
    """Days until a case is due: 0 on the last one, negative when overdue; see `dates.days_left`."""

    days: int
    are_working_days: bool


def calendar_of(agency: Agency) -> str | None:
    """The county whose working days the agency counts; None: it counts calendar days."""
    return agency.county_id if agency.counts_working_days else None


async def of(due: Mapping[Key, tuple[date, str | None]]) -> dict[Key, DaysLeft]:
    """How long each has left, from its due day and the `calendar_of` its agency. One query at most."""
    today = dates.today()
    counted = [(day, county) for day, county in due.values() if county]
    calendars: dict[Any, office_calendar.IsOff] = {}
    if counted:
        days = [today, *(day for day, _ in counted)]
        calendars = await office_calendar.rest_days_of({county for _, county in counted}, min(days), max(days))

    @cache
    def left(day: date, county: str | None) -> DaysLeft:
        return DaysLeft(dates.days_left(day, today, calendars.get(county)), county is not None)

    return {key: left(day, county) for key, (day, county) in due.items()}


async def of_cases(cases: Iterable[Application]) -> dict[int, DaysLeft]:
    """By id, those of `cases` whose period runs: they are with the agency. Agencies are fetched."""
    running = [case for case in cases if case.status == ApplicationStatus.SUBMITTED]
    return await of({case.id: (case.due_on, calendar_of(case.agency)) for case in running if case.due_on})


async def of_corrections(cases: Iterable[Application]) -> dict[int, DaysLeft]:
    """By id, how long the unit has left for those of `cases` that are returned to it. Agencies are fetched."""
    returned = [case for case in cases if case.status == ApplicationStatus.RETURNED]
    return await of({case.id: (case.correct_by, calendar_of(case.agency)) for case in returned if case.correct_by})
