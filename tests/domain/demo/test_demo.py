"""On whatever day it is made, the demo office has a case that is overdue, one that is due next, and some with time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from db.choices import ApplicationStatus
from db.models import Account, Application, Volunteer
from domain import dates, demo, pictures, reviews, settings
from domain.calendar import office_calendar
from domain.reviews import deadlines

from ...days import SPECIAL


@pytest.fixture(params=SPECIAL.values(), ids=list(SPECIAL))
async def office_made_at(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> AsyncIterator[datetime]:
    """The demo office, made at one of these moments; it is still that moment."""
    before, moment = settings.current(), request.param
    settings.use(replace(before, data_dir=tmp_path))
    try:
        with dates.frozen(moment):
            async with pictures.opened():
                await demo.offer()
            yield moment
    finally:
        settings.use(before)


async def test_the_demo_office_shows_every_stage_of_the_way(office_made_at: datetime) -> None:
    reviewer = await Account.get(username='reviewer').select_related('agency')
    rows = await reviews.awaiting(by=reviewer)
    counts = await reviews.counts(by=reviewer)
    due_today = await reviews.awaiting(by=reviewer, due='today')
    working_day = await next_working_day(reviewer)

    assert await Volunteer.all().count() == len(demo.PEOPLE)
    assert [row.volunteer for row in rows] == ['谷辣斯．尤達卡', '張小安', *[row.volunteer for row in rows[2:]]]
    assert {row.volunteer for row in rows[2:]} == {'周小晴', '郭小樂', '李小文'}
    assert [row.days_left.days < 0 for row in rows if row.days_left] == [True, False, False, False, False]
    assert rows[1].due_on == working_day
    assert (counts.overdue, counts.due_today, len(due_today)) == (1, len(due_today), len(due_today))
    assert bool(due_today) == (working_day == office_made_at.date())
    assert await Application.filter(submitted_at__gt=office_made_at).count() == 0
    assert await Application.filter(status=ApplicationStatus.APPROVED).count() == 2
    assert [case.volunteer for case in (await deadlines.running(by=reviewer)).rows] == ['谷辣斯．尤達卡']


async def next_working_day(reviewer: Account) -> date:
    """Today, or the first day after it on which offices are open."""
    assert reviewer.agency
    day = dates.today()
    is_off = await office_calendar.rest_days(reviewer.agency.county_id, day, day + timedelta(days=30))
    while is_off(day):
        day += timedelta(days=1)
    return day
