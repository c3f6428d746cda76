"""`python -m tests.bench.presses`: what everyday tasks cost in clicks, keys and files, each counted where it is made.

A new volunteer from the menu to 送審 is counted, and bounded, by tests/test_journey.py.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from ..presses import Presses
from ..site import Site, computer, launched, running_site, signed_in
from ..test_journey import record_a_training


def main() -> None:
    """One line a task, in a demo office made for it."""
    with (
        tempfile.TemporaryDirectory(prefix='presses-') as folder,
        running_site(Path(folder) / 'data') as site,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright)
        print('from the list of trainings to a saved one:', a_training(browser, site, Path(folder)))
        print('from the queue to a return with two marks:', a_return(browser, site))
        print('from the queue to an approval, all sides looked at:', an_approval(browser, site))
        print('from the login to the PDF of the book:', the_book(browser, site))
        browser.close()


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
