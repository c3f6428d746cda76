"""Nothing typed is lost and nothing is done twice: reload, other computers, kill -9, ended sessions, two at once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from domain import dates

from . import samples
from .database import SiteDatabase
from .site import Site, launched, settled, signed_in
from .test_journey import choose

YESTERDAY = dates.roc(dates.today() - timedelta(days=1))
READY, UNTRAINED = 6, 7  # volunteers of the demo office
# Whom 送審 and 核可 are told, in the order of a sorted list: the office, and its people by name.
AGENCY = ['culture@example.gov.tw', 'reviewer2@example.com', 'reviewer@example.com']
UNIT, VOLUNTEER_6 = ['clerk@example.com', 'unit@example.com'], ['volunteer6@example.com']

# What each field of the form shows, by its label.
SHOWN = """() => Object.fromEntries([...document.querySelectorAll('.lb-field, .lb-upload')].map((field) => {
    const label = field.querySelector('.lb-label .l, .q-checkbox__label').textContent.replace('*', '').trim();
    const control = (query) => field.querySelector(query);
    const ticked = control('.q-checkbox'), picture = control('.lb-doc img'), file = control('.lb-upload-acts a');
    if (field.matches('.lb-upload'))
      return [label, picture ? picture.alt.replace(/.*：/, '') : file?.textContent ?? ''];
    if (ticked) return [ticked.innerText.replace('*', '').trim(), ticked.ariaChecked];
    if (control('[type=radio]')) return [label, control('label:has(:checked)')?.innerText ?? ''];
    if (control('.q-select')) return [label, control('input')?.value || control('.q-field__native').innerText.trim()];
    return [label, control('input, textarea')?.value ?? control('.lb-locked').innerText];
}))"""


@pytest.fixture(scope='module')
def database(site: Site) -> Iterator[SiteDatabase]:
    """The site's; the demo's clerk gets a colleague in the same unit, with the same password."""
    with SiteDatabase(site.folder / 'postgres') as beside:
        beside.execute(
            'INSERT INTO account (username, name, password_hash, earlier_hashes, role, email, phone, host_unit_id,'
            ' is_active, must_change_password, text_size, hides_guide, mail_preference, created_at)'
            " SELECT 'colleague', '許小雲', password_hash, earlier_hashes, role, 'colleague@example.com', phone,"
            ' host_unit_id, is_active, must_change_password, text_size, hides_guide, mail_preference, created_at'
            " FROM account WHERE username = 'clerk'"
        )
        yield beside


@pytest.fixture(scope='module')
def desks(site: Site, database: SiteDatabase) -> Iterator['Desks']:
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield Desks(browser, site)
        browser.close()


class Desks:
    """Computers with somebody signed in: 'clerk' and 'clerk, at home' are two of the same person."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self._contexts: dict[str, BrowserContext] = {}

    def of(self, who: str, address: str = '/menu') -> Page:
        """A new tab at `address`, on the computer of `who`."""
        if who not in self._contexts:
            username = who.partition(',')[0]
            password = self.site.passwords['clerk' if username == 'colleague' else username]
            first = signed_in(self.browser, self.site, username, password)
            first.close()
            self._contexts[who] = first.context
        page = self._contexts[who].new_page()
        page.goto(f'{self.site.url}{address}')
        settled(page)
        return page


def shown(page: Page) -> dict[str, str]:
    """What the fields show, by label."""
    fields: dict[str, str] = page.evaluate(SHOWN)
    return fields


def saved(page: Page) -> None:
    """Wait until the draft holds everything that was typed."""
    expect(page.get_by_text('草稿已自動儲存')).to_be_visible()
    page.wait_for_function("() => !Object.keys(sessionStorage).some((key) => key.startsWith('typed:'))")


def loads_itself_again(page: Page) -> None:
    """After the server was away: wait for the page to come back, without anybody's doing."""
    page.wait_for_function('() => !window.before && window.did_handshake')
    expect(page.locator('#popup')).to_be_hidden()


