"""What only a browser can show of the reviewer's desk: its keys, a spot marked on a certificate, the way back."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from ....domain.sample_office import NOW
from ....site import Site, launched, running_site, settled, signed_in, takes


@pytest.fixture(scope='module')
def site(office_of_now: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    # On a working day: on others nothing is due.
    with running_site(tmp_path_factory.mktemp('desk') / 'data', office_of_now, NOW + timedelta(hours=1)) as running:
        yield running


@pytest.fixture(scope='module')
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope='module')
def page(site: Site, browser: Browser) -> Page:
    """何專員's browser."""
    return signed_in(browser, site, 'reviewer')


def test_j_and_k_lead_through_the_list_as_it_is_filtered(site: Site, page: Page) -> None:
    page.goto(f'{site.url}/reviews')
    page.get_by_role('button', name='今日到期').click()
    expect(page).to_have_url(f'{site.url}/reviews?due=today')

    page.keyboard.press('j')
    expect(page.get_by_role('heading', level=1, name='張小安')).to_be_visible()
    expect(page.get_by_text('第 1／1 件')).to_be_visible()
    page.get_by_role('button', name=re.compile('^全部')).click()
    expect(page.get_by_text(re.compile('第 2／'))).to_be_visible()
    page.keyboard.press('k')

    expect(page.get_by_role('heading', level=1, name='谷辣斯')).to_be_visible()


def test_the_list_of_keys_opens_and_can_switch_them_off(site: Site, page: Page) -> None:
    page.goto(f'{site.url}/reviews')
    settled(page)
    page.keyboard.press('?')
    keys = page.get_by_role('dialog', name='快速鍵')
    expect(keys).to_be_visible()
    keys.get_by_role('checkbox').uncheck()
    page.keyboard.press('Escape')
    expect(keys).to_be_hidden()
    page.keyboard.press('j')  # nobody hears it

    page.keyboard.press('?')
    keys.get_by_role('checkbox').check()
    page.keyboard.press('Escape')
    expect(keys).to_be_hidden()
    page.keyboard.press('j')
    expect(page.get_by_text(re.compile('第 1／'))).to_be_visible()


def test_a_spot_on_a_certificate_is_marked_where_it_was_clicked_also_when_it_was_turned(site: Site, page: Page) -> None:
    opened(site, page, '周小晴')
    page.keyboard.press('3')
    back = page.get_by_role('region', name='反面')
    expect(back).to_be_focused()

    page.get_by_role('button', name='反面旋轉').click()
    page.get_by_role('button', name='反面旋轉').click()
    page.get_by_role('button', name='反面補件').click()
    page.keyboard.press('2')
    words = page.get_by_label('給單位的說明')
    expect(words).to_have_value(re.compile('圖片模糊'))
    words.press('a')  # typed, no decision
    box = back.bounding_box()
    assert box
    back.click(position={'x': box['width'] * 0.25, 'y': box['height'] * 0.25})
    expect(page.get_by_text('位置已標在影像上')).to_be_visible()
    page.get_by_role('button', name='標記補件').click()

    expect(page.get_by_role('heading', name='已標記 1 項補件')).to_be_visible()
    spot = page.locator('.lb-sheet-picture .lb-spot')
    # from the upper left of a picture that stands on its head: the lower right
    place = [float(spot.evaluate(f'(pin) => parseFloat(pin.style.{side})')) for side in ('left', 'top')]
    assert place == pytest.approx([75, 75], abs=2)

    page.get_by_role('button', name='撤銷標記').click()
    expect(page.get_by_role('heading', name='補正都已結清')).to_be_visible()
    expect(page.locator('.lb-marks li.withdrawn')).to_have_count(1)


