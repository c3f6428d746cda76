"""簽核: a unit's 志工督導 (志願服務法 §11) agrees to what is going to be sent, where the unit demands it before 送審.

Asked is an account of that role, or somebody by a link that is mailed: it shows what would be sent and nothing more,
for LASTS, until it is answered. An answer is about what was shown: the papers of each application have a digest, and
what was changed since has no sign-off.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import LogAct, Role
from db.models import Account, Application, HostUnit, Roster, SignOff, StoredFile

from .. import dates, files, links, mail_addresses, papers, permissions, validation
from ..accounts import unit_accounts
from ..audit import log, office_history, reads
from ..cases import transitions
from ..cases.worklists import WITH_UNIT
from ..errors import DomainError, Incomplete, NotFound
from ..mail import messages
from ..papers import Papers

LASTS = timedelta(days=3)
LONGEST_TOKEN = 100
REASON_LENGTH = 300
SECTION = '志工督導簽核'
PURPOSE = '志工督導簽核'


class NotSignedOff(DomainError):
    """The unit demands a sign-off, and there is none of what would be sent now."""

    def __init__(self) -> None:
        super().__init__(
            '貴單位要求志工督導簽核後才送審，目前的內容還沒有簽核同意，所以沒有送出。'
            '請在「志工督導簽核」請督導簽核；簽核後又修改的資料，要再簽一次。已填的資料都還在。'
        )


class LinkEnded(DomainError):
    """The link was answered, is too old, was replaced, or never was one."""

    def __init__(self) -> None:
        super().__init__('這次簽核已經回覆過、已過期，或已由新的一次取代，所以沒有再記下回覆。請洽送簽的運用單位。')


class Changed(DomainError):
    """What the link was made for is not what would be sent now."""

    def __init__(self) -> None:
        super().__init__(
            '連結寄出以後，要送審的資料又有了修改，所以這個連結不能再簽核，也沒有記下任何回覆。'
            '請洽寄出連結的運用單位，重新寄一次簽核連結。'
        )


@dataclass
class Asking:
    """Whom to ask: somebody by mail, or, with `of_account`, the unit's own accounts of 志工督導."""

    name: str = ''
    email: str = ''
    of_account: bool = False

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        if self.of_account:
            return {}
        return validation.found(
            {
                'name': validation.text('督導姓名', self.name, most=60, needed=True),
                'email': validation.email('督導的電子郵件', self.email, needed=True),
            }
        )


@dataclass(frozen=True)
class Held:
    """An application, its volunteer fetched, and what it holds."""

    application: Application
    papers: Papers


@dataclass(frozen=True)
class Sheet:
    """What is to be signed: by whom it is sent, to whom, and each application with all that it holds."""

    sign_off: SignOff
    unit: str
    agency: str
    held: Sequence[Held]


@dataclass(frozen=True)
class Standing:
    """The latest sign-off of something; `counts`: agreed, to what stands there now. `is_open`: it may be answered."""

    sign_off: SignOff
    counts: bool
    is_open: bool


async def is_demanded(host_unit_id: int | None) -> bool:
    """Whether the unit sends nothing without its 志工督導."""
    return await HostUnit.filter(id=host_unit_id, demands_sign_off=True).exists()


async def demand(is_wanted: bool, *, by: Account) -> None:
    """The unit demands sign-offs from now on, or no more; by its 單位管理者."""
    unit_accounts.require_administrator(by)
    async with transaction():
        await HostUnit.filter(id=by.host_unit_id).update(demands_sign_off=is_wanted)
        await office_history.tell('運用單位', SECTION, '送審前須簽核' if is_wanted else '不須簽核', by=by)


async def require(application: Application, held: Papers) -> None:
    """Raises NotSignedOff where the unit, which comes with it, demands it and nobody has agreed to what is `held`."""
    if not application.host_unit.demands_sign_off:
        return
    digest = held.digest()
    answered = _about([application]).filter(is_agreed__not_isnull=True).order_by('-answered_at', '-id')
    latest = next((one for one in await answered if str(application.id) in one.papers), None)
    if latest is None or not latest.is_agreed or latest.papers[str(application.id)] != digest:
        raise NotSignedOff


