"""Pages that are used now and then, acted on: 志工總歸戶 and 收編, 批次維護, 發冊紀錄, 審核統計, 系統信件."""

import base64
import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from . import samples
from .site import Site, computer, settled, signed_in
from .test_journey import choose

PURPOSE = '核對證件'
# Where something stands when it has come to rest.
BOX = """async (one) => {
  await Promise.all(one.getAnimations().map((each) => each.finished.catch(() => {})));
  const { left, top, right, bottom } = one.getBoundingClientRect();
  return [left, top, right, bottom];
}"""
# A notice goes after eight seconds, which a busy machine needs to look at it.
NOTICES_STAY = """const wait = setTimeout;
window.setTimeout = (act, after, ...more) => wait(act, after > 5000 ? 2 ** 30 : after, ...more);"""
# A link that the notice covers in part; where to press it.
LINK_BELOW = """async (notice) => {
  await Promise.all(notice.getAnimations().map((each) => each.finished.catch(() => {})));
  const { left, top } = notice.getBoundingClientRect(), link = document.createElement('a');
  Object.assign(link, { href: '/volunteers', innerHTML: '&emsp;&emsp;&emsp;&emsp;' });
  Object.assign(link.style, { position: 'absolute', left: `${left - 24}px`, top: `${scrollY + top + 8}px` });
  document.body.append(link);
  return [left - 12, top + 16];
}"""


def asks(page: Page, site: Site, number: str, reason: str | None) -> None:
    """志工總歸戶, by passport number."""
    page.goto(f'{site.url}/consolidated')
    page.get_by_role('radio', name='護照號碼').click()
    page.locator('#identity_number').fill(number)
    if reason:
        page.locator('#identity_number').press('Tab')  # what follows from the number is there before the list opens
        choose(page, '查詢目的', reason)
    page.get_by_role('button', name='查詢', exact=True).click()


def takes_in(page: Page, site: Site, number: str, name: str, born_on: str) -> None:
    """收編."""
    page.goto(f'{site.url}/consolidated?join=true')
    page.get_by_role('radio', name='護照號碼').click()
    page.locator('#identity_number').fill(number)
    page.locator('#name').fill(name)
    page.locator('#born_on').fill(born_on)
    page.get_by_role('button', name='收編', exact=True).click()


def sheet(page: Page, link: str) -> str:
    """The content of the spreadsheet that a link downloads."""
    with page.expect_download() as download:
        page.get_by_role('link', name=link).click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as ods:
        return ods.read('content.xml').decode()


def test_a_person_of_the_own_unit_is_shown_whole_with_the_way_to_the_record(site: Site, clerk: Page) -> None:
    asks(clerk, site, 'demo00001', PURPOSE)
    expect(clerk.get_by_role('heading', name='王小明')).to_be_visible()
    clerk.get_by_role('link', name='開啟個人頁面').click()
    expect(clerk).to_have_url(f'{site.url}/volunteers/1/basics')


def test_without_a_purpose_nobody_is_shown(site: Site, clerk: Page) -> None:
    asks(clerk, site, 'DEMO00001', None)
    expect(clerk.get_by_text('請輸入查詢目的。')).to_be_visible()
    expect(clerk.get_by_role('heading', name='王小明')).to_have_count(0)


def test_a_number_that_nobody_has_is_told_in_a_sentence_and_the_words_stay(site: Site, clerk: Page) -> None:
    asks(clerk, site, 'DEMO99999', PURPOSE)
    expect(clerk.get_by_text(re.compile('找不到|查無')).first).to_be_visible()
    expect(clerk.locator('#identity_number')).to_have_value('DEMO99999')


def test_what_was_asked_for_is_told_to_the_person(site: Site, clerk: Page, browser: Browser) -> None:
    asks(clerk, site, 'DEMO00001', PURPOSE)
    expect(clerk.get_by_role('heading', name='王小明')).to_be_visible()
    volunteer = signed_in(browser, site, 'DEMO00001')
    volunteer.goto(f'{site.url}/my')
    expect(volunteer.get_by_text('林小滿').first).to_be_attached()


def test_a_wrong_birth_date_takes_nobody_in(site: Site, clerk: Page) -> None:
    takes_in(clerk, site, 'DEMO00009', '林小風', '52/09/03')
    expect(clerk.get_by_text(re.compile('不符')).first).to_be_visible()
    expect(clerk.locator('#name')).to_have_value('林小風')


