"""What became of a roster is told to its unit in one mail: when the last row is decided, or a while after the latest.

A decision on a row leaves a note in its transaction; the mail is written when the notes are taken away, so each row is
told once. One row alone is told as a case of its own.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tortoise.functions import Max

from db import transaction
from db.choices import ApplicationStatus
from db.models import Application, ApplicationStep, BookIssue, Roster, UntoldDecision

from .. import dates, settings
from ..books import record_books
from ..mail import messages

DECIDED = (ApplicationStatus.APPROVED, ApplicationStatus.RETURNED, ApplicationStatus.REJECTED)


async def note(application: Application) -> None:
    """The unit is still to be told of what was decided on this row; inside the caller's transaction."""
    await UntoldDecision.update_or_create(
        application_id=application.id, defaults={'roster_id': application.roster_id, 'at': dates.now()}
    )


async def note_each(applications: Sequence[Application]) -> None:
    """The same of many rows."""
    await UntoldDecision.filter(application_id__in=[one.id for one in applications]).delete()
    at = dates.now()
    await UntoldDecision.bulk_create(
        UntoldDecision(application_id=one.id, roster_id=one.roster_id, at=at) for one in applications
    )


async def tell_due() -> None:
    """Tell of each roster that is decided, or was not decided on for ROSTER_MAIL_MINUTES."""
    quiet_since = dates.now() - timedelta(minutes=settings.current().roster_mail_minutes)
    latest: list[Any] = (
        await UntoldDecision.all().annotate(latest=Max('at')).group_by('roster_id').values_list('roster_id', 'latest')
    )
    for roster_id, at in latest:
        waiting = Application.filter(roster_id=roster_id, status=ApplicationStatus.SUBMITTED)
        if at <= quiet_since or not await waiting.exists():
            await _tell(roster_id)


async def _tell(roster_id: int) -> None:
    async with transaction():
        notes = await UntoldDecision.filter(roster_id=roster_id).select_for_update(skip_locked=True)
        await UntoldDecision.filter(id__in=[one.id for one in notes]).delete()
        # What the unit has sent again or withdrawn since, it has noticed.
        told = Application.filter(id__in=[one.application_id for one in notes], status__in=DECIDED)
        cases = await told.order_by('roster_position', 'id')
        if len(cases) == 1:
            await _tell_of_one(cases[0])
        elif cases:
            issues = BookIssue.filter(application_id__in=[one.id for one in cases]).select_related('book')
            numbers = {issue.application_id: issue.book.number for issue in await issues if issue.application_id}
            await messages.roster_decided(await Roster.get(id=roster_id), cases, numbers)


async def _tell_of_one(case: Application) -> None:
    if case.status == ApplicationStatus.APPROVED:
        await messages.approved(case, await record_books.of_application(case))
    elif case.status == ApplicationStatus.RETURNED:
        await messages.returned(case, case.reason)
    else:
        await messages.rejected(case, case.reason, correct_by=await _term_passed(case))


async def _term_passed(case: Application) -> date | None:
    """The last day of the correction that never came, of a case that was closed because of that."""
    before = await ApplicationStep.filter(application_id=case.id).order_by('-at', '-id').offset(1).first()
    return before.due_on if before and before.status == ApplicationStatus.RETURNED else None
