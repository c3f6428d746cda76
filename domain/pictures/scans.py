"""PDFs: open them, count, and make pictures of the first two pages."""

import re

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from . import raster
from .results import Picture, UnreadablePicture

MAX_PAGES = 20
SIDES = 2


def check(data: bytes) -> None:
    """Raises `UnreadablePicture` unless the whole PDF can be opened and read by anybody."""
    with _opened(data) as document:
        for number in range(len(document)):
            _page(document, number).close()


def first_pages(data: bytes) -> list[Picture]:
    """Pictures of the first two pages, with forms and annotations as they would be printed."""
    with _opened(data) as document:
        document.init_forms()
        return [raster.whole(_drawn(document, number)) for number in range(min(SIDES, len(document)))]


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    # The reader would patch up a file that was cut off and show what is left of it; we want all of it.
    if not re.search(rb'%%EOF', data.rstrip(b'\0\t\n\f\r ')[-1024:]):
        raise _damaged()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnreadablePicture(
                '這份 PDF 設有密碼，無法開啟。請先移除密碼，或列印成新的 PDF 再上傳；已填的資料都還在。'
            ) from error
        raise _damaged() from error
    if not 1 <= len(document) <= MAX_PAGES:
        pages = len(document)
        document.close()
        raise (
            UnreadablePicture(
                f'這份 PDF 有 {pages} 頁，超過 {MAX_PAGES} 頁。請只留下需要的頁面再上傳；已填的資料都還在。'
            )
            if pages
            else _damaged()
        )
    return document


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    page = _page(document, number)
    scale = raster.SCAN_SIDE / max(page.get_width(), page.get_height(), 1)
    bitmap = page.render(scale=scale)
    image: Image.Image = bitmap.to_pil().copy()
    bitmap.close()
    page.close()
    return image


def _page(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    try:
        return document[number]
    except pypdfium2.PdfiumError as error:
        raise _damaged() from error


def _damaged() -> UnreadablePicture:
    return UnreadablePicture('這份 PDF 不完整或已損壞，無法開啟。請重新掃描或另存成新的 PDF 再上傳；已填的資料都還在。')
