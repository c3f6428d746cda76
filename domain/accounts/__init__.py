"""帳號: signing in and its lock, passwords and their reset, requests for accounts, and the administrator's list.

Nothing here tells a stranger whether an account exists: unknown and known names get the same sentence, the same lock
after five failures and the same work.
"""

import asyncio
import logging
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import CardAct, LogAct, MailPreference, RequestStatus, Role, SignInWay
from db.models import Account, AccountRequest, Agency, Application, EmailChange, HostUnit, Team, Volunteer

from .. import dates, invisible, limits, mail_addresses, permissions, validation
from ..audit import log as log_of_use
from ..audit import office_history
from ..audit.history import AMENDED, Change
from ..cases import worklists
from ..cases.transitions import UNDO_TIMES
from ..errors import DomainError, Incomplete, NotFound, NotPermitted
from ..mail import messages
from ..paging import Page, bounds, page_of
from . import (
    bound_cards,
    client_limits,
    email_changes,
    login_lock,
    new_passwords,
    passkeys,
    password_links,
    passwords,
    requests,
    second_factors,
    sessions,
    step_up,
    terms,
)
from .attempts import NothingTyped, attempt
from .client_limits import PASSWORD_LINKS
from .forms import FIELDS, OF_UNIT, REFUSAL, REQUEST_FIELDS, AccountDetails, AccountRequestDetails
from .login_lock import SignInLocked
from .new_passwords import UnfitPassword
from .password_links import LinkExpired
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
from .terms import AccountLocked, LastAdministrator
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
    'FIELDS',
    'LINK_LASTS',
    'OF_UNIT',
    'REFUSAL',
    'REQUEST_FIELDS',
    'AccountDetails',
    'AccountLocked',
    'AccountRequestDetails',
    'ConfirmationExpired',
    'Hold',
    'LastAdministrator',
    'LinkExpired',
    'SignInLocked',
    'SignInRefused',
    'UnfitPassword',
    'UnitClosed',
    'WrongPassword',
    'confirm_request',
    'give_volunteer_password',
    'held_each',
    'hold',
    'hold_among',
    'is_confirmable',
    'open_request',
    'open_requests',
    'opened',
    'opened_each',
    'refuse',
    'refuse_all',
    'request_account',
]

_KEPT = office_history.Kept('帳號', FIELDS)
# At least so many seconds an answer takes that must not tell whether there is such an account.
_UNTELLING = 0.3

log = logging.getLogger(__name__)

RESET_LASTS = timedelta(minutes=30)
RESET_PAUSE = timedelta(minutes=5)
WELCOME_LASTS = LINK_LASTS
TEXT_SIZES = ('', 'large', 'larger')
APPEARANCES = ('', 'light', 'dark')
LONGEST_NAME = 120  # as typed, with blanks and signs between


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
    async with attempt(SignInWay.PASSWORD.label, name=username[:LONGEST_NAME]) as tried:
        if len(username) > LONGEST_NAME or passwords.is_too_long(password):
            raise SignInRefused  # nobody has such a name or password, and looking at one of any length is work
        if client:
            await limits.take(client_limits.logins(), client)
        try:
            is_last = await tried.count(login_lock.index_of(username))
        except SignInLocked:
            # The log says whose name it is. The pause hides how long that took: nobody learns whether there is one.
            tried.account, _ = await asyncio.gather(_named(username), asyncio.sleep(_UNTELLING))
            raise
        tried.account = account = await _named(username)
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
        tried.account = account = await _complete().get_or_none(id=account_id)
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


async def request_reset(username: str, email: str, *, client: str = '') -> None:
    """Mail a link to the owner of the account, if name and address belong together; the answer never says so.

    Raises limits.Exceeded.
    """
    async with attempt('忘記密碼', name=username[:LONGEST_NAME]):
        await client_limits.count_form(client)
    await log_of_use.note(LogAct.PASSWORD_RESET_ASKED, by=None, name=username[:LONGEST_NAME])
    await asyncio.gather(_mail_reset(username, email), asyncio.sleep(_UNTELLING))


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


