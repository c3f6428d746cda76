"""系統管理 as the administrator uses it: each section is acted on, and what was done shows where others see it."""

import re

from playwright.sync_api import Browser, Page, expect

from .database import SiteDatabase
from .site import Site, computer, signed_in
from .test_journey import choose


def opens(page: Page, site: Site, section: str, edit: str = '') -> None:
    """The list of a section, or with `edit` the form of the record named so."""
    page.goto(f'{site.url}/admin/{section}')
    if edit:
        finds(page, edit)
        page.get_by_role('table').get_by_role('link', name=edit, exact=True).first.click()
        expect(page).to_have_url(re.compile('edit='))


def saves(page: Page, says: str = '已儲存') -> None:
    page.get_by_role('button', name='儲存', exact=True).click()
    expect(page.get_by_text(says).first).to_be_visible()


def asks_for_an_account(
    browser: Browser, site: Site, username: str, name: str, organisation: str = '示例文化中心'
) -> None:
    """帳號申請, by a stranger."""
    page = computer(browser, site).new_page()
    page.goto(f'{site.url}/account/request')
    # Of a county without an account of its authority: there the administrator decides.
    page.get_by_label('主管機關所在縣市').select_option('彰化縣')
    for label, words in (
        ('單位或機關全名', organisation),
        ('統一編號', '10458575' if organisation == '示例文化中心' else '04595257'),
        ('單位聯絡人', '張主任'),
        ('姓名', name),
        ('使用者帳號', username),
        ('電子郵件', f'{username}@example.com'),
        ('聯絡電話', '(04)0000-7777'),
    ):
        page.get_by_label(label).first.fill(words)
    page.get_by_role('button', name=re.compile('申請')).last.click()
    expect(page.get_by_text('還差一步')).to_be_visible()
    # The link is in a mail, which is sealed: here it is made anew.
    with SiteDatabase(site.folder / 'postgres') as database:
        known = f"UPDATE account_request SET digest = encode(sha256('{username}'), 'hex') WHERE username = '{username}'"
        database.execute(known)
    page.goto(f'{site.url}/account/request/confirm?token={username}')
    page.get_by_role('button', name='確認申請').click()
    expect(page.get_by_text('申請已確認並送出')).to_be_visible()
    page.close()


def finds(page: Page, words: str) -> None:
    """Narrow the list to what holds `words`."""
    page.get_by_label(re.compile('^在.*中尋找')).fill(words)


def row(page: Page, words: str) -> str:
    """The text of the list's row that holds `words`."""
    finds(page, words)
    return ' '.join(page.locator('tbody tr', has_text=words).first.inner_text().split())


def test_a_new_account_is_listed_and_is_kept_from_a_second_with_the_same_name(site: Site, admin: Page) -> None:
    for says in ('帳號已開通', '已經有人使用'):
        admin.goto(f'{site.url}/admin/accounts?edit=new')
        admin.get_by_label('姓名').fill('羅小雯')
        admin.get_by_label('使用者帳號').fill('newcomer')
        admin.get_by_label('電子郵件').fill('newcomer@example.com')
        admin.get_by_role('radio', name='單位承辦人').click()
        choose(admin, '所屬運用單位', '範例圖書館')
        saves(admin, says)
    opens(admin, site, 'accounts')
    assert '羅小雯 newcomer' in row(admin, 'newcomer')


def test_a_disabled_account_is_signed_out_and_cannot_sign_in(site: Site, admin: Page, browser: Browser) -> None:
    reviewer = signed_in(browser, site, 'reviewer2')
    opens(admin, site, 'accounts', '王專員')
    admin.get_by_role('checkbox', name='帳號使用中').click()
    saves(admin)
    assert '已停用' in row(admin, '王專員')
    reviewer.goto(f'{site.url}/menu')
    expect(reviewer).to_have_url(re.compile('/login'))
    reviewer.get_by_label('使用者帳號').fill('reviewer2')
    reviewer.get_by_label('使用者密碼').fill(site.passwords['reviewer2'])
    reviewer.get_by_role('button', name='登入', exact=True).click()
    expect(reviewer.get_by_role('alert')).to_be_visible()
    opens(admin, site, 'accounts', '王專員')
    admin.get_by_role('checkbox', name='帳號使用中').click()
    saves(admin)


