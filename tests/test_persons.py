"""Nobody takes over a person: what a clerk of another unit gets with a number, with papers; what only the owner can."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .site import Site, computer, running_site, signed_in
from .test_everyday_pages import asks, takes_in

PURPOSE = '核對證件'
NEW_PASSWORD = 'Meadow2026green'
FILLABLE = 'input[type=password], input[autocomplete*=current-password], input[autocomplete*=username]'


@pytest.fixture(scope='module')
def site(demo_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo office in which an account may look up five strangers a day."""
    with running_site(tmp_path_factory.mktemp('site') / 'data', demo_office, LOOKUPS_PER_ACCOUNT='5') as running:
        yield running


@pytest.fixture(scope='module')
def stranger(other_clerk: Page) -> Page:
    """A clerk of another unit."""
    return other_clerk


def mail(page: Page, site: Site, subject: str) -> str:
    """The newest mail of this subject in the demo's mailbox."""
    page.goto(f'{site.url}/mails')
    letter = page.locator('.lb-mail', has_text=subject).first
    expect(letter).to_be_attached()
    return letter.text_content() or ''


def test_a_number_alone_tells_another_unit_neither_name_nor_birth_date(site: Site, stranger: Page) -> None:
    asks(stranger, site, 'DEMO00006', PURPOSE)

    expect(stranger.get_by_role('heading', name='吳○堃')).to_be_visible()
    expect(stranger.get_by_text('姓名以遮蔽顯示，不顯示出生日期')).to_be_visible()
    html = stranger.content()
    assert [word for word in ('吳小堃', '57/01/15', '1968-01') if word in html] == []
    expect(stranger.locator('dt', has_text='出生日期')).to_have_count(0)


def test_guessing_at_one_number_ends_after_five_tries(site: Site, stranger: Page) -> None:
    for day in range(16, 22):
        takes_in(stranger, site, 'DEMO00006', '吳小堃', f'57/01/{day}')
        expect(stranger.get_by_text(re.compile('相符的志工|暫停 15 分鐘。請對照')).first).to_be_visible()

    expect(stranger.get_by_text('已連續核對 5 次')).to_be_visible()


def test_with_papers_the_person_is_taken_in_and_everybody_is_told(site: Site, stranger: Page, admin: Page) -> None:
    takes_in(stranger, site, 'DEMO00005', '陳小華', '46/03/30')

    expect(stranger).to_have_url(re.compile('/volunteers/5/basics'))
    expect(stranger.get_by_text('您的單位剛收編這位志工').first).to_be_visible()
    assert '範例圖書館核對了您的證號' in mail(stranger, site, '有運用單位將您收編為志工')
    assert '範例圖書館已收編以下這位志工' in mail(admin, site, '貴單位的一位志工由其他單位收編')


def test_who_has_just_come_sets_neither_password_nor_address(site: Site, stranger: Page, clerk: Page) -> None:
    for page in (stranger, clerk):
        page.goto(f'{site.url}/volunteers/5/basics')
        expect(page.get_by_role('heading', name='志工登入')).to_be_visible()
        expect(page.locator('#email')).not_to_be_editable()
        expect(page.get_by_role('button', name='自行設定密碼')).to_have_count(0)
    expect(stranger.get_by_role('button', name='列印紙本驗證碼')).to_have_count(0)
    expect(stranger.get_by_text('請本人向原來的單位（示例文化中心）領取')).to_be_visible()


def test_the_owner_answers_at_the_old_address(site: Site, stranger: Page, browser: Browser) -> None:
    stranger.goto(f'{site.url}/volunteers/5/basics')
    stranger.locator('#new_email').fill('thief@example.com')
    stranger.get_by_role('button', name='請本人確認').click()
    expect(stranger.get_by_text('會寄信到志工原來的 E-MAIL').first).to_be_visible()
    [link] = set(re.findall(r'/account/email\?token=[\w-]+', mail(stranger, site, '請確認是否更改您的電子郵件')))

    phone = computer(browser, site, 375).new_page()
    phone.goto(site.url + link)
    expect(phone.get_by_text('範例圖書館請求更改您登記的電子郵件')).to_be_visible()
    phone.get_by_role('button', name='不同意').click()
    expect(phone.get_by_text('電子郵件沒有更改')).to_be_visible()
    phone.goto(site.url + link)
    expect(phone.get_by_text('這個連結已經用過或已過期')).to_be_visible()
    stranger.goto(f'{site.url}/volunteers/5/basics')
    expect(stranger.locator('#email')).to_have_value('volunteer5@example.com')


def printed_code(page: Page) -> str:
    """The code on the paper that a press of the button prints."""
    papers: list[bytes] = []

    def keep(route: Route) -> None:
        answer = route.fetch()
        papers.append(answer.body())
        route.fulfill(status=200, content_type='text/plain', body='printed')

    page.context.route('**/printouts/codes/*', keep)
    with page.expect_popup() as paper:
        page.get_by_role('button', name='列印紙本驗證碼').click()
    expect(paper.value.get_by_text('printed')).to_be_visible()
    paper.value.close()
    page.context.unroute('**/printouts/codes/*', keep)
    [sheet] = pypdf.PdfReader(io.BytesIO(papers[0])).pages
    found = re.search(r'[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}', sheet.extract_text())
    assert found is not None
    return found[0]


