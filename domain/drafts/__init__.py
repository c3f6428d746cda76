"""Forms under way: each change of a field is kept at once, sealed, and found again after reload, on any computer.

A draft belongs to the host unit, that of somebody new to the team of the clerk who began it. It holds what was typed,
right or wrong; the services check when the form is saved. Passwords are never kept.

Several may write one draft. A page's Draft remembers what the page has read (`as_read`): others' words are shown to it
(`news`), whoever writes over words not shown yet is told of them (`Kept`), and no form is saved before its page has
shown all of them (`Unseen`).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from tortoise.connection import get_connection
from tortoise.expressions import RawSQL, Subquery

from db import transaction
from db.choices import DraftKind
from db.models import Account, Draft, DraftEntry, Volunteer

from .. import announcements, dates, permissions, validation
from ..announcements import DraftChanged
from ..errors import DomainError, NotFound
from .answers import NEVER_KEPT, CannotKeep, Details, as_json, from_draft, is_too_long, opened, to_draft
from .finding import empty_ones, fill_each, get, is_new, of_unit, open, plan, write  # noqa: A004 -- as there

__all__ = ['CannotKeep', 'fill_each', 'from_draft', 'get', 'is_new', 'open', 'plan', 'to_draft']

MOST_FIELDS = 60
MOST_SHOWN = 50
_LONGEST_TITLE = 100

_BEGUN = """
SELECT 1 FROM draft WHERE host_unit_id = $1 AND kind = $2 AND volunteer_id = ANY($3::int[])
  AND EXISTS (SELECT FROM draft_entry WHERE draft_id = draft.id) LIMIT 1"""
# Beside a draft: what was typed, name and sealed value.
_TYPED = RawSQL('ARRAY(SELECT ROW(e.name, e.value) FROM draft_entry e WHERE e.draft_id = draft.id)')
_VALUE: Any = DraftEntry._meta.fields_map['value']
_TITLES = {DraftKind.VOLUNTEER: 'name', DraftKind.TRAINING: 'title'}


class Overtaken(DomainError):
    """Whoever typed this has left the page, and what stands there is newer; nothing was kept."""

    def __init__(self) -> None:
        super().__init__('這個欄位之後又有新的內容，所以沒有存入較早輸入的文字。')


class Unseen(DomainError):
    """Others have typed into this form what its page has not shown yet; nothing was saved."""

    def __init__(self) -> None:
        super().__init__(
            '這份表單同時有人在填寫（同仁，或您的另一個視窗），所以還沒有儲存。剛填的內容已經放進畫面，請看過後再按一次。'
        )


class Kept(NamedTuple):
    """When a field was kept; and the words of others that it replaced, which its page had not read, else None."""

    at: datetime
    replaced: Any = None


@dataclass(frozen=True)
class DraftSummary:
    """A form to go on with. `volunteer` is None while the person is new; `title` is a name or a course, perhaps ''.

    `typed` is what stands in it, as `values` has it.
    """

    id: UUID
    kind: DraftKind
    about: str
    volunteer: Volunteer | None
    title: str
    owner_name: str
    saved_at: datetime
    typed: Mapping[str, Any] = field(default_factory=dict, repr=False)


async def people_with(kind: DraftKind, volunteer_ids: Iterable[int], *, by: Account) -> set[int]:
    """Which of these people have a form of this kind about a new record, begun and not saved."""
    filled = Subquery(DraftEntry.all().values('draft_id'))
    begun = Draft.filter(of_unit(by), kind=kind, volunteer_id__in=list(volunteer_ids), id__in=filled)
    return {volunteer_id for volunteer_id, about in await begun.values_list('volunteer_id', 'about') if is_new(about)}


async def filled(kind: DraftKind, volunteer_ids: Iterable[int], *, by: Account) -> list[tuple[Draft, dict[str, Any]]]:
    """All forms of this kind about new records of these people, with what was typed, the oldest first."""
    permissions.require(by, 'drafts.filled')
    # Mostly there is none, and the whole condition takes longer to put together than both questions to answer.
    ids = list(volunteer_ids)
    if not await get_connection('default').execute_query_dict(_BEGUN, [by.host_unit_id, kind, ids]):
        return []
    forms = Draft.filter(of_unit(by), kind=kind, volunteer_id__in=ids).prefetch_related('entries')
    return [
        (form, opened(form.entries))
        for form in await forms.order_by('saved_at', 'about')
        if is_new(form.about) and form.entries
    ]


async def values(draft: Draft) -> dict[str, Any]:
    """What was typed so far, by field, as JSON has it: dates as 2026-03-08, ids of files as text."""
    return opened(await DraftEntry.filter(draft_id=draft.id))


async def restored(draft: Draft, details: Details) -> Details:
    """`details` with what was typed put into it; from now on `draft` knows what its page has read."""
    draft.as_read, draft.writer = {} if draft.is_planned else await values(draft), uuid4().hex
    return from_draft(draft.as_read, details)


async def news(draft: Draft, *, by: Account) -> dict[str, Any]:
    """What others have typed since the page read the draft, which has read it now.

    Raises NotFound when the draft has been sent or discarded.
    """
    if not await Draft.filter(of_unit(by), id=draft.id).exists():
        if draft.is_planned:
            return {}
        raise _gone()
    draft.mark_written()
    now = await values(draft)
    others = _unread(draft, now)
    draft.as_read = now
    return others


async def save(
    draft: Draft | UUID | str, name: str, value: object, *, by: Account, is_there: Callable[[], bool] | None = None
) -> Kept:
    """Keep one field. A draft that was planned is written now.

    `is_there`: whether the page on which it was typed is still looked at. What comes late from a page that was left may
    be older than what the next page of the same tab, at another process, has kept already.
    Raises NotFound when the draft has been sent or discarded, CannotKeep, Overtaken.
    """
    draft_id = validation.file_id(draft.id if isinstance(draft, Draft) else draft)
    answer = as_json(value)
    text = json.dumps(answer)
    if not isinstance(name, str) or not re.fullmatch(r'[a-z0-9_]{1,40}', name) or is_too_long(text):
        raise CannotKeep
    now = dates.now()
    if isinstance(draft, Draft) and draft.is_planned:
        if name in NEVER_KEPT:
            return Kept(now)
        await write(draft, by)
    async with transaction():
        # The row is locked first, so that whoever discards the draft comes before or after, not in between.
        if not await Draft.filter(of_unit(by), id=draft_id).update(saved_at=now):
            raise _gone()
        if name in NEVER_KEPT:
            return Kept(now)
        before = await _upsert(draft_id, name, text)
        if is_there and isinstance(draft, Draft) and _unread(draft, before) and not is_there():
            raise Overtaken
        await _announce(draft_id, draft.writer if isinstance(draft, Draft) else '')
    if not isinstance(draft, Draft) or draft.as_read is None:
        return Kept(now)
    replaced = _unread(draft, before).get(name)
    draft.as_read[name] = answer
    return Kept(now, replaced if replaced != answer else None)


async def discard(draft: Draft, *, by: Account) -> None:
    """The form is given up. Harmless when it is gone already. Raises Unseen."""
    async with transaction():
        await _ended(draft, by)


async def kinds_about(volunteer: Volunteer, *, by: Account) -> list[DraftKind]:
    """Which forms about the volunteer the unit has filled in and not saved."""
    filled = Subquery(DraftEntry.all().values('draft_id'))
    found = await Draft.filter(of_unit(by), volunteer_id=volunteer.id, id__in=filled).order_by('saved_at')
    return list(dict.fromkeys(draft.kind for draft in found))


async def discard_about(volunteer: Volunteer, *, by: Account, kind: DraftKind | None = None) -> None:
    """All forms of the unit about the volunteer are given up, or those of a kind; for the caller's transaction."""
    about = Draft.filter(of_unit(by), volunteer_id=volunteer.id)
    for draft in await (about.filter(kind=kind) if kind else about):
        await draft.delete()
        await _announce(draft.id, draft.writer)


