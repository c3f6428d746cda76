"""自然人憑證 in a real browser, with a stand-in for the component that reads cards."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .card_component import PIN, STATES, Component
from .citizen_ca import Authority
from .database import SiteDatabase
from .served import free_port
from .site import Site, computer, running_site, signed_in
from .test_accessibility import violations

# Has the page look for the component, and for one from before, elsewhere.
ASK_AT = """([component, older]) => {
  Object.assign(document.querySelector('[data-card]').dataset, { component, older });
}"""


@pytest.fixture(scope='module')
def component() -> Iterator[Component]:
    authority = Authority()
    with Component(authority, authority.card('何專員'), free_port()) as running:
        yield running


@pytest.fixture(scope='module')
def card_site(component: Component, demo_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp('card')
    environ = component.environ(folder / 'authorities') | {'STEP_UP_MINUTES': '60'}
    with running_site(folder / 'data', demo_office, now=None, **environ) as running:
        yield running


def use_card(page: Page, pin: str = PIN) -> None:
    page.get_by_label('憑證密碼（PIN 碼）').fill(pin)
    page.locator('form[data-card] [type=submit]').click()


def test_a_reviewer_binds_a_card_and_signs_in_with_it(card_site: Site, browser: Browser, component: Component) -> None:
    page = signed_in(browser, card_site, 'reviewer')
    page.goto(card_site.url)
    page.locator('summary.lb-me').click()
    page.get_by_role('link', name='自然人憑證').click()

    use_card(page)
    expect(page.get_by_role('alert')).to_have_text('請輸入目前密碼。')
    page.get_by_label('目前密碼').fill('Wrong-Passw0rd')
    use_card(page)
    expect(page.get_by_role('alert')).to_have_text('目前的密碼不正確，請再輸入一次。')
    page.get_by_label('目前密碼').fill(card_site.passwords['reviewer'])
    use_card(page, '000000')
    expect(page.get_by_role('alert')).to_contain_text('這裡已錯 1 次；連續 3 次會鎖卡')
    use_card(page, '１２３４５６')
    expect(page.get_by_role('status')).to_contain_text('已綁定這張自然人憑證')
    assert violations(page) == []
    page.get_by_role('button', name='登出').click()

    page.get_by_role('button', name='自然人憑證登入').click()
    use_card(page)
    expect(page).to_have_url(f'{card_site.url}/reviews')
    page.goto(f'{card_site.url}/account/certificates')
    expect(page.get_by_text('您這次是以自然人憑證登入的。')).to_be_visible()
    assert [each['pin'] for each in component.heard[-3:]] == ['000000', PIN, PIN]
    page.get_by_role('button', name='移除').click()
    expect(page.get_by_role('status')).to_contain_text('已移除這張自然人憑證')


def test_a_card_shown_in_another_tab_goes_on_with_the_act_and_with_the_page_that_waited(
    card_site: Site, browser: Browser, component: Component
) -> None:
    page = signed_in(browser, card_site, 'clerk')
    page.goto(f'{card_site.url}/account/certificates')
    page.get_by_label('目前密碼').fill(card_site.passwords['clerk'])
    use_card(page)
    expect(page.get_by_role('status')).to_contain_text('已綁定這張自然人憑證')
    page.goto(f'{card_site.url}/volunteers/1')
    expect(page.get_by_role('button', name='儲存')).to_be_visible()
    waited = page.url
    mine = 'WHERE account_id = (SELECT id FROM account WHERE username = $1)'

    with SiteDatabase(card_site.folder / 'postgres') as database:
        database.execute(f"UPDATE session SET created_at = created_at - interval '2 hours' {mine}", 'clerk')
        page.get_by_role('button', name='顯示').first.click()
        page.get_by_label('核對證件').check()
        page.get_by_role('dialog').get_by_role('button', name='顯示').click()
        asked = page.get_by_role('dialog', name='再次確認是您本人')
        with page.context.expect_page() as opened:
            asked.get_by_role('link', name='使用自然人憑證').click()
        assert violations(opened.value) == []
        use_card(opened.value)
        expect(opened.value.get_by_role('status')).to_contain_text('回到原來的分頁')
        opened.value.close()
        expect(page.locator('.lb-secret')).to_have_text(re.compile(r'\w{9}'))

        database.execute(f"UPDATE session SET created_at = created_at - interval '9 hours' {mine}", 'clerk')
        page.mouse.click(5, 400)
        again = page.get_by_role('dialog', name='請重新登入，再繼續')
        with page.context.expect_page() as opened:
            again.get_by_role('link', name='使用自然人憑證').click()
        use_card(opened.value)
        expect(opened.value.get_by_role('status')).to_contain_text('回到原來的分頁')
        expect(again).not_to_be_attached()
        expect(page.get_by_role('button', name='儲存')).to_be_visible()
        assert page.url == waited
        database.execute('DELETE FROM citizen_certificate')  # the card of this computer, for whoever comes next
    page.context.close()


def test_what_is_wrong_with_card_or_component_is_said_and_the_password_is_near(
    card_site: Site, browser: Browser, component: Component
) -> None:
    page = computer(browser, card_site).new_page()
    page.goto(f'{card_site.url}/login/certificate')
    told = {
        '沒有讀卡機': '找不到讀卡機',
        '沒有卡片': '讀卡機裡沒有卡片',
        '不信任的網站': '讀卡元件還不信任本網站（127.0.0.1:',
        '憑證過期': '卡片上的憑證已過有效期限',
        '已鎖卡': '已經鎖卡',
        '別的錯誤': '讀卡元件回報錯誤（0x76ffffff）',
    }
    assert [*told] == [each for each in STATES if each != '可用']

    assert violations(page) == []
    for state, words in told.items():
        component.state = state
        use_card(page)
        expect(page.get_by_role('alert')).to_contain_text(words)
        expect(page.get_by_role('link', name='改用帳號密碼登入')).to_be_visible()
    component.state = '可用'
    use_card(page, '12')
    expect(page.get_by_role('alert')).to_contain_text('長度不對')
    use_card(page)
    expect(page.get_by_role('alert')).to_contain_text('還沒有綁定帳號')
    page.route('**/login/certificate/challenge', lambda route: route.abort())
    use_card(page)
    expect(page.get_by_role('alert')).to_have_text('連不上本系統，這次沒有完成。請確認網路後再按一次。')
    page.context.close()


def test_a_component_that_is_not_there_or_too_old_is_said_within_seconds(
    card_site: Site, browser: Browser, component: Component
) -> None:
    """The page asks where nobody listens, and then finds one where the older ones listen."""
    page = computer(browser, card_site).new_page()
    page.goto(f'{card_site.url}/login/certificate')

    for older, words in (
        ('http://localhost:1', '沒有安裝跨平台網頁元件，或元件沒有執行'),
        (component.url, '讀卡元件是舊版'),
    ):
        page.evaluate(ASK_AT, ['http://localhost:1', older])
        use_card(page)
        expect(page.get_by_role('alert')).to_contain_text(words)
    page.add_init_script('window.open = () => null')
    page.reload()
    use_card(page)
    expect(page.get_by_role('alert')).to_contain_text('瀏覽器擋住了讀卡元件的視窗')
    page.context.close()
