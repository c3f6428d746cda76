"""帳號申請: asked for by anybody, confirmed by whoever reads the mail, then a case at the desk of the county.

A request that nobody confirms is seen by nobody and is forgotten after CONFIRM_WITHIN; so a stranger who sends
thousands keeps the office from nothing. The answer never says what was there already; the mail does. Where the county
has no account of its authority yet, the administrator decides.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import RequestStatus, Role
from db.models import Account, AccountRequest, Agency, County, HostUnit, RequestStep

from .. import announcements, dates, limits, links, permissions, validation
from ..announcements import AccountRequestsChanged
from ..audit import office_history
from ..audit.history import Change
from ..errors import DomainError, Incomplete, MovedOn, NotFound, NotPermitted
from ..limits import Limit
from ..mail import account_mails
from . import client_limits
from .forms import REFUSAL, AccountRequestDetails

CONFIRM_WITHIN = timedelta(days=2)
CORRECT_WITHIN = timedelta(days=14)
PAUSE = timedelta(minutes=5)
MOST_OPEN = 500
MOST_UNCONFIRMED = 5_000  # beyond, the oldest is forgotten: a flood must not keep others out
LONGEST_TOKEN = 100
SECTION = '帳號申請'
_NUMBER = re.compile('[1-9][0-9]{0,8}')
# Nobody's mailbox is filled by us, whoever types the address in.
MAILS_TO_ONE = Limit('confirmations to one address', 5, timedelta(days=1), '')


class ConfirmationExpired(DomainError):
    """The link was used, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__('這個連結已經用過或已過期。申請若已確認，請等候通知；否則請重新申請。')


async def request_account(details: AccountRequestDetails, *, client: str = '') -> None:
    """帳號申請, by anybody: a link is mailed to the applicant. Asked twice, it is kept once, and the mail says so.

    Raises Incomplete, limits.Exceeded.
    """
    await client_limits.count_form(client)
    await _require_right(details)
    kept = details.values()
    same = _open().filter(username=kept['username'], email=kept['email'])
    if await same.filter(created_at__gt=dates.now() - PAUSE, confirmed_at__isnull=True).exists():
        return
    try:
        await limits.take(MAILS_TO_ONE, kept['email'].casefold())
    except limits.Exceeded:
        return
    if waits := await same.filter(confirmed_at__isnull=False).first():
        await account_mails.request_waits(waits, await competent(waits), again=True)
        return
    token = secrets.token_urlsafe(32)
    async with transaction():
        await same.delete()
        request = await AccountRequest.create(**kept, digest=_digest(token))
        await account_mails.request_to_confirm(request, links.confirm_request(token), dates.now() + CONFIRM_WITHIN)


async def is_confirmable(token: str) -> bool:
    """Whether the link in the mail still works."""
    return await _to_confirm(token).exists()


async def confirm_request(token: str) -> None:
    """Whoever reads the applicant's mail has asked for it: from now on it is a case. Raises ConfirmationExpired.

    Refused, and as before, while too many wait already.
    """
    await _require_room()
    async with transaction():
        request = await _to_confirm(token).first()
        confirmed = _to_confirm(token).update(confirmed_at=dates.now(), digest=None)
        if request is None or not await confirmed:
            raise ConfirmationExpired
        await _step(request, RequestStatus.OPEN)
        await account_mails.request_waits(request, await competent(request))


def waiting() -> QuerySet[AccountRequest]:
    """Those that somebody has to decide."""
    return _confirmed().select_related('county', 'agency')


def _confirmed() -> QuerySet[AccountRequest]:
    return _open().filter(confirmed_at__isnull=False)


async def open_requests(*, by: Account) -> list[AccountRequest]:
    """帳號申請 that wait at the desk of `by`, oldest first; the administrator sees those of counties, too."""
    permissions.require(by, 'accounts.requests.open_requests')
    return await _at_desk(by).limit(MOST_OPEN)


def _at_desk(by: Account) -> QuerySet[AccountRequest]:
    return waiting() if by.role == Role.ADMINISTRATOR else waiting().filter(county_id=by.county_id)


async def open_request(key: str, *, by: Account) -> AccountRequest:
    """One that waits, `key` as an address has it. Raises NotFound when it was decided, or never was."""
    permissions.require(by, 'accounts.requests.open_request')
    request = await _at_desk(by).get_or_none(id=int(key)) if _NUMBER.fullmatch(key) else None
    if request is None:
        raise NotFound('這件帳號申請已處理，或不存在。請回到清單查看。')
    return request


async def steps(request: AccountRequest, *, by: Account) -> list[RequestStep]:
    """What became of it so far, oldest first, and who did it (`by`; None: the applicant)."""
    _require_of_desk(request, by)
    return await RequestStep.filter(request_id=request.id).select_related('by')


