"""What a field makes of what was typed or copied into it, and what it shows then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from nicegui import Client
from nicegui.page import page

from domain.errors import Incomplete
from ui.components.form import form
from ui.components.form.fields import date_field, hours_field, number_field, text_field


@dataclass
class Course:
    day: date | None = None
    reference: str = ''
    hours: int | None = None
    extra_minutes: int | None = None

    def problems(self) -> dict[str, str]:
        return {}


@asynccontextmanager
async def a_form() -> AsyncIterator[form]:
    with Client(page('/')):
        yield form(Course(), summary=False)


async def left(field: hours_field, text: str) -> Any:
    """What stands in the hours and minutes after this was typed."""
    await field.take(text, 0)
    await field._tidy()
    return field.form.details


async def test_a_day_before_the_republic_says_so_where_no_box_does() -> None:
    async with a_form() as course:
        day = date_field('受訓日期', course, 'day')
        await day.take('民國前 1 年 1 月 2 日', 0)
        shown = day._props['value']
        assert (shown, day.describe(date(1911, 1, 2))) == ('前001/01/02', '民國前 1/01/02')

        await day.take(shown, 0)
        assert course.details == Course(day=date(1911, 1, 2))
        assert date_field('出生日期', course, 'day', has_box=True)._props['value'] == '001/01/02'


async def test_a_whole_number_over_a_fraction_takes_back_the_minutes_that_it_set() -> None:
    async with a_form() as course:
        hours = hours_field('訓練時數', course, 'hours')
        hours.minutes = number_field('分鐘', course, 'extra_minutes')
        assert await left(hours, '"6.5"') == Course(hours=6, extra_minutes=30)
        assert await left(hours, '6') == Course(hours=6, extra_minutes=0)

        await hours.minutes.take('「15」', 0)
        assert await left(hours, '7') == Course(hours=7, extra_minutes=15)
        assert await left(hours, '6.5') == Course(hours=6, extra_minutes=30)
        await hours.minutes.take('45', 0)
        assert await left(hours, '8') == Course(hours=8, extra_minutes=45)


async def test_a_cell_copied_with_what_ends_it_is_one_line() -> None:
    async with a_form() as course:
        reference = text_field('核定字號', course, 'reference')
        await reference.take('府社志字\t第1150001號\r\n', 0)
        assert course.details == Course(reference='府社志字 第1150001號 ')


async def test_a_text_that_is_too_long_is_kept_whole_and_told_of_before_anything_is_saved() -> None:
    async with a_form() as course:
        reference = text_field('核定字號', course, 'reference', maxlength=60)
        await reference.take('字' * 500, 0)

        sentence = '核定字號最多 60 個字，這裡有 500 個字。請縮短後再儲存。'
        assert (course.details, course.problems()) == (Course(reference='字' * 500), {'reference': sentence})
        with pytest.raises(Incomplete):
            await course.ready()
        assert 'maxlength' not in reference._props

        await reference.take('字' * 60, 0)
        assert course.problems() == {}
