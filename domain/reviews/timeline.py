"""案件歷程: every step of a case with actor and time, and with it marks, mails, calls and what the clock did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Literal

from db.choices import ApplicationStatus, CorrectionStatus, MailStatus, Role
from db.models import (
    Account,
    Application,
    ApplicationStep,
    CaseContent,
    Correction,
    CorrectionExchange,
    Decision,
    OutgoingMail,
    PhoneCall,
    SignOff,
)

from .. import applications, corrections, dates, papers, permissions, sign_offs
from ..books import record_books
from ..corrections import Marked
from ..errors import NotFound
from ..mail import outbox, queries
from . import Case, beside, phone_calls
from .beside import Past

Kind = Literal['step', 'decision', 'look', 'correction', 'mail', 'call', 'clock', 'sign_off']

SYSTEM = '系統'

_DRAFT, _SUBMITTED, _RETURNED = ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED
_APPROVED, _REJECTED, _WITHDRAWN = ApplicationStatus.APPROVED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN


class Event(Enum):
    """What an entry tells of. The pages give each its look."""

    STARTED = auto()
    SUBMITTED = auto()
    RETURNED = auto()
    APPROVED = auto()
    REJECTED = auto()
    WITHDRAWN = auto()
    DECISION_FAILED = auto()
    LOOKED = auto()
    MARKED = auto()
    MARK_ANSWERED = auto()
    MARK_ACCEPTED = auto()
    MARK_WITHDRAWN = auto()
    MAIL_WAITING = auto()
    MAIL_RETRIED = auto()
    MAIL_SENT = auto()
    MAIL_UNDELIVERED = auto()
    MAIL_KEPT_BACK = auto()
    CALLED = auto()
    CALLED_IN_VAIN = auto()
    REMINDED = auto()
    ESCALATED = auto()
    SIGN_OFF_ASKED = auto()
    SIGNED_OFF = auto()
    NOT_SIGNED_OFF = auto()


# What was done, in words and as an event.
STEPS = {
    _DRAFT: ('開始申請', Event.STARTED),
    _SUBMITTED: ('送審', Event.SUBMITTED),
    _RETURNED: ('通知補件', Event.RETURNED),
    _APPROVED: ('核可', Event.APPROVED),
    _REJECTED: ('駁回', Event.REJECTED),
    _WITHDRAWN: ('撤回', Event.WITHDRAWN),
}
_FOR_VOLUNTEER = {
    _SUBMITTED: ('已送件', '{unit}替您送件，{agency}審核中。'),
    _RETURNED: ('補件', '{agency}通知補件，由{unit}為您補齊：{reason}'),
    _APPROVED: ('核發', '{agency}審核完成，可以線上檢視紀錄冊了。'),
    _REJECTED: ('未通過', '{agency}：{reason}'),
    _WITHDRAWN: ('撤回', '{unit}撤回了這件申請。'),
}
_MAILS = {
    MailStatus.WAITING: Event.MAIL_WAITING,
    MailStatus.SENT: Event.MAIL_SENT,
    MailStatus.FAILED: Event.MAIL_UNDELIVERED,
    MailStatus.BOUNCED: Event.MAIL_UNDELIVERED,
    MailStatus.DEFERRED: Event.MAIL_KEPT_BACK,
    MailStatus.SKIPPED: Event.MAIL_KEPT_BACK,
}
_ANSWERS = {CorrectionStatus.MENDED: '回覆已補正', CorrectionStatus.DISPUTED: '提出異議'}


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, who, `what` in a few words, and a `note` of one or more lines.

    `kind` is the record that tells of it, `event` what it tells. `ref` is the id of the mail, where it can be sent
    again (`can_resend`); else of the record it tells of.
    """

    at: datetime
    actor: str
    what: str
    event: Event
    note: str = ''
    kind: Kind = 'step'
    ref: int = 0
    can_resend: bool = False


async def of(application: Application, *, by: Account) -> list[Entry]:
    """Everything `by` may know of the case, the latest first. Raises NotFound.

    A volunteer reads the steps only, in plain words; a unit sees the agency's marks once they were sent to it, and a
    decision once it is released.
    """
    return await of_known(await applications.get(application.id, by=by), by=by)


