"""What is typed stays, on both sides: through Escape, another field, a reload, another computer, a lost press."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from . import samples
from .site import Site, computer, settled, signed_in

CASE = '/reviews/4'
WORDS = '請在窗邊重拍，臉要看得清楚'
LATER = '請在窗邊重拍，不要戴帽子'
SEEN = """(image) => {
  const paper = Object.assign(document.createElement('canvas'), { width: 6, height: 8 }).getContext('2d');
  paper.drawImage(image, 0, 0, 6, 8);
  return [image.naturalWidth, image.naturalHeight, ...paper.getImageData(0, 0, 6, 8).data];
}"""


def words(page: Page) -> Locator:
    return page.get_by_label('給單位的說明')


def test_a_mark_that_is_being_written_stays_until_it_is_sent(site: Site, browser: Browser, reviewer: Page) -> None:
    reviewer.goto(site.url + CASE)
    reviewer.get_by_role('button', name='照片補件').click()
    reviewer.get_by_role('button', name='模糊').click()
    words(reviewer).fill(WORDS)

    reviewer.keyboard.press('Escape')
    expect(words(reviewer)).to_have_count(0)
    reviewer.get_by_role('button', name='姓名補件', exact=True).click()
    reviewer.get_by_role('button', name='照片補件，寫到一半').click()
    expect(words(reviewer)).to_have_value(WORDS)
    reviewer.reload()
    expect(words(reviewer)).to_have_value(WORDS)

    elsewhere = signed_in(browser, site, 'reviewer')
    elsewhere.goto(site.url + CASE)
    expect(words(elsewhere)).to_have_value(WORDS)
    elsewhere.get_by_role('button', name='標記補件').click()
    expect(elsewhere.get_by_role('heading', name='已標記 1 項補件')).to_be_visible()
    elsewhere.reload()
    expect(elsewhere.get_by_role('heading', name='已標記 1 項補件')).to_be_visible()
    expect(words(elsewhere)).to_have_count(0)
    elsewhere.context.close()


def test_what_is_still_to_be_mended_is_open_with_its_words_after_a_reload(site: Site, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/reviews/6')
    reviewer.get_by_role('button', name='仍需補正：').first.click()
    box = reviewer.get_by_label('還要補正什麼')
    box.fill(WORDS)
    reviewer.reload()
    expect(box).to_have_value(WORDS)
    reviewer.get_by_role('button', name='取消').click()
    reviewer.reload()
    expect(reviewer.get_by_role('button', name='仍需補正：').first).to_be_visible()
    expect(box).to_have_count(0)


def test_a_mark_that_was_begun_and_not_added_is_told_before_a_decision(site: Site, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/reviews/3')
    reviewer.get_by_role('button', name='照片補件').click()
    reviewer.get_by_role('button', name='模糊').click()
    words(reviewer).fill(WORDS)

    reviewer.get_by_role('button', name='通知補件').first.click()
    dialog = reviewer.get_by_role('dialog')
    expect(dialog.get_by_text('另有 1 項標記寫到一半')).to_contain_text('先按「標記補件」把它加入')
    expect(dialog.get_by_text(WORDS)).to_be_visible()
    dialog.get_by_role('button', name='再看一下').click()
    expect(dialog).to_have_count(0)
    reviewer.get_by_role('button', name='核可').first.click()
    expect(dialog.get_by_text('的補件標記寫到一半')).to_be_visible()
    dialog.get_by_role('button', name='取消').click()
    expect(dialog).to_have_count(0)

    reviewer.get_by_role('button', name='標記補件').click()
    expect(reviewer.get_by_role('heading', name='已標記 1 項補件')).to_be_visible()
    reviewer.get_by_role('button', name='通知補件').first.click()
    expect(dialog.get_by_text('會收到下列 1 項')).to_be_visible()
    expect(dialog.get_by_text('寫到一半')).to_have_count(0)


@pytest.mark.parametrize(('opener', 'label'), [('駁回', '原因'), ('通知補件', '補充說明')])
def test_a_reason_that_is_being_written_stays(site: Site, reviewer: Page, opener: str, label: str) -> None:
    reviewer.goto(site.url + CASE)
    for _ in range(2):
        reviewer.get_by_role('button', name=opener).first.click()
        reason = reviewer.get_by_role('dialog').get_by_label(label)
        if reason.input_value() != WORDS:
            reason.fill(WORDS)
            expect(reviewer.get_by_text('草稿已自動儲存')).to_be_visible()
        reviewer.keyboard.press('Escape')
        expect(reviewer.get_by_role('dialog')).to_have_count(0)
        reviewer.reload()
    reviewer.get_by_role('button', name=opener).first.click()
    reason = reviewer.get_by_role('dialog').get_by_label(label)
    expect(reason).to_have_value(WORDS)
    reviewer.context.set_offline(True)
    reason.fill(LATER)
    reviewer.context.set_offline(False)
    reviewer.reload()  # the page is built before its browser tells what it has
    reviewer.get_by_role('button', name=opener).first.click()
    expect(reviewer.get_by_role('dialog').get_by_label(label)).to_have_value(LATER)


def test_an_entry_of_a_ledger_stays_and_a_composition_closes_and_sends_nothing(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/1/service-hours')
    content = clerk.get_by_role('dialog').get_by_label('備註')
    clerk.get_by_role('button', name='新增').click()
    content.fill('導覽解說')
    for key in ('Escape', 'Enter'):
        content.dispatch_event('keydown', {'key': key, 'code': key, 'keyCode': 229, 'isComposing': True})
        content.dispatch_event('keyup', {'key': key, 'code': key})
    expect(clerk.get_by_text('草稿已自動儲存')).to_be_visible()
    clerk.keyboard.press('Escape')
    expect(clerk.get_by_role('dialog')).to_have_count(0)
    clerk.reload()
    clerk.get_by_role('button', name='新增').click()
    expect(content).to_have_value('導覽解說')
    clerk.get_by_role('button', name='取消').click()
    expect(clerk.get_by_role('dialog')).to_have_count(0)
    clerk.get_by_role('button', name='新增').click()
    expect(content).to_have_value('')


def test_a_press_that_nothing_answers_is_told_and_can_be_repeated(site: Site, browser: Browser) -> None:
    swallowed: list[Any] = []
    is_cut = False

    def half_open(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        mine_is_cut = [False]

        def forward(to: WebSocketRoute, message: str | bytes) -> None:
            mine_is_cut[0] = mine_is_cut[0] or (is_cut and not swallowed)
            swallowed.append(message) if mine_is_cut[0] else to.send(message)

        line.on_message(lambda message: forward(server, message))
        server.on_message(lambda message: forward(line, message))

    page = computer(browser, site).new_page()
    page.route_web_socket('**/socket.io/**', half_open)
    page.goto(f'{site.url}/login')
    page.get_by_label('使用者帳號').fill('clerk')
    page.get_by_label('使用者密碼').fill(site.passwords['clerk'])
    page.get_by_role('button', name='登入', exact=True).click()
    page.goto(f'{site.url}/volunteers/1/service-hours')
    add = page.get_by_role('button', name='新增')
    expect(add).to_be_visible()
    page.wait_for_function('window.did_handshake')
    is_cut = True

    add.click()
    expect(page.get_by_text('按下後三秒沒有回應')).to_be_visible()
    assert swallowed
    page.wait_for_function('window.socket.connected && window.did_handshake')
    add.click()
    expect(page.get_by_role('dialog')).to_be_visible()
    page.context.close()


def test_a_photo_is_framed_as_it_will_be_kept(site: Site, clerk: Page, tmp_path: Path) -> None:
    seen = []
    for name, data in (('turned.jpg', samples.turned_portrait()), ('turned.webp', samples.turned_webp())):
        (tmp_path / name).write_bytes(data)
        clerk.goto(f'{site.url}/volunteers/1/basics')
        clerk.locator('#photo').set_input_files(tmp_path / name)
        clerk.get_by_role('button', name='調整位置').click()
        framed = clerk.get_by_role('img', name='待上傳的照片')
        expect(framed).to_be_visible()
        clerk.wait_for_function('document.querySelector(".lb-crop img").naturalWidth')
        seen.append(framed.evaluate(SEEN))

    assert [one[:2] for one in seen] == [[900, 1200]] * 2
    assert max(abs(a - b) for a, b in zip(*seen, strict=True)) < 40


def test_two_people_at_one_form_hear_each_other_and_what_both_typed_is_recorded(
    site: Site, browser: Browser, clerk: Page
) -> None:
    colleague = signed_in(browser, site, 'clerk')
    clerk.goto(f'{site.url}/volunteers/new')
    clerk.locator('#name').fill('周小禾')
    expect(clerk.get_by_text('草稿已自動儲存')).to_be_visible()
    colleague.goto(clerk.url)
    colleague.locator('#email').fill('ho@example.com')
    expect(clerk.get_by_text('其他人剛更新：E-MAIL')).to_be_visible()
    expect(clerk.locator('#email')).to_have_value('ho@example.com')
    clerk.locator('#english_name').fill('CHOU, HSIAO-HO')
    expect(colleague.locator('#english_name')).to_have_value('CHOU, HSIAO-HO')

    for page in (clerk, colleague):
        page.goto(f'{site.url}/volunteers/1/basics')
    settled(colleague)
    clerk.locator('#english_name').fill('WANG II')
    expect(colleague.get_by_text('其他人剛更新：英文姓名')).to_be_visible()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('基本資料已儲存')).to_be_visible()
    expect(colleague.get_by_text('尚未儲存。目前登錄')).to_have_count(0)
    expect(colleague.locator('#english_name')).to_have_value('WANG II')
    colleague.context.close()


def test_a_form_without_a_draft_keeps_its_words_at_its_address_until_it_is_left_or_saved(
    site: Site, browser: Browser
) -> None:
    page = signed_in(browser, site, 'admin')
    page.goto(f'{site.url}/admin/mail?edit=returned')
    subject = page.locator('#subject')
    before = subject.input_value()
    subject.fill('改到一半的主旨')
    page.evaluate('window.before = true; goOver()')  # the hand-over to another process
    page.wait_for_function('!window.before')
    expect(subject).to_have_value('改到一半的主旨')
    expect(page.get_by_text('在您輸入之後已有別的內容儲存')).to_have_count(0)

    page.get_by_role('link', name='返回').click()
    page.wait_for_url(lambda url: 'edit=' not in url)
    page.goto(f'{site.url}/admin/mail?edit=returned')
    expect(subject).to_have_value(before)

    subject.fill('改好的主旨')
    page.reload()
    expect(subject).to_have_value('改好的主旨')
    page.get_by_role('button', name='儲存', exact=True).click()
    page.wait_for_url(lambda url: 'edit=' not in url)
    page.goto(f'{site.url}/admin/mail?edit=returned')
    expect(subject).to_have_value('改好的主旨')
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('typed:@'))") == []
    page.context.close()


def test_words_of_a_form_without_a_draft_do_not_go_over_those_of_others_unsaid(site: Site, browser: Browser) -> None:
    page, other = (signed_in(browser, site, 'admin') for _ in range(2))
    for each, words in ((page, '甲的主旨'), (other, '乙的主旨')):
        each.goto(f'{site.url}/admin/mail?edit=approved')
        each.locator('#subject').fill(words)
    other.get_by_role('button', name='儲存', exact=True).click()
    other.wait_for_url(lambda url: 'edit=' not in url)

    page.reload()
    expect(page.get_by_text('「主旨」在您輸入之後已有別的內容儲存')).to_be_visible()
    expect(page.locator('#subject')).to_have_value('甲的主旨')
    for each in (page, other):
        each.context.close()
