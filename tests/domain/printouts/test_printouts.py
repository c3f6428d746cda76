"""Lists people take away, opened again as their own programs would."""

import io
import re
import weakref
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import docx
import pypdf
import pytest
from odfdo import Document

from domain import dates, printouts
from domain.logbook import pdf
from domain.printouts import own_font

COLUMNS = ('編號', '姓名', '性別', '出生年月日', '身分證字號/證號')
ROWS = (
    ('1', '𠮷田喆', '男', '085/03/08', 'A12****789'),
    ('2', '=HYPERLINK("http://127.0.0.1/","x")', '女', '+886', '-1'),
    ('3', '@SUM(A1:A9)', '女', '0912', '\t=1+1'),
    ('4', '<b>&amp;"\'', '女', '一行\n兩行', 'x\x00\x0b\ufffey'),
)
READ_BACK = [*ROWS[:3], ('4', '<b>&amp;"\'', '女', '一行\n兩行', 'xy')]


@pytest.fixture(scope='module', autouse=True)
async def print_shop() -> AsyncIterator[None]:
    await pdf.opened()
    yield
    await pdf.closed()


def test_every_cell_of_a_spreadsheet_is_text() -> None:
    document = Document(io.BytesIO(printouts.ods('名冊: 臺中市/文化局', '', COLUMNS, ROWS)))

    [sheet] = document.body.get_elements('table:table')
    assert sheet.get_attribute('table:name') == '名冊  臺中市 文化局'
    assert _cells(sheet) == [('名冊: 臺中市/文化局',), COLUMNS, *READ_BACK]
    cells = sheet.get_elements('.//table:table-cell')
    assert {cell.get_attribute('office:value-type') for cell in cells} == {'string'}
    assert [cell for cell in cells if cell.get_attribute('table:formula')] == []


def test_a_spreadsheet_without_rows_still_has_its_headings() -> None:
    document = Document(io.BytesIO(printouts.ods('', '', COLUMNS, [])))

    [sheet] = document.body.get_elements('table:table')
    assert sheet.get_attribute('table:name') == '名冊'
    assert _cells(sheet) == [COLUMNS]


def test_a_text_document_has_title_line_and_table() -> None:
    document = Document(io.BytesIO(printouts.odt('紀錄冊', '示例文化中心', COLUMNS, ROWS)))

    assert [str(paragraph).strip() for paragraph in document.body.get_elements('text:p')] == ['紀錄冊', '示例文化中心']
    [table] = document.body.get_elements('table:table')
    assert _cells(table) == [COLUMNS, *READ_BACK]
    assert len(table.get_elements('table:table-header-rows/table:table-row')) == 1
    assert (document.meta.title, document.meta.language) == ('紀錄冊', 'zh-TW')


def test_a_word_document_has_title_line_and_table() -> None:
    document = docx.Document(io.BytesIO(printouts.docx('紀錄冊', '示例文化中心', COLUMNS, ROWS)))

    assert [paragraph.text for paragraph in document.paragraphs] == ['紀錄冊', '示例文化中心']
    [table] = document.tables
    assert [tuple(cell.text for cell in row.cells) for row in table.rows] == [COLUMNS, *READ_BACK]
    assert b'<w:tblHeader/>' in _part(printouts.docx('', '', COLUMNS, ()), 'word/document.xml')
    assert (document.core_properties.title, document.core_properties.author) == ('紀錄冊', '')
    foot = document.sections[0].footer.paragraphs[0]
    assert re.sub(r'\d', '0', foot.text) == '列印 000/00/00 00:00　　第  頁，共  頁'
    assert re.findall('w:instr="([A-Z]+)"', str(foot._p.xml)) == ['PAGE', 'NUMPAGES']


@pytest.mark.parametrize(('columns', 'size'), [(6, (595, 842)), (7, (842, 595))])
async def test_many_columns_lay_the_sheet_on_its_side(columns: int, size: tuple[int, int]) -> None:
    headings, row = ['欄'] * columns, ['值'] * columns

    [page] = pypdf.PdfReader(io.BytesIO(await printouts.pdf('清單', '', headings, [row]))).pages
    section: Any = docx.Document(io.BytesIO(printouts.docx('清單', '', headings, [row]))).sections[0]
    layout = _part(printouts.odt('清單', '', headings, [row]), 'styles.xml')

    assert (round(page.mediabox.width), round(page.mediabox.height)) == size
    assert (round(section.page_width.pt), round(section.page_height.pt)) == size
    assert (b'style:print-orientation="landscape"' in layout) == (size[0] > size[1])


async def test_who_has_to_sign_finds_a_line_below_the_list() -> None:
    printed = await printouts.pdf('名冊', '', ['姓名'], [['王小明']], to_sign=['承辦人', '單位主管'])

    [page] = pypdf.PdfReader(io.BytesIO(printed)).pages
    assert '王小明承辦人單位主管' in re.sub(r'\s', '', page.extract_text())


async def test_a_printed_list_repeats_its_headings_and_counts_its_pages() -> None:
    with dates.frozen(datetime(2026, 9, 30, 6, 5, tzinfo=UTC)):
        reader = pypdf.PdfReader(io.BytesIO(await printouts.pdf('教育訓練', '示例文化中心', COLUMNS, ROWS * 12)))

    pages = [_squeezed(page) for page in reader.pages]
    assert [page.count('編號姓名') for page in pages] == [1, 1]
    assert [page.endswith(f'列印115/09/3014:05第{number}頁，共2頁') for number, page in enumerate(pages, 1)] == [
        True,
        True,
    ]
    assert sum(page.count('=HYPERLINK') for page in pages) == 12
    assert reader.metadata
    assert reader.metadata.title == '教育訓練'


async def test_a_printed_list_without_rows_says_so() -> None:
    [page] = pypdf.PdfReader(io.BytesIO(await printouts.pdf('教育訓練', '', COLUMNS, []))).pages

    assert '沒有可用的資料' in _squeezed(page)


async def test_each_strip_says_whose_it_is_and_is_never_cut_by_the_end_of_a_page() -> None:
    columns = ('訓練日期', '課程名稱', '訓練課程', '時數', '訓練單位', '核定字號', '登錄人')
    row = ('115.03.08', '志工基礎訓練', '基礎訓練', '6 小時', '示例文化中心', '示文訓字第1150220003號', '林小滿')

    printed = await printouts.strips('教育訓練時數條', '王小明　A12****789', columns, [row] * 20)

    pages = [_squeezed(page) for page in pypdf.PdfReader(io.BytesIO(printed)).pages]
    for page in pages:
        assert page.count('王小明A12****789') == page.count('訓練日期') == page.count('林小滿') > 0
    assert sum(page.count('115.03.08') for page in pages) == 20


def _squeezed(page: pypdf.PageObject) -> str:
    return re.sub(r'\s', '', page.extract_text())


def _cells(table: Any) -> list[tuple[str, ...]]:
    return [
        tuple(
            ''.join(_text(child) for child in cell.get_elements('text:p'))
            for cell in row.get_elements('table:table-cell')
        )
        for row in table.get_elements('.//table:table-row')
    ]


def _text(paragraph: Any) -> str:
    return str(paragraph.inner_text)


def _part(content: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read(name)


def test_a_text_carries_our_own_letters_to_machines_without_them() -> None:
    font = own_font.content()
    with zipfile.ZipFile(io.BytesIO(printouts.odt('名冊', '', COLUMNS, ROWS))) as package:
        assert package.read('Fonts/latin.ttf') == font
        assert 'Fonts/latin.ttf' in package.read('META-INF/manifest.xml').decode()
        assert 'xlink:href="Fonts/latin.ttf"' in package.read('styles.xml').decode()
    with zipfile.ZipFile(io.BytesIO(printouts.docx('名冊', '', COLUMNS, ROWS))) as package:
        table = package.read('word/fontTable.xml').decode()
        hidden = package.read('word/fonts/font1.odttf')
        key = bytes.fromhex(re.findall(r'w:fontKey="\{([\w-]+)\}"', table)[-1].replace('-', ''))[::-1]

    # As a reader of ECMA-376 takes it out again.
    shown = bytes(byte ^ key[place % 16] for place, byte in enumerate(hidden[:32]))
    assert shown + hidden[32:] == font


async def test_rows_that_come_one_by_one_make_the_same_spreadsheet() -> None:
    async def rows(count: int) -> AsyncIterator[list[str]]:
        for number in range(count):
            yield [f'{number:06}', '王小明']

    with dates.frozen(datetime(2026, 3, 8, 1, tzinfo=UTC)):
        for count in (0, 3, printouts.AT_ONCE, 2 * printouts.AT_ONCE + 5):
            with await printouts.ods_of('發冊紀錄', '共幾筆', ('號', '姓名'), rows(count)) as file:
                made = file.read()
            whole = printouts.ods(
                '發冊紀錄', '共幾筆', ('號', '姓名'), [[f'{one:06}', '王小明'] for one in range(count)]
            )
            assert _parts(made) == _parts(whole)


async def test_of_rows_that_come_one_by_one_few_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printouts, 'AT_ONCE', 50)
    alive: weakref.WeakSet[Line] = weakref.WeakSet()
    most = 0

    async def rows() -> AsyncIterator[Sequence[str]]:
        nonlocal most
        for number in range(5000):
            line = Line([f'{number:06}'])
            alive.add(line)
            most = max(most, len(alive))
            yield line

    with await printouts.ods_of('發冊紀錄', '', ('號',), rows()) as made:
        assert made.read(2) == b'PK'
    assert most <= 3 * printouts.AT_ONCE


class Line(list[str]):
    """A row that can be looked for."""

    __hash__ = object.__hash__  # type: ignore[assignment]


@pytest.mark.parametrize('write', [printouts.odt, printouts.docx, printouts.pdf, printouts.strips])
async def test_a_list_for_printing_has_a_limit_that_is_told(write: Any) -> None:
    async def written() -> None:
        made = write('名冊', '', ('號',), [['1']] * 2001)
        assert not await made

    with pytest.raises(printouts.TooLong, match=r'2,001 筆，列印的文件最多 2,000 筆'):
        await written()


async def test_a_spreadsheet_ends_with_what_went_wrong_among_its_rows() -> None:
    async def rows() -> AsyncIterator[list[str]]:
        for number in range(printouts.AT_ONCE + 1):
            if number == printouts.AT_ONCE:
                raise LookupError
            yield [str(number)]

    with pytest.raises(LookupError):
        await printouts.ods_of('發冊紀錄', '', ('號',), rows())


def _parts(made: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        return {name: package.read(name) for name in package.namelist()}
