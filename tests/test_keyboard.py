"""STEP 1 to 8 and a decision by keys alone: whatever has the focus shows it, nothing is out of reach or a trap."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from . import samples
from .screenshots import visitor
from .site import Site, settled, signed_in
from .test_journey import NAME, NUMBER, PASSWORD

WIDTH = 1280
MOST_STOPS = 150

# The focus to the top of the page, and nothing visited yet.
TOP = """() => {
  window.visited = new Set();
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
}"""

# Where Tab has led: nothing at the end of the page, else what it is called, whether it shows the focus (itself, or by
# its label or the frame around it), and whether any of it can be seen below bars and above buttons that stay.
STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  (window.visited ??= new Set()).add(at);
  const marks = [at, at.closest('label'), at.closest('.q-field__control, .lb-find, .lb-box-in')].filter(Boolean);
  const shows = marks.some((mark) => {
    const look = getComputedStyle(mark);
    return (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2) || look.boxShadow !== 'none';
  });
  const seen = marks.some((mark) => {
    const box = mark.getBoundingClientRect();
    return [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) =>
      mark.contains(document.elementFromPoint(box.left + box.width * x, box.top + box.height * y))));
  });
  return { text: at.getAttribute('aria-label') || at.innerText || at.id || at.outerHTML.slice(0, 80), shows, seen };
}"""

# What could have the focus and was left out; of a group of radio buttons one is enough.
MISSED = """() => {
  const groups = [...window.visited].filter((each) => each.type === 'radio').map((each) => each.name);
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true }))
    .filter((each) => !window.visited.has(each) && !(each.type === 'radio' && groups.includes(each.name)))
    .map((each) => each.outerHTML.slice(0, 120));
}"""


class Keyboard:
    """Hands on the keys, and eyes on what has the focus."""

    def __init__(self, page: Page) -> None:
        page.emulate_media(reduced_motion='reduce')
        self.page = page

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def go_round(self) -> None:
        """From the top of the page through every stop to its end, and one stop back."""
        settled(self.page)
        self._takes_presses()
        self.page.evaluate(TOP)
        stops = 0
        while self._stop('Tab'):
            stops += 1
            assert stops < MOST_STOPS, 'Tab does not get out'
        assert self.page.evaluate(MISSED) == []
        assert self._stop('Shift+Tab')

    def to(self, target: Locator) -> None:
        """Tab until `target` has the focus."""
        expect(target).to_be_visible()
        self._takes_presses()
        for _ in range(MOST_STOPS):
            self._stop('Tab')
            if target.evaluate('each => each === document.activeElement'):
                return
        raise AssertionError(f'{target} is out of reach')

    def type(self, target: Locator, text: str) -> None:
        """Go there and write; Chinese as an input method sends it."""
        self.to(target)
        self.page.keyboard.insert_text(text)

    def follow(self, target: Locator) -> None:
        """Go to a link or a button, and press Enter."""
        self.to(target)
        self.press('Enter')

    def choose(self, label: str, option: str) -> None:
        """Open a list of choices, go down to one, take it."""
        field = self.page.get_by_role('combobox', name=label).first
        self.to(field)
        self.press('ArrowDown')
        wanted = self.page.get_by_role('option', name=option, exact=True)
        expect(wanted).to_be_visible()
        for _ in range(MOST_STOPS):
            if wanted.get_attribute('id') == field.get_attribute('aria-activedescendant'):
                break
            self.press('ArrowDown')
        self.press('Enter')
        expect(field).to_have_value(option)

    def upload(self, target: Locator, file: Path) -> None:
        """Go to the chooser; the window of the operating system is not ours, so the file is put in."""
        self.to(target)
        target.set_input_files(file)

    def _takes_presses(self) -> None:
        """A page that has just come takes none where something is decided (ui/static/site.js)."""
        expect(self.page.locator('html[data-fresh]')).to_have_count(0)

    def _stop(self, key: str) -> bool:
        """Whether the key has led to a stop, which can be seen."""
        self.press(key)
        stop = self.page.evaluate(STOP)
        assert stop is None or (stop['shows'] and stop['seen']), stop
        return stop is not None


