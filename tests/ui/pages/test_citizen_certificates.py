"""自然人憑證 over real http: the two pages, what their script asks for, and what strangers send there."""

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.choices import Role
from db.models import Account, CitizenCertificate, RevocationList, Session
from domain import citizen_certificates, dates, links
from domain.accounts import page_marks, sessions
from domain.citizen_certificates import authorities
from tests.patience import until

from ...builders import PASSWORD, a_volunteer
from ...card_component import Component
from ...citizen_ca import Authority, Card
from ..browser import Browser
from ..conftest import Browsers, Server, somebody

OWN, LOGIN = links.citizen_certificates(), links.certificate_login()


@pytest.fixture(scope='module')
def component() -> Iterator[Component]:
    authority = Authority()
    with Component(authority, authority.card()) as running:
        yield running


@pytest.fixture(scope='module')
def card_server(office_url: str, component: Component, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A third process of the office, which takes cards."""
    folder = tmp_path_factory.mktemp('card')
    server = Server(office_url, folder, **component.environ(folder / 'authorities'), CARD_OPENS_VOLUNTEERS='1')
    server.wait()
    yield server
    server.stop()


@pytest.fixture
async def browser(browsers: Browsers, card_server: Server, component: Component) -> Browser:
    """Nobody is signed in; the server has fetched the list."""
    digest = authorities.digest_of(component.authority.certificate)
    await until(lambda: RevocationList.filter(authority=digest).exists())
    return await browsers(card_server)


@pytest.fixture
def card(component: Component) -> Card:
    """Another one for each test."""
    return component.authority.card(subject_serial=str(next(_serials)))


_serials = iter(range(10**15, 2 * 10**15))


async def asked(browser: Browser, address: str = links.certificate_challenge(), **data: str) -> str:
    answer = await browser.post(address, data=data)
    assert answer.status_code == 200, answer.text
    return str(answer.json()['text'])


async def shown(browser: Browser, card: Card, **data: str) -> httpx.Response:
    text = await asked(browser)
    return await browser.post(LOGIN, data={'text': text, 'signature': card.answer(text)} | data)


async def with_card(browser: Browser, card: Card) -> Account:
    """Somebody signed in who has bound the card."""
    account = await somebody()
    await browser.sign_in(account.username or '', PASSWORD)
    text = await asked(browser, links.binding_challenge(), secret=PASSWORD)
    answer = await browser.post(OWN, data={'text': text, 'signature': card.answer(text)})
    assert (answer.status_code, answer.headers['location']) == (303, f'{OWN}?flash=card-bound')
    return account


async def test_without_authorities_the_page_says_honestly_that_cards_are_not_taken(
    browsers: Browsers, server: Server
) -> None:
    browser = await browsers(server)
    page = await browser.get(LOGIN)
    started = await browser.post(links.certificate_challenge())
    sent = await browser.post(LOGIN, data={'text': 'x', 'signature': 'AAAA'})

    assert '這個系統尚未開放以自然人憑證登入' in page.text
    assert "img-src 'self' data: blob:;" in page.headers['content-security-policy']
    assert (started.status_code, sent.status_code) == (422, 200)
    assert '請使用帳號密碼登入' in started.json()['sentence']
    await browser.sign_in((await somebody()).username or '', PASSWORD)
    assert (await browser.get(OWN)).status_code == 404
    assert '自然人憑證' not in (await browser.get(links.site_map())).text


async def test_whoever_binds_a_card_signs_in_with_it_and_the_session_says_so(browser: Browser, card: Card) -> None:
    account = await with_card(browser, card)
    await browser.post(links.logout())

    answer = await shown(browser, card, next='/volunteers?page=2')

    assert (answer.status_code, answer.headers['location']) == (303, '/volunteers?page=2')
    means = await sessions.means_of(sessions.digest_of(browser.token))
    assert means == '自然人憑證'
    page = (await browser.get(OWN)).text
    assert '您這次是以自然人憑證登入的。' in page
    assert account.name in page


async def test_a_card_is_removed_by_its_owner_alone(
    browser: Browser, browsers: Browsers, card_server: Server, card: Card
) -> None:
    account = await with_card(browser, card)
    [kept] = await CitizenCertificate.filter(account_id=account.id)
    stranger = await browsers(card_server)
    await stranger.sign_in((await somebody()).username or '', PASSWORD)

    for number in (str(kept.id), 'x', '-1', '9' * 40, '１'):
        assert (await stranger.post(links.unbind(), data={'card': number})).status_code == 404
    assert await CitizenCertificate.filter(id=kept.id).exists()
    answer = await browser.post(links.unbind(), data={'card': str(kept.id)})
    assert answer.headers['location'] == f'{OWN}?flash=card-removed'
    assert not await CitizenCertificate.filter(id=kept.id).exists()


async def test_a_text_for_one_browser_is_none_for_another(
    browser: Browser, browsers: Browsers, card_server: Server, card: Card
) -> None:
    """Whoever has looked over the shoulder, or lures somebody into signing, has a browser of their own."""
    await with_card(browser, card)
    await browser.post(links.logout())
    attacker = await browsers(card_server)
    text = await asked(attacker)
    cookie = attacker.http.cookies['card']

    lured = await browser.post(LOGIN, data={'text': text, 'signature': card.answer(text)})
    await asked(browser)
    with_own = await browser.post(LOGIN, data={'text': text, 'signature': card.answer(text)})

    assert (lured.status_code, with_own.status_code) == (401, 401)
    assert '不是在這個瀏覽器開始的' in with_own.text
    assert browser.http.cookies['card'] != cookie


async def test_the_browsers_secret_is_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    answer = await browser.post(links.certificate_challenge())

    assert re.fullmatch(r'card=[\w-]{43}; HttpOnly; Path=/; SameSite=strict', answer.headers['set-cookie'])
    browser.http.cookies.set('card', 'chosen by an attacker', domain='127.0.0.1')
    assert 'chosen' not in (await browser.post(links.certificate_challenge())).headers['set-cookie']


async def test_a_text_for_binding_is_of_one_session_and_needs_its_password(browser: Browser, card: Card) -> None:
    account = await somebody()
    await browser.sign_in(account.username or '', PASSWORD)

    wrong = await browser.post(links.binding_challenge(), data={'secret': 'Wrong-Passw0rd'})
    text = await asked(browser, links.binding_challenge(), secret=PASSWORD)
    await browser.sign_in(account.username or '', PASSWORD)  # another session
    late = await browser.post(OWN, data={'text': text, 'signature': card.answer(text)})

    assert (wrong.status_code, wrong.json()) == (422, {'sentence': '目前的密碼不正確，請再輸入一次。'})
    assert (late.status_code, '請再按一次，重新驗證' in late.text) == (422, True)
    assert not await CitizenCertificate.filter(account_id=account.id).exists()


async def test_strangers_and_who_must_change_the_password_bind_nothing(browser: Browser, card: Card) -> None:
    for address in (OWN, links.binding_challenge(), links.unbind()):
        assert (await browser.post(address, data={'secret': PASSWORD})).status_code in (401, 303)
    hasty = await somebody(must_change_password=True)
    await browser.sign_in(hasty.username or '', PASSWORD)

    assert (await browser.get(OWN)).headers['location'] == links.change_password()
    assert (await browser.post(links.binding_challenge(), data={'secret': PASSWORD})).status_code == 422


async def test_a_foreign_page_starts_nothing(browser: Browser) -> None:
    browser.origin = 'https://evil.example'

    for address in (links.certificate_challenge(), LOGIN, OWN, links.unbind()):
        assert (await browser.post(address)).status_code == 403


async def test_the_pages_may_open_the_components_window_and_look_for_it_and_no_others_may(
    browser: Browser, component: Component
) -> None:
    strange = await browser.get(LOGIN)
    await browser.sign_in((await somebody()).username or '', PASSWORD)
    answers = [strange, await browser.get(OWN), await browser.get(links.site_map())]

    opener = [each.headers['cross-origin-opener-policy'] for each in answers]
    pictures = [re.findall(r'img-src ([^;]*)', each.headers['content-security-policy']) for each in answers]
    own = f"'self' data: blob: {component.url} http://localhost:16888"
    assert opener == ['same-origin-allow-popups', 'same-origin-allow-popups', 'same-origin']
    assert pictures == [[own], [own], ["'self' data: blob:"]]


async def test_neither_pin_nor_password_has_a_name_that_a_form_would_send(browser: Browser) -> None:
    strange = (await browser.get(LOGIN)).text
    await browser.sign_in((await somebody()).username or '', PASSWORD)

    for page in (strange, (await browser.get(OWN)).text):
        secret_fields = re.findall(r'<input[^>]*type="password"[^>]*>', page)
        assert secret_fields
        assert [each for each in secret_fields if ' name=' in each] == []


async def test_a_volunteer_who_comes_for_the_first_time_types_the_number(
    browser: Browser, component: Component
) -> None:
    own = await somebody(Role.VOLUNTEER, volunteer=await a_volunteer(identity_number='B234567894', name='陳小華'))
    card = component.authority.card('陳小華', '7894', subject_serial=str(next(_serials)))

    mistyped = await shown(browser, card, number='B234567895')
    found = await shown(browser, card, number='b234567894')

    assert (mistyped.status_code, 'value="B234567895"' in mistyped.text) == (401, True)
    assert (found.status_code, found.headers['location']) == (303, '/')
    assert [one.name for one in await citizen_certificates.of(by=own)] == ['陳小華']


async def test_a_signed_in_browser_has_no_need_of_the_page(browser: Browser) -> None:
    await browser.sign_in((await somebody()).username or '', PASSWORD)

    assert (await browser.get(LOGIN)).headers['location'] == '/'


@pytest.mark.parametrize(
    'sent',
    [
        {},
        {'text': ['a', 'b'], 'signature': ['c', 'd']},
        {'text': '\0', 'signature': '\0', 'number': '\0', 'next': '\0'},
        {'text': 'x' * 90_000, 'signature': 'A' * 100_000, 'number': 'y' * 10_000},
    ],
    ids=['nothing', 'twice', 'zeros', 'much'],
)
async def test_whatever_is_sent_is_refused_in_words(browser: Browser, sent: dict[str, Any]) -> None:
    answer = await browser.post(LOGIN, data=sent)

    assert (answer.status_code, 'role="alert"' in answer.text) == (401, True)


@settings(max_examples=30, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 2000), cut=st.integers(0, 60), put=st.binary(max_size=40))
async def test_no_message_breaks_the_server(
    browser: Browser, component: Component, at: int, cut: int, put: bytes
) -> None:
    text = await asked(browser)
    message = component.card.sign(text)
    damaged = message[:at] + put + message[at + cut :]

    answer = await browser.post(LOGIN, data={'text': text, 'signature': base64.b64encode(damaged).decode()})

    assert answer.status_code == 401
    assert 'role="alert"' in answer.text


async def test_a_card_shows_whose_session_it_is_beside_the_page_that_waits_and_before_a_download(
    browser: Browser, card: Card
) -> None:
    account = await with_card(browser, card)
    await Session.filter(account_id=account.id).update(created_at=dates.now() - timedelta(minutes=11))
    wanted = '/printouts/volunteers.ods'
    page = await browser.get((await browser.get(wanted)).headers['location'])
    assert f'{links.card_proof(wanted, "/")}'.replace('&', '&amp;') in page.text

    text = await asked(browser, links.card_proof_challenge())
    wrong = await browser.post(links.card_proof(), data={'text': text, 'signature': card.answer('another')})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
    text = await asked(browser, links.card_proof_challenge())
    shown = await browser.post(links.card_proof(), data={'text': text, 'signature': card.answer(text)})
    assert (shown.status_code, shown.headers['location']) == (303, links.shown_beside())
    assert '回到原來的分頁' in (await browser.get(links.shown_beside())).text
    assert (await browser.get(wanted)).status_code == 200

    text = await asked(browser, links.card_proof_challenge())
    answer = {'text': text, 'signature': card.answer(text), 'next': wanted, 'back': '/volunteers'}
    before = await browser.post(links.card_proof(), data=answer)
    assert before.headers['location'] == links.proof(wanted, '/volunteers')


async def test_a_card_of_somebody_else_shows_nothing(browser: Browser, component: Component, card: Card) -> None:
    account = await with_card(browser, card)
    await Session.filter(account_id=account.id).update(created_at=dates.now() - timedelta(minutes=11))
    strange = component.authority.card(subject_serial=str(next(_serials)))

    text = await asked(browser, links.card_proof_challenge())
    refused = await browser.post(links.card_proof(), data={'text': text, 'signature': strange.answer(text)})

    assert (refused.status_code, '沒有綁定您的帳號' in refused.text) == (422, True)
    assert (await browser.get('/printouts/volunteers.ods')).status_code == 303


async def test_a_page_whose_session_is_over_is_gone_on_with_after_a_login_by_card_in_another_tab(
    browser: Browser, card: Card
) -> None:
    account = await with_card(browser, card)
    mark = {'mark': page_marks.mark_of(account)}
    await browser.post(links.logout())

    assert (await browser.post(links.login_again(), data=mark)).json() == {'needs': 'password', 'offers': ['card']}
    await shown(browser, card, next=links.shown_beside())
    assert (await browser.post(links.login_again(), data=mark)).json() == {'done': True}