def pressed_often(button: Locator) -> None:
    """As an impatient hand does."""
    button.evaluate('(button) => { for (let press = 0; press < 5; press++) button.click() }')


def go_on(page: Page, who: str, step: int) -> None:
    """From 志工基本資料維護 back into a form under way."""
    page.get_by_role('row', name=who).get_by_role('link', name=f'從 STEP {step} 繼續').first.click()


VOLUNTEER = {
    '證件種類': '護照號碼',
    '護照號碼': 'X1234567',
    '原住民': 'true',
    '同意個資使用': 'true',
    '公教人員': 'true',
    '姓名': '谷辣斯‧𠮷田',
    '開放志工單位查詢': 'true',
    '英文姓名': "Kulas O'Yoshida",
    '系統自動設定(e-Mail通知)': 'false',
    '沒有 E-MAIL：儲存後列印紙本驗證碼，由志工本人設定密碼': 'false',
    '出生日期': '003/05/12',
    '民國前': 'true',
    '性別': '女',
    'E-MAIL': 'kulas@example.com',
    '是否加入救災志工': '是',
    '舊制紀錄冊號': '中市文志',
    '舊制紀錄冊號：號': '000123',
    '發冊日期': '112/03/08',
    '暫不填寫發冊日(若無發冊日期，也無基礎訓練及特殊訓練完成日期，將無申請榮譽卡有效時數)': 'false',
    '志工照片': 'photo.jpg',
    '確認志工照片為清晰、半身照': 'true',
}
TRAINING = {
    '受訓單位': '示例文化中心',
    '課程名稱': '志工基礎訓練',
    '訓練日期': YESTERDAY,
    '訓練日期（迄）': YESTERDAY,
    '訓練單位': '示例學院',
    '訓練課程': '基礎訓練',
    '課程領域': '文化',
    '訓練次數': '2',
    '訓練時數': '6',
    '訓練時數：分鐘': '30',
    '備註': '第一行\n第二行',
    '本單位無核定日期與字號': 'false',
    '證書沒有反面（電子證書）': 'false',
    '核定日期': '112/03/08',
    '核定字號': '示文訓字第 1 號',
    '正面': 'front.jpg',
    '反面': 'back.jpg',
}
APPLICATION = {
    '紀錄冊號': '尚未取號',
    '發冊類別': '初次',
    '發冊縣市': '高雄市',
    '發冊機關': '高雄市政府文化局',
    '備註': '請寄到單位',
    '發冊日期': '民國　審核通過後填入',
    '附件上傳': 'attachment.pdf',
}


def fill_in_a_volunteer(page: Page, folder: Path, name: str = VOLUNTEER['姓名'], number: str = 'x1234567') -> None:
    """STEP 4, every field."""
    (folder / 'photo.jpg').write_bytes(samples.portrait())
    page.get_by_text('護照號碼', exact=True).click()
    page.locator('#identity_number').fill(number)
    for tick in ('原住民', '同意個資使用', '公教人員', '開放志工單位查詢', '民國前'):
        page.get_by_role('checkbox', name=tick).click()
    page.locator('#name').fill(name)
    page.locator('#english_name').fill(VOLUNTEER['英文姓名'])
    page.get_by_role('button', name='自行設定密碼', exact=True).click()
    page.locator('#password').fill('Sample-Passw0rd')
    page.locator('#password_again').fill('Sample-Passw0rd')
    page.locator('#born_on').fill('3/5/12')
    page.get_by_role('radio', name='女').click()
    page.locator('#email').fill(VOLUNTEER['E-MAIL'])
    page.locator('fieldset', has_text='是否加入救災志工').get_by_role('radio', name='是').click()
    page.locator('#legacy_series').fill(VOLUNTEER['舊制紀錄冊號'])
    page.locator('#legacy_serial').fill(VOLUNTEER['舊制紀錄冊號：號'])
    page.locator('#legacy_issued_on').fill('1120308')
    page.locator('#photo').set_input_files(folder / 'photo.jpg')
    page.get_by_role('checkbox', name='確認志工照片為清晰、半身照').click()
    expect(page.get_by_text('自動檢查通過')).to_be_visible()
    saved(page)


