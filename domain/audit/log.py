"""使用紀錄: who did or read what, about whom, from where and when; complete, and only ever added to.

Services note what concerns accounts and what they reveal; that people were read is noted by `reads`, whatever page,
file or print it is for. An entry is one statement in the caller's transaction, or one by itself.
"""

import hashlib
import re
from collections.abc import Collection
from datetime import datetime

from tortoise.connection import get_connection

from db import sealing
from db.choices import LogAct
from db.models import Account

from .. import dates, validation
from . import origin

__all__ = ['LogAct', 'digest_of', 'note']

MOST_WHAT, MOST_REASON = 120, 200
_INSERT = """
    INSERT INTO log_entry (at, act, by_id, by_name, role, host_unit_id, agency_id, from_unit, what, about, about_count,
        about_digest, name_index, reason, address, session, device)
    VALUES ($1, $2, $3, $4, $5, $6, $7,
        COALESCE((SELECT name FROM host_unit WHERE id = $6), (SELECT name FROM agency WHERE id = $7), ''),
        $8, $9::bigint[], $10, $11, $12, $13, $14, $15, $16)
"""


async def note(
    act: LogAct,
    *,
    by: Account | None,
    about: Collection[int] = (),
    what: str = '',
    reason: str = '',
    name: str = '',
    at: datetime | None = None,
) -> None:
    """Write one entry, in the caller's transaction or alone.

    `by`: None where nobody is signed in, or the office itself acts. `about`: ids of volunteers. `what`: which page,
    file or record, as people call it; no personal data, since the administrator may read it. `name`: what was typed at
    a sign-in that failed; only its blind index is kept. `at`: now.
    """
    ids, here = sorted(set(about)), origin.current()
    await get_connection('default').execute_query(
        _INSERT,
        [
            at or dates.now(),
            act.value,
            by.id if by else None,
            by.name[:60] if by else '',
            by.role.value if by else '',
            by.host_unit_id if by else None,
            by.agency_id if by else None,
            _plain(what)[:MOST_WHAT],
            ids,
            len(ids),
            digest_of(ids),
            sealing.keyed('log', validation.tidy(name).casefold()) if name else '',
            _plain(reason)[:MOST_REASON],
            _plain(here.address)[:45],
            here.session[:64],
            _plain(here.device)[:60],
        ],
    )


def _plain(text: str) -> str:
    """On one line, without what a database does not take: an address that was made up is noted, too.

    >>> _plain('甲\\0\\ud800\\n乙')
    '甲 乙'
    """
    plain = (sign if sign.isprintable() or sign == '　' else ' ' for sign in validation.tidy(text))
    return re.sub(' +', ' ', ''.join(plain)).strip()


def digest_of(ids: Collection[int]) -> str:
    """SHA-256 of the sorted ids with commas between, '' of none: two lists of the same people have the same.

    >>> digest_of([2, 1]) == digest_of([1, 2]), digest_of([])
    (True, '')
    """
    return hashlib.sha256(','.join(map(str, sorted(ids))).encode()).hexdigest() if ids else ''
