"""復原碼: ten codes for the day on which the telephone is lost, each good for one second step; shown once."""

import secrets

from db import sealing
from db.models import Account, RecoveryCode

from .. import dates, identity_numbers

MANY = 10
_SIGNS = 'ACDEFGHJKLMNPQRTUVWXY34679'  # those that look like nothing else
_LENGTH, _GROUP = 10, 5


async def renew(account: Account) -> list[str]:
    """A new set, in the caller's transaction; those of before work no more. Only their keyed digests are kept."""
    codes = [''.join(secrets.choice(_SIGNS) for _ in range(_LENGTH)) for _ in range(MANY)]
    now = dates.now()
    await RecoveryCode.filter(account_id=account.id).delete()
    await RecoveryCode.bulk_create(
        RecoveryCode(digest=_digest(account, code), account_id=account.id, made_at=now) for code in codes
    )
    return [f'{code[:_GROUP]}-{code[_GROUP:]}' for code in codes]


async def spend(account: Account, code: str) -> bool:
    """Whether it is one of the account's and was not used; it is used now."""
    unused = RecoveryCode.filter(digest=_digest(account, code), account_id=account.id, used_at=None)
    return bool(await unused.update(used_at=dates.now()))


async def left(account: Account) -> int:
    """How many are not used."""
    return await RecoveryCode.filter(account_id=account.id, used_at=None).count()


def _digest(account: Account, code: str) -> str:
    return sealing.keyed('recovery code', f'{account.id} {identity_numbers.compact(code[:60])}')