def fill_in_a_training(page: Page, folder: Path, title: str = TRAINING['課程名稱']) -> None:
    """STEP 6, every field."""
    (folder / 'front.jpg').write_bytes(samples.certificate_front())
    (folder / 'back.jpg').write_bytes(samples.certificate_back())
    page.locator('#certificate_front').set_input_files(folder / 'front.jpg')
    page.locator('#certificate_back').set_input_files(folder / 'back.jpg')
    page.locator('#title').fill(title)
    page.locator('#starts_on').fill(YESTERDAY)
    page.locator('#ends_on').fill(YESTERDAY)
    page.locator('#provider').fill(TRAINING['訓練單位'])
    choose(page, '訓練課程', TRAINING['訓練課程'])
    choose(page, '課程領域', TRAINING['課程領域'])
    page.locator('#sessions').fill('2')
    page.locator('#hours').fill('6')
    choose(page, '訓練時數：分鐘', '30')
    page.locator('#remarks').fill(TRAINING['備註'])
    page.locator('#approved_on').fill('112.3.8')
    page.locator('#approval_reference').fill(TRAINING['核定字號'])
    for side in ('正面：front.jpg', '反面：back.jpg'):
        expect(page.get_by_alt_text(side).first).to_be_visible()
    saved(page)


def test_every_field_of_step_4_is_there_again_after_a_reload_on_another_computer_and_for_a_colleague(
    desks: Desks, tmp_path: Path
) -> None:
    clerk = desks.of('clerk', '/volunteers/new')
    fill_in_a_volunteer(clerk, tmp_path)

    clerk.reload()
    other_computer, colleague = desks.of('clerk, at home', '/volunteers'), desks.of('colleague', '/volunteers')
    for page in (other_computer, colleague):
        go_on(page, VOLUNTEER['姓名'], 4)

    for page in (clerk, other_computer, colleague):
        expect(page.get_by_role('button', name='自行設定密碼', exact=True)).to_be_visible()
        assert shown(page) == VOLUNTEER
        assert page.get_by_alt_text('志工照片：photo.jpg').evaluate(
            '(photo) => photo.decode().then(() => photo.naturalWidth)'
        )


def test_every_field_of_step_6_is_there_again_too(desks: Desks, tmp_path: Path) -> None:
    clerk = desks.of('clerk', f'/volunteers/{UNTRAINED}/trainings/new')
    fill_in_a_training(clerk, tmp_path)

    clerk.reload()
    other_computer, colleague = desks.of('clerk, at home', '/volunteers'), desks.of('colleague', '/volunteers')
    for page in (other_computer, colleague):
        go_on(page, TRAINING['課程名稱'], 6)

    for page in (clerk, other_computer, colleague):
        expect(page.locator('#title')).to_be_visible()
        assert shown(page) == TRAINING


def test_every_field_of_step_8_is_there_again_too(desks: Desks, tmp_path: Path) -> None:
    clerk = desks.of('clerk', f'/volunteers/{UNTRAINED}/record-book/application')
    (tmp_path / 'attachment.pdf').write_bytes(samples.pdf())
    choose(clerk, '發冊縣市', APPLICATION['發冊縣市'])
    expect(clerk.get_by_text('只列出高雄市的發冊機關')).to_be_visible()
    choose(clerk, '發冊機關', APPLICATION['發冊機關'])
    clerk.locator('#remarks').fill(APPLICATION['備註'])
    clerk.locator('#attachment').set_input_files(tmp_path / 'attachment.pdf')
    expect(clerk.get_by_role('link', name='attachment.pdf')).to_be_visible()
    saved(clerk)

    clerk.reload()
    other_computer, colleague = desks.of('clerk, at home', '/volunteers'), desks.of('colleague', '/volunteers')
    for page in (other_computer, colleague):
        go_on(page, '紀錄冊申請', 8)

    for page in (clerk, other_computer, colleague):
        expect(page.locator('#remarks')).to_be_visible()
        assert shown(page) == APPLICATION


