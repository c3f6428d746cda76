"""TrueType as a PDF needs it: glyphs deflated one by one, and fonts put together of them (OpenType 1.9).

A full flush after each glyph makes its piece of the deflate stream independent of the others (RFC 1951), so a font is
a few small tables and pieces that are copied; nothing is drawn or compressed anew. The subsets of one font keep the
numbers of its glyphs, so what two of them have in common is equal. Hints are left out, as WeasyPrint does by default:
a PDF needs no other tables than these (ISO 32000-1, 9.9).
"""

import array
import json
import struct
import sys
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

_KEPT = ('head', 'hhea', 'maxp')
_NEEDED = (*_KEPT, 'loca', 'glyf', 'hmtx')
_FACTS = struct.Struct('>IIII')
_BASE = 65521  # of Adler-32
_SHORTER = 0x0100  # WE_HAVE_INSTRUCTIONS
_MORE = 0x0020
# Of both coordinates of a point, by its flag: one byte, or two, or none for the same as before.
_BYTES = [
    (1 if flag & 0x02 else 0 if flag & 0x10 else 2) + (1 if flag & 0x04 else 0 if flag & 0x20 else 2)
    for flag in range(256)
]


@dataclass(frozen=True)
class Glyphs:
    """`pieces` by the number of the glyph: 16 bytes of facts, then its outline, deflated. `tables` of the rest.

    The facts: advance and left bearing as in hmtx, the length of the outline, its Adler-32, its sum as a table has it.
    `parts` are the glyphs of which others are composed.
    """

    tables: Mapping[str, bytes]
    pieces: Mapping[int, bytes]
    parts: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


class Deflated(bytes):
    """A font file as a zlib stream, which needs no compression; `length` is what it has uncompressed."""

    length: int


def read(font: bytes, used: Collection[int] | None = None) -> Glyphs | None:
    """Every glyph, or of a subset what is drawn or `used`. None for what is no TrueType, or variable, or coloured."""
    tables = _tables(font)
    if font[:4] != b'\x00\x01\x00\x00' or any(name not in tables for name in _NEEDED):
        return None
    if any(name in tables for name in ('fvar', 'SVG ', 'COLR', 'CBDT', 'sbix', 'EBDT')):
        return None
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    pieces, parts = {}, {}
    measures = _measures(tables)
    for number, outline in enumerate(_outlines(tables)):
        if used is None or outline or number in used or number == 0:
            plain, of_others = _without_hints(outline)
            piece = _FACTS.pack(measures[number], len(plain), zlib.adler32(plain), _sum(plain))
            if plain:
                piece += deflate.compress(plain) + deflate.flush(zlib.Z_FULL_FLUSH)
            pieces[number] = piece
            if of_others:
                parts[number] = of_others
    return Glyphs({name: tables[name] for name in _KEPT}, pieces, parts)


def written(tables: Mapping[str, bytes], pieces: Mapping[int, bytes]) -> Deflated:
    """A font of these glyphs, each at its number."""
    numbers = sorted(pieces)
    count = numbers[-1] + 1
    loca, hmtx, drawn = [], [], []
    at = loca_sum = hmtx_sum = glyf_sum = 0
    low, high = 1, 0  # Adler-32 of all outlines, each added as zlib's adler32_combine does
    after = 0
    for number in numbers:
        piece = pieces[number]
        measure, length, adler, total = _FACTS.unpack_from(piece)
        loca.append(at.to_bytes(4) * (number + 1 - after))
        loca_sum += at * (number + 1 - after)
        hmtx.append(bytes(4 * (number - after)) + piece[:4])
        hmtx_sum += measure
        glyf_sum += total
        high = (high + (adler >> 16) + length * (low - 1)) % _BASE
        low = (low + (adler & 0xFFFF) - 1) % _BASE
        at += length
        after = number + 1
        drawn.append(piece[_FACTS.size :])
    loca.append(at.to_bytes(4))
    small = _small_tables(tables, count)
    sums = {name: _sum(table) for name, table in small.items()}
    small |= {'hmtx': b''.join(hmtx), 'loca': b''.join(loca)}
    sums |= {'hmtx': hmtx_sum & 0xFFFFFFFF, 'loca': (loca_sum + at) & 0xFFFFFFFF, 'glyf': glyf_sum & 0xFFFFFFFF}
    head = _with_directory(small, sums, at)
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    begun = deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH)
    first = zlib.adler32(head)
    low_of_head, high_of_head = first & 0xFFFF, first >> 16
    high = (high_of_head + high + at * (low_of_head - 1)) % _BASE
    low = (low_of_head + low - 1) % _BASE
    font = Deflated(b''.join((b'\x78\x9c', begun, *drawn, b'\x03\x00', (high << 16 | low).to_bytes(4))))
    font.length = len(head) + at
    return font


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


