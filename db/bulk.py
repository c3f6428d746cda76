"""Many rows at once, by COPY: 100,000 in a second, where INSERT takes five."""

from collections.abc import Sequence
from typing import Any

from tortoise.connection import get_connection

from . import outages


async def ids(table: str, count: int) -> list[int]:
    """So many ids that nobody else will get."""
    [row] = await get_connection('default').execute_query_dict(
        "SELECT array_agg(nextval(pg_get_serial_sequence($1, 'id'))) AS ids FROM generate_series(1, $2::int)",
        [table, count],
    )
    return list(row['ids'] or ())


async def copy(table: str, columns: Sequence[str], records: Sequence[Sequence[Any]]) -> None:
    """Write `records` in the open transaction. Raises DatabaseAway; outside of a transaction AttributeError."""
    connection: Any = get_connection('default')
    with outages.told(connection.patience, may_be_done=False):
        await connection._connection.copy_records_to_table(table, columns=columns, records=records)


async def copy_lines(table: str, columns: Sequence[str], lines: bytes) -> None:
    """The same of lines in the text format of COPY."""
    connection: Any = get_connection('default')
    with outages.told(connection.patience, may_be_done=False):
        await connection._connection.copy_to_table(table, columns=columns, source=memoryview(lines))
