"""A line icon. It is decoration: a word always stands beside it."""

from nicegui.element import Element


class icon(Element, component='icon.js'):
    """The icon `name` of ui/static/icons.js, `size` pixels high."""

    def __init__(self, name: str, size: int = 18) -> None:
        super().__init__()
        self._props['name'] = name
        self._props['size'] = size
