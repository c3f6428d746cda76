"""辦公日曆: which days are off, for the country or for one county; and the last day of a review.

A row of the table says what its weekday does not: a holiday, a closure, a make-up working day. A county's own row
counts before the country's. The days of a year (紀念日及節日實施條例) come from the package `holidays`, which
follows the calendar of the 行政院人事行政總處, and follow a newer one; what a person has entered or struck is never
overwritten by it.

An open case is always due on the day that its agency's rule and the calendar say: when either changes, it is counted
anew from the day it was sent.
"""

import logging
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, Self

import holidays
from tortoise.expressions import Q

from db import locks, transaction
from db.choices import ApplicationStatus
from db.locks import Lock
from db.models import Account, Agency, Application, ApplicationStep, CalendarDay, County

from .. import dates, permissions, validation
from ..audit import office_history
from ..audit.history import Change
from ..cases import transitions
from ..errors import Incomplete, NotFound
from ..fields import Field, by_key

log = logging.getLogger(__name__)

IsOff = Callable[[date], bool]

MAKE_UP = '補行上班日'
STRUCK = '（已取消）'
NAME_LENGTH = 60
# The two-day weekend, as `dates.is_weekend` knows it, began in 2001.
FIRST_YEAR = 2001
YEARS_AHEAD = 5

# How far a period can reach: 60 working days are twelve weeks, and New Year's holidays two more.
_REACH = timedelta(days=120)
_WESTERN_DAY = re.compile(r'\d{4}-\d\d-\d\d')

FIELDS = by_key(
    Field('day', '日期'),
    Field('county_ids', '適用縣市'),
    Field('is_off', '放假', '放假或上班'),
    Field('name', '名稱'),
)
_KEPT = office_history.Kept(
    '辦公日曆',
    by_key(FIELDS['day'], Field('county_id', FIELDS['county_ids'].label), FIELDS['is_off'], FIELDS['name']),
    ('day', 'county_id', 'name'),
)


@dataclass
class CalendarDayDetails:
    """A day that is not what its weekday says. No `county_ids`: the whole country."""

    day: date | None = None
    name: str = ''
    is_off: bool = True
    county_ids: list[str] = field(default_factory=list)

    @classmethod
    def from_record(cls, row: CalendarDay) -> Self:
        """The details of an existing day."""
        return cls(row.day, row.name, row.is_off, [row.county_id] if row.county_id else [])

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return validation.found(
            {
                'day': validation.day(
                    FIELDS['day'].label, self.day, needed=True, future=True, since=date(FIRST_YEAR, 1, 1)
                ),
                'name': validation.text(FIELDS['name'].label, self.name, most=NAME_LENGTH, needed=True),
                'is_off': validation.yes_no(FIELDS['is_off'].caption, self.is_off, needed=True),
            }
        )


async def rest_days(county_code: str | None, first: date, last: date) -> IsOff:
    """Tells for each day from `first` to `last` whether offices of the county rest; other days by their weekday."""
    return (await rest_days_of([county_code], first, last))[county_code]


async def rest_days_of(places: Collection[str | None], first: date, last: date) -> dict[str | None, IsOff]:
    """The same for several counties, read at once; None is the country."""
    ours = Q(county_id=None) | Q(county_id__in=[place for place in places if place])
    rows = await CalendarDay.filter(ours, day__gte=first, day__lte=last).values_list('county_id', 'day', 'is_off')
    known: dict[str | None, dict[date, bool]] = {place: {} for place in (None, *places)}
    for county_id, day, is_off in rows:
        known[county_id][day] = is_off
    return {place: _resting(known[None] | known[place]) for place in places}


async def due_on(agency: Agency, submitted: date) -> date:
    """The last day for what reaches the agency on `submitted`, by its own rule and its county's calendar as they stand.

    Neither changes before the caller's transaction ends: what is sent while a closure is declared is either counted
    with it, or found by `recount`.
    """
    rule, is_off = await _counting(agency, submitted)
    return dates.due_on(submitted, rule.review_days, rule.counts_working_days, is_off)


async def correct_by(agency: Agency, returned: date) -> date | None:
    """The last day for the unit's correction of what is returned on that day, counted likewise; None: no term."""
    rule, is_off = await _counting(agency, returned)
    if not rule.correction_days:
        return None
    return dates.due_on(returned, rule.correction_days, rule.counts_working_days, is_off)


async def days(*, by: Account, year: int | None = None) -> list[CalendarDay]:
    """The days of a western year, or all there are, in order; county fetched. For the administrator."""
    permissions.require(by, 'calendar.office_calendar.days')
    rows = CalendarDay.all() if year is None else CalendarDay.filter(_in(year))
    return await rows.select_related('county')


async def get(day_id: int, *, by: Account) -> CalendarDay:
    """One of them, county fetched. Raises NotFound."""
    permissions.require(by, 'calendar.office_calendar.get')
    found = await CalendarDay.get_or_none(id=validation.record_id(day_id)).select_related('county')
    if found is None:
        raise NotFound
    return found


