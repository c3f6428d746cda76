"""The file of a batch: what it is, how far the work on it has come, and how that ended."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates
from domain.imports import KINDS, Ended, PreviewRow
from domain.model import BatchState, ImportBatch

from ..notices import showing_refusals
from ..states import BATCHES, Look

WORK = {BatchState.READING: '已讀取', BatchState.WRITING: '已寫入', BatchState.TAKING_BACK: '已復原'}
NAMED = 20
NOTHING_WRITTEN = ('沒有寫入', Look('', 'check'))


class batch_file(Element, component='batch_file.js'):
    """Another sheet calls `chosen(name)`."""

    def __init__(self, chosen: Callable[[str], Awaitable[None]]) -> None:
        super().__init__()
        self._props.update({'name': '', 'facts': '', 'chip': {}, 'sheets': [], 'sheet': ''})
        self._props.update({'work': None, 'why': '', 'said': None})

        async def hear(event: GenericEventArguments) -> None:
            if isinstance(event.args, str) and event.args in self._props['sheets']:
                with showing_refusals():
                    await chosen(event.args)

        self.on('chosen', hear)

    def show(self, batch: ImportBatch, left: Sequence[PreviewRow], ended: Ended) -> None:
        """Shows the batch; `left` are the rows that 確認 or 復原 left behind."""
        word, look = look_of(batch)
        is_open = batch.state is BatchState.GRADED
        text = '全部讀完' if is_open else word
        now = {
            'name': name_of(batch),
            'facts': _facts(batch),
            'chip': {'text': text, 'tone': 'ok' if is_open else look.tone, 'icon': 'check' if is_open else look.symbol},
            'sheets': batch.sheets if is_open else [],
            'sheet': batch.sheet,
            'work': _work(batch),
            'why': batch.why if batch.state is BatchState.UNREADABLE else '',
            'said': _said(batch, left, ended),
        }
        if any(self._props[name] != value for name, value in now.items()):
            self._props.update(now)
            self.update()


def look_of(batch: ImportBatch) -> tuple[str, Look]:
    """The state of a batch in a word, and how it looks; what changed no record is not told as brought in."""
    if batch.state is BatchState.DONE and not batch.written:
        return NOTHING_WRITTEN
    return batch.state.label, BATCHES[batch.state]


def _facts(batch: ImportBatch) -> str:
    told = []
    if batch.sheet and not batch.is_pasted:
        told.append(f'工作表「{batch.sheet}」')
    if batch.rows:
        told.append(f'讀到 {batch.rows:,} 列、{len(batch.headings or batch.mapping)} 欄')
    if batch.milliseconds:
        told.append(f'用時 {max(0.1, batch.milliseconds / 1000):.1f} 秒')
    told.append(f'{batch.account.name}於 {dates.roc_instant(batch.begun_at)} 上傳')
    return '　'.join(told)


def _work(batch: ImportBatch) -> dict[str, Any] | None:
    if batch.state not in WORK:
        return None
    of_all = f'／{batch.total:,}' if batch.total else ''
    return {'text': f'{WORK[batch.state]} {batch.done:,}{of_all} 列', 'done': batch.done, 'total': batch.total}


def _said(batch: ImportBatch, left: Sequence[PreviewRow], ended: Ended) -> dict[str, Any] | None:
    """How it ended, and which rows stay behind, with why."""
    if batch.state is BatchState.DONE:
        who, at, tone = batch.confirmed_by, batch.written_at, 'ok' if batch.written else 'warn'
        text = f'已匯入 {batch.written:,} 筆' if batch.written else '這一批沒有寫入任何資料'
        text += f'：{counted(batch.written - batch.changed, batch.changed, 0)}。' if batch.changed else '。'
        text += f'{ended.same:,} 筆與紀錄相同，不需寫入。' if ended.same else ''
        text += f'其餘 {ended.rest:,} 筆沒有匯入，{_way_on(batch)}' if ended.rest else ''
    elif batch.state is BatchState.TAKEN_BACK:
        left = [row for row in left if row.is_written]
        who, at, tone = batch.taken_back_by, batch.taken_back_at, 'warn' if left else 'ok'
        text = '這一批已經復原。' + (f'{len(left):,} 筆之後有人修改或使用過，所以留在系統裡。' if left else '')
        text += f'其餘 {ended.rest:,} 筆原本就沒有匯入，{_way_on(batch)}' if ended.rest else ''
    elif batch.state is BatchState.DROPPED:
        return {'tone': 'warn', 'text': '這一批已經放棄，沒有寫入任何資料。', 'rows': []}
    else:
        return None
    by = f'（{who.name}，{dates.roc_instant(at)}）' if who is not None and at is not None else ''
    more = [f'另有 {len(left) - NAMED:,} 列'] if len(left) > NAMED else []
    return {'tone': tone, 'text': text + by, 'rows': [*(_left(row) for row in left[:NAMED]), *more]}


def counted(adding: int, changing: int, same: int) -> str:
    """How many records are new, are changed, and stay as they are; what is none is not told.

    >>> counted(12, 3, 45), counted(0, 3, 0)
    ('新增 12 筆、變更 3 筆、與紀錄相同不需寫入 45 筆', '變更 3 筆')
    """
    words = (('新增', adding), ('變更', changing), ('與紀錄相同不需寫入', same))
    return '、'.join(f'{word} {count:,} 筆' for word, count in words if count)


def _way_on(batch: ImportBatch) -> str:
    """What to do with the rows that were left out."""
    if KINDS[batch.kind].is_archive:
        return '請把這些照片改好檔名或換一張，裝成新的 ZIP 再匯入；已匯入的不受影響。'
    return '按「改正其餘」就能接著改正，再匯入這些列。'


def _left(row: PreviewRow) -> str:
    name = next((cell.text for key, cell in row.cells.items() if key == 'name'), '')
    return f'第 {row.number} 列{name and f" {name}"}：{row.left}'


def name_of(batch: ImportBatch) -> str:
    """時數.csv."""
    return batch.file_name or '貼上的資料'


def title_of(batch: ImportBatch) -> str:
    """匯入服務時數."""
    return f'匯入{batch.kind.label}'
