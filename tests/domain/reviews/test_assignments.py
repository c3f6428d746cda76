"""分派: the supervisor of an agency gives cases to its reviewers, and nobody else does."""

import pytest

from db.choices import Role
from db.models import Application
from domain.cases import deputies
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.reviews import assignments

from ...builders import an_account
from ..sample_office import Office, a_case

pytestmark = pytest.mark.usefixtures('database', 'today')


async def test_the_supervisor_gives_a_case_to_a_reviewer_and_takes_it_back(office: Office) -> None:
    head = await an_account(Role.REVIEWER, agency=office.agency, is_agency_supervisor=True)
    case = await a_case(office)

    await assignments.assign(case.id, office.colleague.id, by=head)
    given = await assignments.assignee_of(case, by=office.reviewer)
    await assignments.assign(case.id, None, by=head)

    assert given == office.colleague
    assert (await Application.get(id=case.id)).assignee_id is None


async def test_nobody_else_assigns_and_nobody_elsewhere_is_assigned(office: Office) -> None:
    head = await an_account(Role.REVIEWER, agency=office.agency, is_agency_supervisor=True)
    stranger = await an_account(Role.REVIEWER, is_agency_supervisor=True)
    case = await a_case(office)

    with pytest.raises(NotPermitted):
        await assignments.assign(case.id, office.colleague.id, by=office.reviewer)
    with pytest.raises(NotFound):
        await assignments.assign(case.id, stranger.id, by=stranger)
    with pytest.raises(Incomplete):
        await assignments.assign(case.id, stranger.id, by=head)


async def test_the_supervisor_names_deputies_for_colleagues_of_the_agency_with_an_end(office: Office) -> None:
    head = await an_account(Role.REVIEWER, agency=office.agency, is_agency_supervisor=True)
    stranger = await an_account(Role.REVIEWER, is_agency_supervisor=True)
    details = deputies.DeputyDetails(deputy_id=office.colleague.id)

    with pytest.raises(Incomplete) as refusal:  # a deputy has a last day
        await deputies.name(office.reviewer, details, by=head)
    details.ends_on = details.begins_on
    await deputies.name(office.reviewer, details, by=head)

    assert list(refusal.value.problems) == ['ends_on']
    with pytest.raises(NotFound):
        await deputies.end(office.reviewer, by=stranger)
