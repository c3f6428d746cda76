"""Small cells of a table of counts: 1 to 4 is shown as 「<5」, and as many more cells are hidden as it takes.

A table has a row and a column of totals. A hidden cell must not follow from the others: whoever knows all that is
shown, that 「<5」 is 1 to 4 and that 「不公布」 is 5 or more, finds at least two tables that fit, which differ in it.
Whether there are two is decided exactly: changes that leave every total true are circulations between rows and columns,
so a cell can differ if, and only if, it lies on a cycle of hidden cells that may grow and shrink in turn.
"""

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

LEAST = 5
SMALL, HIDDEN = '<5', '不公布'

Place = tuple[int, int]
Node = tuple[int, int]
_DEAR = 10**9  # of a total rather another cell is hidden


@dataclass(frozen=True)
class Protected:
    """The table with its totals, as numbers, and what of it is shown: a number, SMALL or HIDDEN.

    The last row and the last column are the totals.
    """

    numbers: Sequence[Sequence[int]]
    small: Collection[Place]
    hidden: Collection[Place]

    def shown(self, row: int, column: int) -> int | str:
        """What stands there for whoever may not see small cells."""
        if (row, column) in self.small:
            return SMALL
        return HIDDEN if (row, column) in self.hidden else self.numbers[row][column]


def with_totals(cells: Sequence[Sequence[int]]) -> list[list[int]]:
    """The table with a column of totals, and a row of them.

    >>> with_totals([[1, 2], [3, 4]])
    [[1, 2, 3], [3, 4, 7], [4, 6, 10]]
    """
    rows = [[*row, sum(row)] for row in cells]
    width = len(rows[0]) if rows else 1
    return [*rows, [sum(row[column] for row in rows) for column in range(width)]]


def protected(cells: Sequence[Sequence[int]]) -> Protected:
    """The table of counts `cells` with totals, its small cells hidden, and what else it takes.

    >>> table = protected([[1, 20, 30], [40, 50, 60], [70, 80, 90]])
    >>> [[table.shown(row, column) for column in range(4)] for row in range(2)]
    [['<5', '不公布', 30, 51], ['不公布', '不公布', 60, 150]]
    """
    numbers = with_totals(cells)
    places = [(row, column) for row, line in enumerate(numbers) for column, number in enumerate(line) if number]
    small = {(row, column) for row, column in places if numbers[row][column] < LEAST}
    gone: dict[Place, int] = dict.fromkeys(small, LEAST - 1)  # what is hidden, and the most that it may be
    for place in sorted(small):
        cycle = _cheapest_cycle(place, numbers, gone)
        if cycle is None:  # so few people that nothing else would do: nothing but zeros is shown
            return Protected(numbers, (), places)
        gone |= {each: 0 for each in cycle if each not in gone}
    # What was hidden for the sake of others lies on their cycles, so it can differ as well.
    return Protected(numbers, small, [place for place in gone if place not in small])


def may_differ(place: Place, table: Protected) -> bool:
    """Whether another table fits all that is shown, and has another number there."""
    gone = dict.fromkeys(table.small, LEAST - 1) | dict.fromkeys(table.hidden, 0)
    cycle = _cheapest_cycle(place, table.numbers, gone, may_hide=False)
    return cycle is not None


def _cheapest_cycle(
    start: Place, numbers: Sequence[Sequence[int]], gone: dict[Place, int], *, may_hide: bool = True
) -> Sequence[Place] | None:
    """The cells of a cycle through `start` that hides least more, None where there is none.

    Rows are the nodes (0, i), columns (1, j). A cell that grows is a way from its row to its column, one that shrinks
    the way back; a total counts the other way round, since it stands on the other side of the equation.
    """
    ways: dict[Node, list[tuple[Node, Place, int]]] = {}
    for row, line in enumerate(numbers):
        for column, number in enumerate(line):
            place = (row, column)
            if place == start or not number or (place not in gone and not may_hide):
                continue
            cost = 0 if place in gone else number + _DEAR * _totals(place, numbers)
            for change in (1, -1):
                if _may_change(place, change, numbers, gone):
                    from_, to = _way(place, change, numbers)
                    ways.setdefault(from_, []).append((to, place, cost))
    found = [
        path
        for step in (1, -1)
        if _may_change(start, step, numbers, gone)
        for goal, begin in [_way(start, step, numbers)]
        for path in [_path(begin, goal, ways)]
        if path is not None
    ]
    return min(found)[1] if found else None


def _path(
    begin: Node, goal: Node, ways: Mapping[Node, Sequence[tuple[Node, Place, int]]]
) -> tuple[int, list[Place]] | None:
    """The cheapest path with its cost (Dijkstra)."""
    waiting: list[tuple[int, list[Place], Node]] = [(0, [], begin)]
    seen: set[Node] = set()
    while waiting:
        cost, path, here = heapq.heappop(waiting)
        if here == goal:
            return cost, path
        if here in seen:
            continue
        seen.add(here)
        for onward, place, more in ways.get(here, ()):
            if onward not in seen:
                heapq.heappush(waiting, (cost + more, [*path, place], onward))
    return None


def _way(place: Place, change: int, numbers: Sequence[Sequence[int]]) -> tuple[Node, Node]:
    ends = (0, place[0]), (1, place[1])
    return ends if (change > 0) != (_totals(place, numbers) == 1) else (ends[1], ends[0])


def _totals(place: Place, numbers: Sequence[Sequence[int]]) -> int:
    """In how many ways the cell is a total: 0 for a cell, 1 for a total, 2 for the total of all."""
    return (place[0] == len(numbers) - 1) + (place[1] == len(numbers[0]) - 1)


def _may_change(place: Place, change: int, numbers: Sequence[Sequence[int]], gone: Mapping[Place, int]) -> bool:
    number = numbers[place[0]][place[1]] + change
    return 0 < number < LEAST if gone.get(place) else number >= LEAST
