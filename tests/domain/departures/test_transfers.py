"""移轉: proposed by one unit, decided by the other; nobody sees more before, nobody is lost between two."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from db.choices import DraftKind, MembershipStatus, Role, TransferStatus
from db.models import (
    AccessEntry,
    Account,
    Application,
    HistoryEntry,
    HostUnit,
    Membership,
    OutgoingMail,
    Transfer,
    Volunteer,
)
from domain import announcements, departures, drafts, volunteers
from domain.announcements import TransfersChanged
from domain.departures import transfers
from domain.errors import Incomplete, MovedOn, NotFound
from domain.permissions import OfWholeUnit
from tests.builders import a_host_unit, a_membership, a_team, a_volunteer, an_account, an_agency

pytestmark = pytest.mark.usefixtures('database')


@dataclass(frozen=True)
class Two:
    """Two units with a clerk each; and who stands with the first."""

    giver: HostUnit
    taker: HostUnit
    giving: Account
    taking: Account
    people: list[Volunteer]

    @property
    def ids(self) -> list[int]:
        return [one.id for one in self.people]

    async def propose(self, *people: Volunteer, **changes: Any) -> transfers.Done:
        ids = [one.id for one in people or self.people]
        facts: dict[str, Any] = {'has_consent': True, 'by': self.giving}
        return await transfers.propose(ids, self.taker.id, **facts | changes)


@pytest.fixture
async def two(database: str) -> Two:
    giver, taker = await a_host_unit(name='原單位', email='a@example.org'), await a_host_unit(email='b@example.org')
    people = [await a_volunteer(giver, name=name, email='p@example.com') for name in ('王小明', '陳大文')]
    clerks = [await an_account(host_unit=unit) for unit in (giver, taker)]
    return Two(giver, taker, clerks[0], clerks[1], people)


async def serving(unit: HostUnit) -> set[int]:
    ours = Membership.filter(host_unit=unit).exclude(status=MembershipStatus.LEFT)
    return {one.volunteer_id for one in await ours}


async def a_draft_of(person: Volunteer, unit: HostUnit) -> Application:
    agency = await an_agency()
    return await Application.create(volunteer=person, host_unit=unit, agency=agency, county_id=agency.county_id)


async def test_both_units_hear_of_every_step(two: Two, database: str) -> None:
    heard: list[object] = []
    await announcements.opened(database)
    announcements.subscribe(TransfersChanged, heard.append)
    try:
        await two.propose()
        first, second = await open_ones()
        await transfers.withdraw(first, by=two.giving)
        await transfers.refuse([second], '人數已滿', by=two.taking)
        async with asyncio.timeout(10):
            while len(heard) < 3:
                await asyncio.sleep(0.01)
    finally:
        announcements.unsubscribe(TransfersChanged, heard.append)
        await announcements.closed()
    assert heard == [TransfersChanged(two.giver.id, two.taker.id)] * 3


async def open_ones() -> list[int]:
    return [one.id for one in await Transfer.filter(status=TransferStatus.OPEN).order_by('id')]


async def test_a_proposal_changes_nothing_and_shows_a_masked_name(two: Two) -> None:
    done = await two.propose(note='導覽業務移轉')

    assert (done.done, done.left) == (2, [])
    assert await serving(two.giver) == set(two.ids)
    assert await serving(two.taker) == set()
    with pytest.raises(NotFound):
        await volunteers.get(two.ids[0], by=two.taking)
    listed = (await transfers.received(by=two.taking)).rows
    assert {(one.name, one.volunteer_id, one.other) for one in listed} == {
        ('王○明', None, '原單位'),
        ('陳○文', None, '原單位'),
    }
    mail = await OutgoingMail.get(template='transfer_proposed')
    assert (mail.recipient, '2 位' in mail.subject) == ('b@example.org', True)
    assert not any(one.name in mail.body.open() for one in two.people)


async def test_who_is_accepted_leaves_one_unit_and_joins_the_other(two: Two) -> None:
    team = await a_team(two.taker)
    await two.propose()

    done = await transfers.accept(await open_ones(), team.id, by=two.taking)

    assert (done.done, done.left) == (2, [])
    assert await serving(two.giver) == set()
    assert await serving(two.taker) == set(two.ids)
    membership = await Membership.get(volunteer_id=two.ids[0], host_unit=two.taker)
    assert (membership.team_id, membership.enrolled_at is not None) == (team.id, True)
    assert await AccessEntry.filter(volunteer_id=two.ids[0], reason='由原單位移轉，經本人同意').exists()
    changed = HistoryEntry.filter(volunteer_id=two.ids[0], old='原單位', new=two.taker.name)
    assert await changed.exists()
    assert await OutgoingMail.filter(template='enrolled').count() == 2
    mail = await OutgoingMail.get(template='transfer_decided')
    assert (mail.recipient, '已接收 2 位' in mail.subject) == ('a@example.org', True)
    given = (await transfers.given(by=two.giving)).rows
    assert {(one.name, one.volunteer_id, one.status) for one in given} == {
        ('王○明', None, TransferStatus.ACCEPTED),
        ('陳○文', None, TransferStatus.ACCEPTED),
    }


async def test_what_is_open_at_the_giving_unit_is_told_and_keeps_the_person_there(two: Two) -> None:
    applying, writing = two.people
    await a_draft_of(applying, two.giver)
    form = await drafts.open(DraftKind.VOLUNTEER, by=two.giving, volunteer=writing)
    await drafts.save(form, 'name', '改到一半', by=two.giving)

    done = await two.propose()

    assert done.done == 0
    assert {name: why.partition('，')[0] for name, why in done.left} == {
        '王小明': '還有一件進行中的申請案（草稿）',
        '陳大文': '還有做到一半的志工基本資料表單',
    }
    assert not await Transfer.exists()
    assert not await OutgoingMail.exists()


async def test_a_case_that_was_opened_since_hinders_only_its_own_person(two: Two) -> None:
    await two.propose()
    await a_draft_of(two.people[0], two.giver)

    done = await transfers.accept(await open_ones(), by=two.taking)

    assert done.done == 1
    assert [name for name, _ in done.left] == ['王○明']
    assert await serving(two.giver) == {two.ids[0]}
    assert len(await open_ones()) == 1


async def test_a_refusal_and_a_withdrawal_are_told_and_final(two: Two) -> None:
    await two.propose()
    first, second = await open_ones()

    with pytest.raises(Incomplete):
        await transfers.refuse([first], ' ', by=two.taking)
    assert await transfers.refuse([first], '本隊人數已滿', by=two.taking) == 1
    await transfers.withdraw(second, by=two.giving)

    assert '本隊人數已滿' in (await OutgoingMail.get(template='transfer_decided')).body.open()
    assert (await transfers.accept([first, second], by=two.taking)).done == 0
    with pytest.raises(MovedOn):
        await transfers.withdraw(first, by=two.giving)
    assert await serving(two.giver) == set(two.ids)


async def test_others_transfers_and_people_are_not_there(two: Two) -> None:
    stranger, third = await a_volunteer(), await an_account()
    await two.propose()
    [first, _] = await open_ones()

    with pytest.raises(NotFound):
        await two.propose(*two.people, stranger)
    for attempt in (
        transfers.accept([first], by=two.giving),
        transfers.accept([first], by=third),
        transfers.accept([first, 2**31 - 1], by=two.taking),
        transfers.accept([first], (await a_team(two.giver)).id, by=two.taking),
        transfers.refuse([first], '不要', by=third),
        transfers.withdraw(first, by=two.taking),
        transfers.withdraw(first, by=third),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert len(await open_ones()) == 2
    assert (await transfers.received(by=third)).total == (await transfers.given(by=third)).total == 0


async def test_a_form_without_consent_or_with_a_wrong_unit_is_refused(two: Two) -> None:
    closed = await a_host_unit(is_active=False)

    for taker, consent in ((two.taker.id, False), (two.giver.id, True), (closed.id, True), (None, True)):
        with pytest.raises(Incomplete):
            await transfers.propose(two.ids, taker, has_consent=consent, by=two.giving)
    with pytest.raises(Incomplete):
        await transfers.propose([], two.taker.id, has_consent=True, by=two.giving)


async def test_a_clerk_of_one_team_transfers_nobody(two: Two) -> None:
    team = await a_team(two.giver)
    clerk = await an_account(host_unit=two.giver, team=team)
    await Membership.filter(volunteer_id__in=two.ids).update(team_id=team.id)

    for attempt in (
        two.propose(by=clerk),
        transfers.given(by=clerk),
        transfers.received(by=clerk),
        transfers.accept([1], by=clerk),
        transfers.refuse([1], '不要', by=clerk),
        transfers.withdraw(1, by=clerk),
        transfers.takers(by=clerk),
    ):
        with pytest.raises(OfWholeUnit):
            await attempt
    assert await transfers.waiting_count(by=clerk) == 0
    assert (await an_account(Role.REVIEWER)).team_id is None


async def test_who_leaves_the_unit_is_offered_no_more(two: Two) -> None:
    await two.propose()

    await departures.leave(two.people[0], (0, 0), by=two.giving)

    assert len(await open_ones()) == 1
    done = await transfers.accept([one.id for one in await Transfer.all()], by=two.taking)
    assert done.done == 1
    assert await serving(two.taker) == {two.ids[1]}


async def test_two_clerks_who_accept_at_once_take_each_person_over_once(two: Two) -> None:
    second = await an_account(host_unit=two.taker)
    await two.propose()
    ids = await open_ones()

    results = await asyncio.gather(
        transfers.accept(ids, by=two.taking), transfers.accept(ids[::-1], by=second), return_exceptions=False
    )

    assert sum(done.done for done in results) == 2
    assert await Membership.filter(host_unit=two.taker).count() == 2
    assert await OutgoingMail.filter(template='enrolled').count() == 2


async def test_accepting_and_withdrawing_at_once_end_one_way(two: Two) -> None:
    await two.propose(two.people[0])
    [one] = await open_ones()

    accepted, withdrawn = await asyncio.gather(
        transfers.accept([one], by=two.taking), transfers.withdraw(one, by=two.giving), return_exceptions=True
    )

    status = (await Transfer.get(id=one)).status
    assert isinstance(accepted, transfers.Done)
    if status == TransferStatus.ACCEPTED:
        assert (accepted.done, isinstance(withdrawn, MovedOn)) == (1, True)
        assert await serving(two.taker) == {two.ids[0]}
    else:
        assert (accepted.done, withdrawn) == (0, None)
        assert two.ids[0] in await serving(two.giver)


async def test_a_person_is_proposed_once_at_a_time(two: Two) -> None:
    await two.propose(two.people[0])
    done = await two.propose()

    assert done.done == 1
    assert done.left[0][1].startswith('已經提出移轉到')
    await a_membership(two.people[0], two.taker)
    third = await transfers.accept(await open_ones(), by=two.taking)
    assert third.done == 2
