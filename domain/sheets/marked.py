"""The user's own table with coloured cells, a note at each, and a column that says what became of the row.

All cells are texts: a code keeps its zeros, and what begins with = is no formula. What is written here can be mended
and read again as it is.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

WRONG, ATTENTION, GOOD = 'wrong', 'attention', 'good'
COLOURS = {WRONG: '#fbd9d6', ATTENTION: '#fdecc8', GOOD: '#dcefe1'}

# What XML cannot hold.
_UNWANTED = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
_MOST_TEXT = 32_000  # in a cell of an .xlsx
# More notes make a file that no program opens in time.
_MOST_NOTES = 5_000


@dataclass(frozen=True)
class MarkedRow:
    """A row as it stands in the sheet. `notes`: by position of the cell, its colour and sentence.

    `result` stands in a column of its own, in the colour `grade`, '' for none.
    """

    cells: Sequence[str]
    notes: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    result: str = ''
    grade: str = ''


def xlsx(name: str, rows: Sequence[MarkedRow], result_at: int) -> bytes:
    """A workbook of one sheet. `result_at`: position of the column with the results."""
    content, left = io.BytesIO(), _MOST_NOTES
    with xlsxwriter.Workbook(content, {'constant_memory': True, 'strings_to_formulas': False}) as book:
        colours = {key: book.add_format({'bg_color': colour, 'num_format': '@'}) for key, colour in COLOURS.items()}
        plain = book.add_format({'num_format': '@'})
        sheet = book.add_worksheet(sheet_name(name))
        sheet.set_column(result_at, result_at, 60)
        for number, row in enumerate(rows):
            for at, text in enumerate(_laid_out(row, result_at)):
                colour, note = row.notes.get(at, ('', ''))
                if at == result_at:
                    colour = row.grade
                if text or colour:
                    sheet.write_string(number, at, clean(text), colours.get(colour, plain))
                if note and left:
                    left -= 1
                    sheet.write_comment(number, at, note, {'x_scale': 2})
    return content.getvalue()


def ods(name: str, rows: Sequence[MarkedRow], result_at: int) -> bytes:
    """The same as OpenDocument (law.md#document-formats)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w', zipfile.ZIP_DEFLATED) as package:
        package.writestr('mimetype', 'application/vnd.oasis.opendocument.spreadsheet', zipfile.ZIP_STORED)
        package.writestr('META-INF/manifest.xml', MANIFEST)
        with package.open('content.xml', 'w') as target:
            target.write(_HEAD.format(name=quoteattr(clean(name))).encode())
            for row in rows:
                target.write(_ods_row(row, result_at).encode())
            target.write(_FOOT.encode())
    return content.getvalue()


def _ods_row(row: MarkedRow, result_at: int) -> str:
    cells = []
    for at, text in enumerate(_laid_out(row, result_at)):
        colour, note = row.notes.get(at, ('', ''))
        style = colour if at != result_at else row.grade
        lines = ''.join(f'<text:p>{escape(line)}</text:p>' for line in clean(text).split('\n')) if text else ''
        remark = f'<office:annotation><text:p>{escape(clean(note))}</text:p></office:annotation>' if note else ''
        named = f' table:style-name="{style}"' if style else ''
        cells.append(f'<table:table-cell office:value-type="string"{named}>{remark}{lines}</table:table-cell>')
    return f'<table:table-row>{"".join(cells)}</table:table-row>'


def _laid_out(row: MarkedRow, result_at: int) -> list[str]:
    cells = [*row.cells, *[''] * (result_at + 1 - len(row.cells))]
    cells[result_at] = row.result
    return cells


def clean(text: str) -> str:
    """A text that a cell can hold."""
    return _UNWANTED.sub('', text)[:_MOST_TEXT]


def sheet_name(name: str) -> str:
    """A name that a sheet can have."""
    return re.sub(r"[\[\]:*?/\\']", ' ', clean(name)).strip()[:31] or '匯入'


MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="/" manifest:version="1.3"'
    ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_STYLES = ''.join(
    f'<style:style style:name="{key}" style:family="table-cell">'
    f'<style:table-cell-properties fo:background-color="{colour}"/></style:style>'
    for key, colour in COLOURS.items()
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.3">'
    f'<office:automatic-styles>{_STYLES}</office:automatic-styles>'
    '<office:body><office:spreadsheet><table:table table:name={name}>'
)
_FOOT = '</table:table></office:spreadsheet></office:body></office:document-content>'
