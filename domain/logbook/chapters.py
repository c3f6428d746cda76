"""The contents of a book as chapters of plain tables: for reading on a screen, and for Word and OpenDocument.

The PDF has leaves instead, which add up what stands on them (`service`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .book_pages import Amount, Contents, Ledger, ServiceMonth, TrainingLine

TRAINING_COLUMNS = ('訓練日期', '課程名稱', '訓練課程', '訓練時數', '訓練單位', '核定字號', '登錄人')
SERVICE_COLUMNS = ('服務日期', '服務項目', '服務內容', '服務時數', '受服務人次', '服務單位', '登錄人')


class Sum(tuple[str, ...]):
    """A row that adds others up: its cells are not what their columns say."""


@dataclass(frozen=True)
class Chapter:
    """A heading and a table; without `columns` each row is a line, or a label and what it says."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def of(contents: Contents) -> list[Chapter]:
    """The chapters in the order of the book."""
    return [
        Chapter('基本資料', (), _identity(contents)),
        Chapter('教育訓練紀錄', TRAINING_COLUMNS, tuple(_trainings(contents))),
        Chapter('服務紀錄', SERVICE_COLUMNS, tuple(_served(contents))),
        *map(_ledger, contents.ledgers),
        Chapter('注意事項', (), tuple((note,) for note in contents.notices)),
        Chapter('備註', (), tuple((remark,) for remark in contents.remarks)),
    ]


def _identity(contents: Contents) -> tuple[tuple[str, ...], ...]:
    one = contents.identity
    facts = (
        ('紀錄冊號', f'{contents.number}　{one.notice}'.strip()),
        ('姓名', one.name),
        ('英文姓名', one.english_name),
        ('性別', one.sex),
        (one.identity_label, one.identity_number),
        ('出生日期', one.born),
        ('所屬運用單位', one.unit),
        ('所屬志工隊', one.team),
        ('發冊類別', one.issue_kind),
        ('發冊機關', contents.cover.agency),
        ('發冊日期', one.issued),
        *([('首次發冊日', one.first_issued)] if one.first_issued else []),
        ('舊制紀錄冊號', one.legacy_number),
    )
    return tuple((label, text or '—') for label, text in facts)


def _trainings(contents: Contents) -> Iterator[tuple[str, ...]]:
    told = contents.trainings
    if not told.lines:
        return
    yield from map(_training, told.lines)
    yield from (_sum(amount, TRAINING_COLUMNS) for amount in (*told.subtotals, told.total))


def _training(line: TrainingLine) -> tuple[str, ...]:
    hours = _hours(line.hours, line.minutes)
    return line.dates, line.title, line.kind, hours, line.provider, line.approval, line.recorder


def _served(contents: Contents) -> Iterator[tuple[str, ...]]:
    for leaf in contents.service:
        for month in leaf.months:
            yield from _month(month)
        if leaf.is_last:
            yield _sum(leaf.running_total, SERVICE_COLUMNS)


def _month(month: ServiceMonth) -> Iterator[tuple[str, ...]]:
    for one in month.lines:
        content = f'{one.content}\n{one.detail}'.strip()
        yield one.dates, one.item, content, _hours(one.hours, one.minutes), one.persons, one.unit, one.recorder
    if month.subtotal:
        yield _sum(month.subtotal, SERVICE_COLUMNS)


def _sum(amount: Amount, columns: Sequence[str]) -> Sum:
    persons = f'{amount.persons} 人次' if amount.persons else ''
    told = (amount.label, '', '', _hours(amount.hours, amount.minutes), persons, amount.note)
    return Sum((*told, *[''] * (len(columns) - len(told))))


def _ledger(ledger: Ledger) -> Chapter:
    return Chapter(ledger.title, (*ledger.columns, '登錄人'), tuple((*row.cells, row.recorder) for row in ledger.rows))


def _hours(hours: str, minutes: str) -> str:
    return f'{hours} 時 {minutes} 分'
