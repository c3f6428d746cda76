"""我的登入: whoever is signed in sees where, and ends what is not theirs any more."""

import pytest

from db.choices import LogAct, Role, SignInWay
from db.models import Account, LogEntry
from domain.accounts import sessions
from domain.audit import origin
from domain.audit.origin import Origin
from domain.errors import NotFound, NotPermitted

from ...builders import an_account

AT_HOME = Origin('203.0.113.77', '', 'Android　Chrome')
AT_WORK = Origin('192.0.2.9', '', 'Windows　Edge')


@pytest.fixture(autouse=True)
def nothing_is_remembered(database: str) -> None:
    sessions.forget()


async def signed_in(account: Account, where: Origin, *ways: SignInWay) -> str:
    with origin.of(where):
        return sessions.digest_of(await sessions.open(account, *ways))


async def test_ones_own_are_listed_with_device_and_means_and_no_whole_address() -> None:
    clerk = await an_account()
    await signed_in(await an_account(), AT_WORK)
    home = await signed_in(clerk, AT_HOME, SignInWay.PASSWORD, SignInWay.APP_CODE)
    work = await signed_in(clerk, AT_WORK)

    found = await sessions.of(clerk)

    assert [one.digest for one in found] == [work, home]
    assert [one.device for one in found] == [AT_WORK.device, AT_HOME.device]
    assert sessions.ways_of(found[1]) == '帳號密碼、驗證器 App'
    assert AT_HOME.address not in found[1].address


async def test_one_or_all_others_are_ended_and_nobody_ends_a_strangers() -> None:
    clerk, stranger = await an_account(), await an_account()
    here, lost, old = [await signed_in(clerk, where) for where in (AT_WORK, AT_HOME, AT_HOME)]

    with pytest.raises(NotFound, match='已經結束'):
        await sessions.end(lost, by=stranger)
    await sessions.end(lost, by=clerk)
    left = [one.digest for one in await sessions.of(clerk)]
    await sessions.end_others(by=clerk, keeping=here)

    assert set(left) == {here, old}
    assert [one.digest for one in await sessions.of(clerk)] == [here]
    assert await sessions.account_at(old) is None
    assert await LogEntry.filter(act=LogAct.SESSION_ENDED, by_id=clerk.id).count() == 2


async def test_the_administrator_ends_those_of_an_account_and_nobody_else_does() -> None:
    clerk, administrator = await an_account(), await an_account(Role.ADMINISTRATOR)
    await signed_in(clerk, AT_WORK)

    with pytest.raises(NotPermitted):
        await sessions.end_of(administrator, by=clerk)
    await sessions.end_of(clerk, by=administrator)

    assert await sessions.of(clerk) == []
