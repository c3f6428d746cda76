"""The whole story, with four browsers: STEP 1 to 8, marks, answers, the approval, and the volunteer's PDF."""

import email
import io
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from pypdf import PdfReader

from domain import dates

from . import samples
from .patience import SECONDS
from .presses import Presses
from .site import PATIENCE, Site, computer, free_port, running_site, signed_in, takes

NUMBER = 'B120000008'  # arithmetic, checked by its check digit only
PASSWORD = 'Sample-Passw0rd'
NAME = '測試員堃'
VOLUNTEER = 'volunteer@example.com'

MOST_CLICKS, MOST_KEYS = 22, 75


WHAT_AND_WHO = 'lines => lines.map(line => [...line.children].slice(0, -1).map(each => each.textContent).join(" "))'
MAIL = '電子郵件已寄出 系統'
TIMELINE = [
    '開始申請 林小滿',
    '送審 林小滿',
    MAIL,
    '通知補件 何專員',
    MAIL,
    '回覆補正 林小滿',
    '再次送審（第 2 次） 林小滿',
    MAIL,
    '確認補正 何專員',
    '核可 何專員',
    MAIL,  # to the unit
    MAIL,  # to the volunteer
]
AGENCY = ('culture@example.gov.tw', 'reviewer2@example.com', 'reviewer@example.com')
UNIT = ('clerk@example.com', 'unit@example.com')
MAILS = sorted(
    [
        *((receiver, '示例文化中心送審 1 件') for receiver in AGENCY * 2),
        *((receiver, '請補件，補齊後即可重新送審') for receiver in UNIT),
        *((receiver, '審核完成，已核可發冊') for receiver in UNIT),
        (VOLUNTEER, '請設定您的登入密碼'),
        (VOLUNTEER, '您的紀錄冊已核發，可以線上檢視了'),
    ]
)


