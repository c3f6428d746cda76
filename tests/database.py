"""The database of a running site, looked at from beside it, on a thread of its own: in ours runs Playwright's loop."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import asyncpg

from db import embedded

from .patience import SECONDS

# A commit that takes a while: whoever asked for it can be killed meanwhile, and it is made all the same.
TAKE_A_WHILE = (
    "CREATE FUNCTION take_a_while() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3); RETURN NULL; END'"
)
SLOW_COMMIT = (
    'CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED'
    ' FOR EACH ROW EXECUTE FUNCTION take_a_while()'
)
COMMITTING = (
    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query ILIKE 'COMMIT%'"
    " AND clock_timestamp() - query_start > interval '0.3 seconds'"
)


class SiteDatabase:
    """The bundled server in `folder`, while a `with` lasts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        with ExitStack() as closing:
            self._thread.start()
            closing.callback(self._end)
            url = self._wait(embedded.started(self._folder))
            closing.callback(lambda: self._wait(embedded.stopped(self._folder)))
            self._connection: Any = self._wait(asyncpg.connect(url))
            closing.callback(lambda: self._wait(self._connection.close()))
            self._closing = closing.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.close()

    def execute(self, sql: str, *values: object) -> None:
        """Run one statement, or several without values."""
        self._wait(self._connection.execute(sql, *values))

    def value(self, sql: str, *values: object) -> Any:
        """The first column of the first row."""
        return self._wait(self._connection.fetchval(sql, *values))

    def wait_for_commits(self, count: int) -> None:
        """Until the site waits for the answers to so many slow COMMITs."""
        until = time.monotonic() + SECONDS
        while self.value(COMMITTING) < count:
            if time.monotonic() > until:
                raise TimeoutError

    def wait_until_committed(self) -> None:
        """Until PostgreSQL has made the COMMITs whose asker was killed."""
        until = time.monotonic() + SECONDS
        while self.value(COMMITTING) > 0:
            if time.monotonic() > until:
                raise TimeoutError

    @contextmanager
    def slow_commits(self, *tables: str) -> Iterator[None]:
        """Whoever has inserted into one of `tables` waits for the COMMIT."""
        self.execute('; '.join([TAKE_A_WHILE, *map(SLOW_COMMIT.format, tables)]))
        try:
            yield
        finally:
            self.execute('DROP FUNCTION take_a_while CASCADE')

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, doing: Coroutine[Any, Any, Any]) -> Any:
        async def done() -> Any:
            return await doing

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(SECONDS)
