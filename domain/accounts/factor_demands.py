"""Of which roles a second factor is demanded, and from which day: rows that the administrator edits.

An office that worked before there was one, and a new office, begin with DEFAULTS and GRACE_DAYS; the demo demands
nothing. Until the last day of grace is over, its people are only reminded.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from db import transaction
from db.choices import Role
from db.models import Account, FactorDemand

from .. import dates, permissions
from ..audit import office_history
from ..audit.history import Change
from ..errors import Incomplete
from ..fields import Field
from . import step_up

DEFAULTS = ('reviewer', 'administrator', 'county', 'ministry', 'inspector')
GRACE_DAYS = 30
MOST_DAYS = 365
DEMANDED = Field('factor_demand', '要求第二道驗證的身分')


async def fill() -> None:
    """What a new office begins with."""
    today = dates.today()
    for role in DEFAULTS:
        await FactorDemand.get_or_create(role=role, defaults={'since': today, 'grace_days': GRACE_DAYS})


async def due_on(account: Account) -> date | None:
    """From which day on nobody of this role signs in without a second factor; None: it is not demanded."""
    demand = await FactorDemand.get_or_none(role=str(account.role))
    return last_day(demand) + timedelta(days=1) if demand else None


def last_day(demand: FactorDemand) -> date:
    """The last day on which somebody of the role signs in without one."""
    return demand.since + timedelta(days=demand.grace_days - 1)


async def of_each_role(*, by: Account) -> Mapping[Role, FactorDemand | None]:
    """Every role, in order, with what is demanded of it."""
    permissions.require(by, 'accounts.factor_demands.of_each_role')
    demands = {demand.role: demand for demand in await FactorDemand.all()}
    return {role: demands.get(role) for role in Role}


async def save(roles: Collection[Role], grace_days: int, *, by: Account) -> None:
    """Demand it of these `roles`; those it was not demanded of before have `grace_days` from today. Raises Incomplete.

    Of a role that had it before, the days count from its first day.
    """
    permissions.require(by, 'accounts.factor_demands.save')
    if isinstance(grace_days, bool) or not isinstance(grace_days, int) or not 0 <= grace_days <= MOST_DAYS:
        raise Incomplete({'grace_days': f'請填 0 到 {MOST_DAYS} 天。'})
    await step_up.require(by)
    wanted, today = {str(role) for role in roles if role in set(Role)}, dates.today()
    async with transaction():
        before = _named([demand.role for demand in await FactorDemand.all()])
        await FactorDemand.exclude(role__in=[*wanted, '']).delete()
        for role in sorted(wanted):
            demand, _ = await FactorDemand.get_or_create(role=role, defaults={'since': today, 'grace_days': grace_days})
            demand.grace_days = grace_days
            await demand.save(update_fields=['grace_days'])
        change = Change(DEMANDED, before, f'{_named(wanted)}，寬限 {grace_days} 天')
        await office_history.tell('帳號', '登入驗證', '修改', [change], by=by)


def _named(roles: Collection[str]) -> str:
    return '、'.join(role.label for role in Role if role in roles) or '都不要求'
