"""A batch begins: a file or a pasted range is looked at, kept sealed, and read in the background."""

import asyncio
import hashlib
import re
from datetime import timedelta

from db import transaction
from db.choices import ImportKind
from db.models import Account, ImportBatch, ImportFile

from .. import dates, file_names, files, limits, permissions, validation
from ..announcements import ImportChanged, announce
from ..errors import NotFound
from ..limits import Limit
from ..sheets import archives, recognition
from ..sheets.archives import MOST_ARCHIVE
from ..sheets.tables import MEGABYTE, MOST_BYTES, Unreadable
from . import packing, running
from .kinds import KINDS

MOST_PASTED = 4_000_000
FILES = Limit('imports', 60, timedelta(hours=1), '這一小時上傳的匯入檔案太多了。請稍後再試；已匯入的資料都還在。')
_TEXTS = ('csv', 'tsv', 'txt')


async def begin(kind: ImportKind, file_name: str, content: bytes, *, by: Account) -> ImportBatch:
    """A new batch of a file, READING; it is read and graded in the background. It is listed by what its bytes are.

    Raises NotPermitted, NotFound, Exceeded; OfWholeUnit for teams by a clerk of one of them; Unreadable for what is no
    such file, or is locked. What is wrong further inside comes later, as state UNREADABLE and the sentence `why`.
    """
    most = most_bytes(kind)
    if len(content) > most:
        raise Unreadable(
            f'這個檔案有 {len(content) / MEGABYTE:.1f} MB，超過 {most // MEGABYTE} MB。'
            '請分成幾個檔案，分次匯入；還沒有寫入任何資料。'
        )
    return await _begin(kind, file_name, content, is_pasted=False, by=by)


def most_bytes(kind: ImportKind) -> int:
    """The largest file of this kind that is taken."""
    return MOST_ARCHIVE if kind == ImportKind.PICTURES else MOST_BYTES


async def begin_pasted(kind: ImportKind, text: str, *, by: Account) -> ImportBatch:
    """The same of a range copied from a spreadsheet; without headings, in the order of the template."""
    if kind == ImportKind.PICTURES:
        raise NotFound
    if not isinstance(text, str) or not text.strip():
        raise Unreadable('沒有收到貼上的內容。請在試算表選取範圍、複製，再貼到這裡。')
    if len(text) > MOST_PASTED:
        raise Unreadable('貼上的內容太多。請改用檔案上傳，或分次貼上。')
    return await _begin(kind, '貼上的資料', text.encode('utf-8', 'replace'), is_pasted=True, by=by)


async def _begin(kind: ImportKind, name: str, content: bytes, *, is_pasted: bool, by: Account) -> ImportBatch:
    permissions.require(by, 'imports.beginning')
    if validation.member(ImportKind, kind) not in KINDS:
        raise NotFound
    if kind == ImportKind.TEAMS:
        permissions.require(by, 'imports.beginning.of_teams')
    await limits.take(FILES, by.id)
    if not is_pasted:  # a text is no file
        await files.scan(content, by=by)
        name = await asyncio.to_thread(_listed_as, kind, name, content)
    # In a thread: an archive of pictures may be large, and pages of others do not wait.
    digest, sealed = await asyncio.to_thread(
        lambda: (hashlib.sha256(content).hexdigest(), packing.seal(content, 'file'))
    )
    async with transaction():
        batch = await ImportBatch.create(
            kind=kind,
            host_unit_id=by.host_unit_id,
            account_id=by.id,
            file_name=name[:120],
            digest=digest,
            size=len(content),
            is_pasted=is_pasted,
            begun_at=dates.now(),
        )
        await ImportFile.create(batch_id=batch.id, content=sealed)
        await announce(ImportChanged(batch.id, batch.host_unit_id))
    running.start(batch.id)
    return batch


def _listed_as(kind: ImportKind, file_name: str, content: bytes) -> str:
    """The name with the ending that such a file has. Raises Unreadable."""
    found = re.search(r'\.(xlsx|xls|ods|csv|tsv|txt|xlsm|zip)$', file_name, re.IGNORECASE)
    named = found[1].lower() if found else ''
    if kind == ImportKind.PICTURES:
        archives.check(content)
        return file_names.of_upload(file_name, 'zip')
    ending: str = recognition.sheet(content, named)
    if ending == 'csv' and named in _TEXTS:
        ending = named
    return file_names.of_upload(file_name, ending)
