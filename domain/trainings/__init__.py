"""教育訓練: record, amend, remove; find, with totals for each volunteer and unit."""

from collections.abc import Mapping
from typing import Any

from db import transaction
from db.choices import FileKind, Place, Section
from db.models import Account, Draft, Field, Training, Volunteer

from .. import announcements, dates, drafts, files, permissions, validation
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..cases import transitions
from ..errors import Incomplete, MovedOn, NotFound, NotPermitted
from .details import (
    FIELDS,
    REMOVAL_REASON,
    SIDES,
    TrainingDetails,
    format_duration,
    has_its_sides,
    read_duration,
)
from .search import COMPLETE, TrainingOrder, TrainingQuery, TrainingTotals, find, visible_to

__all__ = [
    'FIELDS',
    'SIDES',
    'TrainingDetails',
    'TrainingOrder',
    'TrainingQuery',
    'TrainingTotals',
    'find',
    'format_duration',
    'has_its_sides',
    'read_duration',
]

# The columns that are not named as their field is.
_FIELD_OF = {'minutes': 'hours'} | {f'{side}_id': side for side in SIDES}


async def record(
    volunteer: Volunteer, details: TrainingDetails, *, by: Account, draft: Draft | None = None
) -> Training:
    """A new training with both sides of its certificate; the draft goes. Raises Incomplete, NotFound."""
    permissions.require(by, 'trainings.record')
    known = await _seen_volunteer(volunteer.id, by)
    await drafts.require(draft, by=by)
    await _check(details, known, None, by)
    async with transaction():
        await drafts.use_up(draft, by=by)
        await transitions.invalidate_review(known.id, Place.TRAINING, ())
        columns = details.columns()
        await _attach(columns, {}, known, by)
        training = await Training.create(volunteer_id=known.id, created_by_id=by.id, updated_by_id=by.id, **columns)
        after = await get(training.id, by=by)
        changes = history.compared(FIELDS, {}, _facts(after))
        changes = [change for change in changes if change.new != '否'] + await _exchanged({}, columns)
        await history.note(known, Section.TRAINING, history.ADDED, changes, by=by, subject=after.title)
        await announcements.announce(VolunteerChanged(known.id))
    return after


async def amend(
    training: Training, details: TrainingDetails, *, version: int, by: Account, draft: Draft | None = None
) -> Training:
    """The `draft` forgets what is saved.

    Raises Incomplete, NotFound, drafts.Unseen, MovedOn when a colleague amended it after `version`.
    """
    permissions.require(by, 'trainings.amend')
    before = await _own(training.id, by)
    await _check(details, before.volunteer, before, by)
    async with transaction():
        await drafts.settle(draft, details, by=by)
        current = await _locked(before, version, by)
        old, columns = _columns_of(current), details.columns()
        values = {name: value for name, value in columns.items() if value != old[name]}
        if not values:
            return before
        keys = {_FIELD_OF.get(column, column) for column in values}
        await transitions.invalidate_review(before.volunteer_id, Place.TRAINING, keys, current.id)
        await _attach(columns, old, before.volunteer, by)
        current.update_from_dict(values | {'version': version + 1, 'updated_by_id': by.id})
        await current.save(update_fields=[*values, 'version', 'updated_by_id', 'updated_at'])
        after = await get(current.id, by=by)
        changes = history.compared(FIELDS, _facts(before), _facts(after)) + await _exchanged(old, columns)
        await history.note(before.volunteer, Section.TRAINING, history.AMENDED, changes, by=by, subject=after.title)
        await announcements.announce(VolunteerChanged(before.volunteer_id))
    return after


async def remove(training: Training, reason: str = '', *, by: Account) -> None:
    """Take it off the record; all it said stays in the history, its certificate can be opened from there."""
    permissions.require(by, 'trainings.remove')
    if problem := validation.text(REMOVAL_REASON.label, reason, most=200, lines=True):
        raise Incomplete({'reason': problem})
    before = await _own(training.id, by)
    async with transaction():
        current = await _locked(before, training.version, by)
        await transitions.invalidate_review(before.volunteer_id, Place.TRAINING, FIELDS, current.id)
        changes = history.compared(FIELDS, _facts(before), {})
        changes += await _exchanged(_columns_of(current), dict.fromkeys(map(_column_of, SIDES)))
        if validation.tidy(reason):
            changes.append(Change(REMOVAL_REASON, '', validation.tidy(reason)))
        await history.note(before.volunteer, Section.TRAINING, history.REMOVED, changes, by=by, subject=before.title)
        await current.delete()
        await announcements.announce(VolunteerChanged(before.volunteer_id))


