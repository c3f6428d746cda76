"""Which draft a form has: the unit's own, found again, or one that is planned and written with its first change."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4, uuid5

from tortoise.connection import get_connection
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from db.choices import DraftKind, MembershipStatus
from db.models import Account, Draft, DraftEntry, Volunteer

from .. import dates, permissions, validation
from ..errors import NotFound
from .answers import NEVER_KEPT

# A form about somebody: `is_ours` as permissions.visible_to has it for a clerk.
_ABOUT = f"""
SELECT EXISTS (SELECT FROM membership
    WHERE volunteer_id = $1 AND {permissions.serving_in_sql('$2', '$3', '$4')}) AS is_ours,
  EXISTS (SELECT FROM draft WHERE host_unit_id = $2 AND kind = $5 AND about = $6 AND volunteer_id = $1) AS is_begun,
  EXISTS (SELECT FROM training WHERE id = $7 AND volunteer_id = $1 AND trained_for_id = $2) AS has_training,
  (SELECT max(id) FROM training WHERE volunteer_id = $1 AND trained_for_id = $2) AS last_training"""  # noqa: S608 -- our own words
_FORMS = UUID('6f0f5c1e-6f5e-4c0e-9a3c-0b1d5a2f7d11')
_EMPTY_FOR = timedelta(days=1)


async def get(draft_id: UUID | str, *, by: Account) -> Draft:
    """The draft with its volunteer, if any. Raises NotFound."""
    permissions.require(by, 'drafts.finding.get')
    draft = await Draft.get_or_none(id=validation.file_id(draft_id), host_unit_id=by.host_unit_id)
    if draft is None:
        raise NotFound
    # As `of_unit` has it, in two plain questions: one for all takes longer to put together than both to answer.
    if draft.volunteer_id is None:
        draft.volunteer = None
        is_ours = by.team_id in (None, draft.team_id)
    else:
        draft.volunteer = await Volunteer.get_or_none(permissions.visible_to(by), id=draft.volunteer_id)
        is_ours = draft.volunteer is not None
    if not is_ours:
        raise NotFound
    return draft


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
    permissions.require(by, 'drafts.finding.plan')
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
        await write(draft, by)
        if volunteer is not None:  # two may have opened the form at once
            return await Draft.get(host_unit_id=by.host_unit_id, kind=kind, about=about, volunteer_id=volunteer.id)
    return draft


async def fill_each(kind: DraftKind, several: Sequence[tuple[int, Mapping[str, Any]]], *, by: Account) -> list[Draft]:
    """Forms about new records of these people of the unit (their ids), filled in, in the caller's transaction.

    A person may have several forms of a kind: 'new', 'new-2', … Forms that somebody has begun are left as they are.
    """
    permissions.require(by, 'drafts.finding.fill_each')
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


def is_new(about: str) -> bool:
    """Whether a form is about a record that is not there yet: 'new', 'new-2', …"""
    return re.fullmatch(r'new(-[1-9][0-9]{0,3})?', about) is not None


def of_unit(by: Account) -> Q:
    """Drafts of the unit about people it may (still) see, or about somebody new; of one team those begun there."""
    permissions.require(by, 'drafts.finding')
    new = Q(volunteer_id__isnull=True)
    if by.team_id is not None:
        new &= Q(team_id=by.team_id)
    seen = Q(volunteer_id__in=Subquery(Volunteer.filter(permissions.visible_to(by)).values('id')))
    return Q(Q(host_unit_id=by.host_unit_id), Q(seen, new, join_type=Q.OR))


async def write(draft: Draft, by: Account) -> None:
    """Write a planned draft; from now on it is missed when it is gone."""
    if draft.host_unit_id != by.host_unit_id:
        raise NotFound
    if draft.volunteer_id is None:
        await _drop_empty_ones(by)
    await Draft.bulk_create([draft], ignore_conflicts=True)  # two tabs may write the form at once
    draft.mark_written()


def empty_ones() -> QuerySet[Draft]:
    """Forms that were opened yesterday or before and left empty."""
    old = Draft.filter(saved_at__lt=dates.now() - _EMPTY_FOR)
    return old.exclude(id__in=Subquery(DraftEntry.all().values('draft_id')))


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


def _name_of_form(kind: DraftKind, volunteer: Volunteer, about: str, last_training: int | None, by: Account) -> UUID:
    """The id of a form that is not written: the same at each reload, since the browser mirrors words under it.

    Another one for the next training, so that nobody who has the last one still open types into it.
    """
    last = last_training if is_new(about) and kind == DraftKind.TRAINING else None
    return uuid5(_FORMS, f'{by.host_unit_id} {kind} {about} {volunteer.id} {last or ""}')


def _abouts() -> Iterator[str]:
    yield 'new'
    yield from (f'new-{number}' for number in count(2))


async def _drop_empty_ones(by: Account) -> None:
    """Those of this clerk about somebody new."""
    await empty_ones().filter(owner_id=by.id, volunteer_id__isnull=True).delete()


def _owners(by: Account) -> dict[str, Any]:
    return {'host_unit_id': by.host_unit_id, 'team_id': by.team_id, 'owner_id': by.id}
