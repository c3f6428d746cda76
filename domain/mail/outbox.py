"""Mails waiting to be sent, and the task that sends them.

A mail is a row written in the transaction of what it tells of: a decision and its mail are kept together or not at
all, and no decision waits for a mail server. Afterwards any process may deliver it, and only one does:

1. claim: one short transaction takes the next due row (`FOR UPDATE SKIP LOCKED`), counts the attempt and moves its
   `next_attempt_at` LEASE ahead, so that nobody else takes it meanwhile;
2. send: no transaction and no connection of ours is held while the mail server thinks;
3. note: SENT, or WAITING for the next attempt, or FAILED for good, with the server's own words.

A process killed between 2 and 3 leaves a mail that was sent and is not noted: it is sent again when the lease is over,
under the same Message-ID and Date, by which the receiver can tell that it is the same.
"""

import asyncio
import base64
import logging
import re
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiosmtplib
from tortoise.expressions import Q, Subquery

from db import sealing, transaction
from db.choices import MailStatus, Role
from db.models import Account, Application, OutgoingMail, Roster, Volunteer

from .. import announcements, dates, permissions, settings
from ..errors import NotFound
from ..settings import Settings
from . import smtp

log = logging.getLogger(__name__)

# How long a claimed mail stays ours, and how long handing it over may take; the former must be much the longer.
LEASE = timedelta(minutes=5)
SEND_WITHIN = 120.0

# Pauses after the first, second … attempt: ten attempts in four days, about what RFC 5321 §4.5.4.1 asks for.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440, 1440))

# Seconds between two looks at the outbox when no announcement comes: mails whose pause is over, and lost announcements.
POLL = 10.0

CLEARED = '（這封信含有密碼或登入連結，寄出後內容已清除。）'

_CHANNEL = 'mail'
# The addresses HTML's <input type="email"> takes: no blanks, no line ends, nothing to smuggle into a header.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes


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


async def queue(
    recipient: str,
    subject: str,
    body: str,
    *,
    application: Application | None = None,
    roster: Roster | None = None,
    attachment: Attachment | None = None,
    holds_secret: bool = False,
) -> None:
    """Keep a mail in the caller's transaction; it leaves after the commit.

    A `recipient` that is no address does not stop the decision: the mail is kept as FAILED and says why.
    `holds_secret`: the body is cleared once the mail is sent or given up. The subject is kept in clear: no names in it.
    """
    problem = _problem(recipient)
    await OutgoingMail.create(
        application=application,
        roster=roster,
        recipient=_line(recipient, 254),
        subject=_line(subject, 200),
        body=CLEARED if problem and holds_secret else body,
        holds_secret=holds_secret,
        attachment_name=_line(attachment.name, 120) if attachment else '',
        attachment=base64.b64encode(attachment.content).decode() if attachment else None,
        status=MailStatus.FAILED if problem else MailStatus.WAITING,
        last_error=problem,
        next_attempt_at=dates.now(),
    )
    if not problem:
        await announcements.announce(_CHANNEL, 'queued')


async def of_application(application: Application, *, by: Account) -> list[OutgoingMail]:
    """The mails about an application, newest first, for both sides to see what has gone out. Raises NotFound."""
    is_theirs = by.role == Role.UNIT_STAFF and by.host_unit_id == application.host_unit_id
    is_reviewers = by.role == Role.REVIEWER and by.agency_id == application.agency_id
    if not (is_theirs or is_reviewers):
        raise NotFound
    return await OutgoingMail.filter(application_id=application.id)


async def recent(*, by: Account, limit: int = 50) -> list[Letter]:
    """The newest mails that concern `by`, opened, passwords included: the mailbox of a demo office of made-up people.

    A real office (not `demo`, or with SMTP_URL) has no such page. Raises NotFound there.
    """
    office = settings.current()
    if not by.is_active or not office.demo or office.smtp_url:
        raise NotFound
    return [_letter(mail) for mail in await OutgoingMail.filter(_concerning(by)).limit(limit)]


def _concerning(by: Account) -> Q:
    """Mails of the own cases and to oneself; for a unit also to its volunteers, for the administrator to all staff."""
    to_volunteers = Q(recipient__in=Subquery(Volunteer.exclude(email='').values('email')))
    own = Q(recipient=by.email, application_id=None)
    if by.role == Role.ADMINISTRATOR:
        return Q(Q(application_id=None), ~to_volunteers)
    if by.role == Role.REVIEWER:
        return Q(Q(application__agency_id=by.agency_id), own, join_type=Q.OR)
    if by.role == Role.UNIT_STAFF:
        seen = Volunteer.filter(permissions.visible_to(by)).exclude(email='').values('email')
        theirs = Q(recipient__in=Subquery(seen), application_id=None)
        return Q(Q(application__host_unit_id=by.host_unit_id), own, theirs, join_type=Q.OR)
    return own


