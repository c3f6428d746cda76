"""A statement of a shape that was written before is not written again.

Tortoise resolves filters, joins and orders anew for each statement and writes its SQL letter by letter, which takes
longer than PostgreSQL and the network together. Here the text is kept by the shape of the query: whatever can change a
letter of it, as model, filters, operators, how many values an IN has, orders, limits, relations. Values are no part of
a shape and nothing that was read is kept: each statement encodes its own values, by the same encoders, in the order in
which they are written. A shape counts once Tortoise has written it twice and text and values were as told here; places
that had equal values each time could have changed places unseen, so it counts for equal ones alone. Of annotations,
SQL of ours and counts are understood; what is not (other expressions, LIKE, JSON) is Tortoise's each time.
`tests/db/test_shapes.py` compares both.

What is kept is about the models alone, and is the same in every process.
"""

import itertools
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any
from uuid import UUID

from pypika_tortoise.terms import Term
from tortoise import Model, filters
from tortoise.expressions import Expression, Q, RawSQL, Subquery
from tortoise.fields.base import Field
from tortoise.functions import Count
from tortoise.queryset import (
    AwaitableQuery,
    CountQuery,
    DeleteQuery,
    ExistsQuery,
    QuerySet,
    UpdateQuery,
    ValuesListQuery,
    ValuesQuery,
)

from .rows import Entries

# As many shapes at most, and an IN of so many values; a text has 0.2 to 4 kB.
_SHAPES = 2000
_VALUES = 64

# What is written as one parameter, whatever its value; other values change the text.
_PLAIN = frozenset((bool, int, float, Decimal, str, bytes, date, datetime, time, timedelta, UUID))
_COMPARED = frozenset((eq, ge, gt, le, lt, filters.not_equal))
_LISTED = frozenset((filters.is_in, filters.not_in))
_ASKED_FOR = frozenset((filters.is_null, filters.not_null))
_HINTS = ('_force_indexes', '_use_indexes')  # of indexes; of another database
_LISTS: tuple[type[Any], ...] = (list, tuple, set, frozenset, type({}.keys()), type({}.values()))

# A text with a number in it may have been written for somebody: there would be a shape for each.
_NUMBER = re.compile(r'\d')

_KINDS = (QuerySet, ValuesListQuery, ValuesQuery, CountQuery, ExistsQuery, UpdateQuery, DeleteQuery)
_CHANGING = frozenset((UpdateQuery, DeleteQuery))
_awaited_anew: dict[type[Any], Any] = {kind: kind.__await__ for kind in _KINDS}


def install() -> None:
    """Once a process is enough; harmless when done again."""
    for kind in _KINDS:
        kind.__await__ = _awaited  # type: ignore[method-assign]


def uninstall() -> None:
    """As Tortoise has it, for the test that compares both."""
    for kind, anew in _awaited_anew.items():
        kind.__await__ = anew


class _Untold(Exception):
    """A query whose shape is not understood here."""


@dataclass(slots=True)
class _Text:
    """A statement without its values. `entries`: whose columns these are, as the executor reads them."""

    sql: str
    entries: Entries | None
    alike: frozenset[tuple[int, int]]  # places whose values have never differed
    is_proven: bool = False


@dataclass(slots=True)
class _Said:
    """In the place of a query builder: what is executed."""

    sql: str
    values: list[Any]

    def get_parameterized_sql(self) -> tuple[str, list[Any]]:
        return self.sql, self.values


_texts: dict[Any, _Text | None] = {}
"""By shape; None: of a shape that is Tortoise's each time."""


def _awaited(self: Any) -> Generator[Any, None, Any]:
    """In the place of `__await__` of each kind of query."""
    if self._db is None:
        is_written = isinstance(self, UpdateQuery | DeleteQuery) or getattr(self, '_select_for_update', False)
        self._db = self._choose_db(is_written)
    write(self)
    answer: Generator[Any, None, Any] = self._execute().__await__()
    return answer


