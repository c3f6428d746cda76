"""Bringing in one kind of data: what the file takes, its template, and where it is chosen, dropped or pasted."""

from nicegui import html, ui

from domain import links, validation
from domain.errors import NotFound
from domain.imports import KINDS, templates
from domain.model import Account, ImportKind

from ...components.card import card
from ...components.imports.batch_list import batch_list
from ...components.imports.sheet_box import sheet_box
from ...components.question import question
from ...components.record_table import View
from ...components.reveal import REASONS
from ...frame import BATCH, MENU, frame, waiting_for

NAMED = (
    ('照片', 'A123456789.jpg'),
    ('證書正面', 'A123456789_基礎_正.jpg'),
    ('證書反面', 'A123456789_基礎_反.jpg'),
    ('紀錄冊封面', 'A123456789_封面.jpg'),
    ('紀錄冊末頁', 'A123456789_末頁.jpg'),
)
NAMES_TOLD = (
    '檔名以身分證字號開頭，說明是誰的、是哪一種，再全部裝成一個 ZIP。也可以分資料夾；大小寫不拘。',
    '照片用 JPEG、PNG、WebP 或 HEIC；證書與紀錄冊也可以用 PDF。',
)


async def new_import_page(account: Account, kind: str, page: int = 1, per: int = 10) -> None:
    """The box for the file, what it takes, and the unit's batches."""
    chosen = validation.member(ImportKind, kind)
    if chosen is None or chosen not in KINDS:
        raise NotFound
    with frame(account, f'匯入{chosen.label}', crumbs=[MENU, BATCH], waiting=await waiting_for(account)):
        html.p('先看結果，按下確認匯入才會寫入。').classes('lb-lead')
        with html.div().classes('lb-cols'):
            with card('選擇檔案'):
                sheet_box(chosen)
            is_archive = KINDS[chosen].is_archive
            with html.div().classes('lb-side'), card('照片的檔名' if is_archive else '檔案要有的欄位'):
                (_names if is_archive else _columns)(chosen)
        await batch_list(
            account,
            View.read(page, per),
            title='匯入紀錄',
            address=lambda view: links.new_import(chosen, **view.turned),
        )


def _columns(kind: ImportKind) -> None:
    """Each heading that is known, the needed ones with a star; what may stand in any order."""
    html.p('標題的順序不拘，也認得常見的寫法；認不得的，讀取後可以自己對應。').classes('lb-note')
    with html.ul().classes('lb-import-columns'):
        for each in KINDS[kind].columns:
            with html.li().classes('lb-chip').classes('info' if each.needed else ''):
                html.span(f'*{each.label}' if each.needed else each.label)
    if kind in templates.OFFERED:
        with html.p().classes('lb-import-templates'):
            for form in templates.FORMS:
                ui.link(f'下載範本（.{form}）', links.import_template(kind, form)).props('download')
    if kind in templates.EXPORTED:
        ui.button('匯出目前的資料', on_click=_exporting(kind).open, color=None).props('outline no-caps')


def _names(_: ImportKind) -> None:
    """How the files of a ZIP are named; there are no columns."""
    for told in NAMES_TOLD:
        html.p(told).classes('lb-note')
    with html.ul().classes('lb-import-columns'):
        for what, name in NAMED:
            with html.li().classes('lb-chip'):
                html.span(f'{what}　{name}')


def _exporting(kind: ImportKind) -> ui.dialog:
    """What is on record in the layout of the template; whole numbers leave, so it is said what for."""
    with question('匯出目前的資料') as dialog:
        html.p('和範本同樣的欄位，修改後可以再匯入。檔案裡有完整證號，每位志工都會留下查閱紀錄，本人可以看到。')
        reason = ui.radio(REASONS, value=next(iter(REASONS))).props('aria-label=查看目的')
        with html.div().classes('lb-acts'):
            found = [
                ui.link(f'下載 {form.upper()}', '').classes('q-btn lb-btn lb-outline').props('download')
                for form in templates.FORMS
            ]
            ui.button('關閉', on_click=dialog.close, color=None).props('flat no-caps')

    def point() -> None:
        for form, link in zip(templates.FORMS, found, strict=True):
            link.props['href'] = links.on_record(kind, form, str(reason.value))
            link.update()

    reason.on_value_change(point)
    point()
    return dialog
