"""批次維護作業: a file is read, graded row by row, mended, and only then written; a batch can be taken back whole.

A batch is of one kind (`kinds`), which knows its columns, grades a row by the checks of the form it stands for, and
writes rows by the verbs of their room. Everything else is the same for all kinds and stands here.

Reading, writing and taking back run in the background, in pieces that are each one transaction with the progress of
the batch; whichever process lives goes on (`work_forever`). Pages hear of it by `ImportChanged`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from db import transaction
from db.choices import BatchState, Doubt, Grade
from db.models import Account, ImportBatch, ImportBlock, ImportFile, ImportPiece, ImportRow, KnownHeading, Volunteer

from .. import dates, file_names, limits, permissions, validation
from ..accounts import step_up
from ..announcements import ImportChanged, announce
from ..errors import DomainError, Incomplete, MovedOn, NotFound
from ..paging import Page, bounds
from ..sheets import cells, headings
from ..sheets.headings import Headings
from ..sheets.tables import Unreadable
from . import beginning, previews, reading, rests, running, writing
from .beginning import begin, begin_pasted, most_bytes
from .kind import ANSWERS, Column, Mark
from .kinds import KINDS
from .moving import change, forget_rows, give_up, read_again
from .results import Cell, Ended, Preview, PreviewRow
from .running import opened, work_forever

__all__ = [
    'ANSWERS',
    'KINDS',
    'Cell',
    'Column',
    'Ended',
    'Mark',
    'Preview',
    'PreviewRow',
    'Unreadable',
    'begin',
    'begin_pasted',
    'most_bytes',
    'opened',
    'work_forever',
]


# Days after which a batch that nobody confirmed is given up, and in which one that was can be taken back.
WAITS_DAYS = 14
UNDO_DAYS = 30
MARKED = ('xlsx', 'ods')
_UNDONE = (BatchState.DONE, BatchState.WRITING)


class NotReady(DomainError):
    """The batch cannot be confirmed or taken back as it is; the sentence says why."""


async def get(batch_id: int, *, by: Account) -> ImportBatch:
    """A batch of the account's unit, with whose it is. Raises NotPermitted, NotFound."""
    permissions.require(by, 'imports.get')
    ours = ImportBatch.filter(**_ours(by), id=validation.record_id(batch_id))
    found = await ours.select_related('account', 'confirmed_by', 'taken_back_by').first()
    if found is None:
        raise NotFound
    return found


async def batches(*, by: Account, page: int = 1, per_page: int = 10) -> Page[ImportBatch]:
    """All batches of the unit or team with `account`, `confirmed_by`, `taken_back_by`, the newest first."""
    permissions.require(by, 'imports.batches')
    number, per_page = bounds(page, per_page)
    found = ImportBatch.filter(**_ours(by))
    rows = (
        await found.order_by('-id')
        .offset((number - 1) * per_page)
        .limit(per_page)
        .select_related('account', 'confirmed_by', 'taken_back_by')
    )
    return Page(rows, await found.count(), number, per_page)


async def choose_sheet(batch_id: int, sheet: str, *, by: Account) -> ImportBatch:
    """Read another of `batch.sheets` instead; what was mended is gone. Raises NotFound, MovedOn."""
    await get(batch_id, by=by)
    async with transaction():
        batch = await previews.locked(batch_id, by.host_unit_id)
        if sheet not in batch.sheets or not await ImportFile.exists(batch_id=batch.id):
            raise NotFound
        await forget_rows(batch)
        await read_again(batch, sheet=sheet)
    running.start(batch.id)
    return batch