def test_the_code_on_paper_is_used_on_a_phone_once(site: Site, clerk: Page, browser: Browser) -> None:
    clerk.goto(f'{site.url}/volunteers/7/basics')
    code = printed_code(clerk)
    phone = computer(browser, site, 375).new_page()
    phone.goto(f'{site.url}/login')
    phone.get_by_role('link', name='忘記密碼?').click()
    phone.get_by_role('link', name='用紙本驗證碼設定密碼').click()

    def types(born_on: str) -> None:
        phone.get_by_label('身分證字號').fill('demo00007')
        phone.get_by_label('出生日期').fill(born_on)
        phone.get_by_label('驗證碼').fill(code.lower().replace('-', ''))
        phone.get_by_label('新密碼', exact=False).first.fill(NEW_PASSWORD)
        phone.get_by_label('確認新密碼').fill(NEW_PASSWORD)
        phone.get_by_role('button', name='設定密碼').click()

    types('90/06/08')
    expect(phone.get_by_text('證號、出生日期、驗證碼不相符')).to_be_visible()
    types('90/6/9')
    expect(phone).to_have_url(re.compile('/login'))
    expect(phone.get_by_text('密碼已設定完成')).to_be_visible()
    phone.goto(f'{site.url}/code')
    types('90/6/9')
    expect(phone.get_by_text('驗證碼已經用過、過期')).to_be_visible()
    phone.close()
    mine = signed_in(browser, site, 'DEMO00007', NEW_PASSWORD, width=375)
    mine.goto(site.url)
    expect(mine).to_have_url(re.compile('/my'))
    clerk.goto(f'{site.url}/volunteers/7/history')
    expect(clerk.get_by_text('本人已用來設定密碼')).to_be_visible()


def test_a_password_manager_finds_nothing_to_fill(site: Site, clerk: Page, admin: Page) -> None:
    clerk.goto(f'{site.url}/volunteers/new')
    expect(clerk.locator('#identity_number')).to_be_visible()
    expect(clerk.locator(FILLABLE)).to_have_count(0)
    by_hand = clerk.get_by_role('button', name='自行設定密碼', exact=True)
    by_hand.click()
    fields = clerk.locator('input[type=password]')
    expect(fields).to_have_count(2)
    assert [field.get_attribute('autocomplete') for field in fields.all()] == ['new-password'] * 2
    clerk.locator('#password').fill('Password2026')
    clerk.locator('#password_again').fill('Password2026')
    clerk.locator('#name').click()
    expect(clerk.locator('.lb-field.bad', has_text='這個密碼太容易猜到')).to_be_visible()
    clerk.get_by_role('button', name='不自行設定密碼').click()
    expect(clerk.locator(FILLABLE)).to_have_count(0)
    admin.goto(f'{site.url}/admin/accounts?edit=new')
    expect(admin.locator('#username')).to_have_attribute('autocomplete', 'off')
    expect(admin.locator(FILLABLE)).to_have_count(0)


def test_above_the_budget_nothing_is_told_and_the_administrator_sees_who_it_was(
    site: Site, stranger: Page, admin: Page
) -> None:
    for n in range(6):
        asks(stranger, site, f'DEMO9999{n}', PURPOSE)
        expect(stranger.get_by_text(re.compile('查無這個號碼|暫停查詢')).first).to_be_visible()

    expect(stranger.get_by_text('24 小時內最多查 5 個不屬於您單位的證號')).to_be_visible()
    admin.goto(f'{site.url}/admin/lookups')
    expect(admin.locator('tbody tr', has_text='沈小川')).to_contain_text('已暫停')
    assert '沈小川（範例圖書館）' in mail(admin, site, '有帳號查詢證號達到上限')


def test_the_address_of_a_reviewer_waits_for_a_second_administrator(site: Site, admin: Page) -> None:
    admin.goto(f'{site.url}/admin/accounts')
    admin.get_by_label(re.compile('^在.*中尋找')).fill('何專員')
    admin.get_by_role('link', name='何專員').click()
    expect(admin.locator('#email')).to_have_value('reviewer@example.com')
    admin.locator('#email').fill('other@example.com')
    admin.get_by_role('button', name='儲存', exact=True).click()

    waiting = admin.get_by_text('reviewer@example.com → other@example.com')
    expect(waiting).to_be_visible()
    expect(admin.get_by_text('系統管理者只有一位').first).to_be_visible()
    expect(admin.get_by_role('button', name='確認變更')).to_have_count(0)
    admin.get_by_role('button', name='拒絕變更').click()
    expect(admin.get_by_text('已拒絕這項變更').first).to_be_visible()
    expect(waiting).to_have_count(0)
