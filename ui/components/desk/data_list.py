"""The data of a case in groups, each fact with the flag by which it is marked."""

from typing import Any

from nicegui.element import Element


class data_list(Element, component='data_list.js'):
    """Emits `revealed` for the identity number and `previewed` for the page of the book."""

    def __init__(self, title: str, groups: list[dict[str, Any]]) -> None:
        super().__init__()
        self._props.update({'title': title, 'groups': groups})

    def show(self, groups: list[dict[str, Any]]) -> None:
        """Shows these groups of facts."""
        if self._props['groups'] != groups:
            self._props['groups'] = groups
            self.update()
