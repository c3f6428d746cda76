"""A table of plain text: the first cell of each row is its heading; it scrolls sideways in a small window."""

from collections.abc import Sequence

from nicegui.element import Element


class plain_table(Element, component='plain_table.js'):
    """`title` is what a screen reader calls it; `last_is_total` sets the last row apart."""

    def __init__(
        self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, last_is_total: bool = False
    ) -> None:
        super().__init__()
        self._props.update({'title': title, 'columns': columns, 'rows': rows, 'total': last_is_total})
