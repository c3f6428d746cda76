"""志工保險 from a file: a group policy for a list of people, or a policy in each row."""

from datetime import date
from typing import Any

from db.choices import Doubt, Grade, InsuranceKind
from db.models import Account, HostUnit, InsuranceCover, Volunteer
from domain.imports.kinds.insurance import Insurance

from ...builders import a_host_unit, a_membership, a_volunteer, an_account, an_identity_number
from .trying import graded, imported, plain, sentences, taken_back

KIND = Insurance()
POLICY = {
    'insurer': '示例產險',
    'policy_number': 'P-115-1',
    'starts_on': date(2026, 1, 1),
    'ends_on': date(2026, 12, 31),
    'death_benefit': 3_000_000,
}


async def people(many: int) -> tuple[Account, list[Volunteer], list[dict[str, Any]]]:
    clerk = await an_account()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    numbers = [an_identity_number() for _ in range(many)]
    found = [await a_volunteer(unit, identity_number=number, name='周小晴') for number in numbers]
    return clerk, found, [{'name': '周小晴', 'identity_number': number} for number in numbers]


async def a_cover(volunteer: Volunteer, by: Account, **changes: Any) -> InsuranceCover:
    facts: dict[str, Any] = {
        'kind': InsuranceKind.GROUP_ACCIDENT,
        'entered_by_unit_id': by.host_unit_id,
        'recorder_id': by.id,
    }
    return await InsuranceCover.create(**facts | POLICY | {'volunteer': volunteer} | changes)


async def test_one_policy_covers_a_list_of_people(database: str) -> None:
    clerk, [one, other], rows = await people(2)
    written = await imported(KIND, rows, by=clerk, common=POLICY)
    kept = await InsuranceCover.all().order_by('id')
    assert [cover.volunteer_id for cover in kept] == [one.id, other.id]
    assert {(cover.kind, cover.insurer, cover.death_benefit, cover.entered_by_unit_id) for cover in kept} == {
        (InsuranceKind.GROUP_ACCIDENT, '示例產險', 3_000_000, clerk.host_unit_id)
    }
    assert await taken_back(KIND, written, by=clerk) == {}
    assert await InsuranceCover.all().count() == 0


async def test_a_cell_is_wrong_as_in_the_tab(database: str) -> None:
    clerk, _, [row] = await people(1)
    [one] = await graded(KIND, [row | POLICY | {'insurer': None, 'ends_on': date(2025, 1, 1)}], by=clerk)
    assert (one.grade, sentences(one)) == (
        Grade.WRONG,
        [('insurer', '請輸入保險公司。'), ('ends_on', '保險期間（迄）早於起日。請再確認日期。')],
    )


async def test_people_of_other_units_are_not_told_from_nobody(database: str) -> None:
    clerk, _, _ = await people(1)
    number = an_identity_number()
    await a_volunteer(identity_number=number, name='周小晴')
    rows = [{'name': '周小晴', 'identity_number': each} for each in (number, an_identity_number())]
    there, nobody = await graded(KIND, rows, by=clerk, common=POLICY)
    assert sentences(there) == sentences(nobody)
    assert there.grade == Grade.WRONG


async def test_the_name_must_be_that_of_the_number(database: str) -> None:
    clerk, [person], [row] = await people(1)
    [one] = await graded(KIND, [row | {'name': '林大成'}], by=clerk, common=POLICY)
    assert (one.grade, one.about) == (Grade.WRONG, person.id)
    assert [(mark.column, mark.fix) for mark in one.marks] == [('name', '周小晴')]


async def test_the_same_policy_again_changes_nothing(database: str) -> None:
    clerk, [person], [row] = await people(1)
    await a_cover(person, clerk)
    [one] = await graded(KIND, [row], by=clerk, common=POLICY)
    assert (one.grade, one.doubt) == (Grade.GOOD, None)
    assert await imported(KIND, [row], by=clerk, common=POLICY) == []


async def test_the_same_policy_with_other_sums_may_replace_it_and_be_put_back(database: str) -> None:
    clerk, [person], [row] = await people(1)
    cover = await a_cover(person, clerk)
    more = POLICY | {'death_benefit': 5_000_000}
    [one] = await graded(KIND, [row], by=clerk, common=more)
    assert (one.doubt, one.beside) == (Doubt.DUPLICATE, {'death_benefit': '3000000'})
    written = await imported(KIND, [row], by=clerk, common=more)
    assert (await InsuranceCover.get(id=cover.id)).death_benefit == 5_000_000
    assert await taken_back(KIND, written, by=clerk) == {}
    assert (await InsuranceCover.get(id=cover.id)).death_benefit == 3_000_000


async def test_what_was_amended_since_stays(database: str) -> None:
    clerk, _, rows = await people(2)
    written = await imported(KIND, rows, by=clerk, common=POLICY)
    changed = await InsuranceCover.get(id=int(written[0].record_id))
    changed.remarks = '改過'
    await changed.save()
    assert await taken_back(KIND, written, by=clerk) == {2: '這筆紀錄在匯入之後又有異動，所以保留。'}
    assert plain(await InsuranceCover.all().values_list('id', flat=True)) == [changed.id]


async def test_an_overlap_with_another_unit_is_named(database: str) -> None:
    clerk, [person], [row] = await people(1)
    unit = await a_host_unit(name='別的單位')
    await a_membership(person, unit)
    other = await an_account(host_unit=unit)
    await a_cover(person, other, policy_number='Q-9', starts_on=date(2025, 7, 1), ends_on=date(2026, 1, 10))
    [one] = await graded(KIND, [row], by=clerk, common=POLICY)
    assert (one.doubt, sentences(one)) == (
        Doubt.OVERLAP,
        [('starts_on', '與由「別的單位」投保的示例產險 Q-9（114/07/01 至 115/01/10）重疊 10 天。')],
    )


async def test_days_without_insurance_are_named(database: str) -> None:
    clerk, [person], [row] = await people(1)
    await a_cover(person, clerk, policy_number='P-114', starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 28))
    [one] = await graded(KIND, [row], by=clerk, common=POLICY)
    assert (one.doubt, sentences(one)) == (
        Doubt.UNINSURED,
        [('starts_on', '前一張保單 114/12/28 到期，到這張生效之間有 3 天沒有保險。')],
    )
