"""Who is signed in: a session is a row found by the SHA-256 of a random token that only the browser keeps.

It ends after `session_idle` seconds without a request or event, and `session_absolute` seconds after the login in any
case. Whoever ends one announces its digest (SessionClosed), and every process closes its open pages (ui/door/gate).
Reading a session is cheap: what was read counts for CACHE seconds, or until the announcement that it has ended.
"""

import hashlib
import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import Role, SignInMeans, SignInWay
from db.models import Account, Session

from .. import announcements, dates, permissions, settings
from ..announcements import SessionClosed
from ..audit import log, office_history, origin
from ..audit.log import LogAct
from ..audit.origin import Origin
from ..errors import NotFound
from . import step_up

# Seconds a session is believed without asking the database, and how old `seen_at` may grow before it is written anew.
CACHE = 3.0
TOUCH = timedelta(seconds=30)
SIGNED_OUT = '閒置或時間已到'


@dataclass
class _Known:
    account: Account
    created_at: datetime
    seen_at: datetime
    written_at: datetime
    read_at: float


_known: dict[str, _Known] = {}
_closings = 0


async def open(account: Account, *ways: SignInWay) -> str:  # noqa: A001 -- says it best
    """A new session of `account`, begun by `ways` (the password, if none is named).

    Its token goes into the browser's cookie and nowhere else.
    """
    token = secrets.token_urlsafe(32)
    now, here = dates.now(), origin.current()
    digest, told = digest_of(token), ways or (SignInWay.PASSWORD,)
    async with transaction():
        await Session.create(
            digest=digest,
            account=account,
            created_at=now,
            seen_at=now,
            means=SignInMeans.CARD if SignInWay.CARD in told else SignInMeans.PASSWORD,
            ways=','.join(told),
            device=here.device[:60],
            address=_coarse(here.address),
        )
        await Account.filter(id=account.id).update(used_at=now, warnings=0)  # it is not idle (`terms`)
        with origin.of(replace(here, session=digest)):
            await log.note(LogAct.SIGN_IN, by=account, what='、'.join(way.label for way in told))
    return token


async def sign_out(token: str) -> None:
    """登出: end the session that the browser holds; nothing happens when it is over."""
    account = await account_at(digest_of(token), is_activity=False)
    if account is not None:
        await log.note(LogAct.SIGN_OUT, by=account)
    await close(token)


def digest_of(token: str) -> str:
    """The name of a session in the database and in announcements; it opens nothing."""
    return hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()


async def account_of(token: str) -> Account | None:
    """The account signed in with `token`, its unit, agency and volunteer fetched; None when the session is over.

    Counts as activity: the idle time begins anew.
    """
    return await account_at(digest_of(token))


async def account_at(digest: str, *, is_activity: bool = True) -> Account | None:
    """As `account_of`, by digest. `is_activity=False` looks without prolonging the session."""
    known = _known.get(digest)
    if known is None or time.monotonic() - known.read_at > CACHE:
        known = (await _read([digest])).get(digest)
    now = dates.now()
    if known is None or _is_over(known.created_at, known.seen_at, now):
        return None
    if is_activity:
        known.seen_at = max(known.seen_at, now)
        if now - known.written_at >= TOUCH:
            known.written_at = now
            await Session.filter(digest=digest).update(seen_at=now)
    return known.account


async def must_change_password(account: Account, digest: str) -> bool:
    """Whether the user of this session has to change the password before anything else."""
    if not account.must_change_password:
        return False
    found = await Session.get_or_none(digest=digest).only('digest', 'means', 'ways')
    return found is None or must_change_after(account, _ways(found))


def must_change_after(account: Account, ways: Collection[str]) -> bool:
    """The same of whoever has signed in by these ways.

    Only who has just typed what somebody else set knows it, and can: whoever came by 登入碼, passkey or card is asked
    after the next sign-in by password.
    """
    return account.must_change_password and SignInWay.PASSWORD in ways


def ways_of(session: Session) -> str:
    """By what its user signed in, as people read it."""
    ways = _ways(session)
    return '、'.join(way.label for way in SignInWay if way in ways)


async def means_of(digest: str) -> str:
    """By what somebody signed in, as people read it; '' when the session is over."""
    found = await Session.get_or_none(digest=digest).only('digest', 'means', 'ways')
    return ways_of(found) if found else ''


async def of(account: Account) -> list[Session]:
    """Those of `account` that are open, the last used first. For whoever may see them."""
    now = dates.now()
    rows = await Session.filter(account_id=account.id).order_by('-seen_at', '-created_at')
    return [row for row in rows if not _is_over(row.created_at, row.seen_at, now)]


async def end(digest: str, *, by: Account) -> None:
    """End one of one's own sessions, here and on every process. Raises NotFound."""
    async with transaction():
        if not await Session.filter(digest=digest[:64], account_id=by.id).exists():
            raise NotFound('這個登入已經結束了。請重新整理頁面查看。')
        await log.note(LogAct.SESSION_ENDED, by=by, what='我的登入')
        await _close([digest])


async def end_others(*, by: Account, keeping: str) -> None:
    """End all of one's own sessions but the one of the digest `keeping`."""
    async with transaction():
        await log.note(LogAct.SESSION_ENDED, by=by, what='我的登入（其他全部）')
        await close_all(by, except_for=keeping)