async def map_columns(batch_id: int, mapping: Mapping[int, str], *, by: Account) -> ImportBatch:
    """Headings by position (from 0) mean these columns' keys, or '' nothing; kept for the unit's next file of the kind.

    Headings that are not named stay as they are; everything is graded anew. Raises NotFound, MovedOn.
    """
    await get(batch_id, by=by)
    async with transaction():
        batch = await previews.locked(batch_id, by.host_unit_id)
        kind = KINDS[batch.kind]
        keys, meant = {column.key for column in kind.columns}, list(batch.mapping)
        for at, key in mapping.items():
            if not 0 <= at < len(meant) or (key and key not in keys):
                raise NotFound
            meant[at] = key
        checked = headings.checked(Headings(batch.heading_row, batch.headings, meant), kind.columns)
        await _remember(batch, mapping)
        lacking = reading.with_common(kind, batch, checked.lacking)
        await read_again(batch, mapping=meant, lacking=lacking)
    running.start(batch.id)
    return batch


async def set_common(batch_id: int, values: Mapping[str, str], *, by: Account) -> ImportBatch:
    """What is asked once for all rows, as typed, by key of `KINDS[…].common`; everything is graded anew.

    Raises Incomplete, by key; NotFound, MovedOn.
    """
    await get(batch_id, by=by)
    async with transaction():
        batch = await previews.locked(batch_id, by.host_unit_id)
        kind = KINDS[batch.kind]
        wrong: dict[str, str] = {}
        for column in kind.common:
            text = str(values.get(column.key, batch.common.get(column.key, '')))[:2000]
            value, sentence = cells.read(column, text)
            if sentence or (column.needed and value in (None, '')):
                wrong[column.key] = sentence or f'請輸入{column.label}。'
            batch.common[column.key] = text
        if wrong:
            raise Incomplete(wrong)
        checked = headings.checked(Headings(batch.heading_row, batch.headings, batch.mapping), kind.columns)
        lacking = reading.with_common(kind, batch, checked.lacking)
        await read_again(batch, common=batch.common, lacking=lacking)
    running.start(batch.id)
    return batch


async def grade_again(batch_id: int, *, by: Account) -> ImportBatch:
    """重新檢查: grade all rows by what is known now, when a person was enrolled or an insurance entered meanwhile.

    What was mended stays, and answers to doubts that are still the same. Raises NotFound, MovedOn.
    """
    await get(batch_id, by=by)
    async with transaction():
        batch = await previews.locked(batch_id, by.host_unit_id)
        await read_again(batch)
    running.start(batch.id)
    return batch


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
    batch = await get(batch_id, by=by)
    number, per_page = bounds(page, per_page)
    return await previews.page(batch, show, doubt, number, per_page)


async def mend(batch_id: int, row: int, column: str, text: str, *, by: Account) -> PreviewRow:
    """Take `text` for this cell and grade the row anew; what the file says is kept. Raises NotFound, MovedOn."""
    await get(batch_id, by=by)
    if not column or not isinstance(text, str):
        raise NotFound
    return await previews.mend(batch_id, validation.record_id(row), column, text, host_unit_id=by.host_unit_id)


async def mend_alike(batch_id: int, row: int, column: str, text: str, *, by: Account) -> int:
    """The same for every row whose cell says what this one says; all is graded anew. How many rows.

    Raises NotFound, MovedOn.
    """
    await get(batch_id, by=by)
    if not column or not isinstance(text, str):
        raise NotFound
    async with transaction():
        batch = await previews.locked(batch_id, by.host_unit_id)
        count = await previews.mend_alike(batch, validation.record_id(row), column, text)
        await read_again(batch)
    running.start(batch.id)
    return count


async def unmend(batch_id: int, row: int, column: str = '', *, by: Account) -> PreviewRow:
    """Take what the file says again, of a cell or of the whole row. Raises NotFound, MovedOn."""
    await get(batch_id, by=by)
    return await previews.mend(batch_id, validation.record_id(row), column, None, host_unit_id=by.host_unit_id)


async def answer(
    batch_id: int, *, takes: bool, row: int | None = None, doubt: Doubt | None = None, by: Account
) -> ImportBatch:
    """The answer to the doubt of one row, or to every row with this doubt. Raises NotFound, MovedOn."""
    await get(batch_id, by=by)
    number = None if row is None else validation.record_id(row)
    return await previews.answer(batch_id, takes, number, doubt, host_unit_id=by.host_unit_id)


