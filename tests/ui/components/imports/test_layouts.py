"""What stands together in a row of the table of an import."""

from domain.imports import KINDS
from domain.model import ImportKind
from ui.components.imports import layouts


def test_every_layout_names_columns_that_its_kind_has() -> None:
    unknown = {
        kind: [key for group in groups for key in group.keys if key not in {each.key for each in KINDS[kind].columns}]
        for kind, groups in layouts.LAYOUTS.items()
    }

    assert {kind: keys for kind, keys in unknown.items() if keys} == {}


def test_every_kind_has_a_layout() -> None:
    assert set(KINDS) == set(layouts.LAYOUTS)


def test_a_cell_outside_the_layout_is_shown_when_something_is_to_be_said_of_it() -> None:
    labels = {each.key: each.label for each in KINDS[ImportKind.SERVICE_HOURS].columns}

    plain = layouts.of(ImportKind.SERVICE_HOURS, labels, ())
    marked = layouts.of(ImportKind.SERVICE_HOURS, labels, ('remarks', 'hours'))

    assert [each.label for each in plain] == ['志工', '服務日期', '服務項目', '服務時數']
    assert [each.label for each in marked] == ['志工', '服務日期', '服務項目', '服務時數', labels['remarks']]


def test_a_group_of_which_the_file_has_nothing_is_left_out() -> None:
    groups = layouts.of(ImportKind.TRAININGS, {'name': '姓名', 'identity_number': '證號', 'title': '課程'}, ())

    assert [(each.label, each.keys) for each in groups] == [('志工', ('name', 'identity_number')), ('課程', ('title',))]
