"""A decision may be taken back for ten seconds; then number and mail are released.

Until then the case stays 審核中 and nobody else can move it. A decision waits in the database, so whichever process is
alive at its time carries it out, and the database lets exactly one do so.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F
from tortoise.functions import Count

from db import DatabaseAway, transaction
from db.choices import ApplicationStatus
from db.models import Account, Application, Decision

from .. import announcements, dates, papers, permissions, readiness, reviews, validation
from ..announcements import DecisionsChanged
from ..cases import transitions
from ..errors import DomainError, MovedOn, NoAnswer, NotFound, NotPermitted
from ..repeating import repeating
from . import roster_news, together
from .together import Plain

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200

# Decisions made together can be taken back together, from when the last of them was made; so the first waits longer.
_MANY_TAKE = timedelta(seconds=60)
# From so many on they go together.
_FEWEST = 2
# How long to sleep at most, and while another process is at what is due.
_LONGEST_SLEEP, _SHORTEST_SLEEP = 30.0, 0.05

_UNEXPECTED = '系統發生未預期的錯誤，這一件沒有核可，其他案件不受影響。請稍後再試；若仍不行，請洽系統管理者。'
_NOT_CARRIED_OUT = '系統發生未預期的錯誤，這個決定沒有生效，也沒有通知任何人。請再決定一次；若仍不行，請洽系統管理者。'


class TooLate(DomainError):
    """What was decided stands: its ten seconds are over, or it has been taken back already."""

    def __init__(self) -> None:
        super().__init__('這個決定已經生效，或已經復原過，不能再復原。畫面顯示的是案件目前的狀態。')


@dataclass(frozen=True)
class Report:
    """What became of cases decided together; each refused one with the sentence that says why, volunteer fetched."""

    decided: list[Decision]
    refused: list[tuple[Application, str]]


@dataclass(frozen=True)
class Undone:
    """How many decisions were taken back; of each other one its id and why not."""

    count: int
    refused: list[tuple[int, str]]


async def decide(
    application_id: int,
    to: ApplicationStatus,
    version: int,
    *,
    by: Account,
    reason: str = '',
    digest: str | None = None,
) -> Decision:
    """核可, 通知補件 or 駁回 (`to`) of the `version` that was read; it takes effect after the reviewer's `undo_within`.

    `digest` is of what the page showed (reviews.Case). The decision comes with application and volunteer. Sent twice it
    counts once. Raises what reviews.require_decidable raises: NotFound, NotPermitted, MovedOn, papers.NotLookedAt,
    Incomplete, NotReady, corrections.StillOpen, record_books.CannotIssue.
    """
    return await _decided(application_id, to, version, reason, by, undo_within(by), digest)


def undo_within(by: Account) -> timedelta:
    """How long `by` may take a decision back."""
    return timedelta(seconds=by.undo_seconds)


async def approve_many(cases: Sequence[tuple[int, int]], *, by: Account) -> Report:
    """核可 of many cases, each (id, version as read), each for itself: what one lacks stops no other.

    What is plain is decided in one transaction; the rest one by one, which tells of each why not.
    All can be taken back until `undo_within` after the last. Raises NotFound when one is no case of the agency.
    """
    permissions.require(by, 'reviews.decisions.approve_many')
    versions = {validation.record_id(application_id): version for application_id, version in cases}
    if len(versions) > MOST_AT_ONCE:
        raise DomainError(f'一次最多核可 {MOST_AT_ONCE} 件，請分次選取。')
    ours = Application.filter(id__in=list(versions), agency_id=by.agency_id, round__gt=0).select_related('volunteer')
    found = {application.id: application for application in await ours}
    if len(found) < len(versions):
        raise NotFound
    report = Report([], [])
    try:
        at_once = await _decided_together(versions, by)
    except DatabaseAway as error:  # each would wait as long again
        report.refused.extend((found[one], str(NoAnswer(error))) for one in versions)
        return report
    away = ''
    for application_id, version in versions.items():
        if application_id in at_once:
            report.decided.append(at_once[application_id])
            continue
        if away:  # each would wait as long as the first
            report.refused.append((found[application_id], away))
            continue
        try:
            decided = await _decided(application_id, ApplicationStatus.APPROVED, version, '', by, _MANY_TAKE)
            report.decided.append(decided)
        except DomainError as refusal:
            report.refused.append((found[application_id], str(refusal)))
        except DatabaseAway as error:
            report.refused.append((found[application_id], str(NoAnswer(error))))
            away = str(NoAnswer())
        except Exception:
            log.exception('decisions: case %s could not be approved', application_id)
            report.refused.append((found[application_id], _UNEXPECTED))
    await _count_from_now(report.decided, undo_within(by))
    return report


async def undo(decision_id: int, *, by: Account) -> Application:
    """復原: as if it had not been decided; nobody was told. Only whoever decided, only in time. Raises TooLate."""
    permissions.require(by, 'reviews.decisions.undo')
    async with transaction():
        waiting = Decision.filter(id=validation.record_id(decision_id), problem='', application__agency_id=by.agency_id)
        decision = await waiting.select_for_update(of=('decision',)).first()
        if decision is None or decision.release_at <= dates.now():
            raise TooLate
        if decision.by_id != by.id:
            raise NotPermitted('這是同仁做的決定，只有同仁自己可以復原。')
        await decision.delete()
        return await _freed(decision.application_id)


async def undo_many(decision_ids: Iterable[int], *, by: Account) -> Undone:
    """復原 of decisions made together: in one transaction all that can be; of each other one why not.

    One by one the last of two hundred would be too late.
    """
    permissions.require(by, 'reviews.decisions.undo_many')
    ids = [validation.record_id(one) for one in dict.fromkeys(decision_ids)]
    async with transaction():
        mine = Decision.filter(id__in=ids, by_id=by.id, problem='', application__agency_id=by.agency_id)
        in_time = mine.filter(release_at__gt=dates.now()).order_by('id')
        taken = {one.id: one.application_id for one in await in_time.select_for_update(of=('decision',))}
        await Decision.filter(id__in=list(taken)).delete()
        await _freed_each(list(taken.values()))
    undone, refused = len(taken), []
    for decision_id in ids:
        if decision_id in taken:
            continue
        try:
            await undo(decision_id, by=by)
            undone += 1
        except DomainError as refusal:
            refused.append((decision_id, str(refusal)))
    return Undone(undone, refused)


async def own_pending(*, by: Account) -> dict[int, tuple[str, Decision]]:
    """The decisions of `by` that wait for their time: by application, whose it is and the decision."""
    permissions.require(by, 'reviews.decisions.own_pending')
    waiting = Decision.filter(by_id=by.id, problem='').select_related('by', 'application__volunteer')
    return {one.application_id: (one.application.volunteer.name, one) for one in await waiting}


async def unticked(cases: Iterable[int], *, by: Account) -> int:
    """How many boxes of 請目視後勾選 nobody has ticked on these cases, of those that are with the agency of `by`."""
    permissions.require(by, 'reviews.decisions.unticked')
    ours = await Application.filter(id__in=list(cases), agency_id=by.agency_id, round__gt=0)
    lists = await readiness.checks_of(ours, by=by)
    return sum(check.is_unticked for each in lists.values() for check in each)


async def deciding(*, by: Account) -> set[int]:
    """Whose decisions on cases of the agency wait for their time, by account."""
    permissions.require(by, 'reviews.decisions.deciding')
    waiting = Decision.filter(application__agency_id=by.agency_id, problem='')
    return {int(one) for (one,) in await waiting.values_list('by_id')}


async def release_due() -> int:
    """Carry out every decision whose time is over; returns how many were looked at.

    What was approved together and is plain in one transaction, each other one in its own. Then the units are told of
    the rosters that are decided.

    One that can no longer be carried out keeps its `problem` for the reviewer, its case is free again. Raises only what
    the database raises when it is away; then everything stays as it was.
    """
    count = await _released_together()
    while await _released_one():
        count += 1
    await roster_news.tell_due()
    return count


async def release_forever() -> None:
    """Release each decision when its time is over, until cancelled; first of all what a killed process left."""
    with announcements.wakes(DecisionsChanged) as wake:
        await repeating('decisions', _LONGEST_SLEEP, release_due, wake=wake, due_in=_until_next)


async def _decided(
    application_id: int,
    to: ApplicationStatus,
    version: int,
    reason: str,
    by: Account,
    undo_within: timedelta,
    digest: str | None = None,
) -> Decision:
    try:
        application = await reviews.require_decidable(application_id, to, version, by=by, reason=reason, digest=digest)
        return await _kept(application, to, validation.tidy(reason), by, undo_within)
    except MovedOn:
        same = Decision.filter(application_id=validation.record_id(application_id), to=to, by_id=by.id, problem='')
        decision = await same.select_related('application__volunteer').first()
        if decision and decision.application.version == version + 1 and decision.reason == validation.tidy(reason):
            return decision
        raise


async def _kept(
    application: Application, to: ApplicationStatus, reason: str, by: Account, undo_within: timedelta
) -> Decision:
    at = dates.now()
    async with transaction():
        as_read = Application.filter(id=application.id, status=ApplicationStatus.SUBMITTED, version=application.version)
        if not await as_read.update(version=application.version + 1):
            raise await transitions.moved_on(application)
        await Decision.filter(application_id=application.id).delete()  # one that could not be carried out
        # Nobody changes the papers now: they would have to move the version first.
        digest = (await papers.of(application)).digest()
        decision = await Decision.create(
            application=application, to=to, reason=reason, by=by, at=at, release_at=at + undo_within, digest=digest
        )
        await announcements.announce(DecisionsChanged())
        await transitions.announce(application)
    application.version += 1
    return decision


async def _decided_together(versions: Mapping[int, int], by: Account) -> dict[int, Decision]:
    """By application, the plain ones of these cases; the others go alone, and so does everything when this fails.

    Raises DatabaseAway.
    """
    if len(versions) < _FEWEST:
        return {}
    try:
        plain = await together.plain(versions, by=by)
        return await _kept_together(plain, by) if plain else {}
    except DatabaseAway:
        raise
    except Exception:
        log.exception('decisions: %s cases could not be approved together', len(versions))
        return {}


async def _kept_together(plain: Mapping[int, Plain], by: Account) -> dict[int, Decision]:
    """The decisions, by application. Whoever has changed the papers since would have moved the version."""
    at = dates.now()
    async with transaction():
        locked = await Application.filter(id__in=list(plain)).order_by('id').select_for_update(no_key=True)
        stands = {one.id: (one.status, one.version) for one in locked}
        going = {
            key: one for key, one in plain.items() if stands.get(key) == (ApplicationStatus.SUBMITTED, one.case.version)
        }
        ids = list(going)
        await Application.filter(id__in=ids).update(version=F('version') + 1)
        await Decision.filter(application_id__in=ids).delete()  # those that could not be carried out
        facts: dict[str, Any] = {'to': ApplicationStatus.APPROVED, 'by': by, 'at': at, 'release_at': at + _MANY_TAKE}
        await Decision.bulk_create(
            Decision(application_id=key, digest=one.digest, **facts) for key, one in going.items()
        )
        made = {one.application_id: one for one in await Decision.filter(application_id__in=ids)}
        await announcements.announce(DecisionsChanged())
        await transitions.announce_of([one.case for one in going.values()])
    for key, one in going.items():
        one.case.version += 1
        made[key].application, made[key].by = one.case, by
    return made


async def _count_from_now(decisions: list[Decision], within: timedelta) -> None:
    release_at = dates.now() + within
    for decision in decisions:
        decision.release_at = release_at
    waiting = Decision.filter(id__in=[decision.id for decision in decisions])
    if await waiting.update(release_at=release_at):
        await announcements.announce(DecisionsChanged())


async def _freed(application_id: int) -> Application:
    """Nobody's decision waits any more: what was read while it did is no longer so."""
    return (await _freed_each([application_id]))[0]


