"""Bringing in one kind of data: what the file takes, its template, and where it is chosen, dropped or pasted."""

from nicegui import html, ui

from domain import links, validation
from domain.errors import NotFound
from domain.imports import KINDS
from domain.model import Account, ImportKind

from ...components.card import card
from ...components.imports.batch_list import batch_list
from ...components.imports.sheet_box import sheet_box
from ...components.record_table import View
from ...frame import BATCH, MENU, frame, waiting_for

FORMS = (('xlsx', 'Excel（.xlsx）'), ('ods', 'ODS（.ods）'))


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
            with html.div().classes('lb-side'), card('檔案要有的欄位'):
                _columns(chosen)
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
    if kind is not ImportKind.PICTURES:
        with html.p().classes('lb-import-templates'):
            for form, text in FORMS:
                ui.link(f'下載範本：{text}', links.import_template(kind, form)).props('download')
