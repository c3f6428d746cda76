"""The second step over http: half signed in opens nothing, one's own factors and sessions, proving who it is."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pyotp
import pytest

from db.choices import Role
from db.models import Account, KnownDevice, OutgoingMail, Session
from domain import dates, links
from domain.accounts import authenticator_apps, page_marks, second_factors, sessions
from ui.routes import PAGES

from ...builders import PASSWORD
from ..browser import Browser, Refused
from ..conftest import Browsers, somebody

KEPT = re.compile(r'name="kept" value="([^"]+)"')
SECRET = re.compile(r'<code>([A-Z2-7 ]+)</code>')
CODES = re.compile(r'<li><code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>')


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret.replace(' ', '')).at(dates.now(), counter_offset=steps)


async def with_app(account: Account) -> str:
    begun = authenticator_apps.begin(account)
    await second_factors.add_app(begun.kept, code_of(begun.secret, -1), by=account)
    return begun.secret


async def is_signed_in(browser: Browser) -> bool:
    return await sessions.account_of(browser.token) is not None if browser.token else False


async def test_half_signed_in_opens_no_page_no_file_and_no_socket(browsers: Browsers, clerk: Account) -> None:
    await with_app(clerk)
    browser, whole = await browsers(), await browsers()
    whole.token = await sessions.open(await somebody())
    page = await whole.open('/menu')

    answer = await browser.sign_in(clerk.username or '', PASSWORD, next='/volunteers')
    assert (answer.status_code, answer.headers['location']) == (303, links.second_step('/volunteers'))
    assert not browser.token
    half = browser.http.cookies['half']
    for token in ('', half):
        if token:
            browser.http.cookies.set('sid', token, domain='127.0.0.1')
        for address in [re.sub(r'\{\w+\}', '1', address) for address, _ in PAGES] + [
            links.own_factors(),
            links.own_sessions(),
            links.proof(),
            '/printouts/volunteers.ods',
            '/books/1.pdf',
        ]:
            refused = await browser.get(address)
            assert refused.headers.get('location', '').startswith('/login?'), address
        assert (await browser.post(links.factor('codes'))).status_code in (303, 401)
        with pytest.raises(Refused):
            await browser.connect(page)

    shown = await browser.get(links.second_step())
    assert '驗證器 App 上的 6 位數' in shown.text


async def test_the_second_step_leads_to_the_page_that_was_wanted(browser: Browser, clerk: Account) -> None:
    secret = await with_app(clerk)
    await browser.sign_in(clerk.username or '', PASSWORD)

    wrong = await browser.post(links.second_step(), data={'code': '000000', 'next': '/volunteers'})
    assert (wrong.status_code, '驗證碼不正確' in wrong.text) == (401, True)
    answer = await browser.post(links.second_step(), data={'code': code_of(secret), 'next': '/volunteers'})

    assert (answer.status_code, answer.headers['location']) == (303, '/volunteers')
    assert await is_signed_in(browser)
    assert 'half' not in browser.http.cookies
    assert '以帳號密碼、驗證器 App登入' in (await browser.get(links.own_sessions())).text


async def test_an_app_is_set_up_without_a_script_and_the_codes_are_shown_once(browser: Browser, clerk: Account) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)
    page = (await browser.get(links.own_factors())).text
    [kept], [secret] = KEPT.findall(page), SECRET.findall(page)
    assert '<svg' in page

    wrong = (await browser.post(links.factor('app'), data={'kept': kept, 'code': '000000'})).text
    assert KEPT.findall(wrong) == [kept]
    shown = (await browser.post(links.factor('app'), data={'kept': kept, 'code': code_of(secret)})).text

    assert len(CODES.findall(shown)) == 10
    assert not CODES.findall((await browser.get(links.own_factors())).text)


async def test_a_session_is_ended_by_its_owner_alone_and_its_page_closes(browsers: Browsers, clerk: Account) -> None:
    here, there, strange = await browsers(), await browsers(), await browsers()
    here.token, there.token = await sessions.open(clerk), await sessions.open(clerk)
    strange.token = await sessions.open(await somebody())
    socket = await there.connect(await there.open('/menu'))
    digest = sessions.digest_of(there.token)

    assert (await strange.post(links.end_session(), data={'session': digest})).status_code == 422
    assert await Session.filter(digest=digest).exists()
    assert (await here.post(links.end_session(), data={'session': digest})).status_code == 303
    await socket.heard('location.reload()')
    await here.post(links.end_session(), data={'session': 'others'})
    assert await is_signed_in(here)
    assert await is_signed_in(strange)


async def test_what_was_begun_goes_on_after_an_old_session_has_proved_who_it_is(
    browser: Browser, clerk: Account
) -> None:
    browser.token = await sessions.open(clerk)
    page = (await browser.get(links.own_factors())).text
    [kept], [secret] = KEPT.findall(page), SECRET.findall(page)
    await Session.filter(account_id=clerk.id).update(created_at=dates.now() - timedelta(minutes=11))

    for_key = await browser.post(links.factor('passkey-options'), data={'name': '我的手機'})
    asked = await browser.post(links.factor('app'), data={'kept': kept, 'code': code_of(secret)})
    assert (for_key.status_code, asked.status_code) == (409, 303)
    key, wanted = (
        dict(parse_qsl(urlsplit(proof).query))['next'] for proof in (for_key.json()['proof'], asked.headers['location'])
    )
    assert key == links.own_factors(name='我的手機')
    assert KEPT.findall((await browser.get(wanted)).text) == [kept]
    await browser.post(links.proof(), data={'password': PASSWORD, 'next': wanted})

    assert '復原碼' in (await browser.post(links.factor('app'), data={'kept': kept, 'code': code_of(secret)})).text


async def test_a_refused_passkey_is_told_on_the_page_of_the_proof_and_in_a_dialog(
    browser: Browser, clerk: Account
) -> None:
    browser.token = await sessions.open(clerk)
    await Session.filter(account_id=clerk.id).update(created_at=dates.now() - timedelta(minutes=11))

    page = {'Accept': 'text/html'}
    told = await browser.post(links.passkey_proof(), data={'answer': '{}', 'next': '/volunteers'}, headers=page)
    in_dialog = await browser.post(links.passkey_proof(), data={'answer': '{}'}, headers={'Accept': '*/*'})

    assert '<h1>再次確認是您本人</h1>' in told.text
    assert 'value="/volunteers"' in told.text
    assert 'role="alert"' in told.text
    assert in_dialog.json()['sentence'] in told.text


async def test_an_old_session_proves_who_it_is_before_an_export_and_comes_back(
    browser: Browser, clerk: Account
) -> None:
    browser.token = await sessions.open(clerk)
    wanted = '/printouts/volunteers.ods?sort=name'
    assert (await browser.get(wanted)).status_code == 200
    long_ago = dates.now() - timedelta(minutes=11)
    await Session.filter(account_id=clerk.id).update(created_at=long_ago)

    asked = await browser.get(wanted, Referer=f'{browser.url}/volunteers')
    assert (asked.status_code, asked.headers['location']) == (303, links.proof(wanted, '/volunteers'))
    wrong = await browser.post(links.proof(), data={'password': 'wrong', 'next': wanted, 'back': '/volunteers'})
    assert (wrong.status_code, '密碼不正確' in wrong.text) == (422, True)
    proved = await browser.post(links.proof(), data={'password': PASSWORD, 'next': wanted, 'back': '/volunteers'})
    assert f'url={wanted}'.replace('&', '&amp;') in proved.text
    assert (await browser.get(wanted)).status_code == 200


async def test_a_login_in_a_new_browser_is_told_to_the_owner(browsers: Browsers, clerk: Account) -> None:
    first, second = await browsers(), await browsers()
    await Account.filter(id=clerk.id).update(email='clerk@example.tw')

    assert 'flash' not in (await first.sign_in(clerk.username or '', PASSWORD)).headers['location']
    assert 'flash=new-device' in (await second.sign_in(clerk.username or '', PASSWORD)).headers['location']
    assert 'flash=other-device' in (await first.sign_in(clerk.username or '', PASSWORD)).headers['location']
    assert 'flash' not in (await first.sign_in(clerk.username or '', PASSWORD)).headers['location']
    assert await KnownDevice.filter(account_id=clerk.id).count() == 2
    assert await OutgoingMail.filter(template='new_device', recipient='clerk@example.tw').count() == 1


async def test_the_same_person_signs_in_again_on_the_page_and_nobody_else_does(
    browsers: Browsers, clerk: Account
) -> None:
    browser = await browsers()
    mark = page_marks.mark_of(clerk)

    async def again(**words: str) -> httpx.Response:
        return await browser.post(links.login_again(), data={'mark': mark} | words)

    assert (await again()).json() == {'needs': 'password'}
    assert '密碼不正確' in (await again(password='wrong')).json()['sentence']
    assert (await again(mark=mark[:-4] + 'AAAA', password=PASSWORD)).json() == {'needs': 'login'}
    assert (await again(password=PASSWORD)).json() == {'done': True}
    account = await sessions.account_of(browser.token)
    assert account == clerk

    other = await somebody(Role.REVIEWER)
    browser.token = await sessions.open(other)
    refused = await again(password=PASSWORD)
    assert (refused.status_code, '另一位使用者' in refused.json()['sentence']) == (409, True)
    assert await sessions.account_of(browser.token) == other

    secret = await with_app(clerk)
    browser.http.cookies.clear()
    assert (await again(password=PASSWORD)).json() == {'needs': 'code'}
    assert (await again(password=PASSWORD, code=code_of(secret))).json() == {'done': True}
