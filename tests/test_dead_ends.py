"""No dead ends, as people walk into them: a case given up, closed after its term, forgotten, or left behind."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .database import SiteDatabase
from .site import Site

# What sentences tell to press, on the pages they speak of; see test_sentences.py.
PRESSED = [
    ('clerk', '/volunteers/5/record-book/application', ('儲存', '送審', '撤回申請')),
    ('clerk', '/volunteers/3/record-book/application', ('撤回申請',)),
    ('clerk', '/volunteers/6/record-book', ('申請送審',)),
    ('clerk', '/volunteers/1/trainings', ('新增',)),
    ('clerk', '/volunteers/1/insurance', ('新增',)),
    ('clerk', '/rosters', ('建立名冊',)),
    ('clerk', '/menu', ('送審進度', '批次維護作業')),
    ('other_clerk', '/rosters/1', ('加入志工',)),
    ('other_clerk', '/applications?which=closed', ('重新申請',)),
    ('other_clerk', '/applications', ('撤回申請', '刪除草稿')),
]


@pytest.mark.parametrize(('who', 'address', 'names'), PRESSED)
def test_what_sentences_tell_to_press_is_on_the_page(
    request: pytest.FixtureRequest, site: Site, who: str, address: str, names: tuple[str, ...]
) -> None:
    page: Page = request.getfixturevalue(who)
    page.goto(site.url + address)

    for name in names:
        expect(pressable(page, name).first).to_be_visible()


def test_a_returned_case_is_given_up_from_its_own_page(site: Site, clerk: Page, reviewer: Page) -> None:
    reviewer.goto(f'{site.url}/reviews?status=returned')
    expect(case(reviewer, '陳小華')).to_be_visible()
    clerk.goto(f'{site.url}/volunteers/5/record-book/application')
    expect(clerk.get_by_text(re.compile('請在 .*（含當日）以前再送審'))).to_be_visible()

    clerk.get_by_role('button', name='撤回申請').click()
    asked = clerk.get_by_role('dialog')
    expect(asked.get_by_text('案件到此結束，臺中市政府文化局不會再審')).to_be_visible()
    asked.get_by_role('button', name='撤回申請').click()

    expect(clerk.get_by_text('已撤回這件申請；資料都還在')).to_be_visible()
    expect(case(reviewer, '陳小華')).to_have_count(0)
    clerk.goto(f'{site.url}/applications')
    expect(clerk.get_by_role('link', name='陳小華')).to_have_count(0)


def test_a_returned_case_is_closed_by_the_reviewer_after_its_term(
    site: Site, other_clerk: Page, reviewer: Page
) -> None:
    reviewer.goto(f'{site.url}/reviews?status=returned')
    case(reviewer, '鄭小雨').get_by_role('link').first.click()
    expect(reviewer.get_by_text(re.compile('補件期限 .*起可以逾期結案'))).to_be_visible()
    expect(reviewer.get_by_role('button', name='逾期結案')).to_be_disabled()

    set_back(site, 'UPDATE application SET correct_by = correct_by - 200 WHERE correct_by IS NOT NULL')
    reviewer.reload()
    reviewer.get_by_role('button', name='逾期結案').click()
    reviewer.get_by_role('dialog').get_by_role('button', name='逾期結案').click()

    expect(reviewer.get_by_text('已逾期結案，並通知運用單位。')).to_be_visible()
    expect(case(reviewer, '鄭小雨')).to_have_count(0)
    other_clerk.goto(f'{site.url}/applications?which=closed')
    expect(other_clerk.get_by_text(re.compile('逾期未補件：補件期限 .* 已過'))).to_be_visible()
    expect(other_clerk.get_by_role('link', name='鄭小雨')).to_be_visible()


def test_a_forgotten_draft_no_longer_keeps_another_unit_from_applying(
    site: Site, clerk: Page, other_clerk: Page
) -> None:
    set_back(
        site,
        "INSERT INTO membership (volunteer_id, host_unit_id, status, joined_on) VALUES (6, 2, 'active', current_date)",
    )
    page = f'{site.url}/volunteers/6/record-book/application'
    saved = '紀錄冊申請已儲存為草稿，尚未送審。'
    for one in (clerk, other_clerk):
        one.goto(page)
    clerk.get_by_role('button', name='儲存').click()
    expect(clerk.get_by_text(saved)).to_be_visible()

    other_clerk.get_by_role('button', name='儲存').click()
    asked = other_clerk.get_by_role('dialog')
    expect(asked.get_by_text('示例文化中心有吳小堃的申請草稿，還沒有送審')).to_be_visible()
    asked.get_by_role('button', name='取消').click()
    expect(asked).to_have_count(0)

    set_back(
        site,
        "UPDATE application SET updated_at = updated_at - interval '40 days' WHERE volunteer_id = 6",
        "UPDATE draft SET saved_at = saved_at - interval '40 days' WHERE volunteer_id = 6",
    )
    other_clerk.get_by_role('button', name='儲存').click()
    expect(other_clerk.get_by_text(saved)).to_be_visible()

    # Back with the person's consent: that draft is fresh.
    clerk.goto(page)
    clerk.get_by_role('button', name='儲存').click()
    clerk.get_by_role('button', name='本人同意，改由本單位申請').click()
    expect(clerk.get_by_text(saved)).to_be_visible()


def test_a_draft_is_deleted_from_the_list(site: Site, clerk: Page) -> None:
    clerk.goto(f'{site.url}/applications')
    clerk.get_by_role('button', name='刪除草稿：吳小堃').click()
    clerk.get_by_role('dialog').get_by_role('button', name='刪除草稿').click()

    expect(clerk.get_by_text('已刪除這份草稿')).to_be_visible()
    expect(clerk.get_by_role('link', name='吳小堃')).to_have_count(0)


def test_who_leaves_with_an_open_case_leaves_no_link_that_leads_nowhere(
    site: Site, clerk: Page, reviewer: Page
) -> None:
    clerk.goto(f'{site.url}/volunteers/3/basics')
    clerk.get_by_role('button', name='結束收編').click()
    asked = clerk.get_by_role('dialog')
    expect(asked.get_by_text('一件紀錄冊申請（審核中）：會撤回，臺中市政府文化局不再審')).to_be_visible()
    asked.get_by_role('button', name='撤回申請並結束收編').click()
    expect(clerk.get_by_text('已結束收編；這位志工不再列在您的單位')).to_be_visible()

    reviewer.goto(f'{site.url}/reviews')
    expect(case(reviewer, '周小晴')).to_be_visible()
    expect(case(reviewer, '張小安')).to_have_count(0)
    for address in ('/menu', '/applications', '/applications?which=review', '/applications?which=closed'):
        clerk.goto(site.url + address)
        expect(clerk.get_by_role('heading', level=1)).to_be_visible()
        expect(clerk.locator('a[href^="/volunteers/3/"]')).to_have_count(0)


def pressable(page: Page, name: str) -> Locator:
    """A button or a link of this name, perhaps with more after it."""
    begins = re.compile(f'^{re.escape(name)}')
    return page.get_by_role('button', name=begins).or_(page.get_by_role('link', name=begins))


def case(page: Page, name: str) -> Locator:
    """A line of the queue."""
    return page.locator('.lb-item', has_text=name)


def set_back(site: Site, *statements: str) -> None:
    """What the time would do."""
    with SiteDatabase(site.folder / 'postgres') as database:
        for statement in statements:
            database.execute(statement)