async def corrected(found: Collection[AccountRequest], *, by: Account) -> set[int]:
    """The ids of those that were returned and have come again."""
    for request in found:
        _require_of_desk(request, by)
    ids = [request.id for request in found]
    returned = RequestStep.filter(request_id__in=ids, status=RequestStatus.RETURNED)
    return {request_id for (request_id,) in await returned.values_list('request_id')}


async def others_like(request: AccountRequest, *, by: Account) -> list[AccountRequest]:
    """Other requests that wait for the same unit, person or mailbox; the desk should not open two for one."""
    _require_of_desk(request, by)
    same = {request.unified_number or '-', request.username, request.email.casefold(), _squeezed(request.organisation)}
    return [
        other
        for other in await _confirmed().limit(MOST_OPEN)
        if other.id != request.id
        and same & {other.unified_number, other.username, other.email.casefold(), _squeezed(other.organisation)}
    ]


async def unit_of(request: AccountRequest) -> HostUnit | None:
    """The unit that has the 統一編號 of the request or, where no number says otherwise, exactly its name."""
    if request.role != Role.UNIT_STAFF:
        return None
    number = request.unified_number
    named = Q(name=request.organisation, unified_number__in=['', number])
    found = await HostUnit.filter(named | Q(unified_number=number) if number else named)
    return next((one for one in found if number and one.unified_number == number), found[0] if found else None)


async def competent(request: AccountRequest) -> str:
    """Who decides, as people call it."""
    if request.county_id is None or not await _has_authority(request.county_id):
        return '系統管理者'
    county = await County.get(code=request.county_id)
    return f'{county.name}志願服務主管機關'


async def is_decider(request: AccountRequest, *, by: Account) -> bool:
    """Whether `by` decides it: the authority of its county or, while that has no account, the administrator."""
    if not permissions.may(by, 'accounts.requests.is_decider'):
        return False
    if by.role == Role.COUNTY:
        return by.county_id == request.county_id
    return request.county_id is None or not await _has_authority(request.county_id)


async def require_decider(request: AccountRequest, *, by: Account) -> None:
    """Raises NotPermitted; NotFound for another county's."""
    _require_of_desk(request, by)
    if not await is_decider(request, by=by):
        raise NotPermitted(f'這件帳號申請由{await competent(request)}決定，系統管理者只能查看。')


async def return_for_correction(request: AccountRequest, reason: str, *, by: Account) -> None:
    """Back to the applicant, who gets a link to correct it within CORRECT_WITHIN. Raises Incomplete, MovedOn."""
    _require_reason(reason, '請寫明要補正什麼，系統會寄給申請人。')
    token = secrets.token_urlsafe(32)
    async with transaction():
        await decide(request, RequestStatus.RETURNED, by, reason)
        await AccountRequest.filter(id=request.id).update(digest=_digest(token))
        until = dates.now() + CORRECT_WITHIN
        await account_mails.request_returned(request, reason, links.correct_request(token), until)


async def returned(token: str) -> tuple[AccountRequest, str] | None:
    """What the link in the mail leads to, and why it came back; None when it is over."""
    digest = _digest(token) if len(token) <= LONGEST_TOKEN else ''
    since = dates.now() - CORRECT_WITHIN
    found = AccountRequest.filter(digest=digest, status=RequestStatus.RETURNED, decided_at__gt=since)
    if (request := await found.first()) is None:
        return None
    step = await RequestStep.filter(request_id=request.id, status=RequestStatus.RETURNED).order_by('-id').first()
    return request, step.reason if step else ''


async def send_again(token: str, details: AccountRequestDetails, *, client: str = '') -> None:
    """The corrected request is a case again; the mail address stays the one that was confirmed.

    Raises ConfirmationExpired, Incomplete, limits.Exceeded.
    """
    await client_limits.count_form(client)
    await _require_room()
    known = await returned(token)
    if known is None:
        raise ConfirmationExpired
    request, _ = known
    details.email = request.email
    await _require_right(details)
    async with transaction():
        # Of two at once one is first.
        mine = AccountRequest.filter(id=request.id, status=RequestStatus.RETURNED, digest=_digest(token))
        if not await mine.update(**details.values(), status=RequestStatus.OPEN, digest=None):
            raise ConfirmationExpired
        request = await AccountRequest.get(id=request.id)
        await _step(request, RequestStatus.OPEN)
        await account_mails.request_waits(request, await competent(request))


async def refuse(request: AccountRequest, reason: str, *, by: Account) -> None:
    """Do not open it; whoever asked is told why. Raises Incomplete, MovedOn."""
    _require_reason(reason)
    async with transaction():
        await decide(request, RequestStatus.REFUSED, by, reason)
        await account_mails.request_refused(request, reason)


