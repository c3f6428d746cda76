"""志工督導簽核: asked, shown, answered once, and only of what was shown."""

import re
from datetime import timedelta

import pytest

from db.choices import LogAct, Role
from db.models import Account, HostUnit, LogEntry, OutgoingMail, SignOff
from domain import applications, dates, rosters, sign_offs, volunteers
from domain.audit import reads
from domain.audit.reads import Sight
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.reviews import timeline
from domain.sign_offs import Asking, Changed, LinkEnded, NotSignedOff
from domain.volunteers.basics import VolunteerDetails

from ...builders import an_account
from ..sample_office import Office, a_case, a_complete_volunteer, a_draft

pytestmark = pytest.mark.usefixtures('database', 'today')

SOMEBODY = Asking('吳督導', 'wu@example.com')


@pytest.fixture
async def demanding(office: Office) -> Office:
    await HostUnit.filter(id=office.unit.id).update(demands_sign_off=True)
    return office


async def token() -> str:
    mail = await OutgoingMail.filter(template='sign_off_asked').order_by('-id').first()
    assert mail is not None
    found = re.search(r'/sign-off\?token=(\S+)', mail.body.open())
    assert found is not None
    return found[1]


async def supervisor_of(office: Office) -> Account:
    return await an_account(Role.SUPERVISOR, host_unit=office.unit, name='高督導', email='kao@example.com')


async def test_a_unit_that_demands_it_sends_nothing_before_its_supervisor_agrees(demanding: Office) -> None:
    draft = await a_draft(demanding)
    with pytest.raises(NotSignedOff):
        await applications.submit(draft, by=demanding.clerk)

    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)
    with pytest.raises(NotSignedOff):
        await applications.submit(draft, by=demanding.clerk)
    await sign_offs.answer(await token(), agrees=True)
    sent = await applications.submit(draft, by=demanding.clerk)

    told = [(one.what, one.actor) for one in await timeline.of(sent, by=demanding.reviewer)]
    assert ('督導簽核同意', '吳督導（以連結）') in told
    assert ('請督導簽核', demanding.clerk.name) in told
    standing = await sign_offs.standing(sent, by=demanding.reviewer)
    assert standing is not None
    assert standing.sign_off.is_agreed


async def test_a_unit_that_does_not_demand_it_sends_as_before(office: Office) -> None:
    assert (await a_case(office)).round == 1


async def test_the_link_shows_what_is_sent_with_masked_numbers_and_each_look_is_noted(demanding: Office) -> None:
    person = await a_complete_volunteer(demanding)
    draft = await a_draft(demanding, person)
    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)

    sheet = await sign_offs.opened(await token())
    await sign_offs.opened(await token())

    [held] = sheet.held
    words = {one.value for one in held.papers.entries}
    assert {person.name, person.identity_masked} <= words
    assert person.identity_number.open() not in words
    looks = await LogEntry.filter(act=LogAct.READ_CASE, by_id=None)
    assert [(one.about, '吳督導' in one.what) for one in looks] == [([person.id], True)] * 2


async def test_a_picture_of_what_is_shown_opens_with_the_link_and_no_other_does(demanding: Office) -> None:
    mine, other = await a_complete_volunteer(demanding), await a_complete_volunteer(demanding)
    await sign_offs.ask(await a_draft(demanding, mine), SOMEBODY, by=demanding.clerk)

    with pytest.raises(NotFound):
        await sign_offs.picture(await token(), str(other.photo_id))
    with pytest.raises(LinkEnded):
        await sign_offs.picture('made-up', str(mine.photo_id))


async def test_a_link_works_once_and_for_three_days(demanding: Office) -> None:
    draft = await a_draft(demanding)
    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)
    first = await token()
    await sign_offs.answer(first, agrees=False, reason='證書反面看不清楚。')
    with pytest.raises(LinkEnded):
        await sign_offs.answer(first, agrees=True)
    with pytest.raises(LinkEnded):
        await sign_offs.opened(first)

    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)
    second = await token()
    with dates.frozen(dates.now() + timedelta(days=3, seconds=1)), pytest.raises(LinkEnded):
        await sign_offs.answer(second, agrees=True)
    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)
    with pytest.raises(LinkEnded):  # a new one takes its place
        await sign_offs.opened(second)
    assert not await SignOff.filter(digest=second).exists()  # the token itself is not kept


async def test_what_is_changed_after_asking_can_not_be_signed(demanding: Office) -> None:
    person = await a_complete_volunteer(demanding)
    draft = await a_draft(demanding, person)
    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)
    await renamed(person.id, demanding)

    with pytest.raises(Changed):
        await sign_offs.opened(await token())
    with pytest.raises(Changed):
        await sign_offs.answer(await token(), agrees=True)


