"""分派: the supervisor of an agency says who is to work on a case; every reviewer of the agency still may."""

from collections.abc import Mapping

from tortoise.queryset import QuerySet

from db import transaction
from db.choices import Role
from db.models import Account, Application

from .. import applications, permissions, validation
from ..audit import office_history
from ..cases import case_numbers, transitions
from ..cases.deputies import Standing
from ..errors import Incomplete, NotPermitted
from . import deadlines

SECTION = '案件分派'


async def may_assign(*, by: Account, away: Mapping[int, Standing] | None = None) -> bool:
    """Whether the account is the supervisor's of its agency, or of the deputy today; its agency is fetched.

    `away`: who stands in for whom there, where the caller has read it already.
    """
    return await deadlines.leads(by, away)


async def assign(application_id: int, assignee_id: int | None, *, by: Account) -> Application:
    """Give the case to a reviewer of the agency, or to nobody. Raises NotFound, NotPermitted, Incomplete."""
    permissions.require(by, 'reviews.assignments.assign')
    await by.fetch_related('agency')
    if not await may_assign(by=by):
        raise NotPermitted('只有機關主管可以分派案件。需要時，請洽貴機關的主管。')
    case = await applications.get(application_id, by=by)
    chosen = None
    if assignee_id is not None:
        chosen = await _of_agency(by).get_or_none(id=validation.record_id(assignee_id))
        if chosen is None:
            raise Incomplete({'assignee_id': '承辦人須是同一個發冊機關、帳號使用中的志工業務窗口，請重新選擇。'})
    async with transaction():
        await Application.filter(id=case.id).update(assignee_id=chosen.id if chosen else None)
        whom = chosen.name if chosen else '不指定'
        await office_history.tell(SECTION, case_numbers.written(case.id), f'分派給{whom}', by=by)
        await transitions.announce(case)
    return await applications.get(case.id, by=by)


async def colleagues(*, by: Account) -> list[Account]:
    """Who of the agency may get a case, by name."""
    permissions.require(by, 'reviews.assignments.colleagues')
    return await _of_agency(by).order_by('name', 'id')


async def assignee_of(application: Application, *, by: Account) -> Account | None:
    """Whom the case was given to. Raises NotFound."""
    permissions.require(by, 'reviews.assignments.assignee_of')
    case = await applications.get(application.id, by=by)
    return await Account.get_or_none(id=case.assignee_id) if case.assignee_id else None


def _of_agency(by: Account) -> QuerySet[Account]:
    return Account.filter(agency_id=by.agency_id or 0, role=Role.REVIEWER, is_active=True)
