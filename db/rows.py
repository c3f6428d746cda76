"""Records are made of rows by what is known of their model, and not asked for anew for each column of each row.

Tortoise 1.1.9 sets each attribute by a call, converts what is empty, makes a dictionary of a row with relations and
others of its parts, splits the name of each column, and looks for the converter of a column in a list of all. Here a
model is looked at once. The records are the same (`tests/db/test_rows.py`), and each is still made by
`_init_from_db` of its model, where the reading of a person is heard of.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from tortoise import Model
from tortoise.backends.asyncpg.executor import AsyncpgExecutor
from tortoise.backends.base.executor import CHUNK_SIZE
from tortoise.fields.data import CharEnumFieldInstance, DatetimeField, IntEnumFieldInstance, JSONField, UUIDField
from tortoise.queryset import FieldSelectQuery, ValuesListQuery

from .sealing import SealedTextField

# Whose `to_python_value` makes nothing of None.
_KEEP_NONE = (CharEnumFieldInstance, DatetimeField, IntEnumFieldInstance, JSONField, SealedTextField, UUIDField)
# An object with more attributes takes less memory with a dictionary of its own than with one that shares its keys.
_SHARED = 26

_made_anew: Any = vars(Model)['_init_from_db']
_converter_anew = FieldSelectQuery.resolve_to_python_value
_listed_anew = ValuesListQuery._execute


def install() -> None:
    """Once a process is enough; harmless when done again."""
    Model._init_from_db = classmethod(_made)  # type: ignore[assignment, arg-type]
    FieldSelectQuery.resolve_to_python_value = _converter  # type: ignore[method-assign]
    ValuesListQuery._execute = _listed  # type: ignore[method-assign]
    _plans.clear()
    _converters.clear()


def uninstall() -> None:
    """As Tortoise has it, for the test that compares both."""
    Model._init_from_db = _made_anew  # type: ignore[method-assign]
    FieldSelectQuery.resolve_to_python_value = _converter_anew  # type: ignore[method-assign]
    ValuesListQuery._execute = _listed_anew  # type: ignore[method-assign]


@dataclass(slots=True)
class _Plan:
    """How a record of a model is made: `columns` are all of its row; `converted` those that are not as they come."""

    columns: frozenset[str]
    converted: list[tuple[str, Callable[[Any], Any], bool]]
    state: dict[str, Any]
    is_wide: bool


_plans: dict[type[Model], _Plan | None] = {}
"""None: of a model whose attributes are called otherwise than its columns."""


def _plan(model: type[Model]) -> _Plan | None:
    meta = model._meta
    if any(name != column for name, column in meta.fields_db_projection.items()):
        return None
    converted: list[tuple[str, Callable[[Any], Any], bool]] = []
    converted += [(column, field.field_type, True) for column, _, field in meta.db_default_fields]
    converted += [
        (column, field.to_python_value, isinstance(field, _KEEP_NONE)) for column, _, field in meta.db_complex_fields
    ]
    state = {
        '_partial': False,
        '_saved_in_db': True,
        '_custom_generated_pk': meta.db_pk_column not in meta.generated_db_fields,
    }
    columns = frozenset(meta.db_fields)
    return _Plan(columns, converted, state, len(columns) + len(state) + 1 > _SHARED)


def _made(model: type[Model], **columns: Any) -> Model:
    """In the place of `Model._init_from_db`."""
    if model not in _plans:
        _plans[model] = _plan(model)
    plan = _plans[model]
    if plan is None or columns.keys() != plan.columns:  # a part of a row, or more than one
        made: Model = _made_anew.__func__(model, **columns)
        return made
    for column, convert, keeps_none in plan.converted:
        value = columns[column]
        if value is not None or not keeps_none:
            columns[column] = convert(value)
    made = model.__new__(model)
    if plan.is_wide:
        object.__setattr__(made, '__dict__', {**plan.state, '_await_when_save': {}, **columns})
    else:
        vars(made).update(plan.state, _await_when_save={}, **columns)
    return made


@dataclass(slots=True)
class _Place:
    """Where a record of a row is: columns `start` to `end`, `names` in its model; `above` is the path of its owner."""

    model: type[Model]
    start: int
    end: int
    names: list[str]
    above: Any
    attribute: str | None
    path: Any


class Entries(list[Any]):
    """The entries of a statement that is kept, and the places of its rows, which are the same each time."""

    places: list[_Place] | None = None


def _places(entries: list[Any], keys: list[str]) -> list[_Place]:
    (model, end, _, _, path), *related = entries
    places = [_Place(model, 0, end, keys[:end], None, None, path)]
    for model, width, _, _, path in related:
        start, end = end, end + width
        names = [key.split('.', 1)[1] for key in keys[start:end]]
        places.append(_Place(model, start, end, names, tuple(path[:-1]), f'_{path[-1]}', tuple(path)))
    return places


class Executor(AsyncpgExecutor):
    """Makes the records of a row with relations at once."""

    async def execute_select(
        self, sql: str, values: list[Any] | None = None, custom_fields: list[Any] | None = None
    ) -> list[Any]:
        _, rows = await self.db.execute_query(sql, values)
        places = self._places(list(dict.fromkeys(rows[0].keys()))) if rows else []
        found = []
        for number, row in enumerate(rows, 1):
            record = _together(places, row) if places else self.model._init_from_db(**row)
            for name in custom_fields or ():
                object.__setattr__(record, name, row[name])
            found.append(record)
            if number % CHUNK_SIZE == 0:
                await asyncio.sleep(0)  # others have their turn, however many rows there are
        await self._execute_prefetch_queries(found)
        return found

    def _places(self, columns: list[str]) -> list[_Place]:
        """None where the whole row is one record."""
        entries: Any = self.select_related_idx
        if not entries or (len(entries) == 1 and entries[0][1] == len(columns)):
            return []
        if not isinstance(entries, Entries):
            return _places(entries, columns)
        if entries.places is None:
            entries.places = _places(entries, columns)
        return entries.places


def _together(places: list[_Place], row: Any) -> Model:
    """The record of a row, with those that were read along."""
    cells = list(dict(row).values())  # of a column that is there twice, the last one counts
    first = places[0]
    record = first.model._init_from_db(**dict(zip(first.names, cells[: first.end], strict=True)))
    known = {first.path: record}
    for place in places[1:]:
        found: Model | None = None
        if any(own := cells[place.start : place.end]):
            found = place.model._init_from_db(**dict(zip(place.names, own, strict=True)))
        elif place.start == place.end:  # it is only on the way to another
            found = place.model._init_from_db()
        above = known.get(place.above)
        if above is not None:
            object.__setattr__(above, place.attribute, found)  # type: ignore[arg-type]
        if found is not None:
            known[place.path] = found
    return record


def _converter(self: Any, model: type[Model], field: str) -> Callable[[Any], Any]:
    """In the place of `FieldSelectQuery.resolve_to_python_value`."""
    if self._annotations:
        return _converter_anew(self, model, field)
    known = _converters.get((model, field))
    if known is None:
        known = _converters[model, field] = _converter_anew(self, model, field)
    return known


_converters: dict[tuple[type[Model], str], Callable[[Any], Any]] = {}


async def _listed(self: Any) -> Any:
    """In the place of `ValuesListQuery._execute`: a row whose columns are as they come is a tuple as it is."""
    columns = [self.resolve_to_python_value(self.model, name) for name in self.fields.values()]
    if self._annotations or self._single or not all(isinstance(one, FunctionType) for one in columns):
        return await _listed_anew(self)
    _, rows = await self._db.execute_query(*self.query.get_parameterized_sql())
    return [row[0] for row in rows] if self._flat else [tuple(row) for row in rows]
