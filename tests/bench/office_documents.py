"""A list of five thousand rows as OpenDocument: seconds of the processor, beside odfdo, which builds a tree.

odfdo writes a tenth of the rows, since all of them take it twenty seconds.

`python -m tests.bench.office_documents` prints the table.
"""

import asyncio
import io
import statistics
import time
from collections.abc import Callable

from odfdo import Document, Table
from odfdo import Row as TreeRow

from domain.printouts import odf
from domain.printouts.odf import Cell, Sheet

from .table import Row

ROWS = 5000
TENTH = 10
TIMES = 5
COLUMNS = ('案號', '次別', '運用單位', '送審', '期限', '審結', '結果', '日數', '逾期', '承辦人', '暫停', '提醒', '通知')


async def measured() -> list[Row]:
    """Ten seconds."""
    rows: list[list[Cell]] = [
        [
            *(number, f'第 {number % 3 + 1} 次', '臺中市示例文化中心', '115/03/11 10:00', '115/03/14'),
            *('115/03/12 09:12', '通知補件', 2, '否', '何專員', 1.5, '', '115/03/13 08:00'),
        ]
        for number in range(ROWS)
    ]
    tree = _spent(lambda: _as_tree(rows[: ROWS // TENTH]), times=1)
    kinds: dict[str, Callable[[], object]] = {
        'ods': lambda: odf.spreadsheet('紀錄', '', [Sheet('紀錄', COLUMNS, rows)]),
        'odt': lambda: odf.text('紀錄', '', COLUMNS, rows, is_landscape=True),
    }
    return [_row(kind, _spent(write, TIMES), tree) for kind, write in kinds.items()]


def _row(kind: str, ours: float, tree: float) -> Row:
    return Row(
        f'{ROWS} rows of {len(COLUMNS)} columns as .{kind}',
        f'{ours:.2f} s',
        f'a tenth of them as .ods by odfdo {tree:.1f} s',
        f'{TENTH * tree / ours:.0f} ×',
        'under 1 s',
        ours < 1,
    )


def _spent(write: Callable[[], object], times: int) -> float:
    """The median of `times` runs, after one that compiles the templates."""
    seconds = []
    for _ in range(times + 1):
        began = time.process_time()
        write()
        seconds.append(time.process_time() - began)
    return statistics.median(seconds[1:])


def _as_tree(rows: list[list[Cell]]) -> bytes:
    document = Document('spreadsheet')
    document.body.clear()
    table = Table('紀錄')
    for values in (COLUMNS, *rows):
        row = TreeRow()
        row.set_values(list(values))
        table.append_row(row)
    document.body.append(table)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


if __name__ == '__main__':
    for row in asyncio.run(measured()):
        print(*row, sep=' | ')
