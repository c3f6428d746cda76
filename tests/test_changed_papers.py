"""The desk stands open while the unit changes what lies on it: nothing is approved that was not looked at."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from . import samples
from .site import Site, takes

WAITS = '資料有變更，請先看過'
TYPED = '請確認電子郵件是否為本人使用。'


def opens(reviewer: Page, site: Site, name: str) -> str:
    """The desk with the case of this name; its address."""
    reviewer.goto(f'{site.url}/reviews')
    reviewer.locator('.lb-item', has_text=name).get_by_role('link').first.click()
    expect(reviewer.get_by_role('heading', name=name, exact=True)).to_be_visible()
    expect(approve(reviewer)).to_contain_text('將取號')
    return reviewer.url


def approve(page: Page) -> Locator:
    return page.locator('.lb-approve')


def box(page: Page, label: str) -> Locator:
    """A check by eye."""
    return page.get_by_role('checkbox', name=re.compile(label))


def ticks(page: Page, label: str) -> None:
    box(page, label).click()
    expect(box(page, label)).to_be_checked()


def changes(page: Page) -> Locator:
    """The panel of what has changed."""
    return page.get_by_role('region', name=re.compile('^送審後的變更'))


def change(page: Page, label: str) -> Locator:
    return changes(page).get_by_role('listitem').filter(has_text=label)


def exchanges_photo_and_name(clerk: Page, site: Site, volunteer: int, name: str, folder: Path) -> None:
    clerk.goto(f'{site.url}/volunteers/{volunteer}/basics')
    expect(clerk.get_by_text('這位志工的申請案正在審核中。')).to_be_visible()
    clerk.locator('#name').fill(name)
    (folder / 'photo.jpg').write_bytes(samples.portrait(2))
    clerk.locator('#photo').set_input_files(folder / 'photo.jpg')
    expect(clerk.get_by_text('自動檢查通過')).to_be_visible()
    confirmed = clerk.get_by_role('checkbox', name='確認志工照片為清晰、半身照')
    if not confirmed.is_checked():
        confirmed.click()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('審核人員會看到這次修改，並須重新看過').first).to_be_visible()


def exchanges_a_certificate(clerk: Page, site: Site, volunteer: int, folder: Path) -> None:
    clerk.goto(f'{site.url}/volunteers/{volunteer}/trainings')
    clerk.locator('a[href*="/trainings/"]:not([href$="/new"])').first.click()
    expect(clerk.get_by_text('這位志工的申請案正在審核中。')).to_be_visible()
    (folder / 'other.jpg').write_bytes(samples.certificate_front('別人'))
    clerk.locator('#certificate_front').set_input_files(folder / 'other.jpg')
    expect(clerk.get_by_alt_text('正面：other.jpg').first).to_be_visible()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('審核人員會看到這次修改，並須重新看過').first).to_be_visible()


def writes_a_mark(page: Page) -> Locator:
    """A reason that is being written at the e-mail address."""
    page.get_by_role('button', name='E-MAIL補件').click()
    page.get_by_role('group', name='補件原因：E-MAIL').get_by_role('button', name='其他').click()
    text = page.get_by_label('給單位的說明')
    text.fill(TYPED)
    return text


def test_what_the_unit_exchanges_on_an_open_desk_is_looked_at_before_it_is_approved(
    site: Site, clerk: Page, reviewer: Page, tmp_path: Path
) -> None:
    address = opens(reviewer, site, '張小安')
    for label in ('照片為本人', '證書姓名'):
        ticks(reviewer, label)
    photo = reviewer.locator('.lb-photos img').get_attribute('src')
    typed = writes_a_mark(reviewer)

    exchanges_photo_and_name(clerk, site, 3, '張大安', tmp_path)

    expect(change(reviewer, '姓名')).to_contain_text(re.compile('張小安.*張大安', re.DOTALL))
    expect(change(reviewer, '姓名')).to_contain_text('示例文化中心 林小滿')
    for side in change(reviewer, '志工照片').get_by_role('img').all():
        expect(side).to_have_js_property('complete', True)
        assert side.evaluate('(picture) => picture.naturalWidth') > 0  # the old one can still be opened
    expect(reviewer.locator('.lb-photos img')).not_to_have_attribute('src', photo or '')
    expect(reviewer.get_by_role('heading', name='張大安', exact=True)).to_be_visible()
    for label in ('照片為本人', '證書姓名'):
        expect(box(reviewer, label)).not_to_be_checked()
    expect(reviewer.get_by_text('運用單位剛修改了：姓名、志工照片')).to_be_attached()
    expect(typed).to_have_value(TYPED)
    assert reviewer.url == address
    expect(approve(reviewer)).to_contain_text(WAITS)
    reviewer.get_by_role('button', name='取消', exact=True).click()

    exchanges_a_certificate(clerk, site, 3, tmp_path)
    expect(change(reviewer, '結業證書正面').get_by_role('img')).to_have_count(2)
    approve(reviewer).click()
    expect(reviewer.get_by_text('還沒有人看過')).to_be_visible()
    reviewer.get_by_role('button', name='知道了').click()
    expect(reviewer.get_by_text('還沒有人看過')).to_have_count(0)
    reviewer.get_by_role('button', name='駁回').click()  # refused before a word is typed
    expect(reviewer.get_by_text('還沒有人看過')).to_be_visible()
    expect(reviewer.get_by_role('dialog')).to_have_count(0)
    reviewer.get_by_role('button', name='知道了').click()
    expect(reviewer.locator('.lb-item', has_text='張大安').get_by_text('資料有變更')).to_be_visible()

    reviewer.get_by_role('button', name='已看過變更').click()
    expect(changes(reviewer)).to_be_hidden()
    expect(approve(reviewer)).to_contain_text('將取號')
    ticks(reviewer, '照片為本人')
    approve(reviewer).click()
    expect(reviewer.get_by_text('已核可 張大安')).to_be_visible()


def test_a_decision_that_could_still_be_taken_back_falls_when_the_unit_changes_something(
    site: Site, clerk: Page, reviewer: Page, tmp_path: Path
) -> None:
    takes(reviewer, site, '2 分鐘')
    clerk.goto(f'{site.url}/volunteers/4/basics')
    expect(clerk.locator('#english_name')).to_have_value('CHOU, HSIAO-CHING')
    clerk.locator('#english_name').fill('CHOU, HSIAO-MEI')
    address = opens(reviewer, site, '周小晴')
    approve(reviewer).click()
    expect(reviewer.get_by_text('已核可 周小晴')).to_be_visible()
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('審核人員會看到這次修改，並須重新看過').first).to_be_visible()

    reviewer.goto(address)

    expect(change(reviewer, '英文姓名')).to_contain_text('CHOU, HSIAO-MEI')
    expect(reviewer.get_by_text('決定之後、生效之前，志工的資料有了修改').first).to_be_visible()
    expect(approve(reviewer)).to_contain_text(WAITS)


def test_the_reason_that_is_being_written_stays_and_rests_on_what_was_seen(
    site: Site, clerk: Page, reviewer: Page
) -> None:
    opens(reviewer, site, '谷辣斯．尤達卡')
    reviewer.locator('.lb-return').click()
    reason = reviewer.get_by_role('dialog').get_by_role('textbox')
    reason.fill(TYPED)
    clerk.goto(f'{site.url}/volunteers/2/basics')
    clerk.locator('#english_name').fill('Kolas Yotaka')
    clerk.get_by_role('button', name='儲存', exact=True).click()
    expect(clerk.get_by_text('審核人員會看到這次修改，並須重新看過').first).to_be_visible()
    expect(reviewer.get_by_text('運用單位剛修改了：英文姓名')).to_be_attached()

    reviewer.get_by_role('button', name='確定通知補件').click()

    expect(reviewer.get_by_text(re.compile('還沒有人看過|您的畫面已更新')).first).to_be_visible()
    expect(reason).to_have_value(TYPED)
