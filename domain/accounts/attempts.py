"""Each try to show who one is: whatever refuses it leaves an entry, and one more where it has locked the name.

Every way to sign in, and every way to show again who one is, is tried inside `attempt`, so that a new refusal on the
way cannot be forgotten. The entry stays, since it is written outside of the transaction that was tried. A try that was
not looked at (too much to do, a form that is not filled in) is none.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from db.choices import LogAct
from db.models import Account

from .. import limits
from ..audit import log, origin
from ..errors import DomainError, Incomplete
from ..limits import Limit
from . import login_lock, passwords
from .new_passwords import UnfitPassword


class NothingTyped(DomainError):
    """The form was sent without what shows who one is: no try."""

    def __init__(self, what: str) -> None:
        super().__init__(f'沒有收到{what}。請輸入{what}後再送出一次；這不算輸入錯誤，您的資料都還在。')


_NONE = (passwords.Busy, Incomplete, UnfitPassword, NothingTyped)
# Whoever goes on after the limit of an address must not fill the log.
_FLOODED = Limit('sign-ins noted beyond the limit', 1, timedelta(minutes=5), '')


class Attempt:
    """What is known of it by now: whose account it is, and under which name it is counted."""

    def __init__(self, account: Account | None) -> None:
        self.account = account
        self.is_last = False
        self._index = ''

    async def count(self, index: str) -> bool:
        """Count it under `index`, before it is looked at; whether it is the last allowed. Raises SignInLocked."""
        self._index = index
        self.is_last = await login_lock.count(index)
        return self.is_last

    async def succeed(self) -> None:
        """It was right: failures are forgotten, and what is refused from now on has another cause."""
        self.is_last = False
        await login_lock.lift(self._index)

    async def take_back(self) -> None:
        """It was not looked at."""
        self.is_last = False
        await login_lock.take_back(self._index)


@asynccontextmanager
async def attempt(
    what: str, *, act: LogAct = LogAct.SIGN_IN_FAILED, by: Account | None = None, name: str = ''
) -> AsyncIterator[Attempt]:
    """A try by `what`, of `by` where that is known before, under the typed `name`. Outside of a transaction.

    Of one inside another the inner one writes, which knows more.
    """
    tried = Attempt(by)
    try:
        yield tried
    except _NONE:
        raise
    except DomainError as refusal:
        if not refusal.is_noted and not await _floods(refusal):
            why = f'{what}（{refusal.why}）' if refusal.why else what
            await log.note(act, by=tried.account, what=why, name=name)
            if tried.is_last:
                await log.note(LogAct.LOCKED, by=tried.account, what=f'連續 {login_lock.ATTEMPTS} 次不正確', name=name)
        refusal.is_noted = True
        raise


async def _floods(refusal: DomainError) -> bool:
    if not isinstance(refusal, limits.Exceeded):
        return False
    try:
        await limits.take(_FLOODED, origin.current().address)
    except limits.Exceeded:
        return True
    return False
