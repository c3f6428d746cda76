"""志工隊: the teams of a unit and, where a row names somebody, who serves in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from tortoise.exceptions import IntegrityError

from db import transaction
from db.choices import Doubt, ImportKind
from db.models import Account, Membership, Team, Volunteer

from ... import directory, names, permissions, volunteers
from ...directory import TeamDetails
from ...errors import DomainError, Incomplete
from ...volunteers import memberships
from ..judging import doubtful, good, last_of_each, marks_of, text, wrong
from ..kind import Column, Graded, Kind, Mark, Row, Value, Written
from ..people import NAME, NUMBER, clean_number, match, on_roster

_TEAM = Column(
    'team', '志工隊', synonyms=('隊名', '隊別', '志工隊名稱', '組別', '小隊'), needed=True, sample='藝文導覽志工隊'
)


class Teams(Kind):
    """A row is a team, or somebody in a team; a team that is not there is made."""

    key = ImportKind.TEAMS
    sheet = '志工隊'
    blocks_each = 2
    columns: ClassVar[Sequence[Column]] = (
        _TEAM,
        replace(NAME, needed=False, note='空白：只建立志工隊。'),
        replace(NUMBER, needed=False),
    )

    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        """The unit's teams, and in which of them the people serve."""
        people = await on_roster(identity_numbers, by=by)
        numbers = {person['id']: number for number, person in people.items()}
        of_them = Membership.filter(volunteer_id__in=[*numbers], host_unit_id=by.host_unit_id)
        teams = await directory.teams(by.host_unit_id or 0)
        return {
            'people': people,
            'teams': {names.key(team.name): team.name for team in teams},
            'in_team': {
                numbers[person]: team or '' for person, team in await of_them.values_list('volunteer_id', 'team__name')
            },
            'sentence': '' if by.team_id is None else str(permissions.OfWholeUnit()),
        }

    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        """By the checks of the form of a team; then where the person serves now."""
        if known['sentence']:
            return wrong({}, [Mark('team', known['sentence'])])
        number, named = clean_number(values.get('identity_number')), text(values, 'team').strip()
        marks = marks_of(TeamDetails(0, named).problems(), self.columns, {'name': 'team'})
        has_person = bool(number or text(values, 'name').strip())
        person, wrongs = match(values, known['people']) if has_person else (None, [])
        team = known['teams'].get(names.key(named), named)
        of_row: dict[str, Any] = {
            'about': person['id'] if person else 0,
            'same_as': number if has_person else f'team {names.key(named)}',
        }
        if marks or wrongs:
            return wrong({}, [*marks, *wrongs], **of_row)
        is_there = names.key(named) in known['teams']
        note = [] if is_there else [Mark('team', f'會新增志工隊「{team}」。')]
        if person is None:
            return (
                good({}, [Mark('team', '已有這個志工隊。')], **of_row)
                if is_there
                else good({'team': team}, note, **of_row)
            )
        serves_in = known['in_team'].get(number, '')
        if serves_in == team:
            return good({}, [Mark('team', '已在這個志工隊。')], **of_row)
        if serves_in:
            return doubtful(Doubt.DIFFERS, {'team': team}, note, beside={'team': serves_in}, **of_row)
        return good({'team': team}, note, **of_row)

    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        """Teams first, then who serves in them, many at once."""
        going = last_of_each([row for row in rows if row.values], lambda row: row.about or f'team {row.values["team"]}')
        there: set[Any] = {*await Team.filter(host_unit_id=by.host_unit_id).values_list('id', flat=True)}
        teams = await _named([row.values['team'] for row in going], by)
        before = {
            one.volunteer_id: one
            for one in await Membership.filter(
                volunteer_id__in=[row.about for row in going if row.about], host_unit_id=by.host_unit_id
            )
        }
        await _put(going, teams, by)
        written = []
        for row in going:
            team = teams[row.values['team']]
            made = team.id if team.id not in there else None
            there.add(team.id)
            if row.about:
                was = before[row.about]
                kept = {'of': row.about, 'team_id': was.team_id, 'made': made}
                written.append(Written(row.number, 'Membership', str(was.id), str(team.id), kept))
            else:
                written.append(Written(row.number, 'Team', str(team.id), team.name, None))
        return written

    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        """People go back to where they served; a team that was made goes when nobody is left in it."""
        stays: dict[int, str] = {}
        for one in written:
            if one.model == 'Membership' and one.before and (why := await _back(one, one.before, by)):
                stays[one.number] = why
        for one in written:
            made = int(one.record_id) if one.model == 'Team' else (one.before or {}).get('made')
            if made and one.number not in stays and (why := await _gone(made, by)):
                stays[one.number] = why
        return stays


async def _named(wanted: Iterable[str], by: Account) -> dict[str, Team]:
    teams = {}
    for name in dict.fromkeys(wanted):
        teams[name] = await directory.team_named(name, by=by)
    return teams


async def _put(rows: Sequence[Row], teams: Mapping[str, Team], by: Account) -> None:
    for name, team in teams.items():
        ids = [row.about for row in rows if row.about and row.values['team'] == name]
        most = memberships.MOST_AT_ONCE
        for at in range(0, len(ids), most):
            try:
                await volunteers.put_into_team(ids[at : at + most], team.id, by=by)
            except DomainError:
                await _refuse_gone(rows, by)
                raise


async def _refuse_gone(rows: Sequence[Row], by: Account) -> None:
    """Raises Incomplete for those who are on the roster no more."""
    of_rows = Volunteer.filter(permissions.visible_to(by), id__in=[row.about for row in rows if row.about])
    people: set[Any] = {*await of_rows.values_list('id', flat=True)}
    gone = {
        str(row.number): '這位志工已不在您的單位，所以沒有匯入。'
        for row in rows
        if row.about and row.about not in people
    }
    if gone:
        raise Incomplete(gone)


async def _back(one: Written, before: Mapping[str, Any], by: Account) -> str:
    membership = await Membership.get_or_none(id=int(one.record_id), host_unit_id=by.host_unit_id)
    if membership is None or str(membership.team_id) != one.stamp:
        return '之後又換了志工隊，所以保留。'
    try:
        await volunteers.put_into_team([before['of']], before['team_id'], by=by)
    except DomainError as refusal:
        return str(refusal)
    return ''


async def _gone(team_id: int, by: Account) -> str:
    team = await Team.get_or_none(id=team_id, host_unit_id=by.host_unit_id)
    if team is None:
        return ''
    try:
        async with transaction():
            await team.delete()
    except IntegrityError:
        return f'志工隊「{team.name}」還有志工、帳號或申請案，所以保留。'
    return ''
