"""離開的志工: who has left the unit and all others; 封存 of a record by hand, reading what is sealed, opening it again.

Nothing is deleted: trainings, hours and books stay as the law asks, and whoever returns is
opened again by 收編. A unit that had the person may close, read with a purpose, and take a mistake back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from db import transaction
from db.choices import REGISTRATIONS_OPEN, AccessKind, BookStatus, MembershipStatus, RightsStatus, TransferStatus
from db.models import (
    Account,
    Application,
    ClosedRecord,
    Membership,
    PaperRegistration,
    RecordBook,
    RightsRequest,
    Transfer,
    Volunteer,
)

from .. import dates, permissions, validation
from ..accounts import step_up
from ..audit import access, log
from ..audit.log import LogAct
from ..cases import worklists
from ..errors import DomainError, Incomplete, NotFound
from ..fields import Field, by_key
from ..paging import Page, bounds
from ..volunteers import FIELDS as BASICS
from ..volunteers import closing

REASON_LENGTH = 100
FIELDS = by_key(Field('reason', '封存的原因'), Field('purpose', '查看的目的'), Field('undo', '解除封存的原因'))
# Said before it is done, and on the page.
WHAT_HAPPENS = (
    '封存：姓名、英文姓名、出生日期、E-MAIL 與照片，以及異動紀錄裡的這些內容。之後各頁只看得到遮蔽的姓名。',
    '保留：教育訓練、服務時數、紀錄冊與獎勵，依志願服務法保存；已發出的紀錄冊仍然有效。',
    '本人的帳號會停止登入，目前的登入也會結束。',
    '可以恢復：重新收編時自動恢復；封存錯了，也可以在這一頁解除。每次封存、查看與解除都留下紀錄。',
)


class StillNeeded(DomainError):
    """Something keeps the record from being closed; nothing was done."""

    def __init__(self, why: str) -> None:
        super().__init__(f'還不能封存，所以沒有做任何變更：{why}')


class AlreadyDone(DomainError):
    """It was closed, or opened, a moment ago."""

    def __init__(self) -> None:
        super().__init__('這筆紀錄剛剛已經由別人處理，所以沒有再做一次。請重新整理頁面，看看目前的情形。')


@dataclass(frozen=True)
class Leaver:
    """Somebody who has left the unit. `hindrances`: why the record cannot be closed, each a sentence."""

    volunteer: Volunteer
    left_on: date | None
    closed_at: datetime | None
    hindrances: tuple[str, ...] = ()


async def listed(*, by: Account, page: int = 1, per_page: int = 10) -> Page[Leaver]:
    """Those of the unit, who left last first; their hindrances are told by `get`."""
    permissions.require(by, 'departures.leavers.listed')
    number, per_page = bounds(page, per_page)
    found = Membership.filter(host_unit_id=by.host_unit_id, status=MembershipStatus.LEFT)
    rows = await found.order_by('-left_on', '-id').offset((number - 1) * per_page).limit(per_page)
    ids = [one.volunteer_id for one in rows]
    people = {one.id: one for one in await Volunteer.filter(id__in=ids)}
    closed = dict(await ClosedRecord.filter(volunteer_id__in=ids).values_list('volunteer_id', 'closed_at'))
    leavers = [Leaver(people[one.volunteer_id], one.left_on, closed.get(one.volunteer_id)) for one in rows]
    return Page(leavers, await found.count(), number, per_page)


async def get(volunteer_id: object, *, by: Account) -> Leaver:
    """One who has left the unit. Raises NotFound."""
    permissions.require(by, 'departures.leavers.get')
    ours = Membership.filter(host_unit_id=by.host_unit_id, status=MembershipStatus.LEFT)
    left = await ours.filter(volunteer_id=validation.record_id(volunteer_id)).first()
    if left is None:
        raise NotFound
    volunteer = await Volunteer.get(id=left.volunteer_id)
    kept = await ClosedRecord.get_or_none(volunteer_id=volunteer.id)
    hindrances = () if kept else await _hindrances(volunteer.id)
    return Leaver(volunteer, left.left_on, kept.closed_at if kept else None, hindrances)


async def close(volunteer_id: object, reason: object, *, by: Account) -> None:
    """封存. Raises NotFound, Incomplete, StepUpNeeded, StillNeeded, AlreadyDone."""
    leaver = await get(volunteer_id, by=by)
    why = _said('reason', reason)
    if leaver.closed_at is not None:
        raise AlreadyDone
    if leaver.hindrances:
        raise StillNeeded(''.join(leaver.hindrances))
    await step_up.require(by)
    async with transaction():
        if not await closing.closed(leaver.volunteer.id, dates.now(), why, by=by):
            raise AlreadyDone
        await log.note(LogAct.RECORD_CLOSED, by=by, about=[leaver.volunteer.id], reason=why)


async def shown(volunteer_id: object, purpose: object, *, by: Account) -> Mapping[str, str]:
    """What is sealed, by its label, for a purpose that the person can read later; noted before it is shown.

    Raises NotFound, Incomplete, StepUpNeeded, AlreadyDone.
    """
    leaver = await get(volunteer_id, by=by)
    why = _said('purpose', purpose)
    if leaver.closed_at is None:
        raise AlreadyDone
    await step_up.require(by)
    await access.note(leaver.volunteer, AccessKind.CLOSED_RECORD, why, by=by)
    known = await closing.as_before(leaver.volunteer)
    told = {'name': known.name, 'english_name': known.english_name, 'email': known.email}
    return {BASICS[key].label: told[key] for key in told} | {BASICS['born_on'].label: dates.roc_long(known.born_on)}


async def reopen(volunteer_id: object, reason: object, *, by: Account) -> None:
    """解除封存. The person is still on no roster. Raises NotFound, Incomplete, StepUpNeeded, AlreadyDone."""
    leaver = await get(volunteer_id, by=by)
    why = _said('undo', reason)
    await step_up.require(by)
    async with transaction():
        volunteer = await Volunteer.select_for_update().get(id=leaver.volunteer.id)
        if not await closing.reopen(volunteer, why, by=by):
            raise AlreadyDone
        await log.note(LogAct.RECORD_REOPENED, by=by, about=[volunteer.id], reason=why)


async def _hindrances(volunteer_id: int) -> tuple[str, ...]:
    """As `closing.closable` has them, in words."""
    theirs = {'volunteer_id': volunteer_id}
    asked = (
        (Membership.filter(**theirs).exclude(status=MembershipStatus.LEFT), '他還在其他單位服務。'),
        (RecordBook.filter(**theirs, status=BookStatus.IN_USE), '他有使用中的紀錄冊；註銷以後才能封存。'),
        (Application.filter(**theirs, status__in=worklists.OPEN), '他有進行中的紀錄冊申請。'),
        (PaperRegistration.filter(**theirs, status__in=REGISTRATIONS_OPEN), '他有紙本紀錄冊等待確認。'),
        (Transfer.filter(**theirs, status=TransferStatus.OPEN), '他的移轉還沒有結果。'),
        (RightsRequest.filter(**theirs, status=RightsStatus.OPEN), '他在「個資事務」的請求還沒有答覆；請先答覆。'),
    )
    return tuple([sentence for found, sentence in asked if await found.exists()])


def _said(field: str, text: object) -> str:
    if problem := validation.text(FIELDS[field].label, text, most=REASON_LENGTH, needed=True):
        raise Incomplete({field: problem})
    return validation.tidy(str(text))
