"""The login form, the cookie and the ends of a session, over real http."""

import re
from datetime import timedelta

import pytest

from db.choices import Role, SignInWay
from db.models import HostUnit, Session
from domain import dates, links
from domain.accounts import sessions
from domain.model import Account
from domain.volunteers import counter_codes

from ... import samples
from ...builders import PASSWORD, a_host_unit, a_volunteer, an_identity_number
from ..browser import Browser
from ..conftest import Browsers, somebody


async def test_a_login_leads_where_the_user_wanted_to_go(browser: Browser, clerk: Account) -> None:
    asked = await browser.get('/volunteers?name=王&page=2')
    form = await browser.get(asked.headers['location'])
    wanted = re.search(r'name="next" value="([^"]*)"', form.text)
    assert wanted
    answer = await browser.sign_in(clerk.username or '', PASSWORD, next=wanted[1].replace('&amp;', '&'))

    assert asked.headers['location'] == '/login?next=/volunteers%3Fname%3D%25E7%258E%258B%26page%3D2'
    assert (answer.status_code, answer.headers['location']) == (303, '/volunteers?name=%E7%8E%8B&page=2')
    assert re.fullmatch(r'sid=[\w-]{43}; HttpOnly; Path=/; SameSite=lax', answer.headers.get_list('set-cookie')[0])


async def test_a_volunteer_signs_in_with_the_identity_number(browser: Browser) -> None:
    number = an_identity_number()
    await somebody(Role.VOLUNTEER, volunteer=await a_volunteer(identity_number=number))

    typed = f' {number[0].lower()}{number[1:5]}-{number[5:]} '
    answer = await browser.sign_in(typed, PASSWORD)

    assert (answer.status_code, answer.headers['location']) == (303, '/')


@pytest.mark.parametrize(
    'next_',
    [
        'https://evil.example',
        '//evil.example',
        '/\\evil.example',
        '/\t/evil.example',
        'menu',
        '/logout',
        '/login?next=/',
    ],
)
async def test_a_login_leads_nowhere_else(browser: Browser, clerk: Account, next_: str) -> None:
    answer = await browser.sign_in(clerk.username or '', PASSWORD, next=next_)

    assert (answer.status_code, answer.headers['location']) == (303, '/')


async def test_what_was_chosen_on_the_login_page_is_taken_along_and_what_was_not_stays(
    browser: Browser, clerk: Account
) -> None:
    await Account.filter(id=clerk.id).update(text_size='large', appearance='light')
    browser.http.cookies.set('chosen-size', 'larger', domain='127.0.0.1')
    browser.http.cookies.set('chosen-look', 'sepia', domain='127.0.0.1')

    answer = await browser.sign_in(clerk.username or '', PASSWORD)

    kept = await Account.get(id=clerk.id)
    assert (kept.text_size, kept.appearance) == ('larger', 'light')
    gone = [cookie for cookie in answer.headers.get_list('set-cookie') if cookie.startswith('chosen-')]
    assert [('Max-Age=0' in cookie) for cookie in gone] == [True, True]
    assert 'data-text-size="larger"' in (await browser.get('/volunteers')).text

    browser.http.cookies.set('chosen-size', '', domain='127.0.0.1')  # 標準, and nothing about the appearance
    await browser.sign_in(clerk.username or '', PASSWORD)
    kept = await Account.get(id=clerk.id)
    assert (kept.text_size, kept.appearance) == ('', 'light')


async def test_a_session_planted_before_the_login_is_of_no_use_afterwards(
    browser: Browser, browsers: Browsers, clerk: Account
) -> None:
    attacker, victim_of_a_made_up_one = await browsers(), await browsers()
    attacker.token = browser.token = await sessions.open(await somebody())
    victim_of_a_made_up_one.token = 'chosen-by-an-attacker'

    answers = [await each.sign_in(clerk.username or '', PASSWORD) for each in (browser, victim_of_a_made_up_one)]

    tokens = {answer.headers['set-cookie'].partition(';')[0] for answer in answers}
    assert len(tokens - {f'sid={attacker.token}', 'sid=chosen-by-an-attacker'}) == 2
    assert (await browser.get('/test/counter')).status_code == 200
    assert (await attacker.get('/test/counter')).status_code == 303


async def test_a_foreign_page_cannot_sign_anybody_in(browser: Browser, clerk: Account) -> None:
    browser.origin = 'https://evil.example'

    answer = await browser.sign_in(clerk.username or '', PASSWORD)
    without = await browser.http.post('/login', data={'username': clerk.username, 'password': PASSWORD})

    assert [each.status_code for each in (answer, without)] == [403, 403]
    assert 'set-cookie' not in answer.headers
    assert 'set-cookie' not in without.headers


async def test_a_wrong_password_reads_like_an_unknown_account_and_keeps_the_name(
    browser: Browser, clerk: Account
) -> None:
    known = await browser.sign_in(clerk.username or '', 'Wrong-Passw0rd')
    unknown = await browser.sign_in('nobody.here', 'Wrong-Passw0rd')

    assert (known.status_code, unknown.status_code) == (401, 401)
    assert f'value="{clerk.username}"' in known.text
    assert '帳號或密碼不正確' in known.text
    assert known.text.replace(clerk.username or '', '') == unknown.text.replace('nobody.here', '')


