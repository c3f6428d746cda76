"""異動紀錄: who changed what of a volunteer, from what to what, and when; one saving is one entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nicegui import html

from domain import dates, links
from domain.audit import history
from domain.audit.history import HistoryQuery, Saving
from domain.guide.progress import Progress
from domain.model import Account, HistoryEntry, Section, Volunteer

from ....components.action_button import action_button
from ....components.card import card
from ....components.form import form
from ....components.form.fields import choice_field, date_field, text_field
from ....components.record_table import Cell, Row, record_table

COLUMNS = [('at', '時間'), ('by', '異動人'), ('section', '資料'), ('action', '動作'), ('what', '異動內容')]
# 申請 and 紀錄冊 are one tab.
SECTIONS: dict[Section | None, str] = {
    None: '全部',
    **{each: each.label for each in Section if each is not Section.APPLICATION},
}
NAMED = 4


@dataclass
class HistoryFilter:
    """The tab's 查詢條件."""

    section: Section | None = None
    who: str = ''
    from_day: date | None = None
    to_day: date | None = None

    def problems(self) -> dict[str, str]:
        """A filter is never wrong."""
        return {}


async def history_tab(account: Account, volunteer: Volunteer, _: Progress) -> None:
    """The newest saving first, its fields below it; files that were replaced can still be opened."""
    query = HistoryFilter()
    filters = form(query, summary=False)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        asked = HistoryQuery(**vars(query))
        found = await history.savings(volunteer, asked, by=account, page=page, per_page=per_page)
        return [_row(saving) for saving in found.rows], found.total

    with card('查詢條件', '', 'lb-filters'):
        with html.div().classes('lb-filter-grid three'):
            choice_field('資料', filters, 'section', SECTIONS, placeholder='全部')
            text_field('異動人或單位', filters, 'who', maxlength=60)
            with html.div().classes('lb-range'):
                date_field('異動日期', filters, 'from_day')
                html.span('～').classes('lb-to')
                date_field('異動日期（迄）', filters, 'to_day')
        with html.div().classes('lb-acts'):
            action_button('查詢', lambda: table.refresh(1), 'outline').by_enter(filters)
    table = record_table('異動紀錄', COLUMNS, fetch)
    await table.refresh()


def _row(saving: Saving) -> Row:
    one, changes = saving.first, saving.entries
    row = {
        'key': str(one.id),
        'at': dates.roc_instant(one.at),
        'by': {'text': one.by_name, 'sub': one.from_unit},
        'section': {'text': one.section.label, 'sub': one.subject},
        'action': '、'.join(dict.fromkeys(entry.action.label for entry in changes)),
        'what': {'text': _in_brief(changes)},
    }
    is_short = len(changes) == 1 and not (one.old_file or one.new_file)
    return row if is_short else {**row, 'more': [_change(entry) for entry in changes]}


def _in_brief(changes: Sequence[HistoryEntry]) -> str:
    """A single change whole, of several the names of their fields."""
    if len(changes) == 1:
        one = changes[0]
        return f'{one.label}：{" → ".join(filter(None, (one.old, one.new)))}'
    named = '、'.join(dict.fromkeys(entry.label for entry in changes[:NAMED]))
    return f'{len(changes)} 個欄位：{named}{"…" if len(changes) > NAMED else ""}'


def _change(entry: HistoryEntry) -> list[Cell]:
    return [
        {'text': entry.label, 'strong': True},
        _content(entry.old or '（空白）', entry.old_file),
        _content(f'→ {entry.new or "（空白）"}', entry.new_file),
    ]


def _content(text: str, file_id: object) -> Cell:
    return {'text': text, 'href': links.file(file_id)} if file_id else {'text': text}
