"""One list of what is missing for a person, the same in the rail, in lists and where the work stopped."""

from datetime import date, timedelta
from typing import Any

import pytest

from db.choices import BookStatus, DraftKind, IssueKind, TrainingKind
from db.models import Account, HostUnit, RecordBook, Training, Volunteer
from domain import applications, dates, drafts, volunteers
from domain.guide import home, missing
from tests.builders import a_complete_volunteer, a_host_unit, a_membership, a_training, an_account
from tests.domain.volunteers.test_basics import RIGHT

pytestmark = pytest.mark.usefixtures('database')


async def a_clerk() -> Account:
    return await an_account(host_unit=await a_host_unit())


async def keys(volunteer: Volunteer, clerk: Account) -> list[tuple[int, str]]:
    return [(gap.step, gap.key) for gap in await missing.of(volunteer, by=clerk)]


async def test_after_the_basic_training_it_says_that_the_special_one_is_required() -> None:
    clerk = await a_clerk()
    person = await a_complete_volunteer(by=clerk)
    await Training.filter(volunteer_id=person.id, kind=TrainingKind.SPECIAL).delete()

    (gap,) = await missing.of(person, by=clerk)

    assert (gap.step, gap.text, gap.act) == (6, '特殊訓練：還沒有文化領域的紀錄', '新增特殊訓練')
    assert gap.address == f'/volunteers/{person.id}/trainings/new?kind=special#kind'


async def test_saved_without_photo_and_consent_says_so_and_begins_there() -> None:
    clerk = await a_clerk()
    person = await a_complete_volunteer(by=clerk)
    await Volunteer.filter(id=person.id).update(photo_id=None, consents_to_data_use=False)

    assert await keys(person, clerk) == [(4, 'photo'), (4, 'consent')]


async def test_a_name_that_cannot_be_printed_is_named_where_the_work_goes_on() -> None:
    clerk = await a_clerk()
    person = await a_complete_volunteer(by=clerk)
    await Volunteer.filter(id=person.id).update(name='王\ue000明')
    person = await Volunteer.get(id=person.id)

    gaps = await missing.of(person, by=clerk)
    assert [(gap.step, gap.key) for gap in gaps] == [(7, 'apply'), (4, 'letters')]
    assert missing.names(gaps) == '姓名用字'


async def test_a_training_left_half_done_says_what_it_lacks() -> None:
    clerk = await a_clerk()
    person = await a_complete_volunteer(by=clerk)
    await Training.filter(volunteer_id=person.id, kind=TrainingKind.SPECIAL).delete()
    training = await a_training(person, by=clerk, certificate_front=None)
    draft = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=person)
    kept = {'title': '文化志工特殊訓練', 'starts_on': date(2026, 3, 8), 'ends_on': date(2026, 3, 8), 'hours': 6}
    kept |= {'kind': 'special', 'field_id': training.field_id, 'certificate_front': person.photo_id}
    for name, value in kept.items():
        await drafts.save(draft.id, name, value, by=clerk)

    gaps = await missing.of(person, by=clerk)

    assert gaps[0].text == '教育訓練草稿：證書缺反面'
    assert missing.names(gaps) == '特殊訓練'


async def test_who_lacks_nothing_is_led_to_the_application_and_then_to_the_button() -> None:
    clerk = await a_clerk()
    person = await a_complete_volunteer(by=clerk)
    before = await keys(person, clerk)
    case = await applications.save(await applications.defaults(), of=person, by=clerk)
    saved = await keys(person, clerk)
    await applications.submit(case, by=clerk)

    assert (before, saved, await keys(person, clerk)) == ([(7, 'apply')], [(8, 'send')], [])


async def test_who_has_a_book_and_asks_for_none_lacks_nothing() -> None:
    clerk, other = await a_clerk(), await a_clerk()
    person = await a_complete_volunteer(by=other)
    await a_membership(person, await HostUnit.get(id=clerk.host_unit_id))
    case = await applications.save(await applications.defaults(), of=person, by=other)
    facts: dict[str, Any] = {
        'agency_id': case.agency_id,
        'application': case,
        'number': '中市文志字第115000001號',
        'roc_year': 115,
        'sequence': 1,
    }
    facts |= {'kind': IssueKind.FIRST, 'status': BookStatus.IN_USE, 'issued_on': date(2026, 3, 8)}
    await RecordBook.create(volunteer=person, entered_by_unit_id=clerk.host_unit_id, **facts)

    assert await missing.of(person, by=clerk) == []


async def test_for_many_people_it_takes_no_more_queries_than_for_one(queries: list[str]) -> None:
    clerk = await a_clerk()
    people = [await a_complete_volunteer(by=clerk) for _ in range(3)]
    await applications.save(await applications.defaults(), of=people[0], by=clerk)
    counts = []
    for some in (people[:2], people):
        queries.clear()
        await missing.of_many(some, by=clerk)
        counts.append(len(queries))

    assert counts[0] == counts[1]


async def test_the_work_goes_on_at_the_first_gap_not_at_the_application() -> None:
    clerk = await a_clerk()
    person = await a_complete_volunteer(by=clerk)
    await applications.save(await applications.defaults(), of=person, by=clerk)
    await Training.filter(volunteer_id=person.id, kind=TrainingKind.SPECIAL).delete()

    left = await home.left_off(by=clerk)

    assert left is not None
    assert (left.step, left.note) == (6, '還缺：特殊訓練。')


async def test_somebody_registered_and_left_there_is_where_the_work_stopped_until_it_is_forgotten() -> None:
    clerk = await a_clerk()
    with dates.frozen(dates.now()):
        person = await volunteers.register(RIGHT, by=clerk)
        left = await home.left_off(by=clerk)
    with dates.frozen(dates.now() + timedelta(days=31)):
        later = await home.left_off(by=clerk)

    assert left is not None
    assert (left.who, left.step, later) == (person.name, 4, None)
