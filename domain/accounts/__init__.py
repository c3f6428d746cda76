"""帳號: signing in by password, one's own password, showing again who one is; what its modules do is called here, too.

Nothing here tells a stranger whether an account exists: unknown and known names get the same sentence, the same lock
after five failures and the same work.
"""

import asyncio
import logging

from db import transaction
from db.choices import CardAct, LogAct, Role, SignInWay
from db.models import Account

from .. import invisible, limits
from ..errors import DomainError, NotPermitted
from . import (
    client_limits,
    login_lock,
    new_passwords,
    owners,
    passkeys,
    password_links,
    passwords,
    second_factors,
    sessions,
    step_up,
)
from .attempts import NothingTyped, attempt
from .forgotten_passwords import is_reset_open, request_reset, reset_password
from .forms import FIELDS, OF_UNIT, REFUSAL, REQUEST_FIELDS, AccountDetails, AccountRequestDetails
from .login_lock import SignInLocked
from .new_passwords import UnfitPassword
from .owners import LONGEST_NAME
from .password_links import LinkExpired
from .preferences import (
    APPEARANCES,
    TEXT_SIZES,
    set_appearance,
    set_mail_preference,
    set_text_size,
    set_undo_seconds,
    show_guide,
)
from .requests import (
    ConfirmationExpired,
    confirm_request,
    is_confirmable,
    open_request,
    open_requests,
    refuse,
    refuse_all,
    request_account,
)
from .staff import amend, create, find, get, grant, is_locked, left_alone, rewrite, send_link, unlock
from .terms import AccountLocked
from .volunteer_accounts import (
    LINK_LASTS,
    Hold,
    give_volunteer_password,
    held_each,
    hold,
    hold_among,
    opened,
    opened_each,
)

__all__ = [
    'APPEARANCES',
    'FIELDS',
    'LINK_LASTS',
    'LONGEST_NAME',
    'OF_UNIT',
    'REFUSAL',
    'REQUEST_FIELDS',
    'TEXT_SIZES',
    'AccountDetails',
    'AccountLocked',
    'AccountRequestDetails',
    'ConfirmationExpired',
    'Hold',
    'LinkExpired',
    'SignInLocked',
    'SignInRefused',
    'UnfitPassword',
    'UnitClosed',
    'WrongPassword',
    'amend',
    'confirm_request',
    'create',
    'find',
    'get',
    'give_volunteer_password',
    'grant',
    'held_each',
    'hold',
    'hold_among',
    'is_confirmable',
    'is_locked',
    'is_reset_open',
    'left_alone',
    'open_request',
    'open_requests',
    'opened',
    'opened_each',
    'refuse',
    'refuse_all',
    'request_account',
    'request_reset',
    'reset_password',
    'rewrite',
    'send_link',
    'set_appearance',
    'set_mail_preference',
    'set_text_size',
    'set_undo_seconds',
    'show_guide',
    'unlock',
]

log = logging.getLogger(__name__)


class SignInRefused(DomainError):
    """Name or password is wrong; which of them is not said."""

    def __init__(self) -> None:
        super().__init__('帳號或密碼不正確，請再輸入一次。連續 5 次不正確時，這個帳號會暫停登入 15 分鐘。')


class UnitClosed(DomainError):
    """The account's host unit is closed; told only to somebody who knows the password."""

    why = '運用單位已停用'

    def __init__(self) -> None:
        super().__init__('您的運用單位已停用，這個帳號不能登入。資料都還在；如需使用，請洽系統管理者。')


class WrongPassword(DomainError):
    """The present password was mistyped by somebody who is signed in."""

    def __init__(self, sentence: str = '目前的密碼不正確，請再輸入一次。密碼沒有變更。') -> None:
        super().__init__(sentence)


async def sign_in(username: str, password: str, *, client: str = '') -> Account:
    """The account of staff by user name, of a volunteer by identity number; unit, agency and volunteer fetched.

    `client` is the address it is tried from. Raises SignInRefused, SignInLocked, UnitClosed, passwords.Busy,
    limits.Exceeded.
    """
    async with attempt(SignInWay.PASSWORD.label, name=username[: owners.LONGEST_NAME]) as tried:
        if len(username) > owners.LONGEST_NAME or passwords.is_too_long(password):
            raise SignInRefused  # nobody has such a name or password, and looking at one of any length is work
        if client:
            await limits.take(client_limits.logins(), client)
        try:
            is_last = await tried.count(login_lock.index_of(username))
        except SignInLocked:
            # The log says whose name it is. The pause hides how long that took: nobody learns whether there is one.
            tried.account, _ = await asyncio.gather(owners.named(username), asyncio.sleep(owners.UNTELLING))
            raise
        tried.account = account = await owners.named(username)
        try:
            is_right = await _is_right(password, account)
        except passwords.Busy:
            await tried.take_back()
            if client:
                await limits.give_back(client_limits.logins(), client)
            raise
        if not is_right or account is None:
            raise SignInLocked if is_last else SignInRefused
        await tried.succeed()
        if client:
            await limits.give_back(client_limits.logins(), client)
        _require_open(account)
    log.info('account %s signed in', account.id)
    return account


