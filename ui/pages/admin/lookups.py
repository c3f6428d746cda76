"""系統管理: who has looked up identity numbers of people who are none of theirs, in the last 24 hours."""

from nicegui import html

from domain import dates, settings
from domain.model import Account
from domain.volunteers import lookups

from ...components.record_table import Row

COLUMNS: list[tuple[str, str] | tuple[str, str, str]] = [
    ('name', '帳號'),
    ('office', '單位或機關'),
    ('numbers', '查詢的證號數', 'num'),
    ('misses', '其中查無資料', 'num'),
    ('last', '最近一次'),
    ('state', '狀態'),
]


async def rows(account: Account) -> list[Row]:
    """Those over the budget first."""
    return [
        {
            'key': str(one.account.id),
            'name': {'text': one.account.name, 'strong': True},
            'office': one.office,
            'numbers': str(one.numbers),
            'misses': str(one.misses),
            'last': dates.format_moment(one.last_at),
            'state': {'text': '已暫停', 'chip': 'bad', 'icon': 'lock'}
            if one.is_over
            else {'text': '正常', 'chip': 'ok', 'icon': 'check'},
        }
        for one in await lookups.asking(by=account)
    ]


async def lead(account: Account) -> None:
    """What the limits are."""
    office = settings.current()
    html.p(
        f'24 小時內，每個帳號最多查 {office.lookups_per_account} 個、每個單位最多查 {office.lookups_per_unit} 個'
        '不屬於自己單位的證號（志工總歸戶、收編、新增志工時的重複檢查）。超過就暫停，並寄信給系統管理者。'
    ).classes('lb-lead')