def test_words_typed_while_the_server_is_killed_are_there_when_it_is_back(
    site: Site, desks: Desks, database: SiteDatabase
) -> None:
    clerk, course = desks.of('clerk', '/volunteers/new'), desks.of('clerk', f'/volunteers/{READY}/trainings/new')
    clerk.locator('#english_name').fill('KNOWN')
    course.locator('#title').fill('KNOWN')
    saved(clerk)
    saved(course)
    people = database.value('SELECT count(*) FROM volunteer')
    for page in (clerk, course):
        page.evaluate('window.before = true')

    site.kill()
    clerk.locator('#name').press_sequentially('王小')
    expect(clerk.locator('#popup')).to_be_visible()
    expect(clerk.locator('#popup')).to_have_text(
        re.compile(r'連線中斷，正在重新連線；\s*您輸入的內容已保存在這台電腦。')
    )
    clerk.get_by_role('checkbox', name='民國前').click()
    clerk.locator('#born_on').fill('3/5/12')
    clerk.get_by_role('radio', name='女').click()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('連線中斷，這次沒有送出。')).to_be_visible()
    clerk.locator('#legacy_issued_on').fill('115/3')
    clerk.locator('#name').press('End')
    clerk.locator('#name').press_sequentially('明')
    choose(course, '訓練課程', '特殊訓練')
    course.locator('#hours').fill('6')
    course.locator('#remarks').press_sequentially('一\n二')
    site.start_again()

    for page in (clerk, course):
        loads_itself_again(page)
    expect(clerk.locator('#name')).to_be_focused()
    expect(clerk.locator('#born_on')).to_have_value('003/05/12')
    expect(clerk.get_by_text('看不懂日期「115/3」')).to_be_visible()
    typed = {'英文姓名': 'KNOWN', '姓名': '王小明', '民國前': 'true', '性別': '女', '發冊日期': '115/3'}
    assert {label: text for label, text in shown(clerk).items() if label in typed} == typed
    expect(clerk.get_by_role('alert')).to_have_count(1)
    saved(course)
    typed = {'課程名稱': 'KNOWN', '訓練課程': '特殊訓練', '訓練時數': '6', '備註': '一\n二'}
    assert {label: text for label, text in shown(course).items() if label in typed} == typed
    assert database.value('SELECT count(*) FROM volunteer') == people


def test_words_typed_in_the_last_moment_before_the_page_is_left_are_kept(desks: Desks) -> None:
    clerk = desks.of('clerk', '/volunteers/new')
    form = clerk.url.removeprefix(desks.site.url)

    clerk.locator('#name').press_sequentially('谷辣斯')
    clerk.reload()
    expect(clerk.locator('#name')).to_have_value('谷辣斯')
    clerk.locator('#english_name').press_sequentially('Kulas')
    clerk.get_by_role('link', name='返回').click()
    expect(clerk.get_by_role('heading', name='做到一半的資料')).to_be_visible()
    expect(desks.of('colleague', form).locator('#english_name')).to_have_value('Kulas')
    clerk.go_back()
    clerk.locator('#email').press_sequentially('kulas@example.com')
    clerk.goto(f'{desks.site.url}/menu')

    colleague = desks.of('colleague', form)
    expect(colleague.locator('#email')).to_have_value('kulas@example.com')
    expect(colleague.locator('#name')).to_have_value('谷辣斯')


