"""Which characters of a name can be printed on this machine, and what to do about those that cannot."""

import logging
import re
import shutil
import subprocess
import unicodedata
from functools import cache

from .. import copied

log = logging.getLogger(__name__)

# What our own font draws (.setup/latin_font.py), so that no machine needs another for Latin letters.
_LATIN = (range(0x20, 0x7F), range(0xA0, 0x370), range(0x1E00, 0x1F00))
# Letters that are joined, stacked or written from the right: the fonts for Han characters have each of them alone.
_JOINED = (range(0x590, 0x10A0), range(0x1780, 0x18B0))
# Never drawn, and nothing is missing: joiners and the selectors of a character's variants.
_UNSEEN = (range(0x200B, 0x2010), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
GETA = '〓'  # what printers set where a piece of type was missing
# What programs and people set for a character that they do not have, or hide.
_STAND_INS = frozenset(f'{GETA}?？□■○◯*＊')
# As what looks the same they are drawn: the glottal stop of some keyboards, and blanks, of which fonts draw boxes.
_ALIKE = str.maketrans('\ua78b\ua78c\xa0\u202f\u205f', '\u02bc\u02bc   ') | dict.fromkeys(range(0x2000, 0x200B), ' ')
# What copying out of a PDF makes of fi.
_COPIED = re.compile('[\ufb00-\ufb06]')


def problem(label: str, text: str) -> str | None:
    """What is wrong with the characters of `text` for printing, and what to do; None when all can be printed.

    >>> problem('姓名', 'Uongʉ Pe̍h')
    >>> problem('姓名', '陳\ue123華')[6:]
    '（U+E123）是造字，別的電腦看不到、也印不出來。請到全字庫查出這個字改用，或用組字說明，例如⿰方土。'
    """
    if found := [one for one in dict.fromkeys(text) if one in _STAND_INS]:
        return f'{label}的{_listed(found)}是代替字的符號，不是字。請對照證件，輸入證件上的字。'
    if found := [one for one in dict.fromkeys(text) if _is_joined(one)]:
        return f'{label}的{_listed(found)}是要連寫的文字，紀錄冊印不正確。請改用居留證或護照上的中文或英文姓名。'
    missing = unprintable(text)
    own = [character for character in missing if unicodedata.category(character) == 'Co']
    if own:
        return (
            f'{label}的{_listed(own)}是造字，別的電腦看不到、也印不出來。'
            '請到全字庫查出這個字改用，或用組字說明，例如⿰方土。'
        )
    if missing:
        return (
            f'{label}的{_listed(missing)}在這個系統沒有字型，印在紀錄冊上會成為「{GETA}」。'
            '請對照證件確認是不是打錯；若沒有錯，請洽系統管理者安裝字型。'
        )
    return None


def unprintable(text: str) -> list[str]:
    """The characters of `text` that no font draws, each once, in order."""
    return [one for one in dict.fromkeys(as_drawn(text)) if not _is_drawn(one)]


def as_drawn(text: str) -> str:
    """The text as it is printed: composed, and each sign as the one that it is equal to and that fonts have.

    >>> as_drawn('\uf9d1\u3000Pe̍h') == '六\u3000Pe̍h', as_drawn('⼭\xa0Paꞌay ﬁ')
    (True, '山 Paʼay fi')
    """
    composed = copied.characters(unicodedata.normalize('NFC', text)).translate(_ALIKE)
    return _COPIED.sub(lambda sign: unicodedata.normalize('NFKC', sign[0]), composed)


def as_printed(text: str) -> str:
    """The text as it is drawn, with 〓 for each character that no font draws."""
    return as_drawn(text).translate(_TYPE)


def prepare() -> None:
    """Ask for the fonts now, which takes half a second, and not when the first name is typed."""
    _drawn()


class _Type(dict[int, int | str]):
    """Code point → what is set for it, asked once each."""

    def __missing__(self, code: int) -> int | str:
        self[code] = code if _is_drawn(chr(code)) else GETA
        return self[code]


_TYPE = _Type()


def _listed(characters: list[str]) -> str:
    more = '等字' if len(characters) > 3 else ''
    return '、'.join(f'「{one}」（U+{ord(one):04X}）' for one in characters[:3]) + more


def _is_joined(character: str) -> bool:
    return any(ord(character) in span for span in _JOINED)


def _is_drawn(character: str) -> bool:
    code = ord(character)
    if any(code in span for span in (*_LATIN, *_UNSEEN)) or character.isspace():
        return True
    # What a font has for a private one is a sign of its own, and what goes around a letter goes beside it.
    if unicodedata.category(character) in ('Co', 'Me'):
        return False
    drawn = _drawn()
    return drawn is None or bool(drawn[code >> 3] & 1 << (code & 7))


@cache
def _drawn() -> bytearray | None:
    """A bit for each code point that a font of this machine draws, asked of fontconfig; None where it cannot be asked.

    The press takes its fonts from fontconfig, too; a character that is in none of them comes out as a box.
    """
    program = shutil.which('fc-list')
    if program is None:
        log.warning('names: fc-list was not found, so nobody is told of characters that have no font')
        return None
    asked = [program, '--format=%{charset} ']
    answer = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603, ours
    drawn = bytearray(0x110000 // 8)
    for span in answer.stdout.split():
        first, _, last = span.partition('-')
        for code in range(int(first, 16), int(last or first, 16) + 1):
            drawn[code >> 3] |= 1 << (code & 7)
    return drawn
