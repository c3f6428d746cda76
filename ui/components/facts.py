"""Facts in a row: a label and a value each."""

from collections.abc import Sequence

from nicegui import html


def facts(pairs: Sequence[tuple[str, str]]) -> None:
    """A card of read-only facts such as 資料建立時間 and 資料建立人."""
    with html.section().classes('lb-card lb-pad'), html.dl().classes('lb-meta'):
        for label, value in pairs:
            with html.div():
                html.dt(label)
                html.dd(value)
