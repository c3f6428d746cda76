"""The three-way merge: what one side changed stands, what both changed differently clashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.volunteers.merge import three_way

Record = dict[str, int]

FIELDS = ('name', 'email', 'born_on')
records = st.fixed_dictionaries(dict.fromkeys(FIELDS, st.integers(0, 2)))


@pytest.mark.parametrize(
    ('base', 'theirs', 'mine', 'merged', 'clashes'),
    [
        ('甲', '甲', '甲', '甲', False),  # nobody changed it
        ('甲', '甲', '乙', '乙', False),  # only I
        ('甲', '乙', '甲', '乙', False),  # only they
        ('甲', '乙', '乙', '乙', False),  # both, alike
        ('甲', '乙', '丙', '乙', True),  # both, differently
        ('', '乙', '丙', '乙', True),
        ('甲', '', '丙', '', True),  # they emptied what I changed
        ('甲', '乙', '', '乙', True),
        (None, False, True, False, True),  # no answer is another answer than no
        (None, False, None, False, False),
    ],
)
def test_a_field_is_merged_from_what_was_seen_what_is_kept_and_what_is_wanted(
    base: object, theirs: object, mine: object, merged: object, clashes: bool
) -> None:
    merge = three_way({'field': base}, {'field': theirs}, {'field': mine})

    assert merge.merged == {'field': merged}
    assert merge.clashes == (['field'] if clashes else [])


def test_fields_that_clash_are_named_in_the_order_of_the_form_and_the_others_are_merged_all_the_same() -> None:
    merge = three_way(
        {'name': '甲', 'email': '', 'sex': '', 'born_on': 1},
        {'name': '乙', 'email': '', 'sex': 'F', 'born_on': 2},
        {'name': '丙', 'email': 'h@e.tw', 'sex': '', 'born_on': 3},
    )

    assert merge.clashes == ['name', 'born_on']
    assert merge.merged == {'name': '乙', 'email': 'h@e.tw', 'sex': 'F', 'born_on': 2}


@given(records, records)
def test_who_changed_nothing_takes_over_what_the_other_changed(base: Record, other: Record) -> None:
    assert three_way(base, other, base).merged == three_way(base, base, other).merged == other
    assert three_way(base, other, base).clashes == three_way(base, base, other).clashes == []


@given(records, records)
def test_two_who_made_the_same_changes_do_not_clash(base: Record, both: Record) -> None:
    merge = three_way(base, both, both)

    assert (merge.merged, merge.clashes) == (both, [])


@given(records, records, records)
def test_a_field_clashes_if_and_only_if_its_three_values_differ(base: Record, theirs: Record, mine: Record) -> None:
    clashes = three_way(base, theirs, mine).clashes

    assert set(clashes) == {name for name in FIELDS if len({base[name], theirs[name], mine[name]}) == 3}


@given(records, records, records)
def test_it_makes_no_difference_who_was_first_unless_they_clash(base: Record, theirs: Record, mine: Record) -> None:
    one, other = three_way(base, theirs, mine), three_way(base, mine, theirs)

    assert one.clashes == other.clashes
    assert all(one.merged[name] == other.merged[name] for name in FIELDS if name not in one.clashes)


@given(records, records, records)
def test_no_change_of_theirs_is_lost_and_none_is_invented(base: Record, theirs: Record, mine: Record) -> None:
    merged = three_way(base, theirs, mine).merged

    assert all(merged[name] == theirs[name] for name in FIELDS if theirs[name] != base[name])
    assert all(merged[name] in (theirs[name], mine[name]) for name in FIELDS)
    assert merged.keys() == base.keys()


@given(records, records, records)
def test_the_records_that_are_merged_stay_as_they_are(base: Record, theirs: Record, mine: Record) -> None:
    copies = dict(base), dict(theirs), dict(mine)

    three_way(base, theirs, mine)

    assert (base, theirs, mine) == copies
