"""志工紀錄冊審核: what waits for this agency, how long it has left, who reads it; several may be approved at once."""

from nicegui import html, ui

from domain import links
from domain.model import Account

from ...components.call_tasks import call_tasks
from ...components.desk.desk_view import TABS, DeskView
from ...components.desk.queue_pane import queue_pane
from ...components.paper.paper_strip import paper_strip
from ...frame import frame


async def review_queue_page(
    account: Account,
    status: str = '',
    order: str = '',
    due: str = '',
    unit: str = '',
    roster: str = '',
    q: str = '',
    page: str = '',
) -> None:
    """The queue, with no case open."""
    view = DeskView.read(status, order, due, unit, roster, q, page)
    named = f'{TABS[view.tab][1]}：志工紀錄冊審核'
    with frame(account, '志工紀錄冊審核', heading=False, waiting=None, named=named) as here:
        here.content.classes('lb-desk')
        with html.div().classes('lb-review'):
            queue = await queue_pane(account, view)
            here.bar.waits(queue.waiting)
            with html.div().classes('lb-case lb-no-case'):
                with html.div():
                    await paper_strip(account)
                    await call_tasks.build(account)
                with html.div().classes('lb-empty'):
                    html.b('請從左邊選一個案件')
                    ui.link('列印今天核可的紀錄冊', links.at(links.number_ledger(), 'books'))
                    html.span('新送件會自動出現在清單上，不必重新整理。按 J 開啟第一件，按 ? 看所有快速鍵。')