async def commit(batch_id: int, *, by: Account) -> ImportBatch:
    """確認匯入: write the good rows and those in doubt that are taken, in the background; WRITING, then DONE.

    Raises NotReady when there is nothing to write or the file is not graded, MovedOn when it was confirmed already.
    """
    await get(batch_id, by=by)
    async with transaction():
        batch = await previews.locked(batch_id, by.host_unit_id)
        if batch.lacking:
            raise NotReady(f'還不能匯入：{batch.lacking[0]}')
        blocks = await ImportBlock.filter(batch_id=batch.id).only('id', 'grades', 'doubts', 'takes', 'acts')
        total = writing.importable(blocks).total()
        if not total:
            raise NotReady('沒有可以匯入的列。請先改正錯誤，或決定要匯入「注意」的哪些列。')
        await ImportFile.filter(batch_id=batch.id).delete()
        now = dates.now()
        changes: dict[str, Any] = {
            'state': BatchState.WRITING,
            'total': total,
            'done': 0,
            'confirmed_by_id': by.id,
            'confirmed_at': now,
            'cells_until': now + timedelta(days=UNDO_DAYS),
        }
        await change(batch, changes)
    running.start(batch.id)
    return batch


async def undo(batch_id: int, *, by: Account) -> ImportBatch:
    """復原: take back what the batch wrote, in the background; TAKING_BACK, then TAKEN_BACK. Also while it is written.

    A row on which somebody has built stays, and `PreviewRow.left` says why. Raises MovedOn, NotReady after the term.
    """
    await get(batch_id, by=by)
    async with transaction():
        batch = await ImportBatch.filter(id=batch_id).select_for_update().get()
        if batch.state not in _UNDONE:
            raise MovedOn(f'這一批目前是「{batch.state.label}」，不能復原。請重新整理頁面看目前的情形。')
        if not may_undo(batch):
            raise NotReady(f'匯入超過 {UNDO_DAYS} 天，已經不能整批復原。請到各志工的頁面個別修改。')
        changes: dict[str, Any] = {'state': BatchState.TAKING_BACK, 'total': batch.written, 'done': 0}
        await change(batch, changes | {'taken_back_by_id': by.id})
    running.start(batch.id)
    return batch


def may_undo(batch: ImportBatch) -> bool:
    """Whether the batch stands, or is being written, and its term is not over."""
    return batch.state in _UNDONE and batch.cells_until is not None and dates.now() < batch.cells_until


async def drop(batch_id: int, *, by: Account) -> None:
    """放棄: a batch that was not confirmed goes with its cells; the list keeps that it was there. Raises MovedOn."""
    await get(batch_id, by=by)
    async with transaction():
        batch = await ImportBatch.filter(id=batch_id).select_for_update().get()
        if batch.state not in (BatchState.READING, BatchState.GRADED, BatchState.UNREADABLE):
            raise MovedOn(f'這一批目前是「{batch.state.label}」，不能放棄。請重新整理頁面看目前的情形。')
        await give_up(batch)


async def left(batch_id: int, *, by: Account) -> Sequence[PreviewRow]:
    """The rows that were to be written and were not, or that stay although the batch was taken back, with why."""
    batch = await get(batch_id, by=by)
    odd = await ImportRow.filter(batch_id=batch.id).exclude(left='').order_by('number').limit(500)
    return await previews.rows_of(batch, [row.number for row in odd])


async def ended(batch_id: int, *, by: Account) -> Ended:
    """How many rows of a batch that is DONE needed no writing, and how many are left; of any other none."""
    batch = await get(batch_id, by=by)
    return await rests.ended(batch)


