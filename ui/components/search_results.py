"""What the search in the head of the page has found: one opens at once, several are listed; no address names them."""

from nicegui import html, ui

from domain.search import MOST_COUNTED, Found

from .notices import tell
from .question import question


def show(words: str, found: Found) -> None:
    """Leads to the only one, lists several in a dialog, and says when there is none."""
    if not found.hits:
        tell(f'找不到「{words}」。請輸入姓名或單位的一部分，或完整的證號、案號、紀錄冊號。')
    elif found.total == 1:
        ui.navigate.to(found.hits[0].address)
    else:
        _list(found)


def _list(found: Found) -> None:
    more = '以上' if found.total >= MOST_COUNTED else ''
    with question(f'找到 {found.total} 筆{more}', is_open=True) as dialog:
        with html.ul().classes('lb-hits'):
            for hit in found.hits:
                with html.li():
                    html.span(hit.kind).classes('lb-chip')
                    ui.link(hit.name, hit.address)
                    html.small(hit.about)
        if found.total > len(found.hits):
            html.p(f'這裡列出前 {len(found.hits)} 筆，請輸入更完整的姓名或號碼。').classes('mut')
        with html.div().classes('lb-acts'):
            ui.button('關閉', on_click=dialog.close, color=None).props('outline no-caps')
    dialog.on('hide', dialog.delete)