def test_a_list_is_found_again_as_it_was_searched_by_an_address_without_names(admin: Page, site: Site) -> None:
    admin.goto(f'{site.url}/admin/accounts')
    admin.get_by_label('在帳號中尋找').fill('林小滿')
    expect(admin).to_have_url(re.compile(r'/admin/accounts\?q=[\w-]+$'))
    expect(admin.get_by_role('link', name='王專員')).to_have_count(0)
    admin.get_by_role('link', name='林小滿').click()
    expect(admin.get_by_label('使用者帳號')).to_be_visible()
    admin.go_back()

    expect(admin.get_by_label('在帳號中尋找')).to_have_value('林小滿')
    expect(admin.get_by_role('link', name='林小滿')).to_be_visible()
    expect(admin.get_by_role('link', name='王專員')).to_have_count(0)


def test_a_name_locked_after_wrong_passwords_is_unlocked(site: Site, admin: Page, browser: Browser) -> None:
    page = computer(browser, site).new_page()

    def tries(password: str) -> None:
        page.goto(f'{site.url}/login')
        page.get_by_label('使用者帳號').fill('reviewer')
        page.get_by_label('使用者密碼').fill(password)
        page.get_by_role('button', name='登入', exact=True).click()

    for n in range(8):
        tries(f'Wrong-Passw0rd-{n}')
        expect(page.get_by_role('alert')).to_be_visible()
    tries(site.passwords['reviewer'])
    expect(page.get_by_role('alert')).to_be_visible()
    opens(admin, site, 'accounts', '林小滿')
    expect(admin.get_by_role('button', name='儲存')).to_be_visible()
    expect(admin.get_by_role('button', name='解除登入鎖定')).to_have_count(0)
    opens(admin, site, 'accounts', '何專員')
    admin.get_by_role('button', name='解除登入鎖定').click()
    expect(admin.get_by_text('現在可以再試著登入')).to_be_visible()
    tries(site.passwords['reviewer'])
    expect(page).to_have_url(re.compile('/reviews'))
    page.close()


def test_requests_are_refused_together(site: Site, admin: Page, browser: Browser) -> None:
    for number in range(2):
        asks_for_an_account(browser, site, f'flood{number}', f'洪水{number}')
    opens(admin, site, 'requests')
    admin.get_by_role('button', name='一次不核准多件').click()
    for number in range(2):
        admin.get_by_role('dialog').get_by_role('checkbox', name=f'洪水{number}').click()
    admin.get_by_role('dialog').get_by_label('原因').fill('查無此單位。')
    admin.get_by_role('button', name='不核准勾選的申請').click()
    expect(admin.get_by_text('勾選的申請都不核准').first).to_be_visible()
    expect(admin.get_by_text('洪水')).to_have_count(0)


def test_the_unit_that_a_request_asks_for_is_made_from_it(site: Site, admin: Page, browser: Browser) -> None:
    asks_for_an_account(browser, site, 'founder', '柯小珊', organisation='山海志工館')
    opens(admin, site, 'requests')
    admin.locator('tr', has_text='柯小珊').get_by_role('link', name='核對並開通').click()
    expect(admin.get_by_role('combobox', name='所屬運用單位')).to_have_value('新增「山海志工館」')
    admin.get_by_role('button', name='開通帳號').click()
    expect(admin.get_by_text('帳號已開通').first).to_be_visible()


def test_the_last_clerk_of_a_unit_goes_only_after_a_question(site: Site, admin: Page) -> None:
    opens(admin, site, 'accounts', '柯小珊')
    admin.get_by_role('checkbox', name='帳號使用中').click()
    admin.get_by_role('button', name='儲存', exact=True).click()
    expect(admin.get_by_role('dialog')).to_contain_text('柯小珊是「山海志工館」最後一位承辦人')
    admin.get_by_role('dialog').get_by_role('button', name='取消').click()
    opens(admin, site, 'accounts')
    assert '使用中' in row(admin, '柯小珊')


def test_a_request_is_granted_with_an_account(site: Site, admin: Page, browser: Browser) -> None:
    asks_for_an_account(browser, site, 'granted', '高小芸')
    opens(admin, site, 'requests')
    admin.locator('tr', has_text='高小芸').get_by_role('link', name='核對並開通').click()
    choose(admin, '所屬運用單位', '示例文化中心')
    admin.get_by_role('button', name='開通帳號').click()
    expect(admin.get_by_text('帳號已開通').first).to_be_visible()
    opens(admin, site, 'accounts')
    assert '示例文化中心' in row(admin, '高小芸')


