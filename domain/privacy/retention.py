"""保存期限: what goes when its period is over. The periods are data; without one nothing goes.

The law names no days for these (個人資料保護法 §11 III: when the purpose has ended), so an office sets its own,
looks at the trial count, and switches it on. The log and 誰看過我的資料 are not among them: they
are only ever added to.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import MailStatus, RequestStatus
from db.models import Account, AccountRequest, Draft, IdentityLookup, OutgoingMail, RetentionPeriod

from .. import dates, permissions, validation
from ..audit import log as trail
from ..audit import office_history
from ..audit.history import Change
from ..audit.log import LogAct
from ..errors import Incomplete, NotFound
from ..fields import Field, by_key
from ..volunteers import closing

log = logging.getLogger(__name__)

CLEARED = '（這封信已過保存期限，內容已清除。）'
MOST_DAYS = 36_500
MONTHS_OF_LOG = 6
_AT_ONCE = 1000
_DONE = (MailStatus.SENT, MailStatus.FAILED, MailStatus.BOUNCED, MailStatus.SKIPPED)

FIELDS = by_key(Field('days', '保存天數'), Field('is_on', '每天夜間執行'))

Found = Callable[[datetime], QuerySet[Any]]


@dataclass(frozen=True)
class Item:
    """What goes: its label, what happens, the fewest days that may be set, what is found and how it goes."""

    label: str
    what: str
    least: int
    found: Found
    goes: Callable[[datetime], Awaitable[int]]


@dataclass(frozen=True)
class Outlook:
    """An item with its period, and how many would go now; None: there is no period."""

    name: str
    item: Item
    days: int | None
    is_on: bool
    count: int | None


@dataclass
class PeriodDetails:
    """The form of a period. None: nothing goes."""

    days: int | None = None
    is_on: bool = False

    def problems(self, least: int) -> dict[str, str]:
        """Field → sentence."""
        days = validation.whole(FIELDS['days'].label, self.days, least=least, most=MOST_DAYS)
        if not days and self.is_on is True and self.days is None:
            days = '要每天執行，請先輸入保存天數。'
        return validation.found({'days': days, 'is_on': validation.yes_no(FIELDS['is_on'].label, self.is_on)})


def _drafts(before: datetime) -> QuerySet[Draft]:
    return Draft.filter(saved_at__lt=before)


def _requests(before: datetime) -> QuerySet[AccountRequest]:
    return AccountRequest.exclude(status=RequestStatus.OPEN).filter(decided_at__lt=before)


def _lookups(before: datetime) -> QuerySet[IdentityLookup]:
    return IdentityLookup.filter(at__lt=before)


def _mails(before: datetime) -> QuerySet[OutgoingMail]:
    return OutgoingMail.filter(Q(created_at__lt=before), Q(cleared_at=None), Q(status__in=_DONE))


def _deleting(found: Found) -> Callable[[datetime], Awaitable[int]]:
    async def goes(before: datetime) -> int:
        ids = await found(before).limit(_AT_ONCE).values_list('id', flat=True)
        return int(await found(before).filter(id__in=ids).delete()) if ids else 0

    return goes


async def _clear_mails(before: datetime) -> int:
    mails = await _mails(before).limit(_AT_ONCE)
    for mail in mails:
        mail.body, mail.attachment, mail.cleared_at = CLEARED, None, dates.now()
        await mail.save(update_fields=['body', 'attachment', 'cleared_at'])
    return len(mails)


ITEMS = {
    'drafts': Item('沒有儲存的表單', '刪除這麼久沒有動過的草稿與其中填的內容。', 30, _drafts, _deleting(_drafts)),
    'requests': Item(
        '已處理的帳號申請', '刪除已開通或未核准的申請（姓名、電話、E-MAIL）。', 30, _requests, _deleting(_requests)
    ),
    'lookups': Item('證號查詢的計數', '刪除誰查了幾個證號的計數；使用紀錄仍保留。', 180, _lookups, _deleting(_lookups)),
    'mails': Item('已寄出信件的內容', '清除內文與附件；收件人、主旨、時間與結果保留。', 30, _mails, _clear_mails),
    'people': Item(
        '離開的志工',
        '封存姓名、出生日期與 E-MAIL；沒有使用中的紀錄冊、沒有進行中的案件才封存。重新收編時恢復。',
        30,
        closing.closable,
        closing.close,
    ),
}


async def outlook(*, by: Account) -> list[Outlook]:
    """A trial: what would go now. For the administrator; counts only."""
    permissions.require(by, 'privacy.retention.outlook')
    periods = {one.name: one for one in await RetentionPeriod.all()}
    found = []
    for name, item in ITEMS.items():
        days = periods[name].days if name in periods else None
        count = None if days is None else await item.found(_before(days)).count()
        found.append(Outlook(name, item, days, name in periods and periods[name].is_on, count))
    return found


async def save(name: str, details: PeriodDetails, *, by: Account) -> None:
    """Set the period of an item, and whether it is kept each night. Raises NotFound, Incomplete."""
    permissions.require(by, 'privacy.retention.save')
    item = ITEMS.get(name)
    if item is None:
        raise NotFound
    if problems := details.problems(item.least):
        raise Incomplete(problems)
    async with transaction():
        before = await RetentionPeriod.get_or_none(name=name)
        facts = {'days': details.days, 'is_on': details.is_on, 'changed_by_id': by.id, 'changed_at': dates.now()}
        await RetentionPeriod.update_or_create(defaults=facts, name=name)
        old = _said(before.days, before.is_on) if before else ''
        changed = [Change(FIELDS['days'], old, _said(details.days, details.is_on))]
        await office_history.tell('保存期限', item.label, '修改', changed, by=by)


async def run() -> int:
    """Each night: what is switched on goes. Returns how many; the log has the counts."""
    counts: dict[str, int] = {}
    for period in await RetentionPeriod.filter(is_on=True, days__isnull=False):
        if period.name in ITEMS and period.days is not None:
            counts[ITEMS[period.name].label] = await ITEMS[period.name].goes(_before(period.days))
    if any(counts.values()):
        told = '、'.join(f'{label} {count}' for label, count in counts.items() if count)
        await trail.note(LogAct.RETENTION_RUN, by=None, what=told)
    return sum(counts.values())


def _before(days: int) -> datetime:
    return dates.now() - timedelta(days=days)


def _said(days: int | None, is_on: bool) -> str:
    return '不刪除' if days is None else f'{days} 天，{"每天執行" if is_on else "不執行"}'
