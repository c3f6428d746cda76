"""Files of spreadsheets for tests, of rows of texts; made by our writer's library, unlike tests/samples/sheets."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

HOURS_HEADINGS = [
    *('姓名', '身分證字號', '服務日期起', '服務日期迄', '服務項目', '服務內容', '服務時數-小時', '服務時數-分鐘'),
    *('受服務人次', '交通費', '誤餐費', '服務區域', '備註', '匯入動作', '序號', '國外參與服務人次', '國內參與服務人次'),
]


def an_xlsx(rows: Sequence[Sequence[Any]], sheet: str = '服務時數記錄') -> bytes:
    """A workbook of one sheet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {'in_memory': True, 'strings_to_formulas': False}) as book:
        table = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            table.write_row(number, 0, row)
    return content.getvalue()


def hours_row(name: str, number: str, day: str = '1151001', **changes: str) -> list[str]:
    """A row of the national template: three hours of 文化服務."""
    cells = [name, number, day, day, '0200', '0006', '3', '0', '40', '0', '0', 'B', '', 'A', '', '', '']
    for heading, text in changes.items():
        cells[HOURS_HEADINGS.index(heading.replace('_', '-'))] = text
    return cells


def hours_file(*rows: Sequence[Any]) -> bytes:
    """The national template with these rows."""
    return an_xlsx([HOURS_HEADINGS, *rows])
