"""Workbooks to be filled in: headings with notes, lists to choose from, an example, companion sheets; and the same with
what is on record in it.

All cells are texts and all columns are formatted as text: a code keeps its zeros when somebody types over it, and what
begins with = + - @ or a tab is no formula, whoever wrote it. XlsxWriter (well kept, for writing alone) makes the .xlsx,
its `write_string` no formulas; no library that is kept writes an .ods with lists in a stream, so that is our own.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from .marked import MANIFEST, clean, sheet_name

# Lists are offered so far down.
_ROWS = 5000


@dataclass(frozen=True)
class Heading:
    """A column: its heading, what is said of it, and the texts to choose from, or the `range` of a companion sheet.

    `strict`: nothing but a text of the list is taken; else the list is a help.
    """

    text: str
    note: str = ''
    choices: Sequence[str] = ()
    range: str = ''
    is_needed: bool = False
    strict: bool = True


@dataclass(frozen=True)
class Blank:
    """A sheet to be filled in, with rows in it; companions have headings and rows alone."""

    name: str
    headings: Sequence[Heading]
    rows: Iterable[Sequence[str]] = ()


def range_of(sheet: str, many: int) -> str:
    """The first column of a companion sheet below its heading, as both kinds of file write it in a list.

    >>> range_of('服務項目代碼', 3)
    "$'服務項目代碼'.$A$2:.$A$4"
    """
    return f"$'{sheet}'.$A$2:.$A${many + 1}"


def xlsx(sheets: Sequence[Blank]) -> bytes:
    """A workbook; the first sheet is the one to be filled in."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {'constant_memory': True, 'strings_to_formulas': False}) as book:
        text = book.add_format({'num_format': '@'})
        plain = book.add_format({'num_format': '@', 'bold': True, 'bg_color': '#e6eeee', 'border': 1})
        needed = book.add_format({'num_format': '@', 'bold': True, 'bg_color': '#fdecc8', 'border': 1})
        for blank in sheets:
            sheet = book.add_worksheet(sheet_name(blank.name))
            sheet.freeze_panes(1, 0)
            for at, heading in enumerate(blank.headings):
                sheet.set_column(at, at, _width(heading), text)
                sheet.write_string(0, at, clean(heading.text), needed if heading.is_needed else plain)
                if heading.note:
                    sheet.write_comment(0, at, heading.note, {'x_scale': 2})
                if source := _xlsx_source(heading):
                    sheet.data_validation(1, at, _ROWS, at, _validation(source, heading))
            for number, row in enumerate(blank.rows, 1):
                for at, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, at, clean(cell), text)
    return content.getvalue()


