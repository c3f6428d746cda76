"""申請案: opened, saved, sent, withdrawn by the host unit; every change of status is one compare-and-set move."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.query_utils import Prefetch

from db import transaction
from db.choices import ApplicationStatus, DraftKind, FileKind, HistoryAction, IssueKind, Section
from db.models import Account, Agency, Application, ApplicationStep, Draft, Volunteer

from .. import (
    corrections,
    dates,
    directory,
    drafts,
    files,
    papers,
    permissions,
    readiness,
    sign_offs,
    validation,
    volunteers,
)
from ..audit import history
from ..audit.history import Change
from ..calendar import office_calendar
from ..cases import resubmission_limit, transitions
from ..cases.application_fields import CLOSED_FOR, FIELDS
from ..cases.transitions import SUBJECT, announce, decision_on, move, moved_on
from ..cases.worklists import CLOSED, OPEN, WITH_UNIT, counts_of, of_unit, repeatable
from ..errors import Incomplete, MovedOn, NotFound
from ..mail import messages
from ..permissions import may_see_case
from ..readiness import NotReady
from . import other_units
from .forms import ApplicationDetails, facts_of, merged, problems_of
from .other_units import AlreadyUnderWay, DraftElsewhere, hand_over

__all__ = [
    'CLOSED',
    'FIELDS',
    'OPEN',
    'WITH_UNIT',
    'AlreadyUnderWay',
    'ApplicationDetails',
    'DraftElsewhere',
    'NotReady',
    'counts_of',
    'hand_over',
    'of_unit',
    'repeatable',
]


async def defaults(volunteer: Volunteer | None = None, kinds: Sequence[IssueKind] | None = None) -> ApplicationDetails:
    """A new form: 初次, 臺中市, 臺中市政府文化局; nothing is chosen when the administrator has renamed that agency.

    For a `volunteer` with a book 換發, at the agency of that book. `kinds`: as `readiness.kinds_for` has just told.
    """
    if volunteer is not None and IssueKind.FIRST not in (kinds or await readiness.kinds_for(volunteer)):
        agency = await readiness.agency_of_book(volunteer)
        return ApplicationDetails(IssueKind.REPLACEMENT, agency.county_id, agency.id)
    try:
        county, agency = await directory.defaults()
    except NotFound:
        return ApplicationDetails()
    return ApplicationDetails(IssueKind.FIRST, county.code, agency.id)


async def get(application_id: int, *, by: Account, also: Sequence[str] = ()) -> Application:
    """One application with volunteer, unit, agency and county, and what is `also` asked for. Raises NotFound.

    A unit sees its own, an agency what was ever sent to it, a volunteer the own.
    """
    related = ('volunteer', 'host_unit', 'agency', 'county', 'submitted_by', 'decided_by', *also)
    application = await Application.filter(id=validation.record_id(application_id)).select_related(*related).first()
    if application is None or not may_see_case(by, application):
        raise NotFound
    return application


async def known(application_id: int, *, by: Account) -> Application:
    """The application alone, without whom and whose it is, for whoever asks no more than whether it may be seen.

    Raises NotFound, as `get` does.
    """
    application = await Application.filter(id=validation.record_id(application_id)).first()
    if application is None or not may_see_case(by, application):
        raise NotFound
    return application


async def current_of(volunteer: Volunteer, *, by: Account) -> Application | None:
    """The open application (草稿, 審核中, 待補件) when there is one and `by` may see it."""
    related = ('volunteer', 'host_unit', 'agency', 'county', 'roster')
    application = await Application.filter(volunteer_id=volunteer.id, status__in=OPEN).select_related(*related).first()
    return application if application and may_see_case(by, application) else None


async def save(
    details: ApplicationDetails,
    *,
    of: Volunteer,
    by: Account,
    has_consent: bool = False,
    seen: ApplicationDetails | None = None,
    draft: Draft | None = None,
) -> Application:
    """儲存: the open application of the volunteer as the form says, made when there is none. Nothing is sent.

    A draft of another unit gives way once it is forgotten, or when the volunteer consents (`has_consent`). `seen`: what
    was recorded when the form was opened; what a colleague saved since stays. The form's `draft` forgets what is saved.
    Raises Incomplete; AlreadyUnderWay when another unit has one open; MovedOn when this one has been sent meanwhile, or
    the same field saved; drafts.Unseen.
    """
    permissions.require(by, 'applications.save')
    volunteer = await volunteers.get(of.id, by=by)
    application = await Application.filter(volunteer_id=volunteer.id, status__in=OPEN).first()
    if application is not None and not may_see_case(by, application):
        await other_units.require_way(application, by=by, has_consent=has_consent)
        application = None
    if problems := await problems_of(details, application):
        raise Incomplete(problems)
    try:
        async with transaction():
            await drafts.settle(draft, details, by=by)
            if application is not None:
                details = await merged(application, details, seen)
            if application is None:
                await _make_way(volunteer, by, has_consent=has_consent)
            if details.attachment and (application is None or application.attachment_id != details.attachment):
                await files.attach(details.attachment, volunteer, by=by, kind=FileKind.ATTACHMENT)
            return await (_change(application, details, by) if application else _open(volunteer, details.columns(), by))
    except IntegrityError as clash:
        raise await other_units.under_way(volunteer, by=by) from clash


async def submit(application: Application, *, by: Account) -> Application:
    """送審: to the agency, with the mail and the roster; the period begins anew with each round.

    `application` is what the user saw. A second click, delivered late or at the same moment, sends nothing twice.
    Raises NotReady with what still lacks; MovedOn.
    """
    permissions.require(by, 'applications.submit')
    now = await get(application.id, by=by)
    if _is_repeat(now, application):
        return now
    if now.version != application.version:
        raise await moved_on(now)
    await require_ready(now, by=by)
    try:
        async with transaction():
            moved = await send(now, by=by)
            await messages.submitted(moved)
    except MovedOn:
        now = await get(application.id, by=by)
        if _is_repeat(now, application):
            return now
        raise
    return moved


async def require_ready(application: Application, *, by: Account) -> None:
    """Raises NotReady with what still lacks, corrections.Unanswered while a correction waits for its answer."""
    permissions.require(by, 'applications.require_ready')
    if application.round:  # nobody has marked what was never sent
        await corrections.require_answered(application)
    if lacking := readiness.lacking(await readiness.checks(application, by=by)):
        raise NotReady(lacking)


async def require_ready_as(details: ApplicationDetails, *, of: Volunteer, by: Account) -> None:
    """Whether an application as the form says could be sent, before another unit's draft gives way to it.

    Raises Incomplete, NotReady.
    """
    permissions.require(by, 'applications.require_ready_as')
    if problems := await problems_of(details, None):
        raise Incomplete(problems)
    agency = await directory.agency(validation.record_id(details.agency_id))
    kind = validation.member(IssueKind, details.kind) or IssueKind.FIRST
    if lacking := readiness.lacking(await readiness.checks_as(of, kind, agency, by=by)):
        raise NotReady(lacking)


async def send(application: Application, *, by: Account) -> Application:
    """The move of 送審 inside the caller's transaction, for one that is ready; without its mail.

    Raises MovedOn; resubmission_limit.TakenBackTooOften, but never for what the agency has returned.
    """
    permissions.require(by, 'applications')
    await resubmission_limit.require(application)
    facts = await _sent(application.agency, dates.now(), by)
    moved = await move(application, ApplicationStatus.SUBMITTED, by=by, round=application.round + 1, **facts)
    held = await papers.of_whole(moved)
    await sign_offs.require(moved, held)
    if application.round:  # nobody has marked what was never sent
        await corrections.sent_back(moved)
    await papers.keep(moved, held, by=by, is_sent=True)
    return moved


async def send_drafts(applications: Sequence[Application], *, by: Account) -> list[Application]:
    """The same of many drafts for one agency that are ready, those that nothing stands in the way of, in their order.

    The others are left where they are; `send` says why.
    """
    permissions.require(by, 'applications')
    drafts_ = [one for one in applications if one.status == ApplicationStatus.DRAFT and may_see_case(by, one)]
    hindered = await resubmission_limit.hindrances(drafts_)
    going = [one for one in drafts_ if one.id not in hindered]
    if not going or await sign_offs.is_demanded(going[0].host_unit_id):
        return []
    now = dates.now()
    facts = await _sent(going[0].agency, now, by)
    moved = await transitions.move_each(
        going, ApplicationStatus.SUBMITTED, by=by, at=now, round=F('round') + 1, **facts
    )
    await papers.keep_each(moved, by=by)
    return moved


async def _sent(agency: Agency, now: datetime, by: Account) -> dict[str, Any]:
    return {
        'submitted_by_id': by.id,
        'submitted_at': now,
        'due_on': await office_calendar.due_on(agency, dates.day_of(now)),
        'reminded_at': None,
        'escalated_at': None,
        'decided_by_id': None,
        'decided_at': None,
    }


async def withdraw(application: Application, *, by: Account, reason: str = '') -> Application | None:
    """撤回: the unit takes the application back before it is decided; a draft, which nobody has seen, is removed.

    Returns the application, or None when it was a draft. Done twice it counts once. Raises MovedOn, also while a
    decision waits for its release.
    """
    permissions.require(by, 'applications.withdraw')
    now = await get(application.id, by=by)
    if now.status == ApplicationStatus.WITHDRAWN:
        return now
    if await decision_on(now):  # nobody is told of what may still be taken back
        raise MovedOn('審核人員正在處理這個案件，現在不能撤回，您的畫面已更新。請過一分鐘再看目前的狀態。')
    if now.version != application.version:
        raise await moved_on(now)
    async with transaction():
        if now.status == ApplicationStatus.DRAFT:  # what was typed into its form and not saved goes, too
            await drafts.discard_about(now.volunteer, by=by, kind=DraftKind.APPLICATION)
        return await give_up(now, by=by, reason=reason)


async def give_up(application: Application, *, by: Account, reason: str = '') -> Application | None:
    """The act of `withdraw` inside the caller's transaction, which has asked whether `by` may; None for a draft."""
    if application.status == ApplicationStatus.DRAFT:
        await _discard(application, by)
        return None
    if await decision_on(application):
        raise await moved_on(application)
    # It ends now, by no reviewer: what was decided before on this case is not what lists are to tell of it.
    ended: dict[str, Any] = {'due_on': None, 'decided_by_id': None, 'decided_at': dates.now()}
    return await move(application, ApplicationStatus.WITHDRAWN, by=by, reason=reason, **ended)