async def of_known(
    case: Application,
    *,
    by: Account,
    marked: Sequence[Marked] | None = None,
    steps: Sequence[ApplicationStep] | None = None,
) -> list[Entry]:
    """The same of a case just read with volunteer, unit, agency and county; raises NotFound.

    `marked`: its marks, `steps`: its steps with the people, oldest first, where these were just read, too.
    """
    if not permissions.may_see_case(by, case):
        raise NotFound
    if steps is None:
        steps = await ApplicationStep.filter(application_id=case.id).select_related('by', 'on_behalf_of')
    if by.role == Role.VOLUNTEER:
        return newest_first(_step_for_volunteer(case, step) for step in steps)
    if marked is None:
        marked = await corrections.beside_whole(case, by=by)
    if by.role != Role.REVIEWER:
        return await _told(case, steps, marked, [], by)
    decision = await Decision.filter(application_id=case.id).select_related('by').first()
    own = _of_reviewers(decision, papers.looks(await papers.rows_of(case)))
    return await _told(case, steps, marked, own, by)


async def of_case(case: Case, *, by: Account) -> list[Entry]:
    """The same for the reviewer who has just read the case: of that nothing is read again. Raises NotFound."""
    permissions.require(by, 'reviews.timeline.of_case')
    if not permissions.may_see_case(by, case.application):
        raise NotFound
    own = _of_reviewers(case.decision, case.looks)
    return await _told(case.application, case.steps, case.marks, own, by, case.past)


async def _told(
    case: Application,
    steps: Sequence[ApplicationStep],
    marked: Sequence[Marked],
    own: Sequence[Entry],
    by: Account,
    past: Past | None = None,
) -> list[Entry]:
    """Everything, `own` being what only one side is told; `past`: where it was just read."""
    past = past or await beside.past_of(case)
    entries = [await _beginning(case, past), *[_step(case, step) for step in steps]]
    entries += [entry for one in marked for entry in _of_mark(one, steps)]
    entries += of_mails(await outbox.of_application(case, by=by, steps=steps), steps, by)
    entries += [_call(call) for call in await phone_calls.about(case)] if past.has_calls else []
    entries += _clock(steps)
    asked_of = await sign_offs.of_case(case) if past.has_sign_offs else []
    entries += [entry for one in asked_of for entry in _of_sign_off(one)]
    entries += own
    if case.status == _APPROVED and past.number is not None:
        entries = _with_number(entries, past.number)
    return _gathered(newest_first(entries))


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """The latest first; of what happened at the same moment, the later in its order of telling stands above."""
    return sorted(entries, key=lambda entry: entry.at)[::-1]


async def _beginning(case: Application, past: Past) -> Entry:
    """Who opened the application; the draft that repeats a refused one says so."""
    at, actor = past.began or (case.created_at, case.host_unit.name)
    what, event = STEPS[_DRAFT]
    if case.previous_id is None:
        return Entry(at, actor, what, event)
    repeated = await Application.get(id=case.previous_id)
    note = f'接續先前{repeated.status.label}的申請'
    if repeated.reason:
        note += f'；當時的意見：{repeated.reason}'
    return Entry(at, actor, '重新申請', event, note)


def _step(case: Application, step: ApplicationStep) -> Entry:
    what, event = STEPS[step.status]
    note = step.reason
    if step.status == _SUBMITTED:
        what = f'再次送審（第 {step.round} 次）' if step.round > 1 else what
        note = f'{case.agency.name}，期限 {dates.roc(step.due_on)}' if step.due_on else case.agency.name
    if step.status == _RETURNED and step.due_on:
        note = f'{note}\n補件期限 {dates.roc(step.due_on)}'
    actor = f'{step.by.name}（代理{step.on_behalf_of.name}）' if step.on_behalf_of else step.by.name
    return Entry(step.at, actor, what, event, note, ref=step.id)


