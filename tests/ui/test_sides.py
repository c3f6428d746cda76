"""Whose news a page renews itself for: the unit's, of one team the team's."""

import pytest

from domain.announcements import CaseChanged, RosterChanged
from domain.model import Account, Role
from ui.live import of_side

pytestmark = pytest.mark.usefixtures('database')
CASE, ROSTER = (11, 5, 1, 7), (21, 5, 1)  # ids; agency 5, unit 1


@pytest.mark.parametrize(
    ('team', 'changed', 'expected'),
    [
        (None, CaseChanged(*CASE), True),
        (None, CaseChanged(*CASE, 3), True),
        (3, CaseChanged(*CASE, 3), True),
        (3, CaseChanged(*CASE, 4), False),
        (3, CaseChanged(*CASE), False),
        (3, RosterChanged(*ROSTER, 3), True),
        (3, RosterChanged(*ROSTER, 4), False),
        (3, RosterChanged(*ROSTER), True),  # of the whole unit, and may list the team's people
        (3, CaseChanged(11, 5, 2, 7, 3), False),
        (None, CaseChanged(11, 5, 2, 7), False),
    ],
    ids=str,
)
async def test_a_clerk_hears_of_the_own_unit_and_team(team: int | None, changed: CaseChanged, expected: bool) -> None:
    account = Account(role=Role.UNIT_STAFF, host_unit_id=1, team_id=team)

    assert of_side(account)(changed) is expected
