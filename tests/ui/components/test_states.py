"""Every state of the domain has its look, and nothing looks like what the design does not know."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from domain.cases.worklists import AgencyList, TurnState, UnitList
from domain.model import ApplicationStatus, CorrectionStatus, Demand
from domain.reviews.timeline import Event
from ui.assets import STATIC
from ui.components.states import DEMANDS, EVENTS, LISTS, MARKS, STATUSES, TURNS, Look

ICONS = set(re.findall(r"^  '?([a-z-]+)'?:\s+'<", (STATIC / 'icons.js').read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ('looks', 'states'),
    [
        (STATUSES, set(ApplicationStatus)),
        (TURNS, set(TurnState)),
        (LISTS, {*UnitList, *AgencyList}),
        (MARKS, set(CorrectionStatus)),
        (EVENTS, set(Event)),
        (DEMANDS, set(Demand)),
    ],
    ids=['statuses', 'turns', 'lists', 'marks', 'events', 'demands'],
)
def test_every_state_has_a_tone_and_an_icon_of_the_design(looks: Mapping[Any, Look], states: set[Any]) -> None:
    assert set(looks) == states
    assert {look.tone for look in looks.values()} <= {'', 'info', 'ok', 'warn', 'bad', 'plain'}
    assert {look.symbol for look in looks.values()} <= ICONS
