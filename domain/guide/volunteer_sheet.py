"""匯出 ODS of 志工基本資料維護: every volunteer that the filters find, in the order of the list."""

from collections.abc import AsyncIterator, Sequence
from typing import IO

from db.choices import IdentityKind
from db.models import Account, Volunteer

from .. import printouts, volunteers
from ..accounts import step_up
from ..books import record_books
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


async def ods(query: VolunteerQuery, *, by: Account) -> IO[bytes]:
    """The spreadsheet in a file that the caller closes, whatever page `query` names. Raises NotPermitted."""
    total, found = await volunteers.every(query, by=by)
    await step_up.require(by)
    return await printouts.ods_of('志工名單', printouts.below(f'共 {total} 位'), COLUMNS, _rows(found, by))


async def _rows(found: AsyncIterator[Sequence[Volunteer]], by: Account) -> AsyncIterator[Sequence[str]]:
    async for some in found:
        reached = await standings(some, by=by)
        for volunteer in some:
            yield _row(volunteer, reached[volunteer.id])


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
