"""子系統入口: the tiles of STEP 2, one of them large with its entries; every tile is a link."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from nicegui.element import Element


@dataclass(frozen=True)
class Entry:
    """A link to a page: icon, title, a line about it, address, and the step of the guide, if it has one."""

    icon: str
    title: str
    note: str
    address: str
    step: str = ''


class tiles(Element, component='tiles.js'):
    """`main` is the large tile with its `entries` below the heading `group`; `others` are small ones."""

    def __init__(self, main: Entry | None, group: str, entries: Sequence[Entry], others: Sequence[Entry]) -> None:
        super().__init__()
        self._props['main'] = asdict(main) if main else None
        self._props['group'] = group
        self._props['entries'] = [asdict(entry) for entry in entries]
        self._props['others'] = [asdict(entry) for entry in others]