async def deliver_forever(office: Settings) -> None:
    """Deliver until cancelled: at once when a mail is queued anywhere, at latest every POLL seconds.

    Without SMTP_URL it returns at once: mails wait, nothing leaves the machine.
    """
    if not office.smtp_url:
        log.warning('SMTP_URL is not set: mails are kept, none is sent')
        return
    woken = asyncio.Event()

    def wake(_: str) -> None:
        woken.set()

    announcements.subscribe(_CHANNEL, wake)
    try:
        while True:
            woken.clear()
            try:
                await deliver_due(office)
            except Exception:  # the database is away, say: whatever it is, tomorrow's mails must go
                log.exception('mail: delivery stumbled, next round in %.0f s', POLL)
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), POLL)
    finally:
        announcements.unsubscribe(_CHANNEL, wake)


async def deliver_due(office: Settings | None = None) -> int:
    """Send the mails that are due, one after the other over one connection; returns how many the server took.

    Stops early when the server itself is in trouble: the other mails keep their turn.
    """
    office = office or settings.current()
    if not office.smtp_url:
        return 0
    server = smtp.server(office)
    taken = 0
    try:
        while mail := await _claimed():
            trouble = await _trouble_with(mail, server, office)
            await _to_the_end(_note(mail, trouble))
            if trouble is None:
                taken += 1
            elif trouble.is_general:
                break
        if server.is_connected:
            with suppress(aiosmtplib.SMTPException):
                await server.quit()
    finally:
        server.close()
    return taken


async def _claimed() -> OutgoingMail | None:
    """The next mail that is due, ours alone for LEASE."""
    now = dates.now()
    async with transaction():
        due = OutgoingMail.filter(status=MailStatus.WAITING, next_attempt_at__lte=now)
        mail = await due.order_by('next_attempt_at', 'id').select_for_update(skip_locked=True).first()
        if mail is not None:
            mail.attempts += 1
            mail.next_attempt_at = now + LEASE
            await mail.save(update_fields=['attempts', 'next_attempt_at'])
    return mail


async def _trouble_with(mail: OutgoingMail, server: aiosmtplib.SMTP, office: Settings) -> smtp.Trouble | None:
    """Send one mail; what went wrong, or None."""
    try:
        async with asyncio.timeout(SEND_WITHIN):
            await smtp.send(mail, server, office.mail_from)
    except Exception as error:  # noted on the mail, whatever it is
        trouble = smtp.trouble(error)
        log.warning('mail %s, attempt %s: %s', mail.id, mail.attempts, type(error).__name__)
        if trouble.is_general:
            server.close()  # in the middle of a conversation nothing more can be said
        return trouble
    return None


async def _note(mail: OutgoingMail, trouble: smtp.Trouble | None) -> None:
    """Write down how it went, unless the lease ran out and another process has the mail by now."""
    noted: dict[str, Any] = {'last_error': trouble.words if trouble else ''}
    if trouble is None:
        noted |= {'status': MailStatus.SENT, 'sent_at': dates.now()}
    elif trouble.is_final or mail.attempts > len(PAUSES):
        noted |= {'status': MailStatus.FAILED}
    else:
        noted |= {'next_attempt_at': dates.now() + PAUSES[mail.attempts - 1]}
    if mail.holds_secret and 'status' in noted:
        noted |= {'body': sealing.sealed(CLEARED, 'outgoing_mail.body')}
    ours = OutgoingMail.filter(id=mail.id, status=MailStatus.WAITING, attempts=mail.attempts)
    if not await ours.update(**noted):
        log.warning('mail %s: the lease ran out while it was being sent', mail.id)


async def _to_the_end(noting: Coroutine[Any, Any, None]) -> None:
    """Await `noting` even when cancelled meanwhile: what was sent must be noted as sent."""
    task = asyncio.ensure_future(noting)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _problem(recipient: str) -> str:
    if not recipient:
        return '收件人沒有登錄電子郵件，這封信沒有寄出。請改以電話通知，並補登電子郵件。'
    if len(recipient) > 254 or not _ADDRESS.fullmatch(recipient):
        return '收件人的電子郵件格式不正確，這封信沒有寄出。請改以電話通知，並更正電子郵件。'
    return ''


def _line(text: str, length: int) -> str:
    """`text` on one line, at most `length` characters."""
    line = ' '.join(text.replace('\0', ' ').split())
    return line if len(line) <= length else line[: length - 1] + '…'


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
