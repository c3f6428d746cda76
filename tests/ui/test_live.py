"""Pages hear of what concerns them; many that hear the same news read it together."""

import asyncio
from datetime import datetime, timedelta

import pytest

from domain import dates
from domain.announcements import CaseChanged, EyeChecksChanged, ReadersChanged, RosterChanged, VolunteerChanged
from domain.model import Account, Role, Volunteer
from tests.patience import until
from ui import days
from ui.live import of_agency, of_case, of_side, of_volunteer, together


class Desk:
    """Counts how often it is read; the answer takes a moment."""

    def __init__(self) -> None:
        self.readings = 0

    async def read(self) -> int:
        self.readings += 1
        number = self.readings
        await asyncio.sleep(0.01)
        return number


async def test_all_who_ask_at_the_same_moment_share_one_reading() -> None:
    desk = Desk()

    answers = await asyncio.gather(*(together('desk', desk.read) for _ in range(100)))

    assert answers == [1] * 100


async def test_who_asks_while_it_is_being_read_gets_a_later_answer() -> None:
    desk = Desk()
    early = asyncio.create_task(together('desk', desk.read))
    while not desk.readings:
        await asyncio.sleep(0)

    late = await together('desk', desk.read)

    assert (await early, late) == (1, 2)


async def test_different_desks_are_read_apart() -> None:
    desk, other = Desk(), Desk()

    await asyncio.gather(together('desk', desk.read), together('other', other.read))

    assert (desk.readings, other.readings) == (1, 1)


async def test_one_who_goes_away_takes_the_answer_from_nobody_and_a_failure_reaches_all() -> None:
    desk = Desk()
    going, staying = (asyncio.create_task(together('desk', desk.read)) for _ in range(2))
    await asyncio.sleep(0)
    going.cancel()

    assert await staying == 1

    async def fail() -> None:
        raise ZeroDivisionError

    failures = await asyncio.gather(*(together('desk', fail) for _ in range(3)), return_exceptions=True)
    assert [type(failure) for failure in failures] == [ZeroDivisionError] * 3
    with pytest.raises(asyncio.CancelledError):
        await going


async def test_at_midnight_in_taipei_every_open_page_is_renewed_and_none_that_was_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(days, 'SPREAD', 0.0)
    renewed: list[str] = []

    def be_left() -> None:
        renewed.append('left')

    days.on_new_day(lambda: renewed.append('open'))
    days.on_new_day(be_left)
    eve = datetime(2026, 12, 31, 23, 59, 59, 900_000, tzinfo=dates.TAIPEI)
    with dates.frozen(eve):
        watching = asyncio.create_task(days.watch_forever())
        await asyncio.sleep(0.01)
        days.forget(be_left)
        assert renewed == []
        with dates.frozen(eve + timedelta(seconds=1)):
            await until(lambda: bool(renewed))
        watching.cancel()
        await asyncio.wait([watching])

    assert renewed == ['open']


CASE = CaseChanged(application_id=7, agency_id=1, host_unit_id=2, volunteer_id=3)
ROSTER = RosterChanged(roster_id=7, agency_id=1, host_unit_id=2)


@pytest.mark.usefixtures('database')
@pytest.mark.parametrize(
    ('role', 'host_unit_id', 'agency_id', 'is_theirs'),
    [
        (Role.UNIT_STAFF, 2, None, True),
        (Role.UNIT_STAFF, 1, None, False),
        (Role.REVIEWER, None, 1, True),
        (Role.REVIEWER, None, 2, False),
        (Role.ADMINISTRATOR, None, None, False),
    ],
)
async def test_a_list_hears_of_its_side_only(
    role: Role, host_unit_id: int | None, agency_id: int | None, is_theirs: bool
) -> None:
    concerns = of_side(Account(role=role, host_unit_id=host_unit_id, agency_id=agency_id))

    assert [concerns(changed) for changed in (CASE, ROSTER)] == [is_theirs] * 2


@pytest.mark.usefixtures('database')
async def test_a_queue_hears_of_the_readers_of_its_agency() -> None:
    ours, theirs = (of_agency(Account(role=Role.REVIEWER, agency_id=agency)) for agency in (1, 7))

    assert (ours(ReadersChanged(7, 1)), theirs(ReadersChanged(7, 1))) == (True, False)


def test_a_page_hears_of_its_case_and_of_its_volunteer() -> None:
    assert [of_case(7)(changed) for changed in (CASE, ReadersChanged(7, 1), EyeChecksChanged(7, 1))] == [True] * 3
    assert [of_case(number)(CASE) for number in (1, 2, 3)] == [False] * 3
    assert [of_volunteer(Volunteer(id=3))(changed) for changed in (CASE, VolunteerChanged(3))] == [True] * 2
    assert [of_volunteer(Volunteer(id=7))(changed) for changed in (CASE, VolunteerChanged(3))] == [False] * 2
