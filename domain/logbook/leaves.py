"""A book taken apart, in the process that made it: pages, what they draw with, and the glyphs of its fonts.

So that many books can share one file (`imposition`): glyphs keep their numbers in every subset of a font, so the
subsets of many books are one font. How the book was laid out does not matter here.
"""

import re
from collections.abc import Iterator
from typing import Any

from ..workers.messages import Content
from . import glyphs
from .embedding import Prepared

REFERENCE = re.compile(rb'\b(\d+) 0 R\b')
_BODY = b'\nstream\n'


class TakenApart(Exception):
    """Raised by `take`, so that nobody writes the file that is not wanted. `content` and `pieces` are the answer."""

    def __init__(self, content: Content, pieces: list[bytes]) -> None:
        self.content, self.pieces = content, pieces
        super().__init__()


def take(document: Any, pdf: Any) -> None:
    """A finisher of WeasyPrint. Raises TakenApart, always.

    `content`: `pages`, each with width and height in points, the place of its drawing and of its resources in
    `objects`; `objects`, each the number by which others name it, those named first; `fonts`; `shared`, the number by
    which objects name the dictionary of those fonts, or 0 where a font cannot be shared and is among the objects.
    `pieces`: the objects, then of each font its tables and its glyphs.
    """
    fonts = list(_fonts(document))
    at = _number_of_fonts(pdf)
    shared = at if all(glyphs is not None for _, _, glyphs in fonts) else 0
    objects: dict[int, bytes] = {}
    pages = []
    for page in _pages(pdf):
        drawing, resources = _number(page['Contents']), _number(page['Resources'])
        _, _, width, height = page['MediaBox']
        _collect(pdf, resources, shared, objects)
        objects[drawing] = pdf.objects[drawing].data
        pages.append([float(width), float(height), drawing, resources])
    content: Content = {'pages': pages, 'objects': list(objects), 'shared': shared, 'fonts': []}
    pieces = [*objects.values()]
    for name, of_name, font in fonts if shared else ():
        assert font
        widths = {glyph: width for one in of_name for glyph, width in one.widths.items()}
        texts = {glyph: text for one in of_name for glyph, text in one.to_unicode.items()}
        content['fonts'].append(
            {
                'key': name,
                'base': of_name[0].name.decode('ascii'),
                'family': of_name[0].family,
                'facts': [of_name[0].flags, of_name[0].ascent, of_name[0].descent],
                'glyphs': list(font.pieces),
                'lengths': [len(piece) for piece in font.pieces.values()],
                'widths': [[*one] for one in widths.items()],
                'texts': [[*one] for one in texts.items()],
            }
        )
        pieces += [glyphs.packed(font.tables), b''.join(font.pieces.values())]
    raise TakenApart(content, pieces)


def split(data: bytes) -> tuple[bytes, bytes]:
    """An object's dictionary, and its stream with what stands around it; b'' where it has none."""
    head, body, rest = data.partition(_BODY)
    return head, body + rest


def _fonts(document: Any) -> Iterator[tuple[str, list[Any], glyphs.Glyphs | None]]:
    """Each font file of the document, the fonts that use it, and its glyphs; None where they cannot be shared."""
    by_name: dict[str, list[Any]] = {}
    for font in document.fonts.values():
        by_name.setdefault(font.hash, []).append(font)
    for name, several in by_name.items():
        is_plain = not any(one.bitmap or one.missing or one.used_in_forms for one in several)
        yield name, several, _glyphs(several) if is_plain else None


def _glyphs(several: list[Any]) -> glyphs.Glyphs | None:
    file = several[0].file_content
    if isinstance(file, Prepared):
        return glyphs.Glyphs(file.tables, file.pieces)
    return glyphs.read(file, {number for one in several for number in one.to_unicode})


def _number_of_fonts(pdf: Any) -> int:
    """Of the dictionary of fonts, which all resources name."""
    first = next(_pages(pdf))
    return _number(pdf.objects[_number(first['Resources'])]['Font'])


def _pages(pdf: Any) -> Iterator[Any]:
    for reference in pdf.page_references:
        yield pdf.objects[_number(reference)]


def _collect(pdf: Any, number: int, left_out: int, objects: dict[int, bytes]) -> None:
    """The object and what it names, those first."""
    if number in objects or number == left_out:
        return
    data = pdf.objects[number].data
    for reference in REFERENCE.findall(split(data)[0]):
        _collect(pdf, int(reference), left_out, objects)
    objects[number] = data


def _number(reference: bytes) -> int:
    found = REFERENCE.match(reference)
    assert found
    return int(found[1])
