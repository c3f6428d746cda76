"""`python -m domain.logbook.prepared_fonts`: the fonts we print with, glyph by glyph deflated, in `.cache/fonts`.

A book names 400 glyphs of fonts with 40,000 each: WeasyPrint copies 50 MB, looks through them and compresses what is
left, for every book anew. Here it is done once, at set-up: a font for a book is then copied pieces (`glyphs`). What
is made is never committed; it is found by the digest of the font's directory of tables, so of a new version of a font
nothing old is taken. Without it everything is printed as well, and looks the same.

The fonts are by the 國家發展委員會, under the 政府資料開放授權條款 (OGDL-TW-1.0), which asks that they be named.
"""

import array
import hashlib
import json
import mmap
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from . import glyphs

FOLDER = Path(__file__).parents[2] / '.cache' / 'fonts'
FAMILIES = ('TW-Kai', 'TW-Kai-Ext-B', 'TW-Kai-Plus', 'TW-Sung', 'TW-Sung-Ext-B', 'TW-Sung-Plus')
OURS = Path(__file__).with_name('latin.ttf')
FORMAT = 1
NOTICE = """\
Made from fonts that are installed on this machine by `python -m domain.logbook.prepared_fonts`: the same outlines, each
compressed by itself. It may be deleted at any time and is made anew by .setup/prepare.

全字庫字型（TW-Kai, TW-Sung）：© 國家發展委員會，採用政府資料開放授權條款－第 1 版（OGDL-TW-1.0）
https://data.gov.tw/license
Logbook Latin: made from Gentium Plus, © SIL International, SIL Open Font License 1.1 (domain/logbook/latin.OFL.txt)
"""


class PreparedFont(Mapping[int, bytes]):
    """The pieces of one font (`glyphs.Glyphs`), read as they are asked for. Raises OSError, ValueError."""

    def __init__(self, path: Path) -> None:
        with path.open('rb') as file:
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        head = self._file.readline()
        facts: dict[str, Any] = json.loads(head)
        self.family: str = facts['family']
        self._parts = {int(number): parts for number, parts in facts['parts'].items()}
        at = len(head) + facts['tables']
        self.tables = glyphs.unpacked(self._file[len(head) : at])
        self._places = array.array('I', self._file[at : at + 4 * (facts['count'] + 1)])
        if sys.byteorder == 'big':
            self._places.byteswap()
        self._start = at + 4 * len(self._places)
        if len(self._file) != self._start + self._places[-1]:
            raise ValueError(path.name)

    def __getitem__(self, number: int) -> bytes:
        start = self._start
        return self._file[start + self._places[number] : start + self._places[number + 1]]

    def __len__(self) -> int:
        return len(self._places) - 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    @property
    def has_parts(self) -> bool:
        """Whether some glyphs are composed of others, which they name by their numbers."""
        return bool(self._parts)

    def of(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """The pieces of these glyphs, of what they are composed of, and of number 0. Raises IndexError."""
        wanted, found = [0, *numbers], {}
        while wanted:
            number = wanted.pop()
            if number not in found:
                found[number] = self[number]
                wanted += self._parts.get(number, ())
        return found


def prepared(font: bytes) -> PreparedFont | None:
    """What was prepared of this font file, of which the beginning will do."""
    path = FOLDER / f'{_digest(font)}.glyphs'
    try:
        return PreparedFont(path)
    except (OSError, ValueError):
        return None


def prepare(folder: Path = FOLDER) -> int:
    """Prepare what is installed and is not prepared yet, and throw away the rest. Returns how many were made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'NOTICE.txt').write_text(NOTICE, encoding='utf-8')
    kept, made = set(), 0
    for family, source in _sources():
        with source.open('rb') as file:
            target = folder / f'{_digest(file.read(4096))}.glyphs'
        kept.add(target)
        if not target.exists():
            made += _prepared_into(target, family, source.read_bytes())
    for old in folder.glob('*.glyphs'):
        if old not in kept:
            old.unlink()
    return made


def _prepared_into(target: Path, family: str, font: bytes) -> bool:
    found = glyphs.read(font)
    if found is None:
        return False
    tables = glyphs.packed(found.tables)
    places = array.array('I', [0])
    for number in range(len(found.pieces)):
        places.append(places[-1] + len(found.pieces[number]))
    if sys.byteorder == 'big':
        places.byteswap()
    head = {'format': FORMAT, 'family': family, 'tables': len(tables), 'count': len(found.pieces), 'parts': found.parts}
    half = target.with_suffix(f'.{os.getpid()}')
    with half.open('wb') as file:
        file.write(json.dumps(head).encode('ascii') + b'\n' + tables + places.tobytes())
        file.writelines(found.pieces.values())
    half.replace(target)
    return True


def _sources() -> Iterator[tuple[str, Path]]:
    yield 'Logbook Latin', OURS
    program = shutil.which('fc-list')
    if program is None:
        return
    asked = [program, '--format', '%{family[0]}\t%{file}\n']
    told = subprocess.run(asked, capture_output=True, check=False, text=True)  # noqa: S603, ours
    files = dict(line.split('\t') for line in told.stdout.splitlines() if line)
    yield from ((family, Path(files[family])) for family in FAMILIES if family in files)


def _digest(font: bytes) -> str:
    """Of the directory of its tables, where the sum of each stands."""
    directory = font[: 12 + 16 * int.from_bytes(font[4:6])]
    return hashlib.blake2b(directory, digest_size=16, person=b'glyphs %d' % FORMAT).hexdigest()


if __name__ == '__main__':
    prepare()
