"""What a training form can be filled in with at one press: the usual course of a kind, and the unit's last courses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.choices import TrainingKind
from db.models import Account, Agency, HostUnit, RequiredHours, Training

from .. import dates, directory, permissions, validation
from ..errors import NotFound
from ..readiness import required_hours
from ..trainings import TrainingDetails, format_duration

MOST_COURSES = 5
_LOOKED_THROUGH = 60
# What is the same for everybody who took the course; certificates and remarks are a person's own.
_SHARED = ('title', 'starts_on', 'ends_on', 'provider', 'kind', 'field_id', 'sessions', 'hours', 'extra_minutes')
_APPROVAL = ('has_no_approval', 'approved_on', 'approval_reference')


@dataclass(frozen=True)
class Course:
    """A course in one line, and the fields of the form that it fills in."""

    label: str
    values: Mapping[str, Any]


async def blank(*, by: Account) -> TrainingDetails:
    """A new training form: for the own unit, which most often gives the course, too."""
    permissions.require(by, 'guide.courses.blank')
    unit = await HostUnit.get(id=by.host_unit_id)
    return TrainingDetails(trained_for_id=unit.id, provider=unit.name)


async def usual(kind: object, *, by: Account) -> dict[str, Any]:
    """What a course of `kind` most often is: its name, the hours that are asked for, the field of the default agency.

    What neither rule nor agency says is as in the unit's last course of the kind. Empty for what is no kind.
    """
    permissions.require(by, 'guide.courses.usual')
    known = validation.member(TrainingKind, kind)
    if known is None:
        return {}
    last = await Training.filter(trained_for_id=by.host_unit_id, kind=known).order_by('-id').first()
    agency = await _agency()
    row = required_hours.narrowest(await RequiredHours.all(), known, agency, agency.field_id, dates.today())
    values = {'kind': known, 'title': f'志工{known.label}', 'field_id': agency.field_id or (last and last.field_id)}
    if minutes := (row.minutes if row else 0) or (last.minutes if last else 0):
        values |= {'hours': minutes // 60, 'extra_minutes': minutes % 60}
    return {name: value for name, value in values.items() if value is not None}


async def last(*, by: Account) -> list[Course]:
    """The unit's last courses, each once however many took it, the latest first."""
    permissions.require(by, 'guide.courses.last')
    found = await Training.filter(trained_for_id=by.host_unit_id).order_by('-id').limit(_LOOKED_THROUGH)
    distinct = {(one.title, one.kind, one.starts_on, one.ends_on): one for one in reversed(found)}
    newest = sorted(distinct.values(), key=lambda one: -one.id)[:MOST_COURSES]
    return [_course(one) for one in newest]


def _course(training: Training) -> Course:
    details = vars(TrainingDetails.from_record(training))
    label = f'{training.title}　{dates.roc(training.starts_on)}　{format_duration(training.minutes)}'
    return Course(label, {name: details[name] for name in (*_SHARED, *_APPROVAL)})


async def _agency() -> Agency:
    try:
        return (await directory.defaults())[1]
    except NotFound:
        return Agency()
