"""One page of a longer list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar('Row')

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
