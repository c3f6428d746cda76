"""第二道驗證: what an account shows besides its password, and the half-open sign-in until it has.

An account that has an app, or staff that has a passkey, is asked for it at each login by password; 自然人憑證 and a
passkey alone are two factors and are not asked for more. Of a role that has to have one (`factor_demands`), nobody gets
past the second step without setting it up. Whoever gets another password keeps the factor: only the owner, who has
shown it again, or an administrator takes it away, and the owner is told by mail.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.connection import get_connection

from db import transaction
from db.choices import CardAct, Role, Section, SignInWay
from db.models import Account, AuthenticatorApp, HalfSignIn, Passkey, RecoveryCode, Volunteer

from .. import dates, permissions
from ..audit import history, log, office_history
from ..audit.history import Change
from ..audit.log import LogAct
from ..errors import DomainError, NotFound, NotPermitted
from ..fields import Field
from ..mail import notices
from . import authenticator_apps, factor_demands, login_lock, new_passwords, passkeys, recovery_codes, sessions, step_up
from .attempts import Attempt, NothingTyped, attempt
from .login_lock import SignInLocked
from .terms import AccountLocked

FACTOR = Field('second_factor', '第二道驗證')
HALF_LASTS = timedelta(minutes=10)
_APP = '驗證器 App'
_STEP, _CODE = '登入的第二步', '驗證碼或復原碼'


class WrongCode(DomainError):
    """The code is none of the app's now, has counted before, or is no recovery code that is left."""

    def __init__(self) -> None:
        super().__init__(
            '驗證碼不正確或已經用過。請等 App 顯示下一組再輸入，並確認手機時間正確；連續 5 次不正確會暫停 15 分鐘。'
        )


class FactorLocked(SignInLocked):
    """Too many wrong codes; nothing was looked at."""

    def __init__(self) -> None:
        DomainError.__init__(self, '驗證碼連續 5 次不正確，暫停 15 分鐘。請稍後再試；手機遺失請洽系統管理者重設。')


class HalfOver(DomainError):
    """The half-open sign-in is over, or never was one."""

    why = '等待太久'

    def __init__(self) -> None:
        super().__init__('這次登入等待太久，已經結束。請從頭登入一次。')


_KINDS = """
SELECT EXISTS (SELECT FROM authenticator_app WHERE account_id = $1) AS app,
    (SELECT count(*) FROM passkey WHERE account_id = $1) AS passkeys
"""


@dataclass(frozen=True)
class Kept:
    """The factors of an account."""

    app: AuthenticatorApp | None
    passkeys: Sequence[Passkey]
    recovery_codes: int

    @property
    def is_any(self) -> bool:
        """Whether there is one at all; recovery codes alone are none."""
        return self.app is not None or bool(self.passkeys)


async def of(account: Account) -> Kept:
    """What the account has."""
    app = await AuthenticatorApp.get_or_none(account_id=account.id)
    return Kept(app, await passkeys.of(account), await recovery_codes.left(account))


async def kinds_of(account: Account) -> tuple[bool, int]:
    """Whether the account has an app, and how many passkeys."""
    [row] = await get_connection('default').execute_query_dict(_KINDS, [account.id])
    return row['app'], row['passkeys']


async def is_asked_of(account: Account) -> bool:
    """Whether the password alone does not sign in: there is a factor, or there has to be one by now."""
    if await has_one(account):
        return True
    due = await factor_demands.due_on(account)
    return due is not None and due <= dates.today()


async def has_one(account: Account) -> bool:
    """Whether the account shows a factor after its password. A volunteer's passkey is another way in, not a second."""
    if await AuthenticatorApp.filter(account_id=account.id).exists():
        return True
    return account.role != Role.VOLUNTEER and await Passkey.filter(account_id=account.id).exists()


async def reminder(account: Account) -> date | None:
    """The last day on which this account signs in without a factor; None where none is demanded, or there is one."""
    due = await factor_demands.due_on(account)
    if due is None or (await of(account)).is_any:
        return None
    return due - timedelta(days=1)


