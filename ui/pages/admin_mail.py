"""系統管理: the wording of the mails, and those that did not arrive."""

from domain.model import Account

from ..components.record_table import Row

COLUMNS = [('name', '信件')]


async def rows(account: Account) -> list[Row]:
    """The list."""
    return []


async def edit(account: Account, which: str) -> None:
    """One of them."""
