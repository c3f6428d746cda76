"""What the pages see of an import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from db.choices import Doubt, Grade
from db.models import ImportBatch

from .kind import Column, Mark


@dataclass(frozen=True)
class Cell:
    """`text`: as typed, or as mended, a code with its lost zeros; `original`: what the file says, where it was mended.

    `beside`: what stands below it in grey: the name of a code, what the record says. An identity number stands masked
    unless something is wrong with it. `meant`: the day, as 74/05/12, of a number by which a spreadsheet counts days.
    """

    text: str
    original: str | None = None
    beside: str = ''
    marks: Sequence[Mark] = ()
    meant: str = ''


@dataclass(frozen=True)
class PreviewRow:
    """A row: `number` as in the sheet, `cells` by the keys of the columns that the file has.

    `doubt` waits for an answer: `takes` is the second of `ANSWERS[doubt]`. `marks` of columns that the file lacks stand
    in `marks`. `left`: why it was not written after 確認, or stays after 復原. `values`: what was understood, by the
    names of the kind, {} where nothing was. `is_answered`: somebody has said what becomes of the doubt. `is_written`:
    確認 has changed the record by it; a row that says what the record says is not.
    """

    number: int
    grade: Grade
    cells: Mapping[str, Cell]
    doubt: Doubt | None = None
    takes: bool = False
    marks: Sequence[Mark] = ()
    about: int = 0
    is_mended: bool = False
    left: str = ''
    values: Mapping[str, Any] = field(default_factory=dict)
    is_answered: bool = False
    is_written: bool = False


@dataclass(frozen=True)
class Ended:
    """Of the rows of a batch that is done: `same` say what is on record already, `rest` were left out."""

    same: int = 0
    rest: int = 0


@dataclass(frozen=True)
class Preview:
    """One page of the rows of a batch, those with something to do first, then by row.

    `columns` are those that the file has, in its order. `total` is how many rows `show` leaves; `doubts` how many there
    are, by doubt, `answered` how many of them have their answer. Of the rows that 確認 would write now (good ones, and
    those in doubt that are taken) `adding` make a record, `changing` change one, `same` say what is on record already.
    """

    batch: ImportBatch
    columns: Sequence[Column]
    rows: Sequence[PreviewRow]
    total: int
    number: int = 1
    per_page: int = 50
    doubts: Mapping[Doubt, int] = field(default_factory=dict)
    answered: Mapping[Doubt, int] = field(default_factory=dict)
    adding: int = 0
    changing: int = 0
    same: int = 0

    @property
    def importable(self) -> int:
        """How many rows 確認 would bring in, those with nothing new included."""
        return self.adding + self.changing + self.same

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.per_page))
