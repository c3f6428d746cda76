"""Drawn people and certificates are good enough to pass for uploads."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from domain import pictures
from domain.demo import sample_pictures


@pytest.fixture(scope='module', autouse=True)
async def _open() -> AsyncIterator[None]:
    async with pictures.opened():
        yield


@pytest.mark.parametrize('seed', range(12))
async def test_every_drawn_person_passes_as_a_photo(seed: int) -> None:
    picture = await pictures.accept_photo(sample_pictures.portrait(seed))

    assert (picture.width, picture.height) == (900, 1200)
    assert [note.label for note in picture.verdict if not note.is_met] == []


def test_a_seed_always_draws_the_same_person_and_twelve_seeds_draw_twelve() -> None:
    people = [sample_pictures.portrait(seed) for seed in range(12)]

    assert sample_pictures.portrait(3) == people[3]
    assert len(set(people)) == 12


@pytest.mark.parametrize('front', [True, False])
@pytest.mark.parametrize('name', ['王小明', '𤧟喆犇‧Kacaw Mayaw Panay', '陳' * 30])
async def test_both_sides_of_a_certificate_pass_as_a_scan(front: bool, name: str) -> None:
    drawn = sample_pictures.certificate(
        front, name, '文化志工特殊訓練', 12, '臺中市示例文化藝術推廣中心', date(2026, 11, 22)
    )

    [picture] = await pictures.accept_scan(drawn)

    assert (picture.width, picture.height) == (1260, 891)
    assert [note.label for note in picture.verdict if not note.is_met] == []


def test_a_character_beyond_the_basic_plane_is_drawn_as_itself() -> None:
    drawn = {
        sample_pictures.certificate(False, '', f'基礎{name}', 6, name, date(2026, 3, 8))
        for name in ('𤧟', '𠮷', '\U0002f000')
    }

    assert len(drawn) == 3


@pytest.mark.parametrize(
    ('day', 'hours'),
    [(date(2026, 3, 8), 6), (date(2012, 10, 10), 12), (date(2021, 11, 22), 40), (date(2020, 2, 20), 1)],
)
def test_any_day_and_number_of_hours_can_be_drawn(day: date, hours: int) -> None:
    assert sample_pictures.certificate(True, '王小明', '志工基礎訓練', hours, '示例文化中心', day).startswith(
        b'\xff\xd8\xff'
    )
