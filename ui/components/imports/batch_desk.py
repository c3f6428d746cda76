"""One batch on its page: what was read, what its headings mean, its rows, and 確認匯入, until it is taken back."""

from collections.abc import Callable

from nicegui import html, ui
from nicegui.element import Element

from domain import imports, links
from domain.errors import DomainError
from domain.imports import ANSWERS, KINDS, Ended, Preview, PreviewRow
from domain.model import Account, BatchState, Doubt, Grade, ImportBatch, ImportKind

from ..action_button import action_button
from ..icon import icon
from ..notices import confirm, showing_refusals, tell
from ..question import is_sure, question
from ..record_table import View
from .batch_file import batch_file, counted
from .batch_list import undo
from .common_fields import common_fields
from .heading_map import heading_map
from .import_table import import_table
from .sheet_box import sheet_box


class StillGrading(DomainError):
    """What was asked once for all rows has just been changed, and nobody has seen what it does to them."""

    def __init__(self) -> None:
        super().__init__('剛填的內容正在套用到每一列。請看過結果，再按一次；已填的資料都還在。')


# The pressed button is gone: the eyes and the focus go to what comes of it.
TO_THE_TOP = 'document.getElementById("main").focus({preventScroll: true}); scrollTo(0, 0)'
# In these the rows can be looked at.
LISTED = (BatchState.GRADED, BatchState.DONE, BatchState.TAKEN_BACK)
# In these nothing has been written yet.
BEFORE = (BatchState.READING, BatchState.UNREADABLE, BatchState.GRADED)


