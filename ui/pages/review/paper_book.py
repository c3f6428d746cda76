"""One paper book that a unit has registered: its two pictures beside what was typed; 確認 or 退回補正."""

from nicegui import html, ui

from domain import dates, half_written, links, validation
from domain.announcements import PaperBooksChanged
from domain.books import paper_books
from domain.books.paper_books import RegistrationQuery
from domain.cases.application_fields import REASON
from domain.half_written import Sheet
from domain.model import Account, PaperRegistration, RegistrationStatus

from ...components.action_button import action_button
from ...components.chip import chip
from ...components.form import form
from ...components.form.fields import text_area
from ...components.icon import icon
from ...components.notices import tell
from ...components.paper.paper_facts import LOOKS, warnings_of
from ...components.paper.paper_pictures import paper_pictures
from ...components.question import question
from ...flash import leave_with
from ...frame import MENU, REVIEW, frame, save_bar, waiting_for
from ...live import follow

# What the browser shows when a button is pressed. A press that was delivered late belongs to what was seen then.
_SEEN = '(event) => emit(document.querySelector("[data-seen]").dataset.seen)'


class Reason:
    """What the unit reads."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def problems(self) -> dict[str, str]:
        """The service checks it when it is sent."""
        return {}


async def review_paper_book_page(account: Account, registration_id: int) -> None:
    """The state at the top, pictures and facts, the bar below; it renews itself when the unit amends it."""
    registration = await paper_books.opened(registration_id, by=account)
    crumbs = [MENU, REVIEW, ('紙本紀錄冊確認', links.review_paper_books())]
    title = f'紙本紀錄冊：{registration.volunteer.name}'
    with frame(account, title, crumbs=crumbs, waiting=await waiting_for(account)):
        screen = Screen(account, registration)
        screen.head = html.section().classes('lb-card lb-paper-strip').props('aria-label=狀態')
        screen.pictures = paper_pictures(registration)
        await screen.show(registration)
        with save_bar():
            if registration.status is RegistrationStatus.WAITING:
                screen.button = action_button('確認', screen.confirm, told=_SEEN)
                dialog = await screen.returning()
                ui.button('退回補正', on_click=dialog.open, color=None).props('outline no-caps')
            ui.link('返回', links.review_paper_books(status=registration.status.value)).classes('lb-btn q-btn lb-flat')
    follow(PaperBooksChanged, screen.renew, lambda changed: changed.registration_id == registration_id)


class Screen:
    """What of the page changes, and what its buttons do."""

    head: html.section
    pictures: paper_pictures
    button: action_button

    def __init__(self, account: Account, registration: PaperRegistration) -> None:
        self.account, self.registration = account, registration

    async def show(self, now: PaperRegistration) -> None:
        """The registration as it stands now; the version that is seen stands on the page."""
        others = (await paper_books.same_number([now])).get(now.id, 0)
        self.registration = now
        self.pictures.show(now)
        self.head.props['data-seen'] = now.version
        self.head.update()
        self.head.clear()
        with self.head:
            chip(now.status.label, *LOOKS[now.status])
            with html.p():
                html.b(paper_books.number_of(now))
                html.span(f'　{_story(now)}')
            for warning in warnings_of(now, others) if now.status is RegistrationStatus.WAITING else []:
                with html.span().classes('lb-chip warn'):
                    icon('warning', 14)
                    html.span(warning)

    async def renew(self) -> None:
        """Read it again; one that has been decided, or is sent again, is another page."""
        now = await paper_books.get(self.registration.id, by=self.account)
        if now.status != self.registration.status:
            ui.navigate.reload()
        elif now.version != self.registration.version:
            await self.show(now)
            tell('單位剛修改了這件紙本紀錄冊，畫面已更新。請看過目前的內容再決定。')

    async def confirm(self) -> None:
        """確認 of what was seen."""
        await paper_books.confirm(self.registration.id, _number(self.button.said), by=self.account)
        leave_with(await self._next(), 'paper-book-confirmed')

    async def returning(self) -> ui.dialog:
        """The dialog of 退回補正; what is written there is kept until it is sent."""
        sheet = Sheet(f'paper-{self.registration.id}', self.account)
        reason = Reason(str((await half_written.written(sheet)).get('reason', '')))
        with question('退回補正：原因') as dialog:
            in_form = form(reason, sheet, by=self.account, summary=False)
            html.p('單位會讀到這段話，更正後再送；已填的資料都還在。').classes('lb-note')
            text_area(REASON.label, in_form, 'reason', required=True, wide=True)

            async def send_back() -> None:
                version = _number(button.said)
                await paper_books.send_back(self.registration.id, reason.reason, version, by=self.account)
                leave_with(await self._next(), 'paper-book-returned')

            with html.div().classes('lb-acts'):
                button = action_button('退回補正', send_back, 'bad', in_form=in_form, told=_SEEN)
                ui.button('取消', on_click=dialog.close, color=None).props('flat no-caps')
        return dialog

    async def _next(self) -> str:
        """The next one that waits, else the list."""
        waiting = (await paper_books.find(RegistrationQuery(per_page=2), by=self.account)).rows
        later = [one for one in waiting if one.id != self.registration.id]
        return links.review_paper_book(later[0].id) if later else links.review_paper_books()


def _story(one: PaperRegistration) -> str:
    """Who sent it, and what became of it."""
    sent = f'{one.host_unit.name} {one.sent_by.name} 於 {dates.roc_instant(one.sent_at)} 送請確認'
    if one.decided_by is None or one.decided_at is None or one.status is RegistrationStatus.WAITING:
        return sent
    said = f'：{one.reason}' if one.status is RegistrationStatus.RETURNED else ''
    return f'{sent}，{dates.roc_instant(one.decided_at)} 由 {one.decided_by.name}{one.status.label}{said}'


def _number(said: object) -> int:
    """The version that stood on the page."""
    return validation.record_id(int(said) if isinstance(said, str) and said.isascii() and said.isdecimal() else None)
