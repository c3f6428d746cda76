"""系統管理: who changed what in the office itself, from what to what, and when."""

from domain import dates, office_history
from domain.model import Account, OfficeEntry

from ..components.record_table import Row

COLUMNS = [
    ('at', '時間'),
    ('by', '異動人'),
    ('section', '資料'),
    ('action', '動作'),
    ('label', '欄位'),
    ('old', '原內容'),
    ('new', '新內容'),
]


async def search(account: Account, words: str, page: int, per_page: int) -> tuple[list[Row], int]:
    """The newest change first."""
    found = await office_history.of(by=account, words=words, page=page, per_page=per_page)
    return [_row(entry) for entry in found.rows], found.total


def _row(entry: OfficeEntry) -> Row:
    return {
        'key': str(entry.id),
        'at': dates.roc_instant(entry.at),
        'by': {'text': entry.by_name, 'sub': entry.from_unit},
        'section': {'text': entry.section, 'sub': entry.subject},
        'action': entry.action,
        'label': entry.label,
        'old': entry.old,
        'new': entry.new,
    }
