"""稽核抽查: an inspector reads a random sample of what an agency decided in a period, for a reason, for a time.

The cases are drawn by the office, so nobody looks for a person; every look is noted with the reason of the sample, and
the person reads of it under 誰看過我的資料.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.queryset import QuerySet

from db import transaction
from db.choices import AccessKind, ApplicationStatus, LogAct
from db.models import Account, Agency, Application, ApplicationStep, InspectedCase, Inspection, StoredFile

from .. import dates, files, papers, permissions, validation
from ..audit import access, log, reads
from ..errors import DomainError, Incomplete, NotFound
from ..fields import Field, by_key, period
from ..papers import Papers

LASTS = timedelta(days=14)
MOST = 30
DECIDED = (ApplicationStatus.APPROVED, ApplicationStatus.REJECTED)
FIELDS = by_key(
    Field('agency_id', '發冊機關'),
    *period('begins_on', 'ends_on', '審結期間'),
    Field('size', '抽查件數'),
    Field('reason', '稽核事由'),
)


class SampleClosed(DomainError):
    """The time of the sample is over."""

    def __init__(self) -> None:
        super().__init__('這次抽查的閱覽期限已經過了，案件不能再開啟。需要時，請寫明事由重新抽查。')


@dataclass
class Draw:
    """Which cases are drawn from, how many, and why."""

    agency_id: int | None = None
    begins_on: date | None = None
    ends_on: date | None = None
    size: int | None = 10
    reason: str = ''

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        whole = validation.whole
        found = validation.found(
            {
                'agency_id': whole(
                    FIELDS['agency_id'].label, self.agency_id, least=1, most=validation.MOST_INT4, needed=True
                ),
                'begins_on': validation.day(FIELDS['begins_on'].label, self.begins_on, needed=True),
                'ends_on': validation.day(FIELDS['ends_on'].label, self.ends_on, needed=True),
                'size': whole(FIELDS['size'].label, self.size, least=1, most=MOST, needed=True),
                'reason': validation.text(FIELDS['reason'].label, self.reason, most=access.REASON_LENGTH, needed=True),
            }
        )
        if not found and self.begins_on and self.ends_on and self.ends_on < self.begins_on:
            return {'ends_on': '審結期間的迄日早於起日，請改正日期。'}
        return found


@dataclass(frozen=True)
class InspectedPapers:
    """A case of a sample: what it held when it was decided, and its steps with their actors."""

    inspection: Inspection
    application: Application
    papers: Papers
    steps: Sequence[ApplicationStep]


async def draw(details: Draw, *, by: Account) -> Inspection:
    """抽查: draw at random, fewer where there are fewer. Raises Incomplete, also when nothing was decided then."""
    permissions.require(by, 'inspections.draw')
    if problems := details.problems():
        raise Incomplete(problems)
    assert details.begins_on is not None
    assert details.ends_on is not None
    assert details.size is not None
    agency = await Agency.get_or_none(id=details.agency_id)
    if agency is None:
        raise Incomplete({'agency_id': '請選擇發冊機關。'})
    since, until = dates.midnight(details.begins_on), dates.midnight(details.ends_on + timedelta(days=1))
    decided = Application.filter(agency_id=agency.id, status__in=DECIDED, decided_at__gte=since, decided_at__lt=until)
    found: list[tuple[int, int]] = [*await decided.order_by('id').values_list('id', 'volunteer_id')]
    if not found:
        raise Incomplete({'ends_on': '這個機關在這段期間沒有審結的案件，請改期間。'})
    drawn = sorted(random.SystemRandom().sample(found, min(details.size, len(found))))
    async with transaction():
        kept = await Inspection.create(
            inspector_id=by.id,
            agency=agency,
            begins_on=details.begins_on,
            ends_on=details.ends_on,
            reason=validation.tidy(details.reason),
            drawn_at=dates.now(),
            closes_at=dates.now() + LASTS,
        )
        await InspectedCase.bulk_create([InspectedCase(inspection_id=kept.id, application_id=one) for one, _ in drawn])
        about = [volunteer for _, volunteer in drawn]
        await log.note(LogAct.READ_LIST, by=by, about=about, what='稽核抽查', reason=kept.reason)
    return await get(kept.id, by=by)


async def mine(*, by: Account) -> list[Inspection]:
    """The inspector's samples, the latest first, with their agencies and cases."""
    permissions.require(by, 'inspections.mine')
    return await _of(by).prefetch_related('cases').limit(100)


async def get(inspection_id: int, *, by: Account) -> Inspection:
    """One's own sample with its cases, while it may be read. Raises NotFound, SampleClosed."""
    permissions.require(by, 'inspections.get')
    found = await _of(by).prefetch_related('cases__application').get_or_none(id=validation.record_id(inspection_id))
    if found is None:
        raise NotFound
    if found.closes_at <= dates.now():
        raise SampleClosed
    return found


async def case(inspection_id: int, application_id: int, *, by: Account) -> InspectedPapers:
    """A case of the sample; the look is noted with the sample's reason. Raises NotFound, SampleClosed."""
    inspection, application = await _drawn(inspection_id, application_id, by)
    async with transaction():
        await access.note(application.volunteer, AccessKind.CASE, inspection.reason, by=by, what='稽核抽查')
        unopened = InspectedCase.filter(inspection_id=inspection.id, application_id=application.id, opened_at=None)
        await unopened.update(opened_at=dates.now())
    steps = await ApplicationStep.filter(application_id=application.id).select_related('by').order_by('at', 'id')
    return InspectedPapers(inspection, application, await papers.of(application), steps)


async def picture(inspection_id: int, application_id: int, file_id: str, *, by: Account) -> tuple[StoredFile, bytes]:
    """A picture of a case of the sample, noted like the case. Raises NotFound, SampleClosed, files.FilesAway."""
    inspection, application = await _drawn(inspection_id, application_id, by)
    wanted = validation.file_id(file_id)
    held = await papers.of(application)
    file = await StoredFile.get_or_none(id=wanted) if any(one.file == wanted for one in held.entries) else None
    if file is None:
        raise NotFound
    about = [application.volunteer_id]
    await reads.noted(LogAct.READ_FILE, by=by, about=about, what=file.kind.label, reason=inspection.reason)
    try:
        return file, await files.content_of(file)
    except LookupError:
        raise NotFound from None


async def agencies(*, by: Account) -> dict[int, str]:
    """The agencies that may be drawn from, with their counties."""
    permissions.require(by, 'inspections.agencies')
    return {one.id: f'{one.county.name}　{one.name}' for one in await Agency.all().select_related('county')}


async def _drawn(inspection_id: int, application_id: int, by: Account) -> tuple[Inspection, Application]:
    inspection = await get(inspection_id, by=by)
    drawn = InspectedCase.filter(inspection_id=inspection.id, application_id=validation.record_id(application_id))
    kept = await drawn.select_related('application__volunteer', 'application__host_unit', 'application__agency').first()
    if kept is None:
        raise NotFound
    return inspection, kept.application


def _of(by: Account) -> QuerySet[Inspection]:
    return Inspection.filter(inspector_id=by.id).select_related('agency__county')