async def set_text_size(size: str, *, by: Account) -> None:
    """字級: '', 'large' or 'larger'."""
    by.text_size = size if size in TEXT_SIZES else ''
    await by.save(update_fields=['text_size'])
    sessions.forget_account(by)


async def set_appearance(appearance: str, *, by: Account) -> None:
    """外觀: '' as the system of the computer has it, 'light' or 'dark'."""
    by.appearance = appearance if appearance in APPEARANCES else ''
    await by.save(update_fields=['appearance'])
    sessions.forget_account(by)


async def show_guide(shown: bool, *, by: Account) -> None:
    """Put the guide rail away, or fetch it back."""
    by.hides_guide = not shown
    await by.save(update_fields=['hides_guide'])
    sessions.forget_account(by)


async def set_undo_seconds(seconds: int, *, by: Account) -> None:
    """復原時間: how long a decision of theirs waits before it takes effect; one of UNDO_TIMES."""
    permissions.require(by, 'accounts.set_undo_seconds')
    if seconds not in UNDO_TIMES:
        raise Incomplete({'seconds': '請選擇復原時間。'})
    by.undo_seconds = seconds
    await by.save(update_fields=['undo_seconds'])
    sessions.forget_account(by)


async def set_mail_preference(preference: MailPreference, *, by: Account) -> None:
    """通知信: each at once, one digest a day, or none. What concerns an office goes to its mailbox in any case."""
    chosen = validation.member(MailPreference, preference)
    if chosen is None:
        raise Incomplete({'preference': '請選擇您要怎麼收到通知信。'})
    by.mail_preference = chosen
    await by.save(update_fields=['mail_preference'])
    sessions.forget_account(by)


async def grant(request: AccountRequest, details: AccountDetails, *, by: Account) -> Account:
    """Open the account that was asked for, as whoever decides completed it; its owner gets a link to set a password.

    The first account of a unit looks after the others (單位管理者). A unit has the 統一編號 of the request, or gets it.
    Raises Incomplete, NotPermitted, MovedOn when the request was decided meanwhile.
    """
    await step_up.require(by)
    async with transaction():
        await requests.require_decider(request, by=by)
        details = replace(details, email=request.email)  # that one was confirmed
        if details.role not in (Role.UNIT_STAFF, Role.REVIEWER):
            raise Incomplete({'role': '這裡只能開通單位承辦人或志工業務窗口；其他角色請系統管理者在「帳號」新增。'})
        if details.role == Role.REVIEWER and by.role == Role.COUNTY:
            await _require_own_agency(details, by)
        unit = await _unit_for(request, details, by) if details.role == Role.UNIT_STAFF else None
        if unit is not None and not await Account.exists(host_unit_id=unit.id):
            details = replace(details, team_id=None, is_unit_administrator=True)
        await requests.decide(request, RequestStatus.GRANTED, by)
        await AccountRequest.filter(id=request.id).update(host_unit_id=unit.id if unit else None)
        opener = '系統管理者' if by.role == Role.ADMINISTRATOR else await requests.competent(request)
        return await opened_for(details, opener, was_asked_for=True, by=by)


async def _require_own_agency(details: AccountDetails, by: Account) -> None:
    theirs = Agency.filter(id=validation.record_id(details.agency_id or 0), county_id=by.county_id or '')
    if not await theirs.exists():
        raise Incomplete({'agency_id': '這個機關不在您的縣市，請重新選擇，或退回請申請人確認。'})


