"""帳號申請, 忘記密碼 and 下載專區 for people without a login; and where each role begins."""

import io
import re
import zipfile
from typing import Any

import pytest

from db.choices import RequestStatus, Role
from db.models import AccountRequest, County, OutgoingMail
from domain import dates
from domain.accounts import requests, sessions
from domain.model import Account
from domain.printouts import roster_sheets

from ...builders import PASSWORD
from ..browser import Browser
from ..conftest import Browsers, somebody

REQUEST = {
    'unified_number': '00501503',
    'county_id': '66000',
    'agency_id': '',
    'contact': '張主任',
    'organisation': '臺中市示例社區發展協會',
    'name': '許小雅',
    'username': 'Hsu.Ya',
    'email': 'hsu.ya@example.com',
    'phone': '(04)0000-7777',
    'role': 'unit_staff',
    'reason': '新設志工隊',
}
NEW = 'Another-Passw0rd'


async def test_a_request_with_mistakes_comes_back_with_what_was_typed(browser: Browser) -> None:
    answer = await browser.post('/account/request', data=REQUEST | {'name': '"><script>', 'email': 'nowhere'})

    assert answer.status_code == 422
    assert '還有 1 個地方需要處理' in answer.text
    assert 'value="&#34;&gt;&lt;script&gt;"' in answer.text
    assert '<script>' not in answer.text


async def test_a_name_that_is_too_long_is_refused_in_words_and_comes_back_whole(browser: Browser) -> None:
    for length in (61, 6_000):
        answer = await browser.post('/account/request', data=REQUEST | {'name': '王' * length})

        assert answer.status_code == 422
        assert f'姓名最多 60 個字，這裡有 {length} 個字' in answer.text
        assert f'value="{"王" * length}"' in answer.text


@pytest.mark.parametrize('page', ['/account/request', '/account/forgotten', '/code', '/login'])
async def test_no_plain_form_cuts_what_is_pasted(browser: Browser, page: str) -> None:
    assert 'maxlength' not in (await browser.get(page)).text


