"""OpenDocument files: a spreadsheet of sheets, a text with one table, or a book of many.

The parts of a file are Jinja templates in this folder. Text stays text: a value that begins with = + - or @ is no
formula, and a number keeps its leading zeros. Only int, float and Share are numbers that a program can add up.
"""

import functools
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ... import dates
from .. import own_font


class Share(float):
    """A part of the whole, 0 to 1, displayed as a percentage."""


Cell = str | int | float
Rows = Iterable[Sequence[Cell]]

PORTRAIT, LANDSCAPE = 18.0, 26.7
"""Centimetres between the margins of an A4 page, upright and on its side."""

WESTERN, KAI = 'Times New Roman', '標楷體'
"""The fonts of office documents."""

_PIECES = 1000  # of a template, written together
# A heading of one line has at most as many Western characters.
SHORT = 14

# What XML cannot hold.
_UNWANTED = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
_LINE_END = re.compile('\r\n?')
# Spaces that a reader collapses: several in a row, and those at an end of a line.
_SPACES = re.compile('  +|^ | $|(?<=[\n\t]) | (?=[\n\t])')
# A cell without these, as nearly all are, needs no elements.
_NOT_PLAIN = re.compile(f'{_UNWANTED.pattern}|[\t\n\r]|{_SPACES.pattern}')
_BREAKS = {ord('\n'): '<text:line-break/>', ord('\t'): '<text:tab/>'}


@dataclass(frozen=True)
class Sheet:
    """A sheet of a spreadsheet; `name` stands on its tab.

    Where `rows` come one by one, `sample` is what the columns are measured by.
    """

    name: str
    columns: Sequence[str]
    rows: Rows
    sample: Sequence[Sequence[Cell]] | None = None


