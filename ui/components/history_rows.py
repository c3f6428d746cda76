"""異動紀錄: who changed what, from what to what, when, and from which unit."""

from domain import dates
from domain.model import HistoryEntry, OfficeEntry

from .record_table import Row

COLUMNS = [
    ('at', '時間'),
    ('by', '異動人'),
    ('section', '資料'),
    ('action', '動作'),
    ('label', '欄位'),
    ('old', '原內容'),
    ('new', '新內容'),
]


def row_of(entry: HistoryEntry | OfficeEntry, section: str, action: str) -> Row:
    """One change, as people read it; `section` and `action` in words."""
    return {
        'key': str(entry.id),
        'at': dates.roc_instant(entry.at),
        'by': {'text': entry.by_name, 'sub': entry.from_unit},
        'section': {'text': section, 'sub': entry.subject},
        'action': action,
        'label': entry.label,
        'old': entry.old,
        'new': entry.new,
    }
