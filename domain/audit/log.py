"""使用紀錄: who did or read what, about whom, from where and when; complete, and only ever added to.

Services note what concerns accounts and what they reveal; that people were read is noted by `reads`, whatever page,
file or print it is for. An entry is one statement in the caller's transaction, or one by itself.
"""

import functools
import hashlib
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from tortoise.connection import get_connection

from db import sealing
from db.choices import LogAct
from db.models import Account

from .. import dates, validation
from . import origin
from .origin import Origin

__all__ = ['LogAct', 'Reading', 'digest_of', 'note', 'note_readings']

MOST_WHAT, MOST_REASON = 120, 200
_INSERT = """
    INSERT INTO log_entry (at, act, by_id, by_name, role, host_unit_id, agency_id, from_unit, what, about, about_count,
        about_digest, name_index, reason, address, session, device)
    VALUES ($1, $2, $3, $4, $5, $6, $7,
        COALESCE((SELECT name FROM host_unit WHERE id = $6), (SELECT name FROM agency WHERE id = $7), ''),
        $8, $9::bigint[], $10, $11, $12, $13, $14, $15, $16)
"""

_INSERT_READINGS = """
    INSERT INTO log_entry (at, act, by_id, by_name, role, host_unit_id, agency_id, from_unit, what, about, about_count,
        about_digest, name_index, reason, address, session, device)
    SELECT $1, reading.act, reading.by_id, by_name, role, reading.unit_id, reading.agency_id,
        COALESCE(host_unit.name, agency.name, ''), what, about::bigint[], cardinality(about::bigint[]), digest, '', '',
        address, session, device
    FROM unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::int[], $7::int[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::text[], $13::text[])
        AS reading (act, by_id, by_name, role, unit_id, agency_id, what, about, digest, address, session, device)
    LEFT JOIN host_unit ON host_unit.id = reading.unit_id LEFT JOIN agency ON agency.id = reading.agency_id
"""


class Reading(NamedTuple):
    """One entry among several: who reads about whom, on which page, from where."""

    act: LogAct
    by: Account
    about: frozenset[int]
    what: str
    here: Origin


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


async def note_readings(several: Sequence[Reading]) -> None:
    """An entry for each, in one statement: what stands on a thousand pages at once is written before it does."""
    about = {
        ids: ('{' + ','.join(map(str, sorted(ids))) + '}', digest_of(ids)) for ids in {one.about for one in several}
    }
    plain = functools.cache(_plain)  # of a thousand pages a few offices and browsers
    rows = [
        (
            one.act.value,
            one.by.id,
            one.by.name[:60],
            one.by.role.value,
            one.by.host_unit_id,
            one.by.agency_id,
            plain(one.what)[:MOST_WHAT],
            *about[one.about],
            plain(one.here.address)[:45],
            one.here.session[:64],
            plain(one.here.device)[:60],
        )
        for one in several
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await get_connection('default').execute_query(_INSERT_READINGS, [dates.now(), *columns])


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
