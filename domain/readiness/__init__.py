"""送審前體檢: what an application still lacks. One list with two faces: for the clerk before 送審, with the way to each
field; for the reviewer before 核可, with boxes for what only a person can tell.

`checkup` finds, `rules` says what is asked of this kind of application at this agency on this day, and how much it
weighs. A case that was sent is judged by the rules of the day it was sent: none that came later stands in its way.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from db.choices import (
    REGISTRATIONS_OPEN,
    ApplicationStatus,
    BookStatus,
    Demand,
    IssueKind,
    Role,
)
from db.models import Account, Agency, Application, EyeCheck, PaperRegistration, RecordBook, Rule, Volunteer

from .. import dates, papers, permissions
from ..cases import worklists
from ..errors import DomainError, NotFound
from ..papers import Papers
from ..volunteers.listing import HAS_BOOK, HAS_PAPER
from . import checkup, on_record, rules
from .checkup import Check, is_open

__all__ = ['Check', 'NotReady', 'Told', 'checks', 'checks_as', 'checks_each', 'checks_of', 'is_open', 'lacking']


_PIECE = 25
_HAS_ANY_BOOK = f'SELECT {HAS_BOOK} OR {HAS_PAPER} AS has_any FROM volunteer WHERE id = $1'  # noqa: S608 -- our words


class NotReady(DomainError):
    """The application cannot be sent or approved yet: `lacking` says what stands in the way."""

    def __init__(self, lacking: Sequence[Check]) -> None:
        self.lacking = list(lacking)
        super().__init__('尚缺：' + '；'.join(f'{check.label}（{check.note}）' for check in self.lacking) + '。')


class Told(NamedTuple):
    """A list, and for which kind of application at which agency."""

    kind: IssueKind
    agency_id: int | None
    checks: list[Check]


async def checks(subject: Application | Volunteer, *, by: Account) -> list[Check]:
    """The list for an application; for a volunteer without one as if it were 初次 at the default agency.

    Raises NotFound when the volunteer is none of `by`'s business.
    """
    (found,) = await _lists(_asked([subject]), by)
    if found is None:
        raise NotFound
    return found.checks


async def checks_of(
    applications: Iterable[Application], *, by: Account, held: Mapping[int, Papers] | None = None
) -> dict[int, list[Check]]:
    """Application id → its list, for rosters and queues; those whose volunteer is none of `by`'s business are left out.

    A volunteer who has left the unit since is one of them: whoever sends must treat a missing list as not ready.
    `held`: what they hold, where the caller has read it already. A handful of queries, however many there are.
    """
    applications = list(applications)
    lists = await _lists(_asked(applications), by, held)
    return {one.id: found.checks for one, found in zip(applications, lists, strict=True) if found is not None}


async def checks_at_unit(applications: Sequence[Application], *, by: Account) -> dict[int, list[Check]]:
    """The same for the unit that has just read them with volunteer, agency and its field."""
    permissions.require(by, 'readiness.checks_at_unit')
    people = {one.volunteer_id: one.volunteer for one in applications}
    if not people:
        return {}
    here = Volunteer.filter(permissions.visible_to(by), id__in=list(people))
    known = {one: people[one] for (one,) in await here.values_list('id')}
    asked = [_Asked(one.volunteer_id, one.kind, one.agency, one) for one in applications]
    lists = await _lists(asked, by, known=known)
    return {one.id: found.checks for one, found in zip(applications, lists, strict=True) if found is not None}


async def checks_read(
    applications: Sequence[Application],
    held: Mapping[int, Papers],
    *,
    by: Account,
    are_ticked: Collection[int] | None = None,
) -> dict[int, list[Check]]:
    """Application id → its list, for the agency that has just read them with volunteer, agency and its field.

    `held`: what they hold, by id. `are_ticked`: those on which a reviewer has ticked something, where that is known.
    Raises NotFound when one is none of `by`'s business.
    """
    permissions.require(by, 'readiness.checks_read')
    if not all(permissions.may_see_case(by, one) for one in applications):
        raise NotFound
    asked = [_Asked(one.volunteer_id, one.kind, one.agency, one) for one in applications]
    known = {one.volunteer_id: one.volunteer for one in applications}
    lists = await _lists(asked, by, held, known, are_ticked)
    return {one.id: found.checks if found else [] for one, found in zip(applications, lists, strict=True)}


async def checks_each(
    subjects: Iterable[Application | Volunteer], *, by: Account, known: Mapping[int, Volunteer]
) -> dict[int, Told]:
    """Volunteer id → the list, as `checks` has it; a person is one of the subjects by the own record or by a case.

    `known`: the volunteers, whom the same act of `by` has just read as `permissions.visible_to` has it.
    """
    asked = _asked(subjects)
    lists = await _lists(asked, by, known=known)
    return {one.volunteer_id: found for one, found in zip(asked, lists, strict=True) if found is not None}


async def checks_as(volunteer: Volunteer, kind: IssueKind, agency: Agency, *, by: Account) -> list[Check]:
    """The list for an application of `kind` to `agency` (field fetched) that is not there yet. Raises NotFound."""
    (found,) = await _lists([_Asked(volunteer.id, kind, agency, None)], by)
    if found is None:
        raise NotFound
    return found.checks


async def kinds_for(volunteer: Volunteer) -> list[IssueKind]:
    """What may be applied for: 初次 by nobody who has a book, or has a paper book registered.

    For pages and services that have checked the right to the volunteer.
    """
    known = await get_connection('default').execute_query_dict(_HAS_ANY_BOOK, [volunteer.id])
    return kinds_with(any(one['has_any'] for one in known))


def kinds_with(has_any_book: bool) -> list[IssueKind]:
    """The same where it is known whether there is a book in use or a paper book that is being registered."""
    return [kind for kind in IssueKind if not (has_any_book and kind == IssueKind.FIRST)]


async def agency_of_book(volunteer: Volunteer) -> Agency:
    """Whose the volunteer's book is, or will be when a paper book is confirmed; else the default agency."""
    book = await _books([volunteer.id]).first() or await _registrations([volunteer.id]).first()
    return await Agency.get(id=book.agency_id) if book else (await on_record.usual())[1]