async def ask(of: Application | Roster, asking: Asking, *, by: Account) -> SignOff:
    """請督導簽核: what is asked before works no more. Raises Incomplete, NotFound, and where nothing is to be sent."""
    permissions.require(by, 'sign_offs.ask')
    if problems := asking.problems():
        raise Incomplete(problems)
    async with transaction():
        cases = await _cases(of, by)
        if not cases:
            raise Incomplete({'name': '這裡沒有要送審的申請，不需要簽核。'})
        held = await papers.of_many([case.id for case in cases])
        named: dict[str, Any] = {'application_id': of.id} if isinstance(of, Application) else {'roster_id': of.id}
        now = dates.now()
        await SignOff.filter(**named, is_agreed=None).update(expires_at=now)
        token = '' if asking.of_account else secrets.token_urlsafe(32)
        asked = await SignOff.create(
            **named,
            papers={str(key): one.digest() for key, one in held.items()},
            asked_by_id=by.id,
            asked_at=now,
            name='' if asking.of_account else validation.tidy(asking.name),
            email='' if asking.of_account else mail_addresses.tidy(asking.email),
            digest=_digest(token) if token else None,
            expires_at=now + LASTS,
        )
        await _tell(asked, cases, token, by)
        for case in cases:
            await transitions.announce(case)
    return asked


async def standing(of: Application | Roster, *, by: Account) -> Standing | None:
    """How it stands with the sign-off of an application or a roster, for its unit and its agency; None: never asked."""
    permissions.require(by, 'sign_offs.standing')
    if isinstance(of, Application):
        if not permissions.may_see_case(by, of):
            raise NotFound
        asked = _about([of])
    else:
        asked = SignOff.filter(roster_id=of.id)
        if not await _may_see_roster(of, by):
            raise NotFound
    latest = await asked.order_by('-asked_at', '-id').select_related('asked_by', 'answered_by').first()
    if latest is None:
        return None
    # Neither agreed nor open, it counts for nothing, whatever the papers are now.
    is_current = bool(latest.is_agreed or _is_open(latest)) and await _is_current(latest)
    return Standing(latest, bool(latest.is_agreed) and is_current, _is_open(latest) and is_current)


async def has_account(*, by: Account) -> bool:
    """Whether somebody of the unit has an account as 志工督導."""
    permissions.require(by, 'sign_offs.has_account')
    return await Account.filter(host_unit_id=by.host_unit_id, role=Role.SUPERVISOR, is_active=True).exists()


async def of_case(application: Application) -> list[SignOff]:
    """All that was asked about an application, oldest first, for its history."""
    found = await _about([application]).select_related('asked_by', 'answered_by').order_by('asked_at', 'id')
    return [one for one in found if str(application.id) in one.papers]


async def waiting(*, by: Account) -> list[Sheet]:
    """What waits for the 志工督導 of the unit, oldest first."""
    permissions.require(by, 'sign_offs.waiting')
    found = await _of_unit(by).filter(is_agreed=None, expires_at__gt=dates.now()).order_by('asked_at', 'id')
    return [await _sheet(one) for one in found if await _is_current(one)]


async def get(sign_off_id: int, *, by: Account) -> Sheet:
    """One of them, with all that is to be sent; that it was read is noted. Raises NotFound, LinkEnded, Changed."""
    sheet = await _sheet(await _readable(sign_off_id, by))
    await _note_read(sheet, by)
    return sheet


async def picture_of(sign_off_id: int, file_id: str, *, by: Account) -> tuple[StoredFile, bytes]:
    """A picture of what is to be sent. Raises NotFound, LinkEnded, Changed."""
    return await _picture(await _readable(sign_off_id, by), file_id, by)


