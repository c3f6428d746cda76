"""Which cases a reviewer of the agency has opened since they were sent: on the desk, or a picture in a roster's sheet.

Each opening is written down for the volunteer (誰看過我的資料), and that is where it is read from.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.functions import Max

from db.choices import AccessKind
from db.models import AccessEntry, Account, Application

from .. import applications, dates, permissions, validation
from ..audit import access

PURPOSE = '審核紀錄冊申請'

# For statements of others, too: whether somebody of `agency` has opened the application `case` in this round.
IS_OPENED = f"""
EXISTS (SELECT FROM access_entry look JOIN account viewer ON viewer.id = look.by_id
        WHERE look.volunteer_id = {{case}}.volunteer_id AND look.kind = '{AccessKind.CASE.value}'
          AND viewer.agency_id = {{agency}} AND look.at >= {{case}}.submitted_at)"""

_NEVER = datetime.min.replace(tzinfo=UTC)


async def note(case: Application, *, by: Account, is_noted: bool | None = None) -> None:
    """`by` looks at the case, which comes with its volunteer; once a sitting and round.

    `is_noted`: whether there is such a look `since` then, where the caller has just asked.
    """
    if is_noted is None:
        looks = AccessEntry.filter(volunteer_id=case.volunteer_id, by_id=by.id, kind=AccessKind.CASE)
        is_noted = await looks.filter(at__gte=since(case)).exists()
    if not is_noted:
        await access.note(case.volunteer, AccessKind.CASE, PURPOSE, by=by)


def since(case: Application) -> datetime:
    """From when on a look at the case belongs to this sitting and round."""
    lately = dates.now() - access.ONE_LOOK
    return max(lately, case.submitted_at) if case.submitted_at else lately


async def opened(application_id: int, *, by: Account) -> None:
    """A picture of the case was shown in full. Raises NotFound, NotPermitted."""
    permissions.require(by, 'reviews.openings.opened')
    await note(await applications.get(application_id, by=by), by=by)


async def of(cases: Sequence[Application], *, by: Account) -> set[int]:
    """Those of the cases, by id, that somebody of the agency has opened in this round. One query."""
    permissions.require(by, 'reviews.openings.of')
    looks = AccessEntry.filter(
        volunteer_id__in=[case.volunteer_id for case in cases], kind=AccessKind.CASE, by__agency_id=by.agency_id
    )
    rows: list[Any] = list(
        await looks.annotate(latest=Max('at')).group_by('volunteer_id').values_list('volunteer_id', 'latest')
    )
    latest: dict[int, datetime] = dict(rows)
    return {
        case.id for case in cases if case.submitted_at and latest.get(case.volunteer_id, _NEVER) >= case.submitted_at
    }


async def never_opened(application_ids: Iterable[int], *, by: Account) -> list[str]:
    """Whose cases among these nobody has opened, by name: what 核可 of many says before it is done."""
    permissions.require(by, 'reviews.openings.never_opened')
    ids = [validation.record_id(one) for one in application_ids]
    ours = Application.filter(id__in=ids, agency_id=by.agency_id, round__gt=0).order_by('roster_position', 'id')
    cases = await ours.select_related('volunteer')
    seen = await of(cases, by=by)
    return [case.volunteer.name for case in cases if case.id not in seen]
