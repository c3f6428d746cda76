"""異動紀錄 and 誰看過我的資料."""

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest

from db import transaction
from db.choices import AccessKind, Role, Section
from db.models import AccessEntry, HistoryEntry, HostUnit
from domain import dates
from domain.audit import access, history
from domain.audit.history import Change, HistoryQuery
from domain.errors import Incomplete, NotFound
from domain.fields import Field

from ...builders import a_file, a_host_unit, a_volunteer, an_account, an_agency

NAME = Field('name', '姓名')

pytestmark = pytest.mark.usefixtures('database')


async def test_a_change_says_who_when_where_and_from_what_to_what() -> None:
    clerk = await an_account(host_unit=await a_host_unit(name='範例圖書館'), name='李小雨')
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))

    with dates.frozen(datetime(2026, 3, 8, 6, 58, tzinfo=UTC)):
        await history.note(volunteer, Section.BASICS, history.AMENDED, [Change(NAME, '陳小華', '陳曉華')], by=clerk)

    [entry] = (await history.of(volunteer, by=clerk)).rows
    assert (entry.by_name, entry.from_unit, entry.section.label) == ('李小雨', '範例圖書館', '基本資料')
    assert (entry.action.label, entry.label, entry.old, entry.new) == ('修改', '姓名', '陳小華', '陳曉華')
    assert (entry.section, entry.field) == (Section.BASICS, 'name')
    assert dates.roc_instant(entry.at) == '115/03/08 14:58'


async def test_one_saving_is_one_entry_with_its_fields_and_is_found_by_part_day_and_person() -> None:
    clerk = await an_account(host_unit=await a_host_unit(name='範例圖書館'), name='李小雨')
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))
    sex = Field('sex', '性別')
    for day in range(1, 13):
        with dates.frozen(datetime(2026, 3, day, 6, 58, tzinfo=UTC)):
            changes = [Change(NAME, '甲', f'乙{day}'), Change(sex, '女', '男')]
            await history.note(volunteer, Section.BASICS, history.AMENDED, changes, by=clerk)
            if day == 12:
                await history.note(volunteer, Section.TRAINING, history.ADDED, changes, by=clerk, subject='基礎訓練')

    async def found(page: int = 1, **asked: Any) -> tuple[list[list[str]], int]:
        savings = await history.savings(volunteer, HistoryQuery(**asked), by=clerk, page=page)
        return [[entry.new for entry in one.entries] for one in savings.rows], savings.total

    assert (await found())[1] == (await found(page=9))[1] == 13
    assert (await found())[0][:3] == [['乙12', '男'], ['乙12', '男'], ['乙11', '男']]
    assert await found(page=2) == ([[f'乙{day}', '男'] for day in (3, 2, 1)], 13)
    assert await found(section=Section.TRAINING) == ([['乙12', '男']], 1)
    assert await found(from_day=date(2026, 3, 2), to_day=date(2026, 3, 3)) == ([['乙3', '男'], ['乙2', '男']], 2)
    assert (await found(who='小雨'))[1] == (await found(who='圖書館'))[1] == 13
    assert await found(who='別人') == ([], 0)


async def test_an_exchanged_file_keeps_the_earlier_ones_id() -> None:
    clerk = await an_account()
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))
    old, new = await a_file(by=clerk, volunteer=volunteer), await a_file(by=clerk, volunteer=volunteer)

    changes = [Change(Field('certificate_front', '結業證書正面'), old.name, '已更換', old.id, new.id)]
    await history.note(volunteer, Section.TRAINING, history.AMENDED, changes, by=clerk, subject='志工基礎訓練')

    [entry] = (await history.of(volunteer, by=clerk)).rows
    assert (entry.action, entry.old_file, entry.new_file) == (history.REPLACED, old.id, new.id)


async def test_nothing_is_written_when_nothing_changed() -> None:
    clerk, volunteer = await an_account(), await a_volunteer()

    await history.note(volunteer, Section.BASICS, history.AMENDED, [], by=clerk)

    assert await HistoryEntry.all().count() == 0


async def test_a_change_that_is_rolled_back_leaves_no_trace() -> None:
    clerk, volunteer = await an_account(), await a_volunteer()

    with suppress(RuntimeError):
        async with transaction():
            await history.note(volunteer, Section.BASICS, history.AMENDED, [Change(NAME, '甲', '乙')], by=clerk)
            raise RuntimeError

    assert await HistoryEntry.all().count() == 0


async def test_the_newest_come_first_page_by_page() -> None:
    clerk = await an_account()
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))
    for number in range(12):
        await history.note(volunteer, Section.BASICS, history.AMENDED, [Change(NAME, '', str(number))], by=clerk)

    second = await history.of(volunteer, by=clerk, page=2)

    assert ([entry.new for entry in second.rows], second.total) == (['1', '0'], 12)


async def test_another_unit_reads_no_history() -> None:
    volunteer = await a_volunteer()

    for stranger in (await an_account(), await an_account(Role.REVIEWER), await an_account(Role.ADMINISTRATOR)):
        with pytest.raises(NotFound):
            await history.of(volunteer, by=stranger)


async def test_volunteers_read_who_saw_their_data_and_nobody_else_does() -> None:
    reviewer = await an_account(Role.REVIEWER, name='王專員', agency=await an_agency(name='臺中市政府示例局'))
    volunteer = await a_volunteer()
    self = await an_account(Role.VOLUNTEER, volunteer=volunteer)

    await access.note(volunteer, AccessKind.IDENTITY_NUMBER, ' 核對證書姓名 ', by=reviewer, what='身分證字號')

    [entry] = (await access.of(volunteer, by=self)).rows
    facts = (entry.by_name, entry.from_unit, entry.what, entry.reason)
    assert facts == ('王專員', '臺中市政府示例局', '身分證字號', '核對證書姓名')
    for other in (reviewer, await an_account(Role.VOLUNTEER)):
        with pytest.raises(NotFound):
            await access.of(volunteer, by=other)


@pytest.mark.parametrize('reason', ['', '　', 'x' * 121, 'a\0b', None])
async def test_looking_needs_a_purpose(reason: str) -> None:
    clerk, volunteer = await an_account(), await a_volunteer()

    with pytest.raises(Incomplete) as refusal:
        await access.note(volunteer, AccessKind.IDENTITY_NUMBER, reason, by=clerk)

    assert list(refusal.value.problems) == ['reason']
    assert await AccessEntry.all().count() == 0
