"""核可 of many at once: what is plain is asked, decided and numbered by sets, in a handful of statements.

Plain is a case that lacks nothing, has no marks, holds what was looked at and leads to a book. Whatever is not goes one
by one, by the way that says why; so there is one set of rules, and this asks only whether all of it is met.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.choices import ApplicationStatus, CorrectionStatus
from db.models import Account, Agency, Application, ApplicationStep, Correction, Decision

from .. import papers, readiness
from ..books import record_books
from ..books.record_books import CannotIssue
from ..cases import transitions
from ..errors import MovedOn
from ..mail import messages
from . import roster_news

# So many are asked about together; pages of others go on between two pieces.
_PIECE = 25


@dataclass(frozen=True)
class Plain:
    """A case that may be approved as it is, with volunteer, unit and agency; `digest` is of what it holds."""

    case: Application
    digest: str


async def plain(versions: Mapping[int, int], *, by: Account, own: Collection[int] = ()) -> dict[int, Plain]:
    """Those of the cases, id → version as read, that may be approved as they are, in the order of `versions`.

    What they hold belongs to that version: whoever changes it moves the version. `own`: ids of decisions that are about
    to be carried out, and so stand in nobody's way.
    """
    ids, found = list(versions), list[Plain]()
    for begin in range(0, len(ids), _PIECE):
        found += await _plain(ids[begin : begin + _PIECE], versions, by, own)
        await asyncio.sleep(0)
    try:  # the longest number that will be taken
        await record_books.next_number(await Agency.get(id=by.agency_id), after=len(found))
    except CannotIssue:
        return {}
    listed = {one.case.id: one for one in found}
    return {one: listed[one] for one in ids if one in listed}


async def approve(cases: Sequence[Application], *, by: Account, at: datetime) -> None:
    """核可 of plain cases, decided `at` that moment, in the caller's transaction: moved, numbered in their order, told.

    All or none: raises MovedOn, CannotIssue.
    """
    decided = {'decided_by_id': by.id, 'decided_at': at}
    moved = await transitions.move_each(cases, ApplicationStatus.APPROVED, by=by, at=at, **decided)
    if len(moved) < len(cases):
        raise MovedOn('有案件剛被別人處理。')
    issued = list(zip(moved, await record_books.issue_each(moved, by=by), strict=True))
    await roster_news.note_each([one for one in moved if one.roster_id])
    await messages.approved_each([(one, book) for one, book in issued if not one.roster_id])
    await messages.approved_for_volunteers(issued)


async def _plain(ids: Sequence[int], versions: Mapping[int, int], by: Account, own: Collection[int]) -> list[Plain]:
    waiting = Application.filter(
        id__in=ids, agency_id=by.agency_id, round__gt=0, status=ApplicationStatus.SUBMITTED
    ).select_related('volunteer', 'agency', 'host_unit')
    asked = [one for one in await waiting if one.version == versions[one.id]]
    here = [one.id for one in asked]
    decided = Decision.filter(application_id__in=here, problem='').exclude(id__in=list(own))
    sent = ApplicationStep.filter(application_id__in=here, status=ApplicationStatus.SUBMITTED, by_id=by.id)
    marked = Correction.filter(application_id__in=here).exclude(status=CorrectionStatus.WITHDRAWN)
    alone: set[Any] = {
        one for found in (decided, sent, marked) for one in await found.values_list('application_id', flat=True)
    }
    looked_at, held = await papers.looked_at(here), await papers.of_many(here)
    issuable = {one.id for one in await record_books.issuable(asked)}
    plainly = [
        one
        for one in asked
        if one.id in issuable and one.id not in alone and looked_at.get(one.id) == held[one.id].digest()
    ]
    checks = await readiness.checks_of(plainly, by=by, held=held)
    ready = [one for one in plainly if one.id in checks and not readiness.lacking(checks[one.id])]
    return [Plain(one, looked_at[one.id]) for one in ready]
