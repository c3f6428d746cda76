"""再次確認本人: before an act that needs more than an open session, its user shows again who it is.

A session that was begun, or has shown it, in the last STEP_UP_MINUTES is believed. Where no session is behind a call
(nightly jobs, the demo office) nothing is asked. The service that does the act calls `require`; pages let
`ui.components.step_up` ask, and go on with what was begun.
"""

from datetime import timedelta

from db.models import Account, Session

from .. import dates, settings
from ..audit import log, origin
from ..audit.log import LogAct
from ..errors import DomainError


class StepUpNeeded(DomainError):
    """The session has been open for long, and the act needs its user."""

    def __init__(self) -> None:
        super().__init__('這個動作需要再次確認是您本人，還沒有進行。請輸入密碼或驗證碼確認；您輸入的內容都還在。')


async def require(by: Account) -> None:
    """Raises StepUpNeeded unless this session has just shown whose it is."""
    if not await is_proved(by):
        raise StepUpNeeded


async def is_proved(by: Account) -> bool:
    """Whether nothing has to be asked before the act."""
    session = origin.current().session
    if not session:
        return True
    own = Session.filter(digest=session, account_id=by.id)
    since = dates.now() - timedelta(minutes=settings.current().step_up_minutes)
    times = await own.values_list('created_at', 'proved_at')
    return any(max(begun, proved or begun) > since for begun, proved in times)


async def believe(by: Account, how: str) -> None:
    """This session has shown by `how` whose it is: for whoever has looked."""
    await Session.filter(digest=origin.current().session, account_id=by.id).update(proved_at=dates.now())
    await log.note(LogAct.STEPPED_UP, by=by, what=how)
