"""誰看過我的資料: who opened personal data of whom, what, and for what purpose (個人資料保護法施行細則 §12)."""

from collections.abc import Iterable
from datetime import timedelta

from db.choices import AccessKind, LogAct, Role
from db.models import AccessEntry, Account, Volunteer

from .. import dates, validation
from ..errors import Incomplete, NotFound
from . import log, reads
from .history import unit_of

MOST_SHOWN = 100
REASON_LENGTH = 120
# A page that stays open reads again and again what it shows; that is one look.
ONE_LOOK = timedelta(minutes=30)
# As the log calls it.
ACTS = {
    AccessKind.IDENTITY_NUMBER: LogAct.REVEALED,
    AccessKind.CASE: LogAct.READ_CASE,
    AccessKind.PAPER_BOOK: LogAct.READ_CASE,
    AccessKind.RECORD_BOOK: LogAct.READ_PRINT,
    AccessKind.TRAINING_LIST: LogAct.READ_PRINT,
    AccessKind.ROSTER: LogAct.READ_PRINT,
    AccessKind.CONSOLIDATED: LogAct.READ_PROFILE,
    AccessKind.ENROLMENT: LogAct.LOOKUP_HIT,
    AccessKind.DUPLICATE: LogAct.LOOKUP_HIT,
}


def problem(reason: object) -> str | None:
    """What is wrong with a purpose."""
    return validation.text('查詢目的', reason, most=REASON_LENGTH, needed=True)


async def note(volunteer: Volunteer, kind: AccessKind, reason: str, *, by: Account, what: str = '') -> None:
    """Write down, before it is shown, that `by` sees this of the volunteer. Raises Incomplete without a reason.

    `what`: how the volunteer reads it, where the label of `kind` says too little.
    """
    await note_each([volunteer], kind, reason, by=by, what=what)


async def note_each(
    volunteers: Iterable[Volunteer], kind: AccessKind, reason: str, *, by: Account, what: str = ''
) -> None:
    """The same of many at once."""
    if sentence := problem(reason):
        raise Incomplete({'reason': sentence})
    at, unit = dates.now(), await unit_of(by)
    people = [volunteer.id for volunteer in volunteers]
    if not people:
        return
    await AccessEntry.bulk_create(
        (
            AccessEntry(
                volunteer_id=volunteer_id,
                at=at,
                by_id=by.id,
                by_name=by.name,
                from_unit=unit,
                kind=kind,
                what=what or kind.label,
                reason=validation.tidy(reason),
            )
            for volunteer_id in people
        ),
        batch_size=1000,
    )
    await log.note(ACTS[kind], by=by, about=people, what=what or kind.label, reason=reason, at=at)
    reads.told(people)


async def of(volunteer: Volunteer, *, by: Account) -> list[AccessEntry]:
    """The newest entries, for the volunteer alone. Raises NotFound."""
    if by.role != Role.VOLUNTEER or by.volunteer_id != volunteer.id:
        raise NotFound
    return await AccessEntry.filter(volunteer_id=volunteer.id).limit(MOST_SHOWN)
