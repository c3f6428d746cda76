"""Many hours come on record by COPY, whose lines a worker makes: as if each row had been written by itself."""

import pytest

from db.choices import BatchState, Doubt, MembershipStatus
from db.models import Account, HistoryEntry, HostUnit, Membership, ServiceHours
from domain import imports
from domain.imports import copying

from ...builders import a_volunteer, an_identity_number
from ...sheet_files import hours_file, hours_row
from .conftest import graded, settled

ODD = '第一行\n第二行\\t \\N'
KEPT = (
    *('volunteer_id', 'entered_by_unit_id', 'recorder_id', 'starts_on', 'ends_on', 'item', 'content', 'minutes'),
    *('persons_served', 'transport_fee', 'meal_fee', 'area', 'remarks'),
)


def rows(*numbers: str) -> bytes:
    first = {'備註': ODD, '交通費': '50', '誤餐費': '80', '服務時數_分鐘': '30', '服務內容': '自訂\\內容'}
    return hours_file(
        *(
            hours_row('林美玉', number, f'115100{day}', **(first if day == 1 else {}))
            for number in numbers
            for day in (1, 2)
        )
    )


async def two(unit: HostUnit) -> list[str]:
    numbers = [an_identity_number() for _ in range(2)]
    for number in numbers:
        await a_volunteer(unit, name='林美玉', identity_number=number)
    return numbers


async def test_lines_say_what_rows_say_and_are_taken_back(
    clerk: Account, unit: HostUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = rows(*await two(unit))
    kept = []
    for most_at_hand in (600, 0):
        monkeypatch.setattr(copying, 'MOST_AT_HAND', most_at_hand)
        batch = await graded(content, by=clerk)
        batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)
        kept.append([*await ServiceHours.all().order_by('volunteer_id', 'starts_on').values_list(*KEPT)])
        assert (batch.state, batch.written, batch.changed) == (BatchState.DONE, 4, 0)
        assert {row.is_written for row in (await imports.preview(batch.id, by=clerk)).rows} == {True}
        await settled(await imports.undo(batch.id, by=clerk), by=clerk)
        assert await ServiceHours.all().count() == 0
    one_by_one, copied = kept
    assert copied == one_by_one
    assert [(each[6], each[-1]) for each in copied[:2]] == [('自訂\\內容', ODD), ('資料整理', '')]
    assert await HistoryEntry.all().count() == 2 * 2 * 2


async def test_a_row_that_no_longer_stands_is_left_out_of_what_is_copied(
    clerk: Account, unit: HostUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, 'MOST_AT_HAND', 0)
    gone, stays = await two(unit)
    batch = await graded(rows(gone, stays), by=clerk)
    person = (await imports.preview(batch.id, by=clerk)).rows[0].about
    await Membership.filter(volunteer_id=person).update(status=MembershipStatus.LEFT)

    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)

    assert (batch.written, await ServiceHours.filter(volunteer_id=person).count()) == (2, 0)
    assert [row.number for row in await imports.left(batch.id, by=clerk)] == [2, 3]


async def test_what_replaces_an_entry_goes_beside_what_is_copied(
    clerk: Account, unit: HostUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, 'MOST_AT_HAND', 0)
    one, other = await two(unit)
    first = await graded(rows(one), by=clerk)
    await settled(await imports.commit(first.id, by=clerk), by=clerk)
    batch = await graded(rows(one, other), by=clerk)
    await imports.answer(batch.id, takes=True, doubt=Doubt.DUPLICATE, by=clerk)
    before = await imports.preview(batch.id, by=clerk)

    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)

    assert (before.adding, before.changing, before.same) == (2, 2, 0)
    assert (batch.written, batch.changed, await ServiceHours.all().count()) == (4, 2, 4)
    batch = await settled(await imports.undo(batch.id, by=clerk), by=clerk)
    assert (batch.written, await ServiceHours.all().count()) == (0, 2)
