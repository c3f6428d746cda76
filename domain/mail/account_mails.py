"""Mails of 帳號申請 and of the terms of accounts: what becomes of a request, what is locked, what is to be reviewed.

They go out at once, however their receiver wants other mail: an account that is locked reads no digest.
"""

from collections.abc import Sequence
from datetime import date, datetime

from db.choices import LockReason
from db.models import Account, AccountRequest

from .. import dates, links
from . import outbox, templates
from .catalogue import Fact
from .messages import lines, url_of


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
