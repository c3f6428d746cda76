"""A paper book from the clerk's form over two reviewers to the head of its holder's profile; each page by itself."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from .site import Site, running_site, signed_in


@pytest.fixture(scope='module')
def site(demo_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp('papers') / 'data', demo_office) as running:
        yield running


@pytest.fixture(scope='module')
def ho(site: Site, browser: Browser) -> Page:
    """何專員's browser."""
    return signed_in(browser, site, 'reviewer')


@pytest.fixture(scope='module')
def wang(site: Site, browser: Browser) -> Page:
    """王專員's browser."""
    return signed_in(browser, site, 'reviewer2')


def test_of_two_reviewers_one_confirms_and_everybody_sees_it_at_once(
    site: Site, clerk: Page, ho: Page, wang: Page
) -> None:
    for page in (ho, wang):
        page.goto(f'{site.url}/reviews/paper-books')
        expect(page.get_by_role('link', name='許小山')).to_be_visible()
        expect(page.get_by_role('link', name='吳小堃')).to_have_count(0)

    sent(site, clerk, 6, '000123', with_cover=True)
    expect(clerk.get_by_text('（舊制紙本，待確認）')).to_be_visible()

    for page in (ho, wang):
        page.get_by_role('link', name='吳小堃').click()
        expect(page.get_by_role('heading', level=1, name='紙本紀錄冊：吳小堃')).to_be_visible()
        expect(page.get_by_text('沒有末頁的圖片')).to_be_visible()
    wang.get_by_role('button', name='退回補正').click()
    wang.get_by_label('審核意見').fill('封面看不清楚')
    ho.get_by_role('button', name='確認', exact=True).click()

    expect(wang.get_by_role('alert').get_by_text(re.compile('由 何專員已確認。您寫的內容還在'))).to_be_visible()
    expect(wang.get_by_label('審核意見')).to_have_value('封面看不清楚')
    wang.keyboard.press('Escape')
    expect(wang.get_by_role('button', name='取消確認')).to_be_visible()
    expect(wang.get_by_text(re.compile('由 何專員已確認'))).to_be_visible()
    expect(wang.get_by_role('button', name='確認', exact=True)).to_have_count(0)
    expect(clerk.get_by_text('（舊制紙本）')).to_be_visible()
    clerk.goto(f'{site.url}/volunteers/6/record-book/paper')
    expect(clerk.get_by_text('已有使用中的紀錄冊 中市文字第000123號')).to_be_visible()
    expect(clerk.get_by_role('button', name='送請確認')).to_have_count(0)
    clerk.goto(f'{site.url}/volunteers/6/record-book/application')
    clerk.get_by_role('combobox', name=re.compile('發冊類別')).click()
    expect(clerk.get_by_role('option', name='換發')).to_be_visible()
    expect(clerk.get_by_role('option', name='初次')).to_have_count(0)


def test_what_is_returned_is_mended_and_a_batch_confirmed_with_one_press(
    site: Site, clerk: Page, ho: Page, wang: Page
) -> None:
    sent(site, clerk, 7, '0124')
    ho.goto(f'{site.url}/reviews/paper-books')
    ho.get_by_role('link', name='𠮷田小犇').click()
    ho.get_by_role('button', name='退回補正').click()
    ho.get_by_label('審核意見').fill('號碼與封面不同。')
    ho.get_by_role('dialog').get_by_role('button', name='退回補正').click()
    expect(ho.get_by_text('已退回單位補正，並通知運用單位。')).to_be_visible()

    wang.goto(f'{site.url}/reviews/paper-books')
    clerk.goto(f'{site.url}/volunteers/7/record-book/paper')
    expect(clerk.get_by_text('退回原因：號碼與封面不同。')).to_be_visible()
    clerk.locator('#serial').fill('000125')
    clerk.get_by_role('button', name='送請確認').click()

    wang.get_by_role('checkbox', name='選取 𠮷田小犇').check()
    wang.get_by_role('button', name='確認選取的 1 冊').click()
    wang.get_by_role('dialog').get_by_role('button', name='確認這 1 冊').click()

    expect(wang.get_by_role('link', name='𠮷田小犇')).to_have_count(0)
    expect(wang.get_by_role('link', name='待確認 1')).to_be_visible()
    wang.get_by_role('link', name='已確認 3').click()
    expect(wang.get_by_text('中市文字第000125號')).to_be_visible()


def sent(site: Site, page: Page, volunteer: int, serial: str, *, with_cover: bool = False) -> None:
    """The form filled in and sent."""
    page.goto(f'{site.url}/volunteers/{volunteer}/record-book/paper')
    page.locator('#series').fill('中市文')
    page.locator('#serial').fill(serial)
    page.locator('#issued_on').fill('103/05/06')
    page.locator('#issued_on').blur()
    if with_cover:
        picture = io.BytesIO()
        Image.new('RGB', (600, 800), 'firebrick').save(picture, 'JPEG')
        chosen = FilePayload(name='封面.jpg', mimeType='image/jpeg', buffer=picture.getvalue())
        page.locator('#cover').set_input_files(chosen)
        expect(page.get_by_role('img', name='封面')).to_be_visible()
    page.get_by_role('button', name='送請確認').click()
    expect(page.get_by_text('已送請發冊機關確認')).to_be_visible()
