"""Stored files: portraits, certificates, attachments; whose they are, and who may open them.

A file is kept when it is uploaded, so that nothing is lost before 儲存; until a form is saved it belongs to nobody, and
only the unit that uploaded it may open it, not its other teams. A replaced file stays: the history still points to it.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.connection import get_connection
from tortoise.expressions import Q, Subquery

from db import blobs, locks, storage, transaction
from db.choices import BatchState, FileKind, ImportKind, RegistrationStatus, Role
from db.locks import Lock
from db.models import Account, ClosedRecord, DraftEntry, ImportBatch, PaperRegistration, StoredFile, Volunteer

from . import dates, file_names, limits, permissions, settings, validation, viruses
from .audit import log as trail
from .audit import reads
from .audit.history import Change
from .audit.log import LogAct
from .errors import DomainError, NotFound
from .fields import Field
from .limits import Limit
from .pictures import Accepted, watermarks

log = logging.getLogger(__name__)


MEGABYTE = 1024 * 1024
# Units have several clerks, who work at the same time.
_CLERKS_AT_ONCE = 5
# By so many of the latest files a place is known that has no mark.
LATEST = 20
SEALED_PHOTO = '這位志工離開單位後，紀錄已經封存，照片不能開啟。重新收編後就會恢復。'
_OF_UNITS = """
SELECT host_unit_id AS unit, sum(size)::bigint AS total FROM stored_file WHERE host_unit_id = ANY ($1) GROUP BY 1
"""
_PICTURES = ('cover_id', 'last_page_id')
_TOO_HARD = '您上傳的檔案連續多次無法處理，暫時不能上傳。請一小時後再試，並改用手機拍的照片；已填的資料都還在。'
TOO_HARD = Limit('files that held a decoder', 3, timedelta(hours=1), _TOO_HARD)
TOO_HARD_OF_UNIT = Limit('files of a unit that held a decoder', 12, timedelta(hours=1), _TOO_HARD)


class StorageFull(DomainError):
    """The unit's files take as much room as they may."""

    def __init__(self) -> None:
        room = settings.current().unit_megabytes
        super().__init__(f'貴單位的檔案已用完 {room:,} MB 的空間，這個檔案沒有收下。請洽系統管理者；已填的資料都還在。')


class NoPlace(DomainError):
    """The disk takes nothing: it is full, read-only, or not there."""

    def __init__(self) -> None:
        super().__init__(
            '檔案存不進去，這個檔案沒有收下：儲存空間可能已滿，或暫時連不上。請稍候再傳一次，或通知系統管理者；其他已填的資料都還在。'
        )


class FilesAway(DomainError):
    """Where the files lie does not answer now; none of them is lost."""

    def __init__(self) -> None:
        super().__init__(
            '存放檔案的地方暫時連不上，所以現在打不開；檔案沒有遺失。請幾分鐘後再試一次，或通知系統管理者；已填的資料都還在。'
        )


class NotMounted(storage.Away, FileNotFoundError):
    """What lies where the files should be is not the office's: a folder that is not mounted, say."""

    def __init__(self) -> None:
        super().__init__('the place of the files is empty, though the office has files: is it mounted?')


class FileGone(NotFound):
    """The file a form points to is not there, not of this kind, or another's."""

    def __init__(self) -> None:
        super().__init__('找不到這個檔案，可能已被更換。請重新上傳；其他已填的資料都還在。')


async def recognise_folder() -> None:
    """The place of the files is the office's when it is marked, or holds one of the latest files; then it is marked.

    Raises OSError when it is away, and NotMounted when it is another.
    """
    if await blobs.is_marked():
        return
    latest = await StoredFile.all().order_by('-uploaded_at').limit(LATEST).values_list('digest')
    await require_any([digest for (digest,) in latest])
    await blobs.mark()


async def require_any(latest: Sequence[str]) -> None:
    """Raises NotMounted where none of the office's `latest` files, by digest, lies in the place; OSError."""
    if latest and not any([await blobs.holds(digest) for digest in latest]):
        with suppress(LookupError):
            await blobs.sealed_bytes(latest[0])  # a bucket that is not there says so
        raise NotMounted