async def test_what_is_changed_after_the_agreement_has_none(demanding: Office) -> None:
    person = await a_complete_volunteer(demanding)
    draft = await a_draft(demanding, person)
    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)
    await sign_offs.answer(await token(), agrees=True)
    await renamed(person.id, demanding)

    with pytest.raises(NotSignedOff):
        await applications.submit(draft, by=demanding.clerk)
    standing = await sign_offs.standing(draft, by=demanding.clerk)
    assert standing is not None
    assert not standing.counts


async def test_who_disagrees_says_why_and_it_is_told(demanding: Office) -> None:
    draft = await a_draft(demanding)
    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)
    with pytest.raises(Incomplete):
        await sign_offs.answer(await token(), agrees=False)
    await sign_offs.answer(await token(), agrees=False, reason='照片不是本人。')

    with pytest.raises(NotSignedOff):
        await applications.submit(draft, by=demanding.clerk)
    [entry, *_] = await timeline.of(draft, by=demanding.clerk)
    assert (entry.what, entry.note) == ('督導不同意', '照片不是本人。')
    assert await LogEntry.filter(act=LogAct.SIGNED_OFF, reason='照片不是本人。').count() == 1


async def test_the_units_own_account_signs_what_its_unit_asks_and_no_other_units(demanding: Office) -> None:
    supervisor, stranger = await supervisor_of(demanding), await an_account(Role.SUPERVISOR)
    draft = await a_draft(demanding)
    asked = await sign_offs.ask(draft, Asking(of_account=True), by=demanding.clerk)

    assert [one.sign_off.id for one in await sign_offs.waiting(by=supervisor)] == [asked.id]
    assert await sign_offs.waiting(by=stranger) == []
    with pytest.raises(NotFound):
        await sign_offs.decide(asked.id, agrees=True, by=stranger)
    with pytest.raises(NotPermitted):
        await sign_offs.decide(asked.id, agrees=True, by=demanding.clerk)
    await sign_offs.decide(asked.id, agrees=True, by=supervisor)

    assert (await applications.submit(draft, by=demanding.clerk)).round == 1


async def test_a_roster_is_signed_as_one_and_who_joins_later_is_not(demanding: Office) -> None:
    roster = await rosters.start('名冊', demanding.agency.county_id, demanding.agency.id, by=demanding.clerk)
    first, later = await a_complete_volunteer(demanding), await a_complete_volunteer(demanding)
    await rosters.add(roster, [first.id], by=demanding.clerk)
    await sign_offs.ask(roster, SOMEBODY, by=demanding.clerk)
    await sign_offs.answer(await token(), agrees=True)
    await rosters.add(roster, [later.id], by=demanding.clerk)

    sent = await rosters.send(roster, by=demanding.clerk)

    assert [one.volunteer_id for one in sent.sent] == [first.id]
    assert [(row.volunteer.id, '簽核' in why) for row, why in sent.left] == [(later.id, True)]


async def test_a_draft_that_was_asked_about_can_still_be_thrown_away(demanding: Office) -> None:
    draft = await a_draft(demanding)
    await sign_offs.ask(draft, SOMEBODY, by=demanding.clerk)

    assert await applications.withdraw(draft, by=demanding.clerk) is None
    with pytest.raises(LinkEnded):
        await sign_offs.opened(await token())


async def test_the_administrator_of_the_unit_decides_whether_it_is_demanded(office: Office) -> None:
    head = await an_account(host_unit=office.unit, is_unit_administrator=True)
    with pytest.raises(NotPermitted):
        await sign_offs.demand(True, by=office.clerk)
    await sign_offs.demand(True, by=head)
    assert await sign_offs.is_demanded(office.unit.id)


async def renamed(volunteer_id: int, office: Office) -> None:
    person = await volunteers.get(volunteer_id, by=office.clerk)
    details = VolunteerDetails.from_record(person)
    details.english_name = 'CHOU, NEW'
    await volunteers.amend(person, details, version=person.version, by=office.clerk)


async def test_a_look_at_a_picture_or_a_sheet_of_several_people_is_one_entry_about_who_was_shown(
    demanding: Office,
) -> None:
    mine, other = await a_complete_volunteer(demanding), await a_complete_volunteer(demanding)
    roster = await rosters.start('名冊', demanding.agency.county_id, demanding.agency.id, by=demanding.clerk)
    await rosters.add(roster, [mine.id, other.id], by=demanding.clerk)
    supervisor = await supervisor_of(demanding)
    asked = await sign_offs.ask(roster, Asking(of_account=True), by=demanding.clerk)

    for act in (LogAct.READ_ROSTER, LogAct.READ_FILE):
        sight = Sight(supervisor, act, '簽核')
        with reads.on(sight):
            if act == LogAct.READ_FILE:
                await sign_offs.picture_of(asked.id, str(mine.photo_id), by=supervisor)
            else:
                await sign_offs.get(asked.id, by=supervisor)
            await sight.open()

    looks = await LogEntry.filter(by_id=supervisor.id).order_by('id')
    assert [(one.act, sorted(one.about)) for one in looks] == [
        (LogAct.READ_ROSTER, sorted([mine.id, other.id])),
        (LogAct.READ_FILE, [mine.id]),
    ]
