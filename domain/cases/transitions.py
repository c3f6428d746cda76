"""The moves of an application: which are allowed, each one compare-and-set, with its step, history and announcement."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F

from db.choices import ApplicationStatus, CorrectionStatus, Place, Section
from db.models import Account, Application, ApplicationStep, Correction, Decision, HistoryEntry

from .. import announcements, dates
from ..announcements import CaseChanged
from ..audit import history
from ..audit.history import Change, Noted
from ..errors import MovedOn, NotPermitted
from . import deputies
from .application_fields import REASON, STATUS

SUBJECT = '紀錄冊申請'
# What a move comes back with: all that its mail and the papers it holds are made of.
WHOLE = ('volunteer', 'host_unit', 'agency', 'county', 'submitted_by')

# How long a decision waits for its release, and may be taken back.
UNDO_WITHIN = timedelta(seconds=10)  # unless a reviewer has chosen
# Seconds for 復原, as they are called. The longest is more than ten times the usual (WCAG 2.2.1, Adjust).
UNDO_TIMES = {10: '10 秒', 30: '30 秒', 120: '2 分鐘'}

ALLOWED = {
    ApplicationStatus.DRAFT: (ApplicationStatus.SUBMITTED,),
    ApplicationStatus.SUBMITTED: (
        ApplicationStatus.RETURNED,
        ApplicationStatus.APPROVED,
        ApplicationStatus.REJECTED,
        ApplicationStatus.WITHDRAWN,
    ),
    # 駁回 of what was returned: its term has passed (law.md#correction-term).
    ApplicationStatus.RETURNED: (ApplicationStatus.SUBMITTED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN),
}

VERBS = {
    ApplicationStatus.SUBMITTED: '送審',
    ApplicationStatus.RETURNED: '通知補件',
    ApplicationStatus.APPROVED: '核可',
    ApplicationStatus.REJECTED: '駁回',
    ApplicationStatus.WITHDRAWN: '撤回',
}

_PAPERS = (Section.BASICS, Section.TRAINING)
PAPERS_CHANGED = (
    '決定之後、生效之前，志工的資料有了修改，所以這個決定沒有生效，也沒有通知任何人。請看過目前的資料再決定。'
)


async def move(
    application: Application,
    to: ApplicationStatus,
    *,
    by: Account,
    reason: str = '',
    at: datetime | None = None,
    **facts: Any,
) -> Application:
    """One step, inside the caller's transaction: status, version, the step on record, history, announcement.

    The database decides who was first: only an application still in the status and version that were read moves.
    `at`: when it was decided, if that was earlier than now.
    Returns it as it stands now, with those in WHOLE. Raises MovedOn, which says who was first and when.
    """
    if to not in ALLOWED.get(application.status, ()):
        raise await moved_on(application)
    as_read = Application.filter(id=application.id, status=application.status, version=application.version)
    at = at or dates.now()
    facts |= {'status': to, 'reason': reason, 'version': application.version + 1, 'updated_at': at}
    facts.setdefault('reviewer_note', '')
    facts.setdefault('correct_by', None)
    if not await as_read.update(**facts):
        raise await moved_on(application)
    round_, due_on = facts.get('round', application.round), facts.get('due_on') or facts['correct_by']
    absent = await deputies.on_behalf(application, by=by)
    await ApplicationStep.create(
        application=application,
        status=to,
        by=by,
        on_behalf_of=absent,
        at=at,
        reason=reason,
        round=round_,
        due_on=due_on,
    )
    changes = _changed(application.status, to)
    if reason:
        changes.append(Change(REASON, '', reason))
    noted = Noted(application.volunteer_id, Section.APPLICATION, history.AMENDED, changes, SUBJECT)
    await history.note_each([noted], by=by)
    await announce(application)
    return await Application.get(id=application.id).select_related(*WHOLE)


async def move_each(
    applications: Sequence[Application], to: ApplicationStatus, *, by: Account, at: datetime, **facts: Any
) -> list[Application]:
    """The same step of many at once, in their order; who has moved meanwhile, or may not go there, is left out.

    Ten statements, however many there are. `facts` hold for all of them; each comes back as `move` returns it.
    """
    ids = [one.id for one in applications if to in ALLOWED.get(one.status, ())]
    now = Application.filter(id__in=ids).order_by('id').select_for_update(no_key=True)
    stands = {one.id: (one.status, one.version) for one in await now}
    going = {one.id: one for one in applications if stands.get(one.id) == (one.status, one.version)}
    if not going:
        return []
    usual = {'reviewer_note': '', 'correct_by': None, 'reason': '', 'version': F('version') + 1, 'updated_at': at}
    await Application.filter(id__in=list(going)).update(**usual | facts, status=to)
    related = ('agency', 'host_unit', 'volunteer')
    moved = {one.id: one for one in await Application.filter(id__in=list(going)).select_related(*related)}
    absent = await deputies.on_behalf_each(list(going), by=by)
    await ApplicationStep.bulk_create(
        ApplicationStep(
            application_id=one,
            status=to,
            by=by,
            on_behalf_of=absent.get(one),
            at=at,
            round=moved[one].round,
            due_on=facts.get('due_on') or facts.get('correct_by'),
        )
        for one in going
    )
    noted = [
        Noted(one.volunteer_id, Section.APPLICATION, history.AMENDED, _changed(one.status, to), SUBJECT)
        for one in going.values()
    ]
    await history.note_each(noted, by=by)
    await announcements.announce_each(_changed_case(one) for one in moved.values())
    return [moved[one] for one in going]


async def require_sent_by_others(application: Application, *, by: Account) -> None:
    """Nobody reviews what they sent themselves, as a clerk before they were a reviewer. Raises NotPermitted."""
    sent = ApplicationStep.filter(application_id=application.id, status=ApplicationStatus.SUBMITTED, by_id=by.id)
    if await sent.exists():
        raise NotPermitted('您送審過這個案件，不能審核自己送的案件。請由另一位志工業務窗口審核。')


async def invalidate_review(
    volunteer_id: int, place: Place, fields: Iterable[str], training_id: int | None = None
) -> None:
    """The papers of a case under review change, inside the caller's transaction: the reviewer must look again.

    The version that was read is refused from now on, a decision that waits for its release is void, and a mark that was
    confirmed on one of the `fields` of `place` waits as an answered one.
    """
    case = await Application.filter(volunteer_id=volunteer_id, status=ApplicationStatus.SUBMITTED).first()
    if case is None:
        return
    # The decision before the case, as whoever releases it does: neither waits for the other.
    await Decision.filter(application_id=case.id, problem='').update(problem=PAPERS_CHANGED)
    as_read = Application.filter(id=case.id, status=ApplicationStatus.SUBMITTED)
    if await as_read.update(version=F('version') + 1, papers_changed_at=dates.now()):
        here = Correction.filter(application_id=case.id, place=place, training_id=training_id, field__in=list(fields))
        facts: dict[str, Any] = {'closed_by_id': None, 'closed_at': None, 'seen_digest': ''}
        await here.filter(status=CorrectionStatus.ACCEPTED).update(status=CorrectionStatus.MENDED, **facts)
        await announce(case)


async def moved_on(application: Application) -> MovedOn:
    """The refusal for whoever acts on what is no longer so: who did what, and when. A decision in wait counts."""
    if decision := await decision_on(application):
        by, at, to = decision.by, decision.at, decision.to
    else:
        steps = ApplicationStep.filter(application_id=application.id).order_by('-id')
        step = await steps.select_related('by').first()
        if step is None:
            return MovedOn('這個案件已有變動，您的畫面已更新。請看過目前的內容再繼續。')
        if step.status == ApplicationStatus.SUBMITTED and (sentence := await _papers_changed(application, step.at)):
            return MovedOn(sentence)
        by, at, to = step.by, step.at, step.status
    return MovedOn(f'這個案件已由 {by.name} 於 {_when(at)} {VERBS[to]}，您的畫面已更新。')


async def decision_on(application: Application) -> Decision | None:
    """The decision on it that waits for its release, if any, and who made it."""
    return await Decision.filter(application_id=application.id, problem='').select_related('by').first()


async def announce(application: Application) -> None:
    """Say that something a list or page of this case shows has changed; heard when the caller's transaction commits."""
    await announcements.announce(_changed_case(application))


async def announce_of(applications: Iterable[Application]) -> None:
    """The same of many cases, in one statement."""
    await announcements.announce_each(_changed_case(one) for one in applications)


def _changed_case(application: Application) -> CaseChanged:
    ids = (application.id, application.agency_id, application.host_unit_id, application.volunteer_id)
    return CaseChanged(*ids, application.team_id or 0)


def _changed(before: ApplicationStatus, after: ApplicationStatus) -> list[Change]:
    return [Change(STATUS, before.label, after.label)]


async def _papers_changed(application: Application, since: datetime) -> str:
    """Who has changed the volunteer's papers last since then, as a sentence; '' for nobody."""
    changes = HistoryEntry.filter(volunteer_id=application.volunteer_id, section__in=_PAPERS, at__gt=since)
    last = await changes.first()
    if last is None:
        return ''
    who = f'{last.by_name} 於 {_when(last.at)} '
    return f'這位志工的{last.section.label}已由 {who}修改，您的畫面已更新。請看過目前的內容再決定。'


def _when(at: datetime) -> str:
    local = at.astimezone(dates.TAIPEI)
    return f'{local:%H:%M}' if local.date() == dates.today() else dates.roc_instant(at)
