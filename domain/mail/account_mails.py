"""Mails of accounts: what becomes of a request, by which link a password is set, what is locked or to be reviewed.

They go out at once, however their receiver wants other mail: an account that is locked reads no digest.
"""

from collections.abc import Sequence
from datetime import date, datetime

from db.choices import LockReason
from db.models import Account, AccountRequest

from .. import dates, links
from . import outbox, templates
from .catalogue import Fact
from .facts import instant, lines, url_of


async def request_to_confirm(request: AccountRequest, link: str, valid_until: datetime) -> None:
    """To whoever is said to have asked for an account. It has no word of the form: a stranger may have filled it in."""
    facts: dict[str, Fact] = {'連結': url_of(link), '有效期限': instant(valid_until)}
    await _tell('account_confirm', request.email, facts, holds_secret=True)


async def request_waits(request: AccountRequest, desk: str, *, again: bool = False) -> None:
    """To the applicant: the request has come to `desk`; or `again`, that it waits there since it was sent."""
    facts: dict[str, Fact] = {'姓名': request.name, '申請單位': request.organisation, '帳號': request.username}
    facts |= {'申請案號': request.id, '受理機關': desk, '再次申請': again}
    await _tell('account_waits', request.email, facts)


async def request_returned(request: AccountRequest, reason: str, link: str, valid_until: datetime) -> None:
    """To the applicant: what is to be corrected, and the link by which that is done."""
    facts: dict[str, Fact] = {'姓名': request.name, '申請單位': request.organisation, '帳號': request.username}
    facts |= {'原因': lines(reason), '連結': url_of(link), '有效期限': dates.roc_instant(valid_until)}
    await _tell('account_returned', request.email, facts, holds_secret=True)


async def request_refused(request: AccountRequest, reason: str) -> None:
    """To whoever asked for an account: not granted, and why."""
    facts: dict[str, Fact] = {'姓名': request.name, '申請單位': request.organisation, '帳號': request.username}
    facts |= {'原因': lines(reason), '連結': url_of(links.request_account())}
    await _tell('account_refused', request.email, facts)


async def first_password(account: Account, link: str, valid_until: datetime) -> None:
    """To a volunteer: the link by which the password is set (系統自動設定); no clerk knows it."""
    facts: dict[str, Fact] = {'帳號': await _username(account), '連結': url_of(link), '有效期限': instant(valid_until)}
    await _queue_secret(account, 'first_password', facts)


async def reset(account: Account, link: str, valid_until: datetime | None = None) -> None:
    """To the account's owner: the link by which a new password is set. `link` is a path of ours or a whole address."""
    await _queue_secret(account, 'reset', {'連結': url_of(link), '有效期限': instant(valid_until)})


async def granted(
    account: Account,
    link: str,
    valid_until: datetime,
    *,
    was_asked_for: bool,
    opener: str = '系統管理者',
) -> None:
    """To the account's owner: the account is open, asked for or not; `link` leads to where the password is set."""
    facts: dict[str, Fact] = {'帳號': await _username(account), '身分': account.role.label, '申請': was_asked_for}
    facts |= {'開通者': opener, '連結': url_of(link), '有效期限': instant(valid_until)}
    await _queue_secret(account, 'account_granted', facts)


async def locks_soon(account: Account, because: LockReason, day: date) -> None:
    """To the account's owner: on `day` it is locked, why, and what keeps it open."""
    facts: dict[str, Fact] = {'鎖定日期': dates.roc(day), '期限已到': because == LockReason.ENDED}
    facts |= {
        '姓名': account.name,
        '帳號': account.username or '',
        '鎖定原因': because.label,
        '連結': url_of(links.login()),
    }
    await _tell('account_expires', account.email, facts)


async def locked(account: Account, because: LockReason) -> None:
    """To the account's owner: it is locked, why, and who can open it again."""
    facts: dict[str, Fact] = {'姓名': account.name, '帳號': account.username or '', '鎖定原因': because.label}
    await _tell('account_locked', account.email, facts)


async def review_due(receivers: Sequence[Account], place: str, count: int, due: date, link: str) -> None:
    """To those who confirm the accounts of a place: how many, until when."""
    facts: dict[str, Fact] = {'盤點單位': place, '件數': count, '盤點期限': dates.roc(due), '連結': url_of(link)}
    for account in receivers:
        if account.email:
            await _tell('review_due', account.email, facts | {'姓名': account.name})


async def _tell(template: str, address: str, facts: dict[str, Fact], *, holds_secret: bool = False) -> None:
    composed = await templates.composed(template, facts)
    await outbox.queue(address, *composed, template=template, holds_secret=holds_secret)


async def _queue_secret(account: Account, template: str, facts: dict[str, Fact]) -> None:
    composed = await templates.composed(template, {'姓名': account.name, **facts})
    await outbox.queue(account.email, *composed, template=template, account=account, holds_secret=True)


async def _username(account: Account) -> str:
    """What the owner types; a volunteer types the identity number, which a mail shows masked."""
    if account.username:
        return account.username
    await account.fetch_related('volunteer')
    volunteer = account.volunteer
    return f'您的{volunteer.identity_kind.label}（{volunteer.identity_masked}）' if volunteer else ''