# The half-open sign-in


async def begin(account: Account, way: SignInWay = SignInWay.PASSWORD) -> str:
    """A half-open sign-in; its token goes into the browser's cookie, and opens the second step alone.

    It ends with the `way` that was the first step; whoever changes that has a token of nobody's.
    """
    token = f'{secrets.token_urlsafe(32)}.{way.value}'
    until = dates.now() + HALF_LASTS
    await HalfSignIn.create(digest=_digest(token), account_id=account.id, expires_at=until)
    return token


async def half_of(token: str) -> Account:
    """Whose second step it is, as `sessions` reads an account. Raises HalfOver."""
    if not token or len(token) > 100:
        raise HalfOver
    row = (
        await HalfSignIn.filter(digest=_digest(token), expires_at__gt=dates.now(), account__is_active=True)
        .select_related('account', 'account__host_unit', 'account__team', 'account__agency', 'account__volunteer')
        .first()
    )
    if row is None or (row.account.host_unit is not None and not row.account.host_unit.is_active):
        raise HalfOver
    return row.account


def first_step_of(token: str) -> SignInWay:
    """By what a half-open sign-in was begun."""
    begun = token.rpartition('.')[2]
    return next((way for way in SignInWay if way.value == begun), SignInWay.PASSWORD)


async def leave(token: str) -> None:
    """End a half-open sign-in."""
    await HalfSignIn.filter(digest=_digest(token)).delete()


async def pass_by_code(token: str, code: str) -> tuple[Account, SignInWay]:
    """Whoever shows a code of the app, or a recovery code, is signed in. Raises HalfOver, WrongCode, FactorLocked."""
    async with attempt(_STEP) as tried:
        tried.account = account = await half_of(token)
        way = await check_code(account, code)
        await _pass(token)
    return account, way


async def ask_passkey(token: str) -> str:
    """JSON for the browser: which keys may sign. Raises HalfOver."""
    account = await half_of(token)
    return await passkeys.to_show(CardAct.SECOND_STEP, browser=token, account=account)


async def pass_by_passkey(token: str, answer: str) -> Account:
    """Whoever shows a passkey of the account is signed in. Raises HalfOver, PasskeyRefused."""
    async with attempt(_STEP) as tried:
        tried.account = account = await half_of(token)
        async with attempt(SignInWay.PASSKEY.label, act=LogAct.FACTOR_FAILED, by=account):
            await _require_unlocked(account)
            await passkeys.shown(answer, CardAct.SECOND_STEP, browser=token, account=account)
        await _pass(token)
    return account


async def pass_by_set_up(token: str, kept: str, code: str) -> tuple[Account, list[str]]:
    """Set an app up in the second step, where one is demanded and there is none; with the recovery codes.

    Raises HalfOver, WrongCode, FactorLocked, authenticator_apps.SetUpOver.
    """
    async with attempt(_STEP) as tried:
        tried.account = account = await half_of(token)
        if (await of(account)).is_any:
            raise HalfOver
        codes = await _add_app(account, kept, code)
        await _pass(token)
    return account, codes


async def check_code(account: Account, code: str, *, act: LogAct = LogAct.FACTOR_FAILED) -> SignInWay:
    """Which kind of code it is; it is spent. Five wrong ones lock the second step.

    Raises NothingTyped, WrongCode, FactorLocked.
    """
    async with attempt(_CODE, act=act, by=account) as tried:
        if not code.strip():
            raise NothingTyped('驗證碼')
        await _count(tried, account)
        digits = ''.join(code[:60].split())
        if await authenticator_apps.is_right(account, digits):
            way = SignInWay.APP_CODE
        elif await recovery_codes.spend(account, code):
            way = SignInWay.RECOVERY_CODE
            await log.note(LogAct.RECOVERY_USED, by=account)
            await _tell(account, f'用掉一組復原碼，還剩 {await recovery_codes.left(account)} 組')
        else:
            raise WrongCode
        await tried.succeed()
    return way


