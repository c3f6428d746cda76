"""Use of an account that is unlike honest work: many numbers, many full ones shown, many refusals, at night, from a new
device and address at once. The administrators are told, once a day of each account.

What is too much is a setting (UNUSUAL_…, NIGHT_…); source of the duty: 資通系統防護基準, 監控帳號異常使用.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from db import locks, transaction
from db.choices import LogAct
from db.locks import Lock
from db.models import Account, LogEntry

from .. import dates, permissions, settings
from ..audit import log
from ..audit.history import unit_of
from ..mail import notices

EVERY = 15 * 60.0
PERIOD = timedelta(hours=24)
# A device or address is new that the account has not signed in from for so long, though it has from others.
KNOWN_FOR = timedelta(days=180)
MOST_SHOWN = 200
_COUNTED = """
    SELECT by_id,
        count(*) FILTER (WHERE act IN ('lookup-hit', 'lookup-miss')) AS lookups,
        count(*) FILTER (WHERE act = 'revealed') AS reveals,
        count(*) FILTER (WHERE act = 'refused') AS refusals,
        count(*) FILTER (WHERE (act LIKE 'read-%' OR act IN ('revealed', 'exported', 'lookup-hit', 'lookup-miss'))
            AND extract(hour FROM at AT TIME ZONE 'Asia/Taipei') = ANY($2::int[])) AS night,
        count(*) FILTER (WHERE act = 'sign-in' AND device <> '' AND EXISTS (
            SELECT FROM log_entry before WHERE before.by_id = log_entry.by_id AND before.act = 'sign-in'
            AND before.id < log_entry.id AND before.at > $3)
            AND NOT EXISTS (
            SELECT FROM log_entry before WHERE before.by_id = log_entry.by_id AND before.act = 'sign-in'
            AND before.id < log_entry.id AND before.at > $3
            AND (before.device = log_entry.device OR before.address = log_entry.address))) AS strange
    FROM log_entry WHERE at > $1 AND by_id IS NOT NULL AND role <> 'volunteer'
    AND NOT EXISTS (SELECT FROM log_entry told WHERE told.by_id = log_entry.by_id AND told.act = 'unusual-use'
        AND told.at > $1)
    GROUP BY by_id ORDER BY by_id
"""


@dataclass(frozen=True)
class Unusual:
    """An account that was told of: who, for which office, when, and what was unusual, as people read it."""

    account: str
    office: str
    at: datetime
    what: str


async def watch() -> int:
    """Look at the last 24 hours; write down and mail what is unusual and was not told yet. Returns how many."""
    async with transaction():
        connection = get_connection('default')
        # Of several processes one looks at a time, and the next finds what it has told.
        await locks.alone(Lock.UNUSUAL_USE)
        now = dates.now()
        rows = await connection.execute_query_dict(_COUNTED, [now - PERIOD, night_hours(), now - KNOWN_FOR])
        found = {row['by_id']: what for row in rows if (what := unusual_in(row))}
        if not found:
            return 0
        lines = []
        for account in await Account.filter(id__in=list(found)).order_by('id'):
            await log.note(LogAct.UNUSUAL_USE, by=account, what=found[account.id])
            lines.append(f'{account.name}（{await unit_of(account)}）：{found[account.id]}')
        await notices.unusual_use(lines)
    return len(found)


def unusual_in(counts: Mapping[str, int]) -> str:
    """What of an account's day is too much, in words; '' when nothing is.

    >>> unusual_in({'lookups': 41, 'reveals': 2, 'refusals': 0, 'night': 3, 'strange': 0})
    '以證號查詢 41 次、夜間使用 3 次'
    """
    office = settings.current()
    told = []
    for name, most, words in (
        ('lookups', office.unusual_lookups, '以證號查詢 {} 次'),
        ('reveals', office.unusual_reveals, '顯示完整證號 {} 次'),
        ('refusals', office.unusual_refusals, '開啟無權的資料 {} 次'),
        ('night', office.unusual_night, '夜間使用 {} 次'),
        ('strange', 1, '從新的裝置和位址登入 {} 次'),
    ):
        if most and counts[name] >= most:
            told.append(words.format(counts[name]))
    return '、'.join(told)


def night_hours() -> list[int]:
    """The hours of the night in Taipei, from NIGHT_BEGINS to NIGHT_ENDS; none where both are the same."""
    office = settings.current()
    length = (office.night_ends - office.night_begins) % 24
    return [(office.night_begins + hour) % 24 for hour in range(length)]


async def told(*, by: Account) -> list[Unusual]:
    """What was told, the latest first, for an administrator."""
    permissions.require(by, 'accounts.unusual_use.told')
    entries = await LogEntry.filter(act=LogAct.UNUSUAL_USE.value).order_by('-id').limit(MOST_SHOWN)
    return [Unusual(one.by_name, one.from_unit, one.at, one.what) for one in entries]
