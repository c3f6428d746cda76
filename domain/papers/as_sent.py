"""Volunteer and trainings of a case that ended without a book, as they were when it was last sent.

What the unit changes afterwards is none of the agency's business any more. The records are for reading: they are never
saved. A case that was sent before its content was kept has none.
"""

import copy
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from db.choices import IdentityKind, Place, Sex, TrainingKind
from db.models import Field, HostUnit, Training, Volunteer

from .entries import Entry, Papers


async def records(papers: Papers, volunteer: Volunteer) -> tuple[Volunteer, Sequence[Training]]:
    """The records that `papers` were made of; what they do not hold, as an account, is today's `volunteer`'s."""
    of_person = {one.field: one for one in papers.entries if one.place == Place.BASICS}
    trainings: dict[int, dict[str, Entry]] = defaultdict(dict)
    for one in papers.entries:
        if one.training_id is not None:
            trainings[one.training_id][one.field] = one
    return _volunteer(of_person, volunteer), [await _training(key, held) for key, held in trainings.items()]


def _volunteer(held: dict[str, Entry], today: Volunteer) -> Volunteer:
    then = copy.copy(today)
    for name in ('name', 'english_name', 'email', 'legacy_series', 'legacy_serial'):
        setattr(then, name, held[name].counts)
    then.identity_kind = next(kind for kind in IdentityKind if kind.value == held['identity_kind'].counts)
    then.identity_masked = held['identity_number'].value
    then.sex = next(sex for sex in Sex if sex.value == held['sex'].counts)
    then.born_on = date.fromisoformat(held['born_on'].counts)
    then.legacy_issued_on = _day(held['legacy_issued_on'])
    then.photo_id = held['photo'].file
    then.is_photo_confirmed = bool(held['is_photo_confirmed'].counts)
    return then


async def _training(key: int, held: dict[str, Entry]) -> Training:
    facts: dict[str, Any] = {
        'id': key,
        'kind': next(kind for kind in TrainingKind if kind.value == held['kind'].counts),
        'minutes': int(held['hours'].counts or 0),
        'certificate_front_id': held['certificate_front'].file,
        'certificate_back_id': held['certificate_back'].file,
        'has_no_back': bool('has_no_back' in held and held['has_no_back'].counts),  # not in what was sent before it was
        **{name: held[name].counts for name in ('title', 'provider', 'approval_reference')},
        **{name: _day(held[name]) for name in ('starts_on', 'ends_on')},
        # The directory keeps its entries.
        'field': await Field.get(id=int(held['field_id'].counts)),
        'trained_for': await HostUnit.get(id=int(held['trained_for_id'].counts)),
    }
    return Training(**facts)


def _day(entry: Entry) -> date | None:
    return date.fromisoformat(entry.counts) if entry.counts else None
