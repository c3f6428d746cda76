"""辦公日曆: which days are off, for the country or for one county; and the last day of a review.

A row of the table says what its weekday does not: a holiday, a closure, a make-up working day. A county's own row
counts before the country's.
"""

from collections.abc import Callable
from datetime import date, timedelta

from tortoise.expressions import Q

from db.models import Agency, CalendarDay

from . import dates

# How far a period can reach: the longest run of days off is about ten.
_REACH = timedelta(days=120)


async def rest_days(county_code: str | None, first: date, last: date) -> Callable[[date], bool]:
    """Tells for each day from `first` to `last` whether offices of the county rest; other days by their weekday."""
    ours = Q(county_id=None) | Q(county_id=county_code) if county_code else Q(county_id=None)
    rows = await CalendarDay.filter(ours, day__gte=first, day__lte=last)
    known = {row.day: row.is_off for row in sorted(rows, key=lambda row: row.county_id is not None)}

    def is_off(day: date) -> bool:
        return known.get(day, dates.is_weekend(day))

    return is_off


async def due_on(agency: Agency, submitted: date) -> date:
    """The last day for what reaches the agency on `submitted`, by its own rule and its county's calendar."""
    is_off = await rest_days(agency.county_id, submitted, submitted + _REACH)
    return dates.due_on(submitted, agency.review_days, agency.counts_working_days, is_off)
