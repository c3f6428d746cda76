"""The frame around every page: bar, guide, breadcrumb, title; and the bar below a form."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from nicegui import html, ui

from domain import accounts, links
from domain.guide import progress
from domain.guide.missing import Gap
from domain.guide.progress import Progress
from domain.model import Account, Role, Volunteer

from .components.app_bar import app_bar, waiting_for
from .components.card import card
from .components.form import form
from .components.page_head import page_head
from .components.site_footer import guide_post, site_footer
from .components.step_guide import step_guide
from .flash import show_flash
from .loading_shell import loading_shell

__all__ = ['waiting_for']  # where pages ask for it

Crumbs = Sequence[tuple[str, str]]
MENU = ('子系統入口', links.menu())
VOLUNTEER_DATA = ('志工資料管理', links.volunteer_data())
BASICS = ('志工基本資料維護', links.volunteers())
BATCH = ('批次維護作業', links.batch())
REVIEW = ('志工紀錄冊審核', links.review_queue())
# Where the work of each role begins.
HOMES = {
    Role.UNIT_STAFF: links.menu(),
    Role.REVIEWER: links.review_queue(),
    Role.VOLUNTEER: links.my_record_book(),
    Role.ADMINISTRATOR: links.administration(),
    Role.SUPERVISOR: links.menu(),
    Role.COUNTY: links.menu(),
    Role.MINISTRY: links.menu(),
    Role.INSPECTOR: links.menu(),
}
AFTER_TITLE = '｜志願服務資訊整合系統'


@contextmanager
def frame(
    account: Account,
    title: str,
    *,
    crumbs: Crumbs = (),
    step: int = 0,
    guide: Progress | None = None,
    waiting: int | None = 0,
    heading: bool = True,
    named: str = '',
) -> Iterator['page_frame']:
    """`with frame(account, '教育訓練課程', crumbs=…, step=6, guide=progress):` is a whole page.

    `waiting`: None where the page tells the bell (`here.bar.waits`), and its queue goes on to.
    `named`: how the browser names the page, where several have the heading in common.
    """
    page = page_frame(account, title, crumbs, step, guide, waiting, heading, named)
    with page.content:
        yield page
        show_flash(guide.gaps if guide and guide.who else ())


class page_frame:
    """What surrounds a page. `guide` is its rail, or None when there is none."""

    def __init__(
        self,
        account: Account,
        title: str,
        crumbs: Crumbs,
        step: int,
        guide: Progress | None,
        waiting: int | None,
        heading: bool,
        named: str,
    ) -> None:
        self.account = account
        self.step = step
        self.guide: step_guide | None = None
        ui.page_title((named or title) + AFTER_TITLE)
        _size_text(account)
        _leave_main_to_us()
        rail = guide if step and not account.hides_guide else None
        loading_shell(title, [text for text, _ in crumbs], has_rail=rail is not None, has_heading=heading)
        with html.div().classes('app'):
            self.bar = app_bar(account, waiting or 0)
            if waiting is not None:
                self.bar.follow()
            if rail is not None:
                self.guide = step_guide(
                    step,
                    done=done_on(step, rail),
                    who=rail.who,
                    left=_lines(rail.left),
                    addresses=rail.addresses,
                    put_away=self._put_away,
                )
            with html.main().props('id=main tabindex=-1'), html.div().classes('lb-page') as self.content:
                self.head = page_head(title, crumbs, heading=heading)
            site_footer()

    def rename(self, title: str) -> None:
        """What the page is about has another name by now."""
        if self.head.name(title):
            ui.page_title(title + AFTER_TITLE)

    def name(self, named: str) -> None:
        """How the browser names it, where that was read after the frame was placed."""
        ui.page_title(named + AFTER_TITLE)

    def follow(self, in_form: form, guide: Progress, lacking: Callable[[], Iterable[str]] | None = None) -> None:
        """Keep the guide's list of what is open true while the form is filled in: its fields, or those of `lacking`.

        What other steps lack stands there, too; of this one, what another form mends.
        """
        elsewhere = [gap for gap in guide.left.get(self.step, []) if gap.key in ('basic', 'special')]

        def renew() -> None:
            if self.guide is None:
                return
            wanted = {*(lacking() if lacking else ()), *in_form.problems()}
            names = [name for name in in_form.fields if name in wanted]
            kind = getattr(in_form.details, 'kind', '')
            here = [(in_form.label_of(name).removeprefix('*'), f'#{name}') for name in names]
            here += [(gap.text, gap.address) for gap in elsewhere if gap.key != kind]
            self.guide.show(done_on(self.step, guide), _lines(guide.left) | {self.step: here})

        in_form.on_change(renew)
        renew()

    def renew_guide(self, guide: Progress) -> None:
        """Show what is done and left now, without a reload."""
        if self.guide is not None:
            self.guide.show(done_on(self.step, guide), _lines(guide.left))

    async def _put_away(self) -> None:
        await accounts.show_guide(False, by=self.account)
        ui.navigate.reload()


def _size_text(account: Account) -> None:
    """Everything in the size of text that the account has chosen."""
    if account.text_size:
        ui.query('body').classes('lb-large' if account.text_size == 'large' else 'lb-large lb-larger')


def _lines(left: Mapping[int, Iterable[Gap]]) -> dict[int, list[tuple[str, str]]]:
    return {step: [(gap.text, gap.address) for gap in gaps] for step, gaps in left.items()}


def done_on(step: int, guide: Progress) -> frozenset[int]:
    """What the rail ticks: before anybody is chosen the steps before this one; who stands on STEP 8 has done STEP 7."""
    if not guide.who:
        return frozenset(range(1, step))
    return guide.done | {7} if step == 8 else guide.done


@contextmanager
def save_bar() -> Iterator[None]:
    """The bar that stays at the bottom of a form: 儲存, 返回, when the draft was kept."""
    with html.div().classes('lb-foot'):
        yield


def not_found_page(account: Account | None = None) -> None:
    """The page for an address that is not there, or not for this account: both read the same."""
    sentence_page(account, '找不到這個頁面', '網址可能不完整，或這筆資料不屬於您的單位。您可以回到首頁，再從選單進入。')
    if account is not None:
        ui.run_javascript('leaveIfGone()')  # ui/static/site.js


def opening_page(account: Account, title: str) -> None:
    """The frame of a page whose content is still to come; `title` where it is known."""
    _size_text(account)
    _leave_main_to_us()
    with html.div().classes('app'):
        app_bar(account, 0)
        with html.main().props('id=main tabindex=-1 aria-busy=true'), html.div().classes('lb-page'):
            guide_post('C', '中央內容區塊', 'main')
            if title:
                with html.div().classes('lb-head'):
                    html.h1(title)
            with html.div().props('role=status'):
                html.p('正在開啟…').classes('lb-opening')
                html.p('這個頁面比平常慢；完成後會自動顯示，不必重新整理。').classes('lb-note')


def sentence_page(account: Account | None, title: str, sentence: str) -> None:
    """A page that says one thing and leads home."""
    ui.page_title(title + AFTER_TITLE)
    _leave_main_to_us()
    with html.div().classes('app'):
        if account is not None:
            _size_text(account)
            app_bar(account, 0)
        with html.main().props('id=main tabindex=-1'), html.div().classes('lb-page lb-alone'):
            guide_post('C', '中央內容區塊', 'main')
            with card():
                html.h1(title)
                html.p(sentence)
                ui.link('回到首頁', links.home())
        site_footer()


def _leave_main_to_us() -> None:
    """Quasar wraps everything in a `main`, bar and guide too: a plain div instead, so that there is one main."""
    ui.context.client.page_container.default_slot.children[0].tag = 'div'


async def guide_for(account: Account, volunteer: Volunteer | int | None = None) -> Progress:
    """The guide's state for the volunteer this page is about, as just read or by id."""
    return await progress.of(volunteer, by=account)