def test_presses_repeated_make_one_volunteer_one_training_and_one_submission(
    desks: Desks, database: SiteDatabase, tmp_path: Path
) -> None:
    clerk = desks.of('clerk', '/volunteers/new')
    fill_in_a_volunteer(clerk, tmp_path, '連按者', 'x7654321')
    clerk.locator('#password').fill('Sample-Passw0rd')
    pressed_often(clerk.get_by_role('button', name='儲存', exact=True))
    expect(clerk).to_have_url(re.compile(r'/volunteers/\d+/trainings'))
    volunteer = int(re.findall(r'/(\d+)/', clerk.url)[0])
    for title, kind in (('基礎', '基礎訓練'), ('特殊', '特殊訓練')):
        clerk.goto(f'{desks.site.url}/volunteers/{volunteer}/trainings/new')
        fill_in_a_training(clerk, tmp_path, title)
        choose(clerk, '訓練課程', kind)
        pressed_often(clerk.get_by_role('button', name='儲存', exact=True))
        expect(clerk).to_have_url(re.compile(r'/trainings$'))
    clerk.goto(f'{desks.site.url}/volunteers/{volunteer}/record-book/application')
    pressed_often(clerk.get_by_role('button', name='送審', exact=True))
    expect(clerk).to_have_url(re.compile('/record-book$'))

    assert database.value("SELECT count(*) FROM volunteer WHERE name = '連按者'") == 1
    assert database.value('SELECT count(*) FROM training WHERE volunteer_id = $1', volunteer) == 2
    assert tally(database, volunteer) == {'applications': 1, 'sent': 1, 'approved': 0, 'books': 0, 'mails': AGENCY}
    left = 'SELECT count(*) FROM draft_entry JOIN draft ON draft.id = draft_id WHERE volunteer_id = $1'
    assert database.value(left, volunteer) == 0


def tally(database: SiteDatabase, volunteer: int) -> dict[str, Any]:
    """What has been done for a volunteer, counted; and who was told of it."""
    steps = 'SELECT count(*) FROM application_step s JOIN application a ON a.id = application_id'
    mails = (
        'SELECT array_agg(recipient ORDER BY recipient) FROM outgoing_mail JOIN application a ON a.id = application_id'
    )
    counts = {
        'applications': 'SELECT count(*) FROM application WHERE volunteer_id = $1',
        'sent': f"{steps} WHERE volunteer_id = $1 AND s.status = 'submitted'",
        'approved': f"{steps} WHERE volunteer_id = $1 AND s.status = 'approved'",
        'books': 'SELECT count(*) FROM record_book WHERE volunteer_id = $1',
        'mails': f'{mails} WHERE volunteer_id = $1',
    }
    return {name: database.value(sql, volunteer) for name, sql in counts.items()}


def test_a_kill_between_an_act_and_its_answer_leaves_one_person_one_step_one_number_and_one_mail_to_each(
    site: Site, desks: Desks, database: SiteDatabase, tmp_path: Path
) -> None:
    writer = desks.of('clerk', '/volunteers/new')
    fill_in_a_volunteer(writer, tmp_path, '未聞回音', 'x7777777')
    sender = desks.of('clerk', f'/volunteers/{READY}/record-book/application')
    reviewer = desks.of('reviewer', '/reviews')
    numbers = database.value('SELECT last_sequence FROM number_series')

    with database.held_commits('volunteer', 'application_step'):
        presses = [
            writer.get_by_role('button', name='儲存', exact=True),
            sender.get_by_role('button', name='送審', exact=True),
        ]
        killed_while_it_commits(site, database, presses, [writer, sender, reviewer])
    expect(writer).to_have_url(f'{site.url}/volunteers')
    expect(writer.get_by_text('您剛才填的新志工資料已經儲存')).to_be_visible()
    assert database.value("SELECT count(*) FROM volunteer WHERE name = '未聞回音'") == 1
    expect(sender.get_by_text('送審後不能修改')).to_be_visible()
    assert tally(database, READY) == {'applications': 1, 'sent': 1, 'approved': 0, 'books': 0, 'mails': AGENCY}

    reviewer.get_by_role('link', name='吳小堃').click()
    with database.held_commits('decision', 'record_book'):
        killed_while_it_commits(site, database, [reviewer.get_by_role('button', name='核可')], [reviewer])
        killed_while_it_commits(site, database, [], [reviewer])  # what it decided is released by the next one
    expect(reviewer.get_by_text(re.compile(r'已核可，紀錄冊號 .+號'))).to_be_visible()
    done = {'applications': 1, 'sent': 1, 'approved': 1, 'books': 1, 'mails': sorted(AGENCY + UNIT + VOLUNTEER_6)}
    assert tally(database, READY) == done
    assert database.value('SELECT count(*) FROM decision') == 0
    assert database.value('SELECT last_sequence FROM number_series') == numbers + 1


