"""What stands below the rows of a roster: its printed lists, its books and its timeline, with links down to them."""

from nicegui import html, ui

from domain import links, rosters
from domain.books.book_prints import BookPrint
from domain.model import Account, Roster

from .book_prints import book_prints
from .card import card
from .icon import icon
from .timeline import timeline

PRINTS = (
    ('PDF', 'pdf', True),
    ('ODS', 'ods', True),
    ('PDF（完整證號）', 'pdf', False),
    ('ODS（完整證號）', 'ods', False),
)


def ways_down(*, has_pictures: bool = False) -> None:
    """Links to the pictures, what is printed and the timeline, which may stand below two hundred rows."""
    with html.nav().classes('lb-roster-down').props('aria-label=本頁'):
        if has_pictures:
            ui.link('影像一覽', '#pictures')
        ui.link('列印名冊', '#prints')
        ui.link('列印紀錄冊', '#books')
        ui.link('名冊歷程', '#past')


def books(roster: Roster, account: Account) -> book_prints:
    """整批列印 of the books that the roster has led to, all that the account sees."""

    async def begin() -> BookPrint:
        return await rosters.print_books(roster.id, by=account)

    note = '已核可發冊的志工，合成一個檔案'
    place = html.div().props('id=books tabindex=-1').classes('lb-roster-past')
    with place, card('列印紀錄冊', note, 'lb-roster-prints'):
        return book_prints('列印全部紀錄冊', begin)


def roster_past(account: Account) -> timeline:
    """Places the timeline of the roster, empty."""
    with html.div().props('id=past tabindex=-1').classes('lb-roster-past'), card('名冊歷程'):
        return timeline([], account, title='名冊歷程')


def prints(roster: Roster) -> None:
    """列印名冊, masked or in full."""
    law = '管理辦法第 5 條的名冊：姓名、性別、出生年月日、證號'
    with html.div().props('id=prints tabindex=-1'), card('列印名冊', law, 'lb-roster-prints'):
        with html.div().classes('lb-row-acts'):
            for text, kind, is_masked in PRINTS:
                with ui.link('', links.printed_roster(roster.id, kind, masked=is_masked)).classes(
                    'q-btn lb-btn lb-outline'
                ):
                    icon('print')
                    html.span(text)
        html.p('列印完整證號時，會為每位志工留下查閱紀錄，本人可以看到。').classes('lb-note')
