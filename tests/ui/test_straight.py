"""A page that is asked for goes straight to its builder; what stands in its address is read as ever."""

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


async def test_a_plain_address_that_stands_before_a_page_is_still_found_first(browser: Browser, clerk: Account) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    answers = [await browser.get(address) for address in ('/account/sessions', '/account/password', '/account/nothing')]

    assert [each.headers.get('x-nicegui-content', '') for each in answers] == ['', 'page', 'page']
    assert [each.status_code for each in answers] == [200, 200, 404]
