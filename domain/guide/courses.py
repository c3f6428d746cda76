"""What a training form can be filled in with at one press: the usual course of a kind, and the unit's last courses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tortoise.connection import get_connection

from db.choices import TrainingKind
from db.models import Account, Training

from .. import dates, permissions, validation
from ..readiness import on_record, required_hours
from ..trainings import TrainingDetails, format_duration

MOST_COURSES = 5
_LOOKED_THROUGH = 60
# What is the same for everybody who took the course; certificates and remarks are a person's own.
_SHARED = ('title', 'starts_on', 'ends_on', 'provider', 'kind', 'field_id', 'sessions', 'hours', 'extra_minutes')
_APPROVAL = ('has_no_approval', 'approved_on', 'approval_reference')
# Of the unit's latest trainings each course once, as it was recorded last.
_LAST = """
SELECT * FROM (
  SELECT DISTINCT ON (title, kind, starts_on, ends_on) * FROM (
    SELECT id, title, starts_on, ends_on, provider, kind, field_id, sessions, minutes,
      has_no_approval, approved_on, approval_reference
    FROM training WHERE trained_for_id = $1 ORDER BY id DESC LIMIT $2) latest
  ORDER BY title, kind, starts_on, ends_on, id DESC) each_once
ORDER BY id DESC LIMIT $3"""


@dataclass(frozen=True)
class Course:
    """A course in one line, and the fields of the form that it fills in."""

    label: str
    values: Mapping[str, Any]


async def blank(*, by: Account) -> TrainingDetails:
    """A new training form: for the own unit, which most often gives the course, too."""
    permissions.require(by, 'guide.courses.blank')
    unit = by.host_unit
    return TrainingDetails(trained_for_id=unit.id, provider=unit.name) if unit else TrainingDetails()


async def usual(kind: object, *, by: Account) -> dict[str, Any]:
    """What a course of `kind` most often is: its name, the hours that are asked for, the field of the default agency.

    What neither rule nor agency says is as in the unit's last course of the kind. Empty for what is no kind.
    """
    permissions.require(by, 'guide.courses.usual')
    known = validation.member(TrainingKind, kind)
    return await _usual(known, by) if known is not None else {}


async def _usual(kind: TrainingKind, by: Account) -> dict[str, Any]:
    rows, agency = await on_record.usual()
    row = required_hours.narrowest(rows, kind, agency, agency.field_id, dates.today())
    field_id, minutes = agency.field_id, row.minutes if row else 0
    if not (field_id and minutes):
        last = await Training.filter(trained_for_id=by.host_unit_id, kind=kind).order_by('-id').first()
        field_id, minutes = field_id or (last.field_id if last else None), minutes or (last.minutes if last else 0)
    values = {'kind': kind, 'title': f'志工{kind.label}', 'field_id': field_id}
    if minutes:
        values |= {'hours': minutes // 60, 'extra_minutes': minutes % 60}
    return {name: value for name, value in values.items() if value is not None}


async def last(*, by: Account) -> list[Course]:
    """The unit's last courses, each once however many took it, the latest first."""
    permissions.require(by, 'guide.courses.last')
    asked = [by.host_unit_id, _LOOKED_THROUGH, MOST_COURSES]
    return [_course(row) for row in await get_connection('default').execute_query_dict(_LAST, asked)]


def _course(row: dict[str, Any]) -> Course:
    minutes = row['minutes']
    label = f'{row["title"]}　{dates.roc(row["starts_on"])}　{format_duration(minutes)}'
    details = row | {'kind': TrainingKind.of(row['kind']), 'hours': minutes // 60, 'extra_minutes': minutes % 60}
    return Course(label, {name: details[name] for name in (*_SHARED, *_APPROVAL)})
