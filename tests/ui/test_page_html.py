"""A page is what NiceGUI's template makes of it, though the template is filled in once for many."""

import pytest

from domain.model import Account

from ..builders import PASSWORD
from .browser import Browser


@pytest.mark.parametrize('address', ['/test/counter', '/test/titled', '/account/password'])
async def test_a_page_is_letter_by_letter_what_the_template_says(
    address: str, browser: Browser, clerk: Account
) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    for _ in range(2):  # the second one from what was kept of the first
        answer = await browser.get(address)
        client_id = answer.text.partition("'client_id': '")[2][:36]
        anew = await browser.get(f'/test/written-anew/{client_id}')

        assert answer.text == anew.text


async def test_what_a_page_says_of_itself_stays_text(browser: Browser, clerk: Account) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)

    text = (await browser.get('/test/titled')).text

    assert '<title>&lt;b&gt;&amp;&#34;題&#34;&lt;/b&gt;｜' in text
    assert '&lt;/script&gt;&#96;&#36;{1}&#96;' in text
