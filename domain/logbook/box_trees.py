"""Ways through the boxes that WeasyPrint has laid out."""

from collections.abc import Iterator
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from .fields import pieces_of


def unwrapped(box: Any) -> Any:
    """The box itself, where WeasyPrint has a placeholder for one that does not stand in the flow."""
    return box._box if isinstance(box, AbsolutePlaceholder) else box


def all_in(box: Any) -> Iterator[Any]:
    """The box and all that are in it, in the order of the tree."""
    box = unwrapped(box)
    yield box
    for child in box.all_children():
        yield from all_in(child)


def is_picture(box: Any) -> bool:
    """Whether it is a photo or symbol that each page has its own of."""
    return isinstance(box, boxes.ReplacedBox) and (
        'data-address' in box.element.attrib or box.element.get('src', '').startswith('photo:')
    )


def is_alive(box: Any) -> bool:
    """Whether something in it differs from page to page."""
    box = unwrapped(box)
    if isinstance(box, boxes.TextBox):
        return any(isinstance(piece, int) for piece in pieces_of(box))
    return is_picture(box) or any(is_alive(child) for child in box.all_children())


def twin_of(box: Any, instead: dict[Any, Any]) -> Any:
    """A copy in which other boxes stand for some."""
    if box in instead:
        return instead[box]
    twin = box.copy()
    if isinstance(box, boxes.ParentBox):
        twin.children = [twin_of(unwrapped(child), instead) for child in box.children]
    return twin
