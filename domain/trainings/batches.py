"""批次維護作業: the same course for several volunteers at once.

Each of them gets a form under way with the course filled in. It becomes a training when the two sides of the person's
own certificate are there: a training without its certificate is not kept (STEP 6).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from db import transaction
from db.choices import DraftKind
from db.models import Account, Draft, DraftEntry, Volunteer

from .. import drafts, permissions, validation
from ..errors import Incomplete
from .details import TrainingDetails

MOST_VOLUNTEERS = 50
_CERTIFICATE = ('certificate_front', 'certificate_back')


@dataclass
class CourseDetails(TrainingDetails):
    """A course without certificates, and the ids of those who took it, as '3,17,20': a draft keeps texts."""

    chosen: str = ''

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        course = {name: text for name, text in super().problems().items() if name not in _CERTIFICATE}
        ids = self.volunteer_ids()
        if not ids:
            course['chosen'] = '請勾選參加這個課程的志工，至少一位。'
        elif len(ids) > MOST_VOLUNTEERS:
            course['chosen'] = f'一次最多 {MOST_VOLUNTEERS} 位，這裡勾選了 {len(ids)} 位。請分次建立。'
        return course

    def volunteer_ids(self) -> list[int]:
        """Whom the course is for."""
        return validation.numbers_in(self.chosen)


@dataclass(frozen=True)
class Prepared:
    """Who has a form under way now, and who had one before that was left as it is."""

    ready: Sequence[Volunteer]
    left_alone: Sequence[Volunteer]


async def prepare(details: CourseDetails, *, by: Account, draft: Draft | None = None) -> Prepared:
    """Open a training form with the course filled in for each of the chosen volunteers; all or none.

    A form of a volunteer that somebody has begun already is not touched; where there is none, the `draft` of the course
    goes. Raises Incomplete, drafts.Unseen.
    """
    permissions.require(by, 'trainings.batches.prepare')
    if problems := details.problems():
        raise Incomplete(problems)
    ids = [validation.record_id(one) for one in dict.fromkeys(details.volunteer_ids())]
    people = await Volunteer.filter(permissions.visible_to(by), id__in=ids).order_by('name_order', 'id')
    if len(people) != len(ids):
        raise Incomplete({'chosen': '有勾選的志工已不在您的單位，請重新整理後再勾選。'})
    begun = await drafts.people_with(DraftKind.TRAINING, ids, by=by)
    ready = [person for person in people if person.id not in begun]
    async with transaction():
        if not begun & {*ids}:
            await drafts.use_up(draft, by=by)
        for person in ready:
            await _fill(person, details, by)
    return Prepared(ready, [person for person in people if person.id in begun])


async def _fill(person: Volunteer, details: CourseDetails, by: Account) -> None:
    draft = await drafts.open(DraftKind.TRAINING, by=by, volunteer=person)
    kept = drafts.to_draft(details)
    entries = [
        DraftEntry(draft_id=draft.id, name=name, value=json.dumps(value))
        for name, value in kept.items()
        if name not in ('chosen', *_CERTIFICATE)
    ]
    await DraftEntry.bulk_create(entries, on_conflict=['draft_id', 'name'], update_fields=['value'])
