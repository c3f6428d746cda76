"""The database is away, hangs, or keeps somebody waiting too long: one error for all of it, and the time limits.

A server that hangs says nothing, not even that a limit is over; so each statement has a limit on our side, too. What
nobody waits for (sweeps, renewals, exports of a nation) is `unhurried`.
"""

import asyncio
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
    """`async with`: DatabaseAway for whatever keeps the database from answering inside, and after `patience` seconds.

    Other errors of the database lose what they cite of a row (DETAIL) or of a value: it would stand in the log.
    """

    __slots__ = ('_limit', '_may_be_done')

    def __init__(self, patience: float | None, *, may_be_done: bool) -> None:
        self._limit = asyncio.timeout(None if _unhurried.get() else patience)
        self._may_be_done = may_be_done

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._limit.__aexit__(kind, error, trace)
        except TimeoutError as late:
            error = late
        if error is not None:
            self._say(error)

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


def _keep_to_itself(error: Any) -> None:
    error.detail = None
    error.args = tuple(_CITED.sub(r'\1', str(word)) for word in error.args)


def _why(error: Exception) -> str:
    told = error.args[0] if isinstance(error, asyncpg.PostgresError) else error
    return f'{type(error).__name__}: {str(told) or "no answer in time"}'
