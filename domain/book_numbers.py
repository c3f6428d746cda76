"""When two numbers of books are one (law.md#paper-book-numbers). The database folds them by the same rule."""

import re
import string
import unicodedata

_SAME = str.maketrans(string.ascii_lowercase + '台', string.ascii_uppercase + '臺')
MOST = 90


def folded(number: str) -> str:
    """What is compared: half width, without blanks and leading zeros, 臺 for 台, Latin letters as capitals.

    >>> folded('台中市文志字第 ０００１２３ 號'), folded('ab字第000號')
    ('臺中市文志字第123號', 'AB字第0號')
    """
    narrow = ''.join(unicodedata.normalize('NFKC', number).split()).translate(_SAME)
    return re.sub(r'(^|[^0-9])0+([0-9])', r'\1\2', narrow)[:MOST]


def written(series: str, serial: str) -> str:
    """A number of the old system as one reads it.

    >>> written('中市文', '000123')
    '中市文字第000123號'
    """
    return f'{series}字第{serial}號'