def write(query: Any) -> None:
    """Let `query`, whose connection is chosen, have its statement, its values, and the entries of its columns."""
    values: list[Any] = []
    try:
        shape = _shape(query, values)
        known = _texts.get(shape)
    except Exception:  # not understood, or no value of its field: Tortoise says which
        query._make_query()
        return
    if known is not None and known.is_proven and all(_is_alike(values, pair) for pair in known.alike):
        query.query = _Said(known.sql, values)
        if known.entries is not None:
            query._select_related_idx = known.entries
        return
    query._make_query()
    if known is None and shape in _texts:
        return
    if len(_texts) >= _SHAPES:
        _texts.clear()
    sql, written = query.query.get_parameterized_sql()
    entries = query._select_related_idx if type(query) is QuerySet else None
    if not _same(values, written) or (known is not None and (known.sql, known.entries) != (sql, entries)):
        _texts[shape] = None
    else:
        alike = _alike(values) if known is None else known.alike & _alike(values)
        _texts[shape] = _Text(sql, None if entries is None else Entries(entries), alike, known is not None)
    query.query = _Said(sql, written)


def _same(told: list[Any], written: list[Any]) -> bool:
    return told == written and list(map(type, told)) == list(map(type, written))


def _alike(values: list[Any]) -> frozenset[tuple[int, int]]:
    """Pairs of places with equal values."""
    return frozenset(pair for pair in itertools.combinations(range(len(values)), 2) if _is_alike(values, pair))


def _is_alike(values: list[Any], places: tuple[int, int]) -> bool:
    one, other = values[places[0]], values[places[1]]
    return type(one) is type(other) and bool(one == other)


def _shape(query: AwaitableQuery[Any], values: list[Any]) -> tuple[Any, ...]:
    """The shape of a query; its values are added to `values`. Raises _Untold, or what an encoder raises."""
    known: Any = query
    kind = type(query)
    if kind not in _SHAPES_OF or any(getattr(known, name, ()) for name in _HINTS):
        raise _Untold
    added = _added(kind, known._annotations) if known._annotations else ()
    return kind, known.model, added, *_SHAPES_OF[kind](known, values)


def _added(kind: type[Any], annotations: Mapping[str, Any]) -> tuple[Any, ...]:
    """What is selected beside the columns. A maximum or sum is not told: Tortoise finds its field while it writes."""
    if kind in _CHANGING:
        raise _Untold
    found: list[Any] = []
    for name, term in annotations.items():
        if type(term) is RawSQL and not _NUMBER.search(term.sql):
            found.append((name, term.sql, term.alias))
        elif type(term) is Count and type(term.field) is str and not term.default_values and term.filter is None:
            found.append((name, Count, term.field, term.distinct))
        else:
            raise _Untold
    return tuple(found)


def _where(query: Any, values: list[Any]) -> tuple[Any, ...]:
    return tuple([_told(node, query, values) for node in query._q_objects])


def _limits(query: Any, values: list[Any], limit: Any, offset: Any) -> tuple[bool, bool]:
    values += [_plain(bound) for bound in (limit, offset) if bound is not None]
    return limit is not None, offset is not None


def _of_records(query: Any, values: list[Any]) -> tuple[Any, ...]:
    return (
        _where(query, values),
        _limits(query, values, query._limit, query._offset),
        tuple(query._orderings),
        query._fields_for_select,
        query._distinct,
        tuple(query._select_related),
        query._select_for_update
        and (
            query._select_for_update_nowait,
            query._select_for_update_skip_locked,
            query._select_for_update_no_key,
            tuple(query._select_for_update_of),
        ),
    )


def _of_columns(query: Any, values: list[Any]) -> tuple[Any, ...]:
    columns = query.fields if type(query) is ValuesListQuery else query._fields_for_select
    return (
        tuple(columns.items()),
        _where(query, values),
        _limits(query, values, query._limit or None, query._offset or None),
        tuple(query._orderings),
        query._distinct,
        query._group_bys,
    )


def _of_count(query: Any, values: list[Any]) -> tuple[Any, ...]:
    return _where(query, values), query._distinct  # it reckons with limit and offset itself


def _of_existence(query: Any, values: list[Any]) -> tuple[Any, ...]:
    where = _where(query, values)
    values.append(1)
    return (where,)


