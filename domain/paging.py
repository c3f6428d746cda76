"""One page of a longer list, found by where the page beside it ends."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

Row = TypeVar('Row')
Record = TypeVar('Record', bound=Model)
Keys = tuple[Any, ...]

MOST_ROWS = 50
_LAST_PAGE = 100_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`rows` of page `number`, which counts from 1, out of `total` rows in all.

    >>> page = Page(['甲', '乙'], total=12, number=2, per_page=10)
    >>> page.first, page.last, page.pages, page.foot
    (11, 12, 2, '顯示第 11 至 12 項結果，共 12 項')
    >>> Page([], total=0).foot
    '顯示第 0 至 0 項結果，共 0 項'
    """

    rows: Sequence[Row]
    total: int
    number: int = 1
    per_page: int = 10

    @property
    def first(self) -> int:
        return (self.number - 1) * self.per_page + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def foot(self) -> str:
        return f'顯示第 {self.first} 至 {self.last} 項結果，共 {self.total} 項'


def bounds(number: object, per_page: object) -> tuple[int, int]:
    """A page number and a length that the database can bear, whatever a form sent.

    >>> bounds(3, 25), bounds(-1, 10**9), bounds('2', None)
    ((3, 25), (1, 50), (1, 10))
    """
    return _whole(number, 1, _LAST_PAGE), _whole(per_page, 10, MOST_ROWS)


def _whole(value: object, default: int, most: int) -> int:
    return min(max(value, 1), most) if isinstance(value, int) and not isinstance(value, bool) else default


@dataclass
class Place:
    """Where the page that a table shows stands in its list, so that the pages beside it are found without counting.

    `of` is the statement of the list, or what it is written of, where nobody has turned a page yet.
    """

    of: str | tuple[QuerySet[Any], Sequence[str], int] = ''
    number: int = 0
    first: Keys = ()
    last: Keys = ()


_place: ContextVar[Place | None] = ContextVar('place', default=None)


@contextmanager
def turned_from(place: Place) -> Iterator[None]:
    """While the context lasts, pages are looked for from `place`, which then is where the found page stands."""
    token = _place.set(place)
    try:
        yield
    finally:
        _place.reset(token)


async def counted(rows: Sequence[Record], all_of_them: QuerySet[Any], number: int, per_page: int) -> Page[Record]:
    """The page that `rows` are; nothing is counted where the page shows by itself that it is the last."""
    if 0 < len(rows) < per_page or (not rows and number == 1):
        return Page(rows, (number - 1) * per_page + len(rows), number, per_page)
    return Page(rows, await all_of_them.count(), number, per_page)


async def page_of(
    rows: QuerySet[Record],
    order: Sequence[str],
    number: int,
    per_page: int,
    count: Callable[[], Awaitable[int]] | None = None,
) -> Page[Record]:
    """Page `number` of `rows`; `order` ends with the id, and none of its columns is empty.

    `count` tells how many there are, where something else than the rows themselves knows.

    The page that was shown, the one after it and the one before begin or end where that does, by an index of `order`:
    they cost the same wherever they are. Others are counted off from the nearer end, over keys alone.
    """
    if number == 1:
        return await _first(rows, order, per_page, count)
    total = await (count or rows.count)()
    ids = [one[-1] for one in await keys_of(rows, order, number, per_page, total)]
    found: dict[Any, Record] = {row.pk: row for row in await rows.filter(id__in=ids)} if ids else {}
    return Page([found[one] for one in ids if one in found], total, number, per_page)


async def _first(
    rows: QuerySet[Record], order: Sequence[str], per_page: int, count: Callable[[], Awaitable[int]] | None
) -> Page[Record]:
    """Most lists have no second page, and are not counted."""
    shown, place = await rows.order_by(*order).limit(per_page), _place.get()
    if place is not None and shown:
        first, last = (tuple(getattr(one, _column(name)) for name in order) for one in (shown[0], shown[-1]))
        place.of, place.number, place.first, place.last = (rows, order, per_page), 1, first, last
    if count is not None and len(shown) == per_page:
        return Page(shown, await count(), 1, per_page)
    return await counted(shown, rows, 1, per_page)


async def keys_of(rows: QuerySet[Any], order: Sequence[str], number: int, per_page: int, total: int) -> list[Keys]:
    """What `order` names of each row of the page."""
    place = _place.get() or Place()
    of = _text(rows, order, per_page)
    keys: list[Keys] = []
    if number > 1 and of == (place.of if isinstance(place.of, str) else _text(*place.of)):
        keys = await _beside(rows, order, number - place.number, per_page, place)
    keys = keys or await _counted_off(rows, order, (number - 1) * per_page, per_page, total)
    if keys:
        place.of, place.number, place.first, place.last = of, number, keys[0], keys[-1]
    return keys


def _text(rows: QuerySet[Any], order: Sequence[str], per_page: int) -> str:
    return f'{per_page} {rows.order_by(*order).sql(params_inline=True)}'


async def _beside(rows: QuerySet[Any], order: Sequence[str], turns: int, most: int, place: Place) -> list[Keys]:
    if turns == 1:
        return await _after(rows, order, place.last, most)
    if turns == -1:
        return (await _after(rows, _backwards(order), place.first, most))[::-1]
    if turns == 0:
        return await _after(rows, order, place.first, most, itself=True)
    return []


async def _counted_off(rows: QuerySet[Any], order: Sequence[str], begins: int, most: int, total: int) -> list[Keys]:
    ends = min(begins + most, total)
    if begins < ends and total - ends < begins:
        return (await _read(rows, _backwards(order), ends - begins, total - ends))[::-1]
    return await _read(rows, order, most, begins)


async def _after(rows: QuerySet[Any], order: Sequence[str], at: Keys, most: int, *, itself: bool = False) -> list[Keys]:
    """What stands after `at`: what is alike in all columns but the last, then in all but the last two, and so on.

    Each is one stretch of an index, whichever way its columns go.
    """
    same = [Q(**{_column(name): value}) for name, value in zip(order, at, strict=True)]
    keys = await _read(rows.filter(*same), order, 1) if itself else []
    for alike in reversed(range(len(order))):
        if len(keys) < most:
            sign = 'lt' if order[alike].startswith('-') else 'gt'
            beyond = Q(**{f'{_column(order[alike])}__{sign}': at[alike]})
            keys += await _read(rows.filter(*same[:alike], beyond), order, most - len(keys))
    return keys


async def _read(rows: QuerySet[Any], order: Sequence[str], most: int, passed_over: int = 0) -> list[Keys]:
    found = rows.order_by(*order).limit(most)
    found = found.offset(passed_over) if passed_over else found
    return [tuple(one) for one in await found.values_list(*map(_column, order))]


def _column(name: str) -> str:
    return name.removeprefix('-')


def _backwards(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith('-') else f'-{name}' for name in order]
