"""A day of the tests' own: `TEST_NOW='2026-12-31 23:55' make test` runs everything on that day, in Taipei's time.

The clock goes on from there, in this process and in every Python that it starts, unknown to the application. What
measures how long something takes does not notice; PostgreSQL, which is never asked for the time, keeps the real one.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from domain import dates

AHEAD = 'CLOCK_AHEAD'  # seconds from the real clock to ours


def moved() -> None:
    """Obey TEST_NOW, in this process."""
    wanted = os.environ.get('TEST_NOW')
    if wanted and AHEAD not in os.environ:
        os.environ[AHEAD] = environ_at(datetime.fromisoformat(wanted).replace(tzinfo=dates.TAIPEI))[AHEAD]
    if ahead():
        time_machine.travel(timedelta(seconds=ahead())).start()


def ahead() -> float:
    """Seconds from the real clock to the one of the tests."""
    return float(os.environ.get(AHEAD, '0'))


def environ() -> dict[str, str]:
    """What a Python must find in its environment for its clock to go with ours."""
    return _environ(ahead()) if ahead() else {}


def environ_at(moment: datetime) -> dict[str, str]:
    """The same, for its clock to stand at `moment` now."""
    return _environ(ahead() + (moment - datetime.now(UTC)).total_seconds())


def _environ(seconds: float) -> dict[str, str]:
    return {AHEAD: str(seconds), 'PYTHONPATH': str(Path(__file__).with_name('moved_clock'))}
