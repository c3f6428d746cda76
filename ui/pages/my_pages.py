"""線上閱讀: the pages of the volunteer's own record book, in the text size that was chosen; the PDF beside it."""

from collections.abc import Sequence
from dataclasses import replace

from nicegui import html, ui

from domain import links, volunteers
from domain.books import record_books
from domain.errors import NotFound
from domain.logbook import chapters
from domain.logbook.chapters import Chapter, Sum
from domain.model import Account

from ..components.card import card
from ..components.icon import icon
from ..components.record_table import Row, record_table
from ..frame import HOMES, frame


async def my_pages_page(account: Account) -> None:
    """The book from 基本資料 to 備註; another's, or none, is not found."""
    if account.volunteer_id is None:
        raise NotFound
    volunteer = await volunteers.get(account.volunteer_id, by=account)
    book = await record_books.current_book_of(volunteer, by=account)
    if book is None:
        raise NotFound
    contents = await record_books.printable(book, by=account, reason='本人檢視')
    # A screen has onlookers; the PDF has the number in full.
    masked = replace(contents.identity, identity_number=volunteer.identity_masked)
    contents = replace(contents, identity=masked)
    crumbs = [('我的紀錄冊', HOMES[account.role])]
    with frame(account, '線上閱讀', crumbs=crumbs), html.div().classes('lb-mine lb-reading lb-stack'):
        with ui.link(target=links.book_pdf(book.id, download=True)).classes('q-btn lb-btn lb-outline lb-self-start'):
            icon('download', 20)
            html.span('下載紀錄冊 PDF')
        for chapter in chapters.of(contents):
            if chapter.columns:
                await _table(chapter)
            else:
                _lines(chapter, links.file(volunteer.photo_id) if volunteer.photo_id else '')
        html.p(f'{contents.printed} 產製').classes('lb-center mut')


async def _table(chapter: Chapter) -> None:
    """On a phone each row is a card that names its columns."""
    names = [f'c{n}' for n, _ in enumerate(chapter.columns)]
    rows: list[Row] = [
        {'key': str(n), 'is_sum': isinstance(row, Sum), **dict(zip(names, row, strict=True))}
        for n, row in enumerate(chapter.rows)
    ]

    async def fetch(_: int, __: int) -> tuple[Sequence[Row], int]:
        return rows, len(rows)

    columns = list(zip(names, chapter.columns, strict=True))
    await record_table(chapter.title, columns, fetch, empty='尚無紀錄', bare=True).refresh()


def _lines(chapter: Chapter, photo: str) -> None:
    """Labels and what they say, beside the photo; or lines."""
    with card(chapter.title):
        if not chapter.rows:
            html.p('尚無紀錄').classes('mut')
        elif len(chapter.rows[0]) == 1:
            with html.ul():
                for (line,) in chapter.rows:
                    html.li(line)
        else:
            with html.div().classes('lb-reading-person'):
                if photo:
                    html.img().props('alt=本人照片').props['src'] = photo
                with html.dl().classes('lb-my-data'):
                    for label, text in chapter.rows:
                        html.dt(label)
                        html.dd(text)
