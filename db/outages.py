"""The database is away, hangs, or keeps somebody waiting too long: one error for all of it, and the time limits.

A server that hangs says nothing, not even that a limit is over; so each statement has a limit on our side, too. What
nobody waits for (sweeps, renewals, exports of a nation) is `unhurried`.
"""

import asyncio
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any

import asyncpg

# Seconds that a statement may take while somebody waits; PostgreSQL itself ends what goes on for STATEMENT_LIMIT.
PATIENCE = 10.0
LIMITS = {'lock_timeout': '6s', 'statement_timeout': '10min', 'idle_in_transaction_session_timeout': '2min'}

_CITED = re.compile(r'(?s)(query argument \$\d+).*')
_BUSY = (
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.CannotConnectNowError,
)
_LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.PostgresSystemError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class DatabaseAway(ConnectionError):
    """The database did not do what it was asked. `is_unsure`: it may have, but the answer did not arrive."""

    def __init__(self, why: str, *, is_unsure: bool) -> None:
        super().__init__(why)
        self.is_unsure = is_unsure


_unhurried: ContextVar[bool] = ContextVar('unhurried', default=False)


@contextmanager
def unhurried() -> Iterator[None]:
    """What runs inside may take as long as it takes; for work that nobody waits for."""
    token = _unhurried.set(True)
    try:
        yield
    finally:
        _unhurried.reset(token)


class told:
    """`with`: DatabaseAway for whatever keeps the database from answering inside, and after `patience` seconds.

    Other errors of the database lose what they cite of a row (DETAIL) or of a value: it would stand in the log.
    """

    __slots__ = ('_is_late', '_may_be_done', '_patience', '_requests', '_task', '_watch')

    def __init__(self, patience: float | None, *, may_be_done: bool) -> None:
        self._patience = None if _unhurried.get() else patience
        self._may_be_done = may_be_done
        self._is_late = False

    def __enter__(self) -> None:
        if self._patience is not None:
            self._watch = _watch()
            self._task = self._watch.begin(self, self._patience)
            self._requests = self._task.cancelling()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._patience is not None:
            self._watch.waiting.pop(self, None)
        if self._is_late and self._task.uncancel() <= self._requests and kind is asyncio.CancelledError:
            error = TimeoutError()
        if error is not None:
            self._say(error)

    def give_up(self) -> None:
        """The time is over: whoever waits is interrupted, as by `asyncio.timeout`."""
        self._is_late = True
        self._task.cancel()

    def _say(self, error: BaseException) -> None:
        if isinstance(error, DatabaseAway):
            return
        if isinstance(error, _BUSY):
            raise DatabaseAway(_why(error), is_unsure=False) from None
        if isinstance(error, ValueError):  # asyncpg's own: a value of the wrong type
            _keep_to_itself(error)
        elif isinstance(error, _LOST):
            is_refused = isinstance(error, ConnectionRefusedError | FileNotFoundError)
            raise DatabaseAway(_why(error), is_unsure=self._may_be_done and not is_refused) from None
        elif isinstance(error, asyncpg.PostgresError):
            _keep_to_itself(error)


class _Watch:
    """Who waits for the database in one event loop, and until when.

    All have one timer, which rings when the first of them is late: a timer of its own takes half as long as a
    statement, and hardly any rings.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.waiting: dict[told, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = math.inf

    def begin(self, one: told, seconds: float) -> 'asyncio.Task[Any]':
        """`one` waits from now on, in the task that is answered."""
        task = asyncio.current_task(self.loop)
        assert task is not None
        self.waiting[one] = until = self.loop.time() + seconds
        if until < self._rings_at:
            self._ring_at(until)
        return task

    def _ring_at(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = when
        self._timer = self.loop.call_at(when, self._look)

    def _look(self) -> None:
        now = self.loop.time()
        for one in [one for one, until in self.waiting.items() if until <= now]:
            del self.waiting[one]
            one.give_up()
        self._timer, self._rings_at = None, math.inf
        if self.waiting:
            self._ring_at(min(self.waiting.values()))


_watches: list[_Watch] = []


def _watch() -> _Watch:
    """That of the running loop."""
    loop = asyncio.get_running_loop()
    if not _watches or _watches[0].loop is not loop:
        _watches[:] = [_Watch(loop)]
    return _watches[0]


def _keep_to_itself(error: Any) -> None:
    error.detail = None
    error.args = tuple(_CITED.sub(r'\1', str(word)) for word in error.args)


def _why(error: Exception) -> str:
    told = error.args[0] if isinstance(error, asyncpg.PostgresError) else error
    return f'{type(error).__name__}: {str(told) or "no answer in time"}'