async def test_the_sixth_try_is_locked_out_for_unknown_names_too(browser: Browser, clerk: Account) -> None:
    for name in (clerk.username or '', 'ghost'):
        tries = [await browser.sign_in(name, 'Wrong-Passw0rd') for _ in range(5)]
        right = await browser.sign_in(name, PASSWORD)

        assert ['暫停登入 15 分鐘。請稍後' in each.text for each in [*tries, right]] == [False] * 4 + [True, True]


async def test_what_was_typed_is_shown_as_text(browser: Browser) -> None:
    answer = await browser.sign_in('"><script>alert(1)</script>', 'x', next='"><script>')

    assert '<script>alert' not in answer.text
    assert '"><script>' not in answer.text


async def test_a_session_ends_after_half_an_hour_without_a_sign_of_life(browser: Browser, clerk: Account) -> None:
    statuses = []
    for minutes in (29, 31):
        with dates.frozen(dates.now() - timedelta(minutes=minutes)):
            browser.token = await sessions.open(clerk)
        statuses.append((await browser.get('/test/counter')).status_code)

    assert statuses == [200, 303]


async def test_a_session_ends_after_eight_hours_whatever_happens(browser: Browser, clerk: Account) -> None:
    statuses = []
    for minutes in (479, 481):
        with dates.frozen(dates.now() - timedelta(minutes=minutes)):
            browser.token = await sessions.open(clerk)
        await Session.filter(digest=sessions.digest_of(browser.token)).update(seen_at=dates.now())
        statuses.append((await browser.get('/test/counter')).status_code)

    assert statuses == [200, 303]


async def test_a_logout_ends_the_session_and_takes_the_cookie_back(browser: Browser, clerk: Account) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)
    token = browser.token

    answer = await browser.post('/logout')
    browser.token = token

    assert (answer.status_code, answer.headers['location']) == (303, '/login')
    assert answer.headers['set-cookie'].startswith('sid=""; expires=')
    assert (await browser.get('/test/counter')).status_code == 303


async def test_somebody_already_signed_in_is_not_asked_again(browser: Browser, clerk: Account) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    answer = await browser.get('/login')

    assert (answer.status_code, answer.headers['location']) == (303, '/')


async def test_a_password_somebody_else_has_set_is_changed_first(browser: Browser) -> None:
    account = await somebody(must_change_password=True)
    await browser.sign_in(account.username or '', PASSWORD)

    answer = await browser.get('/test/counter')

    assert (answer.status_code, answer.headers['location']) == (303, '/account/password')
    assert (await browser.get('/account/password')).status_code == 200


@pytest.mark.parametrize('address', ['/printouts/figures.ods', '/files/00000000-0000-4000-8000-000000000000'])
async def test_until_then_there_are_no_prints_and_no_files(browser: Browser, address: str) -> None:
    account = await somebody(must_change_password=True)
    await browser.sign_in(account.username or '', PASSWORD)

    answer = await browser.get(address)

    assert answer.status_code in {403, 404}
    assert '請先變更密碼' in answer.text


async def test_until_then_nothing_is_uploaded(browser: Browser) -> None:
    account = await somebody(must_change_password=True)
    await browser.sign_in(account.username or '', PASSWORD)

    answer = await browser.post('/uploads/photo?name=a.jpg', content=samples.portrait())

    assert answer.status_code in {403, 404}
    assert '請先變更密碼' in answer.text


@pytest.mark.parametrize(
    'ways', [[way] for way in SignInWay if way != SignInWay.PASSWORD] + [[SignInWay.COUNTER_CODE, SignInWay.APP_CODE]]
)
async def test_who_came_without_the_password_does_not_know_it_and_changes_it_the_next_time(
    browser: Browser, ways: list[SignInWay]
) -> None:
    account = await somebody(must_change_password=True)
    browser.token = await sessions.open(account, *ways)

    assert (await browser.get('/test/counter')).status_code == 200
    assert (await browser.get(links.own_sessions())).status_code == 200
    assert '目前的密碼是別人' not in (await browser.get('/account/password')).text
    browser.token = await sessions.open(account, SignInWay.PASSWORD, *ways)
    assert (await browser.get('/test/counter')).headers['location'] == '/account/password'
    assert '目前的密碼是別人' in (await browser.get('/account/password')).text


async def test_a_code_of_the_counter_leads_to_the_own_page_also_where_the_unit_set_the_password(
    browser: Browser, clerk: Account
) -> None:
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))
    code = (await counter_codes.printed(volunteer, by=clerk)).code
    await Account.filter(volunteer_id=volunteer.id).update(must_change_password=True)
    typed = {'number': volunteer.identity_number.open(), 'born_on': dates.roc(volunteer.born_on), 'code': code}

    answer = await browser.post(links.counter_code(), data=typed)

    assert answer.status_code == 303
    assert '/account/password' not in answer.headers['location']
    assert (await browser.get('/my')).status_code == 200


async def test_who_is_of_a_closed_unit_reads_why_at_the_login(browser: Browser) -> None:
    account = await somebody(host_unit=await a_host_unit(is_active=False))

    answer = await browser.sign_in(account.username or '', PASSWORD)

    assert '您的運用單位已停用' in answer.text
