"""E-MAIL of a volunteer where the unit may not change it by itself: it asks, and the owner answers at the old address.

Whoever reads a person's mail can have the password reset, so the address is kept as the password is.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from tortoise.queryset import QuerySet

from db import transaction
from db.choices import ChangeStatus, Place, Section
from db.models import Account, EmailChange, HostUnit, Volunteer

from .. import accounts, announcements, dates, links, mail_addresses, validation
from ..accounts import email_changes, password_links, step_up
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..cases import transitions
from ..errors import DomainError, Incomplete
from ..mail import notices
from .basics import FIELDS

LASTS = timedelta(days=7)
PAUSE = timedelta(minutes=5)


class AnswerExpired(DomainError):
    """The link was used, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__('這個連結已經用過或已過期，電子郵件沒有變更。需要更改時，請您的運用單位再寄一次。')


class JustSent(DomainError):
    """A link went out a moment ago."""

    def __init__(self) -> None:
        super().__init__('設定密碼的連結剛剛才寄出，請稍候 5 分鐘；志工沒有收到時再寄一次。')


@dataclass(frozen=True)
class Asked:
    """What the owner is asked: whether `unit` may change the address to `email`."""

    unit: str
    email: str
    old: str


async def ask(volunteer: Volunteer, email: object, *, by: Account) -> None:
    """Ask the owner, by a link to the address on record, whether it may be `email`. A new question ends the earlier.

    Raises Incomplete, NotFound.
    """
    await accounts.hold(volunteer, by=by)  # that it is one of the unit's
    await step_up.require(by)
    current = await Volunteer.get(id=volunteer.id)
    wanted = _wanted(email, current)
    unit = await HostUnit.get(id=by.host_unit_id)
    token, until = secrets.token_urlsafe(32), dates.now() + LASTS
    async with transaction():
        account = await accounts.opened(current, by=by)
        await _open().filter(account_id=account.id).update(status=ChangeStatus.REFUSED, decided_at=dates.now())
        await EmailChange.create(
            account_id=account.id,
            email=wanted,
            asked_by_id=by.id,
            asked_at=dates.now(),
            digest=_digest(token),
            expires_at=until,
        )
        asked = [Change(FIELDS['email'], current.email, f'已請本人確認：{wanted}')]
        await history.note(current, Section.BASICS, history.AMENDED, asked, by=by)
        await notices.email_asked(current, unit, wanted, links.confirm_email(token), until)
        await announcements.announce(VolunteerChanged(current.id))


async def send_password_link(volunteer: Volunteer, *, by: Account) -> None:
    """Mail the owner a link to set the password, to the address on record. Raises Incomplete, NotFound, JustSent."""
    await accounts.hold(volunteer, by=by)
    async with transaction():
        current = await Volunteer.get(id=volunteer.id)
        account = await accounts.opened(current, by=by)
        if await password_links.is_recent(account, accounts.LINK_LASTS, PAUSE):
            raise JustSent
        await accounts.give_volunteer_password(current, None, by=by)
        sent = [Change(FIELDS['password'], '', '寄送設定密碼的連結')]
        await history.note(current, Section.BASICS, history.AMENDED, sent, by=by)
        await announcements.announce(VolunteerChanged(current.id))


async def asked(token: str) -> Asked | None:
    """What the owner of the link is asked; None when it works no more."""
    change = await _of(token).select_related('account__volunteer', 'asked_by__host_unit').first()
    if change is None or change.account.volunteer is None or change.asked_by.host_unit is None:
        return None
    old = mail_addresses.masked(change.account.volunteer.email)
    return Asked(change.asked_by.host_unit.name, change.email, old)


async def answer(token: str, *, agrees: bool) -> None:
    """Change the address as the owner agrees, or leave it. Raises AnswerExpired."""
    async with transaction():
        change = await _of(token).select_related('account').first()
        status = ChangeStatus.CONFIRMED if agrees else ChangeStatus.REFUSED
        # Of two answers at once one is first, whatever both have just read.
        if change is None or not await _of(token).update(status=status, decided_at=dates.now()):
            raise AnswerExpired
        await EmailChange.filter(id=change.id).update(decided_by_id=change.account_id)
        if agrees:
            await write(change.account, change.email, '本人用寄到舊信箱的連結同意')
        else:
            volunteer = await Volunteer.get(id=change.account.volunteer_id)
            refused = [Change(FIELDS['email'], volunteer.email, '本人不同意更改')]
            await history.note(volunteer, Section.BASICS, history.AMENDED, refused, by=change.account)


async def write(account: Account, email: str, how: str) -> None:
    """Put another address on the record of the account's volunteer, by the owner, in the caller's transaction."""
    volunteer = await Volunteer.select_for_update(no_key=True).get(id=account.volunteer_id)
    old = volunteer.email
    if old == email:
        return
    await transitions.invalidate_review(volunteer.id, Place.BASICS, ('email',))
    volunteer.email, volunteer.version = email, volunteer.version + 1
    await volunteer.save(update_fields=['email', 'version', 'updated_at'])
    await history.note(volunteer, Section.BASICS, history.AMENDED, [Change(FIELDS['email'], old, email)], by=account)
    await changed(volunteer, old, how, by=account)
    await announcements.announce(VolunteerChanged(volunteer.id))


async def changed(volunteer: Volunteer, old: str, how: str, *, by: Account) -> None:
    """What follows another address on record: links that went to the old one end, and it is told."""
    account = await Account.get_or_none(volunteer_id=volunteer.id)
    if account is None:
        return
    account.email = volunteer.email
    await account.save(update_fields=['email'])
    await password_links.close(account)
    await _open().filter(account_id=account.id).update(status=ChangeStatus.REFUSED, decided_at=dates.now())
    await email_changes.tell(account, old, volunteer.email, how, by=by)


def _wanted(email: object, current: Volunteer) -> str:
    label = FIELDS['email'].label
    if problem := validation.email(label, email, needed=True):
        raise Incomplete({'new_email': problem})
    wanted = mail_addresses.tidy(str(email))
    if not current.email:
        raise Incomplete({'new_email': '這位志工沒有登記 E-MAIL，無法請本人在信中確認；請改印紙本驗證碼，由本人填寫。'})
    if wanted.casefold() == current.email.casefold():
        raise Incomplete({'new_email': f'這就是目前登記的 {label}，不需要更改。'})
    return wanted


def _open() -> QuerySet[EmailChange]:
    return EmailChange.filter(status=ChangeStatus.OPEN)


def _of(token: str) -> QuerySet[EmailChange]:
    return _open().filter(digest=_digest(token), expires_at__gt=dates.now())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()
