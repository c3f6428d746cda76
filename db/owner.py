"""The role that owns the tables, where it is another than the application's (DATABASE_OWNER_URL).

The application's role reads and writes everything, and only adds to the four journals: what it has written there, it
cannot change, not even by switching a trigger off.
"""

from urllib.parse import unquote, urlsplit

import asyncpg

from .locks import Lock
from .server_account import NotStarted

JOURNALS = ('log_entry', 'access_entry', 'history_entry', 'office_entry')
_EVERYTHING = (
    'GRANT USAGE ON SCHEMA public TO {role}',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}',
    'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}',
    f'REVOKE UPDATE, DELETE, TRUNCATE ON {", ".join(JOURNALS)} FROM {{role}}',
)


class SameRole(NotStarted):
    """Both addresses name one role, so nothing is gained."""

    def __init__(self) -> None:
        super().__init__(
            'DATABASE_OWNER_URL 和 DATABASE_URL 是同一個帳號，紀錄仍可被改動。請依部署說明，以另一個帳號擁有資料表。\n'
            'DATABASE_OWNER_URL names the role of DATABASE_URL, which could change the log. Give the tables to another.'
        )


async def share(owner_url: str, url: str) -> None:
    """Let the role of `url` work with what the role of `owner_url` has migrated, and will.

    What a later migration makes is the application's from the first moment: a trigger of it may write there for a
    process of the version before. Raises SameRole, asyncpg's errors.
    """
    role = unquote(urlsplit(url).username or '')
    if not role or role == unquote(urlsplit(owner_url).username or ''):
        raise SameRole
    connection = await asyncpg.connect(owner_url)
    try:
        quoted = await connection.fetchval('SELECT quote_ident($1)', role)
        async with connection.transaction():
            # Of two processes that start at once one waits: PostgreSQL refuses to grant the same twice at a time.
            await connection.execute('SELECT pg_advisory_xact_lock($1)', Lock.OWNER.value)
            for statement in _EVERYTHING:
                await connection.execute(statement.format(role=quoted))
    finally:
        await connection.close()


async def swept(owner_url: str, statement: str, *values: object) -> int:
    """Run a statement that takes entries away, as the owner of the journals; how many went."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL office.retention = 'on'")
            status: str = await connection.execute(statement, *values)
            return int(status.rpartition(' ')[2])
    finally:
        await connection.close()
