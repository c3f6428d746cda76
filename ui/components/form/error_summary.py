"""The summary of what must be corrected before a form can be saved or sent."""

from collections.abc import Collection, Sequence

from nicegui.element import Element


class error_summary(Element, component='error_summary.js'):
    """「還有 2 個地方需要處理」, with a link to each field."""

    def __init__(self) -> None:
        super().__init__()
        self._props['problems'] = []
        self.before = ''

    def show(self, lines: Sequence[tuple[str, str]], before: str = '儲存') -> None:
        """Lists `lines` (sentence, address of its field); hides when there are none."""
        self.before = before
        self._props['note'] = '已填的資料都還在，不需要重新輸入。點選下列項目可直接前往。'
        self._props['turn'] = self._props.get('turn', 0) + 1
        self._list([{'href': address, 'sentence': sentence} for sentence, address in lines])

    def drop(self, mended: Collection[str]) -> None:
        """Takes out the lines that lead to these addresses; the focus stays where it is."""
        left = [line for line in self._props['problems'] if line['href'] not in mended]
        if len(left) < len(self._props['problems']):
            self._list(left)

    def _list(self, lines: list[dict[str, str]]) -> None:
        self._props['title'] = f'還有 {len(lines)} 個地方需要處理，才能{self.before}'
        self._props['problems'] = lines
        self.update()
