"""Books on sheets: what stands on paper is what the single print has, and fonts are shared by all books."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from domain.logbook import pdf
from domain.logbook.imposition import Imposed, sides
from tests.samples.logbooks import a_book


@pytest.fixture(scope='module', autouse=True)
async def the_press() -> AsyncIterator[None]:
    yield
    await pdf.closed()


async def test_each_half_of_a_sheet_is_the_page_of_the_single_print() -> None:
    first = a_book()
    second = replace(first, number='中市文志字第115000𠮷號', identity=replace(first.identity, name='林龘', photo=None))
    single = [drawn(await pdf.as_pdf(book)) for book in (first, second)]
    file = io.BytesIO()
    imposed = Imposed(file, '兩冊')
    for book in (first, second):
        imposed.add(await pdf.leaves_of(book), book.number)
    imposed.end()

    sheets = drawn(file.getvalue())
    assert (imposed.count, len(sheets)) == (4, 8)
    for start, pages in zip((0, 4), single, strict=True):
        for sheet, (left, right) in zip(sheets[start : start + 4], sides(8), strict=True):
            assert left is not None
            assert right is not None
            assert differs(half(sheet, 0), pages[left]) < 32
            assert differs(half(sheet, 1), pages[right]) < 32
    read = PdfReader(file)
    assert '林龘' in read.pages[5].extract_text()
    assert len(file.getvalue()) < 1.3 * len(await pdf.as_pdf(first))


def drawn(document: bytes) -> list[Image.Image]:
    """Each page, 2 pixels a point."""
    read = pypdfium2.PdfDocument(document)
    try:
        return [page.render(scale=2).to_pil().convert('L') for page in read]
    finally:
        read.close()


def half(sheet: Image.Image, which: int) -> Image.Image:
    middle = sheet.width // 2
    return sheet.crop(
        (middle - 839, 0, middle, sheet.height) if which == 0 else (middle, 0, middle + 839, sheet.height)
    )


def differs(one: Image.Image, other: Image.Image) -> int:
    """The mean difference in the part where they differ most, as small as a character: 0 to 255.

    A sheet's middle is no whole pixel, so the edges of strokes differ and shapes do not.
    """
    small = [each.crop((0, 0, 838, 1190)).resize((105, 149), Image.Resampling.BOX) for each in (one, other)]
    return max(ImageChops.difference(*small).tobytes())
