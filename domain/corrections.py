"""補正: what a reviewer has marked, what the unit answered, and what still stands open."""

from db.choices import CorrectionStatus
from db.models import Application, Correction

from .errors import DomainError

CLOSED = (CorrectionStatus.ACCEPTED, CorrectionStatus.WITHDRAWN)


class Unanswered(DomainError):
    """送審 waits until every correction is answered."""


class StillOpen(DomainError):
    """核可 waits until every correction is accepted or withdrawn."""


async def require_answered(application: Application) -> None:
    """Raises Unanswered while a correction of the application waits for the unit."""
    waiting = await Correction.filter(application_id=application.id, status=CorrectionStatus.OPEN).count()
    if waiting:
        raise Unanswered(
            f'還有 {waiting} 項需補正沒有回覆。請逐項修改，或說明您的看法，再按「送審」。已填的資料都還在。'
        )


async def require_closed(application: Application) -> None:
    """Raises StillOpen while a correction of the application is neither accepted nor withdrawn."""
    open_ones = await Correction.filter(application_id=application.id, status__not_in=CLOSED).count()
    if open_ones:
        raise StillOpen(f'還有 {open_ones} 項補正沒有確認，不能核可。請逐項確認或撤銷，或再次通知補件。')


async def sent_back(application: Application) -> None:
    """Note what the unit sends back for each answered correction; inside the transaction of 送審."""
