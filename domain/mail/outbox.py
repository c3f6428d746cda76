"""Mails kept to be sent, by whom each is read as they chose, sent again when they did not arrive.

A mail is a row written in the transaction of what it tells of: a decision and its mail are kept together or not at
all, and no decision waits for a mail server. `delivery` hands it over afterwards.
"""

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from db import transaction
from db.choices import ApplicationStatus, MailPreference, MailStatus, Role
from db.models import Account, Application, ApplicationStep, OutgoingMail, Roster

from .. import announcements, dates, mail_addresses, permissions, validation
from ..announcements import MailQueued, RosterChanged
from ..cases import transitions
from ..errors import DomainError, NotFound
from .catalogue import KINDS

log = logging.getLogger(__name__)

CLEARED = '（這封信含有密碼或登入連結，寄出後內容已清除。）'

UNDELIVERED = (MailStatus.FAILED, MailStatus.BOUNCED)
BY_PREFERENCE = {
    MailPreference.EACH: MailStatus.WAITING,
    MailPreference.DIGEST: MailStatus.DEFERRED,
    MailPreference.NONE: MailStatus.SKIPPED,
}

# How soon a mail that was sent may be sent again, and within which time a roster's mail follows its 送審.
_BETWEEN = timedelta(minutes=1)
_TOGETHER = timedelta(minutes=2)

# What tells a unit of a decision.
_DECIDED = (ApplicationStatus.APPROVED, ApplicationStatus.RETURNED, ApplicationStatus.REJECTED)
_TELLING = ('approved', 'returned', 'rejected', 'roster_decided')