def _outlines(tables: Mapping[str, bytes]) -> Iterator[bytes]:
    is_long = _number(tables['head'], 50) == 1
    places = array.array('I' if is_long else 'H', tables['loca'])
    if sys.byteorder == 'little':
        places.byteswap()
    unit = 1 if is_long else 2
    glyf = tables['glyf']
    for start, end in pairwise(places):
        yield glyf[start * unit : end * unit]


def _measures(tables: Mapping[str, bytes]) -> list[int]:
    """Of each glyph advance and left bearing, as one number."""
    with_advance, count = _number(tables['hhea'], 34), _number(tables['maxp'], 4)
    hmtx = tables['hmtx']
    measures = list(struct.unpack_from(f'>{with_advance}I', hmtx))
    bearings = struct.unpack_from(
        f'>{count - with_advance}H', hmtx.ljust(2 * (count + with_advance), b'\0'), 4 * with_advance
    )
    last = measures[-1] & 0xFFFF0000
    return measures + [last | bearing for bearing in bearings]


def _without_hints(outline: bytes) -> tuple[bytes, tuple[int, ...]]:
    """The outline as a table has it, and the glyphs of which it is composed."""
    if not outline:
        return b'', ()
    contours = int.from_bytes(outline[:2], signed=True)
    if contours < 0:
        return _composed_without_hints(outline)
    at = 10 + 2 * contours
    flags = at + 2 + _number(outline, at)
    points = _number(outline, at - 2) + 1 if contours else 0
    plain = outline[:at] + b'\0\0' + outline[flags : _end(outline, flags, points)]
    return plain + b'\0' * (-len(plain) % 4), ()


def _end(outline: bytes, at: int, points: int) -> int:
    """Where the coordinates end of which the flags begin `at`; what comes after fills up to a whole word."""
    coordinates = 0
    while points > 0:
        flag = outline[at]
        times = 1 + outline[at + 1] if flag & 0x08 else 1
        at += 2 if flag & 0x08 else 1
        points -= times
        coordinates += times * _BYTES[flag]
    return at + coordinates


def _composed_without_hints(outline: bytes) -> tuple[bytes, tuple[int, ...]]:
    changed, at, parts, flags = bytearray(outline), 10, [], _MORE
    while flags & _MORE:
        flags, part = struct.unpack_from('>HH', outline, at)
        struct.pack_into('>H', changed, at, flags & ~_SHORTER)
        parts.append(part)
        at += 8 if flags & 0x0001 else 6  # two words, or two bytes
        at += 2 if flags & 0x0008 else 4 if flags & 0x0040 else 8 if flags & 0x0080 else 0  # one scale, two, a matrix
    del changed[at:]
    return bytes(changed).ljust(at + -at % 4, b'\0'), tuple(parts)


def _small_tables(tables: Mapping[str, bytes], count: int) -> dict[str, bytes]:
    """head, hhea and maxp of a font of `count` glyphs without hints."""
    head, hhea, maxp = (bytearray(tables[name]) for name in _KEPT)
    struct.pack_into('>I', head, 8, 0)
    struct.pack_into('>h', head, 50, 1)
    struct.pack_into('>H', hhea, 34, count)
    struct.pack_into('>H', maxp, 4, count)
    struct.pack_into('>7H', maxp, 14, 1, 0, 0, 0, 0, 0, 0)
    return {'head': bytes(head), 'hhea': bytes(hhea), 'maxp': bytes(maxp)}


def _with_directory(tables: Mapping[str, bytes], sums: Mapping[str, int], length: int) -> bytes:
    """All of a font file but glyf, `length` bytes, which comes after it."""
    names = sorted(sums)
    power = 1 << (len(names).bit_length() - 1)
    facts = (16 * power, power.bit_length() - 1, 16 * (len(names) - power))
    places, bodies, at = {}, [], 12 + 16 * len(names)
    for name, table in tables.items():
        places[name] = (at, len(table))
        bodies.append(table + b'\0' * (-len(table) % 4))
        at += len(bodies[-1])
    places['glyf'] = (at, length)
    directory = struct.pack('>IHHHH', 0x00010000, len(names), *facts) + b''.join(
        struct.pack('>4sIII', name.encode('latin-1'), sums[name], *places[name]) for name in names
    )
    made = bytearray(directory + b''.join(bodies))
    whole = _sum(directory) + sum(sums.values())
    struct.pack_into('>I', made, places['head'][0] + 8, (0xB1B0AFBA - whole) & 0xFFFFFFFF)
    return bytes(made)


def _sum(table: bytes) -> int:
    """As the directory of a font has it of each table."""
    padded = table + b'\0' * (-len(table) % 4)
    words: tuple[int, ...] = struct.unpack(f'>{len(padded) // 4}I', padded)
    return sum(words) & 0xFFFFFFFF


def _number(table: bytes, at: int) -> int:
    return int.from_bytes(table[at : at + 2])
