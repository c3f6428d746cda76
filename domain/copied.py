"""What comes along when a value is copied: out of a cell or a sentence the quotes around it and the stop behind it; out
of a PDF signs for the parts of characters where the character was meant.
"""

import unicodedata

_QUOTES = ' \t\r\n"\'`“”‘’「」『』'
_STOPS = '.,;、。，；'
# CJK Radicals Supplement that look like a whole character (Unicode, EquivalentUnifiedIdeograph); of the older radicals,
# and of two of these, Unicode says so itself (NFKC).
_RADICALS = str.maketrans(
    '⺌⺎⺒⺓⺛⺝⺠⺧⺩⺪⺬⺮⺶⺻⺽⻁⻄⻅⻆⻉⻊⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻫⻬⻭⻮⻯⻰⻱⻲',
    '小兀巳幺旡月民牛王疋示竹羊聿臼虎西见角贝足车長长门雨青韦页风飞食马骨鬼鱼鸟麦黄斉齐歯齿竜龙龜亀',
) | {radical: unicodedata.normalize('NFKC', chr(radical)) for radical in range(0x2F00, 0x2FD6)}


def bare(text: str) -> str:
    """The value alone. Not for names: some begin with a glottal stop.

    >>> bare("'A123456789"), bare('"115/3/8"'), bare('wang@example.com。'), bare('「3」，')
    ('A123456789', '115/3/8', 'wang@example.com', '3')
    """
    return text.lstrip(_QUOTES).rstrip(_QUOTES + _STOPS)


def characters(text: str) -> str:
    """The text with the characters that are meant by signs of their radicals.

    >>> characters('中華⺠國⻑榮'), characters('⻄門') == '西門', characters('⼭')
    ('中華民國長榮', True, '山')
    """
    return text.translate(_RADICALS)
