"""我的資料 with browsers: a volunteer of 68 on a telephone has a name corrected, and takes a copy of everything."""

import json
import zipfile

from playwright.sync_api import Browser, Page, expect

from .site import Site, settled, signed_in

NUMBER = 'DEMO00001'


def test_a_correction_goes_from_the_telephone_over_the_unit_into_the_record(
    site: Site, browser: Browser, clerk: Page
) -> None:
    person = signed_in(browser, site, NUMBER, width=375)
    person.goto(f'{site.url}/my/data')
    person.get_by_role('button', name='提出更正：英文姓名').click()
    asked = person.get_by_role('dialog', name='提出更正：英文姓名')
    asked.get_by_label('正確的英文姓名').fill('WANG, SIAO-MING')
    asked.get_by_role('button', name='送出').click()
    expect(person.get_by_text('更正英文姓名：WANG, HSIAO-MING → WANG, SIAO-MING')).to_be_visible()

    clerk.goto(f'{site.url}/rights')
    clerk.get_by_role('link', name='更正英文姓名').click()
    expect(clerk.get_by_text('本人提出的', exact=True)).to_be_visible()
    clerk.get_by_role('button', name='同意並更正').click()
    expect(clerk.get_by_text('已答覆，並通知本人。')).to_be_visible()

    expect(person.get_by_text('已同意')).to_be_visible()  # by itself
    expect(person.get_by_text('WANG, SIAO-MING', exact=True)).to_be_visible()


def test_the_own_number_is_hidden_until_it_is_asked_for(site: Site, browser: Browser) -> None:
    person = signed_in(browser, site, NUMBER, width=375)
    person.goto(f'{site.url}/my/data')
    settled(person)
    assert NUMBER not in person.content()

    person.get_by_role('button', name='顯示', exact=True).click()
    shown = person.get_by_role('dialog', name='顯示完整證號')
    shown.get_by_role('button', name='顯示').click()
    expect(shown.get_by_text(NUMBER)).to_be_visible()
    shown.get_by_role('button', name='關閉').click()
    expect(person.get_by_text(NUMBER)).to_have_count(0)


def test_the_copy_of_everything_opens(site: Site, browser: Browser) -> None:
    person = signed_in(browser, site, NUMBER, width=375)
    person.goto(f'{site.url}/my/data')
    with person.expect_download() as fetched:
        person.get_by_role('button', name='下載：全部（ZIP）').click()

    with zipfile.ZipFile(fetched.value.path()) as archive:
        told = json.loads(archive.read('我的個人資料.json'))

    assert told['資料']['基本資料'][0]['證件號碼'] == NUMBER
    assert {title for title, rows in told['資料'].items() if rows} >= {'紀錄冊', '教育訓練', '檔案', '異動紀錄'}


def test_consent_is_withdrawn_after_the_consequences_were_read(site: Site, browser: Browser) -> None:
    person = signed_in(browser, site, NUMBER, width=375)
    person.goto(f'{site.url}/my/data')
    person.get_by_role('button', name='撤回同意').click()
    asked = person.get_by_role('dialog')
    expect(asked.get_by_text('不能再以您的資料申請新的紀錄冊')).to_be_visible()
    asked.get_by_role('button', name='撤回同意').click()
    expect(person.get_by_text('已記錄撤回同意')).to_be_visible()

    person.get_by_role('button', name='我已看過，同意').click()
    expect(person.get_by_text('已記錄同意')).to_be_visible()
