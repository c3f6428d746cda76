"""送審後的變更: what differs between what was looked at last and what the application holds now, by whom, and when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.choices import Place, Section
from db.models import Account, Application, CaseContent, HistoryEntry

from ..errors import DomainError
from . import kept
from .entries import Entry, Papers

_SECTIONS = {Place.BASICS: Section.BASICS, Place.TRAINING: Section.TRAINING, Place.APPLICATION: Section.APPLICATION}
_SUMMED_UP = ('kind', 'starts_on', 'ends_on', 'hours', 'provider')
_NUMBER_DIFFERS = '（中間的號碼不同）'


class NotLookedAt(DomainError):
    """A decision waits until what has changed since 送審 was looked at. `changes` says what."""

    def __init__(self, changes: Sequence['PaperChange']) -> None:
        self.changes = list(changes)
        labels = '、'.join(dict.fromkeys(one.label for one in changes))
        what = f'（{labels[:120]}）' if labels else ''
        super().__init__(
            f'送審後，運用單位修改了資料{what}，還沒有人看過。'
            '請開啟案件，看過「送審後的變更」，按「已看過變更」，再做決定。'
        )


@dataclass(frozen=True)
class PaperChange:
    """A field, old beside new; files where it is a picture. Who and when are '' and None where nothing tells."""

    label: str
    old: str
    new: str
    old_file: UUID | None = None
    new_file: UUID | None = None
    by_name: str = ''
    from_unit: str = ''
    at: datetime | None = None


async def since_look(
    application: Application, now: Papers, rows: Sequence[CaseContent] | None = None
) -> list[PaperChange]:
    """What has changed since the last look, in the order of the forms; nothing where none was kept yet.

    `rows`: what was kept of the case, where the caller has read it already.
    """
    if rows is None:
        rows = await kept.rows_of(application)
    row = kept.last_of(application, rows)
    if row is None or row.digest == now.digest():
        return []
    before = kept.opened(row)
    since = HistoryEntry.filter(volunteer_id=application.volunteer_id, at__gte=before.at)
    entries = await since.filter(section__in=list(_SECTIONS.values()))
    return _compared(before.papers, now, entries)


async def require_looked_at(application: Application, now: Papers, *, by: Account) -> None:
    """Raises NotLookedAt while `now` is not what was looked at last. Of a case without a row this is the first look."""
    rows = await kept.rows_of(application)
    before = kept.last_of(application, rows)
    if before is None:
        await kept.keep(application, now, by=by)
    elif before.digest != now.digest():
        raise NotLookedAt(await since_look(application, now, rows))


def _compared(before: Papers, now: Papers, history: Sequence[HistoryEntry]) -> list[PaperChange]:
    old_ones, new_ones = ({one.key: one for one in papers.entries} for papers in (before, now))
    gone = {one.training_id for one in before.entries} - {one.training_id for one in now.entries}
    added = {one.training_id for one in now.entries} - {one.training_id for one in before.entries}
    found: list[PaperChange] = []
    for key, new in new_ones.items():
        old = old_ones.get(key)
        if new.training_id not in added and (old.counts if old else '') != new.counts:
            found.append(_changed(old, new, history))
    for training_id in sorted(one for one in added | gone if one is not None):
        is_new = training_id in added
        whole = [one for one in (now if is_new else before).entries if one.training_id == training_id]
        found += _whole_training(whole, history, is_new=is_new)
    return found


def _changed(old: Entry | None, new: Entry, history: Sequence[HistoryEntry]) -> PaperChange:
    subjects = {new.subject, old.subject if old else ''}
    told = _told(history, new.place, new.field, subjects, new.file)
    value = new.value
    if old is not None and old.value == new.value and not new.file and not old.file:
        value = f'{new.value}{_NUMBER_DIFFERS}' if new.field == 'identity_number' else new.value
    label = f'{new.subject}：{new.label}' if new.subject else new.label
    return _change(label, old.value if old else '', value, old.file if old else None, new.file, told)


def _whole_training(whole: Sequence[Entry], history: Sequence[HistoryEntry], *, is_new: bool) -> list[PaperChange]:
    """A training that was added or removed: what it is in one line, and its pictures."""
    subject = whole[0].subject
    told = _told(history, Place.TRAINING, 'title', {subject}, None)
    by_field = {one.field: one for one in whole}
    summary = '、'.join(dict.fromkeys(by_field[name].value for name in _SUMMED_UP if by_field[name].value))
    label = f'{"新增" if is_new else "刪除"}教育訓練：{subject}'
    found = [_change(label, '' if is_new else summary, summary if is_new else '', None, None, told)]
    for one in whole:
        if one.file is not None:
            old, new = (None, one.file) if is_new else (one.file, None)
            found.append(_change(f'{subject}：{one.label}', '', '', old, new, told))
    return found


def _change(
    label: str, old: str, new: str, old_file: UUID | None, new_file: UUID | None, told: HistoryEntry | None
) -> PaperChange:
    if told is None:
        return PaperChange(label, old, new, old_file, new_file)
    return PaperChange(label, old, new, old_file, new_file, told.by_name, told.from_unit, told.at)


def _told(
    history: Iterable[HistoryEntry], place: Place, field: str, subjects: set[str], file: UUID | None
) -> HistoryEntry | None:
    """The latest entry of the history about this field; of several trainings the one of that title or file."""
    about = [one for one in history if one.section == _SECTIONS[place] and one.field == field]
    if place == Place.TRAINING:
        about = [one for one in about if one.subject in {name[:120] for name in subjects}] or about
    with_file = [one for one in about if file is not None and one.new_file == file]
    return next(iter(with_file or about), None)
