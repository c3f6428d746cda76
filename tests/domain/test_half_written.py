"""What somebody is writing: kept for them alone, until it is sent or a month old."""

from datetime import date, timedelta

import pytest

from db.choices import Role
from db.models import HalfWritten
from domain import dates, half_written
from domain.drafts import CannotKeep
from domain.half_written import Sheet

from ..builders import an_account

pytestmark = pytest.mark.usefixtures('database')


async def a_sheet(place: str = 'case-1') -> Sheet:
    return Sheet(place, await an_account(Role.REVIEWER))


async def test_words_are_found_again_by_place_and_field_and_the_last_ones_count() -> None:
    mine = await a_sheet()
    other = Sheet('case-2', mine.by)
    await half_written.keep(mine, 'basics::photo', {'reason': 'blurred', 'text': '請重'})
    await half_written.keep(mine, 'basics::photo', {'reason': 'blurred', 'text': '請重拍'})
    await half_written.keep(mine, 'starts_on', date(2026, 3, 8))
    await half_written.keep(other, 'rejected', '資格不符')

    assert await half_written.written(mine) == {
        'basics::photo': {'reason': 'blurred', 'text': '請重拍'},
        'starts_on': '2026-03-08',
    }
    await half_written.forget(mine)
    assert await half_written.written(mine) == {}
    assert await half_written.written(other) == {'rejected': '資格不符'}


async def test_a_colleague_at_the_same_case_finds_nothing_of_it() -> None:
    mine, theirs = await a_sheet(), await a_sheet()
    await half_written.keep(mine, 'rejected', '資格不符')

    assert mine.id != theirs.id
    assert await half_written.written(theirs) == {}
    await half_written.forget(theirs)
    assert await half_written.written(mine) == {'rejected': '資格不符'}


async def test_what_was_given_up_and_what_is_a_month_old_goes() -> None:
    mine = await a_sheet()
    await half_written.keep(mine, 'rejected', '資格不符')
    await half_written.keep(mine, 'rejected', None)
    assert await HalfWritten.exists() is False

    await half_written.keep(mine, 'rejected', '資格不符')
    with dates.frozen(dates.now() + timedelta(days=31)):
        await half_written.keep(mine, 'returned', '請補正')
    assert list(await half_written.written(mine)) == ['returned']


async def test_it_is_sealed_and_has_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = await a_sheet()
    await half_written.keep(mine, 'rejected', '資格不符')
    [kept] = await HalfWritten.all()
    assert '資格不符'.encode() not in bytes(kept.value)

    for field, value in (('x', 'y' * 20_000), ('NO SUCH', 'x'), (None, 'x'), ('x', object())):
        with pytest.raises(CannotKeep):
            await half_written.keep(mine, field, value)  # type: ignore[arg-type]
    monkeypatch.setattr(half_written, 'MOST_FIELDS', 1)
    with pytest.raises(CannotKeep):
        await half_written.keep(mine, 'returned', 'x')
    assert await half_written.written(mine) == {'rejected': '資格不符'}
