"""A form: one kind of page, laid out once by WeasyPrint, into which the texts of many pages are put.

It has `parts` and is drawn in `steps`. What stands still is drawn once (`inks`), what has texts of its own is a
`fields.Field`, and rows are stacked as high as their cells become; what stands below something that grew moves down.
Whatever would move in another way raises Unfit, and the page is laid out plainly.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from weasyprint.document import Page as WeasyPage
from weasyprint.draw import (
    draw_background,
    draw_border,
    draw_stacking_context,
    draw_table,
)
from weasyprint.formatting_structure import boxes
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.stacking import StackingContext

from .box_trees import all_in, is_alive, is_picture, unwrapped
from .fields import Cache, Field, pattern, pieces_of, told
from .inks import Ink, Sheet, Unfit, drawn
from .page_trees import rebuilt
from .parts import Filled, Part, PlacedRow, Stencil, claim, placed
from .skeletons import Row
from .steps import (
    Picture,
    Step,
    Still,
    draw_each,
    draw_frame,
    draw_ground,
    draw_level,
    field_step,
    merged,
    picture_step,
    rows_step,
)

CLOSE = 1e-6
"""Pixels that make no difference."""
ABOVE = {'top': 0.0, 'middle': 0.5, 'bottom': 1.0}
"""The part of a cell's empty room that is above its text."""


