"""系統異動紀錄: who changed what in the office itself: its directory, rules, calendar, numbers, wordings and accounts.

Services note a change in the transaction that makes it, so a refused act leaves nothing. Passwords, hashes and keys
are not among what is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from db.choices import Role
from db.models import Account, OfficeEntry

from .. import dates, permissions, validation
from ..errors import MovedOn, NotFound
from ..fields import Field
from ..paging import Page, bounds, page_of
from . import history
from .history import ADDED, AMENDED, REMOVED, Change

Facts = Mapping[str, object]


@dataclass(frozen=True)
class Kept:
    """What is noted of a kind of record: its section, its fields, and the keys of those that tell one from another."""

    section: str
    fields: Mapping[str, Field]
    names: Sequence[str] = ('name',)


# An act of which there is nothing to say but that it was done.
_ACT_ITSELF = (Change(Field('', ''), '', ''),)


async def stands(record: Model, kept: Kept) -> dict[str, object]:
    """What is on record of it at this moment, by field; relations stand by name. {} when it is on record no longer."""
    relations = {key: key.removesuffix('_id') for key in kept.fields}
    relations = {key: name for key, name in relations.items() if name in type(record)._meta.fk_fields}
    found = await type(record).filter(pk=record.pk).select_related(*relations.values()).first() if record.pk else None
    if found is None:
        return {}
    return {key: _named(getattr(found, relations.get(key, key))) for key in kept.fields}


async def changed(record: Model, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Which of `columns` a form has changed of the `record` that it was opened with; the row is locked.

    What others have saved since comes into `record`. Raises MovedOn when it is the same field, NotFound.
    """
    if record.pk is None:
        return dict(columns)
    now = await type(record).filter(pk=record.pk).select_for_update().first()
    if now is None:
        raise NotFound
    mine = {name: value for name, value in columns.items() if getattr(record, name) != value}
    if any(getattr(now, name) not in (getattr(record, name), value) for name, value in mine.items()):
        raise MovedOn(
            '另一位系統管理者剛改了同一個欄位，所以還沒有儲存。您填的內容還在畫面上，可以先複製；'
            '請重新整理，看過目前的內容再儲存。'
        )
    record.update_from_dict({name: getattr(now, name) for name in columns})
    return mine


async def note(record: Model, kept: Kept, before: Facts, *, by: Account) -> None:
    """Write down how `record` stands now and did not `before` (as `stands` gave it), in the caller's transaction."""
    after = await stands(record, kept)
    changes = history.compared(kept.fields, before, after)
    if changes:
        action = AMENDED if before and after else ADDED if after else REMOVED
        await tell(kept.section, _subject(kept, before or after), action.label, changes, by=by)


async def tell(
    section: str, subject: str, action: str, changes: Sequence[Change] = _ACT_ITSELF, *, by: Account
) -> None:
    """Write down an act, one entry for each of its changes, in the caller's transaction."""
    at, unit = dates.now(), await history.unit_of(by)
    await OfficeEntry.bulk_create(
        OfficeEntry(
            at=at,
            by_id=by.id,
            by_name=by.name,
            from_unit=unit,
            section=section,
            subject=subject[:120],
            action=action,
            label=change.field.label,
            old=change.old,
            new=change.new,
        )
        for change in changes
    )


async def of(*, by: Account, words: str = '', page: int = 1, per_page: int = 10) -> Page[OfficeEntry]:
    """The newest first; `words` stand in any column. For the administrator."""
    permissions.require(by, Role.ADMINISTRATOR)
    number, per_page = bounds(page, per_page)
    entries = OfficeEntry.all()
    if wanted := validation.searched(words):
        columns = ('section', 'subject', 'action', 'label', 'old', 'new', 'by_name', 'from_unit')
        entries = entries.filter(Q(*(Q(**{f'{column}__icontains': wanted}) for column in columns), join_type=Q.OR))
    return await page_of(entries, ('-at', '-id'), number, per_page, await entries.count())


def _named(value: Any) -> object:
    return getattr(value, 'name', value) if isinstance(value, Model) else value


def _subject(kept: Kept, facts: Facts) -> str:
    """Which record it is, as its list calls it."""
    return '　'.join(filter(None, (history.describe(facts[name]) for name in kept.names)))
