"""Days of the demo office, counted back from today."""

from datetime import datetime, time, timedelta

from .. import dates, directory
from ..calendar import office_calendar
from .cast import Person


def days_ago(days: int) -> datetime:
    """Mid-morning so many days ago; now, for none."""
    if not days:
        return dates.now()
    return datetime.combine(dates.today() - timedelta(days=days), time(10, 22), dates.TAIPEI)


async def days_overdue(person: Person) -> int:
    """How long ago it was sent: after days off nothing of the last days is overdue yet."""
    _, agency = await directory.defaults()
    days, today = person.days_ago, dates.today()
    while await office_calendar.due_on(agency, today - timedelta(days=days)) >= today:
        days += 1
    return days