def killed_while_it_commits(site: Site, database: SiteDatabase, presses: list[Locator], pages: list[Page]) -> None:
    """Press, kill -9 while the server waits for the answers to its COMMITs, start again, and wait for the pages.

    Without presses: while it commits what was left to it.
    """
    for button in presses:
        expect(button).to_be_visible()
    for page in pages:
        page.evaluate('window.before = true')
    for button in presses:
        button.click()
    database.wait_for_commits(max(len(presses), 1))
    site.kill()
    database.let_commit()
    site.start_again()
    for page in pages:
        loads_itself_again(page)


def test_a_page_whose_data_are_long_in_coming_shows_the_frame_and_then_its_content(
    desks: Desks, database: SiteDatabase
) -> None:
    address = f'{desks.site.url}/volunteers/{READY}/basics#email'
    clerk = desks.of('clerk')
    status, away = clerk.get_by_role('status'), '資料庫暫時沒有回應'
    for _ in range(5):  # on a busy machine the database may give up before the browser has drawn the frame
        with database.locked('volunteer'):
            clerk.goto(address, wait_until='commit')
            expect(status).to_contain_text(re.compile(f'正在開啟…|{away}'))
            if away in status.inner_text():
                continue
            expect(clerk.get_by_role('searchbox')).to_be_visible()
            title = clerk.title()
        expect(clerk.get_by_role('main')).to_contain_text(re.compile(f'E-MAIL|{away}'))
        if clerk.get_by_text(away).count() == 0:
            break
    assert title == '志願服務資訊整合系統'

    expect(clerk).to_have_title(re.compile('基本資料'))
    expect(clerk.locator('#email')).to_be_focused()
    expect(clerk.get_by_role('main')).to_have_count(1)
    expect(clerk.get_by_text('正在開啟…')).to_have_count(0)


def test_an_address_that_leads_elsewhere_does_so_late_too_and_back_does_not_lead_to_it(
    desks: Desks, database: SiteDatabase
) -> None:
    clerk = desks.of('clerk')
    drafts = database.value('SELECT count(*) FROM draft')
    with database.locked('draft'):
        clerk.goto(f'{desks.site.url}/volunteers/new')
        expect(clerk.get_by_text('正在開啟…')).to_be_visible()

    expect(clerk.locator('#name')).to_be_visible()
    expect(clerk).to_have_url(re.compile(r'/volunteers/new/.+'))
    clerk.go_back()
    expect(clerk).to_have_url(f'{desks.site.url}/menu')
    assert database.value('SELECT count(*) FROM draft') == drafts  # nothing was typed


