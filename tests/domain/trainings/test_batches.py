"""One course for several volunteers."""

from datetime import date

import pytest

from db.choices import DraftKind, TrainingKind
from db.models import Account, Training
from domain import drafts
from domain.errors import Incomplete
from domain.guide import home
from domain.trainings import TrainingDetails, batches
from domain.trainings.batches import CourseDetails
from tests.builders import a_field, a_host_unit, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')


async def a_course(clerk: Account, *ids: int) -> CourseDetails:
    return CourseDetails(
        trained_for_id=clerk.host_unit_id,
        title='志工基礎訓練',
        starts_on=date(2026, 3, 8),
        ends_on=date(2026, 3, 8),
        provider='示例文化中心',
        kind=TrainingKind.BASIC,
        field_id=(await a_field()).id,
        hours=6,
        chosen=','.join(map(str, ids)),
    )


async def test_each_chosen_volunteer_gets_a_form_that_lacks_only_the_certificate() -> None:
    unit = await a_host_unit()
    clerk = await an_account(host_unit=unit)
    first, second = [await a_volunteer(unit, name=name) for name in ('王小明', '陳小華')]

    prepared = await batches.prepare(await a_course(clerk, first.id, second.id), by=clerk)

    forms = [await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=person) for person in (first, second)]
    lacking = [(await drafts.restored(form, TrainingDetails())).problems() for form in forms]
    assert [person.id for person in prepared.ready] == sorted((first.id, second.id))
    assert [list(problems) for problems in lacking] == [['certificate_front', 'certificate_back']] * 2
    assert await Training.all().count() == 0


async def test_a_form_that_somebody_has_begun_is_left_alone() -> None:
    unit = await a_host_unit()
    clerk = await an_account(host_unit=unit)
    volunteer = await a_volunteer(unit)
    begun = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    await drafts.save(begun.id, 'title', '別的課程', by=clerk)

    prepared = await batches.prepare(await a_course(clerk, volunteer.id), by=clerk)

    assert ([*prepared.ready], [person.id for person in prepared.left_alone]) == ([], [volunteer.id])
    assert await drafts.values(begun) == {'title': '別的課程'}


async def test_another_units_volunteer_stops_the_whole_batch() -> None:
    unit = await a_host_unit()
    clerk = await an_account(host_unit=unit)
    ours, theirs = await a_volunteer(unit), await a_volunteer()

    with pytest.raises(Incomplete) as refusal:
        await batches.prepare(await a_course(clerk, ours.id, theirs.id), by=clerk)

    assert refusal.value.problems == {'chosen': '有勾選的志工已不在您的單位，請重新整理後再勾選。'}
    assert await home.open_forms(by=clerk) == []


@pytest.mark.parametrize(
    ('chosen', 'sentence'),
    [
        ('', '請勾選參加這個課程的志工，至少一位。'),
        (','.join(map(str, range(1, 53))), '一次最多 50 位，這裡勾選了 52 位。請分次建立。'),
        ('1;drop', '請勾選參加這個課程的志工，至少一位。'),
    ],
)
async def test_whom_it_is_for_must_be_said(chosen: str, sentence: str) -> None:
    details = await a_course(await an_account())
    details.chosen = chosen

    assert details.problems() == {'chosen': sentence}