def test_the_keyboard_alone_gets_through_step_1_to_8(site: Site, browser: Browser, tmp_path: Path) -> None:
    page = visitor(browser, site, '', WIDTH)
    hands = Keyboard(page)
    page.goto(f'{site.url}/login')
    hands.go_round()

    page.goto(f'{site.url}/login')  # STEP 1: the cursor stands in the first field
    expect(page.get_by_label('使用者帳號')).to_be_focused()
    page.keyboard.insert_text('clerk')
    hands.type(page.get_by_label('使用者密碼'), site.passwords['clerk'])
    hands.press('Enter')
    expect(page.get_by_role('heading', name='子系統入口')).to_be_visible()
    hands.go_round()
    hands.follow(page.get_by_role('link', name='進入'))  # STEP 2
    expect(page.get_by_role('heading', name='志工資料管理')).to_be_visible()
    hands.go_round()
    hands.follow(page.get_by_role('main').get_by_role('link', name='志工基本資料維護'))  # STEP 3
    expect(page.get_by_role('heading', name='志工基本資料維護')).to_be_visible()
    hands.go_round()
    hands.follow(page.get_by_role('link', name='新增志工基本資料'))
    expect(page.get_by_role('heading', name='新增志工基本資料')).to_be_visible()
    hands.go_round()
    fill_in_the_volunteer(hands, tmp_path)  # STEP 4
    expect(page).to_have_url(re.compile(r'/volunteers/\d+/trainings'))  # STEP 5
    hands.go_round()
    for kind in ('基礎訓練', '特殊訓練'):
        hands.follow(page.get_by_role('link', name='新增', exact=True))
        expect(page.get_by_role('heading', name='教育訓練課程', exact=True)).to_be_visible()
        record_a_training(hands, kind, tmp_path)  # STEP 6
    hands.follow(page.get_by_role('link', name='紀錄冊', exact=True))
    expect(page.get_by_role('heading', name='紀錄冊', exact=True)).to_be_visible()
    hands.go_round()
    hands.follow(page.get_by_role('link', name='申請送審'))  # STEP 7
    expect(page.get_by_text('可以送審')).to_be_visible()
    hands.go_round()
    hands.follow(page.get_by_role('button', name='儲存', exact=True))  # STEP 8
    expect(page.get_by_text('已儲存為草稿')).to_be_visible()
    hands.follow(page.get_by_role('button', name='送審', exact=True))
    expect(page).to_have_url(re.compile('/record-book$'))
    expect(page.get_by_role('main').get_by_text('審核中')).to_be_visible()


def test_a_reviewer_reads_marks_and_decides_with_the_keyboard_alone(site: Site, browser: Browser) -> None:
    page = signed_in(browser, site, 'reviewer')
    hands = Keyboard(page)
    page.goto(f'{site.url}/account/undo')  # who tabs to 復原 needs more than ten seconds
    hands.go_round()
    page.goto(f'{site.url}/account/undo')
    hands.to(page.get_by_role('radio', name='10 秒'))
    hands.press('ArrowDown', 'ArrowDown')
    hands.follow(page.get_by_role('button', name='儲存'))
    expect(page.get_by_text('復原時間已儲存')).to_be_visible()

    page.goto(f'{site.url}/reviews')
    hands.go_round()
    hands.press('?')
    keys = page.get_by_role('dialog', name='快速鍵')
    expect(keys.get_by_role('button', name='知道了')).to_be_focused()
    hands.press('Enter')
    expect(page.locator('.q-dialog')).to_have_count(0)

    hands.press('j')
    reads(page, '谷辣斯')
    hands.press('j')
    reads(page, '張小安')
    hands.press('k')
    reads(page, '谷辣斯')
    hands.go_round()
    for key, document in (('3', '反面'), ('2', '正面'), ('1', '照片')):
        hands.press(key)
        expect(page.get_by_role('region', name=document)).to_be_focused()

    hands.follow(page.get_by_role('button', name='照片補件'))
    hands.press('2')
    expect(page.get_by_role('button', name='模糊')).to_have_attribute('aria-pressed', 'true')
    words = page.get_by_label('給單位的說明')
    expect(words).to_be_focused()
    page.keyboard.insert_text('請在光線充足處重拍。')
    hands.press('a', 'r', '1')  # typed, not meant as keys
    expect(words).to_have_value(re.compile('請在光線充足處重拍。ar1$'))
    hands.follow(page.get_by_role('button', name='標記補件'))
    expect(page.get_by_role('heading', name='已標記 1 項補件')).to_be_visible()
    hands.press('r')
    expect(page.get_by_role('dialog', name='通知補件：原因').get_by_role('listitem')).to_have_count(1)
    hands.press('Escape')
    expect(page.get_by_role('dialog')).to_have_count(0)
    hands.follow(page.get_by_role('button', name='撤銷標記：'))
    expect(page.get_by_role('heading', name='補正都已結清')).to_be_visible()

    hands.press('r')
    expect(page.get_by_role('dialog', name='通知補件：原因').get_by_role('textbox')).to_be_focused()
    hands.type(page.get_by_label('補充說明'), '請補上核定字號。')
    hands.follow(page.get_by_role('button', name='確定通知補件'))
    reads(page, '張小安')
    expect(page.get_by_text('已通知補件 谷辣斯')).to_be_visible()
    hands.follow(page.get_by_role('button', name='復原'))
    reads(page, '谷辣斯')
    hands.press('a')
    reads(page, '張小安')
    expect(page.get_by_text('已核可 谷辣斯')).to_be_visible()
    expect(page.locator('.lb-item', has_text='谷辣斯')).to_contain_text('您已核可')  # it goes in two minutes
    page.context.close()


