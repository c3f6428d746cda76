"""異動紀錄: who changed what, from what to what, when, and from which unit."""

from collections.abc import Sequence

from domain import dates, links
from domain.audit import history
from domain.model import Account, HistoryEntry, OfficeEntry, Volunteer

from ...components.record_table import Cell, Row, record_table

COLUMNS = [
    ('at', '時間'),
    ('by', '異動人'),
    ('section', '資料'),
    ('action', '動作'),
    ('label', '欄位'),
    ('old', '原內容'),
    ('new', '新內容'),
]


async def history_tab(account: Account, volunteer: Volunteer) -> None:
    """The newest change first; files that were replaced can still be opened."""

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await history.of(volunteer, by=account, page=page, per_page=per_page)
        return [_row(entry) for entry in found.rows], found.total

    table = record_table('異動紀錄', COLUMNS, fetch)
    await table.refresh()


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


def _row(entry: HistoryEntry) -> Row:
    return {
        **row_of(entry, entry.section.label, entry.action.label),
        'old': _content(entry.old, entry.old_file),
        'new': _content(entry.new, entry.new_file),
    }


def _content(text: str, file_id: object) -> Cell:
    return {'text': text or '開啟檔案', 'href': links.file(file_id)} if file_id else text
