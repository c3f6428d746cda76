"""QR codes: as SVG for a template, and as what WeasyPrint draws of that for pages made of forms."""

import re
from typing import Any

import segno
from markupsafe import Markup

DARK = '#16262c'
BORDER = 2
"""Modules around it."""
_DARK_MODULES = re.compile(b'\x01+')


def svg(address: str, title: str = '查驗 QR 碼') -> Markup:
    """The code of an address."""
    return Markup(_code(address).svg_inline(border=BORDER, dark=DARK, title=title))  # noqa: S704, made by segno


class Symbol:
    """What WeasyPrint draws of the same code, without writing SVG and reading it again."""

    def __init__(self, address: str) -> None:
        matrix = _code(address).matrix
        self._size = len(matrix) + 2 * BORDER
        self._lines = b' '.join(
            b'%d %d.5 m %d %d.5 l' % (BORDER + dark.start(), y, BORDER + dark.end(), y)
            for y, row in enumerate(matrix, start=BORDER)
            for dark in _DARK_MODULES.finditer(row)
        )

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Width, height and ratio."""
        return self._size, self._size, 1

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        """As weasyprint.images draw themselves."""
        with stream.stacked():
            stream.transform(a=width / self._size, d=height / self._size)
            stream.set_alpha(1, stroke=True)
            stream.set_color_rgb(*(part / 255 for part in bytes.fromhex(DARK[1:])), stroke=True)
            stream.set_line_width(1)
            stream.stream.append(self._lines)
            stream.stroke()


def _code(address: str) -> segno.QRCode:
    # A mask that is given costs a quarter of one that is looked for; readers take each (ISO/IEC 18004, 7.8).
    return segno.make(address, error='m', micro=False, mask=4)
