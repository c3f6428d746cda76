"""送審資料: what an application holds. What was sent, what was looked at, and what has changed since then.

A tick, a confirmed mark and a decision belong to the content that was seen; each keeps the digest of the part that it
looked at, and counts only while that is what stands there.
"""

from .as_sent import records
from .changes import NotLookedAt, PaperChange, require_looked_at, since_look
from .entries import FIELDS, PICTURES, UNKEPT, Entry, Papers, collected, of_form
from .kept import (
    begin,
    keep,
    keep_each,
    last,
    last_of,
    look,
    looked_at,
    looks,
    names,
    of,
    of_many,
    of_those,
    of_whole,
    opened,
    rows_of,
    sent,
    unlooked,
)

__all__ = [
    'FIELDS',
    'PICTURES',
    'UNKEPT',
    'Entry',
    'NotLookedAt',
    'PaperChange',
    'Papers',
    'begin',
    'collected',
    'keep',
    'keep_each',
    'last',
    'last_of',
    'look',
    'looked_at',
    'looks',
    'names',
    'of',
    'of_form',
    'of_many',
    'of_those',
    'of_whole',
    'opened',
    'records',
    'require_looked_at',
    'rows_of',
    'sent',
    'since_look',
    'unlooked',
]