class batch_desk(Element):
    """Built by `build`; `renew` re-reads the batch, which a colleague or the server may have changed.

    `dropped()` leads away when the batch was given up.
    """

    def __init__(
        self, batch: ImportBatch, account: Account, view: View, grade: Grade | None, dropped: Callable[[], None]
    ) -> None:
        super().__init__('div')
        self.classes('lb-batch')
        self.batch, self.account, self.dropped = batch, account, dropped
        with self:
            self.file = batch_file(self._choose_sheet)
            with self.file:
                self.other = sheet_box(batch.kind, replaces=batch.id, prompt='換一個檔案')
            self.next = html.nav().classes('lb-pills').props('aria-label=接著')
            with self.next:
                html.span('接著：').classes('lb-note')
                for kind in KINDS:
                    ui.link(f'匯入{kind.label}', links.new_import(kind)).classes('lb-pill')
                ui.link('建立名冊送審', links.rosters()).classes('lb-pill')
            self.lacking = html.div().props('role=status')
            self.map = heading_map(self._map)
            self.common = common_fields(batch, account)
            self.table = import_table(
                view,
                grade,
                mended=self._mend,
                alike=self._mend_alike,
                restored=self._restore,
                answered=self._answer,
                asked=self._ask,
                turned=self._turn,
            )
        self.found: Preview | None = None
        self.left: list[PreviewRow] = []
        self.ended = Ended()

    async def build(self) -> None:
        """Places what stands below the rows, and shows everything."""
        with self:
            await self.common.build()
        with html.div().classes('lb-foot') as self.foot:
            self.commit = action_button('確認匯入', self._commit)
            self.rest = action_button('改正其餘', self._begin_rest)
            self.undo = action_button('整批復原', self._undo, 'outline')
            with ui.link('', links.marked_sheet(self.batch.id, self._form())).classes(
                'q-btn lb-btn lb-outline'
            ) as marked:
                marked.props('download')
                icon('download')
                html.span('下載標色檔案')
            self.marked = marked
            self.again = action_button('重新檢查', self._look_again, 'flat')
            self.drop = action_button('取消', self._drop, 'flat')
            self.anew = ui.link('再匯入一個檔案', links.new_import(self.batch.kind)).classes('q-btn lb-btn lb-outline')
            self.back = ui.link('匯入紀錄', links.imports()).classes('lb-btn q-btn lb-flat')
            with html.span().classes('lb-saved') as self.told:
                icon('undo', 16)
                self.note = ui.label()
        await self.renew()

    async def renew(self) -> None:
        """Shows the batch as it is now."""
        before, self.batch = self.batch, await imports.get(self.batch.id, by=self.account)
        batch = self.batch
        if batch.state is BatchState.WRITING and before.state is BatchState.GRADED:
            self._tell_who(batch)
        is_ended = batch.state in (BatchState.DONE, BatchState.TAKEN_BACK)
        self.left = [*await imports.left(batch.id, by=self.account)] if is_ended else []
        self.ended = await imports.ended(batch.id, by=self.account)
        self.file.show(batch, self.left, self.ended)
        self.other.set_visibility(batch.state in (BatchState.GRADED, BatchState.UNREADABLE))
        is_open = batch.state is BatchState.GRADED
        self.next.set_visibility(batch.state is BatchState.DONE)
        self._show_lacking(batch.lacking if is_open else [])
        # While the rows are graded anew, everything stays where it is; what is typed meanwhile waits.
        is_again = batch.state is BatchState.READING and bool(batch.mapping)
        self.map.set_visibility((is_open or is_again) and bool(batch.headings) and not KINDS[batch.kind].is_archive)
        self.map.show(batch)
        self.common.set_visibility(is_open or is_again)
        await self.common.show(batch)
        is_empty = is_open and bool(batch.lacking) and not batch.rows  # nothing was graded: no table of nothing
        self.table.set_visibility((batch.state in LISTED and not is_empty) or (is_again and self.found is not None))
        if batch.state in LISTED:
            await self._show_rows()
        self._show_foot()

    async def _show_rows(self) -> None:
        view = self.table.view
        self.found = await self._preview()
        last = max(1, -(-self.found.total // view.per_page))
        if view.page > last:
            view.page = last
            self.found = await self._preview()
        if self.found.batch.state in LISTED:  # not begun anew since
            is_archive = KINDS[self.batch.kind].is_archive  # a picture is compared with a person
            people = await imports.people_of(self.found, by=self.account) if is_archive else {}
            self.table.show(self.found, people)

    async def _preview(self) -> Preview:
        view = self.table.view
        return await imports.preview(
            self.batch.id, by=self.account, show=self.table.grade, page=view.page, per_page=view.per_page
        )

    def _show_lacking(self, sentences: list[str]) -> None:
        self.lacking.clear()
        with self.lacking:
            for sentence in sentences:
                with html.div().classes('lb-verdict warn'):
                    icon('warning')
                    html.span(sentence)

    def _show_foot(self) -> None:
        batch, state = self.batch, self.batch.state
        is_open, is_done = state is BatchState.GRADED, state is BatchState.DONE
        ready = self.found.importable if self.found and is_open else 0
        same = self.found.same if self.found and is_open else 0
        self.commit.set_visibility(is_open)
        self.commit.set_text(f'確認匯入 {ready - same:,} 筆')
        self.commit.set_enabled(ready > same)
        self.rest.set_visibility(self.ended.rest > 0 and not KINDS[batch.kind].is_archive)
        self.rest.set_text(f'改正其餘 {self.ended.rest:,} 筆')
        self.undo.set_visibility(batch.written > 0 and imports.may_undo(batch))
        is_sheet = batch.kind is not ImportKind.PICTURES
        self.marked.set_visibility(is_sheet and (is_open or is_done))
        self.again.set_visibility(is_open)
        self.drop.set_visibility(state in BEFORE)
        self.anew.set_visibility(state in (BatchState.TAKEN_BACK, BatchState.DROPPED))
        self.back.set_visibility(not is_open)
        rest = batch.rows - ready
        note = '匯入後可整批復原。' if is_open or state is BatchState.WRITING else ''
        if self.found and ready and (self.found.changing or same):
            note = f'{counted(self.found.adding, self.found.changing, same)}。{note}'
        if is_open and rest:
            note += f'其餘 {rest:,} 筆留在這裡，不會遺失'
        if state in (BatchState.READING, BatchState.WRITING, BatchState.TAKING_BACK):
            note = '可以離開這個頁面，系統會繼續做完。'
        self.note.set_text(note)
        self.told.set_visibility(bool(note))

    def _form(self) -> str:
        """The marked file comes as the kind of file that it was."""
        return 'ods' if self.batch.file_name.lower().endswith('.ods') else 'xlsx'

    def _tell_who(self, batch: ImportBatch) -> None:
        if batch.confirmed_by is not None and batch.confirmed_by.id != self.account.id:
            tell(f'{batch.confirmed_by.name}剛按下確認匯入，這一批正在寫入。')

    async def _choose_sheet(self, name: str) -> None:
        await imports.choose_sheet(self.batch.id, name, by=self.account)
        self.table.view.page = 1
        await self.renew()

    async def _map(self, position: int, key: str) -> None:
        """A column that another heading had goes to this one."""
        taken = {at: '' for at, each in enumerate(self.batch.mapping) if key and each == key and at != position}
        await imports.map_columns(self.batch.id, taken | {position: key}, by=self.account)
        await self.renew()

    async def _look_again(self) -> None:
        """The record may have changed since: somebody was registered, insured, taken in."""
        await imports.grade_again(self.batch.id, by=self.account)
        await self.renew()

    async def _mend(self, row: int, column: str, text: str) -> None:
        await imports.mend(self.batch.id, row, column, text, by=self.account)
        await self.renew()

    async def _mend_alike(self, row: int, column: str, text: str) -> None:
        count = await imports.mend_alike(self.batch.id, row, column, text, by=self.account)
        await self.renew()
        confirm(f'內容相同的 {count:,} 列都改為「{text}」，正在重新檢查。')

    async def _restore(self, row: int) -> None:
        await imports.unmend(self.batch.id, row, by=self.account)
        await self.renew()

    async def _answer(self, row: int, takes: bool) -> None:
        await imports.answer(self.batch.id, takes=takes, row=row, by=self.account)
        await self.renew()

    async def _turn(self) -> None:
        view = self.table.view
        await self._show_rows()
        ui.navigate.history.replace(links.import_batch(self.batch.id, self.table.grade or '', **view.turned))

    async def _ask(self, doubt: Doubt) -> None:
        """All rows of a doubt at once."""
        count = self.found.doubts.get(doubt, 0) if self.found else 0
        with self, question(f'{doubt.label}的 {count:,} 筆要如何處理？') as dialog:
            html.p('之後仍可以逐列更改；按下確認匯入才會寫入。')
            with html.div().classes('lb-acts'):
                for takes, text in enumerate(ANSWERS[doubt]):
                    ui.button(text, on_click=lambda takes=takes: dialog.submit(takes), color=None).props(
                        'outline no-caps'
                    )
                ui.button('取消', on_click=dialog.close, color=None).props('flat no-caps')
        dialog.on('hide', dialog.delete)
        takes = await dialog
        if takes is None:
            return
        with showing_refusals():
            await imports.answer(self.batch.id, takes=bool(takes), doubt=doubt, by=self.account)
            await self.renew()
            confirm(f'{doubt.label}的 {count:,} 筆都選了「{ANSWERS[doubt][takes]}」。')

    async def _commit(self) -> None:
        if self.common.is_waiting:
            raise StillGrading
        await imports.commit(self.batch.id, by=self.account)
        await self.renew()
        ui.run_javascript(TO_THE_TOP)

    async def _begin_rest(self) -> None:
        """The rows that were left out, as a batch of their own: they are mended and confirmed there."""
        batch = await imports.begin_rest(self.batch.id, by=self.account)
        ui.navigate.to(links.import_batch(batch.id))

    async def _undo(self) -> None:
        if await undo(self.batch, self.account):
            await self.renew()
            ui.run_javascript(TO_THE_TOP)

    async def _drop(self) -> None:
        said = '檔案和在這裡改過的內容會刪除；還沒有寫入任何資料。'
        if await is_sure('放棄這次匯入', said, yes='放棄'):
            await imports.drop(self.batch.id, by=self.account)
            self.dropped()
