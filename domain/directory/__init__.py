"""The directory: counties, agencies, host units, teams, fields, code lists; and the administrator's hand in it.

Everybody may read it; nothing in it is personal.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from db import transaction, unchanged
from db.choices import Role
from db.models import Account, Agency, Application, County, Field, HostUnit, RequiredHours, ServiceCode, Team
from db.unchanged import Unchanged

from .. import announcements, dates, permissions, unified_numbers, validation
from ..accounts import sessions
from ..announcements import RulesChanged
from ..audit import office_history
from ..audit.office_history import Kept
from ..calendar import office_calendar
from ..cases import worklists
from ..errors import DomainError, Incomplete, NotFound, NotPermitted
from ..names import strokes
from ..paging import Page, bounds, counted, page_of
from .forms import (
    AGENCY_FIELDS,
    HOURS_FIELDS,
    TEAM_FIELDS,
    UNIT_FIELDS,
    AgencyDetails,
    Details,
    HostUnitDetails,
    RequiredHoursDetails,
    TeamDetails,
)

__all__ = [
    'AGENCY_FIELDS',
    'HOURS_FIELDS',
    'TEAM_FIELDS',
    'UNIT_FIELDS',
    'AgencyDetails',
    'HostUnitDetails',
    'RequiredHoursDetails',
    'TeamDetails',
]


class CasesOpen(DomainError):
    """The unit has `count` applications under way."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f'這個單位還有 {count} 件進行中的申請案，所以沒有停用。請重新整理，確認案件的去處後再試一次。')


Record = TypeVar('Record', bound=Model)

CENTRAL_CODE = '00000'
DEFAULT_COUNTY = '臺中市'
DEFAULT_AGENCY = '臺中市政府文化局'

# Every list of what lacks begins with it.
default_agency = Unchanged(
    lambda: Agency.filter(name=DEFAULT_AGENCY, county__name=DEFAULT_COUNTY).select_related('county', 'field'),
    unchanged.digested(
        'concat_ws(chr(10), a, c, f)',
        'agency a JOIN county c ON c.code = a.county_id LEFT JOIN field f ON f.id = a.field_id'
        f" WHERE a.name = '{DEFAULT_AGENCY}' AND c.name = '{DEFAULT_COUNTY}' ORDER BY a.id",
    ),
)

_NAMES = {
    'counties': """(SELECT json_agg(json_build_array(code, name) ORDER BY position) FROM county
        WHERE code <> '00000')""",
    'units': '(SELECT json_agg(json_build_array(id, name) ORDER BY name) FROM host_unit)',
    'agencies': """(SELECT json_agg(json_build_array(agency.id, county.name || '　' || agency.name)
        ORDER BY county.position, agency.position, agency.id)
        FROM agency JOIN county ON county.code = agency.county_id)""",
    'fields': '(SELECT json_agg(json_build_array(id, name) ORDER BY position) FROM field WHERE is_active)',
}
_ISSUING = """
SELECT ARRAY(SELECT ROW(code, name) FROM county ORDER BY position) AS counties,
  ARRAY(SELECT ROW(id, name) FROM agency
    WHERE county_id = $1 AND (valid_from IS NULL OR valid_from <= $2) AND (valid_to IS NULL OR valid_to >= $2)
    ORDER BY position, id) AS agencies"""

_KEPT: dict[type[Model], Kept] = {
    HostUnit: Kept('運用單位', UNIT_FIELDS),
    Team: Kept('志工隊', TEAM_FIELDS, ('host_unit_id', 'name')),
    Agency: Kept('發冊機關', AGENCY_FIELDS),
    RequiredHours: Kept('規定時數', HOURS_FIELDS, ('kind', 'agency_id', 'field_id')),
}


async def counties() -> list[County]:
    """The 22 counties and cities, in the order of the official statistics."""
    return await County.exclude(code=CENTRAL_CODE)


