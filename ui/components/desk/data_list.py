"""What was written down of a case, in groups, each fact with its flag."""

from typing import Any

from nicegui.element import Element


class data_list(Element, component='data_list.js'):
    """Facts in groups."""

    def __init__(self, title: str, groups: list[dict[str, Any]]) -> None:
        super().__init__()
        self._props.update({'title': title, 'groups': groups})

    def show(self, groups: list[dict[str, Any]]) -> None:
        """The facts as they stand now."""
        if self._props['groups'] != groups:
            self._props['groups'] = groups
            self.update()
