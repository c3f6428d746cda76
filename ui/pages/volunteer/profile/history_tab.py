"""異動紀錄: who changed what of a volunteer, from what to what, and when."""

from collections.abc import Sequence

from domain import links
from domain.audit import history
from domain.model import Account, HistoryEntry, Volunteer

from ....components.history_rows import COLUMNS, row_of
from ....components.record_table import Cell, Row, record_table


async def history_tab(account: Account, volunteer: Volunteer) -> None:
    """The newest change first; files that were replaced can still be opened."""

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await history.of(volunteer, by=account, page=page, per_page=per_page)
        return [_row(entry) for entry in found.rows], found.total

    table = record_table('異動紀錄', COLUMNS, fetch)
    await table.refresh()


def _row(entry: HistoryEntry) -> Row:
    return {
        **row_of(entry, entry.section.label, entry.action.label),
        'old': _content(entry.old, entry.old_file),
        'new': _content(entry.new, entry.new_file),
    }


def _content(text: str, file_id: object) -> Cell:
    return {'text': text or '開啟檔案', 'href': links.file(file_id)} if file_id else text
