"""A 帳號申請 that is granted: the unit that it is for, found by its 統一編號 or made, and the account."""

from dataclasses import replace

from db import transaction
from db.choices import Role
from db.models import Account, AccountRequest, HostUnit

from .. import accounts
from ..accounts import AccountDetails, requests
from ..errors import Incomplete
from . import HostUnitDetails, kept_host_unit

WITHOUT_COUNTY = '這件申請沒有縣市，請先在「運用單位」新增單位，再回來選它。'


async def units(request: AccountRequest, *, by: Account) -> dict[int, str]:
    """The units that the account may be of: those in use, of a county authority those of its county; id → name."""
    there = HostUnit.filter(is_active=True)
    if by.role == Role.COUNTY:
        there = there.filter(county_id=by.county_id or '')
    listed = await there.values_list('id', 'name', 'unified_number')
    return {int(unit): f'{name}（{number}）' if number else str(name) for unit, name, number in listed}


async def grant(request: AccountRequest, details: AccountDetails, *, by: Account) -> Account:
    """Open the account that was asked for; with no unit chosen, the unit is made from the request.

    Never a twin: the unit that has the number of the request is the one. Raises Incomplete, NotPermitted, MovedOn.
    """
    async with transaction():
        await requests.require_decider(request, by=by)
        if details.role == Role.UNIT_STAFF and details.host_unit_id is None:
            known = await requests.unit_of(request) or await _made(request, by)
            details = replace(details, host_unit_id=known.id)
        return await accounts.grant(request, details, by=by)


async def _made(request: AccountRequest, by: Account) -> HostUnit:
    if request.county_id is None:
        raise Incomplete({'host_unit_id': WITHOUT_COUNTY})
    unit = HostUnitDetails(
        request.organisation, request.county_id, phone=request.phone, unified_number=request.unified_number
    )
    try:
        return await kept_host_unit(unit, by=by)
    except Incomplete as refusal:  # said beside the field that there is
        raise Incomplete({'host_unit_id': '；'.join(refusal.problems.values())}) from None
