"""Signing in again over a page whose session is over, by whatever its user has."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from db.choices import CardAct, SignInWay
from db.models import Account, Session
from domain import links, settings
from domain.accounts import page_marks, passkeys, second_factors
from domain.settings import Settings
from ui.signing_in import login_again

from ...builders import PASSWORD, a_password_hash, an_account
from ...passkey_device import PasskeyDevice

BROWSER = 'B' * 43


@pytest.fixture(autouse=True)
def at_a_name(database: str) -> Iterator[None]:
    before = settings.current()
    settings.use(Settings(public_url='https://book.example.tw', secure_cookies=True))
    yield
    settings.use(before)


class _Gate:
    """What the gate leaves for a stranger."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, 'account': None, 'client_address': '192.0.2.7'}, receive, send)


async def again(account: Account, **words: str) -> dict[str, object]:
    site = FastAPI()
    login_again.register(site)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(_Gate(site)), base_url='https://book.example.tw'
    ) as http:
        sent = {'mark': page_marks.mark_of(account)} | words
        answer = await http.post(links.login_again(), data=sent, headers={'Cookie': f'__Host-card={BROWSER}'})
    said: dict[str, object] = answer.json()
    return said


async def with_passkey(account: Account) -> PasskeyDevice:
    device = PasskeyDevice()
    options = await passkeys.to_add(account, browser=BROWSER)
    await second_factors.add_passkey(device.made(options), '我的手機', session=BROWSER, by=account)
    return device


async def signed(device: PasskeyDevice) -> str:
    return device.signed(await passkeys.to_show(CardAct.PASSKEY_ENTERS, browser=BROWSER))


async def test_who_has_only_a_passkey_is_asked_for_no_password_and_goes_on() -> None:
    clerk = await an_account(password_hash='')
    assert await again(clerk) == {'needs': 'login'}
    device = await with_passkey(clerk)

    assert await again(clerk) == {'needs': 'other', 'offers': ['passkey']}
    assert await again(clerk, answer=await signed(device)) == {'done': True}
    [session] = await Session.filter(account_id=clerk.id)
    assert session.ways == SignInWay.PASSKEY.value


async def test_a_passkey_that_is_the_second_factor_goes_on_by_itself() -> None:
    clerk = await an_account(password_hash=await a_password_hash())
    device = await with_passkey(clerk)

    assert await again(clerk) == {'needs': 'password', 'offers': ['passkey']}
    assert await again(clerk, password=PASSWORD) == {'needs': 'passkey'}
    assert await again(clerk, answer=await signed(device)) == {'done': True}


async def test_the_passkey_of_another_account_takes_no_page_over() -> None:
    clerk, other = await an_account(), await an_account()
    await with_passkey(clerk)
    device = await with_passkey(other)

    refused = await again(clerk, answer=await signed(device))

    assert '這把通行金鑰沒有通過' in str(refused['sentence'])
    assert not await Session.exists()