async def _freed_each(application_ids: Sequence[int]) -> list[Application]:
    cases = Application.filter(id__in=application_ids)
    await cases.update(version=F('version') + 1)
    freed = await cases.select_related('agency', 'host_unit', 'volunteer')
    await transitions.announce_of(freed)
    return freed


async def _released_together() -> int:
    """Carry out what was approved together, as far as it is plain; what is not stays for `_released_one`."""
    due = Decision.filter(problem='', to=ApplicationStatus.APPROVED, release_at__lte=dates.now())
    groups: list[Any] = [
        *await due.annotate(count=Count('id'))
        .group_by('by_id', 'at')
        .order_by('at')
        .values_list('by_id', 'at', 'count')
    ]
    released = 0
    for by_id, at, count in groups:
        if count < _FEWEST:
            continue
        try:
            async with transaction():
                released += await _carried_out_together(by_id, at)
        except DomainError:  # whose it is tells the one that goes alone
            continue
        except DatabaseAway:
            raise
        except Exception:
            log.exception('decisions: %s decisions could not be carried out together', count)
    return released


async def _carried_out_together(by_id: int, at: datetime) -> int:
    """Everything is checked again, as for each alone. Of several processes one has it: locked rows are passed over."""
    by = await Account.get(id=by_id)
    if not by.is_active:
        return 0
    due = Decision.filter(
        problem='', to=ApplicationStatus.APPROVED, by_id=by_id, at=at, release_at__lte=dates.now()
    ).order_by('release_at', 'id')
    decided = {one.application_id: one for one in await due.select_for_update(skip_locked=True)}
    versions: dict[Any, Any] = dict(await Application.filter(id__in=list(decided)).values_list('id', 'version'))
    own = [one.id for one in decided.values()]
    plain = await together.plain({one: versions[one] for one in decided}, by=by, own=own)
    going = [key for key, one in plain.items() if decided[key].digest in ('', one.digest)]
    await Decision.filter(id__in=[decided[key].id for key in going]).delete()
    await together.approve([plain[key].case for key in going], by=by, at=at)
    return len(going)


