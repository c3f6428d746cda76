"""Sent on a weekend, before the new year's holidays, on a leap day, just before midnight: due when the law says."""

from datetime import date, datetime, time, timedelta

import pytest

from domain import dates, reviews
from domain.calendar import office_calendar
from domain.reviews import deadlines

from ...days import SPECIAL
from ..sample_office import a_case, an_office

# Three days later, or the first working day after that: 行政程序法 §48 IV.
DUE = {
    'Saturday': date(2026, 3, 10),
    'Sunday': date(2026, 12, 30),
    'Monday': date(2026, 3, 12),
    'before-the-new-year-holidays': date(2027, 2, 11),
    'new-year-holidays': date(2027, 2, 11),
    'leap-day': date(2028, 3, 3),
    'new-years-eve': date(2027, 1, 4),
}


@pytest.mark.parametrize('name', SPECIAL)
async def test_what_is_sent_is_reminded_of_due_and_overdue_in_time(name: str, database: str) -> None:
    with dates.frozen(SPECIAL[name]):
        await office_calendar.fill_ahead()
        office = await an_office()
        case = await a_case(office)
        assert (case.due_on, dates.day_of(case.submitted_at or SPECIAL[name])) == (DUE[name], dates.today())
        assert await deadlines.remind() == 0  # its own mail has just told the day

    for days, reminded, overdue, due_today in ((-1, 1, 0, 0), (0, 0, 0, 1), (1, 0, 1, 0)):
        with dates.frozen(datetime.combine(DUE[name] + timedelta(days=days), time(9), dates.TAIPEI)):
            counts = await reviews.counts(by=office.reviewer)
            rows = await reviews.awaiting(by=office.reviewer)
            assert (counts.overdue, counts.due_today) == (overdue, due_today)
            assert [row.days_left.days for row in rows if row.days_left] == [-days]
            assert await deadlines.remind() == reminded
