"""What a file is, by its bytes. Little of it is unpacked, so the server itself can look before it takes a file.

Whatever is no spreadsheet that could be read is one sentence: what it seems to be, and what to do.
"""

import io
import re
import zipfile
from collections.abc import Collection
from typing import Literal

from . import delimited
from .tables import MEGABYTE, Unreadable

Ending = Literal['xlsx', 'ods', 'xls', 'csv']

# What a file may be unpacked: 200,000 rows of 17 columns need 130 MB.
MOST_UNPACKED = 400 * MEGABYTE
MOST_MEMBERS = 5000
_MOST_MANIFEST = MEGABYTE
# A longer text is decoded where it is read: that would keep the pages of others waiting.
_MOST_DECODED = 2 * MEGABYTE
_HEAD = 4096

_OLE = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
_MEMBER = b'PK\x01\x02'
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ELSEWHERE = {
    b'%PDF': ' PDF',
    b'\xff\xd8\xff': '照片',
    b'\x89PNG': '圖片',
    b'GIF8': '圖片',
    b'II*\0': '圖片',
    b'MM\0*': '圖片',
    b'Rar!': ' RAR 壓縮檔',
    b'7z\xbc\xaf': ' 7z 壓縮檔',
    b'\x1f\x8b': ' GZIP 壓縮檔',
    b'{\\rtf': ' RTF 文件',
}
# In packages, by the name of a file that only they have; in compound files, by that of a stream.
_PACKAGES = {
    'word/document.xml': ' Word 文件',
    'ppt/presentation.xml': ' PowerPoint 簡報',
    'Index/Document.iwa': ' Apple Numbers 或 Pages 檔案',
}
_COMPOUNDS = {
    'WordDocument': ' Word 文件',
    'PowerPoint Document': ' PowerPoint 簡報',
    '__properties_version1.0': '電子郵件',
}
# The first record of an .xls, then the one that says how it is locked.
_LOCKED_XLS = re.compile(rb'\x09\x08\x10\x00.{16}(?:\x86\x00\x00\x00)?\x2f\x00', re.DOTALL)
_SHEETS = ('.xlsx', '.xls', '.ods', '.csv', '.tsv')
_CHOOSE = '請改選 .xlsx、.xls、.ods、.csv 或 .tsv 檔案'
_SAVE_AS = '請用試算表打開後另存為 .xlsx，再上傳一次'
_AGAIN = '還沒有寫入任何資料。'


def sheet(content: bytes, named: str = '') -> Ending:
    """How the name of such a spreadsheet ends; `named` is how this one's does, if that is a spreadsheet's.

    Raises Unreadable for what is none, or is locked or has macros.
    """
    if not content.strip(b'\0\t\r\n \xef\xbb\xbf'):
        raise empty()
    if what := elsewhere(content):
        raise _another(what, named)
    if content.startswith(b'PK'):
        return _package(content, named)
    if content.startswith(_OLE):
        _check_compound(content, named)
        return 'xls'
    if len(content) <= _MOST_DECODED:
        delimited.decoded(content)
    check_text(_beginning(content))
    return 'csv'


def elsewhere(content: bytes) -> str:
    """What plainly is no spreadsheet, as it follows 是 in a sentence; '' for what may be one."""
    if content[4:8] == b'ftyp':
        return '照片或影片'
    return next((what for head, what in _ELSEWHERE.items() if content.startswith(head)), '')


def check_text(text: str) -> None:
    """Raises Unreadable where it begins as no table does."""
    start = text[:1000].lstrip().lower()
    if start.startswith(('<', 'mime-version:')):
        what = '網頁（HTML）' if 'html' in start or '<table' in start else ' XML'
        raise Unreadable(f'這個檔案的內容其實是{what}，不是試算表。{_SAVE_AS}；{_AGAIN}')
    if any(sign < ' ' and sign not in '\t\r\n\f' for sign in text[:1000].rstrip('\x1a')):
        raise Unreadable(f'這個檔案不是試算表，也不是文字檔。{_CHOOSE}；{_AGAIN}')


def empty() -> Unreadable:
    """A file without content."""
    return Unreadable('這個檔案是空的，沒有內容。請重新選擇檔案。')


