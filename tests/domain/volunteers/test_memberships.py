"""Serving at a unit ends, and can begin again."""

import pytest

from db.choices import MembershipStatus
from db.models import HistoryEntry, Membership
from domain import dates, volunteers
from domain.errors import NotFound
from domain.volunteers import VolunteerQuery
from tests import builders


async def test_who_leaves_a_unit_is_seen_by_it_no_more_and_the_history_says_so(database: str) -> None:
    clerk = await builders.an_account()
    volunteer = await builders.a_volunteer(clerk.host_unit)

    await volunteers.end_membership(volunteer, by=clerk)

    membership = await Membership.get(volunteer=volunteer)
    assert (membership.status, membership.left_on) == (MembershipStatus.LEFT, dates.today())
    assert (await volunteers.find(VolunteerQuery(), by=clerk)).total == 0
    with pytest.raises(NotFound):
        await volunteers.get(volunteer.id, by=clerk)
    entries = await HistoryEntry.filter(volunteer=volunteer)
    assert [(each.old, each.new) for each in entries] == [('收編中', '已退出')]


async def test_another_unit_cannot_end_it(database: str) -> None:
    volunteer = await builders.a_volunteer()

    with pytest.raises(NotFound):
        await volunteers.end_membership(volunteer, by=await builders.an_account())

    assert (await Membership.get(volunteer=volunteer)).status is MembershipStatus.ACTIVE