async def _unit_for(request: AccountRequest, details: AccountDetails, by: Account) -> HostUnit | None:
    """The chosen unit, locked; never one beside another with the number of the request. Raises Incomplete."""
    if details.host_unit_id is None:
        return None  # the form says so
    known = await requests.unit_of(request)
    if known is not None and known.unified_number and known.id != details.host_unit_id:
        sentence = f'統一編號 {known.unified_number} 已經是「{known.name}」，請改選這個單位，不要另外新增。'
        raise Incomplete({'host_unit_id': sentence})
    unit = await HostUnit.select_for_update(no_key=True).get_or_none(id=validation.record_id(details.host_unit_id))
    if unit is None or (by.role == Role.COUNTY and unit.county_id != by.county_id):
        raise Incomplete({'host_unit_id': '這個單位不在您的縣市，請重新選擇，或退回請申請人確認。'})
    if request.unified_number and unit.unified_number not in ('', request.unified_number):
        sentence = (
            f'「{unit.name}」的統一編號是 {unit.unified_number}，和申請的 {request.unified_number} 不同，請重新選擇。'
        )
        raise Incomplete({'host_unit_id': sentence})
    if request.unified_number and not unit.unified_number:
        unit.unified_number = request.unified_number
        await unit.save(update_fields=['unified_number'])
        number = [Change(REQUEST_FIELDS['unified_number'], '', request.unified_number)]
        await office_history.tell('運用單位', unit.name, AMENDED.label, number, by=by)
    return unit


async def create(details: AccountDetails, *, was_asked_for: bool = False, by: Account) -> Account:
    """A new account of staff; its owner gets a link to set a password. Raises Incomplete."""
    permissions.require(by, 'accounts.create')
    await step_up.require(by)
    return await opened_for(details, '系統管理者', was_asked_for=was_asked_for, by=by)


async def opened_for(details: AccountDetails, opener: str, *, was_asked_for: bool = False, by: Account) -> Account:
    """A new account of staff; the mail says that `opener` opened it. For whoever has looked whether `by` may."""
    if problems := details.problems():
        raise Incomplete(problems)
    account = Account()
    async with transaction():
        await _write(account, details, by)
        link, until = await password_links.made(account, WELCOME_LASTS)
        await messages.account_granted(account, link, until, was_asked_for=was_asked_for, opener=opener)
    return account


async def send_link(account: Account, *, by: Account) -> None:
    """重寄設定密碼的連結: a new one to the owner's mailbox; earlier ones work no more, and a lock is lifted.

    Raises NotFound, StepUpNeeded, NotPermitted for a closed account.
    """
    permissions.require(by, 'accounts.send_link')
    known = await get(account.id, by=by)
    await step_up.require(by)
    await send_link_to(known, '系統管理者', by=by)


async def send_link_to(account: Account, opener: str, *, by: Account) -> None:
    """The same, for whoever has looked whether `by` may. The password stays until the owner sets another."""
    if not account.is_active or not account.email:
        raise NotPermitted('這個帳號已停用，或沒有電子郵件，連結沒有寄出。請先改好並儲存，再寄一次。')
    async with transaction():
        await password_links.close(account)
        await login_lock.lift(await login_lock.index_of_account(account))
        link, until = await password_links.made(account, WELCOME_LASTS)
        if account.password_hash:
            await messages.reset(account, link, until)
        else:
            await messages.account_granted(account, link, until, was_asked_for=False, opener=opener)
        await office_history.tell(_KEPT.section, account.name, '寄出設定密碼的連結', by=by)


async def left_alone(account: Account, details: AccountDetails, *, by: Account) -> str:
    """What `amend` would do to a unit whose last clerk this is, as a sentence; '' when somebody is left.

    Nobody would answer its cases: the administrator is asked first.
    """
    permissions.require(by, 'accounts.left_alone')
    return await alone_without(account, details)


async def alone_without(account: Account, details: AccountDetails) -> str:
    """The same, for whoever has looked whether `by` may. A clerk of one team stands in for nobody."""
    if not _leaves_unit(account, details):
        return ''
    clerks = Account.filter(host_unit_id=account.host_unit_id, team_id=None, is_active=True, host_unit__is_active=True)
    if not await clerks.filter(id=account.id).exists() or await clerks.exclude(id=account.id).exists():
        return ''
    unit = await HostUnit.get(id=account.host_unit_id)
    # Those of single teams see only their own people.
    in_teams = Account.filter(host_unit_id=unit.id, is_active=True).exclude(Q(team_id=None) | Q(id=account.id))
    whole = '整個單位的' if await in_teams.exists() else ''
    open_cases = await Application.filter(host_unit_id=unit.id, status__in=worklists.OPEN).count()
    cases = f'，還有 {open_cases} 件進行中的案件' if open_cases else ''
    return (
        f'{account.name}是「{unit.name}」最後一位{whole}承辦人{cases}。之後沒有人收得到機關的通知，也沒有人能補件。'
        '要交接，請先取消，在帳號清單按「新增帳號」為這個單位開通接手的人。'
    )


