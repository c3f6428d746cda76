"""What the kinds say of a row, and its values as JSON, since grading is done in a process of its own."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from db.choices import Doubt, Grade

from .. import dates
from ..ledgers import Ledger
from .kind import Column, Graded, Mark, Row, Value


def wrong(values: Mapping[str, Any], marks: Sequence[Mark], *, about: int = 0, same_as: str = '') -> Graded:
    """A row that cannot be written as it is."""
    return Graded(Grade.WRONG, values, marks, about=about, same_as=same_as)


def good(values: Mapping[str, Any], notes: Sequence[Mark] = (), *, about: int = 0, same_as: str = '') -> Graded:
    """A row that can be written; `notes` say what becomes of a cell."""
    return Graded(Grade.GOOD, values, notes, about=about, same_as=same_as)


def doubtful(
    doubt: Doubt,
    values: Mapping[str, Any],
    marks: Sequence[Mark],
    *,
    about: int = 0,
    same_as: str = '',
    beside: Mapping[str, str] | None = None,
) -> Graded:
    """A row that waits for an answer; `beside` is what the record says, by column."""
    return Graded(Grade.ATTENTION, values, marks, doubt, about, same_as, beside or {})


def marks_of(problems: Mapping[str, str], columns: Iterable[Column], at: Mapping[str, str] | None = None) -> list[Mark]:
    """The sentences of a form at the cells of a row: by key, or as `at` says, else at the first."""
    keys = [column.key for column in columns]
    named = {field: (at or {}).get(field, field) for field in problems}
    return [Mark(named[field] if named[field] in keys else keys[0], text) for field, text in problems.items()]


def text(values: Mapping[str, Value], key: str) -> str:
    """The text of a cell, '' where there is none."""
    value = values.get(key)
    return '' if value is None else str(value)


def day(values: Mapping[str, Any], key: str) -> date | None:
    """The day of a cell, or of a value that went through JSON."""
    value = values.get(key)
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them: days in ISO form."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def shown(value: object) -> str:
    """A value as it stands in a cell of ours: days as 1150308, ticks as 是 and 否."""
    if isinstance(value, bool):
        return '是' if value else '否'
    if isinstance(value, date):
        return dates.roc_digits(value)
    return '' if value is None else str(value)


def as_kept(
    ledger: Ledger, values: Mapping[str, Value], common: Mapping[str, Any], usual: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of an entry of a tab: those of the row, else those asked once for the file, else the usual ones."""
    found: dict[str, Any] = {}
    for key, field in ledger.fields.items():
        cells = (values.get(key), common.get(key), usual.get(key))
        found[key] = next((cell for cell in cells if cell is not None and cell != ''), None)
        if field.kind == 'day':
            found[key] = day(found, key)
        elif found[key] is None and field.kind == 'whole':
            found[key] = 0
    return found


def last_of_each(rows: Sequence[Row], key: Callable[[Row], Hashable]) -> list[Row]:
    """Of rows of one file that are the same, the last: each after the first was taken 「以此筆取代」."""
    return sorted({key(row): row for row in rows}.values(), key=lambda row: row.number)