def lock_of(account: Account) -> str:
    """What wrong codes are counted under: not the name, whose failures a right password lifts."""
    return login_lock.index_of(f'second step {account.id}')


# Signing in by passkey alone


async def sign_in_by_passkey(answer: str, *, browser: str, account_id: int | None = None) -> Account:
    """The account of the passkey that has signed; it has to be the one of `account_id`, if that is named.

    Raises PasskeyRefused, AccountLocked, SignInLocked.
    """
    async with attempt(SignInWay.PASSKEY.label) as tried:
        whose = await Account.get_or_none(id=account_id) if account_id else None
        shown = await passkeys.shown(answer, CardAct.PASSKEY_ENTERS, browser=browser, account=whose)
        found = Account.get(id=shown.account_id)
        tried.account = account = await found.select_related('host_unit', 'team', 'agency', 'volunteer')
        if account.locked_because is not None:
            raise AccountLocked(account.locked_because)
        is_closed = account.host_unit is not None and not account.host_unit.is_active
        if not account.is_active or is_closed:
            raise passkeys.PasskeyRefused
        if await login_lock.is_locked(await login_lock.index_of_account(account)):
            raise SignInLocked
    return account


# One's own factors


async def add_app(kept: str, code: str, *, by: Account) -> list[str]:
    """Set an app up, or another one in its place; the first factor comes with recovery codes, else [].

    Raises WrongCode, FactorLocked, StepUpNeeded, authenticator_apps.SetUpOver.
    """
    await step_up.require(by)
    return await _add_app(by, kept, code)


async def remove_app(*, by: Account) -> None:
    """The app is not asked for any more. Raises StepUpNeeded, NotFound, NotPermitted for the last that is demanded."""
    await step_up.require(by)
    async with transaction():
        await _require_another(by, without_app=True)
        if not await AuthenticatorApp.filter(account_id=by.id).delete():
            raise NotFound('這個帳號沒有設定驗證器 App，可能已經移除。請重新整理頁面查看。')
        await _noted(by, Change(FACTOR, _APP, ''), LogAct.FACTOR_REMOVED, by=by)


async def add_passkey(answer: str, name: str, *, session: str, by: Account) -> list[str]:
    """Keep a key that the browser of `session` has made; recovery codes where it is the first factor of staff.

    Raises PasskeyRefused, Incomplete, StepUpNeeded.
    """
    await step_up.require(by)
    async with transaction():
        await Account.select_for_update(no_key=True).get(id=by.id)
        is_first = not (await of(by)).is_any and by.role != Role.VOLUNTEER
        key = await passkeys.add(by, answer, name, browser=session)
        await _noted(by, Change(FACTOR, '', f'通行金鑰（{key.name}）'), LogAct.FACTOR_ADDED, by=by)
        return await recovery_codes.renew(by) if is_first else []


async def remove_passkey(key_id: int, *, by: Account) -> None:
    """The key opens nothing any more. Raises StepUpNeeded, NotFound, NotPermitted for the last that is demanded."""
    await step_up.require(by)
    async with transaction():
        key = await passkeys.own(by, key_id)
        await _require_another(by, without_key=key.id)
        await key.delete()
        await _noted(by, Change(FACTOR, f'通行金鑰（{key.name}）', ''), LogAct.FACTOR_REMOVED, by=by)


async def renew_codes(*, by: Account) -> list[str]:
    """New recovery codes in the place of the old ones. Raises StepUpNeeded, NotPermitted without a factor."""
    await step_up.require(by)
    async with transaction():
        if not (await of(by)).is_any:
            raise NotPermitted('請先設定驗證器 App 或通行金鑰，再產生復原碼。')
        codes = await recovery_codes.renew(by)
        await _noted(by, Change(FACTOR, '', '新的復原碼'), LogAct.FACTOR_ADDED, by=by)
    return codes