async def county_names() -> dict[str, str]:
    """發冊縣市 by code: 中央, of the agencies of the nation, then the counties in order (law.md#central-agencies)."""
    return dict(await County.all().values_list('code', 'name'))


async def agencies(county_code: str, on: date | None = None) -> list[Agency]:
    """發冊機關 of a county that issue books on this day (today)."""
    issuing = _open_on(on or dates.today())
    return await Agency.filter(*issuing, county_id=county_code).select_related('county', 'field')


def _open_on(day: date) -> tuple[Q, Q]:
    return Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)


async def issuing(county_code: str | None) -> tuple[dict[str, str], dict[int, str]]:
    """For two selects, asked at once: `county_names`, and by id the names of those `agencies` of one county."""
    [row] = await get_connection('default').execute_query_dict(_ISSUING, [county_code, dates.today()])
    return dict(row['counties']), dict(row['agencies'])


async def open_agencies() -> list[Agency]:
    """Every 發冊機關 that issues books today, by county in their order; for whoever asks for an account."""
    issuing = Agency.filter(*_open_on(dates.today())).select_related('county')
    return await issuing.order_by('county__position', 'position', 'id')


async def agency(agency_id: int) -> Agency:
    """An agency, past ones too; county and field fetched. Raises NotFound."""
    found = await Agency.get_or_none(id=agency_id).select_related('county', 'field')
    if found is None:
        raise NotFound
    return found


async def defaults() -> tuple[County, Agency]:
    """What STEP 8 starts from: 臺中市 and 臺中市政府文化局. Raises NotFound when the administrator renamed them.

    Both are shared (db/unchanged.py): nobody changes them.
    """
    [row] = await get_connection('default').execute_query_dict(f'SELECT {default_agency.digest} AS digest')
    found = await default_agency.rows(row['digest'])
    if not found:
        raise NotFound(f'名錄裡找不到{DEFAULT_COUNTY}的{DEFAULT_AGENCY}，請自行選擇發冊縣市與發冊機關。')
    return found[0].county, found[0]


async def all_agencies(*, by: Account) -> list[Agency]:
    """Every agency there is or was, by county; for the administrator."""
    permissions.require(by, 'directory.all_agencies')
    return await _by_county()


async def list_agencies(*, by: Account, page: int = 1, per_page: int = 10) -> Page[Agency]:
    """A page of them."""
    permissions.require(by, 'directory.list_agencies')
    number, per_page = bounds(page, per_page)
    rows = _by_county().offset((number - 1) * per_page).limit(per_page)
    return await counted(await rows, Agency.all(), number, per_page)


def _by_county() -> QuerySet[Agency]:
    return Agency.all().select_related('county').order_by('county__position', 'position', 'id')


async def names(lists: Sequence[str], *, by: Account) -> list[dict[Any, str]]:
    """What the administrator's forms offer of each of these `lists` in its order, id → name.

    'counties' are the 22; 'units' has closed ones, too; 'agencies' are all there are or were, as 「縣市　機關」;
    'fields' are those in use.
    """
    permissions.require(by, 'directory.names')
    sql = 'SELECT ' + ', '.join(f'{_NAMES[name]} AS {name}' for name in lists)
    [row] = await get_connection('default').execute_query_dict(sql)
    return [dict(json.loads(row[name] or '[]')) for name in lists]


async def open_agency_names() -> dict[int, str]:
    """Of those that issue books today as 「縣市　機關」, by id, as `open_agencies` lists them."""
    issuing = Agency.filter(*_open_on(dates.today())).order_by('county__position', 'position', 'id')
    listed = await issuing.values_list('id', 'county__name', 'name')
    return {int(str(number)): f'{county}　{name}' for number, county, name in listed}


