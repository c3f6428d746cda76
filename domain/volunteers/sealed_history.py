"""封存 of what is said of a person elsewhere than on the record: 異動紀錄, and rows that have a name or an address.

異動紀錄 is only added to; two functions of the database take the words of a closed record out of it and put the same
ones back (0035_sealed_history). The trail's own columns, who did what and when, stay.
"""

import json
import secrets
from typing import Any

from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import sealing
from db.choices import Place, Section
from db.models import Consent, Correction, EmailChange, HistoryEntry, SealedEntry

# The fields of 基本資料 that say who somebody is; '' is one of an early version, whose form is not known any more.
PERSONAL = ('', 'name', 'english_name', 'born_on', 'email', 'photo')
WHO = '本人'
SEALED = '（已封存）'


async def seal(volunteer_id: int) -> None:
    """In the caller's transaction; the record is closed already."""
    done = await SealedEntry.filter(volunteer_id=volunteer_id).values_list('entry_id', flat=True)
    told = Q(Q(section=Section.BASICS, field__in=PERSONAL), Q(by__volunteer_id=volunteer_id), join_type=Q.OR)
    entries = await HistoryEntry.filter(told, volunteer_id=volunteer_id).exclude(id__in=[0, *done])
    salts = [secrets.token_hex(16) for _ in entries]
    words = [
        bytes(sealing.sealed(json.dumps([salt, one.old, one.new, one.by_name]), 'sealed_entry.words'))
        for one, salt in zip(entries, salts, strict=True)
    ]
    await _ask('SELECT seal_history($1, $2, $3, $4)', volunteer_id, [one.id for one in entries], words, salts)


async def unseal(volunteer_id: int) -> None:
    """What the entries said stands there again, in the caller's transaction."""
    kept = await SealedEntry.filter(volunteer_id=volunteer_id)
    told = [json.loads(one.words.open()) for one in kept]
    columns = [list(column) for column in zip(*told, strict=True)] or [[], [], [], []]
    await _ask('SELECT unseal_history($1, $2, $3, $4, $5, $6)', volunteer_id, [one.entry_id for one in kept], *columns)


async def taken(volunteer_id: int) -> list[list[Any]]:
    """What other rows say of the person, taken out of them, as `given_back` has it; in the caller's transaction."""
    found: list[list[Any]] = []
    for name, rows, blank in _rows(volunteer_id):
        found += [[name, row.pop('id'), row] for row in await rows.values('id', *blank)]
        await rows.update(**blank)
    return found


async def given_back(volunteer_id: int, found: list[list[Any]]) -> None:
    """The rows say again what was `taken` out of them, in the caller's transaction."""
    known = {name: rows for name, rows, _ in _rows(volunteer_id)}
    for name, row_id, columns in found:
        await known[name].filter(id=row_id).update(**columns)


def _rows(volunteer_id: int) -> list[tuple[str, QuerySet[Any], dict[str, str]]]:
    """Which rows, and what stands in their columns meanwhile."""
    marks = Correction.filter(application__volunteer_id=volunteer_id, place=Place.BASICS, field__in=PERSONAL)
    return [
        ('consent', Consent.filter(volunteer_id=volunteer_id, by__volunteer_id=volunteer_id), {'by_name': WHO}),
        ('email', EmailChange.filter(account__volunteer_id=volunteer_id), {'email': ''}),
        ('mark', marks, {'old_value': SEALED, 'new_value': SEALED}),
    ]


async def _ask(statement: str, *values: Any) -> None:
    await get_connection('default').execute_query(statement, list(values))
