"""The database of a running site, looked at from beside it, on a thread of its own: in ours runs Playwright's loop."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

# A commit that takes a while: whoever asked for it can be killed meanwhile, and it is made all the same.
SLOW_COMMIT = """
    CREATE FUNCTION take_a_while() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION take_a_while();
"""
COMMITTING = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND query ILIKE 'COMMIT%'"
    " AND clock_timestamp() - query_start > interval '0.3 seconds')"
)
QUICK_AGAIN = 'DROP TRIGGER slow_commit ON {table}; DROP FUNCTION take_a_while'


class SiteDatabase:
    """`url` is the one the site uses."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: Any = self._wait(asyncpg.connect(url))

    def close(self) -> None:
        """Leave."""
        self._wait(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def execute(self, sql: str, *values: object) -> None:
        """Run one statement, or several without values."""
        self._wait(self._connection.execute(sql, *values))

    def value(self, sql: str, *values: object) -> Any:
        """The first column of the first row."""
        return self._wait(self._connection.fetchval(sql, *values))

    def wait_for_a_commit(self) -> None:
        """Until the site waits for the answer to a slow COMMIT."""
        until = time.monotonic() + 20
        while not self.value(COMMITTING):
            if time.monotonic() > until:
                raise TimeoutError

    @contextmanager
    def slow_commits(self, table: str) -> Iterator[None]:
        """Whoever has inserted into `table` waits for its COMMIT."""
        self.execute(SLOW_COMMIT.format(table=table))
        try:
            yield
        finally:
            self.execute(QUICK_AGAIN.format(table=table))

    def _wait(self, doing: Coroutine[Any, Any, Any]) -> Any:
        async def done() -> Any:
            return await doing

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(30)
