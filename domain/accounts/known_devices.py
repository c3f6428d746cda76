"""Browsers in which an account has signed in, told apart by a random cookie; a new one is told to the owner by mail."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from db import transaction
from db.models import Account, KnownDevice

from .. import dates
from ..audit import origin
from ..mail import notices
from . import new_passwords

KEPT_FOR = timedelta(days=400)  # as long as browsers keep a cookie
_TOKEN = re.compile(r'[\w-]{43}')


@dataclass(frozen=True)
class Greeting:
    """`token` is what the browser keeps from now on; `is_new`: the account was never here, but elsewhere.

    `others`: since its last login here somebody has signed in in a browser that was new.
    """

    token: str
    is_new: bool
    others: bool


async def greet(account: Account, token: str) -> Greeting:
    """Note that the account signs in in the browser that keeps `token`, '' for one that keeps none yet."""
    if not _TOKEN.fullmatch(token):
        token = secrets.token_urlsafe(32)
    digest, now = hashlib.sha256(token.encode()).hexdigest(), dates.now()
    async with transaction():
        known = await KnownDevice.get_or_none(account_id=account.id, digest=digest)
        if known is not None:
            others = await KnownDevice.filter(account_id=account.id, first_at__gt=known.seen_at).exists()
            await KnownDevice.filter(id=known.id).update(seen_at=now)
            return Greeting(token, is_new=False, others=others)
        is_new = await KnownDevice.filter(account_id=account.id).exists()
        words = origin.current().device or '不明的裝置'
        await KnownDevice.get_or_create(
            account_id=account.id, digest=digest, defaults={'words': words, 'first_at': now, 'seen_at': now}
        )
        if is_new and (address := await new_passwords.address_of(account)):
            await notices.new_device(account, address, words)
    return Greeting(token, is_new=is_new, others=False)


async def sweep() -> int:
    """Forget browsers whose cookie is gone by now; how many."""
    return await KnownDevice.filter(seen_at__lt=dates.now() - KEPT_FOR).delete()
