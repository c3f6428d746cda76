"""Every mail the office writes, each composed from the template of its name (first line: the subject).

The functions belong into the transaction of what they tell of: they keep the mail, `outbox` sends it after the commit.
The body shows identity numbers masked; a subject, which is kept and transported in clear, names nobody.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from db.choices import BookStatus
from db.models import Account, AccountRequest, Agency, Application, RecordBook, Roster

from .. import dates, roster_sheets, settings
from . import outbox

# Where the links lead; an id of ours says nothing about a person.
LOGIN = '/login'
ACCOUNT_REQUEST = '/account/request'
CASE = '/reviews/{application.id}'
ROSTER = '/reviews/rosters/{roster.id}'
APPLICATION = '/volunteers/{application.volunteer_id}/record-book/application'
RECORD_BOOKS = '/volunteers/{application.volunteer_id}/record-book'
MY_RECORD_BOOK = '/my'
OVERDUE = '/reviews/overdue'
DUE_TODAY = '/reviews/overdue?due=soon'


async def submitted(application: Application) -> None:
    """To the issuing agency: an application waits, until when; the roster goes with it (流程 2; 管理辦法 §5)."""
    case = await _case(application)
    if case.submitted_by is None or case.submitted_at is None or case.due_on is None:
        raise ValueError(f'application {case.id} has not been submitted')
    roster = await roster_sheets.roster([case], by=case.submitted_by)
    await _queue_about(
        case,
        'submitted',
        case.agency.email,
        CASE,
        attachment=outbox.Attachment('名冊.ods', roster),
        submitted_at=dates.roc_instant(case.submitted_at),
        due=dates.roc(case.due_on),
        due_long=dates.roc_long(case.due_on),
    )


async def roster_submitted(roster: Roster, applications: Sequence[Application], *, by: Account) -> None:
    """To the issuing agency: these applications of a roster wait, sent together by `by`; the roster goes with it."""
    ids = [application.id for application in applications]
    related = ('volunteer', 'host_unit', 'agency')
    cases = await Application.filter(id__in=ids).order_by('roster_position', 'id').select_related(*related)
    first = cases[0]
    if first.submitted_at is None or first.due_on is None:
        raise ValueError(f'roster {roster.id} has not been submitted')
    subject, body = _composed(
        'roster_submitted',
        roster=roster,
        applications=cases,
        unit=first.host_unit,
        agency=first.agency,
        clerk=by,
        link=_link(ROSTER.format(roster=roster)),
        submitted_at=dates.roc_instant(first.submitted_at),
        due=dates.roc(first.due_on),
        due_long=dates.roc_long(first.due_on),
    )
    attachment = outbox.Attachment('名冊.ods', await roster_sheets.roster(cases, by=by))
    await outbox.queue(first.agency.email, subject, body, roster=roster, attachment=attachment)


async def due_soon(agency: Agency, cases: Sequence[Application]) -> None:
    """To the issuing agency: these cases, with their units fetched, are about to be due."""
    facts = _on_the_clock(cases)
    subject, body = _composed('due_soon', agency=agency, cases=facts, first_due=facts[0]['due'], link=_link(DUE_TODAY))
    await outbox.queue(agency.email, subject, body)


async def overdue(agency: Agency, cases: Sequence[Application]) -> None:
    """To the agency's supervisor: these cases, with their units fetched, are overdue."""
    subject, body = _composed(
        'overdue',
        agency=agency,
        supervisor=agency.supervisor_name,
        cases=_on_the_clock(cases),
        review_days=_review_days(agency),
        link=_link(OVERDUE),
    )
    await outbox.queue(agency.supervisor_email, subject, body)


async def returned(application: Application, reason: str) -> None:
    """To the unit: what is to be mended (通知補件)."""
    case = await _case(application)
    days = _review_days(case.agency)
    await _queue_about(case, 'returned', _unit_address(case), APPLICATION, reason=_lines(reason), review_days=days)


async def rejected(application: Application, reason: str) -> None:
    """To the unit: the application is turned down (駁回), and why."""
    case = await _case(application)
    await _queue_about(case, 'rejected', _unit_address(case), RECORD_BOOKS, reason=_lines(reason))


async def approved(application: Application, book: RecordBook) -> None:
    """To the unit: the book is issued, its number (流程 4)."""
    case = await _case(application)
    await _queue_about(case, 'approved', _unit_address(case), RECORD_BOOKS, **_of_book(book))


