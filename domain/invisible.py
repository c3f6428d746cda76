"""Invisible characters: what word processors, chats and web pages leave in what people copy, and nobody means."""

import re

# Soft hyphen, direction marks, joiners and blanks without width, the mark at the head of a file, annotations, tags.
_INVISIBLE = re.compile(
    '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164'
    '\ufeff\uffa0\ufff9-\ufffb'
    '\U000e0000-\U000e007f]'
)


def removed(text: str) -> str:
    """The text without them.

    >>> removed('\\u200e王\\u200b小美\\ufeff')
    '王小美'
    """
    return _INVISIBLE.sub('', text)
