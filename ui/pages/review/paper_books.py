"""紙本紀錄冊確認: the paper books that units have registered with this agency; one by one, or a batch at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nicegui import html, ui

from domain import links, searches, validation
from domain.announcements import PaperBooksChanged
from domain.books import paper_books
from domain.books.paper_books import Outcome, RegistrationQuery
from domain.model import Account, PaperRegistration, RegistrationStatus
from domain.paging import Page

from ...components.card import card
from ...components.form import form
from ...components.form.fields import choice_field, text_field
from ...components.notices import confirm, tell
from ...components.paper.paper_facts import warnings_of
from ...components.paper.paper_list import paper_list
from ...components.question import is_sure
from ...frame import MENU, REVIEW, frame, waiting_for
from ...live import follow, of_side

TITLE = '紙本紀錄冊確認'
PER_PAGE = 50
EMPTY = {
    RegistrationStatus.WAITING: '沒有等待確認的紙本紀錄冊',
    RegistrationStatus.RETURNED: '沒有退回單位補正的紙本紀錄冊',
    RegistrationStatus.CONFIRMED: '還沒有確認過紙本紀錄冊',
    RegistrationStatus.WITHDRAWN: '沒有單位撤回的紙本紀錄冊',
}


async def review_paper_books_page(
    account: Account, q: str = '', status: str = '', unit: int | None = None, page: int = 1
) -> None:
    """The list `status`, of a unit and of what is searched for; it follows by itself."""
    chosen = validation.member(RegistrationStatus, status) or RegistrationStatus.WAITING
    query = RegistrationQuery(chosen, unit, await searches.words(q, by=account), page, PER_PAGE)
    asked = Asked(query.text, unit)
    named = f'{chosen.label}：{TITLE}'
    with frame(account, TITLE, crumbs=[MENU, REVIEW], waiting=await waiting_for(account), named=named):
        html.p(
            '單位登記的舊制紙本紀錄冊，請對照封面與末頁。確認後就是使用中的紀錄冊，持有人不能再申請初次；看不清楚或不符的請退回。'
        ).classes('lb-lead')
        pills = html.nav().classes('lb-pills lb-gap-below').props('aria-label=紙本紀錄冊')
        filters = form(asked, summary=False)
        with card('查詢條件', classes='lb-gap-below'), html.div().classes('lb-grid'):
            text_field('號碼或姓名', filters, 'text', placeholder='舊制字第號、姓名的一部分', maxlength=60)
            choice_field('運用單位', filters, 'unit', await _units(account, unit), searchable=True)
        refused = html.div().props('role=alert')
        screen = Screen(account, query, pills, refused)
        screen.list = paper_list(
            chosen.label,
            screen.confirm,
            screen.turn,
            empty=EMPTY[chosen],
            hint='單位送來時會自動出現在這裡，不必重新整理。' if chosen is RegistrationStatus.WAITING else '',
        )
        await screen.renew()

    async def search() -> None:
        key = await searches.keep(asked.text, by=account) if asked.text.strip() else ''
        query.text, query.host_unit_id, query.page = asked.text, asked.unit, 1
        ui.navigate.history.replace(links.review_paper_books(key, status=chosen.value, unit=asked.unit))
        await screen.renew()

    filters.on_change(search)
    follow(PaperBooksChanged, screen.renew, of_side(account))


@dataclass
class Asked:
    """What the reviewer looks for."""

    text: str = ''
    unit: int | None = None

    def problems(self) -> dict[str, str]:
        """A filter is never wrong."""
        return {}


class Screen:
    """What of the page changes, and how it is renewed."""

    list: paper_list

    def __init__(self, account: Account, query: RegistrationQuery, pills: html.nav, refused: html.div) -> None:
        self.account, self.query, self.pills, self.refused = account, query, pills, refused

    async def renew(self) -> None:
        """Read the list and the numbers again."""
        found: Page[PaperRegistration] = await paper_books.find(self.query, by=self.account)
        same = await paper_books.same_number(found.rows)
        self.list.show(found.rows, same, found.total, found.number, found.pages)
        counts = await paper_books.counts(by=self.account)
        self.pills.clear()
        with self.pills:
            for status in RegistrationStatus:
                link = ui.link(f'{status.label} {counts[status]}', links.review_paper_books(status=status.value))
                link.classes('lb-pill')
                if status == self.query.status:
                    link.classes('on').props('aria-current=page')

    async def turn(self, page: int) -> None:
        """Another page of the list."""
        self.query.page = page
        await self.renew()

    async def confirm(self, seen: Sequence[tuple[int, int]] | None) -> None:
        """確認 of the chosen ones in the versions seen, or of all that are asked for, after a question."""
        if seen is None:
            rows = await paper_books.waiting_like(self.query, by=self.account)
            seen = [(one.id, one.version) for one in rows]
        else:
            rows = [self.list.rows[one] for one, _ in seen]
        if not rows or not await is_sure(f'確認這 {len(rows)} 冊', await _sentence(rows), is_grave=False):
            return
        outcomes = await paper_books.confirm_many(dict(seen), by=self.account)
        await self.renew()
        self.refused.clear()
        left = [one for one in outcomes if one.book is None]
        if done := len(outcomes) - len(left):
            confirm(f'已確認 {done} 冊，並通知單位。')
        elif not left:  # they have gone to another agency meanwhile
            tell('沒有確認任何一冊：所選的已不在貴機關的清單上，畫面已更新。')
        else:
            tell(f'沒有確認任何一冊，也沒有通知單位。{left[0].registration.volunteer.name}：{left[0].sentence}')
        if left:
            _tell_refused(left, self.refused)


async def _units(account: Account, chosen: int | None) -> Mapping[int | None, str]:
    units: dict[int | None, str] = {None: '全部單位'}
    for unit, name, count in await paper_books.units_waiting(by=account):
        units[unit] = f'{name}（待確認 {count}）'
    if chosen is not None:
        units.setdefault(chosen, '所選的單位（沒有待確認的）')
    return units


async def _sentence(rows: Sequence[PaperRegistration]) -> str:
    same = await paper_books.same_number(rows)
    doubtful = sum(bool(warnings_of(one, same.get(one.id, 0))) for one in rows)
    warned = f'其中 {doubtful} 冊缺圖片或與別人同號。' if doubtful else '每一冊都有封面與末頁的圖片。'
    return f'{warned}確認後就是使用中的紀錄冊，並通知單位。不能確認的會逐冊說明，不影響其他的。'


def _tell_refused(left: Sequence[Outcome], refused: html.div) -> None:
    with refused, card(f'{len(left)} 冊沒有確認', '其他的不受影響；下列請個別處理', 'lb-roster-refused'):
        with html.ul():
            for one in left:
                with html.li():
                    ui.link(one.registration.volunteer.name, links.review_paper_book(one.registration.id))
                    html.span(one.sentence)
        with html.div().classes('lb-row-acts'):
            ui.button('知道了', on_click=refused.clear, color=None).props('outline no-caps')
