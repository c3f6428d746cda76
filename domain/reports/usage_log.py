"""使用紀錄 searched: by the inspector in all, by the administrator what concerns accounts, which names no volunteer.

An entry says how many people it is about, and of one only the number of the record; whose entries they are is found by
an identity number, for a stated purpose, and that search stands in the log itself.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO, Any

from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db import sealing
from db.choices import LogAct, Role
from db.models import Account, Agency, HostUnit, LogEntry, Volunteer

from .. import dates, identity_numbers, permissions, printouts, validation
from ..accounts import step_up
from ..audit import access, log
from ..errors import Incomplete
from ..fields import Field
from ..paging import Page, bounds, page_of

FIELDS = {
    'from_day': Field('from_day', '日期（起）'),
    'to_day': Field('to_day', '日期（迄）'),
    'who': Field('who', '帳號或姓名'),
    'unit': Field('unit', '單位或機關'),
    'act': Field('act', '作業'),
    'address': Field('address', '連線位址'),
    'number': Field('number', '關於誰（證號）'),
    'reason': Field('reason', '查詢目的'),
}
MOST_FOUND = 10_000
_MOST_ACCOUNTS = 500
# Ids grow with time but for entries that are written at the same moment.
_SLACK = 1000
# What an administrator reads: acts of accounts.
OF_ACCOUNTS = frozenset(
    act
    for act in LogAct
    if act.name.startswith(('SIGN_IN', 'SIGN_OUT', 'SESSION', 'PASSWORD', 'EMAIL', 'FACTOR', 'ACCOUNT', 'STEP'))
    or act in (LogAct.LOCKED, LogAct.RECOVERY_USED, LogAct.REFUSED, LogAct.KEY_ROTATED)
    or act in (LogAct.RETENTION_RUN, LogAct.UNUSUAL_USE, LogAct.SEARCHED_LOG, LogAct.FILE_REFUSED)
)
COLUMNS = ('時間', '帳號', '身分', '單位或機關', '作業', '內容', '關於', '目的', '連線位址', '裝置')


@dataclass
class LogQuery:
    """What is searched for; None and '' do not filter. `number` needs a `reason`."""

    from_day: date | None = None
    to_day: date | None = None
    who: str = ''
    unit: str = ''
    act: LogAct | None = None
    address: str = ''
    number: str = ''
    reason: str = ''

    def filters(self) -> dict[str, Any]:
        """What may stand in an address: all but the number, and what for."""
        return {name: value for name, value in vars(self).items() if name not in ('number', 'reason')}

    def problems(self) -> dict[str, str]:
        """A number is looked for only with a purpose."""
        return validation.found({'reason': access.problem(self.reason) if self.number.strip() else None})


def acts_for(account: Account) -> Mapping[LogAct, str]:
    """The acts that the account may search for, with their labels. Raises NotPermitted."""
    permissions.require(account, 'reports.usage_log.acts_for')
    return {act: act.label for act in LogAct if account.role == Role.INSPECTOR or act in OF_ACCOUNTS}


async def find(query: LogQuery, *, by: Account, page: int = 1, per_page: int = 25) -> Page[LogEntry]:
    """The newest MOST_FOUND at most. Raises NotPermitted, Incomplete."""
    number, per_page = bounds(page, per_page)
    found = await _found(query, by, is_first=number == 1)
    last = await found.order_by('-id').offset(MOST_FOUND - 1).limit(1).values_list('id', flat=True)
    if last:
        found = found.filter(id__gte=last[0])
    return await page_of(found, ('-id',), number, per_page)


async def export(query: LogQuery, *, by: Account) -> IO[bytes]:
    """What was found as a spreadsheet, the newest MOST_FOUND at most; that it went out, and what for, is noted.

    Raises NotPermitted, Incomplete without a purpose, StepUpNeeded.
    """
    permissions.require(by, 'reports.usage_log.export')
    require_purpose(query)
    await step_up.require(by)
    found = await _found(query, by)
    await log.note(LogAct.EXPORTED, by=by, what='使用紀錄', reason=query.reason)
    subtitle = printouts.below(f'查詢目的 {query.reason.strip()}')
    return await printouts.ods_of('使用紀錄', subtitle, COLUMNS, _cells(found))


def require_purpose(query: LogQuery) -> None:
    """Raises Incomplete for an export without a purpose."""
    if sentence := access.problem(query.reason):
        raise Incomplete({'reason': sentence})


def about(entry: LogEntry) -> str:
    """Whom an entry is about, without a name: the number of a record, or how many and the digest of their ids.

    >>> about(LogEntry(about=[7], about_count=1)), about(LogEntry(about=[], about_count=0))
    ('志工 7', '')
    >>> about(LogEntry(about=[7, 8], about_count=2, about_digest='a1b2c3d4e5'))
    '2 人（a1b2c3d4）'
    """
    if entry.about_count > 1:
        return f'{entry.about_count} 人（{entry.about_digest[:8]}）'
    return f'志工 {entry.about[0]}' if entry.about_count else ''


def act_of(entry: LogEntry) -> str:
    """The act as people read it; of a newer version as it is stored."""
    return next((act.label for act in LogAct if act.value == entry.act), str(entry.act))


def role_of(entry: LogEntry) -> str:
    """The role at that moment as people read it."""
    return next((role.label for role in Role if role.value == entry.role), str(entry.role))


async def _found(query: LogQuery, by: Account, *, is_first: bool = True) -> QuerySet[LogEntry]:
    allowed = acts_for(by)
    if problems := query.problems():
        raise Incomplete(problems)
    entries = LogEntry.all()
    if by.role != Role.INSPECTOR:
        entries = entries.filter(act__in=[act.value for act in allowed]).exclude(role=Role.VOLUNTEER.value)
    if act := validation.member(LogAct, query.act):
        entries = entries.filter(act=act.value)
    if address := validation.searched(query.address):
        entries = entries.filter(address=address)
    if wanted := validation.searched(query.who):
        entries = entries.filter(by_id__in=await _accounts(wanted))
    if wanted := validation.searched(query.unit):
        units = await HostUnit.filter(name__icontains=wanted).limit(_MOST_ACCOUNTS).values_list('id', flat=True)
        agencies = await Agency.filter(name__icontains=wanted).limit(_MOST_ACCOUNTS).values_list('id', flat=True)
        entries = entries.filter(Q(host_unit_id__in=list(units)) | Q(agency_id__in=list(agencies)))
    if query.number.strip():
        permissions.require(by, 'reports.usage_log.by_number')
        person = await _person(query.number)
        if is_first:
            what = '依證號查詢使用紀錄'
            await log.note(LogAct.SEARCHED_LOG, by=by, about=[person] if person else [], what=what, reason=query.reason)
        entries = entries.filter(about__contains=[person or 0])
    return await _within(entries, query.from_day, query.to_day)


async def _accounts(wanted: str) -> list[Any]:
    named = Q(name__icontains=wanted) | Q(username__icontains=wanted)
    return list(await Account.filter(named).limit(_MOST_ACCOUNTS).values_list('id', flat=True))


async def _person(number: str) -> int | None:
    index = sealing.blind_index(identity_numbers.compact(validation.searched(number)))
    found: list[Any] = list(await Volunteer.filter(identity_index=index).values_list('id', flat=True))
    return int(found[0]) if found else None


async def _within(entries: QuerySet[LogEntry], first: object, last: object) -> QuerySet[LogEntry]:
    """Of these days; by id too, since the newest are looked for by that, and a period of last year lies far down."""
    if isinstance(first, date):
        begin = dates.midnight(first)
        entries = entries.filter(at__gte=begin)
        if (bound := await _id_at(begin)) is not None:
            entries = entries.filter(id__gte=bound - _SLACK)
    if isinstance(last, date):
        end = dates.midnight(last + timedelta(days=1))
        entries = entries.filter(at__lt=end)
        if (bound := await _id_at(end)) is not None:
            entries = entries.filter(id__lte=bound + _SLACK)
    return entries


async def _id_at(instant: object) -> int | None:
    """The id of the first entry from then on."""
    rows = await get_connection('default').execute_query_dict(
        'SELECT id FROM log_entry WHERE at >= $1 ORDER BY at LIMIT 1', [instant]
    )
    return int(rows[0]['id']) if rows else None


async def _cells(found: QuerySet[LogEntry]) -> AsyncIterator[tuple[str, ...]]:
    left, below = MOST_FOUND, Q()
    while left and (rows := await found.filter(below).order_by('-id').limit(min(left, printouts.AT_ONCE))):
        for one in rows:
            yield cells(one)
        left, below = left - len(rows), Q(id__lt=rows[-1].id)


def cells(entry: LogEntry) -> tuple[str, ...]:
    """An entry by COLUMNS, its time as in Taipei. A volunteer who did something is not named."""
    who = '志工本人' if entry.role == Role.VOLUNTEER.value else entry.by_name or '（未登入或系統）'
    return (
        dates.roc_instant(entry.at),
        who,
        role_of(entry),
        entry.from_unit,
        act_of(entry),
        entry.what,
        about(entry),
        entry.reason,
        entry.address,
        entry.device,
    )