async def admit(*, by: Account) -> None:
    """Whether `by` may send one more file now, before any of it is read; it is counted.

    Raises NotPermitted, StorageFull, limits.Exceeded.
    """
    permissions.require(by, 'files.admit')
    each = settings.current().uploads_a_minute
    sentence, minute = '上傳得太快，這個檔案還沒收下。請等一分鐘再上傳；已填的資料都還在。', timedelta(minutes=1)
    await limits.take(Limit('uploads', each, minute, sentence), by.id)
    await limits.take(Limit('uploads of a unit', _CLERKS_AT_ONCE * each, minute, sentence), by.host_unit_id)
    await limits.require_left(TOO_HARD, by.id)
    await limits.require_left(TOO_HARD_OF_UNIT, by.host_unit_id)
    await _require_room(by, 0)


async def scan(content: bytes, *, by: Account) -> None:
    """The virus scanner looks at what `by` has sent, before anything reads or keeps it; what it finds is in the log.

    Raises viruses.Infected, viruses.ScannerAway. Nothing where the office has no scanner.
    """
    try:
        await viruses.require_clean(content)
    except viruses.Infected as found:
        log.warning('account %s sends a file with %s', by.id, found.name)
        await trail.note(LogAct.FILE_REFUSED, by=by, what=found.name)
        raise
    except viruses.ScannerAway:
        await trail.note(LogAct.FILE_REFUSED, by=by, what='防毒檢查沒有完成')
        raise


async def blame(*, by: Account) -> None:
    """What `by` sent has held a decoder for as long as it may: after a few of those, account and unit wait."""
    for limit, whose in ((TOO_HARD, by.id), (TOO_HARD_OF_UNIT, by.host_unit_id)):
        try:
            await limits.take(limit, whose)
        except limits.Exceeded:
            log.warning('account %s sends files that hold decoders', by.id)