async def get(training_id: int, *, by: Account, of: Volunteer | None = None) -> Training:
    """One training with all it refers to; `of`: it must be this volunteer's. Raises NotFound."""
    training = await visible_to(by).filter(id=validation.record_id(training_id)).select_related(*COMPLETE).first()
    if training is None or (of is not None and training.volunteer_id != of.id):
        raise NotFound
    return training


async def of(volunteer: Volunteer, *, by: Account) -> list[Training]:
    """The volunteer's trainings for all units, oldest first, with all they refer to. Raises NotFound."""
    known = await _seen_volunteer(volunteer.id, by)
    return await Training.filter(volunteer_id=known.id).select_related(*COMPLETE).order_by('starts_on', 'id')


def may_amend(training: Training, *, by: Account) -> bool:
    """Whether it is the account's unit that keeps this training; others only read it."""
    return permissions.may(by, 'trainings.may_amend') and training.trained_for_id == by.host_unit_id


async def _seen_volunteer(volunteer_id: int, by: Account) -> Volunteer:
    known = await Volunteer.filter(permissions.visible_to(by), id=validation.record_id(volunteer_id)).first()
    if known is None:
        raise NotFound
    return known


async def _own(training_id: int, by: Account) -> Training:
    training = await get(training_id, by=by)
    if not may_amend(training, by=by):
        raise NotPermitted(f'這筆教育訓練由「{training.trained_for.name}」登錄，只有該單位可以修改或刪除。')
    return training


async def _locked(training: Training, version: int, by: Account) -> Training:
    current = await Training.filter(id=training.id).select_for_update().first()
    if current is None:
        raise NotFound
    if current.version != version:
        latest = await get(current.id, by=by)
        raise MovedOn(
            f'這筆教育訓練已由 {latest.updated_by.name} 於 {dates.roc_instant(latest.updated_at)} 修改，'
            '所以您的修改還沒有儲存。請重新整理頁面，看過最新的資料後再儲存；您輸入的內容都還在草稿裡。'
        )
    return current


async def _check(details: TrainingDetails, volunteer: Volunteer, before: Training | None, by: Account) -> None:
    problems = details.problems_of(unit_id=by.host_unit_id, born_on=volunteer.born_on)
    if 'field_id' not in problems and not await _is_field(details.field_id, before):
        problems['field_id'] = f'請重新選擇{FIELDS["field_id"].label}，這個領域已停用。'
    problems |= await _file_problems(details, volunteer, problems, by)
    if problems:
        raise Incomplete(problems)


async def _is_field(field_id: int | None, before: Training | None) -> bool:
    if before is not None and field_id == before.field_id:
        return True
    return await Field.exists(id=field_id, is_active=True)


async def _file_problems(
    details: TrainingDetails, volunteer: Volunteer, known: dict[str, str], by: Account
) -> dict[str, str]:
    digests = {}
    problems = {}
    for side in details.sides():
        if side not in known:
            file = await files.attachable(getattr(details, side), volunteer, FileKind.CERTIFICATE, by=by)
            digests[side] = file and file.digest
            if file is None:
                problems[side] = f'找不到上傳的{FIELDS[side].label}，請重新上傳；其他已填的資料都還在。'
            elif list(digests.values()).count(file.digest) > 1:
                problems[side] = '正面與反面是同一張圖片。請重新上傳反面。'
    return problems


async def _attach(columns: Mapping[str, Any], old: Mapping[str, Any], volunteer: Volunteer, by: Account) -> None:
    for name in map(_column_of, SIDES):
        if columns[name] and columns[name] != old.get(name):
            await files.attach(columns[name], volunteer, by=by, kind=FileKind.CERTIFICATE)


async def _exchanged(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    for side in SIDES:
        changes += await files.exchanged(FIELDS[side], old.get(_column_of(side)), new.get(_column_of(side)))
    return changes


def _columns_of(training: Training) -> dict[str, Any]:
    return TrainingDetails.from_record(training).columns()


def _column_of(side: str) -> str:
    return f'{side}_id'


def _facts(training: Training) -> dict[str, Any]:
    """By field, for the history: names instead of ids. Certificates are noted as files."""
    return _columns_of(training) | {
        'trained_for_id': training.trained_for.name,
        'field_id': training.field.name,
        'hours': format_duration(training.minutes),
    }