def test_two_clerks_who_change_different_fields_of_a_person_do_not_undo_each_other(
    desks: Desks, database: SiteDatabase
) -> None:
    join_the_other_unit(database)
    pages = {who: desks.of(who, f'/volunteers/{READY}/basics') for who in ('clerk', 'colleague', 'clerk2')}
    typed = {
        'clerk': ('#english_name', 'CLERK'),
        'colleague': ('#legacy_series', '同事'),
        'clerk2': ('#name', '陳曉名'),
    }
    for who, (field, text) in typed.items():
        pages[who].locator(field).fill(text)
        saved(pages[who])
    pages['colleague'].locator('#legacy_serial').fill('1')
    saved(pages['colleague'])
    expect(pages['clerk'].locator('#legacy_serial')).to_have_value('1')  # of one unit, they fill in one form

    for page in pages.values():  # what the colleague typed stands in the form of the clerk, who saves it first
        page.get_by_role('button', name='儲存', exact=True).click()
        expect(page.get_by_text(re.compile('^基本資料(已儲存，並留下異動紀錄。|沒有變更)'))).to_be_visible()

    last = shown(desks.of('clerk', f'/volunteers/{READY}/basics'))
    assert [last[label] for label in ('英文姓名', '舊制紀錄冊號', '姓名')] == ['CLERK', '同事', '陳曉名']


def test_of_two_clerks_who_change_the_same_field_the_later_one_is_told_and_keeps_the_words(
    desks: Desks, database: SiteDatabase
) -> None:
    join_the_other_unit(database)
    first, second = desks.of('clerk2', f'/volunteers/{READY}/basics'), desks.of('clerk', f'/volunteers/{READY}/basics')
    first.locator('#english_name').fill('FIRST')
    second.locator('#english_name').fill('SECOND')
    second.locator('#legacy_series').fill('中市文志')
    saved(second)

    first.get_by_role('button', name='儲存', exact=True).click()
    expect(first.get_by_text('基本資料已儲存，並留下異動紀錄。')).to_be_visible()
    second.get_by_role('button', name='儲存', exact=True).click()

    told = second.get_by_text(
        re.compile('範例圖書館 沈小川 於 .+ 已將「英文姓名」改為「FIRST」，所以您的修改還沒有儲存。')
    )
    expect(told).to_be_visible()
    for _ in range(2):
        expect(second.locator('#english_name')).to_have_value('SECOND')
        expect(second.locator('#legacy_series')).to_have_value('中市文志')
        second.reload()
    expect(second.get_by_text('尚未儲存。目前登錄：FIRST')).to_be_visible()
    second.get_by_role('button', name='儲存', exact=True).click()
    expect(second.get_by_text('基本資料已儲存，並留下異動紀錄。')).to_be_visible()
    assert shown(second)['英文姓名'] == 'SECOND'


def join_the_other_unit(database: SiteDatabase) -> None:
    """The volunteer serves the other demo unit too."""
    database.execute(
        'INSERT INTO membership (volunteer_id, host_unit_id, status, joined_on) SELECT m.volunteer_id, u.id, m.status,'
        " m.joined_on FROM membership m, host_unit u WHERE m.volunteer_id = $1 AND u.name = '範例圖書館'"
        ' ON CONFLICT DO NOTHING',
        READY,
    )


def test_a_draft_that_a_colleague_has_recorded_is_told_of_once_and_not_recorded_again(
    desks: Desks, database: SiteDatabase, tmp_path: Path
) -> None:
    address = f'/volunteers/{READY}/trainings/new'
    clerk = desks.of('clerk', address)
    fill_in_a_training(clerk, tmp_path, '兩人同填')
    colleague = desks.of('colleague', address)
    colleague.get_by_role('button', name='儲存', exact=True).click()
    expect(colleague).to_have_url(re.compile(r'/trainings$'))

    clerk.locator('#remarks').press_sequentially('三個字', delay=400)
    clerk.locator('#provider').fill('別的單位')
    expect(clerk.get_by_text('這份草稿已經送出或刪除')).to_have_count(1)
    expect(clerk.get_by_text('草稿已自動儲存')).to_have_count(0)
    clerk.get_by_role('button', name='知道了').click()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('這份草稿已經送出或刪除')).to_have_count(1)

    assert clerk.locator('#provider').input_value() == '別的單位'
    assert database.value("SELECT count(*) FROM training WHERE title = '兩人同填'") == 1
    clerk.reload()
    expect(clerk.get_by_text('這是另一筆新的資料')).to_be_visible()