async def require(draft: Draft | None, *, by: Account) -> None:
    """Before the form is looked at: its files are another's when it has been recorded. Raises NotFound."""
    if draft is not None and not draft.is_planned and not await Draft.filter(of_unit(by), id=draft.id).exists():
        raise _gone()


async def use_up(draft: Draft | None, *, by: Account) -> None:
    """A new record is written in the caller's transaction, and its draft goes with it: nothing is recorded twice.

    Raises NotFound when the draft is gone: a colleague, or the first of two clicks, has recorded it; Unseen.
    """
    if draft is not None and not await _ended(draft, by) and not draft.is_planned:
        raise _gone()


async def settle(draft: Draft | None, details: Any, *, by: Account) -> None:
    """`details` are saved, in the caller's transaction: the draft forgets them. Raises Unseen."""
    if draft is None:
        return
    saved = to_draft(details)
    async with transaction():
        await _locked(draft, by)
        await _require_read(draft)
        done = [name for name, value in (await values(draft)).items() if saved.get(name) == value]
        await DraftEntry.filter(draft_id=draft.id, name__in=done).delete()


async def under_way(*, by: Account, most: int = MOST_SHOWN) -> list[DraftSummary]:
    """The unit's forms to go on with, the last one first; forms opened and left empty do not count."""
    drafts = (
        await Draft.filter(of_unit(by), id__in=Subquery(DraftEntry.all().values('draft_id')))
        .annotate(typed=_TYPED)
        .select_related('volunteer', 'owner')
        .order_by('-saved_at')
        .limit(min(most, MOST_SHOWN))
    )
    return [_summary(draft) for draft in drafts]


