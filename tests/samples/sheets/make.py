"""Makes the samples of this folder with LibreOffice, so that what is imported in tests was not written by our writers.

`python -m tests.samples.sheets.make` needs `soffice` (apt-get install libreoffice-calc); the samples are kept, so tests
need none. LibreOffice reads a text of comma-separated values as people type them: dates become dates, codes lose their
zeros, 1150302 becomes a number.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.sheet_files import HOURS_HEADINGS

FOLDER = Path(__file__).parent
# Right by arithmetic, and nobody's.
PEOPLE = {'A200000012': '林美玉', 'A200000021': '李小文'}
ROWS = (
    ('林美玉', 'A200000012', '2026-03-01', '2026-03-01', '0200', '0062', '3', '30', '40', '0', '80', 'B', '導覽, 下午'),
    ('李小文', 'A200000021', '1150201', '1150228', '0220', '0063', '18', '30', '0', '120', '0', 'B', ''),
    ('李小文', 'A200000021', '民國115年3月2日', '', '0220', '0063', '2', '0', '1200', '0', '0', '', '說「謝謝」'),
)
# A sheet of each other kind, as offices keep their lists: other words and another order than the templates. (Typed into
# a cell that is no text, 50.3.2 becomes 1950 and 115/2/9 the year 115: that is lost before we see it.)
LISTS: dict[str, Sequence[Sequence[str]]] = {
    'volunteers': (
        ('編號', '志工姓名', '生日', '身分證號', '性別', '電子信箱', '手機', '原住民', '個資同意', '隊別', '到隊日期'),
        ('1', '林美玉', '500302', 'A200000012', '女', 'lin@example.org', '0900000000', '', 'V', '導覽隊', '1040301'),
        ('2', '李小文', '2001-05-06', 'A200000021', '', '', '', 'V', '是', '', '民國110年5月6日'),
    ),
    'teams': (('隊名', '姓名', '身分證字號'), ('導覽隊', '林美玉', 'A200000012'), ('環保隊', '', '')),
    'trainings': (
        ('課程名稱', '姓名', '身分證字號', '上課日期', '主辦單位', '訓練課程', '領域', '時數', '核定字號'),
        ('志工基礎訓練', '林美玉', 'A200000012', '1150208', '示例文化中心', '基礎訓練', '文化', '6', '示文字第1號'),
        ('文化志工特殊訓練', '林美玉', 'A200000012', '1150209', '示例文化中心', '特殊訓練', '文化', '6.5', ''),
        ('志工基礎訓練', '李小文', 'A200000021', '2026-02-08', '示例文化中心', '基礎訓練', '文化類', '6', ''),
    ),
    'insurance': (
        ('姓名', '身分證字號', '保險公司', '保單號碼', '起日', '迄日', '保額'),
        ('林美玉', 'A200000012', '示例產險', '0115001', '1150101', '1151231', '3,000,000'),
        ('李小文', 'A200000021', '示例產險', '0115001', '2026-01-01', '2026-12-31', '3000000'),
    ),
    'opening-hours': (
        ('姓名', '身分證字號', '截至', '總時數', '分鐘', '起日'),
        ('林美玉', 'A200000012', '1141231', '1,200', '30', '1040301'),
        ('李小文', 'A200000021', '2025-12-31', '15', '', '1100506'),
    ),
    'paper-books': (
        ('姓名', '身分證字號', '冊號', '領冊日期', '發冊機關'),
        ('林美玉', 'A200000012', '中市文志字第000123號', '990308', '臺中市政府文化局'),
        ('李小文', 'A200000021', '中市文志字第124號', '2012-05-06', '台中市政府文化局'),
    ),
}
FORMATS = {
    'xlsx': 'xlsx:Calc MS Excel 2007 XML',
    'xls': 'xls:MS Excel 97',
    'ods': 'ods:calc8',
    'csv': 'csv:Text - txt - csv (StarCalc):44,34,76,1',
}


def main() -> None:
    """Convert the texts to each format, and put what comes of it beside this file."""
    sheets = {'hours': [HOURS_HEADINGS, *([*row, 'A', '', '', ''] for row in ROWS)], **LISTS}
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in sheets.items():
            _convert(Path(folder), name, lines)


def _convert(folder: Path, name: str, lines: Sequence[Sequence[str]]) -> None:
    source = folder / f'{name}.txt'
    source.write_text('\n'.join(','.join(f'"{cell}"' if ',' in cell else cell for cell in row) for row in lines))
    for extension, form in FORMATS.items():
        made = folder / extension
        command = ['soffice', '--headless', f'-env:UserInstallation=file://{folder}/profile', '--convert-to', form]
        command += ['--infilter=Text - txt - csv (StarCalc):44,34,76,1,,1028,false,true', '--outdir', str(made)]
        subprocess.run([*command, str(source)], check=True, timeout=300)
        shutil.copy(made / f'{name}.{extension}', FOLDER / f'{name}.{extension}')


if __name__ == '__main__':
    main()
