"""發冊紀錄: the number ledger, its series, and what is not as it should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nicegui import html, ui

from domain import dates, links, searches, validation
from domain.books import book_prints as many_books
from domain.books import number_ledger
from domain.books.book_prints import BookPrint
from domain.books.number_ledger import Entry, EntryQuery, Report, Series
from domain.books.record_books import FIELDS
from domain.model import Account, BookKind

from ...components.book_prints import book_prints
from ...components.card import card
from ...components.chip import chip
from ...components.form import form
from ...components.form.fields import choice_field, date_field, text_field
from ...components.record_table import Row, View, record_table
from ...frame import MENU, VOLUNTEER_DATA, frame, waiting_for

COLUMNS = [
    *((key, FIELDS[key].label) for key in ('number', 'kind', 'issued_on')),
    ('who', '志工姓名'),
    ('earlier', '前一冊'),
    ('status', FIELDS['status'].label),
    ('by', '核可人'),
]
MANY = (
    f'找到 {number_ledger.MOST_FOUND} 筆以上，這裡列出最新的 {number_ledger.MOST_FOUND} 筆。請輸入更完整的姓名或號碼。'
)
_YEARS = range(1, 1000)
SERIES_COLUMNS = [('year', '民國年'), ('issued', '已發'), ('last', '最後一號'), ('next', '下一號')]


async def numbers_page(
    account: Account, q: str = '', kind: str = '', year: int | None = None, page: int = 1, per: int = 10
) -> None:
    """Search at the top, the ledger, then series and report; what is searched for stands in the address."""
    chosen = validation.member(BookKind, kind)
    year = year if year in _YEARS else None
    query = EntryQuery(await searches.words(q, by=account), chosen, year)
    kept = {'key': q, 'words': query.text}
    view = View.read(page, per)
    series = await number_ledger.series(by=account)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        query.page, query.per_page = page, per_page
        found = await number_ledger.find(query, by=account)
        many.set_visibility(bool(query.text.strip()) and found.total >= number_ledger.MOST_FOUND)
        return [_row(entry) for entry in found.rows], found.total

    async def shown() -> None:
        if query.text != kept['words']:
            kept['key'] = await searches.keep(query.text, by=account, under=kept['key'])
            kept['words'] = query.text
        key, kind, year = kept['key'], query.kind or '', query.year
        export.props['href'] = links.number_ledger_sheet(key, kind=kind, year=year)
        ui.navigate.history.replace(links.number_ledger(key, kind=kind, year=year, **view.turned))

    with frame(account, '發冊紀錄', crumbs=[MENU, VOLUNTEER_DATA], waiting=await waiting_for(account)):
        words, export = search_card(query, series)
        many = html.p(MANY).classes('lb-hint').props('role=status')
        hint = '核可案件後，號碼會自動登錄在這裡。'
        table = record_table('發冊紀錄', COLUMNS, fetch, empty_hint=hint, view=view, shown=shown)
        await table.refresh()
        day_prints(account)
        with html.div().classes('lb-cols'):
            await series_table(series)
            report_card(await number_ledger.report(by=account, begun=series))

    words.on_change(lambda: table.refresh(1))


def search_card(query: EntryQuery, series: Sequence[Series]) -> tuple[form, ui.link]:
    """What is searched for, and the way to what was found as a file."""
    years = {None: '全部年度'} | {one.year: f'{one.year} 年' for one in series}
    words = form(query, summary=False)
    with card('查詢條件', classes='lb-gap-below'), html.div().classes('lb-ledger-grid'):
        text_field('號碼或姓名', words, 'text', placeholder='紀錄冊號、舊制字第號、姓名的一部分', maxlength=60)
        choice_field(FIELDS['kind'].label, words, 'kind', {None: '全部類別', **BookKind.labels()})
        choice_field('年度', words, 'year', years)
        export = ui.link('匯出 ODS', '').classes('q-btn lb-btn lb-outline')
    return words, export


@dataclass
class Day:
    """Of which day the books are printed."""

    day: date | None

    def problems(self) -> dict[str, str]:
        """The service says what a day without books means."""
        return {}


def day_prints(account: Account) -> None:
    """整批列印 of what was approved on a day, today at first."""
    chosen = Day(dates.today())

    async def begin() -> BookPrint:
        await in_form.ready()
        return await many_books.of_day(chosen.day, by=account)

    note = '那一天核可發冊的，合成一個檔案'
    with html.div().props('id=books tabindex=-1').classes('lb-gap-below'), card('列印一天的紀錄冊', note):
        in_form = form(chosen, summary=False)
        with html.div().classes('lb-ledger-grid'):
            date_field('核可日期', in_form, 'day')
        book_prints('列印這一天的紀錄冊', begin)


async def series_table(series: Sequence[Series]) -> None:
    """The agency's series, the latest year first."""

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        return [_series_row(one) for one in series[(page - 1) * per_page : page * per_page]], len(series)

    table = record_table(
        '號碼序列', SERIES_COLUMNS, fetch, empty_hint='第一次核可時，今年的序列會自動建立。', named='series'
    )
    await table.refresh()


def report_card(report: Report) -> None:
    """缺號與重號: each with its numbers, or the word that there is nothing."""
    with card('缺號與重號'), html.div().classes('lb-stack'):
        if not (report.gaps or report.duplicates):
            with html.div():
                chip('沒有缺號、重號，每人一冊', 'ok', 'check')
        for year, missing in report.gaps:
            with html.div():
                chip(f'{year} 年缺 {len(missing)} 號', 'bad', 'warning')
                html.p('、'.join(missing[:20]) + (f'…等 {len(missing)} 號' if len(missing) > 20 else ''))
        for number, times in report.duplicates:
            with html.div():
                chip(f'重號 {times} 次', 'warn', 'warning')
                html.p(number)


def _row(entry: Entry) -> Row:
    return {
        'key': str(entry.id),
        'number': {'text': entry.number, 'strong': True},
        'kind': entry.kind.label,
        'issued_on': _when(entry),
        'who': {'text': entry.volunteer, 'sub': entry.identity_masked},
        'earlier': entry.earlier or '無',
        'status': entry.status.label,
        'by': entry.decided_by or '系統轉入',
    }


def _when(entry: Entry) -> str | dict[str, str]:
    """Of a paper book its own day; when it was confirmed stands below."""
    if entry.kind is not BookKind.REGISTERED:
        return dates.roc_instant(entry.at)
    day = dates.roc(entry.issued_on) if entry.issued_on else '未填寫'
    return {'text': day, 'sub': f'{dates.roc_instant(entry.at)} 確認'}


def _series_row(one: Series) -> Row:
    return {
        'key': str(one.id),
        'year': f'{one.year} 年',
        'issued': str(one.issued),
        'last': f'{one.last}（系統外給到 {one.outside}）' if one.outside else str(one.last),
        'next': one.sample or '格式有誤，請洽系統管理者',
    }
