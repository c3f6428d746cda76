"""The marks of a case as reviewer and unit see them: what was marked, what stands there now, what was said about it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from db.choices import ApplicationStatus, CorrectionStatus, Place, Role, Section
from db.models import (
    Account,
    Application,
    ApplicationStep,
    Correction,
    CorrectionExchange,
    HistoryEntry,
    Training,
    Volunteer,
)

from .. import papers, permissions, validation
from ..cases import worklists
from ..errors import NotFound
from ..papers import Papers
from . import anchors
from .anchors import Anchor

OPEN, MENDED, DISPUTED = CorrectionStatus.OPEN, CorrectionStatus.MENDED, CorrectionStatus.DISPUTED
ACCEPTED, WITHDRAWN = CorrectionStatus.ACCEPTED, CorrectionStatus.WITHDRAWN
ANSWERED = (MENDED, DISPUTED)
CLOSED = (ACCEPTED, WITHDRAWN)
_PEOPLE = ('raised_by', 'answered_by', 'closed_by')
# Beside a mark: when its case was sent back, and whether the mark was opened again.
_RETURNS = RawSQL(
    'ARRAY(SELECT s.at FROM application_step s WHERE s.application_id = correction.application_id'  # noqa: S608 -- ours
    f" AND s.status = '{ApplicationStatus.RETURNED.value}')"
)
_WAS_REOPENED = RawSQL('EXISTS (SELECT FROM correction_exchange e WHERE e.correction_id = correction.id)')


@dataclass(frozen=True)
class Marked:
    """A correction with what stands in its place now, and the clerk's `address` for it, which ends in '#field'.

    `field_label` is what the form calls its field today; the correction itself keeps the words of the day it was made.
    `earlier`: what was said to and fro before the mark was opened again, with the people, oldest first. `is_changed`:
    value or file differ from what the reviewer saw. `is_gone`: the training it speaks of was removed. `digest` is of
    what stands there now; `waits`: for the reviewer's look, also once it was confirmed and then changed again.
    """

    correction: Correction
    field_label: str
    address: str
    now_value: str
    now_file: UUID | None
    is_changed: bool
    is_gone: bool
    earlier: Sequence[CorrectionExchange]
    digest: str
    waits: bool


async def get(correction_id: int, *, by: Account) -> Correction:
    """One correction with its case and whoever raised, answered, closed it. Raises NotFound, as for what `of` hides."""
    found = Correction.filter(id=validation.record_id(correction_id))
    correction = await found.select_related('application', *_PEOPLE).first()
    if correction is None or not await seen([correction], correction.application, by):
        raise NotFound
    return correction


async def of(application: Application, *, by: Account) -> list[Marked]:
    """The marks of a case as they were raised, withdrawn ones too, each with what stands there now.

    A reviewer sees them all, the unit only what the agency has sent back, a volunteer none. Raises NotFound.
    """
    case = await Application.get_or_none(id=validation.record_id(application.id))
    if case is None or not permissions.may_see_case(by, case):
        raise NotFound
    return await beside_held(case, None, by=by)


async def beside_held(case: Application, held: Papers | None, *, by: Account) -> list[Marked]:
    """The same of a case just read by whoever may see it, beside what it holds, if that is known."""
    visible, reopened = await _seen_of(Correction.filter(application_id=case.id), case, by)
    return await compared(visible, case, held, reopened=reopened)


async def beside_whole(case: Application, *, by: Account) -> list[Marked]:
    """The same where the case was just read with volunteer, county and agency. Raises NotFound."""
    permissions.require(by, 'corrections.marks.beside_whole')
    if not permissions.may_see_case(by, case):
        raise NotFound
    visible, reopened = await _seen_of(Correction.filter(application_id=case.id), case, by)
    held = await papers.of_whole(case) if visible and case.status not in worklists.CLOSED else None
    return await compared(visible, case, held, reopened=reopened)


async def beside(
    case: Application | None,
    place: Place,
    *,
    by: Account,
    training_id: int | None = None,
    record: Volunteer | Training | None = None,
) -> dict[str, list[Marked]]:
    """What the unit's form of `place` shows beside its fields while it has this case, as just read, to mend: by field.

    `record`: what that form amends, where it was just read; a training with unit and field. Nothing of a case that is
    not with the unit, or of another one's.
    """
    if case is None or case.status != ApplicationStatus.RETURNED:
        return {}
    if not permissions.may(by, 'corrections.marks.beside') or not permissions.may_see_case(by, case):
        return {}
    marks = Correction.filter(application_id=case.id, place=place, training_id=training_id).exclude(status__in=CLOSED)
    held = papers.of_form(record) if record is not None else None
    visible, reopened = await _seen_of(marks, case, by)
    return at(await compared(visible, case, held, reopened=reopened), place, training_id)


def at(found: Iterable[Marked], place: Place, training_id: int | None = None) -> dict[str, list[Marked]]:
    """Those of a form that are not closed, by field."""
    by_field: dict[str, list[Marked]] = {}
    for one in found:
        where = one.correction
        if (where.place, where.training_id) == (place, training_id) and where.status not in CLOSED:
            by_field.setdefault(where.field, []).append(one)
    return by_field


async def open_count(application: Application) -> int:
    """How many corrections wait for the unit: 「3 項需補正」."""
    return await Correction.filter(application_id=application.id, status=OPEN).count()


def as_lines(corrections: Iterable[Correction]) -> str:
    """The open ones of them, one numbered line each, for the mail and the reason of a return.

    `1. 志工照片（模糊）：請重新拍攝。` The label of a training's field holds its title.
    """
    lines = [_line(one) for one in corrections if one.status == OPEN]
    return '\n'.join(f'{number}. {line}' for number, line in enumerate(lines, 1))


async def open_ones(application: Application) -> list[Correction]:
    """The corrections that wait for the unit, or will once the case is sent back, as they were raised."""
    return await Correction.filter(application_id=application.id, status=OPEN)


async def _seen_of(
    marks: QuerySet[Correction], case: Application, by: Account
) -> tuple[Sequence[Correction], Collection[int]]:
    """Those of `marks`, which are of this case, that `by` may see, with their people; the ids of what was reopened."""
    told = marks.annotate(returns=_RETURNS, was_reopened=_WAS_REOPENED)  # which drops the order of the model
    found: list[Any] = await told.order_by('raised_at', 'id').select_related(*_PEOPLE)
    visible = await seen(found, case, by, found[0].returns if found else ())
    return visible, {one.id for one in found if one.was_reopened}


async def seen(
    marks: Sequence[Correction], case: Application, by: Account, returns: Sequence[Any] | None = None
) -> list[Correction]:
    """Those of `marks` that `by` may see: what a reviewer is still writing is not yet the unit's.

    `returns`: the moments at which the case was sent back, where they are known.
    """
    if not permissions.may(by, 'corrections.marks.seen') or not permissions.may_see_case(by, case):
        return []
    if by.role == Role.REVIEWER or not marks:
        return list(marks)
    if returns is None:
        steps = ApplicationStep.filter(application_id=case.id, status=ApplicationStatus.RETURNED)
        returns = [at for (at,) in await steps.values_list('at')]
    is_with_agency = case.status == ApplicationStatus.SUBMITTED
    return [
        one
        for one in marks
        if any(at >= one.raised_at and (one.status != WITHDRAWN or one.closed_at >= at) for at in returns)
        and not (is_with_agency and one.status == OPEN)
    ]


async def compared(
    corrections: Sequence[Correction], case: Application, held: Papers | None = None, *, reopened: Collection[int] = ()
) -> list[Marked]:
    """Each correction beside what stands in its place now; `held`: what the case holds, where that is known.

    `reopened`: those, by id, that are to have what was said earlier.
    """
    if not corrections:
        return []
    contents = await anchors.contents(case, map(Anchor.of, corrections), held)
    has_new_number = await _has_new_number(case, corrections)
    earlier = await _earlier([one.id for one in corrections if one.id in reopened])
    return [_marked(one, case, contents[Anchor.of(one)], has_new_number, earlier[one.id]) for one in corrections]


async def _earlier(reopened: Sequence[int]) -> dict[int, list[CorrectionExchange]]:
    """What was said of corrections before they were opened again, with the people, oldest first."""
    found: dict[int, list[CorrectionExchange]] = defaultdict(list)
    exchanges = CorrectionExchange.filter(correction_id__in=reopened).select_related('answered_by', 'reopened_by')
    for exchange in await exchanges if reopened else ():
        found[exchange.correction_id].append(exchange)
    return found


def is_stale(correction: Correction, case: Application, digest: str) -> bool:
    """Whether something else stands there than what was confirmed, while the case is under review."""
    is_confirmed = correction.status == ACCEPTED and case.status == ApplicationStatus.SUBMITTED
    return is_confirmed and correction.seen_digest not in ('', digest)


def _line(correction: Correction) -> str:
    return f'{correction.label}（{correction.reason.label}）：{" ".join(correction.text.split())}'


async def _has_new_number(case: Application, corrections: Iterable[Correction]) -> bool:
    """Whether the identity number was exchanged after it was marked: two numbers may look the same when masked."""
    since = [one.raised_at for one in corrections if one.field == 'identity_number']
    if not since:
        return False
    exchanged = HistoryEntry.filter(
        volunteer_id=case.volunteer_id, section=Section.BASICS, field='identity_number', at__gt=min(since)
    )
    return await exchanged.exists()


def _marked(
    correction: Correction,
    case: Application,
    content: anchors.Content,
    has_new_number: bool,
    earlier: Sequence[CorrectionExchange],
) -> Marked:
    is_other = (content.value, content.file) != (correction.old_value, correction.old_file)
    return Marked(
        correction=correction,
        field_label=papers.FIELDS[correction.place][correction.field].label,
        address=anchors.address(Anchor.of(correction), case.volunteer_id, is_gone=content.is_gone),
        now_value=content.value,
        now_file=content.file,
        is_changed=is_other or (has_new_number and correction.field == 'identity_number'),
        is_gone=content.is_gone,
        earlier=earlier,
        digest=content.digest,
        waits=correction.status in ANSWERED or is_stale(correction, case, content.digest),
    )
