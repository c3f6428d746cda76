"""Every mail the office writes, each composed by `templates` from the plain facts that `catalogue` lists.

The functions belong into the transaction of what they tell of: they keep the mail, `outbox` sends it after the commit.
What concerns an office always goes to its mailbox; its people with an address of their own get a copy as they chose.
The body shows identity numbers masked; a subject, which is kept and transported in clear, names nobody.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from db.choices import ApplicationStatus, BookStatus, MailPreference, Role
from db.models import (
    Account,
    AccountRequest,
    Agency,
    Application,
    HostUnit,
    PaperRegistration,
    RecordBook,
    Roster,
    SignOff,
)

from .. import book_numbers, dates, links, permissions, settings
from ..calendar import days_left
from ..calendar.days_left import DaysLeft
from ..cases import case_numbers, deputies
from ..printouts import roster_sheets
from . import outbox, templates
from .catalogue import Fact
from .outbox import Attachment, Letter

NOT_KNOWN = '（未登錄）'

Composer = Callable[[Mapping[str, Fact]], tuple[str, str]]
_OUTCOMES = {ApplicationStatus.APPROVED: '核可', ApplicationStatus.RETURNED: '補件', ApplicationStatus.REJECTED: '駁回'}


async def submitted(application: Application) -> None:
    """To the issuing agency: an application waits, until when; with the roster (law.md#the-process, 管理辦法 §5).

    `application` comes as `transitions.move` has returned it.
    """
    case = _as_told(application)
    if case.submitted_by is None or case.submitted_at is None or case.due_on is None:
        raise ValueError(f'application {case.id} has not been submitted')
    roster = Attachment('名冊.ods', await roster_sheets.roster([case], by=case.submitted_by))
    facts = _about(case, links.case(case.id)) | _sent(case.submitted_at, case.due_on) | {'備註': case.remarks}
    await _tell_agency('submitted', case.agency, facts, application=case, attachment=roster)


async def roster_submitted(roster: Roster, applications: Sequence[Application], *, by: Account) -> None:
    """To the issuing agency: these applications of a roster wait, sent together by `by`; the roster goes with it."""
    ids = [application.id for application in applications]
    related = ('volunteer', 'host_unit', 'agency')
    cases = await Application.filter(id__in=ids).order_by('roster_position', 'id').select_related(*related)
    first = cases[0]
    if first.submitted_at is None or first.due_on is None:
        raise ValueError(f'roster {roster.id} has not been submitted')
    facts: dict[str, Fact] = {
        **_of_unit(first.host_unit, by),
        **_of_agency(first.agency),
        **_sent(first.submitted_at, first.due_on),
        '名冊編號': roster.id,
        '名冊': roster.title,
        '件數': len(cases),
        '案件': [f'{number}. {_row(case)}' for number, case in enumerate(cases, 1)],
        '連結': url_of(links.review_roster(roster.id)),
    }
    attachment = Attachment('名冊.ods', await roster_sheets.roster(cases, by=by))
    await _tell_agency('roster_submitted', first.agency, facts, roster=roster, attachment=attachment)


async def due_soon(agency: Agency, cases: Sequence[Application]) -> None:
    """To the issuing agency: these cases, with their units fetched, are about to be due."""
    first = min(case.due_on for case in cases if case.due_on)
    rows = [f'{_timed(case)}（含當日）' for case in cases]
    link = url_of(links.overdue('soon'))
    facts: dict[str, Fact] = {'件數': len(rows), '逐案': rows, '期限': dates.roc(first), '連結': link}
    await _tell_agency('due_soon', agency, _of_agency(agency) | facts)


async def overdue(agency: Agency, cases: Sequence[Application]) -> None:
    """To the agency's supervisor: these cases, with their units fetched, are overdue."""
    left = await days_left.of({case.id: (case.due_on, days_left.calendar_of(agency)) for case in cases if case.due_on})
    rows = [f'{_timed(case)}　{_over(left[case.id])}' for case in cases if case.id in left]
    facts: dict[str, Fact] = {
        **_of_agency(agency),
        '主管': agency.supervisor_name or f'{agency.name}主管',
        '件數': len(rows),
        '逐案': rows,
        '審核期間': _review_days(agency),
        '連結': url_of(links.overdue()),
    }
    await outbox.queue(agency.supervisor_email, *await templates.composed('overdue', facts), template='overdue')
    if stood := await deputies.of_supervisor(agency):
        composed = await templates.composed('overdue', facts | deputies.told_to([stood]) | {'主管': stood.deputy.name})
        await outbox.queue(stood.deputy.email, *composed, template='overdue', account=stood.deputy, is_certain=True)


async def returned(application: Application, reason: str) -> None:
    """To the unit: what is to be mended (通知補件)."""
    case = await _case(application)
    more: dict[str, Fact] = {'原因': lines(reason), '審核期間': _review_days(case.agency)}
    more |= {'補件期限': _day(case.correct_by)}
    await _tell_unit('returned', case, _about(case, links.application(case.volunteer_id)) | more)


async def rejected(application: Application, reason: str, *, correct_by: date | None = None) -> None:
    """To the unit: the application is turned down (駁回), and why; `correct_by` when that day passed in vain."""
    case = await _case(application)
    facts = _about(case, links.record_books(case.volunteer_id))
    await _tell_unit('rejected', case, facts | {'原因': lines(reason), '補件期限': _day(correct_by)})


async def correction_due(unit: HostUnit, cases: Sequence[Application]) -> None:
    """To the unit: the last day of these corrections, with their agencies fetched, is near.

    A clerk of one team reads of that team's alone.
    """
    ids = [case.submitted_by_id for case in cases if case.submitted_by_id]
    clerks = await Account.filter(id__in=ids, host_unit_id=unit.id, is_active=True).order_by('id')
    whole = [clerk for clerk in clerks if clerk.team_id is None]
    mailbox = unit.email or next((clerk.email for clerk in whole if clerk.email), '')
    facts = _of_corrections(unit, cases)
    await outbox.queue(mailbox, *await templates.composed('correction_due', facts), template='correction_due')
    await _copy('correction_due', facts, whole, [mailbox])
    for clerk in clerks:
        own = [case for case in cases if permissions.may_see_case(clerk, case)]
        if clerk.team_id is not None and own:
            await _copy('correction_due', _of_corrections(unit, own), [clerk], [mailbox])


async def draft_closed(draft: Application, by: Account, reason: str) -> None:
    """To the unit that forgot a draft, before it goes: another unit applies for the volunteer now, and why it may."""
    case = await _case(draft)
    taker = await HostUnit.get(id=by.host_unit_id)
    facts = _about(case, links.applications()) | {'接手單位': taker.name, '原因': lines(reason)}
    composed = await templates.composed('draft_closed', facts)
    await outbox.queue(case.host_unit.email, *composed, template='draft_closed')


async def handed_over(application: Application, giver: HostUnit) -> None:
    """To the unit that has taken the person: the application under way is now its own."""
    case = await _case(application)
    facts = _about(case, links.application(case.volunteer_id)) | {'原單位': giver.name, '狀態': case.status.label}
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
        facts = _about(case, links.record_books(case.volunteer_id)) | _of_book(book)
        letters += _unit_letters('approved', compose, case, facts)
        await asyncio.sleep(0)  # pages of others go on meanwhile
    await outbox.queue_each(letters)


async def paper_books_wait(agency: Agency, unit: HostUnit, *, by: Account) -> None:
    """To the issuing agency: paper books of the unit wait; while some of them do, it is told no more."""
    facts = _of_unit(unit, by) | _of_agency(agency) | {'連結': url_of(links.review_paper_books(unit=unit.id))}
    await _tell_agency('paper_books_wait', agency, facts)


async def paper_books_confirmed(unit: HostUnit, agency: Agency, registrations: Sequence[PaperRegistration]) -> None:
    """To the unit: these paper books, each with its volunteer and clerk fetched, stand in the records now."""
    only = registrations[0].volunteer_id if len(registrations) == 1 else None
    facts: dict[str, Fact] = {
        **_of_unit(unit, registrations[0].sent_by),
        **_of_agency(agency),
        '件數': len(registrations),
        '各冊': [f'{row}. {_paper_row(one)}' for row, one in enumerate(registrations, 1)],
        '連結': url_of(links.record_books(only) if only else links.paper_books('confirmed')),
    }
    await _tell_unit_of_books('paper_books_confirmed', unit, registrations, facts)


async def paper_book_returned(registration: PaperRegistration) -> None:
    """To the unit: what is to be mended of a paper book, which comes with all that belongs to it."""
    await _of_paper_book('paper_book_returned', registration)


async def paper_book_unconfirmed(registration: PaperRegistration) -> None:
    """To the unit: a paper book that was confirmed is none any more, and why; comes with all that belongs to it."""
    await _of_paper_book('paper_book_unconfirmed', registration)


async def _of_paper_book(template: str, registration: PaperRegistration) -> None:
    facts: dict[str, Fact] = {
        **_of_unit(registration.host_unit, registration.sent_by),
        **_of_agency(registration.agency),
        '志工': registration.volunteer.name,
        '證號': registration.volunteer.identity_masked,
        '紀錄冊號': _paper_number(registration),
        '原因': lines(registration.reason),
        '連結': url_of(links.paper_book(registration.volunteer_id)),
    }
    await _tell_unit_of_books(template, registration.host_unit, [registration], facts)


async def roster_decided(roster: Roster, applications: Sequence[Application], numbers: Mapping[int, str]) -> None:
    """To the unit: what became of these rows of its roster, all at once; `numbers` are of the books, by application."""
    found = await _cases([application.id for application in applications])
    cases = [found[application.id] for application in applications]
    first = cases[0]
    facts: dict[str, Fact] = {
        **_of_unit(first.host_unit, first.submitted_by),
        **_of_agency(first.agency),
        '名冊編號': roster.id,
        '名冊': roster.title,
        **_of_rows(cases, numbers),
        '連結': url_of(links.roster(roster.id)),
    }
    clerks = {case.submitted_by.id: case.submitted_by for case in cases if case.submitted_by}
    active = [clerk for clerk in clerks.values() if clerk.is_active]
    whole = [clerk for clerk in active if all(permissions.may_see_case(clerk, case) for case in cases)]
    mailbox = first.host_unit.email or next((clerk.email for clerk in whole if clerk.email), '')
    await outbox.queue(
        mailbox, *await templates.composed('roster_decided', facts), template='roster_decided', roster=roster
    )
    await _copy('roster_decided', facts, whole, [mailbox], roster=roster)
    for clerk in active:
        if clerk not in whole:  # of a team that has only some of the rows
            own = [case for case in cases if permissions.may_see_case(clerk, case)]
            await _copy('roster_decided', facts | _of_rows(own, numbers), [clerk], [mailbox], application=own[0])


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
        facts = _about(case, links.my_record_book()) | _of_book(book) | kind
        account = accounts.get(case.volunteer_id)
        address = case.volunteer.email
        letters.append(Letter(address, *compose(facts), template=template, application=case, account=account))
        await asyncio.sleep(0)  # pages of others go on meanwhile
    await outbox.queue_each(letters)


async def first_password(account: Account, link: str, valid_until: datetime) -> None:
    """To a volunteer: the link by which the password is set (系統自動設定); no clerk knows it."""
    facts: dict[str, Fact] = {'帳號': await _username(account), '連結': url_of(link), '有效期限': _instant(valid_until)}
    await _queue_secret(account, 'first_password', facts)


async def reset(account: Account, link: str, valid_until: datetime | None = None) -> None:
    """To the account's owner: the link by which a new password is set. `link` is a path of ours or a whole address."""
    await _queue_secret(account, 'reset', {'連結': url_of(link), '有效期限': _instant(valid_until)})


async def account_granted(
    account: Account,
    link: str,
    valid_until: datetime | None = None,
    *,
    was_asked_for: bool,
    opener: str = '系統管理者',
) -> None:
    """To the account's owner: the account is open, asked for or not; `link` leads to where the password is set."""
    facts: dict[str, Fact] = {'帳號': await _username(account), '身分': account.role.label, '申請': was_asked_for}
    facts |= {'開通者': opener, '連結': url_of(link), '有效期限': _instant(valid_until)}
    await _queue_secret(account, 'account_granted', facts)


async def account_to_confirm(request: AccountRequest, link: str, valid_until: datetime | None = None) -> None:
    """To whoever is said to have asked for an account. It has no word of the form: a stranger may have filled it in."""
    facts: dict[str, Fact] = {'連結': url_of(link), '有效期限': _instant(valid_until)}
    composed = await templates.composed('account_confirm', facts)
    await outbox.queue(request.email, *composed, template='account_confirm', holds_secret=True)


async def account_refused(request: AccountRequest, reason: str) -> None:
    """To whoever asked for an account: not granted, and why."""
    facts: dict[str, Fact] = {'姓名': request.name, '申請單位': request.organisation, '帳號': request.username}
    facts |= {'原因': lines(reason), '連結': url_of(links.request_account())}
    composed = await templates.composed('account_refused', facts)
    await outbox.queue(request.email, *composed, template='account_refused')


async def sign_off_asked(
    email: str, name: str, cases: Sequence[Application], link: str, valid_until: datetime | None, *, by: Account
) -> None:
    """To a unit's 志工督導: what is going to be sent waits for a sign-off; `link` shows it."""
    unit = await HostUnit.get(id=by.host_unit_id)
    of_unit = _of_unit(unit, by)
    facts: dict[str, Fact] = {one: of_unit[one] for one in ('運用單位', '承辦人', '單位電話')}
    facts |= {'督導': name, '件數': len(cases), '連結': url_of(link), '有效期限': _instant(valid_until)}
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


async def _tell_agency(
    template: str,
    agency: Agency,
    facts: dict[str, Fact],
    *,
    application: Application | None = None,
    roster: Roster | None = None,
    attachment: Attachment | None = None,
) -> None:
    """Its mailbox, and its reviewers as they chose. The roster names people in full: it goes to the mailbox only."""
    if attachment is not None:
        facts |= {'附名冊': True}
    compose = await templates.worded(template)
    about = {'application': application, 'roster': roster}
    letters = [Letter(agency.email, *compose(facts), template=template, attachment=attachment, **about)]
    away = await deputies.standing(agency.id)
    reviewers = Account.filter(agency_id=agency.id, role=Role.REVIEWER, is_active=True).exclude(id__in=list(away))
    people = {person.id: person for person in await reviewers.exclude(email='').order_by('id')}
    standing_in = [people.pop(number) for number in {one.deputy.id for one in away.values()} if number in people]
    letters += _copies(template, compose, facts, people.values(), [agency.email], **about)
    for person in standing_in:
        stood = [one for one in away.values() if one.deputy.id == person.id]
        # Whoever stands in for others reads as soon as any of them would.
        chosen = {person.mail_preference, *(one.absent.mail_preference for one in stood)}
        person.mail_preference = next(each for each in MailPreference if each in chosen)
        reached = [letter.recipient for letter in letters]
        letters += _copies(template, compose, facts | deputies.told_to(stood), [person], reached, **about)
    await outbox.queue_each(letters)


async def _tell_unit(template: str, case: Application, facts: dict[str, Fact]) -> None:
    await outbox.queue_each(_unit_letters(template, await templates.worded(template), case, facts))


def _unit_letters(template: str, compose: Composer, case: Application, facts: dict[str, Fact]) -> list[Letter]:
    """The unit's mailbox, read also when the clerk is away, else the clerk's own; and the clerk's as they chose."""
    clerk = case.submitted_by
    mailbox = case.host_unit.email or (clerk.email if clerk else '')
    letters = [Letter(mailbox, *compose(facts), template=template, application=case)]
    if clerk is not None and clerk.is_active:
        letters += _copies(template, compose, facts, [clerk], [mailbox], application=case)
    return letters


async def _tell_unit_of_books(
    template: str, unit: HostUnit, registrations: Sequence[PaperRegistration], facts: dict[str, Fact]
) -> None:
    clerks = {one.sent_by.id: one.sent_by for one in registrations if one.sent_by.host_unit_id == unit.id}
    mailbox = unit.email or next((clerk.email for clerk in clerks.values() if clerk.email), '')
    await outbox.queue(mailbox, *await templates.composed(template, facts), template=template)
    await _copy(template, facts, [clerk for clerk in clerks.values() if clerk.is_active], [mailbox])


async def _copy(
    template: str,
    facts: dict[str, Fact],
    people: Iterable[Account],
    reached: Iterable[str],
    *,
    application: Application | None = None,
    roster: Roster | None = None,
) -> None:
    about = {'application': application, 'roster': roster}
    await outbox.queue_each(_copies(template, await templates.worded(template), facts, people, reached, **about))


def _copies(
    template: str,
    compose: Composer,
    facts: dict[str, Fact],
    people: Iterable[Account],
    reached: Iterable[str],
    **about: Any,
) -> list[Letter]:
    """To each of `people` with an address that is none of those `reached` already; nobody reads it twice."""
    letters, seen = [], {address.strip().casefold() for address in reached} | {''}
    for person in people:
        address = person.email.strip()
        if address.casefold() in seen:
            continue
        seen.add(address.casefold())
        own = {name: fact for name, fact in facts.items() if name != '附名冊'} | {'寄給個人': True}
        if '附名冊' in facts:
            own |= {'附名冊': False}
        letters.append(Letter(address, *compose(own), template=template, account=person, **about))
    return letters


async def _queue_secret(account: Account, template: str, facts: dict[str, Fact]) -> None:
    composed = await templates.composed(template, {'姓名': account.name, **facts})
    await outbox.queue(account.email, *composed, template=template, account=account, holds_secret=True)


# The facts


def _of_corrections(unit: HostUnit, cases: Sequence[Application]) -> dict[str, Fact]:
    days = [case.correct_by for case in cases if case.correct_by]
    return {
        '運用單位': unit.name,
        '件數': len(days),
        '逐案': [
            f'{case_numbers.written(case.id)}　{case.agency.name}　補件期限 {_day(case.correct_by)}（含當日）'
            for case in cases
        ],
        '補件期限': _day(min(days)),
        '連結': url_of(links.applications()),
    }


def _of_rows(cases: Sequence[Application], numbers: Mapping[int, str]) -> dict[str, Fact]:
    counts = Counter(case.status for case in cases)
    return {
        '件數': len(cases),
        '結果': '、'.join(f'{word} {counts[status]} 件' for status, word in _OUTCOMES.items() if counts[status]),
        '各件': [f'{row}. {_outcome(case, numbers.get(case.id, ""))}' for row, case in enumerate(cases, 1)],
        '補件期限': _day(min((case.correct_by for case in cases if case.correct_by), default=None)),
    }


def _about(case: Application, link: str) -> dict[str, Fact]:
    return {
        '案號': case.id,
        '送審次數': case.round,
        '志工': case.volunteer.name,
        '證號': case.volunteer.identity_masked,
        '發冊類別': case.kind.label,
        **_of_unit(case.host_unit, case.submitted_by),
        **_of_agency(case.agency),
        '連結': url_of(link),
    }


def _of_unit(unit: HostUnit, clerk: Account | None) -> dict[str, Fact]:
    return {
        '運用單位': unit.name,
        '承辦人': clerk.name if clerk else '',
        '單位電話': (clerk.phone if clerk else '') or unit.phone or NOT_KNOWN,
        '單位信箱': (clerk.email if clerk else '') or unit.email or NOT_KNOWN,
    }


def _of_agency(agency: Agency) -> dict[str, Fact]:
    return {'發冊機關': agency.name, '機關電話': agency.phone or NOT_KNOWN, '機關信箱': agency.email or NOT_KNOWN}


def _of_book(book: RecordBook) -> dict[str, Fact]:
    is_cancelled = book.status == BookStatus.CANCELLED
    return {
        '紀錄冊號': book.number,
        '發冊日期': dates.roc_long(book.issued_on) if book.issued_on else '暫不填寫',
        '註銷': is_cancelled,
    }


def _sent(at: datetime, due: date) -> dict[str, Fact]:
    return {'送審時間': dates.roc_instant(at), '期限': dates.roc(due), '期限全文': dates.roc_long(due)}


def _row(case: Application) -> str:
    """A case of a roster on one line."""
    again = f'（第 {case.round} 次送審）' if case.round > 1 else ''
    who = templates.one_line(f'{case.volunteer.name}（{case.volunteer.identity_masked}）')
    return f'{case_numbers.written(case.id)}　{who}　{case.kind.label}{again}'


def _outcome(case: Application, number: str) -> str:
    """A row of a roster that was decided: the number of its book, or why it has none yet."""
    who = templates.one_line(f'{case.volunteer.name}（{case.volunteer.identity_masked}）')
    said = f'　{number}' if number else f'：{"；".join(lines(case.reason))}'
    return f'{case_numbers.written(case.id)}　{who}　{_OUTCOMES[case.status]}{said}'


def _paper_number(registration: PaperRegistration) -> str:
    return templates.one_line(book_numbers.written(registration.series, registration.serial))


def _paper_row(registration: PaperRegistration) -> str:
    who = templates.one_line(f'{registration.volunteer.name}（{registration.volunteer.identity_masked}）')
    return f'{who}　{_paper_number(registration)}'


def _timed(case: Application) -> str:
    """Number, unit and time of a case that was sent; nobody's name."""
    due = dates.roc(case.due_on) if case.due_on else ''
    return f'{case_numbers.written(case.id)}　{case.host_unit.name}　送審 {_instant(case.submitted_at)}　期限 {due}'


def _over(left: DaysLeft) -> str:
    return f'逾期 {-left.days} {"個工作天" if left.are_working_days else "日"}'


def lines(reason: str) -> list[str]:
    """What somebody wrote, line by line as a mail shows it."""
    return [line for line in map(templates.one_line, reason.splitlines()) if line]


def url_of(path: str) -> str:
    """A path of ours as a whole address; what is one already stays."""
    return f'{settings.current().public_url}{path}' if path.startswith('/') else path


def _day(day: date | None) -> str:
    return dates.roc(day) if day else ''


def _instant(moment: datetime | None) -> str:
    return dates.roc_instant(moment) if moment else ''


def _review_days(agency: Agency) -> str:
    return f'{agency.review_days} 個工作天內' if agency.counts_working_days else f'{agency.review_days} 日內'


async def _username(account: Account) -> str:
    """What the owner types; a volunteer types the identity number, which a mail shows masked."""
    if account.username:
        return account.username
    await account.fetch_related('volunteer')
    volunteer = account.volunteer
    return f'您的{volunteer.identity_kind.label}（{volunteer.identity_masked}）' if volunteer else ''
