"""The boxes of a page that was made of a form, as its structure tree is built of them."""

from typing import Any

from weasyprint.formatting_structure import boxes

from .box_trees import all_in, unwrapped
from .parts import Filled, Part
from .structure import Structure, Twin


def rebuilt(box: Any, part: Part, filled: Filled) -> Any:
    """The box with what stands in it on this page."""
    if part.kind == 'still':
        return _still(box, part)
    if part.kind in ('field', 'picture'):
        return filled.twins[part]
    new = box.copy()
    if part.kind == 'rows':
        new.children = []
        for placed in filled.rows[part]:
            row = placed.stencil.box.copy()
            row.children = placed.twins
            new.children.append(row)
    else:
        new.children = [rebuilt(child, kid, filled) for child, kid in part.kids]
    return new


def _still(box: Any, part: Part) -> Any:
    """The box as its elements, which are known; a table finds its cells by their rows."""
    box = unwrapped(box)
    if isinstance(box, boxes.TableRowGroupBox | boxes.TableRowBox):
        new = box.copy()
        new.children = [_still(child, part) for child in box.children]
        return new
    if box not in part.structures:
        texts = [one for one in all_in(box) if isinstance(one, boxes.TextBox | boxes.ReplacedBox)]
        part.structures[box] = Structure(box, texts, is_still=True)
    return Twin(part.structures[box])
