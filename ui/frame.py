"""The frame around every page: bar, guide, breadcrumb, title; and the bar below a form."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote

from nicegui import html, ui
from nicegui.events import GenericEventArguments

from domain import accounts, applications, reviews, volunteers
from domain.errors import DomainError
from domain.guide import progress
from domain.guide.progress import Progress
from domain.model import Account, ApplicationStatus, Role
from domain.volunteers import VolunteerQuery

from .components.app_bar import app_bar
from .components.card import card
from .components.form import form
from .components.icon import icon
from .components.notices import refuse, tell
from .components.step_guide import step_guide
from .flash import say_what_was_left
from .loading_shell import first_sight

Crumbs = Sequence[tuple[str, str]]
MENU = ('子系統入口', '/menu')
VOLUNTEER_DATA = ('志工資料管理', '/volunteer-data')
BASICS = ('志工基本資料維護', '/volunteers')
REVIEW = ('志工紀錄冊審核', '/reviews')


@contextmanager
def frame(
    account: Account,
    title: str,
    *,
    crumbs: Crumbs = (),
    step: int = 0,
    guide: Progress | None = None,
    waiting: int = 0,
    heading: bool = True,
    required: bool = False,
) -> Iterator['page_frame']:
    """`with frame(account, '教育訓練課程', crumbs=…, step=6, guide=progress):` is a whole page."""
    page = page_frame(account, title, crumbs, step, guide, waiting, heading, required)
    with page.content:
        yield page
    say_what_was_left()


class page_frame:
    """What surrounds a page. `guide` is its rail, or None when there is none."""

    def __init__(
        self,
        account: Account,
        title: str,
        crumbs: Crumbs,
        step: int,
        guide: Progress | None,
        waiting: int,
        heading: bool,
        required: bool,
    ) -> None:
        self.account = account
        self.step = step
        self.guide: step_guide | None = None
        ui.page_title(f'{title}｜志願服務資訊整合系統')
        if account.text_size:
            ui.query('body').classes('lb-large' if account.text_size == 'large' else 'lb-large lb-larger')
        _leave_main_to_us()
        rail = guide if step and not account.hides_guide else None
        first_sight(title, [text for text, _ in crumbs], has_rail=rail is not None, has_heading=heading)
        with html.div().classes('app'):
            bar = app_bar(account, waiting)
            bar.on('searched', self._search)
            bar.on('sized', self._size)
            if rail is not None:
                self.guide = step_guide(
                    step,
                    done=done_on(step, rail),
                    who=rail.who,
                    left=[(item.text, item.address) for item in rail.left.get(step, [])],
                    addresses=rail.addresses,
                    put_away=self._put_away,
                )
            with html.main().props('id=main tabindex=-1'), html.div().classes('lb-page') as self.content:
                if crumbs:
                    breadcrumb(crumbs, title)
                if heading:
                    with html.div().classes('lb-head'):
                        html.h1(title)
                        if required:
                            required_note()

    def follow(self, in_form: form, guide: Progress) -> None:
        """Keep the guide's list of what is open true while the form is filled in."""

        def renew() -> None:
            if self.guide is not None:
                problems = in_form.details.problems()
                self.guide.show(done_on(self.step, guide), [(in_form.label_of(name), f'#{name}') for name in problems])

        in_form.on_change(renew)
        renew()

    async def _search(self, event: GenericEventArguments) -> None:
        words = str(event.args)[:60].strip()
        try:
            found = await volunteers.find(VolunteerQuery(text=words), by=self.account)
        except DomainError as refusal:
            refuse(refusal)
            return
        if found.total == 1:
            ui.navigate.to(f'/volunteers/{found.rows[0].id}/basics')
        elif found.total == 0:
            tell(f'您的單位裡找不到「{words}」。請輸入完整的證號、紀錄冊號，或姓名的一部分。')
        else:  # only part of a name has several answers, so no number comes into an address
            ui.navigate.to(f'/volunteers?name={quote(words)}')

    async def _size(self, event: GenericEventArguments) -> None:
        await accounts.set_text_size(str(event.args), by=self.account)
        ui.navigate.reload()

    async def _put_away(self) -> None:
        await accounts.show_guide(False, by=self.account)
        ui.navigate.reload()


def done_on(step: int, guide: Progress) -> frozenset[int]:
    """What the rail ticks: before anybody is chosen the steps before this one; who stands on STEP 8 has done STEP 7."""
    if not guide.who:
        return frozenset(range(1, step))
    return guide.done | {7} if step == 8 else guide.done


def breadcrumb(crumbs: Crumbs, here: str) -> None:
    """子系統入口 › 志工資料管理 › 這一頁."""
    with html.nav().classes('lb-crumbs').props('aria-label=所在位置'):
        for text, address in crumbs:
            ui.link(text, address)
            icon('next', 12)
        html.span(here).props('aria-current=page')


def required_note() -> None:
    """「*為必填」."""
    with html.span().classes('lb-required-note'):
        html.span('*').classes('lb-req')
        html.span('為必填')


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


def sentence_page(account: Account | None, title: str, sentence: str) -> None:
    """A page that says one thing and leads home."""
    ui.page_title(f'{title}｜志願服務資訊整合系統')
    _leave_main_to_us()
    with html.div().classes('app'):
        if account is not None:
            app_bar(account, 0)
        with html.main().props('id=main tabindex=-1'), html.div().classes('lb-page lb-alone'), card():
            html.h1(title)
            html.p(sentence)
            ui.link('回到首頁', '/')


def _leave_main_to_us() -> None:
    """Quasar wraps everything in a `main`, bar and guide too: a plain div instead, so that there is one main."""
    ui.context.client.page_container.default_slot.children[0].tag = 'div'


async def waiting_for(account: Account) -> int:
    """How many cases wait for this account: 待補件 for a clerk, 待審核 for a reviewer."""
    if account.role is Role.UNIT_STAFF:
        return (await applications.counts_of(by=account))[ApplicationStatus.RETURNED]
    if account.role is Role.REVIEWER:
        return (await reviews.counts(by=account)).by_status[ApplicationStatus.SUBMITTED]
    return 0


async def guide_for(account: Account, volunteer_id: int | None = None) -> Progress:
    """The guide's state for the volunteer this page is about."""
    return await progress.of(volunteer_id, by=account)