def test_with_papers_in_hand_a_person_of_another_unit_is_taken_in(site: Site, clerk: Page) -> None:
    takes_in(clerk, site, 'DEMO00010', '許小山', '84/12/24')
    expect(clerk.get_by_text('已收編這位志工').first).to_be_visible()
    expect(clerk).to_have_url(re.compile(r'/volunteers/10/basics'))


def test_who_is_here_already_is_not_taken_in_twice(site: Site, clerk: Page) -> None:
    takes_in(clerk, site, 'DEMO00001', '王小明', '74/05/12')
    expect(clerk).to_have_url(re.compile('/volunteers/1/basics'))
    expect(clerk.get_by_role('main').get_by_text('示例文化中心', exact=True)).to_have_count(1)


def test_one_course_is_prepared_for_two_volunteers_who_then_lack_only_the_certificates(
    site: Site, clerk: Page, tmp_path: Path
) -> None:
    clerk.goto(f'{site.url}/batch/trainings', wait_until='commit')
    expect(clerk).to_have_url(re.compile('draft='))
    clerk.locator('#title').fill('導覽技巧進階')
    clerk.locator('#starts_on').fill('115/03/07')
    clerk.locator('#ends_on').focus()
    expect(clerk.locator('#ends_on')).to_have_value('115/03/07')  # comes where the cursor stands
    clerk.keyboard.type('115/03/08')
    expect(clerk.locator('#ends_on')).to_have_value('115/03/08')
    clerk.locator('#provider').fill('示例文化中心')
    choose(clerk, '訓練課程', '成長訓練')
    choose(clerk, '課程領域', '文化')
    clerk.locator('#hours').fill('3')
    for name in ('吳小堃', '郭小樂'):
        clerk.get_by_role('checkbox', name=re.compile(name)).click()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('已為勾選的志工帶入課程').first).to_be_visible()
    for name in ('吳小堃', '郭小樂'):
        expect(clerk.locator('tbody tr', has_text=name)).to_contain_text('導覽技巧進階')

    clerk.go_back()  # the form is gone: where the work went
    expect(clerk.locator('tbody tr', has_text='吳小堃')).to_contain_text(re.compile(r'DE\*+06'))
    expect(clerk.get_by_role('link', name=re.compile('下一位'))).to_be_visible()
    clerk.locator('tbody tr', has_text='吳小堃').get_by_role('link').last.click()
    expect(clerk.locator('#title')).to_have_value('導覽技巧進階')
    for side, picture in (('front', samples.certificate_front('吳小堃')), ('back', samples.certificate_back())):
        (tmp_path / f'{side}.jpg').write_bytes(picture)
        clerk.locator(f'#certificate_{side}').set_input_files(tmp_path / f'{side}.jpg')
        expect(clerk.get_by_alt_text(re.compile(f'{side}.jpg')).first).to_be_visible()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('教育訓練資料已儲存').first).to_be_visible()
    expect(clerk).to_have_url(re.compile('/batch/trainings'))
    expect(clerk.get_by_role('link', name='下一位：郭小樂')).to_be_visible()
    expect(clerk.locator('tbody tr', has_text='郭小樂')).to_have_count(1)
    expect(clerk.locator('tbody tr', has_text='吳小堃')).to_have_count(0)


def test_a_course_without_anybody_is_not_prepared_and_keeps_what_was_typed(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/batch/trainings', wait_until='commit')
    clerk.locator('#title').fill('沒有人的課程')
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_role('heading', name=re.compile('個地方需要處理'))).to_be_visible()
    expect(clerk.locator('#title')).to_have_value('沒有人的課程')


def test_who_has_a_training_half_done_keeps_it(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/7/trainings/new')
    clerk.locator('#title').fill('自己填到一半的課程')
    expect(clerk.get_by_text('草稿已自動儲存')).to_be_visible()
    clerk.goto(f'{site.url}/batch/trainings', wait_until='commit')
    clerk.locator('#title').fill('要帶入的課程')
    clerk.locator('#starts_on').fill('115/03/08')
    clerk.locator('#ends_on').fill('115/03/08')
    clerk.locator('#provider').fill('示例文化中心')
    choose(clerk, '訓練課程', '成長訓練')
    choose(clerk, '課程領域', '文化')
    clerk.locator('#hours').fill('3')
    clerk.get_by_role('checkbox', name=re.compile('𠮷田小犇')).click()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('沒有覆蓋').first).to_be_visible()
    clerk.goto(f'{site.url}/volunteers/7/trainings/new')
    expect(clerk.locator('#title')).to_have_value('自己填到一半的課程')


