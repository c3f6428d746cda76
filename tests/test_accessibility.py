"""axe-core finds nothing: on every page, at the desk and on the phone, and in what opens over a page."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, WebSocket, expect

from . import samples
from .pages import PAGES
from .screenshots import visitor
from .site import ROOT, Site, settled, takes

AXE = ROOT / '.cache' / 'node_modules' / 'axe-core' / 'axe.min.js'
TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
# No sound plays by itself here, for which alone axe would fetch what the page has loaded once more.
ASKED = {'runOnly': TAGS, 'resultTypes': ['violations'], 'preload': False}

# Everything stands in a landmark, except what opens over the page. axe knows that of dialogs; the list of a combobox is
# such a popup too: it belongs to its field by aria-controls, wherever it hangs in the page.
OVER_THE_PAGE = 'dialog, [role=dialog], [role=alertdialog], [role=listbox], svg'

# What axe finds; a target that is half behind a bar that stays is judged where it can be scrolled to, and one that is
# half behind the open menu, which hangs on how the lines break, where the menu is closed.
JUDGE = """async (asked) => {
  const { violations } = await axe.run(asked);
  for (const rule of violations.filter((each) => each.id === 'target-size')) {
    const still = [], menu = document.querySelector('.lb-me-menu[open]');
    for (const { target } of rule.nodes) {
      const found = document.querySelector(target[0]);
      if (menu) menu.open = menu.contains(found);
      found.scrollIntoView({ block: 'center' });
      const again = await axe.run({ include: [target] }, { runOnly: { type: 'rule', values: [rule.id] } });
      still.push(...again.violations.flatMap((each) => each.nodes));
    }
    if (menu) menu.open = true;
    rule.nodes = still;
  }
  return violations.filter((each) => each.nodes.length);
}"""

# Letters as wide as WCAG 1.4.12 has them, which no font exceeds, icons still without their font, and no picture.
WORST = """() => {
  const looks = '* { font-family: monospace !important; letter-spacing: .12em !important }';
  document.head.append(Object.assign(document.createElement('style'), { textContent: looks }));
  for (const picture of document.images) picture.src = 'data:,';
}"""

# Which look the page had when its body began.
FIRST_LOOK = """new MutationObserver((_, watch) => {
  if (!document.body) return;
  window.firstLook = document.documentElement.classList.contains('dark') ? 'dark' : 'light';
  watch.disconnect();
}).observe(document, { childList: true, subtree: true })"""

KEPT_LIGHT = """async () => (await (await fetch('/site-map')).text()).includes('data-appearance="light"')"""

DESK, PHONE, SMALLEST = (1280, 860), (375, 812), (320, 568)
EVERY_PAGE = [pytest.param(role, address, id=name) for role, pages in PAGES.items() for name, address in pages]

Visit = Callable[[str, str], Page]
# The numbers of the demo office, and whatever looks like one of a real person.
FULL_NUMBER = re.compile(r'(?<![0-9A-Za-z])(?:DEMO\d{5}|[A-Z][1289]\d{8})(?![0-9A-Za-z])')
# What the sockets of all pages have sent since it was last emptied.
heard: list[str] = []


@pytest.fixture(scope='module')
def visit(site: Site, browser: Browser) -> Visit:
    """`visit(role, address)`: the page at the desk, seen by somebody who has signed in once for all tests."""

    @cache
    def somebody(role: str) -> Page:
        page = visitor(browser, site, role, DESK[0])
        page.emulate_media(reduced_motion='reduce')  # nothing is judged half faded in
        page.on('websocket', listen)
        return page

    def visited(role: str, address: str) -> Page:
        page = somebody(role)
        show(page, DESK)
        heard.clear()
        page.goto(site.url + address)
        settled(page)
        return page

    return visited


def listen(socket: WebSocket) -> None:
    socket.on(
        'framereceived', lambda sent: heard.append(sent if isinstance(sent, str) else sent.decode(errors='ignore'))
    )


def full_numbers(page: Page) -> list[str]:
    """Identity numbers in full, in the page as it was answered and in what its socket has sent."""
    return FULL_NUMBER.findall('\n'.join([page.content(), *heard]))


@pytest.mark.parametrize(('role', 'address'), EVERY_PAGE)
def test_axe_finds_nothing_no_number_is_in_full_and_no_page_scrolls_sideways_whatever_fonts_and_pictures_there_are(
    visit: Visit, role: str, address: str
) -> None:
    page = visit(role, address)
    numbers = full_numbers(page)
    at_the_desk = violations(page) + too_faint_in_the_dark(page)
    show(page, PHONE)
    on_the_phone = violations(page)
    show(page, SMALLEST)
    on_the_smallest = what_sticks_out(page)
    page.evaluate(WORST)
    page.wait_for_function('[...document.images].every((picture) => picture.complete)')

    assert numbers == []
    assert at_the_desk + on_the_phone + on_the_smallest == []
    assert what_sticks_out(page) == []


@pytest.mark.parametrize('label', ['訓練課程', '課程領域'])  # one to pick from, one to search in
def test_an_open_list_of_choices_is_accessible(visit: Visit, label: str) -> None:
    page = visit('clerk', '/volunteers/7/trainings/new')
    page.get_by_role('combobox', name=label).click()
    expect(page.get_by_role('listbox')).to_be_visible()

    assert violations(page) == []


def test_the_open_calendar_is_accessible(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/7/trainings/new')
    page.get_by_role('button', name='訓練日期：開啟月曆').click()
    expect(page.get_by_role('dialog', name='訓練日期：月曆')).to_be_visible()

    assert violations(page) == []


@pytest.mark.parametrize('decision', ['通知補件', '駁回'])
def test_the_question_for_a_reason_is_accessible_also_when_the_reason_lacks(visit: Visit, decision: str) -> None:
    page = visit('reviewer', '/reviews/2')
    page.get_by_role('button', name=decision).click()
    question = page.get_by_role('dialog', name=f'{decision}：原因')
    expect(question).to_be_visible()
    asked = violations(page)
    question.get_by_role('button', name=f'確定{decision}').click()
    expect(question.get_by_text('請輸入原因')).to_be_visible()

    assert asked + violations(page) == []


def test_the_question_before_a_training_is_deleted_is_accessible(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/1/trainings/1')
    page.get_by_role('button', name='刪除', exact=True).click()
    expect(page.get_by_role('dialog', name='刪除這筆教育訓練？')).to_be_visible()

    assert violations(page) == []


def test_the_question_before_an_entry_is_deleted_is_accessible(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/1/service-hours')
    page.get_by_role('button', name='刪除').first.click()
    expect(page.get_by_role('dialog', name='確定要刪除這筆服務時數嗎？')).to_be_visible()

    assert violations(page) == []


def test_the_form_of_an_entry_is_accessible_also_with_faults_and_on_the_phone(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/1/service-hours')
    page.get_by_role('button', name='新增').click()
    entry = page.get_by_role('dialog', name='新增服務時數')
    expect(entry).to_be_visible()
    empty = violations(page)
    entry.get_by_role('button', name='儲存').click()
    expect(entry.get_by_text('請輸入服務項目')).to_be_visible()
    with_faults = violations(page)
    show(page, PHONE)

    assert empty + with_faults + violations(page) == []


def test_the_question_why_a_number_is_shown_is_accessible(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/1/basics')
    page.get_by_role('button', name='顯示完整').first.click()
    question = page.get_by_role('dialog', name='顯示完整證號')
    expect(question).to_be_visible()
    asked = violations(page)
    question.get_by_role('button', name='顯示').click()
    expect(question.get_by_text('請選擇查看目的。')).to_be_visible()
    asked += violations(page)
    question.get_by_role('radio', name='核對證件').click()
    question.get_by_role('button', name='顯示').click()
    expect(question.get_by_role('status')).not_to_be_empty()

    assert asked + violations(page) == []


def test_the_open_account_menu_is_accessible(visit: Visit) -> None:
    page = visit('clerk', '/menu')
    page.locator('summary', has_text='林小滿').click()
    expect(page.get_by_role('button', name='登出')).to_be_visible()
    at_the_desk = violations(page) + too_faint_in_the_dark(page)
    show(page, PHONE)

    assert at_the_desk + violations(page) == []


def test_the_appearance_is_as_chosen_before_anything_is_drawn_and_light_on_paper(visit: Visit) -> None:
    page = visit('clerk', '/menu')
    page.add_init_script(FIRST_LOOK)
    page.emulate_media(color_scheme='dark')
    looks = [looked(page, '/menu'), looked(page, '/site-map')]
    page.emulate_media(media='print')
    on_paper = page.evaluate('getComputedStyle(document.body).color')
    page.emulate_media(media='screen')
    page.goto(page.url.replace('/site-map', '/menu'))
    settled(page)
    page.emulate_media(media='print')
    width_on_paper = page.evaluate("document.querySelector('main').clientWidth / innerWidth")
    page.emulate_media(media='screen')

    page.locator('summary', has_text='林小滿').click()
    page.get_by_role('group', name='外觀').get_by_role('button', name='淺色').click()
    expect(page.locator('html.dark')).to_have_count(0)
    page.wait_for_function(KEPT_LIGHT)

    assert [*looks, looked(page, '/menu'), looked(page, '/site-map')] == ['dark', 'dark', 'light', 'light']
    assert on_paper == 'rgb(22, 38, 44)'
    assert width_on_paper > 0.9
    page.emulate_media(color_scheme='light')


@pytest.mark.parametrize(('role', 'address'), [('', '/login'), ('clerk', '/volunteers/new'), ('reviewer', '/reviews')])
def test_alt_u_c_and_b_take_the_focus_to_the_blocks(visit: Visit, role: str, address: str) -> None:
    page = visit(role, address)
    for key, block in (('b', 'foot'), ('c', 'main'), ('u', 'top')):
        press_with_alt(page, key)
        expect(page.locator(f'#{block}')).to_be_focused()


def test_what_is_told_in_passing_is_accessible(visit: Visit) -> None:
    page = visit('clerk', '/menu')
    page.get_by_role('searchbox').fill('查無此人')
    page.keyboard.press('Enter')
    expect(page.get_by_text('找不到「查無此人」')).to_be_visible()

    assert violations(page) + too_faint_in_the_dark(page) == []


def test_the_summary_of_what_an_empty_step_4_lacks_is_accessible(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/new')
    page.get_by_role('button', name='儲存', exact=True).click()
    expect(page.get_by_role('heading', name='個地方需要處理')).to_be_visible()
    at_the_desk = violations(page)
    show(page, PHONE)

    assert at_the_desk + violations(page) == []


def test_a_field_with_a_fault_says_so_to_a_screen_reader_until_it_is_mended(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/new')
    name = page.get_by_role('textbox', name='*姓名', exact=True)
    expect(name).not_to_have_attribute('aria-invalid', 'true')

    page.get_by_role('button', name='儲存', exact=True).click()

    expect(name).to_have_attribute('aria-invalid', 'true')
    name.fill('王小明')
    name.press('Tab')
    expect(name).not_to_have_attribute('aria-invalid', 'true')


def test_the_list_of_all_steps_is_accessible_on_the_phone(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/new')
    show(page, PHONE)
    page.get_by_role('button', name='全部步驟').click()
    expect(page.get_by_role('button', name='收起步驟引導')).to_be_visible()

    assert violations(page) == []


def test_a_photo_is_accessible_while_it_is_placed_and_enlarged(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / 'photo.jpg').write_bytes(samples.portrait())
    page = visit('clerk', '/volunteers/new')
    page.locator('#photo').set_input_files(tmp_path / 'photo.jpg')
    page.get_by_role('button', name='調整位置').click()
    expect(page.get_by_role('slider', name='照片大小')).to_be_visible()
    placing = violations(page)
    page.get_by_role('button', name='使用這張照片').click()
    page.get_by_role('button', name='放大：志工照片').click()
    expect(page.get_by_role('dialog', name='志工照片')).to_be_visible()

    assert placing + violations(page) == []


def test_the_volunteers_page_is_accessible_in_the_largest_type(visit: Visit) -> None:
    page = visit('DEMO00001', '/my')
    with page.expect_navigation():
        page.get_by_role('button', name='特大').click()
    settled(page)
    at_the_desk = violations(page)
    show(page, PHONE)

    assert at_the_desk + violations(page) == []


def test_the_writer_of_a_mark_is_accessible_at_the_photo_a_fact_and_a_spot_also_on_the_phone(visit: Visit) -> None:
    page = visit('reviewer', '/reviews/4')
    page.get_by_role('button', name='照片補件').click()
    expect(page.get_by_role('list', name='照片的標準')).to_be_visible()
    unchosen = violations(page)
    page.get_by_role('button', name='出生日期補件').click()
    page.get_by_role('button', name='日期不符').click()
    expect(page.get_by_label('給單位的說明')).to_be_focused()
    chosen = violations(page)
    page.get_by_role('button', name='反面補件').click()
    page.get_by_role('button', name='模糊').click()
    page.get_by_alt_text('基礎訓練反面').click()
    expect(page.get_by_text('位置已標在影像上')).to_be_visible()
    spot = violations(page)
    show(page, PHONE)

    assert unchosen + chosen + spot + violations(page) == []


def test_the_full_screen_and_what_a_search_has_found_are_accessible_also_on_the_phone(visit: Visit) -> None:
    page = visit('reviewer', '/reviews/4')
    found = []
    for size in (None, PHONE):
        if size:
            show(page, size)
        page.get_by_role('button', name='基礎訓練正面全螢幕').click()
        whole = page.get_by_role('dialog', name='全螢幕：基礎訓練正面')
        expect(whole.get_by_text('登錄的資料')).to_be_visible()
        found += violations(page)
        whole.get_by_role('button', name='關閉').click()
        expect(whole).to_be_hidden()

    page.get_by_role('searchbox').fill('小')
    page.get_by_role('searchbox').press('Enter')
    expect(page.get_by_role('dialog', name='找到')).to_be_visible()

    assert found + violations(page) == []


def test_what_the_unit_has_answered_is_accessible_while_it_is_enlarged_and_asked_for_again(visit: Visit) -> None:
    page = visit('reviewer', '/reviews/6')
    page.get_by_role('button', name='放大：送審時').first.click()
    expect(page.get_by_role('dialog', name='放大的圖片')).to_be_visible()
    enlarged = violations(page)
    page.keyboard.press('Escape')
    expect(page.get_by_role('dialog')).to_have_count(0)
    page.get_by_role('button', name='仍需補正：').first.click()
    expect(page.get_by_label('還要補正什麼')).to_be_visible()

    assert enlarged + violations(page) == []


def test_the_list_of_keys_is_accessible_at_the_desk_and_on_the_phone(visit: Visit) -> None:
    page = visit('reviewer', '/reviews')
    page.keyboard.press('?')
    expect(page.get_by_role('dialog', name='快速鍵')).to_be_visible()
    at_the_desk = violations(page)
    show(page, PHONE)

    assert at_the_desk + violations(page) == []


def test_the_preview_of_what_approval_would_print_is_accessible(visit: Visit) -> None:
    page = visit('reviewer', '/reviews/4')
    page.get_by_role('button', name='預覽紀錄冊頁面').click()
    preview = page.get_by_role('dialog', name='預覽核可後的紀錄冊')
    expect(preview.get_by_role('img')).to_be_visible()
    at_the_desk = violations(page)
    show(page, PHONE)

    assert at_the_desk + violations(page) == []


def test_choosing_several_the_report_of_those_refused_and_the_way_back_are_accessible(site: Site, visit: Visit) -> None:
    takes(visit('reviewer', '/account/undo'), site, '2 分鐘')
    page = visit('reviewer', '/reviews')
    page.get_by_role('button', name='選取', exact=True).click()
    for name in ('周小晴', '郭小樂'):  # the latter's corrections wait for a second look
        page.get_by_label(f'選取 {name}').check()
    choosing = violations(page)
    page.get_by_role('button', name='核可選取的 2 件').click()
    page.get_by_role('button', name='核可這 2 件').click()
    report = page.get_by_role('dialog', name='1 件沒有核可')
    expect(report).to_be_visible()
    expect(page.locator('[role=dialog]')).to_have_count(1)  # the question has faded away
    refused = violations(page)
    report.get_by_role('button', name='知道了').click()
    expect(page.locator('[role=dialog]')).to_have_count(0)
    back = violations(page)
    page.get_by_role('button', name='復原').click()
    expect(page.get_by_role('heading', level=1, name='周小晴')).to_be_visible()

    assert choosing + refused + back == []


@pytest.mark.parametrize(
    ('address', 'opener', 'title'),
    [('/rosters', '建立名冊', '建立名冊'), ('/rosters/1', '加入志工', '加入志工'), ('/rosters/1', '改名', '改名')],
)
def test_what_makes_and_fills_a_roster_is_accessible(visit: Visit, address: str, opener: str, title: str) -> None:
    page = visit('clerk2', address)
    page.get_by_role('button', name=opener).first.click()
    expect(page.get_by_role('dialog', name=title)).to_be_visible()
    at_the_desk = violations(page)
    show(page, PHONE)

    assert at_the_desk + violations(page) == []


def test_the_answer_to_a_mark_is_accessible_while_it_is_written(visit: Visit) -> None:
    page = visit('clerk', '/volunteers/5/record-book/application')
    page.get_by_role('button', name='有異議：').first.click()
    expect(page.get_by_label('為什麼不需要修改？')).to_be_focused()
    at_the_desk = violations(page)
    show(page, PHONE)

    assert at_the_desk + violations(page) == []


def show(page: Page, size: tuple[int, int]) -> None:
    """Look at the page in a window of this size; a phone is touched."""
    page.set_viewport_size({'width': size[0], 'height': size[1]})
    devtools(page).send('Emulation.setTouchEmulationEnabled', {'enabled': size != DESK})


@cache
def devtools(page: Page) -> CDPSession:
    """The one session with the page: each more is carried along to every page that is opened."""
    return page.context.new_cdp_session(page)


def press_with_alt(page: Page, key: str) -> None:
    """As a keyboard does: Playwright's press lacks the letter without Alt, by which a browser knows access keys."""
    browser, code = devtools(page), f'Key{key.upper()}'
    told = {'modifiers': 1, 'key': key, 'code': code, 'windowsVirtualKeyCode': ord(key.upper())}
    browser.send('Input.dispatchKeyEvent', {'type': 'keyDown', 'text': key, 'unmodifiedText': key, **told})
    browser.send('Input.dispatchKeyEvent', {'type': 'keyUp', **told})


