"""志工紀錄冊審核: a case, and the three decisions on it, carried out at once; `decisions` lets them wait.

A decision names the version of the case that its reviewer read. Of two reviewers the database lets one be first; the
other learns from whom and when. A decision sent twice, because the answer to the first was lost, counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db import transaction
from db.choices import ApplicationStatus
from db.models import (
    Account,
    Application,
    ApplicationStep,
    CaseContent,
    Decision,
    RecordBook,
    Training,
    Volunteer,
)

from .. import applications, corrections, dates, papers, permissions, readiness, validation
from ..books import record_books
from ..calendar import days_left, office_calendar
from ..calendar.days_left import DaysLeft
from ..cases import deputies, transitions
from ..cases.deputies import Standing
from ..cases.worklists import CLOSED
from ..corrections import Marked
from ..errors import Incomplete, MovedOn, NotPermitted
from ..mail import messages
from ..papers import PaperChange, Papers
from ..readiness import Check, NotReady
from . import beside, openings, roster_news
from .beside import Beside, Past
from .queues import CaseRow, Due, Extent, Neighbours, Order, Pending, awaiting, counts, extent, neighbours

__all__ = [
    'CaseRow',
    'Due',
    'Extent',
    'Neighbours',
    'Order',
    'Pending',
    'awaiting',
    'counts',
    'extent',
    'neighbours',
]

DECISIONS = (ApplicationStatus.APPROVED, ApplicationStatus.RETURNED, ApplicationStatus.REJECTED)
REASON_LENGTH = 500


@dataclass(frozen=True)
class Case:
    """Everything a decision needs. `number`: the book's, or the one 核可 would take now; '' where it takes none.

    `days_left` is None when no period runs. `changes`: what was changed since somebody looked last, while it is under
    review; `digest` is of all that the application holds, never newer than what else is told here. `marks`: each beside
    what stands there. `decision`: one that waits for its release, or could not be carried out (`problem`), with whoever
    made it. `looks`: when somebody looked at changes. `away`: who of the agency is, and who stands in. `as_sent`: it
    ended without a book, and volunteer and trainings are as they were sent, or looked at since; there is nothing to
    check. `stood`: who has it in hand is away, and who acts meanwhile. `past`: of what its course is told.
    `has_half_written`: whether the reader is writing something, of this case or another.
    """

    application: Application
    volunteer: Volunteer
    trainings: Sequence[Training]
    checks: Sequence[Check]
    steps: Sequence[ApplicationStep]
    number: str
    days_left: DaysLeft | None
    changes: Sequence[PaperChange]
    digest: str
    marks: Sequence[Marked]
    decision: Decision | None
    looks: Sequence[CaseContent]
    away: Mapping[int, Standing]
    past: Past
    has_half_written: bool
    as_sent: bool = False
    stood: Standing | None = None


async def case(application_id: int, *, by: Account) -> Case:
    """One case; that `by` looked at it is noted. Raises NotFound for another agency's and for what was never sent.

    The application is read once with its volunteer, agency with field, and whom it was given to; what hangs on them is
    told from what was read.
    """
    permissions.require(by, 'reviews.case')
    application = await applications.get(application_id, by=by, also=('agency__field', 'assignee'))
    contents = await papers.rows_of(application)
    ended = papers.last_of(application, contents) if application.status in CLOSED else None
    held, volunteer, trainings = await _shown(application, ended)
    is_waiting = application.status == ApplicationStatus.SUBMITTED
    there = await beside.of(application, by=by)  # after what it holds: never older than that
    await openings.note(application, by=by, is_noted=there.is_noted)
    if is_waiting:
        await papers.begin(application, held, contents, by=by)
    decision, number = await _decision_and_number(application, there)
    away = await deputies.standing(application.agency_id, is_anybody_away=there.is_anybody_away)
    checks = {}
    if not ended:
        are_ticked = [application.id] if there.has_ticks else []
        checks = await readiness.checks_read([application], {application.id: held}, by=by, are_ticked=are_ticked)
    return Case(
        application=application,
        volunteer=volunteer,
        trainings=trainings,
        checks=checks.get(application.id, ()),
        steps=await ApplicationStep.filter(application_id=application.id).select_related('by', 'on_behalf_of'),
        number=number,
        days_left=(await days_left.of_cases([application])).get(application.id),
        changes=await papers.since_look(application, held, contents) if is_waiting else (),
        digest=held.digest(),
        marks=await corrections.beside_held(application, held, by=by) if there.has_marks else [],
        decision=decision,
        looks=papers.looks(contents),
        away=away,
        past=there.past,
        has_half_written=there.has_half_written,
        as_sent=ended is not None,
        stood=(await deputies.in_hand([application.id], by=by, away=away)).get(application.id) if is_waiting else None,
    )


async def require_decidable(
    application_id: int,
    to: ApplicationStatus,
    version: int,
    *,
    by: Account,
    reason: str = '',
    digest: str | None = None,
) -> Application:
    """Whether `by` may decide so now, on the `version` that was read; returns the case with all that belongs to it.

    Every decision wants that what the case holds was looked at; `digest`: that it is what the page showed. 核可 wants a
    case that lacks nothing, every correction closed and a number to be had; 通知補件 an open correction or a reason;
    駁回 a reason. Raises NotFound, NotPermitted, MovedOn, papers.NotLookedAt, Incomplete, NotReady,
    corrections.StillOpen, record_books.CannotIssue.
    """
    permissions.require(by, 'reviews.require_decidable')
    if to not in DECISIONS:
        raise NotPermitted
    now = await applications.get(application_id, by=by)
    await _require_unmoved(now, version)
    await transitions.require_sent_by_others(now, by=by)
    held = await papers.of(now)
    await papers.require_looked_at(now, held, by=by)
    if digest not in (None, held.digest()):
        raise MovedOn('您看的時候，這位志工的資料有了修改。畫面已更新，請看過目前的內容再決定。')
    if to != ApplicationStatus.APPROVED:
        await _require_reason(now, to, reason)
        return now
    await corrections.require_closed(now)
    if lacking := readiness.lacking(await readiness.checks(now, by=by)):
        # What seems to lack may be what a colleague has just decided: there is a book now.
        await _require_unmoved(await applications.get(now.id, by=by), version)
        raise NotReady(lacking)
    await _number(now)
    return now


async def approve(application: Application, version: int, *, by: Account, at: datetime | None = None) -> RecordBook:
    """核可 at once: the book is issued with its number, unit and volunteer get mail; all of it or nothing.

    Of the rows of a roster the unit hears in one mail (`roster_news`).

    `version` is the one the reviewer read, `at` when the decision was made. Raises as `require_decidable` does.
    """
    to = ApplicationStatus.APPROVED
    try:
        now = await require_decidable(application.id, to, version, by=by)
        async with transaction():
            moved = await transitions.move(now, to, by=by, at=at, **_decided(by, at))
            book = await record_books.issue(moved, by=by)
            if moved.roster_id:
                await roster_news.note(moved)
            else:
                await messages.approved(moved, book)
            await messages.approved_for_volunteer(moved, book)
        return book
    except MovedOn:
        now = await applications.get(application.id, by=by)
        if not _is_repeat(now, to, version, by):
            raise
    return await record_books.of_application(now)


async def return_for_correction(
    application: Application, reason: str, version: int, *, by: Account, at: datetime | None = None
) -> Application:
    """通知補件 at once: back to the unit with the corrections and `reason`, which may be '' when there are some.

    The period stops, and begins anew when it is sent again.
    """
    return await _sent_back(application, ApplicationStatus.RETURNED, reason, version, by, at)


async def reject(
    application: Application, reason: str, version: int, *, by: Account, at: datetime | None = None
) -> Application:
    """駁回 at once: this application ends here; the unit may make a new one."""
    return await _sent_back(application, ApplicationStatus.REJECTED, reason, version, by, at)


async def _sent_back(
    application: Application, to: ApplicationStatus, reason: str, version: int, by: Account, at: datetime | None
) -> Application:
    try:
        now = await require_decidable(application.id, to, version, by=by, reason=reason)
        whole = await _whole_reason(now, to, reason)
        facts = _decided(by, at) | {'due_on': None, 'reviewer_note': validation.tidy(reason)}
        async with transaction():
            if to == ApplicationStatus.RETURNED:
                facts |= {
                    'correct_by': await office_calendar.correct_by(now.agency, dates.day_of(at or dates.now())),
                    'reminded_at': None,
                }
            moved = await transitions.move(now, to, by=by, reason=whole, at=at, **facts)
            if moved.roster_id:
                await roster_news.note(moved)
            else:
                tell = messages.returned if to == ApplicationStatus.RETURNED else messages.rejected
                await tell(moved, whole)
    except MovedOn:
        now = await applications.get(application.id, by=by)
        if _is_repeat(now, to, version, by) and now.reason == await _whole_reason(now, to, reason):
            return now
        raise
    return moved


async def _whole_reason(application: Application, to: ApplicationStatus, note: str) -> str:
    """What the unit reads: when a case is returned, each open correction, and below them the reviewer's `note`."""
    note = validation.tidy(note)
    if to != ApplicationStatus.RETURNED:
        return note
    marked = corrections.as_lines(await corrections.open_ones(application))
    return '\n'.join(part for part in (marked, note) if part)


