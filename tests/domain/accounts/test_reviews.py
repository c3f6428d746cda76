"""年度盤點: begun once a year for each place, reminded, confirmed or locked, and seen by who has to see it."""

from datetime import timedelta

import pytest

from db.choices import LockReason, LogAct, Role
from db.models import Account, AccountReview, HostUnit, LogEntry, OutgoingMail
from domain import dates
from domain.accounts import reviews, terms
from domain.accounts.reviews import State
from domain.accounts.terms import Rules
from domain.errors import Incomplete, NotFound, NotPermitted

from ...builders import a_county, a_host_unit, an_account

pytestmark = pytest.mark.usefixtures('database')

YEAR = timedelta(days=366)


async def a_unit(clerks: int = 2) -> tuple[Account, list[Account]]:
    """Its 單位管理者, and other clerks."""
    unit = await a_host_unit()
    head = await an_account(host_unit=unit, is_unit_administrator=True, email='head@example.com')
    return head, [await an_account(host_unit=unit, email='clerk@example.com') for _ in range(clerks)]


async def begun(head: Account) -> State:
    await reviews.sweep()
    state = await reviews.of_unit(by=head)
    assert state is not None
    return state


async def test_a_unit_confirms_one_by_one_and_the_last_one_ends_it() -> None:
    head, (stays, leaves) = await a_unit()
    with dates.frozen(dates.now() + YEAR):
        state = await begun(head)
        await reviews.sweep()
        assert (state.pending, state.total) == (3, 3)
        assert state.review.due_on == dates.today() + timedelta(days=30)
        assert await reviews.confirm(state.review, [head.id, stays.id], by=head) == 2
        await reviews.close(state.review, leaves, by=head)

        assert await reviews.of_unit(by=head) is None
        assert not (await Account.get(id=leaves.id)).is_active
        with pytest.raises(NotFound):
            await reviews.confirm(state.review, [head.id], by=head)
    with dates.frozen(dates.now() + YEAR + timedelta(days=300)):
        await reviews.sweep()
        assert await AccountReview.filter(host_unit_id=head.host_unit_id).count() == 1
    assert await LogEntry.filter(act=LogAct.ACCOUNT_REVIEWED).count() == 3
    assert await OutgoingMail.filter(template='review_due', recipient='head@example.com').count() == 1


async def test_it_is_reminded_and_what_nobody_confirmed_is_locked() -> None:
    head, _ = await a_unit()
    begun_at = dates.now() + YEAR
    with dates.frozen(begun_at):
        state = await begun(head)
        await reviews.confirm(state.review, [head.id], by=head)
    mails = []
    for days in (10, 16, 17, 27, 30, 31):
        with dates.frozen(begun_at + timedelta(days=days)):
            await reviews.sweep()
        mails.append(await OutgoingMail.filter(template='review_due').count())

    assert mails == [1, 2, 2, 3, 3, 3]
    kept = await Account.filter(host_unit_id=head.host_unit_id).order_by('id')
    assert [one.locked_because for one in kept] == [None, LockReason.REVIEW, LockReason.REVIEW]
    assert (await AccountReview.get(id=state.review.id)).ended_at is not None


async def test_where_the_rules_say_so_nobody_is_locked() -> None:
    admin, (head, _) = await an_account(Role.ADMINISTRATOR), await a_unit()
    await terms.save_rules(Rules(review_locks=False), by=admin)
    with dates.frozen(dates.now() + YEAR):
        await begun(head)
    with dates.frozen(dates.now() + YEAR + timedelta(days=31)):
        await reviews.sweep()
        assert await reviews.of_unit(by=head) is None
    assert await Account.filter(host_unit_id=head.host_unit_id, is_active=False).count() == 0


async def test_each_sees_and_confirms_the_places_in_their_hands() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    county, reviewer = await an_account(Role.COUNTY), await an_account(Role.REVIEWER)
    north = await an_account(Role.COUNTY, county=await a_county(code='63000', name='臺北市', letter='A', position=1))
    head, (clerk, _) = await a_unit()
    other, _ = await a_unit(0)
    with dates.frozen(dates.now() + YEAR):
        state = await begun(head)
        unit, elsewhere = [await HostUnit.get(id=one.host_unit_id) for one in (head, other)]
        await reviewer.fetch_related('agency')
        theirs = {unit.name, elsewhere.name, reviewer.agency.name}

        assert {reviews.place_of(one.review) for one in await reviews.find(by=county)} == theirs
        assert {reviews.place_of(one.review) for one in await reviews.find(by=admin)} == theirs | {reviews.OFFICE}
        assert await reviews.find(by=north) == []
        assert [one.review.id for one in await reviews.find(by=head)] == [state.review.id]
        for stranger, refusal in (
            (other, NotFound),
            (north, NotFound),
            (clerk, NotPermitted),
            (reviewer, NotPermitted),
        ):
            with pytest.raises(refusal):
                await reviews.confirm(state.review, [clerk.id], by=stranger)
        with pytest.raises(Incomplete):
            await reviews.confirm(state.review, [], by=head)
        with pytest.raises(NotPermitted):
            await reviews.close(state.review, head, by=head)
        assert await reviews.confirm(state.review, [clerk.id, other.id], by=county) == 1
