"""The guide knows what is done and leads to what is open."""

import pytest

from db.choices import ApplicationStatus, Role
from db.models import Application
from domain import applications, readiness
from domain.errors import NotFound
from domain.guide import progress
from tests import builders, plans


async def test_for_somebody_new_the_guide_begins_at_step_4(database: str) -> None:
    guide = await progress.of(None, by=await builders.an_account(role=Role.UNIT_STAFF))

    assert (guide.done, guide.left) == (frozenset({1, 2, 3}), {})


async def test_a_volunteer_without_trainings_is_led_to_step_6(database: str) -> None:
    clerk = await builders.an_account(role=Role.UNIT_STAFF)
    volunteer = await builders.a_volunteer(clerk.host_unit)

    guide = await progress.of(volunteer.id, by=clerk)

    assert 6 not in guide.done
    assert {gap.address.split('#')[0] for gap in guide.left[6]} == {
        f'/volunteers/{volunteer.id}/trainings/new{query}' for query in ('', '?kind=basic', '?kind=special')
    }


async def test_once_sent_every_step_is_done(database: str) -> None:
    clerk = await builders.an_account(role=Role.UNIT_STAFF)
    volunteer = await builders.a_complete_volunteer(by=clerk)
    before = await progress.of(volunteer.id, by=clerk)
    application = await applications.save(await applications.defaults(), of=volunteer, by=clerk)
    await applications.submit(application, by=clerk)

    after = await progress.of(volunteer.id, by=clerk)

    assert 7 not in before.done
    assert after.done == frozenset(range(1, 9))
    assert after.left == {}


async def test_it_tells_of_a_case_under_review_and_nothing_to_another_unit(database: str) -> None:
    clerk, stranger = [await builders.an_account(role=Role.UNIT_STAFF) for _ in range(2)]
    volunteer = await builders.a_complete_volunteer(by=clerk)
    with pytest.raises(NotFound):
        await progress.of(volunteer, by=stranger)
    application = await applications.save(await applications.defaults(), of=volunteer, by=clerk)
    assert not (await progress.of(volunteer, by=clerk)).is_under_review
    await applications.submit(application, by=clerk)

    with pytest.raises(NotFound):
        await progress.of(volunteer, by=stranger)
    assert (await progress.of(volunteer, by=clerk)).is_under_review
    await Application.filter(id=application.id).update(status=ApplicationStatus.RETURNED)
    guide = await progress.of(volunteer, by=clerk)
    assert (guide.returned, guide.is_under_review) == (application, False)
    assert clerk.host_unit is not None
    team = await builders.a_team(clerk.host_unit)
    of_team = await builders.an_account(role=Role.UNIT_STAFF, host_unit=clerk.host_unit, team=team)
    with pytest.raises(NotFound):
        await progress.of(volunteer, by=of_team)


async def test_a_guide_reads_what_it_tells_and_no_more(database: str) -> None:
    clerk = await builders.an_account(role=Role.UNIT_STAFF)
    volunteer = await builders.a_complete_volunteer(by=clerk)
    application = await applications.save(await applications.defaults(), of=volunteer, by=clerk)
    with plans.noted() as under_way:
        await progress.of(volunteer.id, by=clerk)
    await applications.submit(application, by=clerk)
    with plans.noted() as sent:
        await progress.of(volunteer.id, by=clerk)
    with plans.noted() as of_nobody:
        await readiness.checks_of([], by=clerk)
        await readiness.checks_each([], by=clerk, known={})

    assert len(under_way) <= 7
    assert len(sent) <= 2
    assert of_nobody == []
