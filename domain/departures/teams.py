"""停用志工隊: its people go to another team or to the whole unit, its accounts are closed."""

from dataclasses import dataclass, replace

from tortoise.queryset import QuerySet

from db import transaction
from db.choices import MembershipStatus, Role
from db.models import Account, Draft, Membership, Team

from .. import accounts, dates, validation, volunteers
from ..accounts import AccountDetails, unit_accounts
from ..audit import office_history
from ..errors import DomainError, NotFound
from ..volunteers import memberships

SECTION = '志工隊'
WHOLE = 0
"""Instead of a team: no team, the whole unit."""


class TeamFilled(DomainError):
    """Somebody is there, and nobody said where they go."""

    def __init__(self, team: 'TeamState') -> None:
        super().__init__(
            f'「{team.name}」還有 {team.people} 位志工，所以沒有停用。請選擇他們的志工隊要變更為哪一隊，再按一次。'
        )


class ChangedMeanwhile(DomainError):
    """Who is there is no longer what was seen."""

    def __init__(self) -> None:
        super().__init__('這個志工隊剛剛有變動，所以還沒有停用。請看過目前的人數與帳號，再按一次。')


@dataclass(frozen=True)
class TeamState:
    """A team of the unit: who serves there, which accounts are its own, whether it is closed."""

    id: int
    name: str
    people: int
    accounts: int
    is_closed: bool

    @property
    def seen(self) -> tuple[int, int]:
        """What is closed by whoever has seen it."""
        return self.people, self.accounts


async def of_unit(*, by: Account) -> list[TeamState]:
    """The teams of the 單位管理者's unit, those in use first, then by name."""
    unit_accounts.require_administrator(by)
    found = [await _state(team) for team in await Team.filter(host_unit_id=by.host_unit_id).order_by('name')]
    return sorted(found, key=lambda team: team.is_closed)


async def get(team_id: int, *, by: Account) -> tuple[Team, TeamState]:
    """One team of the own unit. Raises NotFound."""
    unit_accounts.require_administrator(by)
    team = await Team.get_or_none(id=validation.record_id(team_id), host_unit_id=by.host_unit_id)
    if team is None:
        raise NotFound
    return team, await _state(team)


async def close(team_id: int, seen: tuple[int, int], *, to: int | None, by: Account) -> int:
    """Close the team; returns how many accounts were closed with it.

    Its people go to the team `to`, with `WHOLE` to none: all of them or nobody, their cases and forms with them. None:
    there is nobody. Its rosters stay, for whoever sees the whole unit. The accounts are closed and signed out; they may
    be opened again for another team. Raises NotFound, TeamFilled, ChangedMeanwhile.
    """
    unit_accounts.require_administrator(by)
    async with transaction():
        ours = Team.filter(id=validation.record_id(team_id), host_unit_id=by.host_unit_id, closed_at__isnull=True)
        team = await ours.select_for_update().first()
        if team is None or to == team.id:
            raise NotFound
        state = await _state(team)
        if state.people and to is None:
            raise TeamFilled(state)
        if state.seen != tuple(seen):
            raise ChangedMeanwhile
        target = None if to in (None, WHOLE) else to
        serving = await _serving(team).order_by('volunteer_id').values_list('volunteer_id', flat=True)
        ids = [int(str(one)) for one in serving]
        for start in range(0, len(ids), memberships.MOST_AT_ONCE):
            await volunteers.put_into_team(ids[start : start + memberships.MOST_AT_ONCE], target, by=by)
        await Draft.filter(team_id=team.id, host_unit_id=by.host_unit_id).update(team_id=target)
        for one in await _clerks(team).order_by('id').select_for_update():
            details = replace(AccountDetails.from_record(one), is_active=False)
            await accounts.rewrite(one, details, f'單位管理者{by.name}更改', by=by)
        await Team.filter(id=team.id).update(closed_at=dates.now())
        await office_history.tell(SECTION, team.name, '停用', by=by)
    return state.accounts


async def reopen(team_id: int, *, by: Account) -> None:
    """Open a closed team again, empty; its accounts stay closed. Raises NotFound."""
    unit_accounts.require_administrator(by)
    async with transaction():
        ours = Team.filter(id=validation.record_id(team_id), host_unit_id=by.host_unit_id, closed_at__isnull=False)
        team = await ours.select_for_update().first()
        if team is None:
            raise NotFound
        await Team.filter(id=team.id).update(closed_at=None)
        await office_history.tell(SECTION, team.name, '重新開啟', by=by)


async def _state(team: Team) -> TeamState:
    people, clerks = await _serving(team).count(), await _clerks(team).count()
    return TeamState(team.id, team.name, people, clerks, team.closed_at is not None)


def _serving(team: Team) -> QuerySet[Membership]:
    return Membership.filter(team_id=team.id).exclude(status=MembershipStatus.LEFT)


def _clerks(team: Team) -> QuerySet[Account]:
    return Account.filter(team_id=team.id, role=Role.UNIT_STAFF, is_active=True)