def test_a_request_is_refused_with_a_reason_that_the_applicant_is_told(
    site: Site, admin: Page, browser: Browser
) -> None:
    asks_for_an_account(browser, site, 'refused', '簡小立')
    opens(admin, site, 'requests')
    admin.locator('tr', has_text='簡小立').get_by_role('link', name='核對並開通').click()
    admin.get_by_role('button', name='不核准').click()
    expect(admin.get_by_text('原因').first).to_be_visible()
    admin.get_by_label('原因').fill('查無這位承辦人，請由單位主管提出。')
    admin.get_by_role('button', name='不核准').click()
    expect(admin.get_by_text('已通知申請人').first).to_be_visible()
    expect(admin.get_by_text('簡小立')).to_have_count(0)
    admin.goto(f'{site.url}/mails')
    expect(admin.get_by_text('refused@example.com').first).to_be_visible()


def test_a_request_looked_at_twice_is_told_to_be_settled(site: Site, admin: Page, browser: Browser) -> None:
    asks_for_an_account(browser, site, 'twice', '方小玉')
    opens(admin, site, 'requests')
    link = admin.locator('tr', has_text='方小玉').get_by_role('link', name='核對並開通').get_attribute('href')
    admin.goto(f'{site.url}{link}')
    admin.get_by_label('原因').fill('重複申請。')
    admin.get_by_role('button', name='不核准').click()
    expect(admin.get_by_text('已通知申請人').first).to_be_visible()
    admin.goto(f'{site.url}{link}')
    expect(admin.get_by_role('heading', level=1)).to_have_text('找不到這個頁面')


def test_a_units_telephone_is_changed_and_shown_to_the_reviewer(site: Site, admin: Page, browser: Browser) -> None:
    opens(admin, site, 'units', '示例文化中心')
    admin.get_by_label('電話').fill('(04)0000-4321')
    saves(admin)
    reviewer = signed_in(browser, site, 'reviewer')
    reviewer.goto(f'{site.url}/reviews/2')
    expect(reviewer.get_by_text('(04)0000-4321').first).to_be_visible()


def test_a_new_unit_needs_a_name_and_a_county(site: Site, admin: Page) -> None:
    admin.goto(f'{site.url}/admin/units?edit=new')
    admin.get_by_role('button', name='儲存', exact=True).click()
    expect(admin.get_by_text('請輸入單位名稱。').last).to_be_visible()
    admin.get_by_label('單位名稱').fill('樣本美術館')
    choose(admin, '縣市', '臺中市')
    saves(admin)
    assert '樣本美術館 臺中市' in row(admin, '樣本美術館')


def test_a_team_is_added_and_stays_with_its_unit(site: Site, admin: Page, browser: Browser) -> None:
    admin.goto(f'{site.url}/admin/teams?edit=new')
    choose(admin, '運用單位', '示例文化中心')
    admin.get_by_label('志工隊名稱').fill('夜間導覽志工隊')
    saves(admin)
    assert '夜間導覽志工隊 示例文化中心' in row(admin, '夜間導覽志工隊')
    clerk = signed_in(browser, site, 'clerk')
    clerk.goto(f'{site.url}/volunteers')
    clerk.get_by_role('combobox', name='志工隊').click()
    expect(clerk.get_by_role('option', name='夜間導覽志工隊')).to_be_visible()


def test_a_number_pattern_that_cannot_be_written_is_refused_and_a_good_one_shows_its_next_number(
    site: Site, admin: Page
) -> None:
    opens(admin, site, 'agencies', '臺中市政府文化局')
    admin.get_by_label('號碼格式').fill('{nothing}')
    expect(admin.get_by_text('可用 {word}')).to_be_visible()
    admin.get_by_role('button', name='儲存', exact=True).click()
    expect(admin.get_by_role('heading', name=re.compile('個地方需要處理'))).to_be_visible()
    admin.get_by_label('號碼格式').fill('{word}{year:03d}-{sequence:05d}')
    expect(admin.get_by_text('今年第 1 號')).to_be_visible()
    saves(admin)


