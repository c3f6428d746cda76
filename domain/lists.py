"""The lists of a unit: its applications by whose turn it is, how many stand where, and which can be made anew."""

from collections.abc import Sequence

from tortoise.functions import Count, Max

from db.choices import ApplicationStatus, Role
from db.models import Account, Application

from . import permissions, turns
from .paging import Page, bounds
from .turns import UnitList

CLOSED = turns.OF_UNIT[UnitList.CLOSED]


async def of_unit(
    *, by: Account, which: UnitList | None = None, page: int = 1, per_page: int = 10
) -> Page[Application]:
    """One list of the unit, or all its applications, with volunteer, agency and roster.

    輪到您: what was returned before the drafts. 審核中: the next deadline first. Else the latest change first.
    """
    permissions.require(by, Role.UNIT_STAFF)
    number, per_page = bounds(page, per_page)
    ours = Application.filter(host_unit_id=by.host_unit_id)
    if which is not None:
        ours = ours.filter(status__in=turns.OF_UNIT[which])
    # 'returned' sorts after 'draft'.
    first = {UnitList.TURN: ('-status',), UnitList.REVIEW: ('due_on',)}.get(which, ()) if which else ()
    rows = ours.order_by(*first, '-updated_at', '-id').select_related('volunteer', 'agency', 'roster')
    return Page(await rows.offset((number - 1) * per_page).limit(per_page), await ours.count(), number, per_page)


async def repeatable(found: Sequence[Application], *, by: Account) -> set[int]:
    """Which of the unit's closed applications 重新申請 makes sense for: the last one of its volunteer, by id."""
    permissions.require(by, Role.UNIT_STAFF)
    people = {one.volunteer_id for one in found if one.status in CLOSED}
    if not people:
        return set()
    latest = Application.filter(volunteer_id__in=people).annotate(latest=Max('id')).group_by('volunteer_id')
    ids = {int(row['latest']) for row in await latest.values('latest')}
    return {one.id for one in found if one.id in ids and one.status in CLOSED and one.host_unit_id == by.host_unit_id}


async def counts_of(*, by: Account) -> dict[ApplicationStatus, int]:
    """How many applications of the unit stand in each status; every status is there. `turns.totals` sums the lists."""
    permissions.require(by, Role.UNIT_STAFF)
    ours = Application.filter(host_unit_id=by.host_unit_id).annotate(n=Count('id')).group_by('status')
    found = {str(status): int(n) for status, n in await ours.values_list('status', 'n')}
    return {status: found.get(status.value, 0) for status in ApplicationStatus}
