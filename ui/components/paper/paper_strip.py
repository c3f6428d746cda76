"""That paper books wait, above what else waits: for the agency those to be confirmed. Hidden while there are none."""

from nicegui import html, ui

from domain import links
from domain.announcements import PaperBooksChanged
from domain.books import paper_books
from domain.model import Account

from ...live import follow, of_side, together
from ..icon import icon


async def paper_strip(account: Account) -> None:
    """Places the line with its number, which is live, and the way to the list."""
    strip = html.section().classes('lb-card lb-paper-strip').props('aria-label=紙本紀錄冊確認')
    shown = -1

    async def renew() -> None:
        nonlocal shown
        key = ('paper books', account.agency_id)
        waiting = await together(key, lambda: paper_books.waiting_count(by=account))
        if waiting == shown:  # as for a thousand pages, when the database was away
            return
        shown = waiting
        strip.clear()
        strip.set_visibility(waiting > 0)
        with strip:
            icon('book', 20)
            with html.p():
                html.b(f'{waiting} 冊紙本紀錄冊等待確認')
            ui.link('查看並確認', links.review_paper_books()).classes('q-btn lb-btn lb-outline')

    await renew()
    follow(PaperBooksChanged, renew, of_side(account))
