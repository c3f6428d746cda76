"""The rows of an import: graded, mended in place, answered; and the filters above them."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates, links
from domain.imports import ANSWERS, Cell, Column, Mark, Preview, PreviewRow
from domain.model import BatchState, Doubt, Grade, ImportBatch

from ..notices import showing_refusals
from ..record_table import LENGTHS, View
from ..states import GRADES, Look
from . import layouts
from .layouts import Group

# What is done at once with all rows of a doubt; and where a mark of it leads.
Renew = Callable[[], Awaitable[None]]
WRITTEN, SAME, LEFT = Look('ok', 'check'), Look('', 'check'), Look('', 'warning')
STAYS, UNDONE = Look('warn', 'warning'), Look('', 'undo')
# The id of a picture; and what else the server writes of each file of a ZIP, which nobody mends.
PICTURE = ('file',)
# Where the file has no name, that of the person comes from the record.
WHOSE = ('identity_number',)
MADE = ('file', 'second', 'made_as', 'problem', 'file_name')
# What is one person's own is mended alone; other cells at once wherever they say the same.
OWN = ('name', 'identity_number', 'number', 'legacy_number')
ALIKE = '相同的都改'
# Longer than any cell that a column takes.
LONGEST = 2000


class import_table(Element, component='import_table.js'):
    """Events of rows call the page's `mended(row, column, text)`, `restored(row)`, `answered(row, takes)`.

    `alike(row, column, text)`: the same for all rows that say the same there.

    `view` and `grade` are what is shown; `turned()` is told when the user wants another part. A refusal is shown.
    """

    def __init__(
        self,
        view: View,
        grade: Grade | None,
        *,
        mended: Callable[[int, str, str], Awaitable[None]],
        alike: Callable[[int, str, str], Awaitable[None]],
        restored: Callable[[int], Awaitable[None]],
        answered: Callable[[int, bool], Awaitable[None]],
        asked: Callable[[Doubt], Awaitable[None]],
        turned: Renew,
    ) -> None:
        super().__init__()
        self.view, self.grade, self.turned = view, grade, turned
        self.mended, self.restored, self.answered, self.asked = mended, restored, answered, asked
        self.alike = alike
        self._props.update({'rows': '[]', 'groups': [], 'total': 0, 'page': 1, 'per-page': view.per_page})
        self._props.update({'note': '', 'empty': '', 'draft': '', 'heard': {}, 'locked': False})
        self._props.update({'grades': [], 'grade': '', 'doubts': [], 'said': ''})
        self.on('mended', self._mended)
        self.on('alike', self._mended_alike)
        self.on('restored', self._restored)
        self.on('answered', self._answered)
        self.on('asked', self._asked)
        self.on('graded', self._graded)
        self.on('turned', self._turned)
        self.on('sized', self._sized)
        self.on('returned', self._returned)

    def show(self, found: Preview, people: Mapping[int, str]) -> None:
        """Shows these rows; `found` is the part that `view` and `grade` ask for, `people` names by volunteer's id."""
        batch = found.batch
        is_open = batch.state is BatchState.GRADED
        columns = {each.key: each for each in found.columns}
        marked = {key for row in found.rows for key, cell in row.cells.items() if _is_told(row, cell)}
        groups = layouts.of(batch.kind, {key: each.label for key, each in columns.items()}, marked)
        lines = [_line(row, groups, columns, batch, people.get(row.about, '')) for row in found.rows]
        self._props.update({'rows': json.dumps(lines, ensure_ascii=False), 'groups': [each.label for each in groups]})
        self._props.update({'total': found.total, 'page': self.view.page, 'per-page': self.view.per_page})
        self._props.update({'draft': f'import-{batch.id}', 'locked': not is_open})
        self._props.update({'grades': _grades(found), 'grade': self.grade or ''})
        self._props['doubts'] = (
            [
                {'key': doubt.value, 'text': f'{doubt.label}的 {count:,} 筆一次決定'}
                for doubt, count in found.doubts.items()
                if count > found.answered.get(doubt, 0)
            ]
            if is_open
            else []
        )
        self._props['note'] = '錯誤與注意排在前面　' if is_open and not self.grade else ''
        self._props['empty'] = _empty(batch, self.grade)
        self.update()

    def _told(self, event: GenericEventArguments) -> tuple[dict[str, Any], int]:
        """What the browser sent, and the row that it is about; 0 is none."""
        given = event.args if isinstance(event.args, dict) else {}
        row = given.get('row')
        return given, row if isinstance(row, int) and not isinstance(row, bool) and 0 < row < 10**7 else 0

    async def _mended(self, event: GenericEventArguments) -> None:
        given, row = self._told(event)
        column, text, turn = given.get('column'), given.get('text'), given.get('turn')
        if not row or not isinstance(column, str) or not isinstance(text, str) or not isinstance(turn, int):
            return
        with showing_refusals():
            await self.mended(row, column, text.replace('\x00', '')[:LONGEST])
        # Also what was refused need not come again; while the database is away nothing was heard.
        self._props['heard'] = self._props['heard'] | {f'{row}:{column}': turn}
        line = next((each for each in json.loads(self._props['rows']) if each['n'] == row), None)
        self._props['said'] = f'第 {row} 列：{line["chip"]["text"]}' if line else ''
        self.update()

    async def _mended_alike(self, event: GenericEventArguments) -> None:
        given, row = self._told(event)
        column, text = given.get('column'), given.get('text')
        if row and isinstance(column, str) and isinstance(text, str):
            with showing_refusals():
                await self.alike(row, column, text.replace('\x00', '')[:LONGEST])

    async def _restored(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int):
            with showing_refusals():
                await self.restored(event.args)

    async def _answered(self, event: GenericEventArguments) -> None:
        given, row = self._told(event)
        if row and isinstance(given.get('takes'), bool):
            with showing_refusals():
                await self.answered(row, given['takes'])

    async def _asked(self, event: GenericEventArguments) -> None:
        doubt = next((each for each in Doubt if each.value == event.args), None)
        if doubt is not None:
            await self.asked(doubt)

    async def _graded(self, event: GenericEventArguments) -> None:
        self.grade = next((each for each in Grade if each.value == event.args), None)
        self.view.page = 1
        await self.turned()

    async def _turned(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int) and 1 <= event.args <= 100_000:
            self.view.page = event.args
            await self.turned()

    async def _sized(self, event: GenericEventArguments) -> None:
        if event.args in LENGTHS:
            self.view.per_page, self.view.page = event.args, 1
            await self.turned()

    async def _returned(self, event: GenericEventArguments) -> None:
        """Back or Forward: {page, per} of the address."""
        if isinstance(event.args, dict):
            view = View.read(event.args.get('page', 1), event.args.get('per', 0))
            self.view.page, self.view.per_page = view.page, view.per_page
            await self.turned()


