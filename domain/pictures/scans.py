"""PDFs: open them, count, make pictures of the first two pages, and find what acts by itself."""

import io
import re

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from . import raster
from .results import Picture, UnreadablePicture

MAX_PAGES = 20
SIDES = 2
_MARK = b'%%EOF'
# What is still the PDF: objects behind the last end marker belong to a revision that has none (yet, or any more).
_UNFINISHED = re.compile(rb'\b\d+\s+\d+\s+obj\b|\bendobj\b|\bendstream\b|\bstartxref\s+\d')
_START = re.compile(rb'startxref\s+(\d+)')
_CROSS_REFERENCES = re.compile(rb'\s*(xref\b|\d+\s+\d+\s+obj\b)')
# Names of ISO 32000-1 (12.6.4, 7.11.4, 13): what runs, starts or sends something, or carries a file. A title or an
# address may have the same words, so what is written in strings, of which none goes beyond its line, does not count.
_ACTIVE = {
    'JavaScript 程式': rb'JavaScript',
    '會啟動其他程式或送出資料的動作': rb'Launch|SubmitForm|ImportData|GoToE|Rendition',
    '內嵌的檔案或影音': rb'EmbeddedFiles?|FileAttachment|RichMedia|Movie|Sound|3D',
}
_STRING = re.compile(rb'\((?:[^()\\\r\n]|\\.){0,2000}\)')
_OPENED = re.compile(rb'/(?:OpenAction|AA)\s*(?:(\d+) \d+ R|(<<.{0,400}))', re.DOTALL)
# A folder of files, or a wrapper around a locked one: what one sees is a page that says which program opens it.
_FOLDER = re.compile(rb'/Collection\s*(?:<<|\d+ \d+ R)')
_XFA_DYNAMIC, _XFA_STATIC = raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND


def check(data: bytes) -> None:
    """Raises `UnreadablePicture` unless the whole PDF can be read by anybody and does nothing by itself."""
    with _opened(data) as document:
        for number in range(len(document)):
            _page(document, number).close()
        if document.get_formtype() == _XFA_STATIC:  # its scripts are out of sight
            raise _to_print_first()
        if found := _active(document):
            raise UnreadablePicture(
                f'這份 PDF 含有{found}，為了審核人員的安全不能收下。'
                '請先開啟它，用「列印」另存成新的 PDF 再上傳；已填的資料都還在。'
            )


def first_pages(data: bytes) -> list[Picture]:
    """Pictures of the first two pages, with forms and annotations as they would be printed."""
    with _opened(data) as document:
        document.init_forms()
        return [raster.whole(_drawn(document, number)) for number in range(min(SIDES, len(document)))]


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    # The reader would patch up a file that was cut off and show what is left of it; we want all of it.
    if not _is_whole(data):
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
    for is_cover, refusal in ((_is_dynamic, _to_print_first), (_is_folder, _to_take_out_first)):
        if is_cover(document):
            document.close()
            raise refusal()
    return document


def _is_dynamic(document: pypdfium2.PdfDocument) -> bool:
    """A form that is drawn by its program alone: it says so, or has no field on any page."""
    kind = document.get_formtype()
    return kind == _XFA_DYNAMIC or (
        kind == _XFA_STATIC and not any(_has_fields(document, number) for number in range(len(document)))
    )


def _is_folder(document: pypdfium2.PdfDocument) -> bool:
    return document.count_attachments() > 0 and bool(_FOLDER.search(_plain(document)))


def _has_fields(document: pypdfium2.PdfDocument, number: int) -> bool:
    page = _page(document, number)
    annotations = (raw.FPDFPage_GetAnnot(page, at) for at in range(raw.FPDFPage_GetAnnotCount(page)))
    kinds = []
    for each in annotations:
        kinds.append(raw.FPDFAnnot_GetSubtype(each))
        raw.FPDFPage_CloseAnnot(each)
    page.close()
    return raw.FPDF_ANNOT_WIDGET in kinds


def _is_whole(data: bytes) -> bool:
    """Ends with its marker, whatever stands behind it, or lacks the marker alone."""
    end = data.rfind(_MARK)
    if end >= 0 and not _UNFINISHED.search(data, end):
        return True
    begin = data.rfind(b'startxref')
    start = _START.match(data, begin) if begin >= 0 else None
    return bool(
        start and not _UNFINISHED.search(data, start.end()) and _CROSS_REFERENCES.match(data, int(start[1][:10]))
    )


def _active(document: pypdfium2.PdfDocument) -> str:
    """What acts by itself in a PDF, in words; '' if nothing does."""
    plain = _STRING.sub(b'()', _plain(document))
    for words, names in _ACTIVE.items():
        if re.search(rb'/(?:' + names + rb')(?=[\s/<>()\[\]]|$)', plain):
            return words
    return '開啟時執行的動作' if any(map(_is_more_than_a_place, _actions_when_opened(plain))) else ''


def _plain(document: pypdfium2.PdfDocument) -> bytes:
    """Written anew by the reader, so that nothing is packed, encrypted or spelt in another way."""
    written = io.BytesIO()
    document.save(written, flags=raw.FPDF_REMOVE_SECURITY)
    return written.getvalue()


def _actions_when_opened(plain: bytes) -> list[bytes]:
    found = []
    for opened in _OPENED.finditer(plain):
        if opened[1]:
            at = re.search(rb'(?:^|\s)' + opened[1] + rb' 0 obj', plain)
            found.append(plain[at.end() : at.end() + 400] if at else b'')
        else:
            found.append(opened[2])
    return found


def _is_more_than_a_place(action: bytes) -> bool:
    """A place to begin reading, bare or as an action, is what most writers of PDFs ask for; a font may be called AA."""
    return not re.match(rb'\s*(?:\[|<<\s*>>)', action) and not re.search(rb'/S\s*/GoTo\b|/Type\s*/Font\b', action)


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    page = _page(document, number)
    if not (page.get_width() and page.get_height()):  # cut to a part outside of it: shown whole, as readers do
        page.set_cropbox(*page.get_mediabox())
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


def _to_print_first() -> UnreadablePicture:
    return UnreadablePicture(
        '這份 PDF 是動態表單（XFA），別的程式打開，只有一頁請人稍候的說明。'
        '請先用 Adobe Reader 開啟並填好，以「列印」存成新的 PDF（例如選 Microsoft Print to PDF），'
        '再上傳那一份；已填的資料都還在。'
    )


def _to_take_out_first() -> UnreadablePicture:
    return UnreadablePicture(
        '這份 PDF 是裝著其他檔案的資料夾或保護封面，直接打開只看得到封面。'
        '請用 Adobe Reader 開啟，把裡面的證書另存出來，再上傳那一份；已填的資料都還在。'
    )