async def begin_rest(batch_id: int, *, by: Account) -> ImportBatch:
    """改正其餘: a new batch with exactly the rows that were not written, their cells as mended, READING.

    Headings, their meaning and what was asked once for all rows stay. Raises NotReady where nothing is left, after the
    cells are gone, and for an archive, whose pictures are not kept; NotFound, Exceeded.
    """
    before = await get(batch_id, by=by)
    if KINDS[before.kind].is_archive:
        raise NotReady('照片要重新上傳：請把沒有匯入的改好檔名，裝成新的 ZIP 再匯入；已匯入的不受影響。')
    if not (await rests.ended(before)).rest:
        raise NotReady('這一批沒有留下可以改正的列。請重新整理頁面看目前的情形；已匯入的資料都還在。')
    await limits.take(beginning.FILES, by.id)
    async with transaction():
        batch = await rests.begun(before, by)
        await announce(ImportChanged(batch.id, batch.host_unit_id))
    running.start(batch.id)
    return batch


async def people_of(found: Preview, *, by: Account) -> dict[int, str]:
    """The names of those whom the rows are about, by volunteer's id; only of people whom the account may see."""
    permissions.require(by, 'imports.people_of')
    ids = list({row.about for row in found.rows if row.about})
    seen = Volunteer.filter(permissions.visible_to(by), id__in=ids)
    return dict(await seen.values_list('id', 'name')) if ids else {}


async def marked_file(batch_id: int, extension: str, *, by: Account) -> tuple[str, bytes]:
    """Name and content of the file as it came, with coloured cells and a column 「匯入結果」 that says what is wrong.

    `extension`: 'xlsx' or 'ods'. It can be mended and uploaded again as it is. Raises NotFound, NotReady.
    """
    batch = await get(batch_id, by=by)
    await step_up.require(by)
    if extension not in MARKED or not await ImportBlock.exists(batch_id=batch.id):
        raise NotFound
    try:
        content = await reading.marked(batch, extension)
    except reading.Refused as refusal:
        raise NotReady(str(refusal)) from None
    return file_names.of_upload(f'標色-{batch.file_name}', extension), content


def common_of(batch: ImportBatch) -> dict[str, Any]:
    """What is asked once for all rows, read as its columns say."""
    return reading.common_of(KINDS[batch.kind], batch)


def not_kept(batch: ImportBatch) -> list[str]:
    """The headings of the file of which it is known that no record keeps them (電話, 地址): told, not asked."""
    nowhere = {headings.bare(one) for one in KINDS[batch.kind].not_kept}
    pairs = zip(batch.headings, batch.mapping, strict=False)
    return [text for text, key in pairs if not key and headings.bare(text) in nowhere]


async def sweep() -> int:
    """Give up what nobody confirmed in WAITS_DAYS, and let cells go after the term of undo; how many batches."""
    now, count = dates.now(), 0
    waiting = ImportBatch.filter(
        state__in=[BatchState.GRADED, BatchState.UNREADABLE], begun_at__lt=now - timedelta(days=WAITS_DAYS)
    )
    for batch in await waiting:
        async with transaction():
            again = await ImportBatch.filter(id=batch.id, state=batch.state).select_for_update().first()
            if again is not None:
                await give_up(again)
                count += 1
    over = ImportBatch.filter(state__in=[BatchState.DONE, BatchState.TAKEN_BACK], cells_until__lt=now)
    for batch in await over:
        async with transaction():
            await forget_rows(batch)
            await ImportPiece.filter(batch_id=batch.id).update(written=None)
            await ImportBatch.filter(id=batch.id).update(cells_until=None)
            count += 1
    return count


def _ours(by: Account) -> dict[str, Any]:
    """Of the unit; for a clerk of one team what the team's clerks brought: a file may hold anybody's rows."""
    return {'host_unit_id': by.host_unit_id} | ({} if by.team_id is None else {'account__team_id': by.team_id})


async def _remember(batch: ImportBatch, mapping: Mapping[int, str]) -> None:
    """What the unit said of headings that stand in the file once."""
    bare = [headings.bare(text) for text in batch.headings]
    for at, key in mapping.items():
        if batch.heading_row and bare[at] and bare.count(bare[at]) == 1:
            await KnownHeading.update_or_create(
                host_unit_id=batch.host_unit_id, kind=batch.kind, heading=bare[at], defaults={'column': key}
            )