def reads(page: Page, name: str) -> None:
    """The case of `name` is open, and the keys are heard."""
    expect(page.get_by_role('heading', level=1, name=name)).to_be_visible()
    expect(page.get_by_text('您正在審').first).to_be_visible()
    expect(page.locator('html[data-fresh]')).to_have_count(0)


@pytest.mark.parametrize(
    ('username', 'address', 'opener', 'opened'),
    [
        pytest.param('clerk', '/volunteers/7/trainings/new', '訓練日期：開啟月曆', '訓練日期：月曆', id='calendar'),
        pytest.param('clerk', '/volunteers/1/trainings/1', '刪除', '刪除這筆教育訓練？', id='training'),
        pytest.param('clerk', '/volunteers/1/service-hours', '刪除', '確定要刪除這筆服務時數嗎？', id='entry'),
        pytest.param('clerk', '/volunteers/1/basics', '顯示完整', '顯示完整證號', id='number'),
        pytest.param('reviewer', '/reviews/4', '通知補件', '通知補件：原因', id='reason'),
        pytest.param('reviewer', '/reviews/4', '預覽紀錄冊頁面', '預覽核可後的紀錄冊', id='preview'),
        pytest.param('reviewer', '/reviews/4', '快速鍵', '快速鍵', id='keys'),
        pytest.param('clerk2', '/rosters/1', '加入志工', '加入志工', id='roster'),
    ],
)
def test_escape_closes_what_has_opened_and_the_focus_is_where_it_was(
    site: Site, browser: Browser, username: str, address: str, opener: str, opened: str
) -> None:
    page = signed_in(browser, site, username)
    hands = Keyboard(page)
    page.goto(site.url + address)
    button = page.get_by_role('button', name=opener).first
    hands.follow(button)
    expect(page.get_by_role('dialog', name=opened)).to_be_visible()
    hands.press('Tab', 'Escape')

    expect(page.get_by_role('dialog')).to_have_count(0)
    expect(button).to_be_focused()
    page.context.close()


def test_the_account_menu_opens_and_closes_by_keys(site: Site, browser: Browser) -> None:
    page = signed_in(browser, site, 'clerk')
    page.goto(site.url)
    hands = Keyboard(page)
    menu = page.locator('summary')
    hands.follow(menu)
    hands.to(page.get_by_role('button', name='登出'))
    hands.press('Escape')

    expect(page.get_by_role('button', name='登出')).to_be_hidden()
    expect(menu).to_be_focused()
    page.context.close()


