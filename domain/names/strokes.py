"""Names in the order in which Taiwan lists them: by the strokes of their characters.

The order is a table of ours (`strokes.txt`), since a PostgreSQL without ICU, as the bundled one, has no such collation.
"""

import unicodedata
from functools import cache
from pathlib import Path

from .. import copied

MOST = 96
_FIRST_CHARACTERS = 16
_FIRST_HAN = 0x2E80


def order(name: str) -> str:
    """What a list sorts by: six digits and letters for each character, so that any database sorts it alike.

    Latin names come first, then Han characters by strokes, then characters that the table does not have.

    >>> sorted(['黃小華', '陳小華', '王小明', '丁一', 'Kolas'], key=order)
    ['Kolas', '丁一', '王小明', '陳小華', '黃小華']
    """
    folded = unicodedata.normalize('NFKC', copied.characters(name)).casefold()
    signs = [sign for sign in folded if unicodedata.category(sign)[0] in 'LMN']
    return ''.join(map(_place, signs[:_FIRST_CHARACTERS]))


def _place(sign: str) -> str:
    if ord(sign) < _FIRST_HAN:
        return f'0{ord(sign):05x}'
    rank = _ranks().get(sign)
    return f'2{min(ord(sign), 0xFFFFF):05x}' if rank is None else f'1{rank:05x}'


@cache
def _ranks() -> dict[str, int]:
    lines = (Path(__file__).parent / 'strokes.txt').read_text(encoding='utf-8').splitlines()
    ordered = ''.join(line for line in lines if not line.startswith('#'))
    return {sign: rank for rank, sign in enumerate(ordered)}
