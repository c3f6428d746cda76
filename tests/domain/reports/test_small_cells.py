"""Small cells are hidden, and nobody finds them out: tables small enough to try every table that fits."""

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.reports.small_cells import HIDDEN, LEAST, SMALL, may_differ, protected, with_totals

tables = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 30]), min_size=width, max_size=width),
        min_size=1,
        max_size=3,
    )
)


def shown(cells: Sequence[Sequence[int]]) -> list[list[int | str]]:
    table = protected(cells)
    return [[table.shown(row, column) for column in range(len(cells[0]) + 1)] for row in range(len(cells) + 1)]


def fitting(told: list[list[int | str]], cells: Sequence[Sequence[int]]) -> Iterator[list[list[int]]]:
    """Tables that a reader of `told` may think of, near the true one: each hidden cell some steps up or down."""
    places = [(r, c) for r in range(len(cells)) for c in range(len(cells[0])) if told[r][c] in (SMALL, HIDDEN)]
    steps = (0, 1, -1) if len(places) > 5 else (0, 1, -1, 2, -2)
    for changes in product(steps, repeat=len(places)):
        other = [list(row) for row in cells]
        for (row, column), change in zip(places, changes, strict=True):
            other[row][column] += change
        if all(number >= 0 for row in other for number in row):
            full = with_totals(other)
            if all(may_be(told[r][c], full[r][c]) for r, line in enumerate(full) for c in range(len(line))):
                yield full


def may_be(told: int | str, number: int) -> bool:
    if told == SMALL:
        return 0 < number < LEAST
    return number >= LEAST if told == HIDDEN else number == told


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tables)
def test_a_reader_finds_another_table_for_each_hidden_cell(cells: list[list[int]]) -> None:
    told, full = shown(cells), with_totals(cells)
    if not any(SMALL in row for row in told):
        return  # nothing is small, or nothing at all is shown
    others = list(fitting(told, cells))
    for row, line in enumerate(told):
        for column, one in enumerate(line):
            if one in (SMALL, HIDDEN):
                assert {other[row][column] for other in others} > {full[row][column]}, (told, row, column)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(0, 40), min_size=7, max_size=7), min_size=1, max_size=22))
def test_in_a_table_of_the_nation_no_hidden_cell_is_told(cells: list[list[int]]) -> None:
    table = protected(cells)
    for row, line in enumerate(with_totals(cells)):
        for column, number in enumerate(line):
            one = table.shown(row, column)
            assert not (one == number and 0 < number < LEAST)
    if table.small:
        assert all(may_differ(place, table) for place in [*table.small, *table.hidden])


def test_what_is_not_small_is_shown() -> None:
    assert shown([[10, 20], [0, 40]]) == [[10, 20, 30], [0, 40, 40], [10, 60, 70]]


def test_one_small_cell_takes_three_others_with_it() -> None:
    assert shown([[1, 20, 30], [40, 50, 60], [70, 80, 90]]) == [
        [SMALL, HIDDEN, 30, 51],
        [HIDDEN, HIDDEN, 60, 150],
        [70, 80, 90, 240],
        [111, 150, 180, 441],
    ]


def test_two_small_cells_that_add_up_to_eight_are_not_left_alone() -> None:
    told = shown([[4, 4, 50], [60, 70, 80]])
    assert [told[0][0], told[0][1]] == [SMALL, SMALL]
    assert sum(one == HIDDEN for row in told for one in row) >= 2