class Form:
    """`page` is WeasyPrint's box of the page; `kinds` are the rows that were laid out in each table body, in order.

    `first_texts`: where the texts of those rows begin among the marks. `texts` are those that it was laid out with
    where nothing can grow. `margins`: fields in the margins, which forms have in common.
    """

    def __init__(
        self,
        page: Any,
        context: Any,
        kinds: Sequence[Sequence[str]],
        first_texts: Sequence[Sequence[int]],
        texts: Sequence[str],
        cache: Cache,
        margins: dict[Any, Field],
    ) -> None:
        self.page, self._context, self._cache, self._margins = page, context, cache, margins
        self._kinds, self._first_texts, self._texts = kinds, first_texts, texts
        self._runs = iter(range(len(kinds)))
        laid_out = WeasyPage(page)
        self.width, self.height, self.bleed = laid_out.width, laid_out.height, laid_out.bleed
        if laid_out.links or any(laid_out.forms.values()):
            raise Unfit('links or inputs')
        self.anchors = laid_out.anchors  # of sections, which begin where the page begins
        self._bodies: list[Part] = []
        self._paper = Part('still', page, True)
        self._kids = [self._part(box, page, bool(place)) for place, box in enumerate(page.children)]
        if next(self._runs, None) is not None:
            raise Unfit('a table body that was not expected')
        self._steps = merged(self._page_steps())
        self._bookmarks = [*self._marked_boxes()]

    # What is in the form

    def _part(self, box: Any, parent: Any, is_rigid: bool) -> Part:
        box = unwrapped(box)
        is_rigid = is_rigid or not box.is_in_normal_flow() or box.is_grid_item or box.is_flex_item
        if isinstance(box, boxes.TableRowGroupBox) and (not box.is_header or is_alive(box)):
            part = self._rows(box, parent, is_rigid)
        elif not is_alive(box):
            part = Part('still', box, is_rigid)
        elif isinstance(box, boxes.MarginBox) or (box.children and isinstance(box.children[0], boxes.LineBox)):
            part = Part('field', box, is_rigid)
            if any(map(is_picture, all_in(box))):
                part.kind = 'picture'
            else:
                part.content = self._field(box, parent)
                # A grid stretches its items: what it would be alone is asked.
                part.height = part.content.laid(self._texts).height if box.is_grid_item else box.border_height()
        elif is_picture(box):
            part = Part('picture', box, is_rigid)
        elif isinstance(box, boxes.BlockBox | boxes.TableBox | boxes.GridBox):
            part = Part('flow', box, is_rigid)
            part.kids = [*self._parts_of(box, is_rigid)]
            part.away = [kid for kid, _ in part.kids if not kid.is_in_normal_flow()]
        else:
            raise Unfit('a kind of box that no form has')
        claim(box, part)
        return part

    def _field(self, box: Any, parent: Any) -> Field:
        if not isinstance(box, boxes.MarginBox):
            return Field(box, parent, self.page, self._context, self._cache)
        texts = [(pieces_of(one), one.position_y) for one in all_in(box) if isinstance(one, boxes.TextBox)]
        key = box.at_keyword, self.page.page_type.name, box.position_x, box.position_y, box.width, box.height, *texts
        if key not in self._margins:
            self._margins[key] = Field(box, parent, self.page, self._context, self._cache)
        return self._margins[key]

    def _parts_of(self, box: Any, is_rigid: bool) -> Iterator[tuple[Any, Part]]:
        """Neighbours that stand still are one part."""
        still: Part | None = None
        for child in map(unwrapped, box.children):
            if still and child.is_in_normal_flow() and not is_alive(child) and not isinstance(box, boxes.TableBox):
                claim(child, still)
            else:
                part = self._part(child, box, is_rigid)
                still = part if part.kind == 'still' and child.is_in_normal_flow() else None
            yield child, still or part

    def _rows(self, box: Any, parent: Any, is_rigid: bool) -> Part:
        part = Part('rows', box, is_rigid)
        if box.is_header:
            kinds, starts = [str(place) for place, _ in enumerate(box.children)], [0] * len(box.children)
        else:
            part.run = next(self._runs, None)
            if part.run is None:
                raise Unfit('fewer table bodies than expected')
            self._bodies.append(part)
            kinds, starts = [*self._kinds[part.run]], [*self._first_texts[part.run]]
        if len(kinds) != len(box.children) or box.background or parent.style['border_collapse'] == 'collapse':
            raise Unfit('other rows than expected')
        for row, kind, start in zip(box.children, kinds, starts, strict=True):
            if row.background or row.style['height'] != 'auto':
                raise Unfit('a row with a look of its own')
            if any(cell.rowspan > 1 or cell.vertical_align not in ABOVE for cell in row.children):
                raise Unfit('cells that reach over rows or stand on a baseline')
            cells = [Field(cell, parent, self.page, self._context, self._cache, start) for cell in row.children]
            stands = [
                (0 if cell.computed_height == 'auto' else cell.computed_height, ABOVE[cell.vertical_align])
                for cell in row.children
            ]
            part.stencils[kind, row is box.children[-1]] = Stencil(row, cells, stands)
        return part

    def _marked_boxes(self) -> Iterator[tuple[Any, Part]]:
        for box in all_in(self.page):
            if box.bookmark_label and box.style['bookmark_level'] != 'none':
                if box.transformation_matrix:
                    raise Unfit('a bookmark in a turned box')
                yield box, box.part

    def knows(self, runs: Sequence[Sequence[Row]]) -> bool:
        """Whether each of these rows is of a kind that was laid out."""
        known = {part.run: part.stencils for part in self._bodies}
        return all((row.html, row is run[-1]) in known[place] for place, run in enumerate(runs) for row in run)

    # Filling it

    def filled(self, texts: Sequence[str], runs: Sequence[Sequence[Row]]) -> Filled:
        """Raises Unfit, where the page cannot be made of this form; Stiff, where one with these texts may do."""
        filled = Filled(texts, runs)
        for part in self._kids:
            self._fill(part, 0, filled)
        body = self._kids[0].kids[-1][1] if self._kids[0].kids else None
        for _, part in body.kids if body else ():
            if part.box.is_in_normal_flow() and part.kind != 'still':
                bottom = part.box.border_box_y() + part.box.border_height()
                if bottom + filled.shift[part] + filled.growth[part] > self._end + CLOSE:
                    raise Unfit('more than a page')
        return filled

    def _fill(self, part: Part, shift: float, filled: Filled) -> float:
        filled.shift[part] = shift
        growth = 0.0
        if part.kind == 'field' and part.content:
            laid = filled.laid[part] = part.content.laid(filled.texts)
            growth = 0 if isinstance(part.box, boxes.MarginBox) else laid.height - part.height
        elif part.kind == 'rows':
            growth = self._fill_rows(part, shift, filled)
        elif part.kind == 'flow':
            growth = self._fill_flow(part, shift, filled)
        if abs(growth) < CLOSE:
            growth = 0
        elif part.is_rigid:
            raise Stiff
        filled.growth[part] = growth
        return growth

    def _fill_flow(self, part: Part, shift: float, filled: Filled) -> float:
        moved = 0.0
        for box, kid in part.kids:
            if box not in part.away:
                if kid not in filled.shift:
                    moved += self._fill(kid, shift + moved, filled)
            else:
                is_placed = box.is_absolutely_positioned() and box.style['top'] != 'auto'
                self._fill(kid, shift if is_placed else shift + moved, filled)
        growth = self._growth(part, moved)
        if moved > growth + CLOSE and self._last_bottom(part) + shift + moved > self._end + CLOSE:
            raise Unfit('more than a box of its height can have on the page')
        if growth and any((box.is_floated() and growth < 0) or box.style['bottom'] != 'auto' for box in part.away):
            raise Unfit('a box held at its bottom or beside a float')
        return growth

    def _growth(self, part: Part, moved: float) -> float:
        """Of what has parts that became so much higher together."""
        box = part.box
        if box.style['height'] != 'auto':
            return 0
        if not isinstance(box, boxes.BlockBox) or not box.min_height:
            return moved
        natural = self._last_bottom(part) - box.content_box_y()
        return float(max(natural + moved, box.min_height) - box.height)

    def _last_bottom(self, part: Part) -> float:
        last = next(box for box, _ in reversed(part.kids) if box.is_in_normal_flow())
        return float(last.position_y + last.margin_height())

    @property
    def _end(self) -> float:
        """Where the page's content must end."""
        return float(self.page.content_box_y() + self.page.height)

    def _fill_rows(self, part: Part, shift: float, filled: Filled) -> float:
        y = part.box.position_y + shift
        rows: list[PlacedRow] = []
        if part.run is None:
            wanted = [(stencil, filled.texts) for stencil in part.stencils.values()]
        else:
            run = filled.runs[part.run]
            wanted = [(part.stencils[row.html, row is run[-1]], row.texts) for row in run]
        for stencil, texts in wanted:
            rows.append(placed(stencil, texts, y))
            y += rows[-1].height
        filled.rows[part] = rows
        return float(y - part.box.position_y - shift - part.box.height)

    # Drawing it

    def draw(self, sheet: Sheet, filled: Filled, picture: Picture) -> None:
        """On the sheet, in the order in which WeasyPrint draws."""
        for step in self._steps:
            step(sheet, filled, picture)
        sheet.flush()

    def bookmarks(self, filled: Filled) -> list[tuple[int, str, tuple[float, float], str]]:
        """As WeasyPrint's pages have them."""
        found = []
        for box, part in self._bookmarks:
            x, y, *_ = box.hit_area()
            label = told(pattern(box.bookmark_label), filled.texts)
            place = (x, y + filled.shift[part])
            found.append((box.style['bookmark_level'], label, place, box.style['bookmark_state']))
        return found

    def tree(self, filled: Filled) -> Any:
        """The boxes of this page, for the structure tree; only after it was drawn on a sheet that is tagged."""
        page = self.page.copy()
        page.children = [
            rebuilt(unwrapped(box), part, filled) for box, part in zip(page.children, self._kids, strict=True)
        ]
        return page

    def _page_steps(self) -> Iterator[Still | Step]:
        page = self.page
        context = StackingContext.from_page(page)

        def paper(stream: Any) -> None:
            draw_background(stream, context.box.background, clip_box=False, bleed=page.bleed, marks=page.style['marks'])
            draw_background(stream, page.canvas_background, clip_box=False)
            draw_border(stream, page)

        yield self._still(self._paper, paper)
        for inner in (*context.negative_z_contexts, *context.zero_z_contexts, *context.positive_z_contexts):
            yield from self._context_steps(inner)

    def _context_steps(self, context: Any) -> Iterator[Still | Step]:
        box = context.box
        if box.part.kind == 'still':
            yield self._still(box.part, lambda stream: draw_stacking_context(stream, context))
            return
        style = box.style
        if box.transformation_matrix or style['opacity'] < 1 or style['overflow'] != 'visible':
            raise Unfit('a turned or clipped box with texts')
        yield from self._frame_steps(box)
        for inner in context.negative_z_contexts:
            yield from self._context_steps(inner)
        for block in context.block_level_boxes:
            yield from self._frame_steps(block)
        for inner in context.float_contexts:
            yield from self._context_steps(inner)
        yield from self._level_steps({box: context.blocks_and_cells}, set())
        for inner in (*context.zero_z_contexts, *context.positive_z_contexts):
            yield from self._context_steps(inner)

    def _frame_steps(self, box: Any) -> Iterator[Still | Step]:
        """Background and border of a block."""
        part = box.part
        if isinstance(box, boxes.TableBox):
            yield from self._table_steps(box)
        elif part.kind == 'still':
            yield self._still(part, lambda stream: draw_frame(stream, box))
        elif part.kind in ('field', 'flow') and (box.background or _has_border(box)):
            yield lambda sheet, filled, _: sheet.put(
                self._grown_frame(part, box, filled.growth[part]), 0, filled.shift[part]
            )
        elif part.kind == 'picture' and (box.background or _has_border(box)):
            yield self._still(part, lambda stream: draw_frame(stream, box))

    def _grown_frame(self, part: Part, box: Any, growth: float) -> Ink:
        if growth not in part.frames:
            grown = box.copy()
            grown.height += growth
            layout_box_backgrounds(self.page, grown, self._context.get_image_from_uri, layout_children=False)
            part.frames[growth] = self._ink(lambda stream: draw_frame(stream, grown))
        return part.frames[growth]

    def _table_steps(self, table: Any) -> Iterator[Still | Step]:
        if table.part.kind == 'still':
            yield self._still(table.part, lambda stream: draw_table(stream, table))
            return
        if table.background or any(group.background for group in table.column_groups):
            raise Unfit('a table with a background')
        if any(column.background for group in table.column_groups for column in group.children):
            raise Unfit('columns with a background')
        for group in table.children:
            yield from self._group_steps(group, 'grounds', draw_ground)
        yield lambda sheet, filled, _: sheet.put(
            self._grown_frame(table.part, table, filled.growth[table.part]), 0, filled.shift[table.part]
        )
        for group in table.children:
            yield from self._group_steps(group, 'borders', draw_border)

    def _group_steps(self, group: Any, layer: str, draw: Callable[[Any, Any], None]) -> Iterator[Still | Step]:
        part = group.part
        if part.kind == 'still':
            cells = [cell for row in group.children for cell in row.children]
            yield self._still(part, partial(draw_each, draw, cells))
            return

        def rows(sheet: Sheet, filled: Filled, _: Picture) -> None:
            for row in filled.rows[part]:
                known = getattr(row.stencil, layer)
                if row.height not in known:
                    known[row.height] = self._row_ink(row.stencil, row.height, draw)
                sheet.put(known[row.height], 0, row.y)

        yield rows

    def _row_ink(self, stencil: Stencil, height: float, draw: Callable[[Any, Any], None]) -> Ink:
        """A layer of all cells of a row so high, as if the row stood at the top of the page."""
        cells = [cell.copy() for cell in stencil.box.children]
        for cell in cells:
            cell.position_y = 0
            cell.height += height - cell.border_height()
            layout_box_backgrounds(self.page, cell, self._context.get_image_from_uri, layout_children=False)
        return self._ink(partial(draw_each, draw, cells))

    def _level_steps(self, blocks: dict[Any, Any], done: set[Part]) -> Iterator[Still | Step]:
        """Texts and pictures, in the order of the tree."""
        for block, inner in blocks.items():
            part = block.part
            if part.kind == 'still':
                yield self._still(part, partial(draw_level, self.page, {block: inner}))
            elif part.kind == 'flow':
                yield from self._level_steps(inner, done)
            elif part not in done:
                done.add(part)
                yield {'field': field_step, 'rows': rows_step, 'picture': picture_step}[part.kind](part)

    def _still(self, part: Part, draw: Callable[[Any], Any]) -> Still:
        return Still(part, draw, self._ink)

    def _ink(self, draw: Callable[[Any], Any]) -> Ink:
        return drawn(draw, (0, 0, self.width, self.height))


class Stiff(Exception):
    """Raised where something would grow that cannot: another form may have been laid out with texts as high."""


def _has_border(box: Any) -> bool:
    return any(getattr(box, f'border_{side}_width') for side in ('top', 'right', 'bottom', 'left'))
