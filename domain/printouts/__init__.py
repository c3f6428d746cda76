"""Lists for people to take away: OpenDocument, Word and PDF, each from a title, a line below it, columns and rows.

Text stays text in all of them; `odf` says what a cell may be. The office formats take their time (docx a millisecond a
row), so long lists belong in a thread; PDF is made by the presses.
"""

import io
from collections.abc import Sequence

import docx as word
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from .. import dates
from ..logbook import pdf as press
from . import odf
from .odf import LYING, UPRIGHT, Rows, Sheet, clean, spoken
from .odf_styles import KAI, WESTERN

UPRIGHT_COLUMNS = 6
"""With more columns than these the sheet lies on its side."""


def below(*facts: str) -> str:
    """The line below a title: `facts`, and the day."""
    return '　'.join([*facts, f'列印日期 {dates.roc_long(dates.today())}'])


def ods(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """A spreadsheet of one sheet: the title, the line below it, the headings, the rows."""
    return odf.spreadsheet(title, subtitle, [Sheet(title, columns, list(rows))])


def odt(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """A text document on A4: the title, a line below it, and a table whose headings come again on each page."""
    return odf.text(title, subtitle, columns, rows, lies=len(columns) > UPRIGHT_COLUMNS)


def docx(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """The same as `odt` for Word, which the tutorial's 列印(doc) asks for."""
    document = word.Document()
    document.core_properties.title = clean(title)
    document.core_properties.author = ''
    document.core_properties.language = 'zh-TW'
    document.core_properties.created = document.core_properties.modified = dates.now()
    listed, lies = [[spoken(cell) for cell in row] for row in rows], len(columns) > UPRIGHT_COLUMNS
    _set_a4(document, lies=lies)
    _set_fonts(document)
    _say(document.add_paragraph(), title, 16)
    if subtitle:
        _say(document.add_paragraph(), subtitle)
    table = document.add_table(rows=1, cols=len(columns), style='Table Grid')
    for cell, heading in zip(table.rows[0].cells, columns, strict=True):
        _say(cell.paragraphs[0], heading, is_bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement('w:tblHeader'))  # python-docx has no word for it
    for row in listed:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _say(cell.paragraphs[0], text)
    broad = odf.fitted(odf.widths(columns, listed), LYING if lies else UPRIGHT)
    for column, width in zip(table.columns, broad, strict=True):
        column.width = Cm(width)
    _number_pages(document)
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
    return press.Listing(title, subtitle, tuple(columns), tuple(tuple(map(spoken, row)) for row in rows), printed)


def _set_a4(document: WordDocument, lies: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if lies else (Cm(21), Cm(29.7))
    section.orientation = WD_ORIENT.LANDSCAPE if lies else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.5)


def _number_pages(document: WordDocument) -> None:
    foot = document.sections[0].footer.paragraphs[0]
    _say(foot, f'列印 {dates.roc_instant(dates.now())}　　第 ', 9)
    for field, after in (('PAGE', ' 頁，共 '), ('NUMPAGES', ' 頁')):
        number = OxmlElement('w:fldSimple')  # python-docx has no word for it
        number.set(qn('w:instr'), field)
        foot._p.append(number)
        _say(foot, after, 9)


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
    run = paragraph.add_run(clean(text))
    run.bold = is_bold
    if points:
        run.font.size = Pt(points)
