"""A page that is asked for goes straight to its builder; what stands in its address is read as ever."""

import re

import pytest

from domain.model import Account

from ..builders import PASSWORD
from .browser import Browser


@pytest.mark.parametrize(('address', 'shown'), [('3', '6 2'), ('3?page=4', '6 8'), ('-1?page=4&page=5', '-2 10')])
async def test_its_builder_is_given_what_stands_in_the_address(
    address: str, shown: str, browser: Browser, clerk: Account
) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    assert (await browser.open(f'/test/counting/{address}')).shown() == shown


async def test_what_cannot_be_read_in_the_address_is_left_out_or_leads_nowhere(
    browser: Browser, clerk: Account
) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    left_out = await browser.get('/test/counting/3?page=abc&sort=name')
    nowhere = await browser.get('/test/counting/three')

    assert (left_out.status_code, left_out.headers['location']) == (303, '/test/counting/3?sort=name')
    assert (nowhere.status_code, '找不到這個頁面' in nowhere.text) == (404, True)


async def test_other_methods_are_refused_and_a_very_long_address_is_answered_all_the_same(
    browser: Browser, clerk: Account
) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    assert (await browser.post('/test/counting/3')).status_code == 405
    assert (await browser.open(f'/test/counting/{"0" * 300}3')).shown() == '6 2'


@pytest.mark.parametrize(
    ('address', 'status'),
    [
        ('/test/counting/3', 200),
        ('/test/counting/3?page=abc', 303),
        ('/test/refusing/1', 404),
        ('/test/nowhere', 404),
        (f'/test/counting/{"0" * 300}3', 200),
        ('/downloads', 200),
        ('/logout', 405),
    ],
)
async def test_head_is_answered_as_get_without_a_body_and_no_page_stays(
    address: str, status: int, browser: Browser, clerk: Account
) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)
    before = await pages_open(browser)

    answers = [await browser.http.head(address) for _ in range(3)]

    assert await pages_open(browser) <= before
    asked = await browser.get(address)
    for answer in answers:
        assert (answer.status_code, answer.content) == (status, b'')
        assert answer.headers.get('content-type') == asked.headers.get('content-type')
        assert answer.headers.get('location') == asked.headers.get('location')


async def test_a_stranger_who_asks_for_the_head_of_a_page_is_led_to_the_login(browser: Browser) -> None:
    answer = await browser.http.head('/test/counting/3')

    assert (answer.status_code, answer.headers['location'].partition('?')[0]) == (303, '/login')


async def pages_open(browser: Browser) -> float:
    found = re.search(r'(?m)^\w+_pages (\S+)', (await browser.get('/metrics')).text)
    assert found
    return float(found[1])


async def test_a_plain_address_that_stands_before_a_page_is_still_found_first(browser: Browser, clerk: Account) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    answers = [await browser.get(address) for address in ('/account/sessions', '/account/password', '/account/nothing')]

    assert [each.headers.get('x-nicegui-content', '') for each in answers] == ['', 'page', 'page']
    assert [each.status_code for each in answers] == [200, 200, 404]
