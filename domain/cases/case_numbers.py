"""案號: by what people speak of an application, on the desk, in lists and mails and on the telephone.

It is the id of the application, which is given once and never again; here is how it is written and read.
"""

import re
import unicodedata

_WRITTEN = re.compile(r'(?:案號|#|no\.?)?[:：]?(\d{1,9})(?:號)?', re.IGNORECASE)


def written(application_id: int) -> str:
    """As every page shows it.

    >>> written(1024)
    '案號 1024'
    """
    return f'案號 {application_id}'


def read(text: str) -> int | None:
    """The number that somebody has typed, however they write it; None for what is no 案號.

    >>> read('案號　１０２４'), read('#1024'), read('1024號'), read('周小晴'), read('0')
    (1024, 1024, 1024, None, None)
    """
    found = _WRITTEN.fullmatch(''.join(unicodedata.normalize('NFKC', text).split()))
    return (int(found[1]) or None) if found else None
