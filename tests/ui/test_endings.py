"""When a page says that its session ends soon."""

from datetime import timedelta

import pytest

from domain import settings
from domain.settings import Settings
from ui.door import endings


@pytest.mark.parametrize(('minutes', 'seconds'), [(30, 120), (5, 120), (3, 90), (1, 30)], ids=str)
def test_a_short_limit_is_announced_in_its_second_half_and_not_from_its_beginning(minutes: int, seconds: int) -> None:
    before = settings.current()
    settings.use(Settings(session_idle=minutes * 60))
    try:
        assert endings.soon() == timedelta(seconds=seconds)
    finally:
        settings.use(before)


def test_no_sentence_names_a_time_of_its_own() -> None:
    """The time that is left stands behind it, as it is."""
    assert not [word for word in ('兩分鐘', '分鐘') if word in endings.IDLE + endings.LAST]
