"""File names: of what people upload, and of the documents they download."""

import re
import unicodedata

MOST = 80  # code points, without the suffix

# What separates folders, and what Windows has in no name.
_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_UNSEEN = ('Cc', 'Cf', 'Cs', 'Zl', 'Zp')
_SUFFIX = re.compile(r'\.[A-Za-z][A-Za-z0-9]{0,4}$')


def clean(name: str, suffix: str) -> str:
    """`name`, which has no suffix of its own, as any system can keep and show it, with `suffix`.

    Signs that cannot be seen are left out: they could turn the reading direction, or end a header.

    >>> clean('名冊-115/03', 'ods'), clean('王\\u202e小明\\n', 'pdf'), clean('..', 'pdf')
    ('名冊-115-03.ods', '王小明.pdf', '檔案.pdf')
    """
    seen = ''.join(' ' if sign.isspace() else sign for sign in name if unicodedata.category(sign) not in _UNSEEN)
    stem = _FORBIDDEN.sub('-', seen)[:MOST].strip('. ')
    return f'{stem or "檔案"}.{suffix}'


def of_upload(name: str, suffix: str) -> str:
    """What the user called a file, which may be a whole path, with the suffix that is true of what is kept.

    >>> of_upload('C:\\\\照片\\\\IMG_0001.HEIC', 'jpg'), of_upload('115.3.8 會議紀錄', 'pdf')
    ('IMG_0001.jpg', '115.3.8 會議紀錄.pdf')
    """
    last = re.split(r'[/\\]', name)[-1].strip()
    return clean(_SUFFIX.sub('', last), suffix)
