"""Names of people as strangers may read them.

A name of Han characters has one or two for the family and one or two for the person; names of the indigenous peoples,
and of foreigners, come in several words of any length. Whoever knows the person recognises a masked name, whoever does
not cannot read it.
"""

import re
import unicodedata

from .. import copied

CIRCLE = '○'
_BETWEEN_WORDS = re.compile(r'[^\w\s]|[\s_]')


def masked(name: str) -> str:
    """The name with circles: of a Han name the first and the last character stay, of several words the first of each.

    >>> masked('王小明'), masked('王明'), masked('歐陽小明'), masked('𠮷田小犇')
    ('王○明', '王○', '歐○○明', '𠮷○○犇')
    >>> masked('谷辣斯．尤達卡'), masked('Kolas  Yotaka'), masked('NGUYEN VAN AN'), masked('LI')
    ('谷○○．尤○○', 'K○○ Y○○', 'N○○ V○○ A○○', 'L○○')
    >>> masked('巴奈·母路·達陸拉里亞'), masked('王'), masked('O’Neil'), masked('')
    ('巴○○·母○○·達○○', '○', 'O○○’N○○', '')
    >>> masked('葛\U000e0100小城'), masked('Tân Pe̍h'), masked('⼭小田')
    ('葛○城', 'T○○ P○○', '山○田')
    """
    composed = copied.characters(unicodedata.normalize('NFC', name))
    # Marks and selectors that stay apart belong to their letter: they neither end a word nor tell how long it is.
    text = ' '.join(''.join(one for one in composed if unicodedata.category(one)[0] != 'M').split())
    words = re.split(f'({_BETWEEN_WORDS.pattern})', text)
    if len(words) > 1 or not _is_han(text):
        # The circles do not tell how long a word is: that of a foreign name would say too much.
        return ''.join(
            word if not word or _BETWEEN_WORDS.fullmatch(word) else f'{word[0]}{CIRCLE * 2}' for word in words
        )
    if len(text) < 3:
        return text[: len(text) - 1] + CIRCLE if text else ''
    return text[0] + CIRCLE * (len(text) - 2) + text[-1]


def _is_han(text: str) -> bool:
    return all(unicodedata.name(character, '').startswith('CJK') for character in text)
