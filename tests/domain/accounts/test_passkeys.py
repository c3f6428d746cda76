"""Passkeys: added by their owner, shown for what was asked, and refused for everything else."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from db.choices import CardAct, Role
from db.models import Account, Passkey
from domain import dates, settings
from domain.accounts import login_lock, passkeys, second_factors
from domain.accounts.passkeys import NotOffered, PasskeyRefused
from domain.errors import Incomplete, NotFound
from domain.settings import Settings

from ...builders import an_account
from ...passkey_device import PRESENT, VERIFIED, PasskeyDevice, challenge_of

HERE, ELSEWHERE = 'this browser', 'another browser'


@pytest.fixture(autouse=True)
def at_a_name(database: str) -> Iterator[None]:
    before = settings.current()
    settings.use(Settings(public_url='https://book.example.tw', secure_cookies=True))
    yield
    settings.use(before)


async def added(account: Account, device: PasskeyDevice | None = None, name: str = '我的手機') -> PasskeyDevice:
    device = device or PasskeyDevice()
    options = await passkeys.to_add(account, browser=HERE)
    await second_factors.add_passkey(device.made(options), name, session=HERE, by=account)
    return device


async def asked(browser: str = HERE, act: CardAct = CardAct.PASSKEY_ENTERS) -> str:
    return await passkeys.to_show(act, browser=browser)


async def enters(answer: str, browser: str = HERE) -> Account:
    return await second_factors.sign_in_by_passkey(answer, browser=browser)


async def refused(answer: str, browser: str = HERE) -> None:
    with pytest.raises(PasskeyRefused):
        await enters(answer, browser)


async def test_a_volunteer_signs_in_by_passkey_without_a_name() -> None:
    volunteer = await an_account(Role.VOLUNTEER)
    device = await added(volunteer)

    options = await asked()
    assert json.loads(options)['allowCredentials'] == []
    assert json.loads(options)['userVerification'] == 'required'
    assert await enters(device.signed(options)) == volunteer
    assert await enters(device.signed(await asked())) == volunteer
    assert not await second_factors.is_asked_of(volunteer)


async def test_staff_with_a_passkey_shows_it_after_the_password_and_gets_recovery_codes() -> None:
    clerk, device = await an_account(), PasskeyDevice()
    options = await passkeys.to_add(clerk, browser=HERE)
    codes = await second_factors.add_passkey(device.made(options), '辦公室電腦', session=HERE, by=clerk)
    assert len(codes) == 10
    assert await second_factors.is_asked_of(clerk)

    token = await second_factors.begin(clerk)
    assert await second_factors.pass_by_passkey(token, device.signed(await second_factors.ask_passkey(token))) == clerk


async def test_what_was_signed_counts_once_in_its_browser_for_its_act_and_for_a_while() -> None:
    device = await added(await an_account())
    answer = device.signed(await asked())
    await enters(answer)
    await refused(answer)

    await refused(device.signed(await asked()), ELSEWHERE)  # a challenge that was stolen
    await refused(device.signed(await asked(act=CardAct.PROOF)))
    late = device.signed(await asked())
    with dates.frozen(dates.now() + passkeys.LASTS + timedelta(seconds=1)):
        await refused(late)


async def test_a_challenge_that_was_tried_wrongly_is_gone() -> None:
    device = await added(await an_account())
    options = await asked()
    device.party = 'evil.example'
    await refused(device.signed(options))
    device.party = 'book.example.tw'
    await refused(device.signed(options))


@pytest.mark.parametrize(
    'wrong',
    [
        {'origin': 'https://b00k.example.tw'},
        {'origin': 'http://book.example.tw'},
        {'party': 'example.tw'},
        {'flags': PRESENT},
        {'flags': VERIFIED},
        {'counter': 4},
        {'handle': 'AAAA'},
        {'handle': ''},
        {'id': b'of nobody'},
        {'key': PasskeyDevice().key},
    ],
    ids=['origin', 'scheme', 'party', 'not verified', 'not present', 'counter', 'handle', 'no handle', 'id', 'key'],
)
async def test_what_is_not_as_it_was_is_refused(wrong: dict[str, object]) -> None:
    clerk = await an_account()
    device = await added(clerk, PasskeyDevice(counter=7))
    for name, value in wrong.items():
        setattr(device, name, value)

    await refused(device.signed(await asked()))
    assert await Passkey.filter(used_at=None).count() == 1


@pytest.mark.parametrize('answer', ['', '[]', '7', '{}', '{"response": {}}', '"' * 20_001, '[' * 5000], ids=range(7))
async def test_what_is_no_answer_is_refused(answer: str) -> None:
    await refused(answer)


async def test_the_passkey_of_another_account_is_no_second_step() -> None:
    clerk, other = await an_account(), await an_account()
    await added(clerk)
    foreign = await added(other)
    token = await second_factors.begin(clerk)

    with pytest.raises(PasskeyRefused):
        await second_factors.pass_by_passkey(token, foreign.signed(await second_factors.ask_passkey(token)))


async def test_a_passkey_is_added_once_with_a_name_in_the_session_that_asked() -> None:
    clerk, device = await an_account(), PasskeyDevice()
    options = await passkeys.to_add(clerk, browser=HERE)
    with pytest.raises(PasskeyRefused):
        await second_factors.add_passkey(device.made(options), '手機', session=ELSEWHERE, by=clerk)
    with pytest.raises(Incomplete):
        await second_factors.add_passkey(device.made(options), ' ', session=HERE, by=clerk)
    device.flags = PRESENT
    with pytest.raises(PasskeyRefused):
        await added(clerk, device)
    device.flags = PRESENT | VERIFIED
    await added(clerk, device)
    with pytest.raises(PasskeyRefused):
        await added(await an_account(), device)
    assert challenge_of(options)


async def test_a_passkey_is_removed_by_its_owner_alone_and_opens_nothing_then() -> None:
    clerk = await an_account()
    device = await added(clerk)
    [key] = await passkeys.of(clerk)
    with pytest.raises(NotFound):
        await second_factors.remove_passkey(key.id, by=await an_account())

    await second_factors.remove_passkey(key.id, by=clerk)

    await refused(device.signed(await asked()))
    assert not await second_factors.is_asked_of(clerk)


async def test_a_closed_or_locked_account_is_not_opened() -> None:
    clerk = await an_account()
    device = await added(clerk)
    await Account.filter(id=clerk.id).update(is_active=False)
    await refused(device.signed(await asked()))

    await Account.filter(id=clerk.id).update(is_active=True)
    index = await login_lock.index_of_account(clerk)
    for _ in range(login_lock.ATTEMPTS):
        await login_lock.count(index)
    with pytest.raises(login_lock.SignInLocked):
        await enters(device.signed(await asked()))


async def test_an_address_without_a_name_offers_none() -> None:
    for url in ('http://127.0.0.1:8080', 'https://192.0.2.7', 'http://book.example.tw'):
        settings.use(Settings(public_url=url))
        assert not passkeys.are_offered()
        with pytest.raises(NotOffered):
            await asked()
    settings.use(Settings(public_url='http://localhost:8080'))
    assert passkeys.are_offered()
