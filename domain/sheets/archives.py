"""A ZIP of pictures: what is in it, and one file of it at a time. Runs in a worker; nothing is written to a disk.

Names are only read, never used as paths. Windows writes them in the code page of the machine (CP950 in Taiwan) and
says nothing of it; newer programs write UTF-8.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from .recognition import elsewhere, empty
from .tables import MEGABYTE, Unreadable

MOST_ARCHIVE = 100 * MEGABYTE
MOST_FILES = 3000
MOST_FILE = 25 * MEGABYTE
MOST_UNPACKED = 1024 * MEGABYTE
_AGAIN = '還沒有寫入任何資料。'
_UTF_8 = 0x800
_ENCRYPTED = 0x1
_HEADER = struct.Struct('<4s5H3I2H')
_END, _MOST_END = b'PK\x05\x06', 22 + 65_535
# The first name in a package of a spreadsheet or a document.
_DOCUMENTS = (b'[Content_Types].xml', b'mimetype', b'docProps/', b'_rels/', b'xl/')
_NO_PICTURES = ('__macosx/', '.ds_store', 'thumbs.db', 'desktop.ini')


@dataclass(frozen=True)
class Member:
    """A file of the archive. `name` with its folders; its bytes stand from `begins` to `ends`, header included.

    `problem` says why it cannot be unpacked.
    """

    name: str
    begins: int
    ends: int
    size: int
    method: int
    problem: str = ''


def check(content: bytes) -> None:
    """At first sight, before it is kept. Raises Unreadable."""
    if not content:
        raise empty()
    if what := elsewhere(content):
        raise Unreadable(f'這個檔案是{what}，不是 ZIP 壓縮檔。請把照片與證書壓縮成 ZIP，再上傳一次；{_AGAIN}')
    if content[_HEADER.size :].startswith(_DOCUMENTS):
        raise Unreadable(f'這個檔案是試算表或文件，不是照片的壓縮檔。請把照片與證書壓縮成 ZIP，再上傳一次；{_AGAIN}')
    if not content.startswith(b'PK') or _END not in content[-_MOST_END:]:
        raise _no_archive()
    if content.startswith(b'PK\x03\x04') and content[6:7] and content[6] & _ENCRYPTED:
        raise _locked()


def members(content: bytes) -> list[Member]:
    """The files of a ZIP in their order, without folders and what systems leave behind. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError, OSError, struct.error):
        raise _no_archive() from None
    if any(one.flag_bits & _ENCRYPTED for one in found):
        raise _locked()
    files = [one for one in found if not one.is_dir() and not _is_left_behind(_name(one))]
    if not files:
        raise Unreadable(f'這個壓縮檔裡沒有檔案。請把照片與證書放進去，再上傳一次；{_AGAIN}')
    if len(files) > MOST_FILES:
        raise Unreadable(f'這個壓縮檔有 {len(files):,} 個檔案，一次最多 {MOST_FILES:,} 個。請分成幾個壓縮檔；{_AGAIN}')
    if sum(one.file_size for one in files) > MOST_UNPACKED:
        raise Unreadable(f'這個壓縮檔解開後太大（超過 {MOST_UNPACKED // MEGABYTE:,} MB）。請分成幾個壓縮檔；{_AGAIN}')
    return [_member(one, len(content)) for one in files]


def unpacked(piece: bytes, method: int, size: int) -> bytes:
    """The content of a member, of its bytes in the archive. Raises Unreadable, never unpacks more than it said."""
    try:
        signature, *_, name_length, extra_length = _HEADER.unpack_from(piece)
        packed = piece[_HEADER.size + name_length + extra_length :]
        if signature != b'PK\x03\x04':
            raise ValueError
        if method == zipfile.ZIP_STORED:
            content = packed[:size]
        else:
            content = zlib.decompressobj(-15).decompress(packed, size + 1)
    except (struct.error, zlib.error, ValueError):
        raise Unreadable('這個檔案在壓縮檔裡已損壞。') from None
    if len(content) != size:
        raise Unreadable('這個檔案在壓縮檔裡已損壞，或大小與記載不同。')
    return content


def _no_archive() -> Unreadable:
    return Unreadable(f'這個檔案不是 ZIP 壓縮檔，或已損壞。請重新壓縮照片與證書，再上傳一次；{_AGAIN}')


def _locked() -> Unreadable:
    return Unreadable(f'這個壓縮檔設了密碼，無法讀取。請不設密碼重新壓縮，再上傳一次；{_AGAIN}')


def _member(one: zipfile.ZipInfo, end: int) -> Member:
    # The local header may have a longer extra field than the directory says, 65,535 bytes at most.
    room = _HEADER.size + len(one.orig_filename.encode('utf-8', 'replace')) + 65_535 + one.compress_size
    problem = ''
    if one.file_size > MOST_FILE:
        problem = f'檔案有 {one.file_size / MEGABYTE:.0f} MB，超過 {MOST_FILE // MEGABYTE} MB。請縮小後再上傳。'
    elif one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        problem = '這個檔案的壓縮方式無法讀取。請用一般的 ZIP 格式重新壓縮。'
    begins = max(0, one.header_offset)
    return Member(_name(one), begins, min(end, begins + room), one.file_size, one.compress_type, problem)


def _name(one: zipfile.ZipInfo) -> str:
    if one.flag_bits & _UTF_8:
        return one.filename[:300]
    raw = one.orig_filename.encode('cp437', 'replace')
    for code_page in ('utf-8', 'cp950', 'big5hkscs'):
        try:
            return raw.decode(code_page)[:300]
        except UnicodeDecodeError:
            continue
    return raw.decode('cp950', 'replace')[:300]


def _is_left_behind(name: str) -> bool:
    lower = name.lower()
    return any(each in lower for each in _NO_PICTURES) or lower.rsplit('/', 1)[-1].startswith('._')
