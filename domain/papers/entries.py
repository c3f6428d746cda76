"""What an application holds, as a value: every field of the three forms, and the digest of any part of it.

A digest is about what was chosen or written, never about words that may change: a directory entry counts by its id, an
identity number by its blind index. An empty field counts as none, so that a field which a later version adds to a form
changes no digest.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from db.choices import Choice, Part, Place
from db.models import Application, Training, Volunteer

from .. import trainings
from ..audit import history
from ..cases import application_fields
from ..fields import Field
from ..volunteers import basics

PICTURES = ('photo', 'certificate_front', 'certificate_back', 'attachment')
FIELDS: dict[Place, Mapping[str, Field]] = {
    Place.BASICS: basics.FIELDS,
    Place.TRAINING: trainings.FIELDS,
    Place.APPLICATION: application_fields.FIELDS,
}
# What is no content of its own: passwords, how a date is typed, the minutes that stand with the hours.
UNKEPT = frozenset(
    {'sets_password_by_system', 'prints_code', 'password', 'password_again', 'is_born_before_roc', 'extra_minutes'}
)

_IDENTITY = ('identity_kind', 'identity_number', 'name', 'born_on', 'sex')
_PARTS: dict[Part, tuple[Place, tuple[str, ...]]] = {
    Part.PHOTO: (Place.BASICS, ('photo', 'is_photo_confirmed')),
    Part.IDENTITY: (Place.BASICS, _IDENTITY),
    Part.BASICS: (Place.BASICS, ()),
    Part.CERTIFICATES: (Place.TRAINING, (*trainings.SIDES, 'has_no_back')),
    Part.TRAININGS: (Place.TRAINING, ()),
    Part.APPLICATION: (Place.APPLICATION, ()),
}


@dataclass(frozen=True)
class Entry:
    """One field: its value as people read it or its file, and `counts`, by which a change is told ('' is nothing).

    `subject` is the title of the training that it belongs to.
    """

    place: Place
    training_id: int | None
    field: str
    label: str
    subject: str
    value: str
    file: UUID | None
    counts: str

    @property
    def key(self) -> tuple[Place, int | None, str]:
        """Where it stands."""
        return self.place, self.training_id, self.field


@dataclass(frozen=True)
class Papers:
    """What an application holds at one moment."""

    entries: Sequence[Entry]

    def at(self, place: Place, field: str, training_id: int | None = None) -> Entry | None:
        """The entry of a field; None when there is none, as of a training that was removed."""
        return next((one for one in self.entries if one.key == (place, training_id, field)), None)

    def digest(self, parts: Iterable[Part] = ()) -> str:
        """64 hex digits of what `parts` hold together; without any, of everything."""
        parts = list(parts)
        return _digest(one for one in self.entries if not parts or any(_is_in(one, part) for part in parts))

    def digest_at(self, place: Place, field: str, training_id: int | None = None) -> str:
        """64 hex digits of what stands in one field."""
        return _digest(one for one in self.entries if one.key == (place, training_id, field))

    def to_text(self) -> str:
        """As it is kept, sealed."""
        return json.dumps([vars(one) | {'file': one.file and str(one.file)} for one in self.entries])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """As it was kept."""
        return cls([_entry_of(one) for one in json.loads(text)])


def collected(case: Application, listed: Iterable[Training]) -> Papers:
    """From the records: `case` with volunteer, county, agency, attachment; trainings with unit and field."""
    entries = _of_form(Place.BASICS, *_basics_of(case.volunteer))
    for one in sorted(listed, key=lambda one: one.id):
        entries += _of_training(one)
    return Papers(entries + _of_form(Place.APPLICATION, *_application_of(case)))


def of_form(record: Volunteer | Training) -> Papers:
    """What one form holds, that of the volunteer or of a training with unit and field: all that stands there."""
    if isinstance(record, Volunteer):
        return Papers(_of_form(Place.BASICS, *_basics_of(record)))
    return Papers(_of_training(record))


def _of_training(one: Training) -> list[Entry]:
    return _of_form(Place.TRAINING, *_training_of(one), training_id=one.id, subject=one.title)


def _of_form(
    place: Place, shown: Mapping[str, Any], kept: Mapping[str, Any], training_id: int | None = None, subject: str = ''
) -> list[Entry]:
    """`shown` has the values as people read them, `kept` those by which a change is told, where they differ."""
    found = []
    for key, field in FIELDS[place].items():
        if key in UNKEPT:
            continue
        is_picture = key in PICTURES
        value = '' if is_picture else history.describe(shown[key])
        file = shown[key] if is_picture else None
        counts = _counts(kept.get(key, shown[key]))
        found.append(Entry(place, training_id, key, field.label, subject, value, file, counts))
    return found


def _basics_of(volunteer: Volunteer) -> tuple[dict[str, Any], dict[str, Any]]:
    shown = vars(basics.VolunteerDetails.from_record(volunteer))
    # Two numbers may look the same when masked.
    return shown, {'identity_number': volunteer.identity_index}


def _training_of(training: Training) -> tuple[dict[str, Any], dict[str, Any]]:
    shown = vars(trainings.TrainingDetails.from_record(training)) | {
        'trained_for_id': training.trained_for.name,
        'field_id': training.field.name,
        'kind': training.kind,
        'hours': trainings.format_duration(training.minutes),
    }
    return shown, {
        'trained_for_id': training.trained_for_id,
        'field_id': training.field_id,
        'hours': training.minutes,
    }


def _application_of(case: Application) -> tuple[dict[str, Any], dict[str, Any]]:
    shown = {
        'kind': case.kind,
        'county_code': case.county.name,
        'agency_id': case.agency.name,
        'remarks': case.remarks,
        'attachment': case.attachment_id,
    }
    return shown, {'county_code': case.county_id, 'agency_id': case.agency_id}


def _counts(value: object) -> str:
    """What tells a value from another; '' for nothing.

    >>> _counts(None), _counts(False), _counts(True), _counts(date(2026, 3, 8)), _counts(Part.PHOTO)
    ('', '', 'yes', '2026-03-08', 'photo')
    """
    if value is None or value is False:
        return ''
    if value is True:
        return 'yes'
    if isinstance(value, Choice):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _digest(entries: Iterable[Entry]) -> str:
    held = sorted((one.place.value, one.training_id or 0, one.field, one.counts) for one in entries if one.counts)
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def _is_in(entry: Entry, part: Part) -> bool:
    place, names = _PARTS[part]
    return entry.place == place and (not names or entry.field in names)


def _entry_of(kept: dict[str, Any]) -> Entry:
    file, place = kept['file'], next(one for one in Place if one.value == kept['place'])
    return Entry(**kept | {'place': place, 'file': UUID(file) if file else None})
