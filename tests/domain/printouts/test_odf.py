"""OpenDocument files, read again by a library that knows them."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odfdo import Document

from domain import dates
from domain.printouts import odf
from domain.printouts.odf import Share, Sheet

TEXTS = st.text(st.sampled_from('甲<>&"\'%/\\ =+-@\t\n\r\x00\ud800\U00020bb7'), max_size=12)
COLUMNS = ('編號', '姓名', '天數', '比例')


def a_workbook(*rows: list[odf.Cell], columns: tuple[str, ...] = COLUMNS, name: str = '表') -> bytes:
    return odf.spreadsheet('名冊', '範例圖書館　共 1 人', [Sheet(name, columns, rows)])


def tables(made: bytes) -> list[Any]:
    return list(Document(io.BytesIO(made)).body.get_elements('table:table'))


def read(made: bytes) -> list[list[str]]:
    [sheet] = tables(made)
    return [
        [
            ''.join(str(text) for text in cell.get_elements('text:p')).removesuffix('\n')
            for cell in row.get_elements('*')
        ]
        for row in sheet.get_elements('.//table:table-row')
    ]


def part(made: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(made)).read(name).decode()


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_whatever_a_cell_holds_comes_back_as_it_was(texts: list[str]) -> None:
    expected = [odf.clean(text).replace('\r\n', '\n').replace('\r', '\n') for text in texts]

    assert read(odf.spreadsheet('', '', [Sheet('表', texts, [texts])]))[-2:] == [expected, expected]
    assert read(odf.text('', '', texts, [texts], is_landscape=False)) == [expected, expected]


@pytest.mark.parametrize(
    ('text', 'written'),
    [
        (' a', '<text:s text:c="1"/>a'),
        ('a ', 'a<text:s text:c="1"/>'),
        ('a b', 'a b'),
        ('a  b', 'a<text:s text:c="2"/>b'),
        ('a \n b', 'a<text:s text:c="1"/><text:line-break/><text:s text:c="1"/>b'),
        ('a\r\nb\tc', 'a<text:line-break/>b<text:tab/>c'),
    ],
)
def test_spaces_that_a_reader_would_swallow_are_written_as_elements(text: str, written: str) -> None:
    for made in (a_workbook([text], columns=('甲',)), odf.text('', '', ['甲'], [[text]], is_landscape=False)):
        assert f'>{written}</text:p>' in part(made, 'content.xml')


def test_a_sheet_says_what_it_is_then_its_headings_which_stay_in_sight_and_come_on_each_page() -> None:
    made = a_workbook([1, '王小明', 1.25, Share(2 / 3)])

    assert read(made) == [
        ['名冊'],
        ['範例圖書館　共 1 人'],
        list(COLUMNS),
        ['1', '王小明', '1.25', '66.7%'],
    ]
    [sheet] = tables(made)
    assert [len(one.get_elements('table:table-row')) for one in sheet.get_elements('table:table-header-rows')] == [1]
    kept = part(made, 'settings.xml')
    for item in (
        'config:name="VerticalSplitMode" config:type="short">2<',
        'config:name="VerticalSplitPosition" config:type="int">3<',
        'config:name="PositionBottom" config:type="int">3<',
        'config:name="表"',
        # The names of settings are names of this namespace: undeclared, office programs pass them over.
        'xmlns:ooo="http://openoffice.org/2004/office"',
    ):
        assert item in kept


def test_text_stays_text_and_only_a_number_is_one() -> None:
    made = a_workbook(
        ['007', '=1+1', '-1', '+886'], ['@SUM(A1)', 'A123456789', '12', '1%'], [7, '𠮷田堃', 1.5, Share(1)]
    )

    [sheet] = tables(made)
    typed = [
        [
            (cell.get_attribute('office:value-type'), cell.get_attribute('office:value'))
            for cell in row.get_elements('*')
        ]
        for row in sheet.get_elements('table:table-row')[2:]
    ]
    text = ('string', None)
    assert typed == [[text] * 4, [text] * 4, [('float', '7.0'), text, ('float', '1.5'), ('percentage', '1.0')]]
    assert 'table:formula' not in part(made, 'content.xml')


def test_a_wide_sheet_lies_on_its_side_and_each_is_as_wide_as_its_page() -> None:
    few, many = a_workbook(columns=COLUMNS), a_workbook(columns=('審核期限之紀錄',) * 13)

    assert 'style:master-page-name="portrait"' in part(few, 'content.xml')
    assert 'style:master-page-name="landscape"' in part(many, 'content.xml')
    styles = part(few, 'styles.xml')
    assert styles.count('style:scale-to-X="1" style:scale-to-Y="0"') == 2
    assert 'fo:page-width="29.7cm" fo:page-height="21cm" style:print-orientation="landscape"' in styles


def test_each_page_says_when_it_was_made_and_its_number() -> None:
    with dates.frozen(datetime(2026, 9, 30, 6, 5, tzinfo=UTC)):
        made = [a_workbook(), odf.text('表', '', COLUMNS, [], is_landscape=True)]

    for file in made:
        foot = ElementTree.fromstring(part(file, 'styles.xml')).find('.//{*}master-page/{*}footer')
        assert foot is not None
        lines = [text for paragraph in foot.iterfind('.//{*}p') for text in paragraph.itertext()]
        assert ''.join(lines).replace('　', '') == '列印 115/09/30 14:05第 1 頁，共 1 頁'
        assert '<dc:date>2026-09-30T14:05:00</dc:date>' in part(file, 'meta.xml')


def test_long_names_are_written_on_several_lines_and_none_makes_a_column_without_end() -> None:
    made = a_workbook([1, '很長的名字' * 40, 1.0, Share(1)])

    assert 'fo:wrap-option="wrap"' in part(made, 'content.xml')
    assert max(odf.widths(COLUMNS, [[1, '很長的名字' * 40, 1.0, '']])) == 9.0
    assert odf.widths(['甲'], [['一行\n長長的兩行']]) == odf.widths(['甲'], [['長長的兩行']])


def test_a_row_of_a_text_is_not_cut_by_the_end_of_a_page() -> None:
    assert 'fo:keep-together="always"' in part(odf.text('表', '', COLUMNS, [], is_landscape=False), 'styles.xml')


@pytest.mark.parametrize(
    ('name', 'shown'), [('名冊: 臺中市/文化局', '名冊  臺中市 文化局'), ('', '名冊'), ('甲' * 40, '甲' * 31)]
)
def test_a_tab_is_called_as_office_programs_allow(name: str, shown: str) -> None:
    [sheet] = tables(a_workbook(name=name))

    assert sheet.get_attribute('table:name') == shown


def test_a_workbook_has_as_many_sheets_as_it_is_given() -> None:
    made = odf.spreadsheet('統計', '', [Sheet('審核統計', COLUMNS, []), Sheet('補件原因', ['原因'], [['模糊']])])

    assert [sheet.get_attribute('table:name') for sheet in tables(made)] == ['審核統計', '補件原因']


def test_the_file_is_known_by_its_first_bytes_and_lists_its_parts() -> None:
    made = a_workbook()

    assert made[30:84] == b'mimetypeapplication/vnd.oasis.opendocument.spreadsheet'
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        listed = package.read('META-INF/manifest.xml').decode()
        for name in package.namelist():
            if name.endswith('.xml') and not name.startswith('META-INF'):
                ElementTree.fromstring(package.read(name))
                assert f'manifest:full-path="{name}"' in listed


def test_what_does_not_fit_is_taken_from_the_widest() -> None:
    assert odf.fitted([2, 4], 12) == [4.0, 8.0]
    assert odf.fitted([2, 9, 8], 12) == [2, 5.0, 5.0]
    assert odf.widths(['國民身分證統一編號或護照號碼'], []) == odf.widths(['國民身分證統一'], [])
