"""帳號申請: nobody sees it before its mail is confirmed; a flood fills neither the list nor anybody's mailbox."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from db.choices import RequestStatus, Role
from db.models import AccountRequest, OutgoingMail
from domain import accounts, dates, settings
from domain.accounts import AccountRequestDetails, ConfirmationExpired, requests
from domain.errors import Incomplete, NotPermitted
from domain.limits import Exceeded
from domain.settings import Settings

from ...builders import a_county, an_account

pytestmark = pytest.mark.usefixtures('database')


@pytest.fixture(autouse=True)
async def office(database: str) -> AsyncIterator[None]:
    """A county, what links begin with, and a limit that is soon reached."""
    await a_county()
    before = settings.current()
    settings.use(Settings(public_url='https://book.example.tw', public_forms=3))
    yield
    settings.use(before)


def asked(username: str = 'lin.xm', email: str = 'lin@example.com') -> AccountRequestDetails:
    return AccountRequestDetails(
        '看這裡 https://evil.example',
        '林小滿',
        username,
        email,
        '(04)0000-1234',
        unified_number='00501503',
        county_id='66000',
        contact='張主任',
    )


async def tokens() -> list[str]:
    """Of the links that were mailed, in order."""
    mails = await OutgoingMail.filter(template='account_confirm').order_by('id')
    return [re.findall(r'/account/request/confirm\?token=([\w-]+)', str(mail.body.open()))[0] for mail in mails]


async def waiting() -> list[str]:
    admin = await an_account(Role.ADMINISTRATOR)
    return [each.username for each in await accounts.open_requests(by=admin)]


async def confirmed(username: str) -> AccountRequest:
    await accounts.request_account(asked(username, f'{username}@example.com'))
    await accounts.confirm_request((await tokens())[-1])
    return await AccountRequest.get(username=username)


async def test_a_request_waits_once_its_mail_is_confirmed_and_the_link_works_once() -> None:
    await accounts.request_account(asked())
    [token] = await tokens()
    assert await waiting() == []
    assert await accounts.is_confirmable(token)

    await accounts.confirm_request(token)

    assert await waiting() == ['lin.xm']
    assert not await accounts.is_confirmable(token)
    for wrong in (token, '', 'x' * 255_000, '\ud800'):
        with pytest.raises(ConfirmationExpired):
            await accounts.confirm_request(wrong)


async def test_the_mail_has_no_word_of_whoever_filled_in_the_form() -> None:
    await accounts.request_account(asked())

    mail = await OutgoingMail.get()
    assert mail.recipient == 'lin@example.com'
    assert [word for word in ('evil', '林小滿', 'lin.xm') if word in f'{mail.subject}{mail.body.open()}'] == []


async def test_asked_again_it_is_mailed_again_after_a_while_and_kept_once() -> None:
    now = dates.now()
    for minutes in (0, 1, 6):
        with dates.frozen(now + timedelta(minutes=minutes)):
            await accounts.request_account(asked())

    first, second = await tokens()
    assert not await accounts.is_confirmable(first)
    await accounts.confirm_request(second)
    await accounts.request_account(asked())
    assert (await AccountRequest.all().count(), len(await tokens())) == (1, 2)


async def test_a_link_of_last_week_confirms_nothing_and_the_request_is_forgotten() -> None:
    await accounts.request_account(asked())
    kept = await confirmed('kept')
    with dates.frozen(dates.now() + timedelta(days=2, seconds=1)):
        with pytest.raises(ConfirmationExpired):
            await accounts.confirm_request((await tokens())[0])
        await requests.sweep()

    assert await AccountRequest.all() == [kept]


async def test_nobodys_mailbox_is_filled() -> None:
    for number in range(8):
        await accounts.request_account(asked(f'somebody{number}', 'victim@example.com'))

    assert await OutgoingMail.filter(recipient='victim@example.com').count() == 5


async def test_one_address_of_the_network_sends_so_many_and_others_go_on() -> None:
    for number in range(3):
        await accounts.request_account(asked(f'one{number}', f'one{number}@example.com'), client='192.0.2.1')
    for details in (asked('more'), AccountRequestDetails()):
        with pytest.raises(Exceeded, match='沒有送出'):
            await accounts.request_account(details, client='192.0.2.1')
    with pytest.raises(Exceeded):
        await accounts.request_reset('clerk', 'clerk@example.com', client='192.0.2.1')
    await accounts.request_account(asked('other'), client='192.0.2.2')

    assert await AccountRequest.all().count() == 4


async def test_of_too_many_unconfirmed_the_oldest_go_and_none_keeps_another_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests, 'MOST_UNCONFIRMED', 2)
    now = dates.now()
    for number in range(4):
        await accounts.request_account(asked(f'name{number}', f'name{number}@example.com'))
        await AccountRequest.filter(username=f'name{number}').update(created_at=now - timedelta(minutes=9 - number))

    await requests.sweep()

    assert [each.username for each in await AccountRequest.all()] == ['name2', 'name3']


async def test_many_are_refused_at_once_and_each_is_told_why() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    ids = [(await confirmed(name)).id for name in ('one', 'two', 'three')]
    await accounts.request_account(asked('unconfirmed'))
    unseen = await AccountRequest.get(username='unconfirmed')

    for chosen, reason in (([], '查無此單位。'), (ids, ' ')):
        with pytest.raises(Incomplete):
            await accounts.refuse_all(chosen, reason, by=admin)
    refused = await accounts.refuse_all([*ids[:2], unseen.id, 10**6], '查無此單位。', by=admin)

    assert refused == 2
    assert await waiting() == ['three']
    told = OutgoingMail.filter(template='account_refused').order_by('id')
    assert [mail.recipient for mail in await told] == ['one@example.com', 'two@example.com']
    assert (await AccountRequest.get(id=unseen.id)).status == RequestStatus.OPEN


@pytest.mark.parametrize('role', [Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER])
async def test_nobody_else_refuses(role: Role) -> None:
    request: Any = await confirmed('one')
    with pytest.raises(NotPermitted):
        await accounts.refuse_all([request.id], '不', by=await an_account(role))
