"""整批列印: a button that has many record books printed into one file, how far it is, and the file."""

from collections.abc import Awaitable, Callable

from nicegui import html, ui
from nicegui.element import Element

from domain import links
from domain.books.book_prints import BookPrint

from .action_button import action_button
from .icon import icon
from .notices import confirm

EACH_SECONDS = 0.5
HOW_TO = '每冊一份，A4 橫式、左右兩頁。請選雙面列印、短邊翻轉、實際大小；每冊疊好對折，就是 A5 的紀錄冊。'


class book_prints(Element):
    """`begin()` begins to print. The page keeps the file; whoever leaves it stops what is under way."""

    def __init__(self, text: str, begin: Callable[[], Awaitable[BookPrint]]) -> None:
        super().__init__('div')
        self.classes('lb-book-prints')
        self.begin = begin
        self.print: BookPrint | None = None
        self.has_books = True
        with self:
            with html.div().classes('lb-row-acts'):
                self.button = action_button(text, self._begin, 'outline')
                self.stop = ui.button('停止列印', on_click=self._stop, color=None).props('flat no-caps')
                with ui.link('', '').classes('q-btn lb-btn lb-outline').props('download') as self.file:
                    icon('download')
                    html.span('再下載一次')
            self.told = ui.label().classes('lb-hint').props('role=status')
            self.failed = html.ul().classes('lb-refused')
            html.p(HOW_TO).classes('lb-note')
        self.timer = ui.timer(EACH_SECONDS, self._look, active=False)
        self.client.on_delete(self._leave)
        self._show()

    def offer(self, books: int) -> None:
        """So many there are to be printed; of none it is said."""
        self.button.set_text(f'列印這 {books} 冊' if books else '還沒有可以列印的紀錄冊')
        self.has_books = books > 0
        self._show()

    async def _begin(self) -> None:
        earlier, self.print = self.print, None
        if earlier is not None:
            earlier.close()
            await earlier.ended()
        self.print = await self.begin()
        self.timer.activate()
        self._show()

    def _stop(self) -> None:
        if self.print is not None and self.print.is_going_on:
            self.print.problem = f'已停止列印，印好的 {self.print.done} 冊沒有留下檔案。'
            self.print.close()

    def _look(self) -> None:
        self._show()
        if self.print is None or self.print.is_going_on:
            return
        self.timer.deactivate()
        if self.print.is_ready:
            confirm(f'已印好 {self.print.printed} 冊，檔案正在下載。')
            ui.download.from_url(links.printed_books(self.print.key))

    def _show(self) -> None:
        made = self.print
        is_going_on = made is not None and made.is_going_on
        self.button.set_enabled(self.has_books and not is_going_on)
        self.stop.set_visibility(is_going_on)
        self.file.set_visibility(made is not None and made.is_ready)
        self.told.set_visibility(made is not None)
        self.failed.set_visibility(made is not None and bool(made.failed))
        if made is None:
            return
        self.file.props['href'] = links.printed_books(made.key)
        self.told.set_text(_told(made))
        if len(self.failed.default_slot.children) != len(made.failed):
            self.failed.clear()
            with self.failed:
                for name, sentence in made.failed:
                    html.li(f'{name}：{sentence}')

    def _leave(self) -> None:
        if self.print is not None:
            self.print.close()


def _told(made: BookPrint) -> str:
    if made.is_going_on:
        return f'正在列印：{made.done}／{made.total} 冊。印好會自動下載；離開這一頁就會停止。'
    if made.problem:
        return made.problem
    missing = f'；下列 {len(made.failed)} 冊沒有印成' if made.failed else ''
    if not made.printed:
        return '沒有印成任何一冊；原因如下，資料都還在。'
    return f'已印好 {made.printed} 冊，共 {made.sheets} 張 A4（雙面）{missing}。'
