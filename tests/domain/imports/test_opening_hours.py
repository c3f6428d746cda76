"""服務時數累計: one row 「截至 … 累計」 a person, never beside the same hours one by one."""

from datetime import date
from typing import Any

import pytest

from db import reference
from db.choices import Doubt, Grade
from db.models import Account, HostUnit, Membership, ServiceHours, Volunteer
from domain.imports.kinds.opening_hours import OpeningHours
from domain.imports.kinds.service_hours import ServiceHoursKind

from ...builders import a_volunteer, an_account, an_identity_number
from .trying import graded, imported, plain, sentences, taken_back

KIND = OpeningHours()
UNTIL = date(2025, 12, 31)
pytestmark = pytest.mark.usefixtures('database')


async def somebody() -> tuple[Account, Volunteer, dict[str, Any]]:
    clerk = await an_account()
    number = an_identity_number()
    person = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), identity_number=number, name='周小晴')
    await Membership.filter(volunteer_id=person.id).update(joined_on=date(2016, 3, 1))
    return clerk, person, {'name': '周小晴', 'identity_number': number, 'hours': 1200, 'minutes': 30}


async def test_the_hours_of_years_are_one_entry_from_the_day_of_joining() -> None:
    clerk, person, row = await somebody()
    written = await imported(KIND, [row], by=clerk, common={'ends_on': UNTIL})
    [entry] = await ServiceHours.filter(volunteer_id=person.id)
    assert (entry.starts_on, entry.ends_on, entry.minutes) == (date(2016, 3, 1), UNTIL, 72030)
    assert (entry.item, entry.content) == ('期初累計', '系統上線前累計時數')
    assert await taken_back(KIND, written, by=clerk) == {}
    assert await ServiceHours.all().count() == 0


async def test_hours_on_record_before_that_day_are_a_doubt() -> None:
    clerk, person, row = await somebody()
    for month in (11, 12):
        await ServiceHours.create(
            volunteer=person,
            entered_by_unit_id=clerk.host_unit_id,
            recorder=clerk,
            starts_on=date(2025, month, 1),
            ends_on=date(2025, month, 1),
            item='0010',
            content='導覽',
            minutes=90,
        )
    [one] = await graded(KIND, [row], by=clerk, common={'ends_on': UNTIL})
    assert (one.doubt, sentences(one)) == (
        Doubt.OVERLAP,
        [
            (
                'ends_on',
                '114/12/31 以前已逐筆登錄 2 筆（自 114/11/01 起，共 3 小時）。累計若已包含這些時數，就會重複計算。',
            )
        ],
    )


async def test_a_second_count_replaces_the_first_or_changes_nothing() -> None:
    clerk, person, row = await somebody()
    await imported(KIND, [row], by=clerk, common={'ends_on': UNTIL})
    [same] = await graded(KIND, [row], by=clerk, common={'ends_on': UNTIL})
    assert (same.grade, same.values) == (Grade.GOOD, {})
    [more] = await graded(KIND, [row | {'hours': 1300}], by=clerk, common={'ends_on': UNTIL})
    assert (more.doubt, more.beside) == (Doubt.DUPLICATE, {'hours': '1200 小時 30 分鐘'})
    await imported(KIND, [row | {'hours': 1300}], by=clerk, common={'ends_on': UNTIL})
    assert plain(await ServiceHours.filter(volunteer_id=person.id).values_list('minutes', flat=True)) == [78030]


async def test_without_a_day_to_begin_with_one_is_asked_for() -> None:
    clerk, person, row = await somebody()
    await Membership.filter(volunteer_id=person.id).update(joined_on=date(2026, 1, 5))
    [one] = await graded(KIND, [row], by=clerk, common={'ends_on': UNTIL})
    assert sentences(one) == [('starts_on', '請輸入起始日期：志工加入您單位的日期比截至日期晚，不知道從哪一天起算。')]
    [empty] = await graded(KIND, [row | {'hours': None, 'minutes': None}], by=clerk)
    assert sentences(empty) == [
        ('ends_on', '請輸入截至日期：這些時數累計到哪一天。'),
        ('hours', '請輸入累計時數，至少 1 分鐘。'),
    ]


async def test_hours_one_by_one_before_that_day_are_a_doubt_too() -> None:
    clerk, _, row = await somebody()
    await reference.fill()
    await imported(KIND, [row], by=clerk, common={'ends_on': UNTIL})
    hours = {
        'name': row['name'],
        'identity_number': row['identity_number'],
        'item': '0200',
        'content': '0006',
        'hours': 3,
    }
    before, after = await graded(
        ServiceHoursKind(),
        [hours | {'starts_on': date(2020, 5, 1)}, hours | {'starts_on': date(2026, 1, 1), 'item': '0200'}],
        by=clerk,
    )
    assert (before.doubt, sentences(before)) == (
        Doubt.OVERLAP,
        [('starts_on', '已登錄累計到 114/12/31 的 1200 小時 30 分鐘，這一列在那天以前，可能重複計算。')],
    )
    assert after.doubt != Doubt.OVERLAP