async def megabytes_of_units(units: Iterable[int], *, by: Account) -> dict[int, int]:
    """How much room the files of each of these units take, for the administrator; of units without files nothing."""
    permissions.require(by, 'files.megabytes_of_units')
    rows = await get_connection('default').execute_query_dict(_OF_UNITS, [list(units)])
    return {row['unit']: -(-row['total'] // MEGABYTE) for row in rows}


async def keep(
    upload: Accepted,
    kind: FileKind,
    name: str,
    *,
    by: Account,
    volunteer: Volunteer | None = None,
    file_id: UUID | None = None,
) -> StoredFile:
    """Keep what `pictures` accepted; `name` is what the user called it. `file_id`: a new id that is known before.

    Raises NotPermitted, NotFound, StorageFull, NoPlace.
    """
    permissions.require(by, 'files.keep')
    if volunteer is not None and not await Volunteer.filter(permissions.visible_to(by), id=volunteer.id).exists():
        raise NotFound
    await _require_room(by, len(upload.content))
    # Before the transaction: a place that answers slowly must not keep connections of the database.
    await _laid_down(upload.content)
    async with transaction():
        # Beside others, but never while `sweep` takes away what looks as if nobody had it, as it may have till now.
        await locks.beside_others(Lock.FILES)
        return await StoredFile.create(
            id=file_id or uuid4(),
            digest=await _laid_down(upload.content),
            kind=kind,
            media_type=upload.media_type,
            name=file_names.of_upload(name, upload.suffix),
            size=len(upload.content),
            width=upload.width,
            height=upload.height,
            verdict=[asdict(note) for note in upload.verdict],
            volunteer_id=volunteer.id if volunteer else None,
            host_unit_id=by.host_unit_id,
            uploaded_by_id=by.id,
        )


async def sweep() -> int:
    """Take away files that were never attached: older than the term, in no form under way. Returns how many."""
    before = dates.now() - timedelta(days=settings.current().unattached_days)
    old = StoredFile.filter(volunteer_id=None, uploaded_at__lt=before).order_by('uploaded_at')
    found = await old.values_list('id', 'host_unit_id', 'uploaded_at')
    units = {unit for _, unit, _ in found}
    typed, importing = await _in_forms(units), await _importing(units)
    going = [
        file_id
        for file_id, unit, at in found
        if str(file_id) not in typed and not (unit in importing and at >= importing[unit])
    ]
    return sum([await _take_away(file_id) for file_id in going])


async def get(file_id: UUID | str, *, by: Account) -> StoredFile:
    """What is known of a file. Raises NotFound."""
    file = await StoredFile.filter(_visible_to(by), id=validation.file_id(file_id)).first()
    if file is None:
        raise NotFound
    if file.kind is FileKind.PHOTO and await ClosedRecord.exists(volunteer_id=file.volunteer_id):
        raise NotFound(SEALED_PHOTO)
    return file


async def read(file_id: UUID | str, *, by: Account) -> tuple[StoredFile, bytes]:
    """A file and its content. Raises NotFound, also when the disk has lost it, which is logged, and FilesAway."""
    file = await get(file_id, by=by)
    reads.see([file.volunteer_id], file.kind.label, once=str(file.id))
    try:
        return file, await content_of(file)
    except LookupError:
        log.exception('the content of file %s cannot be read', file.id)
        raise FileGone from None


async def looked_at(file_id: UUID | str, *, by: Account) -> tuple[StoredFile, bytes]:
    """As `read`, for a screen: a picture of somebody has its viewer and the time over it, unless it is one's own.

    A file that is not attached yet is its uploader's. Raises as `read`.
    """
    return await with_viewer(await read(file_id, by=by), by=by)


async def with_viewer(found: tuple[StoredFile, bytes], *, by: Account) -> tuple[StoredFile, bytes]:
    """The same for whoever has read it by another way."""
    file, content = found
    if by.role == Role.VOLUNTEER or file.media_type != 'image/jpeg' or file.volunteer_id is None:
        return file, content
    now = dates.now()
    # The same for some minutes, so that turning back and forth draws nothing anew.
    text = f'{by.name}　{dates.roc_instant(now.replace(minute=now.minute // 5 * 5, second=0))}'
    return file, await watermarks.marked(content, file.digest, text)


async def content_of(file: StoredFile) -> bytes:
    """For whoever may have it. Raises LookupError when it is lost, FilesAway."""
    try:
        return await blobs.read(file.digest)
    except OSError as failure:
        log.error('the place of the files gives nothing: %s: %s', type(failure).__name__, failure.strerror or failure)
        raise FilesAway from None


async def attachable(file_id: object, volunteer: Volunteer | None, kind: FileKind, *, by: Account) -> StoredFile | None:
    """The file, if `by` may attach it to the volunteer (None: to somebody new); else None."""
    if not isinstance(file_id, UUID):
        return None
    return await StoredFile.filter(_free_for(volunteer.id if volunteer else None, by), id=file_id, kind=kind).first()


async def attach(file_id: UUID, volunteer: Volunteer, *, by: Account, kind: FileKind | None = None) -> StoredFile:
    """Make the file this volunteer's, in the caller's transaction.

    It must be without an owner and uploaded by the same unit, or be this volunteer's already. Raises FileGone.
    """
    permissions.require(by, 'files.attach')
    kinds = {} if kind is None else {'kind': kind}
    mine = StoredFile.filter(_free_for(volunteer.id, by), id=validation.file_id(file_id), **kinds)
    if not await mine.update(volunteer_id=volunteer.id):
        raise FileGone
    return await StoredFile.get(id=file_id)


async def copy_each(wanted: Sequence[tuple[StoredFile, int]], *, by: Account) -> dict[tuple[UUID, int], UUID]:
    """A file of nobody for many volunteers (their ids): each has one of its own, the bytes are kept once.

    In the caller's transaction; the volunteers are the unit's. Returns the copies by file and volunteer.
    """
    permissions.require(by, 'files.copy_each')
    copies = {(file.id, volunteer_id): uuid4() for file, volunteer_id in wanted}
    by_id = {file.id: file for file, _ in wanted}
    facts = ('digest', 'kind', 'media_type', 'name', 'size', 'width', 'height', 'verdict')
    rows = [
        StoredFile(
            id=copy,
            volunteer_id=volunteer_id,
            host_unit_id=by.host_unit_id,
            uploaded_by_id=by.id,
            **{name: getattr(by_id[file_id], name) for name in facts},
        )
        for (file_id, volunteer_id), copy in copies.items()
    ]
    await locks.beside_others(Lock.FILES)
    if await StoredFile.filter(id__in=list(by_id)).count() != len(by_id):
        raise FileGone
    await StoredFile.bulk_create(rows, batch_size=1000)
    return copies


async def call_it(file_id: UUID, kind: FileKind, *, by: Account) -> None:
    """A scan of nobody is one of this kind: what it was made of says no more than its name. Raises FileGone."""
    scans = [FileKind.CERTIFICATE, FileKind.PAPER_BOOK]
    if kind not in scans or not await StoredFile.filter(_free_for(None, by), id=file_id, kind__in=scans).update(
        kind=kind
    ):
        raise FileGone


async def let_go(file_ids: Iterable[UUID | None], *, by: Account) -> None:
    """What an import attached, and takes back, belongs to nobody again; `sweep` takes it away."""
    ours = StoredFile.filter(id__in=[one for one in file_ids if one], host_unit_id=by.host_unit_id)
    await ours.update(volunteer_id=None)


async def exchanged(field: Field, old: UUID | None, new: UUID | None) -> list[Change]:
    """For the history: one file in place of another, or of none. Both stay and can be opened from there."""
    if old == new:
        return []
    earlier = await StoredFile.get_or_none(id=old) if old else None
    happened = '已移除' if new is None else '已更換' if old else '已上傳'
    return [Change(field, earlier.name if earlier else '', happened, old_file=old, new_file=new)]


async def _laid_down(content: bytes) -> str:
    try:
        return await blobs.keep(content)
    except OSError as failure:
        log.error('an upload finds no place: %s: %s', type(failure).__name__, failure.strerror or failure)
        raise NoPlace from None


async def _require_room(by: Account, size: int) -> None:
    [row] = await get_connection('default').execute_query_dict(
        'SELECT coalesce(sum(size), 0) AS taken FROM stored_file WHERE host_unit_id = $1', [by.host_unit_id]
    )
    if int(row['taken']) + size > settings.current().unit_megabytes * MEGABYTE:
        raise StorageFull


async def _in_forms(units: Iterable[int | None]) -> set[str]:
    """Every text in the drafts of these units, which may be the id of a file."""
    entries = DraftEntry.filter(draft__host_unit_id__in=[unit for unit in units if unit is not None])
    return {text for entry in await entries if isinstance(text := json.loads(entry.value.open()), str)}


async def _importing(units: Iterable[int | None]) -> dict[int, datetime]:
    """Units with a batch that waits for 確認, since when: pictures that have come after belong to it, perhaps."""
    waiting = [BatchState.READING, BatchState.GRADED, BatchState.WRITING]
    kinds = [ImportKind.PICTURES, ImportKind.TRAININGS]
    batches = ImportBatch.filter(host_unit_id__in=[unit for unit in units if unit], kind__in=kinds, state__in=waiting)
    since: dict[int, datetime] = {}
    for unit, begun_at in await batches.values_list('host_unit_id', 'begun_at'):
        since[unit] = min(begun_at, since.get(unit, begun_at))
    return since


async def _take_away(file_id: UUID) -> bool:
    async with transaction():
        await locks.alone(Lock.FILES)
        # A backup holds its lock until what its snapshot shows is copied: nothing is swept away meanwhile.
        held = 'SELECT pg_try_advisory_xact_lock_shared($1) AS free'
        [row] = await get_connection('default').execute_query_dict(held, [Lock.BACKUP.value])
        if not row['free']:
            return False
        file = await StoredFile.filter(id=file_id, volunteer_id=None).first()
        if file is None:
            return False
        await file.delete()
        if not await StoredFile.filter(digest=file.digest).exists():
            await blobs.drop(file.digest)
    return True


def _free_for(volunteer_id: int | None, by: Account) -> Q:
    unowned = Q(volunteer_id__isnull=True, host_unit_id=by.host_unit_id or 0)
    if by.team_id is not None:  # of the own team, or of a clerk of the whole unit who helped with a form
        ours = Q(Q(team_id=by.team_id), Q(team_id=None), join_type=Q.OR)
        colleagues = Account.filter(ours, host_unit_id=by.host_unit_id).values('id')
        unowned &= Q(uploaded_by_id__in=Subquery(colleagues))
    return unowned if volunteer_id is None else Q(unowned, Q(volunteer_id=volunteer_id), join_type=Q.OR)


def _visible_to(by: Account) -> Q:
    """Those of the people one sees; an agency sees the pictures of the paper books that it is asked to confirm."""
    owned = Q(volunteer_id__in=Subquery(Volunteer.filter(permissions.visible_to(by)).values('id')))
    if by.role == Role.REVIEWER:
        asked = PaperRegistration.filter(agency_id=by.agency_id).exclude(status=RegistrationStatus.WITHDRAWN)
        pictures: list[Any] = [Q(id__in=Subquery(asked.exclude(**{side: None}).values(side))) for side in _PICTURES]
        return Q(owned, *pictures, join_type=Q.OR)
    if by.role != Role.UNIT_STAFF:
        return owned
    return Q(owned, _free_for(None, by), join_type=Q.OR)
