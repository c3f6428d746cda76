"""A ZIP of photos and certificates becomes rows: each file is decoded and kept, and its name says whose it is.

One file after another, in the processes that decode uploads, so that others' uploads keep their turns. What is kept has
an id made of batch and place: after a kill it is found again and not decoded twice.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from db.choices import BatchState, FileKind, TrainingKind
from db.models import Account, ImportBatch, StoredFile

from .. import files, pictures
from ..announcements import ImportChanged, announce
from ..errors import DomainError
from ..pictures import Accepted, TooHard

PARTS = {'photo': '照片', 'front': '證書正面', 'back': '證書反面', 'cover': '紀錄冊封面', 'last_page': '紀錄冊末頁'}
KIND_OF = {
    'photo': FileKind.PHOTO,
    'front': FileKind.CERTIFICATE,
    'back': FileKind.CERTIFICATE,
    'cover': FileKind.PAPER_BOOK,
    'last_page': FileKind.PAPER_BOOK,
}
_FILES_OF = UUID('0f4f2b0e-8d0b-4c55-9a52-7d3a5b1f6c22')
_NATIONAL = re.compile(r'(?a)(?<![A-Z0-9])[A-Z][A-D0-9][0-9]{8}(?![0-9])')
_OTHER = re.compile(r'(?a)[A-Z0-9]{5,20}')
_WORDS = (
    ('cover', ('封面', 'cover')),
    ('last_page', ('末頁', '尾頁', 'lastpage', 'last_page')),
    ('front', ('正反', '正背')),
    ('back', ('反面', '背面', 'back')),
    ('front', ('正面', 'front')),
    ('photo', ('照片', '大頭', '相片', 'photo', 'portrait')),
)
_CERTIFICATE = ('證書', '證明', '結業', '結訓', '研習', 'cert', 'certificate')
_KINDS = {kind: (kind.label.removesuffix('訓練'), kind.value) for kind in TrainingKind}
# One sign alone, or behind what a certificate is called: in 陳正雄 it is a part of a name.
_SIGN = re.compile(
    rf'(?:^|[^一-鿿]|證書|證明|訓練|結業|{"|".join(word for word, _ in _KINDS.values())})([正反背])(?![一-鿿])'
)
_TOLD_EACH = 10


class GivenUp(Exception):
    """Somebody has given the batch up meanwhile, or had it read anew."""


async def rows(batch: ImportBatch, content: bytes, members: Sequence[dict[str, Any]], inflate: Any) -> list[list[str]]:
    """A row for each of `members`: name, number, part, course, what it is kept as, ids of its file and second page,
    and what stands in its way. `inflate(piece, method, size)` unpacks one in a worker.

    Raises GivenUp.
    """
    by = await Account.get(id=batch.account_id)
    found = []
    for place, member in enumerate(members):
        if place % _TOLD_EACH == 0:
            await _tell(batch, place, len(members))
        found.append(await _row(batch, place, content, member, inflate, by))
    return found


def whose(name: str) -> str:
    """The identity number in a file's name, or in that of a folder around it; '' where there is none.

    >>> whose('照片/A123456789.jpg'), whose('a123456789_王小明/基礎_正.jpg'), whose('350123456_photo.png')
    ('A123456789', 'A123456789', '350123456')
    >>> whose('王小明.jpg')
    ''
    """
    plain = unicodedata.normalize('NFKC', name).upper()
    if national := _NATIONAL.findall(plain):
        return str(national[-1])
    for part in reversed(plain.rsplit('.', 1)[0].split('/')):
        first = re.split(r'[_\s.-]', part.strip())[0]
        if _OTHER.fullmatch(first) and sum(map(str.isdigit, first)) >= 5:
            return first
    return ''


def meant(name: str) -> tuple[str, str]:
    """Which picture it is, a key of PARTS, and the kind of course its name says, or ''.

    >>> meant('A123456789.jpg'), meant('A123456789_基礎_正.jpg'), meant('特殊訓練/A123456789_back.png')
    (('photo', ''), ('front', '基礎訓練'), ('back', '特殊訓練'))
    >>> meant('A123456789_結業證書.pdf'), meant('A123456789-封面.jpg'), meant('A123456789_陳正雄.jpg')
    (('front', ''), ('cover', ''), ('photo', ''))
    """
    plain = unicodedata.normalize('NFKC', name).lower().rsplit('.', 1)[0]
    course = next((kind.label for kind, words in _KINDS.items() if _says(plain, words)), '')
    stem = plain.rsplit('/', 1)[-1]
    for text in (stem, plain):
        for part, words in _WORDS:
            if _says(text, words):
                return part, course
        if sign := _SIGN.findall(text):
            return ('front' if sign[-1] == '正' else 'back'), course
    is_paper = course or _says(plain, _CERTIFICATE) or name.lower().endswith('.pdf')
    return ('front' if is_paper else 'photo'), course


def _says(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words stands in it: a Latin one by itself, since mother is not other."""
    return any(
        re.search(rf'(?<![a-z]){word}(?![a-z])', text) is not None if word.isascii() else word in text for word in words
    )


async def _row(
    batch: ImportBatch, place: int, content: bytes, member: dict[str, Any], inflate: Any, by: Account
) -> list[str]:
    name = member['name']
    part, course = meant(name)
    kept, problem = [], member['problem']
    if not problem:
        try:
            kept = await _kept(batch, place, content, member, inflate, part, by)
        except DomainError as refusal:
            problem = _of_archive(str(refusal))
    ids = [str(one.id) for one in kept] + ['', '']
    return [name, whose(name), PARTS[part], course, KIND_OF[part].value, ids[0], ids[1], problem]


def _of_archive(sentence: str) -> str:
    """What is wrong with a picture, and what to do where nothing can be chosen beside it.

    >>> _of_archive('這個檔案不是照片。請改選照片檔；已填的資料都還在。')
    '這個檔案不是照片。請換一張照片，改好後重新上傳 ZIP。'
    """
    return f'{sentence.partition("。")[0]}。請換一張照片，改好後重新上傳 ZIP。'


async def _kept(
    batch: ImportBatch, place: int, content: bytes, member: dict[str, Any], inflate: Any, part: str, by: Account
) -> list[StoredFile]:
    """The file, or both pages of a PDF, decoded and kept; those of before a kill."""
    ids = [uuid5(_FILES_OF, f'{batch.id} {batch.digest} {place} {page}') for page in range(2)]
    there = {one.id: one for one in await StoredFile.filter(id__in=ids, host_unit_id=batch.host_unit_id)}
    if ids[0] in there:
        return [there[one] for one in ids if one in there]
    data = await inflate(content[member['begins'] : member['ends']], member['method'], member['size'])
    made: list[Accepted] = []
    await files.scan(data, by=by)  # an archive in parts that a scanner of archives may not have opened
    try:
        made = [await pictures.accept_photo(data)] if part == 'photo' else list(await pictures.accept_scan(data))
    except TooHard:
        await files.blame(by=by)
        raise
    # The second page first: where the first one stands, both do.
    several = [
        await files.keep(one, KIND_OF[part], member['name'], by=by, file_id=file_id)
        for one, file_id in reversed(list(zip(made[:2], ids, strict=False)))
    ]
    return list(reversed(several))


async def _tell(batch: ImportBatch, done: int, total: int) -> None:
    as_read = ImportBatch.filter(id=batch.id, state=BatchState.READING, edition=batch.edition)
    if not await as_read.update(done=done, total=total):
        raise GivenUp
    await announce(ImportChanged(batch.id, batch.host_unit_id))
