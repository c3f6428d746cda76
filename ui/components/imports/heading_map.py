"""欄位對應: the headings of a file, each with the column that it is taken for; a hand maps the rest."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain.imports import KINDS
from domain.model import BatchState, ImportBatch

from ..notices import showing_refusals


class heading_map(Element, component='heading_map.js'):
    """A choice calls `mapped(position, key)`; `key` is '' for a heading that is left out."""

    def __init__(self, mapped: Callable[[int, str], Awaitable[None]]) -> None:
        super().__init__()
        self._props.update({'headings': [], 'columns': [], 'note': '', 'locked': False})

        async def hear(event: GenericEventArguments) -> None:
            given: Any = event.args if isinstance(event.args, dict) else {}
            position, key = given.get('position'), given.get('column')
            if isinstance(position, int) and isinstance(key, str) and not self._props['locked']:
                with showing_refusals():
                    await mapped(position, key)

        self.on('mapped', hear)

    def show(self, batch: ImportBatch) -> None:
        """Shows what the headings of `batch` mean; a file without headings has none, and the order counts."""
        columns = KINDS[batch.kind].columns
        headings = [
            {'position': position, 'text': text or f'第 {position + 1} 欄', 'column': key}
            for position, (text, key) in enumerate(zip(batch.headings, batch.mapping, strict=False))
            if text or key
        ]
        matched = sum(bool(each['column']) for each in headings)
        note = f'您的標題 → 系統欄位。{len(headings)} 欄已對上 {matched} 欄'
        now = {
            'headings': headings,
            'columns': [{'key': each.key, 'label': each.label, 'needed': each.needed} for each in columns],
            'note': note if matched == len(headings) else f'{note}；記住後，下次不必再選',
            'locked': batch.state is not BatchState.GRADED,
        }
        if any(self._props[name] != value for name, value in now.items()):
            self._props.update(now)
            self.update()
