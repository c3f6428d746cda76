"""How fonts come into a PDF that WeasyPrint writes: a prepared one as copied pieces, every other as WeasyPrint does it.

WeasyPrint keeps the fonts of a document in a dictionary, makes a `Font` of each that is not there, with a copy of its
file, and asks each at the end for the file to embed. So the dictionary here knows prepared fonts of earlier documents,
and those give a file that is compressed already.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any

from weasyprint import DEFAULT_OPTIONS
from weasyprint.pdf import generate_pdf
from weasyprint.pdf.fonts import Font
from weasyprint.text.fonts import get_hb_object_data

from . import glyphs, writing
from .prepared_fonts import PreparedFont, prepared

Finisher = Callable[[Any, Any], None]


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

    @classmethod
    def of(cls, font: PreparedFont, used: Iterable[int]) -> 'Prepared':
        """The glyphs of `used`, still apart."""
        one = cls()
        one.tables, one.pieces = font.tables, font.of(used)
        return one


def _put_in(pdf: Any) -> None:
    """The files of prepared fonts, which are compressed already."""
    for one in pdf.objects:
        stream = getattr(one, 'stream', None)
        if stream and isinstance(font := stream[0], Prepared):
            made = glyphs.written(font.tables, font.pieces)
            one.stream, one.compress = [made], False
            one.extra |= {'Length1': made.length, 'Filter': '/FlateDecode'}