def test_all_four_sides_fit_a_wide_screen_two_a_narrow_one_and_the_full_screen_goes_on_by_arrow_keys(
    site: Site, page: Page
) -> None:
    opened(site, page, '周小晴')
    sides = page.get_by_role('region', name=re.compile('正面|反面'))
    expect(sides).to_have_count(2)
    before = page.viewport_size
    page.set_viewport_size({'width': 1920, 'height': 1080})
    expect(sides).to_have_count(4)
    for side in sides.all():
        expect(side).to_be_in_viewport(ratio=1)
    page.set_viewport_size(before or {'width': 1280, 'height': 860})

    page.keyboard.press('f')
    whole = page.get_by_role('dialog', name=re.compile('全螢幕'))
    expect(whole.get_by_role('region', name='基礎訓練正面')).to_be_visible()
    expect(whole.get_by_text('志工基礎訓練')).to_be_visible()
    page.keyboard.press('a')  # no decision behind it
    page.keyboard.press('ArrowRight')
    expect(whole.get_by_role('region', name='基礎訓練反面')).to_be_visible()
    page.keyboard.press('4')
    expect(whole.get_by_role('region', name='特殊訓練正面')).to_be_visible()
    page.keyboard.press('f')
    expect(page.get_by_role('dialog')).to_have_count(0)
    expect(page.get_by_role('region', name='特殊訓練正面')).to_be_focused()


def test_the_pictures_of_a_roster_open_one_after_the_other_and_what_was_opened_is_marked(
    site: Site, page: Page
) -> None:
    page.goto(f'{site.url}/reviews/rosters/1')
    sheet = page.get_by_role('region', name='影像一覽')
    expect(sheet.get_by_text('未開啟', exact=True)).to_be_visible()
    page.get_by_label('選取 李小文').check()
    page.get_by_role('button', name='核可選取的 1 件').click()
    expect(page.get_by_text('其中 1 件送審後還沒有人開啟過：李小文。')).to_be_visible()
    page.keyboard.press('Escape')

    sheet.get_by_role('button', name='李小文　照片').click()
    page.keyboard.press('ArrowRight')
    expect(page.get_by_role('dialog').get_by_role('region', name='基礎訓練正面')).to_be_visible()
    page.get_by_role('button', name='關閉').click()

    expect(sheet.get_by_text('已開啟', exact=True)).to_be_visible()
    expect(sheet.get_by_role('button', name='李小文　基礎訓練正面（看過）')).to_be_visible()


def test_r_asks_for_the_words_and_a_approves_with_time_to_undo(site: Site, page: Page) -> None:
    takes(page, site, '30 秒')
    opened(site, page, '周小晴')
    page.keyboard.press('r')
    expect(page.get_by_role('dialog', name='通知補件：原因')).to_be_visible()
    page.keyboard.press('a')  # behind the open question nothing hears it
    page.keyboard.press('Escape')
    expect(page.get_by_role('dialog')).to_have_count(0)

    page.keyboard.press('a')
    bar = page.locator('.lb-undo')
    expect(bar.get_by_text('已核可 周小晴')).to_be_visible()
    expect(page.get_by_role('heading', level=1, name='周小晴')).to_have_count(0)
    expect(bar.get_by_text(re.compile(r'\d+ 秒內可復原'))).to_be_visible()
    expect(bar.get_by_role('button', name='復原')).to_be_focused()
    box, decision = bar.bounding_box(), page.locator('.lb-decide').bounding_box()
    assert box
    assert decision
    assert box['y'] + box['height'] <= decision['y']  # the next case is decided meanwhile
    page.keyboard.press('u')

    expect(page.get_by_role('heading', level=1, name='周小晴')).to_be_visible()
    expect(bar).to_be_hidden()


def test_of_several_selected_those_that_cannot_be_approved_are_told_and_the_others_can_be_taken_back(
    site: Site, page: Page
) -> None:
    takes(page, site, '2 分鐘')
    page.goto(f'{site.url}/reviews')
    page.get_by_role('button', name='選取', exact=True).click()
    for name in ('周小晴', '郭小樂'):  # the latter's corrections wait for a second look
        page.get_by_label(f'選取 {name}').check()
    page.get_by_role('button', name='核可選取的 2 件').click()
    page.get_by_role('button', name='核可這 2 件').click()

    report = page.get_by_role('dialog', name='1 件沒有核可')
    expect(report.get_by_text('郭小樂')).to_be_visible()
    said = page.locator('.lb-undo').get_by_role('status')
    expect(said).to_contain_text(re.compile(r'已核可 周小晴\s*目視 \d+ 項未勾'))
    page.keyboard.press('u')  # its bar stands beside the dialog
    expect(page.get_by_role('heading', level=1, name='周小晴')).to_be_visible()


