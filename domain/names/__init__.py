"""姓名: when two spellings are one name, and what of a spelling is only seen and never meant.

A name is kept exactly as it was given; what is folded here is only compared and searched.
"""

import unicodedata
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from .. import copied, invisible

MOST = 120
# Grows with each change of what `key` or `strokes.order` does; keys of an earlier edition are made anew at the start.
EDITION = 4

# Signs for the glottal stop (原住民族語言書寫系統, 教育部 and 原民會, 2005): a keyboard has no key for them, so people
# type ' or nothing.
_GLOTTAL_STOPS = frozenset('\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c0\u02c8\u02ca\u02cb\u0294\u0241\u0242\ua78b\ua78c')
# What is typed for the dot or the hyphen between the parts of a name and is a sign of mathematics, or of a list.
_BETWEEN = frozenset('∙⋅●◦∘−─▪⚫\u119e')  # the last is what NFKC makes of ㆍ
# Letters that NFD does not take apart, by the plain letter that people type: Đức, Uongʉ, Tanɨvak.
_PLAIN = str.maketrans(
    {'đ': 'd', 'ð': 'd', 'ı': 'i', 'ʉ': 'u', 'ɨ': 'i', 'ø': 'o', 'ł': 'l', 'ŋ': 'ng', 'ə': 'e', 'ɫ': 'l', 'ɬ': 'l'}
)


def key(name: str) -> str:
    """The name folded for comparing and searching. Never shown, never kept as a name.

    Width, case, separators, signs of the glottal stop, marks on Latin letters and variants of a character make no
    difference.

    >>> key('谷辣斯‧尤達卡') == key('谷辣斯．尤達卡') == key('谷辣斯 尤達卡')
    True
    >>> key('Kolas Yotaka') == key('ＫＯＬＡＳ·ＹＯＴＡＫＡ'), key('Nguyễn Thị Đào') == key('nguyen thi dao')
    (True, True)
    >>> key('臺生') == key('台生'), key('林羣峯') == key('林群峰'), key('王大明') == key('王太明')
    (True, True, False)
    """
    seen = copied.characters(invisible.removed(name))
    folded = unicodedata.normalize('NFKC', unicodedata.normalize('NFKC', seen).casefold())
    bare = ''.join(sign for sign in unicodedata.normalize('NFD', folded) if not '\u0300' <= sign <= '\u036f')
    plain = unicodedata.normalize('NFC', bare).translate(_PLAIN).translate(_variants())
    return ''.join(filter(_counts, plain))[:MOST]


def grams(key: str) -> list[str]:
    """The parts of a folded name by which an index of the database finds it: pairs, or one Han character alone.

    >>> grams('王小明'), grams('王'), grams('w')
    (['小明', '王小'], ['王'], [])
    """
    if len(key) == 1:
        return [key] if not key.isascii() else []
    return sorted({key[at : at + 2] for at in range(len(key) - 1)})


def is_near(one: str, other: str) -> bool:
    """Whether two names may be two ways to write one: at least half of it is the same, in the same order.

    >>> is_near('谷辣斯．尤達卡', '谷拉斯尤達嘎'), is_near('林哲', '林喆'), is_near('Kolas Yotaka', 'Kulas Yutaka')
    (True, True, True)
    >>> is_near('王小明', '陳小華'), is_near('王小明', ''), is_near('王小明', 'Wang Xiaoming')
    (False, False, False)
    """
    return bool(key(one)) and SequenceMatcher(None, key(one), key(other), autojunk=False).ratio() >= 0.5


@cache
def _variants() -> dict[int, str]:
    """Each variant → the form of its group."""
    lines = (Path(__file__).parent / 'variants.txt').read_text(encoding='utf-8').splitlines()
    groups = [line for line in lines if line and not line.startswith('#')]
    return {ord(variant): group[0] for group in groups for variant in group[1:]}


def _counts(character: str) -> bool:
    """Not blanks, punctuation, invisible signs, nor the selectors of a character's variants."""
    category = unicodedata.category(character)
    is_selector = 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF
    return (
        category[0] not in 'ZP'
        and category not in ('Cc', 'Cf', 'Cs', 'Sk')
        and not is_selector
        and character not in _GLOTTAL_STOPS
        and character not in _BETWEEN
    )
