"""What is on record of volunteers, as far as the list asks for it: one statement, however many they are.

`on_record.of(ids)` reads no row of a person, only what hangs on it; whether these may be seen is the caller's question.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.connection import get_connection

from db import unchanged
from db.choices import REGISTRATIONS_OPEN, BookStatus, MembershipStatus, RegistrationStatus, TrainingKind
from db.models import Agency, RequiredHours, Rule

from .. import dates, directory
from ..volunteers.profile import Term

_rules, _hours = unchanged.of_table(Rule), unchanged.of_table(RequiredHours)

_OF_EVERYBODY = f'{_hours.digest} AS hours, {directory.default_agency.digest} AS agency'
_STATEMENT = f"""
SELECT asked.id, {_rules.digest} AS rules, {_OF_EVERYBODY},
  ARRAY(SELECT ROW(b.number, b.roc_year = 0, b.agency_id, a.name, a.valid_from, a.valid_to)
    FROM record_book b JOIN agency a ON a.id = b.agency_id
    WHERE b.volunteer_id = asked.id AND b.status = $2 ORDER BY b.issued_on DESC, b.id DESC) AS books,
  ARRAY(SELECT ROW(t.id, t.volunteer_id, t.kind, t.title, t.ends_on, t.field_id, t.minutes,
      t.certificate_front_id, t.certificate_back_id, t.has_no_back, t.has_no_approval, t.approval_reference)
    FROM training t WHERE t.volunteer_id = asked.id AND t.ends_on <= $3 ORDER BY t.starts_on, t.id) AS trainings,
  ARRAY(SELECT ROW(c.starts_on, c.ends_on) FROM insurance_cover c WHERE c.volunteer_id = asked.id) AS covers,
  ARRAY(SELECT ROW(u.id, u.name) FROM membership m JOIN host_unit u ON u.id = m.host_unit_id
    WHERE m.volunteer_id = asked.id AND m.status <> $4 AND u.is_active ORDER BY m.joined_on, m.id) AS units,
  ARRAY(SELECT ROW(p.series, p.serial, p.status) FROM paper_registration p
    WHERE p.volunteer_id = asked.id AND p.status = ANY($5::text[])) AS registrations
FROM unnest($1::int[]) AS asked(id)"""  # noqa: S608 -- our own words


class Book(NamedTuple):
    """A record book in use, and its agency."""

    number: str
    is_paper: bool
    agency_id: int
    agency_name: str
    valid_from: date | None
    valid_to: date | None


class Trained(NamedTuple):
    """A training that has ended."""

    id: int
    volunteer_id: int
    kind: TrainingKind
    title: str
    ends_on: date
    field_id: int
    minutes: int
    certificate_front_id: UUID | None
    certificate_back_id: UUID | None
    has_no_back: bool
    has_no_approval: bool
    approval_reference: str


class Serving(NamedTuple):
    """A unit that is not closed."""

    id: int
    name: str


class Registered(NamedTuple):
    """A paper book whose registration is under way."""

    series: str
    serial: str
    status: RegistrationStatus


@dataclass(frozen=True)
class Records:
    """What is on record of a volunteer: the book in use, trainings that have ended, insurance, the units served.

    `registration`: of a paper book that the agency has not confirmed yet.
    """

    book: Book | None
    trainings: Sequence[Trained]
    covers: Sequence[Term]
    units: Sequence[Serving] = ()
    registration: Registered | None = None


class Asked(NamedTuple):
    """By volunteer id what is on record, and what is the same for everybody: hours and rules, the default agency.

    These rows are shared.
    """

    records: dict[int, Records]
    hours: Sequence[RequiredHours]
    rules: Sequence[Rule]
    agency: Agency


async def of(volunteers: Iterable[int]) -> Asked:
    """What is on record of these, who are one at least."""
    values = [list(volunteers), BookStatus.IN_USE, dates.today(), MembershipStatus.LEFT, list(REGISTRATIONS_OPEN)]
    rows = await get_connection('default').execute_query_dict(_STATEMENT, values)
    hours, agency = await _usual(rows[0])
    return Asked({row['id']: _records(row) for row in rows}, hours, await _rules.rows(rows[0]['rules']), agency)


async def usual() -> tuple[Sequence[RequiredHours], Agency]:
    """The required hours, and the default agency: one without an id when the administrator has renamed it. Shared."""
    [row] = await get_connection('default').execute_query_dict(f'SELECT {_OF_EVERYBODY}')
    return await _usual(row)


async def _usual(row: dict[str, Any]) -> tuple[Sequence[RequiredHours], Agency]:
    agencies = await directory.default_agency.rows(row['agency'])
    return await _hours.rows(row['hours']), agencies[0] if agencies else Agency()


def _records(row: dict[str, Any]) -> Records:
    registered = (Registered(*one)._replace(status=RegistrationStatus.of(one[2])) for one in row['registrations'])
    return Records(
        next((Book(*one) for one in row['books']), None),
        [Trained(*one)._replace(kind=TrainingKind.of(one[2])) for one in row['trainings']],
        [Term(*one) for one in row['covers']],
        [Serving(*one) for one in row['units']],
        next(registered, None),
    )
