"""Mails of cases, rosters and sign-offs, each composed by `templates` from the plain facts that `catalogue` lists.

The functions belong into the transaction of what they tell of: they keep the mail, `outbox` sends it after the commit.
What concerns an office always goes to its mailbox; its people with an address of their own get a copy as they chose.
The body shows identity numbers masked; a subject, which is kept and transported in clear, names nobody.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from db.choices import ApplicationStatus
from db.models import (
    Account,
    Agency,
    Application,
    HostUnit,
    RecordBook,
    Roster,
    SignOff,
)

from .. import dates, links, permissions
from ..calendar import days_left
from ..calendar.days_left import DaysLeft
from ..cases import case_numbers, deputies
from ..printouts import roster_sheets
from . import outbox, templates
from .catalogue import Fact
from .facts import day, instant, lines, of_agency, of_book, of_case, of_sending, of_unit, person, review_days, url_of
from .outbox import Attachment, Letter
from .receivers import mailbox_of, tell_agency, tell_people, tell_unit, unit_letters

_OUTCOMES = {ApplicationStatus.APPROVED: '核可', ApplicationStatus.RETURNED: '補件', ApplicationStatus.REJECTED: '駁回'}


async def submitted(application: Application) -> None:
    """To the issuing agency: an application waits, until when; with the roster (law.md#the-process, 管理辦法 §5).

    `application` comes as `transitions.move` has returned it.
    """
    case = _as_told(application)
    if case.submitted_by is None or case.submitted_at is None or case.due_on is None:
        raise ValueError(f'application {case.id} has not been submitted')
    roster = Attachment('名冊.ods', await roster_sheets.roster([case], by=case.submitted_by))
    facts = of_case(case, links.case(case.id)) | of_sending(case.submitted_at, case.due_on) | {'備註': case.remarks}
    await tell_agency('submitted', case.agency, facts, application=case, attachment=roster)


async def roster_submitted(roster: Roster, applications: Sequence[Application], *, by: Account) -> None:
    """To the issuing agency: these applications of a roster wait, sent together by `by`; the roster goes with it."""
    ids = [application.id for application in applications]
    related = ('volunteer', 'host_unit', 'agency')
    cases = await Application.filter(id__in=ids).order_by('roster_position', 'id').select_related(*related)
    first = cases[0]
    if first.submitted_at is None or first.due_on is None:
        raise ValueError(f'roster {roster.id} has not been submitted')
    facts: dict[str, Fact] = {
        **of_unit(first.host_unit, by),
        **of_agency(first.agency),
        **of_sending(first.submitted_at, first.due_on),
        '名冊編號': roster.id,
        '名冊': roster.title,
        '件數': len(cases),
        '案件': [f'{number}. {_row(case)}' for number, case in enumerate(cases, 1)],
        '連結': url_of(links.review_roster(roster.id)),
    }
    attachment = Attachment('名冊.ods', await roster_sheets.roster(cases, by=by))
    await tell_agency('roster_submitted', first.agency, facts, roster=roster, attachment=attachment)


async def due_soon(agency: Agency, cases: Sequence[Application]) -> None:
    """To the issuing agency: these cases, with their units fetched, are about to be due."""
    first = min(case.due_on for case in cases if case.due_on)
    rows = [f'{_timed(case)}（含當日）' for case in cases]
    link = url_of(links.overdue('soon'))
    facts: dict[str, Fact] = {'件數': len(rows), '逐案': rows, '期限': dates.roc(first), '連結': link}
    await tell_agency('due_soon', agency, of_agency(agency) | facts)


async def overdue(agency: Agency, cases: Sequence[Application]) -> None:
    """To the agency's supervisor: these cases, with their units fetched, are overdue."""
    left = await days_left.of({case.id: (case.due_on, days_left.calendar_of(agency)) for case in cases if case.due_on})
    rows = [f'{_timed(case)}　{_over(left[case.id])}' for case in cases if case.id in left]
    facts: dict[str, Fact] = {
        **of_agency(agency),
        '主管': agency.supervisor_name or f'{agency.name}主管',
        '件數': len(rows),
        '逐案': rows,
        '審核期間': review_days(agency),
        '連結': url_of(links.overdue()),
    }
    await outbox.queue(agency.supervisor_email, *await templates.composed('overdue', facts), template='overdue')
    if stood := await deputies.of_supervisor(agency):
        composed = await templates.composed('overdue', facts | deputies.told_to([stood]) | {'主管': stood.deputy.name})
        await outbox.queue(stood.deputy.email, *composed, template='overdue', account=stood.deputy, is_certain=True)


async def returned(application: Application, reason: str) -> None:
    """To the unit: what is to be mended (通知補件)."""
    case = await _case(application)
    more: dict[str, Fact] = {'原因': lines(reason), '審核期間': review_days(case.agency)}
    more |= {'補件期限': day(case.correct_by)}
    await tell_unit('returned', case, of_case(case, links.application(case.volunteer_id)) | more)


async def rejected(application: Application, reason: str, *, correct_by: date | None = None) -> None:
    """To the unit: the application is turned down (駁回), and why; `correct_by` when that day passed in vain."""
    case = await _case(application)
    facts = of_case(case, links.record_books(case.volunteer_id))
    await tell_unit('rejected', case, facts | {'原因': lines(reason), '補件期限': day(correct_by)})


async def correction_due(unit: HostUnit, cases: Sequence[Application]) -> None:
    """To the unit: the last day of these corrections, with their agencies fetched, is near.

    A clerk of one team reads of that team's alone.
    """
    ids = [case.submitted_by_id for case in cases if case.submitted_by_id]
    clerks = await Account.filter(id__in=ids, host_unit_id=unit.id, is_active=True).order_by('id')
    whole = [clerk for clerk in clerks if clerk.team_id is None]
    mailbox = mailbox_of(unit, whole)
    facts = _of_corrections(unit, cases)
    await outbox.queue(mailbox, *await templates.composed('correction_due', facts), template='correction_due')
    await tell_people('correction_due', facts, whole, [mailbox])
    for clerk in clerks:
        own = [case for case in cases if permissions.may_see_case(clerk, case)]
        if clerk.team_id is not None and own:
            await tell_people('correction_due', _of_corrections(unit, own), [clerk], [mailbox])


async def draft_closed(draft: Application, by: Account, reason: str) -> None:
    """To the unit that forgot a draft, before it goes: another unit applies for the volunteer now, and why it may."""
    case = await _case(draft)
    taker = await HostUnit.get(id=by.host_unit_id)
    facts = of_case(case, links.applications()) | {'接手單位': taker.name, '原因': lines(reason)}
    composed = await templates.composed('draft_closed', facts)
    await outbox.queue(case.host_unit.email, *composed, template='draft_closed')


async def handed_over(application: Application, giver: HostUnit) -> None:
    """To the unit that has taken the person: the application under way is now its own."""
    case = await _case(application)
    facts = of_case(case, links.application(case.volunteer_id)) | {'原單位': giver.name, '狀態': case.status.label}
    composed = await templates.composed('handed_over', facts)
    about = case if case.round else None  # a draft may yet be deleted
    await outbox.queue(case.host_unit.email, *composed, template='handed_over', application=about)


async def approved(application: Application, book: RecordBook) -> None:
    """To the unit: the book is issued, its number (流程 4)."""
    await approved_each([(application, book)])


async def approved_each(issued: Sequence[tuple[Application, RecordBook]]) -> None:
    """The same of many cases, each with a mail of its own."""
    compose, letters = await templates.worded('approved'), []
    for case, book in await _cases_of(issued):
        facts = of_case(case, links.record_books(case.volunteer_id)) | of_book(book)
        letters += unit_letters('approved', compose, case, facts)
        await asyncio.sleep(0)  # pages of others go on meanwhile
    await outbox.queue_each(letters)


async def roster_decided(roster: Roster, applications: Sequence[Application], numbers: Mapping[int, str]) -> None:
    """To the unit: what became of these rows of its roster, all at once; `numbers` are of the books, by application."""
    found = await _cases([application.id for application in applications])
    cases = [found[application.id] for application in applications]
    first = cases[0]
    facts: dict[str, Fact] = {
        **of_unit(first.host_unit, first.submitted_by),
        **of_agency(first.agency),
        '名冊編號': roster.id,
        '名冊': roster.title,
        **_of_rows(cases, numbers),
        '連結': url_of(links.roster(roster.id)),
    }
    clerks = {case.submitted_by.id: case.submitted_by for case in cases if case.submitted_by}
    active = [clerk for clerk in clerks.values() if clerk.is_active]
    whole = [clerk for clerk in active if all(permissions.may_see_case(clerk, case) for case in cases)]
    mailbox = mailbox_of(first.host_unit, whole)
    await outbox.queue(
        mailbox, *await templates.composed('roster_decided', facts), template='roster_decided', roster=roster
    )
    await tell_people('roster_decided', facts, whole, [mailbox], roster=roster)
    for clerk in active:
        if clerk not in whole:  # of a team that has only some of the rows
            own = [case for case in cases if permissions.may_see_case(clerk, case)]
            await tell_people('roster_decided', facts | _of_rows(own, numbers), [clerk], [mailbox], application=own[0])


async def approved_for_volunteer(application: Application, book: RecordBook) -> None:
    """To the volunteer: the book can be read on line. Nothing is kept when no address was ever given."""
    await approved_for_volunteers([(application, book)])


async def approved_for_volunteers(issued: Sequence[tuple[Application, RecordBook]]) -> None:
    """The same of many cases, each volunteer with a mail of the own."""
    template = 'approved_for_volunteer'
    compose, letters = await templates.worded(template), []
    people = [case.volunteer_id for case, _ in issued]
    accounts = {one.volunteer_id: one for one in await Account.filter(volunteer_id__in=people)}
    for case, book in await _cases_of(issued):
        if not case.volunteer.email:
            continue
        kind: dict[str, Fact] = {'證件種類': case.volunteer.identity_kind.label}
        facts = of_case(case, links.my_record_book()) | of_book(book) | kind
        account = accounts.get(case.volunteer_id)
        address = case.volunteer.email
        letters.append(Letter(address, *compose(facts), template=template, application=case, account=account))
        await asyncio.sleep(0)  # pages of others go on meanwhile
    await outbox.queue_each(letters)


async def sign_off_asked(
    email: str, name: str, cases: Sequence[Application], link: str, valid_until: datetime | None, *, by: Account
) -> None:
    """To a unit's 志工督導: what is going to be sent waits for a sign-off; `link` shows it."""
    unit = await HostUnit.get(id=by.host_unit_id)
    known = of_unit(unit, by)
    facts: dict[str, Fact] = {one: known[one] for one in ('運用單位', '承辦人', '單位電話')}
    facts |= {'督導': name, '件數': len(cases), '連結': url_of(link), '有效期限': instant(valid_until)}
    composed = await templates.composed('sign_off_asked', facts)
    await outbox.queue(email, *composed, template='sign_off_asked', holds_secret=True)


async def sign_off_answered(answered: SignOff, who: str, outcome: str, link: str) -> None:
    """To whoever asked for the sign-off, with that account fetched: 同意, or 不同意 and why."""
    facts: dict[str, Fact] = {'姓名': answered.asked_by.name, '督導': who, '結果': outcome}
    facts |= {'原因': lines(answered.reason), '連結': url_of(link)}
    composed = await templates.composed('sign_off_answered', facts)
    asker = answered.asked_by
    await outbox.queue(asker.email, *composed, template='sign_off_answered', account=asker)


async def _case(application: Application) -> Application:
    """The application as it stands in this transaction, with everybody concerned."""
    return (await _cases([application.id]))[application.id]


async def _cases(ids: Sequence[int]) -> dict[int, Application]:
    related = ('volunteer', 'host_unit', 'agency', 'submitted_by')
    return {case.id: _as_told(case) for case in await Application.filter(id__in=ids).select_related(*related)}


def _as_told(case: Application) -> Application:
    """Without its sender, where that is a clerk of the unit that has handed it over since, or of another team."""
    sender = case.submitted_by
    if sender is not None and not permissions.is_of_place(sender, case.host_unit_id, case.team_id):
        case.submitted_by = None
    return case


async def _cases_of(issued: Sequence[tuple[Application, RecordBook]]) -> list[tuple[Application, RecordBook]]:
    cases = await _cases([application.id for application, _ in issued])
    return [(cases[application.id], book) for application, book in issued]


# The facts


def _of_corrections(unit: HostUnit, cases: Sequence[Application]) -> dict[str, Fact]:
    days = [case.correct_by for case in cases if case.correct_by]
    return {
        '運用單位': unit.name,
        '件數': len(days),
        '逐案': [
            f'{case_numbers.written(case.id)}　{case.agency.name}　補件期限 {day(case.correct_by)}（含當日）'
            for case in cases
        ],
        '補件期限': day(min(days)),
        '連結': url_of(links.applications()),
    }


def _of_rows(cases: Sequence[Application], numbers: Mapping[int, str]) -> dict[str, Fact]:
    counts = Counter(case.status for case in cases)
    return {
        '件數': len(cases),
        '結果': '、'.join(f'{word} {counts[status]} 件' for status, word in _OUTCOMES.items() if counts[status]),
        '各件': [f'{row}. {_outcome(case, numbers.get(case.id, ""))}' for row, case in enumerate(cases, 1)],
        '補件期限': day(min((case.correct_by for case in cases if case.correct_by), default=None)),
    }


def _row(case: Application) -> str:
    """A case of a roster on one line."""
    again = f'（第 {case.round} 次送審）' if case.round > 1 else ''
    return f'{case_numbers.written(case.id)}　{person(case.volunteer)}　{case.kind.label}{again}'


def _outcome(case: Application, number: str) -> str:
    """A row of a roster that was decided: the number of its book, or why it has none yet."""
    said = f'　{number}' if number else f'：{"；".join(lines(case.reason))}'
    return f'{case_numbers.written(case.id)}　{person(case.volunteer)}　{_OUTCOMES[case.status]}{said}'


def _timed(case: Application) -> str:
    """Number, unit and time of a case that was sent; nobody's name."""
    due = dates.roc(case.due_on) if case.due_on else ''
    return f'{case_numbers.written(case.id)}　{case.host_unit.name}　送審 {instant(case.submitted_at)}　期限 {due}'


def _over(left: DaysLeft) -> str:
    return f'逾期 {-left.days} {"個工作天" if left.are_working_days else "日"}'
