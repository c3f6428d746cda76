"""Makes the samples of this folder with LibreOffice, so that what is imported in tests was not written by our writers.

`python -m tests.samples.sheets.make` needs `soffice` (apt-get install libreoffice-calc); the samples are kept, so tests
need none. LibreOffice reads a text of comma-separated values as people type them: dates become dates, codes lose their
zeros, 1150302 becomes a number.
"""

import shutil
import subprocess
import tempfile
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
FORMATS = {
    'xlsx': 'xlsx:Calc MS Excel 2007 XML',
    'xls': 'xls:MS Excel 97',
    'ods': 'ods:calc8',
    'csv': 'csv:Text - txt - csv (StarCalc):44,34,76,1',
}


def main() -> None:
    """Convert the text to each format, and put what comes of it beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / 'hours.txt'
        lines = [HOURS_HEADINGS, *([*row, 'A', '', '', ''] for row in ROWS)]
        source.write_text('\n'.join(','.join(f'"{cell}"' if ',' in cell else cell for cell in row) for row in lines))
        for extension, form in FORMATS.items():
            made = Path(folder) / extension
            command = ['soffice', '--headless', f'-env:UserInstallation=file://{folder}/profile', '--convert-to', form]
            command += ['--infilter=Text - txt - csv (StarCalc):44,34,76,1,,1028,false,true', '--outdir', str(made)]
            subprocess.run([*command, str(source)], check=True, timeout=300)
            shutil.copy(made / f'hours.{extension}', FOLDER / f'hours.{extension}')


if __name__ == '__main__':
    main()
