"""What stands on the screen while the scripts load."""

from domain.model import Account

from ..builders import PASSWORD, a_volunteer
from .browser import Browser


async def test_place_and_title_are_in_the_page_before_any_script_and_a_name_stays_a_text(
    browser: Browser, clerk: Account
) -> None:
    await clerk.fetch_related('host_unit')
    volunteer = await a_volunteer(clerk.host_unit, name='陳<b>小華')
    await browser.sign_in(clerk.username or '', PASSWORD)
    answer = await browser.get(f'/volunteers/{volunteer.id}/basics')

    drawn = answer.text.partition('id="loading-shell"')[2].partition('id="esm-fallback"')[0]
    assert (
        '<nav class="lb-crumbs">子系統入口 › 志工資料管理 › 志工基本資料維護 › 陳&lt;b&gt;小華：基本資料</nav>' in drawn
    )


async def test_a_refused_page_shows_nothing_of_what_it_began(browser: Browser, clerk: Account) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)
    answer = await browser.get('/volunteers/999999/basics')

    assert (answer.status_code, 'loading-shell' in answer.text) == (404, False)
