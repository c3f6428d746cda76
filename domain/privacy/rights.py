"""當事人權利: what a volunteer asks of the unit that keeps the data, until when it answers, and what it answered.

The rights are those of 個人資料保護法 §3, the terms those of 個人資料保護法 §13: 15 days for 查詢, 閱覽 and 複製本, 30
for the rest, each extended once by as many with a reason that the person is told. Days are calendar days; where the
last is a day off, the next working day takes its place (行政程序法 §48 IV).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import ConsentWay, RightsKind, RightsStatus, Role, Sex
from db.models import Account, HostUnit, Membership, RightsRequest, Volunteer

from .. import announcements, consents, dates, permissions, validation, volunteers
from ..announcements import RightsChanged, VolunteerChanged
from ..audit import log
from ..audit.log import LogAct
from ..calendar import office_calendar
from ..errors import DomainError, Incomplete, MovedOn, NotFound
from ..fields import Field, by_key
from ..mail import notices
from ..paging import Page, bounds, counted
from ..volunteers import VolunteerDetails

# 個人資料保護法 §13: the days, and by how many they may be extended.
DAYS = {RightsKind.VIEW: 15, RightsKind.COPY: 15}
OTHERWISE = 30
MOST = 1000
REASON_LENGTH = 200
# What a volunteer may propose by field, as the form of STEP 4 calls and checks it.
PROPOSED = ('name', 'english_name', 'sex', 'born_on', 'email')
_REACH = timedelta(days=90)

FIELDS = by_key(
    Field('kind', '請求種類'),
    Field('wording', '請求內容'),
    Field('host_unit_id', '受理單位'),
    Field('asked_on', '收件日期'),
    Field('reason', '延長的理由'),
    Field('answer', '答覆'),
    Field('field', '要更正的欄位'),
    Field('value', '正確的內容'),
)


class Asked(DomainError):
    """The same is asked already and has no answer yet."""

    def __init__(self, label: str) -> None:
        super().__init__(f'您已經提出「{label}」，單位還沒有答覆，所以沒有再送一次。要改內容時，請先撤回原來的請求。')


class Decided(MovedOn):
    """Somebody else has answered, or the person has taken it back."""

    def __init__(self) -> None:
        super().__init__('這件請求剛剛已經有結果，所以您的答覆沒有送出。請重新整理頁面，看看目前的情形。')


class ExtendedBefore(DomainError):
    """The law allows one extension."""

    def __init__(self) -> None:
        super().__init__('這件請求已經延長過一次，依法不能再延長。請在期限內答覆。')


class ChangedSince(MovedOn):
    """The record is another than the one the volunteer wanted corrected; nothing was written."""

    def __init__(self, label: str, now: str) -> None:
        self.now = now
        super().__init__(
            f'本人提出以後，「{label}」已經改成「{now or "（空白）"}」，所以還沒有更正。'
            '請重新整理頁面，與本人確認哪一個正確；要採用本人的，請勾選「仍採用本人提出的內容」再按一次。'
        )


class Unfit(DomainError):
    """What was proposed does not pass the checks of the form."""

    def __init__(self, problems: dict[str, str]) -> None:
        sentences = '；'.join(f'{volunteers.FIELDS[key].label}：{text}' for key, text in problems.items())
        super().__init__(f'資料還沒有更正，因為沒有通過檢查：{sentences}')


@dataclass(frozen=True)
class Asking:
    """A request: what is wanted, of which unit; on paper also when it came. `field` and `value`: a correction."""

    kind: str = RightsKind.VIEW
    wording: str = ''
    host_unit_id: int | None = None
    asked_on: date | None = None
    field: str = ''
    value: object = ''


@dataclass(frozen=True)
class OfUnit:
    """How many requests of a unit wait, are overdue, and were answered in the last year; no names."""

    unit: str
    open: int
    overdue: int
    answered: int


async def ask(asking: Asking, *, by: Account) -> RightsRequest:
    """The volunteer asks on line. Raises Incomplete, Asked, NotFound."""
    permissions.require(by, 'privacy.rights.ask')
    volunteer = await Volunteer.get(id=by.volunteer_id)
    units = {unit.id: unit for unit in await units_of(volunteer, by=by)}
    unit = units.get(validation.record_id(asking.host_unit_id)) if asking.host_unit_id else None
    if unit is None:
        raise Incomplete({'host_unit_id': '請選擇要由哪一個單位受理。'})
    return await _kept(asking, volunteer, unit, ConsentWay.ONLINE, dates.today(), by)


async def record(asking: Asking, volunteer: Volunteer, *, by: Account) -> RightsRequest:
    """The unit writes down what came on paper; the term counts from the day it came. Raises Incomplete, NotFound."""
    permissions.require(by, 'privacy.rights.record')
    known = await volunteers.get(volunteer.id, by=by)
    if problem := validation.day(FIELDS['asked_on'].label, asking.asked_on, needed=True, since=dates.today() - _REACH):
        raise Incomplete({'asked_on': problem})
    assert asking.asked_on is not None
    unit = await HostUnit.get(id=by.host_unit_id)
    return await _kept(asking, known, unit, ConsentWay.PAPER, asking.asked_on, by)


async def units_of(volunteer: Volunteer, *, by: Account) -> list[HostUnit]:
    """The units that a volunteer can ask: those served now, or else those served before."""
    if by.volunteer_id != volunteer.id:
        raise NotFound
    theirs = Membership.filter(volunteer_id=volunteer.id).order_by('left_on', '-joined_on').select_related('host_unit')
    units = [one for one in await theirs if one.host_unit.is_active]
    return [one.host_unit for one in units if one.left_on is None] or [one.host_unit for one in units]


async def of(volunteer: Volunteer, *, by: Account) -> list[RightsRequest]:
    """The own requests, the newest first, with the unit. Raises NotFound."""
    if not permissions.may(by, 'privacy.rights.of') or by.volunteer_id != volunteer.id:
        raise NotFound
    return await RightsRequest.filter(volunteer_id=volunteer.id).order_by('-id').select_related('host_unit')


async def listed(*, by: Account, is_open: bool = True, page: int = 1, per_page: int = 10) -> Page[RightsRequest]:
    """Those of the unit, the most urgent first, or those that have their answer; with the volunteer."""
    permissions.require(by, 'privacy.rights.listed')
    number, per_page = bounds(page, per_page)
    theirs = _of_unit(by)
    found = theirs.filter(status=RightsStatus.OPEN) if is_open else theirs.exclude(status=RightsStatus.OPEN)
    order = ('due_on', 'id') if is_open else ('-decided_at', '-id')
    rows = await found.order_by(*order).offset((number - 1) * per_page).limit(per_page).select_related('volunteer')
    return await counted(rows, found, number, per_page)


async def waiting_count(*, by: Account) -> int:
    """How many wait for the unit's answer."""
    permissions.require(by, 'privacy.rights.waiting_count')
    return await _of_unit(by).filter(status=RightsStatus.OPEN).count()


