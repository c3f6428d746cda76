"""系統管理: the office calendar: holidays, closures of counties, make-up working days."""

from dataclasses import dataclass

from nicegui import html, ui

from domain import dates, directory, links, validation
from domain.calendar import office_calendar
from domain.calendar.office_calendar import FIELDS, STRUCK, CalendarDayDetails
from domain.model import Account, CalendarDay

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.check_boxes import check_boxes
from ...components.form.fields import choice_field, date_field, radio_field, text_field
from ...components.question import is_sure
from ...components.record_table import Row
from ...flash import leave_with
from ...frame import save_bar

COLUMNS = [
    *((key, FIELDS[key].caption) for key in ('day', 'is_off', 'name')),
    ('place', '適用地區'),
    ('origin', '來源'),
]
KINDS = {True: '放假（停止上班）', False: '上班（補行上班日）'}
WHOLE_COUNTRY = '都不勾選，就是全國適用。颱風停班請勾選公告停班的縣市。'
WEEKDAYS = '一二三四五六日'


@dataclass
class Year:
    """Of which western year the holidays are wanted."""

    year: int

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def lead(account: Account) -> None:
    """Above the list: take a year's holidays from the published calendar."""
    this_year = dates.today().year
    in_form = form(Year(this_year), summary=False)
    years = {
        year: f'民國 {year - 1911} 年' for year in range(this_year - 1, this_year + office_calendar.YEARS_AHEAD + 1)
    }
    html.p(
        '審核期限依這份日曆計算；今年與明年的國定假日、補班日會自動帶入，系統更新時也會自動修正。人事行政總處公布或修正'
        '某年的日曆後請核對，公告停班的日子請自行新增。您登錄或取消的日子不會被覆蓋。'
    ).classes('lb-lead')
    with html.div().classes('lb-list-head lb-fill-year'):
        choice_field('年度', in_form, 'year', years)

        async def take() -> None:
            changes = await office_calendar.fill(in_form.details.year, by=account)  # type: ignore[attr-defined]
            leave_with(links.admin('calendar'), 'calendar-filled' if changes else 'calendar-same')

        action_button('帶入國定假日', take, 'outline', in_form=in_form)


async def rows(account: Account) -> list[CalendarDay]:
    """What is to come first, from today on; then what is past, the latest first."""
    found = await office_calendar.days(by=account)
    today = dates.today()
    coming = [row for row in found if row.day >= today]
    past = [row for row in found if row.day < today]
    return [*coming, *reversed(past)]


async def edit(account: Account, which: str) -> str:
    """The form of a day; a new one may be entered for several counties at once."""
    row = None if which == 'new' else await office_calendar.get(validation.number_in(which), by=account)
    details = CalendarDayDetails() if row is None else CalendarDayDetails.from_record(row)
    in_form = form(details, mirrored=True)
    with card('放假或上班的日子'), html.div().classes('lb-grid'):
        day = date_field(FIELDS['day'].caption, in_form, 'day', required=True)
        text_field(FIELDS['name'].caption, in_form, 'name', required=True, placeholder='例如：颱風停班', maxlength=60)
        radio_field(FIELDS['is_off'].caption, in_form, 'is_off', KINDS, required=True)
        counties = await directory.county_names()
        check_boxes(FIELDS['county_ids'].caption, in_form, 'county_ids', counties, hint=WHOLE_COUNTRY)

    def say_weekday() -> None:
        day.advise(f'星期{WEEKDAYS[details.day.weekday()]}' if details.day else '')

    async def save() -> None:
        await office_calendar.save(details, by=account, of=row)
        leave_with(links.admin('calendar'), 'calendar-saved')

    async def strike() -> None:
        if row is not None and await is_sure('刪除', _what_striking_means(row)):
            await office_calendar.remove(row, by=account)
            leave_with(links.admin('calendar'), 'calendar-saved')

    in_form.on_change(say_weekday)
    say_weekday()
    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', links.admin('calendar')).classes('lb-btn q-btn lb-flat')
        if row is not None:
            action_button('刪除這一天', strike, 'outline')
    return f'{dates.roc(row.day)} {row.name}' if row is not None else ''


def row_of(row: CalendarDay) -> Row:
    """One of them."""
    is_off = {'text': '放假', 'chip': 'plain', 'icon': 'calendar'}
    return {
        'key': str(row.id),
        'day': {
            'text': f'{dates.roc(row.day)}（{WEEKDAYS[row.day.weekday()]}）',
            'href': links.admin('calendar', row.id),
            'strong': True,
        },
        'is_off': is_off if row.is_off else {'text': '上班', 'chip': 'info', 'icon': 'office'},
        'name': row.name,
        'place': office_calendar.place(row),
        'origin': '人工登錄' if row.is_manual else '自動帶入',
    }


def _what_striking_means(row: CalendarDay) -> str:
    rule = '照全國的規定' if row.county else '照國定假日與星期幾' if row.is_manual else '照星期幾'
    after = f'刪除後，這一天{rule}決定上班或放假，審核中案件的期限會重新計算。'
    return after if row.is_manual else f'{after}清單會留下「{row.name}{STRUCK}」，之後帶入國定假日時不會再放假。'
