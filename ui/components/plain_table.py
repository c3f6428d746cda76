"""A table of plain text: the first cell of each row is its heading; it scrolls sideways in a small window."""

from collections.abc import Sequence

from nicegui import html


def plain_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, last_is_total: bool = False
) -> None:
    """`title` is what a screen reader calls it; `last_is_total` sets the last row apart."""
    with html.div().classes('lb-scroll').props('tabindex=0 role=region') as region:
        region.props['aria-label'] = f'{title}的表格'
        with html.table().classes('lb-plain-table').classes('lb-with-total' if last_is_total else ''):
            with html.thead(), html.tr():
                for column in columns:
                    html.th(column).props('scope=col')
            with html.tbody():
                for row in rows:
                    with html.tr():
                        html.th(row[0]).props('scope=row')
                        for cell in row[1:]:
                            html.td(cell)
