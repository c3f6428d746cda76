"""Links that let the owner of an account set a password, once and for a while. Only their SHA-256 is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from db.models import Account, PasswordReset

from .. import dates, links
from ..errors import DomainError

LONGEST_TOKEN = 100
KEPT_FOR = timedelta(days=30)


class LinkExpired(DomainError):
    """The link was used, is too old, or never was one."""

    why = '連結已用過或過期'

    def __init__(self) -> None:
        super().__init__('這個連結已經用過或已過期，密碼沒有變更。請到登入頁點選「忘記密碼?」重新申請。')


async def made(account: Account, lasts: timedelta) -> tuple[str, datetime]:
    """A new link, as a path of ours, and the instant it ends."""
    token, until = secrets.token_urlsafe(32), dates.now() + lasts
    await PasswordReset.create(digest=_digest(token), account_id=account.id, expires_at=until)
    return links.reset_password(token), until


async def is_open(token: str) -> bool:
    """Whether the link still works."""
    return len(token) <= LONGEST_TOKEN and await _open(token).exists()


async def spent(token: str) -> Account:
    """Use the link up, in the caller's transaction; whose it is. Raises LinkExpired."""
    if len(token) > LONGEST_TOKEN:
        raise LinkExpired
    link = await _open(token).select_related('account').first()
    # Of two at once one is first, whatever both have just read.
    unused = PasswordReset.filter(digest=_digest(token), used_at=None)
    if link is None or not await unused.update(used_at=dates.now()):
        raise LinkExpired
    return link.account


async def is_recent(account: Account, lasts: timedelta, pause: timedelta) -> bool:
    """Whether a link of this duration was made less than `pause` ago and is not used yet."""
    ends = dates.now() + lasts
    recent = PasswordReset.filter(expires_at__gt=ends - pause, expires_at__lte=ends)
    return await recent.filter(account_id=account.id, used_at=None).exists()


async def close(account: Account) -> None:
    """No link of this account works any more."""
    await PasswordReset.filter(account_id=account.id, used_at=None).update(used_at=dates.now())


async def sweep() -> int:
    """Forget links, and codes on paper, that ended KEPT_FOR ago. Returns how many."""
    return await PasswordReset.filter(expires_at__lt=dates.now() - KEPT_FOR).delete()


def _open(token: str) -> QuerySet[PasswordReset]:
    return PasswordReset.filter(
        digest=_digest(token), used_at=None, expires_at__gt=dates.now(), account__is_active=True
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()