async def approved_for_volunteer(application: Application, book: RecordBook) -> None:
    """To the volunteer: the book can be read on line. Nothing is kept when no address was ever given."""
    case = await _case(application)
    if case.volunteer.email:
        await _queue_about(case, 'approved_for_volunteer', case.volunteer.email, MY_RECORD_BOOK, **_of_book(book))


async def password(account: Account, password: str) -> None:
    """To the account's owner: the password the system has set (系統自動設定)."""
    username = await _username(account)
    await _queue_secret(account, 'password', password=password, link=_link(LOGIN), username=username)


async def reset(account: Account, link: str, valid_until: datetime | None = None) -> None:
    """To the account's owner: the link by which a new password is set. `link` is a path of ours or a whole address."""
    await _queue_secret(account, 'reset', link=_link(link), valid_until=_instant(valid_until))


async def account_granted(account: Account, link: str, valid_until: datetime | None = None) -> None:
    """To the account's owner: the account is open; `link` leads to where the password is set."""
    username = await _username(account)
    await _queue_secret(
        account, 'account_granted', link=_link(link), valid_until=_instant(valid_until), username=username
    )


async def account_refused(request: AccountRequest, reason: str) -> None:
    """To whoever asked for an account: not granted, and why."""
    subject, body = _composed('account_refused', request=request, reason=_lines(reason), link=_link(ACCOUNT_REQUEST))
    await outbox.queue(request.email, subject, body)


async def _case(application: Application) -> Application:
    """The application as it stands in this transaction, with everybody concerned."""
    related = ('volunteer', 'host_unit', 'agency', 'submitted_by')
    return await Application.get(id=application.id).select_related(*related)


async def _queue_about(
    case: Application,
    template: str,
    recipient: str,
    path: str,
    *,
    attachment: outbox.Attachment | None = None,
    **facts: Any,
) -> None:
    subject, body = _composed(
        template,
        application=case,
        volunteer=case.volunteer,
        unit=case.host_unit,
        agency=case.agency,
        clerk=case.submitted_by,
        link=_link(path.format(application=case)),
        **facts,
    )
    await outbox.queue(recipient, subject, body, application=case, attachment=attachment)


async def _queue_secret(account: Account, template: str, **facts: Any) -> None:
    subject, body = _composed(template, account=account, **facts)
    await outbox.queue(account.email, subject, body, holds_secret=True)


def _composed(template: str, **facts: Any) -> tuple[str, str]:
    """Subject and body."""
    text = _TEMPLATES.get_template(f'{template}.txt').render(office=settings.current(), **facts)
    subject, _, body = text.partition('\n')
    return subject, body.lstrip('\n')


def _one_line(value: Any) -> str:
    """A value as it may stand in a text: one line, and no characters that turn the direction of writing."""
    return ' '.join(_BREAKING.sub(' ', str(value)).split())


_BREAKING = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]')
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / 'templates'),
    autoescape=False,  # noqa: S701 -- plain text; _one_line keeps a value from looking like a line of ours
    undefined=StrictUndefined,
    finalize=_one_line,
    trim_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)


def _lines(reason: str) -> list[str]:
    return [line for line in map(_one_line, reason.splitlines()) if line]


def _link(path: str) -> str:
    return f'{settings.current().public_url}{path}' if path.startswith('/') else path


def _instant(moment: datetime | None) -> str:
    return dates.roc_instant(moment) if moment else ''


def _unit_address(case: Application) -> str:
    """The unit's mailbox, read also when the clerk is away; else the clerk's own."""
    return case.host_unit.email or (case.submitted_by.email if case.submitted_by else '')


def _review_days(agency: Agency) -> str:
    return f'{agency.review_days} 個工作天內' if agency.counts_working_days else f'{agency.review_days} 日內'


def _on_the_clock(cases: Sequence[Application]) -> list[dict[str, Any]]:
    """Number, unit and time of cases that were sent; nobody's name."""
    return [
        {
            'id': case.id,
            'unit': case.host_unit.name,
            'submitted_at': _instant(case.submitted_at),
            'due': dates.roc(case.due_on),
            'days_late': -dates.days_left(case.due_on, dates.today()),
        }
        for case in cases
        if case.due_on
    ]


def _of_book(book: RecordBook) -> dict[str, Any]:
    return {
        'book': book,
        'issued_on': dates.roc_long(book.issued_on),
        'is_cancelled': book.status == BookStatus.CANCELLED,
    }


async def _username(account: Account) -> str:
    """What the owner types; a volunteer types the identity number, which a mail shows masked."""
    if account.username:
        return account.username
    await account.fetch_related('volunteer')
    volunteer = account.volunteer
    return f'您的{volunteer.identity_kind.label}（{volunteer.identity_masked}）' if volunteer else ''