def _empty(batch: ImportBatch, grade: Grade | None) -> str:
    """Why there is no row."""
    if batch.state is not BatchState.GRADED and batch.cells_until is None:
        return '內容已過保存期限，只留下這筆匯入紀錄。'
    return f'沒有「{grade.label}」的列' if grade else '檔案裡沒有資料列'


def _grades(found: Preview) -> list[dict[str, Any]]:
    batch, answered = found.batch, sum(found.answered.values())
    counts = {Grade.GOOD: batch.good, Grade.ATTENTION: batch.attention, Grade.WRONG: batch.wrong}
    labels = Grade.labels()
    if batch.state is not BatchState.GRADED:  # nothing is to be brought in any more
        labels[Grade.GOOD] = '無誤'
    every = {'key': '', 'label': '全部', 'tone': '', 'icon': '', 'count': f'{batch.rows:,}'}
    return [
        every,
        *(
            {'key': grade.value, 'label': labels[grade]}
            | {'count': f'{count:,}（已決定 {answered:,}）' if answered and grade is Grade.ATTENTION else f'{count:,}'}
            | {'tone': GRADES[grade].tone, 'icon': GRADES[grade].symbol}
            for grade, count in counts.items()
        ),
    ]


def _line(
    row: PreviewRow, groups: Iterable[Group], columns: dict[str, Column], batch: ImportBatch, whose: str
) -> dict[str, Any]:
    is_open = batch.state is BatchState.GRADED
    answers = ANSWERS[row.doubt] if row.doubt else None
    look, word = _state(row, batch)
    tone = {Grade.WRONG: 'bad', Grade.ATTENTION: 'warn'}.get(row.grade, '')
    why = [{'tone': tone, 'text': mark.sentence} for mark in row.marks]
    why += [{'tone': 'warn', 'text': row.left}] if row.left else []
    return {
        'n': row.number,
        'tone': tone if is_open else '',
        'cells': [_cell(row, group, columns, whose, is_open=is_open) for group in groups],
        'chip': {'text': word, 'tone': look.tone, 'icon': look.symbol},
        'why': why,
        'mended': row.is_mended,
        'doubt': {'options': answers, 'takes': row.takes} if answers and is_open else None,
        'all': [_box(row, key, columns[key], row.cells.get(key, Cell(''))) for key in columns if key not in MADE],
    }


