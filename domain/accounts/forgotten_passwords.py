"""忘記密碼: a link to the mailbox on record, by which its owner sets a new password.

The answer never says whether there is such an account, and takes as long for one as for none.
"""

import asyncio
from datetime import timedelta

from db import transaction
from db.choices import LogAct

from .. import limits, mail_addresses
from ..audit import log as log_of_use
from ..mail import account_mails
from . import client_limits, login_lock, new_passwords, owners, password_links, sessions
from .attempts import attempt
from .client_limits import PASSWORD_LINKS

RESET_LASTS = timedelta(minutes=30)
RESET_PAUSE = timedelta(minutes=5)


async def request_reset(username: str, email: str, *, client: str = '') -> None:
    """Mail a link to the owner of the account, if name and address belong together; the answer never says so.

    Raises limits.Exceeded.
    """
    async with attempt('忘記密碼', name=username[: owners.LONGEST_NAME]):
        await client_limits.count_form(client)
    await log_of_use.note(LogAct.PASSWORD_RESET_ASKED, by=None, name=username[: owners.LONGEST_NAME])
    await asyncio.gather(_mail_reset(username, email), asyncio.sleep(owners.UNTELLING))


async def is_reset_open(token: str) -> bool:
    """Whether the link still works."""
    return await password_links.is_open(token)


async def reset_password(token: str, new: str) -> None:
    """Set the password of the account the link was mailed to; the link is spent, all sessions end, a lock is lifted.

    Cards that are bound to it are not any more: whoever fetches an account back wants nobody else in it.
    Raises LinkExpired, UnfitPassword; then the link still works.
    """
    async with attempt('設定密碼的連結'), transaction():
        account = await password_links.spent(token)
        await login_lock.lift(await login_lock.index_of_account(account))
        await password_links.close(account)
        await new_passwords.keep_fetched_back(account, new, '用寄到信箱的連結設定')
        await sessions.close_all(account)


async def _mail_reset(username: str, email: str) -> None:
    if len(username) > owners.LONGEST_NAME or len(email) > mail_addresses.MOST:
        return
    try:
        await limits.take(PASSWORD_LINKS, login_lock.index_of(username))
    except limits.Exceeded:
        return
    account = await owners.named(username)
    if account is None or not account.is_active or (account.host_unit and not account.host_unit.is_active):
        return
    if account.volunteer:
        account.email = account.volunteer.email
    if not account.email or mail_addresses.tidy(account.email).casefold() != mail_addresses.tidy(email).casefold():
        return
    if await password_links.is_recent(account, RESET_LASTS, RESET_PAUSE):
        return
    async with transaction():
        link, until = await password_links.made(account, RESET_LASTS)
        await account_mails.reset(account, link, until)
