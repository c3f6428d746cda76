"""所屬(收編): which team of the unit a volunteer serves in, and the end of serving there."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from db import transaction
from db.choices import MembershipStatus, Section, TransferStatus
from db.models import (
    Account,
    Application,
    HostUnit,
    InsuranceCover,
    Membership,
    ServiceHours,
    Team,
    Training,
    Transfer,
    Volunteer,
)

from .. import announcements, dates, permissions, validation
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..cases import transitions, worklists
from ..errors import DomainError, Incomplete, NotFound
from .basics import HOST_UNIT, MEMBERSHIP, TEAM

MOST_AT_ONCE = 500


class CaseOpen(DomainError):
    """The unit has an application of the volunteer under way."""

    def __init__(self) -> None:
        super().__init__('這位志工還有一件進行中的申請案，所以沒有結束收編。請重新整理後再試一次，並決定案件的去處。')


async def assign_team(volunteer: Volunteer, team_id: int | None, *, by: Account) -> bool:
    """Put the volunteer into one of the unit's own teams, or none; False where that is so already.

    Raises NotFound, OfWholeUnit.
    """
    return bool(await put_into_team([volunteer.id], team_id, by=by))


async def put_into_team(volunteer_ids: Collection[int], team_id: int | None, *, by: Account) -> list[int]:
    """Put people of the unit into one of its own teams, or none: all of them or nobody.

    Their cases, forms and papers go with them; a roster of the team that they leave keeps its title. Returns the ids of
    those who were elsewhere before. Raises NotFound, Incomplete for nobody and for too many, OfWholeUnit for a clerk of
    one team, who would take them from another or lose sight of them.
    """
    permissions.require(by, 'volunteers.memberships.put_into_team')
    ids = {validation.record_id(one) for one in volunteer_ids}
    if not ids:
        raise Incomplete({'chosen': '請勾選要變更志工隊的志工，至少一位。'})
    if len(ids) > MOST_AT_ONCE:
        raise Incomplete({'chosen': f'一次最多變更 {MOST_AT_ONCE} 位；這次選了 {len(ids)} 位，請分次辦理。'})
    async with transaction():
        teams = {team.id: team.name for team in await Team.filter(host_unit_id=by.host_unit_id)}
        wanted = None if team_id is None else validation.record_id(team_id)
        open_one = Team.filter(id=wanted, host_unit_id=by.host_unit_id, closed_at__isnull=True)
        # Whoever closes it waits, or was first.
        if wanted is not None and not await open_one.select_for_update(no_key=True).exists():
            raise NotFound
        ours = Membership.filter(volunteer_id__in=ids, host_unit_id=by.host_unit_id)
        # In one order, so that two who move the same people wait for each other.
        listed = ours.exclude(status=MembershipStatus.LEFT).order_by('volunteer_id').select_for_update(no_key=True)
        serving = await listed
        if len(serving) != len(ids):
            raise NotFound
        moved = [one for one in serving if one.team_id != team_id]
        people = await Volunteer.in_bulk([one.volunteer_id for one in moved], 'id')
        theirs = Application.filter(volunteer_id__in=list(people), host_unit_id=by.host_unit_id)
        before = await theirs
        await Membership.filter(id__in=[one.id for one in moved]).update(team_id=team_id)
        for one in moved:
            changes = [Change(TEAM, teams.get(one.team_id or 0, ''), teams.get(team_id or 0, ''))]
            await history.note(people[one.volunteer_id], Section.BASICS, history.AMENDED, changes, by=by)
            await announcements.announce(VolunteerChanged(one.volunteer_id))
        for case in [*before, *await theirs]:  # to the team that they leave, and to the one that they come to
            await transitions.announce(case)
    return [one.volunteer_id for one in moved]


async def end_membership(volunteer: Volunteer, *, by: Account) -> None:
    """已退出: the volunteer leaves the roster; the record stays, 收編 brings the person back.

    Raises NotFound; CaseOpen while the unit has an application under way, which nobody could reach any more:
    `departures.leave` asks what becomes of it.
    """
    permissions.require(by, 'volunteers.memberships.end_membership')
    async with transaction():
        ours = Membership.filter(volunteer_id=validation.record_id(volunteer.id), **permissions.place_of(by))
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
        # Who has left is transferred by nobody.
        offered = Transfer.filter(volunteer_id=volunteer.id, giver_id=unit.id, status=TransferStatus.OPEN)
        await offered.update(status=TransferStatus.WITHDRAWN, decided_by_id=by.id, decided_at=dates.now())
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
    permissions.require(by, 'volunteers.memberships.take_back')
    ours = Membership.filter(id=membership_id, host_unit_id=by.host_unit_id).select_related('volunteer', 'host_unit')
    membership = await ours.first()
    if membership is None:
        return ''
    person = membership.volunteer
    if stamp(membership) != as_written:
        return '收編之後又有異動（志工隊或收編狀態），所以保留。'
    if await _has_worked_on(person, membership.enrolled_at, by):
        return '收編之後貴單位已為這位志工登錄資料或申請，所以保留。要結束時，請在個人頁面按「結束收編」。'
    status = validation.member(MembershipStatus, (before or {}).get('status'))
    if before is None:
        await membership.delete()
    else:
        was = {key: date.fromisoformat(before[key]) if before[key] else None for key in ('joined_on', 'left_on')}
        at = datetime.fromisoformat(before['enrolled_at']) if before['enrolled_at'] else None
        rest: dict[str, Any] = {'status': status, 'team_id': before['team_id'], 'enrolled_at': at}
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
