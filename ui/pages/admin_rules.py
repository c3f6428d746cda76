"""系統管理: the rules of 送審前體檢."""

from domain.model import Account

from ..components.record_table import Row

COLUMNS = [('label', '檢查項目')]


async def rows(account: Account) -> list[Row]:
    """The list."""
    return []


async def edit(account: Account, which: str) -> None:
    """One of them."""
