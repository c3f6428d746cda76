"""系統管理: accounts whose use was unlike honest work, as the administrators were told by mail."""

from nicegui import html

from domain import dates, settings
from domain.accounts import unusual_use
from domain.model import Account

from ...components.record_table import Row

COLUMNS: list[tuple[str, str] | tuple[str, str, str]] = [
    ('at', '時間'),
    ('name', '帳號'),
    ('office', '單位或機關'),
    ('what', '異常的情形'),
]


async def rows(account: Account) -> list[Row]:
    """The latest first."""
    return [
        {
            'key': str(number),
            'at': dates.format_moment(one.at),
            'name': {'text': one.account, 'strong': True},
            'office': one.office,
            'what': one.what,
        }
        for number, one in enumerate(await unusual_use.told(by=account))
    ]


async def lead(account: Account) -> None:
    """From when on something is unusual."""
    office = settings.current()
    html.p(
        f'24 小時內以證號查詢 {office.unusual_lookups} 次、顯示完整證號 {office.unusual_reveals} 次、開啟無權的資料'
        f' {office.unusual_refusals} 次，或夜間（{office.night_begins} 時到 {office.night_ends} 時）使用'
        f' {office.unusual_night} 次以上，或從沒有用過的裝置和位址登入，會寄信給系統管理者；每個帳號一天一次。'
    ).classes('lb-lead')
