"""STEP 3: a group of links to pages."""

from collections.abc import Sequence
from dataclasses import asdict

from nicegui.element import Element

from .tiles import Entry


class entry_group(Element, component='entry_group.js'):
    """STEP 3: a heading and its entries, as links."""

    def __init__(self, title: str, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._props['title'] = title
        self._props['entries'] = [asdict(entry) for entry in entries]