async def find_units(*, by: Account, words: str = '', page: int = 1, per_page: int = 10) -> Page[HostUnit]:
    """運用單位 by name, with their counties; `words` are part of a name, a county, a telephone number or an address."""
    permissions.require(by, 'directory.find_units')
    number, per_page = bounds(page, per_page)
    units = HostUnit.all()
    if wanted := validation.searched(words):
        columns = ('name', 'county__name', 'phone', 'email')
        said: list[Any] = [
            Q(**{f'{column}__icontains': one}) for column in columns for one in {wanted, wanted.replace('台', '臺')}
        ]
        units = units.filter(Q(*said, join_type=Q.OR))
    return await page_of(units.select_related('county'), ('name', 'id'), number, per_page)


async def host_unit(host_unit_id: int) -> HostUnit:
    """A host unit, county fetched. Raises NotFound."""
    found = await HostUnit.get_or_none(id=host_unit_id).select_related('county')
    if found is None:
        raise NotFound
    return found


async def teams(host_unit_id: int) -> list[Team]:
    """志工隊 of a unit that are not closed, by the strokes of their names."""
    open_ones = await Team.filter(host_unit_id=host_unit_id, closed_at__isnull=True)
    return sorted(open_ones, key=lambda team: strokes.order(team.name))


async def all_teams(*, by: Account) -> list[Team]:
    """志工隊 of every unit, by the strokes of unit and name; unit fetched. For the administrator."""
    permissions.require(by, 'directory.all_teams')
    found = await Team.all().select_related('host_unit')
    return sorted(found, key=lambda team: (strokes.order(team.host_unit.name), strokes.order(team.name)))


async def fields() -> list[Field]:
    """課程領域 in use."""
    return await Field.filter(is_active=True)


async def service_codes(code_lists: Iterable[str]) -> dict[str, list[ServiceCode]]:
    """Codes by list: 服務項目 is 'item', 服務內容 'content', others as `db/service_codes.csv` names them."""
    found: dict[str, list[ServiceCode]] = {name: [] for name in code_lists}
    for code in await ServiceCode.filter(list__in=list(found)) if found else ():
        found[code.list].append(code)
    return found


async def required_hours(*, by: Account) -> list[RequiredHours]:
    """Every rule on hours; agency and field fetched."""
    permissions.require(by, 'directory.required_hours')
    return await RequiredHours.all().select_related('agency', 'field').order_by('kind', 'agency_id', 'field_id', 'id')


async def save_host_unit(details: HostUnitDetails, *, by: Account, of: HostUnit | None = None) -> HostUnit:
    """A new unit, or `of` amended; one that is closed is signed out everywhere.

    Raises Incomplete; CasesOpen when a unit with applications under way is to be closed: nobody could reach them any
    more, `departures.close_unit` ends them first.
    """
    permissions.require(by, 'directory.save_host_unit')
    return await kept_host_unit(details, by=by, of=of)


async def kept_host_unit(details: HostUnitDetails, *, by: Account, of: HostUnit | None = None) -> HostUnit:
    """The same, for whoever has looked whether `by` may."""
    number = unified_numbers.compact(details.unified_number)
    async with transaction():
        twin = HostUnit.filter(unified_number=number).exclude(id=of.id if of else 0)
        if number and (there := await twin.first()):
            raise Incomplete({'unified_number': f'「{there.name}」已經是這個統一編號，請確認後改用原有的單位。'})
        if of is not None and not details.is_active:
            await _require_no_cases(of)
        saved = await _saved(of or HostUnit(), details, 'name', '已經有同名的運用單位，請確認後改用原有的單位。', by)
        if not saved.is_active:
            await sessions.close_of_unit(saved.id)
    return saved


async def save_team(details: TeamDetails, *, by: Account, of: Team | None = None) -> Team:
    """A new team, or `of` amended; by the administrator, or by a clerk for the own unit. Raises Incomplete.

    A clerk of one team makes none: OfWholeUnit.
    """
    permissions.require(by, 'directory.save_team')
    unit_id = of.host_unit_id if of else details.host_unit_id
    if by.role == Role.UNIT_STAFF and unit_id != by.host_unit_id:
        raise NotFound
    if of and details.host_unit_id != unit_id:
        raise NotPermitted('志工隊不能改屬另一個運用單位，請在該單位另外新增。')
    return await _saved(of or Team(), details, 'name', '這個運用單位已經有同名的志工隊。', by)