def test_the_ledger_is_searched_by_part_of_a_name(site: Site, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/numbers')
    ledger = reviewer.locator('section', has=reviewer.get_by_role('heading', name='發冊紀錄'))
    expect(ledger.locator('tbody tr')).to_have_count(3)
    reviewer.get_by_label('號碼或姓名').fill('小風')
    expect(ledger.locator('tbody tr')).to_have_count(1)
    expect(ledger.locator('tbody')).to_contain_text('林小風')


def test_a_kind_of_issue_that_never_happened_lists_nothing(site: Site, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/numbers')
    choose(reviewer, '發冊類別', '補發')
    expect(reviewer.get_by_text('顯示第 0 至 0 項結果，共 0 項').first).to_be_visible()


def test_what_is_found_in_the_ledger_is_what_is_exported(site: Site, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/numbers')
    reviewer.get_by_label('號碼或姓名').fill('小明')
    expect(reviewer).to_have_url(re.compile('q='))  # the link is changed after the list, and before the address
    content = sheet(reviewer, '匯出 ODS')
    assert ('王小明' in content, '林小風' in content) == (True, False)


def test_the_figures_of_another_period_are_asked_for_by_a_link(site: Site, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/figures')
    reviewer.get_by_role('link', name='近 3 個月').click()
    expect(reviewer).to_have_url(re.compile('months=3'))
    expect(reviewer.get_by_role('link', name='近 3 個月')).to_have_attribute('aria-current', 'page')


def test_each_chart_has_its_figures_in_a_table(site: Site, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/figures?months=12')
    for title in ('審核天數', '期限內審結', '一次通過', '補件原因'):
        table = reviewer.get_by_role('region', name=f'{title}的表格')
        expect(table.locator('tbody tr').first).to_be_visible()
        expect(reviewer.get_by_role('img', name=f'{title}的圖')).to_be_visible()


def test_a_clerks_figures_are_exported_and_are_the_own_units(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/figures?months=12')
    content = sheet(clerk, '匯出 ODS')
    assert ('臺中市政府文化局' in content, '範例圖書館' in content) == (True, False)


def test_the_mails_of_the_unit_are_read_and_none_of_the_other_units(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/mails')
    expect(clerk.locator('.lb-mail', has_text='clerk@example.com').first).to_be_visible()
    expect(clerk.get_by_text('clerk2@example.com')).to_have_count(0)


def test_the_roster_in_a_mail_is_handed_over(site: Site, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/mails')
    settled(reviewer)
    letter = reviewer.locator('.lb-mail', has=reviewer.locator('button')).first
    if letter.get_attribute('open') is None:
        letter.locator('summary').click()
    with reviewer.expect_download() as download:
        letter.get_by_role('button').click()
    assert Path(download.value.path()).stat().st_size > 1000


def test_back_returns_to_what_was_searched_filtered_and_sorted_by_an_address_without_names(
    site: Site, clerk: Page
) -> None:
    clerk.goto(f'{site.url}/volunteers')
    names = clerk.locator('section', has_text='Q 查詢結果').locator('tbody tr td:first-child')
    clerk.get_by_label('姓名、證號或紀錄冊號').last.fill('小')
    choose(clerk, '紀錄冊申請', '未申請')
    clerk.get_by_role('button', name='查詢', exact=True).click()
    expect(clerk).to_have_url(re.compile('q=.*state=none'))
    column = clerk.get_by_role('columnheader', name='志工姓名')
    column.get_by_role('button').click()
    expect(clerk).to_have_url(re.compile('sort=name'))
    column.get_by_role('button').click()
    expect(column).to_have_attribute('aria-sort', 'descending')
    expect(clerk).to_have_url(re.compile('sort=-name'))  # the answer to the first press wrote its own, for a moment
    found = names.all_inner_texts()
    assert found
    assert '%' not in clerk.url

    names.first.get_by_role('link').click()
    expect(clerk).to_have_url(re.compile('/basics'))
    clerk.go_back()
    expect(clerk.get_by_label('姓名、證號或紀錄冊號').last).to_have_value('小')
    expect(names).to_have_text(found)
    content = sheet(clerk, '匯出 ODS')
    assert all(name in content for name in found)


def test_a_volunteer_finds_book_and_telephone_first_and_reads_the_book_in_the_chosen_size(
    site: Site, browser: Browser
) -> None:
    volunteer = signed_in(browser, site, 'DEMO00001', width=375)
    volunteer.goto(f'{site.url}/my')
    settled(volunteer)
    inside = volunteer.get_by_role('main')
    order = [
        inside.get_by_role('link', name='下載紀錄冊 PDF'),
        inside.get_by_role('link', name=re.compile('撥打.*示例文化中心')),
        inside.get_by_role('link', name=re.compile('撥打.*系統客服')),
        inside.get_by_role('heading', name='申請進度'),
        inside.get_by_text('誰看過我的資料'),
    ]
    tops = [(each.bounding_box() or {'y': -1})['y'] for each in order]
    assert tops == sorted(tops)
    assert tops[0] > 0
    expect(volunteer.get_by_role('table')).to_have_count(0)
    volunteer.get_by_text('誰看過我的資料').click()
    expect(volunteer.get_by_role('table')).to_be_visible()

    volunteer.get_by_role('link', name='線上閱讀').click()
    expect(volunteer.get_by_role('heading', name='服務紀錄', exact=True)).to_be_visible()
    cell = volunteer.locator('td', has_text='志工基礎訓練')
    usual = cell.evaluate('one => parseFloat(getComputedStyle(one).fontSize)')
    volunteer.get_by_role('button', name='特大').click()
    expect(volunteer.locator('body.lb-larger')).to_be_visible()
    assert cell.evaluate('one => parseFloat(getComputedStyle(one).fontSize)') > usual


@pytest.mark.parametrize(('width', 'size'), [(188, '特大'), (320, '標準'), (375, '標準'), (375, '特大')])
def test_the_bar_of_a_volunteer_is_as_high_as_what_it_holds_and_nothing_is_wider_than_the_phone(
    site: Site, browser: Browser, width: int, size: str
) -> None:
    volunteer = signed_in(browser, site, 'DEMO00001', width=width)
    volunteer.goto(f'{site.url}/my')
    settled(volunteer)
    with volunteer.expect_navigation():
        volunteer.get_by_role('button', name=size, exact=True).click()
    for path in ('/my', '/my/book', '/account/mail', '/nowhere'):
        volunteer.goto(f'{site.url}{path}')
        settled(volunteer)
        bar = volunteer.locator('.lb-bar').evaluate(BOX)
        for part in ('.lb-brand', '.lb-call', '.lb-ava', '.lb-sizes > span', '.lb-sizes .lb-seg'):
            assert volunteer.locator(f'.lb-bar {part}').first.evaluate(BOX)[3] <= bar[3], (path, part)
        assert volunteer.evaluate('document.documentElement.scrollWidth') <= width, path
    volunteer.context.close()


def test_what_is_wrong_with_one_of_two_fields_is_said_across_both_and_hides_neither(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/7/trainings/new')
    settled(clerk)
    clerk.locator('#hours').fill('1e9')
    clerk.locator('#starts_on').fill('115/13/40')
    clerk.locator('#title').click()
    for name, pair in (('hours', '.lb-duration'), ('starts_on', '.lb-range')):
        told = clerk.locator(f'#{name}-help')
        expect(told).to_be_visible()
        assert told.evaluate(BOX)[2] == clerk.locator(pair).evaluate(BOX)[2]
        assert clerk.locator(f'#{name}').evaluate('one => one.scrollWidth <= one.clientWidth'), name


def test_a_clerk_chooses_the_size_of_the_letters_and_a_stranger_at_the_login(site: Site, browser: Browser) -> None:
    page = computer(browser, site).new_page()
    page.goto(f'{site.url}/login')
    page.get_by_role('button', name='特大').click()
    page.reload()
    expect(page.get_by_role('button', name='特大')).to_have_attribute('aria-pressed', 'true')
    expect(page.locator('body.lb-larger')).to_be_visible()

    clerk = signed_in(browser, site, 'clerk2')
    clerk.goto(site.url)
    clerk.locator('summary', has_text='帳號選單').click()
    clerk.get_by_role('button', name='大', exact=True).click()
    expect(clerk.locator('body.lb-large')).to_be_visible()


def test_a_volunteer_has_no_mails_of_an_office_to_read(site: Site, browser: Browser) -> None:
    volunteer = signed_in(browser, site, 'DEMO00001')
    volunteer.goto(f'{site.url}/mails')
    expect(volunteer.get_by_role('heading', level=1)).to_have_text('找不到這個頁面')


def test_a_number_that_another_unit_knows_stops_at_its_field_and_leads_to_an_enrolment_already_filled_in(
    site: Site, clerk: Page
) -> None:
    clerk.goto(f'{site.url}/volunteers/new')
    clerk.get_by_text('護照號碼', exact=True).click()
    clerk.locator('#identity_number').fill('DEMO00009')
    clerk.locator('#name').fill('林小風')
    clerk.locator('#born_on').fill('52/9/4')
    clerk.locator('#email').click()
    way = clerk.get_by_role('link', name='以「收編」加入這位志工，已填的資料會帶過去')
    expect(way).to_be_visible()
    expect(clerk.get_by_label('紀錄冊線上申請步驟').get_by_role('link', name='護照號碼')).to_be_visible()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.locator('.lb-field', has=clerk.locator('#identity_number'))).to_contain_text('不能再新增一次')
    way.click()

    expect(clerk.get_by_role('radio', name='護照號碼')).to_be_checked()
    expect(clerk.locator('#identity_number')).to_have_value('DEMO00009')
    expect(clerk.locator('#name')).to_have_value('林小風')
    expect(clerk.locator('#born_on')).to_have_value('052/09/04')
    assert 'DEMO' not in clerk.url


DROP = """([box, name, content]) => {
  const given = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
  given.items.add(new File([bytes], name, { type: 'image/jpeg' }));
  const how = name.startsWith('drop') ? new DragEvent('drop', { dataTransfer: given, bubbles: true, cancelable: true })
    : new ClipboardEvent('paste', { clipboardData: given, bubbles: true, cancelable: true });
  document.querySelector(box).dispatchEvent(how);
}"""


def test_a_file_is_dropped_or_pasted_and_a_photo_is_saved_as_it_stands_in_its_frame(
    site: Site, clerk: Page, tmp_path: Path
) -> None:
    clerk.goto(f'{site.url}/volunteers/7/trainings/new')
    for name, content in (('drop.jpg', samples.certificate_front()), ('paste.jpg', samples.certificate_back())):
        expect(clerk.get_by_text('按這裡選擇').first).to_be_visible()
        clerk.evaluate(DROP, ['.lb-drop', name, base64.b64encode(content).decode()])
        side = '正面' if name == 'drop.jpg' else '反面'
        expect(clerk.get_by_alt_text(f'{side}：{name}').first).to_be_visible()

    clerk.goto(f'{site.url}/volunteers/7/basics')
    (tmp_path / 'photo.jpg').write_bytes(samples.portrait(2))
    clerk.locator('#photo').set_input_files(tmp_path / 'photo.jpg')
    expect(clerk.get_by_alt_text('志工照片：photo.jpg').first).to_be_visible()
    before = clerk.get_by_alt_text('志工照片：photo.jpg').first.get_attribute('src')
    clerk.get_by_role('button', name='調整位置').click()
    clerk.get_by_role('slider', name='照片大小').fill('2')
    clerk.get_by_role('button', name='儲存', exact=True).click()

    expect(clerk.get_by_text('基本資料已儲存，並留下異動紀錄。').first).to_be_visible()
    after = clerk.get_by_alt_text('志工照片：photo.jpg').first.get_attribute('src')
    assert after != before


def test_a_date_that_somebody_is_still_in_is_not_called_late(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/new')
    born = clerk.locator('#born_on')
    born.press_sequentially('74/5')
    clerk.wait_for_timeout(5500)
    expect(clerk.locator('.lb-saved.late')).to_have_count(0)

    clerk.locator('#name').click()
    expect(clerk.locator('#born_on-help')).to_be_visible()
    expect(clerk.locator('.lb-saved.late')).to_have_count(0)


def test_a_tick_that_was_typed_goes_when_another_date_is_typed(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/new')
    born, tick = clerk.locator('#born_on'), clerk.get_by_role('checkbox', name='民國前')
    born.fill('民前2年1月1日')
    born.press('Tab')
    expect(tick).to_be_checked()

    born.fill('74/5/12')
    born.press('Tab')

    expect(tick).not_to_be_checked()
    expect(clerk.get_by_text('西元 1985 年 5 月 12 日')).to_be_visible()


@pytest.mark.parametrize('width', [1280, 375])
def test_a_notice_covers_neither_bar_nor_breadcrumb_nor_save_bar_nor_what_has_the_focus(
    site: Site, browser: Browser, width: int
) -> None:
    page = signed_in(browser, site, 'clerk', width=width)
    page.add_init_script(NOTICES_STAY)
    page.goto(f'{site.url}/volunteers/1/basics?flash=volunteer-known')
    settled(page)
    notice = page.locator('.q-notification')
    expect(notice).to_be_visible()
    page.locator('#joins_disaster_relief, #name').first.focus()

    told = notice.evaluate(BOX)
    for place in ('.lb-bar', '.lb-crumbs', '.lb-foot', ':focus'):
        left, top, right, bottom = page.locator(place).first.evaluate(BOX)
        assert left >= told[2] or right <= told[0] or top >= told[3] or bottom <= told[1], place
    page.context.close()


def test_what_a_notice_covers_in_part_does_not_move_away_from_under_a_press(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/1/basics?flash=volunteer-known')
    clerk.mouse.click(*clerk.locator('.q-notification').evaluate(LINK_BELOW))

    expect(clerk).to_have_url(f'{site.url}/volunteers')


def test_a_button_that_moves_away_under_a_press_is_pressed(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/1/service-hours')
    clerk.get_by_role('button', name='新增').first.click()
    dialog = clerk.get_by_role('dialog')
    button = dialog.get_by_role('button', name='儲存')
    button.evaluate("(one) => one.addEventListener('click', () => { window.presses = (window.presses || 0) + 1; })")
    dialog.get_by_label('服務日期').first.fill('115/13/40')
    expect(clerk.locator('.q-dialog__inner')).to_have_css('opacity', '1')
    clerk.wait_for_timeout(500)  # it has come to rest
    before = button.bounding_box()
    assert before

    clerk.mouse.move(before['x'] + 20, before['y'] + 10)
    clerk.mouse.down()
    expect(dialog.get_by_role('alert').first).to_be_visible()
    after = button.bounding_box()
    clerk.mouse.up()

    assert after
    assert after['y'] > before['y'] + 10
    assert clerk.evaluate('window.presses') == 1


def test_a_second_press_on_approval_does_not_meet_the_next_case(site: Site, reviewer: Page) -> None:
    reviewer.add_init_script("""new MutationObserver(() => {
      if (document.documentElement?.dataset.fresh) window.wasFresh = true;
    }).observe(document, { subtree: true, childList: true, attributes: true })""")
    reviewer.goto(f'{site.url}/reviews/2')
    settled(reviewer)
    approve = reviewer.get_by_role('button', name=re.compile('^核可'))
    expect(reviewer.locator('html[data-fresh]')).to_have_count(0)
    begun = reviewer.evaluate('window.wasFresh')
    reviewer.evaluate("document.documentElement.dataset.fresh = 'yes'")
    place = approve.bounding_box()
    assert place
    reviewer.mouse.click(place['x'] + place['width'] / 2, place['y'] + place['height'] / 2)
    reviewer.keyboard.press('a')
    reviewer.evaluate('delete document.documentElement.dataset.fresh')
    reviewer.get_by_role('button', name='駁回').click()

    expect(reviewer.get_by_role('dialog', name='駁回：原因')).to_be_visible()
    expect(reviewer).to_have_url(re.compile('/reviews/2$'))
    assert begun is True


@pytest.mark.parametrize(('status', 'says'), [(503, '圖片暫時打不開'), (404, '可能已遺失')], ids=['away', 'lost'])
def test_a_picture_that_does_not_come_now_is_not_called_lost(
    site: Site, browser: Browser, status: int, says: str
) -> None:
    page = signed_in(browser, site, 'reviewer')
    page.route('**/files/*', lambda route: route.fulfill(status=status, body='{}'))
    page.goto(f'{site.url}/reviews/4')
    page.wait_for_function(
        """says => [...document.querySelectorAll('img[data-lost=whole]')]
            .some((one) => getComputedStyle(one, '::after').content.includes(says))""",
        arg=says,
    )
    page.context.close()


def test_people_go_into_a_team_and_may_go_to_another_unit(site: Site, clerk: Page, other_clerk: Page) -> None:
    clerk.goto(f'{site.url}/transfers')
    clerk.get_by_label('志工隊名稱').fill('導覽隊')
    clerk.get_by_role('button', name='新增志工隊').click()
    expect(clerk.get_by_text('已新增志工隊「導覽隊」').first).to_be_visible()
    clerk.get_by_role('checkbox', name=re.compile('王小明')).click()
    choose(clerk, '新的所屬志工隊', '導覽隊')
    clerk.get_by_role('button', name='變更志工隊').click()
    expect(clerk.get_by_text('已變更 1 位志工的志工隊').first).to_be_visible()
    expect(clerk.get_by_text('已選 0 位')).to_be_visible()
    choose(clerk, '只列', '導覽隊')
    expect(clerk.get_by_role('checkbox', name=re.compile('郭小樂'))).to_have_count(0)
    expect(clerk.get_by_role('checkbox', name=re.compile('王小明'))).to_have_count(1)

    clerk.goto(f'{site.url}/transfers?part=give')
    clerk.get_by_role('checkbox', name=re.compile('王小明')).click()
    choose(clerk, '接收的運用單位', '範例圖書館')
    clerk.get_by_role('checkbox', name=re.compile('志工本人已同意')).click()
    clerk.get_by_role('button', name='提出移轉').click()
    expect(clerk.get_by_text('已提出移轉 1 位').first).to_be_visible()

    other_clerk.goto(f'{site.url}/transfers?part=take')
    other_clerk.get_by_role('checkbox').first.click()
    other_clerk.get_by_label('不接收的原因').fill('名額已滿')
    other_clerk.get_by_role('button', name='不接收', exact=True).click()
    expect(other_clerk.get_by_text('1 位沒有接收，已通知原單位').first).to_be_visible()


def test_a_roster_takes_in_who_is_ticked_and_another_kind_of_issue_lists_others(site: Site, clerk: Page) -> None:
    page = clerk
    page.goto(f'{site.url}/rosters')
    page.get_by_role('button', name='建立名冊').click()
    page.get_by_role('dialog').get_by_label('名冊名稱').fill('春季名冊')
    page.get_by_role('dialog').get_by_role('button', name='建立', exact=True).click()
    expect(page.get_by_role('heading', name='春季名冊')).to_be_visible()

    page.get_by_role('button', name='加入志工').click()
    adding = page.get_by_role('dialog')
    people = adding.locator('.lb-pick li')
    adding.get_by_role('button', name='全部勾選').click()
    expect(adding.get_by_text(re.compile(r'已選 [1-9]'))).to_be_visible()
    firsts = people.all_text_contents()
    choose(page, '發冊類別', '換發')
    expect(adding.get_by_text('已選 0 位')).to_be_visible()
    choose(page, '發冊類別', '初次')
    expect(people).to_have_text(firsts)
    people.get_by_role('checkbox').first.click()
    expect(adding.get_by_text('已選 1 位')).to_be_visible()
    adding.get_by_role('button', name='加入名冊').click()
    expect(page.get_by_text('已加入 1 位').first).to_be_visible()

    page.get_by_role('button', name='移出名冊').click()
    asked = page.get_by_role('dialog', name='移出名冊')
    asked.get_by_role('button', name='取消').click()
    expect(page.get_by_role('button', name='移出名冊')).to_be_focused()
    page.get_by_role('button', name='移出名冊').click()
    asked.get_by_role('button', name='移出').click()
    expect(page.get_by_text('名冊裡還沒有志工')).to_be_visible()


def test_what_keeps_from_sending_is_said_of_sending_and_a_message_is_told_once(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/7/record-book/application?flash=application-saved')
    told = clerk.get_by_text('紀錄冊申請已儲存為草稿')
    expect(told).to_be_visible()
    expect(clerk).to_have_url(f'{site.url}/volunteers/7/record-book/application')
    clerk.reload()
    settled(clerk)
    expect(told).to_have_count(0)

    choose(clerk, '發冊縣市', '基隆市')
    for _ in range(2):
        clerk.get_by_role('button', name='送審', exact=True).click()
        expect(clerk.get_by_role('heading', name='還有 1 個地方需要處理，才能送審')).to_be_visible()
