"""The whole story, with three browsers: STEP 1 to 8, a return for correction, the approval, and the volunteer's PDF."""

import email
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pypdf import PdfReader

from domain import dates

from . import samples
from .site import Site, free_port, launched, running_site, signed_in

NUMBER = 'B120000008'  # arithmetic, checked by its check digit only
PASSWORD = 'Sample-Passw0rd'
RELEASED = 14_000  # ten seconds to undo, and some for a busy machine
NAME = '測試員堃'


@pytest.fixture(scope='module')
def letters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A real SMTP server; its URL and the folder of what it received."""
    folder = tmp_path_factory.mktemp('mail') / 'box'
    server = Controller(Mailbox(folder), hostname='127.0.0.1', port=free_port())
    server.start()
    yield f'smtp://127.0.0.1:{server.port}', folder
    server.stop()


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory, letters: tuple[str, Path]) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp('journey') / 'data', SMTP_URL=letters[0]) as running:
        yield running


@pytest.fixture(scope='module')
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


def test_the_eight_steps_end_with_a_volunteer_reading_the_number_in_the_record_book(
    site: Site, browser: Browser, letters: tuple[str, Path], tmp_path: Path
) -> None:
    reviewer = signed_in(browser, site, 'reviewer')
    reviewer.goto(f'{site.url}/reviews')
    clerk = signed_in(browser, site, 'clerk')  # STEP 1

    expect(clerk.get_by_role('heading', name='子系統入口')).to_be_visible()
    clerk.get_by_role('link', name='進入').click()  # STEP 2
    clerk.get_by_role('link', name='志工基本資料維護').first.click()  # STEP 3
    clerk.get_by_role('link', name='新增志工基本資料').click()
    fill_in_the_volunteer(clerk, tmp_path)  # STEP 4
    expect(clerk).to_have_url(re.compile(r'/volunteers/\d+/trainings'))  # STEP 5
    profile = re.sub(r'/trainings.*', '', clerk.url)
    for kind in ('基礎訓練', '特殊訓練'):
        clerk.get_by_role('link', name='新增', exact=True).click()
        record_a_training(clerk, kind, tmp_path)  # STEP 6
    clerk.get_by_role('link', name='紀錄冊', exact=True).click()
    clerk.get_by_role('link', name='申請送審').click()  # STEP 7
    expect(clerk.get_by_text('可以送審')).to_be_visible()
    assert shown(clerk, '發冊縣市') == '臺中市'
    assert shown(clerk, '發冊機關') == '臺中市政府文化局'
    clerk.get_by_role('button', name='儲存', exact=True).click()  # STEP 8
    expect(clerk.get_by_text('已儲存為草稿')).to_be_visible()
    clerk.get_by_role('button', name='送審', exact=True).click()
    expect(clerk).to_have_url(re.compile('/record-book'))

    arrived = reviewer.get_by_role('link', name=NAME)
    expect(arrived).to_be_visible(timeout=3000)  # no reload
    arrived.click()
    expect(reviewer.get_by_alt_text('正面')).to_be_visible()
    reviewer.get_by_role('button', name='通知補件').click()
    reviewer.locator('#reason').fill('反面看不清用印，請重新掃描。')
    reviewer.get_by_role('button', name='確定通知補件').click()
    expect(reviewer).to_have_url(re.compile('/reviews'))

    expect(clerk.get_by_text('反面看不清用印').first).to_be_visible(timeout=RELEASED)
    clerk.goto(f'{profile}/trainings')
    clerk.get_by_role('link', name='修改').first.click()
    (tmp_path / 'again.jpg').write_bytes(samples.certificate_back())
    clerk.locator('#certificate_back').set_input_files(tmp_path / 'again.jpg')
    expect(clerk.get_by_alt_text('反面：again.jpg').first).to_be_visible()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk).to_have_url(re.compile(r'/trainings\?said'))
    clerk.goto(f'{profile}/record-book/application')
    clerk.get_by_role('button', name='送審', exact=True).click()
    expect(clerk).to_have_url(re.compile('/record-book\\?'))

    again = reviewer.get_by_role('link', name=NAME)
    expect(again).to_be_visible(timeout=3000)
    again.click()
    approve = reviewer.get_by_role('button', name='核可')
    promised = re.search(r'中市\S+號', approve.inner_text())
    approve.click()
    expect(reviewer.get_by_text(f'已核可 {NAME}')).to_be_visible()
    expect(reviewer.get_by_role('link', name=NAME)).to_have_count(0, timeout=RELEASED)

    assert promised is not None
    clerk.goto(f'{profile}/record-book')
    expect(clerk.get_by_text(promised[0]).first).to_be_visible()
    clerk.goto(f'{profile}/history')
    expect(clerk.get_by_text('更換').first).to_be_visible()

    assert promised[0] in book_of_the_volunteer(browser, site)
    told = ' '.join(subjects_of(letters[1]))
    for part in ('示例文化中心送審 1 件', '請補件，補齊後即可重新送審', '審核完成，已核可發冊', '您的紀錄冊已核發'):
        assert part in told


def fill_in_the_volunteer(page: Page, folder: Path) -> None:
    """STEP 4, the number typed in full width as people do."""
    (folder / 'photo.jpg').write_bytes(samples.portrait())
    page.locator('#identity_number').fill('Ｂ120000008')
    page.get_by_role('checkbox', name='同意個資使用').click()
    page.locator('#name').fill(NAME)
    page.locator('#password').fill(PASSWORD)
    page.locator('#password_again').fill(PASSWORD)
    page.locator('#born_on').fill('74/5/12')
    page.get_by_role('radio', name='男').click()
    expect(page.get_by_text('西元 1985 年 5 月 12 日')).to_be_visible()
    expect(page.locator('#identity_number')).to_have_value(NUMBER)
    page.locator('#email').fill('volunteer@example.com')
    page.locator('fieldset', has_text='是否加入救災志工').get_by_role('radio', name='否').click()
    page.locator('#photo').set_input_files(folder / 'photo.jpg')
    page.get_by_role('button', name='使用這張照片').click()
    expect(page.get_by_text('自動檢查通過')).to_be_visible()
    page.get_by_role('checkbox', name='確認志工照片為清晰、半身照').click()
    page.get_by_role('button', name='儲存', exact=True).click()


def record_a_training(page: Page, kind: str, folder: Path) -> None:
    """STEP 6: one course of six hours with both sides of its certificate."""
    day = dates.roc(dates.today() - timedelta(days=30))
    (folder / f'{kind}-front.jpg').write_bytes(samples.certificate_front(f'{NAME}{kind}'))
    (folder / f'{kind}-back.jpg').write_bytes(samples.certificate_back())
    page.locator('#title').fill(f'志工{kind}')
    page.locator('#starts_on').fill(day)
    page.locator('#ends_on').fill(day)
    page.locator('#provider').fill('示例文化中心')
    choose(page, '訓練課程', kind)
    choose(page, '課程領域', '文化')
    page.locator('#hours').fill('6')
    page.locator('#certificate_front').set_input_files(folder / f'{kind}-front.jpg')
    expect(page.get_by_alt_text(f'正面：{kind}-front.jpg').first).to_be_visible()
    page.locator('#certificate_back').set_input_files(folder / f'{kind}-back.jpg')
    expect(page.get_by_alt_text(f'反面：{kind}-back.jpg').first).to_be_visible()
    page.get_by_role('button', name='儲存', exact=True).click()
    expect(page).to_have_url(re.compile(r'/volunteers/\d+/trainings\?'))


def choose(page: Page, label: str, option: str) -> None:
    """Pick from one of our selects."""
    page.get_by_role('combobox', name=label).first.click()
    page.get_by_role('option', name=option, exact=True).click()


def shown(page: Page, label: str) -> str:
    """What one of our selects shows."""
    return page.get_by_role('combobox', name=label).first.input_value()


def book_of_the_volunteer(browser: Browser, site: Site) -> str:
    """The text of the PDF that the volunteer downloads; a password set by somebody else is changed first."""
    page = signed_in(browser, site, NUMBER, PASSWORD)
    if '/account/password' in page.url:
        page.locator('#old').fill(PASSWORD)
        page.locator('#new').fill(f'{PASSWORD}-of-my-own')
        page.locator('#again').fill(f'{PASSWORD}-of-my-own')
        page.get_by_role('button', name='變更密碼').click()
        expect(page).not_to_have_url(re.compile('/account/password'))
    page.goto(f'{site.url}/my')
    expect(page.get_by_role('heading', name=f'{NAME}，您的紀錄冊已核發')).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role('link', name='下載紀錄冊 PDF').click()
    pages = PdfReader(io.BytesIO(Path(download.value.path()).read_bytes())).pages
    return re.sub(r'\s+', '', ''.join(each.extract_text() for each in pages))


def subjects_of(folder: Path) -> set[str]:
    """The subjects of what the SMTP server received."""
    letters = [email.message_from_bytes(file.read_bytes()) for file in (folder / 'new').iterdir()]
    return {str(make_header(decode_header(letter['Subject'] or ''))) for letter in letters}
