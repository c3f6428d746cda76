"""What there is beside a case, told by one statement: most have no marks, ticks or decision, and nobody is away.

So that what is not there need not be read. For services, which have checked the right.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.connection import get_connection

from db.choices import AccessKind, Section
from db.models import Account, Application

from .. import dates
from ..audit import history
from ..books import record_books
from ..books.record_books import Ahead
from ..cases.deputies import IS_ANYBODY_AWAY
from . import openings

# A volunteer has one open at a time: it began after the last step of the one before, and before its own first.
_PAST = f"""
  (SELECT ROW(at, by_name) FROM history_entry
   WHERE volunteer_id = $1 AND section = '{Section.APPLICATION.value}' AND action = '{history.ADDED.value}'
     AND at >= coalesce((SELECT max(step.at) FROM application_step step JOIN application earlier
                         ON earlier.id = step.application_id WHERE earlier.volunteer_id = $1 AND earlier.id < $2),
                        '-infinity')
     AND at <= coalesce((SELECT min(step.at) FROM application_step step WHERE step.application_id = $2), 'infinity')
   ORDER BY at DESC, id LIMIT 1) AS began,
  EXISTS (SELECT FROM phone_call WHERE application_id = $2) AS has_calls,
  EXISTS (SELECT FROM sign_off WHERE application_id = $2 OR roster_id = $3) AS has_sign_offs,
  (SELECT number FROM record_book WHERE application_id = $2 ORDER BY issued_on DESC, id DESC LIMIT 1) AS number
"""  # noqa: S608 -- our own words
_BESIDE = f"""
SELECT {_PAST},
  EXISTS (SELECT FROM correction WHERE application_id = $2) AS has_marks,
  EXISTS (SELECT FROM eye_check WHERE application_id = $2) AS has_ticks,
  EXISTS (SELECT FROM decision JOIN application decided ON decided.id = decision.application_id
          WHERE decided.agency_id = $4) AS has_decisions,
  (SELECT book.number FROM book_issue JOIN record_book book ON book.id = book_issue.book_id
   WHERE book_issue.application_id = $2) AS issued,
  {IS_ANYBODY_AWAY.format(agency='$4', day='$5')} AS is_anybody_away,
  {record_books.AHEAD.format(volunteer='$1', agency='$4', roc_year='$6')},
  EXISTS (SELECT FROM half_written WHERE account_id = $7) AS has_half_written,
  EXISTS (SELECT FROM access_entry
          WHERE volunteer_id = $1 AND by_id = $7 AND kind = '{AccessKind.CASE.value}' AND at >= $8) AS is_noted
"""  # noqa: S608 -- our own words


class Past(NamedTuple):
    """Of the course of a case: when and by whom it was opened, if that was noted; the number of its book, or None."""

    began: tuple[datetime, str] | None
    has_calls: bool
    has_sign_offs: bool
    number: str | None


@dataclass(frozen=True)
class Beside:
    """`has_decisions`: on any case of the agency.

    `issued`: the number of the book that its approval made. `is_noted`: that the account looks at the case
    (`openings.note`). `has_half_written`: whether the account is writing something, of whichever case.
    """

    past: Past
    ahead: Ahead
    has_marks: bool
    has_ticks: bool
    has_decisions: bool
    issued: str | None
    is_anybody_away: bool
    has_half_written: bool
    is_noted: bool


async def of(case: Application, *, by: Account) -> Beside:
    """What there is now."""
    today = dates.today()
    about = [case.volunteer_id, case.id, case.roster_id, case.agency_id, today, dates.roc_year(today)]
    row = await _told(_BESIDE, [*about, by.id, openings.since(case)])
    past = Past(**{name: row.pop(name) for name in Past._fields})
    ahead = Ahead(**{name: row.pop(name) for name in Ahead._fields})
    return Beside(past, ahead, **row)


async def past_of(case: Application) -> Past:
    """What of it the course of the case is told from."""
    return Past(**await _told(f'SELECT {_PAST}', [case.volunteer_id, case.id, case.roster_id]))


async def _told(statement: str, values: list[Any]) -> dict[str, Any]:
    [row] = await get_connection('default').execute_query_dict(statement, values)
    return dict(row)
