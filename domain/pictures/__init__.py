"""Uploads: what people send is looked at, straightened, shrunk and written anew; nothing of the sent file is kept.

Pictures come out as JPEG in sRGB without any metadata, first frame only, upright, on white. A PDF sent as a certificate
becomes pictures of its first two pages; a PDF sent as an attachment is checked and kept.
The file's bytes decide what it is, never its name. All decoding happens in worker processes (`decoding`), so
neither a 12-megapixel photo nor a hostile file holds or endangers the server.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from db.choices import FileKind

from . import decoding
from .results import Accepted, Crop, Pdf, Picture, TooHard, UnreadablePicture, VerdictNote

__all__ = [
    'Accepted',
    'Crop',
    'Pdf',
    'Picture',
    'TooHard',
    'UnreadablePicture',
    'VerdictNote',
    'accept_attachment',
    'accept_photo',
    'accept_scan',
    'first_page',
    'opened',
]

MEGABYTE = 1024 * 1024
# The largest file of each kind that is taken: said on the page, cut off by the server, checked here. A telephone of 50
# megapixels writes up to 20.
MOST_MEGABYTES = {FileKind.PHOTO: 25, FileKind.CERTIFICATE: 25, FileKind.ATTACHMENT: 10, FileKind.PAPER_BOOK: 25}

# What programs put before a file: a mark of encoding, blank lines, the head of an answer of the web.
_BEFORE = re.compile(rb'(?:\xef\xbb\xbf|\s|HTTP/\d(?:[^\r\n]{1,2000}\r?\n){1,100}\r?\n)+')
_HEAD = 8192  # readers look at 1024 (ISO 32000-1, annex H, note 13); the head of an answer of the web may have more
_PDF = re.compile(rb'%PDF-\d')
_END_OF_PDF = re.compile(rb'%%EOF[\s\0]*')
_OBJECT = re.compile(rb'\b\d+\s+\d+\s+obj\b|\bstartxref\s+\d')  # a later revision, whose own end marker lacks
_SAVE_AS = '請用看圖程式開啟，另存成 JPEG 或 PNG，再上傳那一張'
_TAKE_OUT = '請打開它，把裡面的照片或證書另存成 JPEG 或 PNG，再上傳那一張'
# What people send instead, by its beginning (of TIFF two): what it is, and what to do.
_OTHERS = {
    rb'GIF8': (' GIF 圖片', _SAVE_AS),
    rb'BM.{4}\0{4}': (' BMP 圖片', _SAVE_AS),
    rb'II\*\0|MM\0\*': (' TIFF 圖片', _SAVE_AS),
    rb'.{4}ftyp(?:avi[fs]|.{4,48}?avif)': (' AVIF 圖片', _SAVE_AS),
    rb'\0{3}\x0cjP  ': (' JPEG 2000 圖片', _SAVE_AS),
    rb'\xff\x0a|\0{3}\x0cJXL ': (' JPEG XL 圖片', _SAVE_AS),
    rb'8BPS': (' Photoshop 圖片', _SAVE_AS),
    rb'.{4}ftyp': ('影片', '請改選照片，或在影片停住的畫面截圖，再上傳那一張'),
    rb'PK\x03\x04|\xd0\xcf\x11\xe0|Rar!|7z\xbc\xaf': ('文件或壓縮檔', _TAKE_OUT),
}
_HEIF_BRANDS = {b'heic', b'heix', b'heim', b'heis', b'hevc', b'hevx', b'hevm', b'hevs', b'mif1', b'msf1'}


@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    """For the lifespan of the server: the processes start with the first upload and end here."""
    try:
        yield
    finally:
        await decoding.pool.close()


async def accept_photo(data: bytes, crop: Crop | None = None) -> Picture:
    """A portrait: 3:4, at most 1200 × 1600, with a verdict.

    `crop`: the part the user framed, as (left, top, width, height) in fractions of the upright picture; what is not 3:4
    within it, or within the whole picture, is cut evenly at the sides and more at the bottom than at the top.
    Raises `UnreadablePicture`.
    """
    data = _picture_of(data)
    kind = _kind_of(data)
    if data and kind in (None, 'PDF'):
        raise _another(data, '', '請改選照片檔')
    _check_size(kind, data, FileKind.PHOTO)
    [picture] = await decoding.decode('photo', kind, data, crop=crop)
    return picture


async def accept_scan(data: bytes) -> list[Picture]:
    """A side of a certificate, at most 2000 × 2000: one picture, or from a PDF its first two pages, front and back.

    Raises `UnreadablePicture`.
    """
    data = _picture_of(data)
    kind = _kind_of(data)
    _check_size(kind, data, FileKind.CERTIFICATE)
    if kind == 'PDF':
        data = _pdf_of(data)
    return await decoding.decode('scan', kind, data)


async def accept_attachment(data: bytes) -> Accepted:
    """A PDF of at most 20 pages, kept as it came, or a picture, written anew. Raises `UnreadablePicture`.

    A PDF is kept byte for byte, so that a signature in it stays valid; so what is active in it is refused.
    """
    data = _picture_of(data)
    kind = _kind_of(data)
    _check_size(kind, data, FileKind.ATTACHMENT)
    if kind == 'PDF':
        await decoding.decode('attachment', kind, pdf := _pdf_of(data))
        return Pdf(pdf)
    [picture] = await decoding.decode('attachment', kind, data)
    return picture


async def first_page(pdf: bytes) -> Picture:
    """What the first page of a PDF of ours looks like, 2000 pixels high or wide. Raises `UnreadablePicture`."""
    return (await decoding.decode('scan', 'PDF', pdf))[0]


def _kind_of(data: bytes) -> str | None:
    """What the first bytes say.

    >>> _kind_of(b'RIFF\\0\\0\\0\\0WEBPVP8 '), _kind_of(b'%PDF-1.7'), _kind_of(b'GIF89a')
    ('WEBP', 'PDF', None)
    """
    if data.startswith(b'\xff\xd8\xff'):
        return 'JPEG'
    if data.startswith(b'\x89PNG\r\n\x1a\n'):
        return 'PNG'
    if data[:4] == b'RIFF' and data[8:12] == b'WEBP':
        return 'WEBP'
    if data[4:8] == b'ftyp' and data[8:12] in _HEIF_BRANDS and b'avif' not in data[12:64]:
        return 'HEIF'
    return 'PDF' if _PDF.search(data, 0, _HEAD) else None


def _picture_of(data: bytes) -> bytes:
    """Without what a program has put before a picture; anything else as it is.

    >>> _picture_of(b'\\xef\\xbb\\xbf\\xff\\xd8\\xff'), _picture_of(b'HTTP/1.1 200 OK\\r\\n\\r\\n%PDF-1.7')
    (b'\\xff\\xd8\\xff', b'HTTP/1.1 200 OK\\r\\n\\r\\n%PDF-1.7')
    """
    before = _BEFORE.match(data, 0, _HEAD)
    bare = data[before.end() :] if before else data
    return bare if _kind_of(bare) not in (None, 'PDF') else data


def _pdf_of(data: bytes) -> bytes:
    """Without what a mail program or a scanner's web page has put before or behind a PDF: it is no part of it.

    A second file may be hidden there, and a reader, or a signature, counts from the PDF's own first byte.

    >>> _pdf_of(b'HTTP/1.1 200 OK %PDF-1.7 ... %%EOF PK'), _pdf_of(b'%PDF-1.7 ... startxref 9')
    (b'%PDF-1.7 ... %%EOF ', b'%PDF-1.7 ... startxref 9')
    """
    begin = _PDF.search(data, 0, _HEAD)
    data = data[begin.start() if begin else 0 :]
    end = _END_OF_PDF.search(data, max(data.rfind(b'%%EOF'), 0))
    behind = data[end.end() :] if end else b''
    return data if _OBJECT.search(behind) else data[: len(data) - len(behind)]


def _check_size(kind: str | None, data: bytes, sent_as: FileKind) -> None:
    if not data:
        raise UnreadablePicture('這個檔案是空的，沒有內容。請重新選擇檔案；已填的資料都還在。')
    if kind is None:
        raise _another(data, '，也不是 PDF', '請改選照片或掃描檔')
    most = MOST_MEGABYTES[sent_as]
    if len(data) > most * MEGABYTE:
        raise UnreadablePicture(
            f'這個檔案有 {len(data) / MEGABYTE:.1f} MB，超過 {most} MB。'
            '請縮小檔案，或用手機重新拍照；已填的資料都還在。'
        )


def _another(data: bytes, nor: str, otherwise: str) -> UnreadablePicture:
    what, advice = next((said for head, said in _OTHERS.items() if re.match(head, data, re.DOTALL)), ('', otherwise))
    it_is = f'是{what}，' if what else ''
    return UnreadablePicture(f'這個檔案{it_is}不是照片（JPEG、PNG、WebP 或 HEIC）{nor}。{advice}；已填的資料都還在。')
