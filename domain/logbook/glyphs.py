"""TrueType: the glyphs of a subset, and one font of the glyphs of many subsets (OpenType 1.9, glyf, loca, hmtx).

The subsets of one font have the numbers of its glyphs, so what two of them have in common is equal; nothing is drawn
anew here. A font of a PDF needs no other tables (ISO 32000-1, 9.9).
"""

import array
import json
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

_KEPT = ('head', 'hhea', 'maxp', 'cvt ', 'fpgm', 'prep')
_NEEDED = ('head', 'hhea', 'maxp', 'loca', 'glyf', 'hmtx')


@dataclass(frozen=True)
class Subset:
    """`outlines` and `metrics` (advance and left bearing, 4 bytes) by the number of the glyph; `tables` of the rest."""

    tables: Mapping[str, bytes]
    outlines: Mapping[int, bytes]
    metrics: Mapping[int, bytes]


def read(font: bytes) -> Subset | None:
    """The glyphs that are drawn, and number 0. None for what is not TrueType."""
    tables = _tables(font)
    if font[:4] != b'\x00\x01\x00\x00' or any(name not in tables for name in _NEEDED):
        return None
    is_long = struct.unpack_from('>h', tables['head'], 50)[0] == 1
    places = array.array('I' if is_long else 'H', tables['loca'])
    if sys.byteorder == 'little':
        places.byteswap()
    unit = 1 if is_long else 2
    glyf = tables['glyf']
    outlines = {
        number: glyf[start * unit : end * unit]
        for number, (start, end) in enumerate(pairwise(places))
        if start != end or number == 0
    }
    with_advance = struct.unpack_from('>H', tables['hhea'], 34)[0]
    measures = {number: _measure(tables['hmtx'], number, with_advance) for number in outlines}
    return Subset({name: tables[name] for name in _KEPT if name in tables}, outlines, measures)


def written(tables: Mapping[str, bytes], outlines: Mapping[int, bytes], metrics: Mapping[int, bytes]) -> bytes:
    """A font of these glyphs, each at its number."""
    count = max(outlines) + 1
    places, drawn, at = array.array('I', [0]), [], 0
    measures = bytearray(4 * count)
    for number in range(count):
        outline = outlines.get(number, b'')
        outline += b'\0' * (-len(outline) % 4)
        drawn.append(outline)
        at += len(outline)
        places.append(at)
        if number in metrics:
            measures[4 * number : 4 * number + 4] = metrics[number]
    if sys.byteorder == 'little':
        places.byteswap()
    head, hhea, maxp = (bytearray(tables[name]) for name in ('head', 'hhea', 'maxp'))
    struct.pack_into('>h', head, 50, 1)
    struct.pack_into('>H', hhea, 34, count)
    struct.pack_into('>H', maxp, 4, count)
    made: dict[str, bytes | bytearray] = {
        'head': head,
        'hhea': hhea,
        'maxp': maxp,
        'loca': places.tobytes(),
        'glyf': b''.join(drawn),
    }
    return _font({**tables, **made, 'hmtx': measures})


def packed(tables: Mapping[str, bytes]) -> bytes:
    """`tables` as one piece; `unpacked` reads it."""
    head = json.dumps({name: len(table) for name, table in tables.items()}).encode('ascii')
    return head + b'\n' + b''.join(tables.values())


def unpacked(piece: bytes) -> dict[str, bytes]:
    """The tables again."""
    head, _, rest = piece.partition(b'\n')
    tables, at = {}, 0
    for name, length in json.loads(head).items():
        tables[name] = rest[at : at + length]
        at += length
    return tables


def _tables(font: bytes) -> dict[str, bytes]:
    found = {}
    for at in range(12, 12 + 16 * struct.unpack_from('>H', font, 4)[0], 16):
        tag, _, offset, length = struct.unpack_from('>4sIII', font, at)
        found[tag.decode('latin-1')] = font[offset : offset + length]
    return found


def _measure(hmtx: bytes, number: int, with_advance: int) -> bytes:
    if number < with_advance:
        return hmtx[4 * number : 4 * number + 4]
    last = hmtx[4 * with_advance - 4 : 4 * with_advance - 2]
    bearing = 4 * with_advance + 2 * (number - with_advance)
    return last + hmtx[bearing : bearing + 2].ljust(2, b'\0')


def _font(tables: Mapping[str, bytes | bytearray]) -> bytes:
    names = sorted(tables)
    power = 1 << (len(names).bit_length() - 1)
    header = struct.pack(
        '>IHHHH', 0x00010000, len(names), 16 * power, power.bit_length() - 1, 16 * len(names) - 16 * power
    )
    entries, bodies, at = [], [], 12 + 16 * len(names)
    for name in names:
        body = bytes(tables[name])
        padded = body + b'\0' * (-len(body) % 4)
        words = array.array('I', padded)
        if sys.byteorder == 'little':
            words.byteswap()
        entries.append(struct.pack('>4sIII', name.encode('latin-1'), sum(words) & 0xFFFFFFFF, at, len(body)))
        bodies.append(padded)
        at += len(padded)
    return header + b''.join(entries + bodies)
