"""Forms under way: each change of a field is kept at once, sealed, and found again after reload, on any computer.

A draft belongs to the host unit, that of somebody new to the team of the clerk who began it. It holds what was typed,
right or wrong; the services check when the form is saved. Passwords are never kept.

Several may write one draft. A page's Draft remembers what the page has read (`as_read`): others' words are shown to it
(`news`), whoever writes over words not shown yet is told of them (`Kept`), and no form is saved before its page has
shown all of them (`Unseen`).
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from types import NoneType
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints
from uuid import UUID, uuid4, uuid5

from tortoise.connection import get_connection
from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import Choice, DraftKind, MembershipStatus
from db.models import Account, Draft, DraftEntry, Volunteer

from . import announcements, dates, permissions, validation
from .announcements import DraftChanged
from .errors import DomainError, NotFound

MOST_FIELDS = 60
MOST_CHARACTERS = 20_000
MOST_SHOWN = 50
# What a form has besides its answers: passwords, and whether the record is new.
NEVER_KEPT = frozenset({'password', 'password_again', 'is_new'})

_BEGUN = """
SELECT 1 FROM draft WHERE host_unit_id = $1 AND kind = $2 AND volunteer_id = ANY($3::int[])
  AND EXISTS (SELECT FROM draft_entry WHERE draft_id = draft.id) LIMIT 1"""
# Beside a draft: what was typed, name and sealed value.
_TYPED = RawSQL('ARRAY(SELECT ROW(e.name, e.value) FROM draft_entry e WHERE e.draft_id = draft.id)')
_VALUE: Any = DraftEntry._meta.fields_map['value']
# A form about somebody: `is_ours` as permissions.visible_to has it for a clerk.
_ABOUT = f"""
SELECT EXISTS (SELECT FROM membership
    WHERE volunteer_id = $1 AND {permissions.serving_in_sql('$2', '$3', '$4')}) AS is_ours,
  EXISTS (SELECT FROM draft WHERE host_unit_id = $2 AND kind = $5 AND about = $6 AND volunteer_id = $1) AS is_begun,
  EXISTS (SELECT FROM training WHERE id = $7 AND volunteer_id = $1 AND trained_for_id = $2) AS has_training,
  (SELECT max(id) FROM training WHERE volunteer_id = $1 AND trained_for_id = $2) AS last_training"""  # noqa: S608 -- our own words
_FORMS = UUID('6f0f5c1e-6f5e-4c0e-9a3c-0b1d5a2f7d11')
_EMPTY_FOR = timedelta(days=1)
_TITLES = {DraftKind.VOLUNTEER: 'name', DraftKind.TRAINING: 'title'}

Details = TypeVar('Details')


class CannotKeep(DomainError):
    """This is no value a form of ours has; the draft is as it was."""

    def __init__(self) -> None:
        super().__init__('這個欄位的內容太長或無法辨識，沒有存入草稿。請縮短後再輸入。')


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


async def plan(
    kind: DraftKind,
    *,
    by: Account,
    volunteer: Volunteer | None = None,
    about: str = 'new',
    draft_id: UUID | str | None = None,
) -> Draft:
    """The unit's draft of this form; where there is none, one that is written with its first change (`save`).

    So looking at a form leaves nothing behind. About a new person there may be any number: `draft_id` names the one.
    `about` is 'new' ('new-2' …: `is_new`), or names what is amended (a training by its id). Raises NotFound.
    """
    permissions.require(by, 'drafts.plan')
    if not isinstance(about, str) or not re.fullmatch(r'[a-z0-9_-]{1,20}', about):
        raise NotFound
    new: dict[str, Any] = {'kind': kind, 'about': about, 'saved_at': dates.now(), **_owners(by)}
    if volunteer is None:
        named = validation.file_id(draft_id) if draft_id else uuid4()
        if await Draft.filter(id=named).exists():
            return await get(named, by=by)
        return Draft(id=named, **new)
    stands = await _about(kind, volunteer, about, by)
    found = None
    if stands['is_begun']:
        found = await Draft.get_or_none(
            host_unit_id=by.host_unit_id, kind=kind, about=about, volunteer_id=validation.record_id(volunteer.id)
        )
    name = _name_of_form(kind, volunteer, about, stands['last_training'], by)
    return found or Draft(id=name, volunteer_id=volunteer.id, **new)


async def open(  # noqa: A001 -- drafts.open() says it best
    kind: DraftKind, *, by: Account, volunteer: Volunteer | None = None, about: str = 'new'
) -> Draft:
    """As `plan`, and written at once."""
    draft = await plan(kind, by=by, volunteer=volunteer, about=about)
    if draft.is_planned:
        await _write(draft, by)
        if volunteer is not None:  # two may have opened the form at once
            return await Draft.get(host_unit_id=by.host_unit_id, kind=kind, about=about, volunteer_id=volunteer.id)
    return draft


async def fill_each(kind: DraftKind, several: Sequence[tuple[int, Mapping[str, Any]]], *, by: Account) -> list[Draft]:
    """Forms about new records of these people of the unit (their ids), filled in, in the caller's transaction.

    A person may have several forms of a kind: 'new', 'new-2', … Forms that somebody has begun are left as they are.
    """
    permissions.require(by, 'drafts.fill_each')
    people = {volunteer_id for volunteer_id, _ in several}
    there = Draft.filter(host_unit_id=by.host_unit_id, kind=kind, volunteer_id__in=people)
    taken = {*await there.values_list('volunteer_id', 'about')}
    made: list[Draft] = []
    entries: list[DraftEntry] = []
    for volunteer_id, filled in several:
        about = next(one for one in _abouts() if (volunteer_id, one) not in taken)
        taken.add((volunteer_id, about))
        facts: dict[str, Any] = {'kind': kind, 'about': about, 'volunteer_id': volunteer_id, **_owners(by)}
        made.append(Draft(id=uuid4(), saved_at=dates.now(), **facts))
        entries += [
            DraftEntry(draft_id=made[-1].id, name=name, value=json.dumps(value))
            for name, value in filled.items()
            if name not in NEVER_KEPT
        ]
    await Draft.bulk_create(made, batch_size=1000)
    await DraftEntry.bulk_create(entries, batch_size=1000)
    return made


async def people_with(kind: DraftKind, volunteer_ids: Iterable[int], *, by: Account) -> set[int]:
    """Which of these people have a form of this kind about a new record, begun and not saved."""
    filled = Subquery(DraftEntry.all().values('draft_id'))
    begun = Draft.filter(_of_unit(by), kind=kind, volunteer_id__in=list(volunteer_ids), id__in=filled)
    return {volunteer_id for volunteer_id, about in await begun.values_list('volunteer_id', 'about') if is_new(about)}


async def filled(kind: DraftKind, volunteer_ids: Iterable[int], *, by: Account) -> list[tuple[Draft, dict[str, Any]]]:
    """All forms of this kind about new records of these people, with what was typed, the oldest first."""
    permissions.require(by, 'drafts.filled')
    # Mostly there is none, and the whole condition takes longer to put together than both questions to answer.
    ids = list(volunteer_ids)
    if not await get_connection('default').execute_query_dict(_BEGUN, [by.host_unit_id, kind, ids]):
        return []
    forms = Draft.filter(_of_unit(by), kind=kind, volunteer_id__in=ids).prefetch_related('entries')
    return [
        (form, _opened(form.entries))
        for form in await forms.order_by('saved_at', 'about')
        if is_new(form.about) and form.entries
    ]


def is_new(about: str) -> bool:
    """Whether a form is about a record that is not there yet: 'new', 'new-2', …"""
    return re.fullmatch(r'new(-[1-9][0-9]{0,3})?', about) is not None


def _abouts() -> Iterator[str]:
    yield 'new'
    yield from (f'new-{number}' for number in count(2))


async def get(draft_id: UUID | str, *, by: Account) -> Draft:
    """The draft with its volunteer, if any. Raises NotFound."""
    permissions.require(by, 'drafts.get')
    draft = await Draft.get_or_none(id=validation.file_id(draft_id), host_unit_id=by.host_unit_id)
    if draft is None:
        raise NotFound
    # As `_of_unit` has it, in two plain questions: one for all takes longer to put together than both to answer.
    if draft.volunteer_id is None:
        draft.volunteer = None
        is_ours = by.team_id in (None, draft.team_id)
    else:
        draft.volunteer = await Volunteer.get_or_none(permissions.visible_to(by), id=draft.volunteer_id)
        is_ours = draft.volunteer is not None
    if not is_ours:
        raise NotFound
    return draft


async def values(draft: Draft) -> dict[str, Any]:
    """What was typed so far, by field, as JSON has it: dates as 2026-03-08, ids of files as text."""
    return _opened(await DraftEntry.filter(draft_id=draft.id))


async def restored(draft: Draft, details: Details) -> Details:
    """`details` with what was typed put into it; from now on `draft` knows what its page has read."""
    draft.as_read, draft.writer = {} if draft.is_planned else await values(draft), uuid4().hex
    return from_draft(draft.as_read, details)


async def news(draft: Draft, *, by: Account) -> dict[str, Any]:
    """What others have typed since the page read the draft, which has read it now.

    Raises NotFound when the draft has been sent or discarded.
    """
    if not await Draft.filter(_of_unit(by), id=draft.id).exists():
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
    plain = _plain(value)
    text = json.dumps(plain)
    if not isinstance(name, str) or not re.fullmatch(r'[a-z0-9_]{1,40}', name) or len(text) > MOST_CHARACTERS:
        raise CannotKeep
    now = dates.now()
    if isinstance(draft, Draft) and draft.is_planned:
        if name in NEVER_KEPT:
            return Kept(now)
        await _write(draft, by)
    async with transaction():
        # The row is locked first, so that whoever discards the draft comes before or after, not in between.
        if not await Draft.filter(_of_unit(by), id=draft_id).update(saved_at=now):
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
    draft.as_read[name] = plain
    return Kept(now, replaced if replaced != plain else None)


async def discard(draft: Draft, *, by: Account) -> None:
    """The form is given up. Harmless when it is gone already. Raises Unseen."""
    async with transaction():
        if await _locked(draft, by):
            await _require_read(draft)
            await Draft.filter(id=draft.id).delete()
            await _announce(draft.id, draft.writer)


async def kinds_about(volunteer: Volunteer, *, by: Account) -> list[DraftKind]:
    """Which forms about the volunteer the unit has filled in and not saved."""
    filled = Subquery(DraftEntry.all().values('draft_id'))
    found = await Draft.filter(_of_unit(by), volunteer_id=volunteer.id, id__in=filled).order_by('saved_at')
    return list(dict.fromkeys(draft.kind for draft in found))


async def discard_about(volunteer: Volunteer, *, by: Account, kind: DraftKind | None = None) -> None:
    """All forms of the unit about the volunteer are given up, or those of a kind; for the caller's transaction."""
    about = Draft.filter(_of_unit(by), volunteer_id=volunteer.id)
    for draft in await (about.filter(kind=kind) if kind else about):
        await draft.delete()
        await _announce(draft.id, draft.writer)


