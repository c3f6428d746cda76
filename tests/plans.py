"""How PostgreSQL reads what services ask for: the statements that pass through the engine, each explained."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connection

Statement = tuple[str, tuple[Any, ...]]


@contextmanager
def noted() -> Iterator[list[Statement]]:
    """The reading statements that are run while the context lasts, with their values."""
    told: list[Statement] = []

    def noting(kept: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(client: Any, query: str, values: list[Any] | None = None) -> Any:
            if query.lstrip().startswith(('SELECT', 'WITH')):
                told.append((query, tuple(values or ())))
            return await kept(client, query, values)

        return run

    kept = {name: getattr(AsyncpgDBClient, name) for name in ('execute_query', 'execute_query_dict')}
    try:
        for name, way in kept.items():
            setattr(AsyncpgDBClient, name, noting(way))
        yield told
    finally:
        for name, way in kept.items():
            setattr(AsyncpgDBClient, name, way)


async def scans(statement: Statement) -> set[str]:
    """The tables that the statement reads from the first row to the last."""
    query, values = statement
    [row] = await get_connection('default').execute_query_dict(f'EXPLAIN (FORMAT JSON) {query}', list(values))
    plan = row['QUERY PLAN']
    return set(_scanned(json.loads(plan) if isinstance(plan, str) else plan))


async def rows_read(statement: Statement) -> int:
    """How many rows the statement, which is run, takes out of tables and indexes, with those that it passes over."""
    query, values = statement
    [row] = await get_connection('default').execute_query_dict(f'EXPLAIN (ANALYZE, FORMAT JSON) {query}', list(values))
    plan = row['QUERY PLAN']
    return sum(_read(json.loads(plan) if isinstance(plan, str) else plan))


def _read(node: Any) -> Iterator[int]:
    if isinstance(node, list):
        for one in node:
            yield from _read(one)
    elif isinstance(node, dict):
        if 'Scan' in node.get('Node Type', ''):
            passed = sum(node.get(f'Rows Removed by {what}', 0) for what in ('Filter', 'Index Recheck'))
            yield int((node['Actual Rows'] + passed) * node['Actual Loops'])
        for one in node.values():
            yield from _read(one)


def _scanned(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _scanned(one)
    elif isinstance(node, dict):
        if node.get('Node Type') == 'Seq Scan':
            yield node['Relation Name']
        for one in node.values():
            yield from _scanned(one)
