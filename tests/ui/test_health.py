"""What /healthz tells of the loops; that it answers at all is test_gate's."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import dates, repeating
from ui.door import health


async def test_a_loop_that_has_not_succeeded_for_several_periods_is_named_and_the_page_still_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def works() -> None:
        """Succeeds."""

    async def fails() -> None:
        raise OSError('the password is wrong for admin')

    async with (
        repeating.in_background(repeating.repeating('decisions', 30, works)),
        repeating.in_background(repeating.repeating('mail delivery', 10, fails)),
    ):
        async with asyncio.timeout(20):
            while sum(loop.successes + loop.failures for loop in repeating.heartbeats()) < 2:
                await asyncio.sleep(0.001)
        at_once = asked()
        with dates.frozen(dates.now() + timedelta(seconds=60)):
            later = asked()

    assert (at_once['status'], at_once['degraded'], list(at_once['loops'])) == (
        'ok',
        [],
        ['decisions', 'mail delivery'],
    )
    assert (later['status'], later['degraded']) == ('degraded', ['mail delivery'])
    good, bad = later['loops'].values()
    assert datetime.fromisoformat(good['last_success']).tzinfo is not None
    assert (good['every_seconds'], good['last_failure'], good['failures']) == (30, None, 0)
    assert (bad['last_success'], bad['successes']) == (None, 0)
    assert bad['failures'] == bad['failures_in_a_row'] > 0
    assert 'password' not in json.dumps(later)


async def test_the_office_that_has_no_loops_is_well() -> None:
    assert asked() == {'status': 'ok', 'degraded': [], 'loops': {}}


def asked() -> dict[str, Any]:
    answer = health.answer()
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(bytes(answer.body))
    return found