def test_a_longer_term_of_review_is_listed(site: Site, admin: Page) -> None:
    opens(admin, site, 'agencies', '臺中市政府文化局')
    admin.get_by_label('審核天數').fill('5')
    saves(admin)
    assert '5 日' in row(admin, '臺中市政府文化局')


def test_required_hours_are_changed_and_listed(site: Site, admin: Page) -> None:
    opens(admin, site, 'hours')
    expect(admin.locator('tbody tr').first).to_be_visible()
    before = admin.locator('tbody tr').count()
    admin.goto(f'{site.url}/admin/hours?edit=new')
    choose(admin, '訓練課程', '特殊訓練')
    choose(admin, '課程領域', '文化')
    admin.get_by_label('規定時數').fill('480')
    saves(admin)
    expect(admin.locator('tbody tr')).to_have_count(before + 1)
    assert '8 小時' in row(admin, '文化')


def test_a_new_item_by_eye_is_asked_of_the_reviewer(site: Site, admin: Page, browser: Browser) -> None:
    admin.goto(f'{site.url}/admin/rules?edit=new')
    admin.get_by_label('顯示名稱').fill('證書蓋有騎縫章')
    admin.get_by_role('radio', name='必須符合').first.click()
    saves(admin)
    assert '審核人員目視' in row(admin, '證書蓋有騎縫章')
    reviewer = signed_in(browser, site, 'reviewer')
    reviewer.goto(f'{site.url}/reviews/2')
    expect(reviewer.get_by_text('證書蓋有騎縫章').first).to_be_visible()


def test_a_rule_is_struck_after_a_question_and_no_stays_no(site: Site, admin: Page) -> None:
    admin.goto(f'{site.url}/admin/rules?edit=new')
    admin.get_by_label('顯示名稱').fill('要刪掉的項目')
    saves(admin)
    for answer, left in (('取消', 1), ('刪除', 0)):
        opens(admin, site, 'rules', '要刪掉的項目')
        admin.get_by_role('button', name='刪除這條規則').click()
        admin.get_by_role('dialog').get_by_role('button', name=answer, exact=True).click()
        if answer == '刪除':
            expect(admin.get_by_text('已刪除這一條').first).to_be_visible()
        opens(admin, site, 'rules')
        finds(admin, '要刪掉的項目')
        expect(admin.get_by_role('link', name='要刪掉的項目')).to_have_count(left)


def test_a_closure_of_one_county_is_entered_and_struck(site: Site, admin: Page) -> None:
    admin.goto(f'{site.url}/admin/calendar?edit=new')
    admin.get_by_label('日期').first.fill('117/02/29')
    admin.get_by_label('名稱').fill('颱風停班')
    admin.get_by_role('checkbox', name='臺中市').click()
    expect(admin.get_by_text('星期二')).to_be_visible()
    saves(admin, '辦公日曆已更新')
    assert '（二） 放假 颱風停班 臺中市 人工登錄' in row(admin, '颱風停班')
    admin.locator('tbody tr', has_text='颱風停班').get_by_role('link').click()
    admin.get_by_role('button', name='刪除這一天').click()
    admin.get_by_role('dialog').get_by_role('button', name='刪除', exact=True).click()
    expect(admin.get_by_text('辦公日曆已更新').first).to_be_visible()
    expect(admin.get_by_text('颱風停班', exact=True)).to_have_count(0)


def test_a_years_holidays_are_taken_once(site: Site, admin: Page) -> None:
    opens(admin, site, 'calendar')
    admin.get_by_role('button', name='帶入國定假日').click()
    expect(admin.get_by_text(re.compile('已是最新的|已帶入')).first).to_be_visible()
    opens(admin, site, 'calendar')
    admin.get_by_role('button', name='帶入國定假日').click()
    expect(admin.get_by_text('已是最新的').first).to_be_visible()


def test_the_pattern_of_a_series_is_shown_before_it_is_saved(site: Site, admin: Page) -> None:
    opens(admin, site, 'numbers', '臺中市政府文化局')
    admin.get_by_label('號碼格式').fill('志{year:03d}字{sequence:04d}號')
    expect(admin.get_by_text(re.compile(r'下一號：志\d{3}字\d{4}號'))).to_be_visible()
    saves(admin)
    assert re.search(r'志\d{3}字\d{4}號', row(admin, '臺中市政府文化局'))