async def team_named(name: str, *, by: Account) -> Team:
    """The team of the clerk's unit that has this name, made where there is none; many may ask at once.

    Blanks and the width of letters make no other name, and one that was closed is opened again. Raises Incomplete,
    OfWholeUnit.
    """
    permissions.require(by, 'directory.team_named')
    details = TeamDetails(by.host_unit_id or 0, name if isinstance(name, str) else '')
    if problems := details.problems():
        raise Incomplete(problems)
    ours = Team.filter(host_unit_id=by.host_unit_id, name=validation.tidy(details.name))
    if found := await ours.first():
        return await _reopened(found, by=by) if found.closed_at else found
    try:
        return await save_team(details, by=by)
    except Incomplete:  # somebody was faster
        return await ours.get()


async def _reopened(team: Team, *, by: Account) -> Team:
    async with transaction():
        if await Team.filter(id=team.id, closed_at__isnull=False).update(closed_at=None):
            await office_history.tell(_KEPT[Team].section, team.name, '重新開啟', by=by)
    team.closed_at = None
    return team


async def save_agency(details: AgencyDetails, *, by: Account, of: Agency | None = None) -> Agency:
    """A new agency, or `of` amended; one that issues no more gets a `valid_to`. Raises Incomplete.

    Its open cases are due by its rule as it stands from now on.
    """
    permissions.require(by, 'directory.save_agency')
    async with transaction():
        await office_calendar.alone()
        saved = await _saved(of or Agency(), details, 'name', '這個縣市已經有同名的發冊機關。', by)
        await office_calendar.recount([saved])
    return saved


async def save_required_hours(
    details: RequiredHoursDetails, *, by: Account, of: RequiredHours | None = None
) -> RequiredHours:
    """A new rule on hours, or `of` amended. Raises Incomplete, also when another one is for the same."""
    permissions.require(by, 'directory.save_required_hours')
    if problems := details.problems():
        raise Incomplete(problems)
    about = {
        name: getattr(details, name) for name in ('kind', 'agency_id', 'field_id', 'completed_from', 'completed_to')
    }
    taken = '已有一條規定，訓練課程、機關、領域和結訓日期都相同。請改那一條。'
    if await RequiredHours.filter(**about).exclude(id=of.id if of else 0).exists():
        raise Incomplete({'kind': taken})
    async with transaction():
        saved = await _saved(of or RequiredHours(), details, 'kind', taken, by)
        await announcements.announce(RulesChanged())
    return saved


async def remove_required_hours(rule: RequiredHours, *, by: Account) -> None:
    """Strike a rule; the next wider one counts from now on."""
    permissions.require(by, 'directory.remove_required_hours')
    async with transaction():
        before = await office_history.stands(rule, _KEPT[RequiredHours])
        await rule.delete()
        await office_history.note(rule, _KEPT[RequiredHours], before, by=by)
        await announcements.announce(RulesChanged())


async def _require_no_cases(unit: HostUnit) -> None:
    if count := await Application.filter(host_unit_id=unit.id, status__in=worklists.OPEN).count():
        raise CasesOpen(count)


async def _saved(record: Record, details: Details, field: str, when_taken: str, by: Account) -> Record:
    if problems := details.problems():
        raise Incomplete(problems)
    try:
        async with transaction():
            before = await office_history.stands(record, _KEPT[type(record)])
            record.update_from_dict(await office_history.changed(record, details.values(), _KEPT[type(record)]))
            await record.save()
            await office_history.note(record, _KEPT[type(record)], before, by=by)
    except IntegrityError:
        raise Incomplete({field: when_taken}) from None
    return record