# For the administrator


async def reset(account: Account, *, by: Account) -> None:
    """The factors of somebody who has lost them go, and all sessions end. Raises StepUpNeeded, NotPermitted."""
    permissions.require(by, 'accounts.second_factors.reset')
    if account.role == Role.VOLUNTEER:
        raise NotFound
    if account.id == by.id:
        raise NotPermitted('您不能重設自己的第二道驗證，請由另一位系統管理者處理。')
    await step_up.require(by)
    async with transaction():
        await remove_all(account, f'系統管理者{by.name}重設', by=by)
        await sessions.close_all(account)


async def remove_all(account: Account, how: str, *, by: Account) -> int:
    """No factor of the account is left, in the caller's transaction; its owner is told. Returns how many there were."""
    gone = await AuthenticatorApp.filter(account_id=account.id).delete()
    gone += await Passkey.filter(account_id=account.id).delete()
    await RecoveryCode.filter(account_id=account.id).delete()
    await login_lock.lift(lock_of(account))
    if gone:
        await _noted(account, Change(FACTOR, f'{gone} 項', how), LogAct.FACTOR_REMOVED, by=by)
    return gone


async def sweep() -> int:
    """Forget half-open sign-ins that are over; how many."""
    return await HalfSignIn.filter(expires_at__lte=dates.now()).delete()


async def _add_app(account: Account, kept: str, code: str) -> list[str]:
    async with attempt(_APP, act=LogAct.FACTOR_FAILED, by=account) as tried:
        await _count(tried, account)
        async with transaction():
            await Account.select_for_update(no_key=True).get(id=account.id)
            is_first = not (await of(account)).is_any
            if not await authenticator_apps.add(account, kept, ''.join(code[:60].split())):
                raise WrongCode
            await tried.succeed()
            await _noted(account, Change(FACTOR, '', _APP), LogAct.FACTOR_ADDED, by=account)
            return await recovery_codes.renew(account) if is_first or not await recovery_codes.left(account) else []


async def _count(tried: Attempt, account: Account) -> None:
    try:
        await tried.count(lock_of(account))
    except SignInLocked:
        raise FactorLocked from None


async def _require_another(account: Account, *, without_app: bool = False, without_key: int = 0) -> None:
    """Where a factor is demanded, the last one is exchanged, not removed."""
    await Account.select_for_update(no_key=True).get(id=account.id)
    kept = await of(account)
    has_app = kept.app is not None and not without_app
    is_left = has_app or any(key.id != without_key for key in kept.passkeys)
    if is_left:
        return
    if await factor_demands.due_on(account) is not None:
        raise NotPermitted('您的身分須有第二道驗證，這是最後一項，沒有移除。請先新增另一項，再移除這一項。')
    await RecoveryCode.filter(account_id=account.id).delete()


async def _require_unlocked(account: Account) -> None:
    if await login_lock.is_locked(lock_of(account)):
        raise FactorLocked


async def _pass(token: str) -> None:
    """Of two at once one is first."""
    if not await HalfSignIn.filter(digest=_digest(token), expires_at__gt=dates.now()).delete():
        raise HalfOver


async def _noted(account: Account, change: Change, act: LogAct, *, by: Account) -> None:
    """Into the history of the office or of the volunteer, into the log, and to the owner by mail."""
    if account.role == Role.VOLUNTEER and account.volunteer_id is not None:
        volunteer = await Volunteer.get(id=account.volunteer_id)
        await history.note(volunteer, Section.BASICS, history.AMENDED, [change], by=by)
        await log.note(act, by=by, what=f'帳號 {account.id}')
    else:
        await office_history.tell('帳號', account.name, '第二道驗證', [change], act=act, by=by)
    await _tell(account, f'移除或重設：{change.old}　{change.new}' if change.old else f'新增：{change.new}')


async def _tell(account: Account, what: str) -> None:
    if address := await new_passwords.address_of(account):
        await notices.factor_changed(account, address, what)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()
