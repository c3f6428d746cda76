"""What WeasyPrint draws, kept, to be put on many pages: operators, and which glyphs of which fonts they show.

An ink is drawn once, where it stood when it was laid out, and is moved where it is put.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from weasyprint.pdf import pydyf
from weasyprint.pdf.stream import Stream
from weasyprint.text.fonts import get_pango_font_key

from . import writing
from .embedding import BookFont


class Unfit(Exception):
    """Raised for what is not as a form has it: it is laid out plainly."""


@dataclass(frozen=True)
class _Mark:
    """The beginning of what a box shows, for the structure tree (ISO 32000-1, 14.7.4)."""

    box: Any
    tag: str


class _Artifact:
    """The beginning of what only decorates."""


_END = object()
LARGE = 1500
"""Bytes of what has no texts from which on it is worth an object of its own, which is deflated once for all books."""
_OPAQUE = re.compile(rb'/[aA]1\.0 gs\n')
_NO_KERNING = re.compile(rb'>-?0<')
_ONE_STRING = re.compile(rb'\[(<[0-9a-f]+>)(?:-?0)?\] TJ')
_GROUND = re.compile(rb'q\n(\S+ \S+ \S+ \S+ re\n)W\nn\nq\n(\S+ \S+ \S+ rg\n)\1W\nn\n\1f\nQ\nQ')
_RGB = '/DeviceRGB'
Form: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""As `writing.Known` has it."""


@dataclass(frozen=True, eq=False)
class Ink:
    """`marked` has operators and, between them, the boxes whose marked content begins there; `plain` has no marks.

    `fonts`: WeasyPrint's key, the font, widths and texts of what is shown. `states`: transparencies by name. `form` is
    set where patterns or pictures are drawn, which need resources of their own.
    """

    marked: tuple[Any, ...]
    plain: bytes
    fonts: tuple[tuple[int, BookFont, dict[int, int], dict[int, str]], ...]
    states: Mapping[str, Any]
    form: Form | None


_fonts: dict[int, BookFont] = {}


class _Recorder(Stream):  # type: ignore[misc]  # WeasyPrint has no types
    """A stream that nobody prints, with marks where the structure tree needs them."""

    def __init__(self, rectangle: tuple[float, ...], resources: Any = None) -> None:
        super().__init__(
            fonts={},
            page_rectangle=rectangle,
            resources=resources if resources is not None else _resources(),
            images={},
            tags=None,
            color_profiles={},
            output_intent=None,
        )

    def add_font(self, pango_font: Any) -> tuple[Any, float]:
        key, description, size = get_pango_font_key(pango_font)
        if key not in self._fonts:
            if key not in _fonts:
                _fonts[key] = BookFont.of(pango_font, description, size)
            self._fonts[key] = _fonts[key].fresh()
        return self._fonts[key], size

    @contextmanager
    def marked(self, box: Any, tag: str) -> Iterator[None]:
        self.stream.append(_Mark(box, tag))
        yield
        self.stream.append(_END)

    @contextmanager
    def artifact(self) -> Iterator[None]:
        self.stream.append(_Artifact())
        yield
        self.stream.append(_END)


def drawn(draw: Callable[[Any], None], rectangle: tuple[float, ...]) -> Ink:
    """What `draw` draws on the stream it is given. Raises Unfit for pictures and for characters without a glyph."""
    stream = _Recorder(rectangle)
    draw(stream)
    fonts = tuple((key, _fonts[key], font.widths, font.to_unicode) for key, font in stream._fonts.items())
    used = stream._fonts.values()
    if stream._images or any(font.missing or font.bitmap or font.png or font.svg or font.colr for font in used):
        raise Unfit('pictures, or characters without a glyph')
    states = stream._resources['ExtGState']
    marked, plain = _marked(stream.stream), _plain(stream.stream)
    if {*states} <= {'a1.0', 'A1.0'}:  # as every page begins
        states = {}
        marked = tuple(_shortened(part) if isinstance(part, bytes) else part for part in marked)
        plain = _shortened(plain)
    elif states:  # what comes after it begins so, too
        marked, plain = (b'q', *marked, b'Q'), b'q\n%b\nQ' % plain
    needs_own = any(stream._resources[kind] for kind in ('XObject', 'Pattern', 'Shading')) or any(
        name[0] not in 'aA' for name in states
    )
    has_texts = fonts or any(isinstance(item, _Mark) for item in stream.stream)
    if needs_own and has_texts:
        raise Unfit('patterns with texts')
    form = _form(stream) if needs_own or (len(plain) > LARGE and not has_texts) else None
    return Ink(marked, plain, fonts, states, form)


def _resources() -> pydyf.Dictionary:
    kinds = ('ExtGState', 'XObject', 'Pattern', 'Shading')
    return pydyf.Dictionary({**{kind: pydyf.Dictionary() for kind in kinds}, 'ColorSpace': None, 'Font': None})


def _marked(items: list[Any]) -> tuple[Any, ...]:
    marked: list[Any] = []
    run: list[bytes] = []
    for item in items:
        if isinstance(item, _Mark):
            marked += [b'\n'.join(run), item.box]
            run = []
        elif isinstance(item, _Artifact):
            run.append(b'/Artifact BMC')
        else:
            run.append(b'EMC' if item is _END else _bytes(item))
    return (*marked, b'\n'.join(run))


def _plain(items: list[Any]) -> bytes:
    return b'\n'.join(_bytes(item) for item in items if not isinstance(item, _Mark | _Artifact) and item is not _END)


def _shortened(operators: bytes) -> bytes:
    """The same drawing. A form of many pages is drawn once, so it may be looked at for what changes nothing."""
    shorter = _ONE_STRING.sub(rb'\1 Tj', _NO_KERNING.sub(b'', _OPAQUE.sub(b'', operators + b'\n')))
    # WeasyPrint clips a background to its box twice, and each box once more.
    return _GROUND.sub(rb'q\n\2\1f\nQ', shorter).removesuffix(b'\n')


