"""批次維護作業: a file is read, graded row by row, mended, and only then written; a batch can be taken back whole.

A batch is of one kind (`kinds`), which knows its columns, grades a row by the checks of the form it stands for, and
writes rows by the verbs of their room. Everything else is the same for all kinds and stands here.

Reading, writing and taking back run in the background, in pieces that are each one transaction with the progress of
the batch; whichever process lives goes on (`work_forever`). Pages hear of it by `ImportChanged`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from db.choices import Doubt, Grade, ImportKind
from db.models import Account, ImportBatch

from ..paging import Page
from .kind import ANSWERS, Column, Kind, Mark
from .kinds import KINDS
from .results import Cell, Preview, PreviewRow

__all__ = ['ANSWERS', 'KINDS', 'Cell', 'Column', 'Kind', 'Mark', 'Preview', 'PreviewRow']


async def begin(kind: ImportKind, file_name: str, content: bytes, *, by: Account) -> ImportBatch:
    """A new batch of a file, READING; it is read and graded in the background.

    Raises NotPermitted, Unreadable, Exceeded. What is wrong with the inside of the file comes later, as state UNREADABLE and the sentence `why`.
    """
    raise NotImplementedError


async def begin_pasted(kind: ImportKind, text: str, *, by: Account) -> ImportBatch:
    """The same of a range copied from a spreadsheet; without headings, in the order of the template."""
    raise NotImplementedError


async def get(batch_id: int, *, by: Account) -> ImportBatch:
    """A batch of the account's unit. Raises NotFound."""
    raise NotImplementedError


async def batches(*, by: Account, page: int = 1, per_page: int = 10) -> Page[ImportBatch]:
    """All batches of the unit with `account`, `confirmed_by`, `taken_back_by`, the newest first."""
    raise NotImplementedError


async def choose_sheet(batch_id: int, sheet: str, *, by: Account) -> ImportBatch:
    """Read another of `batch.sheets` instead; what was mended is gone. Raises NotFound, MovedOn."""
    raise NotImplementedError


async def map_columns(batch_id: int, mapping: Mapping[int, str], *, by: Account) -> ImportBatch:
    """Headings by position (from 0) mean these columns' keys, or '' nothing; kept for the unit's next file of the kind.

    Headings that are not named stay as they are; everything is graded anew. Raises Incomplete (by str(position)).
    """
    raise NotImplementedError


async def set_common(batch_id: int, values: Mapping[str, str], *, by: Account) -> ImportBatch:
    """What is asked once for all rows, as typed, by key of `KINDS[…].common`; everything is graded anew.

    Raises Incomplete, by key.
    """
    raise NotImplementedError


async def preview(
    batch_id: int,
    *,
    by: Account,
    show: Grade | None = None,
    doubt: Doubt | None = None,
    page: int = 1,
    per_page: int = 50,
) -> Preview:
    """One page of the graded rows: errors first, then what needs attention, then by row. Raises NotFound."""
    raise NotImplementedError


async def mend(batch_id: int, row: int, column: str, text: str, *, by: Account) -> PreviewRow:
    """Take `text` for this cell and grade the row anew; what the file says is kept. Raises NotFound, MovedOn."""
    raise NotImplementedError


async def unmend(batch_id: int, row: int, column: str = '', *, by: Account) -> PreviewRow:
    """Take what the file says again, of a cell or of the whole row. Raises NotFound, MovedOn."""
    raise NotImplementedError


async def answer(
    batch_id: int, *, takes: bool, row: int | None = None, doubt: Doubt | None = None, by: Account
) -> ImportBatch:
    """The answer to the doubt of one row, or to every row with this doubt. Raises NotFound, MovedOn."""
    raise NotImplementedError


async def commit(batch_id: int, *, by: Account) -> ImportBatch:
    """確認匯入: write the good rows and those in doubt that are taken, in the background; WRITING, then DONE.

    Raises NotReady when there is nothing to write or the file is not graded, MovedOn when it was confirmed already.
    """
    raise NotImplementedError


async def undo(batch_id: int, *, by: Account) -> ImportBatch:
    """復原: take back what the batch wrote, in the background; TAKING_BACK, then TAKEN_BACK.

    A row on which somebody has built stays, and `PreviewRow.left` says why. Raises MovedOn, NotReady after the term.
    """
    raise NotImplementedError


async def drop(batch_id: int, *, by: Account) -> None:
    """放棄: a batch that was not confirmed goes with its cells; the list keeps that it was there. Raises MovedOn."""
    raise NotImplementedError


async def left(batch_id: int, *, by: Account) -> Sequence[PreviewRow]:
    """The rows that were to be written and were not, or that stay although the batch was taken back, with why."""
    raise NotImplementedError


async def marked_file(batch_id: int, extension: str, *, by: Account) -> tuple[str, bytes]:
    """Name and content of the file as it came, with coloured cells and a column 「匯入結果」 that says what is wrong.

    `extension`: 'xlsx' or 'ods'. It can be mended and uploaded again as it is. Raises NotFound.
    """
    raise NotImplementedError


def common_of(batch: ImportBatch) -> dict[str, Any]:
    """What is asked once for all rows, read as its columns say."""
    raise NotImplementedError