def lacking(checks: Iterable[Check]) -> list[Check]:
    """Those that stand in the way."""
    return [check for check in checks if check.state == 'lacking']


@dataclass(frozen=True)
class _Asked:
    """A list that is wanted; `agency` None: of the application, or where one would go, the default one."""

    volunteer_id: int
    kind: IssueKind
    agency: Agency | None
    application: Application | None

    @property
    def day(self) -> date:
        one = self.application
        if one is None or one.submitted_at is None or one.status in worklists.WITH_UNIT:
            return dates.today()
        return dates.day_of(one.submitted_at)


@dataclass(frozen=True)
class _Looks:
    """What a reviewer has ticked on a case, in the order of the rounds, and what the case holds."""

    application: Application
    ticks: Sequence[EyeCheck]
    papers: Papers


def _asked(subjects: Iterable[Application | Volunteer]) -> list[_Asked]:
    """An application as it is; a volunteer as if applying as `checks` has it."""
    return [
        _Asked(one.volunteer_id, one.kind, None, one)
        if isinstance(one, Application)
        else _Asked(one.id, IssueKind.FIRST, None, None)
        for one in subjects
    ]


async def _agencies(asked: Sequence[_Asked], default: Agency) -> dict[int | None, Agency]:
    """By id those of the applications among `asked`, field fetched; the default one is there already."""
    others = {one.application.agency_id for one in asked if one.application and one.agency is None} - {default.id}
    found = await Agency.filter(id__in=others).select_related('field') if others else []
    return {agency.id: agency for agency in (default, *found)}


async def _lists(
    asked: Sequence[_Asked],
    by: Account,
    held: Mapping[int, Papers] | None = None,
    known: Mapping[int, Volunteer] | None = None,
    are_ticked: Collection[int] | None = None,
) -> list[Told | None]:
    if not asked:
        return []
    ids = {one.volunteer_id for one in asked}
    if known is None:
        known = {one.id: one for one in await Volunteer.filter(permissions.visible_to(by), id__in=ids)}
    volunteers = {one: known[one] for one in ids if one in known}
    if not volunteers:
        return [None for _ in asked]
    records, hours, rows, default = await on_record.of(volunteers)
    agencies = await _agencies(asked, default)
    ticks: Mapping[int, list[EyeCheck]] = {}
    if by.role == Role.REVIEWER:
        cases = {one.application.id for one in asked if one.application}
        held = held if held is not None else await papers.of_many(cases)
        ticks = await _ticks(cases if are_ticked is None else cases & set(are_ticked))
    lists: list[Told | None] = []
    applying: dict[tuple[int, IssueKind, date], dict[str, Rule]] = {}
    for count, one in enumerate(asked, 1):
        if count % _PIECE == 0:  # pages of others go on meanwhile
            await asyncio.sleep(0)
        volunteer = volunteers.get(one.volunteer_id)
        if volunteer is None:
            lists.append(None)
            continue
        agency = one.agency or (agencies[one.application.agency_id] if one.application else default)
        found = checkup.findings(volunteer, one.kind, agency, records[volunteer.id], hours)
        if one.application is not None and one.application.status in worklists.OPEN:
            found += checkup.left_the_unit(records[volunteer.id], one.application.host_unit_id)
        looks = None
        if one.application and held is not None and by.role == Role.REVIEWER:
            looks = _Looks(one.application, ticks.get(one.application.id, ()), held[one.application.id])
        case = agency.id, one.kind, one.day
        if case not in applying:
            applying[case] = rules.applying(rows, agency, one.kind, one.day)
        lists.append(Told(one.kind, agency.id, _list(found, applying[case], one.application, looks)))
    return lists


