"""Whether this process can serve, and the figures of the office that whoever watches over it wants to have."""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

from db import blobs, sealing
from db import vitals as connection

from .. import dates, workers
from ..logbook import pdf
from ..pictures import decoding

log = logging.getLogger(__name__)

# Seconds for all that is looked at.
PATIENCE = 8.0
POOLS = {'pictures': decoding.pool, 'printing': pdf.pool}

_FIGURES = """
SELECT (SELECT count(*) FROM outgoing_mail WHERE status = 'waiting') AS mails_waiting,
    (SELECT count(*) FROM outgoing_mail WHERE status = 'failed') AS mails_failed,
    (SELECT min(due_on) FROM application WHERE status = 'submitted') AS due_on,
    (SELECT max(made_at) FROM backup WHERE missing = 0) AS backup_at
"""


async def lacking() -> dict[str, str]:
    """What keeps this process from serving, by part; the reasons name nobody. {}: it is ready."""
    parts: dict[str, Awaitable[object]] = {
        'database': connection.asked('SELECT 1'),
        'keys': _keys(),
        'files': blobs.require_room(),
    }
    parts |= {f'workers of {name}': pool.alive() for name, pool in POOLS.items()}
    found = await asyncio.gather(*map(_problem, parts.values()))
    return {part: problem for part, problem in zip(parts, found, strict=True) if problem}


async def figures() -> dict[str, float]:
    """By name, as /metrics shows them; {} when the database does not answer."""
    try:
        [row] = await connection.asked(_FIGURES)
    except Exception as failure:  # whatever it is, that the database is down is the figure
        log.warning('no figures: %s', type(failure).__name__)
        return {}
    return {
        'mails_waiting': row['mails_waiting'],
        'mails_failed': row['mails_failed'],
        'oldest_case_overdue_seconds': _overdue(row),
        'last_backup_timestamp_seconds': row['backup_at'].timestamp() if row['backup_at'] else 0,
    }


def connections() -> tuple[int, int]:
    """How many to the database this process has, and how many of them are idle."""
    return connection.connections()


def workers_alive() -> dict[str, tuple[int, int]]:
    """Of each pool, how many workers live and how many jobs wait or are being done."""
    return {name: (pool.living, pool.jobs) for name, pool in POOLS.items()}


def _overdue(row: dict[str, Any]) -> float:
    """Seconds since the end of the day on which the case that waits longest was due; 0: none is overdue."""
    if row['due_on'] is None:
        return 0
    ended = datetime.combine(row['due_on'] + timedelta(days=1), datetime.min.time(), tzinfo=dates.TAIPEI)
    return max(0, (dates.now() - ended).total_seconds())


async def _keys() -> None:
    if sealing.open_bytes(sealing.seal_bytes(b'ready', 'ready'), 'ready') != b'ready':
        raise LookupError


async def _problem(part: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await part
    except TimeoutError:
        return 'no answer in time'
    except workers.Died:
        return 'none can be started'
    except Exception as failure:  # each of them is an answer
        return type(failure).__name__
    return ''
