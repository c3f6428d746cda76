"""Fonts prepared at set-up: a document that takes its glyphs from there is the one that WeasyPrint writes by itself."""

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from pypdf import PdfReader

from domain.logbook import prepared_fonts
from domain.logbook.pdf import Listing
from domain.logbook.worker import Renderer


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nothing is prepared yet, and of Han fonts only one will be."""
    monkeypatch.setattr(prepared_fonts, 'FOLDER', tmp_path)
    monkeypatch.setattr(prepared_fonts, 'FAMILIES', ('TW-Kai',))
    return tmp_path


def test_a_document_of_prepared_fonts_is_the_one_without_them(folder: Path) -> None:
    # Marks on letters are composed glyphs; of the two last characters one has a font that is not prepared.
    names = ('王小明龘𠮷', 'Ńg, Sió-bîng Ạ̄ ʼAmis')
    contents = asdict(Listing('志工名冊', '示例文化中心', ('姓名', '英文姓名'), (names,), '民國 115 年 9 月 30 日'))
    renderer = Renderer()
    plain = renderer.render('list', contents, {})
    assert not renderer.embedded.known

    assert prepared_fonts.prepare(folder) == 2
    first, second = (renderer.render('list', contents, {}) for _ in range(2))

    assert {font.family for font in renderer.embedded.known.values()} == {'Logbook Latin', 'TW-Kai'}
    assert drawn(plain) == drawn(first) == drawn(second)
    assert text(plain) == text(first) == text(second)
    assert names[0] in text(first)
    of_plain, of_first = dict(fonts(plain)), dict(fonts(first))
    assert of_plain.keys() == of_first.keys()
    for name, (facts, outlines) in of_first.items():
        facts_of_plain, outlines_of_plain = of_plain[name]
        assert facts == facts_of_plain
        assert outlines == outlines_of_plain


def test_what_was_prepared_is_found_until_the_font_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_fonts, 'FAMILIES', ())
    font = prepared_fonts.OURS.read_bytes()
    old = folder / 'of-an-older-font.glyphs'
    old.touch()

    assert (prepared_fonts.prepare(folder), prepared_fonts.prepare(folder)) == (1, 0)

    assert not old.exists()
    assert 'OGDL-TW-1.0' in (folder / 'NOTICE.txt').read_text(encoding='utf-8')
    assert prepared_fonts.prepared(font) is not None
    assert prepared_fonts.prepared(font[:16] + bytes(4) + font[20:]) is None
    [made] = folder.glob('*.glyphs')
    made.write_bytes(made.read_bytes()[:-1])
    assert prepared_fonts.prepared(font) is None


def drawn(document: bytes) -> list[bytes]:
    """Every page, to the pixel."""
    read = pypdfium2.PdfDocument(document)
    try:
        return [page.render(scale=2).to_pil().tobytes() for page in read]
    finally:
        read.close()


def text(document: bytes) -> str:
    """All that a reader can mark and copy."""
    return ''.join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


def fonts(document: bytes) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Each embedded font, its sums checked: its widths, what its glyphs say, and how those are drawn."""
    for font in PdfReader(io.BytesIO(document)).pages[0]['/Resources']['/Font'].values():  # type: ignore[index]
        below = font['/DescendantFonts'][0]
        file = below['/FontDescriptor']['/FontFile2']
        content = file.get_data()
        assert len(content) == file['/Length1']
        facts = (repr(below['/W']), font['/ToUnicode'].get_data())
        read = TTFont(io.BytesIO(content), checkChecksums=2)
        yield font['/BaseFont'], (facts, outlines(read, below['/CIDToGIDMap']))


def outlines(font: TTFont, places: Any) -> dict[int, tuple[bytes, Any]]:
    """Of each glyph that is drawn, but for number 0, its outline and its measures, by the number that pages name."""
    table, found = font['glyf'], {}
    numbers: Sequence[int] = range(len(table.glyphOrder))
    if places != '/Identity':
        numbers = [place for (place,) in struct.iter_unpack('>H', places.get_data())]
    for number, place in enumerate(numbers):
        name = table.glyphOrder[place]
        if number and place and (glyph := table[name]).numberOfContours:
            found[number] = (glyph.compile(table, recalcBBoxes=False), font['hmtx'][name])
    return found
