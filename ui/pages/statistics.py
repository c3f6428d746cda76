"""審核統計: how fast, how often in time, how often at the first go, why cases come back; a table beside each chart."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nicegui import html, ui

from domain import dates, links
from domain.model import Account, Role
from domain.reports import statistics
from domain.reports.statistics import Figures, Line, format_days, format_share

from ..components.card import card
from ..components.plain_table import plain_table
from ..frame import MENU, VOLUNTEER_DATA, frame, waiting_for

PERIODS = {1: '本月', 3: '近 3 個月', 12: '近 12 個月'}
# Tokens of our stylesheet: a canvas is drawn in the colours of the mode it is looked at in.
BLUE, TEAL, AMBER, INK, INK_2, LINE = '--primary', '--ok', '--warn', '--ink', '--ink-2', '--line'
# Its own would be sans-serif, in which a machine may draw Chinese by any font it has.
FONT = {':fontFamily': 'getComputedStyle(document.body).fontFamily'}


async def figures_page(account: Account, months: int = 12) -> None:
    """The period at the top, four key figures, then a chart and its table for each question."""
    asked = months if months in PERIODS else 12
    last = dates.today()
    found = await statistics.of(statistics.first_of(asked, last), last, by=account)
    other = '運用單位' if account.role is Role.REVIEWER else '發冊機關'
    with frame(account, '審核統計', crumbs=[MENU, VOLUNTEER_DATA], waiting=await waiting_for(account)):
        with html.div().classes('lb-list-head'):
            with html.nav().classes('lb-pills').props('aria-label=統計期間'):
                for number, text in PERIODS.items():
                    link = ui.link(text, links.statistics(number)).classes('lb-pill')
                    if number == asked:
                        link.classes('on').props('aria-current=page')
            ui.link('匯出 ODS', links.statistics_sheet(asked)).classes('q-btn lb-btn lb-outline')
        key_figures(found)
        if found.total.in_time is None:
            with card('這段期間沒有審結的案件'):
                html.p('換一段期間看看。案件核可、通知補件或駁回後，就會計入統計。')
            return
        rows = [(line.name, format_days(line.median_days), str(line.decided)) for line in found.months]
        with beside('審核天數', '送審到機關答覆，每月的中位數', ('月份', '中位數', '審結件次'), rows):
            chart('審核天數', _columns(found.months, 'median_days', BLUE, '天'))
        rows = [(line.name, format_share(line.in_time), str(line.decided)) for line in found.months]
        with beside(
            '期限內審結', '在期限當天或之前答覆的比例；逾期還沒審結的也算在內', ('月份', '期限內', '審結件次'), rows
        ):
            chart('期限內審結', _columns(found.months, 'in_time', TEAL, '%'))
        by_other = [
            (line.name, format_share(line.first_pass), format_days(line.median_days), format_share(line.in_time))
            for line in found.others
        ]
        with beside(
            '一次通過', f'第一次送審就核可的比例，依{other}', (other, '一次通過', '中位數', '期限內'), by_other
        ):
            chart('一次通過', _bars([(line.name, line.first_pass or 0) for line in found.others], TEAL, '%'))
        rows = [(one.label, str(one.times), _by_other(one.by_other)) for one in found.reasons]
        with beside('補件原因', '最常見的在前', ('原因', '次數', other), rows):
            chart('補件原因', _bars([(one.label, one.times) for one in found.reasons], AMBER, ''))


def key_figures(found: Figures) -> None:
    """The four answers in large type."""
    total = found.total
    with html.dl().classes('lb-key-figures'):
        for label, text in (
            ('審結件次', str(total.decided)),
            ('審核天數（中位數）', format_days(total.median_days)),
            ('期限內審結', format_share(total.in_time)),
            ('一次通過', format_share(total.first_pass)),
        ):
            with html.div().classes('lb-card'):
                html.dt(label)
                html.dd(text)


@contextmanager
def beside(title: str, note: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[None]:
    """A card with a chart at the left, built in its `with`, and the same figures as a table at the right."""
    with html.section().classes('lb-card lb-pad lb-figures'):
        with html.div().classes('lb-sec'):
            html.h2(title)
            html.span(note).classes('lb-note')
        with html.div().classes('lb-chart'):
            yield
        plain_table(title, columns, rows)


def chart(title: str, options: dict[str, Any]) -> None:
    """A chart; those who cannot see it are told that the table beside it says the same."""
    drawn = ui.echart({'textStyle': FONT} | options)
    drawn.props('role=img')
    drawn.props['aria-label'] = f'{title}的圖，數字見旁邊的表格'


def _columns(lines: Sequence[Line], what: str, colour: str, unit: str) -> dict[str, Any]:
    """Upright columns over the months."""
    values = [_rounded(getattr(line, what) or 0, unit) for line in lines]
    return {
        'animation': False,
        'grid': {'left': 44, 'right': 12, 'top': 28, 'bottom': 28},
        'xAxis': _axis(type='category', data=[line.name for line in lines]),
        'yAxis': _axis(type='value', name=unit, minInterval=0, max=100 if unit == '%' else None),
        'series': [_series(values, colour, 'top')],
    }


def _bars(rows: Sequence[tuple[str, float]], colour: str, unit: str) -> dict[str, Any]:
    """Lying bars, the first on top."""
    return {
        'animation': False,
        'grid': {'left': 8, 'right': 48, 'top': 8, 'bottom': 24, 'containLabel': True},
        'xAxis': _axis(type='value', max=100 if unit == '%' else None, minInterval=1),
        'yAxis': _axis(type='category', inverse=True, data=[_short(name) for name, _ in rows[:12]]),
        'series': [_series([_rounded(value, unit) for _, value in rows[:12]], colour, 'right')],
    }


def _series(values: Sequence[float], colour: str, labelled: str) -> dict[str, Any]:
    return {
        'type': 'bar',
        'data': values,
        'barMaxWidth': 36,
        'itemStyle': _in(colour),
        'label': {'show': True, 'position': labelled} | _in(INK),
    }


def _in(token: str) -> dict[str, str]:
    return {':color': f'getComputedStyle(document.body).getPropertyValue("{token}")'}


def _axis(**how: Any) -> dict[str, Any]:
    return how | {
        'axisLabel': _in(INK_2),
        'nameTextStyle': _in(INK_2),
        'axisLine': {'lineStyle': _in(INK_2)},
        'splitLine': {'show': how['type'] == 'value', 'lineStyle': _in(LINE)},
    }


def _rounded(value: float, unit: str) -> float:
    return round(value * 100) if unit == '%' else round(value, 1)


def _short(name: str) -> str:
    return name if len(name) <= 9 else f'{name[:8]}…'


def _by_other(others: Sequence[tuple[str, int]]) -> str:
    named = '、'.join(f'{name} {times}' for name, times in others[:3])
    return f'{named}…' if len(others) > 3 else named
