"""The steps in which a form is drawn on a sheet: what stands still, the texts of fields and rows, pictures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from weasyprint.draw import draw_background, draw_block_level, draw_border
from weasyprint.formatting_structure import boxes

from .box_trees import all_in, is_picture, twin_of
from .inks import Ink, Sheet
from .parts import Filled, Part
from .structure import Twin

Picture: TypeAlias = Callable[[Any, Sequence[str]], Any]
"""The replaced box of this page for the one of the form."""
Step: TypeAlias = Callable[[Sheet, Filled, Picture], object]


@dataclass(eq=False)
class Still:
    """A step that draws the same on every page."""

    part: Part
    draw: Callable[[Any], Any]
    ink_of: Callable[[Callable[[Any], Any]], Ink]


def merged(steps: Iterator[Still | Step]) -> list[Step]:
    """Steps that move together become one."""
    together: list[Step] = []
    waiting: list[Still] = []

    def done() -> None:
        if waiting:
            draws, part = [one.draw for one in waiting], waiting[0].part
            ink = waiting[0].ink_of(lambda stream: [draw(stream) for draw in draws])
            if ink.plain:
                together.append(lambda sheet, filled, _: sheet.put(ink, 0, filled.shift.get(part, 0)))
            waiting.clear()

    for step in steps:
        if not isinstance(step, Still) or (waiting and waiting[0].part is not step.part):
            done()
        if isinstance(step, Still):
            waiting.append(step)
        else:
            together.append(step)
    done()
    return together


def field_step(part: Part) -> Step:
    """Draws the texts of a field where it has moved to."""
    is_margin = isinstance(part.box, boxes.MarginBox)

    def step(sheet: Sheet, filled: Filled, _: Picture) -> None:
        laid = filled.laid[part]
        y = 0 if is_margin else part.box.position_y + filled.shift[part]
        first = sheet.put(laid.ink, 0, y, is_numbered=True)
        if sheet.is_tagged:
            filled.twins[part] = Twin(laid.structure, first)

    return step


def rows_step(part: Part) -> Step:
    """Draws the texts of a table body, row by row."""

    def step(sheet: Sheet, filled: Filled, _: Picture) -> None:
        for row in filled.rows[part]:
            for laid, below in zip(row.laid, row.below, strict=True):
                first = sheet.put(laid.ink, 0, row.y + below, is_numbered=True)
                if sheet.is_tagged:
                    row.twins.append(Twin(laid.structure, first))

    return step


def picture_step(part: Part) -> Step:
    """Draws what this page has for the picture of the form."""

    def step(sheet: Sheet, filled: Filled, picture: Picture) -> None:
        [of_form] = filter(is_picture, all_in(part.box))
        twin = filled.twins[part] = twin_of(part.box, {of_form: picture(of_form, filled.texts)})
        twin.translate(dy=filled.shift[part])
        sheet.draw(lambda stream: draw_block_level(None, stream, {twin: {}}))

    return step


def draw_level(page: Any, blocks: Any, stream: Any) -> None:
    """What is in the blocks."""
    draw_block_level(page, stream, blocks)


def draw_each(draw: Callable[[Any, Any], None], cells: Sequence[Any], stream: Any) -> None:
    """The same of each cell."""
    for cell in cells:
        draw(stream, cell)


def draw_frame(stream: Any, box: Any) -> None:
    """Background and border."""
    draw_background(stream, box.background)
    draw_border(stream, box)


def draw_ground(stream: Any, cell: Any) -> None:
    """The background alone."""
    draw_background(stream, cell.background)
