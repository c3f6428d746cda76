"""A kind without file and batch: rows of read cells are graded as another process does it, written, taken back."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from db import transaction
from db.choices import Grade
from db.models import Account
from domain.errors import Incomplete
from domain.imports.kind import Graded, Kind, Row, Written

Cells = Mapping[str, Any]


async def graded(kind: Kind, rows: Sequence[Cells], *, by: Account, common: Cells | None = None) -> list[Graded]:
    numbers = [str(row['identity_number']) for row in rows if row.get('identity_number')]
    days = [value for row in rows for value in row.values() if isinstance(value, date)]
    span = (min(days), max(days)) if days else None
    texts = [str(row[kind.asked_at]) for row in rows if row.get(kind.asked_at)]
    known = await kind.known(numbers, common or {}, by=by, span=span) | await kind.known_of(texts, by=by)
    known = json.loads(json.dumps(known))
    keys = dict.fromkeys(column.key for column in kind.columns)
    every = [kind.grade(keys | dict(row), kind.prepared(known)) for row in rows]
    json.dumps([one.values for one in every])
    return every


async def imported(
    kind: Kind, rows: Sequence[Cells], *, by: Account, common: Cells | None = None, takes: bool = True
) -> list[Written]:
    """The good rows, and those in doubt when `takes`; rows that no longer stand are left out, as a batch does."""
    going = [
        Row(number, one.values, one.about, one.grade == Grade.ATTENTION)
        for number, one in enumerate(await graded(kind, rows, by=by, common=common), 2)
        if one.grade == Grade.GOOD or (takes and one.grade == Grade.ATTENTION)
    ]
    while True:
        try:
            async with transaction():
                return await kind.write(going, common or {}, by=by)
        except Incomplete as refusal:
            going = [row for row in going if str(row.number) not in refusal.problems]


async def taken_back(kind: Kind, written: Sequence[Written], *, by: Account) -> dict[int, str]:
    plain = json.loads(json.dumps([one.__dict__ for one in reversed(written)]))
    async with transaction():
        return await kind.take_back([Written(**one) for one in plain], by=by)


def sentences(one: Graded) -> list[tuple[str, str]]:
    """Column and sentence of each mark."""
    return [(mark.column, mark.sentence) for mark in one.marks]


def plain(rows: Any) -> list[Any]:
    """What a query has found, as a list of anything."""
    return list(rows)