def test_a_case_that_a_colleague_is_reading_is_named_in_the_question_and_may_be_left_out(
    site: Site, page: Page, browser: Browser
) -> None:
    page.goto(f'{site.url}/reviews')
    colleague = signed_in(browser, site, 'reviewer2')
    colleague.goto(f'{site.url}/reviews/4')
    expect(page.locator('.lb-item', has_text='周小晴').get_by_text('王專員 正在審')).to_be_visible()
    page.get_by_role('button', name='選取', exact=True).click()
    for name in ('周小晴', '郭小樂'):
        page.get_by_label(f'選取 {name}').check()

    page.get_by_role('button', name='核可選取的 2 件').click()
    question = page.get_by_role('dialog', name='確定要核可這 2 件嗎？')
    expect(question.get_by_text('其中 1 件同事正在看：周小晴（王專員）。')).to_be_visible()
    question.get_by_role('button', name='核可其他 1 件').click()

    report = page.get_by_role('dialog', name='1 件沒有核可')
    expect(report.get_by_text('郭小樂')).to_be_visible()
    expect(report.get_by_text('周小晴')).to_have_count(0)
    expect(report.get_by_text('沒有案件被核可')).to_be_visible()
    report.get_by_role('button', name='知道了').click()
    colleague.context.close()
    expect(page.locator('.lb-item', has_text='周小晴').get_by_text('王專員 正在審')).to_have_count(0)


def test_the_preview_says_that_it_is_being_made_and_when_it_cannot_be(site: Site, page: Page) -> None:
    opened(site, page, '周小晴')
    press = page.get_by_role('button', name='預覽紀錄冊頁面')
    dialog = page.get_by_role('dialog', name='預覽核可後的紀錄冊')
    said, meanwhile = dialog.get_by_role('status'), list[str]()

    def made(route: Route) -> None:
        meanwhile.append(said.inner_text())
        route.continue_()

    page.route('**/preview.png*', made)
    press.click()
    expect(dialog.get_by_role('img')).to_be_visible()
    expect(said).to_be_hidden()
    assert meanwhile == ['正在製作預覽…']
    dialog.get_by_role('button', name='關閉').click()
    expect(dialog).to_have_count(0)
    page.unroute('**/preview.png*')

    page.route('**/preview.png*', lambda route: route.abort())
    press.click()
    expect(said).to_contain_text('預覽沒有做出來。')
    expect(dialog.get_by_role('img')).to_be_hidden()
    dialog.get_by_role('button', name='關閉').click()
    page.unroute('**/preview.png*')


def opened(site: Site, page: Page, name: str) -> None:
    """The case of `name` on the desk, ready for keys."""
    page.goto(f'{site.url}/reviews')
    page.get_by_role('link', name=name).first.click()
    expect(page.get_by_role('heading', level=1, name=name)).to_be_visible()
    expect(page.get_by_text('您正在審').first).to_be_visible()
    expect(page.locator('html[data-fresh]')).to_have_count(0)


def test_who_a_case_was_given_to_is_said_beside_the_choice_and_in_the_queue(site: Site, browser: Browser) -> None:
    page = signed_in(browser, site, 'reviewer2')
    page.goto(f'{site.url}/reviews/4')
    given = page.get_by_role('region', name='承辦人')
    given.get_by_role('combobox').click()
    page.get_by_role('option', name='何專員').click()

    given.get_by_role('button', name='分派').click()

    expect(given.get_by_text('由何專員承辦。')).to_be_visible()
    expect(page.locator('.lb-item', has_text='案號 4').get_by_text('何專員承辦')).to_be_visible()
