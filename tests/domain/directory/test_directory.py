"""The directory: what everybody reads, and what only the administrator writes."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from db.choices import Role, TrainingKind
from db.models import Account, Agency
from domain import dates, directory
from domain.directory import AgencyDetails, HostUnitDetails, RequiredHoursDetails, TeamDetails
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted

from ...builders import a_host_unit, a_team, an_account, an_agency

pytestmark = pytest.mark.usefixtures('database')

TAICHUNG = '66000'


@pytest.fixture
async def admin(database: str) -> Account:
    return await an_account(Role.ADMINISTRATOR)


async def test_all_counties_come_in_the_official_order() -> None:
    counties = await directory.counties()

    assert len(counties) == 22
    assert [county.name for county in counties][:4] == ['新北市', '臺北市', '桃園市', '臺中市']


async def test_the_form_begins_with_taichung_and_its_bureau_of_culture() -> None:
    county, agency = await directory.defaults()

    assert (county.name, agency.name, agency.field and agency.field.name) == ('臺中市', '臺中市政府文化局', '文化')


async def test_without_the_default_agency_the_clerk_is_asked_to_choose() -> None:
    await Agency.filter(name=directory.DEFAULT_AGENCY).update(name='臺中市政府新文化局')

    with pytest.raises(NotFound, match='請自行選擇'):
        await directory.defaults()


async def test_only_agencies_that_issue_books_on_the_day_can_be_chosen(admin: Account) -> None:
    past = await an_agency(valid_to=date(2026, 3, 7))
    future = await an_agency(valid_from=date(2026, 3, 9))
    today = await an_agency(valid_from=date(2026, 3, 8), valid_to=date(2026, 3, 8))
    ours = {past.id, future.id, today.id}

    chosen = {agency.id for agency in await directory.agencies(TAICHUNG, on=date(2026, 3, 8))} & ours
    everywhere = {agency.county_id for agency in await directory.agencies(TAICHUNG)}

    assert chosen == {today.id}
    assert everywhere == {TAICHUNG}
    assert (await directory.agency(past.id)).name == past.name
    assert ours <= {agency.id for agency in await directory.all_agencies(by=admin)}


async def test_two_selects_asked_at_once_offer_what_each_has_by_itself() -> None:
    await an_agency(valid_to=dates.today() - timedelta(days=1))
    await an_agency(valid_from=dates.today(), valid_to=dates.today())

    counties, agencies = await directory.issuing(TAICHUNG)

    assert list(counties.items()) == list((await directory.county_names()).items())
    assert list(agencies.items()) == [(one.id, one.name) for one in await directory.agencies(TAICHUNG)]
    assert (await directory.issuing(None))[1] == {}


async def test_the_administrator_chooses_among_all_units(admin: Account) -> None:
    unit, closed = await a_host_unit(), await a_host_unit(is_active=False)

    counties, units, fields = await directory.names(('counties', 'units', 'fields'), by=admin)

    assert counties == {one.code: one.name for one in await directory.counties()}
    assert units == {one.id: one.name for one in sorted((unit, closed), key=lambda one: one.name)}
    assert list(fields.items()) == [(one.id, one.name) for one in await directory.fields()]


async def test_agencies_are_chosen_by_county_and_name_and_listed_by_pages(admin: Account) -> None:
    past = await an_agency(valid_to=date(2026, 3, 7))
    every = await directory.all_agencies(by=admin)

    [names], of_now = await directory.names(('agencies',), by=admin), await directory.open_agency_names()
    second = await directory.list_agencies(by=admin, page=2, per_page=5)

    assert list(names.items()) == [(one.id, f'{one.county.name}　{one.name}') for one in every]
    assert list(of_now) == [one.id for one in await directory.open_agencies()]
    assert past.id in names.keys() - of_now.keys()
    assert (second.total, second.rows) == (len(every), every[5:10])


async def test_a_unit_its_teams_and_what_becomes_of_them(admin: Account) -> None:
    unit = await directory.save_host_unit(HostUnitDetails(name=' 示例美術館 ', county_id=TAICHUNG), by=admin)
    details = HostUnitDetails.from_record(unit)
    details.is_active = False
    await directory.save_host_unit(details, by=admin, of=unit)
    for name in ('導覽隊', '推廣隊'):
        await directory.save_team(TeamDetails(unit.id, name), by=admin)

    kept = await directory.host_unit(unit.id)
    assert (kept.name, kept.county.name, kept.is_active) == ('示例美術館', '臺中市', False)
    assert [team.name for team in await directory.teams(unit.id)] == ['推廣隊', '導覽隊']


async def test_names_are_given_once(admin: Account) -> None:
    unit = await a_host_unit()
    team = await a_team(unit)
    agency = await an_agency()
    acts: list[Awaitable[Any]] = [
        directory.save_host_unit(HostUnitDetails(unit.name, TAICHUNG), by=admin),
        directory.save_team(TeamDetails(unit.id, team.name), by=admin),
        directory.save_agency(AgencyDetails(TAICHUNG, agency.name, '中市'), by=admin),
    ]

    for act in acts:
        with pytest.raises(Incomplete) as refusal:
            await act
        assert list(refusal.value.problems) == ['name']


async def test_a_clerk_looks_after_the_own_teams_only() -> None:
    clerk, elsewhere = await an_account(), await a_host_unit()
    foreign = await a_team(elsewhere)

    team = await directory.save_team(TeamDetails(clerk.host_unit_id or 0, '導覽隊'), by=clerk)
    for details, of in ((TeamDetails(elsewhere.id, '新隊'), None), (TeamDetails(elsewhere.id, '改名'), foreign)):
        with pytest.raises(NotFound):
            await directory.save_team(details, by=clerk, of=of)
    with pytest.raises(NotPermitted):
        await directory.save_team(TeamDetails(elsewhere.id, '導覽隊'), by=clerk, of=team)


async def test_an_agency_is_amended_field_by_field(admin: Account) -> None:
    agency = await an_agency(field=None)
    details = AgencyDetails.from_record(agency)
    details.review_days, details.counts_working_days, details.valid_to = 5, True, date(2026, 12, 31)

    await directory.save_agency(details, by=admin, of=agency)

    kept = await directory.agency(agency.id)
    assert AgencyDetails.from_record(kept) == details


@pytest.mark.parametrize(
    'pattern',
    [
        '',
        '{word}字第{sequence}號',
        '{word}字第{year}號',
        '{year}{sequence}{',
        '{year}{sequence}{word.__class__}',
        '{year}{sequence}{word[0]}',
        '{year}{sequence:>99999999d}',
        '{year!r}{sequence}',
        '{year}{sequence}{0}',
        '{year}{sequence:{year}}',
        '{year}{sequence}' + 'x' * 80,
    ],
)
async def test_a_pattern_that_would_not_number_is_refused(admin: Account, pattern: str) -> None:
    with pytest.raises(Incomplete) as refusal:
        await directory.save_agency(AgencyDetails(TAICHUNG, '新的局', '中市', pattern), by=admin)

    assert list(refusal.value.problems) == ['number_pattern']


async def test_two_administrators_at_one_agency_do_not_undo_each_other(admin: Account) -> None:
    first, second, third = [await Agency.get(name='臺中市政府文化局') for _ in range(3)]
    one, two = AgencyDetails.from_record(first), AgencyDetails.from_record(second)
    await directory.save_agency(replace(one, phone='(04)0000-1111'), by=admin, of=first)

    both = await directory.save_agency(replace(two, review_days=5), by=admin, of=second)

    assert (both.phone, both.review_days) == ('(04)0000-1111', 5)
    with pytest.raises(MovedOn):
        await directory.save_agency(replace(two, phone='(04)0000-2222'), by=admin, of=third)
    assert (await Agency.get(id=first.id)).phone == '(04)0000-1111'


def test_telephone_numbers_are_kept_at_half_width() -> None:
    typed, kept = '（０２）２３４５－６７８９＃１２', '(02)2345-6789#12'

    for details in (AgencyDetails(phone=typed), HostUnitDetails(phone=typed)):
        assert details.values()['phone'] == kept


async def test_problems_of_the_forms(admin: Account) -> None:
    reversed_days: dict[str, Any] = {'valid_from': date(2026, 2, 1), 'valid_to': date(2026, 1, 1)}
    forms: list[Any] = [
        HostUnitDetails(name='', county_id='', email='x'),
        TeamDetails(1, '\0'),
        AgencyDetails(review_days=0, **reversed_days),
        RequiredHoursDetails(minutes=-1, completed_from=date(2026, 2, 1), completed_to=date(2026, 1, 1)),
    ]

    assert [list(form.problems()) for form in forms] == [
        ['name', 'county_id', 'email'],
        ['name'],
        ['county_id', 'name', 'document_word', 'review_days', 'valid_to'],
        ['minutes', 'completed_to'],
    ]


async def test_rules_on_hours_are_written_and_struck(admin: Account) -> None:
    before = await directory.required_hours(by=admin)
    agency = await an_agency()

    rule = await directory.save_required_hours(
        RequiredHoursDetails(TrainingKind.SPECIAL, agency.id, minutes=360, source='本局規定'), by=admin
    )
    with pytest.raises(Incomplete) as same:
        await directory.save_required_hours(
            RequiredHoursDetails(TrainingKind.SPECIAL, agency.id, minutes=720, source='又一條'), by=admin
        )
    assert list(same.value.problems) == ['kind']
    await directory.save_required_hours(RequiredHoursDetails.from_record(rule), by=admin, of=rule)
    [added] = [each for each in await directory.required_hours(by=admin) if each not in before]
    await directory.remove_required_hours(rule, by=admin)

    assert RequiredHoursDetails.from_record(added) == RequiredHoursDetails(
        TrainingKind.SPECIAL, agency.id, minutes=360, source='本局規定'
    )
    assert await directory.required_hours(by=admin) == before


async def test_what_is_not_there_is_not_found() -> None:
    for act in (directory.agency, directory.host_unit):
        with pytest.raises(NotFound):
            await act(999_999)


@pytest.mark.parametrize('role', [Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER])
async def test_nobody_else_writes_in_the_directory(role: Role) -> None:
    account, agency = await an_account(role), await an_agency()
    acts: list[Callable[[], Awaitable[Any]]] = [
        lambda: directory.save_host_unit(HostUnitDetails('新單位', TAICHUNG), by=account),
        lambda: directory.save_agency(AgencyDetails.from_record(agency), by=account, of=agency),
        lambda: directory.save_required_hours(RequiredHoursDetails(), by=account),
        lambda: directory.required_hours(by=account),
        lambda: directory.all_agencies(by=account),
        lambda: directory.list_agencies(by=account),
        lambda: directory.names(('agencies',), by=account),
        lambda: directory.all_teams(by=account),
    ]

    for act in acts:
        with pytest.raises(NotPermitted):
            await act()


async def test_code_lists_and_fields_come_filled() -> None:
    codes = await directory.service_codes(('item', 'content', 'nothing'))

    assert {name: len(listed) for name, listed in codes.items()} == {'item': 26, 'content': 19, 'nothing': 0}
    assert '文化' in [field.name for field in await directory.fields()]
