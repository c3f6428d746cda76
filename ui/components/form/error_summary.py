"""The summary of what must be corrected before a form can be saved or sent."""

from collections.abc import Sequence

from nicegui.element import Element


class error_summary(Element, component='error_summary.js'):
    """「還有 2 個地方需要處理」, with a link to each field."""

    def __init__(self) -> None:
        super().__init__()
        self._props['problems'] = []

    def show(self, lines: Sequence[tuple[str, str]], before: str = '儲存') -> None:
        """Lists `lines` (sentence, address of its field); hides when there are none."""
        self._props['title'] = f'還有 {len(lines)} 個地方需要處理，才能{before}'
        self._props['note'] = '已填的資料都還在，不需要重新輸入。點選下列項目可直接前往。'
        self._props['problems'] = [{'href': address, 'sentence': sentence} for sentence, address in lines]
        self._props['turn'] = self._props.get('turn', 0) + 1
        self.update()