def looked(page: Page, path: str) -> str:
    """How the page began."""
    page.goto('/'.join(page.url.split('/')[:3]) + path)
    settled(page)
    return str(page.evaluate('window.firstLook'))


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands: the rule, the element, what to mend."""
    if not page.evaluate('Boolean(window.axe)'):
        page.evaluate(AXE.read_text())
        page.evaluate('at => axe.configure({checks: [{id: "region", options: {regionMatcher: at}}]})', OVER_THE_PAGE)
    found = page.evaluate(JUDGE, ASKED)
    return what_sticks_out(page) + [
        f'{page.viewport_size} {rule["id"]}: {node["html"][:160]} {node["failureSummary"]}'
        for rule in found
        for node in rule['nodes']
    ]


def too_faint_in_the_dark(page: Page) -> list[str]:
    """What axe finds too faint where the page is dark; it is light again afterwards."""
    page.evaluate('document.documentElement.classList.add("dark")')
    found = page.evaluate(JUDGE, ASKED | {'runOnly': {'type': 'rule', 'values': ['color-contrast']}})
    page.evaluate('document.documentElement.classList.remove("dark")')
    return [f'dark: {node["html"][:160]} {node["failureSummary"]}' for rule in found for node in rule['nodes']]


def what_sticks_out(page: Page) -> list[str]:
    """That the page has to be scrolled sideways, if it has to."""
    needed, given = page.evaluate('[document.documentElement.scrollWidth, innerWidth]')
    return [f'{page.url} needs {needed} of {given} px'] if needed > given else []
