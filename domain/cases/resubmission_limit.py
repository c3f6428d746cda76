"""Sending, taking back and sending again: each 送審 tells the agency, so it can be done so often in a day, no more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from db.choices import ApplicationStatus
from db.models import Application, ApplicationStep

from .. import dates
from ..errors import DomainError

MOST = 5  # sent and withdrawn within a day
_A_DAY = timedelta(days=1)


class TakenBackTooOften(DomainError):
    """The unit has sent and withdrawn the volunteer's applications over and over."""


async def require(application: Application) -> None:
    """Raises TakenBackTooOften for a draft that has to wait; its agency is fetched."""
    if sentence := (await hindrances([application])).get(application.id):
        raise TakenBackTooOften(sentence)


async def hindrances(found: Sequence[Application]) -> dict[int, str]:
    """Those of `found`, with their agencies, that cannot be sent again today, each with why and from when it can.

    Only drafts: what the agency has returned can be answered at any time. One query, none without drafts.
    """
    drafts = [one for one in found if one.status == ApplicationStatus.DRAFT]
    if not drafts:
        return {}
    taken_back: dict[tuple[int, int], list[datetime]] = {}
    recent = ApplicationStep.filter(
        status=ApplicationStatus.SUBMITTED,
        round=1,  # what answers a return counts for nothing
        at__gt=dates.now() - _A_DAY,
        application__status=ApplicationStatus.WITHDRAWN,
        application__volunteer_id__in=[one.volunteer_id for one in drafts],
    )
    for step in await recent.order_by('-at').select_related('application'):
        taken_back.setdefault((step.application.volunteer_id, step.application.host_unit_id), []).append(step.at)
    why = {}
    for one in drafts:
        times = taken_back.get((one.volunteer_id, one.host_unit_id), [])
        if len(times) >= MOST:
            again_at = dates.roc_instant(times[MOST - 1] + _A_DAY)
            agency = f'{one.agency.name}（{one.agency.phone}）' if one.agency.phone else one.agency.name
            why[one.id] = (
                f'這位志工的申請一天內已送審又撤回 {len(times)} 次，每次都會通知發冊機關，現在不能再送。'
                f'請在 {again_at} 以後再送；急件請先以電話與{agency}聯絡。已填的資料都還在。'
            )
    return why
