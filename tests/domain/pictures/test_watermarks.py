"""A picture on a screen has its viewer and the time over it; the kept file, and what is printed of it, has not."""

import io
from datetime import datetime
from typing import Any

import pytest
from PIL import Image, ImageChops

from db.choices import FileKind, Role
from domain import dates, files
from domain.pictures import Picture, watermarks

from ...builders import a_complete_volunteer, a_file, an_account


def a_page(size: tuple[int, int]) -> bytes:
    written = io.BytesIO()
    Image.new('RGB', size, '#FFFDF6').save(written, 'JPEG', quality=88)
    return written.getvalue()


@pytest.mark.parametrize('size', [(2000, 1400), (600, 800)], ids=str)
def test_it_is_faint_and_everywhere(size: tuple[int, int]) -> None:
    plain = a_page(size)
    with (
        Image.open(io.BytesIO(plain)) as before,
        Image.open(io.BytesIO(watermarks.drawn(plain, '林小滿　115/03/05 10:00'))) as after,
    ):
        difference = ImageChops.difference(before.convert('L'), after.convert('L'))

    assert after.size == size
    strongest: Any = difference.getextrema()[1]
    assert 0 < strongest < 80  # a letter below it can still be read
    thirds = [
        (size[0] * x // 3, size[1] * y // 3, size[0] * (x + 1) // 3, size[1] * (y + 1) // 3)
        for x in range(3)
        for y in range(3)
    ]
    assert all(difference.crop(part).getbbox() for part in thirds)


async def test_each_viewer_has_the_own_picture_and_the_file_stays(database: str) -> None:
    clerk = await an_account()
    assert clerk.host_unit is not None
    colleague = await an_account(host_unit=clerk.host_unit, name='張大同')
    volunteer = await a_complete_volunteer(by=clerk)
    person = await an_account(Role.VOLUNTEER, volunteer=volunteer)
    upload = Picture(a_page((600, 800)), 600, 800, [])
    file_id = (await files.keep(upload, FileKind.PHOTO, '照片.jpg', by=clerk, volunteer=volunteer)).id

    with dates.frozen(datetime(2026, 3, 5, 10, 2, tzinfo=dates.TAIPEI)):
        [kept, mine, theirs, own, again] = [
            content
            for _, content in [
                await files.read(file_id, by=clerk),
                await files.looked_at(file_id, by=clerk),
                await files.looked_at(file_id, by=colleague),
                await files.looked_at(file_id, by=person),
                await files.read(file_id, by=clerk),
            ]
        ]

    assert kept == own == again
    assert len({kept, mine, theirs}) == 3
    assert len(watermarks._kept) <= watermarks.MOST_KEPT


async def test_what_was_just_uploaded_is_shown_as_it_is(database: str) -> None:
    clerk = await an_account()
    file = await a_file(by=clerk)

    assert await files.looked_at(file.id, by=clerk) == await files.read(file.id, by=clerk)
