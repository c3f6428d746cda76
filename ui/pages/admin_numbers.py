"""系統管理: the number series."""

from domain.model import Account

from ..components.record_table import Row

COLUMNS = [('agency', '發冊機關')]


async def rows(account: Account) -> list[Row]:
    """The list."""
    return []


async def edit(account: Account, which: str) -> None:
    """One of them."""
