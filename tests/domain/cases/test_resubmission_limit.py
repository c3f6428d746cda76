"""How often a day an application may be sent and taken back, and what does not count."""

from datetime import timedelta

import pytest

from db.choices import ApplicationStatus
from db.models import Application, ApplicationStep, Volunteer
from domain import dates
from domain.cases import resubmission_limit
from domain.cases.resubmission_limit import MOST, TakenBackTooOften

from ..sample_office import NOW, Office, a_complete_volunteer, a_draft, a_unit

pytestmark = pytest.mark.usefixtures('database', 'today')

SUBMITTED, REJECTED, WITHDRAWN = ApplicationStatus.SUBMITTED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN


async def closed(
    office: Office, volunteer: Volunteer, count: int, *, to: ApplicationStatus = WITHDRAWN, rounds: int = 1
) -> list[Application]:
    """Applications that were sent `rounds` times each, now, and then closed."""
    made = []
    for _ in range(count):
        case = await Application.create(
            volunteer=volunteer,
            status=to,
            round=rounds,
            host_unit=office.unit,
            agency=office.agency,
            county_id=office.agency.county_id,
        )
        for number in range(1, rounds + 1):
            await ApplicationStep.create(
                application=case, status=SUBMITTED, round=number, by=office.clerk, at=dates.now()
            )
        made.append(case)
    return made


async def hindered(office: Office, draft: Application) -> bool:
    found = await Application.filter(id=draft.id).select_related('agency')
    return draft.id in await resubmission_limit.hindrances(found)


@pytest.mark.parametrize(('count', 'is_hindered'), [(MOST - 1, False), (MOST, True)])
async def test_a_draft_waits_when_as_many_were_taken_back_as_a_day_allows(
    office: Office, count: int, is_hindered: bool
) -> None:
    volunteer = await a_complete_volunteer(office)
    await closed(office, volunteer, count)

    assert await hindered(office, await a_draft(office, volunteer)) is is_hindered


async def test_of_a_case_that_was_returned_and_sent_again_only_the_first_sending_counts(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await closed(office, volunteer, MOST - 1, rounds=3)
    draft = await a_draft(office, volunteer)

    assert not await hindered(office, draft)
    await closed(office, volunteer, 1, rounds=3)
    assert await hindered(office, draft)


async def test_what_was_sent_and_not_taken_back_does_not_count(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await closed(office, volunteer, MOST, to=REJECTED)

    assert not await hindered(office, await a_draft(office, volunteer))


async def test_other_people_and_other_units_do_not_count(office: Office) -> None:
    volunteer, other = await a_complete_volunteer(office), await a_complete_volunteer(office)
    await closed(office, other, MOST)
    theirs = await closed(office, volunteer, MOST)
    elsewhere = await a_unit('範例圖書館')
    await Application.filter(id__in=[case.id for case in theirs]).update(host_unit_id=elsewhere.id)

    assert not await hindered(office, await a_draft(office, volunteer))


@pytest.mark.parametrize(('later', 'is_hindered'), [(timedelta(hours=24), False), (timedelta(hours=23.9), True)])
async def test_it_can_be_sent_a_day_after_the_first_of_them(
    office: Office, later: timedelta, is_hindered: bool
) -> None:
    volunteer = await a_complete_volunteer(office)
    await closed(office, volunteer, MOST)
    draft = await a_draft(office, volunteer)

    with dates.frozen(NOW + later):
        assert await hindered(office, draft) is is_hindered


async def test_what_the_agency_has_returned_can_be_answered_at_any_time(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await closed(office, volunteer, MOST)
    draft = await a_draft(office, volunteer)

    await draft.fetch_related('agency')
    with pytest.raises(TakenBackTooOften):
        await resubmission_limit.require(draft)
    draft.status = ApplicationStatus.RETURNED
    await resubmission_limit.require(draft)