async def sign_in_again(account_id: int, password: str, *, client: str = '') -> Account:
    """The same person's account by the password alone, where a page says whose it is (`page_marks`).

    Raises SignInRefused, WrongPassword, SignInLocked, UnitClosed, passwords.Busy, limits.Exceeded.
    """
    what = '在原頁面重新登入'
    async with attempt(what) as tried:
        tried.account = account = await owners.complete().get_or_none(id=account_id)
        if client:
            await limits.take(client_limits.logins(), client)
        if account is None or not (account.is_active or account.locked_because):
            raise SignInRefused
        otherwise = '密碼不正確，請再輸入一次。您輸入的內容都還在。'
        await require_password(account, password, what, act=LogAct.SIGN_IN_FAILED, otherwise=otherwise)
        if client:
            await limits.give_back(client_limits.logins(), client)
        _require_open(account)
    return account


def office_of(account: Account) -> str:
    """Where the account works, as the bar over the page says it."""
    if account.role == Role.COUNTY and account.county:
        return f'{account.county.name}政府'
    if account.role in (Role.UNIT_STAFF, Role.SUPERVISOR) and account.host_unit:
        return f'{account.host_unit.name}　{account.team.name}' if account.team else account.host_unit.name
    if account.role == Role.REVIEWER and account.agency:
        return account.agency.name
    return account.role.label


async def change_password(account: Account, old: str, new: str, *, by: Account, keeping: str = '') -> None:
    """One's own password. All sessions end but the one of the digest `keeping`.

    Raises WrongPassword, UnfitPassword, SignInLocked after five wrong tries.
    """
    if by.id != account.id:
        raise NotPermitted
    async with attempt('變更密碼', act=LogAct.STEP_UP_FAILED, by=by) as tried:
        if not old:
            raise NothingTyped('目前密碼')
        await tried.count(await login_lock.index_of_account(account))
        if not await _is_right(old, account):
            raise WrongPassword
        tried.is_last = False  # what comes now is about the new one
    async with transaction():
        await login_lock.lift(await login_lock.index_of_account(account))
        await password_links.close(account)
        await new_passwords.keep(account, new, new_passwords.OWN_ACT)
        await sessions.close_all(account, except_for=keeping)
    sessions.forget_account(account)


async def require_password(
    account: Account,
    password: str,
    what: str,
    *,
    act: LogAct = LogAct.STEP_UP_FAILED,
    otherwise: str = '目前的密碼不正確，請再輸入一次。',
) -> None:
    """For `what` needs more than an open session. Raises NothingTyped, WrongPassword, SignInLocked, passwords.Busy."""
    async with attempt(what, act=act, by=account) as tried:
        if not password:
            raise NothingTyped('密碼')
        is_last = await tried.count(await login_lock.index_of_account(account))
        kept = await Account.get(id=account.id)
        try:
            is_right = await _is_right(password, kept)
        except passwords.Busy:
            await tried.take_back()
            raise
        if not is_right:
            raise SignInLocked if is_last else WrongPassword(otherwise)
        await tried.succeed()


async def prove(password: str, *, by: Account) -> None:
    """再次確認本人 by the password: this session is believed for a while (`step_up`). Raises as `require_password`."""
    await require_password(by, password, SignInWay.PASSWORD.label)
    await step_up.believe(by, SignInWay.PASSWORD.label)


async def prove_by_code(code: str, *, by: Account) -> None:
    """The same by a code of the app, or a recovery code. Raises second_factors.WrongCode, FactorLocked."""
    way = await second_factors.check_code(by, code, act=LogAct.STEP_UP_FAILED)
    await step_up.believe(by, way.label)


async def prove_by_passkey(answer: str, *, session: str, by: Account) -> None:
    """The same by a passkey of the account, in the browser of `session`. Raises passkeys.PasskeyRefused."""
    async with attempt(SignInWay.PASSKEY.label, act=LogAct.STEP_UP_FAILED, by=by):
        await passkeys.shown(answer, CardAct.PROOF, browser=session, account=by)
    await step_up.believe(by, SignInWay.PASSKEY.label)


def _require_open(account: Account) -> None:
    """For whoever has shown whose it is. Raises UnitClosed, AccountLocked."""
    if account.host_unit is not None and not account.host_unit.is_active:
        raise UnitClosed
    if account.locked_because is not None:
        raise AccountLocked(account.locked_because)


async def _is_right(password: str, account: Account | None) -> bool:
    """For nobody, and for a closed account, it is wrong after the same work.

    What is pasted may have blanks around it, and signs that nobody sees. The text is tried as it is, since a password
    may have them, then without: whoever guesses wins no other guess by that, and it stays one try.
    """
    if passwords.is_too_long(password):
        return False
    is_known = account is not None and (account.is_active or account.locked_because is not None)
    stored = account.password_hash if account and is_known else None
    meant = invisible.removed(password).strip()
    return await passwords.verify(password, stored) or (meant != password and await passwords.verify(meant, stored))
