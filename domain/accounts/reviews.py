"""年度盤點: each year somebody says of every account of a place whether it is still needed.

A place is a unit, an agency, or what is neither (administrators, county authorities, the ministry, inspectors). Of a
unit its 單位管理者 confirms, or its county, or the administrator; of the others the administrator, or an agency's
county. What nobody has confirmed when the time is over is locked, if 帳號規則 say so. Source: 資通系統防護基準,
帳號管理 (定期審核). Accounts that were opened after a review began wait for the next one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import LockReason, LogAct, Role
from db.models import Account, AccountReview

from .. import dates, links, permissions, validation
from ..audit import log, office_history
from ..errors import Incomplete, NotFound, NotPermitted
from ..mail import account_mails
from . import AccountDetails, amend, step_up, terms, unit_accounts

SECTION = '年度盤點'
OFFICE = '系統管理與主管機關'
REMIND = (14, 3)  # days before it is due
MOST = 500


@dataclass(frozen=True)
class State:
    """A review and how far it is: `pending` of `total` accounts are not confirmed."""

    review: AccountReview
    pending: int
    total: int


def place_of(review: AccountReview) -> str:
    """The unit or agency that is reviewed; both are fetched."""
    if review.host_unit is not None:
        return str(review.host_unit.name)
    return str(review.agency.name) if review.agency is not None else OFFICE


async def of_unit(*, by: Account) -> State | None:
    """The review of the own unit that a 單位管理者 has to finish; None while there is none."""
    unit_accounts.require_administrator(by)
    review = await _open().filter(host_unit_id=by.host_unit_id).first()
    return await _state(review) if review is not None else None


async def find(*, by: Account) -> list[State]:
    """The reviews that `by` sees, open ones first, then those that ended last; a county those of its places."""
    found = list(await _seen(by).order_by('-ended_at', 'due_on', 'id').limit(MOST))
    found.sort(key=lambda review: (review.ended_at is not None, review.due_on))
    return [await _state(review) for review in found]


async def get(review_id: object, *, by: Account) -> State:
    """One of them. Raises NotFound."""
    review = await _seen(by).filter(id=validation.record_id(review_id)).first()
    if review is None:
        raise NotFound
    return await _state(review)


async def pending(review: AccountReview, *, by: Account) -> list[Account]:
    """The accounts that wait to be confirmed, by name."""
    kept = (await get(review.id, by=by)).review
    return await _pending(kept).select_related('team', 'host_unit').order_by('name', 'id').limit(MOST)


async def confirm(review: AccountReview, ids: Collection[int], *, by: Account) -> int:
    """These accounts are still needed; how many. With the last one the review ends.

    Raises NotFound, Incomplete, StepUpNeeded.
    """
    if not ids:
        raise Incomplete({'chosen': '請勾選仍需要的帳號，至少一個。'})
    async with transaction():
        kept = await _to_act_on(review, by)
        await step_up.require(by)
        mine = await _pending(kept).filter(id__in=list(ids)[:MOST]).order_by('id')
        await Account.filter(id__in=[one.id for one in mine]).update(reviewed_at=dates.now())
        for one in mine:
            await office_history.tell(SECTION, one.name, '仍需要', act=LogAct.ACCOUNT_REVIEWED, by=by)
        await _end_if_done(kept)
    return len(mine)


async def close(review: AccountReview, account: Account, *, by: Account) -> None:
    """This account is needed no more: it is closed as in the form of accounts.

    Raises NotFound, LastUnitAdministrator, terms.LastAdministrator, NotPermitted for one's own account, StepUpNeeded.
    """
    if account.id == by.id:
        raise NotPermitted('您不能停用自己的帳號。請由另一位管理者停用，或先確認仍需要。')
    async with transaction():
        kept = await _to_act_on(review, by)
        if not await _pending(kept).filter(id=account.id).exists():
            raise NotFound
        one = await Account.get(id=account.id)
        details = AccountDetails.from_record(one)
        details.is_active = False
        if not permissions.may(by, 'accounts.reviews.close'):
            raise NotPermitted('停用帳號請洽該單位的單位管理者或系統管理者。')
        await step_up.require(by)
        close_it = amend if by.role == Role.ADMINISTRATOR else unit_accounts.amend
        await close_it(one, details, knowingly=True, by=by)
        await log.note(LogAct.ACCOUNT_REVIEWED, by=by, what=f'帳號 {one.username}：停用')
        await _end_if_done(kept)


async def sweep() -> int:
    """Each night: begin what is due, remind, and lock what nobody has confirmed in time. Returns how many ended."""
    kept = await terms.rules()
    if kept.review_months:
        await _begin(kept)
    ended, today = 0, dates.today()
    for review in await _open():
        if not await _pending(review).exists():
            ended += await _end_if_done(review)
        elif review.due_on < today:
            ended += await _end_late(review, kept)
        else:
            await _remind(review, (review.due_on - today).days)
    return ended


async def _begin(kept: terms.Rules) -> None:
    since = dates.now() - timedelta(days=kept.review_months * 365 // 12)
    old = Q(reviewed_at__lte=since) | Q(reviewed_at=None, created_at__lte=since)
    rows = await _staff().filter(old).distinct().values_list('host_unit_id', 'agency_id')
    recent = AccountReview.filter(Q(ended_at=None) | Q(begun_at__gt=since))
    known = set(await recent.values_list('host_unit_id', 'agency_id'))
    due_on = dates.today() + timedelta(days=kept.review_days)
    begun, left_alone = [], 0
    for unit_id, agency_id in sorted(set(rows) - known, key=str):
        async with transaction():
            facts: dict[str, Any] = {'host_unit_id': unit_id, 'agency_id': agency_id, 'due_on': due_on}
            begun.append(await AccountReview.create(**facts, begun_at=dates.now()))
            left_alone += not await _tell(begun[-1])
    if left_alone:
        administrators = await Account.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(email='')
        link = links.admin('reviews')
        await account_mails.review_due(
            administrators, f'沒有管理者的 {left_alone} 個單位或機關', left_alone, due_on, link
        )


async def _remind(review: AccountReview, left: int) -> None:
    due = sum(left <= days for days in REMIND)
    mine = AccountReview.filter(id=review.id, reminders__lt=due, ended_at=None)
    async with transaction():
        if due and await mine.update(reminders=due):
            await _tell(review)


async def _tell(review: AccountReview) -> bool:
    """Mail those at the place who confirm; whether there is anybody."""
    kept = await AccountReview.get(id=review.id).select_related('host_unit', 'agency')
    if kept.host_unit_id is not None:
        theirs = Account.filter(host_unit_id=kept.host_unit_id, is_unit_administrator=True, team_id=None)
        receivers, link = await theirs.filter(is_active=True), links.unit_accounts()
    elif kept.agency_id is None:
        receivers, link = await Account.filter(role=Role.ADMINISTRATOR, is_active=True), links.admin('reviews', kept.id)
    else:
        return False
    count = await _pending(kept).count()
    await account_mails.review_due(receivers, place_of(kept), count, kept.due_on, link)
    return bool(receivers)


async def _end_late(review: AccountReview, kept: terms.Rules) -> int:
    if kept.review_locks:
        for account in await _pending(review):
            await terms.lock(account, LockReason.REVIEW)
    return await AccountReview.filter(id=review.id, ended_at=None).update(ended_at=dates.now())


async def _end_if_done(review: AccountReview) -> int:
    if await _pending(review).exists():
        return 0
    return await AccountReview.filter(id=review.id, ended_at=None).update(ended_at=dates.now())


async def _to_act_on(review: AccountReview, by: Account) -> AccountReview:
    """Raises NotFound for what `by` does not see, or what has ended."""
    kept = await _seen(by).filter(id=validation.record_id(review.id), ended_at=None).first()
    if kept is None:
        raise NotFound('這次盤點已經結束，或不屬於您。請重新整理，查看目前的狀態。')
    return kept


async def _state(review: AccountReview) -> State:
    there = _accounts(review).filter(created_at__lt=review.begun_at)
    return State(review, await _pending(review).count(), await there.count())


def _seen(by: Account) -> QuerySet[AccountReview]:
    permissions.require(by, 'accounts.reviews')
    found = AccountReview.all().select_related('host_unit', 'agency')
    if by.role == Role.ADMINISTRATOR:
        return found
    if by.role == Role.COUNTY:
        ours = Q(host_unit__county_id=by.county_id) | Q(agency__county_id=by.county_id)
        return found.filter(ours)
    unit_accounts.require_administrator(by)
    return found.filter(host_unit_id=by.host_unit_id)


def _open() -> QuerySet[AccountReview]:
    return AccountReview.filter(ended_at=None).select_related('host_unit', 'agency')


def _staff() -> QuerySet[Account]:
    # Of closed units nobody can sign in.
    there = Q(host_unit_id=None) | Q(host_unit__is_active=True)
    return Account.filter(there, is_active=True).exclude(role=Role.VOLUNTEER)


def _accounts(review: AccountReview) -> QuerySet[Account]:
    return _staff().filter(host_unit_id=review.host_unit_id, agency_id=review.agency_id)


def _pending(review: AccountReview) -> QuerySet[Account]:
    unseen = Q(reviewed_at=None) | Q(reviewed_at__lt=review.begun_at)
    return _accounts(review).filter(unseen, created_at__lt=review.begun_at)