async def decide(sign_off_id: int, *, agrees: bool, reason: str = '', by: Account) -> SignOff:
    """同意 or 不同意 by the unit's account. Raises as `get`, and Incomplete without a reason for 不同意."""
    return await _answer(await _readable(sign_off_id, by), agrees=agrees, reason=reason, by=by)


async def opened(token: str) -> Sheet:
    """What the mailed link shows; each look is noted. Raises LinkEnded, Changed."""
    sheet = await _sheet(await _by_link(token))
    await _note_read(sheet, None)
    return sheet


async def picture(token: str, file_id: str) -> tuple[StoredFile, bytes]:
    """A picture of what the link shows. Raises LinkEnded, Changed, NotFound."""
    return await _picture(await _by_link(token), file_id, None)


async def answer(token: str, *, agrees: bool, reason: str = '') -> SignOff:
    """同意 or 不同意 by the link, which is used up. Raises LinkEnded, Changed, Incomplete."""
    return await _answer(await _by_link(token), agrees=agrees, reason=reason, by=None)


async def forget(*, application_id: int | None = None, roster_id: int | None = None) -> None:
    """A draft or an empty roster goes, and what was asked about it; inside the caller's transaction."""
    if application_id is not None:
        await SignOff.filter(application_id=application_id).delete()
    if roster_id is not None:
        await SignOff.filter(roster_id=roster_id).delete()


async def _cases(of: Application | Roster, by: Account) -> list[Application]:
    """What would be sent, locked as it stands. Raises NotFound."""
    if isinstance(of, Application):
        found = Application.filter(id=validation.record_id(of.id), **permissions.place_of(by))
    else:
        if not await Roster.filter(id=validation.record_id(of.id), **permissions.place_of(by)).exists():
            raise NotFound
        found = Application.filter(roster_id=of.id)
    cases = await found.order_by('roster_position', 'id')
    if isinstance(of, Application) and not cases:
        raise NotFound
    return [case for case in cases if case.status in WITH_UNIT]


async def _tell(asked: SignOff, cases: Sequence[Application], token: str, by: Account) -> None:
    if token:
        await messages.sign_off_asked(asked.email, asked.name, cases, links.sign_off(token), asked.expires_at, by=by)
        return
    supervisors = Account.filter(host_unit_id=by.host_unit_id, role=Role.SUPERVISOR, is_active=True).exclude(email='')
    for one in await supervisors:
        await messages.sign_off_asked(one.email, one.name, cases, links.sign_offs(), asked.expires_at, by=by)


async def _readable(sign_off_id: int, by: Account) -> SignOff:
    permissions.require(by, 'sign_offs')
    found = await _of_unit(by).get_or_none(id=validation.record_id(sign_off_id))
    if found is None:
        raise NotFound
    return await _required_open(found)


async def _by_link(token: str) -> SignOff:
    found = await SignOff.get_or_none(digest=_digest(token)) if 0 < len(token) <= LONGEST_TOKEN else None
    if found is None:
        raise LinkEnded
    return await _required_open(found)


async def _required_open(found: SignOff) -> SignOff:
    if not _is_open(found):
        raise LinkEnded
    if not await _is_current(found):
        raise Changed
    return found


async def _answer(found: SignOff, *, agrees: bool, reason: str, by: Account | None) -> SignOff:
    if problem := validation.text('不同意的理由', reason, most=REASON_LENGTH, needed=not agrees, lines=True):
        raise Incomplete({'reason': problem})
    async with transaction():
        # Of two answers one is first; what was changed meanwhile is found again under the lock of its rows.
        cases = await Application.filter(id__in=[int(key) for key in found.papers]).select_for_update(no_key=True)
        unanswered = SignOff.filter(id=found.id, is_agreed=None, expires_at__gt=dates.now())
        if not await _is_current(found):
            raise Changed
        why = validation.tidy(reason)
        facts: dict[str, Any] = {'reason': why, 'answered_by_id': by.id if by else None}
        if not await unanswered.update(is_agreed=agrees, answered_at=dates.now(), **facts):
            raise LinkEnded
        outcome = '同意' if agrees else '不同意'
        who = by.name if by else f'{found.name}（以連結）'
        about = [case.volunteer_id for case in cases]
        await log.note(
            LogAct.SIGNED_OFF,
            by=by,
            about=about,
            what=f'{SECTION}：{outcome}　{who}',
            reason=why or PURPOSE,
        )
        answered = await SignOff.get(id=found.id).select_related('asked_by')
        await messages.sign_off_answered(answered, who, outcome, _address_of(answered, cases))
        for case in cases:
            await transitions.announce(case)
    return answered


