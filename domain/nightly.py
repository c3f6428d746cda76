"""What is done each night: what has had its time goes, and one line in the log says what went."""

import logging
from datetime import time, timedelta

from . import dates, drafts, files, half_written, imports, limits, searches
from .accounts import known_devices, login_lock, password_links, requests, reviews, second_factors, terms
from .audit import retention as entries
from .privacy import retention
from .repeating import repeating

log = logging.getLogger(__name__)

BEGINS_AT = time(3)
DAY = timedelta(days=1)
# What the log calls them. Some are swept each hour, too: strangers can make them grow.
SWEEPS = {
    'uploads never attached': files.sweep,
    'empty drafts': drafts.sweep,
    'half-written fields': half_written.sweep,
    'kept searches': searches.sweep,
    'failed logins': login_lock.sweep,
    'limits': limits.sweep,
    'unconfirmed requests': requests.sweep,
    'half-open sign-ins': second_factors.sweep,
    'devices not seen any more': known_devices.sweep,
    'password links': password_links.sweep,
    'accounts locked': terms.sweep,
    'account reviews': reviews.sweep,
    'imports': imports.sweep,
    'what has had its period': retention.run,
    'entries of the log': entries.sweep,
}


async def tidy() -> None:
    """Sweep everything; the log has the counts. What fails keeps nothing else from going, and is raised at the end."""
    counts: dict[str, int] = {}
    failures: list[Exception] = []
    for name, sweep in SWEEPS.items():
        try:
            counts[name] = await sweep()
        except Exception as failure:  # files are away, say
            failures.append(failure)
    told = ', '.join(f'{count} {name}' for name, count in counts.items() if count)
    log.info('nightly: taken away: %s', told or 'nothing')
    if failures:
        raise failures[0]


async def tidy_forever() -> None:
    """At the start and each night, until cancelled."""
    await repeating('nightly', DAY.total_seconds(), tidy, due_in=_until_night)


async def _until_night() -> float:
    now = dates.now().astimezone(dates.TAIPEI)
    night = now.replace(hour=BEGINS_AT.hour, minute=0, second=0, microsecond=0)
    return (night + (DAY if night <= now else timedelta()) - now).total_seconds()