async def again(application: Application, *, by: Account) -> Application:
    """重新申請: a refused or withdrawn application made anew as a draft, with all it said; nothing is typed twice.

    `previous` names the one it repeats. Done twice it counts once. Raises MovedOn when it is not closed,
    AlreadyUnderWay while the volunteer has another one open, NotFound when they have left the unit.
    """
    permissions.require(by, 'applications.again')
    old = await get(application.id, by=by)
    if old.status not in CLOSED:
        raise await moved_on(old)
    volunteer = await volunteers.get(old.volunteer_id, by=by)
    kept = {name: getattr(old, name) for name in ('kind', 'county_id', 'agency_id', 'remarks', 'attachment_id')}
    try:
        async with transaction():
            await _make_way(volunteer, by)
            return await _open(volunteer, kept | {'previous_id': old.id}, by)
    except IntegrityError as clash:
        current = await Application.filter(previous_id=old.id, status__in=OPEN).first()
        if current is None:
            raise await other_units.under_way(volunteer, by=by) from clash
        return await get(current.id, by=by)


async def is_under_review(volunteer: Volunteer, *, by: Account) -> bool:
    """Whether a case of the volunteer lies with a reviewer, who sees what is changed now. Raises NotFound."""
    volunteer_id = validation.record_id(volunteer.id)
    if not await Volunteer.filter(permissions.visible_to(by), id=volunteer_id).exists():
        raise NotFound
    return await Application.filter(volunteer_id=volunteer_id, status=ApplicationStatus.SUBMITTED).exists()


