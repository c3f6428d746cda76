"""The mails as people look at them: a demo office's kept letters, and what did not arrive."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tortoise.expressions import Q, Subquery

from db.choices import MailStatus, Role
from db.models import Account, Application, OutgoingMail, Volunteer

from .. import dates, mail_addresses, permissions, settings, validation
from ..audit import reads
from ..errors import NotFound
from .catalogue import AUDIENCES, KINDS
from .outbox import UNDELIVERED, Attachment

MOST_UNDELIVERED = 500
MOST_RECENT = 50
# A mail leaves within seconds; what waits longer than this tells of a server in trouble.
WAITS_LONG = timedelta(minutes=15)

_ADDRESS = re.compile(r'<?[^\s<>:;,"\'@]+@[^\s<>:;,"\'@]+>?')


@dataclass(frozen=True)
class Letter:
    """A mail as the demo page shows it."""

    recipient: str
    subject: str
    body: str
    attachment: Attachment | None
    status: MailStatus
    last_error: str
    created_at: datetime


@dataclass(frozen=True)
class Undelivered:
    """A mail that did not arrive, or waits too long, as an administrator may see it: nothing of it names a volunteer.

    `noted_at` is when it was given up or came back, or since when it waits; `again` is what became
    of its last repetition, if there is one.
    """

    id: int
    label: str
    receiver: str
    recipient: str
    application_id: int | None
    roster_id: int | None
    status: MailStatus
    words: str
    noted_at: datetime
    again: MailStatus | None
    holds_secret: bool


@dataclass(frozen=True)
class Backlog:
    """Mails that wait too long: how many, since when, for which server ('' when none is set), and its last words."""

    count: int
    since: datetime
    host: str
    words: str


async def recent(*, by: Account) -> list[Letter]:
    """The newest mails that concern `by`, opened, passwords included: the mailbox of a demo office of made-up people.

    A real office (not `demo`, or with SMTP_URL) has no such page. Raises NotFound there.
    """
    office = settings.current()
    if not by.is_active or not office.demo or office.smtp_url:
        raise NotFound
    mails = await OutgoingMail.filter(_concerning(by)).limit(MOST_RECENT)
    told = Q(id__in=[mail.application_id for mail in mails if mail.application_id])
    of_rosters = Q(roster_id__in=[mail.roster_id for mail in mails if mail.roster_id])
    people: list[Any] = await Application.filter(told | of_rosters).values_list('volunteer_id', flat=True)
    reads.see(people)
    return [_letter(mail) for mail in mails]


async def backlog(*, by: Account) -> Backlog | None:
    """What waits too long, for the administrator, whom no mail would reach; None when nothing does."""
    permissions.require(by, 'mail.queries.backlog')
    office = settings.current()
    if office.demo and not office.smtp_url:  # there mails are kept and read in the page
        return None
    waiting = OutgoingMail.filter(_waiting_long())
    oldest = await waiting.order_by('created_at', 'id').first()
    if oldest is None:
        return None
    told = (
        await OutgoingMail.filter(status=MailStatus.WAITING).exclude(last_error='').order_by('-next_attempt_at').first()
    )
    host = urlsplit(office.smtp_url or '').hostname or ''
    words = as_undelivered(told).words if told else ''
    return Backlog(await waiting.count(), oldest.created_at, host, words)


async def undelivered(*, by: Account) -> list[Undelivered]:
    """What waits too long, failed or came back, the latest first, for an administrator to mend what can be mended."""
    permissions.require(by, 'mail.queries.undelivered')
    mails = await OutgoingMail.filter(_undelivered()).order_by('-id').limit(MOST_UNDELIVERED)
    again = OutgoingMail.filter(resent_from_id__in=[mail.id for mail in mails]).order_by('id')
    became = {mail.resent_from_id: mail.status for mail in await again.only('id', 'resent_from_id', 'status')}
    return [as_undelivered(mail, became.get(mail.id)) for mail in mails]


async def undelivered_one(mail_id: int, *, by: Account) -> Undelivered:
    """One of them. Raises NotFound."""
    permissions.require(by, 'mail.queries.undelivered_one')
    mail = await OutgoingMail.get_or_none(_undelivered(), id=validation.record_id(mail_id))
    if mail is None:
        raise NotFound
    last = await OutgoingMail.filter(resent_from_id=mail.id).order_by('-id').first()
    return as_undelivered(mail, last.status if last else None)


def _waiting_long() -> Q:
    return Q(status=MailStatus.WAITING, created_at__lt=dates.now() - WAITS_LONG)


def _undelivered() -> Q:
    office = settings.current()
    keeps_all = office.demo and not office.smtp_url
    failed = Q(status__in=UNDELIVERED)
    return failed if keeps_all else Q(failed, _waiting_long(), join_type=Q.OR)


def as_undelivered(mail: OutgoingMail, again: MailStatus | None = None) -> Undelivered:
    """A mail that did not arrive, without anything that names a volunteer."""
    kind = KINDS.get(mail.template)
    # Whose mail it is cannot be told of those from before there were kinds: they are treated as a volunteer's.
    is_personal = kind is None or kind.audience in ('volunteer', 'account', 'applicant')
    return Undelivered(
        id=mail.id,
        label=kind.label if kind else '系統信件',
        receiver=AUDIENCES[kind.audience] if kind else '',
        recipient=mail_addresses.masked(mail.recipient) if is_personal else mail.recipient,
        application_id=mail.application_id,
        roster_id=mail.roster_id,
        status=mail.status,
        words=_ADDRESS.sub('（收件人）', mail.last_error),
        noted_at=mail.created_at if mail.status == MailStatus.WAITING else mail.next_attempt_at,
        again=again,
        holds_secret=mail.holds_secret,
    )


def receiver_of(mail: OutgoingMail, by: Account) -> str:
    """Whom a mail went to, as `by` may know it; the mail's account is fetched.

    Offices, volunteers and people of one's own side by their address, which one may have to mend; people of the other
    side by their name only.
    """
    return mail.account.name if mail.account and _is_stranger(mail.account, by) else mail.recipient or '沒有電子郵件'


def trouble_of(mail: OutgoingMail, by: Account) -> str:
    """The server's words, without the address where `receiver_of` does not tell it."""
    hides = mail.account is not None and _is_stranger(mail.account, by)
    return _ADDRESS.sub('（收件人）', mail.last_error) if hides else mail.last_error


