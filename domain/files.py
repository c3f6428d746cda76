"""Stored files: portraits, certificates, attachments; whose they are, and who may open them.

A file is kept when it is uploaded, so that nothing is lost before 儲存; until a form is saved it belongs to nobody, and
only the unit that uploaded it may open it. A replaced file stays: the history still points to it.
"""

import logging
from dataclasses import asdict
from uuid import UUID, uuid4

from tortoise.expressions import Q, Subquery

from db import blobs
from db.choices import FileKind, Role
from db.models import Account, StoredFile, Volunteer

from . import file_names, permissions, validation
from .audit.history import Change
from .errors import NotFound
from .fields import Field
from .pictures import Accepted

log = logging.getLogger(__name__)


class FileGone(NotFound):
    """The file a form points to is not there, not of this kind, or another's."""

    def __init__(self) -> None:
        super().__init__('找不到這個檔案，可能已被更換。請重新上傳；其他已填的資料都還在。')


async def keep(
    upload: Accepted, kind: FileKind, name: str, *, by: Account, volunteer: Volunteer | None = None
) -> StoredFile:
    """Keep what `pictures` accepted; `name` is what the user called it. Raises NotPermitted and NotFound."""
    permissions.require(by, Role.UNIT_STAFF)
    if volunteer is not None and not await Volunteer.filter(permissions.visible_to(by), id=volunteer.id).exists():
        raise NotFound
    return await StoredFile.create(
        id=uuid4(),
        digest=await blobs.keep(upload.content),
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


async def get(file_id: UUID | str, *, by: Account) -> StoredFile:
    """What is known of a file. Raises NotFound."""
    file = await StoredFile.filter(_visible_to(by), id=validation.file_id(file_id)).first()
    if file is None:
        raise NotFound
    return file


async def read(file_id: UUID | str, *, by: Account) -> tuple[StoredFile, bytes]:
    """A file and its content. Raises NotFound, also when the disk has lost it, which is logged."""
    file = await get(file_id, by=by)
    try:
        return file, await blobs.read(file.digest)
    except LookupError:
        log.exception('the content of file %s cannot be read', file.id)
        raise FileGone from None


async def attachable(file_id: object, volunteer: Volunteer | None, kind: FileKind, *, by: Account) -> StoredFile | None:
    """The file, if `by` may attach it to the volunteer (None: to somebody new); else None."""
    if not isinstance(file_id, UUID):
        return None
    return await StoredFile.filter(_free_for(volunteer.id if volunteer else None, by), id=file_id, kind=kind).first()


async def attach(file_id: UUID, volunteer: Volunteer, *, by: Account, kind: FileKind | None = None) -> StoredFile:
    """Make the file this volunteer's, in the caller's transaction.

    It must be without an owner and uploaded by the same unit, or be this volunteer's already. Raises FileGone.
    """
    kinds = {} if kind is None else {'kind': kind}
    mine = StoredFile.filter(_free_for(volunteer.id, by), id=validation.file_id(file_id), **kinds)
    if not await mine.update(volunteer_id=volunteer.id):
        raise FileGone
    return await StoredFile.get(id=file_id)


async def exchanged(field: Field, old: UUID | None, new: UUID | None) -> list[Change]:
    """For the history: one file in place of another, or of none. Both stay and can be opened from there."""
    if old == new:
        return []
    earlier = await StoredFile.get_or_none(id=old) if old else None
    happened = '已移除' if new is None else '已更換' if old else '已上傳'
    return [Change(field, earlier.name if earlier else '', happened, old_file=old, new_file=new)]


def _free_for(volunteer_id: int | None, by: Account) -> Q:
    unowned = Q(volunteer_id__isnull=True, host_unit_id=by.host_unit_id or 0)
    return unowned if volunteer_id is None else Q(unowned, Q(volunteer_id=volunteer_id), join_type=Q.OR)


def _visible_to(by: Account) -> Q:
    owned = Q(volunteer_id__in=Subquery(Volunteer.filter(permissions.visible_to(by)).values('id')))
    if by.role != Role.UNIT_STAFF:
        return owned
    return Q(owned, _free_for(None, by), join_type=Q.OR)