def _step_for_volunteer(case: Application, step: ApplicationStep) -> Entry:
    what, text = _FOR_VOLUNTEER[step.status]
    _, event = STEPS[step.status]
    note = text.format(unit=case.host_unit.name, agency=case.agency.name, reason=step.reason)
    return Entry(step.at, '', what, event, note, ref=step.id)


def _of_mark(marked: Marked, steps: Sequence[ApplicationStep]) -> list[Entry]:
    """Raised, answered, closed: one entry each; what a 通知補件 has told stands there."""
    one = marked.correction
    about = f'{one.label}（{one.reason.label}）'
    texts = [*(exchange.text for exchange in marked.earlier), one.text]
    asked = [('標示需補正', one.raised_at, one.raised_by)]
    asked += [('仍需補正', exchange.reopened_at, exchange.reopened_by) for exchange in marked.earlier]
    entries = [
        Entry(at, by.name, what, Event.MARKED, f'{about}：{text}', 'correction')
        for (what, at, by), text in zip(asked, texts, strict=True)
        if not _is_in_a_notice(at, one, steps)
    ]
    entries += [_answer(about, earlier, earlier.answered_at, earlier.answered_by) for earlier in marked.earlier]
    if one.answered_by and one.answered_at:
        entries.append(_answer(about, one, one.answered_at, one.answered_by))
    if one.closed_by and one.closed_at and one.status in corrections.CLOSED:
        is_accepted = one.status == CorrectionStatus.ACCEPTED
        what, event = ('確認補正', Event.MARK_ACCEPTED) if is_accepted else ('撤銷標示', Event.MARK_WITHDRAWN)
        entries.append(Entry(one.closed_at, one.closed_by.name, what, event, about, 'correction'))
    return entries


def _answer(about: str, mark: Correction | CorrectionExchange, at: datetime, by: Account) -> Entry:
    what, note = _ANSWERS.get(mark.status, '回覆補正'), f'{about}：{mark.answer or "已修改"}'
    return Entry(at, by.name, what, Event.MARK_ANSWERED, note, 'correction')


def _is_in_a_notice(since: datetime, mark: Correction, steps: Sequence[ApplicationStep]) -> bool:
    """Whether a 通知補件 went out while the mark stood as it does `since`: its reason lists the marks."""
    withdrawn = mark.closed_at if mark.status == CorrectionStatus.WITHDRAWN else None
    returned = [step.at for step in steps if step.status == _RETURNED]
    return any(since <= at and (withdrawn is None or at <= withdrawn) for at in returned)


def of_mails(mails: Sequence[OutgoingMail], steps: Sequence[ApplicationStep], by: Account) -> list[Entry]:
    """One entry for each that can be sent again; what became alike of one text to several people is one.

    送審 is told in the same words each time: only what was told after the same step is one text.
    """
    repeated = {mail.resent_from_id for mail in mails}
    alike: dict[tuple[object, ...], list[OutgoingMail]] = {}
    for mail in mails:
        own = mail.id if mail.status in outbox.UNDELIVERED or mail.resent_from_id else 0
        after = sum(step.at <= mail.created_at for step in steps)
        day = (mail.sent_at or mail.created_at).date()
        key = (own, mail.subject, mail.status, mail.attempts, mail.last_error, after, day)
        alike.setdefault(key, []).append(mail)
    return [_mail(group, by, is_repeated=group[0].id in repeated) for group in alike.values()]


def _mail(alike: Sequence[OutgoingMail], by: Account, *, is_repeated: bool) -> Entry:
    """A mail and what became of it, with the server's own words where it did not arrive."""
    mail = alike[0]
    is_trying = mail.status == MailStatus.WAITING and mail.attempts and mail.last_error
    what = '電子郵件重試中' if is_trying else f'電子郵件{mail.status.label}'
    trouble = queries.trouble_of(mail, by)
    trouble = f'第 {mail.attempts} 次沒有寄成，系統會再試：{trouble}' if is_trying else trouble
    receivers = '、'.join(queries.receiver_of(one, by) for one in alike[::-1])
    lines = [f'{queries.in_brief(mail)}（{receivers}）', trouble, '已重寄' if is_repeated else '']
    can_resend = mail.status in outbox.UNDELIVERED and not is_repeated and not mail.holds_secret
    return Entry(
        at=max(one.sent_at or one.created_at for one in alike),
        actor=SYSTEM,
        what=f'重寄：{what}' if mail.resent_from_id else what,
        event=Event.MAIL_RETRIED if is_trying else _MAILS[mail.status],
        note='\n'.join(line for line in lines if line),
        kind='mail',
        ref=mail.id,
        can_resend=can_resend,
    )


