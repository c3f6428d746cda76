"""What a kind of import must say of itself: its columns, how a row is graded, how rows are written and taken back.

Grading is done in a process of its own, without a database, so `known` is gathered before, as JSON; `grade` is pure.
Writing is done in the transaction of the batch, some hundred or thousand rows at a time.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from db.choices import Doubt, Grade, ImportKind, Section
from db.models import Account

from ..sheets.columns import Column, Value

__all__ = ['ANSWERS', 'Column', 'Copied', 'Graded', 'Kind', 'Mark', 'Row', 'Span', 'Value', 'Written']

# What a row with a doubt does: left alone (first) unless somebody says otherwise (second).
ANSWERS: dict[Doubt, tuple[str, str]] = {
    Doubt.DUPLICATE: ('保留原紀錄', '以此筆取代'),
    Doubt.DIFFERS: ('保留原紀錄', '以此筆取代'),
    Doubt.OVERLAP: ('不匯入', '仍要匯入'),
    Doubt.UNINSURED: ('不匯入', '仍要匯入'),
    Doubt.UNUSUAL: ('不匯入', '仍要匯入'),
}


@dataclass(frozen=True)
class Mark:
    """A sentence at a cell. `fix`: the text that would mend the cell, offered as `fix_label` (改用此名)."""

    column: str
    sentence: str
    fix: str = ''
    fix_label: str = ''


@dataclass(frozen=True)
class Span:
    """Rows of one `key` whose days, in ISO form, meet are in doubt; the later one says so at the column `at`."""

    key: str
    first: str
    last: str
    at: str


@dataclass(frozen=True)
class Graded:
    """`values` are ready for the verbs of the kind's room, JSON only. `about`: the volunteer's id, or 0.

    `same_as`: a key by which two rows of one file are the same; '' never. `beside`: what the record says, by column.
    """

    grade: Grade
    values: Mapping[str, Any]
    marks: Sequence[Mark] = ()
    doubt: Doubt | None = None
    about: int = 0
    same_as: str = ''
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row to be written; one with a `doubt` only if somebody said so (`takes`). `changes`: something on record."""

    number: int
    values: Mapping[str, Any]
    about: int
    takes: bool
    doubt: Doubt | None = None
    changes: bool = False


@dataclass(frozen=True)
class Written:
    """What a row made (`before` None) or changed; enough to take it back, and to see that nobody has built on it.

    `model`: name of the record's class in db.models. `stamp`: its version or updated_at after writing, as text.
    """

    number: int
    model: str
    record_id: str
    stamp: str
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Copied:
    """How many new records of a kind come on record at once, by COPY into `table`, as `model`.

    `is_plain`: whether a row is a new record and nothing else. `line`: its line, of the row, the record's id, unit and
    recorder, and the instant of writing in ISO form; pure. `stands`: whether what was copied in this transaction may
    stand, of the first and the last id, the instant and the clerk; where it may not, `Kind.write` says of which row.
    """

    table: str
    columns: Sequence[str]
    model: str
    is_plain: Callable[[Row], bool]
    line: Callable[[Row, int, Sequence[Any], str], str]
    stands: Callable[[int, int, datetime, Account], Awaitable[bool]]


class Kind(ABC):
    """One kind. `sheet`: name of the sheet in the template, preferred when a file has several."""

    key: ClassVar[ImportKind]
    sheet: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    # The column at which a row says that it is the same as another; '' is the first.
    same_at: ClassVar[str] = ''
    # The column whose texts are asked for by `known_of`; '' none.
    asked_at: ClassVar[str] = ''
    # Whether its rows have a `span`.
    has_spans: ClassVar[bool] = False
    # Where the batch notes 「批次匯入… 12 筆」, once a person; None: `write` and `take_back` note what they change.
    section: ClassVar[Section | None] = None
    # Asked once for the whole file, beside the preview: 課程 and 證書 of one course for many people.
    common: ClassVar[Sequence[Column]] = ()
    # Its file is a ZIP of pictures (`unpacking`), each of which is a row.
    is_archive: ClassVar[bool] = False
    # Blocks of rows that are written in one transaction; few where a row takes long.
    blocks_each: ClassVar[int] = 20
    # Where a file may have a hundred thousand rows: how they come on record without their rows being read here.
    copied: ClassVar[Copied | None] = None
    # Headings seen in the field of what no record keeps: the mapping says so, instead of asking what they mean.
    not_kept: ClassVar[Sequence[str]] = ()

    @abstractmethod
    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        """What grading must know of these people, of code lists and of the unit, as JSON.

        `span`: the first and the last of all days in the file, None where it has none; what is asked of the record may
        be narrowed by it.
        """

    async def known_of(self, texts: Iterable[str], *, by: Account) -> dict[str, Any]:
        """What else grading must know, by the texts of the column `asked_at`; beside what `known` has gathered."""
        return {}

    def span(self, graded: Graded) -> Span | None:
        """What the row covers, where two rows of a file may count the same twice though neither repeats the other."""
        return None

    def prepared(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """`known` as `grade` looks things up in it, made once for a file, where grading is done. Pure."""
        return known

    @abstractmethod
    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        """Pure; `values` has every column's key, read as its column says; None where the cell is empty or unreadable.

        A cell that cannot be read has its sentence already: the batch shows that, and not what is said here of the same
        column, and the row is wrong. Other rows of the file are compared by the batch, by `same_as`.
        """

    @abstractmethod
    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        """Write these rows in the open transaction; what may have changed since the preview is checked again.

        `common` is read as its columns say. Rows come in the order of the file. Raises Incomplete for rows that no
        longer stand, having written nothing: `problems` maps str(number) to the sentence; the batch leaves them out,
        says why at the row, and comes again with the others.
        """

    @abstractmethod
    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        """Delete what was made, put back what was changed; row number → why it stays, where somebody built on it.

        They come in the reverse order of writing: a row that replaced another of the same file goes first.
        """