async def require(draft: Draft | None, *, by: Account) -> None:
    """Before the form is looked at: its files are another's when it has been recorded. Raises NotFound."""
    if draft is not None and not draft.is_planned and not await Draft.filter(_of_unit(by), id=draft.id).exists():
        raise _gone()


async def use_up(draft: Draft | None, *, by: Account) -> None:
    """A new record is written in the caller's transaction, and its draft goes with it: nothing is recorded twice.

    Raises NotFound when the draft is gone: a colleague, or the first of two clicks, has recorded it; Unseen.
    """
    if draft is None:
        return
    if await _locked(draft, by):
        await _require_read(draft)
        await Draft.filter(id=draft.id).delete()
        await _announce(draft.id, draft.writer)
    elif not draft.is_planned:
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
        await Draft.filter(_of_unit(by), id__in=Subquery(DraftEntry.all().values('draft_id')))
        .annotate(typed=_TYPED)
        .select_related('volunteer', 'owner')
        .order_by('-saved_at')
        .limit(min(most, MOST_SHOWN))
    )
    return [_summary(draft) for draft in drafts]


async def sweep() -> int:
    """Forget forms that were opened yesterday or before and left empty; how many. What was typed stays."""
    return await _empty_ones().delete()


def to_draft(details: Any) -> dict[str, Any]:
    """A details object as a draft keeps it: `from_draft(to_draft(details), type(details)())` equals `details`."""
    return {
        field.name: _plain(getattr(details, field.name)) for field in fields(details) if field.name not in NEVER_KEPT
    }


