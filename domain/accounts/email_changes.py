"""Another address for an account of staff. That of a reviewer or an administrator a second administrator confirms.

Whoever reads the mail of an account can have its password reset, so one administrator alone cannot take an account
over. Where there is only one, the change waits some days (SOLE_ADMINISTRATOR_DAYS) after the notice to the old address;
then the same administrator may confirm it. An administrator who is new for as long confirms nothing.
"""

from datetime import datetime, timedelta

from db import transaction
from db.choices import ChangeStatus, Role
from db.models import Account, EmailChange

from .. import dates, mail_addresses, permissions, settings, validation
from ..audit import log, office_history
from ..audit.history import Change
from ..audit.log import LogAct
from ..errors import MovedOn, NotPermitted
from ..mail import notices
from . import password_links, sessions, step_up
from .forms import FIELDS

GUARDED = (Role.REVIEWER, Role.ADMINISTRATOR, Role.COUNTY, Role.MINISTRY, Role.INSPECTOR)
SECTION = '帳號'


def is_guarded(account: Account, role: Role, by: Account) -> bool:
    """Whether the account's address needs a second administrator, now that its role becomes `role`.

    Also when it was a reviewer's or an administrator's before: the role may be given back. Not where it has no password
    yet, nor where one gives oneself a first address: there is nothing to take over.
    """
    is_new = not account.password_hash or (account.id == by.id and not account.email)
    return (account.guarded_since is not None or bool({account.role, role} & {*GUARDED})) and not is_new


async def ask(account: Account, email: str, *, by: Account) -> EmailChange:
    """Keep the address until it is confirmed, in the caller's transaction; the old address is told. One at a time."""
    permissions.require(by, 'accounts.email_changes.ask')
    await EmailChange.filter(account_id=account.id, status=ChangeStatus.OPEN).update(
        status=ChangeStatus.REFUSED, decided_by_id=by.id, decided_at=dates.now()
    )
    change = await EmailChange.create(account_id=account.id, email=email, asked_by_id=by.id, asked_at=dates.now())
    asked = Change(FIELDS['email'], account.email, email)
    await office_history.tell(SECTION, account.name, '申請變更', [asked], by=by)
    if account.email:
        await notices.email_waits(account, by, email, await takes_effect(change))
    return change


async def waiting(*, by: Account) -> list[EmailChange]:
    """The addresses of staff that wait, oldest first, with account and who asked."""
    permissions.require(by, 'accounts.email_changes.waiting')
    found = EmailChange.filter(status=ChangeStatus.OPEN, account__volunteer_id=None)
    return await found.select_related('account', 'asked_by').order_by('asked_at', 'id')


async def takes_effect(change: EmailChange) -> str:
    """When the change takes effect, as people read it."""
    alone_from = await _alone_from(change)
    if alone_from is None:
        return '由另一位系統管理者確認後才生效'
    return f'系統管理者只有一位，民國 {dates.roc_instant(alone_from)} 以後才能確認生效'


async def may_confirm(change: EmailChange, *, by: Account) -> bool:
    """Whether `by` is the second administrator, no new one, or the only one after the waiting time."""
    if not permissions.may(by, 'accounts.email_changes.may_confirm'):
        return False
    if by.id not in (change.asked_by_id, change.account_id):
        return _is_settled(by)
    alone_from = await _alone_from(change)
    return alone_from is not None and dates.now() >= alone_from


async def confirm(change: EmailChange, *, by: Account) -> None:
    """The address is changed; the old one is told, and links that went there end. Raises MovedOn, NotPermitted."""
    permissions.require(by, 'accounts.email_changes.confirm')
    if not _is_settled(by):
        raise NotPermitted(f'您的帳號成為系統管理者還不到 {_wait().days} 天，還不能確認電子郵件的變更。')
    if not await may_confirm(change, by=by):
        raise NotPermitted(f'您提出的變更、或您自己的電子郵件，不能由您自己確認：{await takes_effect(change)}。')
    await step_up.require(by)
    async with transaction():
        decided = await _decide(change, ChangeStatus.CONFIRMED, by)
        account = await Account.select_for_update(no_key=True).get(id=decided.account_id)
        changes = [Change(FIELDS['email'], account.email, decided.email)]
        await office_history.tell(SECTION, account.name, '確認變更', changes, by=by)
        await write(account, decided.email, f'系統管理者{by.name}確認', by=by)


async def refuse(change: EmailChange, *, by: Account) -> None:
    """The address stays as it was. Raises MovedOn."""
    permissions.require(by, 'accounts.email_changes.refuse')
    async with transaction():
        decided = await _decide(change, ChangeStatus.REFUSED, by)
        account = await Account.get(id=decided.account_id)
        refused = [Change(FIELDS['email'], decided.email, account.email)]
        await office_history.tell(SECTION, account.name, '拒絕變更', refused, by=by)


async def write(account: Account, email: str, how: str, *, by: Account) -> None:
    """Change the address in the caller's transaction; tell the old one."""
    old, account.email = account.email, email
    await account.save(update_fields=['email'])
    await password_links.close(account)
    await sessions.close_all(account)
    await tell(account, old, email, how, by=by)


async def tell(account: Account, old: str, new: str, how: str, *, by: Account) -> None:
    """Tell the old address, if there was one and it is another; the log has it in any case, and who did it."""
    about = [account.volunteer_id] if account.volunteer_id is not None else []
    whose = '' if about or account.id == by.id else f'帳號 {account.username}：'
    await log.note(LogAct.EMAIL_CHANGED, by=by, about=about, what=f'{whose}{how}')
    if old and mail_addresses.tidy(old).casefold() != mail_addresses.tidy(new).casefold():
        await notices.email_changed(account, old, new, how)


async def _decide(change: EmailChange, status: ChangeStatus, by: Account) -> EmailChange:
    found = await EmailChange.filter(account__volunteer_id=None).get_or_none(id=validation.record_id(change.id))
    decided = EmailChange.filter(id=found.id if found else 0, status=ChangeStatus.OPEN)
    if found is None or not await decided.update(status=status, decided_by_id=by.id, decided_at=dates.now()):
        raise MovedOn('這項電子郵件變更已由另一位系統管理者處理，請重新整理清單。')
    return found


async def _alone_from(change: EmailChange) -> datetime | None:
    """From when the only administrator may confirm; None where somebody else can."""
    others = Account.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(id=change.asked_by_id)
    if any(map(_is_settled, await others.exclude(id=change.account_id))):
        return None
    asked_at: datetime = change.asked_at
    return asked_at + _wait()


def _is_settled(administrator: Account) -> bool:
    """Whether this is no administrator whom the one who asks may just have made."""
    since = administrator.guarded_since
    return since is None or since + _wait() <= dates.now()


def _wait() -> timedelta:
    return timedelta(days=settings.current().sole_administrator_days)
