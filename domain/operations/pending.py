"""What an administrator has to see to, as every page of 系統管理 says it above its list; asked by one statement."""

import json
from dataclasses import dataclass

from tortoise.connection import get_connection

from db.choices import RequestStatus, Role
from db.models import Account, KeyCheck, KeyDuty
from db.unchanged import Unchanged, digested

from .. import permissions
from ..accounts.requests import MOST_OPEN
from . import key_inventory
from .key_inventory import Entry

_duties = Unchanged(KeyDuty.all, digested('held::text', 'key_duty held ORDER BY 1'))
_checks = Unchanged(KeyCheck.all, digested('held::text', 'key_check held ORDER BY 1'))

_PENDING = f"""
SELECT
    (SELECT count(*) FROM (SELECT FROM account_request WHERE status = $1 AND confirmed_at IS NOT NULL LIMIT $2) waiting)
        AS requests,
    (SELECT json_agg(json_build_array(id, name) ORDER BY position, id) FROM agency
     WHERE supervisor_email = '' AND EXISTS (
        SELECT FROM account WHERE account.agency_id = agency.id AND account.role = $3 AND account.is_active))
        AS unsupervised,
    {_duties.digest} AS duties,
    {_checks.digest} AS checks
"""  # noqa: S608 -- our own words


@dataclass(frozen=True)
class Pending:
    """How many 帳號申請 wait; what reviews but names no supervisor's address, as (id, name): of what is overdue there,
    nobody is told; which keys are to be changed by now, or are kept where they must not be.
    """

    requests: int
    unsupervised: list[tuple[int, str]]
    keys: list[Entry]


async def of(*, by: Account) -> Pending:
    """What is pending now; for the administrator."""
    permissions.require(by, 'operations.pending.of')
    given = [RequestStatus.OPEN.value, MOST_OPEN, Role.REVIEWER.value]
    [row] = await get_connection('default').execute_query_dict(_PENDING, given)
    duties, checks = await _duties.rows(row['duties']), await _checks.rows(row['checks'])
    unsupervised = [(agency, name) for agency, name in json.loads(row['unsupervised'] or '[]')]
    return Pending(row['requests'], unsupervised, key_inventory.overdue(duties, checks))
