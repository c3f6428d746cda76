"""列印(doc) and 列印(odt) of record books: the contents of the PDF as text documents, a book after the other."""

import io
from collections.abc import Sequence

import docx as word
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.shared import Cm, RGBColor

from ..logbook import chapters
from ..logbook.book_pages import Contents
from ..logbook.chapters import Chapter
from . import _number_pages, _set_a4, _set_fonts, _write, odf
from .odf import PORTRAIT, Part, clean

_JFIF = b'\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00'
TITLE = '志願服務紀錄冊'


def docx(books: Sequence[Contents]) -> bytes:
    """For Word."""
    document = word.Document()
    document.core_properties.title, document.core_properties.author = TITLE, ''
    document.core_properties.language = 'zh-TW'
    _set_a4(document, is_landscape=False)
    _set_fonts(document)
    for number, book in enumerate(books):
        if number:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _write(document.add_paragraph(), TITLE, 18, is_bold=True)
        _write(document.add_paragraph(), _cover(book))
        if book.identity.photo:
            picture = document.add_paragraph()
            picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
            picture.add_run().add_picture(io.BytesIO(_for_word(book.identity.photo)), Cm(3), Cm(4))
        for chapter in chapters.of(book):
            _add(document, chapter)
    _number_pages(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def odt(books: Sequence[Contents]) -> bytes:
    """The same as OpenDocument."""
    parts, pictures = [], {}
    for number, book in enumerate(books):
        photo = f'Pictures/{number}.jpg' if book.identity.photo else ''
        if book.identity.photo:
            pictures[photo] = book.identity.photo
        for place, chapter in enumerate(chapters.of(book)):
            cover, picture = (_cover(book), photo) if place == 0 else ('', '')
            parts.append(Part(chapter.title, chapter.columns, chapter.rows, _widths(chapter), cover, picture))
    return odf.book(TITLE, parts, pictures)


def _for_word(photo: bytes) -> bytes:
    """The JPEG with the segment by which python-docx knows one."""
    return photo if photo[6:10] in (b'JFIF', b'Exif') else photo[:2] + _JFIF + photo[2:]


def _cover(book: Contents) -> str:
    return f'{book.cover.agency}　{book.number}　{book.printed} 產製'


def _widths(chapter: Chapter) -> list[float]:
    if not chapter.rows:
        return [PORTRAIT]
    columns = chapter.columns or ('',) * len(chapter.rows[0])
    return odf.fitted(odf.widths(columns, chapter.rows), PORTRAIT)


def _add(document: WordDocument, chapter: Chapter) -> None:
    """A heading, and lines or a table below it."""
    heading = document.add_heading(level=1)
    _write(heading, chapter.title, 13, is_bold=True)
    heading.alignment = WD_ALIGN_PARAGRAPH.LEFT
    heading.runs[0].font.color.rgb = RGBColor(0, 0, 0)
    lines = [row[0] for row in chapter.rows if len(row) == 1] if chapter.rows else ['尚無紀錄']
    if lines:
        for line in lines:
            document.add_paragraph(clean(line))
        return
    table = document.add_table(rows=0, cols=len(chapter.rows[0]), style='Table Grid')
    for row in [chapter.columns, *chapter.rows] if chapter.columns else chapter.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _write(cell.paragraphs[0], text, 10, is_bold=row is chapter.columns)
    if chapter.columns:
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement('w:tblHeader'))  # python-docx has no method for it
    for column, width in zip(table.columns, _widths(chapter), strict=True):
        column.width = Cm(width)
