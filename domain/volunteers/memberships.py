"""所屬(收編): which team of the unit a volunteer serves in, and the end of serving there."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from db import transaction
from db.choices import MembershipStatus, Role, Section
from db.models import (
    Account,
    Application,
    HostUnit,
    InsuranceCover,
    Membership,
    ServiceHours,
    Team,
    Training,
    Volunteer,
)

from .. import announcements, dates, permissions, validation
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..cases import worklists
from ..errors import DomainError, NotFound
from .basics import HOST_UNIT, MEMBERSHIP, TEAM


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


def facts(membership: Membership) -> dict[str, Any]:
    """What is needed to have the membership as it was, as JSON."""
    return {
        'status': membership.status.value,
        'team_id': membership.team_id,
        'joined_on': membership.joined_on.isoformat(),
        'left_on': membership.left_on and membership.left_on.isoformat(),
        'enrolled_at': membership.enrolled_at and membership.enrolled_at.isoformat(),
    }


def stamp(membership: Membership) -> str:
    """Another text as soon as something of the membership has changed."""
    return ' '.join(str(value) for value in facts(membership).values())


async def take_back(membership_id: int, as_written: str, before: Mapping[str, Any] | None, *, by: Account) -> str:
    """Take a 收編 back, in the caller's transaction, as if it had not been; why it stays, or ''.

    `as_written`: its stamp then; `before`: the facts of the membership that was there, None where there was none.
    """
    permissions.require(by, Role.UNIT_STAFF)
    ours = Membership.filter(id=membership_id, host_unit_id=by.host_unit_id).select_related('volunteer', 'host_unit')
    membership = await ours.first()
    if membership is None:
        return ''
    person = membership.volunteer
    if stamp(membership) != as_written:
        return '收編之後又有異動（志工隊或收編狀態），所以保留。'
    if await _has_worked_on(person, membership.enrolled_at, by):
        return '收編之後貴單位已為這位志工登錄資料或申請，所以保留。要結束時，請在個人頁面按「結束收編」。'
    if before is None:
        await membership.delete()
    else:
        was = {key: date.fromisoformat(before[key]) if before[key] else None for key in ('joined_on', 'left_on')}
        at = datetime.fromisoformat(before['enrolled_at']) if before['enrolled_at'] else None
        rest = {'status': MembershipStatus(before['status']), 'team_id': before['team_id'], 'enrolled_at': at}
        await Membership.filter(id=membership.id).update(**rest, **was)
    changes = [Change(HOST_UNIT, membership.host_unit.name, '')]
    await history.note(person, Section.BASICS, history.REMOVED, changes, by=by)
    await announcements.announce(VolunteerChanged(person.id))
    return ''


async def _has_worked_on(person: Volunteer, since: datetime | None, by: Account) -> bool:
    """Whether the unit has recorded something of the person since; None: ever."""
    later: dict[str, Any] = {'created_at__gte': since} if since else {}
    ours = {'volunteer_id': person.id, 'host_unit_id': by.host_unit_id}
    entered = {'volunteer_id': person.id, 'entered_by_unit_id': by.host_unit_id} | later
    return (
        await Application.filter(**ours, status__in=worklists.OPEN).exists()
        or await Training.filter(volunteer_id=person.id, trained_for_id=by.host_unit_id, **later).exists()
        or await ServiceHours.filter(**entered).exists()
        or await InsuranceCover.filter(**entered).exists()
    )