def in_brief(mail: OutgoingMail) -> str:
    """Its subject without the office's name in front.

    >>> in_brief(OutgoingMail(subject='【志願服務紀錄冊】案號 5 請補件'))
    '案號 5 請補件'
    """
    return mail.subject.removeprefix('【志願服務紀錄冊】')


def _is_stranger(person: Account, by: Account) -> bool:
    is_ours = (person.host_unit_id, person.agency_id) == (by.host_unit_id, by.agency_id)
    return person.role != Role.VOLUNTEER and by.role != Role.ADMINISTRATOR and not is_ours


def _concerning(by: Account) -> Q:
    """Mails of the own cases and to oneself; for a unit also to its volunteers, for the administrator to all staff."""
    to_volunteers = Q(recipient__in=Subquery(Volunteer.exclude(email='').values('email')))
    own = Q(recipient=by.email, application_id=None)
    if by.role == Role.ADMINISTRATOR:
        return Q(Q(application_id=None, roster_id=None), ~to_volunteers)
    if by.role == Role.REVIEWER:
        mine = Q(Q(application__agency_id=by.agency_id), Q(roster__agency_id=by.agency_id), join_type=Q.OR)
        return Q(mine, own, join_type=Q.OR)
    if by.role == Role.UNIT_STAFF:
        seen = Volunteer.filter(permissions.visible_to(by)).exclude(email='').values('email')
        theirs = Q(recipient__in=Subquery(seen), application_id=None)
        place = permissions.place_of(by).items()
        sides = [Q(**{f'{about}__{column}': one for column, one in place}) for about in ('application', 'roster')]
        mine = Q(*sides, join_type=Q.OR)
        return Q(mine, own, theirs, join_type=Q.OR)
    return own


def _letter(mail: OutgoingMail) -> Letter:
    attachment = None
    if mail.attachment is not None:
        attachment = Attachment(mail.attachment_name, base64.b64decode(mail.attachment.open()))
    return Letter(
        recipient=mail.recipient,
        subject=mail.subject,
        body=mail.body.open(),
        attachment=attachment,
        status=mail.status,
        last_error=mail.last_error,
        created_at=mail.created_at,
    )
