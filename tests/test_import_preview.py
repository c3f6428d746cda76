"""A file of hours on the clerk's page: mended by keyboard, answered, seen by a colleague, confirmed, taken back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .site import Site, settled, signed_in
from .test_accessibility import violations

HOURS = """志工,身分證,起,訖,項目代碼,服務內容,時,分,班別
王小明,DEMO00001,115/02/01,115/02/01,0200,0006,3,0,A
王小明,DEMO00001,115/02/30,115/02/02,0200,0006,3,0,A
王小名,DEMO00001,1150203,1150203,0200,0006,3,20,B
王小明,DEMO00001,1150205,,200,6,2,30,B
王小明,DEMO00001,1150205,,200,6,2,30,B
某人,A123456789,1150205,,200,6,2,30,B
"""


@pytest.fixture(scope='module')
def colleague(site: Site, browser: Browser) -> Page:
    """Another browser of the unit, on the list of batches."""
    page = signed_in(browser, site, 'clerk')
    page.goto(f'{site.url}/imports')
    settled(page)
    return page


def violations_on_the_phone(page: Page) -> list[str]:
    before = page.viewport_size
    page.set_viewport_size({'width': 375, 'height': 812})
    found = violations(page)
    assert before is not None
    page.set_viewport_size(before)
    return found


def row(page: Page, number: int) -> Locator:
    return page.locator(f'tr[data-row="{number}"]')


def test_a_file_is_mended_by_keyboard_confirmed_and_taken_back_before_the_eyes_of_a_colleague(
    site: Site, clerk: Page, colleague: Page, tmp_path: Path
) -> None:
    (tmp_path / '時數.csv').write_bytes(HOURS.encode('cp950'))
    clerk.goto(f'{site.url}/imports/new/service-hours')
    clerk.get_by_label('選擇試算表').set_input_files(tmp_path / '時數.csv')
    expect(clerk.get_by_text('全部讀完')).to_be_visible()
    expect(clerk.get_by_role('button', name='確認匯入 2 筆')).to_be_enabled()
    expect(row(clerk, 5)).to_contain_text('0200')  # as it is understood: a spreadsheet has lost the zero
    assert violations(clerk) == []
    assert violations_on_the_phone(clerk) == []
    colleague.get_by_role('link', name='時數.csv').click()
    expect(row(colleague, 3)).to_contain_text('民國 115 年 2 月沒有 30 日')

    box = clerk.get_by_label('第 3 列 服務日期起')
    box.fill('115/02/31')
    box.press('Enter')
    expect(clerk.get_by_label('第 4 列 姓名')).to_be_focused()
    expect(row(clerk, 3)).to_contain_text('沒有 31 日')
    box.fill('115/02/02')
    box.press('Tab')
    expect(row(clerk, 3)).to_contain_text('已改正')  # it goes below the errors
    expect(clerk.get_by_label('第 4 列 姓名')).to_be_focused()
    expect(row(colleague, 3)).to_contain_text('原為 115/02/30')
    clerk.get_by_role('button', name='第 4 列 改用此名').click()
    clerk.get_by_label('第 4 列 服務時數-分鐘').fill('30')
    clerk.reload()  # what was typed and not left is not lost
    expect(row(clerk, 4)).to_contain_text('已改正')

    clerk.get_by_role('button', name='重複的 1 筆一次決定').click()
    clerk.get_by_role('dialog').get_by_role('button', name='以此筆取代').click()
    expect(colleague.get_by_role('radio', name='以此筆取代')).to_be_checked()
    clerk.get_by_role('button', name='錯誤').click()
    expect(clerk).to_have_url(re.compile(r'grade=wrong'))
    expect(clerk.locator('tr[data-row]')).to_have_count(1)

    clerk.get_by_role('button', name='確認匯入 5 筆').click()
    expect(clerk.get_by_text('已匯入 5 筆：新增 4 筆、變更 1 筆。其餘 1 筆沒有匯入')).to_be_visible()
    expect(colleague.get_by_text('已匯入 5 筆：新增 4 筆、變更 1 筆。')).to_be_visible()
    clerk.goto(f'{site.url}/volunteers/1/service-hours')
    expect(clerk.get_by_text('115/02/02').first).to_be_visible()

    colleague.get_by_role('button', name='整批復原').click()
    colleague.get_by_role('dialog').get_by_role('button', name='整批復原').click()
    expect(colleague.get_by_text('這一批已經復原。其餘 1 筆原本就沒有匯入')).to_be_visible()
    expect(colleague.get_by_role('button', name='改正其餘 1 筆')).to_be_visible()
    expect(colleague.get_by_role('link', name='再匯入一個檔案')).to_be_visible()
    clerk.reload()
    expect(clerk.get_by_text('115/02/02')).to_have_count(0)


def test_a_heading_that_is_given_a_meaning_is_remembered_and_a_range_can_be_pasted(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/imports/new/service-hours')
    clerk.get_by_label('或貼上試算表的範圍').fill(HOURS.replace(',', '\t'))
    clerk.get_by_role('button', name='讀取貼上的內容').click()
    expect(clerk.get_by_text('全部讀完')).to_be_visible()
    clerk.get_by_label('班別對應到').select_option(label='備註')
    expect(clerk.get_by_text('9 欄已對上 9 欄')).to_be_visible()

    clerk.goto(f'{site.url}/imports/new/service-hours')
    clerk.get_by_label('或貼上試算表的範圍').fill(HOURS.replace(',', '\t'))
    clerk.get_by_role('button', name='讀取貼上的內容').click()
    expect(clerk.get_by_text('9 欄已對上 9 欄')).to_be_visible()
    clerk.get_by_role('button', name='取消').click()
    clerk.get_by_role('dialog').get_by_role('button', name='放棄').click()
    expect(clerk.get_by_text('已放棄這次匯入，沒有寫入任何資料。')).to_be_visible()


def test_what_was_pasted_outlives_a_reload_and_equal_cells_are_mended_by_one_press(site: Site, clerk: Page) -> None:
    lines = (
        '匯入動作,志工,身分證,起,項目代碼,服務內容,時',
        *(f'D,王小明,DEMO00001,115/04/0{at},0200,0006,3' for at in (1, 2)),
    )
    words = '\n'.join(lines).replace(',', '\t')
    clerk.goto(f'{site.url}/imports/new/service-hours')
    box = clerk.get_by_label('或貼上試算表的範圍')
    box.fill(words)
    clerk.reload()
    expect(box).to_have_value(words)
    clerk.get_by_role('button', name='讀取貼上的內容').click()
    expect(row(clerk, 2)).to_contain_text('匯入動作只收 A（新增）')
    clerk.get_by_role('button', name='相同的都改：第 2 列，改為 A').click()
    for number in (2, 3):
        expect(row(clerk, number)).to_contain_text('已改正')
    clerk.get_by_role('button', name='取消').click()
    clerk.get_by_role('dialog').get_by_role('button', name='放棄').click()
    expect(clerk.get_by_text('已放棄這次匯入，沒有寫入任何資料。')).to_be_visible()


def test_a_course_comes_at_one_press_and_with_its_ticks_and_choices_outlives_a_reload(site: Site, clerk: Page) -> None:
    people = ('姓名,身分證字號,訓練課程', '王小明,DEMO00001,成長', '吳小堃,DEMO00006,通識')
    clerk.goto(f'{site.url}/imports/new/trainings')
    clerk.get_by_label('或貼上試算表的範圍').fill('\n'.join(people).replace(',', '\t'))
    clerk.get_by_role('button', name='讀取貼上的內容').click()
    expect(clerk.get_by_text('全部讀完')).to_be_visible()

    usual = clerk.get_by_role('group', name='一次帶入課程資料')
    usual.get_by_role('button', name='特殊訓練').click()
    expect(clerk.locator('#title')).to_have_value('志工特殊訓練')
    usual.get_by_role('button', name='基礎訓練').click()
    expect(clerk.locator('#title')).to_have_value('志工基礎訓練')
    clerk.locator('#starts_on').fill('115/02/07')
    no_approval = clerk.get_by_role('checkbox', name='本單位無核定日期與字號')
    no_approval.check()
    clerk.get_by_role('combobox', name='課程領域').click()
    clerk.get_by_role('option', name='社會福利', exact=True).click()
    expect(row(clerk, 2)).to_contain_text('沒有證書：先建立填寫中的表單')
    clerk.reload()

    expect(clerk.locator('#title')).to_have_value('志工基礎訓練')
    expect(clerk.locator('#provider')).to_have_value('示例文化中心')
    expect(clerk.locator('#starts_on')).to_have_value('115/02/07')
    expect(no_approval).to_be_checked()
    expect(clerk.get_by_role('combobox', name='課程領域')).to_have_value('社會福利')
    expect(row(clerk, 3)).to_contain_text('訓練課程沒有「通識」')
    clerk.get_by_label('第 3 列 訓練課程').select_option(label='成長訓練')
    expect(row(clerk, 3)).to_contain_text('已改正')
    expect(clerk.get_by_role('button', name='確認匯入 2 筆')).to_be_enabled()
    clerk.get_by_role('button', name='取消').click()
    clerk.get_by_role('dialog').get_by_role('button', name='放棄').click()
    expect(clerk.get_by_text('已放棄這次匯入，沒有寫入任何資料。')).to_be_visible()
