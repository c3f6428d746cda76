"""The database is away, hangs, or keeps somebody waiting too long: one error for all of it, and the time limits.

A server that hangs says nothing, not even that a limit is over; so each statement has a limit on our side, too. What
nobody waits for (sweeps, renewals, exports of a nation) is `unhurried`.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
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


@asynccontextmanager
async def told(patience: float | None, *, may_be_done: bool) -> AsyncIterator[None]:
    """Raises DatabaseAway for whatever keeps the database from answering inside, and after `patience` seconds.

    Other errors of the database lose what they cite of a row (DETAIL) or of a value: it would stand in the log.
    """
    try:
        async with asyncio.timeout(None if _unhurried.get() else patience):
            yield
    except DatabaseAway:
        raise
    except _BUSY as error:
        raise DatabaseAway(_why(error), is_unsure=False) from None
    except ValueError as error:  # asyncpg's own: a value of the wrong type
        _keep_to_itself(error)
        raise
    except _LOST as error:
        is_refused = isinstance(error, ConnectionRefusedError | FileNotFoundError)
        raise DatabaseAway(_why(error), is_unsure=may_be_done and not is_refused) from None
    except asyncpg.PostgresError as error:
        _keep_to_itself(error)
        raise


def _keep_to_itself(error: Any) -> None:
    error.detail = None
    error.args = tuple(_CITED.sub(r'\1', str(word)) for word in error.args)


def _why(error: Exception) -> str:
    told = error.args[0] if isinstance(error, asyncpg.PostgresError) else error
    return f'{type(error).__name__}: {str(told) or "no answer in time"}'
