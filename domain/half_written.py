"""What somebody is writing and has not sent: a mark, a reason, an entry of a ledger. Kept at once, sealed.

A draft is the unit's; this is one person's: a colleague at the same case writes words of their own. What was left lying
for a month goes.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from db import transaction
from db.models import Account, HalfWritten

from . import dates
from .drafts.answers import CannotKeep, is_too_long

MOST_FIELDS = 500
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Sheet:
    """Where `by` is writing: `place` is a case or a dialog, named by the page and never by the browser."""

    place: str
    by: Account

    @property
    def id(self) -> str:
        """The name under which the browser mirrors what is not kept yet: another's words are never put in."""
        return f'{self.by.id}-{self.place}'

    @classmethod
    def of_case(cls, application_id: int, round_number: int, by: Account) -> Self:
        """A decision may be taken back: what was written for it stays until the next round."""
        return cls(f'case-{application_id}-{round_number}', by)


async def written(sheet: Sheet) -> dict[str, Any]:
    """By field, as JSON has it: a date is text."""
    [found] = await written_each([sheet])
    return found


async def written_each(sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    """As `written`, of several sheets of one account. One query."""
    found: dict[str, dict[str, Any]] = {sheet.place: {} for sheet in sheets}
    theirs = HalfWritten.filter(account_id__in={sheet.by.id for sheet in sheets}, place__in=list(found))
    for one in await theirs.order_by('at') if sheets else ():
        found[one.place][one.field] = json.loads(one.value.open())
    return [found[sheet.place] for sheet in sheets]


def begun_marks(written: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The marks of a case that were not added, by field: what each is about, and its words.

    The reasons of its questions are texts.
    """
    marks = {field: each for field, each in written.items() if isinstance(each, dict)}
    return {field: (str(each.get('label') or '一項'), str(each.get('text', ''))) for field, each in marks.items()}


async def keep(sheet: Sheet, field: str, value: object) -> datetime:
    """Keep what stands in one field, nothing if None; returns when. Raises CannotKeep."""
    try:
        text = json.dumps(value, default=_plain)
    except TypeError:
        raise CannotKeep from None
    if not isinstance(field, str) or not re.fullmatch(r'[a-z0-9_:-]{1,60}', field) or is_too_long(text):
        raise CannotKeep
    now, mine = dates.now(), HalfWritten.filter(account_id=sheet.by.id)
    async with transaction():
        await mine.filter(at__lt=now - KEPT_FOR).delete()
        if value is None:
            await mine.filter(place=sheet.place, field=field).delete()
            return now
        if await mine.count() >= MOST_FIELDS:
            raise CannotKeep
        one = HalfWritten(account_id=sheet.by.id, place=sheet.place, field=field, value=text, at=now)
        conflict = ['account_id', 'place', 'field']
        await HalfWritten.bulk_create([one], on_conflict=conflict, update_fields=['value', 'at'])
    return now


async def forget(sheet: Sheet) -> None:
    """All of it was sent, or given up."""
    await HalfWritten.filter(account_id=sheet.by.id, place=sheet.place).delete()


async def sweep() -> int:
    """Forget what was left lying; how many fields that was."""
    return await HalfWritten.filter(at__lt=dates.now() - KEPT_FOR).delete()


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError
