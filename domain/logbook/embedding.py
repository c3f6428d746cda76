"""How fonts come into a PDF that WeasyPrint writes: a prepared one as copied pieces, every other as WeasyPrint does it.

WeasyPrint keeps the fonts of a document in a dictionary, makes a `Font` of each that is not there, with a copy of its
file, and asks each at the end for the file to embed. So the dictionary here knows prepared fonts of earlier documents,
and those give a file that is compressed already.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import lru_cache
from typing import Any

import weasyprint.pdf
from weasyprint import DEFAULT_OPTIONS
from weasyprint.pdf import generate_pdf, pydyf
from weasyprint.pdf.fonts import Font
from weasyprint.text.fonts import get_hb_object_data

from . import glyphs, writing
from .prepared_fonts import PreparedFont, prepared

Finisher = Callable[[Any, Any], None]
MOST_GAPS = 1000
"""Numbers of glyphs that a file may have for nothing, which take eight bytes each."""


class Fonts:
    """Prepared fonts that documents of one FontConfiguration have used; WeasyPrint's keys mean nothing in another."""

    def __init__(self) -> None:
        self.known: dict[int, BookFont] = {}

    def of_document(self) -> 'DocumentFonts':
        """The fonts of a new document, in place of its `fonts`; streams that are drawn before need the same."""
        return DocumentFonts(self)

    def written(self, document: Any, finisher: Finisher | None = None, pdf_variant: str | None = None) -> bytes:
        """`document.write_pdf(finisher=finisher, pdf_variant=pdf_variant)` with prepared fonts."""
        if not isinstance(document.fonts, DocumentFonts):
            document.fonts = self.of_document()
        options = DEFAULT_OPTIONS | {'pdf_variant': pdf_variant, 'pdf_version': '1.7'}
        pdf = generate_pdf(document, None, 1, **options)
        writing.completed(pdf)
        if finisher:
            finisher(document, pdf)
        _put_in(pdf)
        return writing.written(pdf)


class DocumentFonts(dict[int, Font]):
    """The fonts of one document by WeasyPrint's keys: has what the document uses, and knows what others have used."""

    def __init__(self, fonts: Fonts) -> None:
        super().__init__()
        self.of = fonts

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self.of.known

    def __missing__(self, key: int) -> Font:
        self[key] = self.of.known[key].fresh()
        return self[key]

    def __setitem__(self, key: int, font: Font) -> None:
        if not isinstance(font, BookFont) and (found := prepared(font.file_content)):
            self.of.known[key] = BookFont(font, found)
            font = self.of.known[key].fresh()
        super().__setitem__(key, font)


class BookFont(Font):  # type: ignore[misc]  # WeasyPrint has no types
    """A font without its file, which has 50 MB and is wanted only where nothing of it was prepared."""

    _HEAD = 4  # by which WeasyPrint knows what kind of font it is

    def __init__(self, font: Font, found: PreparedFont | None) -> None:
        self.__dict__.update(font.__dict__)
        self.file_content: bytes = font.file_content[: self._HEAD]
        self.prepared = found

    @classmethod
    def of(cls, *pango: Any) -> 'BookFont':
        """As `Font(*pango)`."""
        font = Font(*pango)
        return cls(font, prepared(font.file_content))

    def fresh(self) -> 'BookFont':
        """The same font with nothing written in it."""
        font = copy(self)
        font.widths, font.to_unicode, font.missing = {}, {}, {}
        return font

    def clean(self, to_unicode: dict[int, str], hinting: bool) -> None:
        """Called once all texts are drawn: `file_content` becomes what is embedded."""
        if self.prepared and to_unicode and not self.missing and not hinting and max(to_unicode) < len(self.prepared):
            self.file_content = Prepared.of(self.prepared, to_unicode)
            return
        super().clean(to_unicode, hinting)
        if len(self.file_content) == self._HEAD:
            self.file_content = get_hb_object_data(self.hb_face)


class Prepared(bytes):
    """Stands for a font file until the document is written, or is taken apart (`leaves`)."""

    tables: Mapping[str, bytes]
    pieces: Mapping[int, bytes]
    has_gaps: bool
    places: Any = None

    @classmethod
    def of(cls, font: PreparedFont, used: Iterable[int]) -> 'Prepared':
        """The glyphs of `used`, still apart. Numbers are kept where others may name them, gaps where they are large."""
        one = cls()
        one.tables, one.pieces = font.tables, font.of(used)
        one.has_gaps = not font.has_parts and max(one.pieces) > MOST_GAPS
        return one


def install() -> None:
    """Have WeasyPrint say of prepared fonts what we say of them. Once or more often."""
    weasyprint.pdf.build_fonts_dictionary = _dictionary


def _put_in(pdf: Any) -> None:
    """The files of prepared fonts, which are compressed already."""
    for one in pdf.objects:
        stream = getattr(one, 'stream', None)
        if stream and isinstance(font := stream[0], Prepared):
            pieces = font.pieces
            if font.places is not None:
                font.places.stream = [_places(pieces)]
                pieces = dict(enumerate(piece for _, piece in sorted(pieces.items())))
            made = glyphs.written(font.tables, pieces)
            one.stream, one.compress = [made], False
            one.extra |= {'Length1': made.length, 'Filter': '/FlateDecode'}


