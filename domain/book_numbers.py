"""When two numbers of books are one (law.md#paper-book-numbers). The database folds them by the same rule."""

import re
import string
import unicodedata

_SAME = str.maketrans(string.ascii_lowercase + '台', string.ascii_uppercase + '臺')
MOST = 90
_WHOLE = re.compile('((?:(?!字第).)+)字第((?:(?!字第).)+?)號?')


def folded(number: str) -> str:
    """What is compared: half width, without blanks and leading zeros, 臺 for 台, Latin letters as capitals.

    >>> folded('台中市文志字第 ０００１２３ 號'), folded('ab字第000號')
    ('臺中市文志字第123號', 'AB字第0號')
    """
    narrow = ''.join(unicodedata.normalize('NFKC', number).split()).translate(_SAME)
    return re.sub(r'(^|[^0-9])0+([0-9])', r'\1\2', narrow)[:MOST]


def parts(series: str, serial: str) -> tuple[str, str]:
    """The two parts as they are kept, half width, without the words between them, which a form has printed already.

    A whole number that was pasted into one part is both of them, unless the other part says something else.

    >>> parts('中市文志字第', '第 ０００１２３ 號'), parts('字', '號')
    (('中市文志', '000123'), ('字', '號'))
    >>> parts('中市文志字第000123號', ''), parts('中市文志', '中市文志字第000123號')
    (('中市文志', '000123'), ('中市文志', '000123'))
    """
    narrow = [''.join(unicodedata.normalize('NFKC', part).split()) for part in (series, serial)]
    bare = re.sub('(?<=.)字?第?$', '', narrow[0]), re.sub('^第(?=.)|(?<=.)號$', '', narrow[1])
    for whole in filter(None, map(_WHOLE.fullmatch, narrow)):
        if {narrow[0], bare[0]} & {'', whole[0], whole[1]} and {narrow[1], bare[1]} & {'', whole[0], whole[2]}:
            return whole[1], whole[2]
    return bare


def written(series: str, serial: str) -> str:
    """A number of the old system as one reads it.

    >>> written('中市文', '000123')
    '中市文字第000123號'
    """
    return f'{series}字第{serial}號'
