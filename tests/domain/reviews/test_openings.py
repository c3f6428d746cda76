"""What was opened since it was sent, by anybody of the agency: a roster marks it, 核可 of many says which were not."""

from datetime import timedelta

import pytest

from db.choices import AccessKind, Role
from db.models import AccessEntry, Application
from domain import applications, dates, reviews, rosters
from domain.errors import NotFound, NotPermitted
from domain.reviews import openings

from ...builders import an_account
from ..sample_office import NOW, Office, a_case, a_complete_volunteer

pytestmark = pytest.mark.usefixtures('database', 'today')


async def test_a_case_counts_as_opened_in_the_round_in_which_somebody_of_the_agency_opened_it(office: Office) -> None:
    seen, unseen = [await a_case(office, await a_complete_volunteer(office, name=name)) for name in ('甲', '乙')]

    await reviews.case(seen.id, by=office.colleague)
    assert await openings.never_opened([seen.id, unseen.id], by=office.reviewer) == ['乙']
    await openings.opened(unseen.id, by=office.reviewer)
    await openings.opened(unseen.id, by=office.reviewer)
    assert await openings.never_opened([seen.id, unseen.id], by=office.reviewer) == []
    assert (
        await AccessEntry.filter(volunteer_id=unseen.volunteer_id, kind=AccessKind.CASE).count() == 1
    )  # one sitting is one look

    with dates.frozen(NOW + timedelta(minutes=5)):
        returned = await reviews.return_for_correction(seen, '照片模糊', seen.version, by=office.reviewer)
        again = await applications.submit(returned, by=office.clerk)
        assert await openings.never_opened([again.id], by=office.reviewer) == ['甲']
        await reviews.case(again.id, by=office.colleague)  # within the half hour, but another round
        assert await openings.never_opened([again.id], by=office.reviewer) == []


async def test_a_roster_has_the_certificates_of_the_rows_that_wait_and_what_was_opened(office: Office) -> None:
    people = [await a_complete_volunteer(office) for _ in range(2)]
    roster = await rosters.start('三月名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    await rosters.add(roster, [one.id for one in people], by=office.clerk)
    await rosters.send(roster, by=office.clerk)
    first, second = await Application.all().order_by('id')
    await reviews.reject(first, '不符', first.version, by=office.reviewer)
    await openings.opened(second.id, by=office.reviewer)

    rows, kept = await rosters.read(roster, by=office.reviewer)

    assert [row.is_opened for row in rows] == [False, True]
    assert {person: len(trainings) for person, trainings in kept.items()} == {second.volunteer_id: 2}
    assert (await rosters.read(roster, by=office.clerk))[1] == {}


async def test_nobody_else_opens_a_case(office: Office) -> None:
    case = await a_case(office)

    with pytest.raises(NotFound):
        await openings.opened(case.id, by=await an_account(Role.REVIEWER))
    with pytest.raises(NotPermitted):
        await openings.opened(case.id, by=office.clerk)
    assert await openings.never_opened([case.id], by=await an_account(Role.REVIEWER)) == []
