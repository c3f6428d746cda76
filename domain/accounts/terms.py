"""How long an account of staff stays open: idle ones are locked, and those that were for a time, each warned by mail.

Source: 資通安全責任等級分級辦法 附表十 (資通系統防護基準), 帳號管理: 逾期之臨時帳號 and 閒置帳號. After how long is the
administrator's (帳號規則). Volunteers' accounts are not locked: their unit closes them, and many sign in once a year.
A locked account keeps everything, cards and password too, and is opened again by whoever looks after it. The last
administrator is never locked: nobody could open it again.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from tortoise.expressions import Q

from db import transaction
from db.choices import LockReason, LogAct, Role
from db.models import Account, AccountRules

from .. import dates, permissions, validation
from ..audit import log, office_history
from ..audit.history import Change
from ..errors import DomainError, Incomplete, NotFound, NotPermitted
from ..fields import Field, by_key
from ..mail import account_mails
from . import sessions, step_up
from .forms import OF_UNIT, AccountDetails

SECTION = '帳號'
RULES = by_key(
    Field('idle_days', '閒置鎖定天數', '幾天沒有登入就鎖定（0：不鎖定）'),
    Field('first_warning', '第一次通知', '鎖定前幾天寄第一次通知'),
    Field('last_warning', '最後通知', '鎖定前幾天寄最後通知'),
    Field('review_months', '盤點週期', '幾個月盤點一次帳號（0：不盤點）'),
    Field('review_days', '盤點期間', '盤點要在幾天內完成'),
    Field('review_locks', '逾期鎖定', '盤點逾期沒有確認的帳號，自動鎖定'),
)
LEAST_IDLE = 30
BECAUSE = Field('locked_because', '鎖定原因')


class AccountLocked(DomainError):
    """The office's rules have locked it; told only to somebody who knows the password."""

    why = '帳號已鎖定'

    def __init__(self, because: LockReason) -> None:
        super().__init__(
            f'這個帳號已鎖定，原因是{because.label}。資料都還在；請洽您單位的單位管理者、縣市主管機關或系統管理者解除鎖定。'
        )


class LastAdministrator(DomainError):
    """Nobody would be left to administer the office."""

    def __init__(self) -> None:
        super().__init__(
            '這是最後一位系統管理者，所以沒有停用。沒有系統管理者，就沒有人能再開通帳號；請先開通另一位系統管理者。'
        )


@dataclass
class Rules:
    """帳號規則 as the administrator fills them in."""

    idle_days: int = 90
    first_warning: int = 14
    last_warning: int = 3
    review_months: int = 12
    review_days: int = 30
    review_locks: bool = True

    @classmethod
    def from_record(cls, kept: AccountRules) -> Self:
        """As they are kept."""
        return cls(**{field: getattr(kept, field) for field in cls.__dataclass_fields__})

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        most = {'idle_days': 3650, 'first_warning': 90, 'last_warning': 90, 'review_months': 60, 'review_days': 365}
        least = {'first_warning': 1, 'last_warning': 1, 'review_days': 7}
        found = {
            key: validation.whole(
                RULES[key].label, getattr(self, key), least=least.get(key, 0), most=most[key], needed=True
            )
            for key in most
        }
        found['review_locks'] = validation.yes_no(RULES['review_locks'].label, self.review_locks)
        if not any(found.values()):
            if 0 < self.idle_days < LEAST_IDLE:
                found['idle_days'] = f'閒置鎖定天數至少 {LEAST_IDLE} 天，免得休長假的人回來就進不去；不鎖定請填 0。'
            elif 0 < self.idle_days <= self.first_warning:
                found['first_warning'] = '第一次通知的天數要比閒置鎖定天數小。'
            if self.last_warning >= self.first_warning:
                found['last_warning'] = '最後通知要在第一次通知之後，天數請填小一點。'
        return validation.found(found)

    def values(self) -> dict[str, Any]:
        """As they are kept."""
        return dict(vars(self))


