"""所屬(收編): which team of the unit a volunteer serves in, and the end of serving there."""

from db import transaction
from db.choices import MembershipStatus, Role, Section
from db.models import Account, Application, HostUnit, Membership, Team, Volunteer

from .. import announcements, dates, permissions, validation
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..cases import worklists
from ..errors import DomainError, NotFound
from .basics import MEMBERSHIP, TEAM


class CaseOpen(DomainError):
    """The unit has an application of the volunteer under way."""

    def __init__(self) -> None:
        super().__init__('這位志工還有一件進行中的申請案，所以沒有結束收編。請重新整理後再試一次，並決定案件的去處。')


async def assign_team(volunteer: Volunteer, team_id: int | None, *, by: Account) -> None:
    """Put the volunteer into one of the unit's own teams, or none. Raises NotFound."""
    permissions.require(by, Role.UNIT_STAFF)
    async with transaction():
        ours = Membership.filter(volunteer_id=validation.record_id(volunteer.id), host_unit_id=by.host_unit_id)
        membership = await ours.exclude(status=MembershipStatus.LEFT).select_for_update().first()
        if membership is None:
            raise NotFound
        teams = {team.id: team.name for team in await Team.filter(host_unit_id=by.host_unit_id)}
        if team_id is not None and validation.record_id(team_id) not in teams:
            raise NotFound
        old, new = teams.get(membership.team_id or 0, ''), teams.get(team_id or 0, '')
        if old != new:
            membership.team_id = team_id
            await membership.save(update_fields=['team_id'])
            await history.note(volunteer, Section.BASICS, history.AMENDED, [Change(TEAM, old, new)], by=by)
            await announcements.announce(VolunteerChanged(volunteer.id))


async def end_membership(volunteer: Volunteer, *, by: Account) -> None:
    """已退出: the volunteer leaves the roster; the record stays, 收編 brings the person back.

    Raises NotFound; CaseOpen while the unit has an application under way, which nobody could reach any more:
    `departures.leave` asks what becomes of it.
    """
    permissions.require(by, Role.UNIT_STAFF)
    async with transaction():
        ours = Membership.filter(volunteer_id=validation.record_id(volunteer.id), host_unit_id=by.host_unit_id)
        membership = await ours.exclude(status=MembershipStatus.LEFT).select_for_update().first()
        if membership is None:
            raise NotFound
        unit = await HostUnit.get(id=membership.host_unit_id)
        open_ones = Application.filter(volunteer_id=volunteer.id, host_unit_id=unit.id, status__in=worklists.OPEN)
        if await open_ones.exists():
            raise CaseOpen
        changes = [Change(MEMBERSHIP, membership.status.label, MembershipStatus.LEFT.label)]
        membership.status, membership.left_on = MembershipStatus.LEFT, dates.today()
        await membership.save(update_fields=['status', 'left_on'])
        await history.note(volunteer, Section.BASICS, history.AMENDED, changes, by=by, subject=unit.name)
        await announcements.announce(VolunteerChanged(volunteer.id))