@cache
def _hints_of(details: Any) -> dict[str, Any]:
    """Of a dozen kinds of details; reading them takes longer than a draft of one."""
    return get_type_hints(details)


def from_draft(values: dict[str, Any], details: Details) -> Details:
    """Puts `values` into `details` and returns it. What has no field of the right type there is left out."""
    kind: Any = type(details)
    for name, hint in _hints_of(kind).items():
        if name in values and name not in NEVER_KEPT:
            try:
                setattr(details, name, _typed(values[name], hint))
            except ValueError:
                continue
    return details


def _gone() -> NotFound:
    return NotFound(
        '這份草稿已經送出或刪除，在這一頁輸入的內容不會再自動儲存。請回到志工的個人頁面查看；畫面上的文字還在，可以先複製。'
    )


async def _locked(draft: Draft, by: Account) -> bool:
    """Whether the draft is there; nobody writes into it until the caller's transaction ends."""
    return await Draft.filter(_of_unit(by), id=draft.id).select_for_update().first() is not None


async def _require_read(draft: Draft) -> None:
    if _unread(draft, await values(draft)):
        raise Unseen


def _unread(draft: Draft, now: dict[str, Any]) -> dict[str, Any]:
    """What of `now` the page has not read; nothing where no page reads."""
    read = draft.as_read
    return {} if read is None else {name: value for name, value in now.items() if (name, value) not in read.items()}