async def _require_unmoved(now: Application, version: int) -> None:
    has_moved = now.version != version or now.status != ApplicationStatus.SUBMITTED
    if has_moved or await transitions.decision_on(now):
        raise await transitions.moved_on(now)


async def _require_reason(now: Application, to: ApplicationStatus, reason: str) -> None:
    is_said = to == ApplicationStatus.RETURNED and await corrections.open_count(now) > 0
    if problem := validation.text('原因', reason, most=REASON_LENGTH, needed=not is_said, lines=True):
        raise Incomplete({'reason': problem})


def _is_repeat(now: Application, to: ApplicationStatus, version: int, by: Account) -> bool:
    """Whether this very decision stands already: the same reviewer, the same version read."""
    return now.status == to and now.version == version + 1 and now.decided_by_id == by.id


def _decided(by: Account, at: datetime | None) -> dict[str, Any]:
    return {'decided_by_id': by.id, 'decided_at': at or dates.now()}


async def _shown(application: Application, ended: CaseContent | None) -> tuple[Papers, Volunteer, Sequence[Training]]:
    """What the case holds now; of one that ended without a book what it held when it was sent."""
    if ended:
        held = papers.opened(ended).papers
        return held, *await papers.records(held, application.volunteer)
    trainings = await Training.filter(volunteer_id=application.volunteer_id).select_related('field', 'trained_for')
    return papers.collected(application, trainings), application.volunteer, trainings


async def _decision_and_number(application: Application, there: Beside) -> tuple[Decision | None, str]:
    """What is decided on the case, with who decided; and the number as `_number` has it. One reading of the first."""
    if application.status == ApplicationStatus.APPROVED:
        own = Decision.filter(application_id=application.id).select_related('by')
        return await own.first() if there.has_decisions else None, there.issued or await _number(application)
    of_agency = Decision.filter(application__agency_id=application.agency_id).select_related('by', 'application')
    made = await of_agency if there.has_decisions else []
    decision = next((one for one in made if one.application_id == application.id), None)
    return decision, await record_books.number_among(application, application.agency, made, there.ahead)


async def _number(application: Application) -> str:
    if application.status == ApplicationStatus.APPROVED:
        return (await record_books.of_application(application)).number
    return await record_books.number_ahead(application)
