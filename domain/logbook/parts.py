"""The pieces of a form, and what becomes of them on one page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .box_trees import unwrapped
from .fields import Field, Laid
from .inks import Ink
from .skeletons import Row
from .structure import Structure


@dataclass(eq=False)
class Part:
    """A piece of the form; its kind says what it does when a page is filled.

    still: stands as it was laid out. field: has texts. rows: a table body. flow: its parts stand below each other.
    picture: a photo or symbol of this page. `is_rigid`: what is in it must not become higher or lower. `away` are the
    boxes of its kids that do not stand in the flow.
    """

    kind: str
    box: Any
    is_rigid: bool
    kids: 'list[tuple[Any, Part]]' = field(default_factory=list)
    away: list[Any] = field(default_factory=list)
    content: Field | None = None
    height: float = 0
    run: int | None = None
    stencils: 'dict[tuple[str, bool], Stencil]' = field(default_factory=dict)
    frames: dict[float, Ink] = field(default_factory=dict)
    structures: dict[Any, Structure] = field(default_factory=dict)


@dataclass(eq=False)
class Stencil:
    """One kind of row: its box and its cells. What is drawn of them around their texts, by their height.

    `stands`: of each cell the height it has at least, and the part of the room it leaves that is above its text.
    """

    box: Any
    cells: list[Field]
    stands: list[tuple[float, float]]
    grounds: dict[float, Ink] = field(default_factory=dict)
    borders: dict[float, Ink] = field(default_factory=dict)


@dataclass(eq=False)
class PlacedRow:
    """A row of a page: `y` in pixels of the page, its height, what stands in its cells, how far below `y` that is."""

    stencil: Stencil
    y: float
    height: float
    laid: list[Laid]
    below: list[float]
    twins: list[Any] = field(default_factory=list)


@dataclass(eq=False)
class Filled:
    """A form filled for one page: by part how far it moved, how much it grew, what stands in it."""

    texts: Sequence[str]
    runs: Sequence[Sequence[Row]]
    shift: dict[Part, float] = field(default_factory=dict)
    growth: dict[Part, float] = field(default_factory=dict)
    laid: dict[Part, Laid] = field(default_factory=dict)
    rows: dict[Part, list[PlacedRow]] = field(default_factory=dict)
    twins: dict[Part, Any] = field(default_factory=dict)


def placed(stencil: Stencil, texts: Sequence[str], y: float) -> PlacedRow:
    """As WeasyPrint's layout.table: cells are as high as the highest, and their content stands where it is to stand."""
    laid = [cell.laid(texts) for cell in stencil.cells]
    row = max([one.around + max(one.height, least) for one, (least, _) in zip(laid, stencil.stands, strict=True)])
    below = [(row - one.around - one.height) * above for one, (_, above) in zip(laid, stencil.stands, strict=True)]
    return PlacedRow(stencil, y, row, laid, below)


def claim(box: Any, part: Part) -> None:
    """All boxes inside know their part, but those that have one of their own."""
    box = unwrapped(box)
    if 'part' not in box.__dict__:
        box.part = part
        for child in box.all_children():
            claim(child, part)
