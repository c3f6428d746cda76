"""`python -m tests.bench.presses`: what everyday tasks cost in clicks, keys and files, each counted where it is made.

A new volunteer from the menu to 送審 is counted, and bounded, by tests/test_journey.py.
"""

import asyncio
import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

import db
from db import blobs, embedded, sealing
from db.models import Account
from domain import settings

from ..domain.sample_office import Office, a_complete_volunteer
from ..presses import Presses
from ..site import Site, computer, launched, running_site, signed_in
from ..test_journey import record_a_training

# Counted by hand at COUNTED_AT, before the work on everyday tasks began; the others were not counted then.
COUNTED_AT = '63ec0d2'
BEFORE = {'a new volunteer, menu to 送審 (tests/test_journey.py)': '45 clicks, 119 keys, 5 files'}
ROWS = 40
TITLE = '導覽志工'


def main() -> None:
    """A table, one line a task, counted in a demo office made for it."""
    with tempfile.TemporaryDirectory(prefix='presses-') as made:
        folder = Path(made)
        url = asyncio.run(embedded.started(folder / 'postgres'))
        try:
            with running_site(folder / 'data', DATABASE_URL=url) as site:
                asyncio.run(_many_volunteers(site, url))
                with sync_playwright() as playwright:
                    browser = launched(playwright)
                    counted = _counted(browser, site, folder)
                    browser.close()
        finally:
            asyncio.run(embedded.stopped(folder / 'postgres'))
    print(f'| task | before ({COUNTED_AT}) | now |\n|---|---|---|')
    for task, before in BEFORE.items():
        print(f'| {task} | {before} | printed and bounded by the test |')
    for task, presses in counted.items():
        print(f'| {task} | not counted | {presses} |')


def _counted(browser: Browser, site: Site, folder: Path) -> dict[str, Presses]:
    return {
        'one training, list to saved': a_training(browser, site, folder),
        'a return with two marks, from the queue': a_return(browser, site),
        'an approval, all sides looked at, from the queue': an_approval(browser, site),
        f'{ROWS} rows of a roster, list of rosters to 送審': a_roster(browser, site),
        f'{ROWS} rows of a roster, list of rosters to 核可': a_roster_approved(browser, site),
        'the PDF of the book, from the login': the_book(browser, site),
    }


async def _many_volunteers(site: Site, url: str) -> None:
    """ROWS volunteers of the second unit who lack nothing."""
    office = settings.read(site.environ)
    settings.use(office)
    sealing.use(sealing.Keyring(office.sealing_keys, office.index_key))
    blobs.use(office.data_dir / 'files')
    async with db.connected(url):
        people = {one.username: one for one in await Account.all().select_related('host_unit', 'agency')}
        clerk, reviewer, colleague = people['clerk2'], people['reviewer'], people['reviewer2']
        assert clerk.host_unit
        assert reviewer.agency
        unit = Office(reviewer.agency, clerk.host_unit, clerk, reviewer, colleague)
        for number in range(1, ROWS + 1):
            await a_complete_volunteer(unit, name=f'示例志工{number:02}')


def a_roster(browser: Browser, site: Site) -> Presses:
    """建立名冊, everybody into it, 送審 of all."""
    page = signed_in(browser, site, 'clerk2')
    page.goto(f'{site.url}/rosters')
    hands = Presses(page)
    hands.click(page.get_by_role('button', name='建立名冊'))
    dialog = page.get_by_role('dialog')
    hands.type(dialog.get_by_label('名冊名稱'), TITLE)
    hands.click(dialog.get_by_role('button', name='建立', exact=True))
    hands.click(page.get_by_role('button', name='加入志工'))
    hands.click(page.get_by_role('button', name='全部勾選'))
    expect(page.get_by_text(re.compile(r'已選 [1-9]\d')).first).to_be_visible()
    hands.click(page.get_by_role('button', name='加入名冊'))
    hands.click(page.get_by_role('button', name=re.compile('送審選取的')))  # who lacks nothing is chosen already
    expect(page.get_by_text(re.compile(r'已送審 4\d 位')).first).to_be_visible()
    page.context.close()
    return hands