@dataclass(frozen=True)
class Part:
    """A chapter of a book: its table, or lines where there is one width. A `cover` begins a book, with its photo."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    cover: str = ''
    photo: str = ''


def clean(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return _UNWANTED.sub('', text)


def display(cell: Cell) -> str:
    """The text of a cell.

    >>> display('007'), display(7), display(1.5), display(Share(2 / 3))
    ('007', '7', '1.50', '66.7%')
    """
    match cell:
        case str():
            return cell
        case Share():
            return f'{float(cell):.1%}'
        case float():
            return f'{cell:.2f}'
    return str(cell)


def widths(columns: Sequence[str], rows: Rows) -> list[float]:
    """Centimetres for each column: as its longest text needs, at most 9. A long heading takes two lines."""
    longest = [width if (width := _width(heading)) <= SHORT else (width + 1) // 2 for heading in columns]
    for row in rows:
        longest = [max(most, _width(display(cell))) for most, cell in zip(longest, row, strict=True)]
    return [min(9.0, 0.8 + 0.21 * width) for width in longest]


def fitted(needed: Sequence[float], room: float) -> list[float]:
    """The widths `needed`, so that their sum is at most `room`, and exactly `room` where they were narrower.

    What is too much is taken from the widest columns, so that narrow ones, such as dates, do not break.

    >>> fitted([2, 4], 12), fitted([2, 9, 8], 12)
    ([4.0, 8.0], [2, 5.0, 5.0])
    """
    if sum(needed) <= room:
        return [width * room / sum(needed) for width in needed]
    kept: list[float] = []
    for width in sorted(needed):
        most = (room - sum(kept)) / (len(needed) - len(kept))
        if width > most:
            return [min(one, most) for one in needed]
        kept.append(width)
    return list(needed)


def spreadsheet(title: str, subtitle: str, sheets: Sequence[Sheet]) -> bytes:
    """An .ods. Each sheet has `title`, `subtitle` and its headings, which stay in sight and are repeated on each page.

    Printed, a sheet is as wide as the page; the page is landscape where the columns need it.
    """
    target = io.BytesIO()
    write_spreadsheet(target, title, subtitle, sheets)
    return target.getvalue()


def write_spreadsheet(target: IO[bytes], title: str, subtitle: str, sheets: Sequence[Sheet]) -> None:
    """The same, written into `target` as the rows come."""
    above = [line for line in (title, subtitle) if line]
    _write(
        target,
        'spreadsheet',
        ('styles.xml', 'content.xml', 'settings.xml'),
        {'title': title, 'above': above, 'sheets': [_laid_out(sheet) for sheet in sheets]},
    )


def text(title: str, subtitle: str, columns: Sequence[str], rows: Rows, *, is_landscape: bool) -> bytes:
    """An .odt on A4: the title, the subtitle, and a table whose headings are repeated on each page."""
    listed = [[display(cell) for cell in row] for row in rows]
    room = LANDSCAPE if is_landscape else PORTRAIT
    return _package(
        'text',
        ('styles.xml', 'content.xml'),
        {
            'title': title,
            'subtitle': subtitle,
            'columns': columns,
            'rows': listed,
            'widths': fitted(widths(columns, listed), room),
            'room': room,
            'is_landscape': is_landscape,
        },
    )


def book(title: str, chapters: Sequence[Part], pictures: Mapping[str, bytes]) -> bytes:
    """An .odt on A4 of `chapters`, with the JPEG `pictures` that they name."""
    contents = {'title': title, 'chapters': chapters, 'room': PORTRAIT, 'is_landscape': False}
    return _package('text', ('styles.xml', 'content.xml'), contents, {'content.xml': 'book/content.xml'}, pictures)


def _laid_out(sheet: Sheet) -> Mapping[str, Any]:
    """`sheet` as its template takes it. Columns narrower than the page are stretched, at most to twice their width."""
    needed = widths(sheet.columns, sheet.rows if sheet.sample is None else sheet.sample)
    is_landscape = sum(needed) > PORTRAIT
    stretch = min(2.0, max(1.0, (LANDSCAPE if is_landscape else PORTRAIT) / sum(needed)))
    return {
        'name': _sheet_name(sheet.name),
        'columns': sheet.columns,
        'rows': sheet.rows,
        'widths': [width * stretch for width in needed],
        'is_landscape': is_landscape,
    }


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]*?:/\\'\n\r\t]", ' ', clean(name)).strip()[:31] or '名冊'


def _width(text: str) -> int:
    """Columns of the longest line: a Western character takes one, a Chinese one two."""
    return max((sum(map(_columns_of, line)) for line in text.split('\n')), default=0)


def _columns_of(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in 'WFA' else 1


def _package(kind: str, *contents: Any) -> bytes:
    target = io.BytesIO()
    _write(target, kind, *contents)
    return target.getvalue()


def _write(
    target: IO[bytes],
    kind: str,
    parts: Sequence[str],
    contents: Mapping[str, Any],
    elsewhere: Mapping[str, str] | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> None:
    """The zip file of `parts`, templates in the folder `kind` or `elsewhere`, and of what every such file has."""
    pictures = pictures or {}
    media_type = f'application/vnd.oasis.opendocument.{kind}'
    now = dates.now()
    facts = {
        **contents,
        'printed': f'列印 {dates.roc_instant(now)}',
        'moment': f'{now.replace(tzinfo=None):%Y-%m-%dT%H:%M:%S}',
        'media_type': media_type,
        'parts': [*parts, 'meta.xml'],
        'pictures': list(pictures),
        'fonts': [own_font.ODF_PATH] if kind == 'text' else [],
    }
    templates = {part: f'{kind}/{part}' for part in parts} | {'meta.xml': 'meta.xml'} | dict(elsewhere or {})
    with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as package:
        # First and not compressed, by which a file is known for what it is (ODF 1.3 part 2, 3.3).
        package.writestr('mimetype', media_type, zipfile.ZIP_STORED)
        for part, template in (*templates.items(), ('META-INF/manifest.xml', 'manifest.xml')):
            # Piece by piece: of a long list only the compressed file is ever whole.
            written = _templates().get_template(template).stream(facts)
            written.enable_buffering(_PIECES)
            entry = zipfile.ZipInfo(part, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with package.open(entry, 'w') as target_part:
                target_part.writelines(piece.encode() for piece in written)
        for name, picture in pictures.items():
            package.writestr(name, picture, zipfile.ZIP_STORED)
        if facts['fonts']:
            package.writestr(own_font.ODF_PATH, own_font.content())


@functools.cache
def _templates() -> Environment:
    """The templates, compiled once a process."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {'clean': clean, 'display': display, 'paragraph': _paragraph}
    environment.globals |= {'western': WESTERN, 'kai': KAI, 'own_name': own_font.NAME, 'own_path': own_font.ODF_PATH}
    environment.tests['share'] = lambda cell: isinstance(cell, Share)
    return environment


def _paragraph(text: str) -> Markup:
    """`text` inside a paragraph: line ends, tabs and spaces that a reader collapses are elements."""
    if not _NOT_PLAIN.search(text):
        return escape(text)
    escaped = str(escape(_LINE_END.sub('\n', clean(text))))
    return Markup(_SPACES.sub(lambda run: f'<text:s text:c="{len(run[0])}"/>', escaped).translate(_BREAKS))  # noqa: S704, escaped above