async def save(details: CalendarDayDetails, *, by: Account, of: CalendarDay | None = None) -> list[CalendarDay]:
    """Enter a day, once for each county it is for, or amend `of`; open cases are counted anew.

    What the package had entered for the same day and place gives way. Raises Incomplete, also when a person has
    entered that day already.
    """
    permissions.require(by, 'calendar.office_calendar.save')
    problems = details.problems() or await _problems_of_places(details.county_ids, of)
    if problems:
        raise Incomplete(problems)
    places: list[str | None] = [*dict.fromkeys(details.county_ids)] or [None]
    facts: dict[str, Any] = {
        'day': details.day,
        'name': validation.tidy(details.name),
        'is_off': details.is_off,
        'is_manual': True,
    }
    async with transaction():
        await alone()
        before = await get(of.id, by=by) if of else None
        known = await office_history.stands(before, _KEPT) if before else {}
        for row in await CalendarDay.filter(_at(places), day=details.day).select_related('county'):
            if row.is_manual and row != before:
                raise Incomplete({'day': f'{dates.roc(row.day)} {place(row)}已經登錄為「{row.name}」，請改那一筆。'})
            await row.delete()
        if before is not None:
            await before.delete()
        saved = [await CalendarDay.create(county_id=each, **facts) for each in places]
        for row in saved:
            await office_history.note(row, _KEPT, known, by=by)
        await _counted_anew([*places, before.county_id] if before else places)
    return saved


async def remove(row: CalendarDay, *, by: Account) -> None:
    """Strike a day: its weekday, the package's or the country's row counts again, also for open cases.

    One of the package's stays as a day like its weekday, or it would come back.
    """
    permissions.require(by, 'calendar.office_calendar.remove')
    async with transaction():
        await alone()
        before = await office_history.stands(row, _KEPT)
        here = CalendarDay.filter(id=row.id)
        if (now := await here.first()) is not None and not now.is_manual:
            name = f'{now.name[: NAME_LENGTH - len(STRUCK)]}{STRUCK}'
            await here.update(is_manual=True, is_off=dates.is_weekend(now.day), name=name)
        else:
            await here.delete()
        await office_history.note(row, _KEPT, before, by=by)
        await _counted_anew([row.county_id])


async def fill(year: int, *, by: Account) -> int:
    """Take the days of a western year from the package; how many rows that has changed. Raises Incomplete."""
    permissions.require(by, 'calendar.office_calendar.fill')
    last = dates.today().year + YEARS_AHEAD
    if not isinstance(year, int) or not FIRST_YEAR <= year <= last:
        raise Incomplete({'year': f'年度應為民國 {FIRST_YEAR - 1911} 到 {last - 1911} 年。'})
    async with transaction():
        await alone()
        changed = await _fill(year)
        if changed:
            change = Change(Field('days', '國定假日與補行上班日'), '', f'{changed} 日有變動')
            await office_history.tell(_KEPT.section, f'民國 {year - 1911} 年', '帶入', [change], by=by)
    return changed


async def fill_ahead() -> None:
    """See to it that this year and the next have the days that the package knows now; for the office itself.

    So a newer package, with days of a law that was changed, renews what an older one has filled.
    """
    for year in (dates.today().year, dates.today().year + 1):
        if any(await _differences(year)):
            async with transaction():
                await alone()
                log.info('calendar: %d days of %d brought to what the package says', await _fill(year), year)


async def recount(agencies: Iterable[Agency]) -> int:
    """Count the open cases of `agencies` anew, in the caller's transaction; how many are due on another day now.

    Their 送審 on record takes the new day too, since that is what the evidence goes by. A reminder or an escalation
    that came too early by the new day will come again; on record it stands that it was told, and when last.
    """
    await alone()
    by_id = {agency.id: agency for agency in agencies}
    found = Application.filter(agency_id__in=list(by_id), status=ApplicationStatus.SUBMITTED)
    sent = {case: dates.day_of(case.submitted_at) for case in await found if case.submitted_at}
    calendars: dict[str, IsOff] = {}
    moved = 0
    for case, day in sorted(sent.items(), key=lambda each: each[0].id):
        agency = by_id[case.agency_id]
        if agency.county_id not in calendars:
            span = min(sent.values()), max(sent.values()) + _REACH
            calendars[agency.county_id] = await rest_days(agency.county_id, *span)
        due = dates.due_on(day, agency.review_days, agency.counts_working_days, calendars[agency.county_id])
        if due != case.due_on:
            moved += await _postpone(case, due)
    return moved + await _recount_corrections(by_id)


async def _recount_corrections(agencies: Mapping[int, Agency]) -> int:
    """The terms of returned cases: the unit was told a day, so it is put off, never brought forward; 0 days end it."""
    returned = Application.filter(agency_id__in=list(agencies), status=ApplicationStatus.RETURNED)
    moved = 0
    for case in await returned.exclude(correct_by=None).order_by('id'):
        agency, last = agencies[case.agency_id], None
        if agency.correction_days and case.decided_at:
            day = dates.day_of(case.decided_at)
            is_off = await rest_days(agency.county_id, day, day + _REACH)
            last = dates.due_on(day, agency.correction_days, agency.counts_working_days, is_off)
            if case.correct_by is None or last <= case.correct_by:
                continue
        moved += await put_off(case, last)
    return moved