async def get(request_id: object, *, by: Account) -> RightsRequest:
    """With volunteer, unit and who asked; of the unit, or one's own. Raises NotFound."""
    if not permissions.may(by, 'privacy.rights.get'):
        raise NotFound
    theirs = RightsRequest.filter(volunteer_id=by.volunteer_id) if by.role == Role.VOLUNTEER else _of_unit(by)
    related = ('volunteer', 'host_unit', 'asked_by', 'decided_by')
    found = await theirs.filter(id=validation.record_id(request_id)).select_related(*related).first()
    if found is None:
        raise NotFound
    return found


async def take_back(request_id: object, *, by: Account) -> None:
    """The volunteer no longer asks. Raises NotFound, Decided."""
    permissions.require(by, 'privacy.rights.take_back')
    await _decide(await get(request_id, by=by), RightsStatus.WITHDRAWN, '', by)


async def extend(request_id: object, reason: object, *, by: Account) -> None:
    """Once, by as many days as the term has; the person is told why. Raises Incomplete, ExtendedBefore, Decided."""
    permissions.require(by, 'privacy.rights.extend')
    asked = await get(request_id, by=by)
    if sentence := validation.text(FIELDS['reason'].label, reason, most=REASON_LENGTH, needed=True):
        raise Incomplete({'reason': sentence})
    due = await _due_on(asked.kind, asked.asked_on, times=2)
    async with transaction():
        fresh = RightsRequest.filter(id=asked.id, status=RightsStatus.OPEN, extended_at=None)
        facts: dict[str, Any] = {'extended_at': dates.now(), 'extension_reason': validation.tidy(str(reason))}
        if not await fresh.update(due_on=due, **facts):
            raise (
                ExtendedBefore
                if await RightsRequest.filter(id=asked.id, status=RightsStatus.OPEN).exists()
                else Decided
            )
        why = validation.tidy(str(reason))
        await notices.rights_extended(asked.volunteer, asked.host_unit, asked.kind.label, dates.roc_long(due), why)
        await _announce(asked)