async def _released_one() -> bool:
    """Whether there was one to release. Of several processes each takes another: a locked row is passed over."""
    async with transaction():
        due = Decision.filter(problem='', release_at__lte=dates.now()).order_by('release_at', 'id')
        decision = await due.select_for_update(skip_locked=True).first()
        if decision is None:
            return False
        try:
            async with transaction():
                await _carried_out(decision)
        except DomainError as refusal:
            decision.problem = str(refusal)
        except DatabaseAway:  # it waits until the database is there
            raise
        except Exception:
            log.exception('decisions: decision %s could not be carried out', decision.id)
            decision.problem = _NOT_CARRIED_OUT
        if decision.problem:
            await Decision.filter(id=decision.id).update(problem=decision.problem)
            await _freed(decision.application_id)
        return True


async def _carried_out(decision: Decision) -> None:
    """As the reviewer would do it at once; everything is checked again, for ten seconds are long."""
    await decision.fetch_related('application', 'by')
    application, by = decision.application, decision.by
    if not by.is_active:
        raise NotPermitted(f'{by.name}的帳號在決定生效之前停用了，所以這個決定沒有生效，也沒有通知任何人。請重新審核。')
    if decision.digest and (await papers.of(application)).digest() != decision.digest:
        raise MovedOn(transitions.PAPERS_CHANGED)
    await Decision.filter(id=decision.id).delete()
    if decision.to == ApplicationStatus.APPROVED:
        await reviews.approve(application, application.version, by=by, at=decision.at)
    elif decision.to == ApplicationStatus.RETURNED:
        await reviews.return_for_correction(application, decision.reason, application.version, by=by, at=decision.at)
    else:
        await reviews.reject(application, decision.reason, application.version, by=by, at=decision.at)


async def _until_next() -> float:
    """Seconds until the next decision is due."""
    following = await Decision.filter(problem='').order_by('release_at').first()
    if following is None:
        return _LONGEST_SLEEP
    return max(_SHORTEST_SLEEP, (following.release_at - dates.now()).total_seconds())
