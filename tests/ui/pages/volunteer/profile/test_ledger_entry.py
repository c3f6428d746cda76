"""What the form of a ledger makes of its fields: a duration is two numbers for people and one for the record."""

from datetime import date
from typing import Any

import pytest

from domain.ledgers import LEDGERS
from ui.pages.volunteer.profile.ledger_entry import EntryDetails

HOURS = LEDGERS['service-hours']
DAY = date(2026, 3, 8)
KEPT: dict[str, Any] = {
    'starts_on': DAY,
    'ends_on': DAY,
    'item': '文化服務',
    'content': '導覽解說',
    'minutes': 195,
    'persons_served': 40,
    'transport_fee': 0,
    'meal_fee': 0,
    'area': '臺中市',
    'remarks': '',
}


def test_an_entry_comes_back_from_the_form_as_it_went_in() -> None:
    details = EntryDetails(HOURS, KEPT)

    assert (details.hours, details.extra_minutes) == (3, 15)
    assert details.values() == KEPT
    assert details.problems() == {}


@pytest.mark.parametrize('key', list(LEDGERS))
def test_an_empty_form_names_its_required_fields(key: str) -> None:
    ledger = LEDGERS[key]
    required = {'hours' if field.kind == 'duration' else key for key, field in ledger.fields.items() if field.needed}

    assert EntryDetails(ledger, {}).problems().keys() == required


@pytest.mark.parametrize(
    ('hours', 'extra_minutes', 'wrong'),
    [
        (None, 30, set()),
        (24, None, set()),
        (24, 1, {'hours'}),
        (0, 0, {'hours'}),
        (1, 60, {'extra_minutes'}),
        (1, -1, {'extra_minutes'}),
        (10**15, None, {'hours'}),
    ],
)
def test_hours_and_minutes_are_checked_together(hours: int | None, extra_minutes: int | None, wrong: set[str]) -> None:
    details = EntryDetails(HOURS, KEPT)
    details.hours, details.extra_minutes = hours, extra_minutes

    assert details.problems().keys() == wrong
