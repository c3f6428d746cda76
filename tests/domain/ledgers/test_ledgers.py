"""The six simple tabs: each lists, adds, amends and removes; an entry belongs to the unit that made it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from db.choices import InsuranceKind, IssueKind, Role
from db.models import Account, HistoryEntry, HostUnit, Volunteer
from domain import dates, ledgers
from domain.audit import history
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted
from domain.ledgers import LEDGERS, Served

from ...builders import a_county, a_membership, a_volunteer, an_account

DAY = date(2026, 3, 8)
RIGHT: dict[str, dict[str, Any]] = {
    'service-hours': {
        'starts_on': DAY,
        'ends_on': DAY,
        'item': '綜合服務',
        'content': '導覽解說',
        'minutes': 180,
        'persons_served': 40,
    },
    'performance-certificates': {
        'reference': '示文績字第1號',
        'issued_on': DAY,
        'starts_on': date(2025, 1, 1),
        'ends_on': date(2025, 12, 31),
        'minutes': 9000,
    },
    'insurance': {
        'kind': InsuranceKind.GROUP_ACCIDENT,
        'insurer': '示例產險',
        'policy_number': 'P-115-1',
        'starts_on': DAY,
        'ends_on': date(2027, 3, 7),
        'death_benefit': 3_000_000,
    },
    'honor-cards': {
        'number': '中市榮字第1號',
        'kind': IssueKind.FIRST,
        'county_id': '66000',
        'issued_on': DAY,
        'valid_until': date(2029, 3, 8),
    },
    'awards': {'title': '文化業務志願服務獎勵', 'level': '銅質獎', 'awarded_by': '文化部', 'awarded_on': DAY},
    'other-entries': {'occurred_on': DAY, 'subject': '借閱證遺失補登'},
}
KEYS = list(LEDGERS)


async def of_unit(clerk: Account) -> Volunteer:
    return await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))


def wrong(key: str, **changes: Any) -> dict[str, str]:
    with dates.frozen(datetime(2026, 3, 17, 4, tzinfo=UTC)):
        return ledgers.problems(LEDGERS[key], RIGHT[key] | changes)


@pytest.mark.parametrize(
    ('minutes', 'sentence'),
    [(0, '請輸入服務時數，至少 1 分鐘。'), (2**40, '看不懂服務時數，或數字太大。請再確認。')],
)
def test_a_wrong_duration_speaks_of_time_and_not_of_a_column(minutes: int, sentence: str) -> None:
    assert wrong('service-hours', minutes=minutes) == {'minutes': sentence}


def test_there_are_the_six_tabs_of_the_tutorial() -> None:
    titles = [ledger.title for ledger in LEDGERS.values()]

    assert titles == ['服務時數', '服務績效證明', '保險', '榮譽卡', '獎勵獎項', '其他登錄事項']


@pytest.mark.parametrize('key', KEYS)
def test_an_empty_form_names_every_required_field(key: str) -> None:
    required = [name for name, field in LEDGERS[key].fields.items() if field.needed]

    assert list(ledgers.problems(LEDGERS[key], {})) == required
    assert wrong(key) == {}


@pytest.mark.parametrize('junk', [5, -1, 2**70, 1.5, [], {}, ['x'], 'x', 'x' * 9999, '\0', '\ud800', object(), True])
@pytest.mark.parametrize('key', KEYS)
def test_forged_values_get_sentences_and_never_break_the_form(key: str, junk: Any) -> None:
    for name in LEDGERS[key].fields:
        problems = wrong(key, **{name: junk})
        assert all(isinstance(sentence, str) and sentence for sentence in problems.values())


@pytest.mark.parametrize(
    ('key', 'changes', 'field'),
    [
        ('service-hours', {'ends_on': date(2026, 3, 7)}, 'ends_on'),
        ('service-hours', {'ends_on': date(2026, 3, 18)}, 'ends_on'),
        ('service-hours', {'minutes': 24 * 60 + 1}, 'minutes'),
        ('service-hours', {'minutes': 0}, 'minutes'),
        ('service-hours', {'transport_fee': -1}, 'transport_fee'),
        ('service-hours', {'persons_served': 2**31}, 'persons_served'),
        ('insurance', {'ends_on': date(2026, 3, 7)}, 'ends_on'),
        ('insurance', {'kind': 'life'}, 'kind'),
        ('honor-cards', {'valid_until': date(2026, 3, 7)}, 'valid_until'),
        ('honor-cards', {'issued_on': date(2026, 3, 18)}, 'issued_on'),
        ('awards', {'title': 'x' * 81}, 'title'),
        ('other-entries', {'remarks': '一\0'}, 'remarks'),
    ],
)
def test_each_kind_of_field_is_checked(key: str, changes: dict[str, Any], field: str) -> None:
    assert list(wrong(key, **changes)) == [field]


def test_the_days_of_every_period_come_in_their_order() -> None:
    assert wrong('honor-cards', valid_until=date(2026, 3, 7)) == {'valid_until': '有效日期早於發卡日期。請再確認日期。'}
    assert wrong('honor-cards', counted_from=DAY, counted_to=date(2025, 3, 8)) == {
        'counted_to': '採計年資（迄）早於起日。請再確認日期。'
    }
    assert wrong('honor-cards', counted_from=DAY) == {}


@pytest.mark.usefixtures('database')
@pytest.mark.parametrize('key', KEYS)
async def test_an_entry_is_added_listed_amended_and_removed(key: str) -> None:
    ledger, clerk = LEDGERS[key], await an_account()
    await a_county()
    volunteer = await of_unit(clerk)

    added = await ledgers.add(ledger, volunteer, RIGHT[key] | {'id': 7, 'recorder_id': 1}, by=clerk)
    [listed] = (await ledgers.entries(ledger, volunteer, by=clerk)).rows
    amended = await ledgers.amend(ledger, added.id, RIGHT[key] | {'remarks': '更正'}, by=clerk, seen=listed.updated_at)
    await ledgers.remove(ledger, added.id, by=clerk)

    kept = {name: value for name, value in ledgers.values_of(ledger, listed).items() if value}
    assert kept == RIGHT[key]
    assert (listed.entered_by_unit_id, listed.recorder) == (clerk.host_unit_id, clerk)
    assert amended.remarks == '更正'
    assert (await ledgers.entries(ledger, volunteer, by=clerk)).rows == []
    entries = await HistoryEntry.filter(volunteer=volunteer).order_by('id')
    assert {entry.section for entry in entries} == {ledger.section}
    assert [(entry.label, entry.old, entry.new) for entry in entries if entry.action == history.AMENDED] == [
        ('備註', '', '更正')
    ]
    before = {entry.label: entry.new for entry in entries if entry.action == history.ADDED}
    after = {entry.label: entry.old for entry in entries if entry.action == history.REMOVED}
    assert after == before | {'備註': '更正'}


@pytest.mark.usefixtures('database')
async def test_a_page_of_entries_begins_with_the_newest_and_the_total_counts_them_all() -> None:
    ledger, clerk = LEDGERS['service-hours'], await an_account()
    volunteer = await of_unit(clerk)
    nothing = await ledgers.served(volunteer, by=clerk)
    for day in (2, 1, 3):
        on = date(2026, 3, day)
        entry = RIGHT['service-hours'] | {'starts_on': on, 'ends_on': on, 'minutes': 60 * day}
        await ledgers.add(ledger, volunteer, entry, by=clerk)

    first = await ledgers.entries(ledger, volunteer, by=clerk, per_page=2)
    second = await ledgers.entries(ledger, volunteer, by=clerk, page=2, per_page=2)

    days = [[entry.starts_on.day for entry in page.rows] for page in (first, second)]  # type: ignore[union-attr]
    assert (days, first.total) == ([[3, 2], [1]], 3)
    assert first.rows[0].recorder == clerk
    assert nothing == Served(minutes=0, persons=0)
    assert await ledgers.served(volunteer, by=clerk) == Served(minutes=360, persons=120)


@pytest.mark.usefixtures('database')
async def test_the_history_reads_as_people_do() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    await a_county()

    await ledgers.add(LEDGERS['honor-cards'], volunteer, RIGHT['honor-cards'], by=clerk)

    entries = await HistoryEntry.filter(volunteer=volunteer).order_by('id')
    assert {(entry.subject, entry.label, entry.new) for entry in entries} == {
        ('中市榮字第1號 初次', '榮譽卡編號', '中市榮字第1號'),
        ('中市榮字第1號 初次', '發卡類別', '初次'),
        ('中市榮字第1號 初次', '發給縣市', '臺中市'),
        ('中市榮字第1號 初次', '發卡日期', '民國 115/03/08'),
        ('中市榮字第1號 初次', '有效日期', '民國 118/03/08'),
    }


@pytest.mark.usefixtures('database')
async def test_a_county_that_is_none_is_refused() -> None:
    clerk = await an_account()

    forged = RIGHT['honor-cards'] | {'county_id': '99999'}

    with pytest.raises(Incomplete) as refusal:
        await ledgers.add(LEDGERS['honor-cards'], await of_unit(clerk), forged, by=clerk)

    assert refusal.value.problems == {'county_id': '請重新選擇發給縣市。'}


@pytest.mark.usefixtures('database')
async def test_another_unit_of_the_volunteer_reads_and_does_not_amend() -> None:
    ledger, clerk, other = LEDGERS['awards'], await an_account(), await an_account()
    volunteer = await of_unit(clerk)
    await a_membership(volunteer, await HostUnit.get(id=other.host_unit_id))
    entry = await ledgers.add(ledger, volunteer, RIGHT['awards'], by=clerk)

    assert [one.id for one in (await ledgers.entries(ledger, volunteer, by=other)).rows] == [entry.id]
    assert [ledgers.may_amend(entry, by=one) for one in (clerk, other)] == [True, False]
    for attempt in (
        ledgers.amend(ledger, entry.id, RIGHT['awards'], by=other),
        ledgers.remove(ledger, entry.id, by=other),
    ):
        with pytest.raises(NotPermitted):
            await attempt


@pytest.mark.usefixtures('database')
async def test_to_a_stranger_there_is_no_such_entry() -> None:
    ledger, clerk, stranger = LEDGERS['awards'], await an_account(), await an_account()
    volunteer = await of_unit(clerk)
    entry = await ledgers.add(ledger, volunteer, RIGHT['awards'], by=clerk)

    forged: Any = 2**40
    for attempt in (
        ledgers.entries(ledger, volunteer, by=stranger),
        ledgers.served(volunteer, by=stranger),
        ledgers.get(ledger, entry.id, by=stranger),
        ledgers.add(ledger, volunteer, RIGHT['awards'], by=stranger),
        ledgers.amend(ledger, entry.id, RIGHT['awards'], by=stranger),
        ledgers.remove(ledger, entry.id, by=stranger),
        ledgers.get(ledger, forged, by=clerk),
    ):
        with pytest.raises(NotFound):
            await attempt


@pytest.mark.usefixtures('database')
@pytest.mark.parametrize('role', [Role.REVIEWER, Role.VOLUNTEER, Role.ADMINISTRATOR])
async def test_only_clerks_write(role: Role) -> None:
    volunteer = await a_volunteer()
    other = await an_account(role, **({'volunteer': volunteer} if role == Role.VOLUNTEER else {}))

    with pytest.raises(NotPermitted):
        await ledgers.add(LEDGERS['awards'], volunteer, RIGHT['awards'], by=other)


@pytest.mark.usefixtures('database')
async def test_the_second_of_two_colleagues_is_told() -> None:
    ledger, clerk = LEDGERS['awards'], await an_account()
    volunteer = await of_unit(clerk)
    await ledgers.add(ledger, volunteer, RIGHT['awards'], by=clerk)
    [seen] = (await ledgers.entries(ledger, volunteer, by=clerk)).rows
    await ledgers.amend(ledger, seen.id, RIGHT['awards'] | {'level': '銀質獎'}, by=clerk, seen=seen.updated_at)

    changed = RIGHT['awards'] | {'level': '金質獎'}

    with pytest.raises(MovedOn):
        await ledgers.amend(ledger, seen.id, changed, by=clerk, seen=seen.updated_at)

    [kept] = (await ledgers.entries(ledger, volunteer, by=clerk)).rows
    assert kept.level == '銀質獎'  # type: ignore[union-attr]