# How often a day a mail may be sent again: further repetitions of what does not arrive help nobody.
MOST_REPEATS = 5


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A mail that is about to be kept; its words are those of `queue`."""

    recipient: str
    subject: str
    body: str
    template: str = ''
    application: Application | None = None
    roster: Roster | None = None
    account: Account | None = None
    attachment: Attachment | None = None
    holds_secret: bool = False
    is_certain: bool = False


class NotAgain(DomainError):
    """This mail is not sent a second time, at least not now."""


async def queue(
    recipient: str,
    subject: str,
    body: str,
    *,
    template: str = '',
    application: Application | None = None,
    roster: Roster | None = None,
    account: Account | None = None,
    attachment: Attachment | None = None,
    holds_secret: bool = False,
    is_certain: bool = False,
) -> OutgoingMail:
    """Keep a mail in the caller's transaction; it leaves after the commit.

    A `recipient` that is no address does not stop the decision: the mail is kept as FAILED and says why.
    `account` is the person it is for: it goes out as they have chosen, unless it `is_certain` or holds a secret.
    `holds_secret`: the body is cleared once the mail is sent or given up. The subject is kept in clear: no names in it.
    """
    mail = _mail(
        Letter(recipient, subject, body, template, application, roster, account, attachment, holds_secret, is_certain)
    )
    await mail.save()
    if mail.status == MailStatus.WAITING:
        await announcements.announce(MailQueued())
    return mail


async def queue_each(letters: Sequence[Letter]) -> None:
    """The same of many mails: two statements, however many there are."""
    mails = [_mail(letter) for letter in letters]
    await OutgoingMail.bulk_create(mails, batch_size=1000)
    if any(mail.status == MailStatus.WAITING for mail in mails):
        await announcements.announce(MailQueued())


async def resend(mail_id: int, *, by: Account) -> OutgoingMail:
    """重寄: the same mail once more, to the address that is known now; for both sides of its case and administrators.

    A repetition may be repeated in its turn; all of them count together. Raises NotFound; NotAgain when it holds a
    secret, is under way, was refused by its receiver's own wish, went out less than a minute ago or too often today, or
    when its receiver may not read the case any more.
    """
    async with transaction():
        mail = await OutgoingMail.get_or_none(id=validation.record_id(mail_id))
        if mail is None or not await _may_resend(mail, by):
            raise NotFound
        if sentence := _why_not_again(mail, await _alike(mail)):
            raise NotAgain(sentence)
        attachment = None
        if mail.attachment is not None:
            attachment = Attachment(mail.attachment_name, base64.b64decode(mail.attachment.open()))
        await mail.fetch_related('application', 'roster', 'account')
        if mail.account is not None and not _may_read(mail.account, mail.application or mail.roster):
            raise NotAgain('這封信的收件人已不承辦這個案件，所以沒有重寄。請重寄給機關或單位的信箱，或改以電話通知。')
        again = await queue(
            await _address_now(mail),
            mail.subject,
            mail.body.open(),
            template=mail.template,
            application=mail.application,
            roster=mail.roster,
            account=mail.account,
            attachment=attachment,
            is_certain=True,
        )
        again.resent_from_id = mail.id
        await again.save(update_fields=['resent_from_id'])
        await announce_about([again.id])
    log.info('mail %s sent again as %s by %s', mail.id, again.id, by.id)
    return again


async def of_application(
    application: Application, *, by: Account, steps: Sequence[ApplicationStep] | None = None
) -> list[OutgoingMail]:
    """The mails about an application with their accounts, newest first, for both sides. Raises NotFound.

    A mail about a whole roster belongs to those of its applications that were sent with it. `steps`: those of the
    application, where the caller has read them already.
    """
    if not permissions.may(by, 'mail.outbox.of_application') or not permissions.may_see_case(by, application):
        raise NotFound
    about = Q(application_id=application.id)
    if application.roster_id is None:
        return await OutgoingMail.filter(about).select_related('account')
    either = Q(about, Q(roster_id=application.roster_id), join_type=Q.OR)
    mails = await OutgoingMail.filter(either).select_related('account')
    if steps is None:
        steps = await ApplicationStep.filter(application_id=application.id)
    sent = [step.at for step in steps if step.status == ApplicationStatus.SUBMITTED]
    told = [_told_at(step.at, mails) for step in steps if step.status in _DECIDED]
    its_own = {
        mail.id
        for mail in mails
        if mail.roster_id
        and any(
            at and at <= mail.created_at < at + _TOGETHER
            for at in (told if mail.template == 'roster_decided' else sent)
        )
    }
    return [mail for mail in mails if mail.application_id or {mail.id, mail.resent_from_id} & its_own]


def _told_at(decided_at: datetime, mails: Sequence[OutgoingMail]) -> datetime | None:
    """When the unit was told of a decision: by the first such mail after it, of the case or of its roster."""
    telling = [one for one in mails if one.template in _TELLING and one.created_at >= decided_at]
    return min((one.created_at for one in telling), default=None)


async def note_bounce(mail_id: int, created_at: datetime, words: str) -> bool:
    """A mail came back: it is BOUNCED, in the server's words; False when it is none of ours, or known already.

    `created_at` is part of its Message-ID, so that nobody can name a mail they never got.
    """
    ours = OutgoingMail.filter(id=mail_id, created_at=created_at, status__in=(MailStatus.WAITING, MailStatus.SENT))
    noted = {'status': MailStatus.BOUNCED, 'last_error': words, 'next_attempt_at': dates.now()}
    async with transaction():
        if not await ours.filter(attempts__gt=0).update(**noted):
            return False
        await OutgoingMail.filter(digest_id=mail_id).update(**noted)
        await announce_about([mail_id])
    return True


async def announce_about(mail_ids: Sequence[int]) -> None:
    """Say that mails have changed to the pages of the cases and rosters they are about, inside the transaction."""
    concerned = OutgoingMail.filter(Q(Q(id__in=mail_ids), Q(digest_id__in=mail_ids), join_type=Q.OR))
    about = [(a, r) for a, r in await concerned.values_list('application_id', 'roster_id') if a or r]
    if not about:
        return
    ids, roster_ids = [a for a, _ in about if a], [r for _, r in about if r]
    cases = Application.filter(Q(Q(id__in=ids), Q(roster_id__in=roster_ids, round__gt=0), join_type=Q.OR))
    for case in await cases.only('id', 'agency_id', 'host_unit_id', 'volunteer_id', 'team_id'):
        await transitions.announce(case)
    for roster in await Roster.filter(id__in=roster_ids):
        place = (roster.agency_id, roster.host_unit_id, roster.team_id or 0)
        await announcements.announce(RosterChanged(roster.id, *place))


def _mail(letter: Letter) -> OutgoingMail:
    problem = _problem(letter.recipient)
    reader = None if letter.holds_secret or letter.is_certain else letter.account
    attachment = letter.attachment
    return OutgoingMail(
        template=letter.template,
        application=letter.application,
        roster=letter.roster,
        account=letter.account,
        recipient=mail_addresses.parse(letter.recipient) or _line(letter.recipient, mail_addresses.MOST),
        subject=_line(letter.subject, 200),
        body=CLEARED if problem and letter.holds_secret else letter.body,
        holds_secret=letter.holds_secret,
        attachment_name=_line(attachment.name, 120) if attachment else '',
        attachment=base64.b64encode(attachment.content).decode() if attachment else None,
        status=MailStatus.FAILED if problem else _first_status(reader),
        last_error=problem,
        created_at=dates.now(),
        next_attempt_at=dates.now(),
    )


def _problem(recipient: str) -> str:
    if not recipient:
        return '收件人沒有登錄電子郵件，這封信沒有寄出。請改以電話通知，並補登電子郵件。'
    if mail_addresses.parse(recipient) is None:
        return '收件人的電子郵件格式不正確，這封信沒有寄出。請改以電話通知，並更正電子郵件。'
    return ''


def _first_status(reader: Account | None) -> MailStatus:
    """As the reader has chosen; what must arrive has no such reader."""
    return MailStatus.WAITING if reader is None else BY_PREFERENCE[reader.mail_preference]


def _line(text: str, length: int) -> str:
    """`text` on one line, at most `length` characters."""
    line = ' '.join(text.replace('\0', ' ').split())
    return line if len(line) <= length else line[: length - 1] + '…'


async def _alike(mail: OutgoingMail) -> list[OutgoingMail]:
    """The mail that was first, all its repetitions and theirs, as they were written; nobody repeats them meanwhile."""
    first = mail
    while first.resent_from_id is not None:
        first = await OutgoingMail.get(id=first.resent_from_id)
    # The lock makes two presses wait for each other: the second finds what the first has sent.
    found = [await OutgoingMail.select_for_update().get(id=first.id)]
    ids = [first.id]
    while repeated := await OutgoingMail.filter(resent_from_id__in=ids).order_by('id'):
        found += repeated
        ids = [one.id for one in repeated]
    return sorted(found, key=lambda one: one.id)


def _why_not_again(mail: OutgoingMail, alike: Sequence[OutgoingMail]) -> str:
    if mail.holds_secret:
        return '這封信含有密碼或登入連結，不能重寄。請收件人在登入頁點選「忘記密碼?」，取得新的連結。'
    last = alike[-1]
    if last.status in _NOT_AGAIN:
        return _NOT_AGAIN[last.status]
    if last.status == MailStatus.SENT and last.sent_at and dates.now() - last.sent_at < _BETWEEN:
        return '這封信剛剛才寄出，請稍候一分鐘，對方仍未收到時再重寄。'
    yesterday = dates.now() - timedelta(days=1)
    if sum(one.created_at > yesterday for one in alike if one.resent_from_id is not None) >= MOST_REPEATS:
        return f'這封信一天內已重寄 {MOST_REPEATS} 次，不再重寄。請改以電話通知，並確認對方的電子郵件。'
    return ''


_NOT_AGAIN = {
    MailStatus.WAITING: '這封信已經在等待寄出，不需要再寄一次。系統會自動重試，結果會顯示在這裡。',
    MailStatus.DEFERRED: '這封信會併入收件人的每日摘要，不需要另外寄。',
    MailStatus.SKIPPED: '收件人選擇不收這類通知，這封信沒有寄。需要告知時，請改以電話通知。',
}


async def _may_resend(mail: OutgoingMail, by: Account) -> bool:
    if not permissions.may(by, 'mail.outbox.resend'):
        return False
    if by.role == Role.ADMINISTRATOR:
        return True
    await mail.fetch_related('application', 'roster')
    about = mail.application or mail.roster
    return about is not None and _may_read(by, about)


def _may_read(account: Account, about: Application | Roster | None) -> bool:
    """Whether the mail is still the account's business: that of a unit, an agency or a volunteer of what it tells."""
    if isinstance(about, Roster):
        is_theirs = {
            Role.UNIT_STAFF: permissions.is_of_place(account, about.host_unit_id, about.team_id),
            Role.REVIEWER: account.agency_id == about.agency_id,
        }
        return is_theirs.get(account.role, False) and account.is_active
    return account.is_active and (about is None or permissions.may_see_case(account, about))


async def _address_now(mail: OutgoingMail) -> str:
    """Where the mail's receiver reads now: the address that failed may have been mended since."""
    if mail.account is not None and mail.account.role != Role.VOLUNTEER:
        return mail.account.email
    audience = KINDS[mail.template].audience if mail.template in KINDS else ''
    source: Application | Roster | None = mail.application or mail.roster
    if source is None:
        return mail.recipient
    await source.fetch_related('agency', 'host_unit')
    if audience == 'agency':
        return source.agency.email
    if audience == 'unit':
        return source.host_unit.email or mail.recipient
    if audience == 'volunteer' and isinstance(source, Application):
        await source.fetch_related('volunteer')
        return source.volunteer.email
    return mail.recipient
