"""系統管理: how each agency's numbers are written in a ROC year."""

from dataclasses import dataclass

from nicegui import html, ui

from domain import dates, directory, links
from domain.books import number_ledger
from domain.books.number_ledger import SERIES_FIELDS, Series, SeriesDetails
from domain.directory import forms
from domain.errors import Incomplete, MovedOn, NotFound
from domain.model import Account

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import choice_field, number_field, text_field
from ...components.record_table import Row
from ...flash import leave_with
from ...frame import save_bar

OUTSIDE = '今年改用本系統以前，機關已給到第幾號；下一號從這一號之後開始。沒有時填 0。系統已給過的號碼不能退回。'
COLUMNS = [
    *((key, SERIES_FIELDS[key].caption) for key in ('agency_id', 'roc_year', 'pattern')),
    ('last', '最後一號'),
    ('issued', '已發'),
    ('next', '下一號'),
]


async def rows(account: Account) -> list[Series]:
    """Every series that is begun, the latest year first."""
    return await number_ledger.series(by=account)


async def edit(account: Account, which: str) -> str:
    """The pattern of a series; 'new' begins one, so that its first number is written right."""
    if which == 'new':
        await _begin(account)
        return ''
    known = {str(one.id): one for one in await number_ledger.series(by=account)}
    if which not in known:
        raise NotFound
    await _amend(account, known[which])
    return _called(known[which])


def _called(series: Series) -> str:
    return f'{series.agency.name}　{series.year} 年'


@dataclass
class Beginning:
    """Whose series, of which year."""

    agency_id: int | None = None
    year: int = 0

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return {} if self.agency_id else {'agency_id': f'請選擇{SERIES_FIELDS["agency_id"].label}。'}


async def _begin(account: Account) -> None:
    this_year = dates.roc_year(dates.today())
    details = Beginning(year=this_year)
    [agencies] = await directory.names(('agencies',), by=account)
    in_form = form(details, mirrored=True)
    with card('新的號碼序列', '(不必先建立：第一次核可時會自動開始)'), html.div().classes('lb-grid'):
        choice_field(SERIES_FIELDS['agency_id'].caption, in_form, 'agency_id', agencies, required=True, searchable=True)
        years = {year: f'{year} 年' for year in (this_year, this_year + 1)}
        choice_field(SERIES_FIELDS['roc_year'].caption, in_form, 'year', years, required=True)

    async def begin() -> None:
        if problems := details.problems():
            raise Incomplete(problems)
        series = await number_ledger.begin(details.agency_id or 0, details.year, by=account)
        ui.navigate.to(links.admin('numbers', series.id))

    with save_bar():
        action_button('下一步', begin, in_form=in_form)
        ui.link('返回', links.admin('numbers')).classes('lb-btn q-btn lb-flat')


async def _amend(account: Account, series: Series) -> None:
    details = SeriesDetails(series.pattern, series.outside)
    in_form = form(details, mirrored=True)
    with card(_called(series)), html.div().classes('lb-grid'):
        pattern = text_field(
            SERIES_FIELDS['pattern'].caption,
            in_form,
            'pattern',
            maxlength=80,
            classes='mono',
            wide=True,
            placeholder=f'{series.agency.number_pattern}（空白：照發冊機關的格式）',
        )
        number_field(SERIES_FIELDS['outside'].caption, in_form, 'outside', hint=OUTSIDE)
        html.p(f'已發 {series.issued} 冊，最後一號是 {series.last}。更改格式只影響之後的號碼，已發的號碼不變。')

    def preview() -> None:
        chosen = details.pattern or series.agency.number_pattern
        last = series.last if details.outside in (None, series.outside) else details.outside or 0
        number = forms.written(chosen, series.agency.document_word, series.year, last + 1)
        pattern.advise(
            f'下一號：{number}' if number else '可用 {word}、{year:03d}、{sequence:06d}', 'ok' if number else ''
        )

    async def save() -> None:
        nonlocal series
        try:
            await number_ledger.save(details, of=series, by=account)
        except MovedOn:  # told what another has written: that is seen now
            series = await number_ledger.series_of(series.id, by=account)
            raise
        leave_with(links.admin('numbers'), 'office-saved')

    in_form.on_change(preview)
    preview()
    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', links.admin('numbers')).classes('lb-btn q-btn lb-flat')


def row(one: Series) -> Row:
    """One of them."""
    return {
        'key': str(one.id),
        'agency_id': {'text': one.agency.name, 'href': links.admin('numbers', one.id), 'strong': True},
        'roc_year': f'{one.year} 年',
        'pattern': one.pattern or f'{one.agency.number_pattern}（照發冊機關）',
        'last': f'{one.last}（系統外給到 {one.outside}）' if one.outside else str(one.last),
        'issued': str(one.issued),
        'next': one.sample or '格式有誤',
    }
