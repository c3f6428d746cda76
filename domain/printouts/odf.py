"""OpenDocument files: a workbook of sheets, or a text with one table.

They are written as text, for the tree of a library takes seconds. Text stays text: a value that begins with = + - or @
is no formula, and a number keeps its leading zeros. Only int, float and Share are numbers that a program can add up.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from .. import dates
from . import odf_styles


class Share(float):
    """A part of the whole, 0 to 1, that people read as a percentage."""


Cell = str | int | float
Rows = Iterable[Sequence[Cell]]

UPRIGHT, LYING = 18.0, 26.7
"""Centimetres between the margins of an A4 sheet, upright and on its side."""

# As many columns of Western characters stand beside each other in a heading of one line.
SHORT = 14

# What XML cannot hold.
_UNWANTED = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
_LINE_END = re.compile('\r\n?')
# Spaces that would be collapsed: several, and those at an end of a line.
_SPACES = re.compile('  +|^ | $|(?<=[\n\t]) | (?=[\n\t])')
_BREAKS = {ord('\n'): '<text:line-break/>', ord('\t'): '<text:tab/>'}


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; `name` stands on its tab."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def clean(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return _UNWANTED.sub('', text)


def spoken(cell: Cell) -> str:
    """What a person reads in a cell.

    >>> spoken('007'), spoken(7), spoken(1.5), spoken(Share(2 / 3))
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
    """Centimetres for each column, as its longest text needs, within reason. A long heading takes two lines."""
    longest = [width if (width := _width(heading)) <= SHORT else (width + 1) // 2 for heading in columns]
    for row in rows:
        longest = [max(most, _width(spoken(cell))) for most, cell in zip(longest, row, strict=True)]
    return [min(9.0, 0.8 + 0.21 * width) for width in longest]


def fitted(needed: Sequence[float], room: float) -> list[float]:
    """`needed` as wide as `room`: what is too much is taken from the widest, for a date must not break.

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
    """An .ods. Each sheet says `title` and `subtitle`, then its headings, which stay in sight and come on each page.

    On paper a sheet is as wide as the page, which lies on its side when the columns need that.
    """
    above = [said for said in (title, subtitle) if said]
    styles, tables = [], []
    for number, sheet in enumerate(sheets):
        needed = widths(sheet.columns, sheet.rows)
        lies = sum(needed) > UPRIGHT
        stretched = min(2.0, max(1.0, (LYING if lies else UPRIGHT) / sum(needed)))
        styles.append(odf_styles.sheet(number, lies=lies))
        styles += [odf_styles.column(f'{number}-{at}', width * stretched) for at, width in enumerate(needed)]
        tables.append(
            _table(
                _sheet_name(sheet.name),
                f'sheet{number}',
                [f'column{number}-{at}' for at in range(len(needed))],
                [_row([_cell(said, 'below' if at else 'title')]) for at, said in enumerate(above)],
                _row(_cell(heading, 'heading') for heading in sheet.columns),
                (_row(map(_typed, row)) for row in sheet.rows),
            )
        )
    names = [quoteattr(_sheet_name(sheet.name)) for sheet in sheets]
    return _package(
        'spreadsheet',
        title,
        {
            'styles.xml': odf_styles.of_spreadsheet(_printed()),
            'content.xml': odf_styles.content('spreadsheet', ''.join(styles) + odf_styles.CELLS, ''.join(tables)),
            'settings.xml': odf_styles.frozen(names, len(above) + 1),
        },
    )


def text(title: str, subtitle: str, columns: Sequence[str], rows: Rows, *, lies: bool) -> bytes:
    """An .odt on A4: the title, a line below it, and a table whose headings come again on each page."""
    listed = [[spoken(cell) for cell in row] for row in rows]
    needed = widths(columns, listed)
    broad = fitted(needed, LYING if lies else UPRIGHT)
    styles = [odf_styles.column(f'0-{at}', width) for at, width in enumerate(broad)]
    head = [(style, said) for style, said in (('title', title), ('below', subtitle)) if said]
    table = _table(
        'list',
        'list',
        [f'column0-{at}' for at in range(len(needed))],
        [],
        _row(_boxed(heading, 'heading') for heading in columns),
        (_row(_boxed(said, 'middle') for said in row) for row in listed),
    )
    body = ''.join(f'<text:p text:style-name="{style}">{_content(said)}</text:p>' for style, said in head) + table
    return _package(
        'text',
        title,
        {
            'styles.xml': odf_styles.of_text(_printed(), lies=lies),
            'content.xml': odf_styles.content('text', ''.join(styles) + odf_styles.boxes(lies=lies), body),
        },
    )


def _table(
    name: str, style: str, columns: Sequence[str], above: Iterable[str], headings: str, rows: Iterable[str]
) -> str:
    return ''.join(
        [
            f'<table:table table:name={quoteattr(name)} table:style-name="{style}">',
            *(f'<table:table-column table:style-name="{column}"/>' for column in columns),
            *above,
            f'<table:table-header-rows>{headings}</table:table-header-rows>',
            *rows,
            '</table:table>',
        ]
    )


def _row(cells: Iterable[str]) -> str:
    return f'<table:table-row>{"".join(cells)}</table:table-row>'


def _typed(cell: Cell) -> str:
    if isinstance(cell, str):
        return _cell(cell, 'text')
    kind, style = ('percentage', 'share') if isinstance(cell, Share) else ('float', 'number')
    if style == 'number' and isinstance(cell, float):
        style = 'decimal'
    value = f'office:value-type="{kind}" office:value="{float(cell)!r}"'
    return f'<table:table-cell table:style-name="{style}" {value}><text:p>{spoken(cell)}</text:p></table:table-cell>'


def _cell(said: str, style: str) -> str:
    opened = f'<table:table-cell table:style-name="{style}" office:value-type="string">'
    return f'{opened}<text:p>{_content(said)}</text:p></table:table-cell>'


def _boxed(said: str, style: str) -> str:
    opened = '<table:table-cell table:style-name="box" office:value-type="string">'
    return f'{opened}<text:p text:style-name="{style}">{_content(said)}</text:p></table:table-cell>'


def _content(text: str) -> str:
    """`text` inside a paragraph, its line ends, tabs and spaces kept."""
    escaped = escape(_LINE_END.sub('\n', clean(text)))
    return _SPACES.sub(lambda run: f'<text:s text:c="{len(run[0])}"/>', escaped).translate(_BREAKS)


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]*?:/\\'\n\r\t]", ' ', clean(name)).strip()[:31] or '名冊'


def _width(text: str) -> int:
    """The longest line, a Western character counting one."""
    return max((sum(map(_columns_of, line)) for line in text.split('\n')), default=0)


def _columns_of(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in 'WFA' else 1


def _printed() -> str:
    return f'列印 {dates.roc_instant(dates.now())}'


def _package(kind: str, title: str, parts: dict[str, str]) -> bytes:
    media_type = f'application/vnd.oasis.opendocument.{kind}'
    parts['meta.xml'] = odf_styles.meta(escape(clean(title)), f'{dates.now().replace(tzinfo=None):%Y-%m-%dT%H:%M:%S}')
    parts['META-INF/manifest.xml'] = odf_styles.manifest(media_type, parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as package:
        # First and not compressed, by which a file is known for what it is (ODF 1.3 part 2, 3.3).
        package.writestr('mimetype', media_type, zipfile.ZIP_STORED)
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()
