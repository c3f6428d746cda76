"""Texts that differ in nothing but digits and ideographs: numbers, dates, names. Pango mostly sets them alike.

A field that was laid out with one of them needs no layout with another: Pango says what it draws of the new text, and
where its glyphs are as wide, stand at the same places and are of the same fonts, they take the places of the others in
what was drawn. Of the text that was laid out first nothing is kept.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.text.line_break import Layout

from .inks import Ink

_DIGIT = re.compile('[1-9]')
_IDEOGRAPH = re.compile('[\u4e01-\u9fff]')
_SHOWN = re.compile(rb'<([0-9a-f]+)>')
_SIZE = ffi.sizeof('PangoGlyphInfo')
_WORDS = _SIZE // 4
_LARGEST = 0xFFFF
"""Of the numbers of glyphs; those above stand for what no font has."""
_rectangle = ffi.new('PangoRectangle *')


def shape(text: str) -> str:
    """What alike texts have in common. Lines may break at the same places in all of them (Unicode, UAX #14).

    >>> shape('文志字第115000030號')
    '一一一一000000000一'
    """
    return _IDEOGRAPH.sub('一', _DIGIT.sub('0', text))


@dataclass(frozen=True, eq=False)
class _Run:
    """Glyphs of one font, by WeasyPrint's key, and their characters. `look` is all that must be the same in another."""

    key: int
    glyphs: Sequence[int]
    characters: str
    look: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class _Line:
    """What a box shows: always the same `runs`; or what `layout` makes of its text, if that looks like `looks`."""

    layout: Any
    looks: list[Any]
    runs: Sequence[_Run] | None

    def of(self, text: str) -> Sequence[_Run] | None:
        """None where it looks otherwise."""
        if self.runs is not None:
            return self.runs
        runs = _set(self.layout, text)
        return runs if [run.look for run in runs] == self.looks else None


class Cast:
    """What was drawn, without the glyphs."""

    def __init__(self, ink: Ink, lines: Sequence[_Line], widths: Sequence[int]) -> None:
        self._lines, self._widths, self._states = lines, widths, ink.states
        self._fonts = [(key, font) for key, font, _, _ in ink.fonts]
        self._marked = [part and (_SHOWN.split(part)[::2]) for part in ink.marked]
        self._plain = _SHOWN.split(ink.plain)[::2]
        self._cuts = [*pairwise(accumulate(map(len, _SHOWN.findall(ink.plain)), initial=0))]

    @classmethod
    def of(cls, ink: Ink, drawn: Sequence[Any], texts: Sequence[str], changing: Sequence[bool]) -> 'Cast | None':
        """`drawn` are the boxes in `ink`, `texts` what is to stand in them, `changing` whether that differs elsewhere.

        None where more was drawn than each text in a line of its own.
        """
        if any(not isinstance(box, boxes.TextBox) for box in drawn) or [box.text for box in drawn] != [*texts]:
            return None
        if any(box.pango_layout.justification_spacing for box in drawn):
            return None
        lines, runs = [], []
        for box, text, changes in zip(drawn, texts, changing, strict=True):
            layout = Layout(box.style)
            pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
            own = _set(layout, text)
            lines.append(_Line(layout, [run.look for run in own], None) if changes else _Line(None, [], own))
            runs += own
        widths = {key: known for key, _, known, _ in ink.fonts}
        if len({run.look[:2] for run in runs}) != len(widths) or not all(map(_is_plain, runs)):
            return None
        cast = cls(ink, lines, [widths.get(run.key, {}).get(glyph, -1) for run in runs for glyph in run.glyphs])
        made = cast.filled(texts)
        return cast if made and _same(made, ink) else None

    def filled(self, texts: Sequence[str]) -> Ink | None:
        """With these, alike texts; None where they do not stand as the first ones did."""
        runs: list[_Run] = []
        for line, text in zip(self._lines, texts, strict=True):
            own = line.of(text)
            if own is None:
                return None
            runs += own
        fonts: dict[int, tuple[Any, ...]] = {key: (key, font, {}, {}) for key, font in self._fonts}
        widths = iter(self._widths)
        for run in runs:
            _, _, known_widths, known_texts = fonts[run.key]
            for glyph, character, width in zip(run.glyphs, run.characters, widths, strict=False):
                known_widths.setdefault(glyph, width)
                known_texts.setdefault(glyph, character)
        hexadecimal = b''.join([b'%04x' % glyph for run in runs for glyph in run.glyphs])
        shown = [b'<%b>' % hexadecimal[start:end] for start, end in self._cuts]
        rest = iter(shown)
        marked = tuple(part and _joined(part, rest) for part in self._marked)
        return Ink(marked, _joined(self._plain, iter(shown)), tuple(fonts.values()), self._states, None)


def _set(layout: Any, text: str) -> list[_Run]:
    """What Pango makes of the text, which the layout forgets again."""
    if not text.strip():
        return []
    layout.set_text(text, justify=True)
    line, _ = layout.get_first_line()
    encoded, runs = text.encode(), []
    run = line.runs[0]
    while run != ffi.NULL:
        runs.append(_run(run.data.item, run.data.glyphs, encoded))
        run = run.next
    layout.set_text('')
    return runs


def _run(item: Any, shown: Any, text: bytes) -> _Run:
    font, count = item.analysis.font, shown.num_glyphs
    key, _, size = get_pango_font_key(font)
    facts = array('I', bytes(ffi.buffer(shown.glyphs, count * _SIZE)))
    clusters = array('i', bytes(ffi.buffer(shown.log_clusters, count * ffi.sizeof('gint'))))
    glyphs = facts[::_WORDS].tolist()
    places = [facts[word::_WORDS].tobytes() for word in (1, 2, 3)]
    characters = text[item.offset : item.offset + item.length].decode()
    look = key, size, item.analysis.level, clusters, len(characters), *places, *_widths(font, glyphs)
    return _Run(key, glyphs, characters, look)


def _widths(font: Any, glyphs: Sequence[int]) -> Iterator[int]:
    """Of each by itself, in Pango's units; an impossible one for what is no glyph."""
    for glyph in glyphs:
        if glyph > _LARGEST:
            yield -1 - glyph
        else:
            pango.pango_font_get_glyph_extents(font, glyph, ffi.NULL, _rectangle)
            yield _rectangle.width


def _is_plain(run: _Run) -> bool:
    """Whether it is read from left to right, and each glyph is one character."""
    _, _, level, clusters, *_ = run.look
    starts = [*accumulate((len(character.encode()) for character in run.characters[:-1]), initial=0)]
    return level % 2 == 0 and clusters.tolist() == starts and max(run.glyphs) <= _LARGEST


def _joined(pieces: Sequence[bytes], shown: Iterator[bytes]) -> bytes:
    """The pieces with glyphs between them."""
    first, *others = pieces
    return b''.join([first, *[part for piece in others for part in (next(shown), piece)]])


def _same(one: Ink, other: Ink) -> bool:
    return (one.marked, one.plain, one.fonts) == (other.marked, other.plain, other.fonts)
