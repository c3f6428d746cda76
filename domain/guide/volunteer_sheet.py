"""匯出 ODS of 志工基本資料維護: every volunteer that the filters find, in the order of the list."""

import asyncio

from db.choices import IdentityKind
from db.models import Account, Volunteer

from .. import printouts, volunteers
from ..books import record_books
from ..paging import MOST_ROWS
from ..volunteers import State, VolunteerQuery
from ..volunteers.basics import MEMBERSHIP
from ..volunteers.listing import STATUSES
from .home import Standing, standings

COLUMNS = (
    '志工姓名',
    IdentityKind.NATIONAL_ID.label,
    '志工隊',
    MEMBERSHIP.label,
    '紀錄冊申請',
    record_books.FIELDS['number'].label,
)


async def ods(query: VolunteerQuery, *, by: Account) -> bytes:
    """The spreadsheet, whatever page `query` names. Raises NotPermitted."""
    rows: list[tuple[str, ...]] = []
    number, total = 1, 1
    while len(rows) < total:
        asked = {**vars(query), 'page': number, 'per_page': MOST_ROWS}
        found = await volunteers.find(VolunteerQuery(**asked), by=by)
        reached = await standings(found.rows, by=by)
        rows += [_row(volunteer, reached[volunteer.id]) for volunteer in found.rows]
        number, total = number + 1, found.total if found.rows else 0
    return await asyncio.to_thread(printouts.ods, '志工名單', printouts.below(f'共 {len(rows)} 位'), COLUMNS, rows)


def state_of(standing: Standing) -> State:
    """How far a volunteer has come, as the filter names it."""
    case = standing.application
    for state, status in STATUSES.items():
        if case is not None and case.status == status:
            return state
    return State.ISSUED if standing.book_number else State.NONE


def _row(volunteer: Volunteer, standing: Standing) -> tuple[str, ...]:
    ours = next(iter(volunteer.memberships))
    team = ours.team.name if ours.team else '未編隊'
    state = state_of(standing).label
    return volunteer.name, volunteer.identity_masked, team, ours.status.label, state, standing.book_number