async def _sheet(found: SignOff) -> Sheet:
    ids = [int(key) for key in found.papers]
    cases = await Application.filter(id__in=ids).select_related('volunteer', 'host_unit', 'agency')
    cases.sort(key=lambda case: (case.roster_position, case.id))
    held = await papers.of_many(ids)
    return Sheet(found, cases[0].host_unit.name, cases[0].agency.name, [Held(case, held[case.id]) for case in cases])


async def _picture(found: SignOff, file_id: str, by: Account | None) -> tuple[StoredFile, bytes]:
    wanted = validation.file_id(file_id)
    with reads.unseen():  # of all of them one picture is shown
        held = await papers.of_many([int(key) for key in found.papers])
    case_id = next((key for key, one in held.items() if any(each.file == wanted for each in one.entries)), None)
    file = await StoredFile.get_or_none(id=wanted) if case_id is not None else None
    if file is None or case_id is None:
        raise NotFound
    case = await Application.get(id=case_id)
    await reads.noted(LogAct.READ_FILE, by=by, about=[case.volunteer_id], what=file.kind.label, reason=PURPOSE)
    try:
        return file, await files.content_of(file)
    except LookupError:
        raise NotFound from None


async def _note_read(sheet: Sheet, by: Account | None) -> None:
    people = [one.application.volunteer_id for one in sheet.held]
    act = LogAct.READ_ROSTER if sheet.sign_off.roster_id else LogAct.READ_CASE
    who = '' if by else f'：{sheet.sign_off.name}（以連結）'
    await reads.noted(act, by=by, about=people, what=f'{SECTION}{who}', reason=PURPOSE)


async def _is_current(found: SignOff) -> bool:
    """Whether each application still holds what was asked about, is still the unit's turn, and none was added."""
    if found.roster_id is not None:
        turn = Application.filter(roster_id=found.roster_id, status__in=WITH_UNIT)
    else:
        turn = Application.filter(id=found.application_id, status__in=WITH_UNIT)
    with reads.unseen():
        held = await papers.of_those(turn)
    return {str(one): holds.digest() for one, holds in held.items()} == found.papers


def _is_open(found: SignOff) -> bool:
    return found.is_agreed is None and found.expires_at is not None and found.expires_at > dates.now()


def _about(cases: Sequence[Application]) -> QuerySet[SignOff]:
    rosters = [case.roster_id for case in cases if case.roster_id]
    of_cases = Q(application_id__in=[case.id for case in cases])
    return SignOff.filter(Q(of_cases, Q(roster_id__in=rosters), join_type=Q.OR) if rosters else of_cases)


def _of_unit(by: Account) -> QuerySet[SignOff]:
    unit = by.host_unit_id or 0
    ours = Q(Q(application__host_unit_id=unit), Q(roster__host_unit_id=unit), join_type=Q.OR)
    return SignOff.filter(ours)


async def _may_see_roster(roster: Roster, by: Account) -> bool:
    if by.role == Role.UNIT_STAFF:
        return by.host_unit_id == roster.host_unit_id
    sent = Application.filter(roster_id=roster.id, agency_id=by.agency_id or 0, round__gt=0)
    return by.role == Role.REVIEWER and await sent.exists()


def _address_of(found: SignOff, cases: Sequence[Application]) -> str:
    return links.roster(found.roster_id) if found.roster_id else links.application(cases[0].volunteer_id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()
