"""Who may see whom, and who may do what: pure rules; the services ask them before they read or write.

A host unit sees the volunteers who stand on its roster, a clerk of one 志工隊 those of that team, an agency those who
applied to it, volunteers see themselves.
The system administrator looks after accounts and offices and sees no personal data.
"""

from typing import Any

from tortoise.expressions import Q, Subquery

from db.choices import ApplicationStatus, MembershipStatus, Role
from db.models import Account, Application, Membership

from . import roles
from .errors import NotPermitted
from .roles import Scope


class OfWholeUnit(NotPermitted):
    """The account is of one 志工隊, and what it asked for concerns the whole unit."""

    def __init__(self) -> None:
        super().__init__('這項作業屬於整個運用單位，志工隊的帳號不能辦理。請洽貴單位的承辦人；已填的資料都還在。')


def require(account: Account, service: str) -> None:
    """Raises NotPermitted unless the table of roles gives the account the service, as 'applications.submit'.

    OfWholeUnit for a clerk of one team, where the service concerns the whole unit.
    """
    scope = roles.of_service(service).get(account.role)
    if scope is None or not _has_its_place(account):
        raise NotPermitted
    if scope == Scope.UNIT and account.team_id is not None:
        raise OfWholeUnit


def may(account: Account, service: str) -> bool:
    """Whether `require` lets the account through."""
    try:
        require(account, service)
    except NotPermitted:
        return False
    return True


def place_of(account: Account) -> dict[str, Any]:
    """What a case or a roster of the account's unit has in its columns, of a clerk's own team where there is one."""
    place: dict[str, Any] = {'host_unit_id': account.host_unit_id}
    return place if account.team_id is None else place | {'team_id': account.team_id}


def place_word(account: Account) -> str:
    """How a clerk's pages name what they show: 本隊 of a team's clerk, else 本單位."""
    return '本單位' if account.team_id is None else '本隊'


def is_of_place(account: Account, host_unit_id: int | None, team_id: int | None) -> bool:
    """Whether what stands in this unit and team is the business of the clerk."""
    return account.host_unit_id == host_unit_id and account.team_id in (None, team_id)


def may_see_case(account: Account, application: Application) -> bool:
    """Whether the application is the account's business: the unit's own, the agency's once it was sent, the own."""
    if account.role == Role.UNIT_STAFF:
        return is_of_place(account, application.host_unit_id, application.team_id)
    if account.role == Role.REVIEWER:
        return account.agency_id == application.agency_id and application.round > 0
    return account.role == Role.VOLUNTEER and account.volunteer_id == application.volunteer_id


def visible_to(account: Account) -> Q:
    """The volunteers whom the account may see, as a condition: `Volunteer.filter(visible_to(account), …)`."""
    if account.role == Role.VOLUNTEER and _has_its_place(account):
        return Q(id=account.volunteer_id)
    if account.role == Role.UNIT_STAFF and _has_its_place(account):
        return Q(id__in=people_of(account))
    if account.role != Role.REVIEWER or not _has_its_place(account):
        return Q(id__in=[])
    applications = Application.filter(agency_id=account.agency_id).exclude(status=ApplicationStatus.DRAFT)
    return Q(id__in=Subquery(applications.values('volunteer_id')))


def people_of(account: Account) -> Subquery:
    """The ids of the people on the roster of the account's unit, of a clerk's own team where there is one.

    What is looked up about them, as books in use, is narrowed by it: the same of a whole nation takes seconds.
    """
    memberships = Membership.filter(**place_of(account)).exclude(status=MembershipStatus.LEFT)
    return Subquery(memberships.values('volunteer_id'))


def serving_in_sql(unit: str, team: str, left: str) -> str:
    """What `people_of` asks of a row of `membership`, by the names of a statement's parameters.

    `team` may be NULL; `left` is MembershipStatus.LEFT.
    """
    return f'host_unit_id = {unit} AND ({team}::int IS NULL OR team_id = {team}) AND status <> {left}'


def _has_its_place(account: Account) -> bool:
    return {
        Role.UNIT_STAFF: account.host_unit_id,
        Role.REVIEWER: account.agency_id,
        Role.VOLUNTEER: account.volunteer_id,
        Role.SUPERVISOR: account.host_unit_id,
        Role.COUNTY: account.county_id,
        Role.ADMINISTRATOR: True,
        Role.MINISTRY: True,
        Role.INSPECTOR: True,
    }[account.role] is not None
