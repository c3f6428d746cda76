"""單位管理者: a clerk of the whole unit who opens, renames and closes the accounts of the unit's clerks and 志工督導.

The administrator names the first; from then on the unit names others itself. Nothing here reaches another unit, a
reviewer or a volunteer, and a unit that has no 單位管理者 goes on as before, with the administrator alone.
"""

from dataclasses import replace
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import Role
from db.models import Account

from .. import mail_addresses, permissions, validation
from ..errors import DomainError, Incomplete, NotFound, NotPermitted
from ..paging import Page, bounds, counted
from . import email_changes, step_up
from .forms import OF_UNIT, AccountDetails
from .staff import alone_without, opened_for, rewrite, send_link_to

OPENER = '您單位的單位管理者'


class LastUnitAdministrator(DomainError):
    """Nobody would be left to look after the unit's accounts."""

    def __init__(self) -> None:
        super().__init__(
            '您是這個單位最後一位單位管理者，所以沒有儲存。請先把另一位整個單位的承辦人設為單位管理者，再停用或變更自己的帳號。'
        )


def is_administrator(account: Account) -> bool:
    """Whether the account looks after those of its unit."""
    may = permissions.may(account, 'accounts.unit_accounts')
    return may and account.is_unit_administrator and account.is_active


def require_administrator(account: Account) -> None:
    """Raises NotPermitted."""
    if not is_administrator(account):
        raise NotPermitted('只有單位管理者可以管理單位的帳號。需要時，請洽貴單位的單位管理者或系統管理者。')


async def find(*, by: Account, words: str = '', page: int = 1, per_page: int = 10) -> Page[Account]:
    """The accounts of the unit with their teams, those in use first, by name; `words` are part of a name."""
    require_administrator(by)
    number, per_page = bounds(page, per_page)
    ours = _ours(by)
    if wanted := validation.searched(words):
        columns = ('name', 'username', 'email', 'team__name')
        said: list[Any] = [Q(**{f'{column}__icontains': wanted}) for column in columns]
        ours = ours.filter(Q(*said, join_type=Q.OR))
    rows = ours.order_by('-is_active', 'name', 'id').offset((number - 1) * per_page).limit(per_page)
    return await counted(await rows, ours, number, per_page)


async def get(account_id: object, *, by: Account) -> Account:
    """An account of the own unit. Raises NotFound."""
    require_administrator(by)
    found = await _ours(by).get_or_none(id=validation.record_id(account_id))
    if found is None:
        raise NotFound
    return found


async def create(details: AccountDetails, *, by: Account) -> Account:
    """A new account of the own unit, a clerk's or a 志工督導's; its owner gets a link to set a password.

    Raises Incomplete.
    """
    require_administrator(by)
    await step_up.require(by)
    return await opened_for(_of_unit(details, by), OPENER, by=by)


async def left_alone(account: Account, details: AccountDetails, *, by: Account) -> str:
    """What `amend` would do to the unit, as a sentence: nobody would be left who sees all of it; else ''."""
    known = await get(account.id, by=by)
    return await alone_without(known, _as_before(known, details, by))


async def amend(account: Account, details: AccountDetails, *, knowingly: bool = False, by: Account) -> None:
    """Change an account of the own unit, or close it; then it is signed out everywhere. Its role stays.

    The last clerk of the whole unit goes only `knowingly`. Raises Incomplete, NotFound, LastUnitAdministrator, and
    NotPermitted for the address of one that was once a reviewer's or an administrator's.
    """
    require_administrator(by)
    await step_up.require(by)
    async with transaction():
        # All who look after the unit are locked, in one order: two who close each other find one left.
        administrators = await _administrators(by)
        if by.id not in [one.id for one in administrators]:  # another one has just closed it
            raise NotFound
        kept = (
            await _ours(by)
            .select_for_update(of=('account',), no_key=True)
            .get_or_none(id=validation.record_id(account.id))
        )
        if kept is None:
            raise NotFound
        wanted = _as_before(kept, details, by)
        if problems := wanted.problems():
            raise Incomplete(problems)
        goes = not (wanted.is_active and wanted.is_unit_administrator)
        if goes and not [one for one in administrators if one.id != kept.id]:
            raise LastUnitAdministrator
        if not knowingly and (alone := await alone_without(kept, wanted)):
            raise NotPermitted(alone)
        if mail_addresses.tidy(wanted.email) != kept.email and email_changes.is_guarded(kept, kept.role, by):
            raise NotPermitted('這個帳號的電子郵件由系統管理者確認後才能更改，所以還沒有儲存。請洽系統管理者。')
        await rewrite(kept, wanted, f'單位管理者{by.name}更改', by=by)


async def send_link(account: Account, *, by: Account) -> None:
    """重寄設定密碼的連結 (`accounts.send_link`) to one of the own unit. Raises NotFound, NotPermitted."""
    known = await get(account.id, by=by)
    await step_up.require(by)
    await send_link_to(known, OPENER, by=by)


def _of_unit(details: AccountDetails, by: Account) -> AccountDetails:
    """What the form says of the office counts for nothing, and of roles there are those of a unit."""
    role = details.role if details.role in OF_UNIT else Role.UNIT_STAFF
    return replace(details, role=role, host_unit_id=by.host_unit_id, agency_id=None)


def _as_before(kept: Account, details: AccountDetails, by: Account) -> AccountDetails:
    """The form of an account that there is: it keeps its role."""
    return replace(_of_unit(details, by), role=kept.role)


def _ours(by: Account) -> QuerySet[Account]:
    mine = Account.filter(role__in=OF_UNIT, host_unit_id=by.host_unit_id or 0)
    return mine.select_related('host_unit', 'team')


async def _administrators(by: Account) -> list[Account]:
    mine = Account.filter(role=Role.UNIT_STAFF, host_unit_id=by.host_unit_id, is_unit_administrator=True)
    return await mine.filter(is_active=True, team_id=None).order_by('id').select_for_update(no_key=True)