def fill_in_the_volunteer(hands: Keyboard, folder: Path) -> None:
    """STEP 4, from the first field to 儲存."""
    page = hands.page
    (folder / 'photo.jpg').write_bytes(samples.portrait())
    hands.type(page.locator('#identity_number'), NUMBER)
    kinds = page.get_by_role('group', name='證件種類').get_by_role('radio')
    hands.to(kinds.first)
    hands.press('ArrowRight')
    expect(kinds.nth(1)).to_be_checked()
    hands.press('ArrowLeft')
    expect(kinds.first).to_be_checked()
    hands.to(page.get_by_role('checkbox', name='同意個資使用'))
    hands.press('Space')
    hands.type(page.locator('#name'), NAME)
    hands.to(page.get_by_role('button', name='自行設定密碼', exact=True))
    hands.press('Enter')
    expect(page.locator('#password')).to_be_visible()
    hands.type(page.locator('#password'), PASSWORD)
    hands.type(page.locator('#password_again'), PASSWORD)
    hands.type(page.locator('#born_on'), '74/5/12')
    hands.to(page.get_by_role('radio', name='男'))  # as the number says
    hands.type(page.locator('#email'), 'keyboard@example.com')
    no = page.get_by_role('group', name='是否加入救災志工').get_by_role('radio', name='否')
    hands.to(no)
    hands.press('ArrowLeft', 'ArrowRight')
    expect(no).to_be_checked()
    hands.upload(page.locator('#photo'), folder / 'photo.jpg')
    expect(page.get_by_text('自動檢查通過')).to_be_visible()
    expect(page.locator('#photo')).to_be_focused()
    hands.follow(page.get_by_role('button', name='調整位置'))
    expect(page.get_by_role('button', name='使用這張照片')).to_be_focused()
    hands.press('Enter')
    expect(page.locator('#photo')).to_be_focused()
    hands.to(page.get_by_role('checkbox', name='確認志工照片為清晰、半身照'))
    hands.press('Space')
    hands.follow(page.get_by_role('button', name='儲存', exact=True))


def record_a_training(hands: Keyboard, kind: str, folder: Path) -> None:
    """STEP 6, its first day from the calendar: today a month ago."""
    page = hands.page
    (folder / f'{kind}-front.jpg').write_bytes(samples.certificate_front(f'{NAME}{kind}'))
    (folder / f'{kind}-back.jpg').write_bytes(samples.certificate_back())
    hands.follow(page.get_by_role('button', name=kind, exact=True))
    expect(page.locator('#title')).to_have_value(f'志工{kind}')
    calendar = page.get_by_role('button', name='訓練日期：開啟月曆')
    hands.follow(calendar)
    today = page.get_by_role('dialog', name='訓練日期：月曆').locator('[aria-current=date]')
    expect(today).to_be_focused()
    hands.press('PageUp', 'Enter')
    expect(calendar).to_be_focused()
    expect(page.locator('#starts_on')).to_have_value(re.compile(r'\d{3}/\d\d/\d\d'))
    expect(page.locator('#ends_on')).to_have_value(page.locator('#starts_on').input_value())
    hands.choose('訓練課程', kind)
    hands.choose('課程領域', '文化')
    for side, word in (('front', '正面'), ('back', '反面')):
        hands.upload(page.locator(f'#certificate_{side}'), folder / f'{kind}-{side}.jpg')
        expect(page.get_by_alt_text(f'{word}：{kind}-{side}.jpg').first).to_be_visible()
        expect(page.locator(f'#certificate_{side}')).to_be_focused()
    hands.follow(page.get_by_role('button', name='儲存', exact=True))
    expect(page).to_have_url(re.compile(r'/volunteers/\d+/trainings$'))


def test_enter_in_a_field_does_what_its_button_does(site: Site, browser: Browser) -> None:
    page = signed_in(browser, site, 'clerk')
    page.goto(f'{site.url}/rosters')
    page.get_by_role('button', name='建立名冊').click()
    page.get_by_role('dialog', name='建立名冊').get_by_label('名冊名稱').press('Enter')  # a name has been proposed
    expect(page).to_have_url(re.compile(r'/rosters/\d+'))

    page.get_by_role('button', name='改名').click()
    named = page.get_by_role('dialog', name='改名').get_by_label('名冊名稱')
    named.fill('按鍵改的名字')
    named.press('Enter')
    expect(page.get_by_role('heading', level=1, name='按鍵改的名字')).to_be_visible()

    page.goto(f'{site.url}/volunteers/1/history')
    expect(page.get_by_text('顯示第 1 至')).to_be_visible()
    who = page.get_by_label('異動人或單位')
    who.fill('沒有這個人')
    who.press('Enter')
    expect(page.get_by_text('顯示第 0 至')).to_be_visible()
    page.context.close()
