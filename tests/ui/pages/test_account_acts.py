"""Acts on accounts that stand in a table: who it is, is asked there as it is by a button."""

from datetime import timedelta

from db.choices import LockReason, Role
from db.models import Account, Session
from domain import dates, links
from domain.accounts import sessions

from ...builders import PASSWORD, a_host_unit, an_account
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


async def test_what_was_answered_with_yes_is_not_asked_again_after_it_was_shown_who_it_is(browser: Browser) -> None:
    unit = await a_host_unit()
    record = await an_account(host_unit=unit, name='林小滿', email='clerk@example.com')
    administrator = await somebody(Role.ADMINISTRATOR)
    browser.token = await sessions.open(administrator)
    await Session.filter(account_id=administrator.id).update(created_at=dates.now() - timedelta(minutes=11))

    page = await browser.open(f'/admin/accounts?edit={record.id}')
    socket = await browser.connect(page)
    await socket.emit('event', page.press('寄出設定密碼的連結'))
    await socket.until_shown(page, '確定要寄出設定密碼的連結嗎？')
    await socket.emit('event', page.press('寄出'))
    await socket.until_shown(page, '再次確認是您本人')
    await socket.emit('event', page.event('typed', {'value': PASSWORD, 'turn': 1}, name='password'))
    await socket.emit('event', page.press('確認'))

    await socket.heard('notify', '已把設定密碼的連結寄給林小滿')
    await socket.close()
