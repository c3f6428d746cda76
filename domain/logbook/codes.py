"""QR codes: as SVG for a template, and as what WeasyPrint draws of that for pages made of forms."""

import re
from functools import lru_cache
from typing import Any

import segno
from markupsafe import Markup

DARK = '#16262c'
BORDER = 2
"""Modules around it."""
MOST_LENGTHS = 8
"""Of addresses; those of one office have one length."""
_bases: dict[int, str] = {}
_DARK_MODULES = re.compile(b'\x01+')


def svg(address: str, title: str = '查驗 QR 碼') -> Markup:
    """The code of an address."""
    return Markup(_code(address).svg_inline(border=BORDER, dark=DARK, title=title))  # noqa: S704, made by segno


class Symbol:
    """What WeasyPrint draws of the same code, without writing SVG and reading it again."""

    def __init__(self, address: str) -> None:
        matrix = modules(address)
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


def modules(address: str) -> list[bytes]:
    """The rows of its code, a byte for each module: 1 is dark.

    Bits become modules by steps that are linear over GF(2) (ISO/IEC 18004, 7.4 to 7.8; the mask is given). So the codes
    of two addresses of one length differ by what each bit changes in which these do, and that is learnt once.
    """
    if not address.startswith('http') or not address.isascii():  # else the letters decide how it is written
        return [bytes(row) for row in _code(address).matrix]
    if len(_bases) == MOST_LENGTHS:
        _bases.clear()
    base = _bases.setdefault(len(address), address)
    size, dark = _dark(base)
    other = int.from_bytes(address.encode('ascii')) ^ int.from_bytes(base.encode('ascii'))
    while other:
        dark ^= _changed(base, other.bit_length() - 1)
        other ^= 1 << (other.bit_length() - 1)
    made = dark.to_bytes(size * size)
    return [made[start : start + size] for start in range(0, size * size, size)]


@lru_cache(MOST_LENGTHS)
def _dark(address: str) -> tuple[int, int]:
    """The size of its code, and all modules as one number."""
    matrix = _code(address).matrix
    return len(matrix), int.from_bytes(b''.join(matrix))


@lru_cache(1024)
def _changed(base: str, bit: int) -> int:
    """The modules that another bit changes."""
    other = int.from_bytes(base.encode('ascii')) ^ 1 << bit
    matrix = _code(other.to_bytes(len(base)).decode('ascii')).matrix
    return _dark(base)[1] ^ int.from_bytes(b''.join(matrix))


def _code(address: str) -> segno.QRCode:
    # A mask that is given costs a quarter of one that is looked for; readers take each (ISO/IEC 18004, 7.8).
    return segno.make(address, error='m', micro=False, mask=4)
