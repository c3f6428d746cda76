"""匯入紀錄: the batches of a unit, who brought them and when, and the way back."""

from collections.abc import Callable, Sequence

from nicegui import ui

from domain import dates, imports, links, validation
from domain.announcements import ImportChanged
from domain.model import Account, BatchState, ImportBatch

from ...live import follow
from ..notices import confirm
from ..question import is_sure
from ..record_table import Cell, Row, View, record_table
from .batch_file import look_of

COLUMNS = [('file', '檔案'), ('kind', '資料'), ('who', '誰、何時'), ('rows', '列'), ('state', '狀態'), ('act', '作業')]
# A digest is told by its beginning.
SHORT = 8


async def batch_list(account: Account, view: View, *, title: str, address: Callable[[View], str]) -> None:
    """The list, renewed while batches are worked on; `address` is that of its page as it is turned."""

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await imports.batches(by=account, page=page, per_page=per_page)
        return [_row(each) for each in found.rows], found.total

    async def shown() -> None:
        ui.navigate.history.replace(address(view))

    async def acted(key: str, what: str) -> None:
        batch = await imports.get(validation.number_in(key), by=account)
        if what == 'undo' and await undo(batch, account):
            confirm('正在復原；完成後會顯示在這裡。')
            await table.refresh()

    table = record_table(
        title,
        COLUMNS,
        fetch,
        acted=acted,
        view=view,
        shown=shown,
        empty='還沒有匯入過檔案',
        empty_hint='選擇一種資料，再選擇檔案；按下確認匯入以前不會寫入任何資料。',
    )
    await table.refresh()
    follow(ImportChanged, table.refresh, lambda changed: changed.host_unit_id == account.host_unit_id)


async def undo(batch: ImportBatch, account: Account) -> bool:
    """Takes the batch back if the user is sure; whether that was begun."""
    said = (
        f'「{batch.file_name or "貼上的資料"}」寫入的 {batch.written:,} 筆會刪除，或改回匯入以前的內容。'
        '之後有人修改或使用過的會留下，並告訴您是哪些、為什麼。'
    )
    if not await is_sure('整批復原', said):
        return False
    await imports.undo(batch.id, by=account)
    return True


def _row(batch: ImportBatch) -> Row:
    word, look = look_of(batch)
    undone = batch.taken_back_by
    back = f'{undone.name} {dates.roc_instant(batch.taken_back_at)} 復原' if undone and batch.taken_back_at else ''
    sure = batch.confirmed_by
    by = f'{sure.name} {dates.roc_instant(batch.confirmed_at)} 確認' if sure and batch.confirmed_at else ''
    state: Cell = {
        'text': word,
        'chip': look.tone or 'plain',
        'icon': look.symbol,
        'sub': _progress(batch) or back or by,
    }
    can_undo = batch.written > 0 and imports.may_undo(batch)
    name = batch.file_name or '貼上的資料'
    return {
        'key': str(batch.id),
        'file': {'text': name, 'href': links.import_batch(batch.id), 'sub': f'指紋 {batch.digest[:SHORT]}'},
        'kind': batch.kind.label,
        'who': {'text': batch.account.name, 'sub': dates.roc_instant(batch.begun_at)},
        'rows': _counted(batch),
        'state': state,
        'act': {'acts': [{'text': '整批復原', 'act': 'undo', 'label': f'整批復原：{name}'}]} if can_undo else '',
    }


def _progress(batch: ImportBatch) -> str:
    is_under_way = batch.state in (BatchState.READING, BatchState.WRITING, BatchState.TAKING_BACK)
    return f'{batch.done:,}／{batch.total:,}' if is_under_way and batch.total else ''


def _counted(batch: ImportBatch) -> Cell:
    if batch.state in (BatchState.DONE, BatchState.TAKING_BACK, BatchState.TAKEN_BACK, BatchState.WRITING):
        return {'text': f'{batch.rows:,}', 'sub': f'寫入 {batch.written:,}'}
    return f'{batch.rows:,}'
