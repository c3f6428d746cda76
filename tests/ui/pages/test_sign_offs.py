"""簽核 by the mailed link: a plain page that needs no session, answered once."""

import re
import secrets

import pytest

from db.models import Application, OutgoingMail
from domain import sign_offs
from domain.sign_offs import Asking

from ...domain import sample_office
from ..browser import Browser


@pytest.fixture
async def asked(browser: Browser) -> tuple[Application, str]:
    """A draft that waits for a sign-off, and the path of the link."""
    office = await sample_office.an_office(f'示例文化中心{secrets.token_hex(4)}')
    draft = await sample_office.a_draft(office)
    recipient = f'wu-{draft.id}@example.com'
    await sign_offs.ask(draft, Asking('吳督導', recipient), by=office.clerk)
    mail = await OutgoingMail.filter(template='sign_off_asked', recipient=recipient).first()
    assert mail is not None
    found = re.search(r'/sign-off\?token=\S+', mail.body.open())
    assert found is not None
    return draft, found[0]


async def test_the_link_shows_what_is_sent_and_is_answered_once(
    browser: Browser, asked: tuple[Application, str]
) -> None:
    _, path = asked
    token = path.partition('=')[2]
    page = await browser.get(path)
    picture = re.search(r'src="(/sign-off/picture[^"]+)"', page.text)
    assert picture is not None
    shown = await browser.get(picture[1].replace('&amp;', '&'))
    without = await browser.post('/sign-off', data={'token': token, 'answer': 'no'})
    agreed = await browser.post('/sign-off', data={'token': token, 'answer': 'yes'})
    again = await browser.get(path)
    gone = await browser.get(picture[1].replace('&amp;', '&'))

    assert (page.status_code, page.headers['cache-control']) == (200, 'no-store')
    assert '周小晴' in page.text
    assert shown.status_code == 200
    assert (without.status_code, agreed.status_code) == (422, 200)
    assert (again.status_code, gone.status_code) == (410, 404)


async def test_the_page_says_that_what_was_asked_about_has_changed(
    browser: Browser, asked: tuple[Application, str]
) -> None:
    draft, path = asked
    await Application.filter(id=draft.id).update(remarks='改過')

    page = await browser.get(path)

    assert page.status_code == 409
    assert '又有了修改' in page.text
    assert '周小晴' not in page.text


async def test_a_made_up_link_shows_nothing(browser: Browser) -> None:
    assert [(await browser.get(f'/sign-off?token={token}')).status_code for token in ('', 'x', 'y' * 5000)] == [410] * 3