async def amend(
    account: Account, details: AccountDetails, *, knowingly: bool = False, by: Account
) -> EmailChange | None:
    """Change an account of staff, or close it (`is_active`); then it is signed out everywhere. Raises Incomplete.

    `account` is as the form was opened with it: what others have saved since stays, and of the same field MovedOn says
    who has changed it. The last clerk of a unit goes only `knowingly`: NotPermitted with what `left_alone` says.
    The address of a reviewer or an administrator stays until a second administrator confirms: what waits then.
    """
    permissions.require(by, 'accounts.amend')
    if account.role == Role.VOLUNTEER:
        raise NotFound
    if account.id == by.id and (details.role != Role.ADMINISTRATOR or not details.is_active):
        raise NotPermitted('您不能停用自己的帳號或取消自己的系統管理權限，請由另一位系統管理者處理。')
    if problems := details.problems():
        raise Incomplete(problems)
    await step_up.require(by)
    async with transaction():
        mine = await office_history.changed(account, details.values(), _KEPT)
        kept = await Account.get(id=account.id)
        details = _merged(kept, mine)
        if problems := details.problems():
            raise Incomplete(problems)
        if details.role != Role.ADMINISTRATOR or not details.is_active:
            await terms.require_other_administrator(kept)
        if not knowingly and (alone := await left_alone(kept, details, by=by)):
            raise NotPermitted(alone)
        change = await rewrite(kept, details, f'系統管理者{by.name}更改', by=by)
    account.update_from_dict(details.values() | {'email': kept.email})
    return change


async def rewrite(kept: Account, details: AccountDetails, how: str, *, by: Account) -> EmailChange | None:
    """Write what was found to be right into the locked row, in the caller's transaction, and sign its owner out.

    `how`: who changed the address, as the old one reads it. Raises Incomplete.
    """
    async with transaction():
        old, wanted, change = kept.email, mail_addresses.tidy(details.email), None
        if wanted != old and email_changes.is_guarded(kept, details.role, by):
            change = await email_changes.ask(kept, wanted, by=by)
            details = replace(details, email=old)
        await _write(kept, details, by)
        if kept.email != old:
            await password_links.close(kept)  # they lie in the old mailbox
            await email_changes.tell(kept, old, kept.email, how, by=by)
        # What a page shows depends on these rights, and open pages know only the old ones.
        await sessions.close_all(kept)
        if not kept.is_active:  # it may be opened again for somebody else
            await bound_cards.remove_all(kept, by=by)
    return change


async def get(account_id: int, *, by: Account) -> Account:
    """An account of staff, its unit and agency fetched. Raises NotFound."""
    permissions.require(by, 'accounts.get')
    account = await _complete().exclude(role=Role.VOLUNTEER).get_or_none(id=account_id)
    if account is None:
        raise NotFound
    return account


async def find(*, by: Account, words: str = '', page: int = 1, per_page: int = 10) -> Page[Account]:
    """The accounts of staff, those in use first, by name; `words` are part of a name, an office, an address or a role.

    Volunteers' accounts belong to their units: they are personal data.
    """
    permissions.require(by, 'accounts.find')
    number, per_page = bounds(page, per_page)
    staff = _complete().exclude(role=Role.VOLUNTEER)
    if wanted := validation.searched(words):
        columns = ('name', 'username', 'email', 'host_unit__name', 'team__name', 'agency__name', 'county__name')
        said: list[Any] = [
            Q(**{f'{column}__icontains': one}) for column in columns for one in {wanted, wanted.replace('台', '臺')}
        ]
        said.append(Q(role__in=[role for role in Role if wanted in role.label]))
        staff = staff.filter(Q(*said, join_type=Q.OR))
    return await page_of(staff, ('-is_active', 'name', 'id'), number, per_page)