def _bytes(item: Any) -> bytes:
    return item if isinstance(item, bytes) else item.data if isinstance(item, pydyf.Object) else str(item).encode()


def _form(stream: Any) -> Form:
    """The drawing as a Form XObject with what it draws with, deflated once (ISO 32000-1, 8.10)."""
    x, y, width, height = stream.page_rectangle
    extra = {
        'Type': '/XObject',
        'Subtype': '/Form',
        'BBox': pydyf.Array((x, y, x + width, y + height)),
        'Resources': stream._resources,
    }
    streams: dict[int, tuple[bytes, bytes]] = {}
    _named(pydyf.Stream(stream.stream, extra), streams)
    return tuple(streams.values())


def _named(stream: Any, streams: dict[int, tuple[bytes, bytes]]) -> bytes:
    """What stands for the number of a stream, which is kept with all that it names."""
    if id(stream) not in streams:
        streams[id(stream)] = b'', b''  # it has its place
        body = zlib.compress(_plain(stream.stream), 9)
        head = _kept(stream.extra | {'Filter': '/FlateDecode', 'Length': len(body)}, streams)
        streams[id(stream)] = head, b'\nstream\n%b\nendstream' % body
    return b'%%(%d)b' % [*streams].index(id(stream))


def _kept(thing: Any, streams: dict[int, tuple[bytes, bytes]], name: str = '') -> bytes:
    """Of a resource the bytes; each document says in its own way what colours mean."""
    if isinstance(thing, pydyf.Stream):
        return _named(thing, streams)
    if isinstance(thing, dict):
        kept = [(key, _kept(value, streams, key)) for key, value in thing.items() if key != 'Font']  # it has no texts
        return b'<<%b>>' % b''.join([b'/%b %b' % (writing.told(key), value) for key, value in kept])
    if name in ('CS', 'ColorSpace') and thing in (_RGB, None):
        return b'%(colours)b' if thing == _RGB else b'%(spaces)b'
    return writing.told(thing).replace(b'%', b'%%')


class Sheet:
    """One page of a document, on which inks are put. Its pages share `forms`, the names of what was put, and `seen`."""

    def __init__(self, stream: Any, forms: dict[Ink, str], seen: set[Ink]) -> None:
        self._stream, self._forms, self._seen = stream, forms, seen
        self._tags = stream._tags
        self.is_tagged = self._tags is not None
        self._out: list[bytes] = []

    def put(self, ink: Ink, dx: float = 0, dy: float = 0, is_numbered: bool = False) -> int:
        """The ink, moved. The number of its first marked content; with `is_numbered` WeasyPrint finds it by that."""
        first = len(self._tags or ())
        if ink not in self._seen:
            self._seen.add(ink)
            self._take_glyphs(ink)
            self._states(ink)
        if not ink.plain and len(ink.marked) == 1:
            return first
        is_moved = dx or dy
        if is_moved:
            self._out.append(_moved(dx, dy))
        if ink.form is not None:
            self._put_form(ink, ink.form)
        elif self._tags is None:
            self._out.append(ink.plain)
        else:
            self._put_marked(ink, is_numbered)
        if is_moved:
            self._out.append(b'Q')
        return first

    def draw(self, draw: Callable[[Any], None]) -> None:
        """What is not kept, such as a photo, drawn on the page itself."""
        self.flush()
        draw(self._stream)

    def flush(self) -> None:
        """Everything so far is on the stream."""
        self._stream.stream.append(b'\n'.join(self._out))
        self._out = []
        self._stream._current_color = self._stream._current_color_stroke = None
        self._stream._current_alpha = self._stream._current_alpha_stroke = self._stream._current_font = None

    def _take_glyphs(self, ink: Ink) -> None:
        for key, font, widths, texts in ink.fonts:
            own = self._stream._fonts.get(key)
            if own is None:
                own = self._stream._fonts[key] = font.fresh()
            if not own.to_unicode.keys() >= texts.keys():
                for glyph, text in texts.items():
                    own.to_unicode.setdefault(glyph, text)
                own.widths.update(widths)

    def _states(self, ink: Ink) -> None:
        known = self._stream._resources['ExtGState']
        if ink.form is None:
            for name, state in ink.states.items():
                if name not in known:
                    known[name] = pydyf.Dictionary(state)

    def _put_form(self, ink: Ink, form: Form) -> None:
        objects = self._stream._resources['XObject']
        name = self._forms.get(ink)
        if name is None:
            name = self._forms[ink] = f'form{len(self._forms)}'
            colours, spaces = self._stream._default_color_space, self._stream._resources['ColorSpace']
            said = {b'colours': writing.told(colours), b'spaces': writing.told(spaces)}
            objects[name] = writing.Known(form, said)
        placed = b'/%b Do' % name.encode('ascii')
        self._out.append(placed if self._tags is None else b'/Artifact BMC %b EMC' % placed)

    def _put_marked(self, ink: Ink, is_numbered: bool) -> None:
        for part in ink.marked:
            if isinstance(part, bytes):
                self._out.append(part)
                continue
            place = len(self._tags)
            self._tags[place if is_numbered else part] = {'tag': 'Span', 'mcid': place}
            self._out.append(b'/Span <</MCID %d>> BDC' % place)


@lru_cache(4096)
def _moved(dx: float, dy: float) -> bytes:
    return b'q 1 0 0 1 %b %b cm' % (_number(dx), _number(dy))


def _number(value: float) -> bytes:
    return f'{value:.6f}'.rstrip('0').rstrip('.').encode('ascii')