async def end_of(account: Account, *, by: Account) -> None:
    """An administrator ends all sessions of somebody else. Raises StepUpNeeded."""
    permissions.require(by, 'accounts.sessions.end_of')
    if account.role == Role.VOLUNTEER:
        raise NotFound
    await step_up.require(by)
    async with transaction():
        await office_history.tell('帳號', account.name, '結束登入', act=LogAct.SESSION_ENDED, by=by)
        await close_all(account)


async def is_over(digest: str) -> bool:
    """Whether its time is over, and nobody has ended it before."""
    row = await Session.get_or_none(digest=digest)
    return row is not None and _is_over(row.created_at, row.seen_at, dates.now())


async def times_left(digests: Collection[str]) -> dict[str, tuple[timedelta, timedelta]]:
    """How long each session goes on if nobody touches it, and how long at most; those that are over are left out.

    No activity, and one query for all.
    """
    # Not the accounts: for a thousand sessions, making these would hold the loop.
    rows = await _open_ones(digests).values_list('digest', 'created_at', 'seen_at') if digests else []
    now, office, left = dates.now(), settings.current(), {}
    for digest, created_at, seen_at in rows:
        if (known := _known.get(digest)) is not None:
            seen_at = max(known.seen_at, seen_at)  # noqa: PLW2901 -- what is not written yet
        if not _is_over(created_at, seen_at, now):
            at_most = created_at + timedelta(seconds=office.session_absolute) - now
            left[digest] = min(seen_at + timedelta(seconds=office.session_idle) - now, at_most), at_most
    return left


async def close(token: str) -> None:
    """Sign the browser out that holds `token`; nothing happens when nobody does."""
    await _close([digest_of(token)])


async def close_all(account: Account, *, except_for: str = '') -> None:
    """End every session of `account`, but the one of the digest `except_for`; in the caller's transaction, if any."""
    digests = await Session.filter(account_id=account.id).exclude(digest=except_for).values_list('digest', flat=True)
    await _close([str(digest) for digest in digests])


async def close_of_unit(host_unit_id: int) -> None:
    """End the sessions of everybody at a host unit, which is closed; in the caller's transaction."""
    digests = await Session.filter(account__host_unit_id=host_unit_id).values_list('digest', flat=True)
    await _close([str(digest) for digest in digests])


async def close_expired() -> int:
    """End the sessions whose time is over, so that their pages close even when nobody touches them; how many."""
    now, office = dates.now(), settings.current()
    # `seen_at` may lag behind by TOUCH: nobody is signed out early.
    idle_since = now - timedelta(seconds=office.session_idle) - TOUCH
    expired = set(await Session.filter(seen_at__lte=idle_since).values_list('digest', flat=True))
    begun_before = now - timedelta(seconds=office.session_absolute)
    expired |= set(await Session.filter(created_at__lte=begun_before).values_list('digest', flat=True))
    for one in await Session.filter(digest__in=expired).select_related('account') if expired else ():
        with origin.of(Origin(session=one.digest)):
            await log.note(LogAct.SESSION_ENDED, by=one.account, what=SIGNED_OUT)
    return await _close(sorted(map(str, expired)), 'over')


def forget(digest: str = '') -> None:
    """Ask the database again for this session, or for all of them."""
    global _closings  # noqa: PLW0603 -- counts, so that a reading already under way is not believed afterwards
    _closings += 1
    if digest:
        _known.pop(digest, None)
    else:
        _known.clear()


def forget_account(account: Account) -> None:
    """Ask the database again who `account` is."""
    for digest in [digest for digest, known in _known.items() if known.account.id == account.id]:
        forget(digest)


def _ways(session: Session) -> list[str]:
    return (session.ways or str(session.means)).split(',')


async def _close(digests: list[str], why: str = '') -> int:
    async with transaction():
        closed = await Session.filter(digest__in=digests).delete() if digests else 0
        for digest in digests:
            await announcements.announce(SessionClosed(digest, why))
    for digest in digests:
        forget(digest)
    return closed


def _open_ones(digests: Collection[str]) -> QuerySet[Session]:
    """Those of these whose account may be signed in."""
    open_ones = Session.filter(Q(account__host_unit_id=None) | Q(account__host_unit__is_active=True))
    return open_ones.filter(digest__in=list(digests), account__is_active=True)


async def _read(digests: Sequence[str]) -> dict[str, _Known]:
    """Those of the sessions that there are, as the database has them."""
    closings = _closings
    related = (
        'account',
        'account__host_unit',
        'account__team',
        'account__agency',
        'account__county',
        'account__volunteer',
    )
    rows = await _open_ones(digests).select_related(*related) if digests else []
    found = {}
    for row in rows:
        found[row.digest] = known = _Known(row.account, row.created_at, row.seen_at, row.seen_at, time.monotonic())
        if earlier := _known.get(row.digest):
            known.seen_at = max(earlier.seen_at, known.seen_at)
    for digest in digests:
        if digest not in found:
            _known.pop(digest, None)
    if closings == _closings:
        _known.update(found)
    return found


def _coarse(address: str) -> str:
    """The network of an address: enough to know a place again, and not whose desk it is.

    >>> _coarse('203.0.113.7'), _coarse('2001:db8:7:1::5'), _coarse('')
    ('203.0.113.*', '2001:db8:7:*', '')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ''
    if parsed.version == 4:
        return f'{address.rpartition(".")[0]}.*'
    return ':'.join(group.lstrip('0') or '0' for group in parsed.exploded.split(':')[:3]) + ':*'


def _is_over(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    office = settings.current()
    idle, absolute = timedelta(seconds=office.session_idle), timedelta(seconds=office.session_absolute)
    return now - seen_at >= idle or now - created_at >= absolute