async def grant(request_id: object, answer: object, *, by: Account, despite_change: bool = False) -> None:
    """同意. A proposed correction is written into the record, through the checks of its form; 停止利用 withdraws the
    consent.

    Raises Incomplete, NotFound, Decided, ChangedSince unless it is granted `despite_change`, Unfit.
    """
    permissions.require(by, 'privacy.rights.grant')
    asked = await get(request_id, by=by)
    said = _answer(answer, needed=not asked.field)
    async with transaction():
        await _decide(asked, RightsStatus.GRANTED, said, by)
        if asked.field:
            await _correct(asked, despite_change, by)
        elif asked.kind == RightsKind.STOP:
            await consents.withdraw(asked.volunteer, by=by)


async def refuse(request_id: object, reason: object, *, by: Account) -> None:
    """不同意, with the reason, which the person reads. Raises Incomplete, NotFound, Decided."""
    permissions.require(by, 'privacy.rights.refuse')
    asked = await get(request_id, by=by)
    said = _answer(reason, needed=True)
    async with transaction():
        await _decide(asked, RightsStatus.REFUSED, said, by)


async def figures(*, by: Account) -> list[OfUnit]:
    """Of each unit that was ever asked, for the administrator: figures only."""
    permissions.require(by, 'privacy.rights.figures')
    today = dates.today()
    found: dict[int, list[int]] = {}
    for place, asked in enumerate(
        (
            RightsRequest.filter(status=RightsStatus.OPEN),
            RightsRequest.filter(status=RightsStatus.OPEN, due_on__lt=today),
            RightsRequest.filter(decided_at__gte=dates.midnight(today - timedelta(days=365))),
        )
    ):
        counted = asked.annotate(n=Count('id')).group_by('host_unit_id').order_by()
        for unit_id, count in await counted.values_list('host_unit_id', 'n'):
            found.setdefault(unit_id, [0, 0, 0])[place] = count
    names = dict(await HostUnit.filter(id__in=list(found)).values_list('id', 'name'))
    rows = [OfUnit(names[unit_id], *counts) for unit_id, counts in found.items()]
    return sorted(rows, key=lambda row: (-row.overdue, -row.open, row.unit))


def days_of(kind: RightsKind) -> int:
    """The days of the law for this right."""
    return DAYS.get(kind, OTHERWISE)


def changed_since(asked: RightsRequest) -> str | None:
    """What the record says now, where that is no longer what the volunteer wanted corrected; of `get`."""
    if not asked.field or asked.old_value is None:
        return None
    now = _as_text(getattr(asked.volunteer, asked.field))
    return None if now == asked.old_value.open() else shown(asked.field, now) or '（空白）'


def shown(field: str, value: str) -> str:
    """A proposed value as people read it.

    >>> shown('born_on', '1958-03-08'), shown('sex', 'male'), shown('name', '王小明')
    ('047/03/08', '男', '王小明')
    """
    if field == 'born_on' and value:
        return dates.roc(date.fromisoformat(value))
    if field == 'sex':
        return Sex(value).label if value else ''  # type: ignore[call-arg]
    return value


async def _kept(
    asking: Asking, volunteer: Volunteer, unit: HostUnit, way: ConsentWay, asked_on: date, by: Account
) -> RightsRequest:
    kind = RightsKind.CORRECT if asking.field else validation.member(RightsKind, asking.kind)
    old, new = _proposal(asking, volunteer)
    problems = validation.found(
        {
            'kind': None if kind else '請選擇請求的種類。',
            'wording': validation.text(
                FIELDS['wording'].label, asking.wording, most=MOST, needed=not asking.field, lines=True
            ),
        }
    )
    if problems or kind is None:
        raise Incomplete(problems)
    due = await _due_on(kind, asked_on)
    async with transaction():
        await Volunteer.filter(id=volunteer.id).select_for_update(no_key=True).first()  # one after the other
        same = RightsRequest.filter(
            volunteer_id=volunteer.id, host_unit_id=unit.id, status=RightsStatus.OPEN, kind=kind, field=asking.field
        )
        if await same.exists():
            raise Asked(volunteers.FIELDS[asking.field].label if asking.field else kind.label)
        made = await RightsRequest.create(
            volunteer_id=volunteer.id,
            host_unit_id=unit.id,
            kind=kind,
            way=way,
            wording=validation.tidy(asking.wording),
            field=asking.field,
            old_value=old,
            new_value=new,
            asked_on=asked_on,
            asked_at=dates.now(),
            asked_by_id=by.id,
            due_on=due,
        )
        await log.note(LogAct.RIGHTS_ASKED, by=by, about=[volunteer.id], what=kind.label, reason=way.label)
        if way == ConsentWay.ONLINE:
            await notices.rights_asked(unit, kind.label, dates.roc_long(due))
        await _announce(made)
    return made


