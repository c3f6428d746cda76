"""電話通知: who called about a case, and whom to call because a mail did not arrive (law.md#the-process).

The unit calls the agency and its volunteers, the agency calls the unit. What a side still has to do is never kept, but
told anew from the mails and calls: a call that got through, a later mail that arrived, or a move of the case ends it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, RawSQL, Subquery

from db import transaction
from db.choices import ApplicationStatus, CallResult, MailStatus, Role
from db.models import Account, Application, OutgoingMail, PhoneCall, UntoldDecision

from .. import applications, dates, permissions, settings, validation
from ..cases import transitions
from ..errors import DomainError, Incomplete
from ..mail import outbox

TOLD = (CallResult.REACHED, CallResult.MESSAGE_LEFT)

CALLEE_LENGTH = 80

# The same tap, delivered twice.
_ONE_TAP = timedelta(seconds=5)

# Which mail to whom still asks for a call while the case stands so: later moves show that it was noticed.
_DECIDED = (ApplicationStatus.APPROVED, ApplicationStatus.RETURNED, ApplicationStatus.REJECTED)
_Asked = dict[str, tuple[ApplicationStatus, ...]]
# Of a case by itself; of one of a roster any call about the roster counts, which is looked up with the others.
_CALLED = (
    'EXISTS (SELECT FROM phone_call JOIN account ON account.id = phone_call.by_id'
    ' WHERE phone_call.application_id = {about} AND phone_call.at >= {moment}'
    " AND phone_call.result IN ('reached', 'message_left') AND account.role = '{role}')"
)
_WAS_CALLED = RawSQL('EXISTS (SELECT FROM phone_call WHERE phone_call.application_id = application.id)')
_TO_AGENCY: _Asked = {'submitted': (ApplicationStatus.SUBMITTED,), 'roster_submitted': (ApplicationStatus.SUBMITTED,)}
_TO_UNIT: _Asked = {
    'returned': (ApplicationStatus.RETURNED,),
    'rejected': (ApplicationStatus.REJECTED,),
    'approved': (ApplicationStatus.APPROVED,),
    'roster_decided': _DECIDED,
}
_TO_VOLUNTEER: _Asked = {'approved_for_volunteer': (ApplicationStatus.APPROVED,)}
_ASKED: dict[Role, _Asked] = {
    Role.UNIT_STAFF: _TO_AGENCY | _TO_VOLUNTEER,
    Role.REVIEWER: _TO_UNIT,
}


@dataclass(frozen=True)
class Contact:
    """Whom to call about a case: an office with the name of its person, or a volunteer; `phone` '' when not known."""

    who: str
    phone: str


@dataclass(frozen=True)
class CallTask:
    """A call to make about this case; one of a roster stands for all `cases`. `since` when it is known.

    `mail` is the one that did not arrive; None: the call goes with 送審 or the decision (law.md#the-process).
    `in_vain`: the calls since then that reached nobody, by whom, the latest last.
    """

    application: Application
    mail: OutgoingMail | None
    who: str
    phone: str
    since: datetime
    cases: int = 1
    in_vain: Sequence[PhoneCall] = ()

    @property
    def key(self) -> str:
        """By which a page names the task."""
        return f'mail-{self.mail.id}' if self.mail else f'case-{self.application.id}'


class NothingToCall(DomainError):
    """Only the unit and the agency call each other, about a case that was sent."""

    def __init__(self) -> None:
        super().__init__('這件申請還沒有送審，不需要電話通知。')


async def log(
    application: Application,
    result: CallResult,
    *,
    by: Account,
    callee: str = '',
    phone: str = '',
    note: str = '',
) -> PhoneCall:
    """Note a call: one tap, `callee` and `phone` are the other side's unless said. The same tap twice counts once.

    Raises NotFound, Incomplete for texts that are too long, NothingToCall.
    """
    permissions.require(by, 'reviews.phone_calls.log')
    case = await applications.get(application.id, by=by)
    if case.round == 0:
        raise NothingToCall
    problems = {
        'result': validation.choice('通話結果', result, CallResult, needed=True),
        'callee': validation.text('通話對象', callee, most=CALLEE_LENGTH),
        'phone': validation.text('電話', phone, most=30),
        'note': validation.text('通話備註', note, most=200),
    }
    if found := validation.found(problems):
        raise Incomplete(found)
    contact = contact_of(case, by)
    facts: dict[str, Any] = {
        'result': validation.member(CallResult, result),
        'callee': validation.tidy(callee) or contact.who[:CALLEE_LENGTH],
        'phone': validation.telephone(phone) or contact.phone,
        'note': validation.tidy(note),
    }
    now = dates.now()
    async with transaction():
        # The lock makes two deliveries of one tap wait for each other.
        await Application.filter(id=case.id).select_for_update(no_key=True).only('id')
        same = PhoneCall.filter(application_id=case.id, by_id=by.id, at__gt=now - _ONE_TAP, **facts)
        if twin := await same.first():
            return twin
        call = await PhoneCall.create(application_id=case.id, by=by, at=now, **facts)
        await transitions.announce(case)
    return call


async def of(application: Application, *, by: Account) -> list[PhoneCall]:
    """The calls about a case, the latest first, each with who made it. Raises NotFound."""
    permissions.require(by, 'reviews.phone_calls.of')
    return await about(await applications.known(application.id, by=by))


async def about(case: Application) -> list[PhoneCall]:
    """The same for services, which have checked the right to the case."""
    return await PhoneCall.filter(application_id=case.id).select_related('by')


def contact_of(case: Application, by: Account) -> Contact:
    """The other side of a case, which comes with agency, unit and who sent it: for a unit the agency, and back."""
    if by.role == Role.UNIT_STAFF:
        return Contact(f'{case.agency.name}志工業務窗口', case.agency.phone)
    clerk = case.submitted_by
    name = f'{case.host_unit.name}　{clerk.name}' if clerk else case.host_unit.name
    return Contact(name, (clerk.phone if clerk else '') or case.host_unit.phone)


async def to_make(*, by: Account) -> list[CallTask]:
    """該打的電話: whom this side has to call now, the longest known first.

    One call a roster and round, as one a case: because a mail did not arrive, or because the call goes with it.
    """
    undelivered = await not_arrived(by=by)
    known = {_group_of(task.application) for task in undelivered}
    groups = [group for group in await _with_mail(by) if _group_of(group[0]) not in known]
    listed: list[Any] = [case for group in groups for case in group]
    about = [task.application for task in undelivered]
    about += [case for case in listed if case.roster_id or case.was_called]
    calls = await _calls_about(about, by)
    tasks = [*undelivered, *(task for group in groups if (task := _not_called(group, calls, by)))]
    return sorted(_with_attempts(tasks, calls), key=lambda task: task.since)


def _group_of(case: Application) -> int:
    """Cases of one roster are called about together."""
    return case.roster_id or -case.id


def _with_attempts(tasks: Sequence[CallTask], calls: Sequence[PhoneCall]) -> list[CallTask]:
    """The tasks with the calls that reached nobody, so that a colleague does not dial again a minute later."""
    attempts = defaultdict(list)
    for call in calls:
        if call.result not in TOLD:
            attempts[_group_of(call.application)].append(call)
    return [
        replace(task, in_vain=[call for call in attempts[_group_of(task.application)] if call.at >= task.since])
        for task in tasks
    ]


async def _with_mail(by: Account) -> list[list[Application]]:
    """What a call goes with: 送審, for the unit, or a decision, for the agency, of the last CALL_DAYS; by roster."""
    lately = dates.now() - timedelta(days=settings.current().call_days)
    if by.role == Role.UNIT_STAFF:
        side: dict[str, Any] = {**permissions.place_of(by), 'status': ApplicationStatus.SUBMITTED, 'round__gt': 0}
    else:
        # Of a roster, when the unit is told of it, and not after each row.
        untold = Subquery(UntoldDecision.all().values('roster_id'))
        side = {'agency_id': by.agency_id, 'status__in': _DECIDED, 'round__gt': 0}
    moment = _moment_of(by)
    found = Application.filter(**side, **{f'{moment}__gte': lately}).order_by('roster_position', 'id')
    called = _CALLED.format(about='application.id', moment=f'application.{moment}', role=by.role.value)
    found = found.annotate(is_told=RawSQL(called), was_called=_WAS_CALLED).filter(
        Q(Q(is_told=False), ~Q(roster_id=None), join_type=Q.OR)
    )
    if by.role == Role.REVIEWER:
        found = found.filter(Q(Q(roster_id=None), ~Q(roster_id__in=untold), join_type=Q.OR))
    groups: dict[tuple[int, int], list[Application]] = {}
    for case in await found.select_related('volunteer', 'host_unit', 'agency', 'submitted_by', 'roster'):
        groups.setdefault((case.roster_id or -case.id, case.round), []).append(case)
    return list(groups.values())


def _moment_of(by: Account) -> str:
    """When that was of which this side calls the other."""
    return 'submitted_at' if by.role == Role.UNIT_STAFF else 'decided_at'


def _not_called(group: Sequence[Application], calls: Sequence[PhoneCall], by: Account) -> CallTask | None:
    """The call that goes with these, unless somebody was told since."""
    since, contact = max(getattr(case, _moment_of(by)) for case in group), contact_of(group[0], by)
    if any(call.at >= since and call.result in TOLD for call in calls if _is_about(call, group[0])):
        return None
    return CallTask(group[0], None, contact.who, contact.phone, since, len(group))


async def _calls_about(cases: Sequence[Application], by: Account) -> list[PhoneCall]:
    """Calls of this side about these cases, or about others of their rosters, oldest first."""
    if not cases:
        return []
    rosters = {case.roster_id for case in cases if case.roster_id}
    listed = await Application.filter(roster_id__in=rosters).values_list('id', flat=True) if rosters else []
    ids = {case.id for case in cases} | set(listed)
    calls = PhoneCall.filter(application_id__in=ids, by__role=by.role).order_by('at', 'id')
    return await calls.select_related('application', 'by')


def _is_about(call: PhoneCall, case: Application) -> bool:
    same_roster = case.roster_id is not None and call.application.roster_id == case.roster_id
    return same_roster or call.application_id == case.id


async def not_arrived(*, by: Account) -> list[CallTask]:
    """改以電話通知: whom to call because the mail that told them did not arrive; the longest known first."""
    permissions.require(by, 'reviews.phone_calls.not_arrived')
    asked = _ASKED[by.role]
    mails = await _undelivered(by, asked)
    tasks: dict[tuple[str, str, int], tuple[CallTask, OutgoingMail]] = {}
    for mail, case in await _with_cases(mails, asked, by):
        about = (mail.template, 'roster', mail.roster_id) if mail.roster_id else (mail.template, 'case', case.id)
        contact = contact_of(case, by)
        if mail.template in _TO_VOLUNTEER:
            contact = Contact(f'志工 {case.volunteer.name}', '')
        # The latest of several mails about the same thing speaks for it.
        tasks[about] = CallTask(case, mail, contact.who, contact.phone, mail.next_attempt_at), mail
    open_tasks = await _still_open(list(tasks.values()), by)
    return sorted(open_tasks, key=lambda task: task.since)


async def _undelivered(by: Account, asked: Iterable[str]) -> list[OutgoingMail]:
    """The side's mails to an office or a volunteer that failed and that no later one has made good, oldest first.

    A person's own copy is no office's mailbox: the office was told.
    """
    ours = Q(host_unit_id=by.host_unit_id) if by.role == Role.UNIT_STAFF else Q(agency_id=by.agency_id)
    if by.role == Role.UNIT_STAFF and by.team_id is not None:
        ours &= Q(Q(application__team_id=by.team_id), Q(roster__team_id=by.team_id), join_type=Q.OR)
    is_of_office = Q(Q(account_id=None), Q(template__in=list(_TO_VOLUNTEER)), join_type=Q.OR)
    gone = OutgoingMail.filter(ours, is_of_office, status__in=outbox.UNDELIVERED, template__in=list(asked))
    mail = 'outgoing_mail'
    called = _CALLED.format(about=f'{mail}.application_id', moment=f'{mail}.created_at', role=by.role.value)
    return await gone.annotate(is_told=RawSQL(called)).filter(is_told=False).order_by('id')


async def _with_cases(
    mails: Sequence[OutgoingMail], asked: dict[str, tuple[ApplicationStatus, ...]], by: Account
) -> list[tuple[OutgoingMail, Application]]:
    """Each mail with a case it speaks of that still stands as the mail said; those without one have been noticed."""
    if not mails:
        return []
    ids = [mail.application_id for mail in mails if mail.application_id]
    rosters = [mail.roster_id for mail in mails if mail.roster_id]
    concerned = Application.filter(Q(Q(id__in=ids), Q(roster_id__in=rosters, round__gt=0), join_type=Q.OR))
    related = ('volunteer', 'host_unit', 'agency', 'submitted_by')
    listed = await concerned.order_by('roster_position', 'id').select_related(*related)
    cases = [case for case in listed if permissions.may_see_case(by, case)]
    found = []
    for mail in mails:
        for case in cases:
            is_about = case.id == mail.application_id or (mail.roster_id and case.roster_id == mail.roster_id)
            # What was sent after the mail was written has been told by another one.
            is_told_by_it = case.submitted_at is None or case.submitted_at <= mail.created_at
            if is_about and is_told_by_it and case.status in asked[mail.template]:
                found.append((mail, case))
                break
    return found


async def _still_open(tasks: Sequence[tuple[CallTask, OutgoingMail]], by: Account) -> list[CallTask]:
    """Those of the tasks that neither a call of this side nor a later mail has done."""
    if not tasks:
        return []
    rosters = [mail.roster_id for _, mail in tasks if mail.roster_id]
    cases = [task.application.id for task, _ in tasks]
    calls = await _calls_about([task.application for task, _ in tasks], by)
    kinds = {mail.template for _, mail in tasks}
    mailed = Q(Q(application_id__in=cases), Q(roster_id__in=rosters), join_type=Q.OR)
    sent = await OutgoingMail.filter(mailed, template__in=kinds, status=MailStatus.SENT).only(
        'id', 'template', 'application_id', 'roster_id', 'account_id', 'created_at'
    )

    def is_done(task: CallTask, mail: OutgoingMail) -> bool:
        if any(
            call.at >= mail.created_at
            and call.result in TOLD
            and (
                call.application_id == task.application.id
                or (mail.roster_id and call.application.roster_id == mail.roster_id)
            )
            for call in calls
        ):
            return True
        return any(
            one.id > mail.id
            and one.template == mail.template
            and one.account_id == mail.account_id
            and (one.application_id, one.roster_id) == (mail.application_id, mail.roster_id)
            for one in sent
        )

    return [task for task, mail in tasks if not is_done(task, mail)]
