"""Use that is unlike honest work is told to the administrators, once a day of each account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from db.choices import Role
from db.models import LogEntry, OutgoingMail
from domain import dates, settings
from domain.accounts import unusual_use
from domain.audit import log, origin
from domain.audit.log import LogAct
from domain.audit.origin import Origin
from domain.errors import NotPermitted

from ... import builders

pytestmark = pytest.mark.usefixtures('database')
NOON = datetime(2026, 3, 8, 12, tzinfo=dates.TAIPEI)
HOME, AWAY = Origin('192.0.2.1', '', 'Windows　Edge'), Origin('198.51.100.9', '', 'Linux　Firefox')


@pytest.fixture(autouse=True)
def _limits() -> Iterator[None]:
    before = settings.current()
    few = replace(before, unusual_lookups=3, unusual_reveals=2, unusual_refusals=2, unusual_night=1)
    settings.use(replace(few, night_begins=23, night_ends=6))
    yield
    settings.use(before)


async def told(*done: tuple[LogAct, timedelta, Origin], role: Role = Role.UNIT_STAFF) -> list[str]:
    """What is told of an account that has done this, so long before or after noon; the next round tells no more."""
    account = await builders.an_account(role)
    for act, later, whence in done:
        with dates.frozen(NOON + later), origin.of(whence):
            await log.note(act, by=account)
    with dates.frozen(NOON + timedelta(hours=12)):
        await unusual_use.watch()
        assert await unusual_use.watch() == 0
    return [one.what for one in await LogEntry.filter(act=LogAct.UNUSUAL_USE)]


SOON = timedelta()


async def test_many_numbers_and_reveals_are_told_and_an_honest_days_work_is_not() -> None:
    much = [(LogAct.LOOKUP_MISS, SOON, HOME)] * 3 + [(LogAct.REVEALED, SOON, HOME)] * 2

    assert await told(*much[1:4]) == []
    assert await told(*much) == ['以證號查詢 3 次、顯示完整證號 2 次']


async def test_reading_at_night_is_told_by_the_clock_of_taipei() -> None:
    evening = (LogAct.READ_PROFILE, timedelta(hours=10, minutes=59), HOME)
    night = (LogAct.READ_PROFILE, timedelta(hours=11), HOME)

    assert await told(evening) == []
    assert await told(night) == ['夜間使用 1 次']


async def test_a_new_device_at_a_new_address_is_told_and_the_first_or_a_known_one_is_not() -> None:
    first, again = (LogAct.SIGN_IN, timedelta(days=-40), HOME), (LogAct.SIGN_IN, SOON, HOME)
    moved = (LogAct.SIGN_IN, SOON, replace(HOME, address='192.0.2.2'))

    assert await told((LogAct.SIGN_IN, SOON, AWAY)) == []
    assert await told(first, again, moved) == []
    assert await told(first, (LogAct.SIGN_IN, SOON, AWAY)) == ['從新的裝置和位址登入 1 次']


async def test_the_administrator_has_one_mail_and_reads_of_it_later() -> None:
    administrator = await builders.an_account(Role.ADMINISTRATOR, email='admin@example.com')

    await told(*[(LogAct.REFUSED, SOON, HOME)] * 2)
    await told((LogAct.REVEALED, SOON, HOME), role=Role.VOLUNTEER)

    [mail] = await OutgoingMail.filter(template='unusual_use')
    [seen] = await unusual_use.told(by=administrator)
    assert (mail.recipient, seen.what) == ('admin@example.com', '開啟無權的資料 2 次')
    assert '開啟無權的資料 2 次' in mail.body.open()
    with pytest.raises(NotPermitted):
        await unusual_use.told(by=await builders.an_account())


async def test_hours_of_the_night_go_over_midnight_and_may_be_none() -> None:
    assert unusual_use.night_hours() == [23, 0, 1, 2, 3, 4, 5]
    settings.use(replace(settings.current(), night_begins=0, night_ends=0))
    assert unusual_use.night_hours() == []
