"""What stands first in a page: where it is, its title, 「*為必填」; one element, since every page has it."""

from collections.abc import Sequence

from nicegui.element import Element


class page_head(Element, component='page_head.js'):
    """`crumbs` are texts and addresses of what leads here; without `heading` the page says its title itself."""

    def __init__(self, title: str, crumbs: Sequence[tuple[str, str]], *, heading: bool) -> None:
        super().__init__()
        self._props.update({'title': title, 'crumbs': list(crumbs), 'heading': heading})

    def name(self, title: str) -> bool:
        """Show this title; whether it is another one."""
        if self._props['title'] == title:
            return False
        self._props['title'] = title
        self.update()
        return True
