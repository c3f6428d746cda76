"""The task that sends the mails of the outbox. Any process may deliver a mail, and only one does:

1. claim: one short transaction takes the next due row (`FOR UPDATE SKIP LOCKED`), counts the attempt and moves its
   `next_attempt_at` LEASE ahead, so that nobody else takes it meanwhile;
2. send: no transaction and no connection of ours is held while the mail server thinks;
3. note: SENT, or WAITING for the next attempt, or FAILED for good, with the server's own words. What went out in a
   day's digest shares its lot. The `next_attempt_at` of a mail that failed or came back is when that was noted.

While the server takes nothing, no mail loses an attempt, however long that lasts: only what is said of the mail itself
counts. Each round tries another mail; with the first that the server speaks of, all that waited is due, secrets first.

A process killed between 2 and 3 leaves a mail that was sent and is not noted: it is sent again when the lease is over,
under the same Message-ID and Date, by which the receiver can tell that it is the same.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiosmtplib

from db import sealing, transaction
from db.choices import MailStatus
from db.models import OutgoingMail

from .. import announcements, dates, settings
from ..announcements import MailQueued
from ..repeating import repeating
from ..settings import Settings
from . import outbox, smtp

log = logging.getLogger(__name__)

# How long a claimed mail stays ours, and how long handing it over may take; the former must be much the longer.
LEASE = timedelta(minutes=5)
SEND_WITHIN = 120.0

# Pauses after the first, second … attempt: ten attempts in four days, about what RFC 5321 §4.5.4.1 asks for; what a
# server then still puts off, without a word about the mailbox, is tried once a day.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440, 1440))

# When a mail comes again that met a server in trouble; meanwhile others are tried, lest this one is the trouble.
OUTAGE_PAUSE = timedelta(minutes=1)

# Seconds between two looks at the outbox when no announcement comes: mails whose pause is over, and lost announcements.
POLL = 10.0


@dataclass
class Outage:
    """What one process knows of a server that takes nothing: it is logged once, then counted."""

    rounds: int = 0

    def goes_on(self, trouble: smtp.Trouble) -> None:
        """Another round met a server in trouble."""
        self.rounds += 1
        if self.rounds == 1:
            log.warning('mail: the server takes none, tried again every %d seconds: %s', POLL, trouble.words)

    def is_over(self) -> None:
        """The server speaks of mails."""
        if self.rounds:
            log.warning('mail: the server takes mails again after %d rounds', self.rounds)
        self.rounds = 0


async def deliver_forever(office: Settings) -> None:
    """Deliver until cancelled: at once when a mail is queued anywhere, at latest every POLL seconds.

    Without SMTP_URL it returns at once: mails wait, nothing leaves the machine.
    """
    if not office.smtp_url:
        log.warning('SMTP_URL is not set: mails are kept, none is sent')
        return
    outage = Outage()
    with announcements.wakes(MailQueued) as wake:
        await repeating('mail delivery', POLL, lambda: deliver_due(office, outage), wake=wake)


async def deliver_due(office: Settings | None = None, outage: Outage | None = None) -> int:
    """Send the mails that are due, one after the other over one connection; returns how many the server took.

    Stops early when the server itself is in trouble: the other mails keep their turn.
    """
    office, outage = office or settings.current(), outage or Outage()
    if not office.smtp_url:
        return 0
    server = smtp.server(office)
    taken, is_up = 0, False
    try:
        while mail := await _claimed():
            trouble = await _trouble_with(mail, server, office)
            if trouble is not None and trouble.is_general:
                outage.goes_on(trouble)
                # A server that has just dealt with others may have been brought down by this mail: then it counts.
                await _to_the_end(_note(mail, trouble) if is_up else _put_back(mail, trouble))
                break
            await _to_the_end(_note(mail, trouble))
            taken += trouble is None
            if not is_up:
                is_up = True
                outage.is_over()
                await _let_all_go()
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
        mail = await due.order_by('-holds_secret', 'next_attempt_at', 'id').select_for_update(skip_locked=True).first()
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
        if trouble.is_general:
            server.close()  # in the middle of a conversation nothing more can be said
        else:
            log.warning('mail %s, attempt %s: %s', mail.id, mail.attempts, type(error).__name__)
        return trouble
    return None


async def _put_back(mail: OutgoingMail, trouble: smtp.Trouble) -> None:
    """The server is in trouble: the mail has lost nothing, and waits a little so that others are tried."""
    noted = {'last_error': trouble.words, 'next_attempt_at': dates.now() + OUTAGE_PAUSE, 'attempts': mail.attempts - 1}
    ours = OutgoingMail.filter(id=mail.id, status=MailStatus.WAITING, attempts=mail.attempts)
    async with transaction():
        await ours.update(**noted)
        await outbox.announce_about([mail.id])


async def _let_all_go() -> None:
    """What waits since a server was in trouble is due now; what was put off itself keeps its pause."""
    waiting = OutgoingMail.filter(status=MailStatus.WAITING, attempts=0, next_attempt_at__gt=dates.now())
    await waiting.update(next_attempt_at=dates.now())


async def _note(mail: OutgoingMail, trouble: smtp.Trouble | None) -> None:
    """Write down how it went, unless the lease ran out and another process has the mail by now."""
    noted: dict[str, Any] = {'last_error': trouble.words if trouble else ''}
    if trouble is None:
        noted |= {'status': MailStatus.SENT, 'sent_at': dates.now()}
    elif trouble.is_final or (mail.attempts > len(PAUSES) and trouble.wears_out):
        noted |= {'status': MailStatus.FAILED, 'next_attempt_at': dates.now()}
    else:  # a server that puts off for weeks is at fault itself: it is asked again each day
        noted |= {'next_attempt_at': dates.now() + PAUSES[min(mail.attempts, len(PAUSES)) - 1]}
    if mail.holds_secret and 'status' in noted:
        noted |= {'body': sealing.sealed(outbox.CLEARED, 'outgoing_mail.body')}
    ours = OutgoingMail.filter(id=mail.id, status=MailStatus.WAITING, attempts=mail.attempts)
    async with transaction():
        if not await ours.update(**noted):
            log.warning('mail %s: the lease ran out while it was being sent', mail.id)
        elif 'status' in noted:
            noted.pop('body', None)
            await OutgoingMail.filter(digest_id=mail.id, status=MailStatus.DEFERRED).update(**noted)
        await outbox.announce_about([mail.id])


async def _to_the_end(noting: Coroutine[Any, Any, None]) -> None:
    """Await `noting` even when cancelled meanwhile: what was sent must be noted as sent."""
    task = asyncio.ensure_future(noting)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
