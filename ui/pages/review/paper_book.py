"""One paper book that a unit has registered: its pictures beside what was typed; 確認, 退回補正, and 取消確認."""

from collections.abc import Awaitable, Callable

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
from ...components.question import question, when_asked
from ...flash import leave_with
from ...frame import MENU, REVIEW, frame, save_bar, waiting_for
from ...live import follow

# What the browser shows when a button is pressed. A press that was delivered late belongs to what was seen then.
_SEEN = '(event) => emit(document.querySelector("[data-seen]").dataset.seen)'


UNCONFIRM = '這一冊不再是系統中的紀錄冊，單位會收到通知、讀到這段話，更正後再送。異動紀錄會保留這次取消。'


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
                screen.asking('退回補正', '單位會讀到這段話，更正後再送；已填的資料都還在。', screen.send_back)
            elif not await paper_books.hindrance(registration):
                screen.asking('取消確認', UNCONFIRM, screen.unconfirm)
            ui.link('返回', links.review_paper_books(status=registration.status.value)).classes('lb-btn q-btn lb-flat')
    follow(PaperBooksChanged, screen.renew, lambda changed: changed.registration_id == registration_id)


class Screen:
    """What of the page changes, and what its buttons do."""

    head: html.section
    pictures: paper_pictures
    button: action_button

    def __init__(self, account: Account, registration: PaperRegistration) -> None:
        self.account, self.registration = account, registration
        self.dialog: ui.dialog | None = None

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
        """Read it again; one that has been decided, or is sent again, is another page.

        Whoever is writing why it goes back keeps the dialog and the words, and reads what has happened.
        """
        now = await paper_books.get(self.registration.id, by=self.account)
        if now.status != self.registration.status and self.dialog is not None and self.dialog.value:
            self.moved.set_text(f'{_story(now)}。您寫的內容還在，沒有送出；關閉這個視窗後，會顯示目前的狀態。')
            self.moved.set_visibility(True)
        elif now.status != self.registration.status:
            ui.navigate.reload()
        elif now.version != self.registration.version:
            await self.show(now)
            tell('單位剛修改了這件紙本紀錄冊，畫面已更新。請看過目前的內容再決定。')

    async def confirm(self) -> None:
        """確認 of what was seen."""
        await paper_books.confirm(self.registration.id, validation.number_in(self.button.said), by=self.account)
        leave_with(await self._next(), 'paper-book-confirmed')

    async def send_back(self, reason: str, version: int) -> None:
        """退回補正 of what was seen."""
        await paper_books.send_back(self.registration.id, reason, version, by=self.account)
        leave_with(await self._next(), 'paper-book-returned')

    async def unconfirm(self, reason: str, version: int) -> None:
        """取消確認 of what was seen."""
        await paper_books.unconfirm(self.registration.id, reason, version, by=self.account)
        leave_with(links.review_paper_books(status=RegistrationStatus.RETURNED.value), 'paper-book-unconfirmed')

    def asking(self, act: str, note: str, done: Callable[[str, int], Awaitable[None]]) -> None:
        """Places the button of `act`, which opens its dialog; what is written there is kept until it is sent."""
        action_button(act, when_asked(lambda: self._dialog(act, note, done)), 'outline')

    async def _dialog(self, act: str, note: str, done: Callable[[str, int], Awaitable[None]]) -> ui.dialog:
        sheet = Sheet(f'paper-{self.registration.id}', self.account)
        reason = Reason(str((await half_written.written(sheet)).get('reason', '')))
        with question(f'{act}：原因') as dialog:
            in_form = form(reason, sheet, by=self.account, summary=False)
            html.p(note).classes('lb-note')
            self.moved = ui.label().classes('lb-verdict warn').props('role=alert')
            self.moved.set_visibility(False)
            text_area(REASON.label, in_form, 'reason', required=True, wide=True)

            async def send() -> None:
                await done(reason.reason, validation.number_in(button.said))

            with html.div().classes('lb-acts'):
                button = action_button(act, send, 'bad', in_form=in_form, told=_SEEN)
                ui.button('取消', on_click=dialog.close, color=None).props('flat no-caps')
        self.dialog = dialog
        dialog.on('hide', self.renew)
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