def _state(row: PreviewRow, batch: ImportBatch) -> tuple[Look, str]:
    """What the last column says: before 確認 the grade, afterwards what became of the row."""
    if batch.state in (BatchState.DONE, BatchState.TAKEN_BACK):
        was_to_be = row.grade is Grade.GOOD or (row.grade is Grade.ATTENTION and row.takes)
        if was_to_be and not row.is_written and not row.left:
            return SAME, '不需寫入'
        if batch.state is BatchState.DONE:
            return (WRITTEN, '已匯入') if row.is_written else (LEFT, '未匯入')
        if not row.is_written:
            return LEFT, '未匯入'
        return (STAYS, '仍保留') if row.left else (UNDONE, '已復原')
    if row.grade is Grade.GOOD and row.is_mended:
        return GRADES[Grade.GOOD], '已改正'
    return GRADES[row.grade], row.doubt.label if row.doubt else row.grade.label


def _cell(row: PreviewRow, group: Group, columns: dict[str, Column], whose: str, *, is_open: bool) -> dict[str, Any]:
    cells = {key: row.cells[key] for key in group.keys if key in row.cells}
    boxes = [key for key, cell in cells.items() if is_open and key not in MADE and _is_box(row, cell)]
    is_whole = not set(boxes).intersection(group.main)
    main = [_named(cells[key], columns[key])[0] for key in group.main if key in cells]
    sub = [_named(cells[key], columns[key])[1] for key in group.main if key in cells and key not in boxes]
    sub += [_coded(cells[key], columns[key]) for key in group.sub if key in cells and key not in boxes]
    if not is_whole:  # what stands beside a box says what it is
        rest = [key for key in group.main if key in cells and key not in boxes]
        sub = [f'{columns[key].label} {_read(cells[key].text, columns[key])}' for key in rest] + sub
    if whose and is_whole and group.main == WHOSE:
        main, sub = [whose], [*main, *sub]
    marks = [mark for key, cell in cells.items() for mark in _marks(row, key, cell)]
    return {
        'main': _put_together(group.form, main) if is_whole and group.main != PICTURE else '',
        'picture': _picture(cells) if group.main == PICTURE else None,
        'strong': group.main == ('name',) or bool(whose and group.main == WHOSE),
        'sub': [*dict.fromkeys(filter(None, sub))],
        'boxes': [_box(row, key, columns[key], cells[key]) | {'caption': len(group.main) > 1} for key in boxes],
        'marks': marks,
        'blank': not any(cell.text or cell.marks for cell in cells.values()),
    }


