"""Files that are wrong, strange or meant to harm: one sentence each, or read as what they say."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence

import pytest
import xlsxwriter

from db.choices import ImportKind
from domain.imports import KINDS
from domain.sheets import cells, headings, recognition, workbooks
from domain.sheets.columns import Column
from domain.sheets.tables import EARLY, UNCOUNTED, Unreadable

from ...sheet_files import HOURS_HEADINGS, an_xlsx

Book = Callable[[xlsxwriter.Workbook], None]


def a_book(fill: Book) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {'in_memory': True}) as book:
        fill(book)
    return content.getvalue()


def changed(content: bytes, **members: Callable[[bytes], bytes]) -> bytes:
    """The package with some members made anew; `sheet` is the first sheet's XML, others are added by their name."""
    paths = {'sheet': 'xl/worksheets/sheet1.xml', 'macro': 'xl/vbaProject.bin', 'workbook': 'xl/workbook.xml'}
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as after:
        wanted = {paths[name]: change for name, change in members.items()}
        for name in before.namelist():
            after.writestr(name, wanted.pop(name, bytes)(before.read(name)))
        for name, change in wanted.items():
            after.writestr(name, change(b''))
    return made.getvalue()


def an_archive(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, 'w') as archive:
        archive.writestr(name, b'x')
    return made.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as refusal:
        workbooks.read(content)
    return str(refusal.value)


def read(content: bytes) -> Sequence[Sequence[str]]:
    return workbooks.read(content).rows


TWO = an_xlsx([['姓名', '時數'], ['王', 3]])


@pytest.mark.parametrize(
    ('content', 'sentence'),
    [
        pytest.param(b'', '這個檔案是空的，沒有內容。', id='empty'),
        pytest.param(an_xlsx([]), '這個檔案是空的，沒有任何資料。', id='an empty sheet'),
        pytest.param(b'%PDF-1.7 ...', '這個檔案是 PDF，不是試算表。', id='a PDF'),
        pytest.param(
            b'<html><table><tr><td>x</table>', '這個檔案的內容其實是網頁（HTML）', id='a web page called .xls'
        ),
        pytest.param(b'\x00\x01\x02\x03' * 9, '這個檔案不是試算表，也不是文字檔。', id='neither table nor text'),
        pytest.param(an_archive('名冊.xlsx'), '這是裝著試算表的壓縮檔。請先解壓縮', id='a spreadsheet in a ZIP'),
        pytest.param(an_archive('名冊.jpg'), '這個壓縮檔裡沒有試算表。', id='a picture in a ZIP'),
        pytest.param(TWO[:900], '這個檔案打不開，可能已損壞', id='half a file'),
        pytest.param(changed(TWO, macro=lambda _: b'x'), '這個檔案含有巨集', id='macros'),
        pytest.param(
            b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + 'EncryptedPackage'.encode('utf-16-le'),
            '這個檔案有密碼保護',
            id='encrypted',
        ),
        pytest.param(
            b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + '_VBA_PROJECT'.encode('utf-16-le'),
            '這個檔案含有巨集',
            id='macros in an .xls',
        ),
        pytest.param(
            a_book(lambda book: book.add_worksheet().write(0, 16383, 'x')),
            '這張工作表有 16,384 欄',
            id='16,384 columns',
        ),
        pytest.param('姓名\n王\ufffd'.encode('cp950', 'ignore') + b'\x81', '第 2 列有無法辨識的字', id='no encoding'),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(content: bytes, sentence: str) -> None:
    assert refused(content).startswith(sentence)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = changed(TWO, sheet=lambda xml: xml.replace(b'<sheetData>', b'<sheetData>' + b' ' * 3_000_000))
    assert len(bomb) < 20_000
    monkeypatch.setattr(recognition, 'MOST_UNPACKED', 2_000_000)

    assert refused(bomb).startswith('這個檔案解開後太大，已經停止讀取。')


def test_a_million_empty_rows_are_none() -> None:
    rows = b''.join(b'<row r="%d"/>' % number for number in range(3, 1_048_577))

    assert read(changed(TWO, sheet=lambda xml: xml.replace(b'</sheetData>', rows + b'</sheetData>'))) == [
        ['姓名', '時數'],
        ['王', '3'],
    ]


def test_a_formula_counts_as_its_value_and_its_error_is_said() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ['時數'])
        sheet.write_formula(1, 0, '=1+2', None, 3)
        sheet.write_formula(2, 0, '=#REF!+1', None, '#REF!')
        sheet.write_formula(3, 0, "='[other.xlsx]Sheet1'!$A$1", None, 7)

    column = Column('hours', '時數', 'whole')
    found = [cells.read(column, row[0]) for row in read(a_book(fill))[1:]]

    assert found == [(3, ''), (None, '時數是公式的錯誤值 #REF!。請改填文字或數字。'), (7, '')]


def test_only_the_first_of_merged_cells_has_content() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ['姓名', '時數'])
        sheet.merge_range(1, 0, 2, 0, '王')
        sheet.write_column(1, 1, [1, 2])

    _, first, second = read(a_book(fill))

    assert first == ['王', '1']
    assert cells.read(Column('name', '姓名'), second[0]) == (
        None,
        '姓名與其他格合併，這一列沒有內容。請在試算表取消合併並填滿每一列，或在這裡補上。',
    )


