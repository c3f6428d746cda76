"""What there is beside a case, told by one statement: most have no marks, ticks or decision, and nobody is away."""

from dataclasses import dataclass

from tortoise.connection import get_connection

from db.choices import AccessKind
from db.models import Account, Application

from .. import dates
from ..cases.deputies import IS_ANYBODY_AWAY
from . import openings

_BESIDE = f"""
SELECT
  EXISTS (SELECT FROM correction WHERE application_id = $1) AS has_marks,
  EXISTS (SELECT FROM eye_check WHERE application_id = $1) AS has_ticks,
  EXISTS (SELECT FROM decision JOIN application decided ON decided.id = decision.application_id
          WHERE decided.agency_id = $2) AS has_decisions,
  {IS_ANYBODY_AWAY.format(agency='$2', day='$3')} AS is_anybody_away,
  EXISTS (SELECT FROM access_entry
          WHERE volunteer_id = $4 AND by_id = $5 AND kind = $6 AND at >= $7) AS is_noted
"""  # noqa: S608 -- our own words


@dataclass(frozen=True)
class Beside:
    """`has_decisions`: on any case of the agency. `is_noted`: that the account looks at the case (`openings.note`)."""

    has_marks: bool
    has_ticks: bool
    has_decisions: bool
    is_anybody_away: bool
    is_noted: bool


async def of(case: Application, *, by: Account) -> Beside:
    """What there is now, so that what is not there need not be read. For services, which have checked the right."""
    about = [case.id, case.agency_id, dates.today()]
    look = [case.volunteer_id, by.id, AccessKind.CASE.value, openings.since(case)]
    [row] = await get_connection('default').execute_query_dict(_BESIDE, about + look)
    return Beside(**row)
