"""Whoever is read leaves an entry by itself, once a page; and the person can read who it was."""

import asyncio

import pytest

import db
from db.choices import AccessKind, Role
from db.models import Account, HostUnit, LogEntry, Volunteer
from domain.audit import access, log, origin, reads
from domain.audit.log import LogAct
from domain.audit.origin import Origin
from domain.audit.reads import Sight
from domain.errors import NotFound, NotPermitted

from ... import builders

pytestmark = pytest.mark.usefixtures('database')


async def some_people(count: int) -> tuple[Account, list[Volunteer]]:
    unit = await builders.a_host_unit()
    return await builders.an_account(host_unit=unit), [await builders.a_volunteer(unit) for _ in range(count)]


async def entries() -> list[tuple[str, list[int]]]:
    await reads.settled()
    return [(one.act, list(one.about)) for one in await LogEntry.all().order_by('id')]


async def test_a_list_leaves_one_entry_and_a_person_who_comes_later_one_more() -> None:
    clerk, (first, second, third) = await some_people(3)
    sight = Sight(clerk, LogAct.READ_QUEUE, '待審清單')

    with reads.on(sight):
        await Volunteer.filter(id__in=[first.id, second.id])
        assert await entries() == []
        await sight.open()
        for _ in range(3):
            await Volunteer.filter(id__in=[first.id, second.id])
        before = await entries()
        await Volunteer.all()

    assert before == [(LogAct.READ_QUEUE, [first.id, second.id])]
    assert await entries() == [*before, (LogAct.READ_QUEUE, [third.id])]


async def test_what_is_read_in_an_act_that_is_taken_back_was_read() -> None:
    clerk, [person] = await some_people(1)
    with origin.of(Origin('192.0.2.7')):
        sight = Sight(clerk, LogAct.READ_PROFILE, '志工資料')
        await sight.open()

    async def tried() -> None:
        async with db.transaction():
            await Volunteer.get(id=person.id)
            raise NotFound

    with reads.on(sight), pytest.raises(NotFound):
        await tried()

    assert await entries() == [(LogAct.READ_PROFILE, [person.id])]
    assert (await LogEntry.get()).address == '192.0.2.7'


async def test_neither_oneself_nor_a_check_nor_who_was_noted_with_a_reason_is_noted_again() -> None:
    clerk, (person, other) = await some_people(2)
    volunteer = await builders.an_account(Role.VOLUNTEER, volunteer=person)
    own, theirs = Sight(volunteer, LogAct.READ_PROFILE, ''), Sight(clerk, LogAct.READ_CASE, '')

    with reads.on(own):
        await Volunteer.get(id=person.id)
        await own.open()
    with reads.on(theirs):
        with reads.unseen():
            await Volunteer.get(id=other.id)
        await access.note(person, AccessKind.CASE, '審核', by=clerk)
        await Volunteer.get(id=person.id)
        await theirs.open()

    assert await entries() == [(LogAct.READ_CASE, [person.id])]


async def test_pages_that_share_one_reading_have_each_an_entry_and_a_file_is_one_look() -> None:
    clerk, [person] = await some_people(1)
    sights = [Sight(clerk, LogAct.READ_FILE, '') for _ in range(3)]
    for sight, once in zip(sights, ('a', 'a', 'b'), strict=True):
        with reads.collected() as people:
            await Volunteer.get(id=person.id)
        with reads.on(sight):
            reads.see(people, '照片', once=f'{person.id} {once}')
            await sight.open()

    assert await entries() == [(LogAct.READ_FILE, [person.id])] * 2
    assert {one.what for one in await LogEntry.all()} == {'照片'}


async def test_what_nobody_may_is_noted_and_what_is_only_incomplete_is_not() -> None:
    clerk, _ = await some_people(0)

    with reads.on(Sight(clerk, LogAct.READ_CASE, '申請案')):
        for refusal in (NotPermitted(), NotFound(), NotFound('查無這個號碼。')):
            reads.refused(refusal)
        await asyncio.sleep(0)

    assert await entries() == [(LogAct.REFUSED, []), (LogAct.REFUSED, [])]


async def test_a_person_reads_who_has_looked_and_in_whose_list_they_stood() -> None:
    clerk, (person, other) = await some_people(2)
    self = await builders.an_account(Role.VOLUNTEER, volunteer=person)
    unit = await HostUnit.get(id=clerk.host_unit_id)

    await log.note(LogAct.READ_LIST, by=clerk, about=[person.id, other.id], what='志工基本資料維護')
    await log.note(LogAct.READ_LIST, by=clerk, about=[other.id], what='志工基本資料維護')
    await log.note(LogAct.READ_PROFILE, by=clerk, about=[person.id], what='志工資料：教育訓練')
    await log.note(LogAct.READ_PROFILE, by=self, about=[person.id], what='本人資料')
    await access.note(person, AccessKind.IDENTITY_NUMBER, '核對證件', by=clerk, what='身分證字號')

    looks = await access.of(person, by=self)
    assert looks.total == await access.count(person, by=self) == 3
    assert [(look.by_name, look.from_unit, look.what, look.reason) for look in looks.rows] == [
        (clerk.name, unit.name, '身分證字號', '核對證件'),
        (clerk.name, unit.name, '志工資料：教育訓練', ''),
        (clerk.name, unit.name, '出現在「志工基本資料維護」的名單（2 人）', ''),
    ]
    with pytest.raises(NotFound):
        await access.of(other, by=self)


async def test_a_page_of_fifty_people_costs_the_log_as_many_statements_as_one_of_five(queries: list[str]) -> None:
    clerk, people = await some_people(50)
    costs = []
    for count in (5, 50):
        sight = Sight(clerk, LogAct.READ_LIST, '志工資料管理')
        with reads.on(sight):
            await Volunteer.filter(id__in=[one.id for one in people[:count]])
            queries.clear()
            await sight.open()
            reads.see([one.id for one in people[:count]])
            await reads.settled()
        costs.append(len(queries))

    assert costs == [1, 1]
    assert [one.about_count for one in await LogEntry.all().order_by('id')] == [5, 50]


async def test_what_has_an_entry_of_its_own_with_its_reason_has_no_second_one() -> None:
    clerk, [person] = await some_people(1)
    sight = Sight(clerk, LogAct.READ_FILE, '簽核的影像')

    with reads.on(sight):
        await Volunteer.get(id=person.id)
        await reads.noted(LogAct.READ_FILE, by=clerk, about=[person.id], what='照片', reason='簽核')
        await sight.open()

    assert [(one.what, one.reason) for one in await LogEntry.all()] == [('照片', '簽核')]
