"""帳號申請: asked for by anybody, confirmed by whoever reads the mail, then decided by the administrator.

A request that nobody confirms is seen by nobody and is forgotten after CONFIRM_WITHIN; so a stranger who sends
thousands keeps the office from nothing. The answer never says what was there already.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from tortoise.queryset import QuerySet

from db import transaction
from db.choices import RequestStatus, Role
from db.models import Account, AccountRequest

from .. import dates, limits, links, permissions
from ..audit import office_history
from ..audit.history import Change
from ..errors import DomainError, Incomplete, MovedOn
from ..limits import Limit
from ..mail import messages
from . import client_limits
from .forms import REFUSAL, AccountRequestDetails

CONFIRM_WITHIN = timedelta(days=2)
PAUSE = timedelta(minutes=5)
MOST_OPEN = 500
MOST_UNCONFIRMED = 5_000  # beyond, the oldest is forgotten: a flood must not keep others out
LONGEST_TOKEN = 100
# Nobody's mailbox is filled by us, whoever types the address in.
MAILS_TO_ONE = Limit('confirmations to one address', 5, timedelta(days=1), '')


class ConfirmationExpired(DomainError):
    """The link was used, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__('這個連結已經用過或已過期。申請若已確認，請等候通知；否則請重新申請。')


async def request_account(details: AccountRequestDetails, *, client: str = '') -> None:
    """帳號申請, by anybody: a link is mailed to the applicant. Asked twice, it is kept once.

    Raises Incomplete, limits.Exceeded.
    """
    await client_limits.count_form(client)
    if problems := details.problems():
        raise Incomplete(problems)
    kept = details.values()
    same = _open().filter(username=kept['username'], email=kept['email'])
    if await same.filter(confirmed_at__isnull=False).exists():
        return
    if await same.filter(created_at__gt=dates.now() - PAUSE).exists():
        return
    try:
        await limits.take(MAILS_TO_ONE, kept['email'].casefold())
    except limits.Exceeded:
        return
    token = secrets.token_urlsafe(32)
    async with transaction():
        await same.delete()
        request = await AccountRequest.create(**kept, digest=_digest(token))
        await messages.account_to_confirm(request, links.confirm_request(token), dates.now() + CONFIRM_WITHIN)


async def is_confirmable(token: str) -> bool:
    """Whether the link in the mail still works."""
    return await _to_confirm(token).exists()


async def confirm_request(token: str) -> None:
    """Whoever reads the applicant's mail has asked for it: it waits for the administrator. Raises ConfirmationExpired.

    Refused, and as before, while too many wait already.
    """
    if await waiting().count() >= MOST_OPEN:
        raise DomainError('目前等待處理的帳號申請太多，請明天再點選一次信裡的連結，或改以電話聯絡客服諮詢專線。')
    if not await _to_confirm(token).update(confirmed_at=dates.now(), digest=None):
        raise ConfirmationExpired


def waiting() -> QuerySet[AccountRequest]:
    """Those the administrator has to decide."""
    return _open().filter(confirmed_at__isnull=False)


async def refuse(request: AccountRequest, reason: str, *, by: Account) -> None:
    """Do not open it; whoever asked is told why. Raises Incomplete, MovedOn."""
    _require_reason(reason)
    async with transaction():
        await decide(request, RequestStatus.REFUSED, by)
        why = Change(REFUSAL, '', reason.strip())
        await office_history.tell('帳號申請', request.name, RequestStatus.REFUSED.label, [why], by=by)
        await messages.account_refused(request, reason)


async def refuse_all(ids: Collection[int], reason: str, *, by: Account) -> int:
    """Refuse several for one reason; how many. Those decided meanwhile stay as they are. Raises Incomplete."""
    permissions.require(by, Role.ADMINISTRATOR)
    if not ids:
        raise Incomplete({'chosen': '請勾選不核准的帳號申請，至少一件。'})
    _require_reason(reason)
    refused = 0
    for request in await waiting().filter(id__in=list(ids)[:MOST_OPEN]):
        try:
            await refuse(request, reason, by=by)
        except MovedOn:
            continue
        refused += 1
    return refused


async def decide(request: AccountRequest, status: RequestStatus, by: Account) -> None:
    """Of two administrators one decides, in the caller's transaction. Raises MovedOn."""
    permissions.require(by, Role.ADMINISTRATOR)
    decided = waiting().filter(id=request.id)
    if not await decided.update(status=status, decided_by_id=by.id, decided_at=dates.now()):
        raise MovedOn('這件帳號申請已由另一位系統管理者處理，請重新整理清單。')


async def sweep() -> int:
    """Forget what nobody has confirmed in time, and the oldest of too many. Returns how many."""
    unconfirmed = _open().filter(confirmed_at__isnull=True)
    gone = await unconfirmed.filter(created_at__lte=dates.now() - CONFIRM_WITHIN).delete()
    newest = await unconfirmed.order_by('-created_at', '-id').offset(MOST_UNCONFIRMED).first()
    if newest is not None:
        gone += await unconfirmed.filter(created_at__lte=newest.created_at).delete()
    return gone


def _open() -> QuerySet[AccountRequest]:
    return AccountRequest.filter(status=RequestStatus.OPEN)


def _to_confirm(token: str) -> QuerySet[AccountRequest]:
    digest = _digest(token) if len(token) <= LONGEST_TOKEN else ''
    return _open().filter(digest=digest, confirmed_at__isnull=True, created_at__gt=dates.now() - CONFIRM_WITHIN)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Incomplete({'reason': '請寫明未核准的原因，系統會寄給申請人。'})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()