async def put_off(case: Application, last: date | None) -> int:
    """Give a returned case, as it was read, another last day for its correction; 1 when it still stood so, else 0."""
    as_read = Application.filter(id=case.id, status=case.status, round=case.round, correct_by=case.correct_by)
    if not await as_read.update(correct_by=last, reminded_at=None):
        return 0
    await ApplicationStep.filter(application_id=case.id, status=case.status, round=case.round).update(due_on=last)
    await transitions.announce(case)
    return 1


async def _counting(agency: Agency, first: date) -> tuple[Agency, IsOff]:
    """The agency's rule as it stands, and the days off of a period from `first`; see `due_on`."""
    await locks.beside_others(Lock.CALENDAR)
    rule = await Agency.get(id=agency.id)
    return rule, await rest_days(rule.county_id, first, first + _REACH)


def _resting(known: Mapping[date, bool]) -> IsOff:
    return lambda day: known.get(day, dates.is_weekend(day))


def place(row: CalendarDay) -> str:
    """Where the day counts: 全國, or the county's name; its county is fetched."""
    return row.county.name if row.county else '全國'


async def _counted_anew(places: Sequence[str | None]) -> None:
    """Recount for agencies of these counties, or of all."""
    await recount(await (Agency.all() if None in places else Agency.filter(county_id__in=places)))


async def _postpone(case: Application, due: date) -> int:
    as_read = Application.filter(id=case.id, status=ApplicationStatus.SUBMITTED, round=case.round)
    facts: dict[str, Any] = {'due_on': due}
    if due >= dates.today():
        facts['escalated_at'] = None
    if case.due_on is None or due > case.due_on:
        facts['reminded_at'] = None
    if not await as_read.update(**facts):
        return 0
    await ApplicationStep.filter(application_id=case.id, status=case.status, round=case.round).update(due_on=due)
    await transitions.announce(case)
    return 1


async def _fill(year: int) -> int:
    """Bring the country's rows of the year that no person has entered to what the package says."""
    stale, new = await _differences(year)
    await CalendarDay.filter(id__in=[row.id for row in stale]).delete()
    await CalendarDay.bulk_create(new)
    if stale or new:
        await _counted_anew([None])
    return len({row.day for row in (*stale, *new)})


async def _differences(year: int) -> tuple[list[CalendarDay], list[CalendarDay]]:
    """The rows of the package that it knows no longer, and those that it knows now."""
    wanted = _package_days(year)
    known = await CalendarDay.filter(_in(year), county_id=None)
    stale = [row for row in known if not row.is_manual and wanted.get(row.day) != (row.name, row.is_off)]
    kept = {row.day for row in known} - {row.day for row in stale}
    return stale, [
        CalendarDay(day=day, name=name, is_off=off) for day, (name, off) in wanted.items() if day not in kept
    ]


@cache
def _package_days(year: int) -> dict[date, tuple[str, bool]]:
    """Name and whether offices rest, by day.

    The package keeps the make-up days in `weekend_workdays`, without a name; the one for January may belong to the
    December before, so the next year is asked too. Days off name their make-up day in western figures.
    """
    package = holidays.country_holidays('TW', years=(year, year + 1), language='zh_TW')
    known = {day: (_readable(name), True) for day, name in package.items() if day.year == year}
    made_up = {day: (MAKE_UP, False) for day in package.weekend_workdays if day.year == year}
    return dict(sorted((known | made_up).items()))


def _readable(name: str) -> str:
    in_roc = _WESTERN_DAY.sub(lambda found: dates.roc(date.fromisoformat(found[0])), name)
    return in_roc.replace('; ', '、')[:NAME_LENGTH]


async def _problems_of_places(county_ids: object, of: CalendarDay | None) -> dict[str, str]:
    if not isinstance(county_ids, list) or not all(isinstance(each, str) for each in county_ids):
        return {'county_ids': '請重新選擇縣市。'}
    if await County.filter(code__in=county_ids).count() != len(set(county_ids)):
        return {'county_ids': '請重新選擇縣市。'}
    if of is not None and len(county_ids) > 1:
        return {'county_ids': '已登錄的這一天只能屬於一個縣市。其他縣市請另外新增。'}
    return {}


async def alone() -> None:
    """Until the end of the transaction nobody else writes in the calendar, or counts by it.

    Before anything is written that counting reads, as an agency is: whoever counts holds this and waits for that.
    """
    await locks.alone(Lock.CALENDAR)


def _in(year: int) -> Q:
    return Q(day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))


def _at(places: Sequence[str | None]) -> Q:
    return Q(county_id=None) if None in places else Q(county_id__in=places)
