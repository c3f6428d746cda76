"""系統管理: the office calendar."""

from domain.model import Account

from ..components.record_table import Row

COLUMNS = [('day', '日期'), ('name', '名稱')]


async def rows(account: Account) -> list[Row]:
    """The list."""
    return []


async def edit(account: Account, which: str) -> None:
    """One of them."""