def ods(sheets: Sequence[Blank]) -> bytes:
    """The same as OpenDocument (law.md#document-formats)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w', zipfile.ZIP_DEFLATED) as package:
        package.writestr('mimetype', 'application/vnd.oasis.opendocument.spreadsheet', zipfile.ZIP_STORED)
        package.writestr('META-INF/manifest.xml', MANIFEST)
        with package.open('content.xml', 'w') as target:
            target.write(_HEAD.encode())
            for place, blank in enumerate(sheets):
                target.write(_column_styles(place, blank).encode())
            target.write(f'{_STYLES}</office:automatic-styles><office:body><office:spreadsheet>'.encode())
            target.write(_validations(sheets).encode())
            for place, blank in enumerate(sheets):
                for piece in _table(place, blank):
                    target.write(piece.encode())
            target.write(b'</office:spreadsheet></office:body></office:document-content>')
    return content.getvalue()


def _xlsx_source(heading: Heading) -> Sequence[str] | str:
    if heading.range:
        return '=' + heading.range.replace("$'", "'").replace('.', '!', 1).replace('.', '')
    # A longer list does not fit into the file; it is still said in the note.
    return list(heading.choices) if heading.choices and len(','.join(heading.choices)) <= 255 else ''


def _validation(source: Sequence[str] | str, heading: Heading) -> dict[str, object]:
    error = {'error_type': 'stop' if heading.strict else 'information'}
    return {'validate': 'list', 'source': source, 'ignore_blank': True, 'show_error': heading.strict, **error}


def _width(heading: Heading) -> int:
    return min(30, max(12, 2 * len(heading.text) + 2))


def _column_styles(place: int, blank: Blank) -> str:
    return ''.join(
        f'<style:style style:name="c{place}-{at}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{_width(heading) * 0.21:.2f}cm"/></style:style>'
        for at, heading in enumerate(blank.headings)
    )


def _validations(sheets: Sequence[Blank]) -> str:
    """The lists of all sheets; none may be there where there are none."""
    found = []
    for place, blank in enumerate(sheets):
        for at, heading in enumerate(blank.headings):
            if not heading.choices and not heading.range:
                continue
            listed = ';'.join('"' + clean(one).replace('"', '""') + '"' for one in heading.choices)
            source = f'[{heading.range}]' if heading.range else listed
            condition = quoteattr(f'of:cell-content-is-in-list({source})')
            base = quoteattr(f"'{sheet_name(blank.name)}'.{_letter(at)}2")
            shown = 'true' if heading.strict else 'false'
            message = f'<table:error-message table:message-type="stop" table:display="{shown}"/>'
            found.append(
                f'<table:content-validation table:name="v{place}-{at}" table:condition={condition}'
                f' table:allow-empty-cell="true" table:display-list="unsorted" table:base-cell-address={base}>'
                f'{message}</table:content-validation>'
            )
    return f'<table:content-validations>{"".join(found)}</table:content-validations>' if found else ''


def _table(place: int, blank: Blank) -> Iterable[str]:
    yield f'<table:table table:name={quoteattr(sheet_name(blank.name))}>'
    for at in range(len(blank.headings)):
        yield f'<table:table-column table:style-name="c{place}-{at}" table:default-cell-style-name="text"/>'
    yield '<table:table-header-rows><table:table-row>'
    for heading in blank.headings:
        note = f'<office:annotation><text:p>{escape(clean(heading.note))}</text:p></office:annotation>'
        style = 'needed' if heading.is_needed else 'heading'
        yield _cell(clean(heading.text), f' table:style-name="{style}"', note if heading.note else '')
    yield '</table:table-row></table:table-header-rows>'
    listed = [
        f' table:content-validation-name="v{place}-{at}"' if heading.choices or heading.range else ''
        for at, heading in enumerate(blank.headings)
    ]
    written = 0
    for row in blank.rows:
        cells = [_cell(clean(cell), listed[at]) if cell else _empty(listed[at]) for at, cell in enumerate(row)]
        yield f'<table:table-row>{"".join(cells)}</table:table-row>'
        written += 1
    if any(listed) and written < _ROWS:
        empty = ''.join(map(_empty, listed))
        yield f'<table:table-row table:number-rows-repeated="{_ROWS - written}">{empty}</table:table-row>'
    yield '</table:table>'


def _cell(text: str, attributes: str, note: str = '') -> str:
    lines = ''.join(f'<text:p>{_spaced(line)}</text:p>' for line in text.replace('\r', '').split('\n'))
    return f'<table:table-cell office:value-type="string"{attributes}>{note}{lines}</table:table-cell>'


def _spaced(line: str) -> str:
    """Tabs and blanks that a reader would collapse are elements."""
    marked = re.sub('  +|^ | $', lambda run: f'<text:s text:c="{len(run[0])}"/>', escape(line))
    return marked.replace('\t', '<text:tab/>')


def _empty(attributes: str) -> str:
    return f'<table:table-cell{attributes}/>'


def _letter(at: int) -> str:
    return chr(65 + at) if at < 26 else chr(64 + at // 26) + chr(65 + at % 26)


_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.3"><office:automatic-styles>'
)
_STYLES = (
    '<number:text-style style:name="as-text"><number:text-content/></number:text-style>'
    '<style:style style:name="text" style:family="table-cell" style:data-style-name="as-text"/>'
    + ''.join(
        f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="as-text">'
        f'<style:table-cell-properties fo:background-color="{colour}" fo:border="0.5pt solid #808080"/>'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
        for name, colour in (('heading', '#e6eeee'), ('needed', '#fdecc8'))
    )
)
