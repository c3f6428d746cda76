"""Acts on accounts that stand in a table: who it is, is asked there as it is by a button."""

from datetime import timedelta

from db.choices import LockReason, Role
from db.models import Account, Session
from domain import dates, links
from domain.accounts import sessions

from ...builders import a_host_unit, an_account
from ..browser import Browser
from ..conftest import somebody


async def test_a_county_that_unlocks_an_account_from_an_old_session_is_asked_who_it_is(browser: Browser) -> None:
    unit = await a_host_unit()
    county = await somebody(Role.COUNTY, county_id=unit.county_id)
    locked = await an_account(host_unit=unit, is_active=False, locked_because=LockReason.IDLE, locked_at=dates.now())
    browser.token = await sessions.open(county)
    await Session.filter(account_id=county.id).update(created_at=dates.now() - timedelta(minutes=11))

    page = await browser.open(links.county_accounts('locked'))
    socket = await browser.connect(page)
    await socket.emit('event', page.event('acted', {'key': str(locked.id), 'what': 'unlock'}))

    await socket.until_shown(page, '再次確認是您本人')
    assert not (await Account.get(id=locked.id)).is_active
    await socket.close()