async def history_of(volunteer: Volunteer, *, by: Account) -> list[Application]:
    """All applications of a volunteer that `by` may see, newest first, with agency and steps.

    Steps come with their people, oldest first.
    """
    all_of_them = Application.filter(volunteer_id=volunteer.id).order_by('-id')
    steps = ApplicationStep.all().select_related('by', 'on_behalf_of').order_by('at', 'id')
    related = ('agency', 'county', 'host_unit', 'volunteer')
    found = await all_of_them.select_related(*related).prefetch_related(Prefetch('steps', steps))
    return [application for application in found if may_see_case(by, application)]


def _is_repeat(now: Application, seen: Application) -> bool:
    """Whether what was seen has just been sent: by the first of two clicks, or by a colleague with the same aim."""
    return now.status == ApplicationStatus.SUBMITTED and now.version in (seen.version, seen.version + 1)


async def _make_way(volunteer: Volunteer, by: Account, *, has_consent: bool = False) -> None:
    """Close the draft that another unit has of the volunteer, if it gives way; that unit is told."""
    draft, why = await other_units.giving_way(volunteer, by=by, has_consent=has_consent)
    if draft is not None:
        await messages.draft_closed(draft, by, why)
        await _discard(draft, by, why)


async def _open(volunteer: Volunteer, kept: dict[str, Any], by: Account) -> Application:
    application = await Application.create(volunteer=volunteer, host_unit_id=by.host_unit_id, **kept)
    saved = await get(application.id, by=by)
    await _note(saved, history.ADDED, {}, await facts_of(saved), by)
    return saved


async def _change(application: Application, details: ApplicationDetails, by: Account) -> Application:
    before = await facts_of(application)
    as_read = Application.filter(id=application.id, version=application.version, status__in=WITH_UNIT)
    if not await as_read.update(**details.columns(), updated_at=dates.now()):
        raise await moved_on(application)
    saved = await get(application.id, by=by)
    await _note(saved, history.AMENDED, before, await facts_of(saved), by)
    return saved


async def _discard(draft: Application, by: Account, why: str = '') -> None:
    """The draft goes; the forms that its unit has open go on."""
    before = await facts_of(draft)
    as_read = Application.filter(id=draft.id, status=ApplicationStatus.DRAFT, version=draft.version)
    await sign_offs.forget(application_id=draft.id)
    if not await as_read.delete():
        raise await moved_on(draft)
    await _note(draft, history.REMOVED, before, {'why': why} if why else {}, by)


async def _note(
    application: Application, action: HistoryAction, before: dict[str, Any], after: dict[str, Any], by: Account
) -> None:
    """History and announcement of what the form changed; `before` or `after` is empty for a new or a removed one."""
    old, new, why = before.pop('attachment', None), after.pop('attachment', None), after.pop('why', '')
    changes = history.compared(FIELDS, before, after)
    if why:
        changes.append(Change(CLOSED_FOR, '', why))
    if (old and old.id) != (new and new.id):
        names = (old.name if old else '', new.name if new else '')
        changes.append(Change(FIELDS['attachment'], *names, old and old.id, new and new.id))
    await history.note(application.volunteer, Section.APPLICATION, action, changes, by=by, subject=SUBJECT)
    await announce(application)
