"""Lists as documents: OpenDocument, Word and PDF (law.md#document-formats), of a title, a subtitle, columns and rows.

Text stays text in all of them; `odf` defines what a cell may be. OpenDocument and Word block (Word for a millisecond a
row), so callers write long lists in a thread; PDF is made in the worker processes of `logbook.pdf`.
"""

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Hashable, Iterator, Sequence
from dataclasses import replace

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
from . import odf, own_font
from .odf import KAI, LANDSCAPE, PORTRAIT, Cell, Rows, Sheet, clean, display

AT_ONCE = 1000
PORTRAIT_COLUMNS = 6
"""A text with more columns has landscape pages."""


def below(*facts: str) -> str:
    """The subtitle of a list: `facts`, and the day it is printed."""
    return '　'.join([*facts, f'列印日期 {dates.roc_long(dates.today())}'])


def ods(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """A spreadsheet of one sheet: the title, the subtitle, the headings, the rows."""
    return odf.spreadsheet(title, subtitle, [Sheet(title, columns, list(rows))])


async def ods_of(title: str, subtitle: str, columns: Sequence[str], rows: AsyncIterator[Sequence[Cell]]) -> bytes:
    """The same as `ods` of rows that come one by one, however many: in memory are a thousand, and the compressed file.

    The columns are as wide as the first thousand rows need.
    """
    first = await _some(rows)
    loop, is_given_up = asyncio.get_running_loop(), threading.Event()

    def every() -> Iterator[Sequence[Cell]]:
        several = first
        while several and not is_given_up.is_set():
            yield from several
            several = asyncio.run_coroutine_threadsafe(_some(rows), loop).result()

    sheet = Sheet(title, columns, every(), sample=first)
    try:
        return await asyncio.to_thread(odf.spreadsheet, title, subtitle, [sheet])
    finally:
        is_given_up.set()  # whoever asked is gone: the thread need not write on


async def _some(rows: AsyncIterator[Sequence[Cell]]) -> list[Sequence[Cell]]:
    several: list[Sequence[Cell]] = []
    async for row in rows:
        several.append(row)
        if len(several) == AT_ONCE:
            break
    return several


def odt(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """A text document on A4: the title, the subtitle, and a table whose headings are repeated on each page."""
    return odf.text(title, subtitle, columns, rows, is_landscape=len(columns) > PORTRAIT_COLUMNS)


def docx(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> bytes:
    """The same as `odt`, for Word: 列印(doc) in STEP 8 of the tutorial."""
    document = word.Document()
    document.core_properties.title = clean(title)
    document.core_properties.author = ''
    document.core_properties.language = 'zh-TW'
    document.core_properties.created = document.core_properties.modified = dates.now()
    listed, is_landscape = [[display(cell) for cell in row] for row in rows], len(columns) > PORTRAIT_COLUMNS
    _set_a4(document, is_landscape)
    _set_fonts(document)
    _write(document.add_paragraph(), title, 16)
    if subtitle:
        _write(document.add_paragraph(), subtitle)
    table = document.add_table(rows=1, cols=len(columns), style='Table Grid')
    for cell, heading in zip(table.rows[0].cells, columns, strict=True):
        _write(cell.paragraphs[0], heading, is_bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement('w:tblHeader'))  # python-docx has no method for it
    for row in listed:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _write(cell.paragraphs[0], text)
    widths = odf.fitted(odf.widths(columns, listed), LANDSCAPE if is_landscape else PORTRAIT)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    _number_pages(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


async def pdf(
    title: str,
    subtitle: str,
    columns: Sequence[str],
    rows: Rows,
    *,
    to_sign: Sequence[str] = (),
    whose: Hashable = None,
) -> bytes:
    """The same as `odt` for printing: 列印; with a line for everybody in `to_sign`. Raises as `logbook.pdf.as_pdf`."""
    listing = replace(_listing(title, subtitle, columns, rows), to_sign=tuple(to_sign))
    return await press.list_as_pdf(listing, whose=whose)


async def strips(
    title: str,
    subtitle: str,
    columns: Sequence[str],
    rows: Rows,
    *,
    owners: Sequence[str] = (),
    whose: Hashable = None,
) -> bytes:
    """列印時數條: each row is a strip with its own headings, to be cut out and pasted into a paper book.

    `subtitle`, printed on every strip, names the volunteer; of several people `owners` names one for each row. Raises
    as `logbook.pdf.as_pdf`.
    """
    listing = replace(_listing(title, subtitle, columns, rows), owners=tuple(owners))
    return await press.strips_as_pdf(listing, whose=whose)


def _listing(title: str, subtitle: str, columns: Sequence[str], rows: Rows) -> press.Listing:
    printed = f'列印 {dates.roc_instant(dates.now())}'
    return press.Listing(title, subtitle, tuple(columns), tuple(tuple(map(display, row)) for row in rows), printed)


def _set_a4(document: WordDocument, is_landscape: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if is_landscape else (Cm(21), Cm(29.7))
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.5)


def _number_pages(document: WordDocument) -> None:
    foot = document.sections[0].footer.paragraphs[0]
    _write(foot, f'列印 {dates.roc_instant(dates.now())}　　第 ', 9)
    for field, after in (('PAGE', ' 頁，共 '), ('NUMPAGES', ' 頁')):
        number = OxmlElement('w:fldSimple')  # python-docx has no method for it
        number.set(qn('w:instr'), field)
        foot._p.append(number)
        _write(foot, after, 9)


def _set_fonts(document: WordDocument) -> None:
    normal = document.styles['Normal']
    normal.font.name, normal.font.size = own_font.NAME, Pt(11)
    own_font.put_into(document)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(2)  # room for marks in a table
    properties = normal.element.get_or_add_rPr()
    properties.rFonts.set(qn('w:eastAsia'), KAI)
    language = OxmlElement('w:lang')
    language.set(qn('w:val'), 'en-US')
    language.set(qn('w:eastAsia'), 'zh-TW')
    properties.append(language)


def _write(paragraph: WordParagraph, text: str, points: int = 0, is_bold: bool = False) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(clean(text))
    run.bold = is_bold
    if points:
        run.font.size = Pt(points)
