"""What a statement selects is put together once, and not for each statement.

Tortoise 1.1.9 writes each statement anew: for each column of each table that `select_related` names it makes a field,
copies it for its alias, hashes its table by writing it as SQL, and writes its name three times. A case with five
relations has 120 columns; writing them took longer than PostgreSQL and the network together. Here the columns and joins
of a relation are kept by model and path, and a column keeps its text. The statements are the same, letter by letter
(`tests/db/test_columns.py`). Nothing that was read is kept.
"""

from dataclasses import dataclass
from typing import Any

from pypika_tortoise.context import SqlContext
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Field
from tortoise import Model
from tortoise.apps import Apps
from tortoise.query_utils import expand_lookup_expression, get_joins_for_related_field
from tortoise.queryset import QuerySet

_join_anew = QuerySet._join_select_related
_hashed_anew = Table.__hash__
_copied_anew = SqlContext.copy


def install() -> None:
    """Once a process is enough; harmless when done again."""
    QuerySet._join_select_related = _join_related  # type: ignore[method-assign]
    Table.__hash__ = _hash  # type: ignore[method-assign]
    SqlContext.copy = _copied  # type: ignore[method-assign]


def uninstall() -> None:
    """As Tortoise has it, for the test that compares both."""
    QuerySet._join_select_related = _join_anew  # type: ignore[method-assign]
    Table.__hash__ = _hashed_anew  # type: ignore[method-assign]
    SqlContext.copy = _copied_anew  # type: ignore[method-assign]


class Column(Field):
    """A field that is never changed and knows how it is written."""

    def __init__(self, name: str, alias: str | None, table: Any) -> None:
        super().__init__(name, alias, table)
        self._texts: dict[tuple[Any, ...], str] = {}

    def __copy__(self) -> Field:
        return Field(self.name, self.alias, self.table)

    def get_sql(self, ctx: SqlContext) -> str:
        key = ctx.with_namespace, ctx.with_alias, ctx.as_keyword, ctx.quote_char, ctx.alias_quote_char
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = super().get_sql(ctx)
        return text


@dataclass(frozen=True)
class _Related:
    """What a path of `select_related` adds to a statement, table by table: joins, the entry of its model, columns."""

    joins: list[Any]
    item: tuple[Any, ...]
    columns: list[Column]


_known: dict[tuple[type[Model], str], tuple[Table, list[_Related]]] = {}


def _join_related(self: QuerySet[Any], lookup_expression: str) -> tuple[type[Model], Table]:
    """In the place of `QuerySet._join_select_related`, whose answer nobody uses."""
    base = self.model._meta.basetable
    if self._fields_for_select:
        return _join_anew(self, lookup_expression)
    known = _known.get((self.model, lookup_expression))
    if known is None or known[0] is not base:  # Tortoise has been begun again
        known = _known[self.model, lookup_expression] = base, _related(self.model, lookup_expression)
    for step in known[1]:
        for join in step.joins:
            self._join_table(join)
        if step.item not in self._select_related_idx:
            self._select_related_idx.append(step.item)
        self.query._selects.extend(step.columns)  # a list of this statement alone
    return self.model, base


def _related(model: type[Model], lookup_expression: str) -> list[_Related]:
    found = []
    table, path = model._meta.basetable, (None,)
    for field in expand_lookup_expression(model, lookup_expression):
        related: Any = field
        path = *path, related.model_field_name  # type: ignore[assignment]
        joins = get_joins_for_related_field(table, related, related.model_field_name)
        table = joins[-1][0]
        names = related.related_model._meta.db_fields
        item = related.related_model, len(names), related.model_field_name, model, path
        columns = [Column(name, f'{table.get_table_name()}.{name}', table) for name in names]
        found.append(_Related(joins, item, columns))
        model = related.related_model
    return found


def prepare(apps: Apps | None) -> None:
    """Let the columns of the models themselves keep their texts; once Tortoise knows its database."""
    for model in (model for app in (apps or {}).values() for model in app.values()):
        whole: Any = model._meta.basequery_all_fields
        whole._selects = [Column(one.name, one.alias, one.table) for one in whole._selects]


def _hash(self: Table) -> int:
    """Equal tables have equal names; SQL needs not be written to say so."""
    return hash((self._table_name, self.alias))


def _copied(self: SqlContext, **changed: Any) -> SqlContext:
    copied = object.__new__(SqlContext)
    vars(copied).update(vars(self), **changed)
    return copied