def test_half_a_date_and_no_number_survive_a_reload_and_are_not_saved_as_nothing(desks: Desks, tmp_path: Path) -> None:
    clerk = desks.of('clerk', f'/volunteers/{READY}/trainings/new')
    fill_in_a_training(clerk, tmp_path, '半個日期')
    clerk.locator('#approved_on').fill('115/3')
    clerk.locator('#sessions').fill('二')
    clerk.locator('#remarks').click()
    expect(clerk.get_by_text('看不懂日期「115/3」')).to_be_visible()

    clerk.reload()
    for _ in range(2):
        expect(clerk.get_by_text('看不懂日期「115/3」').first).to_be_visible()
        expect(clerk.get_by_text('「二」不是整數').first).to_be_visible()
        assert (shown(clerk)['核定日期'], shown(clerk)['訓練次數']) == ('115/3', '二')
        clerk.get_by_role('button', name='儲存', exact=True).click()
        expect(clerk.get_by_text('還有 2 個地方需要處理')).to_be_visible()
    clerk.locator('#approved_on').fill('115/3/8')
    clerk.locator('#sessions').fill('2')
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk).to_have_url(re.compile(r'/trainings$'))


def test_a_session_that_ends_while_somebody_types_leads_back_to_the_same_words(
    site: Site, desks: Desks, database: SiteDatabase
) -> None:
    clerk = signed_in(desks.browser, site, 'clerk')
    clerk.goto(f'{site.url}/volunteers/new')
    clerk.locator('#name').fill('登出前')
    saved(clerk)
    form = clerk.url

    other_tab = clerk.context.new_page()
    other_tab.goto(f'{site.url}/menu')
    clerk.locator('#english_name').press_sequentially('Kulas')
    other_tab.locator('.lb-me').click()
    other_tab.get_by_role('button', name='登出').click()
    sign_in_again(clerk, site)
    assert clerk.url == form
    expect(clerk.locator('#name')).to_have_value('登出前')
    expect(clerk.locator('#english_name')).to_have_value('Kulas')

    # Ended without a word; a session just read is believed for three seconds.
    database.execute('DELETE FROM session WHERE created_at = (SELECT max(created_at) FROM session)')
    clerk.locator('#email').press_sequentially('kulas@example.com')
    clerk.wait_for_timeout(3100)
    clerk.mouse.click(5, 400)
    sign_in_again(clerk, site)
    assert clerk.url == form
    expect(clerk.locator('#email')).to_have_value('kulas@example.com')

    # Its time is over: the same person goes on over the page, which nobody can read meanwhile.
    database.execute(
        "UPDATE session SET created_at = created_at - interval '9 hours'"
        ' WHERE created_at = (SELECT max(created_at) FROM session)'
    )
    clerk.locator('#english_name').fill('Kulas Watan')
    again = clerk.get_by_role('dialog', name='請重新登入，再繼續')
    again.get_by_label('密碼').fill('wrong')
    again.get_by_role('button', name='登入並繼續').click()
    expect(again.get_by_role('alert')).to_contain_text('密碼不正確')
    again.get_by_label('密碼').fill(site.passwords['clerk'])
    again.get_by_role('button', name='登入並繼續').click()
    expect(again).not_to_be_attached()
    assert clerk.url == form
    expect(clerk.locator('#english_name')).to_have_value('Kulas Watan')


def sign_in_again(page: Page, site: Site) -> None:
    """The page has gone to the login by itself."""
    expect(page).to_have_url(re.compile(r'/login\?next=/volunteers/new/'))
    page.get_by_label('使用者帳號').fill('clerk')
    page.get_by_label('使用者密碼').fill(site.passwords['clerk'])
    page.get_by_role('button', name='登入', exact=True).click()
    expect(page.locator('#name')).to_be_visible()
