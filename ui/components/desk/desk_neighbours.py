"""The way to the cases before and after the open one."""

from nicegui.element import Element


class desk_neighbours(Element, component='desk_neighbours.js'):
    """上一件 and 下一件 in the reviewer's filtered list, and the list of keys."""
