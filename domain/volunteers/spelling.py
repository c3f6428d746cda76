"""The keys by which volunteers are found: made with each name, and made anew when the rule of `names.key` changes."""

from collections.abc import Mapping
from typing import Any

from tortoise.connection import get_connection
from tortoise.expressions import Q, RawSQL, Subquery

from db.models import Account, RecordBook, Volunteer

from .. import book_numbers, names, permissions, validation
from ..names import strokes
from .basics import legacy_matching

_AT_ONCE = 1000
_COMMON = """
SELECT part FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (part, share)
WHERE tablename = 'volunteer_by_grams' AND part = $1 AND share > 0.005
"""
_KEYS = {'name': 'name_key', 'english_name': 'english_name_key'}


def keys(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of those names that are among `columns`."""
    found: dict[str, Any] = {_KEYS[column]: names.key(columns[column]) for column in _KEYS if column in columns}
    if len(found) == len(_KEYS):
        found['key_edition'] = names.EDITION
    if 'name' in columns:
        found['name_order'] = strokes.order(columns['name'])
    return found


def named(text: str) -> Q | None:
    """Whoever bears `text` as a part of the name or the English name; None when nothing of it can be looked for."""
    key = names.key(text)
    return Q(Q(name_key__contains=key), Q(english_name_key__contains=key), join_type=Q.OR) if key else None


async def anywhere(text: str) -> list[Any] | Subquery | None:
    """The ids of whoever `named` finds, for a search that no unit narrows: among all people of the nation.

    What few are called is looked up by an index of parts. What very many are called, as 王, is found sooner by going
    through a list: for that it is a subquery. None when nothing of it can be looked for.
    """
    wanted, parts = named(text), names.grams(names.key(text))
    if wanted is None:
        return None
    if not parts or (len(parts) == 1 and await _is_common(parts[0])):
        return Subquery(Volunteer.filter(wanted).values('id'))
    quoted = ', '.join("'" + part.replace("'", "''") + "'" for part in parts)
    held = (
        f"(SELECT id FROM volunteer WHERE name_grams(name_key || ' ' || english_name_key) @> ARRAY[{quoted}]::text[])"  # noqa: S608 -- quoted
    )
    of_parts: Any = RawSQL(held)
    # Ids and no join: for an agency of average size another plan would be right than for the largest one.
    return list(await Volunteer.filter(wanted, id__in=of_parts).values_list('id', flat=True))


async def _is_common(part: str) -> bool:
    """Whether one in two hundred is called so, as PostgreSQL has counted; what is found does not depend on it."""
    return bool(await get_connection('default').execute_query_dict(_COMMON, [part]))


async def numbered(text: str, *, by: Account) -> Q:
    """Whoever of `by`'s unit has a book of this number, or a paper book of before: the whole number, or its digits."""
    number = validation.searched_number(text)
    books = RecordBook.filter(number_key=book_numbers.folded(number))
    if number.isdecimal():
        books = RecordBook.filter(number__contains=f'第{number}號', volunteer_id__in=permissions.people_of(by))
    held = Q(id__in=await books.values_list('volunteer_id', flat=True))
    return Q(held, legacy_matching(number), join_type=Q.OR)


async def renew_keys() -> int:
    """Make the keys of an earlier edition anew, a thousand at a time; returns how many."""
    count = 0
    while found := await Volunteer.filter(key_edition__lt=names.EDITION).order_by('id').limit(_AT_ONCE):
        for volunteer in found:
            volunteer.update_from_dict(keys({column: getattr(volunteer, column) for column in _KEYS}))
        await Volunteer.bulk_update(found, [*_KEYS.values(), 'name_order', 'key_edition'])
        count += len(found)
    return count