def _proposal(asking: Asking, volunteer: Volunteer) -> tuple[str | None, str | None]:
    """Old and new value of the field as they are kept. Raises Incomplete."""
    if not asking.field:
        return None, None
    if asking.field not in PROPOSED:
        raise Incomplete({'field': '請選擇要更正的欄位。'})
    details = VolunteerDetails.from_record(volunteer)
    old = _as_text(getattr(details, asking.field))
    setattr(details, asking.field, asking.value)
    if problem := details.problems(new=False).get(asking.field):
        raise Incomplete({'value': problem})
    new = _as_text(details.columns()[asking.field])
    if new == old:
        raise Incomplete({'value': '這和目前登錄的相同，不需要更正。'})
    return old, new


async def _correct(asked: RightsRequest, despite_change: bool, by: Account) -> None:
    field, label = asked.field, volunteers.FIELDS[asked.field].label
    volunteer = await volunteers.get(asked.volunteer_id, by=by)
    details = VolunteerDetails.from_record(volunteer)
    now, new = _as_text(getattr(details, field)), asked.new_value.open()
    if now == new:
        return
    if now != asked.old_value.open() and not despite_change:
        raise ChangedSince(label, shown(field, now))
    setattr(details, field, date.fromisoformat(new) if field == 'born_on' else new)
    try:
        await volunteers.amend(volunteer, details, version=volunteer.version, by=by)
    except Incomplete as refusal:
        raise Unfit(refusal.problems) from None


async def _decide(asked: RightsRequest, status: RightsStatus, answer: str, by: Account) -> None:
    """In a transaction, or alone: of two answers one is first."""
    waiting = RightsRequest.filter(id=asked.id, status=RightsStatus.OPEN)
    facts: dict[str, Any] = {'decided_by_id': by.id, 'decided_at': dates.now()}
    if not await waiting.update(status=status, **facts):
        raise Decided
    if status == RightsStatus.WITHDRAWN:
        await _announce(asked)
        return
    asked.answer = answer
    await asked.save(update_fields=['answer'])
    what = f'{asked.kind.label}：{status.label}'
    await log.note(LogAct.RIGHTS_ANSWERED, by=by, about=[asked.volunteer_id], what=what)
    lines = answer.splitlines()
    await notices.rights_answered(asked.volunteer, asked.host_unit, asked.kind.label, status.label, lines)
    await _announce(asked)


async def _announce(asked: RightsRequest) -> None:
    """To the person's pages, and to the unit's list."""
    changed = (VolunteerChanged(asked.volunteer_id), RightsChanged(asked.id, asked.host_unit_id))
    await announcements.announce_each(changed)


def _answer(answer: object, *, needed: bool) -> str:
    if sentence := validation.text(FIELDS['answer'].label, answer, most=MOST, needed=needed, lines=True):
        raise Incomplete({'answer': sentence})
    return validation.tidy(str(answer))


async def _due_on(kind: RightsKind, asked_on: date, times: int = 1) -> date:
    days = days_of(kind) * times
    is_off = await office_calendar.rest_days(None, asked_on, asked_on + timedelta(days=days + 30))
    return dates.due_on(asked_on, days, counts_working_days=False, is_holiday=is_off)


def _of_unit(by: Account) -> QuerySet[RightsRequest]:
    """Also of people who have left since: they were asked while it had them, or because it had."""
    theirs = RightsRequest.filter(host_unit_id=by.host_unit_id)
    return theirs if by.team_id is None else theirs.filter(volunteer_id__in=permissions.people_of(by))


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or '')
