"""A draft that a unit forgot keeps no other unit from applying; one that is handed on goes whole."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from db.choices import ApplicationStatus, DraftKind, HistoryAction, MembershipStatus, Role, Section
from db.models import Account, Application, Draft, HistoryEntry, HostUnit, Membership, OutgoingMail, Volunteer
from domain import applications, dates, drafts, reviews, rosters, settings
from domain.applications import AlreadyUnderWay, DraftElsewhere
from domain.errors import MovedOn, NotFound
from domain.reviews import decisions

from ...builders import a_membership, an_account
from ..sample_office import NOW, Office, a_case, a_draft, a_unit, an_office, details_for

pytestmark = pytest.mark.usefixtures('database')

LATER = NOW + timedelta(days=31)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with dates.frozen(NOW):
        yield


@pytest.fixture
async def office(database: str) -> Office:
    return await an_office()


async def another_clerk(application: Application) -> Account:
    """Of a unit that has the volunteer, too."""
    clerk = await an_account(Role.UNIT_STAFF, name='沈小川', host_unit=await a_unit('範例圖書館'))
    await a_membership(application.volunteer, await HostUnit.get(id=clerk.host_unit_id))
    return clerk


async def test_a_fresh_draft_keeps_another_unit_from_applying_and_says_what_would_help(office: Office) -> None:
    draft = await a_draft(office)

    with pytest.raises(DraftElsewhere) as refusal:
        await applications.save(details_for(office.agency), of=draft.volunteer, by=await another_clerk(draft))

    assert str(refusal.value) == (
        '示例文化中心有這位志工的申請草稿，還沒有送審；一人同時只能有一件申請案。'
        '本人同意改由您的單位申請時，請到他的紀錄冊申請頁按「儲存」，再按「本人同意，改由本單位申請」。'
        '草稿超過 30 天沒有更新時，也可以直接申請。'
    )


async def test_with_the_volunteers_consent_it_gives_way_and_its_unit_is_told(office: Office) -> None:
    draft = await a_draft(office)
    clerk = await another_clerk(draft)

    own = await applications.save(details_for(office.agency), of=draft.volunteer, by=clerk, has_consent=True)

    assert [one.id for one in await Application.all()] == [own.id]
    assert own.host_unit.name == '範例圖書館'
    mail = await OutgoingMail.get(template='draft_closed')
    assert (mail.recipient, '志工本人同意改由另一個單位申請。' in mail.body.open()) == ('unit@example.org', True)
    removed = HistoryEntry.filter(section=Section.APPLICATION, action=HistoryAction.REMOVED, label='關閉原因')
    assert (await removed.get()).from_unit == '範例圖書館'


async def test_what_lacks_is_known_before_another_units_draft_is_closed(office: Office) -> None:
    draft = await a_draft(office)
    clerk = await another_clerk(draft)
    await Volunteer.filter(id=draft.volunteer_id).update(consents_to_data_use=False)

    with pytest.raises(applications.NotReady) as refusal:
        await applications.require_ready_as(details_for(office.agency), of=draft.volunteer, by=clerk)

    assert [check.key for check in refusal.value.lacking] == ['consent']
    await Volunteer.filter(id=draft.volunteer_id).update(consents_to_data_use=True)
    await applications.require_ready_as(details_for(office.agency), of=draft.volunteer, by=clerk)


async def test_a_draft_untouched_for_the_term_gives_way_by_itself_also_to_a_roster(office: Office) -> None:
    draft = await a_draft(office)
    clerk = await another_clerk(draft)
    await Application.filter(id=draft.id).update(updated_at=NOW)
    assert await rosters.candidate_ids(by=clerk) == []

    with dates.frozen(LATER):
        assert await rosters.candidate_ids(by=clerk) == [draft.volunteer_id]
        roster = await rosters.start('四月', office.agency.county_id, office.agency.id, by=clerk)
        added = await rosters.add(roster, [draft.volunteer_id], by=clerk)

    assert (len(added.added), list(added.refused)) == (1, [])
    assert not await Application.exists(id=draft.id)


async def test_a_form_in_which_the_unit_has_typed_since_is_not_forgotten(office: Office) -> None:
    draft = await a_draft(office)
    clerk = await another_clerk(draft)
    await Application.filter(id=draft.id).update(updated_at=NOW)
    form = await drafts.open(DraftKind.APPLICATION, by=office.clerk, volunteer=draft.volunteer)

    with dates.frozen(LATER):
        await drafts.save(form.id, 'remarks', '請儘速辦理', by=office.clerk)
        with pytest.raises(DraftElsewhere):
            await applications.save(details_for(office.agency), of=draft.volunteer, by=clerk)


async def test_where_the_office_sets_no_term_no_draft_is_forgotten(office: Office) -> None:
    draft = await a_draft(office)
    clerk = await another_clerk(draft)
    await Application.filter(id=draft.id).update(updated_at=NOW)
    before = settings.current()
    settings.use(replace(before, forgotten_after=0))

    with dates.frozen(LATER), pytest.raises(DraftElsewhere):
        await applications.save(details_for(office.agency), of=draft.volunteer, by=clerk)
    settings.use(before)


@pytest.mark.parametrize('how', ['the person has left', 'the unit is closed'])
async def test_a_draft_that_its_unit_cannot_reach_any_more_is_forgotten_at_once(office: Office, how: str) -> None:
    draft = await a_draft(office)
    clerk = await another_clerk(draft)
    if how == 'the person has left':
        await Membership.filter(host_unit_id=office.unit.id).update(status=MembershipStatus.LEFT)
    else:
        await HostUnit.filter(id=office.unit.id).update(is_active=False)

    own = await applications.save(details_for(office.agency), of=draft.volunteer, by=clerk)

    assert [one.id for one in await Application.all()] == [own.id]


async def test_what_was_sent_gives_no_way_even_with_consent(office: Office) -> None:
    sent = await a_case(office)
    clerk = await another_clerk(sent)
    await Application.filter(id=sent.id).update(updated_at=NOW)

    with dates.frozen(LATER), pytest.raises(AlreadyUnderWay) as refusal:
        await applications.save(details_for(office.agency), of=sent.volunteer, by=clerk, has_consent=True)

    assert not isinstance(refusal.value, DraftElsewhere)


async def test_a_case_is_handed_on_with_its_status_and_the_reviewer_reads_it_anew(office: Office) -> None:
    sent = await a_case(office)
    clerk = await another_clerk(sent)
    taker = await HostUnit.get(id=clerk.host_unit_id)

    moved = await applications.hand_over(sent, taker, by=office.clerk)

    assert (moved.status, moved.host_unit_id, moved.version) == (
        ApplicationStatus.SUBMITTED,
        taker.id,
        sent.version + 1,
    )
    with pytest.raises(NotFound):
        await applications.get(sent.id, by=office.clerk)
    with pytest.raises(MovedOn):
        await reviews.approve(sent, sent.version, by=office.reviewer)
    assert (await OutgoingMail.get(template='handed_over')).application_id == sent.id
    await reviews.return_for_correction(moved, '照片請重拍。', moved.version, by=office.reviewer)
    returned = await OutgoingMail.filter(template='returned')
    assert {mail.account_id for mail in returned} == {None}  # not the clerk of the unit that the person has left
    assert '林小滿' not in returned[0].body.open()


async def test_it_is_handed_on_to_nobody_who_does_not_have_the_person_and_not_while_it_is_decided(
    office: Office,
) -> None:
    sent = await a_case(office)
    stranger = await a_unit('範例美術館')
    with pytest.raises(NotFound):
        await applications.hand_over(sent, stranger, by=office.clerk)

    clerk = await another_clerk(sent)
    await decisions.decide(sent.id, ApplicationStatus.APPROVED, sent.version, by=office.reviewer)
    now, taker = await Application.get(id=sent.id), await HostUnit.get(id=clerk.host_unit_id)
    with pytest.raises(MovedOn):
        await applications.hand_over(now, taker, by=office.clerk)


async def test_what_was_typed_into_the_form_of_a_deleted_draft_goes_with_it(office: Office) -> None:
    draft = await a_draft(office)
    form = await drafts.open(DraftKind.APPLICATION, by=office.clerk, volunteer=draft.volunteer)
    await drafts.save(form.id, 'remarks', '請儘速辦理', by=office.clerk)

    await applications.withdraw(draft, by=office.clerk)

    assert await Draft.all().count() == 0