def test_a_wording_is_previewed_saved_and_restored(site: Site, admin: Page) -> None:
    admin.goto(f'{site.url}/admin/mail?edit=returned')
    subject = admin.get_by_label('主旨')
    subject.fill('{{ 沒有這個欄位 }}')
    expect(admin.get_by_text('沒有這個欄位').last).to_be_visible()
    subject.fill('請補件：案號 {{ 案號 }}')
    saves(admin, '範本已儲存')
    assert '系統管理者修改' in row(admin, '請補件：案號')
    admin.goto(f'{site.url}/admin/mail?edit=returned')
    admin.get_by_role('button', name='恢復原本的範本').click()
    admin.get_by_role('dialog').get_by_role('button', name='恢復原本的範本').click()
    expect(admin.get_by_text('已恢復成系統原本的範本').first).to_be_visible()


def test_without_trouble_the_list_of_undelivered_mails_says_so(site: Site, admin: Page) -> None:
    opens(admin, site, 'undelivered')
    expect(admin.get_by_text('沒有寄不到的信件')).to_be_visible()
    admin.goto(f'{site.url}/admin/undelivered?edit=999999')
    expect(admin.get_by_role('heading', level=1)).to_have_text('找不到這個頁面')


def test_what_was_changed_here_stands_in_the_history_and_is_found_by_words(site: Site, admin: Page) -> None:
    opens(admin, site, 'units', '範例圖書館')
    admin.get_by_label('電話').fill('(04)0000-2468')
    saves(admin)
    opens(admin, site, 'history')
    admin.get_by_label(re.compile('尋找')).fill('0000-2468')
    expect(admin.locator('tbody tr')).to_have_count(1)
    assert '範例圖書館' in row(admin, '0000-2468')


def test_back_goes_to_the_page_of_the_list_before_also_from_a_form(site: Site, admin: Page) -> None:
    opens(admin, site, 'mail')
    opens(admin, site, 'calendar')
    stands_on(admin, '1', '/admin/calendar')
    admin.get_by_role('button', name='後一頁').click()
    stands_on(admin, '2', '/admin/calendar?page=2')
    admin.get_by_role('button', name='後一頁').click()
    stands_on(admin, '3', '/admin/calendar?page=3')
    admin.get_by_role('table').get_by_role('link').first.click()
    expect(admin).to_have_url(re.compile('edit='))
    for page, address in (('3', '?page=3'), ('2', '?page=2'), ('1', '')):
        admin.go_back()
        stands_on(admin, page, f'/admin/calendar{address}')
    admin.go_back()
    expect(admin).to_have_url(f'{site.url}/admin/mail')


def test_back_to_a_page_from_before_a_filter_shows_the_list_without_it(site: Site, admin: Page) -> None:
    opens(admin, site, 'calendar')
    for page in ('2', '3'):
        admin.get_by_role('button', name='後一頁').click()
        stands_on(admin, page, f'/admin/calendar?page={page}')
    whole = admin.get_by_text(re.compile('顯示第 21 至 30 項結果')).inner_text().partition('，')[2]
    admin.get_by_label(re.compile('尋找')).fill('國慶')
    expect(admin).to_have_url(re.compile('q='))
    admin.go_back()
    stands_on(admin, '2', '/admin/calendar?page=2')
    expect(admin.get_by_text(f'顯示第 11 至 20 項結果，{whole}')).to_be_visible()
    expect(admin.get_by_label(re.compile('尋找'))).to_have_value('')


def test_back_turns_a_list_whose_filters_are_not_in_the_address(site: Site, admin: Page) -> None:
    admin.goto(f'{site.url}/log')
    admin.locator('select').last.select_option('25')
    expect(admin).to_have_url(f'{site.url}/log?per=25')
    admin.reload()
    expect(admin.locator('select').last).to_have_value('25')
    admin.go_back()
    expect(admin.locator('select').last).to_have_value('10')


def stands_on(page: Page, number: str, address: str) -> None:
    """The list is turned to page `number`, and its address says so."""
    expect(page.locator('.lb-page-now')).to_have_text(number)
    expect(page).to_have_url(re.compile(f'{re.escape(address)}$'))
