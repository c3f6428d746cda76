"""Pages of a list, found by where the page beside them ends: the same rows as counting gives, wherever one turns."""

from datetime import datetime, timedelta

import pytest
from tortoise.queryset import QuerySet

from db.choices import Role
from db.models import Account, OfficeEntry
from domain import dates, paging
from domain.audit import retention
from domain.paging import Place

from ..builders import an_account
from ..plans import noted

ORDER = ('-at', 'subject', '-id')


async def an_entry(at: datetime, subject: str) -> OfficeEntry:
    by = await Account.first() or await an_account(Role.ADMINISTRATOR)
    return OfficeEntry(at=at, by=by, by_name='林', from_unit='', section='規則', subject=subject, action='改')


async def some_entries(count: int) -> QuerySet[OfficeEntry]:
    """Of each moment several, of each subject several."""
    first = datetime(2026, 3, 8, tzinfo=dates.TAIPEI)
    await OfficeEntry.bulk_create(
        [await an_entry(first + timedelta(hours=number // 5), f'{number % 3}') for number in range(count)]
    )
    return OfficeEntry.all()


@pytest.mark.usefixtures('database')
async def test_whichever_way_one_turns_the_rows_are_those_that_counting_gives() -> None:
    rows = await some_entries(53)
    whole = [row.id for row in await rows.order_by(*ORDER)]

    for turns in ((1, 2, 3, 4, 5, 6), (6, 5, 4, 3, 2, 1), (4, 5, 4, 4, 6, 2, 1, 3, 6, 7), (7, 6)):
        place = Place()
        for number in turns:
            with paging.turned_from(place):
                page = await paging.page_of(rows, ORDER, number, 10)
            assert [row.id for row in page.rows] == whole[(number - 1) * 10 : number * 10], (turns, number)
            assert page.total == 53


@pytest.mark.usefixtures('database')
async def test_what_comes_or_goes_meanwhile_moves_nothing_of_the_next_page() -> None:
    rows, place = await some_entries(30), Place()
    whole = [row.id for row in await rows.order_by(*ORDER)]
    with paging.turned_from(place):
        await paging.page_of(rows, ORDER, 2, 10)
        await some_entries_above()
        again = await paging.page_of(rows, ORDER, 2, 10)
        following = await paging.page_of(rows, ORDER, 3, 10)
        async with retention.removing():
            await OfficeEntry.filter(id=following.rows[0].id).delete()
        before = await paging.page_of(rows, ORDER, 2, 10)

    assert [row.id for row in again.rows] == whole[10:20]
    assert [row.id for row in following.rows] == whole[20:30]
    assert [row.id for row in before.rows] == whole[10:20]


async def some_entries_above() -> None:
    now = datetime(2027, 1, 1, tzinfo=dates.TAIPEI)
    for _ in range(2):
        await (await an_entry(now, '新')).save()


@pytest.mark.usefixtures('database')
async def test_another_list_begins_anew_and_a_page_beside_is_not_counted_off() -> None:
    rows, place = await some_entries(53), Place()
    whole = [row.id for row in await rows.order_by(*ORDER)]
    with paging.turned_from(place):
        await paging.page_of(rows, ORDER, 3, 10)
        with noted() as told:
            await paging.page_of(rows, ORDER, 4, 10)
            await paging.page_of(rows, ORDER, 3, 10)
        other = await paging.page_of(rows.filter(subject='1'), ORDER, 2, 10)

    assert 'OFFSET' not in ''.join(query for query, _ in told)
    theirs = {row.id for row in await rows.filter(subject='1')}
    assert [row.id for row in other.rows] == [one for one in whole if one in theirs][10:]


@pytest.mark.usefixtures('database')
async def test_a_list_that_ends_on_the_page_is_not_counted() -> None:
    rows = await some_entries(17)
    few, last = rows.filter(subject='1'), list(await rows.order_by(*ORDER))[10:]
    with noted() as told:
        page = await paging.page_of(few, ORDER, 1, 10)
        assert (len(page.rows), page.total) == (6, 6)
        assert (await paging.counted(last, rows, 2, 10)).total == 17
        assert (await paging.counted([], rows.filter(subject='none'), 1, 10)).total == 0
    assert [query for query, _ in told if 'COUNT' in query] == []

    assert (await paging.page_of(rows, ORDER, 1, 10)).total == 17
    assert (await paging.page_of(rows, ORDER, 1, 17)).total == 17
    assert (await paging.counted([], rows, 9, 10)).total == 17
