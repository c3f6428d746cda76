"""What /metrics tells Prometheus: of this process what it counts, of the office what the database says.

Labels are few and name nobody: no address, no id, no account.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response
from starlette.types import Message, Scope, Send

from domain import links
from domain.operations import vitals
from domain.repeating import heartbeats, in_background

from . import open_pages

_registry = CollectorRegistry()
ProcessCollector(registry=_registry)
_PREFIX = 'recordbook_'
_LAG_SECONDS = 0.5

_requests = Counter(f'{_PREFIX}requests', 'Requests that were answered', ['kind', 'status'], registry=_registry)
_seconds = Histogram(
    f'{_PREFIX}request_seconds',
    'Seconds until the head of the answer',
    ['kind'],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_registry,
)
_lag = Histogram(
    f'{_PREFIX}loop_lag_seconds',
    'By how much the event loop is late',
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=_registry,
)
_gauges: dict[str, Gauge] = {}

_WATCHED = (links.health(), links.readiness(), links.metrics())
_KINDS = {'files': 'file', 'uploads': 'upload', 'printouts': 'document', 'books': 'document', 'static': 'asset'}


@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    """Watch how late the event loop is."""
    async with in_background(_watch_the_loop()):
        yield


async def answer() -> Response:
    """All figures, as Prometheus reads them."""
    pages, open_sockets = open_pages.counted()
    _set('pages', 'Pages that are open here', pages)
    _set('sockets', 'Sockets that are open here', open_sockets)
    for name, (living, jobs) in vitals.workers_alive().items():
        _set('workers', 'Worker processes that live', living, pool=name)
        _set('worker_jobs', 'Jobs for workers that wait or are being done', jobs, pool=name)
    size, idle = vitals.connections()
    _set('database_connections', 'Connections to the database', size - idle, state='used')
    _set('database_connections', 'Connections to the database', idle, state='idle')
    for loop in heartbeats():
        _set(
            'loop_failures_in_a_row',
            'Rounds that failed since the last success',
            loop.failures_in_a_row,
            loop=loop.name,
        )
        _set('loop_late', '1: the loop has failed for long, or hangs', loop.is_late, loop=loop.name)
    await _set_figures()
    return Response(
        generate_latest(_registry), headers={'Cache-Control': 'no-store', 'Content-Type': CONTENT_TYPE_LATEST}
    )


def counted(scope: Scope, send: Send) -> Send:
    """`send`, counting the answer."""
    began, kind = time.perf_counter(), kind_of(scope)

    async def sent(message: Message) -> None:
        if message['type'] == 'http.response.start':
            _answered(kind, message['status']).inc()
            _seconds_of(kind).observe(time.perf_counter() - began)
        await send(message)

    return sent


# There are few, and finding one by its labels takes longer than to count in it.
_answered = cache(_requests.labels)
_seconds_of = cache(_seconds.labels)


def count_failure(scope: Scope) -> None:
    """An answer of 500 that `counted` does not see."""
    _answered(kind_of(scope), 500).inc()


def kind_of(scope: Scope) -> str:
    """The kind of what is asked for, one of few."""
    first = scope['path'].split('/', 2)[1]
    if scope['path'] in _WATCHED:
        return 'watch'
    if first.startswith('_nicegui'):
        return 'socket' if first == '_nicegui_ws' else 'asset'
    return _KINDS.get(first, 'page')


async def _watch_the_loop() -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(_LAG_SECONDS)
        _lag.observe(max(0.0, time.perf_counter() - before - _LAG_SECONDS))


async def _set_figures() -> None:
    found = await vitals.figures()
    _set('database_up', '1: the database answers', bool(found))
    words = {
        'mails_waiting': 'Mails that wait to be sent',
        'mails_failed': 'Mails that were given up',
        'oldest_case_overdue_seconds': 'By how much the oldest case is over its due day; 0: none is',
        'last_backup_timestamp_seconds': 'When the last whole backup was begun; 0: there is none',
    }
    for name, told in words.items():
        _set(name, told, found.get(name, float('nan')))


def _set(name: str, told: str, value: float, **labels: str) -> None:
    if name not in _gauges:
        _gauges[name] = Gauge(f'{_PREFIX}{name}', told, list(labels), registry=_registry)
    gauge = _gauges[name]
    (gauge.labels(**labels) if labels else gauge).set(value)