async def test_a_request_waits_for_the_administrator_and_is_kept_once(browser: Browser) -> None:
    answers = [await browser.post('/account/request', data=REQUEST) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    kept = await AccountRequest.filter(username='hsu.ya').values('organisation', 'role', 'status', 'confirmed_at')
    waits = {'organisation': REQUEST['organisation'], 'role': Role.UNIT_STAFF, 'status': RequestStatus.OPEN}
    assert kept == [waits | {'confirmed_at': None}]


async def test_the_link_in_the_mail_asks_first_and_confirms_once(browser: Browser) -> None:
    await browser.post('/account/request', data=REQUEST | {'username': 'hsu.link', 'email': 'hsu.link@example.com'})
    mail = await OutgoingMail.get(recipient='hsu.link@example.com')
    found = re.search(r'/account/request/confirm\?token=([\w-]+)', mail.body.open())
    assert found

    looked = [await browser.get(f'/account/request/confirm?token={found[1]}') for _ in range(2)]
    unconfirmed = await AccountRequest.get(username='hsu.link')
    pressed = [await browser.post('/account/request/confirm', data={'token': found[1]}) for _ in range(2)]

    assert [each.status_code for each in [*looked, *pressed]] == [200, 200, 200, 410]
    assert unconfirmed.confirmed_at is None
    assert (await AccountRequest.get(username='hsu.link')).confirmed_at is not None


async def test_a_request_that_came_back_is_corrected_on_a_page_of_its_own(browser: Browser) -> None:
    authority = await somebody(Role.COUNTY, county=await County.get(code=REQUEST['county_id']))
    facts: dict[str, Any] = REQUEST | {'agency_id': None, 'username': 'hsu.back', 'email': 'back@example.com'}
    request = await AccountRequest.create(**facts, confirmed_at=dates.now())
    await requests.return_for_correction(request, '請寫<全名>。', by=authority)
    mail = await OutgoingMail.get(recipient='back@example.com')
    found = re.search(r'/account/request/correction\?token=([\w-]+)', mail.body.open())
    assert found
    address = '/account/request/correction'
    form = REQUEST | {'username': 'hsu.back', 'email': 'other@example.com', 'token': found[1]}

    shown = await browser.get(f'{address}?token={found[1]}')
    wrong = await browser.post(address, data=form | {'unified_number': '00501504'})
    sent = await browser.post(address, data=form | {'organisation': '臺中市示例全名協會'})
    again = await browser.post(address, data=form)

    assert [each.status_code for each in (shown, wrong, sent, again)] == [200, 422, 200, 410]
    assert '請寫&lt;全名&gt;。' in shown.text
    assert '檢查碼不符' in wrong.text
    kept = await AccountRequest.get(id=request.id)
    assert (kept.organisation, kept.email, kept.status) == (
        '臺中市示例全名協會',
        'back@example.com',
        RequestStatus.OPEN,
    )


async def test_the_county_sees_a_request_that_the_applicant_has_sent_and_sees_it_again_when_it_was_corrected(
    browsers: Browsers,
) -> None:
    county, applicant = await browsers(), await browsers()
    authority = await somebody(Role.COUNTY, county=await County.get(code=REQUEST['county_id']))
    await county.sign_in(authority.username or '', PASSWORD)
    mine = {'username': 'hsu.desk', 'email': 'desk@example.com', 'organisation': '臺中市櫃台測試協會'}

    async def pressed(page: str, **more: str) -> int:
        mail = await OutgoingMail.filter(recipient='desk@example.com').order_by('-id').first()
        found = re.search(rf'/account/request/{page}\?token=([\w-]+)', mail.body.open()) if mail else None
        data = {'token': found[1] if found else ''} | more
        return (await applicant.post(f'/account/request/{page}', data=data)).status_code

    async def on_desk(text: str) -> bool:
        return text in (await county.get('/county/accounts')).text

    await applicant.post('/account/request', data=REQUEST | mine)
    assert not await on_desk('臺中市櫃台測試協會')
    assert await pressed('confirm') == 200
    assert await on_desk('臺中市櫃台測試協會')
    request = await AccountRequest.get(username='hsu.desk')
    await requests.return_for_correction(request, '請附立案字號。', by=authority)
    assert not await on_desk('臺中市櫃台測試協會')
    assert await pressed('correction', **(REQUEST | mine | {'reason': '立案字號 12 號'})) == 200

    assert await on_desk('已補正')
    case = (await county.get(f'/county/accounts?edit={request.id}')).text
    assert all(told in case for told in ('請附立案字號。', '立案字號 12 號', '開通帳號', '退回補正'))


@pytest.mark.parametrize('role', ['administrator', 'volunteer', ''])
async def test_nobody_can_ask_for_another_role(browser: Browser, role: str) -> None:
    answer = await browser.post('/account/request', data=REQUEST | {'role': role})

    assert answer.status_code == 422


async def test_a_form_from_elsewhere_is_refused(browser: Browser) -> None:
    answer = await browser.post('/account/request', data=REQUEST, headers={'Origin': 'https://evil.example'})

    assert answer.status_code == 403


async def test_a_forgotten_password_gets_the_same_answer_whether_or_not_there_is_an_account(browser: Browser) -> None:
    someone = await somebody(email='someone@example.com')

    pages = [
        (await browser.post('/account/forgotten', data={'username': username, 'email': email})).text
        for username, email in (
            (someone.username, 'someone@example.com'),
            (someone.username, 'another@example.com'),
            ('nobody', 'someone@example.com'),
        )
    ]

    assert len(set(pages)) == 1
    assert await OutgoingMail.filter(recipient='someone@example.com').count() == 1


async def test_a_link_sets_a_password_once(browser: Browser) -> None:
    someone = await somebody(email='once@example.com')
    await browser.post('/account/forgotten', data={'username': someone.username, 'email': 'once@example.com'})
    mail = await OutgoingMail.get(recipient='once@example.com')
    found = re.search(r'/account/reset\?token=([\w-]+)', mail.body.open())
    assert found
    form = {'token': found[1], 'password': NEW, 'again': NEW}

    weak = await browser.post('/account/reset', data=form | {'password': 'weak', 'again': 'weak'})
    unlike = await browser.post('/account/reset', data=form | {'again': PASSWORD})
    set_now = await browser.post('/account/reset', data=form)
    again = await browser.post('/account/reset', data=form)

    assert [each.status_code for each in (weak, unlike, set_now, again)] == [422, 422, 303, 410]
    assert (await browser.sign_in(someone.username or '', NEW)).headers['location'] == '/'


async def test_the_blank_roster_can_be_had_without_a_login(browser: Browser) -> None:
    answer = await browser.get('/downloads/roster.ods')

    content = zipfile.ZipFile(io.BytesIO(answer.content)).read('content.xml').decode()
    assert answer.headers['content-type'] == 'application/vnd.oasis.opendocument.spreadsheet'
    written = re.findall('<text:p[^>]*>([^<]+)<', content)
    assert written[2:7] == list(roster_sheets.COLUMNS)


async def test_the_certificate_button_leads_to_a_page_that_says_how_it_is(browser: Browser) -> None:
    answer = await browser.get('/login/certificate')

    assert '這個系統尚未開放以自然人憑證登入' in answer.text


@pytest.mark.parametrize(
    ('role', 'home'),
    [
        (Role.UNIT_STAFF, '/menu'),
        (Role.REVIEWER, '/reviews'),
        (Role.VOLUNTEER, '/my'),
        (Role.ADMINISTRATOR, '/admin'),
    ],
)
async def test_each_role_begins_where_its_work_is(browser: Browser, role: Role, home: str) -> None:
    browser.token = await sessions.open(await somebody(role))

    answers = [await browser.get(address) for address in ('/', '/login')]

    assert [answer.headers['location'] for answer in answers] == [home, '/']


async def test_what_was_refused_is_said_above_the_fields_and_the_name_stays(browser: Browser, clerk: Account) -> None:
    answer = await browser.sign_in(clerk.username or '', 'wrong')

    assert answer.status_code == 401
    assert re.search(r'role="alert">.*?帳號或密碼不正確', answer.text, re.DOTALL)
    assert f'value="{clerk.username}"' in answer.text
    assert answer.text.index('role="alert"') < answer.text.index('id="username"')
