"""How often something may be done in a while, counted in the database, so that it holds for all processes together.

Counted under a blind index: whose allowance a row is, an address of the network say, cannot be read from it. A row goes
when its period is over, so that strangers cannot make the table grow for ever.
"""

from dataclasses import dataclass
from datetime import timedelta

from tortoise.connection import get_connection

from db import sealing
from db.models import Allowance

from . import dates
from .errors import DomainError


@dataclass(frozen=True)
class Limit:
    """`most` times in a `period`, which begins with the first; `sentence` for whoever asks for more."""

    name: str
    most: int
    period: timedelta
    sentence: str


class Exceeded(DomainError):
    """No more of this for now; nothing was done."""

    why = '次數太多'


async def take(limit: Limit, whose: object, several: int = 1) -> None:
    """Count one of `whose`, or `several`, before it is done, so that many at once are no way around.

    Raises Exceeded.
    """
    if several > limit.most:
        raise Exceeded(limit.sentence)
    now = dates.now()
    rows = await get_connection('default').execute_query_dict(
        'INSERT INTO allowance AS kept (key, used, ends_at) VALUES ($1, $5, $3)'
        ' ON CONFLICT (key) DO UPDATE SET used = CASE WHEN kept.ends_at <= $2 THEN $5 ELSE kept.used + $5 END,'
        ' ends_at = CASE WHEN kept.ends_at <= $2 THEN $3 ELSE kept.ends_at END'
        ' WHERE kept.ends_at <= $2 OR kept.used + $5 <= $4 RETURNING used',
        [_key(limit, whose), now, now + limit.period, limit.most, several],
    )
    if not rows:
        raise Exceeded(limit.sentence)


async def require_left(limit: Limit, whose: object) -> None:
    """Raises Exceeded when nothing is left; counts nothing."""
    if await Allowance.filter(key=_key(limit, whose), used__gte=limit.most, ends_at__gt=dates.now()).exists():
        raise Exceeded(limit.sentence)


async def give_back(limit: Limit, whose: object) -> None:
    """What was counted was none of those that are limited."""
    await get_connection('default').execute_query(
        'UPDATE allowance SET used = used - 1 WHERE key = $1 AND used > 0', [_key(limit, whose)]
    )


async def sweep() -> int:
    """Forget what is over; how much that was."""
    return await Allowance.filter(ends_at__lte=dates.now()).delete()


def _key(limit: Limit, whose: object) -> str:
    return sealing.keyed('limit', f'{limit.name}:{whose}')
