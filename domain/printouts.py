"""Lists for people to take away: OpenDocument, Word and PDF, each from a title, columns and rows of text.

Every cell is text and stays text: a value that begins with = + - or @ is no formula in any of them, and a number keeps
its leading zeros. The office formats take their time (docx a millisecond a row), so long lists belong in a
thread; PDF is made by the presses.
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

import docx as word
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph as WordParagraph
from odfdo import Document, Element, Paragraph

from . import dates, odf_tables
from .logbook import pdf as press

Rows = Iterable[Sequence[str]]

WESTERN, KAI = 'Times New Roman', '標楷體'
UPRIGHT_COLUMNS = 6
"""With more columns than these the sheet lies on its side."""


def ods(title: str, columns: Sequence[str], rows: Rows) -> bytes:
    """A spreadsheet: one sheet called `title`, a row of headings, then the rows."""
    table = [tuple(columns), *map(tuple, rows)]
    document = _odf('spreadsheet', title)
    name = re.sub(r"[\[\]*?:/\\']", ' ', odf_tables.clean(title)).strip()[:31] or '名冊'
    document.insert_style(
        _CELL_STYLE.format('heading', '', 'fo:font-weight="bold" style:font-weight-asian="bold"'), automatic=True
    )
    widths = _widths(table)
    for number, width in enumerate(widths):
        document.insert_style(_COLUMN_STYLE.format(number, width), automatic=True)
    styles = [f'width{number}' for number in range(len(widths))]
    sheet = odf_tables.table(name, columns, table[1:], column_styles=styles, cell_heading='heading')
    return _saved(document, sheet)


def odt(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """A text document on A4: the title, a line below it, and a table whose headings come again on each page."""
    document = _odf('text', title)
    document.insert_style(
        _PARAGRAPH_STYLE.format('title', 'fo:font-size="16pt" style:font-size-asian="16pt"'), automatic=True
    )
    document.insert_style(_PARAGRAPH_STYLE.format('middle', ''), automatic=True)
    document.insert_style(
        _PARAGRAPH_STYLE.format('heading', 'fo:font-weight="bold" style:font-weight-asian="bold"'), automatic=True
    )
    document.insert_style(
        _CELL_STYLE.format(
            'box', 'fo:border="0.5pt solid #808080" fo:padding="0.1cm" style:vertical-align="middle"', ''
        ),
        automatic=True,
    )
    if len(columns) > UPRIGHT_COLUMNS:
        _lay_down(document)
    document.body.append(Paragraph(odf_tables.clean(title), style='title'))
    if subtitle:
        document.body.append(Paragraph(odf_tables.clean(subtitle), style='middle'))
    boxes = odf_tables.table('list', columns, rows, heading='heading', body='middle', cell='box', cell_heading='box')
    return _saved(document, boxes)


def docx(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """The same as `odt` for Word, which the tutorial's 列印(doc) asks for."""
    document = word.Document()
    document.core_properties.title = odf_tables.clean(title)
    document.core_properties.author = ''
    document.core_properties.language = 'zh-TW'
    document.core_properties.created = document.core_properties.modified = dates.now()
    _set_a4(document, lies=len(columns) > UPRIGHT_COLUMNS)
    _set_fonts(document)
    _say(document.add_paragraph(), title, 16)
    if subtitle:
        _say(document.add_paragraph(), subtitle)
    table = document.add_table(rows=1, cols=len(columns), style='Table Grid')
    for cell, heading in zip(table.rows[0].cells, columns, strict=True):
        _say(cell.paragraphs[0], heading, is_bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement('w:tblHeader'))  # python-docx has no word for it
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _say(cell.paragraphs[0], text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


async def pdf(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """The same as `odt` for printing: 列印. Raises as `logbook.pdf.as_pdf`."""
    return await press.list_as_pdf(_listing(title, subtitle, columns, rows))


async def strips(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """列印時數條: each row a strip under its own headings, to be cut out and pasted into a paper book.

    `subtitle` says on every strip whose it is. Raises as `logbook.pdf.as_pdf`.
    """
    return await press.strips_as_pdf(_listing(title, subtitle, columns, rows))


def _listing(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> press.Listing:
    printed = f'列印 {dates.roc_instant(dates.now())}'
    return press.Listing(title, subtitle, tuple(columns), tuple(map(tuple, rows)), printed)


def _odf(kind: str, title: str) -> Document:
    document = Document(kind)
    document.body.clear()
    document.meta.title = odf_tables.clean(title)
    document.meta.creation_date = document.meta.date = dates.now().replace(tzinfo=None)
    document.language = 'zh-TW'
    for properties in document.styles.get_elements('//style:default-style/style:text-properties'):
        for attribute, value in _ODF_SCRIPT.items():
            properties.set_attribute(attribute, value)
        # A font may be named by a declaration or by its family; the declarations know none of ours.
        for attribute in ('style:font-name', 'style:font-name-asian'):
            if properties.get_attribute(attribute):
                properties.del_attribute(attribute)
    return document


def _lay_down(document: Document) -> None:
    properties = document.styles.get_element('//style:page-layout-properties')
    assert properties
    properties.set_attribute('fo:page-width', '29.7cm')
    properties.set_attribute('fo:page-height', '21cm')
    properties.set_attribute('style:print-orientation', 'landscape')


def _widths(table: Sequence[Sequence[str]]) -> list[float]:
    """Centimetres for each column, as its longest text needs, within reason."""
    longest = [max(map(_width, column)) for column in zip(*table, strict=True)]
    return [min(9.0, 0.8 + 0.21 * width) for width in longest]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in 'WFA' else 1 for character in text)


def _saved(document: Document, table: str) -> bytes:
    """With `table` below what is in it already."""
    document.body.append(Element.from_tag(odf_tables.PLACE))
    target = io.BytesIO()
    document.save(target)
    return odf_tables.with_table(target.getvalue(), table)


def _set_a4(document: WordDocument, lies: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if lies else (Cm(21), Cm(29.7))
    section.orientation = WD_ORIENT.LANDSCAPE if lies else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.8)


def _set_fonts(document: WordDocument) -> None:
    normal = document.styles['Normal']
    normal.font.name, normal.font.size = WESTERN, Pt(11)
    properties = normal.element.get_or_add_rPr()
    properties.rFonts.set(qn('w:eastAsia'), KAI)
    language = OxmlElement('w:lang')
    language.set(qn('w:val'), 'en-US')
    language.set(qn('w:eastAsia'), 'zh-TW')
    properties.append(language)


def _say(paragraph: WordParagraph, text: str, points: int = 0, is_bold: bool = False) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(odf_tables.clean(text))
    run.bold = is_bold
    if points:
        run.font.size = Pt(points)


_ODF_SCRIPT = {
    'fo:font-family': f"'{WESTERN}'",
    'style:font-family-asian': f"'{KAI}'",
    'fo:language': 'en',
    'fo:country': 'US',
    'style:language-asian': 'zh',
    'style:country-asian': 'TW',
}
_COLUMN_STYLE = (
    '<style:style style:family="table-column" style:name="width{}">'
    '<style:table-column-properties style:column-width="{:.1f}cm"/></style:style>'
)
_CELL_STYLE = (
    '<style:style style:family="table-cell" style:name="{}">'
    '<style:table-cell-properties {}/><style:text-properties {}/></style:style>'
)
_PARAGRAPH_STYLE = (
    '<style:style style:family="paragraph" style:name="{}" style:parent-style-name="Standard">'
    '<style:paragraph-properties fo:text-align="center"/><style:text-properties {}/></style:style>'
)
