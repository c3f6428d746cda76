"""志願服務統計 of the ministry and of county authorities, and the units and agencies of a county."""

from collections.abc import Sequence

from nicegui import html, ui

from domain import dates, links
from domain.model import Account
from domain.reports import office_figures
from domain.reports.small_cells import HIDDEN, SMALL

from ..components.card import card
from ..components.plain_table import plain_table
from ..frame import MENU, frame


async def office_figures_page(account: Account) -> None:
    """One table after the other, and the way to take them along."""
    found = await office_figures.of(by=account)
    with frame(account, '志願服務統計', crumbs=[MENU]):
        with html.div().classes('lb-list-head'):
            html.p(f'統計至{dates.roc_long(found.on)}，每月更新一次；只有人數，沒有個人資料。').classes('lb-lead')
            ui.link('匯出 ODS', links.office_figures_sheet()).classes('q-btn lb-btn lb-outline')
        if found.is_protected:
            html.p(
                f'「{SMALL}」是 1 到 4；「{HIDDEN}」是為了避免由合計推算出小的數字而隱藏。'
                '同一人在幾個縣市服務，各計一次。'
            ).classes('lb-lead')
        for table in found.tables:
            with card(table.title, f'({table.note})', 'lb-gap-below'):
                rows = [(name, *map(_shown, cells)) for name, cells in zip(table.lines, table.cells, strict=True)]
                plain_table(table.title, (found.of_lines, *table.columns), rows, last_is_total=True)


async def county_page(account: Account) -> None:
    """運用單位與發冊機關 of the own county."""
    found = await office_figures.county_offices(by=account)
    with frame(account, '運用單位與發冊機關', crumbs=[MENU]):
        for title, offices in (('運用單位', found.units), ('發冊機關', found.agencies)):
            with card(title, f'({len(offices)} 個)', 'lb-gap-below'):
                plain_table(title, ('名稱', '電話', '電子郵件', '狀態'), [_office(one) for one in offices])


def _office(one: tuple[str, str, str, bool]) -> Sequence[str]:
    name, phone, email, is_open = one
    return name, phone or '未登錄', email or '未登錄', '使用中' if is_open else '已停用'


def _shown(value: int | str) -> str:
    return value if isinstance(value, str) else f'{value:,}'