async def sweep() -> int:
    """Forget forms that were opened yesterday or before and left empty; how many. What was typed stays."""
    return await empty_ones().delete()


def _gone() -> NotFound:
    return NotFound(
        '這份草稿已經送出或刪除，在這一頁輸入的內容不會再自動儲存。請回到志工的個人頁面查看；畫面上的文字還在，可以先複製。'
    )


async def _locked(draft: Draft, by: Account) -> bool:
    """Whether the draft is there; nobody writes into it until the caller's transaction ends."""
    return await Draft.filter(of_unit(by), id=draft.id).select_for_update().first() is not None


async def _ended(draft: Draft, by: Account) -> bool:
    """The draft goes; whether it was there. Raises Unseen."""
    if not await _locked(draft, by):
        return False
    await _require_read(draft)
    await Draft.filter(id=draft.id).delete()
    await _announce(draft.id, draft.writer)
    return True


async def _require_read(draft: Draft) -> None:
    if _unread(draft, await values(draft)):
        raise Unseen


def _unread(draft: Draft, now: dict[str, Any]) -> dict[str, Any]:
    """What of `now` the page has not read; nothing where no page reads."""
    read = draft.as_read
    return {} if read is None else {name: value for name, value in now.items() if (name, value) not in read.items()}


async def _announce(draft_id: UUID, writer: str) -> None:
    await announcements.announce(DraftChanged(str(draft_id), writer))


async def _upsert(draft_id: UUID, name: str, text: str) -> dict[str, Any]:
    """Writes one field; returns what stood there, by its name, nothing when there was no entry."""
    before = await DraftEntry.get_or_none(draft_id=draft_id, name=name)
    if before is None and await DraftEntry.filter(draft_id=draft_id).count() >= MOST_FIELDS:
        raise CannotKeep
    entry = DraftEntry(draft_id=draft_id, name=name, value=text)
    await DraftEntry.bulk_create([entry], on_conflict=['draft_id', 'name'], update_fields=['value'])
    return {} if before is None else {name: json.loads(before.value.open())}


def _summary(draft: Any) -> DraftSummary:
    """Of a draft that was read with what was `typed`, volunteer and owner."""
    typed = {name: json.loads(_VALUE.to_python_value(value).open()) for name, value in draft.typed}
    title = typed.get(_TITLES.get(draft.kind, ''), '')
    return DraftSummary(
        id=draft.id,
        kind=draft.kind,
        about=draft.about,
        volunteer=draft.volunteer,
        title=_in_brief(title) if isinstance(title, str) else '',
        owner_name=draft.owner.name,
        saved_at=draft.saved_at,
        typed=typed,
    )


def _in_brief(title: str) -> str:
    """What was typed may be longer than any field takes.

    >>> _in_brief('志工基礎訓練'), len(_in_brief('長' * 500))
    ('志工基礎訓練', 101)
    """
    return title if len(title) <= _LONGEST_TITLE else f'{title[:_LONGEST_TITLE]}…'