def test_a_formula_that_was_never_calculated_is_not_empty() -> None:
    formula = b'<c r="B2"><f>1+2</f><v></v></c>'
    whole = b'<c r="B2" t="str"><f>""</f><v></v></c>'
    column = Column('hours', '時數', 'whole')

    said = '時數是還沒有計算的公式。請用試算表打開這個檔案，存檔後再上傳，或在這裡補上。'
    for cell, sentence in ((formula, said), (formula.replace(b'<v></v>', b''), said), (whole, '')):

        def with_cell(xml: bytes, cell: bytes = cell) -> bytes:
            return re.sub(rb'<c r="B2".*?</c>', cell, xml)

        book = changed(TWO, sheet=with_cell)
        assert cells.read(column, read(book)[1][1]) == (None, sentence)


def test_a_formula_that_its_writer_left_to_be_calculated_is_no_0() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ['姓名', '時數'])
        sheet.write_formula(1, 0, '="公式"&"王"')
        sheet.write_number(1, 1, 0)

    content = a_book(fill)
    calculated = changed(content, workbook=lambda xml: xml.replace(b' fullCalcOnLoad="1"', b''))

    assert read(content)[1] == [UNCOUNTED, '0']
    assert read(calculated)[1] == ['0', '0']


def test_an_empty_sheet_before_the_filled_one_is_passed_over() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet('工作表1')
        book.add_worksheet('名冊').write(0, 0, '姓名')

    table = workbooks.read(a_book(fill))

    assert (table.sheet, table.sheets) == ('名冊', ['工作表1', '名冊'])


TEXT = '姓名,證號\r\n王小明,"=""0012"""\r\n'


@pytest.mark.parametrize(
    'content',
    [
        TEXT.encode('utf-16-le'),
        TEXT.encode('utf-16-be'),
        b'\xfe\xff' + TEXT.encode('utf-16-be'),
        b'\xef\xbb\xbf' * 2 + TEXT.encode(),
        TEXT.encode('cp950') + b'\x1a',
        TEXT.replace(',', ';').encode('utf-8-sig'),
        TEXT.replace(',', '\t').encode('utf-16'),
    ],
    ids=['utf-16-le', 'utf-16-be', 'with mark', 'two marks', 'end of dos', 'semicolons', 'tabs'],
)
def test_a_text_of_whatever_program_has_the_same_cells(content: bytes) -> None:
    recognition.sheet(content)

    assert read(content) == [['姓名', '證號'], ['王小明', '0012']]


