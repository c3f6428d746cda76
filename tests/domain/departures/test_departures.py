"""Who leaves a unit, and a unit that closes, leave nothing behind that waits for somebody who cannot reach it."""

from collections.abc import Iterator

import pytest

from db.choices import ApplicationStatus, DraftKind, MembershipStatus, Role
from db.models import Account, Application, ApplicationStep, Draft, HostUnit, Membership
from domain import applications, dates, departures, directory, drafts, readiness, reviews, rosters, volunteers
from domain.departures import ChangedMeanwhile
from domain.directory import CasesOpen, HostUnitDetails
from domain.errors import MovedOn, NotFound, NotPermitted
from domain.guide import home
from domain.reviews import decisions
from domain.volunteers.memberships import CaseOpen

from ...builders import a_membership, an_account
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft, a_unit, an_office

pytestmark = pytest.mark.usefixtures('database')

DRAFT, SUBMITTED, RETURNED = ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED
WITHDRAWN = ApplicationStatus.WITHDRAWN


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with dates.frozen(NOW):
        yield


@pytest.fixture
async def office(database: str) -> Office:
    return await an_office()


async def a_case_in(office: Office, status: ApplicationStatus) -> Application:
    if status == DRAFT:
        return await a_draft(office)
    case = await a_case(office)
    if status == RETURNED:
        return await reviews.return_for_correction(case, '照片請重拍。', case.version, by=office.reviewer)
    return case


@pytest.mark.parametrize('status', [DRAFT, SUBMITTED, RETURNED])
async def test_who_leaves_takes_no_case_into_nowhere(office: Office, status: ApplicationStatus) -> None:
    case = await a_case_in(office, status)
    form = await drafts.open(DraftKind.TRAINING, by=office.clerk, volunteer=case.volunteer)
    await drafts.save(form.id, 'title', '志工成長訓練', by=office.clerk)
    with pytest.raises(CaseOpen):
        await volunteers.end_membership(case.volunteer, by=office.clerk)

    leaving = await departures.leaving(case.volunteer, by=office.clerk)
    assert (leaving.case and leaving.case.status, leaving.forms, leaving.heirs) == (status, [DraftKind.TRAINING], [])
    await departures.leave(case.volunteer, leaving.seen, by=office.clerk)

    assert [one.status for one in await Application.all()] == ([] if status == DRAFT else [WITHDRAWN])
    assert await Draft.all().count() == 0
    assert (await Membership.get(volunteer_id=case.volunteer_id)).status is MembershipStatus.LEFT
    assert await home.left_off(by=office.clerk) is None
    assert (await applications.counts_of(by=office.clerk))[RETURNED] == 0
    if status != DRAFT:
        last = await ApplicationStep.filter(application_id=case.id).order_by('-id').first()
        assert last is not None
        assert last.reason == '志工已結束收編，由單位撤回。'


async def test_what_has_changed_since_it_was_said_is_not_done(office: Office) -> None:
    draft = await a_draft(office)
    leaving = await departures.leaving(draft.volunteer, by=office.clerk)
    await applications.submit(draft, by=office.clerk)

    with pytest.raises(ChangedMeanwhile):
        await departures.leave(draft.volunteer, leaving.seen, by=office.clerk)

    assert (await Membership.get(volunteer_id=draft.volunteer_id)).status is MembershipStatus.ACTIVE


async def test_nobody_leaves_while_a_decision_waits_for_its_release(office: Office) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, ApplicationStatus.APPROVED, case.version, by=office.reviewer)
    leaving = await departures.leaving(case.volunteer, by=office.clerk)

    with pytest.raises(MovedOn):
        await departures.leave(case.volunteer, leaving.seen, by=office.clerk)

    assert (await Membership.get(volunteer_id=case.volunteer_id)).status is MembershipStatus.ACTIVE


async def test_the_case_goes_on_at_another_unit_that_has_the_person(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    roster = await rosters.start('三月', office.agency.county_id, office.agency.id, by=office.clerk)
    await rosters.add(roster, [volunteer.id], by=office.clerk)
    heir = await a_unit('範例圖書館')
    await a_membership(volunteer, heir)
    leaving = await departures.leaving(volunteer, by=office.clerk)
    assert [unit.name for unit in leaving.heirs] == ['範例圖書館']
    with pytest.raises(NotFound):
        await departures.leave(volunteer, leaving.seen, by=office.clerk, heir_id=(await a_unit('別的')).id)

    await departures.leave(volunteer, leaving.seen, by=office.clerk, heir_id=heir.id)

    [case] = await Application.all()
    assert (case.status, case.host_unit_id, case.roster_id) == (DRAFT, heir.id, None)
    clerk = await an_account(Role.UNIT_STAFF, host_unit=heir)
    sent = await applications.submit(await applications.get(case.id, by=clerk), by=clerk)
    assert sent.status is SUBMITTED


async def test_a_case_left_behind_before_leads_nowhere_and_can_still_be_withdrawn(office: Office) -> None:
    """As offices have it from earlier versions: the person left, the case stayed."""
    case = await a_case_in(office, RETURNED)
    await Membership.filter(volunteer_id=case.volunteer_id).update(status=MembershipStatus.LEFT)

    assert await home.left_off(by=office.clerk) is None
    await applications.withdraw(case, by=office.clerk)
    assert (await Application.get(id=case.id)).status is WITHDRAWN


async def test_the_reviewer_is_told_of_who_has_left_all_units_and_decides(office: Office) -> None:
    case = await a_case(office)

    async def lines() -> list[tuple[str, str]]:
        checks = await readiness.checks(await applications.get(case.id, by=office.reviewer), by=office.reviewer)
        return [(check.state, check.note) for check in checks if check.key == 'membership']

    assert await lines() == []
    heir = await a_unit('範例圖書館')
    await a_membership(case.volunteer, heir)
    await Membership.filter(host_unit_id=office.unit.id).update(status=MembershipStatus.LEFT)
    assert await lines() == [('advice', '志工已離開送件的單位，目前在範例圖書館')]
    await HostUnit.filter(id=heir.id).update(is_active=False)
    assert await lines() == [('advice', '志工目前不在任何運用單位，請先向送件的單位確認')]


async def test_a_unit_is_closed_with_what_it_has_under_way_counted_before_and_ended(office: Office) -> None:
    admin: Account = await an_account(Role.ADMINISTRATOR)
    cases = [await a_case_in(office, status) for status in (DRAFT, SUBMITTED, RETURNED)]
    details = HostUnitDetails.from_record(office.unit)
    details.is_active = False
    with pytest.raises(CasesOpen):
        await directory.save_host_unit(details, by=admin, of=office.unit)
    with pytest.raises(NotPermitted):
        await departures.closing(office.unit, by=office.clerk)
    seen = await departures.closing(office.unit, by=admin)
    assert seen == {DRAFT: 1, SUBMITTED: 1, RETURNED: 1}
    with pytest.raises(ChangedMeanwhile):
        await departures.close_unit(details, office.unit, {DRAFT: 1}, by=admin)

    closed = await departures.close_unit(details, office.unit, seen, by=admin)

    assert not closed.is_active
    assert [one.status for one in await Application.filter(id__in=[case.id for case in cases])] == [WITHDRAWN] * 2