def _call(call: PhoneCall) -> Entry:
    whom = '　'.join(part for part in (call.callee, call.phone) if part)
    note = '\n'.join(part for part in (whom, call.note) if part)
    event = Event.CALLED if call.result in phone_calls.TOLD else Event.CALLED_IN_VAIN
    return Entry(call.at, call.by.name, f'電話通知：{call.result.label}', event, note, 'call', call.id)


def _clock(steps: Sequence[ApplicationStep]) -> list[Entry]:
    """What the clock has told in each round, with the due day of that round."""
    entries = []
    for step in steps:
        due = f'期限 {dates.roc(step.due_on)}' if step.due_on else ''
        reminder = '補件期限前提醒運用單位' if step.status == _RETURNED else '期限前提醒發冊機關'
        notices = (
            (step.reminded_at, reminder, Event.REMINDED),
            (step.escalated_at, '逾期，已通知發冊機關主管', Event.ESCALATED),
        )
        entries += [Entry(at, SYSTEM, what, event, due, 'clock') for at, what, event in notices if at is not None]
    return entries


def _of_sign_off(one: SignOff) -> list[Entry]:
    """Asked, and answered: by an account, or by whoever had the link."""
    whom = f'{one.name}（以連結）' if one.name else '單位的志工督導'
    entries = [Entry(one.asked_at, one.asked_by.name, '請督導簽核', Event.SIGN_OFF_ASKED, whom, 'sign_off', one.id)]
    if one.answered_at is not None:
        actor = one.answered_by.name if one.answered_by else whom
        what, event = ('督導簽核同意', Event.SIGNED_OFF) if one.is_agreed else ('督導不同意', Event.NOT_SIGNED_OFF)
        entries.append(Entry(one.answered_at, actor, what, event, one.reason, 'sign_off', one.id))
    return entries


def _of_reviewers(decision: Decision | None, looks: Iterable[CaseContent]) -> list[Entry]:
    """What the unit is not told: a decision that waits or could not be carried out, and who has looked at changes."""
    seen = [Entry(one.at, one.by.name, '看過送審後的變更', Event.LOOKED, kind='look') for one in looks]
    return [*_decision(decision), *seen]


def _decision(decision: Decision | None) -> list[Entry]:
    """A decision that may still be taken back, or could not be carried out."""
    if decision is None:
        return []
    what, event = STEPS[decision.to]
    note = '尚未生效，還可以復原；生效後才取號、寄信。'
    if decision.problem:
        what, event, note = f'{what}沒有生效', Event.DECISION_FAILED, decision.problem
    return [Entry(decision.at, decision.by.name, what, event, note, 'decision', decision.id)]


def _with_number(entries: list[Entry], taken: str) -> list[Entry]:
    """The approval names the number it took."""
    approved = next(entry for entry in entries[::-1] if entry.kind == 'step' and entry.event is Event.APPROVED)
    number = replace(approved, note=f'{record_books.FIELDS["number"].label} {taken}')
    return [number if entry is approved else entry for entry in entries]


def _gathered(entries: list[Entry]) -> list[Entry]:
    """Marks that one person made, answered or closed one after the other are told as one, each on its line."""
    gathered: list[Entry] = []
    for entry in entries:
        last = gathered[-1] if gathered else None
        if last and entry.kind == 'correction' == last.kind and (last.what, last.actor) == (entry.what, entry.actor):
            gathered[-1] = replace(last, note=f'{entry.note}\n{last.note}')
        else:
            gathered.append(entry)
    return gathered