@pytest.mark.parametrize(
    'lines',
    [
        ['姓名,備註', '王,"未結束', '李,甲', '林,乙'],
        ['姓名,備註', '王,"甲', '李,乙', '林,"丙', '陳,丁'],
        ['姓名,備註', '王,甲', '李,"乙'],
    ],
    ids=['never closed', 'closed in a later row', 'in the last row'],
)
def test_a_quote_that_is_not_closed_takes_no_rows_into_its_cell(lines: list[str]) -> None:
    line = next(number for number, text in enumerate(lines, 1) if '"' in text)

    for end in ('', '\n', '\r\n'):
        assert refused('\r\n'.join(lines).encode() + end.encode()).startswith(f'第 {line} 列的引號不成對')


def test_quotes_and_separators_within_a_cell_are_a_part_of_it() -> None:
    text = '姓名,備註\n王,"a;b;c;d;e;f"\n李,"第一行\n第二行"\n林,5" 螺絲\n陳,"導覽" 下午\n'

    assert [row[1] for row in read(text.encode())[1:]] == ['a;b;c;d;e;f', '第一行\n第二行', '5" 螺絲', '導覽 下午']


def test_a_length_of_time_reads_as_the_spreadsheet_shows_it() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_number(0, 0, 1.25, book.add_format({'num_format': '[h]:mm'}))
        sheet.write_number(1, 0, 0.145833, book.add_format({'num_format': 'h:mm'}))  # a millisecond before 3:30

    assert read(a_book(fill)) == [['30:00:00'], ['03:30:00']]


def test_a_character_that_an_office_has_drawn_for_itself_is_not_taken_for_another() -> None:
    """In Big5 from FA40 on there is what an office has drawn, or what Hong Kong has put there."""
    content = '姓名\r\n王'.encode('cp950') + b'\xfa\x40' + '明\r\n'.encode('cp950')

    assert cells.read(Column('name', '姓名'), read(content)[1][0]) == (
        None,
        '姓名「王𠕇明」的「𠕇」在這種編碼（Big5）可能是別的字，例如造字。請對照原始資料，重新輸入這一格。',
    )


def test_hidden_sheets_are_left_out() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet('說明').write(0, 0, '填寫說明')
        hidden = book.add_worksheet('舊資料')
        hidden.write(0, 0, '姓名')
        hidden.hide()
        book.add_worksheet('服務時數記錄').write(0, 0, '姓名')

    table = workbooks.read(a_book(fill), preferred='服務時數記錄')

    assert (table.sheets, table.sheet) == (['說明', '服務時數記錄'], '服務時數記錄')


def test_a_year_of_the_republic_that_became_a_western_date_is_not_guessed() -> None:
    column = Column('starts_on', '起日', 'day')

    assert cells.read(column, EARLY)[1].startswith('起日的年份在 1900 年以前')


@pytest.mark.parametrize('text', ['陳?華', '?文', '王小?', '王�', '???'])
def test_a_letter_lost_in_saving_is_said(text: str) -> None:
    value, sentence = cells.read(Column('name', '姓名'), text)

    assert value is None
    assert '存檔時遺失的字' in sentence


@pytest.mark.parametrize('text', ['準備好了嗎?', '志工知多少？', 'Why?'])
def test_a_title_may_ask_something(text: str) -> None:
    assert cells.read(Column('title', '課程名稱'), text) == (text, '')


HOURS = [Column(str(at), label, needed=at < 2) for at, label in enumerate(HOURS_HEADINGS)]


def test_headings_are_found_in_any_order_below_a_title() -> None:
    found = headings.found([['志工隊時數表'], [], ['服務項目', '身分證 字號*', '姓名（中文）', '電話']], HOURS, {})

    assert (found.row, list(found.mapping), list(found.lacking)) == (3, ['4', '1', '0', ''], [])


