"""Tables of OpenDocument files, read again by a library that knows them."""

import io
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from odfdo import Document

from domain import odf_tables, printouts

TEXTS = st.text(st.sampled_from('甲<>&"\'%/\\ =\t\n\r\x00\ud800\U00020bb7'), max_size=12)


def read(made: bytes) -> list[list[str]]:
    [sheet] = Document(io.BytesIO(made)).body.get_elements('table:table')
    return [
        [
            ''.join(str(text) for text in cell.get_elements('text:p')).removesuffix('\n')
            for cell in row.get_elements('*')
        ]
        for row in sheet.get_elements('.//table:table-row')
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_whatever_a_cell_holds_comes_back_as_it_was(texts: list[str]) -> None:
    made = printouts.ods('表', texts, [texts])

    expected = [odf_tables.clean(text).replace('\r\n', '\n').replace('\r', '\n') for text in texts]
    assert read(made) == [expected, expected]


def test_spaces_that_a_reader_would_swallow_are_written_as_such() -> None:
    assert [odf_tables._content(text) for text in (' a', 'a ', 'a b', 'a  b', 'a \n b')] == [
        '<text:s text:c="1"/>a',
        'a<text:s text:c="1"/>',
        'a b',
        'a<text:s text:c="2"/>b',
        'a<text:s text:c="1"/><text:line-break/><text:s text:c="1"/>b',
    ]


def test_nobody_puts_a_table_into_a_cell() -> None:
    assert read(printouts.ods('表', ['甲'], [[odf_tables.PLACE]])) == [['甲'], [odf_tables.PLACE]]
    assert read(printouts.odt('表', '<x>', ['甲'], [[odf_tables.PLACE]])) == [['甲'], [odf_tables.PLACE]]


def test_ten_times_the_rows_take_ten_times_as_long_and_not_a_hundred() -> None:
    def spent(count: int) -> float:
        began = time.process_time()
        printouts.ods('表', ['甲'] * 10, [['115/03/11 10:00'] * 10] * count)
        return time.process_time() - began

    spent(10)
    assert spent(5000) < 40 * spent(500)