@pytest.fixture(scope='module')
def letters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A real SMTP server; its URL and the folder of what it received."""
    folder = tmp_path_factory.mktemp('mail') / 'box'
    server = Controller(Mailbox(folder), hostname='127.0.0.1', port=free_port())
    server.start()
    try:
        yield f'smtp://127.0.0.1:{server.port}', folder
    finally:
        server.stop()


@pytest.fixture(scope='module')
def site(demo_office: Path, tmp_path_factory: pytest.TempPathFactory, letters: tuple[str, Path]) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp('journey') / 'data', demo_office, SMTP_URL=letters[0]) as running:
        yield running


def test_from_step_1_over_a_return_with_two_marks_to_the_number_in_the_volunteers_record_book(
    site: Site, browser: Browser, letters: tuple[str, Path], tmp_path: Path
) -> None:
    reviewer, colleague = signed_in(browser, site, 'reviewer'), signed_in(browser, site, 'reviewer2')
    for page in (reviewer, colleague):
        page.goto(f'{site.url}/reviews')
    bell = colleague.get_by_role('link', name=re.compile('件輪到您'))
    waiting = int(bell.inner_text())
    clerk = signed_in(browser, site, 'clerk')  # STEP 1
    clerk.goto(site.url)

    profile = sends_a_new_volunteer(clerk, tmp_path)

    arrived = reviewer.get_by_role('link', name=NAME)
    expect(arrived).to_be_visible()
    expect(bell).to_have_text(str(waiting + 1))
    arrived.click()
    expect(on_the_queue(colleague).get_by_text('何專員 正在審')).to_be_visible()
    opened = reviewer.url
    marks_the_photo_and_a_spot_and_returns(reviewer)

    expect(clerk.get_by_text('反面看不清用印').first).to_be_visible()
    mends_one_disputes_the_other_and_sends_again(clerk, profile, tmp_path)

    expect(on_the_queue(reviewer).get_by_text('補件再送 2 項')).to_be_visible()
    reviewer.get_by_role('link', name=NAME).click()
    looks_at_old_and_new_and_accepts(reviewer)
    number = approves_undoes_and_approves_again(reviewer, site)

    expect(clerk.get_by_role('link', name=number)).to_be_visible()
    expect(on_the_queue(colleague)).to_have_count(0)
    case = re.findall(r'/reviews/(\d+)', opened)[0]
    assert told_by_mail(letters[1], case) == MAILS
    clerk.locator('summary', has_text='案件歷程').click()
    clerk.get_by_role('button', name=f'顯示全部 {len(TIMELINE)} 筆').click()
    expect(clerk.locator('.lb-timeline ol .h')).to_have_count(len(TIMELINE))
    assert told_by_the_timeline(clerk) == TIMELINE
    clerk.goto(f'{profile}/history')
    expect(clerk.get_by_text('更換').first).to_be_visible()
    assert number in book_of_the_volunteer(browser, site, letters[1])


def sends_a_new_volunteer(page: Page, folder: Path) -> str:
    """STEP 2 to 8, from one message to the next form; the address of the volunteer's pages.

    45 clicks and 119 keys before issue 9; no more than the bound since.
    """
    hands = Presses(page)
    expect(page.get_by_role('heading', name='子系統入口')).to_be_visible()
    hands.click(page.get_by_role('link', name=re.compile('^新增志工')))  # STEP 2 and 3
    fill_in_the_volunteer(hands, folder)  # STEP 4
    expect(page).to_have_url(re.compile(r'/volunteers/\d+/trainings'))  # STEP 5
    profile = re.sub(r'/trainings.*', '', page.url)
    for kind in ('基礎訓練', '特殊訓練'):
        hands.click(message(page).get_by_role('link', name=f'新增{kind}'))
        record_a_training(hands, kind, folder)  # STEP 6
    hands.click(message(page).get_by_role('link', name='申請送審'))  # STEP 7
    expect(page.get_by_text('可以送審')).to_be_visible()
    shows(page, '發冊縣市', '臺中市')
    shows(page, '發冊機關', '臺中市政府文化局')
    hands.click(page.get_by_role('button', name='送審', exact=True))  # STEP 8
    expect(page).to_have_url(re.compile('/record-book$'))
    print(f'a new volunteer, from the menu to 送審: {hands}')
    assert hands.clicks <= MOST_CLICKS
    assert hands.keys <= MOST_KEYS
    return profile


def message(page: Page) -> Locator:
    """What the page says about the act before."""
    return page.locator('.lb-lead-on')


def marks_the_photo_and_a_spot_and_returns(page: Page) -> None:
    """Two marks on the desk: a reason from the chips with its text, and other words with a spot on the scan."""
    page.get_by_role('button', name='照片補件').click()
    expect(page.get_by_role('list', name='照片的標準')).to_be_visible()
    page.get_by_role('button', name='非半身').click()
    expect(page.get_by_label('給單位的說明')).to_have_value(re.compile('半身'))
    page.get_by_role('button', name='標記補件').click()
    expect(page.get_by_role('heading', name='已標記 1 項補件')).to_be_visible()

    page.get_by_role('button', name='反面補件').click()
    page.get_by_role('button', name='模糊').click()
    page.get_by_label('給單位的說明').fill('反面看不清用印，請重新掃描。')
    page.get_by_alt_text('基礎訓練反面').click(position={'x': 60, 'y': 40})
    page.get_by_role('button', name='標記補件').click()
    expect(page.get_by_role('heading', name='已標記 2 項補件')).to_be_visible()

    page.get_by_role('button', name='通知補件').click()
    asked = page.get_by_role('dialog', name='通知補件：原因')
    expect(asked.get_by_role('listitem')).to_have_count(2)
    asked.get_by_role('button', name='確定通知補件').click()
    expect(page.get_by_text(f'已通知補件 {NAME}')).to_be_visible()


def mends_one_disputes_the_other_and_sends_again(page: Page, profile: str, folder: Path) -> None:
    """The clerk comes to the first mark; 送審 opens when both are answered."""
    page.get_by_role('link', name='查看申請').click()
    expect(page.get_by_role('heading', name='2 項需補正')).to_be_visible()
    first, second = page.locator('.lb-correction').all()
    expect(first).to_be_focused()
    expect(second.locator('.lb-spot')).to_be_visible()
    send = page.get_by_role('button', name='送審', exact=True)
    expect(send).to_be_disabled()

    second.get_by_role('link', name='前往修改').click()
    expect(page.locator('#certificate_back-marks')).to_contain_text('反面看不清用印，請重新掃描。')
    (folder / 'again.jpg').write_bytes(samples.certificate_front('重新掃描'))
    page.locator('#certificate_back').set_input_files(folder / 'again.jpg')
    expect(page.get_by_alt_text('反面：again.jpg').first).to_be_visible()
    page.get_by_role('button', name='儲存', exact=True).click()
    expect(page).to_have_url(re.compile(rf'{profile}/record-book/application$'))
    page.get_by_role('button', name=re.compile('^已補正：')).last.click()
    expect(page.get_by_role('heading', name='1 項需補正')).to_be_visible()

    page.get_by_role('button', name=re.compile('^有異議：')).click()
    page.get_by_label('為什麼不需要修改？').fill('照片拍到胸口，是半身照。')
    page.get_by_role('button', name='送出異議').click()
    expect(page.get_by_role('heading', name='補正都已回覆')).to_be_visible()
    send.click()
    expect(page).to_have_url(re.compile('/record-book$'))


def looks_at_old_and_new_and_accepts(page: Page) -> None:
    """Only the marks are looked at again: the scan as it was with its spot beside the new one, and the objection."""
    expect(page.get_by_role('heading', name='只需再看 2 項補正')).to_be_visible()
    photo, scan = page.locator('.lb-marks > ol > li').all()
    expect(photo).to_contain_text('照片拍到胸口，是半身照。')
    expect(photo).to_contain_text('補正後（沒有更動）')
    old, new = scan.locator('.lb-side-by').all()
    expect(old.locator('.lb-spot')).to_be_visible()
    pictures = [side.locator('img').get_attribute('src') for side in (old, new)]
    assert None not in pictures
    assert pictures[0] != pictures[1]
    scan.get_by_role('button', name='確認：').click()
    expect(page.get_by_role('heading', name='只需再看 1 項補正')).to_be_visible()
    page.get_by_role('button', name='全部確認').click()
    expect(page.get_by_role('heading', name='補正都已結清')).to_be_visible()


def approves_undoes_and_approves_again(page: Page, site: Site) -> str:
    """The number that 核可 promised, which is taken only when the time after the second time is over."""
    case = page.url
    takes(page, site, '2 分鐘')
    page.goto(case)
    approve = page.get_by_role('button', name='核可')
    expect(approve).to_contain_text(re.compile(r'中市\S+號'))
    promised = re.search(r'中市\S+號', approve.inner_text())
    approve.click()
    bar = page.locator('.lb-undo')
    expect(bar.get_by_text(f'已核可 {NAME}')).to_be_visible()
    bar.get_by_role('button', name='復原').click()
    expect(page.get_by_role('heading', level=1, name=NAME)).to_be_visible()
    takes(page, site, '10 秒')
    page.goto(case)
    approve.click()
    expect(bar.get_by_text(f'已核可 {NAME}')).to_be_visible()
    assert promised is not None
    return promised[0]


def on_the_queue(page: Page) -> Locator:
    """The line of the queue that is about our volunteer."""
    return page.locator('.lb-item', has_text=NAME)


def told_by_the_timeline(page: Page) -> list[str]:
    """What happened and who did it, the first first."""
    return [line.replace('\n', ' ') for line in page.locator('.lb-timeline ol .h').evaluate_all(WHAT_AND_WHO)][::-1]


def fill_in_the_volunteer(hands: Presses, folder: Path) -> None:
    """STEP 4, the number typed in full width as people do; it tells the sex. The photo is framed by itself."""
    page = hands.page
    (folder / 'photo.jpg').write_bytes(samples.portrait())
    hands.type(page.locator('#identity_number'), 'Ｂ120000008')
    hands.click(page.get_by_role('checkbox', name='同意個資使用'))
    expect(page.get_by_role('radio', name='男')).to_be_checked()
    hands.type(page.locator('#name'), NAME)
    hands.click(page.get_by_role('checkbox', name='系統自動設定'))
    hands.type(page.locator('#born_on'), '74/5/12')
    hands.type(page.locator('#email'), VOLUNTEER)
    expect(page.get_by_text('西元 1985 年 5 月 12 日')).to_be_visible()
    expect(page.locator('#identity_number')).to_have_value(NUMBER)
    no = page.locator('fieldset', has_text='是否加入救災志工').get_by_role('radio', name='否')
    expect(no).to_be_checked()
    hands.choose(page.get_by_text('按這裡選擇'), [folder / 'photo.jpg'])
    expect(page.get_by_text('自動檢查通過')).to_be_visible()
    hands.click(page.get_by_role('checkbox', name='確認志工照片為清晰、半身照'))
    hands.click(page.get_by_role('button', name='儲存', exact=True))


def record_a_training(hands: Presses, kind: str, folder: Path) -> None:
    """STEP 6: the usual course of the kind, its day, and both sides of its certificate in one choice."""
    page = hands.page
    sides = [folder / f'{kind}-1.jpg', folder / f'{kind}-2.jpg']
    for side, content in zip(
        sides, (samples.certificate_front(f'{NAME}{kind}'), samples.certificate_back()), strict=True
    ):
        side.write_bytes(content)
    expect(page.locator('#title')).to_have_value(f'志工{kind}')
    shows(page, '訓練課程', kind)
    shows(page, '課程領域', '文化')
    hands.type(page.locator('#starts_on'), dates.roc(dates.today() - timedelta(days=30)))
    hands.choose(page.get_by_text('按這裡選擇').first, sides)
    for word, side in zip(('正面', '反面'), sides, strict=True):
        expect(page.get_by_alt_text(f'{word}：{side.name}').first).to_be_visible()
    expect(page.locator('#ends_on')).to_have_value(page.locator('#starts_on').input_value())
    hands.click(page.get_by_role('button', name='儲存', exact=True))
    expect(page).to_have_url(re.compile(r'/volunteers/\d+/trainings$'))


def choose(page: Page, label: str, option: str) -> None:
    """Pick from one of our selects; a list that closes again, as when an answer arrives meanwhile, is opened anew."""
    wanted = page.get_by_role('option', name=option, exact=True)
    for _ in range(12):
        page.get_by_role('combobox', name=label).first.click()
        try:
            wanted.click(timeout=PATIENCE / 12)
        except PlaywrightTimeoutError:
            continue
        return
    raise AssertionError(f'{label} offers no {option}')


def shows(page: Page, label: str, option: str) -> None:
    """One of our selects shows this."""
    expect(page.get_by_role('combobox', name=label).first).to_have_value(option)


def book_of_the_volunteer(browser: Browser, site: Site, folder: Path) -> str:
    """The text of the PDF that the volunteer downloads, who has set a password by the link in the first mail."""
    page = computer(browser, site).new_page()
    page.goto(link_for_the_volunteer(folder))
    page.locator('#password').fill(PASSWORD)
    page.locator('#again').fill(PASSWORD)
    page.get_by_role('button', name='設定密碼').click()
    expect(page).not_to_have_url(re.compile('/account/reset'))
    page = signed_in(browser, site, NUMBER, PASSWORD)
    page.goto(f'{site.url}/my')
    expect(page.get_by_role('heading', name=f'{NAME}，您的紀錄冊已核發')).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role('link', name='下載紀錄冊 PDF').click()
    pages = PdfReader(io.BytesIO(Path(download.value.path()).read_bytes())).pages
    return re.sub(r'\s+', '', ''.join(each.extract_text() for each in pages))


def link_for_the_volunteer(folder: Path) -> str:
    """Where the volunteer sets a password, from the mail that the SMTP server got."""
    letters = [email.message_from_bytes(file.read_bytes()) for file in (folder / 'new').iterdir()]
    ours = [part for letter in letters if letter['To'] == VOLUNTEER for part in letter.walk()]
    texts = [bytes(part.get_payload(decode=True)).decode() for part in ours if part.get_content_type() == 'text/plain']
    found = re.search(r'http\S+/account/reset\?token=\S+', ''.join(texts))
    assert found is not None
    return found[0]


def told_by_mail(folder: Path, case: str) -> list[tuple[str, str]]:
    """Receivers and subjects, sorted, of what the SMTP server got about the case; once there is as much as expected."""
    until = time.monotonic() + SECONDS
    while True:
        letters = [email.message_from_bytes(file.read_bytes()) for file in (folder / 'new').iterdir()]
        told = [(letter['To'], str(make_header(decode_header(letter['Subject'])))) for letter in letters]
        ours = [one for one in told if re.search(rf'案號 {case}\b', one[1]) or one[0] == VOLUNTEER]
        if len(ours) >= len(MAILS) or time.monotonic() > until:
            return sorted((receiver, re.sub(r'.*】(案號 \d+ )?|（.*', '', subject)) for receiver, subject in ours)
        time.sleep(0.2)