async def _ticks(cases: Collection[int]) -> dict[int, list[EyeCheck]]:
    """What reviewers have ticked on these cases, in any round, the first round first."""
    ticks: dict[int, list[EyeCheck]] = defaultdict(list)
    for tick in await EyeCheck.filter(application_id__in=cases).select_related('by').order_by('round') if cases else []:
        ticks[tick.application_id].append(tick)
    return ticks


def _books(volunteers: Sequence[int]) -> QuerySet[RecordBook]:
    return RecordBook.filter(volunteer_id__in=volunteers, status=BookStatus.IN_USE)


def _registrations(volunteers: Sequence[int]) -> QuerySet[PaperRegistration]:
    """Of paper books, under way."""
    return PaperRegistration.filter(volunteer_id__in=volunteers, status__in=REGISTRATIONS_OPEN)


def _list(
    found: Iterable[Check],
    asked: dict[str, Rule],
    application: Application | None,
    looks: _Looks | None,
) -> list[Check]:
    lines = defaultdict(list)
    for check in found:
        lines[check.key].append(check)
    if application is not None and application.status == ApplicationStatus.APPROVED:
        # The book that an approved application led to does not stand in its own way.
        lines['book'] = [Check('book', rules.LABELS['book'], '已核發')]
    listed: list[Check] = []
    for key, rule in asked.items():
        if rule.by_eye:
            listed.append(_by_eye(rule, looks))
        else:
            listed += [_weighed(check, rule) for check in lines[key]]
    return listed


def _weighed(check: Check, rule: Rule) -> Check:
    """A finding as the rule has it; the line of the identity number keeps the name of the document."""
    label = check.label if check.key == 'identity' else rule.label
    state, note = check.state, check.note
    if state == 'lacking' and rule.demand == Demand.ADVICE:
        state = 'advice'
        note += '' if check.key == 'membership' else '，可以先送審'  # that one is the reviewer's to read
    if state != 'ok' and rule.note:
        note = f'{note}（{rule.note}）'
    return replace(check, label=label, state=state, note=note, source=check.source or rule.source)


def _by_eye(rule: Rule, looks: _Looks | None) -> Check:
    """For the clerk what will be looked at; for the reviewer the box, and who ticked it now or in an earlier round.

    A tick counts while what was looked at is what is there.
    """
    check = Check(rule.key, rule.label, rule.note, 'eye', source=rule.source, rule_id=rule.id)
    if looks is None:
        return check
    application, is_waiting = looks.application, looks.application.status == ApplicationStatus.SUBMITTED
    check = replace(check, digest=looks.papers.digest(rule.looks_at))
    tick = next((tick for tick in reversed(looks.ticks) if tick.rule_id == rule.id), None)
    is_of_now = tick is not None and tick.round == application.round
    if tick is not None and is_of_now and (tick.digest == check.digest or not is_waiting):
        return replace(check, state='ok', note='', ticked_by=tick.by.name)
    notes = [rule.note] if rule.note else []
    if tick is not None:
        past = (
            f'{tick.by.name} 目視之後，資料有了修改' if is_of_now else f'第 {tick.round} 次送審時 {tick.by.name} 已目視'
        )
        notes.append(past)
    is_needed = rule.demand == Demand.REQUIRED and is_waiting
    if is_needed or (is_of_now and is_waiting):
        notes.append('請再目視後勾選' if is_of_now else '請目視後勾選')
    return replace(check, state='lacking' if is_needed else 'eye', note='；'.join(notes))
