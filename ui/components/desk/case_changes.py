"""送審後的變更: what the unit has changed while the case lies on the desk, old beside new, by whom; and 已看過變更."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import html, ui
from nicegui.element import Element

from domain import dates, links, papers
from domain.model import Account, Application
from domain.papers import PaperChange
from domain.reviews import Case

from ..action_button import action_button
from ..icon import icon
from ..notices import confirm

TITLE = '送審後的變更'
_NOTHING = '（空白）'


class case_changes(Element):
    """The list of what has changed since somebody looked; nothing to see while there is none. Calls `looked`."""

    def __init__(self, account: Account, looked: Callable[[], Awaitable[None]]) -> None:
        super().__init__('div')
        self.account, self.looked = account, looked
        self.shown = ''
        with self:
            # Always there, so that a screen reader says what is put into it.
            self.news = html.span().classes('lb-away').props('role=status')
            self.box = html.section().classes('lb-card lb-marks').props('aria-labelledby=changes-title')
        self.box.set_visibility(False)

    def show(self, case: Case) -> None:
        """What has changed, as `case` has it; an unchanged list is left alone, and with it the focus."""
        shown = case.digest if case.changes else ''
        if shown == self.shown:
            return
        self.shown = shown
        self.box.clear()
        self.box.set_visibility(bool(case.changes))
        labels = '、'.join(dict.fromkeys(change.label for change in case.changes))
        self.news._text = f'運用單位剛修改了：{labels}。請看過{TITLE}再決定。' if case.changes else ''
        self.news.update()
        if case.changes:
            with self.box:
                self._head(case.application, case.digest, len(case.changes))
                with html.ol():
                    for change in case.changes:
                        _line(change)

    def _head(self, application: Application, digest: str, count: int) -> None:
        async def look() -> None:
            # The button belongs to what stands below it: it goes with that when something else comes.
            await papers.look(application, digest, by=self.account)
            confirm('已記錄您看過這些變更；先前的目視若看的是改過的內容，請再勾選一次。')
            await self.looked()

        with html.header():
            icon('warning', 18)
            html.h2(f'{TITLE}：{count} 項').props('id=changes-title')
            action_button('已看過變更', look, 'outline').classes('lb-just-come')
        html.p(
            '運用單位在審核中修改了資料。看過並按「已看過變更」之後，才能決定；看過舊內容的目視與確認已經取消。'
        ).classes('lb-sm mut')


def _line(change: PaperChange) -> None:
    with html.li():
        with html.div().classes('hd'):
            html.b(change.label)
            html.span(_who(change)).classes('remark')
        with html.div().classes('lb-compared'):
            _side('原來', change.old, change.old_file, change.label)
            icon('arrow', 18)
            _side('現在', change.new, change.new_file, change.label)


def _side(head: str, text: str, file: UUID | None, label: str) -> None:
    with html.div().classes('lb-side-by'):
        html.span(head).classes('lb-xs mut')
        if file is None:
            html.b(text or _NOTHING)
            return
        with ui.link(target=links.file(file), new_tab=True).classes('lb-bare'):
            picture = html.img()
            picture.props['src'] = links.file(file)
            picture.props['alt'] = f'{label}，{head}（在新分頁開啟）'


def _who(change: PaperChange) -> str:
    if change.at is None:
        return ''
    return f'{change.from_unit} {change.by_name}　{dates.roc_instant(change.at)}'
