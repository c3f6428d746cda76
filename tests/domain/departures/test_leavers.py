"""離開的志工: a record is closed, read and opened again by a unit that had the person, each with a reason."""

import pytest

from db.choices import AccessKind, LogAct, MembershipStatus, RightsKind
from db.models import (
    AccessEntry,
    Account,
    ClosedRecord,
    HistoryEntry,
    HostUnit,
    LogEntry,
    Membership,
    RightsRequest,
    Volunteer,
)
from domain import dates
from domain.departures import leavers
from domain.departures.leavers import AlreadyDone, StillNeeded
from domain.errors import Incomplete, NotFound
from domain.permissions import OfWholeUnit
from domain.volunteers import closing

from ...builders import a_host_unit, a_membership, a_team, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')


async def one_who_left(clerk: Account) -> Volunteer:
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), name='王小明', email='wang@example.com')
    await Membership.filter(volunteer=volunteer).update(status=MembershipStatus.LEFT, left_on=dates.today())
    return volunteer


async def test_a_clerk_closes_reads_and_opens_with_a_reason_that_stays() -> None:
    clerk = await an_account()
    volunteer = await one_who_left(clerk)
    with pytest.raises(Incomplete):
        await leavers.close(volunteer.id, ' ', by=clerk)

    await leavers.close(volunteer.id, '本人書面請求刪除', by=clerk)
    [listed] = (await leavers.listed(by=clerk)).rows
    told = await leavers.shown(volunteer.id, '補發證明', by=clerk)
    with pytest.raises(AlreadyDone):
        await leavers.close(volunteer.id, '再一次', by=clerk)
    await leavers.reopen(volunteer.id, '封存錯人', by=clerk)

    assert (listed.volunteer.name, listed.closed_at is not None) == ('王○明', True)
    assert (told['姓名'], told['E-MAIL']) == ('王小明', 'wang@example.com')
    assert (await Volunteer.get(id=volunteer.id)).name == '王小明'
    assert not await ClosedRecord.exists()
    closings = await HistoryEntry.filter(field=closing.FIELD.key).order_by('id')
    assert [one.new for one in closings] == ['已封存：本人書面請求刪除', '重新開啟：封存錯人']
    assert [one.reason for one in await AccessEntry.filter(kind=AccessKind.CLOSED_RECORD)] == ['補發證明']
    acts = [LogAct.RECORD_CLOSED, LogAct.REVEALED, LogAct.RECORD_REOPENED]
    assert [one.act for one in await LogEntry.filter(act__in=acts).order_by('id')] == acts


async def test_what_keeps_a_record_open_is_told_and_nothing_is_done() -> None:
    clerk = await an_account()
    volunteer = await one_who_left(clerk)
    elsewhere = await a_membership(volunteer, await a_host_unit())
    request = await RightsRequest.create(
        volunteer=volunteer,
        host_unit_id=clerk.host_unit_id,
        kind=RightsKind.DELETE,
        way='paper',
        wording='刪除',
        asked_on=dates.today(),
        asked_at=dates.now(),
        asked_by=clerk,
        due_on=dates.today(),
    )

    with pytest.raises(StillNeeded, match=r'還在其他單位服務。.*「個資事務」的請求還沒有答覆'):
        await leavers.close(volunteer.id, '離職', by=clerk)

    assert (await Volunteer.get(id=volunteer.id)).name == '王小明'
    await elsewhere.delete()
    await request.delete()
    await leavers.close(volunteer.id, '離職', by=clerk)


async def test_it_is_for_the_whole_unit_that_had_the_person() -> None:
    clerk = await an_account()
    volunteer = await one_who_left(clerk)
    unit = await HostUnit.get(id=clerk.host_unit_id)
    serving, team = await a_volunteer(unit), await a_team(unit)
    of_team = await an_account(host_unit_id=clerk.host_unit_id, team=team)

    for by, whom in ((await an_account(), volunteer), (clerk, serving)):
        with pytest.raises(NotFound):
            await leavers.get(whom.id, by=by)
    with pytest.raises(OfWholeUnit):
        await leavers.listed(by=of_team)