async def refuse_all(ids: Collection[int], reason: str, *, by: Account) -> int:
    """Refuse several for one reason; how many. Those decided meanwhile stay as they are. Raises Incomplete."""
    permissions.require(by, 'accounts.requests.refuse_all')
    if not ids:
        raise Incomplete({'chosen': '請勾選不核准的帳號申請，至少一件。'})
    _require_reason(reason)
    refused = 0
    not_ours: NotPermitted | None = None
    for request in await waiting().filter(id__in=list(ids)[:MOST_OPEN]):
        try:
            await refuse(request, reason, by=by)
        except NotPermitted as refusal:
            not_ours = refusal
            continue
        except (MovedOn, NotFound):
            continue
        refused += 1
    if not_ours is not None and not refused:
        raise not_ours
    return refused


async def decide(request: AccountRequest, status: RequestStatus, by: Account, reason: str = '') -> None:
    """Of two who decide one is first, in the caller's transaction. Raises MovedOn, NotPermitted, NotFound."""
    permissions.require(by, 'accounts.requests.decide')
    kept = await AccountRequest.get_or_none(id=validation.record_id(request.id))
    if kept is None:
        raise NotFound
    await require_decider(kept, by=by)
    decided = _open().filter(id=kept.id, confirmed_at__isnull=False)
    if not await decided.update(status=status, decided_by_id=by.id, decided_at=dates.now()):
        raise MovedOn('這件帳號申請已由另一位承辦人處理，請重新整理清單。')
    await _step(kept, status, by, reason)
    changes = [Change(REFUSAL, '', reason.strip())] if reason else office_history.ACT_ITSELF
    await office_history.tell(SECTION, kept.name, status.label, changes, by=by)


async def sweep() -> int:
    """Forget what nobody has confirmed in time, and the oldest of too many; close what was not corrected. How many."""
    unconfirmed = _open().filter(confirmed_at__isnull=True)
    gone = await unconfirmed.filter(created_at__lte=dates.now() - CONFIRM_WITHIN).delete()
    newest = await unconfirmed.order_by('-created_at', '-id').offset(MOST_UNCONFIRMED).first()
    if newest is not None:
        gone += await unconfirmed.filter(created_at__lte=newest.created_at).delete()
    late = AccountRequest.filter(status=RequestStatus.RETURNED, decided_at__lte=dates.now() - CORRECT_WITHIN)
    for request in await late.limit(MOST_OPEN):
        gone += await _close_late(request, f'{CORRECT_WITHIN.days} 天內沒有補正。')
    return gone


async def _close_late(request: AccountRequest, reason: str) -> int:
    async with transaction():
        mine = AccountRequest.filter(id=request.id, status=RequestStatus.RETURNED)
        if not await mine.update(status=RequestStatus.REFUSED, digest=None):
            return 0
        await _step(request, RequestStatus.REFUSED, None, reason)
        await account_mails.request_refused(request, reason)
    return 1


async def _require_right(details: AccountRequestDetails) -> None:
    """Raises Incomplete, also for a county or an agency that is none."""
    problems = details.problems()
    if 'county_id' not in problems and not await County.exists(code=details.county_id):
        problems['county_id'] = '請重新選擇主管機關所在縣市。'
    if details.agency_id is not None and not {'county_id', 'agency_id'} & problems.keys():
        there = Agency.filter(id=details.agency_id, county_id=details.county_id)
        if not await there.exists():
            problems['agency_id'] = '這個機關不在所選的縣市，請重新選擇縣市或機關。'
    if problems:
        raise Incomplete(problems)


async def _require_room() -> None:
    if await waiting().count() >= MOST_OPEN:
        raise DomainError('目前等待處理的帳號申請太多，請明天再點選一次信裡的連結，或改以電話聯絡客服諮詢專線。')


async def _has_authority(county_id: str) -> bool:
    return await Account.exists(role=Role.COUNTY, county_id=county_id, is_active=True)


async def _step(request: AccountRequest, status: RequestStatus, by: Account | None = None, reason: str = '') -> None:
    await RequestStep.create(
        request_id=request.id, at=dates.now(), status=status, by_id=by.id if by else None, reason=reason.strip()
    )
    await announcements.announce(AccountRequestsChanged(request.id, request.county_id or ''))


def _require_of_desk(request: AccountRequest, by: Account) -> None:
    permissions.require(by, 'accounts.requests')
    if by.role == Role.COUNTY and by.county_id != request.county_id:
        raise NotFound


def _open() -> QuerySet[AccountRequest]:
    return AccountRequest.filter(status=RequestStatus.OPEN)


def _to_confirm(token: str) -> QuerySet[AccountRequest]:
    digest = _digest(token) if len(token) <= LONGEST_TOKEN else ''
    return _open().filter(digest=digest, confirmed_at__isnull=True, created_at__gt=dates.now() - CONFIRM_WITHIN)


def _require_reason(reason: str, sentence: str = '請寫明未核准的原因，系統會寄給申請人。') -> None:
    if problem := validation.text(REFUSAL.label, reason, most=500, lines=True):
        raise Incomplete({'reason': problem})
    if not reason.strip():
        raise Incomplete({'reason': sentence})


def _squeezed(name: str) -> str:
    return ''.join(name.split()).replace('台', '臺').casefold()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()