@pytest.mark.parametrize(
    ('upper', 'lower'),
    [
        (['姓名', '身分證字號', '服務日期', '', '服務時數', '', '備註'], ['', '', '起', '迄', '小時', '分鐘', '']),
        (['志工資料', '', '服務日期', '', '服務時數', '', '備註'], ['姓名', '身分證字號', '起', '迄', '時', '分', '']),
        (['志工', '', '期間', '', '時數', '', '備註'], ['姓名', '身分證字號', '日期起', '日期迄', '時', '分', '']),
        (
            ['姓名', '身分證字號', '服務日期起', '服務日期迄', '服務時數-小時', '服務時數-分鐘', '備註'],
            ['', '', '（年月日）', '（年月日）', '（時）', '（分）', ''],
        ),
    ],
    ids=['groups above', 'names below', 'most below', 'measures below'],
)
def test_headings_in_two_rows_are_one(upper: list[str], lower: list[str]) -> None:
    columns = KINDS[ImportKind.SERVICE_HOURS].columns
    row = ['王小明', 'A123456789', '1150301', '1150301', '3', '30', '']

    found = headings.found([['115年3月時數表'], upper, lower, row], columns, {})

    assert (found.row, list(found.mapping)) == (
        3,
        ['name', 'identity_number', 'starts_on', 'ends_on', 'hours', 'minutes', 'remarks'],
    )


def test_a_group_of_which_we_keep_nothing_is_no_reason_to_take_headings_for_values() -> None:
    rows = [
        ['序號', '姓名', '身分證字號', '保險期間', '', '保險金額', ''],
        ['', '', '', '起', '迄', '意外身故', '住院'],
        ['1', '王小明', 'A123456789', '1150101', '1151231', '3000000', '1000'],
    ]

    found = headings.found(rows, KINDS[ImportKind.INSURANCE].columns, {})

    assert (found.row, list(found.mapping)) == (2, ['', 'name', 'identity_number', 'starts_on', 'ends_on', '', ''])
    assert list(found.texts)[5:] == ['保險金額意外身故', '保險金額住院']


@pytest.mark.parametrize('heading', ['1. 姓名', '一、姓名（必填）', '(1)姓名*', '姓　　名', '⒈姓名'])
def test_a_heading_is_known_however_a_form_has_numbered_it(heading: str) -> None:
    assert list(headings.found([[heading, '2、身分證字號']], HOURS, {}).mapping) == ['0', '1']


def test_a_heading_may_ask_whether() -> None:
    columns = KINDS[ImportKind.VOLUNTEERS].columns
    row = ['姓名', '是否同意個資使用', '是否公教人員']

    assert list(headings.found([row], columns, {}).mapping) == ['name', 'consents_to_data_use', 'is_civil_servant']


def test_a_row_of_values_belongs_to_no_headings() -> None:
    columns = KINDS[ImportKind.SERVICE_HOURS].columns
    rows = [
        ['姓名', '身分證字號', '備註', '', ''],
        ['王小明', 'A123456789', '（說明）', '', '分'],
        ['', '', '備註', '', ''],
    ]

    assert (headings.found(rows, columns, {}).row, list(headings.found(rows, columns, {}).mapping)) == (
        1,
        ['name', 'identity_number', 'remarks', '', ''],
    )


def test_without_headings_the_file_is_refused_but_what_is_pasted_has_an_order() -> None:
    rows = [['王小明', 'A123456789', '1150301']]

    assert headings.found(rows, HOURS, {}).lacking[0].startswith('找不到標題列')
    assert list(headings.found(rows, HOURS, {}, may_lack=True).mapping) == ['0', '1', '2']


def test_a_heading_that_stands_twice_waits_for_a_decision() -> None:
    [sentence] = headings.found([['姓名', '身分證字號', '姓名']], HOURS, {}).lacking

    assert sentence == '「姓名」（A 欄）、「姓名」（C 欄）對應到同一個欄位。請在欄位對應中留下一欄，其餘設為不匯入。'


def test_a_needed_column_that_lacks_is_named() -> None:
    [sentence] = headings.found([['姓名', '服務項目']], HOURS, {}).lacking

    assert sentence.startswith('找不到「身分證字號」這一欄')


def test_what_the_unit_said_of_a_heading_counts_first() -> None:
    found = headings.found([['姓名', '身分證字號', '班別', '備註']], HOURS, {'班別': '4', '備註': ''})

    assert list(found.mapping) == ['0', '1', '4', '']
