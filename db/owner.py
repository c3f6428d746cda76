"""The role that owns the tables, where it is another than the application's (DATABASE_OWNER_URL).

The application's role reads and writes everything, and only adds to the four journals: what it has written there, it
cannot change, not even by switching a trigger off.
"""

from urllib.parse import unquote, urlsplit

import asyncpg

JOURNALS = ('log_entry', 'access_entry', 'history_entry', 'office_entry')
_EVERYTHING = (
    'GRANT USAGE ON SCHEMA public TO {role}',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}',
    'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}',
    f'REVOKE UPDATE, DELETE, TRUNCATE ON {", ".join(JOURNALS)} FROM {{role}}',
)


class SameRole(Exception):
    """Both addresses name one role, so nothing is gained."""


async def share(owner_url: str, url: str) -> None:
    """Let the role of `url` work with what the role of `owner_url` has migrated. Raises SameRole, asyncpg's errors."""
    role = unquote(urlsplit(url).username or '')
    if not role or role == unquote(urlsplit(owner_url).username or ''):
        raise SameRole
    connection = await asyncpg.connect(owner_url)
    try:
        quoted = await connection.fetchval('SELECT quote_ident($1)', role)
        async with connection.transaction():
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
