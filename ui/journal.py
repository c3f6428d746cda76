"""The server's log: what strangers and browsers cause to be written there stays short, on its line, and seldom.

The same words of a module (before ids and numbers are put into them) are written AT_MOST times a minute; how many more
there were is told with the first of the next minute. Signs that could pose as another line are written as \\x0a.

A line has its time, its level, and the number and the client's address of the request that it belongs to: of the
socket, for what happens in an open page. It names no person: identity numbers, addresses and telephones are
struck out of whatever is written, and words in other than Latin letters out of tracebacks: errors repeat what is typed.
"""

import json
import logging
import re
import secrets
import time
from collections import OrderedDict
from contextvars import ContextVar
from datetime import datetime

from domain.dates import TAIPEI

AT_MOST = 30
SECONDS = 60.0
LONGEST = 2_000
LONGEST_TRACEBACK = 12_000
_MOST_KINDS = 500
_PERSONAL = re.compile(
    r"""(?<![A-Za-z0-9])(?:[A-Za-z][A-Za-z0-9]\d{8}|DEMO\d{5}|09\d{2}-?\d{3}-?\d{3})(?![A-Za-z0-9])
    |[^\s@<>"'(]{1,64}@[^\s@<>"')]{1,200}\.[A-Za-z]{2,}""",
    re.VERBOSE,
)
_NOT_LATIN = re.compile('[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{2,}')
_CONTROL = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]')


class Seldom(logging.Filter):
    """Lets AT_MOST records of a kind through each minute. What it remembers is bounded, too."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        kind, now = (record.name, str(record.msg)[:200]), time.monotonic()
        began, count = self._kinds.pop(kind, (now, 0))
        left_out = max(0, count - AT_MOST)
        if now - began >= SECONDS:
            began, count = now, 0
        self._kinds[kind] = began, count + 1
        if len(self._kinds) > _MOST_KINDS:
            self._kinds.popitem(last=False)
        if count == 0 and left_out:
            record.left_out = left_out
        return count < AT_MOST


class OneLine(logging.Formatter):
    """A record on one line of at most LONGEST characters, and after it the traceback, if there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's own name
        if getattr(record, 'is_bare', False):
            return _told(record)
        number, client = _request.get()
        origin = f' [{number} {client}]' if number else ''
        return f'{_moment(record)} {record.levelname} {record.name}{origin} {_told(record)}'

    def formatException(self, ei: object) -> str:  # noqa: N802 -- logging's own name
        told = super().formatException(ei)  # type: ignore[arg-type] # whatever logging gives
        told = told if len(told) <= LONGEST_TRACEBACK else f'…{told[-LONGEST_TRACEBACK:]}'
        return _NOT_LATIN.sub('…', _PERSONAL.sub('…', told))


class AsJson(OneLine):
    """A record as one object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        number, client = _request.get()
        line = {'time': _moment(record), 'level': record.levelname, 'logger': record.name, 'message': _told(record)}
        if number:
            line |= {'request': number, 'client': client}
        if record.exc_info:
            line['traceback'] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def opened(log_format: str = 'text') -> None:
    """Have everything that is logged in this process go through it, to the standard error."""
    handler = logging.StreamHandler()
    handler.addFilter(Seldom())
    handler.setFormatter(AsJson() if log_format == 'json' else OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger('domain.nightly').setLevel(logging.INFO)
    # Its pool repeats with a traceback each time what the loops say once (domain/repeating.py).
    logging.getLogger('asyncpg').setLevel(logging.ERROR)


def begin_request(client: str, number: str = '') -> None:
    """What this task logs from now on belongs to a request; without a `number` it gets one."""
    _request.set((number or secrets.token_hex(8), client))


def request_number() -> str:
    """The number of the request that is answered, for whoever is told to name it; '' outside of one."""
    return _request.get()[0]


_request: ContextVar[tuple[str, str]] = ContextVar('request', default=('', ''))


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, TAIPEI).isoformat(timespec='milliseconds')


def _told(record: logging.LogRecord) -> str:
    told = f'{record.message[:LONGEST]}…' if len(record.message) > LONGEST else record.message
    told = _CONTROL.sub(_escaped, told.rstrip('\n'))
    if not getattr(record, 'is_bare', False):
        told = _PERSONAL.sub('…', told)
    left_out = getattr(record, 'left_out', 0)
    return f'{told} ({left_out} more of these were left out before)' if left_out else told


def _escaped(sign: re.Match[str]) -> str:
    code = ord(sign[0])
    return f'\\x{code:02x}' if code < 256 else f'\\u{code:04x}'
