"""Books on sheets: A5 pages side by side on A4, printed on both sides, so that each book is folded to a booklet.

The file is written as the books come, so that it may be of any length: in memory are the glyphs, a digest of each
object that could come again, and where each object stands. Fonts stand at the end, once, of the glyphs of all books.
"""

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from ..workers.messages import Content, Message
from . import glyphs, leaves

SHEET = (841.89, 595.276)
"""A4 lying, in points."""
_CATALOG, _PAGES, _FONTS, _FIRST = 1, 2, 3, 4
_HEAD = b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'


def sides(pages: int) -> Iterator[tuple[int | None, int | None]]:
    """Left and right page of each side of the sheets of a book, counted from 0, front and back by turns.

    The sheets are turned over at the short edge, laid into each other as they come and folded in the middle. What is
    lacking for whole sheets is left white before the last page, the back cover.

    >>> list(sides(4)), list(sides(8))[:2]
    ([(3, 0), (1, 2)], [(7, 0), (1, 6)])
    >>> list(sides(3)), list(sides(1))
    ([(2, 0), (1, None)], [(None, 0), (None, None)])
    """
    whole = pages + -pages % 4
    places: list[int | None] = [*range(pages), *[None] * (whole - pages)]
    if 1 < pages < whole:
        places[pages - 1], places[-1] = None, pages - 1
    for sheet in range(whole // 4):
        first, last = 2 * sheet, whole - 1 - 2 * sheet
        yield places[last], places[first]
        yield places[first + 1], places[last - 1]


@dataclass
class _Font:
    """One font of all books. `number` is that of its dictionary."""

    number: int
    base: str
    family: str
    facts: Sequence[int]
    tables: Mapping[str, bytes]
    pieces: dict[int, bytes] = field(default_factory=dict)
    widths: dict[int, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)


class Imposed:
    """One file of many books. `add` each, then `end`; both work for a while and belong into a thread."""

    def __init__(self, file: IO[bytes], title: str) -> None:
        self._file, self._title = file, title
        self._at = file.write(_HEAD)
        self._places: dict[int, int] = {}
        self._next = _FIRST
        self._known: dict[bytes, int] = {}
        self._fonts: dict[str, _Font] = {}
        self._sheets: list[int] = []
        self._marks: list[tuple[str, int]] = []

    @property
    def count(self) -> int:
        """How many sheets of paper there are so far."""
        return len(self._sheets) // 2

    def add(self, book: Message, name: str) -> None:
        """The sheets of a book that `leaves.take` has taken apart; `name` stands in the list beside the pages."""
        content, pieces = book
        drawn, rest = pieces[: len(content['objects'])], pieces[len(content['objects']) :]
        self._collect_glyphs(content, rest)
        numbers = {content['shared']: _FONTS}
        forms = self._copied(content, drawn, numbers)
        self._marks.append((name, len(self._sheets)))
        for left, right in sides(len(forms)):
            self._sheets.append(self._side([forms[one] if one is not None else None for one in (left, right)]))

    def end(self) -> None:
        """Fonts, the list of books and the table of objects. The file is whole afterwards."""
        for font in self._fonts.values():
            self._write_font(font)
        named = ' '.join(f' /{key} {font.number} 0 R' for key, font in self._fonts.items())
        self._put(_FONTS, f'<<{named}>>'.encode('ascii'))
        kids = ' '.join(f'{one} 0 R' for one in self._sheets)
        self._put(_PAGES, f'<</Type /Pages /Count {len(self._sheets)} /Kids [{kids}]>>'.encode('ascii'))
        outlines = self._outlines()
        catalog = (
            f'<</Type /Catalog /Pages {_PAGES} 0 R /Outlines {outlines} 0 R /Lang (zh-TW)'
            ' /ViewerPreferences <</Duplex /DuplexFlipShortEdge /PrintScaling /None /DisplayDocTitle true>>>>'
        )
        self._put(_CATALOG, catalog.encode('ascii'))
        info = self._new(f'<</Title {_text(self._title)}>>'.encode('ascii'))
        table = self._at
        self._write(f'xref\n0 {self._next}\n0000000000 65535 f \n'.encode('ascii'))
        for number in range(1, self._next):
            self._write(f'{self._places[number]:010} 00000 n \n'.encode('ascii'))
        trailer = f'trailer\n<</Size {self._next} /Root {_CATALOG} 0 R /Info {info} 0 R>>\nstartxref\n{table}\n%%EOF\n'
        self._write(trailer.encode('ascii'))
        self._file.flush()

    def _collect_glyphs(self, content: Content, pieces: Sequence[bytes]) -> None:
        """Put the glyphs of the book to those of the books before it."""
        for place, one in enumerate(content['fonts']):
            tables, drawn = pieces[2 * place : 2 * place + 2]
            font = self._fonts.get(one['key'])
            if font is None:
                font = _Font(self._taken(), one['base'], one['family'], one['facts'], glyphs.unpacked(tables))
                self._fonts[one['key']] = font
            at = 0
            for number, length in zip(one['glyphs'], one['lengths'], strict=True):
                font.pieces.setdefault(number, drawn[at : at + length])
                at += length
            font.widths.update(one['widths'])
            for number, text in one['texts']:
                font.texts.setdefault(number, text)

    def _copied(
        self, content: Content, drawn: Sequence[bytes], numbers: dict[int, int]
    ) -> list[tuple[int, float, float]]:
        """The objects under new numbers; each page as a form, with its width and height."""
        pages = {drawing: (width, height, resources) for width, height, drawing, resources in content['pages']}
        forms = []
        for old, data in zip(content['objects'], drawn, strict=True):
            head, body = leaves.split(data)
            if old in pages:
                width, height, resources = pages[old]
                box = (
                    f'<</Type /XObject /Subtype /Form /BBox [0 0 {width} {height}] /Resources {numbers[resources]} 0 R'
                )
                numbers[old] = self._once(box.encode('ascii') + head[2:] + body)
                forms.append((old, width, height))
                continue
            head = leaves.REFERENCE.sub(lambda found: b'%d 0 R' % numbers[int(found[1])], head)
            numbers[old] = self._once(head + body)
        order = {drawing: place for place, (_, _, drawing, _) in enumerate(content['pages'])}
        return [(numbers[old], width, height) for old, width, height in sorted(forms, key=lambda one: order[one[0]])]

    def _side(self, pages: Sequence[tuple[int, float, float] | None]) -> int:
        """One side of a sheet: two pages that meet in the middle."""
        left, right = pages
        drawn, named = [], []
        for name, page in (('L', left), ('R', right)):
            if page is None:
                continue
            number, width, height = page
            x = SHEET[0] / 2 - (width if name == 'L' else 0)
            drawn.append(f'q 1 0 0 1 {x:.3f} {(SHEET[1] - height) / 2:.3f} cm /{name} Do Q')
            named.append(f' /{name} {number} 0 R')
        stream = '\n'.join(drawn)
        content = self._new(f'<</Length {len(stream)}>>\nstream\n{stream}\nendstream'.encode('ascii'))
        page_object = (
            f'<</Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {SHEET[0]} {SHEET[1]}] /Contents {content} 0 R'
            f' /Resources <</XObject <<{" ".join(named)}>>>>>>'
        )
        return self._new(page_object.encode('ascii'))

    def _outlines(self) -> int:
        """The list of books beside the pages."""
        root = self._taken()
        items = [self._taken() for _ in self._marks]
        for place, ((name, sheet), number) in enumerate(zip(self._marks, items, strict=True)):
            before = f' /Prev {items[place - 1]} 0 R' if place else ''
            after = f' /Next {items[place + 1]} 0 R' if place + 1 < len(items) else ''
            where = f' /Parent {root} 0 R /Dest [{self._sheets[sheet]} 0 R /Fit]'
            self._put(number, f'<</Title {_text(name)} {where}{before}{after}>>'.encode('ascii'))
        ends = f' /First {items[0]} 0 R /Last {items[-1]} 0 R' if items else ''
        self._put(root, f'<</Type /Outlines /Count {len(items)}{ends}>>'.encode('ascii'))
        return root

    def _write_font(self, font: _Font) -> None:
        """ISO 32000-1, 9.7.4: a Type 0 font whose codes are the numbers of glyphs."""
        made = glyphs.written(font.tables, font.pieces)
        file = self._new(_stream(made, f' /Length1 {made.length}'))
        names = self._new(_stream(zlib.compress(_to_unicode(font.texts)), ''))
        flags, ascent, descent = font.facts
        box = f'[0 {descent} {max(font.widths.values(), default=0)} {ascent}]'
        descriptor = self._new(
            f'<</Type /FontDescriptor /FontName {font.base} /FontFamily {_text(font.family)} /Flags {flags}'
            f' /FontBBox {box} /ItalicAngle 0 /Ascent {ascent} /Descent {descent} /CapHeight {ascent} /StemV 80'
            f' /FontFile2 {file} 0 R>>'.encode('ascii')
        )
        widths = ' '.join(f'{number} [{width}]' for number, width in sorted(font.widths.items()))
        below = self._new(
            f'<</Type /Font /Subtype /CIDFontType2 /BaseFont {font.base} /CIDToGIDMap /Identity /W [{widths}]'
            f' /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>'
            f' /FontDescriptor {descriptor} 0 R>>'.encode('ascii')
        )
        self._put(
            font.number,
            f'<</Type /Font /Subtype /Type0 /BaseFont {font.base} /Encoding /Identity-H /ToUnicode {names} 0 R'
            f' /DescendantFonts [{below} 0 R]>>'.encode('ascii'),
        )

    def _once(self, data: bytes) -> int:
        """The number of an object; one that is there already is not written again."""
        digest = hashlib.blake2b(data, digest_size=16).digest()
        if digest not in self._known:
            self._known[digest] = self._new(data)
        return self._known[digest]

    def _new(self, data: bytes) -> int:
        number = self._taken()
        self._put(number, data)
        return number

    def _taken(self) -> int:
        self._next += 1
        return self._next - 1

    def _put(self, number: int, data: bytes) -> None:
        self._places[number] = self._at
        self._write(b'%d 0 obj\n%b\nendobj\n' % (number, data))

    def _write(self, data: bytes) -> None:
        self._at += self._file.write(data)


def _stream(deflated: bytes, facts: str) -> bytes:
    head = b'<<%b /Filter /FlateDecode /Length %d>>' % (facts.encode('ascii'), len(deflated))
    return head + b'\nstream\n' + deflated + b'\nendstream'


def _text(words: str) -> str:
    return f'<feff{words.encode("utf-16-be").hex()}>'


def _to_unicode(texts: Mapping[int, str]) -> bytes:
    """What each glyph says, so that the text can be searched and copied (ISO 32000-1, 9.10.3)."""
    lines = [
        '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
        '/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def',
        '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
        '1 begincodespacerange <0000> <ffff> endcodespacerange',
    ]
    said = sorted(texts.items())
    for start in range(0, len(said), 100):
        several = said[start : start + 100]
        lines.append(f'{len(several)} beginbfchar')
        lines += [f'<{number:04x}> <{text.encode("utf-16-be").hex()}>' for number, text in several]
        lines.append('endbfchar')
    lines.append('endcmap CMapName currentdict /CMap defineresource pop end end')
    return '\n'.join(lines).encode('ascii')
