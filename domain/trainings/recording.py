"""批次維護作業: many trainings recorded at one stroke, with one certificate for all; and taking them back.

The batch notes the history, once a person.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from db import transaction
from db.choices import ApplicationStatus, FileKind, Place
from db.models import Account, Application, Draft, Field, StoredFile, Training, Volunteer

from .. import announcements, drafts, files, permissions
from ..announcements import VolunteerChanged
from ..cases import transitions
from ..errors import Incomplete
from .details import FIELDS, SIDES, TrainingDetails

GONE = '這位志工已不在您的單位，所以沒有匯入。'
MOVED_ON = '這筆教育訓練在匯入之後又有異動，所以保留。'


@dataclass(frozen=True)
class Recording:
    """A training to be recorded; the files of its sides belong to nobody yet, and each person gets a copy of its own.

    `form_id`: the form under way that goes with it.
    """

    volunteer_id: int
    details: TrainingDetails
    form_id: UUID | None = None


async def record_all(several: Sequence[Recording], *, by: Account) -> list[Training]:
    """New trainings in the caller's transaction, all or none, in the order given.

    Raises Incomplete, whose problems have the place in `several`, from 0, as their key.
    """
    permissions.require(by, 'trainings.recording.record_all')
    ids = {one.volunteer_id for one in several}
    people = {one.id: one for one in await Volunteer.filter(permissions.visible_to(by), id__in=ids)}
    sources = await _sources(several, by)
    await _check(several, people, sources, by)
    copies = await files.copy_each(
        [(sources[side], one.volunteer_id) for one in several for side in _sides(one)], by=by
    )
    new_ids = await _new_ids(len(several))
    made = []
    for one, new_id in zip(several, new_ids, strict=True):
        own: dict[str, Any] = {
            side: copies[sources[getattr(one.details, side)].id, one.volunteer_id] for side in one.details.sides()
        }
        columns = replace(one.details, **own).columns()
        made.append(
            Training(id=new_id, volunteer_id=one.volunteer_id, created_by_id=by.id, updated_by_id=by.id, **columns)
        )
    await _look_again(ids)
    await Training.bulk_create(made, batch_size=1000)
    await Draft.filter(id__in=[one.form_id for one in several if one.form_id], host_unit_id=by.host_unit_id).delete()
    await announcements.announce_each(VolunteerChanged(one) for one in ids)
    return made


async def take_back(recorded: Mapping[int, int], *, by: Account) -> dict[int, str]:
    """Undo: ids of trainings and their versions after writing; id → why it stays. In the caller's transaction."""
    permissions.require(by, 'trainings.recording.take_back')
    ours = Training.filter(id__in=list(recorded), trained_for_id=by.host_unit_id).select_for_update()
    stays: dict[int, str] = {}
    gone: set[int] = set()
    for training in await ours:
        if training.version != recorded[training.id]:
            stays[training.id] = MOVED_ON
            continue
        try:
            async with transaction():
                await transitions.invalidate_review(training.volunteer_id, Place.TRAINING, FIELDS, training.id)
                await training.delete()
        except IntegrityError:  # a reviewer has marked something on it
            stays[training.id] = '審核人員已對這筆教育訓練提出意見，所以保留。'
            continue
        gone.add(training.volunteer_id)
        await files.let_go([training.certificate_front_id, training.certificate_back_id], by=by)
    await announcements.announce_each(VolunteerChanged(one) for one in gone)
    return stays


async def _sources(several: Sequence[Recording], by: Account) -> dict[UUID, StoredFile]:
    ids = {side for one in several for side in _sides(one)}
    found = [await files.attachable(one, None, FileKind.CERTIFICATE, by=by) for one in ids]
    return {one.id: one for one in found if one is not None}


def _sides(one: Recording) -> list[UUID]:
    return [file_id for side in one.details.sides() if isinstance(file_id := getattr(one.details, side), UUID)]


async def _check(
    several: Sequence[Recording], people: Mapping[int, Volunteer], sources: Mapping[UUID, StoredFile], by: Account
) -> None:
    fields: set[Any] = {*await Field.filter(is_active=True).values_list('id', flat=True)}
    wrong: dict[str, str] = {}
    for place, one in enumerate(several):
        person = people.get(one.volunteer_id)
        if person is None:
            wrong[str(place)] = GONE
            continue
        problems = one.details.problems_of(unit_id=by.host_unit_id, born_on=person.born_on)
        if 'field_id' not in problems and one.details.field_id not in fields:
            problems['field_id'] = f'請重新選擇{FIELDS["field_id"].label}，這個領域已停用。'
        digests = [sources[side].digest for side in _sides(one) if side in sources]
        if len(digests) < len(_sides(one)):
            problems['certificate_front'] = '找不到上傳的證書，請重新上傳；其他已填的資料都還在。'
        elif len(set(digests)) < len(digests):
            problems['certificate_back'] = '正面與反面是同一張圖片。請重新上傳反面。'
        if problems:
            wrong[str(place)] = next(iter(problems.values()))
    if wrong:
        raise Incomplete(wrong)


async def _look_again(people: Collection[int]) -> None:
    under_review = Application.filter(volunteer_id__in=list(people), status=ApplicationStatus.SUBMITTED)
    for (volunteer_id,) in await under_review.values_list('volunteer_id'):
        await transitions.invalidate_review(volunteer_id, Place.TRAINING, ())


async def _new_ids(many: int) -> list[int]:
    statement = "SELECT nextval(pg_get_serial_sequence('training', 'id')) AS id FROM generate_series(1, $1::int)"
    return [int(row['id']) for row in await get_connection('default').execute_query_dict(statement, [many])]


def blank_of(details: TrainingDetails) -> dict[str, Any]:
    """What a form under way holds of a course whose certificate is still missing."""
    return {name: value for name, value in drafts.to_draft(details).items() if name not in SIDES}
