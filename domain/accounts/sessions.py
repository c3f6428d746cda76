"""Who is signed in: a session is a row found by the SHA-256 of a random token that only the browser keeps.

It ends after `session_idle` seconds without a request or event, and `session_absolute` seconds after the login in any
case. Whoever ends one announces its digest (SessionClosed), and every process closes its open pages (ui/gate).
Reading a session is cheap: what was read counts for CACHE seconds, or until the announcement that it has ended.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from db import transaction
from db.choices import SignInMeans
from db.models import Account, Session

from .. import announcements, dates, settings
from ..announcements import SessionClosed

# Seconds a session is believed without asking the database, and how old `seen_at` may grow before it is written anew.
CACHE = 3.0
TOUCH = timedelta(seconds=30)


@dataclass
class _Known:
    account: Account
    created_at: datetime
    seen_at: datetime
    written_at: datetime
    read_at: float


_known: dict[str, _Known] = {}
_closings = 0


async def open(account: Account, means: SignInMeans = SignInMeans.PASSWORD) -> str:  # noqa: A001 -- says it best
    """A new session of `account`, begun by `means`; its token goes into the browser's cookie and nowhere else."""
    token = secrets.token_urlsafe(32)
    now = dates.now()
    await Session.create(digest=digest_of(token), account=account, created_at=now, seen_at=now, means=means)
    return token


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


async def means_of(digest: str) -> SignInMeans | None:
    """By what means somebody signed in; None when the session is over."""
    found = await Session.get_or_none(digest=digest).only('digest', 'means')
    return found.means if found else None


async def times_left(digests: Iterable[str]) -> dict[str, tuple[timedelta, timedelta]]:
    """How long each session goes on if nobody touches it, and how long at most; those that are over are left out.

    No activity, and one query for all.
    """
    known = {digest: _known.get(digest) for digest in digests}
    stale = [digest for digest, one in known.items() if one is None or time.monotonic() - one.read_at > CACHE]
    known |= dict.fromkeys(stale) | await _read(stale)
    now, office, left = dates.now(), settings.current(), {}
    for digest, one in known.items():
        if one is not None and not _is_over(one.created_at, one.seen_at, now):
            at_most = one.created_at + timedelta(seconds=office.session_absolute) - now
            left[digest] = min(one.seen_at + timedelta(seconds=office.session_idle) - now, at_most), at_most
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
    return await _close(sorted(map(str, expired)))


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


async def _close(digests: list[str]) -> int:
    async with transaction():
        closed = await Session.filter(digest__in=digests).delete() if digests else 0
        for digest in digests:
            await announcements.announce(SessionClosed(digest))
    for digest in digests:
        forget(digest)
    return closed


async def _read(digests: Sequence[str]) -> dict[str, _Known]:
    """Those of the sessions that there are, as the database has them."""
    closings = _closings
    open_ones = Session.filter(Q(account__host_unit_id=None) | Q(account__host_unit__is_active=True))
    related = (
        'account',
        'account__host_unit',
        'account__team',
        'account__agency',
        'account__county',
        'account__volunteer',
    )
    rows = (
        await open_ones.filter(digest__in=digests, account__is_active=True).select_related(*related) if digests else []
    )
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


def _is_over(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    office = settings.current()
    idle, absolute = timedelta(seconds=office.session_idle), timedelta(seconds=office.session_absolute)
    return now - seen_at >= idle or now - created_at >= absolute
