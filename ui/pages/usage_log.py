"""使用紀錄: the inspector's search of the log; the administrator's of what concerns accounts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from nicegui import html, ui

from domain import dates, links, searches
from domain.audit import retention
from domain.model import Account, LogEntry, Role
from domain.reports import usage_log
from domain.reports.usage_log import FIELDS, LogQuery

from ..components.action_button import action_button
from ..components.card import card
from ..components.form import form
from ..components.form.fields import choice_field, date_field, text_field
from ..components.record_table import Row, record_table
from ..frame import MENU, frame

TITLE = '使用紀錄'
COLUMNS = [
    ('at', '時間'),
    ('who', '誰'),
    ('act', '作業'),
    ('about', '關於'),
    ('reason', '目的'),
    ('address', '從哪裡'),
]


async def usage_log_page(account: Account) -> None:
    """The last thirty days at first; a number is looked for only with a purpose."""
    query = LogQuery(from_day=dates.today() - timedelta(days=30))
    with frame(account, TITLE, crumbs=[MENU]), html.div().classes('lb-stack'):
        await _lead(account)
        filters = form(query, summary=False)

        async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
            found = await usage_log.find(query, by=account, page=page, per_page=per_page)
            return [_row(entry) for entry in found.rows], found.total

        async def search() -> None:
            await table.refresh(1)

        async def export() -> None:
            usage_log.require_purpose(query)
            key = await searches.keep(f'{query.number}|{query.reason}', by=account)
            ui.navigate.to(links.printed_log(key, **query.filters()), new_tab=True)

        with card('Q查詢條件', '', 'lb-filters'):
            with html.div().classes('lb-filter-grid'):
                _fields(filters, account)
            with html.div().classes('lb-row-acts'):
                action_button('查詢', search, in_form=filters).by_enter(filters)
                action_button('匯出 ODS', export, 'outline', in_form=filters)
        table = record_table('查詢結果', COLUMNS, fetch, empty='沒有符合條件的紀錄')
        await table.refresh()


def _fields(filters: form, account: Account) -> None:
    date_field(FIELDS['from_day'].label, filters, 'from_day')
    date_field(FIELDS['to_day'].label, filters, 'to_day')
    nothing: dict[Any, str] = {None: '全部'}
    choice_field(FIELDS['act'].label, filters, 'act', nothing | dict(usage_log.acts_for(account)))
    for name in ('who', 'unit', 'address'):
        text_field(FIELDS[name].label, filters, name)
    if account.role is Role.INSPECTOR:
        text_field(FIELDS['number'].label, filters, 'number')
    text_field(FIELDS['reason'].label, filters, 'reason', placeholder='匯出或以證號查詢時必填')


async def _lead(account: Account) -> None:
    which = '全部的使用紀錄' if account.role is Role.INSPECTOR else '與帳號有關的紀錄，不含任何志工的資料'
    html.p(
        f'這裡是{which}。紀錄只能新增，不能修改或刪除；時間為臺灣時間。每次最多列出最新的 {usage_log.MOST_FOUND:,} 筆，'
        '請以條件縮小範圍。以證號查詢和匯出，都會留下紀錄。'
    ).classes('lb-hint')
    if account.role is Role.ADMINISTRATOR and await retention.could_alter():
        html.p(
            '提醒：系統連線資料庫的帳號本身擁有紀錄表，目前只由資料庫的觸發程序保護。正式環境請依部署說明改用兩個帳號。'
        ).classes('lb-hint')


def _row(entry: LogEntry) -> Row:
    at, who, role, unit, act, what, about, reason, address, device = usage_log.cells(entry)
    return {
        'key': str(entry.id),
        'at': at,
        'who': {'text': who, 'sub': '　'.join(filter(None, (role, unit)))},
        'act': {'text': act, 'sub': what},
        'about': about,
        'reason': reason,
        'address': {'text': address, 'sub': device},
    }