async def is_locked(account: Account, *, by: Account) -> bool:
    """Whether the account is locked because of wrong passwords."""
    permissions.require(by, 'accounts.is_locked')
    index = await login_lock.index_of_account(account)
    return await login_lock.is_locked(index, second_factors.lock_of(account))


async def unlock(account: Account, *, by: Account) -> None:
    """Let the owner try again at once."""
    permissions.require(by, 'accounts.unlock')
    await step_up.require(by)
    async with transaction():
        await login_lock.lift(await login_lock.index_of_account(account))
        await login_lock.lift(second_factors.lock_of(account))
        await office_history.tell(_KEPT.section, account.name, '解除鎖定', by=by)


def _require_open(account: Account) -> None:
    """For whoever has shown whose it is. Raises UnitClosed, AccountLocked."""
    if account.host_unit is not None and not account.host_unit.is_active:
        raise UnitClosed
    if account.locked_because is not None:
        raise AccountLocked(account.locked_because)


def _merged(kept: Account, mine: Mapping[str, Any]) -> AccountDetails:
    """The account as it is kept, with what this form has changed."""
    now = AccountDetails.from_record(kept)
    return replace(now, **{name: value for name, value in mine.items() if name in vars(now)})


def _leaves_unit(account: Account, details: AccountDetails) -> bool:
    is_there = details.role == Role.UNIT_STAFF and details.host_unit_id == account.host_unit_id
    stays = details.is_active and is_there and details.team_id is None
    return account.role == Role.UNIT_STAFF and account.team_id is None and account.is_active and not stays


async def _require_team(details: AccountDetails) -> None:
    kept = details.values()
    if kept['team_id'] is None:
        return
    known = validation.record_id(kept['team_id'])
    team = await Team.get_or_none(id=known, host_unit_id=kept['host_unit_id'])
    if team is None:
        raise Incomplete({'team_id': '這個志工隊不屬於所選的運用單位，請重新選擇。'})
    if team.closed_at and details.is_active:
        raise Incomplete({'team_id': f'志工隊「{team.name}」已停用，請選擇其他志工隊或整個單位。'})


async def _write(account: Account, details: AccountDetails, by: Account) -> None:
    await _require_team(details)
    closes = account.is_active and not details.is_active
    act = LogAct.ACCOUNT_OPENED if account.pk is None else LogAct.ACCOUNT_CLOSED if closes else LogAct.ACCOUNT_CHANGED
    try:
        async with transaction():
            before = await office_history.stands(account, _KEPT)
            terms.begin_anew(account, details)
            account.update_from_dict(details.values())
            if account.role in email_changes.GUARDED and account.guarded_since is None:
                account.guarded_since = dates.now()
            await account.save()
            await office_history.note(account, _KEPT, before, act=act, by=by)
    except IntegrityError:
        raise Incomplete({'username': f'「{details.username}」已經有人使用，請換一個使用者帳號。'}) from None


async def _named(username: str) -> Account | None:
    # The person first: looked for over both tables at once, all accounts would be read.
    people = await Volunteer.filter(identity_index=login_lock.index_of(username)).values_list('id', flat=True)
    named = Q(username=_folded(username)) | Q(volunteer_id__in=people)
    return await _complete().filter(named).order_by('volunteer_id').first()


def _complete() -> QuerySet[Account]:
    return Account.all().select_related('host_unit', 'team', 'agency', 'county', 'volunteer')


def _folded(username: str) -> str:
    folded = unicodedata.normalize('NFKC', invisible.removed(username)).strip().casefold()
    return folded if len(folded) <= 60 and '\0' not in folded else ''  # no name is like that


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


async def _mail_reset(username: str, email: str) -> None:
    if len(username) > LONGEST_NAME or len(email) > mail_addresses.MOST:
        return
    try:
        await limits.take(PASSWORD_LINKS, login_lock.index_of(username))
    except limits.Exceeded:
        return
    account = await _named(username)
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
        await messages.reset(account, link, until)