def locked() -> Unreadable:
    """A file that a password locks."""
    return Unreadable(f'這個檔案有密碼保護，無法讀取。請用試算表打開，取消密碼，另存後再上傳；{_AGAIN}')


def broken() -> Unreadable:
    """A file that breaks off, or is of no known kind inside."""
    return Unreadable(f'這個檔案打不開，可能已損壞或沒有傳完整。{_SAVE_AS}；{_AGAIN}')


def too_much() -> Unreadable:
    """A file that would fill the memory."""
    return Unreadable(f'這個檔案解開後太大，已經停止讀取。請把要匯入的列複製到新的試算表，另存後再上傳；{_AGAIN}')


def _another(what: str, named: str) -> Unreadable:
    if named:
        return Unreadable(
            f'這個檔案的名稱是 .{named}，但這個檔案是{what}，不是試算表；改名不會改變內容。{_CHOOSE}；{_AGAIN}'
        )
    return Unreadable(f'這個檔案是{what}，不是試算表。{_CHOOSE}；{_AGAIN}')


def _beginning(content: bytes) -> str:
    """Of a text in whatever encoding, as far as its signs of control and its tags go."""
    start = content[:_HEAD]
    if start.startswith((b'\xff\xfe', b'\xfe\xff')):
        return start.decode('utf-16', 'ignore')
    if encoding := delimited.utf_16_of(start):
        return start.decode(encoding, 'ignore')
    return start.decode('utf-8-sig', 'ignore')


def _package(content: bytes, named: str) -> Ending:
    if content.count(_MEMBER) > MOST_MEMBERS:  # before a list is made of them
        raise too_much()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = {member.filename: member for member in package.infolist()}
            kept = members.get('META-INF/manifest.xml')
            manifest = _first(package, kept) if kept and kept.compress_type in _PLAIN else b''
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError, OSError):
        raise broken() from None
    if any(member.flag_bits & 1 for member in members.values()) or b'encryption-data' in manifest:
        raise locked()
    if sum(member.file_size for member in members.values()) > MOST_UNPACKED:
        raise too_much()
    if any(name.endswith('vbaProject.bin') or name.startswith(('Basic/', 'Scripts/')) for name in members):
        raise _with_macros()
    return _kind_of_package(members.keys(), manifest, named)


def _kind_of_package(names: Collection[str], manifest: bytes, named: str) -> Ending:
    for name, what in _PACKAGES.items():
        if name in names:
            raise _another(what, named)
    if b'opendocument.text' in manifest:
        raise _another('文書檔（ODT）', named)
    if b'opendocument.presentation' in manifest:
        raise _another('簡報（ODP）', named)
    if 'content.xml' in names:
        return 'ods'
    if 'xl/workbook.xml' in names or 'xl/workbook.bin' in names:
        return 'xlsx'
    if any(name.lower().endswith(_SHEETS) for name in names):
        raise Unreadable(f'這是裝著試算表的壓縮檔。請先解壓縮，再上傳裡面的試算表；{_AGAIN}')
    raise Unreadable(f'這個壓縮檔裡沒有試算表。{_CHOOSE}；{_AGAIN}')


def _first(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Not all of what may unpack to anything."""
    with package.open(member) as opened:
        return opened.read(_MOST_MANIFEST)


def _check_compound(content: bytes, named: str) -> None:
    """An .xls, or what is wrapped alike: an .xlsx that a password locks, a document of Word."""
    if _has(content, 'EncryptedPackage') or _LOCKED_XLS.search(content):
        raise locked()
    for stream, what in _COMPOUNDS.items():
        if _has(content, stream) and not _has(content, 'Workbook') and not _has(content, 'Book'):
            raise _another(what, named)
    if _has(content, '_VBA_PROJECT'):
        raise _with_macros()


def _has(content: bytes, stream: str) -> bool:
    return stream.encode('utf-16-le') in content


def _with_macros() -> Unreadable:
    return Unreadable(
        f'這個檔案含有巨集（程式），為了安全不收。請用試算表另存為不含巨集的 .xlsx 或 .ods，再上傳一次；{_AGAIN}'
    )
