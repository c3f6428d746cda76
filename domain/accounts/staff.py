"""帳號 of staff: opened, granted to whoever asked, amended, closed, found and unlocked.

What a verb for the administrators does is there for others who look after accounts, too: `opened_for`, `rewrite`,
`send_link_to` and `alone_without` leave it to them whether `by` may.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from db import transaction
from db.choices import LogAct, RequestStatus, Role
from db.models import Account, AccountRequest, Agency, Application, EmailChange, HostUnit, Team

from .. import dates, mail_addresses, permissions, validation
from ..audit import office_history
from ..audit.history import AMENDED, Change
from ..cases import worklists
from ..errors import Incomplete, NotFound, NotPermitted
from ..mail import account_mails
from ..paging import Page, bounds, page_of
from . import (
    bound_cards,
    email_changes,
    login_lock,
    owners,
    password_links,
    requests,
    second_factors,
    sessions,
    step_up,
    terms,
)
from .forms import FIELDS, REQUEST_FIELDS, AccountDetails
from .volunteer_accounts import LINK_LASTS

_KEPT = office_history.Kept('帳號', FIELDS)


async def create(details: AccountDetails, *, was_asked_for: bool = False, by: Account) -> Account:
    """A new account of staff; its owner gets a link to set a password. Raises Incomplete."""
    permissions.require(by, 'accounts.staff.create')
    await step_up.require(by)
    return await opened_for(details, '系統管理者', was_asked_for=was_asked_for, by=by)


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


async def opened_for(details: AccountDetails, opener: str, *, was_asked_for: bool = False, by: Account) -> Account:
    """A new account of staff; the mail says that `opener` opened it. For whoever has looked whether `by` may."""
    if problems := details.problems():
        raise Incomplete(problems)
    account = Account()
    async with transaction():
        await _write(account, details, by)
        link, until = await password_links.made(account, LINK_LASTS)
        await account_mails.granted(account, link, until, was_asked_for=was_asked_for, opener=opener)
    return account


async def send_link(account: Account, *, by: Account) -> None:
    """重寄設定密碼的連結: a new one to the owner's mailbox; earlier ones work no more, and a lock is lifted.

    Raises NotFound, StepUpNeeded, NotPermitted for a closed account.
    """
    permissions.require(by, 'accounts.staff.send_link')
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
        link, until = await password_links.made(account, LINK_LASTS)
        if account.password_hash:
            await account_mails.reset(account, link, until)
        else:
            await account_mails.granted(account, link, until, was_asked_for=False, opener=opener)
        await office_history.tell(_KEPT.section, account.name, '寄出設定密碼的連結', by=by)


async def left_alone(account: Account, details: AccountDetails, *, by: Account) -> str:
    """What `amend` would do to a unit whose last clerk this is, as a sentence; '' when somebody is left.

    Nobody would answer its cases: the administrator is asked first.
    """
    permissions.require(by, 'accounts.staff.left_alone')
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
    permissions.require(by, 'accounts.staff.amend')
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
    permissions.require(by, 'accounts.staff.get')
    account = await owners.complete().exclude(role=Role.VOLUNTEER).get_or_none(id=account_id)
    if account is None:
        raise NotFound
    return account


async def find(*, by: Account, words: str = '', page: int = 1, per_page: int = 10) -> Page[Account]:
    """The accounts of staff, those in use first, by name; `words` are part of a name, an office, an address or a role.

    Volunteers' accounts belong to their units: they are personal data.
    """
    permissions.require(by, 'accounts.staff.find')
    number, per_page = bounds(page, per_page)
    staff = owners.complete().exclude(role=Role.VOLUNTEER)
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
    permissions.require(by, 'accounts.staff.is_locked')
    index = await login_lock.index_of_account(account)
    return await login_lock.is_locked(index, second_factors.lock_of(account))


async def unlock(account: Account, *, by: Account) -> None:
    """Let the owner try again at once."""
    permissions.require(by, 'accounts.staff.unlock')
    await step_up.require(by)
    async with transaction():
        await login_lock.lift(await login_lock.index_of_account(account))
        await login_lock.lift(second_factors.lock_of(account))
        await office_history.tell(_KEPT.section, account.name, '解除鎖定', by=by)


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
