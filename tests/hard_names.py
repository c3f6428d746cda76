"""`make names`: names that are hard to draw, in every print, as PNG below var/names, to be looked at.

fontconfig knows only the two CNS fonts meanwhile, as on a server that has nothing else. The text documents are drawn by
LibreOffice, where there is one: with these fonts, and with what their readers' machines would take instead.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from db import server_account
from domain import printouts
from domain.logbook import pdf, service
from domain.printouts import book_texts
from domain.workers import confinement

from .samples.logbooks import a_book, served
from .site import ROOT

FOLDER = ROOT / 'var' / 'names'
NAMES = (
    'Pa’ay Lowking',
    'Paʼay ʼAmis',
    'Uongʉ Ʉcʉ',
    'Tanɨvak',
    'Ṟawaḻ ṟawaḻ',
    'Tân Pe̍h',
    'Ông Bē-lō͘',
    'Chhòaⁿ',
    'Nguyễn Thị Hồng Ước',
    '谷辣斯．尤達卡',
    '林𪜶妹',
    '𡃁𠮷𣒍𡌴',
    '王堃喆煊',
)
COLUMNS = ('編號', '姓名', '單位', '備註')


def main() -> None:
    """Print everything and photograph it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix='names-') as folder:
        os.environ['FONTCONFIG_FILE'] = str(only_our_fonts(Path(folder)))
        asyncio.run(_print(Path(folder)))
        for made in sorted(Path(folder).glob('*.pdf')):
            command = ['pdftoppm', '-r', '80', '-png', str(made), str(FOLDER / made.stem)]
            subprocess.run(command, check=True)
    print(*sorted(FOLDER.glob('*.png')), sep='\n')


def only_our_fonts(folder: Path) -> Path:
    """A fontconfig in `folder` that knows the CNS fonts alone."""
    found = subprocess.run(['fc-list', '--format=%{file}\n'], capture_output=True, check=True, text=True).stdout
    for font in {Path(line) for line in found.splitlines() if Path(line).name.startswith('TW-')}:
        (folder / font.name).symlink_to(font)
    (folder / 'cache').mkdir()
    config = folder / 'fonts.conf'
    config.write_text(f'<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>')
    folder.chmod(0o755)
    if account := confinement.account():
        server_account.let_in(account, folder)
    return config


async def _print(folder: Path) -> None:
    entries = zip(served(len(NAMES)), NAMES, strict=True)
    lines = [replace(one, line=replace(one.line, unit=name, recorder=name)) for one, name in entries]
    book = a_book(service=service.on_leaves(lines))
    named = replace(book, identity=replace(book.identity, name='Ông Bē-lō͘ Pe̍h', english_name='PAʼAY UONGɄ ṞAWAḺ'))
    rows = [(str(number), name, name, name) for number, name in enumerate(NAMES, 1)]
    await pdf.opened()
    made = {
        'book.pdf': await pdf.as_pdf(named),
        'roster.pdf': await printouts.pdf('志工名冊', '示例文化中心', COLUMNS, rows),
        'strips.pdf': await printouts.strips('教育訓練時數條', '示例文化中心', COLUMNS, rows),
        'docx.docx': book_texts.docx([named]),
        'odt.odt': book_texts.odt([named]),
        'list-docx.docx': printouts.docx('志工名冊', '示例文化中心', COLUMNS, rows),
        'list-odt.odt': printouts.odt('志工名冊', '示例文化中心', COLUMNS, rows),
    }
    await pdf.closed()
    for name, content in made.items():
        (folder / name).write_bytes(content)
    if office := shutil.which('soffice'):
        texts = [folder / name for name in made if not name.endswith('.pdf')]
        command = [office, f'-env:UserInstallation=file://{folder}/office', '--headless', '--convert-to', 'pdf']
        subprocess.run([*command, '--outdir', folder, *texts], check=True, capture_output=True)


if __name__ == '__main__':
    main()
