"""Days on which something is different, in Taipei's time."""

from datetime import datetime

from domain import dates


def _at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=dates.TAIPEI)


SPECIAL = {
    'Saturday': _at(2026, 3, 7, 10, 30),
    'Sunday': _at(2026, 12, 27, 15),
    'Monday': _at(2026, 3, 9, 8, 31),
    'before-the-new-year-holidays': _at(2027, 2, 3, 17, 5),
    'new-year-holidays': _at(2027, 2, 5, 9),  # 除夕, the day before 春節
    'leap-day': _at(2028, 2, 29, 0, 5),
    'new-years-eve': _at(2026, 12, 31, 23, 55),
}