async def rules() -> Rules:
    """帳號規則 that hold now; the defaults while nobody has set others."""
    kept = await AccountRules.first()
    return Rules.from_record(kept) if kept else Rules()


async def save_rules(wanted: Rules, *, by: Account) -> None:
    """They hold from the next night on. Raises Incomplete, StepUpNeeded."""
    permissions.require(by, 'accounts.terms.save_rules')
    if problems := wanted.problems():
        raise Incomplete(problems)
    await step_up.require(by)
    async with transaction():
        before = await rules()
        await AccountRules.update_or_create(wanted.values(), id=1)
        changes = _compared(vars(before), vars(wanted))
        if changes:
            await office_history.tell('帳號規則', '帳號規則', '修改', changes, by=by)


async def unlock(account: Account, *, by: Account) -> None:
    """解除系統鎖定 of what the rules have locked: its idle time begins anew.

    By the administrator, the county for its units, or the 單位管理者 for the own unit. Raises NotFound, StepUpNeeded;
    NotPermitted for an account whose last day is over: it needs another one first.
    """
    async with transaction():
        kept = await looked_after(account, by=by)
        if kept.locked_because is None:
            raise NotPermitted('這個帳號不是被系統鎖定的，請重新整理清單，查看目前的狀態。')
        if kept.ends_on is not None and kept.ends_on < dates.today():
            raise NotPermitted('這個帳號的使用期限已經過了。請先改使用期限、勾選「帳號使用中」，再按「儲存」。')
        await step_up.require(by)
        because = kept.locked_because
        kept.is_active, kept.locked_because, kept.locked_at = True, None, None
        kept.used_at, kept.reviewed_at, kept.warnings = dates.now(), dates.now(), 0
        await kept.save(
            update_fields=['is_active', 'locked_because', 'locked_at', 'used_at', 'reviewed_at', 'warnings']
        )
        await office_history.tell(SECTION, kept.name, '解除系統鎖定', [Change(BECAUSE, because.label, '')], by=by)


async def locked_ones(*, by: Account) -> list[Account]:
    """The accounts of units that the rules have locked, the last first; a county authority sees those of its county."""
    permissions.require(by, 'accounts.terms.locked_ones')
    found = Account.filter(locked_because__isnull=False).exclude(role=Role.VOLUNTEER)
    if by.role == Role.COUNTY:
        found = found.filter(host_unit__county_id=by.county_id)
    return await found.select_related('host_unit', 'team', 'agency', 'county').order_by('-locked_at', 'id').limit(500)


async def looked_after(account: Account, *, by: Account) -> Account:
    """The locked row of an account of staff that `by` looks after. Raises NotFound, NotPermitted."""
    permissions.require(by, 'accounts.terms.looked_after')
    staff = Account.exclude(role=Role.VOLUNTEER).select_for_update(no_key=True)
    kept = await staff.get_or_none(id=validation.record_id(account.id))
    if kept is None:
        raise NotFound
    if by.role == Role.ADMINISTRATOR:
        return kept
    if by.role == Role.COUNTY:
        await kept.fetch_related('host_unit')
        if kept.host_unit is not None and kept.host_unit.county_id == by.county_id:
            return kept
        raise NotFound
    if not by.is_unit_administrator or not by.is_active:
        raise NotPermitted
    if kept.host_unit_id != by.host_unit_id or kept.role not in OF_UNIT:
        raise NotFound
    return kept


def begin_anew(account: Account, details: AccountDetails) -> None:
    """Before a form is written into the row: who opens an account again, or moves its end, begins its time anew."""
    if details.is_active and not account.is_active:
        account.used_at, account.reviewed_at, account.warnings = dates.now(), dates.now(), 0
    if details.is_active or account.is_active:
        account.locked_because, account.locked_at = None, None
    if details.ends_on != account.ends_on:
        account.warnings = 0


async def require_other_administrator(account: Account) -> None:
    """Before it is closed or locked, in the caller's transaction. Raises LastAdministrator."""
    if account.role != Role.ADMINISTRATOR or not account.is_active:
        return
    # All are locked, in one order: of two who close each other one stays.
    administrators = (
        Account.filter(role=Role.ADMINISTRATOR, is_active=True).order_by('id').select_for_update(no_key=True)
    )
    if not [one for one in await administrators if one.id != account.id]:
        raise LastAdministrator


