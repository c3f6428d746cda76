"""The picture that goes to a screen: who looks at it, and when, stands faintly all over it; the kept file is as it was.

Only pictures of ours are drawn on, which `raster` has written; prints and PDFs take the kept file.
"""

import asyncio
import io
from collections import OrderedDict
from contextlib import suppress
from functools import cache
from typing import cast

from PIL import Image, ImageDraw, ImageFont

# So faint that the certificate is read through it (of 255), and so dense that no part can be cut out without it.
_FAINT = 46
_ANGLE = 28
_LETTERS_A_LINE = 34
# As many pictures as a reviewer turns back and forth between; each belongs to one viewer.
MOST_KEPT = 32
_kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()


async def marked(jpeg: bytes, digest: str, text: str) -> bytes:
    """`jpeg`, whose content has this `digest`, with `text` over it; what was just drawn is not drawn again."""
    key = (digest, text)
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    made = _kept[key] = await asyncio.to_thread(drawn, jpeg, text)
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return made


def drawn(jpeg: bytes, text: str) -> bytes:
    """The same picture, as large, with `text` over and over again, slanting, as dark strokes with light edges."""
    with Image.open(io.BytesIO(jpeg)) as opened:
        image = opened.convert('RGB')
    tile = _tile(text, max(12, min(image.size) // _LETTERS_A_LINE))
    strokes = Image.new('L', image.size)
    for row, top in enumerate(range(0, image.height, tile.height)):
        for left in range(-(row % 2) * tile.width // 2, image.width, tile.width):
            strokes.paste(tile, (left, top))
    dark = strokes.point(lambda ink: ink * _FAINT // 255)
    light = Image.new('L', image.size)
    light.paste(dark, (1, 1))
    image.paste((255, 255, 255), mask=light)
    image.paste((20, 40, 60), mask=dark)
    written = io.BytesIO()
    image.save(written, 'JPEG', quality=88)
    return written.getvalue()


def _tile(text: str, size: int) -> Image.Image:
    font = _font(size)
    left, top, right, bottom = font.getbbox(text)
    line = Image.new('L', (int(right - left) + 3 * size, int(bottom - top) + 3 * size))
    ImageDraw.Draw(line).text((1.5 * size - left, 1.5 * size - top), text, fill=255, font=font)
    return line.rotate(_ANGLE, expand=True)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Any font with Chinese letters."""
    for file in ('TW-Kai-98_1.ttf', 'NotoSansCJK-Regular.ttc', 'NotoSerifCJK-Regular.ttc'):
        with suppress(OSError):
            return ImageFont.truetype(file, size)
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))
