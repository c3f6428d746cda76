"""使用紀錄: who did or read what, about whom, from where and when; complete, and only ever added to.

Services note what concerns accounts and what they reveal; that people were read is noted by `reads`, whatever page,
file or print it is for. An entry is one statement in the caller's transaction, or one by itself.
"""

import functools
import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tortoise.connection import get_connection

from db import sealing
from db.choices import LogAct
from db.models import Account

from .. import dates, validation
from . import origin
from .origin import Origin

__all__ = ['Entry', 'LogAct', 'digest_of', 'note', 'note_each']

MOST_WHAT, MOST_REASON = 120, 200
# No text has it: whatever is not printable is left out.
_BETWEEN = '\x1f'
# Each column of texts comes as one, with the separator before each of them, so that a single one may be empty: asyncpg
# looks at each text of an array to see whether it is an array again, which was half of what an entry cost us.
_INTEGERS, _TEXTS = '${}::int[]', "(string_to_array(${}, E'\\x1f'))[2:]"
_COLUMNS = {
    'act': _TEXTS,
    'by_id': _INTEGERS,
    'by_name': _TEXTS,
    'role': _TEXTS,
    'unit_id': _INTEGERS,
    'agency_id': _INTEGERS,
    **dict.fromkeys(('what', 'about', 'digest', 'name_index', 'reason', 'address', 'session', 'device'), _TEXTS),
}
_INSERT = f"""
    INSERT INTO log_entry (at, act, by_id, by_name, role, host_unit_id, agency_id, from_unit, what, about, about_count,
        about_digest, name_index, reason, address, session, device)
    SELECT $1, entry.act, entry.by_id, by_name, role, entry.unit_id, entry.agency_id,
        COALESCE(host_unit.name, agency.name, ''), what, about::bigint[], cardinality(about::bigint[]), digest,
        name_index, reason, address, session, device
    FROM unnest({', '.join(kind.format(number) for number, kind in enumerate(_COLUMNS.values(), 2))})
        AS entry ({', '.join(_COLUMNS)})
    LEFT JOIN host_unit ON host_unit.id = entry.unit_id LEFT JOIN agency ON agency.id = entry.agency_id
"""  # noqa: S608 -- our own words


class Entry(NamedTuple):
    """What is written: who did it, about whom, on which page or record, from where."""

    act: LogAct
    by: Account | None
    about: frozenset[int]
    what: str
    here: Origin
    name_index: str = ''
    reason: str = ''


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
    index = sealing.keyed('log', validation.tidy(name).casefold()) if name else ''
    await _write([Entry(act, by, frozenset(about), what, origin.current(), index, reason)], at or dates.now())


async def note_each(entries: Sequence[Entry]) -> None:
    """Several, in one statement: what stands on a thousand pages at once is written before it does."""
    if entries:
        await _write(entries, dates.now())


async def _write(entries: Sequence[Entry], at: datetime) -> None:
    # Of a thousand pages a few offices, browsers and lists.
    plain, people = functools.cache(_plain), functools.cache(_people)
    rows = [
        (
            one.act.value,
            one.by.id if one.by else None,
            plain(one.by.name)[:60] if one.by else '',
            one.by.role.value if one.by else '',
            one.by.host_unit_id if one.by else None,
            one.by.agency_id if one.by else None,
            plain(one.what)[:MOST_WHAT],
            *people(one.about),
            one.name_index,
            plain(one.reason)[:MOST_REASON],
            plain(one.here.address)[:45],
            one.here.session[:64],
            plain(one.here.device)[:60],
        )
        for one in entries
    ]
    columns = zip(_COLUMNS.values(), zip(*rows, strict=True), strict=True)
    given = [list(column) if kind is _INTEGERS else _joined(column) for kind, column in columns]
    await get_connection('default').execute_query(_INSERT, [at, *given])


def _joined(texts: Iterable[str]) -> str:
    return _BETWEEN + _BETWEEN.join(texts)


def _people(ids: frozenset[int]) -> tuple[str, str]:
    """As an array of PostgreSQL, and their digest."""
    return '{' + ','.join(map(str, sorted(ids))) + '}', digest_of(ids)


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