def a_roster_approved(browser: Browser, site: Site) -> Presses:
    """All rows at once, without a look at each: what was never opened is told before."""
    page = signed_in(browser, site, 'reviewer')
    page.goto(f'{site.url}/reviews/rosters')
    hands = Presses(page)
    hands.click(page.get_by_role('link', name=TITLE).first)
    hands.click(page.get_by_role('checkbox', name=re.compile('^全選')))
    hands.click(page.get_by_role('button', name=re.compile('核可選取的')))
    hands.click(page.get_by_role('dialog').get_by_role('button', name=re.compile('核可')).last)
    expect(page.get_by_role('button', name=re.compile('剛決定|已核可')).first).to_be_visible()
    page.context.close()
    return hands


def a_training(browser: Browser, site: Site, folder: Path) -> Presses:
    """STEP 6 for somebody who has none yet."""
    page = signed_in(browser, site, 'clerk')
    page.goto(f'{site.url}/volunteers/7/trainings')
    hands = Presses(page)
    hands.click(page.get_by_role('main').get_by_role('link', name='新增', exact=True).first)
    hands.click(page.get_by_role('button', name='基礎訓練', exact=True))
    record_a_training(hands, '基礎訓練', folder)
    return hands


def a_return(browser: Browser, site: Site) -> Presses:
    """通知補件 with a photo that is no portrait and a back that cannot be read."""
    page = signed_in(browser, site, 'reviewer')
    page.goto(f'{site.url}/reviews')
    hands = Presses(page)
    hands.click(page.locator('.lb-item').nth(1))
    for document, reason, spot in (('照片', '非半身', False), ('基礎訓練反面', '模糊', True)):
        hands.click(page.get_by_role('button', name=f'{document}補件').first)
        hands.click(page.get_by_role('button', name=reason))
        if spot:
            hands.click(page.get_by_alt_text(document))
        hands.click(page.get_by_role('button', name='標記補件'))
    expect(page.get_by_role('heading', name='已標記 2 項補件')).to_be_visible()
    hands.click(page.get_by_role('button', name='通知補件'))
    hands.click(page.get_by_role('dialog').get_by_role('button', name='確定通知補件'))
    expect(page.get_by_text('已通知補件').first).to_be_visible()
    page.context.close()  # which lets go of the next case
    return hands


def an_approval(browser: Browser, site: Site) -> Presses:
    """Each side over the whole screen, each item that is judged by eye ticked, then 核可."""
    page = signed_in(browser, site, 'reviewer2')
    page.goto(f'{site.url}/reviews')
    hands = Presses(page)
    hands.click(page.locator('.lb-item').first)
    expect(page.get_by_text('您正在審').first).to_be_visible()
    for key in ('f', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Escape'):
        page.keyboard.press(key)
        hands.keys += 1
    expect(page.get_by_role('dialog')).to_have_count(0)
    for tick in page.locator('.lb-checkup').get_by_role('checkbox').all():
        hands.click(tick)
    page.keyboard.press('a')
    hands.keys += 1
    expect(page.get_by_text('已核可').first).to_be_visible()
    return hands


def the_book(browser: Browser, site: Site) -> Presses:
    """A volunteer on a phone, number and password typed."""
    page = computer(browser, site, 375).new_page()
    page.goto(f'{site.url}/login')
    hands = Presses(page)
    page.get_by_label('使用者帳號').press_sequentially('DEMO00001')
    hands.keys += len('DEMO00001')
    password = site.passwords['DEMO00001']
    hands.type(page.get_by_label('使用者密碼'), password)
    hands.click(page.get_by_role('button', name='登入', exact=True))
    with page.expect_download():
        hands.click(page.get_by_role('link', name='下載紀錄冊 PDF'))
    return hands


if __name__ == '__main__':
    main()
