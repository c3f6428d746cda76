"""系統管理: who changed what in the office itself, from what to what, and when."""

from domain.audit import office_history
from domain.model import Account

from ...components.history_rows import COLUMNS, row_of
from ...components.record_table import Row

__all__ = ['COLUMNS', 'search']


async def search(account: Account, words: str, page: int, per_page: int) -> tuple[list[Row], int]:
    """The newest change first."""
    found = await office_history.of(by=account, words=words, page=page, per_page=per_page)
    return [row_of(entry, entry.section, entry.action) for entry in found.rows], found.total