def _of_update(query: Any, values: list[Any]) -> tuple[Any, ...]:
    model = query.model
    columns = []
    for name, given in query.update_kwargs.items():
        value = given
        field = model._meta.fields_map[name]
        if name in model._meta.fk_fields or name in model._meta.o2o_fields:
            model._validate_relation_type(name, value)
            value = getattr(value, field.to_field_instance.model_field_name)
            field = model._meta.fields_map[field.source_field]
        elif name not in model._meta.fields_db_projection:
            raise _Untold
        if field.pk or field.generated or isinstance(value, Expression):
            raise _Untold
        encoded = field.to_db_value(value, None)
        columns.append((name, encoded is None))
        if encoded is not None:
            values.append(_plain(encoded))
    return tuple(columns), _where(query, values)


def _of_deletion(query: Any, values: list[Any]) -> tuple[Any, ...]:
    return (_where(query, values),)


_SHAPES_OF: dict[type[Any], Callable[[Any, list[Any]], tuple[Any, ...]]] = {
    QuerySet: _of_records,
    ValuesListQuery: _of_columns,
    ValuesQuery: _of_columns,
    CountQuery: _of_count,
    ExistsQuery: _of_existence,
    UpdateQuery: _of_update,
    DeleteQuery: _of_deletion,
}


def _told(node: Q, query: Any, values: list[Any]) -> tuple[Any, ...]:
    if not node.filters:
        return node._is_negated, node.join_type, tuple([_told(child, query, values) for child in node.children])
    found: list[Any] = [node._is_negated, node.join_type]
    for name, value in node.filters.items():
        found.append(name)
        if name in query._custom_filters:
            found.append(_told_of_added(query, name, value, values))
        else:
            found.append(_leaf[query.model, name].told(value, values))
    return tuple(found)


def _told_of_added(query: Any, name: str, value: Any, values: list[Any]) -> int:
    info = query._custom_filters[name]
    is_plain = type(query._annotations[info['field']]) is RawSQL and info['operator'] in _COMPARED
    if not is_plain or name in query.model._meta.filters or name in query.model._meta.fetch_fields:
        raise _Untold
    values.append(_plain(value))
    return 1


def _plain(value: Any) -> Any:
    if type(value) not in _PLAIN or value == '*':  # which is written as such
        raise _Untold
    return value


@dataclass(slots=True)
class _Leaf:
    """What a filter comes down to, of `model` at the end of its path. `record`: whose records may stand for `key`."""

    model: type[Model]
    field: Field[Any]
    operator: Any
    can_be_null: bool
    record: type[Model] | None
    key: str

    def told(self, value: Any, values: list[Any]) -> Any:
        """What of `value` changes the text; what does not is added to `values`, encoded."""
        if self.record is not None and isinstance(value, self.record):
            value = getattr(value, self.key)
        if value is None and self.can_be_null:
            return None
        if self.operator in _LISTED:
            if type(value) is Subquery:
                return _shape(value.query, values)
            if not isinstance(value, _LISTS) or len(value) > _VALUES:
                raise _Untold
            values += [_plain(self.field.to_db_value(one, self.model)) for one in value]
            return len(value)
        if isinstance(value, Expression | Term):
            raise _Untold
        if self.operator in _ASKED_FOR:
            return bool(value)
        values.append(_plain(self.field.to_db_value(value, self.model)))
        return 1


class _Leaves(dict[tuple[type[Model], str], _Leaf]):
    """By model and name of the filter, as Q resolves them."""

    def __missing__(self, key: tuple[type[Model], str]) -> _Leaf:
        found = self[key] = _found(*key)
        return found


_leaf = _Leaves()


def _found(model: type[Model], name: str) -> _Leaf:
    meta = model._meta
    record, key = None, ''
    if name in meta.fk_fields or name in meta.o2o_fields:
        relation: Any = meta.fields_map[name]
        record, key = relation.related_model, relation.to_field_instance.model_field_name
        name = relation.source_field
    if name not in meta.filters:
        first, _, rest = name.partition('__')
        if first not in meta.fetch_fields:
            raise _Untold
        return _leaf[meta.fields_map[first].related_model, rest]  # type: ignore[attr-defined]
    info = meta.get_filter(name)
    operator = info['operator']
    if 'table' in info or operator not in _COMPARED | _LISTED | _ASKED_FOR:
        raise _Untold
    return _Leaf(model, meta.fields_map[info['field']], operator, f'{name}__isnull' in meta.filters, record, key)
