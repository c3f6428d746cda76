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

# A commit that waits until it is let go on: whoever asked for it can be killed meanwhile, and it is made all the same.
GATE = 7_770_001
WAIT_AT_THE_GATE = (
    'CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS'
    f" 'BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NULL; END'"
)
HELD_COMMIT = (
    'CREATE CONSTRAINT TRIGGER held_commit AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED'
    ' FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate()'
)
WAITING = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {GATE} AND NOT granted"


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

    @contextmanager
    def held_commits(self, *tables: str) -> Iterator[None]:
        """Whoever has inserted into one of `tables` waits for the COMMIT until `let_commit`, or the end."""
        self.execute('; '.join([WAIT_AT_THE_GATE, *map(HELD_COMMIT.format, tables)]))
        self.execute(f'SELECT pg_advisory_lock({GATE})')
        try:
            yield
        finally:
            self.execute(f'SELECT pg_advisory_unlock({GATE})')
            self.execute('DROP FUNCTION wait_at_the_gate CASCADE')

    def wait_for_commits(self, count: int) -> None:
        """Until the site waits for the answers to so many COMMITs. Raises TimeoutError after a minute."""
        until = time.monotonic() + 60
        while self.value(WAITING) < count:
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.05)

    def let_commit(self) -> None:
        """PostgreSQL makes the COMMITs that wait; later ones are held again."""
        self.execute(f'SELECT pg_advisory_unlock({GATE})')
        self.execute(f'SELECT pg_advisory_lock({GATE})')  # granted after those who waited before

    @contextmanager
    def locked(self, *tables: str) -> Iterator[None]:
        """Whoever reads or writes one of `tables` waits."""
        self.execute(f'BEGIN; LOCK TABLE {", ".join(tables)}')
        try:
            yield
        finally:
            self.execute('ROLLBACK')

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, doing: Coroutine[Any, Any, Any]) -> Any:
        async def done() -> Any:
            return await doing

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(SECONDS)