def _places(numbers: Iterable[int]) -> bytes:
    """Where in a file without gaps each glyph stands, by its number (CIDToGIDMap; ISO 32000-1, 9.7.4.2), deflated."""
    ordered = sorted(numbers)
    places = bytearray(2 * ordered[-1] + 2)
    for place, number in enumerate(ordered):
        places[2 * number : 2 * number + 2] = place.to_bytes(2)
    deflate = zlib.compressobj(9, zlib.DEFLATED, strategy=zlib.Z_RLE)  # runs of naught are nearly all there is
    return deflate.compress(places) + deflate.flush()


def _dictionary(pdf: Any, fonts: Mapping[int, Font], compress: bool, is_subset: bool, options: Any) -> Any:
    """As WeasyPrint's own function; of prepared fonts the same is said more quickly, and the file is smaller."""
    by_name: dict[str, list[Font]] = {}
    for font in fonts.values():
        by_name.setdefault(font.hash, []).append(font)
    ours: dict[str, BookFont] = {}
    others: dict[int, Font] = {}
    said = pydyf.Dictionary()
    for name, several in by_name.items():
        is_plain = is_subset and not any(one.bitmap or one.missing or one.used_in_forms for one in several)
        if is_plain and len(several) == 1 and isinstance(several[0], BookFont) and several[0].prepared:
            ours[name] = several[0]
        else:
            others |= {id(one): one for one in several}
    for name, font in ours.items():
        font.clean(font.to_unicode, options['hinting'])
        if isinstance(font.file_content, Prepared):
            said[name] = _said(pdf, font)
        else:
            others[id(font)] = font
    return pydyf.Dictionary(said | _built(pdf, others, compress, is_subset, options)) if others else said


def _said(pdf: Any, font: Any) -> bytes:
    """The reference of a prepared font, which is put into the document (ISO 32000-1, 9.7)."""
    file = pydyf.Stream([font.file_content], {})
    pdf.add_object(file)
    places = b'/Identity'
    if font.file_content.has_gaps:
        font.file_content.places = pydyf.Stream([], {'Filter': '/FlateDecode'})
        pdf.add_object(font.file_content.places)
        places = font.file_content.places.reference
    texts = _texts(font)
    pdf.add_object(texts)
    descriptor = _descriptor(font, file)
    pdf.add_object(descriptor)
    glyphs = pydyf.Dictionary(
        {
            'Type': '/Font',
            'Subtype': '/CIDFontType2',
            'BaseFont': font.name,
            'CIDSystemInfo': b'<</Registry (Adobe)/Ordering (Identity)/Supplement 0>>',
            'CIDToGIDMap': places,
            'W': _widths(font.widths),
            'FontDescriptor': descriptor.reference,
        }
    )
    pdf.add_object(glyphs)
    whole = pydyf.Dictionary(
        {
            'Type': '/Font',
            'Subtype': '/Type0',
            'BaseFont': font.name,
            'ToUnicode': texts.reference,
            'Encoding': '/Identity-H',
            'DescendantFonts': pydyf.Array([glyphs.reference]),
        }
    )
    pdf.add_object(whole)
    reference: bytes = whole.reference
    return reference


def _texts(font: Any) -> Any:
    """Which text each glyph stands for (ToUnicode), a hundred at a time, as the format has it."""
    texts = [_text(glyph, text) for glyph, text in font.to_unicode.items()]
    batches = [texts[start : start + 100] for start in range(0, len(texts), 100)]
    lines = [line for some in batches for line in (b'%d beginbfchar' % len(some), *some, b'endbfchar')]
    return pydyf.Stream([_TO_UNICODE, *lines, _END_OF_TEXTS], compress=True)


def _descriptor(font: Any, file: Any) -> Any:
    """How large and of which kind the font of this `file` is."""
    is_fixed = len(font.widths) > 1 and len({*font.widths.values()}) == 1
    box = (0, font.descent, max(font.widths.values()), font.ascent)
    return pydyf.Dictionary(
        {
            'Type': '/FontDescriptor',
            'FontName': font.name,
            'FontFamily': pydyf.String(font.family),
            'Flags': font.flags + is_fixed,
            'FontBBox': pydyf.Array(box),
            'ItalicAngle': font.italic_angle,
            'Ascent': font.ascent,
            'Descent': font.descent,
            'CapHeight': font.ascent,
            'StemV': font.stemv,
            'StemH': font.stemh,
            'FontFile2': file.reference,
        }
    )


@lru_cache(4096)
def _text(glyph: int, text: str) -> bytes:
    return b'<%04x> <%b>' % (glyph, text.encode('utf-16-be').hex().encode('ascii'))


def _widths(widths: Mapping[int, int]) -> bytes:
    """Runs of neighbours: the first number, then their widths."""
    said, last = [], -2
    for glyph in sorted(widths):
        said.append(b' %d' % widths[glyph] if glyph == last + 1 else b']%d [%d' % (glyph, widths[glyph]))
        last = glyph
    return b'[%b]]' % b''.join(said).removeprefix(b']') if said else b'[]'


_TO_UNICODE = b"""\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry (Adobe)
/Ordering (UCS)
/Supplement 0
>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange"""
_END_OF_TEXTS = b"""\
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
_built = weasyprint.pdf.build_fonts_dictionary
