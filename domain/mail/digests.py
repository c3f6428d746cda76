"""The daily mails: to each person who wants one a digest of their notices, to administrators what did not arrive.

Both are cut at DIGESTS_AT and written once however many processes write them: whoever comes second finds the rows
taken. A digest that is not delivered, or comes back, takes what it told of with it (see `outbox`).
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from db import locks, transaction
from db.choices import MailPreference, MailStatus, Role
from db.locks import Lock
from db.models import Account, OutgoingMail

from .. import dates, links
from ..cases import case_numbers, deputies
from ..repeating import repeating
from . import outbox, queries, templates
from .facts import url_of

DIGESTS_AT = time(8)
EVERY = 60.0
MOST_LINES = 100
LONGEST_LOOK_BACK = timedelta(days=7)

_HOMES = {
    Role.UNIT_STAFF: links.applications(),
    Role.REVIEWER: links.review_queue(),
    Role.VOLUNTEER: links.my_record_book(),
    Role.ADMINISTRATOR: links.administration(),
    Role.SUPERVISOR: links.menu(),
    Role.COUNTY: links.menu(),
    Role.MINISTRY: links.menu(),
    Role.INSPECTOR: links.menu(),
}


async def send_forever() -> None:
    """Write what is due, every minute until cancelled."""
    await repeating('mail digests', EVERY, send, report_undelivered)


async def send() -> int:
    """A digest to each person whose notices wait since before the last DIGESTS_AT; how many were written."""
    waiting = OutgoingMail.filter(status=MailStatus.DEFERRED, digest_id=None, created_at__lt=_cut())
    people = {notice.account_id for notice in await waiting.only('id', 'account_id') if notice.account_id}
    return [await _send_to(person) for person in sorted(people)].count(True)


async def report_undelivered() -> int:
    """To each administrator what failed or came back since the last report; how many were written.

    None when everything arrived. Nothing of it names a volunteer.
    """
    cut = _cut()
    async with transaction():
        await locks.alone(Lock.UNDELIVERED)
        last = await OutgoingMail.filter(template='undelivered').order_by('-created_at').first()
        since = max(_cut_before(last.created_at) if last else cut - LONGEST_LOOK_BACK, cut - LONGEST_LOOK_BACK)
        if since >= cut:
            return 0
        gone = OutgoingMail.filter(status__in=outbox.UNDELIVERED, next_attempt_at__gte=since, next_attempt_at__lt=cut)
        mails = await gone.order_by('next_attempt_at', 'id')
        if not mails:
            return 0
        readers = Account.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(email='')
        receivers = await readers.exclude(mail_preference=MailPreference.NONE).order_by('id')
        for reader in receivers:
            await _report(reader, mails)
    return len(receivers)


async def _send_to(account_id: int) -> bool:
    """Whether a digest was written; not when another process was first or there is nobody to read it."""
    async with transaction():
        # The lock, not the update, decides who is first: notices that a colleague has locked are the colleague's.
        mine = OutgoingMail.filter(
            account_id=account_id, status=MailStatus.DEFERRED, digest_id=None, created_at__lt=_cut()
        )
        notices = await mine.order_by('created_at', 'id').select_for_update(skip_locked=True)
        if not notices:
            return False
        person = await Account.get(id=account_id)
        ids = [notice.id for notice in notices]
        if not person.is_active:
            await OutgoingMail.filter(id__in=ids).update(status=MailStatus.SKIPPED)
            await outbox.announce_about(ids)
            return False
        stood = (await deputies.standing(person.agency_id)).get(person.id) if person.agency_id else None
        reader, mailbox = (stood.deputy, stood.deputy.email) if stood else (person, notices[-1].recipient)
        lines = [f'{_when(notice.created_at)} {queries.in_brief(notice)}' for notice in notices]
        letter = await templates.composed(
            'digest',
            {
                '姓名': reader.name,
                '日期': dates.roc(dates.today()),
                '件數': len(lines),
                '項目': _few(lines),
                '連結': url_of(_HOMES[person.role]),
                '寄給個人': True,
                **deputies.told_to([stood] if stood else []),
            },
        )
        digest = await outbox.queue(mailbox, *letter, template='digest', account=reader, is_certain=True)
        await OutgoingMail.filter(id__in=ids).update(digest_id=digest.id)
    return True


async def _report(reader: Account, mails: Sequence[OutgoingMail]) -> None:
    letter = await templates.composed(
        'undelivered',
        {
            '姓名': reader.name,
            '日期': dates.roc(dates.today()),
            '件數': len(mails),
            '未寄達': _few([_line(mail) for mail in mails]),
            '連結': url_of(links.admin('undelivered')),
            '寄給個人': True,
        },
    )
    await outbox.queue(reader.email, *letter, template='undelivered', account=reader, is_certain=True)


def _line(mail: OutgoingMail) -> str:
    """Nothing of it names a volunteer: neither the address nor the server's words about it."""
    one = queries.as_undelivered(mail)
    about = (
        f'{case_numbers.written(one.application_id)} '
        if one.application_id
        else f'名冊 {one.roster_id} '
        if one.roster_id
        else ''
    )
    whom = f'（{one.receiver}）' if one.receiver else ''
    return f'{_when(one.noted_at)} {about}{one.label}{whom}{one.status.label}：{one.words}'


def _few(lines: list[str]) -> list[str]:
    left = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f'……另有 {left} 則，請登入系統查看。'] if left > 0 else lines


def _cut() -> datetime:
    """The last DIGESTS_AT that has passed."""
    return _cut_before(dates.now())


def _cut_before(moment: datetime) -> datetime:
    local = moment.astimezone(dates.TAIPEI)
    cut = datetime.combine(local.date(), DIGESTS_AT, dates.TAIPEI)
    return cut if cut <= local else cut - timedelta(days=1)


def _when(moment: datetime) -> str:
    return f'{moment.astimezone(dates.TAIPEI):%m/%d %H:%M}'
