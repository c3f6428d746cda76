"""A field: a box of a form whose texts differ from page to page, laid out alone by WeasyPrint.

That is a cell, a paragraph, an item of a list or a box in the margin. What it looks like with its texts is kept, for as
long as it is used.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any

from weasyprint.draw import draw_background, draw_block_level, draw_border
from weasyprint.formatting_structure import boxes
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.layout.block import block_container_layout, block_level_layout
from weasyprint.layout.page import margin_box_content_layout
from weasyprint.layout.percent import resolve_percentages
from weasyprint.stacking import StackingContext

from .casts import Cast, shape
from .inks import Ink, Unfit, drawn
from .structure import Structure

FIRST_MARK = 0x3400
"""Stands for the first text of a form, the next character for the next: ideographs (Ext-A) that no template has."""
MOST_MARKS = 0x19B6
_MARKS = re.compile('([\u3400-\u4db5])')
# Texts that WeasyPrint's first pass changes more than a field knows of.
_UNUSUAL = re.compile('^[ \n\t]|[ \n\t]$|[\t\u00ad\u2028\u2029]')


def mark(place: int) -> str:
    """What stands for the text of that place."""
    if place >= MOST_MARKS:
        raise Unfit('more texts than marks')
    return chr(FIRST_MARK + place)


def pattern(text: str) -> tuple[str | int, ...]:
    """The text of a form as pieces that are the same on every page, and places of those that are not."""
    return tuple(ord(piece) - FIRST_MARK if _MARKS.fullmatch(piece) else piece for piece in _MARKS.split(text) if piece)


def pieces_of(box: Any) -> tuple[str | int, ...]:
    """Of a box of text, also where a form was laid out with a text in place of its mark."""
    return getattr(box, 'pieces', None) or pattern(box.text)


def told(pieces: Sequence[str | int], texts: Sequence[str]) -> str:
    """The text that `pieces` are with `texts`."""
    return ''.join(piece if isinstance(piece, str) else texts[piece] for piece in pieces)


def is_unusual(text: str) -> bool:
    """Whether WeasyPrint does more with it than a field knows of."""
    return bool(_UNUSUAL.search(text))


@dataclass(frozen=True, eq=False)
class Laid:
    """A field with its texts, laid out. `height` is that of the border box; that of a cell, of its content alone,
    and `around` what the cell has above and below that.
    """

    height: float
    around: float
    ink: Ink
    structure: Structure


@dataclass(frozen=True, eq=False)
class Alike:
    """What all fields with alike texts have in common (`casts`)."""

    cast: Cast
    height: float
    around: float
    structure: Structure


ONCE, NEVER = object(), object()
"""In place of what alike fields have in common: one of them was laid out; they have nothing in common."""


class Cache:
    """What was laid out, in two generations: what the younger does not ask for again goes with the older."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        """None for what is not there."""
        found = self._young.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: Any, value: Any) -> None:
        if len(self._young) >= self._most // 2:
            self._old, self._young = self._young, {}
        self._young[key] = value


class Field:
    """`box` is the form's, with marks; `parent` its own parent there, `page` and `context` WeasyPrint's.

    `first` is the mark that stands for the first of the texts among which its own are.
    """

    def __init__(self, box: Any, parent: Any, page: Any, context: Any, cache: Cache, first: int = 0) -> None:
        self._box, self._parent, self._page, self._context, self._cache = box, parent, page, context, cache
        self._first = first
        if box.is_grid_item:  # the grid has stretched it
            self._box = box.copy()
            self._box.style = context.style_for(box.element)
        self._places: list[int] = []
        self._patterns: dict[Any, tuple[str | int, ...]] = {}
        self._learn(self._box)

    @property
    def places(self) -> list[int]:
        """Of its texts."""
        return self._places

    def laid(self, texts: Sequence[str]) -> Laid:
        """With those of the page's (or row's) texts that are its own. Raises Unfit."""
        own = tuple(texts[place] for place in self._places)
        laid: Laid | None = self._cache.get((self, own))
        if laid is None:
            if any(map(is_unusual, own)):
                raise Unfit('an unusual text')
            laid = self._made(own, texts)
            self._cache.put((self, own), laid)
        return laid

    def _made(self, own: Sequence[str], texts: Sequence[str]) -> Laid:
        """Cast, where alike texts have come twice before; the first are mostly the only ones."""
        key = self, 'alike', *map(shape, own)
        alike = self._cache.get(key)
        if isinstance(alike, Alike) and (ink := alike.cast.filled(self._said(texts))):
            return Laid(alike.height, alike.around, ink, alike.structure)
        laid, drawn = self._lay_out(texts)
        if alike is None:
            self._cache.put(key, ONCE)
        elif alike is ONCE:
            self._cache.put(key, self._alike(laid, drawn, texts) or NEVER)
        return laid

    def _alike(self, laid: Laid, drawn: Sequence[Any], texts: Sequence[str]) -> 'Alike | None':
        shown = [pieces for pieces in self._patterns.values() if told(pieces, texts)]
        changing = [any(isinstance(piece, int) for piece in pieces) for pieces in shown]
        cast = Cast.of(laid.ink, drawn, self._said(texts), changing)
        for box in drawn if cast else ():  # the structure, which others will have as well, needs them without texts
            box.text = box.pango_layout.text = ''
        return Alike(cast, laid.height, laid.around, laid.structure) if cast else None

    def _said(self, texts: Sequence[str]) -> list[str]:
        """What its boxes say with `texts`."""
        return [text for pieces in self._patterns.values() if (text := told(pieces, texts))]

    @cached_property
    def is_cell(self) -> bool:
        return isinstance(self._box, boxes.TableCellBox)

    def _learn(self, box: Any) -> None:
        if isinstance(box, boxes.TextBox):
            pieces = [piece if isinstance(piece, str) else piece - self._first for piece in pieces_of(box)]
            self._patterns[box] = tuple(pieces)
            self._places += [piece for piece in pieces if isinstance(piece, int) and piece not in self._places]
        elif isinstance(box, boxes.ParentBox):
            if any(isinstance(child, boxes.TableBox) for child in box.children):
                raise Unfit('a table in a field')
            for child in self._unbroken(box):
                self._learn(child)

    def _unbroken(self, box: Any) -> Any:
        """Its children; of several lines the first, which knows the whole text if that is all there is."""
        lines = [child for child in box.children if isinstance(child, boxes.LineBox)]
        if len(lines) < 2:
            return box.children
        texts = [child for line in lines for child in line.children]
        if any(not isinstance(one, boxes.TextBox) or pieces_of(one) != pieces_of(texts[0]) for one in texts):
            raise Unfit('lines of several texts in a field')
        if len(lines) != len(box.children) or all(isinstance(piece, str) for piece in pieces_of(texts[0])):
            raise Unfit('lines beside other boxes in a field')
        return lines[:1]

    def _lay_out(self, texts: Sequence[str]) -> tuple[Laid, list[Any]]:
        """And its boxes that show something, in order."""
        box = self._renewed(self._box, texts)
        if box is None:
            raise Unfit('a field without texts')
        box.process_whitespace()
        context, is_margin = self._context, isinstance(box, boxes.MarginBox)
        if is_margin:
            box = margin_box_content_layout(context, self._page, box)
        elif self.is_cell:
            box = self._cell(box)
        else:
            box = self._block(box)
        layout_box_backgrounds(self._page, box, context.get_image_from_uri)
        height = box.height if self.is_cell else box.border_height()
        ink = drawn(lambda stream: self._draw(box, stream), (0, 0, self._page.width, 1000))
        drawn_boxes = [part for part in ink.marked if not isinstance(part, bytes)]
        # Boxes are large, and there are thousands of fields.
        small = replace(ink, marked=tuple(part if isinstance(part, bytes) else None for part in ink.marked))
        return Laid(height, box.border_height() - height, small, Structure(box, drawn_boxes)), drawn_boxes

    def _cell(self, box: Any) -> Any:
        """As WeasyPrint's layout.table does it."""
        width = box.width
        resolve_percentages(box, self._parent)
        box.margin_top = box.margin_left = 0
        box.width, box.height, box.position_y = width, 'auto', 0
        style = box.style
        if style['height'] != 'auto':
            box.style = style.copy()
            box.style['height'] = 'auto'
        laid, *_ = block_container_layout(self._context, box, -inf, None, True, [], [], None, None, None, False, None)
        laid.style = style
        return laid

    def _block(self, box: Any) -> Any:
        around = self._parent.copy()
        around.width = self._box.margin_width()
        box.position_x, box.position_y = self._box.position_x, 0
        absolutes: list[Any] = []
        self._context.create_block_formatting_context()
        try:
            laid, *_ = block_level_layout(self._context, box, -inf, None, around, True, absolutes, absolutes)
        finally:
            self._context.finish_block_formatting_context()
        if laid is None or absolutes or not laid.children or laid.width != self._box.width:
            raise Unfit('a block that does not fit its place')
        return laid

    def _renewed(self, box: Any, texts: Sequence[str]) -> Any:
        """A copy with `texts`, not laid out; None where nothing is left."""
        new = box.copy()
        if isinstance(box, boxes.TextBox):
            new.text = told(self._patterns[box], texts)
            new.justification_spacing = 0
            return new if new.text else None
        if isinstance(box, boxes.ParentBox):
            new.children = [kid for child in self._unbroken(box) if (kid := self._renewed(child, texts)) is not None]
            if not new.children and not isinstance(box, boxes.TableCellBox | boxes.InlineBox | boxes.MarginBox):
                return None
        return new

    def _draw(self, box: Any, stream: Any) -> None:
        """The texts, and what stands around them inside the field, in WeasyPrint's order."""
        stacking = StackingContext.from_box(box, self._page)
        if stacking.float_contexts or stacking.zero_z_contexts or stacking.negative_z_contexts:
            raise Unfit('a field with boxes that stand elsewhere')
        for block in stacking.block_level_boxes:
            draw_background(stream, block.background)
            draw_border(stream, block)
        draw_block_level(self._page, stream, {stacking.box: stacking.blocks_and_cells})