async def _announce(draft_id: UUID, writer: str) -> None:
    await announcements.announce(DraftChanged(str(draft_id), writer))


async def _about(kind: DraftKind, volunteer: Volunteer, about: str, by: Account) -> dict[str, Any]:
    """What there is for a form about a person, and what it may be about. Raises NotFound. One statement."""
    is_of_training = kind == DraftKind.TRAINING and not is_new(about)
    training_id = validation.record_id(validation.number_in(about)) if is_of_training else None
    place = [validation.record_id(volunteer.id), by.host_unit_id, by.team_id, MembershipStatus.LEFT]
    asked = [*place, kind, about, training_id]
    stands: dict[str, Any]
    [stands] = await get_connection('default').execute_query_dict(_ABOUT, asked)
    if not stands['is_ours'] or (is_of_training and not stands['has_training']):
        raise NotFound
    return stands


async def _write(draft: Draft, by: Account) -> None:
    """Write a planned draft; from now on it is missed when it is gone."""
    if draft.host_unit_id != by.host_unit_id:
        raise NotFound
    if draft.volunteer_id is None:
        await _drop_empty_ones(by)
    await Draft.bulk_create([draft], ignore_conflicts=True)  # two tabs may write the form at once
    draft.mark_written()


def _name_of_form(kind: DraftKind, volunteer: Volunteer, about: str, last_training: int | None, by: Account) -> UUID:
    """The id of a form that is not written: the same at each reload, since the browser mirrors words under it.

    Another one for the next training, so that nobody who has the last one still open types into it.
    """
    last = last_training if is_new(about) and kind == DraftKind.TRAINING else None
    return uuid5(_FORMS, f'{by.host_unit_id} {kind} {about} {volunteer.id} {last or ""}')


async def _drop_empty_ones(by: Account) -> None:
    """Forms of this clerk that were opened yesterday or before and left empty."""
    await _empty_ones().filter(owner_id=by.id, volunteer_id__isnull=True).delete()


def _empty_ones() -> QuerySet[Draft]:
    old = Draft.filter(saved_at__lt=dates.now() - _EMPTY_FOR)
    return old.exclude(id__in=Subquery(DraftEntry.all().values('draft_id')))


async def _upsert(draft_id: UUID, name: str, text: str) -> dict[str, Any]:
    """Writes one field; returns what stood there, by its name, nothing when there was no entry."""
    before = await DraftEntry.get_or_none(draft_id=draft_id, name=name)
    if before is None and await DraftEntry.filter(draft_id=draft_id).count() >= MOST_FIELDS:
        raise CannotKeep
    entry = DraftEntry(draft_id=draft_id, name=name, value=text)
    await DraftEntry.bulk_create([entry], on_conflict=['draft_id', 'name'], update_fields=['value'])
    return {} if before is None else {name: json.loads(before.value.open())}


def _owners(by: Account) -> dict[str, Any]:
    return {'host_unit_id': by.host_unit_id, 'team_id': by.team_id, 'owner_id': by.id}


def _of_unit(by: Account) -> Q:
    """Drafts of the unit about people it may (still) see, or about somebody new; of one team those begun there."""
    permissions.require(by, 'drafts')
    new = Q(volunteer_id__isnull=True)
    if by.team_id is not None:
        new &= Q(team_id=by.team_id)
    seen = Q(volunteer_id__in=Subquery(Volunteer.filter(permissions.visible_to(by)).values('id')))
    return Q(Q(host_unit_id=by.host_unit_id), Q(seen, new, join_type=Q.OR))


def _summary(draft: Any) -> DraftSummary:
    """Of a draft that was read with what was `typed`, volunteer and owner."""
    typed = {name: json.loads(_VALUE.to_python_value(value).open()) for name, value in draft.typed}
    title = typed.get(_TITLES.get(draft.kind, ''), '')
    return DraftSummary(
        id=draft.id,
        kind=draft.kind,
        about=draft.about,
        volunteer=draft.volunteer,
        title=title if isinstance(title, str) else '',
        owner_name=draft.owner.name,
        saved_at=draft.saved_at,
        typed=typed,
    )


def _opened(entries: Iterable[DraftEntry]) -> dict[str, Any]:
    return {entry.name: json.loads(entry.value.open()) for entry in entries}


def _plain(value: object) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Choice):
        return str(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    raise CannotKeep


def _typed(value: Any, hint: Any) -> Any:
    """`value` as one of the types of `hint`, which JSON may have made a text. Raises ValueError."""
    types = get_args(hint) or (hint,)
    if type(value) in types or (value is None and NoneType in types):
        return value
    if isinstance(value, str) and date in types:
        return date.fromisoformat(value)
    if isinstance(value, str) and UUID in types:
        return UUID(value)
    raise ValueError