def _picture(cells: dict[str, Cell]) -> dict[str, str] | None:
    """Of a ZIP: what lies in it, to be looked at before it is anybody's."""
    file, name = cells.get('file'), cells.get('file_name')
    return {'url': links.file(file.text), 'alt': name.text if name else ''} if file and file.text else None


def _named(cell: Cell, column: Column) -> tuple[str, str]:
    """What the cell says first, and below it: of a code its name, then the code."""
    if column.width and cell.beside:
        return cell.beside, cell.text
    if cell.meant:
        return cell.meant, '　'.join(filter(None, [cell.beside, f'檔案中是 {cell.text}']))
    return _read(cell.text, column), cell.beside


def _coded(cell: Cell, column: Column) -> str:
    return '　'.join(filter(None, [_read(cell.text, column), cell.beside]))


def _is_told(row: PreviewRow, cell: Cell) -> bool:
    """Whether the cell is shown though its column mostly is not: something is said of it, or it is what differs."""
    return bool(cell.marks) or cell.original is not None or (row.doubt is Doubt.DIFFERS and bool(cell.beside))


def _is_box(row: PreviewRow, cell: Cell) -> bool:
    """Whether the cell is a box to write in without being asked for."""
    return cell.original is not None or (row.grade is Grade.WRONG and bool(cell.marks))


def _box(row: PreviewRow, key: str, column: Column, cell: Cell) -> dict[str, Any]:
    is_masked = column.reading == 'identity' and '*' in cell.text
    return {
        'key': key,
        'label': column.label,
        'value': '' if is_masked else cell.text,
        'masked': cell.text if is_masked else '',
        'bad': row.grade is Grade.WRONG and bool(cell.marks),
        'options': list(column.choices.values()),
    }


def _marks(row: PreviewRow, key: str, cell: Cell) -> list[dict[str, str]]:
    tone = {Grade.WRONG: 'bad', Grade.ATTENTION: 'warn'}.get(row.grade, '')
    found = [_mark(mark, key, tone, row) for mark in cell.marks]
    if cell.original is not None:
        was = {'tone': 'ok', 'was': cell.original or '（空白）', 'text': '', 'key': key}
        found.append(was if not cell.marks else was | {'tone': ''})
    return found


def _mark(mark: Mark, key: str, tone: str, row: PreviewRow) -> dict[str, str]:
    found = {'tone': tone, 'text': mark.sentence, 'key': mark.column or key}
    if mark.fix:
        found |= {'fix': mark.fix, 'fixLabel': mark.fix_label or '改用這個'}
    if mark.fix and key not in OWN:
        found['alike'] = ALIKE
    if row.doubt is Doubt.UNINSURED and row.about:
        found |= {'href': links.insurance(row.about), 'hrefLabel': '登錄保險'}
    return found


def _read(text: str, column: Column) -> str:
    """A day as the office writes it, a choice by its name; everything else as it stands in the file."""
    if column.reading == 'day':
        try:
            return dates.roc(dates.parse_roc(text))
        except dates.UnreadableDate:
            return text
    return column.choices.get(text, text)


def _put_together(form: str, texts: list[str]) -> str:
    """Several cells as one; a span of one day, or without an end, is that day.

    >>> _put_together('{} ～ {}', ['115/10/01', '115/10/01']), _put_together('{} 小時 {} 分', ['3', '30'])
    ('115/10/01', '3 小時 30 分')
    >>> _put_together('{} ～ {}', ['115/10/01', ''])
    '115/10/01'
    >>> _put_together('{} 小時 {} 分', ['3']), _put_together('{} 小時 {} 分', ['', ''])
    ('3', '')
    """
    if '～' in form and len({*texts} - {''}) == 1:
        return next(filter(None, texts))
    if form.count('{}') != len(texts) or not any(texts):
        return '　'.join(filter(None, texts))
    return form.format(*(text or '0' if '小時' in form else text for text in texts))
