"""A training form is filled in at one press."""

import pytest

from db.choices import TrainingKind
from domain.guide import courses
from tests.builders import a_field, a_host_unit, a_training, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')


async def test_a_new_form_is_for_the_own_unit_which_gives_the_course() -> None:
    clerk = await an_account(host_unit=await a_host_unit(name='示例文化中心'))

    details = await courses.blank(by=clerk)

    assert (details.trained_for_id, details.provider) == (clerk.host_unit_id, '示例文化中心')


async def test_the_basic_course_has_the_hours_that_are_required_today_and_the_field_of_the_agency() -> None:
    clerk = await an_account()

    assert await courses.usual('basic', by=clerk) == {
        'kind': TrainingKind.BASIC,
        'title': '志工基礎訓練',
        'field_id': (await a_field('文化')).id,
        'hours': 6,
        'extra_minutes': 0,
    }
    assert await courses.usual('no such kind', by=clerk) == {}


async def test_hours_that_no_rule_asks_for_are_those_of_the_units_last_course_of_the_kind() -> None:
    clerk, other = await an_account(), await an_account()
    await a_training(await a_volunteer(other.host_unit), by=other, kind=TrainingKind.SPECIAL, minutes=600)
    alone = await courses.usual('special', by=clerk)
    await a_training(await a_volunteer(clerk.host_unit), by=clerk, kind=TrainingKind.SPECIAL, minutes=390)
    after = await courses.usual('special', by=clerk)

    assert 'hours' not in alone
    assert (after['hours'], after['extra_minutes']) == (6, 30)


async def test_the_units_last_courses_are_offered_each_once() -> None:
    clerk, other = await an_account(), await an_account()
    for _ in range(2):
        await a_training(await a_volunteer(clerk.host_unit), by=clerk)
    await a_training(await a_volunteer(clerk.host_unit), by=clerk, title='成長訓練', kind=TrainingKind.GROWTH)
    await a_training(await a_volunteer(other.host_unit), by=other, title='別的單位')

    found = await courses.last(by=clerk)

    assert [one.label for one in found] == ['成長訓練　115/03/08　6 小時', '志工基礎訓練　115/03/08　6 小時']
    assert found[0].values.keys().isdisjoint({'certificate_front', 'certificate_back', 'remarks', 'trained_for_id'})
