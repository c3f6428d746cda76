"""Five failures under one typed name lock that name for 15 minutes, whether or not there is such an account.

Source: 資通安全責任等級分級辦法 附表十 (資通系統防護基準), 身分驗證管理.
"""

from datetime import timedelta

from tortoise.connection import get_connection

from db import sealing
from db.models import Account, LoginFailure, Volunteer

from .. import dates, identity_numbers
from ..errors import DomainError

ATTEMPTS = 5
LASTS = timedelta(minutes=15)


class SignInLocked(DomainError):
    """Too many failures; nothing was looked at."""

    why = '暫停登入中'

    def __init__(self) -> None:
        super().__init__('連續 5 次不正確，這個帳號暫停登入 15 分鐘。請稍後再試，或使用「忘記密碼?」重新設定密碼。')


def index_of(username: str) -> str:
    """What a typed name is counted under; for a volunteer it is the blind index of the identity number.

    Every spelling that finds an account is counted as one: signing in folds a name's case, so it is folded here.
    """
    return sealing.blind_index(identity_numbers.compact(identity_numbers.compact(username).casefold()))


async def index_of_account(account: Account) -> str:
    """What the account's own name is counted under."""
    if account.username:
        return index_of(account.username)
    return (await Volunteer.get(id=account.volunteer_id)).identity_index


def kept_under(index: str) -> str:
    """What stands in the database: keyed for this alone, so that a list of failures does not tell whose they were."""
    return sealing.keyed('sign-in lock', index)


async def count(index: str) -> bool:
    """Count an attempt before it is looked at, so that many at once are no way around; whether it is the last allowed.

    The last one locks unless it succeeds and `lift` is called. Raises SignInLocked.
    """
    now = dates.now()
    rows = await get_connection('default').execute_query_dict(
        'INSERT INTO login_failure AS kept (name_index, failures, updated_at) VALUES ($1, 1, $2)'
        ' ON CONFLICT (name_index) DO UPDATE SET updated_at = $2,'
        ' failures = CASE WHEN kept.updated_at <= $3 THEN 1 ELSE kept.failures + 1 END,'
        ' locked_until = CASE WHEN kept.updated_at > $3 AND kept.failures + 1 >= $4 THEN $5::timestamptz END'
        ' WHERE kept.locked_until IS NULL OR kept.locked_until <= $2 RETURNING failures',
        [kept_under(index), now, now - LASTS, ATTEMPTS, now + LASTS],
    )
    if not rows:
        raise SignInLocked
    return int(rows[0]['failures']) >= ATTEMPTS


async def take_back(index: str) -> None:
    """Forget the last attempt alone: it was not looked at."""
    await get_connection('default').execute_query(
        'UPDATE login_failure SET failures = failures - 1, locked_until = NULL WHERE name_index = $1 AND failures > 0',
        [kept_under(index)],
    )


async def sweep() -> int:
    """Forget names whose failures are over: anybody can type in any number of them. Returns how many."""
    over = dates.now() - LASTS
    return await LoginFailure.filter(updated_at__lte=over).delete()


async def is_locked(*indexes: str) -> bool:
    """Whether the name, or one of several, is locked now."""
    kept = [kept_under(index) for index in indexes]
    return await LoginFailure.filter(name_index__in=kept, locked_until__gt=dates.now()).exists()


async def lift(index: str) -> None:
    """Forget the failures."""
    await LoginFailure.filter(name_index=kept_under(index)).delete()
