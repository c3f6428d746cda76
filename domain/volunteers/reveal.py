"""The one way by which a full identity number reaches a screen: asked for with a reason, noted first."""

from db.choices import AccessKind, Role
from db.models import Account, Application, Volunteer

from .. import permissions, validation
from ..accounts import step_up
from ..audit import access, log
from ..audit.log import LogAct
from ..cases.worklists import CLOSED
from ..errors import NotFound

NO_CASE = '這位志工在貴機關沒有審核中、待補件或已核可的案件，不能再顯示完整號碼。'


async def number(volunteer: Volunteer, *, reason: str, by: Account) -> str:
    """The full identity number; that it was shown, and why, is noted first. Raises NotFound, Incomplete, StepUpNeeded.

    An agency that only refused the person, or from which every case was withdrawn, has no more business with it.
    The volunteer gives no reason for the own one.
    """
    known = await Volunteer.get_or_none(permissions.visible_to(by), id=validation.record_id(volunteer.id))
    if known is None:
        raise NotFound
    if by.role == Role.REVIEWER and not await _has_a_case(known, by):
        raise NotFound(NO_CASE)
    await step_up.require(by)
    if by.role != Role.VOLUNTEER:
        await access.note(known, AccessKind.IDENTITY_NUMBER, reason, by=by, what=known.identity_kind.label)
    kind = known.identity_kind.label
    await log.note(LogAct.REVEALED, by=by, about=[known.id], what=kind, reason=reason or '本人')
    shown: str = known.identity_number.open()
    return shown


async def _has_a_case(volunteer: Volunteer, by: Account) -> bool:
    cases = Application.filter(volunteer_id=volunteer.id, agency_id=by.agency_id, round__gt=0)
    return await cases.exclude(status__in=CLOSED).exists()
