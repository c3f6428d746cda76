"""The way to the cases before and after the open one."""

from nicegui.element import Element


class desk_neighbours(Element, component='desk_neighbours.js'):
    """上一件, 下一件 in the reviewer's own list, and the list of keys."""