async def is_sole_administrator(*, by: Account) -> bool:
    """Whether nobody else administers the office."""
    permissions.require(by, 'accounts.terms.is_sole_administrator')
    return not await Account.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(id=by.id).exists()


async def lock(account: Account, because: LockReason) -> bool:
    """Lock it by the rules, sign its owner out, and tell him; whether it was. Never the last administrator."""
    async with transaction():
        try:
            await require_other_administrator(account)
        except LastAdministrator:
            return False
        mine = Account.filter(id=account.id, is_active=True)
        if not await mine.update(is_active=False, locked_because=because, locked_at=dates.now()):
            return False
        await sessions.close_all(account)
        changes = [Change(BECAUSE, '', because.label)]
        await office_history.tell_of_itself(SECTION, account.name, '自動鎖定', changes, account=account)
        act = LogAct.ACCOUNT_REVIEWED if because == LockReason.REVIEW else LogAct.ACCOUNT_LOCKED_IDLE
        await log.note(act, by=None, what=f'帳號 {account.username}：{because.label}')
        if account.email:
            await account_mails.locked(account, because)
    return True


async def sweep() -> int:
    """Each night: warn whose account is locked soon, and lock what was warned in time. Returns how many were locked."""
    kept, now, locked = await rules(), dates.now(), 0
    async for account in _at_risk(kept, now):
        ends = _ends(account, kept)
        if ends is None:
            continue
        day, because = ends
        left, last = (day - dates.today()).days, kept.last_warning
        if left <= 0 and (because == LockReason.ENDED or _was_warned(account, last)):
            locked += await lock(account, because)
        elif (stage := 2 if left <= last else 1 if left <= kept.first_warning else 0) > account.warnings:
            await _warn(account, because, max(day, dates.today() + timedelta(days=last)), stage)
    return locked


async def _at_risk(kept: Rules, now: datetime) -> AsyncIterator[Account]:
    """Those that are locked within the time of the first warning, a few hundred at a time."""
    ended = Q(ends_on__lte=dates.today() + timedelta(days=kept.first_warning))
    idle_since = now - timedelta(days=kept.idle_days - kept.first_warning - 1)
    idle = Q(used_at__lte=idle_since) | Q(used_at=None, created_at__lte=idle_since)
    after = 0
    while True:
        some = Account.exclude(role=Role.VOLUNTEER).filter(ended | idle if kept.idle_days else ended)
        rows = await some.filter(is_active=True, id__gt=after).order_by('id').limit(500)
        for row in rows:
            yield row
        if len(rows) < 500:
            return
        after = rows[-1].id


def _ends(account: Account, kept: Rules) -> tuple[date, LockReason] | None:
    """The day on which it is locked, if nothing happens, and why."""
    ends = []
    if account.ends_on is not None:
        ends.append((account.ends_on + timedelta(days=1), LockReason.ENDED))
    if kept.idle_days:
        used = dates.day_of(account.used_at or account.created_at)
        ends.append((used + timedelta(days=kept.idle_days), LockReason.IDLE))
    return min(ends) if ends else None


def _was_warned(account: Account, last: int) -> bool:
    """In time: so many days before today. Whom no mail reaches cannot be warned."""
    if not account.email:
        return True
    warned = account.warned_at
    return account.warnings >= 2 and warned is not None and (dates.today() - dates.day_of(warned)).days >= last


async def _warn(account: Account, because: LockReason, day: date, stage: int) -> None:
    async with transaction():
        mine = Account.filter(id=account.id, warnings__lt=stage, is_active=True)
        if await mine.update(warnings=stage, warned_at=dates.now()) and account.email:
            await account_mails.locks_soon(account, because, day)


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    return [
        Change(field, str(before[key]), str(after[key])) for key, field in RULES.items() if before[key] != after[key]
    ]
