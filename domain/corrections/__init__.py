"""補正: what a reviewer has marked, what the unit answered, and what still stands open.

A mark stands at a field, on the photo or on a spot of a certificate. The unit sees it once the case is sent back,
answers each (已補正 or 有異議), and only then may send the case again; the reviewer looks at the marks once more, and
only when none is left may the case be approved. Nothing is ever taken away: a withdrawn mark stays in sight.

Every act locks the application first, as every move and decision does by its compare-and-set: a mark comes before a
decision, which then sees it, or after, and is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from db import transaction
from db.choices import ApplicationStatus, CorrectionReason, CorrectionStatus
from db.models import Account, Application, Correction, CorrectionExchange

from .. import dates, permissions, validation
from ..cases import transitions
from ..errors import DomainError, Incomplete, MovedOn, NotFound
from ..papers import PICTURES
from . import anchors, marks
from .anchors import PHOTO_CRITERIA, TEXTS, Anchor, reasons_for
from .marks import (
    ACCEPTED,
    ANSWERED,
    CLOSED,
    DISPUTED,
    MENDED,
    OPEN,
    WITHDRAWN,
    Marked,
    as_lines,
    at,
    beside,
    beside_held,
    beside_whole,
    get,
    of,
    open_count,
    open_ones,
)

__all__ = [
    'ANSWERED',
    'CLOSED',
    'PHOTO_CRITERIA',
    'PICTURES',
    'TEXTS',
    'Anchor',
    'Marked',
    'as_lines',
    'at',
    'beside',
    'beside_held',
    'beside_whole',
    'get',
    'of',
    'open_count',
    'open_ones',
    'reasons_for',
]

TEXT_LENGTH = 300
MOST_MARKS = 60

# What an exchange keeps of the mark that is opened again.
_EXCHANGED = (
    *('reason', 'text', 'old_value', 'old_file', 'new_value', 'new_file'),
    *('status', 'answer', 'answered_by_id', 'answered_at'),
)


class Unanswered(DomainError):
    """送審 waits until every correction is answered."""


class StillOpen(DomainError):
    """核可 waits until every correction is accepted or withdrawn."""


async def mark(
    application: Application, anchor: Anchor, reason: CorrectionReason, text: str, *, by: Account
) -> Correction:
    """A reviewer marks `anchor` while the case waits for review. The same mark twice is one.

    Raises NotFound for a field or training that is not of this case, Incomplete, MovedOn when the case has moved.
    """
    known, reason, text = _known(anchor), _reason(reason), _text(text, needed=True)
    async with transaction():
        case = await _under_review(application.id, by)
        so_far = await Correction.filter(application_id=case.id)
        if same := _same(so_far, known, reason, text):
            return same
        if len(so_far) >= MOST_MARKS:
            raise Incomplete({'text': f'一個案件最多標註 {MOST_MARKS} 項。請把其他意見合併在已有的標註裡。'})
        content = (await anchors.contents(case, [known]))[known]
        if content.is_gone:
            raise NotFound('這個案件沒有這筆教育訓練，可能剛被刪除。畫面已更新，請再看一次。')
        if known.spot_x is not None:
            await anchors.require_picture(content.file)
        made = await Correction.create(
            application_id=case.id,
            round=case.round,
            **vars(known),
            label=content.label,
            reason=reason,
            text=text,
            old_value=content.value,
            old_file=content.file,
            raised_by_id=by.id,
            raised_at=dates.now(),
        )
        await transitions.announce(case)
    return await get(made.id, by=by)


async def amend(
    correction: Correction, reason: CorrectionReason, text: str, *, by: Account, seen: tuple[str, str] | None = None
) -> Correction:
    """Another reason or other words for a mark the unit has not answered.

    `seen`: reason and words that stood there when the form was opened. Raises NotFound, Incomplete, and MovedOn, also
    when a colleague has changed them since.
    """
    reason, text = _reason(reason), _text(text, needed=True)
    async with transaction():
        case, now = await _to_review(correction, by, OPEN)
        if seen not in (None, (now.reason, now.text)) and (now.reason, now.text) != (reason, text):
            raise await _amended(now)
        await _set(now, case, reason=reason, text=text, amended_by_id=by.id, amended_at=dates.now())
    return await get(now.id, by=by)


async def withdraw(correction: Correction, *, by: Account) -> Correction:
    """撤銷: the mark is void and stays in sight; also while the unit has the case, and then need not answer it."""
    async with transaction():
        case, now = await _to_review(correction, by, OPEN, *ANSWERED, WITHDRAWN, returned=True)
        if now.status != WITHDRAWN:
            await _set(now, case, status=WITHDRAWN, closed_by_id=by.id, closed_at=dates.now())
    return await get(now.id, by=by)


async def accept(correction: Correction, *, by: Account, digest: str | None = None) -> Correction:
    """確認: what the unit answered will do.

    `digest` is of what the page showed there (Marked.digest); without it, what stands there now was seen. Raises
    MovedOn when something else stands there.
    """
    async with transaction():
        case, now = await _to_review(correction, by, *ANSWERED, ACCEPTED)
        [marked] = await marks.compared([now], case)
        if digest not in (None, marked.digest):
            raise _exchanged([marked])
        if marked.waits:
            await _set(now, case, **_confirmed(marked, by))
    return await get(now.id, by=by)


async def accept_all(application: Application, *, by: Account, seen: Mapping[int, str] | None = None) -> int:
    """全部確認: every mark of the case that waits for a look; returns how many.

    `seen`: id → digest of what the page showed, as for `accept`; when one differs or is not there, none is confirmed.
    """
    async with transaction():
        case = await _under_review(application.id, by)
        answered = Correction.filter(application_id=case.id, status__in=(*ANSWERED, ACCEPTED))
        waiting = [one for one in await marks.compared(await answered, case) if one.waits]
        if other := [one for one in waiting if seen is not None and seen.get(one.correction.id) != one.digest]:
            raise _exchanged(other)
        for one in waiting:
            await Correction.filter(id=one.correction.id).update(**_confirmed(one, by))
        if waiting:
            await transitions.announce(case)
    return len(waiting)


async def reopen(correction: Correction, text: str, *, by: Account) -> Correction:
    """It will not do yet: the unit has to answer again. What was said so far is kept as an exchange.

    From now on old is what the unit has sent back.
    """
    text = _text(text, needed=True)
    async with transaction():
        case, now = await _to_review(correction, by, *ANSWERED, ACCEPTED)
        [marked] = await marks.compared([now], case)
        await CorrectionExchange.create(
            correction_id=now.id,
            round=case.round,
            reopened_by_id=by.id,
            reopened_at=dates.now(),
            **{name: getattr(now, name) for name in _EXCHANGED},
        )
        facts: dict[str, Any] = {
            'status': OPEN,
            'text': text,
            'old_value': marked.now_value,
            'old_file': marked.now_file,
            'new_value': '',
            'new_file': None,
            'answer': '',
            'answered_by_id': None,
            'answered_at': None,
            'closed_by_id': None,
            'closed_at': None,
            'seen_digest': '',
        }
        await _set(now, case, **facts)
    return await get(now.id, by=by)


async def answer(correction: Correction, text: str, *, by: Account) -> Correction:
    """已補正: the unit has mended it, or says in `text` what it did where neither value nor file has changed.

    Raises NotFound, Incomplete, MovedOn when the case is not with the unit. An answer may be changed until 送審.
    """
    return await _answered(correction, MENDED, text, by)


async def dispute(correction: Correction, text: str, *, by: Account) -> Correction:
    """有異議: the unit thinks it is right as it is, and says why. Raises as `answer`."""
    return await _answered(correction, DISPUTED, text, by)


async def require_answered(application: Application) -> None:
    """Raises Unanswered while a correction of the application waits for the unit."""
    if waiting := await open_count(application):
        raise Unanswered(
            f'還有 {waiting} 項需補正沒有回覆。請逐項修改，或說明您的看法，再按「送審」。已填的資料都還在。'
        )


async def require_closed(application: Application) -> None:
    """Raises StillOpen while a correction is neither accepted nor withdrawn, or was accepted for something else."""
    found = await Correction.filter(application_id=application.id).exclude(status=WITHDRAWN)
    open_ones = sum(one.waits or one.correction.status == OPEN for one in await marks.compared(found, application))
    if open_ones:
        raise StillOpen(f'還有 {open_ones} 項補正沒有確認，不能核可。請逐項確認或撤銷，或再次通知補件。')


async def sent_back(application: Application) -> None:
    """Note what the unit sends back for each answered correction; inside the transaction of 送審.

    One that was confirmed in an earlier round, and has been changed since, waits for another look.
    """
    answered = await Correction.filter(application_id=application.id, status__in=(*ANSWERED, ACCEPTED))
    if not answered:
        return
    contents = await anchors.contents(application, map(Anchor.of, answered))
    for one in answered:
        content = contents[Anchor.of(one)]
        if marks.is_stale(one, application, content.digest):
            one.status, one.seen_digest, one.closed_by_id, one.closed_at = MENDED, '', None, None
        if one.status in ANSWERED:
            one.new_value, one.new_file = content.value, content.file
    columns = ['new_value', 'new_file', 'status', 'seen_digest', 'closed_by_id', 'closed_at']
    await Correction.bulk_update(answered, columns)


async def _under_review(application_id: object, by: Account, *, returned: bool = False) -> Application:
    """The case, locked, while it waits for a reviewer and nobody has decided it; `returned`: or is with the unit."""
    permissions.require(by, 'corrections')
    case = await _locked(application_id, by)
    await transitions.require_sent_by_others(case, by=by)
    if returned and case.status == ApplicationStatus.RETURNED:
        return case
    if case.status != ApplicationStatus.SUBMITTED:
        raise MovedOn(f'這個案件現在是「{case.status.label}」，不能再標註或確認補正。畫面已更新，請看過目前的內容。')
    if decision := await transitions.decision_on(case):
        when, act = f'{decision.at.astimezone(dates.TAIPEI):%H:%M}', transitions.VERBS[decision.to]
        raise MovedOn(f'這個案件已由 {decision.by.name} 於 {when} {act}。復原之後，才能再標註或確認補正。')
    return case


async def _locked(application_id: object, by: Account) -> Application:
    case = await Application.filter(id=validation.record_id(application_id)).select_for_update(no_key=True).first()
    if case is None or not permissions.may_see_case(by, case):
        raise NotFound
    return case


async def _to_review(
    correction: Correction, by: Account, *statuses: CorrectionStatus, returned: bool = False
) -> tuple[Application, Correction]:
    """Case and correction as they stand, the former locked, for a reviewer. Raises NotFound, MovedOn."""
    known = await Correction.get_or_none(id=validation.record_id(correction.id))
    if known is None:
        raise NotFound
    case = await _under_review(known.application_id, by, returned=returned)
    return case, await _still(known, statuses)


async def _answered(correction: Correction, to: CorrectionStatus, text: str, by: Account) -> Correction:
    permissions.require(by, 'corrections.answer')
    text = _text(text, needed=to == DISPUTED)
    known = await Correction.get_or_none(id=validation.record_id(correction.id))
    if known is None:
        raise NotFound
    async with transaction():
        case = await _locked(known.application_id, by)
        if case.status != ApplicationStatus.RETURNED or not await marks.seen([known], case, by):
            raise MovedOn(f'這個案件現在是「{case.status.label}」，不能再回覆補正。畫面已更新，請看過目前的內容。')
        now = await _still(known, (OPEN, *ANSWERED))
        [marked] = await marks.compared([now], case)
        if not text and not marked.is_changed:
            raise Incomplete(
                {'text': f'「{now.label}」和送審時一樣，還沒有修改或儲存。請先修改，或用幾個字說明您怎麼處理。'}
            )
        await _set(now, case, status=to, answer=text, answered_by_id=by.id, answered_at=dates.now())
    return await get(now.id, by=by)


async def _still(correction: Correction, statuses: Sequence[CorrectionStatus]) -> Correction:
    """The correction as it stands now that its case is locked. Raises MovedOn when it is in none of `statuses`."""
    now = await Correction.get(id=correction.id)
    if now.status not in statuses:
        raise MovedOn(f'這一項補正現在是「{now.status.label}」，可能剛由別人處理。畫面已更新，請再看一次。')
    return now


async def _set(correction: Correction, case: Application, **facts: Any) -> None:
    await Correction.filter(id=correction.id).update(**facts)
    await transitions.announce(case)


def _confirmed(marked: Marked, by: Account) -> dict[str, Any]:
    """What is written down of a mark whose present content was seen and will do."""
    return {'status': ACCEPTED, 'closed_by_id': by.id, 'closed_at': dates.now(), 'seen_digest': marked.digest}


def _exchanged(marked: Sequence[Marked]) -> MovedOn:
    labels = '、'.join(one.correction.label for one in marked)
    return MovedOn(f'您看的時候，「{labels}」又有了修改，所以還沒有確認。畫面已更新，請再看一次目前的內容。')


async def _amended(now: Correction) -> MovedOn:
    who = await Account.get_or_none(id=now.amended_by_id)
    when = f'於 {dates.roc_instant(now.amended_at)} ' if now.amended_at else ''
    whose = who.name if who else '同仁'
    return MovedOn(
        f'您寫的時候，{whose}{when}改了「{now.label}」的標記，現在是{now.reason.label}（{now.text}），'
        '所以您的還沒有儲存。您寫的還在畫面上；看過之後再送出一次，就照您寫的。'
    )


def _same(so_far: Iterable[Correction], anchor: Anchor, reason: CorrectionReason, text: str) -> Correction | None:
    """The mark that is there already, when the first of two clicks has made it."""
    wanted = (anchor, reason, text, OPEN)
    return next((one for one in so_far if (Anchor.of(one), one.reason, one.text, one.status) == wanted), None)


def _known(anchor: object) -> Anchor:
    if not isinstance(anchor, Anchor) or not anchors.is_known(anchor):
        raise NotFound('這個欄位不能標註補正。畫面已更新，請再試一次。')
    if anchor.training_id is not None:
        validation.record_id(anchor.training_id)
    return anchor


def _reason(reason: object) -> CorrectionReason:
    known = validation.member(CorrectionReason, reason)
    if known is None:
        raise Incomplete({'reason': '請選擇補正的原因。'})
    return known


def _text(text: object, *, needed: bool) -> str:
    problem = validation.text('說明', text, most=TEXT_LENGTH, needed=needed, lines=True)
    if problem or not isinstance(text, str):
        raise Incomplete({'text': problem or '請輸入說明。'})
    return validation.tidy(text)
